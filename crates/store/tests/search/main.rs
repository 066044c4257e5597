//! Search, told on both databases.

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod has;
#[cfg(test)]
mod hidden;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod include;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod names;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod world;

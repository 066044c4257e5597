//! Stories of the store, told on both databases.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod blob;
#[cfg(test)]
mod claim;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod draft;
#[cfg(test)]
mod fault;
#[cfg(test)]
mod feed;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod group;
#[cfg(test)]
mod history;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod migrate;
#[cfg(test)]
mod reindex;
#[cfg(test)]
mod resource;
#[cfg(test)]
mod slot;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod trail;
#[cfg(test)]
mod world;

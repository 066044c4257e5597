//! Search, told on both databases.

mod hidden;
mod hostile;
mod include;
mod kinds;
mod names;
mod paging;
mod speed;
mod world;

//! Stories of the store, told on both databases.

mod audit;
mod blob;
mod crash;
mod feed;
mod filter;
mod group;
mod migrate;
mod resource;
mod world;

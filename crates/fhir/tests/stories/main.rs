//! Whole resources, in and out.

#[cfg(test)]
mod lossless;
#[cfg(test)]
mod search_index;

//! Whole resources, in and out.

#[cfg(test)]
mod document;
#[cfg(test)]
mod document_build;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod lossless;
#[cfg(test)]
mod search_index;

//! A case as it is stored.

//! Institutions: imports and search.

//! The sample region, made by the use cases that people use.

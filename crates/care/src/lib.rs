//! The care plane: one file per noun.

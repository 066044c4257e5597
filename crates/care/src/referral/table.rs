//! Which step is possible in which state.

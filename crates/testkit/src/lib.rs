//! A test server, a clock that tests move, and each_backend. Only for tests.

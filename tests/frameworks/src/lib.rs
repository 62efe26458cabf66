//! Nothing: the tests are in `tests/`, a file for each framework.

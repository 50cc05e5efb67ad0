//! Nothing but tests: the rules of the repository that no compiler holds. See `tests/it.rs`.

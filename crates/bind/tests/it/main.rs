//! Settings, lock and plan on whole texts.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that panics has failed, and one that is skipped says so"
)]

mod lock;
mod plan;
mod settings;
mod support;

//! What lines are understood to mean, measured on documents with known answers.
//!
//! `cargo test -p holdpoint-bind --test understand -- --nocapture` prints the figures.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that panics has failed, and the figures are meant to be read"
)]

mod reasons;
mod seeds;
mod shapes;
mod support;

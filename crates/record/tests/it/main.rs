//! What a record withstands: kills, full disks, other processes, and people who change it.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and what it prints is shown when it does"
)]

mod disk;
mod kill;
mod sabotage;
mod scratch;
mod seal;
mod story;

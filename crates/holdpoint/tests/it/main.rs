//! The binary from outside: what a user types, and what comes back.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::print_stderr,
    reason = "a test may panic, and says why it was skipped"
)]

mod ask;
mod attack;
mod bad_input;
mod ci_files;
mod common;
mod demo;
mod diff;
mod docs;
mod doctor;
mod export;
mod forged;
mod formats;
mod guides;
mod help_pages;
mod init;
mod kills;
mod lint;
mod looked;
mod mistakes;
mod nginx;
mod override_help;
mod page;
mod real_files;
mod real_http;
mod real_limits;
mod real_net;
mod real_stack;
mod real_tls;
mod real_trees;
mod records;
mod schemas;
mod screen;
mod seeds;
mod show;
mod site;
mod suggest;
mod terminal;
mod truth;
mod views;
mod why;
mod words;

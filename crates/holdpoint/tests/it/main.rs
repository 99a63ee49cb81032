//! The binary from outside: what a user types, and what comes back.

mod bad_input;
mod common;
mod demo;
mod looked;
mod nginx;
mod real_files;
mod real_http;
mod real_limits;
mod real_net;
mod real_stack;
mod real_tls;
mod seeds;
mod site;
mod words;

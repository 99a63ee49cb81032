//! One reader a kind of file: text in, nouns out; none of them opens a file.

pub(crate) mod caddy;
pub(crate) mod compose;
pub(crate) mod dockerfile;
pub(crate) mod git;
pub(crate) mod helm;
pub(crate) mod kubernetes;
pub(crate) mod manifest;
pub(crate) mod nginx;
pub(crate) mod prometheus;
pub(crate) mod terraform;
pub(crate) mod variables;
pub(crate) mod workflow;

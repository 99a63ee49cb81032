//! One file a command.

pub(crate) mod catalog;
pub(crate) mod check;

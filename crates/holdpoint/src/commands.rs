//! One file a command.

pub(crate) mod agent;
pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod record;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod suggest;
pub(crate) mod why;

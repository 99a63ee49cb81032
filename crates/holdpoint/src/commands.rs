//! One file a command.

pub(crate) mod agent;
pub(crate) mod answer;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod plan;
pub(crate) mod record;
pub(crate) mod run;
pub(crate) mod status;

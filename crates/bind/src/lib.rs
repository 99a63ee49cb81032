//! What does this line mean? Settings, lock and plan; reads no file, asks nobody.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod plan;
pub mod understand;

mod kind;
mod line_form;
mod outline;
mod perhaps;
mod phase;
mod structure;
mod when;

mod candidate;
mod command;
mod condition;
mod context;
mod left;
mod leftover;
mod meaning;
mod nouns;
mod number;
mod order;
mod owned;
mod parameters;
mod rules;
mod said_phase;
mod scan;
mod values;
mod words;

mod decided;
mod denial;
mod detail;
mod exact;
pub mod gate;
pub mod key;
pub mod lock;

mod needs;
mod overrides;
pub mod question;
mod reach;
pub mod scope;
pub mod settings;
pub mod targets;

pub mod learning;
pub mod lint;
pub mod nearest;

mod learned;

pub mod why;

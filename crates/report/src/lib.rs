//! What people and machines read: plans, runs and single checks as text and as JSON.
//!
//! Everything here is a pure function to a string or into a writer; only the binary prints.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod annotations;
pub mod codequality;
pub mod diff;
pub mod dossier;
pub mod exhibit;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod outcome;
pub mod sarif;
pub mod snippet;
pub mod style;
pub mod terminal;
pub mod view;
pub mod when;

//! What does this line mean? Settings, lock and plan; reads no file, asks nobody.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod key;
pub mod nearest;
pub mod settings;

//! Looks at databases: the structure of SQLite files.

mod sqlite;
mod survey;

pub use crate::sqlite::SqliteWire;

//! Harbour Bookings: a small production service inside the process, its checklist, and the faults
//! that can be planted in it.
//!
//! Everything a fault changes is in the demo's own files, so that it can be mended there.

mod authority;
mod fault;
mod files;
mod limiter;
mod pages;
mod service;
mod settings;

pub use fault::Fault;
pub use files::{Made, make};
pub use service::{Service, start};

/// Why the demo could not be made or started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder of that name is there and is none of ours.
    #[error("`{0}` is there already and was not made by the demo; choose another with --folder")]
    NotOurs(String),
    /// A file could not be written or read.
    #[error("failed to write `{path}`: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Certificates could not be made.
    #[error("failed to make certificates: {0}")]
    Certificate(String),
    /// The database could not be made.
    #[error("failed to make the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// No port on the loopback addresses was free.
    #[error("failed to listen on a loopback address: {0}")]
    Listen(std::io::Error),
}

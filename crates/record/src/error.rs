//! What can go wrong with a store, as the caller has to tell it apart.

use std::{fmt, io, path::Path};

use holdpoint_model::time::Time;
use serde::{Deserialize, Serialize};

/// Who works in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// The command, as a user would recognise it.
    pub command: String,
    /// Since when.
    pub since: Time,
}

impl fmt::Display for Holder {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "`{}` (process {})", self.command, self.pid)
    }
}

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process works in the folder.
    #[error("`{folder}` is held by {}", name(by.as_deref()))]
    Held {
        /// The folder.
        folder: String,
        /// Who; unknown when it has not begun a run yet.
        by: Option<Box<Holder>>,
    },
    /// The disk, or the right to use it: nothing was done, and nothing further may be done.
    #[error("failed to {doing}: {why}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        why: String,
    },
    /// What is there is not what was written.
    #[error("`{path}` is damaged: {place}: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// Where in it.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// There is no such record.
    #[error("there is no record at `{0}`")]
    Missing(String),
    /// A sealed file is never opened for writing again.
    #[error("`{0}` is sealed")]
    Sealed(String),
    /// The run cannot be sealed before it ends, nor go on after it.
    #[error("{0}")]
    Order(String),
    /// The file of the machine key is no key.
    #[error("failed to read the machine key `{path}`: {why}")]
    Key {
        /// The file.
        path: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A piece of evidence is larger than is kept.
    #[error("a piece of evidence has {bytes} bytes, {max} are kept at the most")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
}

fn name(by: Option<&Holder>) -> String {
    by.map_or_else(|| String::from("another process"), Holder::to_string)
}

impl Error {
    pub(crate) fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        Self::Io { doing: format!("{doing} `{}`", path.display()), why: error.to_string() }
    }

    pub(crate) fn damaged(path: &Path, place: &str, what: &str) -> Self {
        Self::Damaged {
            path: path.display().to_string(),
            place: place.to_owned(),
            what: what.to_owned(),
        }
    }

    pub(crate) fn sql(doing: &str, path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::damaged(path, "a page", &error.to_string())
            }
            Some(_) | None => {
                Self::Io { doing: format!("{doing} `{}`", path.display()), why: error.to_string() }
            }
        }
    }
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

//! A record as it lies on disk at one moment, read without writing or creating anything.

use std::{
    ffi::OsString,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use crate::{
    error::{Error, Result},
    log, schema,
};

/// The bytes of a record and of what lies beside it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The file.
    pub file: Vec<u8>,
    /// SQLite's write-ahead log; empty when there is none.
    pub log: Vec<u8>,
    /// SQLite's rollback journal, which nothing here ever writes; empty when there is none.
    pub journal: Vec<u8>,
}

/// How often a record that is being written is read before giving up.
const TRIES: usize = 50;

impl Snapshot {
    /// Reads a record, again when it was written meanwhile.
    pub fn take(path: &Path) -> Result<Self> {
        let mut last = None;
        for _ in 0..TRIES {
            let before = Stamp::of(path)?;
            let snapshot = Self {
                file: read(path)?.ok_or_else(|| Error::Missing(path.display().to_string()))?,
                log: read(&beside(path, "-wal"))?.unwrap_or_default(),
                journal: read(&beside(path, "-journal"))?.unwrap_or_default(),
            };
            let after = Stamp::of(path)?;
            if before == after && log::head(&snapshot.log) == after.log {
                return Ok(snapshot);
            }
            last = Some(snapshot);
        }
        last.ok_or_else(|| Error::Missing(path.display().to_string()))
    }

    /// Whether the header says that the file is never written again.
    pub(crate) fn is_closed(&self) -> bool {
        self.mode() == Some(schema::MODE_SEALED)
    }

    /// The two bytes that say how the file is written.
    pub(crate) fn mode(&self) -> Option<[u8; 2]> {
        self.file.get(schema::MODE_AT..)?.first_chunk::<2>().copied()
    }

    /// Opens the bytes in memory, the log laid over them.
    pub(crate) fn open(&self) -> rusqlite::Result<Connection> {
        let mut image = log::overlay(&self.file, &self.log).unwrap_or_else(|| self.file.clone());
        // In memory there is no log; everything it held is in the image already.
        let mode = image.get_mut(schema::MODE_AT..).and_then(<[u8]>::first_chunk_mut::<2>);
        if let Some(mode) = mode.filter(|mode| **mode == schema::MODE_LOG) {
            *mode = schema::MODE_SEALED;
        }
        let mut connection = Connection::open_in_memory()?;
        if !image.is_empty() {
            connection.deserialize_read_exact("main", image.as_slice(), image.len(), true)?;
        }
        schema::distrust(&connection)?;
        Ok(connection)
    }
}

/// What changes when a record is written while it is being read.
#[derive(PartialEq, Eq)]
struct Stamp {
    file: (u64, std::time::SystemTime),
    log: Vec<u8>,
}

impl Stamp {
    fn of(path: &Path) -> Result<Self> {
        let meta = match fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::Missing(path.display().to_string()));
            }
            Err(error) => return Err(Error::io("read", path, &error)),
        };
        let modified = meta.modified().map_err(|error| Error::io("read", path, &error))?;
        let mut head = Vec::new();
        match fs::File::open(beside(path, "-wal")) {
            Ok(log) => {
                let read = log.take(32).read_to_end(&mut head);
                read.map_err(|error| Error::io("read the log of", path, &error))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("read the log of", path, &error)),
        }
        Ok(Self { file: (meta.len(), modified), log: log::head(&head).to_vec() })
    }
}

/// The name of a file that SQLite keeps beside its database.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, &error)),
    }
}

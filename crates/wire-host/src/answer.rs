//! What both ports make of what they found, so that the same machine gives the same answer.

use std::io;

use holdpoint_model::{
    fault::Fault,
    seen::{Entry, EntryKind, File},
    time::{SECOND, Time},
};
use sha2::{Digest, Sha256};

use crate::redact::Redactor;

/// A look that came back empty-handed, and what a person is told of it.
#[derive(Clone, Debug)]
pub(crate) struct Failed(pub(crate) Fault, pub(crate) String);

impl Failed {
    /// What an error of the system means.
    pub(crate) fn io(error: &io::Error) -> Self {
        let faults = [
            (io::ErrorKind::PermissionDenied, Fault::Denied),
            (io::ErrorKind::TimedOut, Fault::TimedOut),
            (io::ErrorKind::Unsupported, Fault::Unsupported),
        ];
        let known = faults.into_iter().find(|(kind, _)| *kind == error.kind());
        Self(known.map_or(Fault::Garbled, |(_, fault)| fault), error.to_string())
    }
}

/// Refuses what cannot be read to an end.
pub(crate) fn readable(kind: EntryKind) -> Result<(), Failed> {
    match kind {
        EntryKind::File => Ok(()),
        EntryKind::Folder => Err(Failed(Fault::Garbled, "it is a folder, not a file".to_owned())),
        EntryKind::Link | EntryKind::Other => Err(Failed(
            Fault::Garbled,
            "it is neither a file nor a folder (a pipe, socket or device), and is not read"
                .to_owned(),
        )),
    }
}

/// What the system says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    /// Type and permission bits.
    pub(crate) mode: u32,
    pub(crate) bytes: u64,
    pub(crate) owner: u32,
    pub(crate) modified_s: i64,
}

impl Meta {
    pub(crate) fn kind(self) -> EntryKind {
        match self.mode & 0o170_000 {
            0o100_000 => EntryKind::File,
            0o040_000 => EntryKind::Folder,
            0o120_000 => EntryKind::Link,
            _ => EntryKind::Other,
        }
    }

    pub(crate) fn modified(self) -> Time {
        Time(self.modified_s.saturating_mul(SECOND))
    }

    pub(crate) fn entry(self, name: String, points_to: Option<String>) -> Entry {
        Entry {
            name,
            kind: self.kind(),
            bytes: self.bytes,
            mode: self.mode & 0o7777,
            owner: self.owner,
            modified: self.modified(),
            points_to,
        }
    }
}

/// The last component of a path as it was asked; `/` for the root.
pub(crate) fn last_component(path: &str) -> String {
    path.split('/').rfind(|part| !part.is_empty()).unwrap_or("/").to_owned()
}

/// The first bytes of a file. Nobody may print it: it may hold a secret.
pub(crate) struct Taken {
    pub(crate) bytes: Vec<u8>,
    whole: u64,
    pub(crate) truncated: bool,
}

impl Taken {
    /// `bytes` holds one more than `max` when the file goes on behind it; `size` is what the
    /// system says, which is nothing for files of `/proc`.
    pub(crate) fn new(mut bytes: Vec<u8>, size: u64, max: u32) -> Self {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let truncated = max < bytes.len();
        bytes.truncate(max);
        let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let whole = if truncated { size.max(read) } else { read };
        Self { bytes, whole, truncated }
    }

    pub(crate) fn file(&self, redactor: &Redactor) -> File {
        let text = String::from_utf8_lossy(&self.bytes);
        File {
            text: redactor.text(&text, self.truncated),
            bytes: self.whole,
            sha256: hex(&Sha256::digest(&self.bytes)),
            truncated: self.truncated,
        }
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_files_that_do_not_tell_theirs() {
        let taken = Taken::new(b"abc".to_vec(), 0, 10);
        assert_eq!((taken.whole, taken.truncated), (3, false));
        let taken = Taken::new(b"abcd".to_vec(), 0, 3);
        assert_eq!((taken.whole, taken.truncated, taken.bytes.len()), (3, true, 3));
        let taken = Taken::new(b"abcd".to_vec(), 9, 3);
        assert_eq!((taken.whole, taken.truncated), (9, true));
    }

    #[test]
    fn names_of_paths() {
        for (path, name) in [("/", "/"), ("/a/b", "b"), ("a/", "a"), ("/..", ".."), ("//", "/")] {
            assert_eq!(last_component(path), name, "{path}");
        }
    }
}

//! The native port: files of this machine, or of a tree below a folder that nothing escapes from.

use std::{
    collections::BTreeSet,
    ffi::{CString, OsString},
    io::Read,
    os::unix::ffi::OsStringExt,
};

use holdpoint_model::{
    ask::Host,
    fault::Fault,
    limits,
    seen::{Entry, EntryKind, Filesystem, List, Seen},
    time::Time,
};
use rustix::{
    fd::OwnedFd,
    fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, StatVfsMountFlags},
    io::Errno,
};

use crate::answer::{self, Failed, Meta, Taken};

/// Where paths begin.
pub(crate) enum Tree {
    /// This machine.
    Here,
    /// Below this folder.
    Below(OwnedFd),
}

/// Times an opening below a folder is tried again when something was renamed meanwhile.
const RACES_MAX: usize = 16;

impl Tree {
    /// The tree of a host; `None` for hosts that are not trees of this machine.
    pub(crate) fn of(host: &Host) -> Option<Result<Self, Failed>> {
        match host {
            Host::Here => Some(Ok(Self::Here)),
            Host::Root(folder) => Some(
                rustix::fs::openat(
                    CWD,
                    folder.as_str(),
                    OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
                    Mode::empty(),
                )
                .map(Self::Below)
                .map_err(|error| {
                    Failed(Fault::NoVantage, format!("the root {folder} cannot be opened: {error}"))
                }),
            ),
            Host::Ssh(_) | Host::Command(_) => None,
        }
    }

    fn open(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mut flags = flags | OFlags::CLOEXEC;
        if !flags.contains(OFlags::PATH) {
            flags |= OFlags::NOCTTY;
        }
        match self {
            Self::Here => rustix::fs::openat(CWD, path, flags, Mode::empty()),
            Self::Below(root) => {
                let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
                for _ in 1..RACES_MAX {
                    match rustix::fs::openat2(root, path, flags, Mode::empty(), resolve) {
                        Err(Errno::AGAIN) => {}
                        done => return done,
                    }
                }
                rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
            }
        }
    }

    /// Opens a regular file for reading; never waits for the other end of a pipe.
    pub(crate) fn file(&self, path: &str) -> Result<Option<(std::fs::File, Meta)>, Failed> {
        let Some(kind) = absent(self.open(path, OFlags::PATH))? else { return Ok(None) };
        answer::readable(Meta::of(&kind)?.kind())?;
        let opened = self.open(path, OFlags::RDONLY | OFlags::NONBLOCK);
        let Some(fd) = absent(opened)? else { return Ok(None) };
        let meta = Meta::of(&fd)?;
        answer::readable(meta.kind())?;
        Ok(Some((fd.into(), meta)))
    }

    /// The first bytes of a file.
    pub(crate) fn take(&self, path: &str, max: u32) -> Result<Option<Taken>, Failed> {
        let Some((file, meta)) = self.file(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        match file.take(u64::from(max).saturating_add(1)).read_to_end(&mut bytes) {
            Ok(_) => Ok(Some(Taken::new(bytes, meta.bytes, max))),
            // A process that ended between opening and reading.
            Err(error) if error.raw_os_error() == Some(Errno::SRCH.raw_os_error()) => Ok(None),
            Err(error) => Err(Failed::io(&error)),
        }
    }

    /// See [`holdpoint_model::ask::What::Stat`].
    pub(crate) fn stat(&self, path: &str) -> Result<Seen, Failed> {
        Ok(self.entry(path)?.map_or(Seen::Absent, Seen::Stat))
    }

    /// What a path is, links followed, and its size.
    pub(crate) fn follow(&self, path: &str) -> Result<Option<(EntryKind, u64)>, Failed> {
        let opened = match self.open(path, OFlags::PATH) {
            // A link that leads to itself leads nowhere.
            Err(Errno::LOOP) => return Ok(None),
            other => absent(other)?,
        };
        let Some(fd) = opened else { return Ok(None) };
        let meta = Meta::of(&fd)?;
        Ok(Some((meta.kind(), meta.bytes)))
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>, Failed> {
        let opened = self.open(path, OFlags::PATH | OFlags::NOFOLLOW);
        let Some(fd) = absent(opened)? else { return Ok(None) };
        let meta = Meta::of(&fd)?;
        let points_to = match meta.kind() {
            EntryKind::Link => Some(rustix::fs::readlinkat(&fd, "", Vec::new())?),
            EntryKind::File | EntryKind::Folder | EntryKind::Other => None,
        };
        Ok(Some(meta.entry(answer::last_component(path), points_to.map(lossy))))
    }

    /// See [`holdpoint_model::ask::What::List`].
    pub(crate) fn list(&self, path: &str, now: Time) -> Result<Seen, Failed> {
        let Some(itself) = self.entry(path)? else { return Ok(Seen::Absent) };
        let folder = match self.open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NONBLOCK) {
            Ok(folder) => folder,
            // A file, or a link to nowhere or to itself: then the thing itself is told.
            Err(Errno::NOTDIR | Errno::NOENT | Errno::LOOP) => {
                let list = List { entries: vec![itself], clock: now, truncated: false };
                return Ok(Seen::List(list));
            }
            Err(error) => return Err(error.into()),
        };
        // Names can be read without the right to look at what they name.
        rustix::fs::openat(&folder, ".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        let max = usize::try_from(limits::ENTRIES_MAX).unwrap_or(usize::MAX);
        let (names, truncated) = names(&folder, max)?;
        let mut entries = Vec::new();
        for name in names {
            match entry_of(&folder, name) {
                Ok(entry) => entries.push(entry),
                // Gone since its name was read.
                Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Seen::List(List { entries, clock: now, truncated }))
    }

    /// See [`holdpoint_model::ask::What::Filesystem`].
    pub(crate) fn filesystem(&self, path: &str) -> Result<Seen, Failed> {
        let Some(fd) = absent(self.open(path, OFlags::PATH))? else { return Ok(Seen::Absent) };
        let facts = rustix::fs::fstatvfs(&fd)?;
        Ok(Seen::Filesystem(Filesystem {
            bytes: facts.f_blocks.saturating_mul(facts.f_frsize),
            available: facts.f_bavail.saturating_mul(facts.f_frsize),
            inodes: facts.f_files,
            inodes_free: facts.f_ffree,
            read_only: facts.f_flag.contains(StatVfsMountFlags::RDONLY),
        }))
    }
}

impl Meta {
    fn of(fd: &OwnedFd) -> Result<Self, Errno> {
        Ok(Self::from(rustix::fs::fstat(fd)?))
    }
}

impl From<rustix::fs::Stat> for Meta {
    fn from(stat: rustix::fs::Stat) -> Self {
        Self {
            mode: stat.st_mode,
            bytes: u64::try_from(stat.st_size).unwrap_or(0),
            owner: stat.st_uid,
            modified_s: stat.st_mtime,
        }
    }
}

/// The first names by their bytes, and whether there are more.
fn names(folder: &OwnedFd, max: usize) -> Result<(BTreeSet<CString>, bool), Errno> {
    let mut names = BTreeSet::new();
    let mut truncated = false;
    for entry in rustix::fs::Dir::read_from(folder)? {
        let name = entry?.file_name().to_owned();
        if matches!(name.as_bytes(), b"." | b"..") {
            continue;
        }
        names.insert(name);
        if max < names.len() {
            names.pop_last();
            truncated = true;
        }
    }
    Ok((names, truncated))
}

fn entry_of(folder: &OwnedFd, name: CString) -> Result<Entry, Errno> {
    let stat = rustix::fs::statat(folder, name.as_c_str(), AtFlags::SYMLINK_NOFOLLOW)?;
    let meta = Meta::from(stat);
    let points_to = match meta.kind() {
        EntryKind::Link => {
            Some(lossy(rustix::fs::readlinkat(folder, name.as_c_str(), Vec::new())?))
        }
        EntryKind::File | EntryKind::Folder | EntryKind::Other => None,
    };
    Ok(meta.entry(lossy(name), points_to))
}

fn lossy(text: CString) -> String {
    OsString::from_vec(text.into_bytes()).to_string_lossy().into_owned()
}

/// "There is no such thing" is an answer, the other errors are not.
fn absent(opened: Result<OwnedFd, Errno>) -> Result<Option<OwnedFd>, Failed> {
    match opened {
        Ok(fd) => Ok(Some(fd)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::SRCH) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl From<Errno> for Failed {
    fn from(errno: Errno) -> Self {
        Self::io(&errno.into())
    }
}

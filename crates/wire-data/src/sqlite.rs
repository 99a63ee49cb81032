//! Opens a SQLite file so that it is read as its writers left it, and nothing is written beside it.

use std::{
    ffi::OsString,
    io::Read,
    os::unix::{ffi::OsStringExt, fs::MetadataExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    seen::{Seen, Sqlite},
    wire::{BoxFuture, Outcome, Wire},
};
use rusqlite::{Connection, OpenFlags};
use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags},
    io::Errno,
};

use crate::survey;

/// Time for a file that its writers do not wait for (WAL, or nobody has it open).
const DEADLINE: Duration = Duration::from_secs(300);
/// Time for a file whose writers have to wait while it is read.
const DEADLINE_SHARED: Duration = Duration::from_secs(30);
/// Time for a look and those that have to wait for it; the runtime gives up a little later.
const PATIENCE: Duration = Duration::from_secs(590);
/// Time for which a lock of somebody else is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(3);
/// Bytes of a file and its log that are copied to be read apart. 4 GiB.
const COPY_BYTES_MAX: u64 = 4 << 30;
/// Times that a look begins anew because the file was changed meanwhile.
const TRIES_MAX: usize = 3;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the header says with 2 that the file is read with a write-ahead log.
const READ_VERSION_AT: usize = 19;

/// Looks at SQLite files of this machine.
#[derive(Default)]
pub struct SqliteWire;

impl SqliteWire {
    /// A wire for the files of this machine.
    pub fn new() -> Self {
        Self
    }
}

impl Wire for SqliteWire {
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>> {
        match what {
            What::Sqlite { on, path } => Some(Box::pin(look(on, path))),
            What::Addresses { .. }
            | What::Control { .. }
            | What::Connect { .. }
            | What::Handshake { .. }
            | What::Http(_)
            | What::Burst { .. }
            | What::Read { .. }
            | What::Stat { .. }
            | What::List { .. }
            | What::Filesystem { .. }
            | What::Run { .. }
            | What::Listeners { .. }
            | What::Variables { .. }
            | What::Stream { .. }
            | What::Git { .. }
            | What::Find { .. }
            | What::Setting { .. }
            | What::Search { .. }
            | What::Earlier(_) => None,
        }
    }
}

/// A look that came back empty-handed, and what a person is told of it.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) Fault, pub(crate) String);

impl From<Errno> for Failed {
    fn from(errno: Errno) -> Self {
        let denied = matches!(errno, Errno::ACCESS | Errno::PERM);
        Self(if denied { Fault::Denied } else { Fault::Garbled }, errno.to_string())
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
        Self(if denied { Fault::Denied } else { Fault::Garbled }, error.to_string())
    }
}

async fn look(on: &Host, path: &str) -> Outcome {
    let root = match on {
        Host::Here => None,
        Host::Root(root) => Some(root.clone()),
        Host::Ssh(_) | Host::Command(_) => {
            let words = "SQLite files are read on the machine of the vantage only";
            return Outcome::fault(Fault::Unsupported, words);
        }
    };
    if path.is_empty() || path.contains('\0') {
        return Outcome::fault(Fault::Unsupported, "the path is empty or holds a NUL");
    }
    let path = path.to_owned();
    let work = tokio::task::spawn_blocking(move || examined(root.as_deref(), &path));
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(Ok((seen, note)))) => Outcome { result: Ok(seen), note },
        Ok(Ok(Err(Failed(fault, note)))) => Outcome::fault(fault, note),
        Ok(Err(error)) => Outcome::fault(Fault::Garbled, error.to_string()),
        Err(_) => Outcome::fault(Fault::TimedOut, "the system did not answer in time"),
    }
}

/// One look at a time: closing a file gives up the locks that this process holds on it, those of
/// another look among them.
static TURN: Mutex<()> = Mutex::new(());

/// What is seen, with a note. Blocks.
fn examined(root: Option<&str>, path: &str) -> Result<(Seen, String), Failed> {
    let Some(path) = resolved(root, path)? else { return Ok((Seen::Absent, String::new())) };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let deadline = Instant::now() + DEADLINE;
    for _ in 1..TRIES_MAX {
        if let Some(done) = once(&path, deadline)? {
            return Ok(done);
        }
    }
    once(&path, deadline)?.ok_or_else(|| {
        Failed(Fault::Garbled, "the file was changed again and again while it was read".to_owned())
    })
}

/// The path behind links; `None` when there is no such thing. Below a root nothing leads out.
fn resolved(root: Option<&str>, path: &str) -> Result<Option<PathBuf>, Failed> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let opened = match root {
        None => rustix::fs::openat(CWD, path, flags, Mode::empty()),
        Some(root) => {
            let words = |error| {
                Failed(Fault::NoVantage, format!("the root {root} cannot be opened: {error}"))
            };
            let root = rustix::fs::openat(CWD, root, flags | OFlags::DIRECTORY, Mode::empty())
                .map_err(words)?;
            let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
            rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
        }
    };
    let fd = match opened {
        Ok(fd) => fd,
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let stat = rustix::fs::fstat(&fd)?;
    if stat.st_mode & 0o170_000 != 0o100_000 {
        return Err(Failed(Fault::Garbled, "it is not a regular file".to_owned()));
    }
    let number = std::os::fd::AsRawFd::as_raw_fd(&fd);
    let link = rustix::fs::readlinkat(CWD, format!("/proc/self/fd/{number}"), Vec::new())?;
    Ok(Some(PathBuf::from(OsString::from_vec(link.into_bytes()))))
}

/// What would change if somebody wrote: length and times of the file and of its log.
#[derive(PartialEq, Eq)]
struct State {
    file: Option<(u64, i64, i64)>,
    log: Option<(u64, i64, i64)>,
    index: bool,
}

impl State {
    fn of(path: &Path) -> Self {
        let facts = |path: &Path| {
            let meta = std::fs::symlink_metadata(path).ok()?;
            Some((meta.len(), meta.mtime(), meta.mtime_nsec()))
        };
        Self {
            file: facts(path),
            log: facts(&beside(path, "-wal")),
            index: beside(path, "-shm").exists(),
        }
    }

    /// Whether committed pages may stand in the log alone.
    fn has_log(&self) -> bool {
        self.log.is_some_and(|(bytes, ..)| 0 < bytes)
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// How a file is opened.
enum Way {
    /// As its other readers do: its locks, log and index are there.
    Shared,
    /// Nobody has it open, and nothing stands in its log: without locks, so that no log is created.
    Alone,
    /// Nobody has it open, and its log has no index: apart, so that no index is created.
    Copied,
}

/// One try; `None` when somebody wrote meanwhile.
fn once(path: &Path, deadline: Instant) -> Result<Option<(Seen, String)>, Failed> {
    let mut file = std::fs::File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut first = Vec::new();
    file.by_ref().take(100).read_to_end(&mut first)?;
    drop(file);
    if !first.starts_with(MAGIC) {
        let seen = Sqlite {
            bytes,
            header: false,
            integrity: Vec::new(),
            foreign_key_violations: 0,
            tables: std::collections::BTreeMap::new(),
        };
        return Ok(Some((Seen::Sqlite(seen), String::new())));
    }
    let logged = first.get(READ_VERSION_AT) == Some(&2);
    let before = State::of(path);
    let way = if !logged || before.index {
        Way::Shared
    } else if before.has_log() {
        Way::Copied
    } else {
        Way::Alone
    };
    let deadline = if logged { deadline } else { deadline.min(Instant::now() + DEADLINE_SHARED) };
    let found = match way {
        Way::Shared => survey::survey(connect(path, "mode=ro")?, logged, deadline)?,
        Way::Alone => survey::survey(connect(path, "mode=ro&immutable=1")?, logged, deadline)?,
        Way::Copied => {
            let (folder, copy) = copied(path, &before)?;
            let found = survey::survey(connect(&copy, "mode=rw")?, logged, deadline)?;
            folder.close()?;
            found
        }
    };
    let shared = matches!(way, Way::Shared);
    if !shared && State::of(path) != before {
        return Ok(None);
    }
    let seen = Sqlite {
        bytes,
        header: true,
        integrity: found.integrity,
        foreign_key_violations: found.foreign_key_violations,
        tables: found.tables,
    };
    Ok(Some((Seen::Sqlite(seen), found.note)))
}

fn connect(path: &Path, how: &str) -> Result<Connection, Failed> {
    let escaped: String = path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| match byte {
            b'/' | b'.' | b'-' | b'_' => char::from(*byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let writes = how == "mode=rw";
    let access =
        if writes { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let flags = access | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let uri = format!("file:{escaped}?{how}");
    let connection = Connection::open_with_flags(uri, flags).map_err(survey::failed)?;
    connection.busy_timeout(LOCK_WAIT).map_err(survey::failed)?;
    Ok(connection)
}

/// A copy of a file and its log that only we may read.
fn copied(path: &Path, state: &State) -> Result<(tempfile::TempDir, PathBuf), Failed> {
    let size = |facts: Option<(u64, i64, i64)>| facts.map_or(0, |(bytes, ..)| bytes);
    if COPY_BYTES_MAX < size(state.file).saturating_add(size(state.log)) {
        let words = "its log has no index, and the file is too large to be copied".to_owned();
        return Err(Failed(Fault::TooLarge, words));
    }
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.db");
    std::fs::copy(path, &copy)?;
    std::fs::copy(beside(path, "-wal"), beside(&copy, "-wal"))?;
    Ok((folder, copy))
}

//! Looks at databases. So far: the structure of a SQLite file, opened for reading only.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    seen::{Seen, Sqlite},
    wire::{BoxFuture, Outcome, Wire},
};
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// Time that one look at a database may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// Time that a lock of somebody else is waited for.
const BUSY: Duration = Duration::from_secs(2);
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 100_000;
/// Messages of the integrity check that are kept.
const MESSAGES_MAX: usize = 20;
/// The first bytes of every SQLite 3 file.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Looks at SQLite files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteWire;

impl Wire for SqliteWire {
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>> {
        let What::Sqlite { on, path } = what else { return None };
        let path = match on {
            Host::Here => PathBuf::from(path),
            Host::Root(root) => Path::new(root).join(path.trim_start_matches('/')),
            Host::Ssh(_) | Host::Command(_) => {
                let why = "a database file is read on the machine that holds it";
                return Some(Box::pin(async move { Outcome::fault(Fault::Unsupported, why) }));
            }
        };
        Some(Box::pin(async move {
            let looked = tokio::task::spawn_blocking(move || look(&path)).await;
            looked.unwrap_or_else(|error| Outcome::fault(Fault::Garbled, error.to_string()))
        }))
    }
}

fn look(path: &Path) -> Outcome {
    let (bytes, header) = match head(path) {
        Ok(Some(head)) => head,
        Ok(None) => return Outcome::seen(Seen::Absent),
        Err(error) => return Outcome::fault(Fault::Denied, error.to_string()),
    };
    let none = Sqlite {
        bytes,
        header,
        integrity: Vec::new(),
        foreign_key_violations: 0,
        tables: BTreeMap::new(),
    };
    if !header {
        return Outcome::seen(Seen::Sqlite(none));
    }
    match structure(path, none) {
        Ok(seen) => Outcome::seen(Seen::Sqlite(seen)),
        Err(error) => Outcome::fault(fault(&error), error.to_string()),
    }
}

/// Size, and whether it begins as a SQLite file does.
fn head(path: &Path) -> std::io::Result<Option<(u64, bool)>> {
    let found = match std::fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Ok(Some((0, false)));
    }
    let mut first = Vec::new();
    std::fs::File::open(path)?.take(16).read_to_end(&mut first)?;
    Ok(Some((found.len(), first == HEADER)))
}

fn structure(path: &Path, mut seen: Sqlite) -> rusqlite::Result<Sqlite> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags)?;
    database.busy_timeout(BUSY)?;
    let began = Instant::now();
    database.progress_handler(STEPS, Some(move || PATIENCE < began.elapsed()))?;
    // One transaction: everything is seen at one moment.
    database.execute_batch("PRAGMA query_only = ON; BEGIN")?;
    match integrity(&database) {
        Ok(messages) => seen.integrity = messages,
        Err(error) if malformed(&error) => {
            seen.integrity = vec![error.to_string()];
            return Ok(seen);
        }
        Err(error) => return Err(error),
    }
    if seen.integrity == ["ok"] {
        seen.foreign_key_violations = foreign_keys(&database)?;
        seen.tables = tables(&database)?;
    }
    Ok(seen)
}

fn integrity(database: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = database.prepare(&format!("PRAGMA integrity_check({MESSAGES_MAX})"))?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn foreign_keys(database: &Connection) -> rusqlite::Result<u64> {
    let mut statement = database.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn tables(database: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut statement = database.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let names: Vec<String> =
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut tables = BTreeMap::new();
    for name in names {
        let quoted = name.replace('"', "\"\"");
        let count = database.query_row(&format!("SELECT count(*) FROM \"{quoted}\""), [], |row| {
            row.get::<_, i64>(0)
        });
        match count {
            Ok(count) => {
                tables.insert(name, u64::try_from(count).unwrap_or(0));
            }
            // A virtual table whose module is not built in has no rows that we could count.
            Err(error) if no_module(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tables)
}

fn no_module(error: &rusqlite::Error) -> bool {
    error.to_string().contains("no such module")
}

fn malformed(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn fault(error: &rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted,
        ) => Fault::TimedOut,
        Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            Fault::Denied
        }
        Some(_) | None => Fault::Garbled,
    }
}

//! Questions to an open SQLite file, within a deadline.

use std::{collections::BTreeMap, time::Instant};

use holdpoint_model::fault::Fault;
use rusqlite::{Connection, Error, ErrorCode};

use crate::sqlite::Failed;

/// Lines of the integrity check that are kept.
const LINES_MAX: usize = 20;
/// Tables whose rows are counted.
const TABLES_MAX: usize = 2_000;
/// Steps of the database engine between two looks at the clock.
const STEPS: i32 = 20_000;

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) integrity: Vec<String>,
    pub(crate) foreign_key_violations: u64,
    pub(crate) tables: BTreeMap<String, u64>,
    pub(crate) note: String,
}

/// Asks everything. With a log all of it is asked of one state; otherwise writers get their turn
/// between two questions.
pub(crate) fn survey(
    connection: Connection,
    logged: bool,
    deadline: Instant,
) -> Result<Found, Failed> {
    connection.progress_handler(STEPS, Some(move || deadline < Instant::now())).map_err(failed)?;
    let mut found = Found::default();
    match asked(&connection, logged, &mut found) {
        Ok(()) => {}
        // Damage is an answer, wherever it was met.
        Err(error) if is_damage(&error) => {
            found.integrity.retain(|line| line != "ok");
            found.integrity.push(words(&error));
            found.integrity.truncate(LINES_MAX);
        }
        Err(error) => return Err(failed(error)),
    }
    // Nothing was written that a close could lose.
    drop(connection.close());
    Ok(found)
}

fn asked(connection: &Connection, logged: bool, found: &mut Found) -> Result<(), Error> {
    connection
        .execute_batch("PRAGMA query_only=1; PRAGMA trusted_schema=0; PRAGMA cell_size_check=1;")?;
    if logged {
        connection.execute_batch("BEGIN")?;
    }
    found.integrity = integrity(connection)?;
    match foreign_keys(connection) {
        Ok(count) => found.foreign_key_violations = count,
        Err(error) if is_mismatch(&error) => {
            // A foreign key that names nothing it could refer to: not one row of it can be right.
            found.integrity.retain(|line| line != "ok");
            found.integrity.push(words(&error));
        }
        Err(error) => return Err(error),
    }
    let mut names = table_names(connection)?;
    if TABLES_MAX < names.len() {
        found.note = format!("rows of {TABLES_MAX} of {} tables were counted", names.len());
        names.truncate(TABLES_MAX);
    }
    for name in names {
        match rows(connection, &name) {
            Ok(count) => {
                found.tables.insert(name, count);
            }
            // A virtual table whose module we do not have.
            Err(error) if is_unknown(&error) => {
                found.note =
                    format!("the rows of some tables cannot be counted: {}", words(&error));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn integrity(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({LINES_MAX})"))?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    lines.take(LINES_MAX).collect()
}

fn foreign_keys(connection: &Connection) -> Result<u64, Error> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn table_names(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare(
        r"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
          ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

fn rows(connection: &Connection, table: &str) -> Result<u64, Error> {
    let table = table.replace('"', "\"\"");
    let count = connection
        .query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get::<_, i64>(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

fn code(error: &Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

fn is_damage(error: &Error) -> bool {
    matches!(code(error), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn is_mismatch(error: &Error) -> bool {
    words(error).contains("foreign key mismatch")
}

/// Whether a table could not be read for want of something that we lack.
fn is_unknown(error: &Error) -> bool {
    let words = words(error);
    code(error) == Some(ErrorCode::Unknown)
        && ["no such module", "no such function", "no such tokenizer", "unsafe use of"]
            .iter()
            .any(|start| words.contains(start))
}

/// What the engine says, without the statement that we sent.
fn words(error: &Error) -> String {
    if let Error::SqliteFailure(_, Some(words)) | Error::SqlInputError { msg: words, .. } = error {
        return words.clone();
    }
    error.to_string()
}

/// A lock, a missing right or an interruption is not an answer.
pub(crate) fn failed(error: Error) -> Failed {
    let faults = [
        (ErrorCode::DatabaseBusy, Fault::TimedOut, "somebody else has locked the file"),
        (ErrorCode::DatabaseLocked, Fault::TimedOut, "somebody else has locked the file"),
        (ErrorCode::FileLockingProtocolFailed, Fault::TimedOut, "its locks cannot be taken"),
        (ErrorCode::OperationInterrupted, Fault::TimedOut, "reading it takes too long"),
        (ErrorCode::PermissionDenied, Fault::Denied, "it may not be read"),
        (ErrorCode::CannotOpen, Fault::Denied, "the file or its journal cannot be opened"),
        (ErrorCode::ReadOnly, Fault::Denied, "its journal has to be rolled back by a writer first"),
    ];
    let known = faults.into_iter().find(|(candidate, ..)| Some(*candidate) == code(&error));
    match known {
        Some((_, fault, why)) => Failed(fault, format!("{why} ({})", words(&error))),
        None => Failed(Fault::Garbled, words(&error)),
    }
}

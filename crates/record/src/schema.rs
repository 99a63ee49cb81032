//! The tables of a record, and the image of one that holds nothing yet.

use std::{sync::OnceLock, time::Duration};

use rusqlite::Connection;

use crate::canonical;

/// The version of the format.
pub const FORMAT: u32 = 1;
/// The bytes `HLDP`, where SQLite keeps the id of an application.
pub(crate) const APPLICATION: i64 = 0x484c_4450;
/// Offset of the two bytes of the header that say whether a write-ahead log is in use.
pub(crate) const MODE_AT: usize = 18;
/// The file is written through a write-ahead log: it is not sealed.
pub(crate) const MODE_LOG: [u8; 2] = [2, 2];
/// The file is never written again: it is sealed.
pub(crate) const MODE_SEALED: [u8; 2] = [1, 1];
/// Bytes of an uncompressed piece of evidence: a document of the largest size makes a plan of this.
pub const EVIDENCE_BYTES_MAX: usize = 512 * 1024 * 1024;

const TABLES: &str = "
CREATE TABLE meta(format INTEGER NOT NULL, run TEXT NOT NULL) STRICT;
CREATE TABLE holder(pid INTEGER NOT NULL, command TEXT NOT NULL, since INTEGER NOT NULL) STRICT;
CREATE TABLE event(seq INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE evidence(
  digest BLOB PRIMARY KEY, codec TEXT NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE seal(body BLOB NOT NULL, chain BLOB NOT NULL, file BLOB NOT NULL) STRICT;
";

/// One row of SQLite's own table of tables.
pub(crate) type Shape = (String, String, String, Option<String>);

/// The tables that a record has, and no others.
pub(crate) fn expected() -> &'static [Shape] {
    static SHAPES: OnceLock<Vec<Shape>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let made = Connection::open_in_memory().and_then(|connection| {
            connection.execute_batch(TABLES)?;
            shapes(&connection)
        });
        made.expect("the tables can be made in memory")
    })
}

/// The tables that a file has.
pub(crate) fn shapes(connection: &Connection) -> rusqlite::Result<Vec<Shape>> {
    let mut statement =
        connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid")?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect()
}

/// Makes a connection trust nothing that stands in the file.
pub(crate) fn distrust(connection: &Connection) -> rusqlite::Result<()> {
    use rusqlite::config::DbConfig;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.busy_timeout(Duration::ZERO)
}

/// A store in memory with every table and no row but its number.
pub(crate) fn blank(run: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch(TABLES)?;
    connection.execute("INSERT INTO meta(format, run) VALUES (?1, ?2)", (FORMAT, run))?;
    Ok(connection)
}

/// The first link of a run's chain.
pub(crate) fn origin(run: &str) -> [u8; 32] {
    canonical::sha256(format!("holdpoint journal 1\n{run}").as_bytes())
}

/// The link that an event adds to the chain.
pub(crate) fn link(before: &[u8; 32], seq: u64, body: &[u8]) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(40 + body.len());
    bytes.extend_from_slice(before);
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(body);
    canonical::sha256(&bytes)
}

//! The rows of a record, as they lie there, before anyone believes them.

use rusqlite::Connection;

use crate::{
    canonical,
    schema::FORMAT,
    seal::{Seal, Sealed},
};

/// The row of `meta`.
pub(crate) struct Meta {
    pub(crate) run: String,
}

/// A row of `event`.
pub(crate) struct RawEvent {
    pub(crate) seq: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

/// A row of `seal`.
pub(crate) struct RawSeal {
    body: Vec<u8>,
    chain: Vec<u8>,
    file: Vec<u8>,
}

impl RawSeal {
    /// The seal, if it is written like one.
    pub(crate) fn read(self) -> Result<Sealed, String> {
        let seal: Seal = canonical::read(&self.body)?;
        let signature =
            |bytes: Vec<u8>| <[u8; 64]>::try_from(bytes).map_err(|_| "a signature has 64 bytes");
        Ok(Sealed { seal, chain: signature(self.chain)?, file: signature(self.file)? })
    }
}

/// The number of the run; an error when that is not all there is, or the format is another.
pub(crate) fn meta(connection: &Connection) -> Result<Meta, String> {
    let rows = || -> rusqlite::Result<Vec<(u32, String)>> {
        let mut statement = connection.prepare("SELECT format, run FROM meta LIMIT 2")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    let rows = rows().map_err(|error| error.to_string())?;
    match rows.as_slice() {
        [(FORMAT, run)] => Ok(Meta { run: run.clone() }),
        [(format, _)] => Err(format!("format {format} is not known to this version")),
        [] => Err(String::from("it holds no row")),
        _ => Err(String::from("it holds more than one row")),
    }
}

/// Every event by number.
pub(crate) fn events(connection: &Connection) -> rusqlite::Result<Vec<RawEvent>> {
    let mut statement = connection.prepare("SELECT seq, body, hash FROM event ORDER BY seq")?;
    let rows = statement.query_map([], |row| {
        Ok(RawEvent { seq: row.get(0)?, body: row.get(1)?, hash: row.get(2)? })
    })?;
    rows.collect()
}

/// Every seal; more than one is one too many.
pub(crate) fn seals(connection: &Connection) -> rusqlite::Result<Vec<RawSeal>> {
    let mut statement = connection.prepare("SELECT body, chain, file FROM seal LIMIT 2")?;
    let rows = statement.query_map([], |row| {
        Ok(RawSeal { body: row.get(0)?, chain: row.get(1)?, file: row.get(2)? })
    })?;
    rows.collect()
}

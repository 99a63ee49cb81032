//! Reads a record for showing it and for going on with it; takes nothing that does not hang
//! together.

use std::path::Path;

use holdpoint_model::event::{Digest, Event, Seq};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    canonical,
    error::{Error, Result},
    evidence,
    rows::{self, Meta, RawEvent},
    schema,
    seal::Sealed,
    snapshot::Snapshot,
    verify,
};

/// A record that was read.
#[derive(Debug)]
pub struct Loaded {
    /// Number of the run.
    pub run: String,
    /// The journal.
    pub events: Vec<(Seq, Event)>,
    /// The seal, which holds where the file is closed; whose key it is, is for the verifier to say.
    pub sealed: Option<Sealed>,
    /// Whether the file is closed for good.
    pub closed: bool,
    connection: Connection,
    path: String,
}

impl Loaded {
    /// Whether the run has ended.
    pub fn ended(&self) -> bool {
        matches!(self.events.last(), Some((_, Event::RunEnded { .. })))
    }

    /// A piece of evidence, held against its digest; `None` when there is none of that digest.
    pub fn evidence(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        let damaged = |what: &str| Error::Damaged {
            path: self.path.clone(),
            place: format!("evidence {}", digest.0),
            what: what.to_owned(),
        };
        let Some(key) = canonical::unhex(&digest.0) else { return Ok(None) };
        let row = self
            .connection
            .query_row(
                "SELECT codec, size, bytes FROM evidence WHERE digest = ?1",
                [key.as_slice()],
                |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(|error| damaged(&error.to_string()))?;
        let Some((codec, size, bytes)) = row else { return Ok(None) };
        evidence::unpack(&key, &codec, size, bytes).map(Some).map_err(|why| damaged(&why))
    }
}

/// Reads the record at `path`, writing and creating nothing.
pub fn load(path: &Path) -> Result<Loaded> {
    let snapshot = Snapshot::take(path)?;
    let at = |place: &str, what: &str| Error::damaged(path, place, what);
    let read = |error: rusqlite::Error| at("a page", &error.to_string());
    let connection = snapshot.open().map_err(read)?;
    if schema::shapes(&connection).map_err(read)? != schema::expected() {
        return Err(at("tables", "they are not those of a record"));
    }
    let Meta { run, .. } = rows::meta(&connection).map_err(|why| at("table meta", &why))?;
    let mut head = schema::origin(&run);
    let mut events = Vec::new();
    let raw = rows::events(&connection).map_err(read)?;
    for (index, RawEvent { seq, body, hash }) in raw.into_iter().enumerate() {
        let number = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
        let place = format!("event {number}");
        head = schema::link(&head, number, &body);
        if i64::try_from(number) != Ok(seq) || head.as_slice() != hash {
            return Err(at(&place, "the chain does not hold"));
        }
        let event = canonical::read(&body).map_err(|why| at(&place, &why))?;
        events.push((Seq(number), event));
    }
    let mut seals = rows::seals(&connection).map_err(read)?;
    let sealed = match seals.len() {
        0 => None,
        1 => Some(seals.remove(0).read().map_err(|why| at("seal", &why))?),
        _ => return Err(at("seal", "there are several")),
    };
    let closed = snapshot.is_closed();
    // A chain has no key: whoever can write the file can link it anew. Only the seal tells.
    let holds = |it: &Sealed| verify::holds(&snapshot.file, it, &run, events.len(), &head);
    if closed && !sealed.as_ref().is_some_and(holds) {
        return Err(at("seal", "it does not hold: the file was changed after it was sealed"));
    }
    let path = path.display().to_string();
    Ok(Loaded { run, events, sealed, closed, connection, path })
}

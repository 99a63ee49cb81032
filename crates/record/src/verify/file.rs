//! First pass: bytes, tables, rows, chain and signatures. Nothing is believed that they do not
//! carry.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::event::{Digest, Event, Seq};
use rusqlite::Connection;

use crate::{
    canonical, evidence,
    rows::{self, RawEvent},
    schema,
    seal::{self, Sealed},
    snapshot::Snapshot,
    verify::{
        Trust,
        report::{Open, Place, Report},
    },
};

/// What the rows hold.
pub(crate) struct Content {
    pub(crate) events: Vec<(Seq, Event)>,
    pub(crate) evidence: BTreeMap<Digest, Vec<u8>>,
    /// Pieces that are there and not what they were; they have been named.
    pub(crate) damaged: BTreeSet<Digest>,
    pub(crate) sealed: Option<Sealed>,
    pub(crate) voucher: Option<String>,
}

/// Reads the rows; `None` when they are not worth reading on.
pub(crate) fn read(snapshot: &Snapshot, trust: &Trust, report: &mut Report) -> Option<Content> {
    let whole = |error: rusqlite::Error| (Place::File, error.to_string());
    let content = snapshot.open().map_err(whole).and_then(|connection| {
        tables(&connection)?;
        let run = rows::meta(&connection).map_err(|why| (Place::Table("meta".into()), why))?.run;
        report.run = Some(run.clone());
        bookkeeping(snapshot, &connection, report).map_err(whole)?;
        let (events, head) = events(&connection, &run, report).map_err(whole)?;
        let (evidence, damaged) = pieces(&connection, report).map_err(whole)?;
        let sealed = one_seal(&connection, report).map_err(whole)?;
        Ok((Content { events, evidence, damaged, sealed, voucher: None }, run, head))
    });
    let (mut content, run, head) = match content {
        Ok(content) => content,
        Err((place, what)) => {
            report.trouble(place, what);
            return None;
        }
    };
    report.events = content.events.len();
    report.evidence = content.evidence.len();
    if let Some(sealed) = &content.sealed {
        covers(sealed, &run, content.events.len(), &head, report);
    }
    let done = closed(snapshot, content.sealed.as_ref(), report);
    if let Some(sealed) = content.sealed.as_ref().filter(|_| snapshot.is_closed()) {
        report.seal = Some(sealed.digest());
        let key = sealed.key()?;
        content.voucher = trust.keys.get(&key).cloned();
        if done && content.voucher.is_none() {
            report.open.push(Open::Unvouched(key));
        }
    }
    match content.events.last() {
        Some((_, Event::RunEnded { .. })) if !snapshot.is_closed() => {
            report.open.push(Open::Unsealed);
        }
        Some((_, Event::RunEnded { .. })) => {}
        Some(_) | None => {
            if content.sealed.is_some() {
                report.trouble(Place::Seal, "it seals a run that has not ended");
            }
            report.open.push(Open::Unfinished);
        }
    }
    Some(content)
}

fn tables(connection: &Connection) -> Result<(), (Place, String)> {
    let whole = |error: rusqlite::Error| (Place::File, error.to_string());
    let expected = schema::expected();
    let found = schema::shapes(connection).map_err(whole)?;
    let odd = found.iter().find(|shape| !expected.contains(shape));
    let missing = expected.iter().find(|shape| !found.contains(shape));
    match (odd, missing) {
        (Some(odd), _) => {
            let what = format!("a record has no such {}", odd.0);
            Err((Place::Table(odd.1.clone()), what))
        }
        (None, Some(missing)) => {
            Err((Place::Table(missing.1.clone()), String::from("it is missing")))
        }
        (None, None) if found == expected => Ok(()),
        (None, None) => Err((Place::File, String::from("its tables are out of order"))),
    }
}

/// What a file carries beside rows.
fn bookkeeping(
    snapshot: &Snapshot,
    connection: &Connection,
    report: &mut Report,
) -> rusqlite::Result<()> {
    let number = |pragma: &str| {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))
    };
    if number("application_id")? != schema::APPLICATION
        || number("user_version")? != i64::from(schema::FORMAT)
    {
        report.trouble(Place::Bytes(60, 72), "the header is not that of a record");
    }
    let size = number("page_count")?.checked_mul(number("page_size")?);
    let size = size.and_then(|size| usize::try_from(size).ok());
    if snapshot.log.is_empty() && size != Some(snapshot.file.len()) {
        let end = snapshot.file.len();
        report.trouble(Place::Bytes(size.unwrap_or(0).min(end), end), "they belong to no page");
    }
    let check: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if check != "ok" {
        report.trouble(Place::File, check);
    }
    let holders: i64 = connection.query_row("SELECT count(*) FROM holder", [], |row| row.get(0))?;
    if holders != 0 && (1 < holders || snapshot.is_closed()) {
        report.trouble(Place::Table("holder".into()), "it holds a row that nobody wrote");
    }
    if !snapshot.journal.is_empty() {
        report.trouble(Place::Beside("-journal"), "no record is written with one");
    }
    if !snapshot.log.is_empty() && snapshot.is_closed() {
        report.trouble(Place::Beside("-wal"), "a sealed file has none");
    }
    Ok(())
}

type Chained = (Vec<(Seq, Event)>, [u8; 32]);

fn events(connection: &Connection, run: &str, report: &mut Report) -> rusqlite::Result<Chained> {
    let mut head = schema::origin(run);
    let mut events = Vec::new();
    let mut number = 0_u64;
    for RawEvent { seq, body, hash } in rows::events(connection)? {
        number += 1;
        let place = || Place::Event(Seq(number));
        if i64::try_from(number) != Ok(seq) {
            report.trouble(place(), format!("its row has the number {seq}"));
        }
        let before = head;
        head = schema::link(&before, number, &body);
        if hash != head {
            report.trouble(place(), "its link does not follow from the one before and its body");
            // Go on from what is written, so that each place is named once.
            head = hash.try_into().unwrap_or(head);
        }
        match canonical::read(&body) {
            Ok(event) => events.push((Seq(number), event)),
            Err(why) => report.trouble(place(), format!("it cannot be read: {why}")),
        }
    }
    Ok((events, head))
}

/// Pieces that are what they were, and digests of those that are not.
type Pieces = (BTreeMap<Digest, Vec<u8>>, BTreeSet<Digest>);

fn pieces(connection: &Connection, report: &mut Report) -> rusqlite::Result<Pieces> {
    let mut statement = connection.prepare("SELECT digest, codec, size, bytes FROM evidence")?;
    let mut rows = statement.query([])?;
    let (mut pieces, mut damaged) = (BTreeMap::new(), BTreeSet::new());
    while let Some(row) = rows.next()? {
        let (key, codec): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
        let digest = Digest(canonical::hex(&key));
        match evidence::unpack(&key, &codec, row.get(2)?, row.get(3)?) {
            Ok(bytes) => drop(pieces.insert(digest, bytes)),
            Err(why) => {
                report.trouble(Place::Evidence(digest.clone()), why);
                damaged.insert(digest);
            }
        }
    }
    Ok((pieces, damaged))
}

fn one_seal(connection: &Connection, report: &mut Report) -> rusqlite::Result<Option<Sealed>> {
    let mut seals = rows::seals(connection)?.into_iter();
    let first = seals.next();
    if seals.next().is_some() {
        report.trouble(Place::Seal, "there are several");
    }
    Ok(first.and_then(|first| match first.read() {
        Ok(sealed) => Some(sealed),
        Err(why) => {
            report.trouble(Place::Seal, format!("it cannot be read: {why}"));
            None
        }
    }))
}

/// Whether the seal is about this journal, and signed.
fn covers(sealed: &Sealed, run: &str, events: usize, head: &[u8; 32], report: &mut Report) {
    let seal = &sealed.seal;
    if seal.format != schema::FORMAT || seal.run != run {
        report.trouble(Place::Seal, format!("it is the seal of run {}", seal.run));
    }
    if usize::try_from(seal.events) != Ok(events) {
        report.trouble(
            Place::Seal,
            format!("it is over {} events, and there are {events}", seal.events),
        );
    } else if seal.head != canonical::hex(head) {
        report.trouble(Place::Seal, "it is over another journal");
    }
    match sealed.key() {
        Some(key) if key.signed(&seal::chain_message(seal), &sealed.chain) => {}
        Some(_) => report.trouble(Place::Seal, "the signature over the journal is not good"),
        None => report.trouble(Place::Seal, "it names no key"),
    }
}

/// Whether the file is closed with a good signature over all of it. What is wrong is reported.
fn closed(snapshot: &Snapshot, sealed: Option<&Sealed>, report: &mut Report) -> bool {
    let mode = Place::Bytes(schema::MODE_AT, schema::MODE_AT + 2);
    match (snapshot.mode(), sealed) {
        (Some(schema::MODE_LOG), None) => false,
        // Killed between signing and closing, or before: the next command does it again.
        (Some(schema::MODE_LOG), Some(sealed)) => {
            if sealed.file != seal::mark(&sealed.seal) && !signed(&snapshot.file, sealed) {
                report.trouble(Place::Seal, "its place holds neither mark nor signature");
            }
            false
        }
        (Some(schema::MODE_SEALED), None) => {
            report.trouble(Place::Seal, "the file is closed, and has none");
            false
        }
        (Some(schema::MODE_SEALED), Some(sealed)) => {
            if signed(&snapshot.file, sealed) {
                return true;
            }
            let what = "the signature over the whole file is not good";
            match report.troubles.is_empty() {
                true => report.trouble(
                    Place::File,
                    format!(
                        "{what}: no row differs, so it is the signature or a byte between the rows"
                    ),
                ),
                false => report.trouble(Place::Seal, what),
            }
            false
        }
        (Some(_) | None, _) => {
            report.trouble(mode, "they are not those of a record");
            false
        }
    }
}

/// Whether a seal is about this journal and signed, and so is the whole file.
pub(crate) fn holds(
    file: &[u8],
    sealed: &Sealed,
    run: &str,
    events: usize,
    head: &[u8; 32],
) -> bool {
    let seal = &sealed.seal;
    seal.run == run
        && usize::try_from(seal.events) == Ok(events)
        && seal.head == canonical::hex(head)
        && sealed.key().is_some_and(|key| key.signed(&seal::chain_message(seal), &sealed.chain))
        && signed(file, sealed)
}

fn signed(file: &[u8], sealed: &Sealed) -> bool {
    let message = seal::find(file, &sealed.file).and_then(|place| seal::file_message(file, place));
    match (message, sealed.key()) {
        (Some(message), Some(key)) => key.signed(&message, &sealed.file),
        (None, _) | (_, None) => false,
    }
}

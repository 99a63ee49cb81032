//! One record while it is being written: append, seal, and nothing else.
//!
//! A run is one SQLite file with a write-ahead log, synchronised at every commit: whatever moment
//! the process is killed at, the file opens, and its events are a prefix that includes every one
//! that was acknowledged. The file comes into being whole, with its first events in it; from its
//! last step on, in which the signature and then the mode are patched in place, SQLite never opens
//! it for writing again.

use std::{
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use holdpoint_model::{
    event::{Digest, Event, Seq},
    time::Time,
};
use rusqlite::{Connection, OpenFlags};

use crate::{
    canonical,
    error::{Error, Holder, Result},
    evidence,
    folder::Lock,
    key::Key,
    schema,
    seal::{self, Sealed},
    snapshot::beside,
};

/// A record that is being written.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    run: String,
    count: u64,
    head: [u8; 32],
    ended: bool,
    failed: bool,
    /// Keeps the folder held.
    _lock: Arc<Lock>,
}

impl Store {
    /// Opens a record that is not sealed.
    pub(crate) fn open(path: &Path, lock: &Arc<Lock>) -> Result<Self> {
        let failed = |error: rusqlite::Error| Error::sql("open", path, &error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        schema::distrust(&connection).map_err(failed)?;
        // No other process may come near: the folder is held, and the log needs no shared memory.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        // What is deleted is wiped, so that no second copy of a seal's mark is ever left behind.
        connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
        let mode: String =
            connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(failed)?;
        if mode != "wal" {
            return Err(Error::Sealed(path.display().to_string()));
        }
        let run: String =
            connection.query_row("SELECT run FROM meta", [], |row| row.get(0)).map_err(failed)?;
        let last: (i64, Vec<u8>, Vec<u8>) = connection
            .query_row("SELECT seq, body, hash FROM event ORDER BY seq DESC LIMIT 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .map_err(failed)?;
        let place = format!("event {}", last.0);
        let count = u64::try_from(last.0)
            .map_err(|_| Error::damaged(path, &place, "it has no such number"))?;
        let event: Event =
            canonical::read(&last.1).map_err(|why| Error::damaged(path, &place, &why))?;
        let head = last
            .2
            .try_into()
            .map_err(|_| Error::damaged(path, &place, "its link is no SHA-256"))?;
        let ended = matches!(event, Event::RunEnded { .. });
        Ok(Self {
            connection,
            path: path.to_owned(),
            run,
            count,
            head,
            ended,
            failed: false,
            _lock: Arc::clone(lock),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of the run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Appends all of these events with the evidence they name, or none; they are on disk when this
    /// returns. After an error nothing can be appended any more.
    ///
    /// # Panics
    ///
    /// When a piece of evidence comes with a digest that is not its own.
    pub fn append(&mut self, events: &[Event], evidence: &[(Digest, Vec<u8>)]) -> Result<Vec<Seq>> {
        if self.failed {
            return Err(Error::Io {
                doing: format!("write `{}`", self.path.display()),
                why: String::from("an earlier write failed"),
            });
        }
        if self.ended {
            return Err(Error::Order(format!("run {} has ended", self.run)));
        }
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.failed = true;
        let failed = |error: rusqlite::Error| Error::sql("write", &self.path, &error);
        let transaction = self.connection.transaction().map_err(failed)?;
        insert_evidence(&transaction, &self.path, evidence)?;
        let (count, head, seqs) =
            insert_events(&transaction, self.count, self.head, events).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        (self.count, self.head, self.failed) = (count, head, false);
        self.ended = events.iter().any(|event| matches!(event, Event::RunEnded { .. }));
        Ok(seqs)
    }

    /// Seals a run that has ended, and gives back its seal.
    pub fn seal(mut self, key: &Key) -> Result<Sealed> {
        if !self.ended || self.failed {
            return Err(Error::Order(format!("run {} has not ended", self.run)));
        }
        let mut sealed = seal::prepare(key, &self.run, self.count, &self.head);
        let failed = |error: rusqlite::Error| Error::sql("seal", &self.path, &error);
        let transaction = self.connection.transaction().map_err(failed)?;
        let body = canonical::bytes(&sealed.seal);
        transaction
            .execute_batch("DELETE FROM holder; DELETE FROM seal")
            .and_then(|()| {
                transaction.execute(
                    "INSERT INTO seal(body, chain, file) VALUES (?1, ?2, ?3)",
                    (body, sealed.chain.as_slice(), sealed.file.as_slice()),
                )
            })
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        let path = self.path.clone();
        self.leave()?;
        sealed.file = patch(&path, &sealed.file, key)?;
        Ok(sealed)
    }

    /// Leaves a run that can be gone on with. Nothing but the file remains.
    pub fn close(self) -> Result<()> {
        if !self.failed {
            let cleared = self.connection.execute("DELETE FROM holder", []);
            cleared.map_err(|error| Error::sql("close", &self.path, &error))?;
        }
        self.leave()
    }

    /// Brings the log into the file and closes it.
    pub(crate) fn leave(self) -> Result<()> {
        let failed = |error: &rusqlite::Error| Error::sql("close", &self.path, error);
        let busy: i64 = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(|error| failed(&error))?;
        let why = |why: &str| Error::Io {
            doing: format!("close `{}`", self.path.display()),
            why: why.to_owned(),
        };
        if busy != 0 {
            return Err(why("the log is in use"));
        }
        self.connection.close().map_err(|(_, error)| failed(&error))?;
        match fs::metadata(beside(&self.path, "-wal")) {
            Ok(log) if 0 < log.len() => Err(why("the log could not be taken in")),
            // Empty, it holds nothing; that it is still there is for the file system to answer.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Says in a row who works here.
    pub(crate) fn hold(&mut self, holder: &Holder) -> Result<()> {
        let failed = |error: rusqlite::Error| Error::sql("write", &self.path, &error);
        let transaction = self.connection.transaction().map_err(failed)?;
        insert_holder(&transaction, holder).map_err(failed)?;
        transaction.commit().map_err(failed)
    }
}

/// The bytes of a record that holds these events and nothing more.
pub(crate) fn image(
    path: &Path,
    run: &str,
    holder: &Holder,
    events: &[Event],
    evidence: &[(Digest, Vec<u8>)],
) -> Result<(Vec<u8>, Vec<Seq>)> {
    assert!(
        matches!(events.first(), Some(Event::RunBegan { .. })),
        "the first event of a record says that a run began"
    );
    let failed = |error: rusqlite::Error| Error::sql("make", path, &error);
    let blank = schema::blank(run).map_err(failed)?;
    insert_holder(&blank, holder).map_err(failed)?;
    insert_evidence(&blank, path, evidence)?;
    let (_, _, seqs) = insert_events(&blank, 0, schema::origin(run), events).map_err(failed)?;
    let mut image = blank.serialize("main").map_err(failed)?.to_vec();
    let mode = image.get_mut(schema::MODE_AT..).and_then(<[u8]>::first_chunk_mut::<2>);
    *mode.expect("SQLite writes a header of 100 bytes") = schema::MODE_LOG;
    Ok((image, seqs))
}

/// Who works in a record.
pub(crate) fn holder(connection: &Connection) -> Option<Holder> {
    let row = connection.query_row("SELECT pid, command, since FROM holder", [], |row| {
        Ok(Holder { pid: row.get(0)?, command: row.get(1)?, since: Time(row.get(2)?) })
    });
    row.ok()
}

fn insert_holder(connection: &Connection, holder: &Holder) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM holder", [])?;
    connection.execute(
        "INSERT INTO holder(pid, command, since) VALUES (?1, ?2, ?3)",
        (holder.pid, &holder.command, holder.since.0),
    )?;
    Ok(())
}

fn insert_evidence(
    connection: &Connection,
    path: &Path,
    pieces: &[(Digest, Vec<u8>)],
) -> Result<()> {
    evidence::insert(connection, pieces).map_err(|error| match error {
        evidence::Insert::Ours(error) => error,
        evidence::Insert::Sql(error) => Error::sql("write", path, &error),
    })
}

type Grown = (u64, [u8; 32], Vec<Seq>);

fn insert_events(
    connection: &Connection,
    mut count: u64,
    mut head: [u8; 32],
    events: &[Event],
) -> rusqlite::Result<Grown> {
    let mut add =
        connection.prepare_cached("INSERT INTO event(seq, body, hash) VALUES (?1, ?2, ?3)")?;
    let mut seqs = Vec::with_capacity(events.len());
    for event in events {
        let body = canonical::bytes(event);
        count += 1;
        head = schema::link(&head, count, &body);
        let seq = i64::try_from(count).expect("a journal has fewer than 2^63 events");
        add.execute((seq, body, head.as_slice()))?;
        seqs.push(Seq(count));
    }
    Ok((count, head, seqs))
}

/// Signs the closed file and patches the signature into its place, then says in the header that it
/// is never written again. Killed between the two, the run is ended and not sealed.
fn patch(path: &Path, mark: &[u8; 64], key: &Key) -> Result<[u8; 64]> {
    let failed = |error: std::io::Error| Error::io("seal", path, &error);
    let bytes = fs::read(path).map_err(failed)?;
    let place = seal::find(&bytes, mark)
        .ok_or_else(|| Error::damaged(path, "seal", "there is no place for the signature"))?;
    let message = seal::file_message(&bytes, place).expect("the place was found in the file");
    let signature = key.sign(&message);
    let file = fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
    let place = u64::try_from(place).expect("a file has fewer than 2^64 bytes");
    let mode = u64::try_from(schema::MODE_AT).expect("the header is short");
    file.write_all_at(&signature, place).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    file.write_all_at(&schema::MODE_SEALED, mode).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(signature)
}

//! The folder of records: one process at a time works in it, and leaves nothing but records.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use holdpoint_model::event::{Digest, Event, Seq};

use crate::{
    error::{Error, Holder, Result},
    key::Key,
    load::{Loaded, load},
    schema,
    snapshot::{Snapshot, beside},
    store::{self, Store},
};

/// One record of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number of the run.
    pub run: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether it is closed for good. Whether its seal holds is for the verifier to say.
    pub sealed: bool,
}

/// The folder, held against other processes until this and every store of it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    holder: Holder,
    lock: Arc<Lock>,
}

/// The lock on a folder. It is given back at once: a child that is just being started holds the
/// same open file until it runs its program, and would hold the lock as long.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be given back is given back when the file is closed.
        drop(self.0.unlock());
    }
}

impl Folder {
    /// Takes the folder, making it when it is not there, and tidies what a killed process left.
    pub fn open(path: &Path, holder: &Holder) -> Result<Self> {
        if !path.is_dir() {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(|error| Error::io("make", path, &error))?;
        }
        let lock = File::open(path).map_err(|error| Error::io("open", path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Held {
                    folder: path.display().to_string(),
                    by: holder_of(path).map(Box::new),
                });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path, &error)),
        }
        let folder =
            Self { path: path.to_owned(), holder: holder.clone(), lock: Arc::new(Lock(lock)) };
        folder.tidy()?;
        Ok(folder)
    }

    /// Every record, oldest first.
    pub fn runs(&self) -> Result<Vec<Entry>> {
        list(&self.path)
    }

    /// The number that the next run gets.
    pub fn next_run(&self) -> Result<String> {
        let last = self.runs()?.last().and_then(|entry| entry.run.parse::<u64>().ok());
        Ok(format!("{:04}", last.unwrap_or(0).saturating_add(1)))
    }

    /// The seal of the last sealed run, for the first event of the next one.
    pub fn previous(&self) -> Result<Option<Digest>> {
        for entry in self.runs()?.iter().rev().filter(|entry| entry.sealed) {
            if let Some(sealed) = load(&entry.path)?.sealed {
                return Ok(Some(sealed.digest()));
            }
        }
        Ok(None)
    }

    /// Begins a record: its file is there as soon as it holds these events, and not before.
    pub fn create(
        &self,
        run: &str,
        events: &[Event],
        evidence: &[(Digest, Vec<u8>)],
    ) -> Result<(Store, Vec<Seq>)> {
        let path = self.path.join(format!("{run}.sqlite"));
        let (image, seqs) = store::image(&path, run, &self.holder, events, evidence)?;
        self.place(&path, &image).map_err(|error| Error::io("make", &path, &error))?;
        Ok((Store::open(&path, &self.lock)?, seqs))
    }

    /// Goes on with a run that has not ended.
    pub fn resume(&self, run: &str) -> Result<(Store, Loaded)> {
        let path = self.path.join(format!("{run}.sqlite"));
        let loaded = load(&path)?;
        if loaded.closed {
            return Err(Error::Sealed(path.display().to_string()));
        }
        if loaded.ended() {
            return Err(Error::Order(format!("run {run} has ended; it waits for its seal")));
        }
        let mut store = Store::open(&path, &self.lock)?;
        store.hold(&self.holder)?;
        Ok((store, loaded))
    }

    /// Seals every run whose end is written and whose seal is not, and names them. To be done
    /// before anything else.
    pub fn seal_pending(&self, key: &Key) -> Result<Vec<String>> {
        let mut sealed = Vec::new();
        for entry in self.runs()?.into_iter().filter(|entry| !entry.sealed) {
            // What is damaged is not sealed; the verifier says what is wrong with it.
            let Ok(loaded) = load(&entry.path) else { continue };
            if loaded.ended() {
                Store::open(&entry.path, &self.lock)?.seal(key)?;
                sealed.push(entry.run);
            }
        }
        Ok(sealed)
    }

    /// Writes a whole file beside its place and moves it there.
    fn place(&self, path: &Path, image: &[u8]) -> io::Result<()> {
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let draft = path.with_extension(DRAFT);
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        let written = file
            .write_all(image)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&draft, path))
            .and_then(|()| self.lock.0.sync_all());
        if written.is_err() {
            drop(fs::remove_file(&draft));
        }
        written
    }

    /// Takes drafts away, and lets SQLite bring in what it finds in logs of killed processes.
    fn tidy(&self) -> Result<()> {
        for name in names(&self.path)? {
            if name
                .strip_suffix(DRAFT)
                .is_some_and(|stem| stem.strip_suffix('.').is_some_and(is_run))
            {
                let draft = self.path.join(&name);
                fs::remove_file(&draft).map_err(|error| Error::io("remove", &draft, &error))?;
            }
        }
        for entry in self.runs()?.into_iter().filter(|entry| !entry.sealed) {
            if beside(&entry.path, "-wal").exists() {
                // What is damaged stays as it is; whoever needs this run is told.
                drop(Store::open(&entry.path, &self.lock).and_then(Store::leave));
            }
        }
        Ok(())
    }
}

/// Extension of a record that is being made.
const DRAFT: &str = "draft";

/// Every record of a folder, oldest first, without taking the folder.
pub fn list(folder: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for name in names(folder)? {
        let Some(run) = name.strip_suffix(".sqlite").filter(|run| is_run(run)) else { continue };
        let path = folder.join(&name);
        let sealed = is_closed(&path).map_err(|error| Error::io("read", &path, &error))?;
        entries.push(Entry { run: run.to_owned(), path, sealed });
    }
    entries.sort_by_key(|entry| (entry.run.len(), entry.run.clone()));
    Ok(entries)
}

fn is_run(name: &str) -> bool {
    4 <= name.len() && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = |error: io::Error| Error::io("list", folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

fn is_closed(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(20).read_to_end(&mut head)?;
    Ok(head.get(schema::MODE_AT..) == Some(&schema::MODE_SEALED[..]))
}

/// Who works in the folder, as the newest record that is being written says.
fn holder_of(folder: &Path) -> Option<Holder> {
    let entries = list(folder).ok()?;
    let open = entries.iter().rev().filter(|entry| !entry.sealed);
    open.filter_map(|entry| Snapshot::take(&entry.path).ok())
        .find_map(|snapshot| store::holder(&snapshot.open().ok()?))
}

#[cfg(test)]
mod tests {
    use holdpoint_model::time::Time;

    use super::*;

    #[test]
    fn a_child_that_is_being_started_does_not_keep_the_folder() {
        let path = std::env::temp_dir().join(format!("holdpoint-held-{}", std::process::id()));
        let command = String::from("holdpoint run");
        let holder = Holder { pid: std::process::id(), command, since: Time(0) };
        let folder = Folder::open(&path, &holder).unwrap();
        assert!(Folder::open(&path, &holder).is_err(), "it is held");
        // What a child shares with its parent between being made and running its program.
        let child = folder.lock.0.try_clone().unwrap();
        drop(folder);
        drop(Folder::open(&path, &holder).unwrap());
        drop(child);
        fs::remove_dir_all(&path).unwrap();
    }
}

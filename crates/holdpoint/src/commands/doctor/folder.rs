//! The working folder: whether it can be written to, what is in its records, and who holds them.

use std::{
    fs::{File, TryLockError},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use holdpoint_model::{event::Event, limits::RESUME_MS_MAX, time::Time};
use holdpoint_record::{Entry, Error, Folder, Key, Loaded, list, load};

use super::{Finding, Level, age, bytes};
use crate::{
    looking::now,
    session::{FOLDER, holder, state_folder},
};

const AREA: &str = "this folder";

/// Bytes below which a run may not be kept to its end.
const SPACE_MIN: u64 = 16 * 1024 * 1024;
/// Bytes below which it is time to make room.
const SPACE_LOW: u64 = 512 * 1024 * 1024;
/// Unsealed runs that are named.
const NAMED_MAX: usize = 3;

/// What was found in the folder.
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    /// When something was last written into a record.
    pub(crate) newest: Option<Time>,
}

pub(crate) fn findings() -> Found {
    let mut findings = vec![rights(), space()];
    let folder = Path::new(FOLDER);
    let mut newest = None;
    if folder.is_dir() {
        findings.push(held(folder));
        let (found, last) = records(folder);
        findings.extend(found);
        newest = last;
    } else if folder.exists() {
        let says = format!("{FOLDER} is no folder");
        findings.push(
            Finding::new(AREA, "records", Level::Stops, says)
                .remedy(format!("move {FOLDER} away; records are kept in a folder of that name")),
        );
    } else {
        findings.push(Finding::new(
            AREA,
            "records",
            Level::Fine,
            "none yet; the first run is 0001",
        ));
    }
    findings.push(key());
    Found { findings, newest }
}

fn rights() -> Finding {
    let writable = |path: &Path| {
        rustix::fs::access(path, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)
    };
    let shown = std::env::current_dir()
        .map_or_else(|_| String::from("the folder"), |path| path.display().to_string());
    let records = Path::new(FOLDER);
    for path in [Path::new("."), records] {
        let there = path.exists();
        if let (true, Err(error)) = (there, writable(path)) {
            let what = if path == records { format!("{shown}/{FOLDER}") } else { shown };
            return Finding::new(AREA, "rights", Level::Stops, format!("{what}: {error}"))
                .remedy("give this user the right to write there, or work in another folder");
        }
    }
    Finding::new(AREA, "rights", Level::Fine, format!("{shown} can be written to"))
}

fn space() -> Finding {
    let room = match rustix::fs::statvfs(".") {
        Ok(room) => room,
        Err(error) => return Finding::new(AREA, "space", Level::Note, error.to_string()),
    };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let says = format!("{} free", bytes(free));
    let names = 0 < room.f_files && room.f_favail == 0;
    if free < SPACE_MIN || names {
        let why = if names { ", and no place for another file" } else { "" };
        return Finding::new(AREA, "space", Level::Stops, format!("{says}{why}"))
            .remedy("make room: nothing is done that cannot be written down first");
    }
    let level = if free < SPACE_LOW { Level::Warning } else { Level::Fine };
    let finding = Finding::new(AREA, "space", level, says);
    if level == Level::Warning { finding.remedy("make room before the next run") } else { finding }
}

/// Whether another process works here. The folder is let go at once, and nothing in it is touched.
fn held(folder: &Path) -> Finding {
    let free = || Finding::new(AREA, "holder", Level::Fine, "nobody else works here");
    let file = match File::open(folder) {
        Ok(file) => file,
        Err(error) => {
            return Finding::new(AREA, "holder", Level::Stops, format!("{FOLDER}: {error}"))
                .remedy("give this user the right to read it");
        }
    };
    match file.try_lock() {
        Ok(()) => free(),
        Err(TryLockError::WouldBlock) => match Folder::open(folder, &holder()) {
            Err(Error::Held { by, .. }) => {
                let who = by.map_or_else(|| String::from("another process"), |it| it.to_string());
                Finding::new(AREA, "holder", Level::Stops, format!("held by {who}"))
                    .remedy("wait until it has ended, or end it")
            }
            // It was let go in between.
            Ok(_) | Err(_) => free(),
        },
        Err(TryLockError::Error(error)) => {
            Finding::new(AREA, "holder", Level::Stops, format!("{FOLDER}: {error}"))
                .remedy("keep records on a file system that knows locks")
        }
    }
}

fn records(folder: &Path) -> (Vec<Finding>, Option<Time>) {
    let entries = match list(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let finding = Finding::new(AREA, "records", Level::Stops, error.to_string())
                .remedy("see that the folder and every file in it can be read");
            return (vec![finding], None);
        }
    };
    let (open, damaged): (Vec<_>, Vec<_>) = entries
        .iter()
        .filter(|it| !it.sealed)
        .map(|entry| (entry, load(&entry.path)))
        .partition(|(_, loaded)| loaded.is_ok());
    let last = entries.last().and_then(|entry| load(&entry.path).ok());
    let newest = last.as_ref().and_then(newest);
    let mut all = vec![summary(&entries, newest)];
    for (entry, loaded) in open.into_iter().rev().take(NAMED_MAX) {
        if let Ok(loaded) = loaded {
            all.push(unsealed(entry, &loaded));
        }
    }
    for (entry, loaded) in damaged.into_iter().rev().take(NAMED_MAX) {
        if let Err(error) = loaded {
            let name = format!("run {}", entry.run);
            all.push(
                Finding::new(AREA, &name, Level::Warning, error.to_string())
                    .remedy("keep the file for whoever asks; runs after it do not need it"),
            );
        }
    }
    all.extend(open_to_others(folder));
    (all, newest)
}

fn summary(entries: &[Entry], newest: Option<Time>) -> Finding {
    let Some(last) = entries.last() else {
        return Finding::new(AREA, "records", Level::Fine, "none yet; the first run is 0001");
    };
    let runs = if entries.len() == 1 { "run" } else { "runs" };
    let ago =
        newest.map_or_else(String::new, |it| format!(", {} ago", age(now().since(it).max(0))));
    let says = format!("{} {runs}, the last is {}{ago}", entries.len(), last.run);
    Finding::new(AREA, "records", Level::Fine, says)
}

fn unsealed(entry: &Entry, loaded: &Loaded) -> Finding {
    let name = format!("run {}", entry.run);
    if loaded.ended() {
        return Finding::new(AREA, &name, Level::Note, "has ended and waits for its seal")
            .remedy("the next command that writes here seals it");
    }
    let (mut path, mut began) = (String::from("DOC"), None);
    if let Some((_, Event::RunBegan { document, at, .. })) = loaded.events.first() {
        path.clone_from(&document.path);
        began = Some(*at);
    }
    let old = began.is_none_or(|began| RESUME_MS_MAX < now().since(began));
    if old {
        return Finding::new(AREA, &name, Level::Note, "was cut off, too long ago to go on with")
            .remedy("nothing: the next run begins anew and says that this one was given up");
    }
    Finding::new(AREA, &name, Level::Note, format!("was cut off while it looked at {path}"))
        .remedy(format!("`holdpoint run {path}` with the same options goes on with it"))
}

/// Records hold what was seen of production: they are nobody else's business.
fn open_to_others(folder: &Path) -> Option<Finding> {
    let mode = folder.metadata().ok()?.permissions().mode();
    (mode & 0o022 != 0).then(|| {
        let says = format!("others may write into {FOLDER} (mode {:o})", mode & 0o777);
        Finding::new(AREA, "others", Level::Warning, says).remedy(format!("chmod 700 {FOLDER}"))
    })
}

fn newest(loaded: &Loaded) -> Option<Time> {
    let time = |event: &Event| match event {
        Event::RunBegan { at, .. }
        | Event::Resumed { at }
        | Event::Abandoned { at, .. }
        | Event::AttemptBegan { at, .. }
        | Event::Looked { at, .. }
        | Event::Judged { at, .. }
        | Event::RunEnded { at, .. }
        | Event::Interrupted { at, .. } => Some(*at),
        Event::JudgementBegan { scope, .. } => Some(scope.now),
        Event::Answered { answer, .. } => Some(answer.at),
        Event::Broke { .. } => None,
    };
    loaded.events.iter().filter_map(|(_, event)| time(event)).max()
}

/// Where the key that seals is kept. None is made here.
fn key() -> Finding {
    let Some(state) = state_folder() else {
        let says = "no place to keep one: neither HOME nor XDG_STATE_HOME is set";
        return Finding::new(AREA, "key", Level::Warning, says)
            .remedy("set HOME; a key made for one run is vouched for by nobody");
    };
    let shown = state.display().to_string();
    match Key::machine_public(&state) {
        Ok(Some(public)) => {
            let public = public.to_string();
            let short = public.get(..12).unwrap_or(&public);
            Finding::new(AREA, "key", Level::Fine, format!("{short} in {shown}"))
        }
        Ok(None) => {
            Finding::new(AREA, "key", Level::Fine, format!("the first run makes one in {shown}"))
        }
        Err(error) => Finding::new(AREA, "key", Level::Stops, error.to_string())
            .remedy("mend the file or move it away; the next run then makes a new key"),
    }
}

//! Which runs are meant, and two of them put side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use holdpoint_document::parse;
use holdpoint_model::{event::Event, line::Gate};
use holdpoint_record::{Entry, Loaded, list, load};
use holdpoint_report::{
    diff::{Diff, Name, Side, diff},
    dossier::Dossier,
};

use crate::{
    exit::Stop,
    past::matches,
    recorded::{dossier, last, only_answered},
    session::{FOLDER, stopped},
};

/// Earlier records that are tried at the end of a run before nothing is said.
const TRIED_MAX: usize = 50;

/// Bytes of two records beyond which a run does not wait for their comparison.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The record that a user names: a number, a file, or a folder, whose newest is meant.
pub(crate) fn named(text: &str) -> Result<PathBuf, Stop> {
    let number = (!text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()))
        .then(|| text.trim_start_matches('0'));
    let Some(number) = number else { return last(Some(Path::new(text))) };
    let folder = Path::new(FOLDER);
    let entries = if folder.is_dir() { list(folder).map_err(stopped)? } else { Vec::new() };
    let found = entries.iter().find(|entry| entry.run.trim_start_matches('0') == number);
    match (found, entries.last()) {
        (Some(entry), _) => Ok(entry.path.clone()),
        (None, Some(newest)) => Err(Stop::usage(format!(
            "there is no run {text} in {FOLDER}; the newest is {}, and `holdpoint record show` \
             lists them",
            newest.run
        ))),
        (None, None) => {
            Err(Stop::usage(format!("there is no run in {FOLDER}; `holdpoint run` makes one")))
        }
    }
}

/// A run that is compared.
pub(crate) struct Compared {
    /// Everything that its record says.
    pub(crate) dossier: Dossier,
    names: BTreeMap<usize, Name>,
    only: Option<BTreeSet<usize>>,
}

impl Compared {
    /// Reads what is compared out of a record.
    pub(crate) fn of(loaded: &Loaded) -> Result<Self, Stop> {
        let dossier = dossier(loaded)?;
        let document = parse(&dossier.document);
        let keys = holdpoint_bind::key::keys(&document);
        let names = document.lines.iter().zip(keys).map(|(line, key)| {
            let holdpoint_bind::key::Key { text, under, section, nth } = key;
            (line.number, Name { section, under, text, nth })
        });
        let names = names.collect();
        let only = frame(loaded).and_then(|it| it.only);
        Ok(Self { dossier, names, only })
    }

    fn side(&self) -> Side<'_> {
        Side { dossier: &self.dossier, names: &self.names, only: self.only.as_ref() }
    }
}

/// What differs between an older run and a newer one.
pub(crate) fn compare(old: &Compared, new: &Compared) -> Diff {
    diff(&old.side(), &new.side())
}

/// What a run is of.
pub(crate) struct Frame {
    /// Path of the document.
    pub(crate) path: String,
    /// The environment.
    pub(crate) environment: Option<String>,
    /// The gate.
    pub(crate) gate: Gate,
    only: Option<BTreeSet<usize>>,
}

/// What a record is of; `None` when it does not begin as a run does.
pub(crate) fn frame(loaded: &Loaded) -> Option<Frame> {
    let (_, Event::RunBegan { document, environment, gate, only, .. }) = loaded.events.first()?
    else {
        return None;
    };
    Some(Frame {
        path: document.path.clone(),
        environment: environment.clone(),
        gate: *gate,
        only: only.as_ref().map(|lines| lines.iter().copied().collect()),
    })
}

/// Whether a run looked, to its end.
pub(crate) fn looked(loaded: &Loaded) -> bool {
    loaded.ended() && !only_answered(loaded)
}

/// The newest of these records, given oldest first, that is best compared with a run: of the same
/// document and environment; if there is one, of the same gate and of all lines. With `strict` none
/// of another gate.
pub(crate) fn earlier(
    entries: &[Entry],
    of: &Frame,
    (tried, strict): (usize, bool),
    unread: &mut dyn FnMut(&Entry, String),
) -> Option<Loaded> {
    let mut second: Option<(bool, Loaded)> = None;
    for entry in entries.iter().rev().take(tried) {
        let loaded = match load(&entry.path) {
            Ok(loaded) => loaded,
            Err(error) => {
                unread(entry, error.to_string());
                continue;
            }
        };
        let fits = looked(&loaded) && matches(&loaded, &of.path, of.environment.as_deref());
        let Some(frame) = frame(&loaded).filter(|_| fits) else { continue };
        let gate = frame.gate == of.gate;
        if strict && !gate {
            continue;
        }
        if gate && frame.only.is_none() {
            return Some(loaded);
        }
        if second.as_ref().is_none_or(|(same, _)| gate && !same) {
            second = Some((gate, loaded));
        }
    }
    second.map(|(_, loaded)| loaded)
}

/// What changed since the run before this one.
pub(crate) enum Since {
    /// Compared.
    Compared(Box<Diff>),
    /// Not compared, and why.
    Passed {
        /// The earlier run.
        run: String,
        /// Why.
        why: String,
    },
}

/// What changed since the run before the one at `path`. An old record that cannot be read is none:
/// it must not take a verdict away.
pub(crate) fn since(path: &Path) -> Option<Since> {
    catch_unwind(AssertUnwindSafe(|| {
        let own = load(path).ok()?;
        let entries = list(Path::new(FOLDER)).ok()?;
        let at = entries.iter().position(|entry| entry.run == own.run)?;
        let before = entries.get(..at).unwrap_or_default();
        let old = earlier(before, &frame(&own)?, (TRIED_MAX, true), &mut |_, _| {})?;
        let run = old.run.clone();
        let size = |run: &str| {
            let entry = entries.iter().find(|entry| entry.run == run);
            entry.and_then(|it| std::fs::metadata(&it.path).ok()).map_or(0, |it| it.len())
        };
        if BYTES_MAX < size(&run).saturating_add(size(&own.run)) {
            let why = format!("large records; holdpoint diff {run} {}", own.run);
            return Some(Since::Passed { run, why });
        }
        let both = Compared::of(&old).and_then(|old| Ok((old, Compared::of(&own)?)));
        Some(match both {
            Ok((old, new)) => Since::Compared(Box::new(compare(&old, &new))),
            Err(stop) => Since::Passed { run, why: stop.message },
        })
    }))
    .ok()
    .flatten()
}

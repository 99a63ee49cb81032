//! What differs between a lock and a document, line by line, and what the catalog would now say.

use std::collections::{BTreeSet, HashMap, HashSet};

use holdpoint_document::Document;

use crate::{
    key::Key,
    lock::{Lock, phrase},
    nearest::nearest_text,
    understand::Understood,
};

/// One difference between the document that was pinned and the one that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A line that the lock does not know.
    Added {
        /// Physical line, counted from one.
        line: usize,
        /// Its text.
        text: String,
        /// The pinned line that it most likely was, below the same headings.
        was: Option<String>,
    },
    /// A pinned line that is gone.
    Removed {
        /// Its headings.
        section: Vec<String>,
        /// Its text.
        text: String,
    },
    /// The line is there; its command differs in white space, which no digest counts.
    Command {
        /// Physical line, counted from one.
        line: usize,
        /// The pinned command.
        was: Option<String>,
        /// The command that is there.
        now: Option<String>,
    },
    /// A line stands in another place among the others.
    Moved {
        /// Physical line, counted from one.
        line: usize,
        /// Its text.
        text: String,
    },
    /// Every line is as pinned; something between the lines differs: prose, levels, fences.
    Between,
}

impl Change {
    /// The difference as one sentence without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Added { line, text, was: Some(was) } => {
                format!("line {line} is changed: `{was}` was pinned, `{text}` is there")
            }
            Self::Added { line, text, was: None } => format!("line {line} is new: `{text}`"),
            Self::Removed { section, text } if section.is_empty() => format!("gone: `{text}`"),
            Self::Removed { section, text } => format!("gone: {} › `{text}`", section.join(" › ")),
            Self::Command { line, was, now } => {
                let shown = |it: &Option<String>| {
                    it.as_ref().map_or_else(|| String::from("no command"), |it| format!("`{it}`"))
                };
                format!("line {line}: {} was pinned, {} is there", shown(was), shown(now))
            }
            Self::Moved { line, text } => format!("line {line} stands elsewhere: `{text}`"),
            Self::Between => String::from("prose, headings, levels or fences differ"),
        }
    }
}

/// A pinned line that the catalog would now understand otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Physical line, counted from one.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// The pinned meaning.
    pub pinned: String,
    /// The meaning that `--accept` would pin.
    pub now: String,
    /// Exact parts of the text that decide for it.
    pub because: Vec<String>,
}

/// Every difference between a lock and a document, in the order of the document, what is gone
/// last. None when the lock is of this very document.
pub(crate) fn compare(
    lock: &Lock,
    document: &Document,
    keys: &[Key],
    meanings: &[Understood],
    parsed_sha256: &str,
) -> Vec<Change> {
    let pinned = lock.by_key();
    let known: HashSet<&Key> = keys.iter().collect();
    let gone: Vec<&Key> =
        lock.lines.iter().map(|pin| &pin.key).filter(|key| !known.contains(key)).collect();
    let moved = moved(lock, keys);
    let mut changes = Vec::new();
    let lines = document.lines.iter().zip(keys).zip(meanings);
    for ((line, key), meaning) in lines {
        let text = key.text.clone();
        let Some(pin) = pinned.get(key) else {
            let near = gone.iter().filter(|old| old.section == key.section);
            let was = nearest_text(&key.text, near.map(|old| old.text.as_str())).map(str::to_owned);
            changes.push(Change::Added { line: line.number, text, was });
            continue;
        };
        // The kind that was pinned decides whether there is a command in an item's code.
        let now = crate::exact::command(line, pin.meaning.kind);
        if now != pin.command && crate::exact::command(line, meaning.kind) != pin.command {
            changes.push(Change::Command { line: line.number, was: pin.command.clone(), now });
        } else if moved.contains(key) {
            changes.push(Change::Moved { line: line.number, text });
        }
    }
    let removed =
        |key: &&Key| Change::Removed { section: key.section.clone(), text: key.text.clone() };
    changes.extend(gone.iter().map(removed));
    if changes.is_empty() && lock.parsed_sha256 != parsed_sha256 {
        changes.push(Change::Between);
    }
    changes
}

/// The known lines that stand elsewhere among the known lines: all that are not in one longest run
/// that kept its order.
fn moved<'a>(lock: &Lock, keys: &'a [Key]) -> HashSet<&'a Key> {
    let places: HashMap<&Key, usize> =
        lock.lines.iter().enumerate().map(|(at, pin)| (&pin.key, at)).collect();
    let known: Vec<(usize, &Key)> =
        keys.iter().filter_map(|key| places.get(key).map(|at| (*at, key))).collect();
    // Patience: `ends` holds, for each length of a rising run, the place where such a run can end
    // the earliest; `before` links each line to the one before it in its run.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(known.len());
    for (index, (at, _)) in known.iter().enumerate() {
        let length = ends.partition_point(|(end, _)| end < at);
        let link = length.checked_sub(1).and_then(|last| ends.get(last)).map(|(_, index)| *index);
        before.push(link);
        match ends.get_mut(length) {
            Some(end) => *end = (*at, index),
            None => ends.push((*at, index)),
        }
    }
    let mut kept = BTreeSet::new();
    let mut next = ends.last().map(|(_, index)| *index);
    while let Some(index) = next {
        kept.insert(index);
        next = before.get(index).copied().flatten();
    }
    let out = known.iter().enumerate().filter(|(index, _)| !kept.contains(index));
    out.map(|(_, (_, key))| *key).collect()
}

/// What the catalog of this version would change about pinned lines.
pub(crate) fn proposals(
    lock: &Lock,
    document: &Document,
    keys: &[Key],
    fresh: &[Understood],
) -> Vec<Proposal> {
    let pinned = lock.by_key();
    let mut proposals = Vec::new();
    for ((line, key), fresh) in document.lines.iter().zip(keys).zip(fresh) {
        let Some(pin) = pinned.get(key) else { continue };
        if pin.meaning == *fresh {
            continue;
        }
        let (was, now) = (phrase(&pin.meaning), phrase(fresh));
        // Other reasons for the same meaning are nothing that a person would have to accept.
        if was != now || pin.meaning.condition != fresh.condition {
            let text = line.text.clone();
            let mut because: Vec<String> = Vec::new();
            for part in fresh.checks.iter().flat_map(|check| &check.because) {
                if !because.contains(part) {
                    because.push(part.clone());
                }
            }
            proposals.push(Proposal { line: line.number, text, pinned: was, now, because });
        }
    }
    proposals
}

//! `holdpoint.lock`: what every line was understood to mean, for people to review and to keep.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use holdpoint_checks::find;
use holdpoint_document::Document;
use holdpoint_model::line::{Binding, Kind, Phase, Severity};

use crate::{
    key::{self, Key},
    understand::{Meaning, Understood},
};

mod compare;
mod text;

pub use compare::{Change, Proposal};

pub(crate) use compare::{compare, proposals};

/// The only schema number of the lock so far.
pub const SCHEMA: u32 = 1;

/// Everything that is pinned of one document. Never holds what settings or files of the
/// repository gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// File name of the document, without its folder.
    pub document: String,
    /// [`key::parsed_sha256`] of the document.
    pub parsed_sha256: String,
    /// Revision of every check that is named and that this version could judge with.
    pub revisions: BTreeMap<String, u32>,
    /// Lines in the order of the document.
    pub lines: Vec<Pin>,
}

/// One pinned line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Which line.
    pub key: Key,
    /// What its text was understood to mean.
    pub meaning: Understood,
    /// Its command, exactly.
    pub command: Option<String>,
}

impl Lock {
    /// The lock of a document with these meanings, one for each of its lines.
    pub fn of(document: &Document, path: &str, meanings: &[Understood]) -> Self {
        Self::from(document, path, &key::keys(document), meanings, key::parsed_sha256(document))
    }

    /// The same for whoever has the keys and the digest already.
    pub(crate) fn from(
        document: &Document,
        path: &str,
        keys: &[Key],
        meanings: &[Understood],
        parsed_sha256: String,
    ) -> Self {
        let pins = document.lines.iter().zip(keys).zip(meanings);
        let pin = |((line, key), meaning): ((_, &Key), &Understood)| Pin {
            key: key.clone(),
            meaning: meaning.clone(),
            command: crate::exact::command(line, meaning.kind),
        };
        let lines: Vec<Pin> = pins.map(pin).collect();
        let ids: BTreeSet<&str> = lines
            .iter()
            .flat_map(|pin| &pin.meaning.checks)
            .map(|check| check.id.as_str())
            .collect();
        let revision = |id: &str| find(id).map(|check| (id.to_owned(), check.revision()));
        Self {
            document: path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned(),
            parsed_sha256,
            revisions: ids.into_iter().filter_map(revision).collect(),
            lines,
        }
    }

    /// The pinned lines by their keys. Only for looking up: it has no order.
    pub(crate) fn by_key(&self) -> HashMap<&Key, &Pin> {
        self.lines.iter().map(|pin| (&pin.key, pin)).collect()
    }

    /// Whether exactly this command is pinned for a line with this key.
    pub fn pins_command(&self, key: &Key, command: &str) -> bool {
        let pin = self.lines.iter().find(|pin| pin.key == *key);
        pin.is_some_and(|pin| pin.command.as_deref() == Some(command))
    }
}

/// The file name of a document's lock; the document is named as its lock names it. `taken` is the
/// document that `holdpoint.lock` of the folder belongs to, when there is one: a second document has
/// a lock of its own.
pub fn file_name(document: &str, taken: Option<&str>) -> String {
    match taken {
        Some(owner) if owner != document => {
            let name = document.rsplit(['/', '\\']).next().unwrap_or(document);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let folder = document.strip_suffix(name).unwrap_or_default();
            let folder = folder.replace(['/', '\\'], "-");
            format!("{folder}{stem}.holdpoint.lock")
        }
        Some(_) | None => String::from("holdpoint.lock"),
    }
}

/// What stands for a line that nobody understood.
pub(crate) fn not_understood() -> Understood {
    Understood {
        phase: Phase::Pre,
        kind: Kind::Probe,
        severity: None,
        state: Binding::Unbound,
        checks: Vec::new(),
        condition: None,
    }
}

/// A meaning as one short phrase, for what changed.
pub(crate) fn phrase(meaning: &Understood) -> String {
    let check = |check: &Meaning| {
        let params: Vec<String> =
            check.params.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        format!("{}{}", check.id, params.concat())
    };
    let checks: Vec<String> = meaning.checks.iter().map(check).collect();
    let mut phrase = meaning.state.word().to_owned();
    if !checks.is_empty() {
        phrase.push_str(": ");
        phrase.push_str(&checks.join(" and "));
    }
    phrase.push_str(&format_rest(meaning));
    phrase
}

fn format_rest(meaning: &Understood) -> String {
    let severity = meaning.severity.map_or("", Severity::word);
    let comma = if severity.is_empty() { "" } else { ", " };
    format!(" ({}, {}{comma}{severity})", meaning.phase.word(), meaning.kind.word())
}

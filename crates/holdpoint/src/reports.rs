//! `--report FORMAT=PATH`: the reports that are written beside what is shown.

use std::{
    io::{self, Write},
    path::Path,
};

use holdpoint_bind::nearest::{hint, listed};
use holdpoint_model::event::{Event, Seq};
use holdpoint_report::{dossier::Dossier, html, json};

use crate::exit::Stop;

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Html,
    Json,
    Jsonl,
}

/// Every kind with its word.
const KINDS: [(&str, Kind); 3] =
    [("html", Kind::Html), ("json", Kind::Json), ("jsonl", Kind::Jsonl)];

/// A report that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    kind: Kind,
    path: String,
}

impl Wanted {
    /// The same, its path taken from this folder.
    pub(crate) fn below(self, folder: &Path) -> Self {
        Self { path: folder.join(&self.path).display().to_string(), ..self }
    }
}

/// Reads `FORMAT=PATH`.
pub(crate) fn wanted(texts: &[String]) -> Result<Vec<Wanted>, Stop> {
    texts.iter().map(|text| one(text)).collect()
}

/// The words of every kind.
pub(crate) fn words() -> Vec<&'static str> {
    KINDS.iter().map(|(word, _)| *word).collect()
}

fn one(text: &str) -> Result<Wanted, Stop> {
    let words = words();
    let Some((word, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        let word = text.trim_end_matches('=');
        let known = if words.contains(&word) { word } else { "json" };
        return Err(Stop::usage(format!(
            "`--report {text}` names no file; write `--report {known}=PATH`"
        )));
    };
    match KINDS.iter().find(|(it, _)| *it == word) {
        Some((_, kind)) => Ok(Wanted { kind: *kind, path: path.to_owned() }),
        None => {
            let mut help = hint(word, words.iter().copied());
            if help.is_empty() {
                help = format!("this version writes {}", listed(&words).unwrap_or_default());
            }
            Err(Stop::usage(format!("there is no report `{word}`; {help}")))
        }
    }
}

/// Whether the reports can be written, as far as that shows beforehand: after a run of an hour is
/// no time to hear of a missing folder.
pub(crate) fn reachable(wanted: &[Wanted]) -> Result<(), Stop> {
    for it in wanted {
        let path = Path::new(&it.path);
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        let why = if path.is_dir() {
            String::from("it is a folder")
        } else if !folder.is_dir() {
            format!("there is no folder {}", folder.display())
        } else if let Err(error) = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK) {
            format!("{}: {error}", folder.display())
        } else {
            continue;
        };
        return Err(Stop::usage(format!(
            "the report {} cannot be written: {why}; nothing was looked at",
            it.path
        )));
    }
    Ok(())
}

/// Writes every report that was asked for.
pub(crate) fn write(
    wanted: &[Wanted],
    dossier: &Dossier,
    events: &[(Seq, Event)],
) -> Result<(), Stop> {
    for it in wanted {
        let failed =
            |error: io::Error| Stop::usage(format!("failed to write {}: {error}", it.path));
        let file = std::fs::File::create(&it.path).map_err(failed)?;
        let mut to = io::BufWriter::new(file);
        into(&mut to, it.kind, dossier, events).and_then(|()| to.flush()).map_err(failed)?;
    }
    Ok(())
}

/// A report as bytes; `None` where this version does not write that format.
pub(crate) fn bytes(
    format: &str,
    dossier: &Dossier,
    events: &[(Seq, Event)],
) -> Option<io::Result<Vec<u8>>> {
    let (_, kind) = KINDS.iter().find(|(word, _)| *word == format)?;
    let mut bytes = Vec::new();
    Some(into(&mut bytes, *kind, dossier, events).map(|()| bytes))
}

fn into(
    to: &mut dyn Write,
    kind: Kind,
    dossier: &Dossier,
    events: &[(Seq, Event)],
) -> io::Result<()> {
    match kind {
        Kind::Html => html::page(to, dossier),
        Kind::Json => json::run(to, &dossier.view),
        Kind::Jsonl => {
            for (seq, event) in events {
                writeln!(to, "{}", serde_json::json!({"seq": seq, "event": event}))?;
            }
            Ok(())
        }
    }
}

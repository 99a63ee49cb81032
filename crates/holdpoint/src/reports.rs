//! `--report FORMAT=PATH`: the reports that are written beside what is shown.

use std::{
    fs,
    io::{self, Read as _, Write},
    os::unix::fs::FileTypeExt as _,
    path::{Path, PathBuf},
};

use holdpoint_bind::nearest::{hint, listed};
use holdpoint_model::event::{Event, Seq};
use holdpoint_report::{
    annotations, codequality, dossier::Dossier, html, json, junit, markdown, sarif,
};

use crate::{
    args::Tell,
    commands::catalog,
    exit::Stop,
    out, recorded,
    session::{FOLDER, Session},
};

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Codequality,
    Html,
    Json,
    Jsonl,
    Junit,
    Markdown,
    Sarif,
}

/// Every kind with its word.
const KINDS: [(&str, Kind); 7] = [
    ("html", Kind::Html),
    ("json", Kind::Json),
    ("jsonl", Kind::Jsonl),
    ("junit", Kind::Junit),
    ("sarif", Kind::Sarif),
    ("markdown", Kind::Markdown),
    ("codequality", Kind::Codequality),
];

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

/// Why nothing may be written to a path: it is the checklist, the settings, a lock or a record, or
/// nothing that a file can take the place of.
pub(crate) fn kept(path: &Path, keep: &[&Path]) -> Option<String> {
    let whole = |path: &Path| path.canonicalize().ok();
    let own = whole(path);
    let named = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let in_records = folder.components().any(|it| it.as_os_str() == FOLDER);
    let mut head = Vec::new();
    let kind = fs::metadata(path).map(|it| it.file_type()).ok();
    if kind.is_some_and(|it| it.is_file()) {
        drop(fs::File::open(path).and_then(|it| it.take(16).read_to_end(&mut head)));
    }
    let strange = |it: &fs::FileType| it.is_fifo() || it.is_socket() || it.is_block_device();
    if own.is_some_and(|own| keep.iter().any(|it| whole(it).as_ref() == Some(&own)))
        || named == "holdpoint.lock"
        || named.ends_with(".holdpoint.lock")
    {
        Some(String::from("would be overwritten"))
    } else if in_records || head.starts_with(b"SQLite format 3") {
        Some(String::from("would be overwritten, and records are never written to"))
    } else if kind.as_ref().is_some_and(strange) {
        Some(String::from("is no file"))
    } else {
        None
    }
}

/// Whether what stands at a path may be an older report of that kind: nothing else is taken away.
fn is_report(path: &Path, kind: Kind) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|it| it.take(64).read_to_end(&mut head));
    let begins = match kind {
        Kind::Html | Kind::Junit | Kind::Markdown => head.starts_with(b"<"),
        Kind::Codequality | Kind::Json | Kind::Jsonl | Kind::Sarif => {
            head.starts_with(b"{") || head.starts_with(b"[")
        }
    };
    read.is_ok() && (begins || head.trim_ascii().is_empty())
}

/// Takes away what an earlier run left where reports are to be written: when this run does not get
/// as far as writing them, nobody must take the old ones for its own. A path that is the checklist
/// itself, or that two reports share, is a mistake.
pub(crate) fn clear(wanted: &[Wanted], keep: &[&Path]) -> Result<(), Stop> {
    let same = |one: &str, other: &str| {
        one == other || std::path::absolute(one).ok() == std::path::absolute(other).ok()
    };
    for (nth, it) in wanted.iter().enumerate() {
        let path = Path::new(&it.path);
        if let Some(why) = kept(path, keep) {
            return Err(Stop::usage(format!("`--report`: {} {why}", it.path)));
        }
        if path.is_file() && !is_report(path, it.kind) {
            let why = "is there and is no such report; name another path, or take it away first";
            return Err(Stop::usage(format!("`--report`: {} {why}", it.path)));
        }
        if wanted.iter().take(nth).any(|other| same(&other.path, &it.path)) {
            return Err(Stop::usage(format!("`--report`: {} is named twice", it.path)));
        }
    }
    for it in wanted {
        let path = Path::new(&it.path);
        let kind = fs::symlink_metadata(path).map(|it| it.file_type());
        let done = match kind {
            Ok(kind) if kind.is_file() => fs::remove_file(path),
            // What it leads to may be anything; an empty report is none.
            Ok(kind) if kind.is_symlink() && path.is_file() => fs::File::create(path).map(drop),
            Ok(_) | Err(_) => Ok(()),
        };
        done.map_err(|error| Stop::usage(format!("failed to write {}: {error}", it.path)))?;
    }
    Ok(())
}

/// Writes every report that was asked for, from the record, and tells the CI.
pub(crate) fn make(wanted: &[Wanted], annotations: Tell, session: &Session) -> Result<(), Stop> {
    if wanted.is_empty() && !told(annotations) {
        return Ok(());
    }
    let dossier = recorded::dossier(&recorded::read(&session.path())?)?;
    write(wanted, &dossier, session.events())?;
    if told(annotations) {
        tell(&dossier);
    }
    Ok(())
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
        } else if let Some(target) = leads_nowhere(path, folder) {
            format!("it is a link to {}, which cannot be made", target.display())
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

/// Where a link leads that has nothing at its end, and where no file can be made either.
fn leads_nowhere(path: &Path, folder: &Path) -> Option<PathBuf> {
    if path.exists() {
        return None;
    }
    let target = folder.join(fs::read_link(path).ok()?);
    let parent = target.parent().unwrap_or(folder);
    let made = parent.is_dir()
        && fs::symlink_metadata(&target).is_err()
        && rustix::fs::access(parent, rustix::fs::Access::WRITE_OK).is_ok();
    (!made).then_some(target)
}

/// Writes every report that was asked for.
pub(crate) fn write(
    wanted: &[Wanted],
    dossier: &Dossier,
    events: &[(Seq, Event)],
) -> Result<(), Stop> {
    let mut wrong = Vec::new();
    for it in wanted {
        let done = fs::File::create(&it.path).and_then(|file| {
            let mut to = io::BufWriter::new(file);
            into(&mut to, it.kind, dossier, events).and_then(|()| to.flush())
        });
        // One that cannot be written keeps no other from being written.
        wrong.extend(done.err().map(|error| format!("failed to write {}: {error}", it.path)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Stop::usage(wrong.join("; "))) }
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
        Kind::Codequality => {
            codequality::write(to, dossier, &from_root(&dossier.view.document.path))
        }
        Kind::Json => json::run(to, &dossier.view),
        Kind::Junit => junit::write(to, dossier),
        Kind::Markdown => to.write_all(markdown::page(dossier, markdown::COMMENT_MAX).as_bytes()),
        Kind::Sarif => {
            sarif::write(to, dossier, &from_root(&dossier.view.document.path), &catalog::rule)
        }
        Kind::Jsonl => {
            for (seq, event) in events {
                writeln!(to, "{}", serde_json::json!({"seq": seq, "event": event}))?;
            }
            Ok(())
        }
    }
}

/// A path as seen from the root of the repository, which is how CI names files: the folder that
/// the CI declares, or the nearest one above that holds `.git`. Elsewhere it stays as it was given.
pub(crate) fn from_root(path: &str) -> String {
    let relative = || {
        let whole = Path::new(path).canonicalize().ok()?;
        let declared = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().find_map(|name| {
            let root = Path::new(&std::env::var_os(name)?).canonicalize().ok()?;
            whole.strip_prefix(root).ok().map(Path::to_owned)
        });
        let found = || {
            let root = whole.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
            whole.strip_prefix(root).ok().map(Path::to_owned)
        };
        declared.or_else(found)
    };
    relative().map_or_else(|| path.to_owned(), |it| it.display().to_string())
}

/// Whether a CI is to be told.
fn told(tell: Tell) -> bool {
    match tell {
        Tell::Auto => std::env::var_os("GITHUB_ACTIONS").is_some_and(|it| it == "true"),
        Tell::Github => true,
        Tell::Never => false,
    }
}

/// Tells the CI that this runs in: annotations at the lines, and the summary of the step. A run is
/// no worse where that fails.
fn tell(dossier: &Dossier) {
    for command in annotations::github(&dossier.view, &from_root(&dossier.view.document.path)) {
        out::command(&command);
    }
    if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|it| !it.is_empty())
        && let Err(error) = summarize(Path::new(&path), dossier)
    {
        let path = Path::new(&path).display();
        out::progress(&format!("failed to write the summary of this step, {path}: {error}\n"));
    }
}

/// Adds the page of the run to a summary that others may have begun.
fn summarize(path: &Path, dossier: &Dossier) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    let there = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let room = markdown::SUMMARY_MAX.saturating_sub(there);
    if room < 4_096 {
        return Err(io::Error::other("there is no room left in it"));
    }
    let page = markdown::page(dossier, room - 1);
    file.write_all(format!("{page}\n").as_bytes())
}

//! `diff`: what changed between two runs.

use std::path::{Path, PathBuf};

use holdpoint_record::{Entry, Loaded, list};
use holdpoint_report::{diff, style::Style, terminal};

use crate::{
    args::{DiffArgs, Format},
    exit::{Done, Exit, Stop},
    out,
    past::matches,
    recorded::read,
    runs::{Compared, Frame, compare, earlier, frame, looked, named},
    session::{FOLDER, stopped},
};

/// `holdpoint diff`
pub(crate) fn diff(args: &DiffArgs, style: Style) -> Done {
    let (old, new) = match args.runs.as_slice() {
        [] => newest_two()?,
        [run] => with_newest(&meant(run)?)?,
        [old, new, ..] => (whole(&meant(old)?)?, whole(&meant(new)?)?),
    };
    let compared = |loaded: &Loaded| Compared::of(loaded).map_err(unread);
    let (old, new) = (compared(&old)?, compared(&new)?);
    let diff = compare(&old, &new);
    match args.format {
        Format::Json | Format::Jsonl => out::result(&format!("{}\n", diff::json(&diff))),
        Format::Text => out::result(&terminal::diff(&diff, style)),
    }
    Ok(Exit::Go)
}

/// What cannot be read cannot be compared: that is no verdict about a release.
fn unread(stop: Stop) -> Stop {
    Stop { exit: Exit::Usage, ..stop }
}

fn meant(run: &str) -> Result<PathBuf, Stop> {
    named(run).map_err(unread)
}

fn whole(path: &Path) -> Result<Loaded, Stop> {
    let loaded = read(path).map_err(unread)?;
    if loaded.ended() {
        return Ok(loaded);
    }
    out::progress(&format!(
        "run {} is unfinished: what it did not decide is unknown\n",
        loaded.run
    ));
    Ok(loaded)
}

fn entries() -> Result<Vec<Entry>, Stop> {
    let folder = Path::new(FOLDER);
    if !folder.is_dir() {
        return Err(Stop::usage(format!(
            "there is no record in {FOLDER}; `holdpoint run` makes one"
        )));
    }
    list(folder).map_err(stopped).map_err(unread)
}

fn passed_over(entry: &Entry, why: String) {
    out::progress(&format!("run {} is passed over: {why}\n", entry.run));
}

/// The newest run that looked, and the one to compare it with.
fn newest_two() -> Result<(Loaded, Loaded), Stop> {
    let entries = entries()?;
    for (at, entry) in entries.iter().enumerate().rev() {
        let new = match read(&entry.path) {
            Ok(new) => new,
            Err(stop) => {
                passed_over(entry, stop.message);
                continue;
            }
        };
        let Some(of) = frame(&new).filter(|_| looked(&new)) else { continue };
        let before = entries.get(..at).unwrap_or_default();
        let old = earlier(before, &of, (usize::MAX, false), &mut passed_over);
        let old = old.ok_or_else(|| alone(&new, &of, "earlier"))?;
        return Ok((old, new));
    }
    Err(Stop::usage(format!("no run in {FOLDER} looked at anything to its end")))
}

/// A run, and the newest one of its document, environment and, if there is one, gate.
fn with_newest(path: &Path) -> Result<(Loaded, Loaded), Stop> {
    let old = whole(path)?;
    let of = frame(&old).ok_or_else(|| Stop::usage("the record does not begin as a run does"))?;
    let mut other: Option<Loaded> = None;
    for entry in entries()?.iter().rev() {
        let new = match read(&entry.path) {
            Ok(new) => new,
            Err(stop) => {
                passed_over(entry, stop.message);
                continue;
            }
        };
        if looked(&new) && matches(&new, &of.path, of.environment.as_deref()) {
            if frame(&new).is_none_or(|it| it.gate != of.gate) {
                other.get_or_insert(new);
                continue;
            }
            if new.run == old.run && same_file(&entry.path, path) {
                return Err(Stop::usage(format!(
                    "run {} is itself the newest of {}; `holdpoint diff` compares it with the one \
                     before; name two runs to compare different documents",
                    old.run, of.path
                )));
            }
            return Ok((old, new));
        }
    }
    match other {
        Some(new) => Ok((old, new)),
        None => Err(alone(&old, &of, "other")),
    }
}

fn same_file(one: &Path, two: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one) == real(two)
}

fn alone(run: &Loaded, of: &Frame, which: &str) -> Stop {
    let environment = match &of.environment {
        Some(name) => format!(" in environment {name}"),
        None => String::new(),
    };
    Stop::usage(format!(
        "run {} is of {}{environment}, and there is no {which} run of that which looked to its \
         end; name two runs to compare different documents or environments",
        run.run, of.path
    ))
}

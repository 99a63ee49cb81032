//! What `init` says on the screen.

use std::{fmt::Write as _, path::Path};

use super::{Found, text};

/// Files that are named one by one.
const NAMED_MAX: usize = 6;
/// Contradictions on the screen; the file has all.
const CONTRADICTIONS_MAX: usize = 20;

/// What was read, and in which time.
pub(super) fn read(found: &Found, ms: u128) -> String {
    let read = &found.discovery.read;
    let names: Vec<&str> = read.read.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = read.read.len().saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let stopped = if read.stopped { "; the folder holds more than is walked over" } else { "" };
    let mut said = format!(
        "read      {} of {} files in {ms} ms{names}{more}{stopped}\n",
        read.read.len(),
        read.files
    );
    for file in read.unread.iter().take(NAMED_MAX) {
        writeln!(said, "unread    {file}: too large, or not what its name says")
            .expect("strings take text");
    }
    for (path, document) in &found.papers {
        let boxes = found.discovery.documents.iter().find(|it| it.0 == *path).map_or(0, |it| it.1);
        let lines = document.lines.len();
        writeln!(said, "checklist {path}  {lines} lines, {boxes} boxes")
            .expect("strings take text");
    }
    if found.papers.is_empty() {
        said.push_str("checklist none; name one: holdpoint init CHECKLIST.md\n");
    }
    said
}

/// What goes into the file.
pub(super) fn found(found: &Found) -> String {
    let mut said = String::new();
    for (word, facts) in [("declared", &found.declared), ("to confirm", &found.proposed)] {
        if !facts.is_empty() {
            writeln!(said, "\n{word}").expect("strings take text");
        }
        for fact in facts {
            let remark =
                if fact.remark.is_empty() { String::new() } else { format!("; {}", fact.remark) };
            writeln!(said, "  {} = {}  ({}{remark})", fact.path, text::value(fact), fact.origin)
                .expect("strings take text");
        }
    }
    said.push_str(&missing(found));
    said.push_str(&contradictions(found));
    said
}

/// What an existing file would gain; it is never written to.
pub(super) fn additions(found: &Found, shown: &str) -> String {
    let mut said = format!("\n{shown} is there and stays as it is\n");
    if found.declared.is_empty() {
        said.push_str("nothing to add\n");
    } else {
        said.push_str("to add, if you agree:\n");
        for line in text::tables(&found.declared).trim_start().lines() {
            writeln!(said, "+ {line}").expect("strings take text");
        }
    }
    said.push_str(&missing(found));
    said.push_str(&contradictions(found));
    said
}

fn missing(found: &Found) -> String {
    let mut said = String::new();
    let all = text::order(found);
    if !all.is_empty() {
        said.push_str("\nmissing\n");
    }
    for (need, lines) in all {
        let plural = if lines.len() == 1 { "line" } else { "lines" };
        writeln!(said, "  {need:<32} {} {plural}", lines.len()).expect("strings take text");
    }
    said
}

fn contradictions(found: &Found) -> String {
    let all = &found.discovery.contradictions;
    let mut said = String::new();
    if !all.is_empty() {
        said.push_str("\nthe checklist and the files disagree\n");
    }
    for it in all.iter().take(CONTRADICTIONS_MAX) {
        let files: Vec<String> = it.files.iter().map(ToString::to_string).collect();
        let files =
            if files.is_empty() { String::new() } else { format!("  ({})", files.join(", ")) };
        writeln!(said, "  {}  {}{files}", it.line, it.text).expect("strings take text");
    }
    if let Some(more) = all.len().checked_sub(CONTRADICTIONS_MAX).filter(|more| 0 < *more) {
        writeln!(said, "  and {more} more").expect("strings take text");
    }
    said
}

/// What to do now.
pub(super) fn next(found: &Found, folder: &Path) -> String {
    let Some((path, _)) = found.papers.first() else { return String::new() };
    let there = if folder == Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", folder.display())
    };
    format!("next      {there}holdpoint plan {path}\n")
}

//! `record verify`: judges everything again, offline.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io::Read as _,
    path::{Path, PathBuf},
};

use holdpoint_checks::find;
use holdpoint_document::parse;
use holdpoint_model::{
    event::{Event, Release, Seq},
    line,
    plan::Plan,
};
use holdpoint_record::{
    Key, Open, Outcome, PublicKey, Report, Snapshot, Trust, With, load, verify, verify_folder,
    verify_snapshot,
};
use holdpoint_report::style::{Style, Tone};
use serde_json::json;

use crate::{
    args::Format,
    exit::{Done, Exit, Stop},
    out,
    recorded::{folded, people, place},
    session::{state_folder, stopped},
};

/// What the engine makes of a journal.
fn refold(plan: &Plan, events: &[(Seq, Event)]) -> (Release, BTreeMap<line::State, usize>) {
    let state = folded(plan, events);
    (state.verdict(), state.counts())
}

fn trust(keys: &[String]) -> Result<Trust, Stop> {
    let mut trust = Trust::default();
    for given in keys {
        let text = std::fs::read_to_string(given).unwrap_or_else(|_| given.clone());
        let key =
            PublicKey::read(&text).map_err(|why| Stop::usage(format!("--key {given}: {why}")))?;
        trust.keys.insert(key, String::from("--key"));
    }
    let own = state_folder().map(|folder| Key::machine_public(&folder)).transpose();
    if let Some(key) = own.map_err(stopped)?.flatten() {
        trust.keys.entry(key).or_insert_with(|| String::from("this machine's own key"));
    }
    Ok(trust)
}

/// Verifies the bytes of a record, trusting nobody: the same on every machine.
pub(super) fn of_bytes(snapshot: &Snapshot) -> Report {
    let trust = Trust::default();
    verify_snapshot(
        snapshot,
        &With { trust: &trust, checks: &find, parse_lines: &texts, refold: &refold },
    )
}

/// The lines of a document by number.
fn texts(bytes: &[u8]) -> Vec<(usize, String)> {
    parse(bytes).lines.into_iter().map(|line| (line.number, line.text)).collect()
}

/// Whether a file is a zip: what `record export --bundle` makes.
fn is_bundle(path: &Path) -> bool {
    let mut head = [0; 4];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"PK\x03\x04"
}

pub(super) fn verified(
    path: Option<&Path>,
    keys: &[String],
    explain: bool,
    format: Format,
    style: Style,
) -> Done {
    let path = place(path)?;
    if is_bundle(&path) {
        return Err(Stop::usage(format!(
            "{} is a bundle; unpack it, and verify the record in it",
            path.display()
        )));
    }
    let trust = trust(keys)?;
    let with = With { trust: &trust, checks: &find, parse_lines: &texts, refold: &refold };
    let mut all = Vec::new();
    if path.is_file() {
        all.push((path.clone(), verify(&path, &with).map_err(stopped)?));
    } else {
        let each = |path: &Path, report| all.push((path.to_owned(), report));
        verify_folder(&path, &with, each).map_err(stopped)?;
    }
    for (path, report) in &mut all {
        // What is broken is not read: nobody knows what it says.
        let loaded = load(path).ok().filter(|_| report.outcome() != Outcome::Broken);
        report.rests_on.extend(loaded.as_ref().and_then(people));
    }
    let exit = worst(&all);
    match format {
        Format::Json | Format::Jsonl => {
            let records: Vec<_> = all.iter().map(|(path, report)| as_json(path, report)).collect();
            let word = word(exit);
            out::result(&format!(
                "{}\n",
                json!({"schema": "holdpoint.verify/1", "outcome": word, "records": records})
            ));
        }
        Format::Text => {
            for (path, report) in &all {
                out::result(&as_text(path, report, explain, style));
            }
        }
    }
    Ok(exit)
}

fn word(exit: Exit) -> &'static str {
    match exit {
        Exit::Go => "holds",
        Exit::NoGo => "broken",
        Exit::Usage
        | Exit::Hold
        | Exit::Bug
        | Exit::Journal
        | Exit::Interrupted
        | Exit::Terminated => "open",
    }
}

/// Broken wins over open. A run that a later one gave up is unfinished for good, and said so; it
/// does not keep the others from holding.
fn worst(all: &[(PathBuf, Report)]) -> Exit {
    let given_up: BTreeSet<String> = all
        .iter()
        .filter_map(|(path, _)| load(path).ok())
        .flat_map(|loaded| loaded.events)
        .filter_map(
            |(_, event)| {
                if let Event::Abandoned { run, .. } = event { Some(run) } else { None }
            },
        )
        .collect();
    let open = |report: &Report| {
        let gone = report.run.as_ref().is_some_and(|run| given_up.contains(run));
        !(gone && 1 < all.len() && report.open.iter().all(|it| *it == Open::Unfinished))
    };
    let outcomes: Vec<Outcome> = all
        .iter()
        .filter(|(_, report)| report.outcome() != Outcome::Open || open(report))
        .map(|(_, report)| report.outcome())
        .collect();
    if outcomes.contains(&Outcome::Broken) {
        Exit::NoGo
    } else if outcomes.contains(&Outcome::Open) || outcomes.is_empty() {
        Exit::Hold
    } else {
        Exit::Go
    }
}

fn as_json(path: &Path, report: &Report) -> serde_json::Value {
    let outcome = match report.outcome() {
        Outcome::Holds => "holds",
        Outcome::Open => "open",
        Outcome::Broken => "broken",
    };
    json!({
        "path": path.display().to_string(), "run": report.run, "outcome": outcome,
        "troubles": report.troubles.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "open": report.open.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "revised": report.revised.iter().map(|it| format!(
            "line {}: {} revision {} said {}, revision {} says {}", it.line, it.check, it.then,
            it.recorded.word(), it.now, it.verdict.map_or("it would look more", |it| it.word())
        )).collect::<Vec<_>>(),
        "judged": report.judged, "rests-on": report.rests_on,
    })
}

fn as_text(path: &Path, report: &Report, explain: bool, style: Style) -> String {
    let (word, tone) = match report.outcome() {
        Outcome::Holds => ("holds ", Tone::Good),
        Outcome::Open => ("open  ", Tone::Dark),
        Outcome::Broken => ("BROKEN", Tone::Bad),
    };
    let verdict = report.verdict.map_or("", Release::word);
    let run = report.run.clone().unwrap_or_else(|| path.display().to_string());
    let word = style.paint(tone, word);
    let mut text = format!("{word}  {run}  {verdict}  {} verdicts judged again\n", report.judged);
    for trouble in report.troubles.iter().take(20) {
        writeln!(text, "        {}", style.clean(&trouble.to_string())).expect("strings take text");
    }
    for open in &report.open {
        writeln!(text, "        {}", style.clean(&open.to_string())).expect("strings take text");
    }
    for it in &report.revised {
        let (line, check) = (it.line, &it.check);
        writeln!(text, "        line {line}: {check} has another revision now")
            .expect("strings take text");
    }
    if explain {
        text.push_str("        rests on\n");
        for rest in &report.rests_on {
            writeln!(text, "          {}", style.clean(rest)).expect("strings take text");
        }
    }
    text
}

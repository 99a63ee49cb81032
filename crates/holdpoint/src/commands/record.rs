//! `record`: verify, show and replay what runs left behind.

use std::fmt::Write as _;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use holdpoint_checks::find;
use holdpoint_document::parse;
use holdpoint_model::{
    event::{Event, Release, Seq},
    line,
    look::Look,
    plan::Plan,
    verdict::Finding,
};
use holdpoint_record::{
    Key, Loaded, Open, Outcome, PublicKey, Report, Trust, With, list, load, verify, verify_folder,
};
use holdpoint_report::{
    json,
    style::{Style, Tone},
    terminal,
    when::rfc3339,
};
use serde_json::json;

use crate::{
    args::{Format, RecordArgs, RecordCommand},
    commands::run::{Ending, show as show_run},
    exit::{Done, Exit, Stop},
    out,
    past::plan_of,
    recorded::{folded, last, looks, place, read},
    session::{state_folder, stopped},
    view,
};

/// `holdpoint record`
pub(crate) fn record(args: &RecordArgs, style: Style) -> Done {
    match &args.command {
        RecordCommand::Verify { path, key, explain, format } => {
            verified(path.as_deref(), key, *explain, *format, style)
        }
        RecordCommand::Show { line, path, format } => shown(*line, path.as_deref(), *format, style),
        RecordCommand::Replay { path, format } => {
            let loaded = read(&last(path.as_deref())?)?;
            replay(&loaded, *format, style)
        }
    }
}

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

fn verified(
    path: Option<&Path>,
    keys: &[String],
    explain: bool,
    format: Format,
    style: Style,
) -> Done {
    let path = place(path)?;
    let trust = trust(keys)?;
    let lines = |bytes: &[u8]| {
        let document = parse(bytes);
        document.lines.into_iter().map(|line| (line.number, line.text)).collect()
    };
    let with = With { trust: &trust, checks: &find, parse_lines: &lines, refold: &refold };
    let mut all = Vec::new();
    if path.is_file() {
        all.push((path.clone(), verify(&path, &with).map_err(stopped)?));
    } else {
        let each = |path: &Path, report| all.push((path.to_owned(), report));
        verify_folder(&path, &with, each).map_err(stopped)?;
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

fn shown(line: Option<usize>, path: Option<&Path>, format: Format, style: Style) -> Done {
    let Some(number) = line else { return runs(&place(path)?, format) };
    let loaded = read(&last(path)?)?;
    let looks = looks(&loaded)?;
    let mut judgements: BTreeMap<Seq, (String, u32)> = BTreeMap::new();
    let mut found = false;
    for (seq, event) in &loaded.events {
        if let Event::JudgementBegan { line, check, revision, .. } = event
            && *line == number
        {
            judgements.insert(*seq, (check.clone(), *revision));
        }
        if let Event::Judged { began, looks: used, finding, .. } = event
            && let Some((check, revision)) = judgements.get(began)
        {
            found = true;
            let used: Vec<Look> = used.iter().filter_map(|it| looks.get(it).cloned()).collect();
            show_judgement(check, *revision, finding, &used, format, style);
        }
        if let Event::Answered { answer, carried_from } = event
            && answer.line == number
        {
            found = true;
            let value = json!({"answer": answer, "carried-from": carried_from});
            out::result(&format!("{value}\n"));
        }
    }
    if found {
        return Ok(Exit::Go);
    }
    Err(Stop::usage(format!("run {} judged nothing at line {number}", loaded.run)))
}

fn show_judgement(
    check: &str,
    revision: u32,
    finding: &Finding,
    looks: &[Look],
    format: Format,
    style: Style,
) {
    match format {
        Format::Json | Format::Jsonl => {
            let none = BTreeMap::new();
            let value = json::check(check, revision, finding, &none, &none, looks);
            out::result(&format!("{value}\n"));
        }
        Format::Text => {
            out::result(&terminal::check(check, finding, looks, style));
            for look in looks {
                out::result(&evidence(look, style));
            }
        }
    }
}

fn evidence(look: &Look, style: Style) -> String {
    let Ok(seen) = &look.outcome else { return String::new() };
    let text = serde_json::to_string_pretty(seen).unwrap_or_default();
    let lines: Vec<String> =
        text.lines().take(60).map(|it| format!("    {}\n", style.clean(it))).collect();
    let more = text.lines().count().saturating_sub(lines.len());
    let more = if more == 0 {
        String::new()
    } else {
        format!("    … {more} more lines; --format json has all\n")
    };
    format!("  {} {}\n{}{more}", rfc3339(look.at), look.ask.what.word(), lines.concat())
}

fn runs(path: &Path, format: Format) -> Done {
    let entries = if path.is_dir() { list(path).map_err(stopped)? } else { Vec::new() };
    let mut rows = Vec::new();
    for entry in entries {
        let loaded = load(&entry.path).ok();
        let ended = loaded.as_ref().and_then(|it| match it.events.last() {
            Some((_, Event::RunEnded { verdict, .. })) => Some(verdict.word()),
            Some(_) | None => None,
        });
        let began = loaded.as_ref().and_then(|it| match it.events.first() {
            Some((_, Event::RunBegan { at, document, gate, .. })) => {
                Some((rfc3339(*at), document.path.clone(), gate.word()))
            }
            Some(_) | None => None,
        });
        let (at, document, gate) = began.unwrap_or_default();
        rows.push(json!({
            "run": entry.run, "at": at, "document": document, "gate": gate, "verdict": ended,
            "sealed": entry.sealed,
        }));
    }
    match format {
        Format::Json | Format::Jsonl => {
            out::result(&format!("{}\n", json!({"schema": "holdpoint.runs/1", "runs": rows})));
        }
        Format::Text => {
            for row in &rows {
                let text = |name: &str| row.get(name).and_then(|it| it.as_str()).unwrap_or("-");
                out::result(&format!(
                    "{}  {}  {:<6} {:<5} {}\n",
                    text("run"),
                    text("at"),
                    text("verdict"),
                    text("gate"),
                    text("document")
                ));
            }
        }
    }
    Ok(Exit::Go)
}

/// Drives the reporters with the journal, as the run did.
fn replay(loaded: &Loaded, format: Format, style: Style) -> Done {
    let plan = plan_of(loaded).ok_or_else(|| Stop {
        exit: Exit::NoGo,
        message: String::from("the record holds no plan"),
    })?;
    let mut live = terminal::Live::new(&plan, style);
    for (seq, event) in &loaded.events {
        let text = live.event(*seq, event);
        match format {
            Format::Jsonl => out::result(&format!("{}\n", json!({"seq": seq, "event": event}))),
            Format::Text => {
                if let Some(text) = text {
                    out::progress(&format!("{text}\n"));
                }
            }
            Format::Json => {}
        }
    }
    let state = folded(&plan, &loaded.events);
    let view = view::of(&plan, &state, &loaded.events).ok_or_else(|| Stop {
        exit: Exit::NoGo,
        message: String::from("it does not begin as a run does"),
    })?;
    show_run(&view, format, false, style, &Ending::default());
    Ok(Exit::Go)
}

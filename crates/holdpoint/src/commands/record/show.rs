//! `record show`: the runs, and the evidence behind a line of one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use holdpoint_model::{
    event::{Event, Seq},
    look::Look,
};
use holdpoint_record::{Loaded, list, load};
use holdpoint_report::{
    json,
    style::Style,
    terminal::{self, Answered},
    when::rfc3339,
};
use serde_json::{Value, json};

use crate::{
    args::Format,
    exit::{Done, Exit, Stop},
    out,
    recorded::{dossier, last, looks, only_answered, place, read},
    runs::named,
    session::stopped,
};

/// `holdpoint record show`
pub(super) fn shown(
    line: Option<usize>,
    path: Option<&Path>,
    run: Option<&str>,
    format: Format,
    style: Style,
) -> Done {
    let file = || -> Result<PathBuf, Stop> { run.map_or_else(|| last(path), named) };
    let Some(number) = line else {
        return match run {
            None => runs(&place(path)?, format, style),
            Some(_) => Err(Stop::usage("say which line of that run: holdpoint record show LINE")),
        };
    };
    let loaded = read(&file()?)?;
    let found = match format {
        Format::Json | Format::Jsonl => objects(&loaded, number)?,
        Format::Text => text(&loaded, number, style)?,
    };
    if found {
        return Ok(Exit::Go);
    }
    Err(Stop::usage(format!(
        "run {} judged nothing at line {number}{}",
        loaded.run,
        why(&loaded, number)
    )))
}

/// Every judgement and answer of a line, in the order of the journal: one JSON document each.
fn objects(loaded: &Loaded, number: usize) -> Result<bool, Stop> {
    let looks = looks(loaded)?;
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
            let none = BTreeMap::new();
            let value = json::check(check, *revision, finding, &none, &none, &used);
            out::result(&format!("{value}\n"));
        }
        if let Event::Answered { answer, carried_from } = event
            && answer.line == number
        {
            found = true;
            let value = json!({"answer": answer, "carried-from": carried_from});
            out::result(&format!("{value}\n"));
        }
    }
    Ok(found)
}

/// The evidence of a line, laid out.
fn text(loaded: &Loaded, number: usize, style: Style) -> Result<bool, Stop> {
    let dossier = dossier(loaded)?;
    let Some(line) = dossier.view.lines.iter().find(|it| it.plan.line == number) else {
        return Ok(false);
    };
    let mut answers = Vec::new();
    for (_, event) in &loaded.events {
        if let Event::Answered { answer, carried_from } = event
            && answer.line == number
        {
            answers.push(Answered { answer, carried_from: carried_from.as_deref() });
        }
    }
    let judgements = dossier.judgements.get(&number).map(Vec::as_slice).unwrap_or_default();
    if judgements.is_empty() && answers.is_empty() {
        return Ok(false);
    }
    let shown = terminal::evidence(&loaded.run, line, judgements, &answers, style);
    out::result(&shown);
    let began =
        |event: &Event| matches!(event, Event::JudgementBegan { line, .. } if *line == number);
    let began = loaded.events.iter().filter(|(_, event)| began(event)).count();
    if judgements.len() < began {
        let earlier = began - judgements.len();
        out::result(&format!(
            "\n{earlier} earlier judgements of this line are left out; --format json has all\n"
        ));
    }
    Ok(true)
}

/// Why nothing was judged at a line, where the run says so.
fn why(loaded: &Loaded, number: usize) -> String {
    let Ok(dossier) = dossier(loaded) else { return String::new() };
    let line = dossier.view.lines.iter().find(|it| it.plan.line == number);
    line.map_or_else(String::new, |it| {
        let reason = &it.standing.finding.reason;
        let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        format!(": it is {}{reason}", it.standing.state.word())
    })
}

fn runs(path: &Path, format: Format, style: Style) -> Done {
    let entries = if path.is_dir() { list(path).map_err(stopped)? } else { Vec::new() };
    if entries.is_empty() && path.is_dir() {
        return Err(Stop::usage(format!(
            "there is no record in {} yet; `holdpoint run` makes one",
            path.display()
        )));
    }
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
        let answer = loaded.as_ref().filter(|it| only_answered(it)).and_then(answer);
        let ended = ended.filter(|_| answer.is_none());
        rows.push(json!({
            "run": entry.run, "at": at, "document": document, "gate": gate, "verdict": ended,
            "sealed": entry.sealed, "answer": answer,
        }));
    }
    match format {
        Format::Json | Format::Jsonl => {
            out::result(&format!("{}\n", json!({"schema": "holdpoint.runs/1", "runs": rows})));
        }
        Format::Text => rows.iter().for_each(|row| out::result(&line(row, style))),
    }
    Ok(Exit::Go)
}

/// What a record of an answer holds: the line, and whose word it is.
fn answer(loaded: &Loaded) -> Option<Value> {
    let mut all = loaded.events.iter().filter_map(|(_, event)| {
        if let Event::Answered { answer, carried_from: None } = event { Some(answer) } else { None }
    });
    all.next_back().map(|it| json!({"line": it.line, "by": it.by, "recorded-by": it.recorded_by}))
}

/// A record as one row: a run with its verdict, an answer with its line.
fn line(row: &Value, style: Style) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or("-");
    let (run, at, document) = (text("run"), text("at"), style.clean(text("document")));
    let Some(answer) = row.get("answer").filter(|it| it.is_object()) else {
        return format!("{run}  {at}  {:<6} {:<5} {document}\n", text("verdict"), text("gate"));
    };
    let number = answer.get("line").and_then(Value::as_u64).unwrap_or_default();
    let by = style.clean(answer.get("by").and_then(Value::as_str).unwrap_or("-"));
    let place = format!("line {number}");
    format!("{run}  {at}  answer {place:<5} {document}  by {by}\n")
}

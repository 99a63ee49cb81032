//! `status`: where the last run stands.

use std::{collections::BTreeMap, path::Path};

use holdpoint_engine::State;
use holdpoint_model::event::{Event, Release};
use holdpoint_record::{list, load};
use holdpoint_report::style::{Style, Tone};
use serde_json::json;

use crate::{
    args::{Format, StatusArgs},
    exit::{Done, Exit},
    out,
    past::plan_of,
    session::{FOLDER, stopped},
    view,
};

/// `holdpoint status`
pub(crate) fn status(args: &StatusArgs, style: Style) -> Done {
    let none = json!({
        "schema": "holdpoint.status/1", "state": "none", "line": null, "gate": null,
        "held-by": [], "in-doubt": [], "run": null,
    });
    let value = if Path::new(FOLDER).is_dir() { last()?.unwrap_or(none) } else { none };
    match args.format {
        Format::Json | Format::Jsonl => out::result(&format!("{value}\n")),
        Format::Text => out::result(&words(&value, style)),
    }
    Ok(Exit::Go)
}

fn last() -> Result<Option<serde_json::Value>, crate::exit::Stop> {
    let runs = list(Path::new(FOLDER)).map_err(stopped)?;
    for entry in runs.iter().rev() {
        let loaded = load(&entry.path).map_err(stopped)?;
        let Some((_, Event::RunBegan { gate, only, .. })) = loaded.events.first() else { continue };
        // A run that only holds an answer looked at nothing.
        if only.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let only = only.as_ref().map(|lines| lines.iter().copied().collect());
        let Some(plan) = plan_of(&loaded) else { continue };
        let mut state = State::new(view::engine_lines(&plan, *gate, only.as_ref()));
        for (seq, event) in &loaded.events {
            state.apply(*seq, event);
        }
        let word = match state.ended() {
            None => "running",
            Some(Release::Go) => "done",
            Some(Release::Hold) => "held",
            Some(Release::NoGo) => "refused",
        };
        let standings = state.standings();
        let held: Vec<String> = state
            .lines()
            .iter()
            .filter(|line| line.gated)
            .filter_map(|line| standings.get(&line.number).map(|it| (line.number, it)))
            .filter(|(_, it)| {
                matches!(it.state.word(), "fail" | "unknown" | "owed") && !it.acknowledged
            })
            .map(|(number, it)| format!("line {number}: {}", it.state.word()))
            .collect();
        return Ok(Some(json!({
            "schema": "holdpoint.status/1", "state": word, "line": null, "gate": gate.word(),
            "held-by": held, "in-doubt": [], "run": entry.run,
            "verdict": state.ended().map(Release::word), "sealed": entry.sealed,
        })));
    }
    Ok(None)
}

fn words(value: &serde_json::Value, style: Style) -> String {
    let text = |name: &str| value.get(name).and_then(|it| it.as_str()).unwrap_or("-").to_owned();
    if text("state") == "none" {
        return String::from("no run yet; `holdpoint run CHECKLIST.md` makes one\n");
    }
    let tone = match text("state").as_str() {
        "done" => Tone::Good,
        "refused" => Tone::Bad,
        _ => Tone::Dark,
    };
    let verdict = value.get("verdict").and_then(|it| it.as_str());
    let state = text("state");
    let (head, more) = match verdict {
        Some(verdict) => (verdict, format!("{} {state}", style.dot())),
        None => (state.as_str(), String::from("(cut off, or still at work)")),
    };
    let dot = style.dot();
    let line = format!("run {} {dot} gate {} {more}", text("run"), text("gate"));
    let mut out = format!(
        "{}   {}\n",
        style.paint(tone, head),
        style.wrap(&line, head.len() + 3, style.width)
    );
    // Which lines stand in the way, by what they wait for.
    let held = value.get("held-by").and_then(|it| it.as_array()).into_iter().flatten();
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for it in held.filter_map(|it| it.as_str()) {
        let (line, word) = it.split_once(": ").unwrap_or((it, "held"));
        let line = line.trim_start_matches("line ").to_owned();
        lines.entry(word.to_owned()).or_default().push(line);
    }
    for (word, lines) in lines {
        let label = if word == "fail" { "failed" } else { word.as_str() };
        let many = if lines.len() == 1 { "line" } else { "lines" };
        let text = format!("{} {many}: {}", lines.len(), lines.join(" "));
        let text = style.wrap(&text, 10, style.width);
        out = format!("{out}{label:<10}{text}\n");
    }
    if value.get("sealed").and_then(serde_json::Value::as_bool) == Some(false) {
        out.push_str("record    not sealed; the next command that writes here seals it\n");
    }
    let show = if text("state") == "running" { "doctor" } else { "record show" };
    format!("{out}next      holdpoint {show}\n")
}

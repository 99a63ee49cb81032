//! The machine formats, as the interfaces pin them. Additions are free, changes need a new number.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use holdpoint_model::{
    diagnostic::Diagnostic,
    line::{Binding, Kind, Phase, Severity},
    look::Look,
    plan::{BoundCheck, Origin, Plan, PlanLine},
    verdict::{Finding, Verdict},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    view::{CheckView, LineView, RunView},
    when::rfc3339,
};

/// `holdpoint.plan/1`, written line by line: a plan of a huge document is never in memory twice.
/// `looks` says of an entry whether this version can look with it, and nothing of what no look
/// decides.
pub fn plan(
    to: &mut dyn Write,
    plan: &Plan,
    diagnostics: &[Diagnostic],
    looks: &dyn Fn(&str) -> Option<bool>,
) -> io::Result<()> {
    let document = json!({
        "path": plan.document.path,
        "sha256": plan.document.sha256,
        "parsed-sha256": plan.document.parsed_sha256,
        "lines": plan.document.lines,
    });
    write!(to, "{{\"schema\":\"holdpoint.plan/1\",\"document\":{document},\"lines\":[")?;
    for (index, line) in plan.lines.iter().enumerate() {
        let comma = if index == 0 { "\n" } else { ",\n" };
        to.write_all(comma.as_bytes())?;
        serde_json::to_writer(&mut *to, &plan_row(line, looks))?;
    }
    let diagnostics: Vec<Value> = diagnostics.iter().map(diagnostic).collect();
    let environment = &plan.environment;
    let tail = json!({"environment": environment, "diagnostics": diagnostics}).to_string();
    writeln!(to, "\n],{}", tail.trim_start_matches('{'))
}

/// One line of a plan, written without a tree of values in between.
#[derive(Serialize)]
struct PlanRow<'a> {
    line: usize,
    text: &'a str,
    section: &'a [String],
    phase: Phase,
    kind: Kind,
    severity: Severity,
    gated: bool,
    state: Binding,
    checks: Vec<CheckRow<'a>>,
    needs: &'a [String],
    parent: Option<usize>,
    command: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckRow<'a> {
    id: &'a str,
    params: &'a BTreeMap<String, String>,
    sources: &'a BTreeMap<String, Origin>,
    because: &'a [String],
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    looks: Option<bool>,
}

fn check_row<'a>(check: &'a BoundCheck, looks: &dyn Fn(&str) -> Option<bool>) -> CheckRow<'a> {
    CheckRow {
        id: &check.id,
        params: &check.params,
        sources: &check.sources,
        because: &check.because,
        target: &check.target,
        looks: looks(&check.id),
    }
}

fn plan_row<'a>(line: &'a PlanLine, looks: &dyn Fn(&str) -> Option<bool>) -> PlanRow<'a> {
    PlanRow {
        line: line.line,
        text: &line.text,
        section: &line.section,
        phase: line.phase,
        kind: line.kind,
        severity: line.severity,
        gated: line.gated,
        state: line.state,
        checks: line.checks.iter().map(|check| check_row(check, looks)).collect(),
        needs: &line.needs,
        parent: line.parent,
        command: line.command.as_deref(),
    }
}

/// One diagnostic.
pub fn diagnostic(it: &Diagnostic) -> Value {
    let mut value = json!({
        "code": it.code, "severity": it.level.word(), "line": it.line, "message": it.message,
    });
    if let (Some(map), false) = (value.as_object_mut(), it.help.is_empty()) {
        map.insert(String::from("help"), json!(it.help));
    }
    value
}

/// `holdpoint.run/1`.
pub fn run(to: &mut dyn Write, view: &RunView) -> io::Result<()> {
    run_since(to, view, None)
}

/// `holdpoint.run/1`, with the number of an earlier run and how many lines changed since, by way.
pub fn run_since(
    to: &mut dyn Write,
    view: &RunView,
    since: Option<(&str, Value)>,
) -> io::Result<()> {
    let counts: Map<String, Value> =
        view.counts.iter().map(|(state, n)| (state.word().to_owned(), json!(n))).collect();
    let head = json!({
        "schema": "holdpoint.run/1",
        "run": view.run, "gate": view.gate.word(), "verdict": view.verdict.word(),
        "environment": view.environment,
        "document": {
            "path": view.document.path, "sha256": view.document.sha256,
            "parsed-sha256": view.document.parsed_sha256, "lines": view.document.lines,
        },
        "started": rfc3339(view.started), "ended": view.ended.map(rfc3339),
        "counts": counts,
    })
    .to_string();
    let head = head.strip_suffix("}").unwrap_or(&head);
    write!(to, "{head},\"lines\":[")?;
    for (index, line) in view.lines.iter().enumerate() {
        let comma = if index == 0 { "\n" } else { ",\n" };
        write!(to, "{comma}{}", run_line(line))?;
    }
    match since {
        None => writeln!(to, "\n]}}"),
        Some((run, counts)) => {
            let since = json!({"run": run, "counts": counts});
            writeln!(to, "\n],\"since\":{since}}}")
        }
    }
}

/// One line of a run.
pub fn run_line(line: &LineView) -> Value {
    let plan = &line.plan;
    let checks: Vec<Value> = line.checks.iter().map(check_view).collect();
    let mut value = json!({
        "line": plan.line, "text": plan.text, "section": plan.section,
        "phase": plan.phase.word(), "kind": plan.kind.word(),
        "severity": plan.severity.word(), "gated": plan.gated,
        "acknowledged": line.standing.acknowledged, "state": line.standing.state.word(),
    });
    if let Some(map) = value.as_object_mut() {
        finding(map, &line.standing.finding);
        map.insert(String::from("checks"), json!(checks));
        map.insert(String::from("ms"), json!(line.ms));
    }
    value
}

fn check_view(check: &CheckView) -> Value {
    json!({
        "id": check.id, "verdict": check.verdict.map(Verdict::word), "looks": check.looks,
        "params": check.params, "defaults": check.defaults,
    })
}

fn finding(map: &mut Map<String, Value>, it: &Finding) {
    map.insert(String::from("reason"), json!(it.reason));
    let texts = [
        ("expected", &it.expected),
        ("seen", &it.seen),
        ("remedy", &it.remedy),
        ("easy-to-miss", &it.easy_to_miss),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            map.insert(name.to_owned(), json!(text));
        }
    }
    map.insert(String::from("unproven"), json!(it.unproven));
}

/// `holdpoint.check/1`.
pub fn check(
    id: &str,
    revision: u32,
    it: &Finding,
    params: &BTreeMap<String, String>,
    defaults: &BTreeMap<String, String>,
    looks: &[Look],
) -> Value {
    let mut value = json!({
        "schema": "holdpoint.check/1", "id": id, "revision": revision, "verdict": it.verdict.word(),
    });
    if let Some(map) = value.as_object_mut() {
        finding(map, it);
        map.insert(String::from("params"), json!(params));
        map.insert(String::from("defaults"), json!(defaults));
        let looks: Vec<Value> = looks.iter().map(look).collect();
        map.insert(String::from("looks"), json!(looks));
    }
    value
}

/// One look: `seen`, or the `fault` in its place.
pub fn look(it: &Look) -> Value {
    let mut value = json!({
        "ask": it.ask.what, "from": it.ask.from.0, "nth": it.ask.nth, "at": rfc3339(it.at),
    });
    if let Some(map) = value.as_object_mut() {
        match &it.outcome {
            Ok(seen) => map.insert(String::from("seen"), json!(seen)),
            Err(fault) => map.insert(String::from("fault"), json!(fault.word())),
        };
        map.insert(String::from("ms"), json!(it.ms));
        if !it.note.is_empty() {
            map.insert(String::from("note"), json!(it.note));
        }
    }
    value
}

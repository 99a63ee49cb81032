//! The JSON Schemas of the machine formats: what scripts may rely on. Additions are free.

use holdpoint_model::{
    fault::Fault,
    line::{Binding, Gate, Impact, Kind, Phase, Severity, Side, State},
};
use holdpoint_report::diff::Change;
use serde_json::{Map, Value, json};

use super::reasons;

/// Every format, by the name of its file.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("check-1", headed("holdpoint.check/1", check())),
        ("checks-1", headed("holdpoint.checks/1", checks())),
        ("diff-1", headed("holdpoint.diff/1", diff())),
        ("doctor-1", headed("holdpoint.doctor/1", reasons::doctor())),
        ("event-1", event()),
        ("lint-1", headed("holdpoint.lint/1", lint())),
        ("plan-1", headed("holdpoint.plan/1", plan())),
        ("run-1", headed("holdpoint.run/1", run())),
        ("runs-1", headed("holdpoint.runs/1", runs())),
        ("status-1", headed("holdpoint.status/1", status())),
        ("verify-1", headed("holdpoint.verify/1", verify())),
        ("why-1", headed("holdpoint.why/1", reasons::why())),
    ]
}

/// One format as text.
pub(crate) fn named(name: &str) -> Option<String> {
    let (_, value) = all().into_iter().find(|(it, _)| *it == name)?;
    let text = serde_json::to_string_pretty(&value).expect("a value of ours is JSON");
    Some(format!("{text}\n"))
}

/// The fields of an object; the name of one that may be missing ends in `?`.
pub(super) type Fields = Vec<(&'static str, Value)>;

pub(super) fn object(fields: Fields) -> Value {
    let required: Vec<&str> =
        fields.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, shape)| (name.trim_end_matches('?').to_owned(), shape.clone()))
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn headed(name: &str, fields: Fields) -> Value {
    let mut all = vec![("schema", json!({"const": name}))];
    all.extend(fields);
    let mut value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": name,
    });
    if let (Some(to), Some(from)) = (value.as_object_mut(), object(all).as_object()) {
        to.extend(from.clone());
    }
    value
}

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn maybe_text() -> Value {
    json!({"type": ["string", "null"]})
}

pub(super) fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

pub(super) fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}

pub(super) fn texts() -> Value {
    list(text())
}

fn mapped(to: Value) -> Value {
    json!({"type": "object", "additionalProperties": to})
}

pub(super) fn words<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    json!({"enum": words.collect::<Vec<_>>()})
}

fn verdicts() -> Value {
    json!({"enum": ["pass", "fail", "unknown"]})
}

fn releases() -> Value {
    json!({"enum": ["GO", "HOLD", "NO-GO"]})
}

fn gates() -> Value {
    words(Gate::ALL.iter().map(|it| it.word()))
}

pub(super) fn severities() -> Value {
    words(Severity::ALL.iter().map(|it| it.word()))
}

fn states() -> Value {
    words(State::ALL.iter().map(|it| it.word()))
}

fn counts() -> Value {
    let each: Map<String, Value> =
        State::ALL.iter().map(|it| (it.word().to_owned(), count())).collect();
    let names: Vec<&str> = State::ALL.iter().map(|it| it.word()).collect();
    json!({"type": "object", "properties": each, "required": names})
}

fn document() -> Value {
    object(vec![
        ("path", text()),
        ("sha256", text()),
        ("parsed-sha256", text()),
        ("lines", count()),
    ])
}

/// What a line is, in a plan and in a run.
fn line() -> Fields {
    vec![
        ("line", count()),
        ("text", text()),
        ("section", texts()),
        ("phase", words(Phase::ALL.iter().map(|it| it.word()))),
        ("kind", words(Kind::ALL.iter().map(|it| it.word()))),
        ("severity", severities()),
        ("gated", flag()),
    ]
}

/// What was found, in a run and by a check.
fn finding() -> Fields {
    vec![
        ("reason", text()),
        ("expected?", text()),
        ("seen?", text()),
        ("remedy?", text()),
        ("easy-to-miss?", text()),
        ("unproven", texts()),
    ]
}

fn plan() -> Fields {
    let check = object(vec![
        ("id", text()),
        ("params", mapped(text())),
        ("sources", mapped(json!({"enum": ["text", "settings", "discovered"]}))),
        ("because", texts()),
        ("target", text()),
        ("looks?", flag()),
    ]);
    let mut fields = line();
    fields.extend([
        ("state", words(Binding::ALL.iter().map(|it| it.word()))),
        ("checks", list(check)),
        ("needs", texts()),
        ("parent", json!({"type": ["integer", "null"]})),
        ("command", maybe_text()),
    ]);
    let diagnostic = object(vec![
        ("code", text()),
        ("severity", json!({"enum": ["note", "warning", "error"]})),
        ("line", count()),
        ("message", text()),
        ("help?", text()),
    ]);
    vec![
        ("document", document()),
        ("lines", list(object(fields))),
        ("environment", maybe_text()),
        ("diagnostics", list(diagnostic)),
    ]
}

fn run() -> Fields {
    let check = object(vec![
        ("id", text()),
        ("verdict", json!({"enum": ["pass", "fail", "unknown", null]})),
        ("looks", count()),
        ("params", mapped(text())),
        ("defaults", mapped(text())),
    ]);
    let mut fields = line();
    fields.extend([("acknowledged", flag()), ("state", states())]);
    fields.extend(finding());
    fields.extend([("checks", list(check)), ("ms", json!({"type": "integer"}))]);
    vec![
        ("run", text()),
        ("gate", gates()),
        ("verdict", releases()),
        ("environment", maybe_text()),
        ("document", document()),
        ("started", text()),
        ("ended", maybe_text()),
        ("counts", counts()),
        ("lines", list(object(fields))),
        ("since?", since()),
    ]
}

/// What became of the run before.
fn since() -> Value {
    let mut value = object(vec![("run", text()), ("counts", changed())]);
    if let Some(map) = value.as_object_mut() {
        let says = "the earlier run of this document and environment that this one is compared \
                    with, and how many lines changed since, by way";
        map.insert(String::from("description"), json!(says));
    }
    value
}

fn changed() -> Value {
    object(Change::ALL.iter().map(|it| (it.word(), count())).collect())
}

fn diff() -> Fields {
    let run = || {
        object(vec![
            ("run", text()),
            ("started", text()),
            ("ended", flag()),
            ("gate", gates()),
            ("environment", maybe_text()),
            ("verdict", releases()),
            ("document", document()),
            ("version", text()),
        ])
    };
    let side = || {
        let mut value = object(vec![
            ("line", count()),
            ("text", text()),
            ("section", texts()),
            ("checks", texts()),
            ("state", states()),
            ("reason", text()),
            ("expected?", text()),
            ("seen?", text()),
            ("remedy?", text()),
        ]);
        if let Some(map) = value.as_object_mut() {
            map.insert(String::from("type"), json!(["object", "null"]));
        }
        value
    };
    let changes = || words(Change::ALL.iter().map(|it| it.word()));
    let detail = object(vec![
        ("of", changes()),
        ("what", text()),
        ("then", maybe_text()),
        ("now", maybe_text()),
    ]);
    let line = object(vec![
        ("changes", list(changes())),
        ("then", side()),
        ("now", side()),
        ("details", list(detail)),
    ]);
    vec![
        ("old", run()),
        ("new", run()),
        ("same", flag()),
        ("counts", changed()),
        ("unchanged", count()),
        ("lines", list(line)),
    ]
}

fn check() -> Fields {
    let look = object(vec![
        ("ask", json!({"type": "object"})),
        ("from", text()),
        ("nth", count()),
        ("at", text()),
        ("seen?", json!({})),
        ("fault?", faults()),
        ("ms", count()),
        ("note?", text()),
    ]);
    let mut fields = vec![("id", text()), ("revision", count()), ("verdict", verdicts())];
    fields.extend(finding());
    fields.extend([
        ("params", mapped(text())),
        ("defaults", mapped(text())),
        ("looks", list(look)),
    ]);
    fields
}

fn faults() -> Value {
    words(Fault::ALL.iter().map(|it| it.word()))
}

fn checks() -> Fields {
    let row = object(vec![
        ("id", text()),
        ("title", text()),
        ("form", json!({"enum": ["check", "step", "duty", "fold", "watch"]})),
        ("severity", severities()),
        ("strength", text()),
        ("impact", words(Impact::ALL.iter().map(|it| it.word()))),
        ("surfaces", text()),
        ("revision", json!({"type": ["integer", "null"]})),
    ]);
    vec![("checks", list(row))]
}

fn lint() -> Fields {
    let levels = || json!({"enum": ["error", "warning", "note"]});
    let row = object(vec![
        ("rule", text()),
        ("severity", levels()),
        ("file", text()),
        ("line", count()),
        ("column", count()),
        ("end-line", count()),
        ("end-column", count()),
        ("text", text()),
        ("message", text()),
        ("help", text()),
    ]);
    let counts = object(vec![("error", count()), ("warning", count()), ("note", count())]);
    vec![("documents", texts()), ("counts", counts), ("findings", list(row))]
}

fn status() -> Fields {
    let states =
        ["none", "held", "running", "watching", "done", "refused", "rolled-back", "stopped"];
    vec![
        ("state", words(states.into_iter())),
        ("line", json!({"type": ["integer", "null"]})),
        ("gate", maybe_text()),
        ("held-by", texts()),
        ("in-doubt", list(count())),
        ("run", maybe_text()),
        ("verdict?", maybe_text()),
        ("sealed?", flag()),
    ]
}

fn runs() -> Fields {
    let answer = object(vec![("line", count()), ("by", text()), ("recorded-by", maybe_text())]);
    let row = object(vec![
        ("run", text()),
        ("at", text()),
        ("document", text()),
        ("gate", text()),
        ("verdict", maybe_text()),
        ("sealed", flag()),
        ("answer", json!({"oneOf": [answer, {"type": "null"}]})),
    ]);
    vec![("runs", list(row))]
}

fn verify() -> Fields {
    let outcome = || json!({"enum": ["holds", "open", "broken"]});
    let row = object(vec![
        ("path", text()),
        ("run", maybe_text()),
        ("outcome", outcome()),
        ("troubles", texts()),
        ("open", texts()),
        ("revised", texts()),
        ("judged", count()),
        ("rests-on", texts()),
    ]);
    vec![("outcome", outcome()), ("records", list(row))]
}

/// One line of `--format jsonl`: an event of the journal with its number.
fn event() -> Value {
    let one = |(name, fields): (&str, Fields)| {
        json!({
            "type": "object", "additionalProperties": false, "required": [name],
            "properties": {name: object(fields)},
        })
    };
    let any: Vec<Value> = events().into_iter().map(one).collect();
    let mut value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "a line of holdpoint's event stream",
        "description": "Times are milliseconds since 1970 in UTC.",
    });
    let line = object(vec![
        ("seq", json!({"type": "integer", "minimum": 1})),
        ("event", json!({"oneOf": any})),
    ]);
    if let (Some(to), Some(from)) = (value.as_object_mut(), line.as_object()) {
        to.extend(from.clone());
    }
    value
}

fn time() -> Value {
    json!({"type": "integer"})
}

/// Every event with its fields.
fn events() -> Vec<(&'static str, Fields)> {
    let lines = || json!({"type": ["array", "null"], "items": count()});
    let outcome = json!({"oneOf": [
        object(vec![("Ok", text())]), object(vec![("Err", faults())]),
    ]});
    vec![
        (
            "run-began",
            vec![
                ("run", text()),
                ("at", time()),
                ("version", text()),
                ("document", journalled_document()),
                ("document_evidence", text()),
                ("plan_evidence", text()),
                ("gate", gates()),
                ("environment", maybe_text()),
                ("only", lines()),
                ("previous", maybe_text()),
            ],
        ),
        ("resumed", vec![("at", time())]),
        ("abandoned", vec![("run", text()), ("at", time())]),
        (
            "judgement-began",
            vec![
                ("line", count()),
                ("nth", count()),
                ("check", text()),
                ("revision", count()),
                ("scope", scope()),
                ("params", mapped(text())),
            ],
        ),
        ("attempt-began", vec![("began", count()), ("ask", ask()), ("at", time())]),
        (
            "looked",
            vec![
                ("ask", ask()),
                ("epoch", count()),
                ("at", time()),
                ("ms", count()),
                ("outcome", outcome),
                ("note", text()),
            ],
        ),
        (
            "judged",
            vec![
                ("began", count()),
                ("looks", list(count())),
                ("finding", journalled_finding()),
                ("at", time()),
            ],
        ),
        ("broke", vec![("began", count()), ("message", text()), ("at", time())]),
        ("answered", vec![("answer", answer()), ("carried_from", maybe_text())]),
        ("run-ended", vec![("at", time()), ("verdict", releases()), ("counts", mapped(count()))]),
        ("interrupted", vec![("at", time())]),
    ]
}

fn journalled_document() -> Value {
    object(vec![
        ("path", text()),
        ("sha256", text()),
        ("parsed_sha256", text()),
        ("lines", count()),
    ])
}

fn ask() -> Value {
    object(vec![
        ("from", text()),
        ("what", json!({"type": ["object", "string"]})),
        ("nth", json!({"type": "integer", "minimum": 1})),
    ])
}

fn scope() -> Value {
    let sides: Map<String, Value> =
        Side::ALL.iter().map(|it| (it.word().to_owned(), text())).collect();
    object(vec![
        ("target", text()),
        ("fields", mapped(text())),
        ("sides", json!({"type": "object", "properties": sides})),
        ("here_is_enough", flag()),
        ("allow", words(Impact::ALL.iter().map(|it| it.word()))),
        ("environment", maybe_text()),
        ("line", count()),
        ("now", time()),
    ])
}

fn journalled_finding() -> Value {
    object(vec![
        ("verdict", verdicts()),
        ("reason", text()),
        ("expected", maybe_text()),
        ("seen", maybe_text()),
        ("remedy", maybe_text()),
        ("unproven", texts()),
        ("easy_to_miss", maybe_text()),
    ])
}

fn answer() -> Value {
    let reply = json!({"oneOf": [
        {"enum": ["not-applicable", "acknowledged"]},
        object(vec![("value", text())]),
        object(vec![("file", object(vec![("name", text()), ("evidence", text())]))]),
    ]});
    object(vec![
        ("line", count()),
        ("key", text()),
        ("reply", reply),
        ("reason", maybe_text()),
        ("about", maybe_text()),
        ("by", text()),
        ("recorded_by?", text()),
        ("at", time()),
        ("environment", maybe_text()),
    ])
}

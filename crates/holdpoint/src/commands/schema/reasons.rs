//! The JSON Schemas of what explains: why a line means what it does, and what a machine lacks.

use holdpoint_model::line::Binding;
use serde_json::{Value, json};

use super::formats::{
    Fields, count, flag, list, maybe_text, object, severities, text, texts, words,
};

/// `plan --why`
pub(super) fn why() -> Fields {
    let ground = || object(vec![("word", text()), ("rule", text()), ("because", texts())]);
    let by = [
        "override",
        "form",
        "command",
        "people",
        "rule",
        "parts",
        "examples",
        "overruled",
        "doubt",
        "several",
        "rest",
        "nothing",
    ];
    let from = said(text(), "text, settings, default, or `discovered: FILE:LINE`");
    let param = object(vec![("name", text()), ("value", text()), ("from", from)]);
    let check = object(vec![
        ("id", text()),
        ("target", text()),
        ("because", texts()),
        ("params", list(param)),
    ]);
    let score = said(whole(), "thousandths of the line that the entry explains");
    let rule = object(vec![
        ("id", text()),
        ("score", score),
        ("because", texts()),
        ("taken", flag()),
        ("fate", text()),
    ]);
    let chance = said(whole(), "thousandths");
    let example = object(vec![("id", text()), ("chance", chance), ("lost", maybe_text())]);
    let settings = said(text(), "to be pasted into holdpoint.toml");
    vec![
        ("document", text()),
        ("line", json!({"type": "integer", "minimum": 1})),
        ("text", text()),
        ("section", texts()),
        ("state", words(Binding::ALL.iter().map(|it| it.word()))),
        ("severity", severities()),
        ("gated", flag()),
        ("phase", ground()),
        ("kind", ground()),
        ("decided", object(vec![("by", json!({"enum": by})), ("why", text())])),
        ("checks", list(check)),
        ("needs", texts()),
        ("by-rules", list(rule)),
        ("refused", list(object(vec![("id", text()), ("why", text())]))),
        ("by-examples", list(example)),
        ("people", said(json!({"type": ["integer", "null"]}), "thousandths")),
        (
            "instead",
            list(object(vec![("check", text()), ("settings", settings), ("looks?", flag())])),
        ),
    ]
}

/// `doctor`
pub(super) fn doctor() -> Fields {
    let areas = [
        "this machine",
        "programs",
        "this folder",
        "this project",
        "declared targets and vantages",
    ];
    let finding = object(vec![
        ("area", json!({"enum": areas})),
        ("name", text()),
        ("level", json!({"enum": ["fine", "note", "warning", "stops"]})),
        ("says", text()),
        ("remedy", maybe_text()),
        ("detail", maybe_text()),
    ]);
    let family = object(vec![
        ("family", text()),
        ("works", count()),
        ("needs-declaration", count()),
        ("this-version-cannot", count()),
        ("no-look?", count()),
    ]);
    let stops = said(count(), "above zero the command ends with 1");
    let counts =
        object(vec![("fine", count()), ("note", count()), ("warning", count()), ("stops", stops)]);
    let contacted = "targets and vantages that were reached for; empty without --contact";
    vec![
        ("version", text()),
        ("document", maybe_text()),
        ("contacted", said(texts(), contacted)),
        ("counts", counts),
        ("findings", list(finding)),
        ("catalog", list(family)),
    ]
}

fn whole() -> Value {
    json!({"type": "integer"})
}

/// A shape with what it says.
fn said(mut shape: Value, what: &str) -> Value {
    if let Some(shape) = shape.as_object_mut() {
        shape.insert(String::from("description"), json!(what));
    }
    shape
}

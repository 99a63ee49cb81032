//! `holdpoint.diff/1`: additions are free, changes need a new number.

use serde_json::{Map, Value, json};

use super::{Change, Detail, Diff, End, Line, Stand};
use crate::when::rfc3339;

/// The whole comparison.
pub fn json(diff: &Diff) -> Value {
    json!({
        "schema": "holdpoint.diff/1",
        "old": end(&diff.old),
        "new": end(&diff.new),
        "same": diff.lines.is_empty(),
        "counts": counts(diff),
        "unchanged": diff.unchanged,
        "lines": diff.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

/// Lines by the way in which they changed; every way is there.
pub fn counts(diff: &Diff) -> Value {
    let counts = diff.counts();
    let count = |it: &Change| (it.word().to_owned(), json!(counts.get(it).copied().unwrap_or(0)));
    Value::Object(Change::ALL.iter().map(count).collect())
}

fn end(it: &End) -> Value {
    json!({
        "run": it.run, "started": rfc3339(it.started), "ended": it.ended, "gate": it.gate.word(),
        "environment": it.environment, "verdict": it.verdict.word(), "version": it.version,
        "document": {
            "path": it.document.path, "sha256": it.document.sha256,
            "parsed-sha256": it.document.parsed_sha256, "lines": it.document.lines,
        },
    })
}

fn line(it: &Line) -> Value {
    json!({
        "changes": it.changes.iter().map(|it| it.word()).collect::<Vec<_>>(),
        "then": it.then.as_ref().map(stand), "now": it.now.as_ref().map(stand),
        "details": it.details.iter().map(detail).collect::<Vec<_>>(),
    })
}

fn stand(it: &Stand) -> Value {
    let mut map = Map::new();
    let finding = &it.finding;
    map.insert(String::from("line"), json!(it.line));
    map.insert(String::from("text"), json!(it.text));
    map.insert(String::from("section"), json!(it.section));
    map.insert(String::from("checks"), json!(it.checks));
    map.insert(String::from("state"), json!(it.state.word()));
    map.insert(String::from("reason"), json!(finding.reason));
    let texts =
        [("expected", &finding.expected), ("seen", &finding.seen), ("remedy", &finding.remedy)];
    for (name, text) in texts {
        if let Some(text) = text {
            map.insert(name.to_owned(), json!(text));
        }
    }
    Value::Object(map)
}

fn detail(it: &Detail) -> Value {
    json!({"of": it.of.word(), "what": it.what, "then": it.then, "now": it.now})
}

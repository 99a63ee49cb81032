//! What `lint` found as SARIF 2.1.0.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use holdpoint_model::diagnostic::Level;
use serde_json::{Value, json};

use super::{MESSAGE_COLUMNS, SCHEMA, hex, uri};
use crate::outcome::{clean, cut};

/// One finding with its place; lines and columns count from 1, and are 0 where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Name of the rule.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// The file, as a path from the root of the repository.
    pub file: String,
    /// Its line and column.
    pub start: (usize, usize),
    /// Where it ends; the column is one past the last.
    pub end: (usize, usize),
    /// What it is about, as the file has it.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
}

/// Writes the findings; `title` tells what a rule finds.
pub fn write(
    to: &mut dyn Write,
    version: &str,
    complaints: &[Complaint],
    title: &dyn Fn(&str) -> Option<&'static str>,
) -> io::Result<()> {
    let mut numbers = BTreeMap::<&str, usize>::new();
    let mut nths = BTreeMap::<(&str, &str, &str), usize>::new();
    let (mut rules, mut results): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for it in complaints {
        let number = *numbers.entry(&it.rule).or_insert_with(|| {
            let said = title(&it.rule).unwrap_or("a complaint of the plan");
            rules.push(json!({
                "id": it.rule, "shortDescription": {"text": said},
                "fullDescription": {"text": said}, "help": {"text": said},
                "defaultConfiguration": {"level": it.level.word()},
            }));
            rules.len() - 1
        });
        let nth = nths.entry((&it.rule, &it.file, &it.text)).or_default();
        *nth += 1;
        results.push(result(it, number, *nth));
    }
    let log = json!({
        "$schema": SCHEMA, "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "holdpoint lint", "version": version, "semanticVersion": version,
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *to, &log)?;
    writeln!(to)
}

fn result(it: &Complaint, number: usize, nth: usize) -> Value {
    let (line, column) = it.start;
    let mut region = json!({"startLine": line.max(1)});
    if let (true, Some(map)) = (0 < line && 0 < column, region.as_object_mut()) {
        map.insert(String::from("startColumn"), json!(column));
        if it.start < it.end {
            map.insert(String::from("endLine"), json!(it.end.0));
            map.insert(String::from("endColumn"), json!(it.end.1));
        }
    }
    let help = if it.help.is_empty() { String::new() } else { format!("; {}", clean(&it.help)) };
    let text = format!("{}{help}", clean(&it.message));
    json!({
        "ruleId": it.rule, "ruleIndex": number, "kind": "fail", "level": it.level.word(),
        "message": {"text": cut(&text, MESSAGE_COLUMNS)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&it.file)}, "region": region,
        }}],
        "partialFingerprints": {
            "holdpointLint/v1": hex(&[&it.rule, &it.text, &nth.to_string()]),
        },
    })
}

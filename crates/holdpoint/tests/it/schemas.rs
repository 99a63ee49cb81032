//! The published schemas say what the machine formats are: no key is missing, none is unknown.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::Place;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/schema").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// As much of JSON Schema as ours use.
fn holds(schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    if let Some(known) = schema.get("enum").and_then(Value::as_array)
        && !known.contains(value)
    {
        wrong.push(format!("{at}: {value} is none of {known:?}"));
    }
    if let Some(only) = schema.get("const")
        && only != value
    {
        wrong.push(format!("{at}: {value} is not {only}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types =
        schema.get("type").map(|it| it.as_array().cloned().unwrap_or_else(|| vec![it.clone()]));
    if types.is_some_and(|types| !types.contains(&json!(kind))) {
        wrong.push(format!("{at}: {value} is a {kind}"));
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let known = schema.get("properties").and_then(|it| it.get(key));
        match known.or_else(|| schema.get("additionalProperties")) {
            Some(schema) => holds(schema, value, &format!("{at}.{key}"), wrong),
            None if schema.get("properties").is_some() => {
                wrong.push(format!("{at}.{key} is unknown"))
            }
            None => {}
        }
    }
    if let Some(items) = schema.get("items") {
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            holds(items, value, &format!("{at}[{index}]"), wrong);
        }
    }
}

pub(crate) fn check(name: &str, value: &Value) {
    let mut wrong = Vec::new();
    holds(&schema(name), value, "", &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_format_is_as_its_schema_says() {
    let place = Place::new();
    check("status-1.json", &place.json(&["status", "--format", "json"]).1);
    check("doctor-1.json", &place.json(&["doctor", "--format", "json"]).1);
    let (_, run) = place.json(&["demo", "--format", "json"]);
    check("run-1.json", &run);
    let list = "holdpoint-demo/CHECKLIST.md";
    check("plan-1.json", &place.json(&["plan", list, "--no-lock", "--format", "json"]).1);
    place.write("list.md", "# T\n\n## Pre-Deployment\n\n- [ ] Port 80 open\n- [ ] Team briefed\n");
    check("run-1.json", &place.json(&["run", "list.md", "--format", "json"]).1);
    place.write("list.md", "# T\n\n## Pre-Deployment\n\n- [ ] Port 81 open\n- [ ] Team told\n");
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    let (_, run) = place.json(&["run", "list.md", "--format", "json"]);
    assert_eq!(run["since"]["counts"]["reworded"], 2);
    check("run-1.json", &run);
    let (code, diff) = place.json(&["diff", "--format", "json"]);
    assert_eq!((code, diff["same"].as_bool()), (Some(0), Some(false)));
    check("diff-1.json", &diff);
    place.write("lint.md", "# T\n\n- [ ] Latency < 5\n- [ ] `cat .env`\n");
    let (code, found) = place.json(&["lint", "lint.md", "--format", "json"]);
    assert_eq!((code, found["counts"]["error"].as_u64()), (Some(1), Some(1)));
    check("lint-1.json", &found);
    check("status-1.json", &place.json(&["status", "--format", "json"]).1);
    let wrong =
        place.json(&["check", "net.port-open", "host=127.0.0.1", "port=1", "--format", "json"]);
    assert_eq!(wrong.0, Some(1));
    check("check-1.json", &wrong.1);
    check("check-1.json", &place.json(&["check", "http.health", "--format", "json"]).1);
}

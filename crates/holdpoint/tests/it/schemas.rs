//! The published schemas say what the machine formats are: no key is missing, none is unknown.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    common::{Place, real},
    formats::{by_schema, content, judged, validators},
    site::Site,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/schema")
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder().join(name)).unwrap()).unwrap()
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

/// Real output of every format, each in a file, by the schema that it keeps to.
fn outputs(place: &Place) -> BTreeMap<&'static str, Vec<PathBuf>> {
    let mut all = BTreeMap::<&'static str, Vec<PathBuf>>::new();
    let mut keep = |schema, args: &[&str]| {
        let said = place.run(args);
        assert!(!said.out.is_empty(), "{args:?}: {}", said.err);
        let of = all.entry(schema).or_default();
        let name = format!("out/{schema}.{}", of.len());
        of.push(place.write(&name, said.out));
    };
    keep("status-1.json", &["status", "--format", "json"]);
    keep("doctor-1.json", &["doctor", "--format", "json"]);
    keep("run-1.json", &["demo", "--format", "json"]);
    keep(
        "why-1.json",
        &["plan", "holdpoint-demo/CHECKLIST.md", "--no-lock", "--why", "13", "-f", "json"],
    );
    let site = Site::new(None);
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    place.write(
        "list.md",
        "# T v1.0.0\n\n**Owner**: ____\n\n## Pre-Deployment\n\n- [ ] Port 80 open\n- [ ] Team \
         briefed\n- [ ] Healthy <!-- holdpoint: http.health path=/sick consecutive=1 -->\n\n\
         ## Deployment\n\n```\n./deploy.sh\n```\n",
    );
    keep("plan-1.json", &["plan", "list.md", "--format", "json"]);
    keep("plan-1.json", &["plan", "holdpoint-demo/CHECKLIST.md", "--no-lock", "-f", "json"]);
    // The events of a run that is broken off, gone on with, and answered.
    let child = place.start(&["run", "list.md", "--wait", "5m", "-q"]);
    let began = Instant::now();
    while site.asked() < 2 && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    keep("status-1.json", &["status", "--format", "json"]);
    keep("event-1.json", &["run", "list.md", "--format", "jsonl"]);
    keep("event-1.json", &["record", "replay", "--format", "jsonl"]);
    for more in [vec!["--value", "yes"], vec!["--not-applicable", "--reason", "nobody"]] {
        let args = [vec!["answer", "list.md", "--line", "8"], more].concat();
        assert_eq!(place.run(&args).code, Some(0));
    }
    keep("event-1.json", &["run", "list.md", "--format", "jsonl"]);
    keep("event-1.json", &["demo", "--format", "jsonl"]);
    keep("run-1.json", &["run", "list.md", "--gate", "all", "--format", "json"]);
    keep("status-1.json", &["status", "--format", "json"]);
    keep("diff-1.json", &["diff", "--format", "json"]);
    keep("runs-1.json", &["record", "show", "--format", "json"]);
    keep("verify-1.json", &["record", "verify", "--format", "json"]);
    keep("checks-1.json", &["checks", "--format", "json"]);
    place.write("lint.md", "# T\n\n- [ ] Latency < 5\n- [ ] `cat .env`\n");
    keep("lint-1.json", &["lint", "lint.md", "--format", "json"]);
    for more in [vec!["host=127.0.0.1", "port=1"], vec!["port=1"]] {
        let args = [vec!["check", "net.port-open", "--format", "json"], more].concat();
        keep("check-1.json", &args);
    }
    keep("check-1.json", &["record", "show", "9", "--format", "json"]);
    let settings = place.read("holdpoint-demo/holdpoint.toml");
    let settings: toml::Value = toml::from_str(&settings).unwrap();
    let text = serde_json::to_string(&settings).unwrap();
    all.entry("settings-1.json").or_default().push(place.write("out/settings.json", text));
    all
}

#[test]
fn every_format_is_valid_for_a_validator_that_is_not_ours() {
    let name = "our machine formats";
    let Some(validators) = validators() else {
        return real(name, Some("the validators are not installed: cargo xtask test does"));
    };
    let place = Place::new();
    let outputs = outputs(&place);
    let published: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|it| it.unwrap().path()).collect();
    for path in &published {
        let name = path.file_name().unwrap().to_str().unwrap();
        let files = outputs.get(name).unwrap_or_else(|| panic!("nothing was written as {name}"));
        let mode = match name {
            "event-1.json" => "lines",
            "settings-1.json" => "as-is",
            _ => "whole",
        };
        by_schema(&validators, path, files, mode);
    }
    // The validator sees what is missing and what is too much.
    let (run, status) = (folder().join("run-1.json"), &outputs["status-1.json"]);
    let wrong = judged(&validators, &run, status, "whole").unwrap_err();
    assert!(wrong.contains("required") && wrong.contains("held-by"), "{wrong}");
    let schemas: Vec<&str> = published.iter().map(|it| it.to_str().unwrap()).collect();
    let program = validators.join("python/bin/check-jsonschema");
    content(&program, &[&["--check-metaschema"], schemas.as_slice()].concat());
    real(name, None);
}

#[test]
fn published_schemas_are_those_of_the_binary() {
    let place = Place::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let page = match name {
            "settings-1" => String::from("settings"),
            _ => format!("schema/{name}"),
        };
        let said = place.run(&["reference", &page]);
        assert!(said.out == std::fs::read_to_string(&path).unwrap(), "{name}: cargo xtask gen");
    }
    assert_eq!(place.run(&["reference", "schema/none-1"]).code, Some(2));
}

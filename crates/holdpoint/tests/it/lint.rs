//! `lint` from outside: what a hook sees, and what it ends with.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Place, references};

const LIST: &str = "# Release\n\n## Pre-Deployment\n\n- [ ] Port 80 open\n- [ ] Port 443 open\n\
                    - [ ] API response time < 500\n- [ ] See [the guide](docs/guide.md)\n\n\
                    ## Deployment Steps\n\n```bash\n./scripts/deploy.sh\ncat .env\n```\n";

fn rules(value: &Value) -> Vec<(String, u64)> {
    let findings = value["findings"].as_array().unwrap().iter();
    findings
        .map(|it| (it["rule"].as_str().unwrap().to_owned(), it["line"].as_u64().unwrap()))
        .collect()
}

#[test]
fn a_finding_names_its_rule_its_place_and_the_way_out() {
    let place = Place::new();
    place.write("CHECKLIST.md", LIST);
    let said = place.run(&["lint", "CHECKLIST.md"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert_eq!(said.err, "");
    for part in [
        "warning[no-unit]",
        "CHECKLIST.md:7:25",
        "error[dead-link]",
        "CHECKLIST.md:8:23",
        "warning[missing-file]: names ./scripts/deploy.sh, which is not there",
        "error[printed-secret]: `cat .env` prints secrets",
        "env.required",
        "2 errors, 2 warnings in 1 checklist",
    ] {
        assert!(said.out.contains(part), "{part}:\n{}", said.out);
    }
    let (code, value) = place.json(&["lint", "CHECKLIST.md", "--format", "json"]);
    assert_eq!(code, Some(1));
    let found = rules(&value);
    let rows = [("no-unit", 7), ("dead-link", 8), ("missing-file", 13), ("printed-secret", 14)];
    assert_eq!(found, rows.map(|(rule, line)| (rule.to_owned(), line)));
    let first = &value["findings"][0];
    assert_eq!((first["text"].as_str(), first["column"].as_u64()), (Some("< 500"), Some(25)));
    assert_eq!(first["end-column"].as_u64(), Some(30));
    // Nothing was written, and nothing was looked at.
    let left: Vec<_> =
        std::fs::read_dir(place.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["CHECKLIST.md"]);
    // What is mended is not complained about.
    place.write("docs/guide.md", "x");
    place.write("scripts/deploy.sh", "x");
    let mended = LIST.replace("< 500", "< 500 ms").replace("cat .env\n", "");
    place.write("CHECKLIST.md", mended);
    let said = place.run(&["lint", "CHECKLIST.md"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "nothing found in 1 checklist\n"));
}

#[test]
fn rules_are_chosen_and_ends_are_graded() {
    let place = Place::new();
    place.write("CHECKLIST.md", LIST);
    let ends = |args: &[&str]| {
        let args = [&["lint", "CHECKLIST.md"], args].concat();
        place.run(&args).code
    };
    assert_eq!(ends(&["--fail-on", "error"]), Some(1));
    assert_eq!(ends(&["--rule", "no-unit"]), Some(1));
    assert_eq!(ends(&["--rule", "no-unit", "--fail-on", "error"]), Some(0));
    assert_eq!(ends(&["--rule", "placeholder"]), Some(0));
    assert_eq!(ends(&["--ignore", "no-unit,dead-link,missing-file,printed-secret"]), Some(0));
    assert_eq!(ends(&["--ignore", "dead-link", "--ignore", "printed-secret"]), Some(1));
    place.write(
        "CHECKLIST.md",
        LIST.replace("< 500", "< 500 <!-- holdpoint-lint: ignore no-unit -->"),
    );
    let (_, value) = place.json(&["lint", "CHECKLIST.md", "--format", "json", "--rule", "no-unit"]);
    assert_eq!(rules(&value), []);
    // What cannot be used ends with 2, and says what can.
    let said = place.run(&["lint", "CHECKLIST.md", "--rule", "no-unti"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("did you mean `no-unit`?"), "{}", said.err);
    assert_eq!(place.run(&["lint", "gone.md"]).code, Some(2));
    place.write("holdpoint.toml", "schema = 1\nx = 2\n");
    assert_eq!(place.run(&["lint", "CHECKLIST.md"]).code, Some(2));
    let said = place.run(&["lint", "--list"]);
    assert!(said.code == Some(0) && said.out.contains("printed-secret"), "{}", said.out);
}

#[test]
fn notes_alone_end_with_0() {
    let place = Place::new();
    place.write("list.md", "# T\n\n## Environment\n\n```env\nHOST=shop.yourdomain.com\n```\n");
    let said = place.run(&["lint", "list.md"]);
    assert_eq!(said.code, Some(0), "{}", said.out);
    assert!(said.out.contains("note[placeholder]"), "{}", said.out);
    assert_eq!(place.run(&["lint", "list.md", "--fail-on", "note"]).code, Some(1));
}

#[test]
fn finds_the_checklists_of_a_folder() {
    let place = Place::new();
    assert_eq!(place.run(&["lint"]).code, Some(2), "an empty folder holds none");
    let boxes = "- [ ] Port 80 open\n".repeat(6);
    place.write("docs/RELEASE_CHECKLIST.md", format!("# T\n\n{boxes}- [ ] Latency < 5\n"));
    place.write("README.md", "- [ ] Latency < 5\n");
    let (code, value) = place.json(&["lint", "--format", "json"]);
    assert_eq!(code, Some(1));
    assert_eq!(value["documents"], serde_json::json!(["docs/RELEASE_CHECKLIST.md"]));
    assert_eq!(rules(&value), [("no-unit".to_owned(), 9)]);
    // Several at once, as a hook names them.
    let (_, value) = place.json(&["lint", "README.md", "docs/RELEASE_CHECKLIST.md", "-f", "json"]);
    assert_eq!(value["counts"]["warning"], 2);
}

#[test]
fn a_new_line_must_be_understood() {
    let place = Place::new();
    let list = "# T\n\n## Pre-Deployment\n\n- [ ] Blorp zzyv qwx\n- [ ] Port 80 open\n";
    place.write("list.md", list);
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    assert_eq!(place.run(&["lint", "list.md"]).code, Some(0), "it stood there before");
    place.write("list.md", format!("{list}- [ ] Flumm grzt yx\n"));
    let lock = place.read("holdpoint.lock");
    let (code, value) = place.json(&["lint", "list.md", "-f", "json"]);
    assert_eq!((code, rules(&value)), (Some(1), vec![("unbound-line".to_owned(), 7)]));
    assert_eq!(place.read("holdpoint.lock"), lock, "lint writes nothing");
}

#[test]
fn what_a_file_says_otherwise_is_found() {
    let place = Place::new();
    place.write("list.md", "# T\n\n- [ ] Port 9090 (Prometheus) open\n");
    place.write(
        "docker-compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus\n    ports:\n      - \"9091:9091\"\n",
    );
    let (code, value) = place.json(&["lint", "list.md", "-f", "json"]);
    assert_eq!((code, rules(&value)), (Some(1), vec![("repository".to_owned(), 3)]), "{value:#}");
    let message = value["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("9091") && message.contains("docker-compose.yml:"), "{message}");
    assert_eq!(value["findings"][0]["text"], "9090");
}

#[test]
fn mistakes_in_overrides_are_findings() {
    let place = Place::new();
    place.write("list.md", "# T\n\n- [ ] Health is good <!-- holdpoint: http.helth -->\n");
    let (code, value) = place.json(&["lint", "list.md", "-f", "json"]);
    assert_eq!((code, rules(&value)), (Some(1), vec![("bind::unknown-check".to_owned(), 3)]));
    assert_eq!(value["findings"][0]["help"], "did you mean `http.health`?");
}

#[test]
fn the_hook_is_declared() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let hooks = std::fs::read_to_string(root.join(".pre-commit-hooks.yaml")).unwrap();
    for row in ["id: holdpoint-lint", "entry: holdpoint lint", "types: [markdown]"] {
        assert!(hooks.contains(row), "{hooks}");
    }
}

#[test]
fn the_five_checklists_are_linted_quickly_and_without_nonsense() {
    let Some(references) = references() else { return };
    let place = Place::new();
    for name in ["000", "001", "002", "003", "004"] {
        let text = std::fs::read_to_string(references.join(format!("seeds/{name}.md"))).unwrap();
        place.write(&format!("{name}.md"), text);
    }
    let began = Instant::now();
    let (_, value) = place.json(&["lint", "001.md", "-f", "json"]);
    // A build for tests is many times slower than what is released.
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let has =
        |value: &Value, rule: &str, line: u64| rules(value).contains(&(rule.to_owned(), line));
    for (rule, line) in
        [("endless-command", 109), ("relative-rollback", 130), ("empty-contact", 311)]
    {
        assert!(has(&value, rule, line), "001:{line} {rule}\n{value:#}");
    }
    let (_, value) = place.json(&["lint", "004.md", "-f", "json"]);
    assert!(has(&value, "printed-secret", 98) && has(&value, "endless-command", 267), "{value:#}");
    assert!(!has(&value, "endless-command", 215), "logs without -f end\n{value:#}");
    let (_, value) = place.json(&["lint", "002.md", "-f", "json"]);
    assert!(has(&value, "dead-link", 246) && has(&value, "empty-contact", 224), "{value:#}");
}

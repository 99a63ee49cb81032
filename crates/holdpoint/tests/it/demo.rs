//! The first five minutes: the demo, its faults one by one, and mending them.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::common::Place;

/// State by physical line.
fn states(run: &Value) -> BTreeMap<u64, String> {
    let lines = run["lines"].as_array().unwrap();
    let state = |line: &Value| line["state"].as_str().unwrap().to_owned();
    lines.iter().map(|line| (line["line"].as_u64().unwrap(), state(line))).collect()
}

fn odd(states: &BTreeMap<u64, String>) -> Vec<u64> {
    let odd = states.iter().filter(|(_, it)| matches!(it.as_str(), "fail" | "unknown" | "owed"));
    odd.map(|(line, _)| *line).collect()
}

fn faults(place: &Place) -> Vec<(String, u64)> {
    let (code, list) = place.json(&["demo", "--list", "--format", "json"]);
    assert_eq!(code, Some(0));
    let faults = list["faults"].as_array().unwrap().iter();
    faults
        .map(|it| (it["name"].as_str().unwrap().to_owned(), it["line"].as_u64().unwrap()))
        .collect()
}

#[test]
fn mended_it_goes() {
    let place = Place::new();
    let (code, run) = place.json(&["demo", "--mended", "--format", "json"]);
    let why: Vec<&Value> = run["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| matches!(line["state"].as_str(), Some("fail" | "unknown" | "owed")))
        .collect();
    assert_eq!((code, run["verdict"].as_str()), (Some(0), Some("GO")), "{why:#?}");
    let verified = place.run(&["record", "verify", "holdpoint-demo"]);
    assert_eq!(verified.code, Some(0), "{}", verified.out);
}

#[test]
fn with_everything_planted_exactly_those_lines_stand_in_the_way() {
    let place = Place::new();
    let faults = faults(&place);
    assert!(5 <= faults.len());
    let (code, run) = place.json(&["demo", "--format", "json"]);
    assert_eq!((code, run["verdict"].as_str()), (Some(1), Some("NO-GO")));
    let planted: Vec<u64> = faults.iter().map(|(_, line)| *line).collect();
    assert_eq!(odd(&states(&run)), planted);
    for line in run["lines"].as_array().unwrap() {
        if line["state"] == "fail" {
            for field in ["expected", "seen", "reason", "remedy", "easy-to-miss"] {
                assert!(line[field].as_str().is_some_and(|it| !it.is_empty()), "{field}: {line:#}");
            }
        }
    }
}

#[test]
fn each_fault_breaks_its_line_and_no_other() {
    let place = Place::new();
    for (name, line) in faults(&place) {
        let (code, run) = place.json(&["demo", "--fault", &name, "--format", "json"]);
        assert_eq!(odd(&states(&run)), [line], "{name}: {:#}", run["lines"]);
        assert!(matches!(code, Some(1 | 3)), "{name}");
        assert_ne!(run["verdict"], "GO", "{name}");
    }
}

#[test]
fn it_works_without_a_home_and_twice_in_one_folder_and_leaves_other_folders_alone() {
    let place = Place::new();
    for _ in 0..2 {
        let mut command = place.command(&["demo", "--mended", "--quiet"]);
        let said = crate::common::said(command.env_remove("HOME").output().unwrap());
        assert_eq!((said.code, said.out.as_str()), (Some(0), "GO\n"), "{}", said.err);
    }
    place.write("mine/notes.txt", "precious");
    let said = place.run(&["demo", "--folder", "mine"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("not made by the demo"), "{}", said.err);
    assert_eq!(place.read("mine/notes.txt"), "precious");
    let said = place.run(&["demo", "--fault", "helth"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("health"), "{}", said.err);
}

#[test]
fn a_fault_that_is_mended_in_the_demos_own_files_goes() {
    let place = Place::new();
    let mut child = place.start(&["demo", "--fault", "health", "--fault", "hsts", "--keep"]);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let began = Instant::now();
    let up = lines.any(|line| line.unwrap().contains("stays up"));
    assert!(up && began.elapsed() < Duration::from_secs(60));
    let demo = place.path().join("holdpoint-demo");
    let again = || {
        let mut command = place.command(&["run", "CHECKLIST.md", "--rerun-failed", "--quiet"]);
        crate::common::said(command.current_dir(&demo).output().unwrap())
    };
    assert_eq!(again().code, Some(1));
    let settings = place.read("holdpoint-demo/service.toml");
    let mended = settings
        .replace("health = \"degraded\"", "health = \"ok\"")
        .replace("hsts = \"success\"", "hsts = \"always\"");
    assert_ne!(settings, mended);
    place.write("holdpoint-demo/service.toml", mended);
    let said = again();
    assert_eq!((said.code, said.out.as_str()), (Some(0), "GO\n"), "{}", said.err);
    let verified = place.run(&["record", "verify", "holdpoint-demo"]);
    assert_eq!(verified.code, Some(0), "{}", verified.out);
    child.kill().unwrap();
    child.wait().unwrap();
}

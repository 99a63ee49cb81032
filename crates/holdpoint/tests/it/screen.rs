//! What is written where, for people and for machines, whatever screen there is.

use std::io::Read;

use serde_json::Value;

use crate::{
    common::{Place, said},
    seeds::check_run,
    words::{LIST, against, code},
};

/// Whether anything in it steers a terminal.
fn steers(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

#[test]
fn nothing_steers_a_terminal_where_there_is_none() {
    let (place, _site) = against(&LIST.replace("Queue healthy", "Queue \u{1b}[31mhealthy\u{7}"));
    place.write("holdpoint.toml", place.read("holdpoint.toml"));
    code(&place.run(&["plan", "list.md"]), 0);
    let commands: [&[&str]; 12] = [
        &["plan", "list.md"],
        &["plan", "list.md", "--format", "json"],
        &["plan", "list.md", "--verbose"],
        &["plan", "list.md", "--why", "13"],
        &["run", "list.md"],
        &["run", "list.md", "--format", "json"],
        &["run", "list.md", "--format", "jsonl"],
        &["status"],
        &["record", "verify", "--explain"],
        &["record", "show", "13"],
        &["record", "replay"],
        &["explain", "http.health"],
    ];
    for args in commands {
        for more in [&[][..], &["--ascii"], &["--no-color"], &["--color", "never"]] {
            for columns in ["40", "160", ""] {
                let args = [args, more].concat();
                let mut command = place.command(&args);
                command.env("COLUMNS", columns).env("TERM", "xterm-256color");
                let said = said(command.output().unwrap());
                assert!(matches!(said.code, Some(0 | 3)), "{args:?}: {}", said.err);
                assert!(!steers(&said.out), "{args:?}: {:?}", said.out);
                assert!(!steers(&said.err), "{args:?}: {:?}", said.err);
                let machine = args.contains(&"json") || args.contains(&"jsonl");
                if more == ["--ascii"] && !machine {
                    assert!(said.out.is_ascii() && said.err.is_ascii(), "{args:?}: {}", said.out);
                }
            }
        }
    }
    // Colour on request, but in no machine format.
    for (args, colours) in [
        (&["plan", "list.md", "--color", "always"][..], true),
        (&["plan", "list.md", "--color", "always", "--format", "json"], false),
        (&["run", "list.md", "--color", "always", "--format", "json"], false),
        (&["run", "list.md", "--color", "always", "--format", "jsonl"], false),
        (&["checks", "--color", "always", "--format", "json"], false),
        (&["record", "verify", "--color", "always", "--format", "json"], false),
        (&["plan", "list.md", "--color", "always", "--no-color"], false),
    ] {
        let said = place.run(args);
        assert_eq!(said.out.contains('\u{1b}'), colours, "{args:?}");
    }
    let mut command = place.command(&["plan", "list.md"]);
    let forced = said(command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap());
    assert!(!forced.out.contains('\u{1b}'));
}

#[test]
fn widths_are_kept_where_there_is_something_to_cut() {
    let (place, _site) =
        against(&LIST.replace("Team briefed on rollback", &"Team briefed on rollback ".repeat(9)));
    code(&place.run(&["plan", "list.md"]), 0);
    for columns in [80_usize, 160] {
        for args in [&["plan", "list.md"][..], &["checks"]] {
            let mut command = place.command(args);
            let said = said(command.env("COLUMNS", columns.to_string()).output().unwrap());
            let wide: Vec<&str> =
                said.out.lines().filter(|line| columns + 1 < line.chars().count()).collect();
            let share = wide.len() * 10 <= said.out.lines().count();
            assert!(share, "{args:?} at {columns}:\n{}", wide.join("\n"));
        }
    }
}

#[test]
fn events_are_one_json_document_a_line() {
    let (place, _site) = against(LIST);
    let said = place.run(&[
        "run",
        "list.md",
        "--format",
        "jsonl",
        "--report",
        "json=run.json",
        "--report",
        "jsonl=run.jsonl",
    ]);
    code(&said, 3);
    let events: Vec<Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seqs: Vec<u64> = events.iter().map(|it| it["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted() && !seqs.is_empty());
    let written: Vec<Value> =
        place.read("run.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(written.iter().enumerate().all(|(at, it)| it["seq"] == at + 1), "none is left out");
    assert_eq!(written.first().unwrap()["event"]["run-began"]["run"], "0001");
    assert!(written.last().unwrap()["event"]["run-ended"].is_object());
    for event in &events {
        assert!(written.contains(event), "{event}");
    }
    let run: Value = serde_json::from_str(&place.read("run.json")).unwrap();
    let (_, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(check_run(&plan, &run), Vec::<String>::new());
    assert_eq!(run["schema"], "holdpoint.run/1");
    // What streams is the whole journal of the run.
    assert_eq!(events, written, "the stream lacks what the report has");
}

#[test]
fn results_and_progress_go_their_own_ways() {
    let (place, _site) = against(LIST);
    let said = place.run(&["run", "list.md", "--format", "json"]);
    code(&said, 3);
    serde_json::from_str::<Value>(&said.out).unwrap();
    assert!(said.err.contains("Pre-Deployment"), "progress: {}", said.err);
    let said = place.run(&["run", "list.md", "--quiet"]);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("HOLD\n", ""));
    let said = place.run(&["run", "list.md"]);
    assert!(said.out.contains("HOLD") && !said.err.contains("HOLD"), "{}\n{}", said.out, said.err);
    let said = place.run(&["plan", "list.md", "--format", "json"]);
    assert_eq!(said.err, "");
    for (args, exit) in
        [(&["frobnicate"][..], 2), (&["run"], 2), (&[], 2), (&["run", "list.md", "--frob"], 2)]
    {
        let said = place.run(args);
        code(&said, exit);
        assert_eq!(said.out, "", "{args:?}");
        assert!(!said.err.is_empty());
    }
}

#[test]
fn help_is_short_and_a_result() {
    let place = Place::new();
    let commands = [
        "",
        "plan",
        "run",
        "demo",
        "answer",
        "check",
        "explain",
        "checks",
        "status",
        "record",
        "record verify",
        "record show",
        "record replay",
    ];
    for command in commands {
        for flag in ["--help", "-h"] {
            let args: Vec<&str> =
                command.split(' ').filter(|it| !it.is_empty()).chain([flag]).collect();
            let said = place.run(&args);
            code(&said, 0);
            assert_eq!(said.err, "", "{args:?}");
            let lines = said.out.lines().count();
            let most = if flag == "-h" { 45 } else { 90 };
            assert!((5..=most).contains(&lines), "{args:?} has {lines} lines");
            let wide = said
                .out
                .lines()
                .filter(|it| !it.starts_with("Usage"))
                .map(|it| it.chars().count())
                .max();
            assert!(wide <= Some(100), "{args:?}: {wide:?}");
        }
    }
    for flag in ["--version", "-V"] {
        let said = place.run(&[flag]);
        code(&said, 0);
        assert!(said.out.starts_with("holdpoint ") && said.err.is_empty(), "{}", said.out);
    }
}

#[test]
fn the_catalog_is_a_manual() {
    let place = Place::new();
    let (exit, all) = place.json(&["checks", "--format", "json"]);
    assert_eq!((exit, all["schema"].as_str()), (Some(0), Some("holdpoint.checks/1")));
    let checks = all["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 385);
    let looks: Vec<&str> = checks
        .iter()
        .filter(|it| it["revision"].is_number())
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert!(10 <= looks.len(), "{looks:?}");
    let (_, some) = place.json(&["checks", "http.", "--format", "json"]);
    let some = some["checks"].as_array().unwrap();
    assert!(5 < some.len() && some.len() < 100);
    assert!(some.iter().all(|it| it["id"].as_str().unwrap().contains("http.")));
    code(&place.run(&["checks", "frobnicator"]), 2);
    for check in checks {
        let id = check["id"].as_str().unwrap();
        let said = place.run(&["explain", id]);
        code(&said, 0);
        assert!(said.out.contains(id) && 3 <= said.out.lines().count(), "{id}: {}", said.out);
        if check["form"] == "check" && check["revision"].is_null() {
            assert!(said.out.to_lowercase().contains("this version cannot"), "{id}: {}", said.out);
        }
    }
    for id in looks {
        let said = place.run(&["explain", id]);
        for word in ["Proves", "Does not prove", "Remedy", "Parameters"] {
            assert!(said.out.contains(word), "{id} lacks {word}");
        }
    }
    let said = place.run(&["explain", "http.helth"]);
    assert!(said.code == Some(2) && said.err.contains("http.health"), "{}", said.err);
}

#[test]
fn a_reader_that_goes_away_is_no_bug() {
    let (place, _site) = against(LIST);
    for args in [
        &["checks"][..],
        &["checks", "--format", "json"],
        &["plan", "list.md"],
        &["plan", "list.md", "--format", "json"],
        &["run", "list.md"],
        &["run", "list.md", "--format", "json"],
        &["run", "list.md", "--format", "jsonl"],
        &["explain", "http.health"],
        &["record", "verify", "--explain"],
        &["--help"],
    ] {
        let mut child = place.command(args).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let exit = child.wait().unwrap().code();
        assert!(matches!(exit, Some(0 | 3)), "{args:?}: {exit:?} {err}");
        assert!(!err.contains("bug") && !err.contains("panic"), "{args:?}: {err}");
    }
    // And with both gone.
    let mut command = place.command(&["run", "list.md"]);
    let mut child = command.spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

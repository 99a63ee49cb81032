//! What no GO may hide: approvals that nobody gave, words of people, answers of another release.

use holdpoint_lab::{Reply, Server, http};
use serde_json::Value;

use crate::common::Place;

/// A server that does not know any query, on a runtime that lives as long as it does.
fn strict(status: u16) -> (Server, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(http(move |request| match request.path.as_str() {
        "/health" => Reply::new(200, r#"{"status":"ok"}"#).with("content-type", "application/json"),
        _ => Reply::new(status, "what is that?"),
    }));
    (server, runtime)
}

fn line_of(run: &Value, line: u64) -> &Value {
    run["lines"].as_array().unwrap().iter().find(|it| it["line"] == line).unwrap()
}

fn state_of(run: &Value, line: u64) -> &str {
    line_of(run, line)["state"].as_str().unwrap()
}

/// Settings with which line 5 of these documents passes.
const FILE: &str = "schema = 1\n[line.5]\ntext = \"Front page in place\"\ncheck = \"file.exists\"\n\
    params = { path = \"public/index.html\" }\n";

const SIGNED: &str = "# Release\n\n## Pre-Deployment\n\n- [ ] Front page in place\n\n\
    ## Sign-off\n\n| Role | Name | Date | Signature |\n| --- | --- | --- | --- |\n\
    | QA Lead | | | |\n\n## Post-Deployment Sign-off\n\n\
    - [ ] Operations Lead: ______ Date: ______\n";

#[test]
fn a_sign_off_waits_for_later_and_a_typed_word_is_none() {
    let place = Place::new();
    place.write("RELEASE.md", SIGNED);
    place.write("holdpoint.toml", FILE);
    place.write("public/index.html", "<h1>shop</h1>");
    for gate in ["pre", "all"] {
        let (code, run) = place.json(&["run", "RELEASE.md", "--gate", gate, "--format", "json"]);
        assert_eq!([state_of(&run, 11), state_of(&run, 15)], ["later"; 2], "{gate}: {run}");
        assert_eq!((state_of(&run, 5), code), ("pass", Some(0)), "{run}");
    }
    // Bound to a line that the gate decides, it stays open whoever typed what.
    let bound =
        "schema = 1\n[line.5]\ntext = \"Front page in place\"\ncheck = \"signoff.approval\"\n";
    place.write("holdpoint.toml", bound);
    let answer = |words: &str| {
        let said = place.run(&["answer", "RELEASE.md", "--line", "5", "--value", words]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
        (state_of(&run, 5).to_owned(), code, line_of(&run, 5)["reason"].to_string())
    };
    let (state, code, why) = answer("approved by Ada");
    assert_eq!((state.as_str(), code), ("owed", Some(3)), "{why}");
    assert!(why.contains("no signature") && why.contains("approved by Ada"), "{why}");
    // A rejection is no open question.
    let (state, code, why) = answer("no, the export is broken");
    assert_eq!((state.as_str(), code), ("fail", Some(1)), "{why}");
    // A team that goes by somebody's word says so where it is reviewed.
    place.write("holdpoint.toml", bound.replace("signoff.approval", "attest.statement"));
    let (state, code, why) = answer("yes, mended");
    assert_eq!((state.as_str(), code), ("pass", Some(0)), "{why}");
}

#[test]
fn a_server_that_refuses_unknown_queries_is_not_told_as_down() {
    let place = Place::new();
    for status in [400, 404] {
        let (server, _runtime) = strict(status);
        let url = format!("url=http://127.0.0.1:{}", server.port());
        let (code, check) =
            place.json(&["check", "http.health", &url, "interval=1ms", "--format", "json"]);
        assert_eq!((check["verdict"].as_str(), code), (Some("pass"), Some(0)), "{check:#}");
        let seen = check["seen"].as_str().unwrap();
        assert!(seen.contains("holdpoint=…") && seen.contains(&status.to_string()), "{seen}");
        assert!(check["unproven"].to_string().contains("no cache"), "{check:#}");
        assert_eq!(check["looks"].as_array().unwrap().len(), 6, "what was refused is kept");
        // Where neither is there, both are named as they were asked.
        let (code, check) = place.json(&[
            "check",
            "http.health",
            &url,
            "path=/ready",
            "interval=1ms",
            "--format",
            "json",
        ]);
        assert_eq!(code, Some(1), "{check:#}");
        let plain = format!("http://127.0.0.1:{}/ready", server.port());
        let reason = check["reason"].as_str().unwrap();
        let both = format!("{status} to {plain}, and {status} to {plain}?holdpoint=");
        assert!(reason.contains(&both), "{reason}");
    }
}

#[test]
fn an_empty_cell_of_a_contact_is_not_covered_by_a_yes() {
    let place = Place::new();
    place.write("holdpoint.toml", FILE);
    place.write("public/index.html", "<h1>shop</h1>");
    let text = "# Release\n\n## Pre-Deployment\n\n- [ ] Front page in place\n\n## Who to call\n\n\
                | Who | Role | Phone |\n| --- | --- | --- |\n| Ann | DBA | +49 30 1234 |\n\
                | Ben | On call | TBD |\n| Cleo | Lead | <phone> |\n| Dan | Ops | |\n";
    place.write("RELEASE.md", text);
    let lint = place.run(&["lint", "RELEASE.md"]);
    for line in [12, 13, 14] {
        let at = format!("RELEASE.md:{line}");
        assert!(lint.out.contains(&at) || lint.err.contains(&at), "{at}\n{}{}", lint.out, lint.err);
    }
    assert!(!lint.out.contains("RELEASE.md:11"), "{}", lint.out);
    let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
    let owed = [11, 12, 13, 14].map(|line| state_of(&run, line).to_owned());
    assert_eq!((owed, code), (["owed"; 4].map(str::to_owned), Some(3)), "{run}");
    let why = line_of(&run, 12)["reason"].as_str().unwrap();
    assert!(why.contains("nothing stands under Phone"), "{why}");
    for line in ["11", "12", "13", "14"] {
        let said = place.run(&["answer", "RELEASE.md", "--line", line, "--value", "yes"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
    let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
    let states = [11, 12, 13, 14].map(|line| state_of(&run, line).to_owned());
    let wanted = ["pass", "fail", "fail", "fail"].map(str::to_owned);
    assert_eq!((states, code), (wanted, Some(1)), "{run}");
}

/// The parts of a text that stand between backquotes, from the one that begins so.
fn paste(text: &str, begins: &str) -> String {
    let from = text.find(begins).unwrap_or_else(|| panic!("{begins} is not in {text}"));
    let parts: Vec<&str> = text[from..].split('`').step_by(2).take(3).collect();
    format!("{}\n", parts.join("\n"))
}

#[test]
fn what_cannot_be_looked_at_says_what_to_write_so_that_a_person_answers() {
    const LINE: &str = "Redis \"main\" reachable";
    let text = format!("# Release\n\n## Pre-Deployment\n\n- [ ] {LINE}\n");
    let fresh = || {
        let place = Place::new();
        place.write("RELEASE.md", &text);
        place
    };
    let place = fresh();
    let plan = place.json(&["plan", "RELEASE.md", "--format", "json"]).1;
    assert_eq!(plan["lines"][0]["checks"][0]["id"], "redis.reachable", "{plan}");
    let notes = plan["diagnostics"].as_array().unwrap().iter();
    let note = notes.map(|it| it["message"].as_str().unwrap()).find(|it| it.contains("[line.5]"));
    let planned = paste(note.unwrap(), "[line.5]");
    let run = place.json(&["run", "RELEASE.md", "--format", "json"]).1;
    assert_eq!(state_of(&run, 5), "unknown", "{run}");
    let ran = paste(line_of(&run, 5)["remedy"].as_str().unwrap(), "[line.5]");
    let said = place.run(&["answer", "RELEASE.md", "--line", "5", "--value", "yes"]);
    assert_eq!(said.code, Some(2), "{}", said.out);
    let answered = said.err.split("\n\n").nth(1).unwrap().to_owned() + "\n";
    for said in [planned, ran, answered] {
        let place = fresh();
        place.write("holdpoint.toml", format!("schema = 1\n{said}"));
        let done = place.run(&["answer", "RELEASE.md", "--line", "5", "--value", "yes, I did"]);
        assert_eq!(done.code, Some(0), "{said}\n{}", done.err);
        let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
        assert_eq!((state_of(&run, 5), code), ("pass", Some(0)), "{run}");
    }
}

#[test]
fn an_answer_for_one_release_does_not_count_for_the_next() {
    let place = Place::new();
    place.write("RELEASE.md", "# Release\n\n## Pre-Deployment\n\n- [ ] Support team briefed\n");
    let release = |text: &str| {
        place.write("holdpoint.toml", format!("schema = 1\nrelease = {{ {text} }}\n"));
    };
    let run = || place.json(&["run", "RELEASE.md", "--format", "json"]).1;
    let answer = || {
        let said = place.run(&["answer", "RELEASE.md", "--line", "5", "--value", "yes"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    };
    release("version = \"1.0\"");
    answer();
    assert_eq!(state_of(&run(), 5), "pass");
    release("version = \"1.1\"");
    let said = place.run(&["run", "RELEASE.md"]);
    assert_eq!(said.code, Some(3), "{}", said.out);
    assert!(said.err.contains("the release changed"), "{}", said.err);
    // The commit that is checked out is part of it where the settings say so.
    let checked_out = |digit: &str| place.write(".git/HEAD", digit.repeat(40));
    checked_out("a");
    release("version = \"1.1\", commit = \"auto\"");
    answer();
    assert_eq!(state_of(&run(), 5), "pass");
    checked_out("b");
    assert_eq!(state_of(&run(), 5), "owed");
}

#[test]
fn a_line_that_names_the_servers_own_address_needs_to_know_where_the_server_is() {
    let (server, _runtime) = strict(404);
    let place = Place::new();
    let own = format!("http://127.0.0.1:{}/health", server.port());
    place.write(
        "RELEASE.md",
        format!("# Release\n\n## Pre-Deployment\n\n- [ ] Health check answers 200: `{own}`\n"),
    );
    let needs = || {
        let plan = place.json(&["plan", "RELEASE.md", "--format", "json"]).1;
        assert_eq!(plan["lines"][0]["checks"][0]["id"], "http.health", "{plan}");
        plan["lines"][0]["needs"].to_string()
    };
    assert_eq!(needs(), "[\"target.host.here\"]");
    let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
    assert_eq!((state_of(&run, 5), code), ("unknown", Some(3)), "{run}");
    let line = line_of(&run, 5);
    assert!(line["remedy"].as_str().unwrap().contains("target.host.here"), "{line:#}");
    // After adding exactly this it is looked at, from here.
    place.write("holdpoint.toml", "schema = 1\n[target.host]\nhere = true\n");
    assert_eq!(needs(), "[]");
    let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
    assert_eq!((state_of(&run, 5), code), ("pass", Some(0)), "{run}");
}

#[test]
fn an_answer_is_listed_as_one_with_whose_word_it_is() {
    let place = Place::new();
    place.write("RELEASE.md", "# Release\n\n## Pre-Deployment\n\n- [ ] Support team briefed\n");
    let say = ["answer", "RELEASE.md", "--line", "5", "--value", "yes"];
    let by = |name: Option<&str>, variable: Option<&str>, user: Option<&str>| {
        let given: Vec<&str> = name.into_iter().flat_map(|name| ["--by", name]).collect();
        let mut command = place.command(&[&say[..], &given].concat());
        command.envs(variable.map(|it| ("HOLDPOINT_BY", it)));
        command.envs(user.map(|it| ("USER", it)));
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    by(None, None, Some("lena"));
    by(Some("Ada Lovelace"), None, Some("lena"));
    by(None, Some("Ben"), Some("lena"));
    by(None, None, None);
    assert_eq!(place.run(&["run", "RELEASE.md"]).code, Some(0));
    let list = place.run(&["record", "show"]).out;
    let rows: Vec<&str> = list.lines().collect();
    for (row, name) in rows.iter().zip(["lena", "Ada Lovelace", "Ben"]) {
        assert!(row.contains("answer line 5") && row.ends_with(&format!("by {name}")), "{list}");
        assert!(!row.contains("HOLD"), "{list}");
    }
    assert!(rows[4].contains("GO") && !rows[4].contains("answer"), "{list}");
    // Without a name in the environment the system still knows who it is.
    assert!(rows[3].contains(" by ") && !rows[3].contains("somebody"), "{list}");
    let all = place.json(&["record", "show", "--format", "json"]).1;
    let second = &all["runs"][1];
    let wanted = serde_json::json!({"line": 5, "by": "Ada Lovelace", "recorded-by": "lena"});
    assert_eq!((&second["answer"], &second["verdict"]), (&wanted, &Value::Null), "{all}");
    assert!(all["runs"][4]["answer"].is_null(), "{all}");
    let none = place.run(&[&say[..], &["--by", " "]].concat());
    assert!(none.code == Some(2) && none.err.contains("--by"), "{}", none.err);
}

#[test]
fn verification_says_how_many_passes_are_words_and_whose() {
    let place = Place::new();
    place.write("holdpoint.toml", FILE);
    place.write("public/index.html", "<h1>shop</h1>");
    let text = "# Release\n\n## Pre-Deployment\n\n- [ ] Front page in place\n\
                - [ ] Support team briefed\n- [ ] Sales team briefed\n- [ ] Legal team briefed\n";
    place.write("RELEASE.md", text);
    let say = |line: &str, more: &[&str]| {
        let said = [&["answer", "RELEASE.md", "--line", line][..], more].concat();
        assert_eq!(place.run(&said).code, Some(0));
    };
    say("6", &["--value", "yes", "--by", "Ada"]);
    say("7", &["--value", "yes", "--by", "Ada"]);
    say("8", &["--not-applicable", "--reason", "nothing legal in it", "--by", "Ben"]);
    assert_eq!(place.run(&["run", "RELEASE.md"]).code, Some(0));
    let explained = place.run(&["record", "verify", "--explain"]).out;
    let row = |text: &str, begins: &str| {
        let mut rows = text.lines().map(|row| row.trim_start_matches([' ', '*']).to_owned());
        rows.rfind(|row| row.starts_with(begins)).unwrap_or_else(|| panic!("{begins}: {text}"))
    };
    let people = row(&explained, "people:");
    assert!(people.contains("2 of 3 passes rest on somebody's word: Ada"), "{people}");
    assert!(people.contains(", lines 6 7") && people.contains("1 left out"), "{people}");
    assert!(people.contains("Ben") && people.contains(", line 8"), "{people}");
    let clock = row(&explained, "clock of this machine");
    let times: Vec<&str> = clock.split_whitespace().filter(|it| it.ends_with('Z')).collect();
    assert_eq!(times.len(), 2, "{clock}");
    assert!(times.iter().all(|it| it.len() == 24 && &it[10..11] == "T"), "{clock}");
    // The bundle says so too, to whoever has no holdpoint.
    assert_eq!(place.run(&["record", "export", "--bundle", "run.zip"]).code, Some(0));
    let mut zip = zip::ZipArchive::new(std::fs::File::open(place.path().join("run.zip")).unwrap());
    let zip = zip.as_mut().unwrap();
    let name = "holdpoint-0004/VERIFY.md";
    let letter = std::io::read_to_string(zip.by_name(name).unwrap()).unwrap();
    assert_eq!(row(&letter, "people:"), people);
}

#[test]
fn a_check_that_sees_a_part_of_a_line_needs_a_word_for_the_rest() {
    let (server, _runtime) = strict(404);
    let place = Place::new();
    place.write(
        "RELEASE.md",
        "# Release\n\n## Pre-Deployment\n\n- [ ] Health endpoint returns 200 for 15 minutes\n",
    );
    let settings = |port: u16| {
        let url = format!("http://127.0.0.1:{port}");
        place.write("holdpoint.toml", format!("schema = 1\n[target.web]\nurl = \"{url}\"\n"));
    };
    settings(server.port());
    let plan = place.json(&["plan", "RELEASE.md", "--format", "json"]).1;
    let ids = plan["lines"][0]["checks"].as_array().unwrap().iter().map(|it| it["id"].as_str());
    let ids: Vec<&str> = ids.map(Option::unwrap).collect();
    assert_eq!(ids, ["http.health", "attest.statement"], "{plan:#}");
    let run = || {
        let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
        (state_of(&run, 5).to_owned(), code, run)
    };
    let answer = |words: &str| {
        let said = place.run(&["answer", "RELEASE.md", "--line", "5", "--value", words]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    };
    let (state, code, seen) = run();
    assert_eq!((state.as_str(), code), ("owed", Some(3)), "{seen:#}");
    answer("204 of 204 samples");
    assert_eq!(run().0, "owed", "a value is no yes");
    answer("yes, watched it for a quarter of an hour");
    let (state, code, seen) = run();
    assert_eq!((state.as_str(), code), ("pass", Some(0)), "{seen:#}");
    assert!(line_of(&seen, 5)["unproven"].to_string().contains("word"), "{seen:#}");
    // No word covers what was looked at and is not so.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    settings(port);
    let (state, code, seen) = run();
    assert_eq!((state.as_str(), code), ("fail", Some(1)), "{seen:#}");
    settings(server.port());
    answer("no, it went away after ten");
    assert_eq!(run().0, "fail");
}

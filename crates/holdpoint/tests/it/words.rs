//! What a user types about a document of their own, and what becomes of it from run to run.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    common::{Place, Said},
    site::Site,
};

/// Lines 5 and 7 pass at a healthy site, 6 fails, 8 and 9 are a person's, 13 passes.
pub(crate) const LIST: &str = "\
# Production Deployment Checklist

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=1 -->
- [ ] Cache healthy <!-- holdpoint: http.health path=/sick consecutive=1 severity=minor -->
- [ ] Search healthy <!-- holdpoint: http.health path=/search consecutive=1 -->
- [ ] Team briefed on deployment
- [ ] Team briefed on rollback

## Security

- [ ] Queue healthy <!-- holdpoint: http.health path=/queue consecutive=1 -->
";

/// The same without what fails and what is a person's.
const GOOD: &str = "\
# Production Deployment Checklist

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=1 -->
- [ ] Search healthy <!-- holdpoint: http.health path=/search consecutive=1 -->

## Security

- [ ] Queue healthy <!-- holdpoint: http.health path=/queue consecutive=1 -->
";

pub(crate) fn against(document: &str) -> (Place, Site) {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("list.md", document);
    point_at(&place, &site);
    (place, site)
}

fn point_at(place: &Place, site: &Site) {
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
}

pub(crate) fn line(run: &Value, number: u64) -> &Value {
    let found = run["lines"].as_array().unwrap().iter().find(|it| it["line"] == number);
    found.unwrap_or_else(|| panic!("no line {number} in {run:#}"))
}

fn states(run: &Value) -> BTreeMap<u64, String> {
    let lines = run["lines"].as_array().unwrap().iter();
    lines
        .map(|it| (it["line"].as_u64().unwrap(), it["state"].as_str().unwrap().to_owned()))
        .collect()
}

pub(crate) fn run_json(place: &Place, more: &[&str]) -> (Option<i32>, Value) {
    place.json(&[&["run", "list.md", "--format", "json"], more].concat())
}

#[track_caller]
pub(crate) fn code(said: &Said, wanted: i32) {
    assert_eq!(said.code, Some(wanted), "out: {}\nerr: {}", said.out, said.err);
}

#[track_caller]
fn holds(place: &Place) {
    code(&place.run(&["record", "verify"]), 0);
}

/// Bytes that differ, as `(at, before, after)`; the lengths have to agree.
fn differences(before: &[u8], after: &[u8]) -> Vec<(usize, char, char)> {
    assert_eq!(before.len(), after.len());
    let pairs = before.iter().zip(after).enumerate().filter(|(_, (a, b))| a != b);
    pairs.map(|(at, (a, b))| (at, char::from(*a), char::from(*b))).collect()
}

#[test]
fn a_tick_changes_the_box_and_nothing_else() {
    let nested = "# T\r\n\r\n## Pre-Deployment\r\n\r\n* [ ] **Edge**\r\n    1. [ ] Health endpoint is healthy\r\n    \
                  2. [x] Cache healthy   \r\n\t- [ ] Team briefed on deployment";
    let settings = "[line.\"Health endpoint is healthy\"]\ncheck = \"http.health\"\n\
                    params = { consecutive = \"1\" }\n\
                    [line.\"Cache healthy\"]\ncheck = \"http.health\"\nparams = { consecutive = \"1\", path = \"/sick\" }\n";
    let mojibake = nested.replace("# T", "# ðŸ”§ T â€“ x").replace("## Pre", "## âœ… Pre");
    let forms: [(&str, Vec<u8>); 5] = [
        ("crlf, nothing at the end", nested.as_bytes().to_vec()),
        ("lf", nested.replace("\r\n", "\n").into_bytes()),
        ("bom", [b"\xef\xbb\xbf".as_slice(), nested.as_bytes()].concat()),
        ("mojibake", mojibake.into_bytes()),
        ("latin", nested.replace("# T", "# Caf@").replace('@', "\u{1}").into_bytes()),
    ];
    for (name, mut bytes) in forms {
        for byte in &mut bytes {
            if *byte == 1 {
                *byte = 0xe9;
            }
        }
        let (place, site) = against("");
        place.write("list.md", &bytes);
        let target = format!("[target.web]\nurl = \"{}\"\n", site.url());
        place.write("holdpoint.toml", target + settings);
        code(&place.run(&["plan", "list.md"]), 0);
        let lock = place.read("holdpoint.lock");
        let (code_, run) = run_json(&place, &["--tick"]);
        assert_eq!(code_, Some(1), "{name}: {run:#}");
        let after = std::fs::read(place.path().join("list.md")).unwrap();
        let changed: Vec<(char, char)> =
            differences(&bytes, &after).into_iter().map(|(_, a, b)| (a, b)).collect();
        assert_eq!(changed, [(' ', 'x'), ('x', ' ')], "{name}");
        // The lock holds, also for the ticked document, and says the same.
        assert_eq!(run_json(&place, &["--tick"]).0, Some(1), "{name}");
        assert_eq!(std::fs::read(place.path().join("list.md")).unwrap(), after, "{name}");
        code(&place.run(&["plan", "list.md"]), 0);
        assert_eq!(place.read("holdpoint.lock"), lock, "{name}");
        holds(&place);
    }
}

#[test]
fn a_tick_that_no_longer_holds_is_taken_back() {
    let (place, site) = against(GOOD);
    assert_eq!(run_json(&place, &["--tick"]).0, Some(0));
    assert_eq!(place.read("list.md"), GOOD.replace("[ ]", "[x]"));
    site.be_healthy(false);
    assert_eq!(run_json(&place, &[]).0, Some(1));
    assert_eq!(place.read("list.md"), GOOD.replace("[ ]", "[x]"), "nobody asked for it");
    assert_eq!(run_json(&place, &["--tick"]).0, Some(1));
    assert_eq!(place.read("list.md"), GOOD);
    // What could not be seen is no longer ticked either.
    place.write("list.md", GOOD.replace("[ ]", "[X]"));
    place.write("holdpoint.toml", "");
    assert_eq!(run_json(&place, &["--tick"]).0, Some(3));
    assert_eq!(place.read("list.md"), GOOD);
}

#[test]
fn a_part_of_a_document_never_goes() {
    let (place, site) = against(GOOD);
    let cases: [(&[&str], &[u64]); 6] = [
        (&["--only", "5"], &[5]),
        (&["--only", "5,6"], &[5, 6]),
        (&["--only", "5", "--only", "10"], &[5, 10]),
        (&["--only", "http.health"], &[5, 6, 10]),
        (&["--section", "security"], &[10]),
        (&["--section", "Pre-Dep", "--only", "10"], &[5, 6, 10]),
    ];
    for (args, looked) in cases {
        let (code, run) = run_json(&place, args);
        let states = states(&run);
        let passed: Vec<u64> =
            states.iter().filter(|(_, it)| *it == "pass").map(|(line, _)| *line).collect();
        assert_eq!(passed, looked, "{args:?}");
        if looked.len() < 3 {
            assert_eq!((code, run["verdict"].as_str()), (Some(3), Some("HOLD")), "{args:?}");
            let left = line(&run, if looked.contains(&10) { 6 } else { 10 });
            assert_eq!(left["state"], "unknown", "{args:?}");
        }
    }
    let before = site.asked();
    for args in [
        ["--only", "7"],
        ["--only", "4711"],
        ["--only", "http.helth"],
        ["--only", "tls.certificate-served"],
        ["--only", ""],
        ["--section", "Nowhere"],
        ["--gate", "deploy"],
        ["--wait", "soon"],
        ["--report", "json"],
        ["--report", "pdf=x"],
        ["--env", "nowhere"],
    ] {
        let said = place.run(&[&["run", "list.md"], args.as_slice()].concat());
        assert_eq!(said.code, Some(2), "{args:?}: {} {}", said.out, said.err);
        assert!(!said.err.is_empty() && said.out.is_empty(), "{args:?}: {}", said.out);
    }
    assert_eq!(site.asked(), before, "nothing is looked at after a mistake");
    holds(&place);
}

#[test]
fn only_what_did_not_pass_is_looked_at_again() {
    let (place, site) = against(GOOD);
    let said = place.run(&["run", "list.md", "--rerun-failed"]);
    code(&said, 2);
    place.write("list.md", GOOD.replace("path=/queue", "path=/sick"));
    code(&place.run(&["plan", "list.md"]), 0);
    assert_eq!(run_json(&place, &[]).0, Some(1));
    let before = site.asked();
    let (code, run) = run_json(&place, &["--rerun-failed"]);
    let asked = site.asked() - before;
    assert_eq!((code, line(&run, 10)["state"].as_str()), (Some(1), Some("fail")));
    assert!((1..=2).contains(&asked), "only the failure is looked at again: {asked}");
    let passed = states(&run).values().filter(|it| *it == "pass").count();
    assert_eq!(passed, 2, "{run:#}");
    holds(&place);
    // Other lines than before: everything is looked at.
    place.write("list.md", GOOD);
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    let before = site.asked();
    let (code, _) = run_json(&place, &["--rerun-failed"]);
    assert_eq!(code, Some(0));
    assert!(3 <= site.asked() - before);
    holds(&place);
}

/// What passed somewhere else says nothing about the target that is declared now.
#[test]
fn a_pass_is_not_taken_over_to_another_target() {
    let (place, _site) = against(GOOD);
    assert_eq!(run_json(&place, &[]).0, Some(0));
    let sick = Site::new(None);
    sick.be_healthy(false);
    point_at(&place, &sick);
    let (code, run) = run_json(&place, &["--rerun-failed"]);
    assert_eq!((code, run["verdict"].as_str()), (Some(1), Some("NO-GO")), "{run:#}");
    assert!(0 < sick.asked());
}

/// The same for a run that was broken off: what it saw there is not what is declared here.
#[test]
fn a_broken_off_run_is_not_gone_on_with_against_another_target() {
    let slow = GOOD.replace("path=/queue consecutive=1", "path=/queue consecutive=20");
    let (place, _site) = against(&slow);
    let mut command = place.command(&["run", "list.md", "--format", "jsonl"]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let judged = |line: &String| line.contains("\"judged\"");
    let two = out.lines().map(Result::unwrap).filter(judged).take(2).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(two, 2);
    let sick = Site::new(None);
    sick.be_healthy(false);
    point_at(&place, &sick);
    let (code, run) = run_json(&place, &[]);
    let failed = states(&run).values().filter(|it| *it == "fail").count();
    assert_eq!((code, failed), (Some(1), 3), "{run:#}");
}

#[test]
fn it_waits_until_everything_passes_and_no_longer() {
    let (place, site) = against(GOOD);
    site.be_healthy(false);
    site.recovers_after(Duration::from_secs(2));
    let began = Instant::now();
    let (code, run) = run_json(&place, &["--wait", "30s"]);
    let took = began.elapsed();
    assert_eq!((code, run["verdict"].as_str()), (Some(0), Some("GO")), "{run:#}");
    assert!(Duration::from_secs(1) < took && took < Duration::from_secs(15), "{took:?}");
    let verified = place.run(&["record", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.out);
    site.be_healthy(false);
    let began = Instant::now();
    let (code, _) = run_json(&place, &["--wait", "3s"]);
    let took = began.elapsed();
    assert_eq!(code, Some(1));
    assert!(took < Duration::from_secs(12), "{took:?}");
    let verified = place.run(&["record", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.out);
}

#[test]
fn answers_are_kept_for_their_line_and_no_other() {
    let (place, _site) = against(LIST);
    let answer = |args: &[&str]| place.run(&[&["answer", "list.md"], args].concat());
    for (args, why) in [
        (&["--line", "8"][..], "no reply"),
        (&["--line", "8", "--value", " "], "an empty value"),
        (&["--line", "8", "--not-applicable"], "no reason"),
        (&["--line", "8", "--not-applicable", "--reason", " "], "an empty reason"),
        (&["--line", "8", "--file", "missing.txt"], "no file"),
        (&["--line", "8", "--value", "yes, x", "--acknowledge"], "two replies"),
        (&["--line", "4711", "--value", "yes, x"], "no such line"),
        (&["--line", "10", "--value", "yes, x"], "an empty line"),
        (&["--line", "5", "--value", "healthy, I swear"], "it is looked at"),
        (&["--line", "5", "--acknowledge"], "not minor"),
        (&["--line", "8", "--value", "yes, x", "--env", "nowhere"], "no such environment"),
    ] {
        let said = answer(args);
        assert_eq!(said.code, Some(2), "{why}: {}", said.err);
        assert!(!said.err.is_empty() && said.out.is_empty(), "{why}");
    }
    assert_eq!(states(&run_json(&place, &[]).1)[&8], "owed");
    code(&answer(&["--line", "8", "--value", "yes, all of them, on Tuesday"]), 0);
    let run = run_json(&place, &[]).1;
    assert_eq!(line(&run, 8)["state"], "pass");
    assert!(line(&run, 8).to_string().contains("on Tuesday"), "{run:#}");
    let unproven = line(&run, 8)["unproven"].as_array().unwrap();
    assert!(!unproven.is_empty(), "a word is an assertion, and said to be one");
    assert_eq!(line(&run, 9)["state"], "owed", "another line inherited it");
    place.write("minutes.txt", "rollback was gone through");
    code(&answer(&["--line", "9", "--file", "minutes.txt"]), 0);
    code(&answer(&["--line", "13", "--not-applicable", "--reason", "there is no queue yet"]), 0);
    code(&answer(&["--line", "6", "--acknowledge", "--reason", "known"]), 0);
    let (exit, run) = run_json(&place, &[]);
    assert_eq!((exit, run["verdict"].as_str()), (Some(0), Some("GO")), "{run:#}");
    assert_eq!(
        states(&run).into_values().collect::<Vec<_>>(),
        ["pass", "fail", "pass", "pass", "pass", "not-applicable"]
    );
    assert_eq!(line(&run, 6)["acknowledged"], true);
    assert!(line(&run, 13)["reason"].as_str().unwrap().contains("no queue yet"));
    // A later answer replaces an earlier one, and a second run carries what the first carried.
    code(&answer(&["--line", "8", "--value", "yes, once more, on Friday"]), 0);
    for _ in 0..2 {
        let run = run_json(&place, &[]).1;
        assert!(line(&run, 8).to_string().contains("on Friday"), "{run:#}");
        assert_eq!(run["verdict"], "GO");
    }
    // Neither an answer of another document nor one of a line that was edited counts.
    place.write("other.md", LIST);
    let (exit, other) = place.json(&["run", "other.md", "--format", "json"]);
    assert_eq!((exit, line(&other, 8)["state"].as_str()), (Some(3), Some("owed")));
    place.write("list.md", LIST.replace("briefed on deployment", "briefed on the deployment"));
    code(&place.run(&["plan", "list.md"]), 0);
    let run = run_json(&place, &[]).1;
    assert_eq!(states(&run)[&8], "owed");
    assert_eq!(states(&run)[&9], "pass");
    // A line that moved keeps its answer; one in another section is another line.
    place.write("list.md", LIST.replace("- [ ] Search", "- [ ] Team fed\n- [ ] Search"));
    code(&place.run(&["plan", "list.md"]), 0);
    let run = run_json(&place, &[]).1;
    assert_eq!((states(&run)[&9].as_str(), states(&run)[&10].as_str()), ("pass", "pass"));
    place.write("list.md", LIST.replace("## Pre-Deployment", "## Pre-Deployment B"));
    code(&place.run(&["plan", "list.md"]), 0);
    assert_eq!(states(&run_json(&place, &[]).1)[&9], "owed");
    holds(&place);
}

#[test]
fn one_document_is_the_same_however_its_path_is_written() {
    let (place, _site) = against(LIST);
    code(&place.run(&["answer", "./list.md", "--line", "8", "--value", "yes"]), 0);
    assert_eq!(states(&run_json(&place, &[]).1)[&8], "pass");
    let whole = place.path().join("list.md");
    let (_, run) = place.json(&["run", whole.to_str().unwrap(), "--format", "json"]);
    assert_eq!(states(&run)[&8], "pass");
    assert_eq!(locks(&place), ["holdpoint.lock"]);
}

#[test]
fn an_acknowledgement_is_for_a_failure_that_is_minor() {
    let minor = GOOD.replace("path=/queue", "severity=minor path=/sick");
    let (place, _site) = against(&minor);
    assert_eq!(run_json(&place, &[]).0, Some(3));
    code(&place.run(&["answer", "list.md", "--line", "10", "--acknowledge"]), 0);
    assert_eq!(run_json(&place, &[]).0, Some(0));
    // Minor becomes major: the acknowledgement does not go with it.
    place.write("list.md", minor.replace("severity=minor", "severity=major"));
    let said = place.run(&["run", "list.md", "--format", "json"]);
    let planned = if said.code == Some(2) {
        code(&place.run(&["plan", "list.md"]), 0);
        place.run(&["run", "list.md", "--format", "json"])
    } else {
        said
    };
    code(&planned, 1);
}

#[test]
fn environments_are_kept_apart() {
    let (place, site) = against(LIST);
    let staging = Site::new(None);
    let settings = format!(
        "[target.web]\nurl = \"{}\"\n[env.staging.target.web]\nurl = \"{}\"\n[env.empty]\n",
        site.url(),
        staging.url()
    );
    place.write("holdpoint.toml", settings);
    staging.be_healthy(false);
    let (_, plain) = place.json(&["plan", "list.md", "--format", "json"]);
    let (_, staged) = place.json(&["plan", "list.md", "--env", "staging", "--format", "json"]);
    assert_eq!(
        (&plain["environment"], staged["environment"].as_str()),
        (&Value::Null, Some("staging"))
    );
    let (_, run) = run_json(&place, &["--env", "staging"]);
    assert_eq!((run["environment"].as_str(), states(&run)[&5].as_str()), (Some("staging"), "fail"));
    assert_eq!(site.asked(), 0);
    let run = run_json(&place, &[]).1;
    assert_eq!((&run["environment"], states(&run)[&5].as_str()), (&Value::Null, "pass"));
    // An answer for one of them.
    let said =
        place.run(&["answer", "list.md", "--line", "8", "--value", "yes, x", "--env", "staging"]);
    code(&said, 0);
    assert_eq!(states(&run_json(&place, &[]).1)[&8], "owed");
    assert_eq!(states(&run_json(&place, &["--env", "staging"]).1)[&8], "pass");
    holds(&place);
}

#[test]
fn a_broken_off_run_of_one_environment_is_not_gone_on_with_in_another() {
    let slow = GOOD.replace("path=/queue consecutive=1", "path=/queue consecutive=20");
    let (place, site) = against(&slow);
    let settings = format!(
        "[target.web]\nurl = \"{0}\"\n[env.staging.target.web]\nurl = \"{0}\"\n",
        site.url()
    );
    place.write("holdpoint.toml", settings);
    let mut child = place.start(&["run", "list.md", "--env", "staging"]);
    let began = Instant::now();
    while !place.path().join(".holdpoint/0001.sqlite").exists()
        && began.elapsed() < Duration::from_secs(20)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (_, run) = run_json(&place, &["--only", "5", "--env", "staging"]);
    assert_eq!(run["run"], "0002", "a part is another run");
    let quick = run_json(&place, &["--only", "5"]).1;
    assert_eq!(quick["run"], "0003");
    let status = place.json(&["status", "--format", "json"]).1;
    assert_eq!(status["run"], "0003");
}

#[test]
fn what_a_line_means_is_said_beside_it_or_in_the_settings() {
    let text = "# T\n\n## Pre-Deployment\n\n- [ ] Frobnicator hums\n- [ ] Widgets whirr\n";
    let (place, site) = against(text);
    let target = format!("[target.web]\nurl = \"{}\"\n", site.url());
    let with = |more: &str| {
        place.write("holdpoint.toml", format!("{target}{more}"));
        place.run(&["plan", "list.md", "--no-lock", "--format", "json"])
    };
    let first = |said: &Said| {
        code(said, 0);
        let plan: Value = serde_json::from_str(&said.out).unwrap();
        line(&plan, 5).clone()
    };
    assert_eq!(first(&with(""))["state"], "unbound");
    let by_text = "[line.\"Frobnicator hums\"]\ncheck = \"http.health\"\nparams = { path = \"/hum\" }\nseverity = \"minor\"\n";
    let bound = first(&with(by_text));
    assert_eq!(
        (bound["state"].as_str(), bound["severity"].as_str()),
        (Some("bound"), Some("minor"))
    );
    assert_eq!(bound["checks"][0]["params"]["path"], "/hum");
    assert_eq!(bound["checks"][0]["sources"]["path"], "settings");
    let by_number = "[line.5]\ntext = \"Frobnicator hums\"\ncheck = \"http.health\"\n";
    assert_eq!(first(&with(by_number))["state"], "bound");
    for (settings, word) in [
        ("[line.5]\ncheck = \"http.health\"\n", "text"),
        ("[line.5]\ntext = \"Widgets whirr\"\ncheck = \"http.health\"\n", "Frobnicator hums"),
        ("[line.\"Frobnicator hums\"]\ncheck = \"http.helth\"\n", "http.health"),
        (
            "[line.\"Frobnicator hums\"]\ncheck = \"http.health\"\nparams = { pth = \"/x\" }\n",
            "path",
        ),
        ("[line.\"Frobnicator hums\"]\nseverity = \"huge\"\n", "minor"),
        ("[line.\"Frobnicator hums\"]\ntarget = \"wbe\"\ncheck = \"http.health\"\n", "web"),
    ] {
        let said = with(settings);
        code(&said, 2);
        assert!(
            said.err.contains("holdpoint.toml:") && said.err.contains(word),
            "{word}: {}",
            said.err
        );
    }
    // An override that no line matches is said, with the nearest text.
    place.write("holdpoint.toml", "");
    std::fs::remove_dir_all(place.path().join(".holdpoint")).ok();
    for command in ["plan", "run"] {
        let said = place.run(&[command, "list.md"]);
        assert!(!said.err.contains("unmatched-override"), "{}", said.err);
        let unmatched = "[line.\"Frobnicator hum\"]\ncheck = \"http.health\"\n";
        place.write("holdpoint.toml", format!("{target}{unmatched}"));
        let said = place.run(&[command, "list.md"]);
        let told = said.err.contains("unmatched-override")
            && said.err.contains("holdpoint.toml:3:")
            && said.err.contains("Frobnicator hums");
        assert!(told, "{command}: {:?} {}", said.code, said.err);
        place.write("holdpoint.toml", "");
    }
    place.write("list.md", text.replace("hums", "hums <!-- holdpoint: http.helth -->"));
    let said = with("");
    code(&said, 2);
    assert!(said.err.contains("list.md:5") && said.err.contains("http.health"), "{}", said.err);
    place.write("list.md", text.replace("hums", "hums <!-- holdpoint: http.health path=/hum -->"));
    let bound = first(&with(""));
    assert_eq!(bound["text"], "Frobnicator hums");
    assert_eq!(bound["checks"][0]["params"]["path"], "/hum");
    place.write("holdpoint.toml", &target);
    code(&place.run(&["plan", "list.md"]), 0);
    let (exit, run) = run_json(&place, &[]);
    assert_eq!((exit, states(&run)[&5].as_str()), (Some(3), "pass"));
}

/// A remedy that is followed to the letter leads somewhere.
#[test]
fn the_remedy_of_a_line_that_was_not_understood_works() {
    let (place, site) = against("# T\n\n## Pre-Deployment\n\n- [ ] Frobnicator hums\n");
    let run = run_json(&place, &[]).1;
    let remedy = line(&run, 5)["remedy"].as_str().unwrap();
    let table = remedy.split_once('[').and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
    let text = if remedy.contains("text =") { "text = \"Frobnicator hums\"\n" } else { "" };
    let settings = format!(
        "[target.web]\nurl = \"{}\"\n[{table}]\n{text}check = \"http.health\"\nparams = {{ consecutive = \"1\" }}\n",
        site.url()
    );
    place.write("holdpoint.toml", settings);
    let said = place.run(&["run", "list.md"]);
    assert_eq!(said.code, Some(0), "{remedy}\n{}", said.err);
}

fn locks(place: &Place) -> Vec<String> {
    let names = std::fs::read_dir(place.path()).unwrap();
    let mut names: Vec<String> = names
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".lock"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_second_document_has_a_lock_of_its_own() {
    let (place, _site) = against(GOOD);
    place.write("other.md", LIST);
    code(&place.run(&["plan", "list.md"]), 0);
    let first = place.read("holdpoint.lock");
    code(&place.run(&["plan", "other.md"]), 0);
    assert_eq!(locks(&place), ["holdpoint.lock", "other.holdpoint.lock"]);
    assert_eq!(place.read("holdpoint.lock"), first);
    assert_eq!(run_json(&place, &[]).0, Some(0));
    code(&place.run(&["run", "other.md"]), 3);
    assert_eq!(locks(&place), ["holdpoint.lock", "other.holdpoint.lock"]);
    // Of each other's answers and passes they know nothing.
    code(&place.run(&["answer", "other.md", "--line", "8", "--value", "yes, x"]), 0);
    let said = place.run(&["record", "verify"]);
    code(&said, 0);
}

#[test]
fn a_lock_that_was_broken_by_hand_is_named_with_its_place() {
    let (place, site) = against(GOOD);
    code(&place.run(&["plan", "list.md"]), 0);
    let lock = place.read("holdpoint.lock");
    let broken = [
        ("not TOML", lock.replace("schema = 1", "schema = ")),
        ("another schema", lock.replace("schema = 1", "schema = 7")),
        ("an unknown key", lock.replace("schema = 1", "schema = 1\nshema = 1")),
        ("cut", lock[..lock.len() / 2].to_owned()),
        ("a digest that is none", lock.replace("parsed-sha256 = \"", "parsed-sha256 = \"zz")),
        ("empty", String::new()),
    ];
    for (name, text) in broken {
        if text == lock {
            continue;
        }
        place.write("holdpoint.lock", &text);
        let said = place.run(&["run", "list.md"]);
        assert_eq!(said.code, Some(2), "{name}: {}{}", said.out, said.err);
        assert!(said.err.contains("holdpoint.lock"), "{name}: {}", said.err);
        assert_eq!(place.read("holdpoint.lock"), text, "{name}");
    }
    assert_eq!(site.asked(), 0);
    place.write("holdpoint.lock", lock);
    assert_eq!(run_json(&place, &[]).0, Some(0));
}

#[test]
fn what_is_pinned_stays_until_it_is_accepted() {
    let text = "# T\n\n## Pre-Deployment\n\n- [ ] Health endpoint is healthy\n";
    let (place, site) = against(text);
    code(&place.run(&["plan", "list.md"]), 0);
    let lock = place.read("holdpoint.lock");
    // As an older catalog may have understood it.
    let older = lock
        .replace("state = \"bound\"", "state = \"asked\"")
        .replace("http.health", "attest.statement");
    assert_ne!(lock, older);
    let older = older.replace("\"attest.statement\" = 1\n", "");
    place.write("holdpoint.lock", &older);
    let (exit, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(exit, Some(0));
    assert_eq!(line(&plan, 5)["checks"][0]["id"], "attest.statement");
    let said = place.run(&["plan", "list.md"]);
    assert!(said.out.contains("http.health") && said.out.contains("--accept"), "{}", said.out);
    assert_eq!(run_json(&place, &[]).0, Some(3));
    assert_eq!(site.asked(), 0, "what is pinned was looked at as something else");
    code(&place.run(&["plan", "list.md", "--accept"]), 0);
    assert_eq!(place.read("holdpoint.lock"), lock);
    assert_eq!(run_json(&place, &[]).0, Some(0));
    // Without writing.
    std::fs::remove_file(place.path().join("holdpoint.lock")).unwrap();
    code(&place.run(&["plan", "list.md", "--no-lock"]), 0);
    assert!(locks(&place).is_empty());
}

#[test]
fn why_names_every_value_and_where_it_is_from() {
    let (place, site) = against(LIST);
    let said = place.run(&["plan", "list.md", "--why", "6"]);
    code(&said, 0);
    for word in ["http.health", "/sick", "settings", "default", "minor"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    let said = place.run(&["plan", "list.md", "--why", "4"]);
    code(&said, 2);
    assert!(said.err.contains("line 5"), "{}", said.err);
    assert_eq!(site.asked(), 0);
}

#[test]
fn status_tells_where_the_last_run_stands() {
    let (place, site) = against(GOOD);
    let status = || {
        let (exit, status) = place.json(&["status", "--format", "json"]);
        assert_eq!((exit, status["schema"].as_str()), (Some(0), Some("holdpoint.status/1")));
        for name in ["state", "line", "gate", "held-by", "in-doubt", "run"] {
            assert!(status.get(name).is_some(), "{name}: {status}");
        }
        assert!(status["held-by"].is_array() && status["in-doubt"].is_array());
        code(&place.run(&["status"]), 0);
        (status["state"].as_str().unwrap().to_owned(), status)
    };
    let (state, said) = status();
    assert_eq!((state.as_str(), &said["run"]), ("none", &Value::Null));
    run_json(&place, &[]);
    let (state, said) = status();
    assert_eq!(
        (state.as_str(), said["run"].as_str(), said["gate"].as_str()),
        ("done", Some("0001"), Some("pre"))
    );
    assert_eq!(said["held-by"].as_array().unwrap().len(), 0);
    site.be_healthy(false);
    run_json(&place, &[]);
    let (state, said) = status();
    assert_eq!((state.as_str(), said["run"].as_str()), ("refused", Some("0002")));
    assert_eq!(said["held-by"].as_array().unwrap().len(), 3);
    place.write("holdpoint.toml", "");
    run_json(&place, &[]);
    assert_eq!(status().0, "held");
    // While one is under way.
    let slow = GOOD.replace("path=/queue consecutive=1", "path=/queue consecutive=20");
    place.write("list.md", slow);
    code(&place.run(&["plan", "list.md"]), 0);
    point_at(&place, &site);
    let mut child = place.start(&["run", "list.md"]);
    let began = Instant::now();
    while !place.path().join(".holdpoint/0004.sqlite").exists()
        && began.elapsed() < Duration::from_secs(20)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    let (state, said) = status();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((state.as_str(), said["run"].as_str()), ("running", Some("0004")));
}

/// An answer while a run lies broken off: neither is lost.
#[test]
fn an_answer_while_a_run_is_broken_off_counts_in_it() {
    let slow =
        LIST.replace("path=/queue consecutive=1", "path=/queue consecutive=4 interval=300ms");
    let (place, _site) = against(&slow);
    let mut child = place.start(&["run", "list.md"]);
    let began = Instant::now();
    while !place.path().join(".holdpoint/0001.sqlite").exists()
        && began.elapsed() < Duration::from_secs(20)
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    code(&place.run(&["answer", "list.md", "--line", "8", "--value", "yes"]), 0);
    let run = run_json(&place, &[]).1;
    assert_eq!(states(&run)[&8], "pass", "{}", run["run"]);
    holds(&place);
}

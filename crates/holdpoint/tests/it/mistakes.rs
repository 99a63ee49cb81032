//! Mistakes that people make, and what they are told: the place, and the way out.
//!
//! Each is what somebody typed or wrote, the whole message, and the exit code. Standard output stays
//! empty: nothing is taken for a result.

use std::{net::TcpListener, os::unix::fs::symlink};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Place, Said};

const LIST: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Port 443 accessible\n- [ ] Team briefed\n\
                    - [ ] Team briefed\n\n## Edge\n\n- [ ] Error page works\n";

/// A folder with a checklist and settings.
fn place(settings: &str) -> Place {
    let place = Place::new();
    place.write("list.md", LIST);
    if !settings.is_empty() {
        place.write("holdpoint.toml", settings);
    }
    place
}

/// What was said to a mistake: all of it, and nothing else.
#[track_caller]
fn told(place: &Place, args: &[&str], exit: i32, message: &str) {
    let said: Said = place.run(args);
    let err: Vec<&str> = said.err.lines().map(str::trim_end).collect();
    let err = err.join("\n");
    let folder = place.path().display().to_string();
    assert_eq!(err.replace(&folder, "…").trim(), message.trim(), "{args:?}");
    assert_eq!(said.code, Some(exit), "{args:?}");
    if exit == 2 {
        assert_eq!(said.out, "", "{args:?}");
    }
}

// The command line.

/// The checklist was left out.
#[test]
fn no_document() {
    told(
        &place(""),
        &["run"],
        2,
        r#"
error: the following required arguments were not provided:
  <DOCUMENT>

Usage: holdpoint run <DOCUMENT>

For more information, try '--help'.
name the checklist, such as `list.md`
"#,
    );
}

/// A command misspelt so that nothing begins like it.
#[test]
fn misspelt_command() {
    told(
        &place(""),
        &["rnu", "list.md"],
        2,
        r#"
error: unrecognized subcommand 'rnu'

Usage: holdpoint [OPTIONS] <COMMAND>

For more information, try '--help'.
did you mean `run`?
"#,
    );
}

/// An option misspelt.
#[test]
fn misspelt_option() {
    told(
        &place(""),
        &["run", "list.md", "--rerun-faild"],
        2,
        r#"
error: unexpected argument '--rerun-faild' found

  tip: a similar argument exists: '--rerun-failed'

Usage: holdpoint run --rerun-failed <DOCUMENT>

For more information, try '--help'.
"#,
    );
}

/// A choice misspelt.
#[test]
fn misspelt_choice() {
    told(
        &place(""),
        &["run", "list.md", "--gate", "pree"],
        2,
        r#"
error: invalid value 'pree' for '--gate <GATE>'
  [possible values: pre, post, all]

  tip: a similar value exists: 'pre'

For more information, try '--help'.
"#,
    );
}

/// The name of the checklist misspelt.
#[test]
fn misspelt_checklist() {
    told(
        &place(""),
        &["run", "lst.md"],
        2,
        r#"
error: there is no lst.md; did you mean `list.md`?
"#,
    );
}

/// A folder in the place of a checklist.
#[test]
fn folder_for_a_checklist() {
    told(
        &place(""),
        &["plan", "."],
        2,
        r#"
error: . is a folder, and no checklist; name the checklist, such as `list.md`
"#,
    );
}

/// A line that makes no claim.
#[test]
fn line_without_a_claim() {
    told(
        &place(""),
        &["run", "list.md", "--only", "8"],
        2,
        r#"
error: line 8 of list.md makes no claim; the nearest is line 7: `Team briefed`
"#,
    );
}

/// A check that no line is bound to.
#[test]
fn check_without_a_line() {
    told(
        &place(""),
        &["run", "list.md", "--only", "net.port-opn"],
        2,
        r#"
error: no line of list.md is bound to `net.port-opn`; did you mean `net.port-open`?
"#,
    );
}

/// A heading that is not there.
#[test]
fn no_such_heading() {
    told(
        &place(""),
        &["run", "list.md", "--section", "Edgy"],
        2,
        r#"
error: no heading of list.md holds `Edgy`; did you mean `Edge`?
"#,
    );
}

/// A duration without its unit.
#[test]
fn duration_without_a_unit() {
    told(
        &place(""),
        &["run", "list.md", "--wait", "soon"],
        2,
        r#"
error: --wait: expected a duration, found `soon`; write it with its unit, such as `5m` or `90s`
"#,
    );
}

/// A report of a kind that is not written.
#[test]
fn no_such_report() {
    told(
        &place(""),
        &["run", "list.md", "--report", "jsn=run.json"],
        2,
        r#"
error: there is no report `jsn`; did you mean `json`?
"#,
    );
}

/// A report into a folder that is not there: nobody waits an hour to hear of it.
#[test]
fn report_into_no_folder() {
    told(
        &place(""),
        &["run", "list.md", "--report", "json=reports/run.json"],
        2,
        r#"
error: the report reports/run.json cannot be written: there is no folder reports; nothing was looked at
"#,
    );
}

/// `memory>=8GB` without quotes, which the shell took for a file.
#[test]
fn bound_without_quotes() {
    told(
        &place(""),
        &["check", "host.memory", "memory"],
        2,
        r#"
error: `memory` has no value: write memory=VALUE; a bound with `<` or `>` needs quotes, or the shell takes it: 'memory>=VALUE'
"#,
    );
}

/// A parameter misspelt.
#[test]
fn misspelt_parameter() {
    told(
        &place(""),
        &["check", "net.port-open", "prot=80"],
        2,
        r#"
error: `prot`: `net.port-open` has no such parameter; the nearest is `port`
"#,
    );
}

/// A check misspelt.
#[test]
fn misspelt_check() {
    told(
        &place(""),
        &["explain", "tls.certificate-serve"],
        2,
        r#"
error: the catalog has no `tls.certificate-serve`; did you mean `tls.certificate-served`?
"#,
    );
}

/// A fault of the demo misspelt.
#[test]
fn misspelt_fault() {
    told(
        &place(""),
        &["demo", "--fault", "hst"],
        2,
        r#"
error: there is no fault `hst`; did you mean `hsts`?
"#,
    );
}

/// A machine's line answered by a person.
#[test]
fn answer_for_a_machine() {
    told(
        &place(""),
        &["answer", "list.md", "--line", "5", "--value", "yes"],
        2,
        r#"
error: line 5 is decided by looking (net.port-open); mend it, or say --not-applicable --reason …
"#,
    );
}

// The settings.

/// An environment, and no settings at all.
#[test]
fn environment_without_settings() {
    told(
        &place(""),
        &["run", "list.md", "--env", "staging"],
        2,
        r#"
error: there is no holdpoint.toml in this folder, so nothing declares the environment `staging`; `holdpoint init` writes one, then add `[env.staging.target.web]`
"#,
    );
}

/// An environment misspelt.
#[test]
fn misspelt_environment() {
    told(
        &place("[env.staging.target.web]\nurl = \"https://s.test\"\n"),
        &["run", "list.md", "--env", "stagin"],
        2,
        r#"
error[settings::unknown-environment]: there is no environment `stagin` in holdpoint.toml
 │
 ╰ help: did you mean `staging`?
 --> holdpoint.toml
"#,
    );
}

/// A settings file that is not there.
#[test]
fn settings_that_are_not_there() {
    told(
        &place(""),
        &["plan", "list.md", "--config", "prod.toml"],
        2,
        r#"
error: there is no settings file prod.toml, which --config names; correct the path, or leave it out to use holdpoint.toml of this folder
"#,
    );
}

/// A key misspelt.
#[test]
fn misspelt_key() {
    told(
        &place("[target.web]\nulr = \"https://a.test\"\n"),
        &["plan", "list.md"],
        2,
        r#"
error[settings::unknown-key]: unknown key `ulr` in [target.web] (holdpoint.toml:2:1)
  ╭▸ holdpoint.toml:2:1
  │
2 │ ulr = "https://a.test"
  │ ━━━
  │
  ╰ help: did you mean `url`?
"#,
    );
}

/// A secret in the settings.
#[test]
fn secret_in_the_settings() {
    told(
        &place("[target.db]\ndsn = \"postgres://me:hunter2@db/shop\"\n"),
        &["plan", "list.md"],
        2,
        r#"
error[settings::literal-secret]: `dsn` holds a secret itself (holdpoint.toml:2:1)
 │
 ╰ help: say where it is kept: `env:NAME`, `file:PATH` or `cmd:["program", "argument"]`
 --> holdpoint.toml:2
"#,
    );
}

/// A line by its number alone, which the next edit moves.
#[test]
fn number_without_a_guard() {
    told(
        &place("[line.5]\ncheck = \"net.port-open\"\n"),
        &["plan", "list.md"],
        2,
        r#"
error[settings::unguarded-line]: [line.5] has no `text` (holdpoint.toml:1:7)
  ╭▸ holdpoint.toml:1:7
  │
1 │ [line.5]
  │       ━
  │
  ╰ help: add `text = "…"` with the text of the line: a number moves
"#,
    );
}

/// An override that fits two lines.
#[test]
fn override_of_two_lines() {
    told(
        &place("[line.\"Team briefed\"]\ncheck = \"attest.statement\"\n"),
        &["plan", "list.md"],
        2,
        r#"
error[settings::ambiguous-override]: [line."Team briefed"] matches 2 lines: 6, 7 (holdpoint.toml:1:7)
  ╭▸ holdpoint.toml:1:7
  │
1 │ [line."Team briefed"]
  │       ━━━━━━━━━━━━━━
  │
  ╰ help: name one by its number, with the text as a guard: `[line.6]`
"#,
    );
}

/// A target that nobody declared.
#[test]
fn target_that_nobody_declared() {
    told(
        &place(
            "[target.web]\nurl = \"https://a.test\"\n[line.\"Port 443 accessible\"]\ntarget = \"wbe\"\n",
        ),
        &["plan", "list.md"],
        2,
        r#"
error[settings::unknown-target]: [line."Port 443 accessible"]: there is no target `wbe` (holdpoint.toml:4:10)
  ╭▸ holdpoint.toml:4:10
  │
4 │ target = "wbe"
  │          ━━━━━
  │
  ╰ help: did you mean `web`?
"#,
    );
}

// The document and its lock.

/// A check misspelt behind a line.
#[test]
fn misspelt_check_behind_a_line() {
    let place = place("");
    let line = "Port 443 accessible <!-- holdpoint: net.port-opn -->";
    place.write("list.md", LIST.replace("Port 443 accessible", line));
    told(
        &place,
        &["plan", "list.md"],
        2,
        r#"
error[bind::unknown-check]: there is no check `net.port-opn` (override comment)
  ╭▸ list.md:5:43
  │
5 │ - [ ] Port 443 accessible <!-- holdpoint: net.port-opn -->
  │                                           ━━━━━━━━━━━━
  │
  ╰ help: did you mean `net.port-open`?
"#,
    );
}

/// A checklist edited since its lock was reviewed.
#[test]
fn edited_behind_the_lock() {
    let place = place("");
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    place.write("list.md", LIST.replace("443", "8443"));
    told(
        &place,
        &["run", "list.md"],
        2,
        r#"
error: list.md is not the document that holdpoint.lock pins:
  line 5: `Port 8443 accessible` was `Port 443 accessible`
  gone: `Port 443 accessible` (Pre-Deployment)
look at the changes, then run `holdpoint plan list.md`; nothing was looked at
"#,
    );
}

/// Two checklists of the same name: each has a lock of its own, and neither is the other's.
#[test]
fn two_checklists_of_one_name() {
    let place = Place::new();
    place.write("a/list.md", LIST);
    place.write("b/list.md", LIST.replace("443", "8443"));
    for path in ["a/list.md", "b/list.md", "a/list.md", "./b/list.md"] {
        assert_eq!(place.run(&["plan", path]).code, Some(0), "{path}");
        assert_eq!(place.run(&["run", path, "--quiet"]).err, "", "{path}");
    }
    assert!(place.read("holdpoint.lock").contains("document = \"a/list.md\""));
    assert!(place.read("b-list.holdpoint.lock").contains("document = \"b/list.md\""));
    place.write("b-list.md", LIST);
    told(
        &place,
        &["plan", "b-list.md"],
        2,
        r#"
error: b-list.holdpoint.lock pins b/list.md, and would be the lock of b-list.md too; rename one of the checklists
"#,
    );
}

// Runs and records.

/// A second run while the first one is at work.
#[test]
fn two_runs_at_once() {
    let place = place("");
    assert_eq!(place.run(&["run", "list.md", "--quiet"]).code, Some(3));
    let held = std::fs::File::open(place.path().join(".holdpoint")).unwrap();
    held.lock().unwrap();
    told(
        &place,
        &["run", "list.md"],
        74,
        r#"
error: `.holdpoint` is held by another process; wait until it has ended, or end it: nothing was looked at
"#,
    );
}

/// A report that could not be written to its end: the run is kept, and nobody takes it for a GO.
#[test]
fn report_to_a_full_disk() {
    let place = place("");
    symlink("/dev/full", place.path().join("run.json")).unwrap();
    let said = place.run(&["run", "list.md", "--report", "json=run.json", "--quiet"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), "HOLD\n"));
    assert_eq!(
        said.err,
        "error: failed to write run.json: No space left on device (os error 28)\nrun 0001 itself \
         ended with HOLD and is kept; `holdpoint record export 0001 --report FORMAT=PATH` writes \
         reports of it\n"
    );
}

/// Part of a checklist looked at while a run that was cut off could still be gone on with.
#[test]
fn a_part_while_a_run_waits() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let place = place(&format!(
        "[target.web]\nurl = \"{url}\"\n[vantage.here]\nhere = true\ncounts-as = [\"outside\"]\n\
         [line.\"Error page works\"]\ncheck = \"http.health\"\n"
    ));
    let mut child = place.start(&["run", "list.md"]);
    // It has begun to look, and waits for an answer.
    let (stream, _) = silent.accept().unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stream);
    let said = place.run(&["run", "list.md", "--only", "6"]);
    let first = said.err.lines().next().unwrap();
    assert_eq!(
        first, "run 0001 was cut off and waits; `holdpoint run list.md` goes on with it",
        "{}",
        said.err
    );
    // A run of another gate gives it up, and says so once.
    let said = place.run(&["run", "list.md", "--gate", "post"]);
    let first = said.err.lines().next().unwrap();
    let given_up = "run 0001 was cut off and is given up: this one decides another gate";
    assert_eq!(first, given_up, "{}", said.err);
    let said = place.run(&["run", "list.md", "--gate", "post"]);
    assert!(!said.err.contains("given up"), "{}", said.err);
}

/// A record that something else has written over.
#[test]
fn a_record_written_over() {
    let place = place("");
    assert_eq!(place.run(&["run", "list.md", "--quiet"]).code, Some(3));
    place.write(".holdpoint/0001.sqlite", "not a record");
    let said = place.run(&["record", "show", "5"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(
        said.err.contains(".holdpoint/0001.sqlite") && said.err.contains("damaged"),
        "{}",
        said.err
    );
}

/// Records looked for where there are none.
#[test]
fn records_where_there_are_none() {
    told(
        &place(""),
        &["record", "verify"],
        2,
        r#"
error: there is no record at .holdpoint; `holdpoint run` makes one
"#,
    );
}

#[test]
fn a_report_through_a_link_that_leads_nowhere_is_refused_before_the_run() {
    let place = place("");
    symlink("gone/run.json", place.path().join("run.json")).unwrap();
    symlink("loop.json", place.path().join("loop.json")).unwrap();
    symlink("later.json", place.path().join("now.json")).unwrap();
    for name in ["run.json", "loop.json"] {
        let said = place.run(&["run", "list.md", "--report", &format!("json={name}")]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        let text = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("which cannot be made; nothing was looked at"), "{text}");
        assert!(!place.path().join(".holdpoint/0001.sqlite").exists());
    }
    // Where a file can be made at the end of the link, it is.
    place.run(&["run", "list.md", "--report", "json=now.json"]);
    assert!(place.path().join("later.json").is_file());
}

#[test]
fn an_empty_folder_of_records_says_how_to_make_one() {
    let place = place("");
    let missing = place.run(&["record", "show"]);
    std::fs::create_dir(place.path().join(".holdpoint")).unwrap();
    let empty = place.run(&["record", "show"]);
    assert_eq!((missing.code, empty.code), (Some(2), Some(2)), "{}", empty.err);
    assert!(empty.err.contains("no record in .holdpoint yet; `holdpoint run`"), "{}", empty.err);
}

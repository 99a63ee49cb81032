//! `holdpoint.lock`: round trips, what is pinned, and what differs.

use std::collections::BTreeMap;

use holdpoint_bind::{
    key::Key,
    lock::{Change, Lock, Pin, file_name},
    plan::{Inputs, assemble, plan},
    settings::Settings,
    understand::{Meaning, Understood},
};
use holdpoint_document::parse;
use holdpoint_model::line::{Binding, Kind, Phase, Severity};
use proptest::prelude::*;

use crate::support::{bound, inputs, settings, unbound};

const DOCUMENT: &str = "\
# List

## Network

- [ ] Port 80 accessible
- [ ] HSTS header enabled
- [ ] Something strange
";

fn meanings() -> Vec<Understood> {
    vec![
        bound("net.port-open", &[("port", "80")], "Port 80"),
        bound("http.security-headers", &[("required", "hsts")], "HSTS header"),
        unbound(),
    ]
}

#[test]
fn the_text_is_for_people_and_the_same_each_time() {
    let document = parse(DOCUMENT.as_bytes());
    let lock = Lock::of(&document, "docs/LIST.md", &meanings());
    let text = lock.write();
    assert!(text.contains("document = \"LIST.md\""), "{text}");
    let line = "[[line]]\nsection = [\"Network\"]\ntext = \"Port 80 accessible\"\nphase = \"pre\"\n\
                kind = \"probe\"\nstate = \"bound\"\nchecks = [\n  { id = \"net.port-open\", \
                params = { port = \"80\" }, because = [\"Port 80\"] },\n]\n";
    assert!(text.contains(line), "{text}");
    let read = Lock::read(&text, "holdpoint.lock").unwrap();
    assert_eq!(read, lock);
    assert_eq!(read.write(), text);
}

#[test]
fn a_broken_lock_is_shown_with_its_place() {
    let document = parse(DOCUMENT.as_bytes());
    let text = Lock::of(&document, "LIST.md", &meanings()).write();
    let check = |text: &str, message: &str| {
        let broken = Lock::read(text, "holdpoint.lock").unwrap_err();
        assert_eq!(broken.code, "lock::broken");
        assert!(broken.message.contains(message), "{broken:?}");
        assert!(broken.line > 0, "{broken:?}");
    };
    check(&text.replace("state = \"bound\"", "state = \"bond\""), "bond");
    check(&text.replace("schema = 1", "schema = 9"), "schema 9");
    check(&text.replace("phase =", "fase ="), "fase");
    check("<<<<<<< ours\n", "(holdpoint.lock:1:");
    let whole = "checks = [\n  { id = \"net.port-open\", params = { port = \"80\" }, because = \
                 [\"Port 80\"] },\n]\n";
    check(&text.replace(whole, ""), "names no check");
}

#[test]
fn pinned_lines_keep_their_meaning_and_the_rest_is_bound_afresh() {
    let document = parse(DOCUMENT.as_bytes());
    let lock = Lock::of(&document, "LIST.md", &meanings());
    let mut fresh = meanings();
    fresh[0].checks[0].id = String::from("net.port-restricted");
    fresh[2] = bound("docs.changelog", &[], "strange");
    let with_new = parse(format!("{DOCUMENT}- [ ] Backups are fresh\n").as_bytes());
    fresh.push(bound("backup.fresh", &[], "Backups are fresh"));
    let empty = Settings::empty("holdpoint.toml");
    let planned = assemble(Inputs { lock: Some(&lock), ..inputs(&with_new, &empty) }, &fresh);
    let ids: Vec<&str> = planned
        .plan
        .lines
        .iter()
        .map(|line| line.checks.first().map_or("-", |check| check.id.as_str()))
        .collect();
    assert_eq!(ids, ["net.port-open", "http.security-headers", "-", "backup.fresh"]);
    let lines: Vec<usize> = planned.proposals.iter().map(|it| it.line).collect();
    assert_eq!(lines, [5, 7]);
    assert!(planned.proposals[0].now.contains("net.port-restricted"), "{planned:?}");
    let text = String::from("Backups are fresh");
    assert_eq!(planned.changes, [Change::Added { line: 8, text, was: None }]);
    // The lock that is written next keeps what was pinned.
    assert_eq!(planned.lock.lines[..3], lock.lines[..]);
    assert_eq!(planned.lock.lines.len(), 4);
}

#[test]
fn a_pinned_check_that_is_gone_leaves_the_line_unknown() {
    let document = parse(b"# T\n\n- [ ] x\n");
    let lock = Lock::of(&document, "T.md", &[bound("old.check", &[], "x")]);
    let empty = Settings::empty("holdpoint.toml");
    let inputs = Inputs { lock: Some(&lock), ..inputs(&document, &empty) };
    let planned = assemble(inputs, &[bound("docs.changelog", &[], "x")]);
    let line = &planned.plan.lines[0];
    assert_eq!((line.state, line.severity), (Binding::Unbound, Severity::Major));
    assert_eq!(crate::support::codes(&planned), ["bind::unknown-check:3"]);
    assert_eq!(planned.proposals.len(), 1);
}

#[test]
fn differences_are_told_line_by_line() {
    let document = parse(DOCUMENT.as_bytes());
    let lock = Lock::of(&document, "LIST.md", &meanings());
    let changes = |text: &str| {
        let document = parse(text.as_bytes());
        let empty = Settings::empty("holdpoint.toml");
        plan(Inputs { lock: Some(&lock), ..inputs(&document, &empty) }).changes
    };
    assert_eq!(changes(DOCUMENT), []);
    assert_eq!(changes(&DOCUMENT.replace("[ ]", "[x]").replace("- ", "*   ")), []);
    let renamed = changes(&DOCUMENT.replace("Port 80 a", "Port 81 a"));
    assert_eq!(renamed.len(), 2);
    assert!(
        matches!(&renamed[0], Change::Added { line: 5, was: Some(was), .. }
            if was == "Port 80 accessible"),
        "{renamed:?}"
    );
    let sentence =
        "line 5 is changed: `Port 80 accessible` was pinned, `Port 81 accessible` is there";
    assert_eq!(renamed[0].sentence(), sentence);
    assert_eq!(renamed[1].sentence(), "gone: Network › `Port 80 accessible`");
    assert!(matches!(&renamed[1], Change::Removed { text, .. } if text == "Port 80 accessible"));
    let swapped = DOCUMENT
        .replace("Port 80 accessible", "?")
        .replace("Something strange", "Port 80 accessible")
        .replace('?', "Something strange");
    assert_eq!(changes(&swapped).len(), 2, "{:?}", changes(&swapped));
    assert!(matches!(changes(&swapped)[0], Change::Moved { .. }));
    let prose = DOCUMENT.replace("## Network\n", "## Network\n\nBy hand.\n");
    assert_eq!(changes(&prose), [Change::Between]);
}

#[test]
fn a_command_is_pinned_to_the_byte() {
    let text = "# T\n\n```sh\necho \"a b\"\n```\n";
    let document = parse(text.as_bytes());
    let mut meaning = bound("step.shell", &[], "echo");
    meaning.kind = Kind::Command;
    let lock = Lock::of(&document, "T.md", &[meaning]);
    let pin = &lock.lines[0];
    assert_eq!(pin.command.as_deref(), Some("echo \"a b\""));
    assert!(lock.pins_command(&pin.key, "echo \"a b\""));
    assert!(!lock.pins_command(&pin.key, "echo \"a  b\""));
    let other = parse(text.replace("a b", "a  b").as_bytes());
    let empty = Settings::empty("holdpoint.toml");
    let planned = plan(Inputs { lock: Some(&lock), ..inputs(&other, &empty) });
    assert!(matches!(&planned.changes[..], [Change::Command { line: 4, .. }]), "{planned:?}");
}

#[test]
fn settings_never_get_into_the_lock() {
    let document = parse(DOCUMENT.as_bytes());
    let with = settings(
        "[target.web]\nurl = 'https://shop.test'\n[line.'Something strange']\n\
         check = 'docs.changelog'\nparams = { path = 'NEWS.md' }\n\
         [line.'Port 80 accessible']\nparams = { timeout = '9s' }\n",
    );
    let planned = assemble(inputs(&document, &with), &meanings());
    assert_eq!(planned.plan.lines[2].checks[0].id, "docs.changelog");
    assert_eq!(planned.plan.lines[0].checks[0].params["timeout"], "9s");
    assert_eq!(planned.lock, Lock::of(&document, "LIST.md", &meanings()));
    let text = planned.lock.write();
    assert!(!text.contains("shop.test") && !text.contains("docs.changelog"), "{text}");
}

#[test]
fn a_second_document_has_a_lock_of_its_own() {
    assert_eq!(file_name("docs/LIST.md", None), "holdpoint.lock");
    assert_eq!(file_name("docs/LIST.md", Some("docs/LIST.md")), "holdpoint.lock");
    assert_eq!(file_name("docs/LIST.md", Some("LIST.md")), "docs-LIST.holdpoint.lock");
    assert_eq!(file_name("OTHER.md", Some("LIST.md")), "OTHER.holdpoint.lock");
}

#[test]
fn every_checklist_comes_back_as_it_was() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/seeds");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: {folder} is not there");
        return;
    };
    let empty = Settings::empty("holdpoint.toml");
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|it| it != "md") {
            continue;
        }
        let document = parse(&std::fs::read(&path).unwrap());
        let first = plan(inputs(&document, &empty));
        let read = Lock::read(&first.lock.write(), "holdpoint.lock").unwrap();
        assert_eq!(read, first.lock, "{}", path.display());
        let again = plan(Inputs { lock: Some(&read), ..inputs(&document, &empty) });
        assert_eq!(again.plan, first.plan, "{}", path.display());
        assert_eq!(again.changes, [], "{}", path.display());
        assert_eq!(again.proposals, [], "{}", path.display());
        let mut keys: Vec<&Key> = first.lock.lines.iter().map(|pin| &pin.key).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all, "{}", path.display());
    }
}

prop_compose! {
    fn any_pin()(
        section in prop::collection::vec("\\PC{0,8}", 0..3),
        under in "\\PC{0,8}",
        text in any::<String>(),
        nth in 1_usize..4,
        id in "[a-z]{1,5}\\.[a-z-]{1,8}",
        params in prop::collection::btree_map("\\PC{1,5}", any::<String>(), 0..3),
        because in prop::collection::vec(any::<String>(), 0..3),
        condition in prop::option::of(any::<String>()),
        command in prop::option::of(any::<String>()),
        severity in prop::option::of(prop::sample::select(Severity::ALL)),
        phase in prop::sample::select(Phase::ALL),
        kind in prop::sample::select(Kind::ALL),
    ) -> Pin {
        let checks = vec![Meaning { id, params, because }];
        Pin {
            key: Key { section, under, text, nth },
            meaning: Understood {
                phase, kind, severity, state: Binding::Bound, checks, condition,
            },
            command,
        }
    }
}

proptest! {
    #[test]
    fn any_lock_comes_back_as_it_was(
        lines in prop::collection::vec(any_pin(), 0..4), document in any::<String>(),
    ) {
        let lock = Lock {
            document,
            parsed_sha256: String::from("00"),
            revisions: BTreeMap::from([(String::from("net.port-open"), 3)]),
            lines,
        };
        prop_assert_eq!(Lock::read(&lock.write(), "x").unwrap(), lock);
    }

    #[test]
    fn any_text_is_a_lock_or_broken(text in "\\PC*") {
        drop(Lock::read(&text, "x"));
    }
}

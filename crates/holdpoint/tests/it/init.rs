//! `init`, and what a plan takes from files of the repository when nobody declared it.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use holdpoint_bind::settings::Settings;
use holdpoint_checks::find;
use serde_json::Value;

use crate::{
    common::{Place, references},
    seeds::{check_run, offline},
};

const FIXTURES: [&str; 3] = ["compose", "kubernetes", "terraform-ecs"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/discover").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else if name != "EXPECTED.toml" {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// A copy of a fixture, and what is expected of it.
fn place(name: &str) -> (Place, toml::Table) {
    let place = Place::new();
    copy(&fixture(name), place.path());
    let expected = fs::read_to_string(fixture(name).join("EXPECTED.toml")).unwrap();
    (place, expected.parse().unwrap())
}

fn texts(expected: &toml::Table, name: &str) -> Vec<String> {
    let list = expected[name].as_array().unwrap();
    list.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// The rows below a heading of the screen.
fn rows(screen: &str, heading: &str) -> Vec<String> {
    let below = screen.lines().skip_while(|line| *line != heading).skip(1);
    below.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

fn needs(plan: &Value) -> BTreeSet<String> {
    let lines = plan["lines"].as_array().unwrap().iter();
    let needs = lines.flat_map(|line| line["needs"].as_array().unwrap());
    needs.map(|need| need.as_str().unwrap().to_owned()).collect()
}

#[test]
fn init_finds_everything_and_says_what_disagrees() {
    for name in FIXTURES {
        let (place, expected) = place(name);
        let said = place.run(&["init"]);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
        let begins = |heading: &str, wanted: &[String]| {
            let rows = rows(&said.out, heading);
            assert_eq!(rows.len(), wanted.len(), "{name}, {heading}: {rows:#?}");
            for (row, wanted) in rows.iter().zip(wanted) {
                assert!(row.starts_with(wanted.as_str()), "{name}: `{row}` for `{wanted}`");
            }
        };
        begins("declared", &texts(&expected, "declared"));
        begins("to confirm", &texts(&expected, "proposed"));
        let disagree = rows(&said.out, "the checklist and the files disagree");
        assert_eq!(disagree, texts(&expected, "contradictions"), "{name}");

        let text = place.read("holdpoint.toml");
        for note in texts(&expected, "notes") {
            assert!(text.contains(&format!("# {note}\n")), "{name}: {note}\n{text}");
        }
        for it in &disagree {
            let line = it.split("  ").next().unwrap();
            assert!(text.contains(&format!("# {line} ")), "{name}: {line}\n{text}");
        }
        for all in [&text, &said.out] {
            assert!(!all.contains("never-shown"), "{name}: a value is shown\n{all}");
        }
        assert!(Settings::read(&text, "holdpoint.toml").is_ok(), "{name}:\n{text}");
    }
}

#[test]
fn after_init_only_what_nobody_could_have_written_down_is_missing() {
    for name in FIXTURES {
        let (place, expected) = place(name);
        let checklist = expected["checklist"].as_str().unwrap();
        assert_eq!(place.run(&["init"]).code, Some(0));
        let (code, plan) = place.json(&["plan", checklist, "--format", "json"]);
        assert_eq!(code, Some(0), "{name}");
        let wanted: BTreeSet<String> = texts(&expected, "needs").into_iter().collect();
        assert_eq!(needs(&plan), wanted, "{name}");
        // What was written is declared now, and nothing about it is odd.
        let sources = plan.to_string();
        assert!(
            !sources.contains("\"discovered\"") && !sources.contains("settings::"),
            "{sources}"
        );
    }
}

#[test]
fn a_second_init_changes_nothing() {
    for name in FIXTURES {
        let (place, _) = place(name);
        assert_eq!(place.run(&["init"]).code, Some(0));
        let before = place.read("holdpoint.toml");
        let said = place.run(&["init"]);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
        assert!(said.out.contains("nothing to add\n"), "{name}: {}", said.out);
        assert_eq!(place.read("holdpoint.toml"), before, "{name}");
    }
}

#[test]
fn what_is_there_is_shown_as_a_difference_and_never_written_to() {
    let (place, _) = place("compose");
    let own = "[target.web]\nurl = 'https://other.lighthouse.test'\n";
    place.write("holdpoint.toml", own);
    let said = place.run(&["init"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let added: Vec<&str> = said.out.lines().filter(|line| line.starts_with("+ ")).collect();
    assert!(added.contains(&"+ [target.db]") && added.contains(&"+ [release]"), "{added:?}");
    assert!(!added.iter().any(|line| line.contains("target.web")), "{added:?}");
    assert_eq!(place.read("holdpoint.toml"), own);
    // A file that is wrong is a mistake to be mended first.
    place.write("holdpoint.toml", "[target.web]\nurl = 3\n");
    let said = place.run(&["init"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("holdpoint.toml"), "{}", said.err);
}

#[test]
fn a_dry_run_and_an_empty_folder() {
    let (place, _) = place("kubernetes");
    let said = place.run(&["init", "--dry-run"]);
    assert_eq!(said.code, Some(0));
    assert!(
        said.out.contains("[target.web]\n") && said.out.contains("would write  holdpoint.toml")
    );
    assert!(!place.path().join("holdpoint.toml").exists());
    // One checklist by name, a folder by name.
    let one = place.run(&["init", "RELEASE_CHECKLIST.md", "--dry-run"]);
    assert_eq!(rows(&one.out, "declared"), rows(&said.out, "declared"));
    let empty = Place::new();
    fs::create_dir(empty.path().join("sub")).unwrap();
    let said = empty.run(&["init", "sub"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("checklist none"), "{}", said.out);
    assert!(Settings::read(&empty.read("sub/holdpoint.toml"), "x").is_ok());
    assert_eq!(empty.run(&["init", "nowhere"]).code, Some(2));
}

#[test]
fn a_plan_without_settings_takes_what_files_say_and_says_so() {
    let (place, _) = place("kubernetes");
    let args = ["plan", "RELEASE_CHECKLIST.md", "--format", "json"];
    let (_, plan) = place.json(&args);
    let lines = plan["lines"].as_array().unwrap();
    let headers = lines.iter().find(|it| it["line"] == 9).unwrap();
    assert_eq!(headers["checks"][0]["params"]["url"], "https://api.beacon.test");
    assert_eq!(headers["checks"][0]["sources"]["url"], "discovered");
    assert_eq!(needs(&plan), BTreeSet::from([String::from("vantage.outside")]));
    let lock = place.read("holdpoint.lock");
    assert!(!lock.contains("https://api.beacon.test\"") && !lock.contains("discovered"), "{lock}");
    let shown = place.run(&["plan", "RELEASE_CHECKLIST.md"]);
    let line = "discovered  target.web.url = https://api.beacon.test  (k8s/base/ingress.yaml:12)";
    assert!(shown.out.contains(line), "{}", shown.out);
    let why = place.run(&["plan", "RELEASE_CHECKLIST.md", "--why", "9"]);
    let row = "url = https://api.beacon.test  (discovered: k8s/base/ingress.yaml:12)";
    assert!(why.out.contains(row), "{}", why.out);

    // The pinned lines are the same whatever files say.
    fs::remove_dir_all(place.path().join("k8s")).unwrap();
    let (_, without) = place.json(&args);
    assert_eq!(place.read("holdpoint.lock"), lock);
    assert!(needs(&without).contains("target.web.url"));
}

#[test]
fn a_run_looks_at_what_was_discovered_and_its_record_holds() {
    let place = Place::new();
    let list = "# T\n\n## Pre-Deployment\n\n- [ ] Health endpoint `/health` returns 200\n- [ ] HSTS \
                header enabled\n";
    place.write("list.md", list);
    let conf = "server {\n listen 443 ssl;\n server_name shop.beacon.test;\n}\n";
    place.write("nginx/shop.conf", conf);
    // Settings with a gap: who sees from outside is declared, where the system is is not.
    place.write("holdpoint.toml", "[vantage.here]\nhere = true\ncounts-as = ['outside']\n");
    let (_, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    let (code, run) = offline(&place, &["run", "list.md", "--format", "json"]);
    assert_eq!(code, Some(3), "{run:#}");
    assert_eq!(check_run(&plan, &run), Vec::<String>::new());
    // The host was asked for, and could not be reached from here.
    let health = &run["lines"][0];
    assert!(health.to_string().contains("shop.beacon.test"), "{health:#}");
    assert_eq!(health["state"], "unknown", "{health:#}");
    let verified = place.run(&["record", "verify"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
    let said = place.run(&["record", "show", "5"]);
    assert!(said.out.contains("shop.beacon.test"), "{}", said.out);
}

#[test]
fn what_is_declared_wins_over_what_files_say() {
    let (place, _) = place("kubernetes");
    place.write(
        "holdpoint.toml",
        "[target.shop]\nurl = 'https://mine.test'\n[env.staging.target.db]\ndsn = 'env:D'\n",
    );
    let args = ["plan", "RELEASE_CHECKLIST.md", "--format", "json"];
    let (_, plan) = place.json(&args);
    assert!(!plan.to_string().contains("\"discovered\""));
    assert_eq!(plan["lines"][1]["state"], "bound");
    // What is said about production holds for no other environment.
    place.write("holdpoint.toml", "[env.staging.target.db]\ndsn = 'env:D'\n");
    let (_, staging) = place.json(&[&args[..], &["--env", "staging"]].concat());
    let all = staging.to_string();
    assert!(all.contains("https://api.staging.beacon.test"), "{staging:#}");
    assert!(!all.contains("\"url\":\"https://api.beacon.test\""), "{staging:#}");
}

#[test]
fn neither_machines_nor_references_are_taken_unasked() {
    let (place, _) = place("compose");
    let (_, plan) = place.json(&["plan", "PRODUCTION_CHECKLIST.md", "--format", "json"]);
    let missing = needs(&plan);
    for need in ["target.host.here", "target.db.dsn", "target.files.path", "vantage.outside"] {
        assert!(missing.contains(need), "{missing:?}");
    }
    assert!(!missing.contains("target.web.url"), "{missing:?}");
    // Nor anything that a checklist of another folder would be told.
    let other = Place::new();
    let list = other.write("list.md", "# T\n\n## Pre-Deployment\n\n- [ ] HSTS header enabled\n");
    let path = list.to_string_lossy().into_owned();
    let (_, plan) = place.json(&["plan", &path, "--no-lock", "--format", "json"]);
    assert!(needs(&plan).contains("target.web.url"), "{plan:#}");
}

#[test]
fn a_placeholder_and_two_hosts_declare_nothing() {
    let place = Place::new();
    let list = "# T\n\n**Domain**: yourdomain.com\n\n## Pre\n\n- [ ] HSTS header enabled\n";
    place.write("CHECKLIST.md", list);
    place.write("nginx/a.conf", "server {\n listen 443 ssl;\n server_name www.example.com _;\n}\n");
    let (_, plan) = place.json(&["plan", "CHECKLIST.md", "--no-lock", "--format", "json"]);
    assert!(needs(&plan).contains("target.web.url"), "{plan:#}");
    // Which of two the checklist is about, nobody said: both are proposed, and none is taken.
    place.write(
        "nginx/a.conf",
        "server {\n listen 443 ssl;\n server_name a.beacon.test;\n}\nserver {\n listen 443 ssl;\n \
         server_name b.beacon.test;\n}\n",
    );
    let (_, plan) = place.json(&["plan", "CHECKLIST.md", "--no-lock", "--format", "json"]);
    assert!(needs(&plan).contains("target.web.url"), "{plan:#}");
    let said = place.run(&["init", "CHECKLIST.md"]);
    assert!(said.out.contains("to confirm\n  target.web.url"), "{}", said.out);
    let text = place.read("holdpoint.toml");
    for row in ["# url = \"https://a.beacon.test\"", "# # url = \"https://b.beacon.test\""] {
        assert!(text.contains(row), "{text}");
    }
    // The text names one of them: that one.
    place.write("CHECKLIST.md", list.replace("yourdomain.com", "b.beacon.test"));
    fs::remove_file(place.path().join("holdpoint.toml")).unwrap();
    let said = place.run(&["init", "CHECKLIST.md", "--dry-run"]);
    let rows = rows(&said.out, "declared");
    assert_eq!(rows, ["target.web.url = \"https://b.beacon.test\"  (nginx/a.conf:7)"]);
}

/// Settings that declare exactly these needs.
fn declaring(plan: &Value) -> String {
    let mut text = String::new();
    let mut params: Vec<(u64, String)> = Vec::new();
    for need in needs(plan) {
        match need.split('.').collect::<Vec<_>>().as_slice() {
            ["target", name, "url"] => {
                writeln!(text, "[target.{name}]\nurl = 'https://beacon.test'").unwrap();
            }
            ["target", name, "here"] => writeln!(text, "[target.{name}]\nhere = true").unwrap(),
            ["target", name, "dsn"] => writeln!(text, "[target.{name}]\ndsn = 'env:D'").unwrap(),
            ["target", name, "path"] => writeln!(text, "[target.{name}]\npath = '/b'").unwrap(),
            ["vantage", side] => {
                writeln!(text, "[vantage.{side}]\nssh = 'a@b'\ncounts-as = ['{side}']").unwrap();
            }
            ["line", number, "params", name] => {
                params.push((number.parse().unwrap(), (*name).to_owned()));
            }
            _ => panic!("{need} is no path of the settings that people know"),
        }
    }
    params.sort();
    let mut head = 0;
    for (number, name) in params {
        let lines = plan["lines"].as_array().unwrap();
        let line = lines.iter().find(|it| it["line"] == number).unwrap();
        if head != number {
            head = number;
            writeln!(text, "[line.{number}]\ntext = {}", line["text"]).unwrap();
        }
        let ids = line["checks"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap());
        let value = ids.filter_map(|id| find(id)?.world().params.get(&name).cloned()).next();
        writeln!(text, "params.{name} = '{}'", value.unwrap()).unwrap();
    }
    text
}

/// Plans, declares exactly what is missing, plans again: nothing may be missing then.
fn settles(name: &str, text: &[u8]) {
    let place = Place::new();
    place.write("list.md", text);
    let (_, before) = place.json(&["plan", "list.md", "--format", "json"]);
    assert!(!needs(&before).is_empty(), "{name}");
    let declared = declaring(&before);
    place.write("holdpoint.toml", &declared);
    let (code, after) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(code, Some(0), "{name}\n{declared}\n{:#}", after["diagnostics"]);
    assert_eq!(needs(&after), BTreeSet::new(), "{name}\n{declared}");
}

#[test]
fn what_needs_names_is_needed_no_more_once_it_is_declared() {
    let own = "# Own\n\n## Pre-Deployment\n\n- [ ] HSTS header enabled\n- [ ] Rate limiting enabled\n\
               - [ ] Port 9090 restricted to internal network\n- [ ] At least 4 CPU cores\n- [ ] \
               Database integrity verified\n- [ ] Backups are fresh\n";
    settles("own", own.as_bytes());
    let Some(folder) = references() else { return };
    for seed in ["000", "001", "002", "003", "004"] {
        settles(seed, &fs::read(folder.join(format!("seeds/{seed}.md"))).unwrap());
    }
}

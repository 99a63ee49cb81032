//! Help with overrides: the nearest names, completions, manual pages, the schema of the settings,
//! and what an upgrade would change.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use crate::common::Place;

#[test]
fn a_wrong_word_gets_the_nearest_ones_with_its_place() {
    let place = Place::new();
    let said = place.run(&["explain", "tls.cert"]);
    assert_eq!(said.code, Some(2));
    let both = "did you mean `tls.certificate-ready` or `tls.certificate-served`?";
    assert!(said.err.contains(both), "{}", said.err);
    assert!(place.run(&["explain", "tls.served"]).err.contains("`tls.certificate-served`?"));
    assert!(place.run(&["check", "port-open"]).err.contains("`net.port-open`"));
    let wrong = |comment: &str, parts: &[&str]| {
        place
            .write("list.md", format!("# T\n\n- [ ] Port 80 open <!-- holdpoint: {comment} -->\n"));
        let said = place.run(&["plan", "list.md"]);
        assert_eq!(said.code, Some(2), "{comment}: {}", said.err);
        for part in parts {
            assert!(said.err.contains(part), "{comment}: {part}\n{}", said.err);
        }
    };
    wrong("tls.cert", &[both, "list.md:3:36", "━━━━━━━━"]);
    wrong("net.port-open prot=80", &["did you mean `port`", "list.md:3:50"]);
    wrong("net.port-open port=eighty", &["list.md:3:50", "port"]);
    wrong("net.port-open severity=majro", &["did you mean `major`?", "list.md:3:59"]);
    wrong("phase=psot", &["did you mean `post`?", "list.md:3:"]);
    wrong("net.port-open target=wbe", &["[target.wbe]", "list.md:3:57"]);
    place.write("list.md", "# T\n\n- [ ] Port 80 open\n");
    let wrong = |table: &str, parts: &[&str]| {
        place.write("holdpoint.toml", format!("schema = 1\n[line.\"Port 80 open\"]\n{table}\n"));
        let said = place.run(&["plan", "list.md"]);
        assert_eq!(said.code, Some(2), "{table}: {}", said.err);
        for part in parts {
            assert!(said.err.contains(part), "{table}: {part}\n{}", said.err);
        }
    };
    wrong("check = \"tls.cert\"", &[both, "holdpoint.toml:3:9"]);
    wrong("params = { prot = \"80\" }", &["did you mean `port`", "holdpoint.toml:3:12"]);
    wrong("chek = \"net.port-open\"", &["did you mean `check`?", "holdpoint.toml:3:1"]);
    wrong("phase = \"psot\"", &["did you mean `post`?", "holdpoint.toml:3:9"]);
    wrong("severity = \"minor\"\n[phase]\nt = \"now\"", &["one of pre, deploy, post"]);
    wrong(
        "severity = \"minor\"\n[phase]\nTt = \"post\"",
        &["no heading `Tt`", "did you mean `T`?"],
    );
}

#[test]
fn a_person_says_when_a_section_or_a_line_is_decided() {
    let place = Place::new();
    let list = "# T\n\n## Nightfall\n\n- [ ] Port 80 open\n- [ ] Port 81 open\n";
    place.write("list.md", list);
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    let lock = place.read("holdpoint.lock");
    let table = "schema = 1\n[phase]\nNightfall = \"post\"\n[line.\"Port 81 open\"]\nphase = \"rollback\"\n";
    place.write("holdpoint.toml", table);
    let (code, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(code, Some(0));
    let phases =
        |plan: &Value| ["0", "1"].map(|at| plan.pointer(&format!("/lines/{at}/phase")).cloned());
    assert_eq!(phases(&plan), [Some("post".into()), Some("rollback".into())]);
    assert_eq!(place.read("holdpoint.lock"), lock, "it pins what the text says");
    let why = place.run(&["plan", "list.md", "--why", "5"]).out;
    assert!(why.contains("post: [phase] of holdpoint.toml says so of a heading above"), "{why}");
    let why = place.run(&["plan", "list.md", "--why", "6"]).out;
    assert!(why.contains("rollback: a [line] of holdpoint.toml says so"), "{why}");
    // Without the words of a person the text counts again.
    place.write("holdpoint.toml", "schema = 1\n");
    let (_, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(phases(&plan), [Some("pre".into()), Some("pre".into())]);
}

#[test]
fn manual_pages_are_printed_or_written() {
    let place = Place::new();
    let said = place.run(&["man"]);
    assert!(said.code == Some(0) && said.out.contains(".TH holdpoint 1"), "{}", said.out);
    assert_eq!(place.run(&["man", "pages"]).code, Some(0));
    let page = place.read("pages/holdpoint-lint.1");
    assert!(page.contains(".TH holdpoint-lint 1") && page.contains("fail\\-on"), "{page}");
    assert!(place.read("pages/holdpoint.1").contains("holdpoint\\-plan(1)"));
    assert!(!place.path().join("pages/holdpoint-agent.1").exists(), "it is no command for people");
}

#[test]
fn the_schema_of_the_settings_is_what_the_reader_reads() {
    let place = Place::new();
    let said = place.run(&["reference", "settings"]);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/schema/settings-1.json");
    let published = std::fs::read_to_string(path).unwrap();
    let write = "holdpoint reference settings > docs/reference/schema/settings-1.json";
    assert!(said.out == published, "it is stale: {write}");
    let schema: Value = serde_json::from_str(&said.out).unwrap();
    let ids: BTreeSet<&str> = schema["$defs"]["check"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    let (_, checks) = place.json(&["checks", "--format", "json"]);
    let all = checks["checks"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap());
    let mut all: BTreeSet<&str> = all.collect();
    all.insert("none");
    assert_eq!(ids, all);
    // The reader lists its keys when it meets one that it does not know.
    place.write("list.md", "# T\n\n- [ ] Port 80 open\n");
    let valid = |text: &str| -> BTreeSet<String> {
        place.write("holdpoint.toml", format!("schema = 1\n{text}qqqqqqqqqqqqqqqqqq = 1\n"));
        let err =
            place.run(&["plan", "list.md"]).err.split_whitespace().collect::<Vec<_>>().join(" ");
        let keys = err.split("valid here:").nth(1).unwrap_or_else(|| panic!("{err}")).to_owned();
        let key = |word: &str| {
            let word = word.trim_matches(',');
            word.chars().all(|c| c.is_ascii_lowercase() || c == '-').then(|| word.to_owned())
        };
        keys.split(' ').filter(|it| !it.is_empty()).map_while(key).collect()
    };
    let keys = |schema: &Value| -> BTreeSet<String> {
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let defs = &schema["$defs"];
    assert_eq!(keys(&defs["target"]), valid("[target.x]\n"));
    assert_eq!(keys(&defs["vantage"]), valid("[vantage.x]\n"));
    assert_eq!(keys(&defs["overlay"]), valid("[env.x]\n"));
    assert_eq!(keys(&defs["line"]), valid("[line.\"Port 80 open\"]\n"));
    assert_eq!(keys(&defs["member"]), valid("[roster.x]\n"));
    assert_eq!(keys(&schema["properties"]["release"]), valid("[release]\n"));
    assert_eq!(keys(&schema["properties"]["policy"]), valid("[policy]\n"));
    assert_eq!(keys(&schema), valid(""));
}

#[test]
fn an_upgrade_shows_what_it_would_change_and_changes_nothing_without_a_yes() {
    let place = Place::new();
    place.write(
        "list.md",
        "# T\n\n## Pre-Deployment\n\n- [ ] Port 80 open\n- [ ] Port 443 open\n- [ ] Port 22 open\n",
    );
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    let today = place.read("holdpoint.lock");
    // As if an older catalog had bound two of the lines otherwise.
    let mut older = today.clone();
    for port in ["80", "443"] {
        let at = older.find(&format!("text = \"Port {port} open\"")).unwrap();
        let (front, back) = older.split_at(at);
        let back = back.replacen("id = \"net.port-open\"", "id = \"net.local-listener\"", 1);
        older = format!("{front}{back}");
    }
    assert_ne!(older, today);
    place.write("holdpoint.lock", &older);
    let said = place.run(&["plan", "list.md"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for part in [
        "2 lines that this catalog would bind otherwise; as they were",
        "line 5     Port 80 open",
        "pinned    bound: net.local-listener port=80",
        "proposed  bound: net.port-open port=80",
        "because of `Port`, `80`",
        "line 6     Port 443 open",
        "`holdpoint plan list.md --accept` takes what is proposed",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    assert!(!said.out.contains("line 7     Port 22"), "{}", said.out);
    let ids = |plan: &Value| -> Vec<String> {
        let lines = plan["lines"].as_array().unwrap();
        lines.iter().map(|it| it["checks"][0]["id"].as_str().unwrap().to_owned()).collect()
    };
    let (_, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(ids(&plan), ["net.local-listener", "net.local-listener", "net.port-open"]);
    let pinned = place.read("holdpoint.lock");
    assert_eq!(pinned.matches("id = \"net.local-listener\"").count(), 2, "{pinned}");
    let said = place.run(&["plan", "list.md", "--accept"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(place.read("holdpoint.lock"), today);
    assert!(!place.run(&["plan", "list.md"]).out.contains("bind otherwise"));
}

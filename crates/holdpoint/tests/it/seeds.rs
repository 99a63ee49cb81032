//! Real checklists from outside: every line is there, says why, and nothing passes that nobody
//! declared.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use holdpoint_document::parse;
use serde_json::Value;

use crate::common::{Place, references, said};

const SEEDS: [&str; 5] = ["000", "001", "002", "003", "004"];
const STATES: [&str; 8] =
    ["pass", "fail", "unknown", "waived", "not-applicable", "owed", "later", "noted"];
const ORIGINS: [&str; 3] = ["text", "settings", "discovered"];

/// One row of the listed lines of a seed.
struct Listed {
    line: u64,
    text: String,
    kind: String,
    check: String,
    phase: String,
}

fn listed(folder: &Path, seed: &str) -> Vec<Listed> {
    let text = fs::read_to_string(folder.join(format!("seeds/{seed}.lines.tsv"))).unwrap();
    let row = |row: &str| {
        let cells: Vec<&str> = row.split('\t').collect();
        let facts = cells[9].split("; ").find_map(|fact| fact.strip_prefix("phase="));
        Listed {
            line: cells[0].parse().unwrap(),
            text: cells[2].to_owned(),
            kind: cells[3].to_owned(),
            check: cells[4].to_owned(),
            phase: facts.unwrap_or_default().to_owned(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {value:#}"))
}

fn lines(document: &Value) -> &Vec<Value> {
    document["lines"].as_array().unwrap()
}

fn number(line: &Value) -> u64 {
    line["line"].as_u64().unwrap()
}

/// Runs without any network: what is named in other teams' documents is theirs.
pub(crate) fn offline(place: &Place, args: &[&str]) -> (Option<i32>, Value) {
    let plain = place.command(args);
    let mut command = Command::new("unshare");
    command.args(["-rn"]).arg(plain.get_program()).args(plain.get_args()).current_dir(place.path());
    command.env_clear().stdin(std::process::Stdio::null());
    for (name, value) in plain.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let probe = Command::new("unshare").args(["-rn", "true"]).output();
    let alone = probe.is_ok_and(|it| it.status.success());
    let output = if alone { command.output() } else { place.command(args).output() };
    let said = said(output.unwrap());
    let value = serde_json::from_str(&said.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}\n{:.500}\n{}", said.out, said.err));
    (said.code, value)
}

/// Plans a document that lies elsewhere, as `list.md` of an empty folder.
fn plan_of(path: &Path) -> (Place, Vec<u8>, Value) {
    let place = Place::new();
    let raw = fs::read(path).unwrap();
    place.write("list.md", &raw);
    let (code, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(code, Some(0), "{}: {:#}", path.display(), plan["diagnostics"]);
    (place, raw, plan)
}

#[test]
fn the_lines_of_every_seed_are_exactly_those_listed() {
    let Some(folder) = references() else { return };
    let mut wrong = Vec::new();
    for seed in SEEDS {
        let (_place, raw, plan) = plan_of(&folder.join(format!("seeds/{seed}.md")));
        let listed = listed(&folder, seed);
        let wanted: Vec<u64> = listed.iter().map(|it| it.line).collect();
        let found: Vec<u64> = lines(&plan).iter().map(number).collect();
        assert_eq!(found, wanted, "seed {seed}");
        let physical: Vec<String> =
            String::from_utf8_lossy(&raw).split('\n').map(str::to_owned).collect();
        let repaired: BTreeMap<usize, String> =
            parse(&raw).lines.into_iter().map(|line| (line.number, line.repaired)).collect();
        let count = String::from_utf8_lossy(&raw).lines().count();
        assert_eq!(plan["document"]["lines"], count, "seed {seed}");
        for (line, listed) in lines(&plan).iter().zip(&listed) {
            let at = usize::try_from(listed.line).unwrap();
            let said = text(line, "text");
            // As it stands in the file; the list has damaged characters repaired.
            let raw = said.split('\n').next().unwrap_or_default().trim();
            if !physical[at - 1].contains(raw.split("  ").next().unwrap_or_default()) {
                wrong.push(format!("{seed}:{at}: `{said}` does not stand in its line"));
            }
            if said != listed.text && repaired.get(&at) != Some(&listed.text) {
                wrong.push(format!("{seed}:{at}: `{said}` is listed as `{}`", listed.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn phase_and_kind_are_right_for_nearly_all() {
    let Some(folder) = references() else { return };
    let (mut all, mut phases, mut kinds, mut ids) = (0, 0, 0, 0);
    let mut misses = Vec::new();
    for seed in SEEDS {
        let (_place, _, plan) = plan_of(&folder.join(format!("seeds/{seed}.md")));
        for (line, listed) in lines(&plan).iter().zip(listed(&folder, seed)) {
            let (phase, kind) = (text(line, "phase"), text(line, "kind"));
            let id = line["checks"][0]["id"].as_str().unwrap_or("-");
            let group = kind == "group" && listed.check == "meta.rollup";
            all += 1;
            phases += usize::from(phase == listed.phase);
            kinds += usize::from(kind == listed.kind || group);
            ids += usize::from(id == listed.check);
            if phase != listed.phase || (kind != listed.kind && !group) {
                misses.push(format!(
                    "{seed}:{}: {phase} {kind}, listed as {} {}: {}",
                    listed.line, listed.phase, listed.kind, listed.text
                ));
            }
        }
    }
    eprintln!("of {all} lines: phase {phases}, kind {kinds}, primary id {ids} as listed");
    eprintln!("{}", misses.join("\n"));
    assert!(all * 95 <= phases * 100, "phase: {phases} of {all}\n{}", misses.join("\n"));
    assert!(all * 95 <= kinds * 100, "kind: {kinds} of {all}\n{}", misses.join("\n"));
}

/// Where the words that decided a line may stand: its own physical lines, its fence, the headings
/// above it, and the table it is a row of.
fn surroundings(physical: &[&str], at: usize, section: &[String]) -> String {
    let mut found = String::new();
    let mut take = |line: &str| {
        found.push_str(line);
        found.push('\n');
    };
    let mark = |line: &str| {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        line.starts_with("```") || line.starts_with("~~~")
    };
    take(physical[at]);
    // What belongs to the item: continued lines and a fence below, up to the next item.
    let item = |line: &str| {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") || {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.len() < line.len() && rest.starts_with(['.', ')'])
        }
    };
    let inside = physical[..at].iter().filter(|line| mark(line)).count() % 2 == 1;
    let mut fenced = inside;
    for line in physical.iter().skip(at + 1) {
        let closes = mark(line);
        if !fenced && (item(line) || line.starts_with('#')) {
            break;
        }
        take(line);
        fenced ^= closes;
        if inside && closes {
            break;
        }
    }
    if inside {
        let opened = physical[..at].iter().rposition(|line| mark(line)).unwrap_or(0);
        physical[opened..at].iter().for_each(|line| take(line));
    }
    if physical[at].trim_start().starts_with('|') {
        let rows =
            physical[..at].iter().rev().take_while(|line| line.trim_start().starts_with('|'));
        rows.for_each(|line| take(line));
    }
    for heading in section {
        take(heading);
    }
    for line in physical.iter().take(at).filter(|line| line.starts_with('#')) {
        take(line);
    }
    found
}

fn check_plan_line(line: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let checks = line["checks"].as_array().unwrap();
    let (state, kind) = (text(line, "state"), text(line, "kind"));
    if !["bound", "asked", "unbound", "choice"].contains(&state) {
        wrong.push(format!("state `{state}`"));
    }
    if state != "unbound" && checks.is_empty() && !(kind == "config" || kind == "field") {
        wrong.push(format!("{state} without a check"));
    }
    if state == "choice" && checks.len() < 2 {
        wrong.push(String::from("a choice of fewer than two"));
    }
    if state == "unbound" && !checks.is_empty() {
        wrong.push(String::from("unbound with a check"));
    }
    if !["blocker", "major", "minor", "info"].contains(&text(line, "severity")) {
        wrong.push(format!("severity {}", line["severity"]));
    }
    let gated = line["gated"].as_bool().unwrap();
    if gated && (text(line, "severity") == "info" || kind == "group") {
        wrong.push(String::from("info lines and groups are never gated"));
    }
    if state == "unbound" && text(line, "severity") != "major" {
        wrong.push(String::from("an unbound line is major"));
    }
    if !line["needs"].is_array() || !line["section"].is_array() {
        wrong.push(String::from("needs or section are missing"));
    }
    for check in checks {
        let params: BTreeSet<&String> = check["params"].as_object().unwrap().keys().collect();
        let sources = check["sources"].as_object().unwrap();
        if params != sources.keys().collect::<BTreeSet<_>>() {
            wrong.push(format!("params {params:?} have sources {sources:?}"));
        }
        if !sources.values().all(|it| ORIGINS.contains(&it.as_str().unwrap_or_default())) {
            wrong.push(format!("sources {sources:?}"));
        }
        if state == "bound" && check["because"].as_array().is_none_or(Vec::is_empty) {
            wrong.push(format!("{} is bound because of nothing", check["id"]));
        }
    }
    wrong
}

#[test]
fn every_line_of_a_seed_says_what_decided_and_what_is_missing() {
    let Some(folder) = references() else { return };
    let (mut wrong, mut reasons) = (Vec::new(), 0);
    for seed in SEEDS {
        let (_place, raw, plan) = plan_of(&folder.join(format!("seeds/{seed}.md")));
        let whole = String::from_utf8_lossy(&raw).into_owned();
        let physical: Vec<&str> = whole.split('\n').collect();
        for line in lines(&plan) {
            let at = usize::try_from(number(line)).unwrap();
            let complain = |what: String| format!("{seed}:{at}: {what}: {}", text(line, "text"));
            wrong.extend(check_plan_line(line).into_iter().map(complain));
            let section: Vec<String> = line["section"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap().to_owned())
                .collect();
            let around = surroundings(&physical, at - 1, &section);
            for check in line["checks"].as_array().unwrap() {
                for because in check["because"].as_array().unwrap() {
                    reasons += 1;
                    if !around.contains(because.as_str().unwrap()) {
                        wrong.push(complain(format!("{because} stands nowhere near")));
                    }
                }
            }
        }
    }
    eprintln!("{reasons} reasons");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// The verdict as anyone can recompute it.
fn recomputed(run: &Value) -> &'static str {
    let (mut holds, mut passed) = (false, false);
    for line in lines(run).iter().filter(|line| line["gated"] == true) {
        match (text(line, "state"), text(line, "severity")) {
            ("fail", "blocker" | "major") => return "NO-GO",
            ("fail", "minor") => holds |= line["acknowledged"] != true,
            ("unknown" | "owed", _) => holds = true,
            ("pass", _) => passed = true,
            _ => {}
        }
    }
    if holds || !passed { "HOLD" } else { "GO" }
}

/// What must hold of every run document, whatever it is about.
pub(crate) fn check_run(plan: &Value, run: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, u64> = STATES.iter().map(|it| (*it, 0)).collect();
    for line in lines(run) {
        let (at, state) = (number(line), text(line, "state"));
        match counts.get_mut(state) {
            Some(count) => *count += 1,
            None => wrong.push(format!("line {at}: state {state}")),
        }
        let filled = |name: &str| line[name].as_str().is_some_and(|it| !it.trim().is_empty());
        if matches!(state, "unknown" | "owed") && !filled("remedy") {
            wrong.push(format!("line {at}: {state} without a remedy"));
        }
        let needed = ["expected", "seen", "remedy", "reason"];
        if state == "fail" && !needed.iter().all(|name| filled(name)) {
            wrong.push(format!("line {at}: a failure without words"));
        }
        let steps = matches!(text(line, "phase"), "deploy" | "watch" | "followup" | "rollback");
        if steps && matches!(state, "pass" | "fail") {
            wrong.push(format!("line {at}: {} is {state}", text(line, "phase")));
        }
        if state == "pass" && line["checks"].as_array().is_none_or(Vec::is_empty) {
            wrong.push(format!("line {at}: passed by nothing"));
        }
    }
    let said: BTreeMap<&str, u64> = run["counts"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, count)| (name.as_str(), count.as_u64().unwrap()))
        .collect();
    if said != counts {
        wrong.push(format!("counts {said:?} for {counts:?}"));
    }
    let numbers = |it: &Value| lines(it).iter().map(number).collect::<Vec<_>>();
    if numbers(plan) != numbers(run) {
        wrong.push(String::from("the run has other lines than the plan"));
    }
    if run["verdict"] != recomputed(run) {
        wrong.push(format!("{} is {} for everyone else", run["verdict"], recomputed(run)));
    }
    wrong
}

#[test]
fn without_settings_nothing_of_a_seed_passes() {
    let Some(folder) = references() else { return };
    let mut wrong = Vec::new();
    for seed in SEEDS {
        for gate in ["pre", "post", "all"] {
            let (place, _, plan) = plan_of(&folder.join(format!("seeds/{seed}.md")));
            let (code, run) =
                offline(&place, &["run", "list.md", "--gate", gate, "--format", "json"]);
            let complain = |it: String| format!("{seed} {gate}: {it}");
            wrong.extend(check_run(&plan, &run).into_iter().map(complain));
            if code != Some(3) || run["verdict"] != "HOLD" {
                wrong.push(format!("{seed} {gate}: exit {code:?}, {}", run["verdict"]));
            }
            for line in lines(&run) {
                let state = text(line, "state");
                if matches!(state, "pass" | "fail") {
                    wrong.push(format!("{seed} {gate}: {state}: {line:#}"));
                }
            }
            for (planned, line) in lines(&plan).iter().zip(lines(&run)) {
                let id = planned["checks"][0]["id"].as_str().unwrap_or_default();
                let steps = ["deploy.run", "db.migrate", "rollback.execute", "backup.run"];
                if steps.contains(&id) && planned["kind"] != "group" && line["state"] != "later" {
                    wrong.push(format!("{seed} {gate}: step {id} is {}: {line:#}", line["state"]));
                }
            }
            let verified = place.run(&["record", "verify"]);
            if verified.code != Some(0) {
                wrong.push(format!("{seed} {gate}: {}", verified.out));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("corpus/dev")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn other_teams_documents_are_read_and_nothing_of_them_passes() {
    let Some(folder) = references() else { return };
    let mut labelled: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let labels = fs::read_to_string(folder.join("corpus/dev.labels.tsv")).unwrap();
    for row in labels.lines().skip(1) {
        let mut cells = row.split('\t');
        let document = cells.next().unwrap().to_owned();
        labelled.entry(document).or_default().push(cells.next().unwrap().parse().unwrap());
    }
    let paths = documents(&folder);
    let (mut all, mut wrong, mut missing) = (0, Vec::new(), Vec::new());
    for path in &paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (place, _, plan) = plan_of(path);
        let present: BTreeSet<u64> = lines(&plan).iter().map(number).collect();
        for line in labelled.get(&name).into_iter().flatten() {
            all += 1;
            if !present.contains(line) {
                missing.push(format!("{name}:{line}"));
            }
        }
        for line in lines(&plan) {
            let complain = |what| format!("{name}:{}: {what}", number(line));
            wrong.extend(check_plan_line(line).into_iter().map(complain));
        }
        let (code, run) = offline(&place, &["run", "list.md", "--gate", "all", "--format", "json"]);
        wrong.extend(check_run(&plan, &run).into_iter().map(|it| format!("{name}: {it}")));
        let passed = lines(&run).iter().filter(|line| line["state"] == "pass");
        wrong.extend(passed.map(|line| format!("{name}: {line:#}")));
        // A file that the text names and that is not beside it is missing, whatever is declared.
        let failed: Vec<_> = lines(&run).iter().filter(|it| it["state"] == "fail").collect();
        let files = ["file.exists", "config.value"];
        let missing_file = |line: &&Value| files.iter().any(|id| line["checks"][0]["id"] == **id);
        if !failed.iter().all(missing_file) {
            wrong.push(format!("{name}: fails without settings: {failed:?}"));
        }
        if code != Some(if failed.is_empty() { 3 } else { 1 }) {
            wrong.push(format!("{name}: exit {code:?}"));
        }
    }
    eprintln!("{} documents, {} of {all} labelled lines are missing", paths.len(), missing.len());
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(missing.len() * 100 <= all, "{missing:?}");
    assert!(all == 0 || 50 <= paths.len());
}

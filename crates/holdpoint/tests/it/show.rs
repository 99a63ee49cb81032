//! `record show`: the evidence behind a line, laid out.

use crate::{
    common::{Place, said},
    site::Site,
};

const LIST: &str = "\
# T

## Pre-Deployment

- [ ] Search healthy <!-- holdpoint: http.health path=/sick consecutive=3 -->
- [ ] Team briefed
- [ ] Settings are there <!-- holdpoint: file.exists path=app.toml -->
- [ ] 20 requests in 2 seconds for each client <!-- holdpoint: http.rate-limit limit=8 window=600ms endpoint=/limited -->
";

fn made() -> (Place, Site) {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("list.md", LIST);
    place.write("app.toml", "x = 1\n");
    place.write(
        "holdpoint.toml",
        format!(
            "[target.web]\nurl = \"{}\"\nallow = [\"active\"]\n[target.files]\npath = \".\"\n",
            site.url()
        ),
    );
    let run = place.run(&["run", "list.md"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    (place, site)
}

#[test]
fn exchanges_are_laid_out_for_every_width() {
    let (place, _site) = made();
    let shown = place.run(&["record", "show", "5"]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    for word in [
        "fail   run 0001, line 5",
        "Search healthy",
        "fail     http.health",
        "why           ",
        "expected      ",
        "do            ",
        "look 1 · GET http://",
        "200 OK",
        "content-type    application/json",
        "│ {\"status\":\"degraded\"}",
        "from here",
        "first byte",
    ] {
        assert!(shown.out.contains(word), "{word}:\n{}", shown.out);
    }
    assert!(!shown.out.contains('\u{1b}'), "colour in a pipe");
    for width in [60, 80, 120] {
        for more in [&[][..], &["--ascii"]] {
            let mut command = place.command(&[&["record", "show", "5"], more].concat());
            let said = said(command.env("COLUMNS", width.to_string()).output().unwrap());
            for line in said.out.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert!(more.is_empty() || line.is_ascii(), "{line}");
            }
        }
    }
    let (code, json) = {
        let said = place.run(&["record", "show", "5", "--format", "json"]);
        (said.code, serde_json::from_str::<serde_json::Value>(&said.out).unwrap())
    };
    assert_eq!((code, json["schema"].as_str()), (Some(0), Some("holdpoint.check/1")));
}

#[test]
fn a_burst_is_a_plot_and_a_file_a_few_facts() {
    let (place, _site) = made();
    let burst = place.run(&["record", "show", "8"]).out;
    assert!(burst.contains("requests") && burst.contains("times"), "{burst}");
    assert!(burst.contains('█') || burst.contains('▇'), "{burst}");
    let ascii = place.run(&["record", "show", "8", "--ascii"]).out;
    assert!(ascii.is_ascii() && ascii.contains('#'), "{ascii}");
    let file = place.run(&["record", "show", "7"]).out;
    assert!(file.contains("app.toml") && file.contains("pass"), "{file}");
}

#[test]
fn who_answered_is_shown_and_where_it_is_kept() {
    let (place, _site) = made();
    let owed = place.run(&["record", "show", "6"]);
    assert_eq!(owed.code, Some(2));
    assert!(owed.err.contains("it is owed"), "{}", owed.err);
    let mut command =
        place.command(&["answer", "list.md", "--line", "6", "--value", "yes, at noon"]);
    assert_eq!(command.env("USER", "lena").output().unwrap().status.code(), Some(0));
    place.run(&["run", "list.md"]);
    let shown = place.run(&["record", "show", "6"]).out;
    for word in ["answer        yes, at noon", "by            lena", "kept in       run 0002"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn a_run_is_named_by_number_or_path() {
    let (place, site) = made();
    site.be_healthy(false);
    place.write("app.toml", "x = 2\n");
    place.run(&["run", "list.md"]);
    for run in ["1", "0001", ".holdpoint/0001.sqlite"] {
        let shown = place.run(&["record", "show", "5", "--run", run]);
        assert!(shown.out.contains("run 0001, line 5"), "{run}: {}", shown.out);
    }
    assert!(place.run(&["record", "show", "5"]).out.contains("run 0002"));
    for args in [
        &["record", "show", "5", "--run", "9"][..],
        &["record", "show", "5", "--run", "nothing"],
        &["record", "show", "--run", "1"],
        &["record", "show", "4711", "--run", "1"],
    ] {
        let said = place.run(args);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}");
    }
    assert_eq!(place.run(&["record", "replay", "1"]).code, Some(0));
}

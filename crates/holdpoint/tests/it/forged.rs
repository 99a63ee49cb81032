//! Records that were changed behind our back decide nothing, and nothing is written over them.

use crate::common::Place;

const LIST: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Team briefed\n";

/// A byte that no table holds, changed in a sealed record: only the seal can tell.
fn touched(place: &Place, run: &str) {
    let path = place.path().join(format!(".holdpoint/{run}.sqlite"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[70] ^= 1;
    std::fs::write(&path, bytes).unwrap();
}

fn answered(place: &Place, value: &str) {
    let args = ["answer", "list.md", "--line", "5", "--value", value];
    assert_eq!(place.run(&args).code, Some(0));
}

#[test]
fn an_answer_counts_only_from_a_record_that_holds() {
    let place = Place::new();
    place.write("list.md", LIST);
    answered(&place, "yes, all of us");
    assert_eq!(place.run(&["run", "list.md"]).code, Some(0));
    touched(&place, "0001");
    let said = place.run(&["run", "list.md"]);
    assert_eq!(said.code, Some(3), "{}", said.out);
    assert!(said.err.contains("run 0001 does not hold"), "{}", said.err);
}

#[test]
fn an_older_yes_does_not_stand_in_for_a_no_that_was_damaged() {
    let place = Place::new();
    place.write("list.md", LIST);
    answered(&place, "yes, fine");
    answered(&place, "no, stop");
    assert_ne!(place.run(&["run", "list.md"]).code, Some(0));
    let path = place.path().join(".holdpoint/0002.sqlite");
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(4096).unwrap();
    let said = place.run(&["run", "list.md"]);
    assert_eq!(said.code, Some(3), "{}", said.out);
    assert!(said.err.contains("run 0002 does not hold"), "{}", said.err);
}

#[test]
fn what_was_changed_is_neither_shown_nor_reported_nor_gone_by() {
    let place = Place::new();
    place.write("list.md", LIST);
    answered(&place, "yes");
    assert_eq!(place.run(&["run", "list.md"]).code, Some(0));
    touched(&place, "0002");
    for args in [
        &["record", "show", "5"][..],
        &["record", "replay"],
        &["record", "export", "--report", "junit=a.xml"],
        &["record", "verify"],
    ] {
        let said = place.run(args);
        assert_eq!(said.code, Some(1), "{args:?}: {}{}", said.out, said.err);
    }
    let said = place.run(&["run", "list.md", "--rerun-failed"]);
    assert_eq!(said.code, Some(74), "{}{}", said.out, said.err);
    assert!(said.err.contains("after it was sealed"), "{}", said.err);
}

#[test]
fn another_release_asks_again() {
    let place = Place::new();
    let list =
        |version: &str| format!("# Shop v{version}\n\n## Pre-Deployment\n\n- [ ] Team briefed\n");
    place.write("list.md", list("1.0.0"));
    answered(&place, "yes");
    assert_eq!(place.run(&["run", "list.md"]).code, Some(0));
    place.write("list.md", list("1.1.0"));
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    let said = place.run(&["run", "list.md"]);
    assert_eq!(said.code, Some(3), "{}", said.out);
    assert!(said.err.contains("the release changed since run"), "{}", said.err);
}

#[test]
fn reports_and_bundles_take_the_place_of_nothing_else() {
    let place = Place::new();
    place.write("list.md", LIST);
    answered(&place, "yes");
    assert_eq!(place.run(&["run", "list.md"]).code, Some(0));
    place.write("app.env", "A=1\n");
    let record = std::fs::read(place.path().join(".holdpoint/0001.sqlite")).unwrap();
    for to in
        [".holdpoint/0001.sqlite", ".holdpoint/0009.sqlite", "holdpoint.lock", "list.md", "app.env"]
    {
        let report = format!("html={to}");
        for args in [
            &["run", "list.md", "--report", &report][..],
            &["record", "export", "--report", &report],
        ] {
            let said = place.run(args);
            assert_eq!(said.code, Some(2), "{args:?}: {}", said.err);
        }
    }
    for to in [".holdpoint/0001.sqlite", "holdpoint.lock", "list.md", "."] {
        let said = place.run(&["record", "export", "--bundle", to, "--force"]);
        assert_eq!(said.code, Some(2), "{to}: {}", said.err);
    }
    assert_eq!(std::fs::read(place.path().join(".holdpoint/0001.sqlite")).unwrap(), record);
    assert_eq!((place.read("list.md"), place.read("app.env")), (LIST.into(), "A=1\n".into()));
    let twice = ["run", "list.md", "--report", "html=x", "--report", "junit=./x"];
    assert!(place.run(&twice).err.contains("named twice"));
    let said = place.run(&["record", "export", "--bundle", "run.zip"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let said = place.run(&["record", "verify", "run.zip"]);
    assert!(said.code == Some(2) && said.err.contains("is a bundle"), "{}", said.err);
}

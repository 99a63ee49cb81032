//! `record export`: what is taken along can be checked by somebody who has nothing else.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    common::{Place, Said, program, real},
    site::Site,
};

const LIST: &str = "\
# T

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=2 -->
- [x] Team briefed
";

fn made() -> (Place, Site) {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("list.md", LIST);
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    place.run(&["run", "list.md"]);
    (place, site)
}

#[track_caller]
fn ends(said: &Said, code: i32) {
    assert_eq!(said.code, Some(code), "out: {}\nerr: {}", said.out, said.err);
}

/// Unpacks a bundle below a folder and returns the folder that it holds.
fn unpack(bundle: &Path, to: &Path) -> PathBuf {
    let mut zip = zip::ZipArchive::new(fs::File::open(bundle).unwrap()).unwrap();
    let mut folder = None;
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let name = file.enclosed_name().expect("no name leads out of the folder");
        assert_eq!(name.components().count(), 2, "{}", name.display());
        let path = to.join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        folder = path.parent().map(Path::to_owned);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder.unwrap()
}

#[test]
fn a_bundle_is_verified_with_its_sums_with_holdpoint_and_by_hand() {
    let (place, _site) = made();
    ends(&place.run(&["record", "export", "--bundle", "run.zip"]), 0);
    let elsewhere = Place::new();
    let folder = unpack(&place.path().join("run.zip"), elsewhere.path());
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in [
        "0001.sqlite",
        "SHA256SUMS",
        "VERIFY.md",
        "checklist.md",
        "public-key.pem",
        "report.html",
        "run.json",
    ] {
        assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
    }
    let own = fs::read(place.path().join(".holdpoint/0001.sqlite")).unwrap();
    assert!(own == fs::read(folder.join("0001.sqlite")).unwrap(), "the record is the record");
    assert_eq!(fs::read_to_string(folder.join("checklist.md")).unwrap(), LIST);
    // Sums of everything but themselves.
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), names.len() - 1);
    let checked = Command::new("sha256sum")
        .args(["--strict", "-c", "SHA256SUMS"])
        .current_dir(&folder)
        .output();
    assert!(checked.unwrap().status.success());
    // On a machine that never ran it: the key in the bundle, and none.
    let record = folder.join("0001.sqlite");
    let (record, key) = (record.to_str().unwrap(), folder.join("public-key.pem"));
    ends(&elsewhere.run(&["record", "verify", record, "--key", key.to_str().unwrap()]), 0);
    ends(&elsewhere.run(&["record", "verify", record]), 3);
    let letter = fs::read_to_string(folder.join("VERIFY.md")).unwrap();
    for word in [
        "# Run 0001: HOLD",
        "holdpoint record verify 0001.sqlite --key public-key.pem",
        "list.md",
        "vantage here",
        "holdpoint file 1",
    ] {
        assert!(letter.contains(word), "{word}: {letter}");
    }
    by_hand(&folder, &letter);
}

/// Runs the script of the letter, over the record and over one in which a byte is changed.
fn by_hand(folder: &Path, letter: &str) {
    let python = program("python3").filter(|_| program("openssl").is_some());
    let Some(python) = python else {
        return real("verifying a bundle by hand", Some("python3 or openssl is missing"));
    };
    let script = letter.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let run = || {
        let mut command = Command::new(&python);
        command.args(["-c", script]).current_dir(folder).output().unwrap()
    };
    let said = run();
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert!(out.contains("run 0001:") && out.contains("sealed with"), "{out}");
    let record = folder.join("0001.sqlite");
    let good = fs::read(&record).unwrap();
    for at in [200, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&record, bad).unwrap();
        assert!(!run().status.success(), "byte {at}");
    }
    fs::write(&record, good).unwrap();
    real("verifying a bundle by hand", None);
}

#[test]
fn the_same_record_is_the_same_bundle_and_nothing_is_replaced_unasked() {
    let (place, _site) = made();
    place.run(&["run", "list.md"]);
    ends(&place.run(&["record", "export", "1", "--bundle", "one.zip"]), 0);
    std::thread::sleep(std::time::Duration::from_millis(5));
    ends(&place.run(&["record", "export", ".holdpoint/0001.sqlite", "--bundle", "two.zip"]), 0);
    let bytes = |name: &str| fs::read(place.path().join(name)).unwrap();
    assert!(bytes("one.zip") == bytes("two.zip"));
    place.write("kept.zip", "mine");
    let said = place.run(&["record", "export", "--bundle", "kept.zip"]);
    ends(&said, 2);
    assert!(said.err.contains("--force"), "{}", said.err);
    assert_eq!(place.read("kept.zip"), "mine");
    ends(&place.run(&["record", "export", "--bundle", "kept.zip", "--force"]), 0);
    assert_ne!(bytes("kept.zip"), b"mine");
    ends(&place.run(&["record", "export", "--bundle", "no/such/folder.zip"]), 2);
    let left: Vec<String> = fs::read_dir(place.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|it| it.starts_with('.') && it != ".holdpoint")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // Taking along changes nothing of what is there.
    ends(&place.run(&["record", "verify"]), 0);
}

#[test]
fn what_does_not_hold_or_is_not_sealed_is_not_bundled() {
    let (place, _site) = made();
    ends(&place.run(&["record", "export"]), 2);
    ends(&place.run(&["record", "export", "7", "--bundle", "x.zip"]), 2);
    let file = place.path().join(".holdpoint/0001.sqlite");
    let good = fs::read(&file).unwrap();
    for at in (100..good.len()).step_by(good.len() / 24) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, &bad).unwrap();
        ends(&place.run(&["record", "export", "1", "--bundle", "x.zip"]), 1);
        assert!(!place.path().join("x.zip").exists(), "byte {at}");
    }
    fs::write(&file, &good).unwrap();
    place.write("list.md", LIST.replace("consecutive=2", "consecutive=60"));
    ends(&place.run(&["plan", "list.md"]), 0);
    let mut child = place.start(&["run", "list.md"]);
    let path = place.path().join(".holdpoint/0002.sqlite");
    let began = std::time::Instant::now();
    while !path.exists() && began.elapsed().as_secs() < 30 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = place.run(&["record", "export", "2", "--bundle", "x.zip"]);
    ends(&said, 2);
    assert!(said.err.contains("not sealed"), "{}", said.err);
    ends(&Place::new().run(&["record", "export", "--bundle", "x.zip"]), 2);
}

#[test]
fn reports_of_an_old_run_are_written_again() {
    let (place, _site) = made();
    let then = place.json(&["record", "replay", "1", "--format", "json"]).1;
    place.run(&["run", "list.md", "--gate", "all"]);
    let said = place.run(&[
        "record",
        "export",
        "1",
        "--report",
        "json=old.json",
        "--report",
        "jsonl=old.jsonl",
    ]);
    ends(&said, 0);
    let old: serde_json::Value = serde_json::from_str(&place.read("old.json")).unwrap();
    assert_eq!(old, then);
    assert!(place.read("old.jsonl").lines().count() > 5);
    ends(&place.run(&["record", "export", "1", "--report", "html=old.html"]), 0);
    assert!(place.read("old.html").contains("Team briefed"));
    ends(&place.run(&["record", "export", "--report", "xml=x"]), 2);
    ends(&place.run(&["record", "export", "1", "--report", "json"]), 2);
}

#[test]
fn a_value_of_a_secret_is_nowhere_in_a_bundle() {
    let place = Place::new();
    let secret = "hV7qkQ2mZx81LtPw0dRyN4uS";
    place.write("app.env", format!("SESSION_SECRET={secret}\n"));
    place.write(
        "list.md",
        "# T\n\n## Pre-Deployment\n\n- [ ] Secret strong <!-- holdpoint: env.secret-strength names=SESSION_SECRET path=app.env -->\n",
    );
    place.write("holdpoint.toml", "[target.host]\nhere = true\n");
    let run = place.run(&["run", "list.md"]);
    assert!(matches!(run.code, Some(0..=3)), "{}", run.err);
    ends(&place.run(&["record", "export", "--bundle", "run.zip"]), 0);
    let folder = unpack(&place.path().join("run.zip"), &place.path().join("unpacked"));
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(secret), "{}", path.display());
    }
}

//! Records that the binary made, and what is left of them when somebody lays hands on them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::{Duration, Instant},
};

use holdpoint_model::{
    event::{Answer, Digest, Event, Release, Reply, Seq},
    line::State,
    time::Time,
    verdict::Verdict,
};
use holdpoint_record::{Folder, Holder, Key, Loaded, canonical, load};
use serde_json::Value;

use crate::{
    common::{Place, Said, said},
    site::Site,
};

const SMALL: &str = "\
# T

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=1 -->
";

const TWO: &str = "\
# T

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=1 -->
- [ ] Cache healthy <!-- holdpoint: http.health path=/sick consecutive=1 -->
- [ ] Search healthy <!-- holdpoint: http.health path=/search consecutive=1 -->
";

/// A folder in which a run of `document` has been made, and its exit code.
fn made(document: &str) -> (Place, Site, Option<i32>) {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("list.md", document);
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    let code = place.run(&["run", "list.md"]).code;
    (place, site, code)
}

fn file(place: &Place, run: &str) -> PathBuf {
    place.path().join(format!(".holdpoint/{run}.sqlite"))
}

/// Verifies one file from the folder of `place`, so with that machine's key.
fn verify(place: &Place, path: &Path, more: &[&str]) -> Said {
    let path = path.to_str().unwrap();
    place.run(&[&["record", "verify", path], more].concat())
}

#[track_caller]
fn ends(said: &Said, code: i32) {
    assert_eq!(said.code, Some(code), "out: {}\nerr: {}", said.out, said.err);
}

/// The place of what is wrong is named.
#[track_caller]
fn broken(said: &Said, place: &str) {
    ends(said, 1);
    assert!(said.out.contains("BROKEN") && said.out.contains(place), "{place}: {}", said.out);
}

#[test]
fn every_changed_byte_of_a_record_is_found() {
    let (place, _site, code) = made(SMALL);
    assert_eq!(code, Some(0));
    let good = fs::read(file(&place, "0001")).unwrap();
    ends(&verify(&place, &file(&place, "0001"), &[]), 0);
    // The whole header, everything in steps, and where the rows are, densely; on request all of it.
    let header = 0..100;
    let full: Vec<usize> = (100..good.len()).filter(|at| good[*at] != 0).collect();
    let step = |count: usize, most: usize| match std::env::var_os("HOLDPOINT_EVERY_BYTE") {
        Some(_) => 1,
        None => count / most + 1,
    };
    let rows = full.iter().copied().step_by(step(full.len(), 500));
    let empty = (100..good.len()).step_by(step(good.len(), 200));
    let mut offsets: Vec<usize> = header.chain(rows).chain(empty).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let (began, held, tried) = (Instant::now(), Mutex::new(Vec::new()), Mutex::new(0));
    let flip = |thread: usize, offsets: &[usize]| {
        let path = place.path().join(format!("copy{thread}.sqlite"));
        for at in offsets {
            let mut bad = good.clone();
            bad[*at] ^= 1 << (at % 8);
            fs::write(&path, &bad).unwrap();
            let said = verify(&place, &path, &[]);
            *tried.lock().unwrap() += 1;
            if said.code != Some(1) {
                held.lock()
                    .unwrap()
                    .push(format!("{at}: {:?} {}{}", said.code, said.out, said.err));
            }
        }
    };
    let (left, right) = offsets.split_at(offsets.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| flip(0, left));
        scope.spawn(|| flip(1, right));
    });
    let (held, tried) = (held.into_inner().unwrap(), tried.into_inner().unwrap());
    eprintln!("{tried} of {} bytes changed, in {:?}", good.len(), began.elapsed());
    assert!(300 <= tried);
    assert!(held.is_empty(), "{}\n{}", held.len(), held.join("\n"));
}

#[test]
fn every_cut_and_every_addition_is_found() {
    let (place, _site, _) = made(SMALL);
    let good = fs::read(file(&place, "0001")).unwrap();
    let copy = place.path().join("copy.sqlite");
    let page = 4_096;
    let ends_of =
        [0, 1, 15, 16, 99, 100, 511, page, good.len() / 2, good.len() - page, good.len() - 1];
    for end in ends_of {
        fs::write(&copy, &good[..end]).unwrap();
        let said = verify(&place, &copy, &[]);
        assert_eq!(said.code, Some(1), "cut at {end}: {}{}", said.out, said.err);
    }
    for more in [1, page] {
        let bytes = [good.as_slice(), vec![0; more].as_slice()].concat();
        fs::write(&copy, bytes).unwrap();
        broken(&verify(&place, &copy, &[]), "bytes");
    }
    fs::write(&copy, &good).unwrap();
    ends(&verify(&place, &copy, &[]), 0);
    for beside in ["copy.sqlite-wal", "copy.sqlite-journal"] {
        let beside = place.write(beside, vec![7; 5_000]);
        ends(&verify(&place, &copy, &[]), 1);
        assert!(beside.exists(), "verifying takes nothing away");
        fs::remove_file(beside).unwrap();
    }
    fs::write(&copy, "no record at all").unwrap();
    ends(&verify(&place, &copy, &[]), 1);
    ends(&verify(&place, &place.path().join("nothing.sqlite"), &[]), 2);
    ends(&Place::new().run(&["record", "verify"]), 2);
}

/// Changes a copy with SQL, as somebody with a tool would, and verifies it.
fn with_sql(place: &Place, sql: &str) -> Said {
    let copy = place.path().join("copy.sqlite");
    fs::copy(file(place, "0001"), &copy).unwrap();
    let connection = rusqlite::Connection::open(&copy).unwrap();
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    drop(connection);
    verify(place, &copy, &[])
}

#[test]
fn every_changed_row_is_found_with_its_place() {
    let (place, _site, code) = made(TWO);
    assert_eq!(code, Some(1));
    let loaded = load(&file(&place, "0001")).unwrap();
    let last = loaded.events.len();
    let began = position(&loaded, |it| matches!(it, Event::JudgementBegan { .. }));
    let judged = position(&loaded, |it| matches!(it, Event::Judged { .. }));
    let sql = |sql: &str| with_sql(&place, sql);
    ends(&sql("SELECT 1"), 0);
    for at in 1..=last {
        let said = sql(&format!("DELETE FROM event WHERE seq = {at}"));
        let place = if at == last { "seal".to_owned() } else { format!("event {at}") };
        broken(&said, &place);
    }
    broken(
        &sql(&format!(
            "INSERT INTO event SELECT {}, body, hash FROM event WHERE seq = {judged}",
            last + 1
        )),
        "seal",
    );
    broken(
        &sql(&format!(
            "UPDATE event SET seq = 999 WHERE seq = {judged}; \
             UPDATE event SET seq = {judged} WHERE seq = {began}; \
             UPDATE event SET seq = {began} WHERE seq = 999"
        )),
        &format!("event {began}"),
    );
    broken(
        &sql(&format!(
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '\"fail\"', '\"pass\"') AS BLOB) \
             WHERE seq >= {judged}"
        )),
        "event",
    );
    broken(&sql("DELETE FROM seal"), "seal");
    broken(&sql("INSERT INTO seal SELECT * FROM seal"), "seal");
    broken(&sql(&format!("DELETE FROM event WHERE seq >= {}", last - 2)), "seal");
    // The tail is gone with its seal, and the file says that it is closed.
    broken(&sql(&format!("DELETE FROM seal; DELETE FROM event WHERE seq >= {}", last - 2)), "seal");
    for row in 1..=3 {
        broken(&sql(&format!("DELETE FROM evidence WHERE rowid = {row}")), "evidence");
        broken(&sql(&format!("UPDATE evidence SET bytes = x'00' WHERE rowid = {row}")), "evidence");
    }
    broken(
        &sql("CREATE TEMP TABLE t AS SELECT rowid AS r, bytes, codec, size FROM evidence; \
              UPDATE evidence SET (bytes, codec, size) = (SELECT bytes, codec, size FROM t WHERE r = 4 - evidence.rowid) \
              WHERE rowid IN (1, 3)"),
        "evidence",
    );
    broken(
        &sql(
            "INSERT INTO evidence SELECT randomblob(32), codec, size, bytes FROM evidence LIMIT 1",
        ),
        "evidence",
    );
    broken(&sql("INSERT INTO holder VALUES (1, 'x', 2)"), "holder");
    broken(&sql("UPDATE meta SET run = '0002'"), "seal");
    broken(&sql("CREATE TABLE more(x)"), "more");
    broken(&sql("CREATE TRIGGER t AFTER INSERT ON event BEGIN SELECT 1; END"), "t");
    ends(&sql("VACUUM"), 1);
    ends(&sql("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)"), 1);
}

/// A tail that was cut away with its seal, and every trace of an end: that is what a kill leaves.
#[test]
fn a_tail_that_was_cut_with_its_seal_is_open_and_never_holds() {
    let (place, _site, _) = made(TWO);
    let loaded = load(&file(&place, "0001")).unwrap();
    for kept in 1..loaded.events.len() {
        let story = Story::of(&loaded);
        let path = story.cut(kept).write(&place, &format!("cut{kept}"), None);
        ends(&verify(&place, &path, &[]), 3);
    }
}

#[track_caller]
fn position(loaded: &Loaded, is: impl Fn(&Event) -> bool) -> u64 {
    loaded.events.iter().find(|(_, event)| is(event)).unwrap().0.0
}

/// A record taken apart, to be put together again with something forged in it.
struct Story {
    events: Vec<Event>,
    evidence: BTreeMap<String, Vec<u8>>,
}

impl Story {
    fn of(loaded: &Loaded) -> Self {
        let events: Vec<Event> = loaded.events.iter().map(|(_, event)| event.clone()).collect();
        let mut evidence = BTreeMap::new();
        for event in &events {
            for digest in named(event) {
                evidence.insert(digest.0.clone(), loaded.evidence(&digest).unwrap().unwrap());
            }
        }
        Self { events, evidence }
    }

    /// The first so many events, with the evidence that they name.
    fn cut(mut self, kept: usize) -> Self {
        self.events.truncate(kept);
        let named: Vec<String> = self.events.iter().flat_map(named).map(|it| it.0).collect();
        self.evidence.retain(|digest, _| named.contains(digest));
        self
    }

    /// Replaces a text in a piece of evidence, and everything that named it.
    fn replace_evidence(&mut self, digest: &Digest, from: &str, to: &str) -> Digest {
        let old = String::from_utf8(self.evidence.remove(&digest.0).unwrap()).unwrap();
        assert!(old.contains(from), "{from} is not in {old}");
        let new = old.replace(from, to).into_bytes();
        let named = canonical::digest(&new);
        self.evidence.insert(named.0.clone(), new);
        named
    }

    /// Puts it together in a folder of its own, with a chain that is right.
    fn write(&self, place: &Place, name: &str, key: Option<&Key>) -> PathBuf {
        let folder = place.path().join(name);
        let holder = Holder { pid: 1, command: String::from("forge"), since: Time(0) };
        let Some(Event::RunBegan { run, .. }) = self.events.first() else { panic!() };
        let pieces: Vec<(Digest, Vec<u8>)> =
            self.evidence.iter().map(|(digest, it)| (Digest(digest.clone()), it.clone())).collect();
        let held = Folder::open(&folder, &holder).unwrap();
        let (first, rest) = self.events.split_at(1);
        let (mut store, _) = held.create(run, first, &pieces).unwrap();
        store.append(rest, &[]).unwrap();
        let path = store.path().to_owned();
        match key {
            Some(key) => drop(store.seal(key).unwrap()),
            None => store.close().unwrap(),
        }
        path
    }
}

/// The pieces of evidence that an event names.
fn named(event: &Event) -> Vec<Digest> {
    if let Event::RunBegan { document_evidence, plan_evidence, .. } = event {
        return vec![document_evidence.clone(), plan_evidence.clone()];
    }
    let one = match event {
        Event::Looked { outcome: Ok(digest), .. } => Some(digest),
        Event::Answered { answer: Answer { reply: Reply::File { evidence, .. }, .. }, .. } => {
            Some(evidence)
        }
        Event::Looked { outcome: Err(_), .. }
        | Event::Answered { .. }
        | Event::RunBegan { .. }
        | Event::Resumed { .. }
        | Event::Abandoned { .. }
        | Event::JudgementBegan { .. }
        | Event::AttemptBegan { .. }
        | Event::Judged { .. }
        | Event::Broke { .. }
        | Event::RunEnded { .. }
        | Event::Interrupted { .. } => None,
    };
    one.cloned().into_iter().collect()
}

/// What a forger would have the end say.
fn ends_well(story: &mut Story) {
    let Some(Event::RunEnded { verdict, counts, .. }) = story.events.last_mut() else { panic!() };
    *verdict = Release::Go;
    let failed = counts.insert(State::Fail, 0).unwrap_or(0);
    *counts.get_mut(&State::Pass).unwrap() += failed;
}

fn turn_to_pass(story: &mut Story) {
    for event in &mut story.events {
        if let Event::Judged { finding, .. } = event {
            finding.verdict = Verdict::Pass;
        }
    }
    ends_well(story);
}

/// The machine's own key, and one that nobody knows.
fn keys(place: &Place) -> [Key; 2] {
    let own = Key::machine(Some(&place.path().join("home/.local/state/holdpoint"))).unwrap();
    [own, Key::from_bytes([66; 32])]
}

type Forge = fn(&mut Story);

/// Also the machine's own key does not make a verdict true that its looks do not bear.
#[test]
fn a_forged_verdict_with_a_chain_and_a_seal_is_judged_again() {
    let (place, _site, code) = made(TWO);
    assert_eq!(code, Some(1));
    let loaded = load(&file(&place, "0001")).unwrap();
    let forgeries: [(&str, Forge); 8] = [
        ("fail became pass", turn_to_pass),
        ("only the end", ends_well),
        ("params forged", |story| {
            turn_to_pass(story);
            for event in &mut story.events {
                if let Event::JudgementBegan { params, .. } = event {
                    params.insert(String::from("body"), String::from("any"));
                }
            }
        }),
        ("a path that is well", |story| {
            turn_to_pass(story);
            for event in &mut story.events {
                if let Event::JudgementBegan { params, .. } = event {
                    params.insert(String::from("path"), String::from("/health"));
                }
            }
        }),
        ("looks of the neighbour", |story| {
            turn_to_pass(story);
            let mut good = Vec::new();
            for event in &mut story.events {
                if let Event::Judged { looks, .. } = event {
                    good = if good.is_empty() { looks.clone() } else { good };
                    looks.clone_from(&good);
                }
            }
        }),
        ("no looks", |story| {
            turn_to_pass(story);
            for event in &mut story.events {
                if let Event::Judged { looks, .. } = event {
                    looks.clear();
                }
            }
        }),
        ("here is enough", |story| {
            turn_to_pass(story);
            for event in &mut story.events {
                if let Event::JudgementBegan { scope, .. } = event {
                    scope.here_is_enough = true;
                }
            }
        }),
        ("the failure was left out", |story| {
            ends_well(story);
            let failed = |it: &Event| matches!(it, Event::Judged { finding, .. } if finding.verdict == Verdict::Fail);
            story.events.retain(|it| !failed(it));
        }),
    ];
    for (nth, (name, forge)) in forgeries.iter().enumerate() {
        for (who, key) in keys(&place).iter().enumerate() {
            let mut story = Story::of(&loaded);
            forge(&mut story);
            let path = story.write(&place, &format!("forged{nth}{who}"), Some(key));
            let said = verify(&place, &path, &["--key", &key.public().to_string()]);
            assert_eq!(said.code, Some(1), "{name} by {who}: {}{}", said.out, said.err);
        }
    }
    // The same, untouched: the forger's work is sound.
    let [own, stranger] = keys(&place);
    let path = Story::of(&loaded).write(&place, "honest", Some(&own));
    ends(&verify(&place, &path, &[]), 0);
    let path = Story::of(&loaded).write(&place, "strange", Some(&stranger));
    let public = stranger.public().to_string();
    ends(&verify(&place, &path, &[]), 3);
    ends(&verify(&place, &path, &["--key", &public]), 0);
    ends(&verify(&place, &path, &["--key", &own.public().to_string()]), 3);
    place.write("stranger.txt", format!("{public}\n"));
    ends(&verify(&place, &path, &["--key", "stranger.txt"]), 0);
    ends(&verify(&place, &path, &["--key", "no key"]), 2);
}

/// Somebody makes another document, or another plan, of it.
#[test]
fn a_forged_document_or_plan_is_found() {
    let (place, _site, _) = made(TWO);
    let loaded = load(&file(&place, "0001")).unwrap();
    let [own, _] = keys(&place);
    let forged = |name: &str, forge: &dyn Fn(&mut Story)| {
        let mut story = Story::of(&loaded);
        forge(&mut story);
        let path = story.write(&place, name, Some(&own));
        let said = verify(&place, &path, &[]);
        assert_eq!(said.code, Some(1), "{name}: {}{}", said.out, said.err);
    };
    let plan = |from: &'static str, to: &'static str| {
        move |story: &mut Story| {
            turn_to_pass(story);
            let digest = match story.events.first() {
                Some(Event::RunBegan { plan_evidence, .. }) => plan_evidence.clone(),
                _ => panic!(),
            };
            let new = story.replace_evidence(&digest, from, to);
            let Some(Event::RunBegan { plan_evidence, .. }) = story.events.first_mut() else {
                panic!()
            };
            *plan_evidence = new;
        }
    };
    forged("another-path-in-the-plan", &plan("/sick", "/health"));
    forged("not-gated", &|story| {
        plan("\"gated\":true", "\"gated\":false")(story);
    });
    forged("another-text-in-the-plan", &plan("Cache healthy", "Cache present"));
    forged("another-document", &|story| {
        let digest = match story.events.first() {
            Some(Event::RunBegan { document_evidence, .. }) => document_evidence.clone(),
            _ => panic!(),
        };
        let new = story.replace_evidence(&digest, "Cache healthy", "Cache present");
        let Some(Event::RunBegan { document_evidence, .. }) = story.events.first_mut() else {
            panic!()
        };
        *document_evidence = new;
    });
}

/// Whoever forges what was *seen* needs a key that somebody vouches for.
#[test]
fn a_forged_look_by_a_stranger_never_holds() {
    let (place, _site, _) = made(TWO);
    let loaded = load(&file(&place, "0001")).unwrap();
    let [_, stranger] = keys(&place);
    let mut story = Story::of(&loaded);
    turn_to_pass(&mut story);
    let sick: Vec<String> = story
        .evidence
        .iter()
        .filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains("degraded"))
        .map(|(digest, _)| digest.clone())
        .collect();
    assert!(!sick.is_empty());
    for digest in sick {
        let digest = Digest(digest);
        let new = story.replace_evidence(&digest, "degraded", "ok");
        for event in &mut story.events {
            if let Event::Looked { outcome: Ok(it), .. } = event
                && *it == digest
            {
                *it = new.clone();
            }
        }
    }
    let path = story.write(&place, "looks", Some(&stranger));
    let said = verify(&place, &path, &[]);
    assert!(matches!(said.code, Some(1 | 3)), "{:?} {}", said.code, said.out);
}

#[test]
fn a_record_elsewhere_is_open_until_somebody_vouches_for_its_key() {
    let (place, _site, _) = made(SMALL);
    let own = keys(&place)[0].public().to_string();
    let elsewhere = Place::new();
    let copy = elsewhere.write("0001.sqlite", fs::read(file(&place, "0001")).unwrap());
    let said = verify(&elsewhere, &copy, &[]);
    ends(&said, 3);
    assert!(said.out.contains(&own) && said.out.contains("vouch"), "{}", said.out);
    assert!(!elsewhere.path().join("home").exists(), "verifying made a key");
    ends(&verify(&elsewhere, &copy, &["--key", &own]), 0);
    let said = verify(&elsewhere, &copy, &["--key", &own, "--explain"]);
    ends(&said, 0);
    for word in ["rests on", "--key", "vantage here", "clock"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    let said = verify(&elsewhere, &copy, &["--format", "json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["outcome"], "open");
    let beside: Vec<String> = names(elsewhere.path());
    assert_eq!(beside, ["0001.sqlite"], "nothing is left beside it");
}

#[test]
fn without_a_place_for_a_key_a_run_says_so_and_is_vouched_for_by_nobody() {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("list.md", SMALL);
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    let mut command = place.command(&["run", "list.md"]);
    let said = said(command.env_remove("HOME").output().unwrap());
    ends(&said, 0);
    assert!(said.out.contains("key made for this run"), "{}", said.out);
    ends(&place.run(&["record", "verify"]), 3);
    assert_eq!(names(&place.path().join(".holdpoint")), ["0001.sqlite"]);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Waits until an event of this kind can be read, then kills.
fn killed_after(place: &Place, args: &[&str], run: &str, kind: &str) {
    let mut child = place.start(args);
    let began = Instant::now();
    let there = || {
        let loaded = load(&file(place, run)).ok()?;
        let has = |event: &Event| serde_json::to_string(event).unwrap().contains(kind);
        loaded.events.iter().any(|(_, event)| has(event)).then_some(())
    };
    while there().is_none() && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_record_that_is_being_written_is_read_with_its_log_and_left_as_it_is() {
    let (place, _site, _) = made(&TWO.replace("/search consecutive=1", "/search consecutive=30"));
    fs::remove_dir_all(place.path().join(".holdpoint")).unwrap();
    killed_after(&place, &["run", "list.md"], "0001", "\"judged\"");
    let beside = names(&place.path().join(".holdpoint"));
    assert!(beside.contains(&String::from("0001.sqlite-wal")), "{beside:?}");
    let before: Vec<Vec<u8>> = beside
        .iter()
        .map(|name| fs::read(place.path().join(".holdpoint").join(name)).unwrap())
        .collect();
    for args in [&["record", "verify"][..], &["record", "show"], &["record", "replay"], &["status"]]
    {
        let said = place.run(args);
        assert!(matches!(said.code, Some(0 | 3)), "{args:?}: {}", said.err);
    }
    ends(&place.run(&["record", "verify"]), 3);
    let after: Vec<Vec<u8>> = beside
        .iter()
        .map(|name| fs::read(place.path().join(".holdpoint").join(name)).unwrap())
        .collect();
    assert_eq!(names(&place.path().join(".holdpoint")), beside);
    assert!(before == after, "reading wrote");
    // With the log, more is read than without it.
    let whole = load(&file(&place, "0001")).unwrap().events.len();
    let alone = place.write("alone.sqlite", fs::read(file(&place, "0001")).unwrap());
    assert!(load(&alone).unwrap().events.len() < whole);
    ends(&verify(&place, &alone, &[]), 3);
}

/// A run whose end is written and whose seal is not.
#[test]
fn what_was_left_unsealed_is_sealed_by_the_next_command() {
    let (place, site, _) = made(SMALL);
    let loaded = load(&file(&place, "0001")).unwrap();
    let path = Story::of(&loaded).write(&place, "open", None);
    fs::copy(path, file(&place, "0001")).unwrap();
    ends(&place.run(&["record", "verify"]), 3);
    let before = site.asked();
    let said = place.run(&["run", "list.md"]);
    ends(&said, 0);
    assert!(before < site.asked(), "an ended run is not gone on with");
    assert_eq!(names(&place.path().join(".holdpoint")), ["0001.sqlite", "0002.sqlite"]);
    ends(&place.run(&["record", "verify"]), 0);
    let (first, second) =
        (load(&file(&place, "0001")).unwrap(), load(&file(&place, "0002")).unwrap());
    let Some((_, Event::RunBegan { previous, .. })) = second.events.first() else { panic!() };
    assert_eq!(*previous, first.sealed.map(|seal| seal.digest()));
    let lines: Vec<(Seq, Event)> = first.events;
    assert_eq!(lines, loaded.events);
}

#[test]
fn a_history_with_a_record_taken_out_put_in_or_renamed_does_not_hold() {
    let (place, _site, _) = made(SMALL);
    for _ in 0..2 {
        ends(&place.run(&["run", "list.md"]), 0);
    }
    let folder = place.path().join(".holdpoint");
    ends(&place.run(&["record", "verify"]), 0);
    let tampered = |name: &str, tamper: &dyn Fn(&Path)| {
        let copy = place.path().join(name);
        let made = Command::new("cp").args(["-r"]).args([&folder, &copy]).status().unwrap();
        assert!(made.success());
        tamper(&copy);
        place.run(&["record", "verify", copy.to_str().unwrap()])
    };
    let at = |folder: &Path, run: &str| folder.join(format!("{run}.sqlite"));
    ends(&tampered("whole", &|_| {}), 0);
    let said = tampered("middle", &|it| fs::remove_file(at(it, "0002")).unwrap());
    broken(&said, "seal");
    let said = tampered("first", &|it| fs::remove_file(at(it, "0001")).unwrap());
    ends(&said, 1);
    ends(&tampered("renamed", &|it| fs::rename(at(it, "0003"), at(it, "0004")).unwrap()), 1);
    ends(&tampered("twice", &|it| fs::copy(at(it, "0002"), at(it, "0004")).map(drop).unwrap()), 1);
    ends(
        &tampered("swapped", &|it| {
            fs::rename(at(it, "0002"), it.join("x")).unwrap();
            fs::rename(at(it, "0003"), at(it, "0002")).unwrap();
            fs::rename(it.join("x"), at(it, "0003")).unwrap();
        }),
        1,
    );
    // The last one leaves no trace in the folder: only an anchor outside would tell.
    ends(&tampered("last", &|it| fs::remove_file(at(it, "0003")).unwrap()), 0);
}

#[test]
fn the_evidence_behind_a_line_is_shown_and_a_run_is_shown_again() {
    let (place, _site, _) = made(TWO);
    let said = place.run(&["record", "show", "6"]);
    ends(&said, 0);
    assert!(said.out.contains("degraded"), "{}", said.out);
    ends(&place.run(&["record", "show", "4711"]), 2);
    let (code, shown) = place.json(&["record", "show", "6", "--format", "json"]);
    assert_eq!((code, shown["verdict"].as_str()), (Some(0), Some("fail")));
    let (code, runs) = place.json(&["record", "show", "--format", "json"]);
    assert_eq!((code, runs["runs"][0]["verdict"].as_str()), (Some(0), Some("NO-GO")));
    let (code, replayed) = place.json(&["record", "replay", "--format", "json"]);
    assert_eq!(code, Some(0));
    let again = place.json(&["run", "list.md", "--format", "json"]).1;
    let facts = |run: &Value| {
        let lines = run["lines"].as_array().unwrap().iter();
        lines
            .map(|it| (it["line"].clone(), it["state"].clone(), it["reason"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(facts(&replayed), facts(&again));
    assert_eq!(replayed["verdict"], again["verdict"]);
}

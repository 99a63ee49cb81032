//! Sabotage: whatever is done to a record, the verifier never says that it holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use holdpoint_model::{
    event::{Digest, Event, Seq},
    seen::Seen,
    verdict::Verdict,
};
use holdpoint_record::{
    Folder, Key, Open, Outcome, Place, Report, Snapshot, Trust, With, canonical, verify,
    verify_folder, verify_snapshot,
};

use crate::{
    scratch::Scratch,
    story::{self, SHORT, Story, file, holder, refold},
};

pub(crate) fn own() -> Key {
    Key::from_bytes([42; 32])
}

fn stranger() -> Key {
    Key::from_bytes([66; 32])
}

/// Hands over what a verification is done with: our own key is good.
pub(crate) fn with<T>(then: impl FnOnce(&With<'_>) -> T) -> T {
    let keys = BTreeMap::from([(own().public(), String::from("this machine"))]);
    let trust = Trust { keys };
    then(&With {
        trust: &trust,
        checks: &story::check,
        parse_lines: &story::parse,
        refold: &refold,
    })
}

pub(crate) fn judge(snapshot: &Snapshot) -> Report {
    with(|with| verify_snapshot(snapshot, with))
}

/// Writes a story through a real store; sealed with `key` when there is one.
fn write(story: &Story, key: Option<&Key>) -> Snapshot {
    let scratch = Scratch::new("write");
    let folder = Folder::open(&scratch.join(".holdpoint"), &holder()).unwrap();
    let (first, rest) = story.events.split_at(1);
    let (mut store, _) = folder.create("0001", first, &story.pieces()).unwrap();
    store.append(rest, &[]).unwrap();
    let path = store.path().to_owned();
    match key {
        Some(key) => drop(store.seal(key).unwrap()),
        None => store.close().unwrap(),
    }
    Snapshot::take(&path).unwrap()
}

fn honest() -> Story {
    Story::whole("0001", "all set")
}

#[track_caller]
fn broken(report: &Report, place: impl Fn(&Place) -> bool) {
    assert_eq!(report.outcome(), Outcome::Broken, "{report:#?}");
    assert!(report.troubles.iter().any(|trouble| place(&trouble.place)), "{:#?}", report.troubles);
}

#[track_caller]
fn at(report: &Report, seq: u64) {
    broken(report, |place| *place == Place::Event(Seq(seq)));
}

#[test]
fn an_honest_record_holds() {
    let report = judge(&write(&honest(), Some(&own())));
    assert_eq!(report.outcome(), Outcome::Holds, "{report:#?}");
    assert_eq!((report.events, report.evidence, report.judged), (7, 3, 2));
    assert_eq!(report.outcome().code(), 0);
    let rests = report.rests_on.join("\n");
    assert!(rests.contains("vouched for by this machine"), "{rests}");
    assert!(rests.contains("vantage here: that 1 looks"), "{rests}");
}

#[test]
fn less_than_a_sealed_end_with_a_known_key_is_open() {
    let report = judge(&write(&honest(), Some(&stranger())));
    assert_eq!(report.open, [Open::Unvouched(stranger().public())]);
    assert_eq!(report.outcome().code(), 3);
    let report = judge(&write(&honest(), None));
    assert_eq!((report.outcome(), report.open), (Outcome::Open, vec![Open::Unsealed]));
    let mut story = honest();
    story.events.truncate(5);
    let report = judge(&write(&story, None));
    assert_eq!((report.outcome(), report.open), (Outcome::Open, vec![Open::Unfinished]));
    let key = Key::ephemeral("nowhere to keep it").unwrap();
    let report = judge(&write(&honest(), Some(&key)));
    assert_eq!(report.open, [Open::Unvouched(key.public())]);
    assert!(report.rests_on[0].contains("for this run alone"), "{:?}", report.rests_on);
}

/// Every byte that says something, and of the empty space one in `step`.
fn flips(of: &[u8], step: usize) -> Vec<usize> {
    let worth = |at: &usize| of[*at] != 0 || at.is_multiple_of(step);
    (0..of.len()).filter(worth).collect()
}

/// Flips a bit of each of these bytes in turn, on two threads.
fn each_flip(good: &Snapshot, bytes: &[usize], hold: impl Fn(usize, &Report) + Sync) {
    let flip = |bytes: &[usize]| {
        for at in bytes {
            let mut bad = good.clone();
            match at.checked_sub(good.file.len()) {
                None => bad.file[*at] ^= 1 << (at % 8),
                Some(at) => bad.log[at] ^= 1 << (at % 8),
            }
            hold(*at, &judge(&bad));
        }
    };
    let (left, right) = bytes.split_at(bytes.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| flip(left));
        scope.spawn(|| flip(right));
    });
}

#[test]
fn every_changed_byte_is_found() {
    let good = write(&honest(), Some(&own()));
    each_flip(&good, &flips(&good.file, 32), |at, report| {
        assert_eq!(report.outcome(), Outcome::Broken, "byte {at}: {:?}", report.open);
    });
}

/// Without a seal a change may pass for what was written; it never passes for proven.
#[test]
fn a_changed_byte_of_a_record_that_is_being_written_never_makes_it_hold() {
    let scratch = Scratch::new("live");
    let folder = Folder::open(&scratch.join(".holdpoint"), &holder()).unwrap();
    let story = honest();
    let (first, rest) = story.events.split_at(1);
    let (mut store, _) = folder.create("0001", first, &story.pieces()).unwrap();
    for event in rest {
        store.append(std::slice::from_ref(event), &[]).unwrap();
    }
    let live = Snapshot::take(store.path()).unwrap();
    assert!(!live.log.is_empty());
    assert_eq!(judge(&live).open, [Open::Unsealed], "{:#?}", judge(&live).troubles);
    let whole = [live.file.as_slice(), live.log.as_slice()].concat();
    each_flip(
        &live,
        &flips(&whole, 512).into_iter().step_by(7).collect::<Vec<_>>(),
        |at, report| {
            assert_ne!(report.outcome(), Outcome::Holds, "byte {at}");
        },
    );
    // A torn log gives what was committed before the tear, and nothing that was not.
    let path = scratch.join("0001.sqlite");
    let mut lengths = BTreeSet::new();
    for end in (0..live.log.len()).step_by(1021).chain([live.log.len()]) {
        fs::write(&path, &live.file).unwrap();
        fs::write(scratch.join("0001.sqlite-wal"), &live.log[..end]).unwrap();
        let events = holdpoint_record::load(&path).unwrap().events;
        assert_eq!(events, story.numbered()[..events.len()]);
        lengths.insert(events.len());
    }
    assert_eq!(lengths, (1..=7).collect());
}

#[test]
fn every_cut_and_every_addition_is_found() {
    let good = write(&honest(), Some(&own()));
    for end in (0..good.file.len()).step_by(61) {
        let mut bad = good.clone();
        bad.file.truncate(end);
        assert_eq!(judge(&bad).outcome(), Outcome::Broken, "{end}");
    }
    for more in [1, 64, 4096] {
        let mut bad = good.clone();
        bad.file.resize(good.file.len() + more, b'x');
        broken(&judge(&bad), |place| matches!(place, Place::Bytes(..)));
    }
    let mut bad = good.clone();
    bad.log = vec![1; 100];
    broken(&judge(&bad), |place| *place == Place::Beside("-wal"));
    let mut bad = good.clone();
    bad.journal = vec![1; 100];
    broken(&judge(&bad), |place| *place == Place::Beside("-journal"));
    broken(&judge(&Snapshot::default()), |_| true);
}

/// Changes a record with SQL, as somebody with a tool would.
fn with_sql(good: &Snapshot, sql: &str) -> Report {
    let scratch = Scratch::new("sql");
    let path = scratch.join("0001.sqlite");
    fs::write(&path, &good.file).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(sql).unwrap();
    drop(connection);
    with(|with| verify(&path, with)).unwrap()
}

#[test]
fn every_changed_row_is_found_with_its_place() {
    let good = write(&honest(), Some(&own()));
    at(&with_sql(&good, "DELETE FROM event WHERE seq = 4"), 4);
    at(
        &with_sql(
            &good,
            "UPDATE event SET body = (SELECT body FROM event WHERE seq = 5) WHERE seq = 6",
        ),
        6,
    );
    at(
        &with_sql(
            &good,
            "UPDATE event SET seq = 99 WHERE seq = 2; UPDATE event SET seq = 2 WHERE seq = 3; UPDATE event SET seq = 3 WHERE seq = 99",
        ),
        2,
    );
    at(&with_sql(&good, "INSERT INTO event SELECT 8, body, hash FROM event WHERE seq = 6"), 8);
    let seal = |place: &Place| *place == Place::Seal;
    broken(&with_sql(&good, "DELETE FROM event WHERE seq = 7"), seal);
    broken(&with_sql(&good, "INSERT INTO seal SELECT * FROM seal"), seal);
    broken(&with_sql(&good, "DELETE FROM seal"), seal);
    broken(&with_sql(&good, "DELETE FROM seal; DELETE FROM event WHERE seq = 7"), seal);
    let evidence = |place: &Place| matches!(place, Place::Evidence(_));
    broken(&with_sql(&good, "DELETE FROM evidence WHERE rowid = 1"), evidence);
    broken(&with_sql(&good, "UPDATE evidence SET bytes = x'00' WHERE rowid = 2"), evidence);
    broken(&with_sql(&good, "UPDATE evidence SET digest = zeroblob(32) WHERE rowid = 1"), evidence);
    let swap = "CREATE TEMP TABLE t AS SELECT rowid AS r, bytes FROM evidence; UPDATE evidence SET bytes = (SELECT bytes FROM t WHERE r = 4 - evidence.rowid)";
    broken(&with_sql(&good, swap), evidence);
    let table = |name: &'static str| move |place: &Place| *place == Place::Table(name.to_owned());
    broken(&with_sql(&good, "CREATE TABLE more(x)"), table("more"));
    broken(&with_sql(&good, "CREATE VIEW v AS SELECT 1"), table("v"));
    broken(
        &with_sql(&good, "CREATE TRIGGER t AFTER INSERT ON event BEGIN SELECT 1; END"),
        table("t"),
    );
    broken(&with_sql(&good, "ALTER TABLE event ADD COLUMN more TEXT"), table("event"));
    broken(&with_sql(&good, "DROP TABLE holder"), table("holder"));
    broken(&with_sql(&good, "INSERT INTO holder VALUES (1, 'x', 2)"), table("holder"));
    broken(&with_sql(&good, "UPDATE meta SET run = '0002'"), seal);
    broken(&with_sql(&good, "INSERT INTO meta VALUES (1, '0001')"), table("meta"));
    broken(&with_sql(&good, "PRAGMA user_version = 2"), |place| matches!(place, Place::Bytes(..)));
    // The same rows in other bytes: only the signature over the whole file can tell.
    broken(&with_sql(&good, "VACUUM"), |_| true);
    broken(&with_sql(&good, "CREATE TABLE t(x); DROP TABLE t"), |_| true);
}

/// A tail cut away *with* its seal, and every other mark of an end, cannot be told from a kill.
#[test]
fn a_run_that_somebody_made_look_killed_never_holds() {
    let mut story = honest();
    for kept in (1..story.events.len()).rev() {
        let last = story.events.pop().unwrap();
        if let Event::Looked { outcome: Ok(seen), .. } = last {
            story.evidence.remove(&seen);
        }
        let report = judge(&write(&story, None));
        assert_eq!(report.outcome(), Outcome::Open, "{kept}: {:#?}", report.troubles);
    }
}

/// Forges one event of an honest run in which the motto is not as it should be, keeps the chain
/// consistent, and seals anew.
fn forged(key: &Key, forge: impl FnOnce(&mut Story)) -> Report {
    let mut story = Story::whole("0001", "nothing of the kind");
    story.events.pop();
    forge(&mut story);
    story.end();
    judge(&write(&story, Some(key)))
}

fn turn_to_pass(story: &mut Story) {
    for event in &mut story.events {
        if let Event::Judged { finding, .. } = event {
            finding.verdict = Verdict::Pass;
        }
    }
}

#[test]
fn a_verdict_that_was_turned_is_judged_again() {
    for key in [own(), stranger()] {
        at(&forged(&key, turn_to_pass), 5);
        let report = forged(&key, |story| {
            turn_to_pass(story);
            let Event::JudgementBegan { params, .. } = &mut story.events[1] else { panic!() };
            params.insert(String::from("word"), String::from("nothing"));
        });
        at(&report, 2);
        let report = forged(&key, |story| {
            turn_to_pass(story);
            let Event::JudgementBegan { check, params, .. } = &mut story.events[1] else {
                panic!()
            };
            SHORT.clone_into(check);
            params.clear();
        });
        at(&report, 2);
        let report = forged(&key, |story| {
            turn_to_pass(story);
            let Event::JudgementBegan { scope, .. } = &mut story.events[1] else { panic!() };
            scope.here_is_enough = true;
        });
        at(&report, 2);
        // A verdict that rests on nothing, and one that rests on a look that nobody made.
        let report = forged(&key, |story| {
            turn_to_pass(story);
            let Event::Judged { looks, .. } = &mut story.events[4] else { panic!() };
            looks.clear();
        });
        at(&report, 5);
        let report = forged(&key, |story| {
            let Event::Judged { looks, .. } = &mut story.events[4] else { panic!() };
            looks.push(Seq(2));
        });
        at(&report, 5);
    }
}

/// Whoever forges what was seen has to seal it: nobody vouches for their key.
#[test]
fn a_forged_look_needs_a_key_that_somebody_vouches_for() {
    let report = judge(&write(&Story::whole("0001", "all set"), Some(&stranger())));
    assert_eq!(report.outcome(), Outcome::Open);
    let report = forged(&stranger(), |story| {
        turn_to_pass(story);
        for event in &mut story.events {
            if let Event::JudgementBegan { revision, .. } = event {
                *revision = 2;
            }
        }
    });
    assert_eq!(report.outcome(), Outcome::Open, "another revision is no fault of the record");
    assert_eq!(report.revised.len(), 2);
    assert_eq!(report.revised[0].verdict, Some(Verdict::Fail));
}

#[test]
fn another_revision_is_reported_and_breaks_nothing() {
    let mut story = honest();
    let Event::JudgementBegan { revision, .. } = &mut story.events[1] else { panic!() };
    *revision = 7;
    let report = judge(&write(&story, Some(&own())));
    assert_eq!(report.outcome(), Outcome::Holds);
    assert_eq!((report.revised[0].then, report.revised[0].now), (7, 1));
    let mut story = honest();
    let Event::JudgementBegan { line, check, scope, params, .. } = &mut story.events[1] else {
        panic!()
    };
    (*line, scope.line, *check) = (5, 5, String::from("attest.thought"));
    params.clear();
    story.events.pop();
    story.end();
    let report = judge(&write(&story, Some(&own())));
    assert_eq!(report.outcome(), Outcome::Open, "{:#?}", report.troubles);
    assert!(matches!(report.open[..], [Open::NoCheck { line: 5, .. }]));
}

#[test]
fn document_plan_and_end_must_agree() {
    let change = |from: &str, to: &str| {
        let mut story = honest();
        let Event::RunBegan { plan_evidence, .. } = &mut story.events[0] else { panic!() };
        let plan = String::from_utf8(story.evidence.remove(plan_evidence).unwrap()).unwrap();
        assert!(plan.contains(from));
        let plan = plan.replacen(from, to, 1).into_bytes();
        *plan_evidence = canonical::digest(&plan);
        story.evidence.insert(plan_evidence.clone(), plan);
        judge(&write(&story, Some(&own())))
    };
    let line = |line: usize| move |place: &Place| *place == Place::Line(line);
    broken(&change("motto says ready", "motto says steady"), line(3));
    broken(&change("\"line\":4", "\"line\":2"), line(2));
    broken(&change("\"environment\":null", "\"environment\":\"staging\""), |place| {
        *place == Place::Event(Seq(1))
    });
    broken(&change("\"lines\":[", "\"lines\": ["), |place| matches!(place, Place::Evidence(_)));
    let mut story = honest();
    let Some(Event::RunEnded { counts, .. }) = story.events.last_mut() else { panic!() };
    *counts.values_mut().next().unwrap() += 1;
    at(&judge(&write(&story, Some(&own()))), 7);
    let mut story = honest();
    let Some(Event::RunEnded { verdict, .. }) = story.events.last_mut() else { panic!() };
    *verdict = holdpoint_model::event::Release::Go;
    at(&judge(&write(&story, Some(&own()))), 7);
    let mut story = honest();
    story.keep(b"smuggled".to_vec());
    broken(&judge(&write(&story, Some(&own()))), |place| matches!(place, Place::Evidence(_)));
}

#[test]
fn events_follow_their_rules() {
    let wrong = |seq: u64, tell: &dyn Fn(&mut Story)| {
        let mut story = Story::began("0001", None);
        tell(&mut story);
        at(&judge(&write(&story, None)), seq);
    };
    let resumed = || Event::Resumed { at: story::BEGAN };
    wrong(2, &|story| {
        story.push(story.events[0].clone());
    });
    wrong(3, &|story| {
        story.push(Event::Interrupted { at: story::BEGAN });
        story.judgement(4, SHORT, &[]);
    });
    wrong(2, &|story| {
        story.judgement(9, SHORT, &[]);
    });
    wrong(2, &|story| {
        story.judgement(4, SHORT, &[("word", "x")]);
    });
    wrong(4, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let look = story.looked(Ok(Seen::File(file("all set"))));
        story.judged(Seq(1), &[look], Verdict::Pass);
        story.judged(began, &[look], Verdict::Pass);
    });
    wrong(5, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let look = story.looked(Ok(Seen::File(file("all set"))));
        story.judged(began, &[look], Verdict::Pass);
        story.judged(began, &[look], Verdict::Pass);
    });
    wrong(6, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let look = story.looked(Ok(Seen::File(file("all set"))));
        story.judged(began, &[look], Verdict::Pass);
        let again = story.judgement(4, SHORT, &[]);
        story.judged(again, &[look], Verdict::Pass);
    });
    // Of two looks at the same thing a verdict names one.
    wrong(5, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let first = story.looked(Ok(Seen::File(file("a long and winding motto"))));
        let second = story.looked(Ok(Seen::File(file("all set"))));
        story.judged(began, &[first, second], Verdict::Pass);
    });
    // What an attempt without an end has seen is never judged.
    let attempt = |story: &mut Story, began: Seq| {
        let look = story.looked(Ok(Seen::File(file("all set"))));
        let Some(Event::Looked { ask, .. }) = story.events.last() else { panic!() };
        let ask = ask.clone();
        story.events.insert(2, Event::AttemptBegan { began, ask, at: story::BEGAN });
        Seq(look.0 + 1)
    };
    wrong(7, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let look = attempt(story, began);
        story.push(resumed());
        let again = story.judgement(4, SHORT, &[]);
        story.judged(again, &[look], Verdict::Pass);
    });
    wrong(6, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let look = attempt(story, began);
        story.push(resumed());
        story.judged(began, &[look], Verdict::Pass);
    });
    // A look from before the target was changed proves nothing after it.
    wrong(5, &|story| {
        let began = story.judgement(4, SHORT, &[]);
        let old = story.looked(Ok(Seen::File(file("all set"))));
        story.looked(Ok(Seen::File(file("all set"))));
        let Some(Event::Looked { epoch, .. }) = story.events.last_mut() else { panic!() };
        *epoch = 1;
        story.judged(began, &[old], Verdict::Pass);
    });
    let mut story = Story::began("0001", None);
    let began = story.judgement(4, SHORT, &[]);
    let look = attempt(&mut story, began);
    story.judged(began, &[look], Verdict::Pass);
    let report = judge(&write(&story, None));
    assert_eq!(report.outcome(), Outcome::Open, "{:#?}", report.troubles);
}

#[test]
fn a_run_that_waits_looks_again_at_what_did_not_pass() {
    let mut story = Story::began("0001", None);
    let began = story.judgement(4, SHORT, &[]);
    let look = story.looked(Ok(Seen::File(file("a long and winding motto"))));
    story.judged(began, &[look], Verdict::Fail);
    let again = story.judgement(4, SHORT, &[]);
    let look = story.looked(Ok(Seen::File(file("all set"))));
    let Some(Event::Looked { epoch, .. }) = story.events.last_mut() else { panic!() };
    *epoch = 1;
    story.judged(again, &[look], Verdict::Pass);
    // A process that goes on with the run counts from the beginning.
    story.push(Event::Resumed { at: story::BEGAN });
    let says = story.judgement(3, "file.motto-says", &[("word", "set")]);
    let look = story.looked(Ok(Seen::File(file("all set"))));
    story.judged(says, &[look], Verdict::Pass);
    story.end();
    let report = judge(&write(&story, Some(&own())));
    assert_eq!(report.outcome(), Outcome::Holds, "{:#?}", report.troubles);
}

#[test]
fn a_moment_outside_of_the_run_is_open() {
    for ms in [-2 * holdpoint_model::time::DAY, holdpoint_model::time::HOUR] {
        let mut story = honest();
        let Event::JudgementBegan { scope, .. } = &mut story.events[1] else { panic!() };
        scope.now = scope.now.plus(ms);
        let report = judge(&write(&story, Some(&own())));
        assert_eq!(report.open, [Open::Clock(Seq(2))]);
    }
}

/// Runs with these seals before them, in one folder.
fn chain(folder: &Path, previous: &[Option<Option<Digest>>]) -> Vec<Digest> {
    let folder = Folder::open(folder, &holder()).unwrap();
    let mut seals = Vec::new();
    for previous in previous {
        let run = folder.next_run().unwrap();
        let previous = previous.clone().unwrap_or_else(|| folder.previous().unwrap());
        let mut story = Story::whole(&run, "all set");
        let Event::RunBegan { previous: named, at, .. } = &mut story.events[0] else { panic!() };
        *named = previous;
        *at = at.plus(i64::try_from(seals.len()).unwrap() * 60_000);
        let Some(Event::RunEnded { at, .. }) = story.events.last_mut() else { panic!() };
        *at = at.plus(i64::try_from(seals.len()).unwrap() * 60_000);
        let (store, _) = folder.create(&run, &story.events, &story.pieces()).unwrap();
        seals.push(store.seal(&own()).unwrap().digest());
    }
    seals
}

fn verify_all(folder: &Path) -> Vec<Report> {
    let mut reports = Vec::new();
    with(|with| verify_folder(folder, with, |_, report| reports.push(report))).unwrap();
    reports
}

#[test]
fn each_record_names_the_seal_before_it() {
    let scratch = Scratch::new("chain");
    let folder = scratch.join("good");
    let seals = chain(&folder, &[None, None, None]);
    assert_eq!(seals.iter().collect::<BTreeSet<_>>().len(), 3);
    let reports = verify_all(&folder);
    assert!(reports.iter().all(|report| report.outcome() == Outcome::Holds), "{reports:#?}");
    // A record that was changed breaks, and those around it hold.
    let good = fs::read(folder.join("0002.sqlite")).unwrap();
    let mut bad = good.clone();
    let place = bad.windows(7).position(|window| window == b"\"looks\"").unwrap();
    bad[place + 1] ^= 1;
    fs::write(folder.join("0002.sqlite"), bad).unwrap();
    let outcomes: Vec<Outcome> = verify_all(&folder).iter().map(Report::outcome).collect();
    assert_eq!(outcomes, [Outcome::Holds, Outcome::Broken, Outcome::Holds]);
    fs::remove_file(folder.join("0002.sqlite")).unwrap();
    let reports = verify_all(&folder);
    assert_eq!(reports[0].outcome(), Outcome::Holds);
    at(&reports[1], 1);
    fs::copy(folder.join("0003.sqlite"), folder.join("0002.sqlite")).unwrap();
    broken(&verify_all(&folder)[1], |place| *place == Place::Run("0002".into()));
    let folder = scratch.join("skipping");
    chain(&folder, &[None, Some(None)]);
    at(&verify_all(&folder)[1], 1);
}

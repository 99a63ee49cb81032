//! Seals: made in steps, each of which can be the last one that a killed process took.

use std::{collections::BTreeSet, fs};

use holdpoint_model::{
    event::{Event, Seq},
    seen::{File, Seen},
    time::Time,
    verdict::Verdict,
};
use holdpoint_record::{Error, Folder, Loaded, Open, Outcome, Snapshot, facts, load};

use crate::{
    sabotage::{judge, own},
    scratch::{Scratch, names},
    story::{SHORT, Story, file, holder},
};

#[test]
fn a_run_that_was_signed_and_not_closed_is_sealed_again() {
    let scratch = Scratch::new("pending");
    let path = scratch.join("0001.sqlite");
    let folder = Folder::open(scratch.path(), &holder()).unwrap();
    let story = Story::whole("0001", "all set");
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    let digest = store.seal(&own()).unwrap().digest();
    assert_eq!(folder.previous().unwrap(), Some(digest));
    let sealed = fs::read(&path).unwrap();
    let mut open = sealed.clone();
    open[18..20].copy_from_slice(&[2, 2]);
    fs::write(&path, &open).unwrap();
    let report = judge(&Snapshot::take(&path).unwrap());
    assert_eq!((report.outcome(), report.open), (Outcome::Open, vec![Open::Unsealed]));
    assert_eq!(folder.seal_pending(&own()).unwrap(), ["0001"]);
    assert_eq!(judge(&Snapshot::take(&path).unwrap()).outcome(), Outcome::Holds);
    assert_eq!(names(scratch.path()), ["0001.sqlite"]);
}

#[test]
fn a_sealed_file_is_never_written_again() {
    let scratch = Scratch::new("never");
    let path = scratch.join("0001.sqlite");
    let folder = Folder::open(scratch.path(), &holder()).unwrap();
    let story = Story::whole("0001", "all set");
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    store.seal(&own()).unwrap();
    let state = || (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    let before = state();
    drop(folder);
    let folder = Folder::open(scratch.path(), &holder()).unwrap();
    assert!(folder.seal_pending(&own()).unwrap().is_empty());
    assert!(matches!(folder.resume("0001"), Err(Error::Sealed(_))));
    let again = folder.create("0001", &story.events, &story.pieces());
    assert!(matches!(again, Err(Error::Io { .. })), "{again:?}");
    assert_eq!(folder.next_run().unwrap(), "0002");
    drop(load(&path).unwrap());
    assert_eq!(state(), before);
}

#[test]
fn nothing_follows_the_end_and_nothing_else_is_sealed() {
    let scratch = Scratch::new("order");
    let folder = Folder::open(scratch.path(), &holder()).unwrap();
    let story = Story::whole("0001", "all set");
    let (first, rest) = story.events.split_at(1);
    let (store, _) = folder.create("0001", first, &story.pieces()).unwrap();
    assert!(matches!(store.seal(&own()), Err(Error::Order(_))));
    let (mut store, loaded) = folder.resume("0001").unwrap();
    assert_eq!(loaded.events.len(), 1);
    assert_eq!(store.append(&[], &[]).unwrap(), []);
    assert_eq!(store.append(rest, &[]).unwrap().last(), Some(&Seq(7)));
    let more = store.append(&[Event::Resumed { at: Time(1) }], &[]);
    assert!(matches!(more, Err(Error::Order(_))));
    store.close().unwrap();
    assert!(matches!(folder.resume("0001"), Err(Error::Order(_))));
    assert_eq!(folder.seal_pending(&own()).unwrap(), ["0001"]);
}

#[test]
fn what_is_damaged_is_neither_gone_on_with_nor_sealed() {
    let scratch = Scratch::new("damaged");
    let path = scratch.join("0001.sqlite");
    let folder = Folder::open(scratch.path(), &holder()).unwrap();
    let story = Story::whole("0001", "all set");
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    store.close().unwrap();
    let good = fs::read(&path).unwrap();
    let at = good.windows(7).position(|window| window == b"\"looks\"").unwrap();
    let mut bad = good.clone();
    bad[at + 1] ^= 1;
    fs::write(&path, &bad).unwrap();
    assert!(matches!(load(&path), Err(Error::Damaged { .. })));
    assert!(matches!(folder.resume("0001"), Err(Error::Damaged { .. })));
    assert!(folder.seal_pending(&own()).unwrap().is_empty());
    assert_eq!(fs::read(&path).unwrap(), bad);
}

fn loaded(story: &Story) -> Loaded {
    let scratch = Scratch::new("facts");
    let folder = Folder::open(scratch.path(), &holder()).unwrap();
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    store.close().unwrap();
    load(&scratch.join("0001.sqlite")).unwrap()
}

/// A run that was killed in the middle and gone on with states the facts of one that was not.
#[test]
fn a_run_that_was_gone_on_with_states_the_same_facts() {
    let straight = facts(&loaded(&Story::whole("0001", "all set"))).unwrap();
    let resumed = |text: &str| {
        let mut story = Story::began("0001", None);
        story.judgement(3, "file.motto-says", &[("word", "set")]);
        let began = story.judgement(4, SHORT, &[]);
        let look = story.looked(Ok(Seen::File(file("all set"))));
        story.judged(began, &[look], Verdict::Pass);
        story.push(Event::Interrupted { at: Time(5) });
        story.push(Event::Resumed { at: Time(9) });
        let says = story.judgement(3, "file.motto-says", &[("word", "set")]);
        let Some(Event::JudgementBegan { scope, .. }) = story.events.last_mut() else { panic!() };
        scope.now = scope.now.plus(9);
        let look = story.looked(Ok(Seen::File(File { text: text.into(), ..file("all set") })));
        let Some(Event::Looked { ms, at, .. }) = story.events.last_mut() else { panic!() };
        (*ms, *at) = (77, at.plus(9));
        story.judged(says, &[look], Verdict::Pass);
        story.end();
        facts(&loaded(&story)).unwrap()
    };
    assert_eq!(resumed("all set"), straight);
    let other: BTreeSet<String> = resumed("all set now");
    assert_eq!(other.difference(&straight).count(), 1);
}

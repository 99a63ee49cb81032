//! Kills: whatever moment a process is killed at, nothing acknowledged is lost.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use holdpoint_model::{event::Event, time::Time};
use holdpoint_record::{Folder, Outcome, Snapshot, load};

use crate::{
    sabotage::{judge, own},
    scratch::{Scratch, names},
    story::{Story, holder},
};

/// Names the folder to the child that a test starts of itself.
const CHILD: &str = "HOLDPOINT_RECORD_CHILD";
/// Kills of each kind.
const KILLS: u32 = 200;

/// The life of a short run; an acknowledgement follows each append. Runs in the child only.
#[test]
fn child() {
    let Some(folder) = env::var_os(CHILD) else { return };
    let say = |text: &str| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
    };
    let folder = Folder::open(Path::new(&folder), &holder()).unwrap();
    folder.seal_pending(&own()).unwrap();
    let story = Story::whole("0001", "all set");
    let (first, rest) = story.events.split_at(1);
    let pieces = story.pieces_of(&first[0]);
    let (mut store, seqs) = folder.create("0001", first, &pieces).unwrap();
    say(&format!("ack {}", seqs[0].0));
    for event in rest {
        let pieces = story.pieces_of(event);
        let seqs = store.append(std::slice::from_ref(event), &pieces).unwrap();
        say(&format!("ack {}", seqs[0].0));
    }
    say("ended");
    store.seal(&own()).unwrap();
    say("sealed");
    drop(folder);
    say("left");
}

fn start(folder: &Path) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "kill::child", "--nocapture", "--test-threads=1"]);
    command.env(CHILD, folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Reads what the child says until `last`, or its end.
fn listen(out: &mut impl BufRead, last: Option<&str>) -> Vec<String> {
    let mut said = Vec::new();
    let mut line = String::new();
    while 0 < out.read_line(&mut line).unwrap() {
        let word =
            std::mem::take(&mut line).trim().trim_start_matches("test kill::child ... ").to_owned();
        let done = last.is_some_and(|last| word == last);
        said.push(word);
        if done {
            break;
        }
    }
    said
}

/// What must hold of a folder after a kill, and after the next command has been there.
fn survives(folder: &Path, said: &[String]) -> &'static str {
    let acknowledged =
        said.iter().filter_map(|word| word.strip_prefix("ack ")?.parse().ok()).max().unwrap_or(0);
    let story = Story::whole("0001", "all set");
    let path = folder.join("0001.sqlite");
    let prefix = |when: &str| match path.exists() {
        true => {
            let events = load(&path).unwrap_or_else(|error| panic!("{when}: {error}")).events;
            assert_eq!(events, story.numbered()[..events.len()], "{when}");
            assert!(acknowledged <= events.len(), "{when}: {acknowledged} were acknowledged");
            let report = judge(&Snapshot::take(&path).unwrap());
            assert_ne!(report.outcome(), Outcome::Broken, "{when}: {:#?}", report.troubles);
            events.len()
        }
        false => {
            assert_eq!(acknowledged, 0, "{when}");
            0
        }
    };
    let before = if folder.exists() { prefix("before") } else { 0 };
    let next = Folder::open(folder, &holder()).unwrap();
    let sealed = next.seal_pending(&own()).unwrap();
    let after = prefix("after");
    assert_eq!(before, after);
    let left = names(folder);
    if after == 0 {
        assert!(left.is_empty(), "{left:?}");
        return "nothing";
    }
    assert_eq!(left, ["0001.sqlite"]);
    let closed = next.runs().unwrap()[0].sealed;
    assert_eq!(closed, after == story.events.len());
    let outcome = judge(&Snapshot::take(&path).unwrap()).outcome();
    assert_eq!(outcome, if closed { Outcome::Holds } else { Outcome::Open });
    match (closed, sealed.is_empty()) {
        (false, _) => {
            let (mut store, loaded) = next.resume("0001").unwrap();
            assert_eq!(loaded.events.len(), after);
            let seqs = store.append(&[Event::Resumed { at: Time(1) }], &[]).unwrap();
            assert_eq!(seqs[0].0, u64::try_from(after).unwrap() + 1);
            store.close().unwrap();
            assert_eq!(names(folder), ["0001.sqlite"]);
            "unfinished"
        }
        (true, false) => "sealed by the next command",
        (true, true) => "sealed",
    }
}

/// Where a run is killed.
enum Moment {
    /// So long after its start.
    Anywhere(Duration),
    /// So long after this was said.
    After(&'static str, Duration),
}

fn kill(moment: &Moment) -> &'static str {
    let scratch = Scratch::new("kill");
    let folder = scratch.join(".holdpoint");
    let mut child = start(&folder);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = Vec::new();
    let wait = match moment {
        Moment::Anywhere(wait) => *wait,
        Moment::After(word, wait) => {
            said = listen(&mut out, Some(word));
            *wait
        }
    };
    let began = Instant::now();
    while began.elapsed() < wait {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(listen(&mut out, None));
    survives(&folder, &said)
}

/// How long an unkilled run takes, in all and from its last event on.
fn measure() -> (Duration, Duration) {
    let scratch = Scratch::new("measure");
    let folder = scratch.join(".holdpoint");
    let began = Instant::now();
    let mut child = start(&folder);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    listen(&mut out, Some("ended"));
    let ended = Instant::now();
    let said = listen(&mut out, Some("left"));
    assert_eq!(said, ["sealed", "left"]);
    let left = Instant::now();
    assert!(child.wait().unwrap().success());
    assert_eq!(names(&folder), ["0001.sqlite"]);
    (left - began, left - ended)
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    let (whole, end) = measure();
    let mut seen = std::collections::BTreeMap::new();
    for n in 0..KILLS {
        let part = f64::from(n) / f64::from(KILLS);
        let early = ["ack 1", "ack 2", "ack 3", "ack 4", "ack 5", "ack 6"];
        let word = early[usize::try_from(n).unwrap() % early.len()];
        let first = match n.is_multiple_of(2) {
            true => kill(&Moment::Anywhere(whole.mul_f64(part * 1.1))),
            false => kill(&Moment::After(word, end.mul_f64(part / 4.0))),
        };
        let last = kill(&Moment::After("ended", end.mul_f64(part)));
        for outcome in [first, last] {
            *seen.entry(outcome).or_insert(0) += 1;
        }
    }
    println!("{} kills over {whole:?}, the end {end:?}: {seen:?}", 2 * KILLS);
    assert!(seen.contains_key("unfinished") && 1 < seen.len(), "{seen:?}");
}

#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("mode");
    let path = scratch.join("state/.holdpoint");
    let folder = Folder::open(&path, &holder()).unwrap();
    let story = Story::whole("0001", "all set");
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.join("0001.sqlite"))), (0o700, 0o600));
    store.seal(&own()).unwrap();
    assert_eq!(mode(&path.join("0001.sqlite")), 0o600);
    let loaded = load(&path.join("0001.sqlite")).unwrap();
    assert_eq!(loaded.events, story.numbered());
    for (digest, bytes) in &story.evidence {
        assert_eq!(loaded.evidence(digest).unwrap().as_ref(), Some(bytes));
    }
}

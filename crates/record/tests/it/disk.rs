//! Disks that are full or may not be written, and folders that somebody else holds.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use holdpoint_model::event::{Event, Seq};
use holdpoint_record::{Error, Folder, Holder, Store, canonical, load};

use crate::{
    sabotage::own,
    scratch::{Scratch, names},
    story::{BEGAN, Story, holder},
};

/// Tells the child that a test starts of itself which folder to work in.
const CHILD: &str = "HOLDPOINT_RECORD_DISK";

/// Appends until the disk refuses, and gives back how many events were acknowledged.
fn fill(store: &mut Store) -> u64 {
    let mut last = 1;
    let mut noise = canonical::sha256(b"noise").to_vec();
    for _ in 0..10_000 {
        // What cannot be compressed fills a disk.
        for _ in 0..300 {
            noise.extend(canonical::sha256(noise.get(noise.len() - 32..).unwrap()));
        }
        let piece = noise.split_off(32);
        noise = piece[piece.len() - 32..].to_vec();
        let evidence = [(canonical::digest(&piece), piece)];
        match store.append(&[Event::Resumed { at: BEGAN }], &evidence) {
            Ok(seqs) => last = seqs[0].0,
            Err(Error::Io { .. }) => {
                let after = store.append(&[Event::Resumed { at: BEGAN }], &[]);
                assert!(matches!(after, Err(Error::Io { .. })), "nothing follows a failure");
                return last;
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the disk never got full");
}

fn begin(folder: &Path) -> (Folder, Store) {
    let folder = Folder::open(folder, &holder()).unwrap();
    let story = Story::began("0001", None);
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    (folder, store)
}

fn keeps(folder: &Path, acknowledged: u64) {
    let events = load(&folder.join("0001.sqlite")).unwrap().events;
    assert_eq!(events.last().map(|(seq, _)| *seq), Some(Seq(acknowledged)));
}

/// A file system of its own for one test, where we may mount one.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    fn small(at: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(at).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then_some(Self(at))
    }

    fn read_only(&self) {
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", "remount,ro"]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let scratch = Scratch::new("full");
    let Some(_mount) = Mount::small(scratch.path()) else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    let path = scratch.join(".holdpoint");
    let filler = scratch.join("filler");
    fs::write(&filler, vec![1; 600_000]).unwrap();
    let (folder, mut store) = begin(&path);
    let acknowledged = fill(&mut store);
    keeps(&path, acknowledged);
    assert!(1 < acknowledged);
    drop((store, folder));
    keeps(&path, acknowledged);
    // Somebody makes room, and the run goes on.
    fs::remove_file(&filler).unwrap();
    let folder = Folder::open(&path, &holder()).unwrap();
    let (mut store, _) = folder.resume("0001").unwrap();
    store.append(&[Event::Resumed { at: BEGAN }], &[]).unwrap();
    keeps(&path, acknowledged + 1);
    store.close().unwrap();
    assert_eq!(names(&path), ["0001.sqlite"]);
    fs::write(&filler, vec![1; 1_100_000]).unwrap_err();
    let story = Story::began("0002", None);
    let made = folder.create("0002", &story.events, &story.pieces());
    assert!(matches!(made, Err(Error::Io { .. })), "{made:?}");
    assert_eq!(names(&path), ["0001.sqlite"]);
}

#[test]
fn a_folder_that_may_not_be_written_can_be_read() {
    let scratch = Scratch::new("read-only");
    let Some(mount) = Mount::small(scratch.path()) else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    let path = scratch.join(".holdpoint");
    let (folder, mut store) = begin(&path);
    store.append(&[Event::Resumed { at: BEGAN }], &[]).unwrap();
    store.close().unwrap();
    drop(folder);
    mount.read_only();
    keeps(&path, 2);
    let folder = Folder::open(&path, &holder()).unwrap();
    assert!(matches!(folder.resume("0001"), Err(Error::Io { .. })));
    let story = Story::began("0002", None);
    let made = folder.create("0002", &story.events, &story.pieces());
    assert!(matches!(made, Err(Error::Io { .. })), "{made:?}");
    let other = Folder::open(&scratch.join("other"), &holder());
    assert!(matches!(other, Err(Error::Io { .. })), "{other:?}");
}

/// Fills a file up to the limit of the process. Runs in the child only.
#[test]
fn limited_child() {
    let Some(path) = env::var_os(CHILD) else { return };
    let (folder, mut store) = begin(Path::new(&path));
    let acknowledged = fill(&mut store);
    drop((store, folder));
    println!("acknowledged {acknowledged}.");
}

#[test]
fn a_limit_on_files_stops_the_run_and_loses_nothing() {
    let scratch = Scratch::new("limit");
    let path = scratch.join(".holdpoint");
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""]);
    child.arg(env::current_exe().unwrap());
    child.args(["--exact", "disk::limited_child", "--nocapture", "--test-threads=1"]);
    let out = child.env(CHILD, &path).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    let acknowledged = said
        .split_once("acknowledged ")
        .and_then(|(_, rest)| rest.split_once('.').and_then(|(number, _)| number.parse().ok()));
    let acknowledged = acknowledged.unwrap_or_else(|| panic!("{said}"));
    assert!(1 < acknowledged);
    keeps(&path, acknowledged);
    let folder = Folder::open(&path, &holder()).unwrap();
    let (store, _) = folder.resume("0001").unwrap();
    store.close().unwrap();
    keeps(&path, acknowledged);
    assert_eq!(names(&path), ["0001.sqlite"]);
}

/// Tries to take a folder that is held. Runs in the child only.
#[test]
fn second_child() {
    let Some(path) = env::var_os(CHILD) else { return };
    let second = Holder { pid: 7, command: String::from("second"), since: BEGAN };
    match Folder::open(Path::new(&path), &second) {
        Ok(_) => println!("taken."),
        Err(error) => println!("refused: {error}."),
    }
}

#[test]
fn a_second_process_is_told_who_holds_the_folder() {
    let scratch = Scratch::new("held");
    let path = scratch.join(".holdpoint");
    let second = || {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "disk::second_child", "--nocapture", "--test-threads=1"]);
        let out = child.env(CHILD, &path).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let folder = Folder::open(&path, &holder()).unwrap();
    assert!(second().contains("is held by another process."), "{}", second());
    let story = Story::whole("0001", "all set");
    let (store, _) = folder.create("0001", &story.events, &story.pieces()).unwrap();
    let name = format!("is held by `holdpoint run` (process {}).", std::process::id());
    assert!(second().contains(&name), "{}", second());
    // The folder is held as long as something of it is in use.
    drop(folder);
    assert!(second().contains(&name), "{}", second());
    store.seal(&own()).unwrap();
    assert!(second().contains("taken."), "{}", second());
}

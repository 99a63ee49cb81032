//! Kills, full disks and folders that cannot be written: nothing that was shown is lost, and what is
//! gone on with comes to what it would have come to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use holdpoint_lab::{Key, Limiter};
use holdpoint_model::event::Event;
use holdpoint_record::{facts, load};
use serde_json::Value;

use crate::{
    common::{Place, said},
    site::Site,
};

/// Kills within the last moments of a short run, and over the whole of one.
const SHORT_ROUNDS: usize = 400;
const SPREAD_ROUNDS: usize = 80;
/// Kills of a longer run.
const LONG_ROUNDS: usize = 100;
/// Rounds of short runs that are under way at the same time, and of long ones, which mostly wait.
const SIDE_BY_SIDE: usize = 2;
const LONG_SIDE_BY_SIDE: usize = 4;

const SHORT: &str = "\
# T

## Pre-Deployment

- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health consecutive=1 -->
- [ ] Cache healthy <!-- holdpoint: http.health path=/sick consecutive=1 severity=minor -->
- [ ] Search healthy <!-- holdpoint: http.health path=/search consecutive=1 -->
";

/// About forty lines, half of them with samples in time; with `limited`, one with bursts.
fn long(limited: bool) -> String {
    let mut text = String::from("# T\n\n## Pre-Deployment\n\n");
    for n in 0..40 {
        let line = match n % 8 {
            0..=2 => format!(
                "Part {n} healthy <!-- holdpoint: http.health path=/p{n} consecutive=3 interval=600ms -->"
            ),
            3 | 4 => {
                format!("Part {n} healthy <!-- holdpoint: http.health path=/p{n} consecutive=1 -->")
            }
            5 => format!(
                "Part {n} healthy <!-- holdpoint: http.health path=/sick{n} severity=minor interval=300ms -->"
            ),
            6 => format!("Team briefed on part {n}"),
            _ => format!("Frobnicator {n} hums"),
        };
        text.push_str(&format!("- [ ] {line}\n"));
    }
    if limited {
        text.push_str("- [ ] Requests limited <!-- holdpoint: http.rate-limit limit=8 window=600ms endpoint=/limited -->\n");
    }
    text
}

fn limiter() -> Limiter {
    Limiter::new(Key::Client, 8, Duration::from_millis(600))
}

fn at(document: &str, site: &Site) -> Place {
    let place = Place::new();
    place.write("list.md", document);
    let settings = format!("[target.web]\nurl = \"{}\"\nallow = [\"active\"]\n", site.url());
    place.write("holdpoint.toml", settings);
    place
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

fn file(place: &Place, run: &str) -> PathBuf {
    place.path().join(format!(".holdpoint/{run}.sqlite"))
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What an unkilled run comes to.
struct Reference {
    code: Option<i32>,
    verdict: String,
    states: BTreeMap<u64, String>,
    facts: BTreeSet<String>,
    took: Duration,
}

fn states(run: &Value) -> BTreeMap<u64, String> {
    let lines = run["lines"].as_array().unwrap().iter();
    lines
        .map(|it| (it["line"].as_u64().unwrap(), it["state"].as_str().unwrap().to_owned()))
        .collect()
}

/// Without the number, made of the time, by which a request gets past caches.
fn without_time(fact: &str) -> String {
    let mut parts = fact.split("?holdpoint=");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("?holdpoint=");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

/// The facts of a record, wherever the site of the day listens.
fn facts_of(place: &Place, run: &str, site: &Site) -> Result<BTreeSet<String>, String> {
    let loaded = load(&file(place, run)).map_err(|error| error.to_string())?;
    let port = site.url().rsplit(':').next().unwrap().to_owned();
    let facts = facts(&loaded).map_err(|error| error.to_string())?;
    let here = |fact: String| without_time(&fact).replace(&format!(":{port}"), ":PORT");
    // What a burst meets depends on when it comes, and one that was cut off stays in the record.
    // What became of its line is compared as a state.
    let timed = |fact: &String| fact.contains("\"burst\"") || fact.contains("http.rate-limit");
    Ok(facts.into_iter().filter(|fact| !timed(fact)).map(here).collect())
}

fn reference(document: &str, site: &Site) -> Reference {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..5 {
        let place = at(document, site);
        let began = Instant::now();
        let (code, run) = place.json(&["run", "list.md", "--format", "json"]);
        times.push(began.elapsed());
        let facts = facts_of(&place, "0001", site).unwrap();
        assert_eq!(names(&place.path().join(".holdpoint")), ["0001.sqlite"]);
        assert_eq!(place.run(&["record", "verify"]).code, Some(0));
        let verdict = run["verdict"].as_str().unwrap().to_owned();
        if let Some((_, _, _, before)) = &last {
            assert_eq!(*before, facts, "two unkilled runs differ");
        }
        last = Some((code, verdict, states(&run), facts));
        if Duration::from_millis(500) < began.elapsed() && 2 <= times.len() {
            break;
        }
    }
    times.sort();
    let (code, verdict, states, facts) = last.unwrap();
    Reference { code, verdict, states, facts, took: times[times.len() / 2] }
}

/// Starts a run, kills it after a while, and gives back the whole lines that it printed.
fn kill_after(place: &Place, wait: Duration) -> Vec<String> {
    let mut command = place.command(&["run", "list.md", "--format", "jsonl"]);
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        out.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    std::thread::sleep(wait.saturating_sub(began.elapsed() + Duration::from_millis(1)));
    while began.elapsed() < wait {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let text = reader.join().unwrap();
    text.split_inclusive('\n').filter(|it| it.ends_with('\n')).map(str::to_owned).collect()
}

/// What must hold after a kill, and after the run was gone on with; how it was found.
fn survives(
    place: &Place,
    site: &Site,
    printed: &[String],
    wanted: &Reference,
) -> Result<&'static str, String> {
    let path = file(place, "0001");
    let (mut found, mut events) = ("nothing", 0);
    if path.exists() {
        let verified = place.run(&["record", "verify"]);
        if !matches!(verified.code, Some(0 | 3)) {
            return Err(format!("after the kill: {:?} {}", verified.code, verified.out));
        }
        let loaded = load(&path).map_err(|error| format!("after the kill: {error}"))?;
        events = loaded.events.len();
        found = match loaded.events.last() {
            Some((_, Event::RunEnded { .. })) if loaded.closed => "sealed",
            Some((_, Event::RunEnded { .. })) => "ended",
            _ => "unfinished",
        };
        let there: BTreeMap<u64, Value> = loaded
            .events
            .iter()
            .map(|(seq, event)| (seq.0, serde_json::to_value(event).unwrap()))
            .collect();
        for line in printed {
            let shown: Value =
                serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
            let seq = shown["seq"].as_u64().unwrap();
            if there.get(&seq) != Some(&shown["event"]) {
                return Err(format!("event {seq} was shown and is lost: {line}"));
            }
        }
    } else if !printed.is_empty() {
        return Err(format!("{} events were shown and there is no record", printed.len()));
    }
    let anew = matches!(found, "sealed" | "ended");
    let run = if anew { "0002" } else { "0001" };
    let again = place.run(&["run", "list.md", "--format", "json"]);
    let value: Value = serde_json::from_str(&again.out)
        .map_err(|error| format!("{found}: {:?} {error} {}", again.code, again.err))?;
    let same = again.code == wanted.code
        && value["verdict"] == wanted.verdict.as_str()
        && value["run"] == run
        && states(&value) == wanted.states;
    if !same {
        return Err(format!(
            "{found} after {events} events: {:?} {} run {}: {:?}",
            again.code,
            value["verdict"],
            value["run"],
            states(&value)
        ));
    }
    let facts = facts_of(place, run, site)?;
    if facts != wanted.facts {
        let more: Vec<&String> = facts.difference(&wanted.facts).collect();
        let less: Vec<&String> = wanted.facts.difference(&facts).collect();
        return Err(format!("{found} after {events} events\nmore: {more:#?}\nless: {less:#?}"));
    }
    let left = names(&place.path().join(".holdpoint"));
    let runs = if anew { &["0001.sqlite", "0002.sqlite"][..] } else { &["0001.sqlite"] };
    if left != runs {
        return Err(format!("{found}: left behind: {left:?}"));
    }
    let verified = place.run(&["record", "verify"]);
    if verified.code != Some(0) {
        return Err(format!("{found}, gone on with: {:?} {}", verified.code, verified.out));
    }
    Ok(found)
}

/// Plays rounds side by side; each says how its kill was found.
fn rounds(
    name: &str,
    (count, at_once): (usize, usize),
    play: impl Fn(usize) -> Result<&'static str, String> + Sync,
) -> BTreeMap<&'static str, usize> {
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    let (seen, wrong) = (Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let round = next.fetch_add(1, Ordering::SeqCst);
            if count <= round {
                return;
            }
            match play(round) {
                Ok(found) => *seen.lock().unwrap().entry(found).or_insert(0) += 1,
                Err(why) => wrong.lock().unwrap().push(format!("round {round}: {why}")),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(work);
        }
    });
    let (seen, wrong) = (seen.into_inner().unwrap(), wrong.into_inner().unwrap());
    eprintln!("{name}: {count} kills in {:.1?}: {seen:?}, {} wrong", began.elapsed(), wrong.len());
    let shown: Vec<&String> = wrong.iter().take(6).collect();
    assert!(wrong.is_empty(), "{} of {count} kills\n{shown:#?}", wrong.len());
    seen
}

#[test]
fn kills_around_the_end_of_a_short_run_lose_nothing() {
    let site = Site::new(None);
    let wanted = reference(SHORT, &site);
    let micros = i64::try_from(wanted.took.as_micros()).unwrap();
    eprintln!("a short run takes {:?}", wanted.took);
    // Where the end is depends on what else this machine does: it is followed from kill to kill.
    let end = AtomicI64::new(micros);
    let play = |round: usize| {
        let mut dice = Dice(u64::try_from(round).unwrap() * 7_919 + 17);
        let place = at(SHORT, &site);
        let offset = i64::try_from(dice.below(15_000)).unwrap() - 11_000;
        let wait = u64::try_from(end.load(Ordering::SeqCst) + offset).unwrap_or(0);
        let printed = kill_after(&place, Duration::from_micros(wait));
        let found = survives(&place, &site, &printed, &wanted)?;
        let step = match found {
            "nothing" => 1_500,
            "unfinished" => 300,
            _ => -500,
        };
        end.fetch_add(step, Ordering::SeqCst);
        Ok(found)
    };
    let seen = rounds("around the end", (SHORT_ROUNDS, SIDE_BY_SIDE), play);
    assert!(seen.contains_key("unfinished") && seen.contains_key("sealed"), "{seen:?}");
}

#[test]
fn kills_anywhere_in_a_short_run_lose_nothing() {
    let site = Site::new(None);
    let wanted = reference(SHORT, &site);
    let micros = u64::try_from(wanted.took.as_micros()).unwrap();
    let play = |round: usize| {
        let round = u64::try_from(round).unwrap();
        let place = at(SHORT, &site);
        let wait = micros * (round + 1) / u64::try_from(SPREAD_ROUNDS).unwrap();
        let printed = kill_after(&place, Duration::from_micros(wait));
        survives(&place, &site, &printed, &wanted)
    };
    let seen = rounds("anywhere", (SPREAD_ROUNDS, SIDE_BY_SIDE), play);
    assert!(seen.contains_key("nothing"), "{seen:?}");
}

#[test]
fn kills_at_any_moment_of_a_long_run_lose_nothing() {
    let wanted: Vec<Reference> = [false, true]
        .iter()
        .map(|limited| reference(&long(*limited), &Site::new(Some(limiter()))))
        .collect();
    eprintln!("a long run takes {:?}, with bursts {:?}", wanted[0].took, wanted[1].took);
    let limited_line = u64::try_from(long(true).lines().count()).unwrap();
    assert_eq!(wanted[1].states[&limited_line], "pass", "{:#?}", wanted[1].facts);
    let play = |round: usize| {
        let mut dice = Dice(u64::try_from(round).unwrap() * 104_729 + 5);
        let limited = round.is_multiple_of(6);
        let wanted = &wanted[usize::from(limited)];
        let site = Site::new(Some(limiter()));
        let place = at(&long(limited), &site);
        let micros = u64::try_from(wanted.took.as_micros()).unwrap();
        let printed = kill_after(&place, Duration::from_micros(dice.below(micros)));
        survives(&place, &site, &printed, wanted)
    };
    let seen = rounds("a long run", (LONG_ROUNDS, LONG_SIDE_BY_SIDE), play);
    assert!(seen.get("unfinished").is_some_and(|it| LONG_ROUNDS / 2 < *it), "{seen:?}");
}

/// A run that is killed again and again comes to the same.
#[test]
fn a_run_that_is_killed_again_and_again_comes_to_the_same() {
    let site = Site::new(None);
    let document = long(false);
    let wanted = reference(&document, &site);
    let place = at(&document, &site);
    let micros = u64::try_from(wanted.took.as_micros()).unwrap();
    let mut dice = Dice(4_711);
    let mut shown = Vec::new();
    for _ in 0..6 {
        let ended = load(&file(&place, "0001")).is_ok_and(|it| it.ended());
        if ended {
            break;
        }
        let wait = Duration::from_micros(micros / 8 + dice.below(micros / 6));
        shown.extend(kill_after(&place, wait));
        assert!(matches!(place.run(&["record", "verify"]).code, Some(2 | 3)));
    }
    survives(&place, &site, &shown, &wanted).unwrap();
}

#[test]
fn of_two_runs_at_once_one_looks_and_the_other_says_who_does() {
    let site = Site::new(None);
    let place = at(SHORT, &site);
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    let (mut both, mut one) = (0, 0);
    for _ in 0..12 {
        let children = [(); 2].map(|()| place.start(&["run", "list.md"]));
        let ends: Vec<_> =
            children.into_iter().map(|it| said(it.wait_with_output().unwrap())).collect();
        for end in &ends {
            match end.code {
                Some(3) => {}
                // Before it has written anything its name cannot be told.
                Some(74) => assert!(end.err.contains("held by"), "{}", end.err),
                other => panic!("{other:?} {}{}", end.out, end.err),
            }
        }
        match ends.iter().filter(|end| end.code == Some(3)).count() {
            2 => both += 1,
            1 => one += 1,
            _ => panic!("neither looked"),
        }
    }
    eprintln!("two at once: one stood back {one} times of {}", one + both);
    assert_eq!(place.run(&["record", "verify"]).code, Some(0));
    let runs = names(&place.path().join(".holdpoint"));
    assert_eq!(runs.len(), 2 * both + one, "{runs:?}");
    assert!(runs.iter().all(|name| name.ends_with(".sqlite")), "{runs:?}");
}

/// Something that is mounted until this is dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: &Path, args: &[&str]) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(args).arg(at).output();
        let good = done.as_ref().is_ok_and(|it| it.status.success());
        if !good {
            eprintln!("skipped: nothing can be mounted here");
        }
        good.then(|| Self(at.to_owned()))
    }

    fn again(&self, options: &str) {
        let done = Command::new("mount").args(["-o", options]).arg(&self.0).status();
        assert!(done.unwrap().success(), "{options}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[test]
fn a_full_disk_ends_a_run_with_74_and_it_is_gone_on_with_when_there_is_room() {
    let document = long(false);
    let site = Site::new(None);
    let wanted = reference(&document, &site);
    let mut ends = BTreeMap::new();
    for kilobytes in [4, 40, 64, 80, 120, 160, 200, 260, 300, 400, 600] {
        let place = at(&document, &site);
        assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
        let size = format!("size={kilobytes}k,mode=700");
        let folder = place.path().join(".holdpoint");
        let Some(disk) = Mounted::new(&folder, &["-t", "tmpfs", "-o", &size, "none"]) else {
            return;
        };
        let before = site.asked();
        let said = place.run(&["run", "list.md", "--format", "jsonl"]);
        let asked = site.asked() - before;
        let printed: Vec<String> = said.out.split_inclusive('\n').map(str::to_owned).collect();
        if said.code == wanted.code {
            *ends.entry("it fitted").or_insert(0) += 1;
            continue;
        }
        assert_eq!(said.code, Some(74), "{kilobytes}: {}", said.err);
        assert!(said.err.contains(".holdpoint"), "{kilobytes}: {}", said.err);
        let runs = names(&folder);
        *ends.entry(if runs.is_empty() { "not begun" } else { "on the way" }).or_insert(0) += 1;
        if runs.is_empty() {
            assert_eq!(asked, 0, "{kilobytes}: looked without a journal");
        }
        assert!(!said.out.contains("run-ended"), "{kilobytes}: it says that it ended");
        disk.again("remount,size=20m");
        let found = survives(&place, &site, &printed, &wanted);
        assert!(found.is_ok(), "{kilobytes}: {}", found.unwrap_err());
    }
    eprintln!("full disks: {ends:?}");
    assert!(ends.contains_key("not begun") && ends.contains_key("on the way"), "{ends:?}");
}

/// The reviewed lock is not lost because there is no room for a new one.
#[test]
fn a_lock_that_cannot_be_written_leaves_the_one_that_was_there() {
    let place = Place::new();
    let folder = place.path().join("full");
    let Some(_disk) = Mounted::new(&folder, &["-t", "tmpfs", "-o", "size=64k", "none"]) else {
        return;
    };
    let plan = || said(place.command(&["plan", "list.md"]).current_dir(&folder).output().unwrap());
    let head = "# T\n\n## Pre-Deployment\n\n- [ ] Health endpoint is healthy\n";
    place.write("full/list.md", head);
    assert_eq!(plan().code, Some(0));
    let lock = place.read("full/holdpoint.lock");
    place.write("full/list.md", head.to_owned() + &"- [ ] One more part is healthy\n".repeat(200));
    drop(fs::write(folder.join("filler"), vec![7; 100_000]));
    let full = plan();
    assert_eq!(full.code, Some(2), "{}", full.out);
    assert!(full.err.contains("holdpoint.lock"), "{}", full.err);
    assert_eq!(place.read("full/holdpoint.lock"), lock);
    fs::remove_file(folder.join("filler")).unwrap();
    assert_eq!(names(&folder), ["holdpoint.lock", "list.md"]);
    assert_eq!(plan().code, Some(0));
}

#[test]
fn a_folder_that_cannot_be_written_ends_with_74_and_can_still_be_read() {
    let site = Site::new(None);
    let place = at(SHORT, &site);
    assert_eq!(place.run(&["run", "list.md"]).code, Some(3));
    let folder = place.path().join(".holdpoint");
    let own = folder.to_str().unwrap().to_owned();
    let Some(disk) = Mounted::new(&folder, &["--bind", &own]) else { return };
    disk.again("remount,ro,bind");
    let before = site.asked();
    for args in [&["run", "list.md"][..], &["run", "list.md", "--format", "json"]] {
        let said = place.run(args);
        assert_eq!((said.code, said.out.as_str()), (Some(74), ""), "{}", said.err);
        assert!(said.err.contains(".holdpoint"), "{}", said.err);
    }
    assert_eq!(site.asked(), before, "nothing is looked at without a journal");
    assert_eq!(place.run(&["record", "verify"]).code, Some(0));
    assert_eq!(place.run(&["status"]).code, Some(0));
    assert_eq!(place.run(&["record", "show", "5"]).code, Some(0));
    drop(disk);
    assert_eq!(place.run(&["run", "list.md"]).code, Some(3));
    assert_eq!(place.run(&["record", "verify"]).code, Some(0));
}

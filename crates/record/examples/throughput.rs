//! How many events a second are on disk: one transaction an event, and in groups.
//!
//! `cargo run --release -p holdpoint-record --example throughput [FOLDER]`

use std::{path::PathBuf, process::ExitCode, time::Instant};

use holdpoint_model::{
    event::{Digest, Event},
    line::Gate,
    plan::DocumentRef,
    time::Time,
};
use holdpoint_record::{Folder, Holder, Key, Result, load};

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("holdpoint-throughput-{}", std::process::id()));
    let measured = measure(&folder);
    drop(std::fs::remove_dir_all(&folder));
    match measured {
        Ok(lines) => {
            say(&lines);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&[error.to_string()]);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "an example is there to be read")]
fn say(lines: &[String]) {
    for line in lines {
        println!("{line}");
    }
}

fn measure(path: &std::path::Path) -> Result<Vec<String>> {
    let holder =
        Holder { pid: std::process::id(), command: String::from("throughput"), since: Time(0) };
    let folder = Folder::open(path, &holder)?;
    let key = Key::ephemeral("a measurement")?;
    let mut lines = Vec::new();
    for (group, events) in [(1_u32, 2_000_u32), (8, 8_000), (64, 64_000)] {
        let run = folder.next_run()?;
        let (mut store, _) = folder.create(&run, &[began(&run)], &[])?;
        let batch: Vec<Event> = (0..group).map(|n| Event::Resumed { at: Time(n.into()) }).collect();
        let start = Instant::now();
        for _ in 0..events / group {
            store.append(&batch, &[])?;
        }
        let rate = f64::from(events) / start.elapsed().as_secs_f64();
        lines.push(format!("groups of {group}: {rate:.0} events a second"));
        let end = Event::RunEnded {
            at: Time(0),
            verdict: holdpoint_model::event::Release::Hold,
            counts: std::collections::BTreeMap::new(),
        };
        store.append(&[end], &[])?;
        let file = store.path().to_owned();
        let start = Instant::now();
        store.seal(&key)?;
        let sealed = start.elapsed();
        let start = Instant::now();
        let events = load(&file)?.events.len();
        lines
            .push(format!("  sealed in {sealed:?}, {events} events read in {:?}", start.elapsed()));
    }
    Ok(lines)
}

fn began(run: &str) -> Event {
    let document = DocumentRef {
        path: String::new(),
        sha256: String::new(),
        parsed_sha256: String::new(),
        lines: 0,
    };
    Event::RunBegan {
        run: run.to_owned(),
        at: Time(0),
        version: String::new(),
        document,
        document_evidence: Digest(String::new()),
        plan_evidence: Digest(String::new()),
        gate: Gate::Pre,
        environment: None,
        only: None,
        previous: None,
    }
}

//! Verifies a record without trusting anything that it concludes.
//!
//! Everything is done offline and in memory: signatures and chain say that nothing was changed
//! since it was sealed; parsing the document again, folding the events and judging every verdict
//! from its looks say that the conclusions follow from what was seen. So a record that was forged
//! and sealed again has to forge what was *seen*, and even then it carries a key that nobody
//! vouches for.

mod file;
mod history;
mod judge;
mod report;
mod rests;

use std::{collections::BTreeMap, path::Path};

use holdpoint_model::{
    check::AnyCheck,
    event::{Event, Release, Seq},
    line::State,
    plan::Plan,
};

pub(crate) use file::holds;
pub use report::{Open, Outcome, Place, Report, Revised, Trouble};

use crate::{
    error::{Error, Result},
    folder,
    key::PublicKey,
    snapshot::Snapshot,
};

/// Keys that somebody vouches for, each with who does.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Who vouches, by key.
    pub keys: BTreeMap<PublicKey, String>,
}

/// A function that says what the lines of a document are, by physical line.
pub type ParseLines<'a> = &'a dyn Fn(&[u8]) -> Vec<(usize, String)>;
/// A function that folds a journal into the verdict of the release, and lines by state.
pub type Refold<'a> = &'a dyn Fn(&Plan, &[(Seq, Event)]) -> (Release, BTreeMap<State, usize>);

/// What a verification is done with.
#[derive(Clone, Copy)]
pub struct With<'a> {
    /// Whose keys are good.
    pub trust: &'a Trust,
    /// The check of an id.
    pub checks: &'a dyn Fn(&str) -> Option<&'static dyn AnyCheck>,
    /// The parser of documents.
    pub parse_lines: ParseLines<'a>,
    /// The fold of the engine.
    pub refold: Refold<'a>,
}

/// Verifies the record at `path`. An error means that it could not be read, nothing else.
pub fn verify(path: &Path, with: &With<'_>) -> Result<Report> {
    Ok(verify_snapshot(&Snapshot::take(path)?, with))
}

/// Verifies the bytes of a record.
pub fn verify_snapshot(snapshot: &Snapshot, with: &With<'_>) -> Report {
    let mut report = Report::default();
    let Some(content) = file::read(snapshot, with.trust, &mut report) else { return report };
    let Some(history) = history::read(&content, with, &mut report) else { return report };
    judge::again(&history, with, &mut report);
    rests::on(&content, &mut report);
    report
}

/// Verifies every record of a folder, oldest first, and that each names the seal before it. Reports
/// go to `each` as they are made, so that a long history needs no memory.
pub fn verify_folder(
    path: &Path,
    with: &With<'_>,
    mut each: impl FnMut(&Path, Report),
) -> Result<()> {
    let entries = folder::list(path)?;
    if entries.is_empty() {
        return Err(Error::Missing(path.display().to_string()));
    }
    let mut sealed: Vec<Report> = Vec::new();
    for entry in entries {
        let mut report = verify(&entry.path, with)?;
        follows(&mut report, &sealed);
        if report.run.as_ref().is_some_and(|run| *run != entry.run) {
            report.trouble(Place::Run(entry.run), "it is the record of another run");
        }
        if report.seal.is_some() {
            sealed.push(Report {
                run: report.run.clone(),
                seal: report.seal.clone(),
                ended: report.ended,
                ..Report::default()
            });
        }
        each(&entry.path, report);
    }
    Ok(())
}

/// A run names the last seal before it. One that was sealed while this run was already under way,
/// because somebody went on with it later, cannot have been named.
fn follows(report: &mut Report, sealed: &[Report]) {
    let Some(began) = report.began else { return };
    let named = sealed.iter().rposition(|one| one.seal == report.previous);
    if report.previous.is_some() && named.is_none() {
        report.trouble(Place::Event(Seq(1)), "it names the seal of a record that is not there");
        return;
    }
    let between = sealed.get(named.map_or(0, |named| named + 1)..).unwrap_or_default();
    if let Some(left_out) = between.iter().find(|one| one.ended < Some(began)) {
        let run = left_out.run.clone().unwrap_or_default();
        report.trouble(Place::Event(Seq(1)), format!("it does not name the seal of run {run}"));
    }
}

//! When lines are decided by what a person says: `[phase]` of the settings for all below a heading,
//! `phase` of a line's table or comment for that line.

use std::collections::BTreeMap;

use holdpoint_document::Document;
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    line::Phase,
};

use crate::{
    key::blank,
    nearest::hint,
    overrides::read_comment,
    settings::{HeadingPhase, LineOverride, Settings},
};

/// Phases that can be said, by heading and by line: positions in the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phases {
    pub(crate) headings: BTreeMap<usize, Phase>,
    pub(crate) lines: BTreeMap<usize, Phase>,
}

impl Phases {
    /// Whether nobody said anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.headings.is_empty() && self.lines.is_empty()
    }
}

/// The phase of a word, or the way out. No line can be said to be `meta`: that is what titles,
/// fields and links are, whose form says so.
pub(crate) fn read(word: &str) -> Result<Phase, String> {
    let sayable = || Phase::ALL.iter().copied().filter(|phase| *phase != Phase::Meta);
    sayable().find(|phase| phase.word() == word).ok_or_else(|| {
        let words: Vec<&str> = sayable().map(Phase::word).collect();
        let near = hint(word, words.iter().copied());
        if near.is_empty() { format!("one of {}", words.join(", ")) } else { near }
    })
}

/// What is said about a document, with complaints about headings that it does not have.
pub(crate) fn said(
    document: &Document,
    settings: &Settings,
    matched: &BTreeMap<usize, Vec<&LineOverride>>,
) -> (Phases, Vec<Diagnostic>) {
    let mut said = Phases::default();
    let mut complaints = Vec::new();
    for one in &settings.phases {
        let wanted = shape(&one.heading);
        let named = document
            .headings
            .iter()
            .enumerate()
            .filter(|(_, it)| wanted == shape(&it.repaired) || wanted == shape(&it.text));
        let before = said.headings.len();
        said.headings.extend(named.map(|(at, _)| (at, one.phase)));
        if said.headings.len() == before {
            complaints.push(missing(document, settings, one));
        }
    }
    for (at, line) in document.lines.iter().enumerate() {
        let comment = line.override_comment.as_deref().and_then(|it| read_comment(it).ok());
        let tables = matched.get(&at).into_iter().flatten();
        // The settings go before the comment.
        let phase = tables.rev().find_map(|it| it.phase).or_else(|| comment?.phase);
        if let Some(phase) = phase {
            said.lines.insert(at, phase);
        }
    }
    (said, complaints)
}

/// A heading that the document does not have: a slip where one is much like it; otherwise it may
/// be one of another document of the folder, which has the same settings.
fn missing(document: &Document, settings: &Settings, one: &HeadingPhase) -> Diagnostic {
    let known = |text: &str| settings.phases.iter().any(|it| shape(&it.heading) == shape(text));
    let others = document.headings.iter().map(|it| it.repaired.as_str());
    let others: Vec<&str> = others.filter(|text| !known(text)).collect();
    let help = hint(&one.heading, others.iter().copied());
    let level = if help.is_empty() { Level::Warning } else { Level::Error };
    let what = format!("[phase]: the document has no heading `{}`", one.heading);
    settings.complain("settings::unknown-heading", level, one.place, &what, help)
}

/// Complaints about rows of `[phase]` that move no line.
pub(crate) fn idle(settings: &Settings, document: &Document, moved: &[usize]) -> Vec<Diagnostic> {
    let below = |at: usize, wanted: &str| {
        let mut next = document.lines.get(at).and_then(|line| line.section);
        while let Some(heading) = next.and_then(|id| document.headings.get(id.0)) {
            if shape(&heading.repaired) == wanted || shape(&heading.text) == wanted {
                return true;
            }
            next = heading.parent;
        }
        false
    };
    let there = |wanted: &str| {
        let mut all = document.headings.iter();
        all.any(|it| shape(&it.repaired) == wanted || shape(&it.text) == wanted)
    };
    let idle = settings.phases.iter().filter(|one| {
        let wanted = shape(&one.heading);
        there(&wanted) && !moved.iter().any(|at| below(*at, &wanted))
    });
    idle.map(|one| {
        let what = format!("[phase]: `{}` = \"{}\" changes nothing", one.heading, one.phase.word());
        let help = String::from("take it out");
        settings.complain("settings::idle-override", Level::Warning, one.place, &what, help)
    })
    .collect()
}

/// Headings are compared without their white space, case and the colon behind them.
fn shape(text: &str) -> String {
    blank(text).trim_end_matches([':', '\u{ff1a}']).to_lowercase()
}

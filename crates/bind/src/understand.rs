//! What a line claims, from its text alone.

use std::collections::BTreeMap;

use holdpoint_checks::names::validate;
use holdpoint_document::{Document, Form, Line, LineId};
use holdpoint_model::line::{Binding, Kind, Phase, Severity};

use crate::{
    condition::condition,
    context::Context,
    detail,
    kind::Subject,
    meaning,
    outline::{self, Outline},
    phase,
    said_phase::Phases,
};

/// What a line was understood to mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    /// When it is decided.
    pub phase: Phase,
    /// What sort of statement it is.
    pub kind: Kind,
    /// A severity that the text itself states.
    pub severity: Option<Severity>,
    /// What became of the attempt to understand it.
    pub state: Binding,
    /// Entries of the catalog, the primary one first.
    pub checks: Vec<Meaning>,
    /// The condition under which the line applies ("if applicable"), as it stands.
    pub condition: Option<String>,
}

/// One entry that a line binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Id in the catalog.
    pub id: String,
    /// Parameters that the text states.
    pub params: BTreeMap<String, String>,
    /// Exact parts of the text that decided.
    pub because: Vec<String>,
}

/// What every line of a document means, one entry for each.
pub fn understand(document: &Document) -> Vec<Understood> {
    let outline = Outline::of(document);
    let context = Context::of(document);
    let lines = document.lines.iter().enumerate();
    let mut all: Vec<Understood> = Vec::with_capacity(document.lines.len());
    for (at, line) in lines {
        let up = line.parent.and_then(|it| all.get(it.0));
        all.push(one(document, &outline, &context, at, line, None, up));
    }
    all
}

/// What the lines mean whose phase a person said, by their position: a step after all, or something
/// to watch.
pub(crate) fn again(document: &Document, said: &Phases) -> BTreeMap<usize, Understood> {
    let outline = Outline::with(document, &said.headings);
    let context = Context::of(document);
    let lines = document.lines.iter().enumerate();
    let below = |section| outline.section(section).is_some_and(|it| it.said.is_some());
    let named = lines.filter(|(at, line)| said.lines.contains_key(at) || below(line.section));
    named
        .map(|(at, line)| {
            let up = parent(document, &outline, &context, line, &said.lines);
            let phase = said.lines.get(&at).copied();
            (at, one(document, &outline, &context, at, line, phase, up.as_ref()))
        })
        .collect()
}

/// What the line means that another stands in.
pub(crate) fn parent(
    document: &Document,
    outline: &Outline,
    context: &Context<'_>,
    line: &Line,
    said: &BTreeMap<usize, Phase>,
) -> Option<Understood> {
    let id = line.parent?;
    let phase = said.get(&id.0).copied();
    Some(one(document, outline, context, id.0, document.line(id)?, phase, None))
}

fn one(
    document: &Document,
    outline: &Outline,
    context: &Context<'_>,
    at: usize,
    line: &Line,
    said: Option<Phase>,
    up: Option<&Understood>,
) -> Understood {
    let phase = said.unwrap_or_else(|| phase::phase(line, outline));
    // The form of a line of a fence says all.
    let fenced = matches!(line.form, Form::Command { .. } | Form::Assignment { .. });
    let hits = if fenced { Vec::new() } else { outline::hits(&line.repaired) };
    let subject = Subject::new(document, outline, LineId(at), line, phase, &hits);
    let kind = meaning::kind_of(&subject, context);
    let own = meaning::meaning(&subject, kind, context);
    let told = || detail::of_parent(&subject, kind, context, up);
    let (state, mut checks) = if own.0 == Binding::Unbound { told().unwrap_or(own) } else { own };
    for check in &mut checks {
        keep_known(check);
    }
    let condition = condition(&line.repaired).filter(|_| !fenced);
    let condition = condition.and_then(|range| line.repaired.get(range)).map(str::to_owned);
    Understood { phase, kind, severity: None, state, checks, condition }
}

/// Drops parameters that the entry does not have, and values that it could not read: a line is
/// looked at with what it states, never refused for how it was read here.
pub(crate) fn keep_known(check: &mut Meaning) {
    for complaint in validate(&check.id, &check.params) {
        check.params.remove(&complaint.name);
    }
}

//! What a line claims, from its text alone.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_checks::names::validate;
use holdpoint_document::{Document, Form, LineId};
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
    let (outline, context) = (Outline::of(document), Context::of(document));
    let reader = Reader { document, outline: &outline, context: &context, said: &BTreeMap::new() };
    reader.read(0..document.lines.len()).into_values().collect()
}

/// What the lines mean whose phase a person said, by their position: a step after all, or something
/// to watch.
pub(crate) fn again(document: &Document, said: &Phases) -> BTreeMap<usize, Understood> {
    let (outline, context) = (Outline::with(document, &said.headings), Context::of(document));
    let lines = document.lines.iter().enumerate();
    let below = |section| outline.section(section).is_some_and(|it| it.said.is_some());
    let named = lines.filter(|(at, line)| said.lines.contains_key(at) || below(line.section));
    let reader = Reader { document, outline: &outline, context: &context, said: &said.lines };
    reader.read(named.map(|(at, _)| at))
}

/// A document, with what has to be known of it to understand a line.
pub(crate) struct Reader<'a> {
    pub(crate) document: &'a Document,
    pub(crate) outline: &'a Outline,
    pub(crate) context: &'a Context<'a>,
    /// Phases that people said, by the position of the line.
    pub(crate) said: &'a BTreeMap<usize, Phase>,
}

impl Reader<'_> {
    /// What these lines mean, by their position: by themselves, or else as a detail of the line that
    /// they stand in. A detail of a detail says too little.
    pub(crate) fn read(
        &self,
        lines: impl IntoIterator<Item = usize>,
    ) -> BTreeMap<usize, Understood> {
        let read = |at: usize| Some((at, self.one(at, None)?));
        let mut all: BTreeMap<usize, Understood> = lines.into_iter().filter_map(read).collect();
        let parent = |at: &usize| self.document.line(LineId(*at))?.parent;
        let open = all.iter().filter(|(_, it)| it.state == Binding::Unbound);
        let open: Vec<(usize, usize)> =
            open.filter_map(|(at, _)| Some((*at, parent(at)?.0))).collect();
        let others: BTreeSet<usize> =
            open.iter().map(|(_, up)| *up).filter(|up| !all.contains_key(up)).collect();
        let others: BTreeMap<usize, Understood> = others.into_iter().filter_map(read).collect();
        let told = open.into_iter().filter_map(|(at, up)| {
            let up = all.get(&up).or_else(|| others.get(&up))?;
            Some((at, self.one(at, Some(up))?))
        });
        let told: Vec<(usize, Understood)> = told.collect();
        all.extend(told);
        all
    }

    /// What a line means by itself, or as a detail of another.
    fn one(&self, at: usize, up: Option<&Understood>) -> Option<Understood> {
        let line = self.document.line(LineId(at))?;
        let said = self.said.get(&at).copied();
        let phase = said.unwrap_or_else(|| phase::phase(line, self.outline));
        // The form of a line of a fence says all.
        let fenced = matches!(line.form, Form::Command { .. } | Form::Assignment { .. });
        let hits = if fenced { Vec::new() } else { outline::hits(&line.repaired) };
        let subject = Subject::new(self.document, self.outline, LineId(at), line, phase, &hits);
        let kind = meaning::kind_of(&subject, self.context);
        let (state, mut checks) = match up {
            None => meaning::meaning(&subject, kind, self.context),
            Some(up) => detail::of_parent(&subject, kind, self.context, up)?,
        };
        for check in &mut checks {
            keep_known(check);
        }
        let condition = condition(&line.repaired).filter(|_| !fenced);
        let condition = condition.and_then(|range| line.repaired.get(range)).map(str::to_owned);
        Some(Understood { phase, kind, severity: None, state, checks, condition })
    }
}

/// Drops parameters that the entry does not have, and values that it could not read: a line is
/// looked at with what it states, never refused for how it was read here.
pub(crate) fn keep_known(check: &mut Meaning) {
    for complaint in validate(&check.id, &check.params) {
        check.params.remove(&complaint.name);
    }
}

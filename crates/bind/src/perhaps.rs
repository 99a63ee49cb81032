//! What a line that is not understood may mean: too unsure to bind, good enough to ask about.

use std::collections::BTreeSet;

use holdpoint_checks::heads;
use holdpoint_document::{Document, Form, LineId};
use holdpoint_model::line;

use crate::{
    candidate::candidates,
    context::Context,
    kind::Subject,
    learned::Said,
    meaning,
    outline::{self, Outline},
    parameters, phase,
    understand::{Meaning, keep_known},
};

/// How likely the likeliest entry has to be for the line to be asked about. At this chance about
/// half of the lines that people labelled have the right entry among those offered first.
const FIRST_MIN: f64 = 0.4;
/// How likely the others have to be that are offered beside it.
const OTHERS_MIN: f64 = 0.1;
/// At most so many are offered.
const OFFERED_MAX: usize = 3;

/// What these lines, by their place in the document, may mean; nothing for lines that remind of
/// no entry. The likeliest entry stands first.
pub(crate) fn perhaps(document: &Document, wanted: &BTreeSet<usize>) -> Vec<(usize, Vec<Meaning>)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let outline = Outline::of(document);
    let context = Context::of(document);
    let found = wanted.iter().map(|at| (*at, one(document, &outline, &context, *at)));
    found.filter(|(_, meanings)| !meanings.is_empty()).collect()
}

fn one(document: &Document, outline: &Outline, context: &Context<'_>, at: usize) -> Vec<Meaning> {
    let id = LineId(at);
    let Some(own) = document.lines.get(at) else { return Vec::new() };
    if matches!(own.form, Form::Command { .. } | Form::Assignment { .. }) {
        return Vec::new();
    }
    let phase = phase::phase(own, outline);
    let hits = outline::hits(&own.repaired);
    let subject = Subject::new(document, outline, id, own, phase, &hits);
    let kind = meaning::kind_of(&subject, context);
    let above = context.above(id);
    let Some(reading) = context.reading(&subject, &above) else { return Vec::new() };
    let claims = candidates(&reading);
    let Some(said) = Said::of(&reading, &claims, kind.word()) else { return Vec::new() };
    // A step is a command, and a line that has none cannot be one.
    let machine = |id: &str| {
        heads::head(id)
            .is_some_and(|head| matches!(head.form, line::Form::Check | line::Form::Watch))
    };
    let ranked = said.ranked(OTHERS_MIN).into_iter().filter(|(id, _)| machine(id));
    let mut ranked = ranked.take(OFFERED_MAX).peekable();
    if ranked.peek().is_none_or(|(_, chance)| *chance < FIRST_MIN) {
        return Vec::new();
    }
    let meaning = |(id, _): (&'static str, f64)| {
        let params = parameters::of(id, &subject, &reading);
        let because = vec![own.text.clone()];
        let mut meaning = Meaning { id: id.to_owned(), params, because };
        // What is offered is written into the settings, and must be readable there.
        keep_known(&mut meaning);
        meaning
    };
    ranked.map(meaning).collect()
}

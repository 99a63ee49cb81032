//! What decided how a line was understood, in words.

use holdpoint_document::Form;
use holdpoint_model::line::{Binding, Kind};

use crate::{
    candidate::{Candidate, Reading},
    context::Context,
    denial,
    kind::Subject,
    learned::{self, Said},
    meaning::is_clear,
    order, owned,
    question::PERSON,
    structure,
    understand::Meaning,
};

/// What decided a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The form of the line, or its kind.
    Form,
    /// The command that it is, or owns.
    Command,
    /// Words that only people can stand for.
    People,
    /// One rule that is clear of all others.
    Rule,
    /// A rule for each of its parts.
    Parts,
    /// Weights learned from examples, where no rule is clear.
    Examples,
    /// Weights that are sure of another claim than a rule or a command.
    Overruled,
    /// Weights that contradict a rule, so that it is asked.
    Doubt,
    /// Several rules that are too near to each other.
    Several,
    /// What is left when no claim is clear.
    Rest,
    /// A heading that says in which order things are deployed.
    Order,
    /// The line that it stands in, of which it tells a detail.
    Parent,
    /// A prohibition above it, so that it is asked.
    Forbidden,
    /// Nothing did.
    Nothing,
}

impl Decided {
    /// The word of machine formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Command => "command",
            Self::People => "people",
            Self::Rule => "rule",
            Self::Parts => "parts",
            Self::Examples => "examples",
            Self::Overruled => "overruled",
            Self::Doubt => "doubt",
            Self::Several => "several",
            Self::Rest => "rest",
            Self::Order => "order",
            Self::Parent => "parent",
            Self::Forbidden => "forbidden",
            Self::Nothing => "nothing",
        }
    }

    /// What that means, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Form => "the form of the line says all",
            Self::Command => "the command that stands in it",
            Self::People => "its words are what only people can stand for",
            Self::Rule => "one rule explains the line better than all others",
            Self::Parts => "each part of the line has a rule of its own",
            Self::Examples => "no rule is clear; the weights learned from examples are sure",
            Self::Overruled => {
                "a rule or a command says one thing, and the examples are sure of another that fits better"
            }
            Self::Doubt => "a rule is clear, and the examples speak against it: it is asked",
            Self::Several => "several rules are too near to each other: it is asked",
            Self::Rest => "no claim is clear; what is left of the line says who answers it",
            Self::Order => {
                "it only names a thing, below a heading that says in which order things are deployed"
            }
            Self::Parent => {
                "it says nothing by itself; it tells a detail of the line that it stands in"
            }
            Self::Forbidden => "what stands above forbids what it names: it is asked",
            Self::Nothing => "no rule is clear, and the examples are not sure",
        }
    }
}

/// A line taken apart, with everything around it.
pub(crate) struct Found<'a> {
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) kind: Kind,
    pub(crate) context: &'a Context<'a>,
    pub(crate) reading: &'a Reading<'a>,
}

/// What decided what a line was bound to.
pub(crate) fn decided(
    found: &Found<'_>,
    claims: &[Candidate],
    state: Binding,
    checks: &[Meaning],
) -> Decided {
    let (subject, kind) = (found.subject, found.kind);
    let Some(first) = checks.first() else { return Decided::Nothing };
    if structure::of_form(subject, kind, found.context).is_some() {
        return Decided::Form;
    }
    if state == Binding::Asked && denial::is_forbidden_above(found.reading.above) {
        return Decided::Forbidden;
    }
    let step = owned::of_owned_command(subject, claims, found.reading);
    let is_command = matches!(subject.line.form, Form::Command { .. });
    if is_command || step.as_ref().is_some_and(|it| it.id == first.id) {
        return Decided::Command;
    }
    let same = |it: Option<(Binding, Vec<Meaning>)>| {
        it.is_some_and(|(_, them)| them.iter().map(|it| &it.id).eq(checks.iter().map(|it| &it.id)))
    };
    if same(structure::of_person(subject, kind, found.reading)) {
        return Decided::People;
    }
    if same(order::of_order(subject, kind, found.reading)) {
        return Decided::Order;
    }
    let best = claims.first().filter(|_| is_clear(claims));
    let ruled = best.is_some_and(|best| best.id == first.id);
    match state {
        Binding::Bound if ruled => Decided::Rule,
        // What a look does not see of a line is no part with a rule.
        Binding::Bound if checks.iter().any(|it| it.id != first.id && it.id != PERSON) => {
            Decided::Parts
        }
        Binding::Bound
            if (best.is_some() || step.is_some())
                && learned_first(found, claims) == Some(first.id.as_str()) =>
        {
            Decided::Overruled
        }
        Binding::Asked | Binding::Choice if ruled => Decided::Doubt,
        Binding::Bound | Binding::Asked
            if same(structure::of_rest(subject, kind, found.reading)) =>
        {
            Decided::Rest
        }
        Binding::Choice if best.is_none() && claims.iter().any(|it| it.id == first.id) => {
            let ranked = learned_first(found, claims);
            if ranked == Some(first.id.as_str()) { Decided::Examples } else { Decided::Several }
        }
        Binding::Unbound => Decided::Nothing,
        Binding::Bound | Binding::Asked | Binding::Choice => Decided::Examples,
    }
}

/// The entry that the weights hold for the likeliest.
fn learned_first(found: &Found<'_>, claims: &[Candidate]) -> Option<&'static str> {
    let said = Said::of(found.reading, claims, found.kind.word())?;
    said.ranked(learned::OFFER_MIN).first().map(|(id, _)| *id)
}

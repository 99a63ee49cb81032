//! Decides what a line binds: by its form where that settles it, else by what it claims.

use std::collections::BTreeMap;

use holdpoint_document::{Form, Language, Line};
use holdpoint_model::line::{Binding, Kind, Phase};

use crate::{
    candidate::{BOUND_MIN, Candidate, MARGIN, OFFER_MIN, Reading, candidates},
    command,
    context::{Context, classes},
    kind::Subject,
    line_form, parameters, structure,
    understand::Meaning,
};

/// Alternatives that are shown of an ambiguous line.
const SHOWN_MAX: usize = 3;

/// What a line binds, and how sure that is.
pub(crate) fn meaning(
    it: &Subject<'_>,
    kind: Kind,
    context: &Context<'_>,
) -> (Binding, Vec<Meaning>) {
    if let Some(found) = structure::of_form(it, kind, context) {
        return found;
    }
    let Some(scan) = context.line(it.id) else {
        return (Binding::Unbound, Vec::new());
    };
    let above = context.above(it.id);
    let around = classes(&above);
    let reading = Reading { text: &it.line.repaired, scan, above: &above, around, anywhere: context.anywhere, phase: it.phase };
    if let Form::Command { language, .. } = &it.line.form {
        return (Binding::Bound, vec![of_command(it, &it.line.repaired, *language)]);
    }
    let claims = candidates(&reading);
    if let Some(found) = of_owned_command(it, &claims) {
        return (Binding::Bound, vec![found]);
    }
    if let Some(found) = structure::of_person(it, kind, &reading) {
        return found;
    }
    settle(it, kind, &claims, &reading)
}

/// Binds the best claim, offers several, or refuses.
fn settle(
    it: &Subject<'_>,
    kind: Kind,
    claims: &[Candidate],
    reading: &Reading<'_>,
) -> (Binding, Vec<Meaning>) {
    let meaning = |claim: &Candidate| Meaning {
        id: claim.id.to_owned(),
        params: parameters::of(claim.id, it, reading),
        because: in_raw(it.line, claim.because.clone(), reading),
    };
    let best = claims.first().map_or(0, |claim| claim.score);
    if let Some(claim) = claims.first().filter(|_| is_clear(claims)) {
        return (Binding::Bound, vec![meaning(claim)]);
    }
    if let Some(found) = structure::of_rest(it, kind, reading) {
        return found;
    }
    let offered: Vec<&Candidate> =
        claims.iter().filter(|claim| OFFER_MIN <= claim.score).take(SHOWN_MAX).collect();
    if 2 <= offered.len() && BOUND_MIN <= best {
        return (Binding::Choice, offered.into_iter().map(meaning).collect());
    }
    (Binding::Unbound, Vec::new())
}

/// Only parts that stand in the file as they are.
fn in_raw(line: &Line, parts: Vec<String>, reading: &Reading<'_>) -> Vec<String> {
    let stands = |part: &String| {
        line.text.contains(part.as_str())
            || reading.above.iter().any(|above| above.text.contains(part.as_str()))
    };
    parts.into_iter().filter(stands).collect()
}

/// The command that an item owns: in its text, or in its fence.
fn of_owned_command(it: &Subject<'_>, claims: &[Candidate]) -> Option<Meaning> {
    let trouble = matches!(it.phase, Phase::Rollback | Phase::Emergency);
    let text = match line_form::command(&it.line.repaired) {
        Some(text) => text,
        None => of_fence(it)?,
    };
    let known = command::about(text, trouble).is_some_and(|about| about.id != command::SHELL);
    let told = matches!(it.line.form, Form::Box(_)) || it.line.ordinal.is_some();
    (known || told && !is_clear(claims)).then(|| of_command(it, text, Language::Shell))
}

/// The last command of the fence that an item owns which does more than move about.
fn of_fence<'a>(it: &Subject<'a>) -> Option<&'a str> {
    it.line.fence?;
    if structure::is_group(it) {
        return None;
    }
    let children = it.document.children(it.id).filter_map(|id| it.document.line(id));
    let commands = children.filter(|line| matches!(line.form, Form::Command { .. }));
    let mut texts = commands.map(|line| line.text.as_str());
    texts.rfind(|text| !command::is_silent(text))
}

/// Whether the best claim may be bound.
fn is_clear(claims: &[Candidate]) -> bool {
    let best = claims.first().map_or(0, |claim| claim.score);
    let second = claims.get(1).map_or(0, |claim| claim.score);
    BOUND_MIN <= best && second + MARGIN <= best
}

fn of_command(it: &Subject<'_>, text: &str, language: Language) -> Meaning {
    let trouble = matches!(it.phase, Phase::Rollback | Phase::Emergency);
    let typed = match language {
        Language::Sql => format!("sql {text}"),
        Language::Redis => format!("redis {text}"),
        Language::Shell | Language::PowerShell | Language::Unknown => text.to_owned(),
    };
    let about = command::about(&typed, trouble);
    let (id, mut because) =
        about.map_or_else(|| (command::SHELL, command::words(text)), |it| (it.id, it.because));
    because.retain(|part| text.contains(part.as_str()));
    if because.is_empty() {
        because = command::words(text);
    }
    let mut params = parameters::of_command(id, text);
    params.insert("cmd".to_owned(), text.to_owned());
    Meaning { id: id.to_owned(), params, because }
}

/// A meaning without parameters.
pub(crate) fn plain(id: &str, because: Vec<String>) -> Meaning {
    Meaning { id: id.to_owned(), params: BTreeMap::new(), because }
}

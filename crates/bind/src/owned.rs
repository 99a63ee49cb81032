//! What a line binds by the commands that it is, owns or speaks of.

use holdpoint_checks::heads::head;
use holdpoint_document::{Form, Language};
use holdpoint_model::line::{Binding, Impact, Kind, Phase};

use crate::{
    candidate::{Candidate, Reading},
    command,
    context::Context,
    denial,
    kind::Subject,
    learned::{self, Said},
    line_form,
    meaning::{distinct, is_clear, of_examples, of_weights, plain},
    parameters,
    question::PERSON,
    structure,
    understand::Meaning,
    words::Hit,
};

/// How likely a line with a fence has to be an order to be bound as one alone.
const STEP_MIN: f64 = 0.1;
/// Words before a command that orders it: "Then please run `…`".
const HEAD_MAX: usize = 3;
/// The entry that takes a release back.
const BACK: &str = "rollback.execute";

/// The command that an item owns: in its text, or in its fence.
pub(crate) fn of_owned_command(
    it: &Subject<'_>,
    claims: &[Candidate],
    reading: &Reading<'_>,
) -> Option<Meaning> {
    let trouble = matches!(it.phase, Phase::Rollback | Phase::Emergency);
    let text = match line_form::command(&it.line.repaired) {
        // "Never `kill -9`" orders nothing.
        Some(text) if denial::is_forbidden(reading, text) => return None,
        // What a platform runs is not run here.
        Some(text) if denial::is_setting(reading, text) => return None,
        Some(text) => text,
        None => of_fence(it)?,
    };
    let known = command::about(text, trouble).is_some_and(|about| about.id != command::SHELL);
    let told = matches!(it.line.form, Form::Box(_)) || it.line.ordinal.is_some();
    let mut found = (known || told && (!is_clear(claims) || is_program(text)))
        .then(|| of_command(it, text, Language::Shell))?;
    if found.id == command::SHELL {
        let all = commands(it).flat_map(command::words);
        found.because.extend(all.filter(|_| it.line.fence.is_some()));
    }
    let same = claims.iter().find(|claim| claim.id == found.id);
    found.because.extend(same.into_iter().flat_map(|claim| claim.because(reading)));
    found.because = distinct(found.because);
    Some(found)
}

/// What is made of a line with a command that does not read like an order to run it.
pub(crate) fn of_shown_command(
    it: &Subject<'_>,
    kind: Kind,
    step: &Meaning,
    claims: &[Candidate],
    reading: &Reading<'_>,
    context: &Context<'_>,
) -> Option<(Binding, Vec<Meaning>)> {
    let inline = line_form::command(&it.line.repaired);
    let said = || Said::of(reading, claims, kind.word());
    // What is not ordered here is claimed to be so, and the command is how it came about.
    let claimed = kind != Kind::Command && inline.is_some_and(|text| !is_ordered(reading, text));
    if claimed && said().is_some_and(|it| it.overrules(&step.id)) {
        return of_examples(it, kind, claims, reading, context);
    }
    if step.id == command::SHELL {
        // "Run `./renew.sh` so that …" orders it; what stands far behind is rather spoken of.
        let before = inline.and_then(|text| reading.text.split(text).next()).unwrap_or_default();
        let ordered = before.split_whitespace().count() <= HEAD_MAX;
        let is_order = inline.is_some_and(|text| ordered || is_program(text));
        return if is_order { None } else { of_mentioned(it, step, &said()?, reading) };
    }
    if step.id == BACK && !matches!(it.phase, Phase::Rollback | Phase::Emergency) {
        // Where a way back is named before it is needed, it is there to be known.
        let said = said()?;
        let (id, _) = *said.ranked(learned::OFFER_MIN).first()?;
        let other = || of_weights(it, id, &said, reading);
        return (id != BACK).then(|| (Binding::Choice, vec![step.clone(), other()]));
    }
    let looks = head(&step.id).is_some_and(|it| it.impact == Impact::Passive);
    if inline.is_some() || !looks {
        return None;
    }
    // A look that stands below what is claimed is one way to see it.
    let said = said()?;
    let (id, _) = *said.ranked(learned::OFFER_MIN).first()?;
    let sure = !learned::is_human(id) && learned::sure_min(id) <= said.sure(id);
    let other = sure && said.likely(&step.id) < STEP_MIN;
    other.then(|| (Binding::Bound, vec![of_weights(it, id, &said, reading)]))
}

/// Whether a line orders a command to be run, or names a program of the team's own.
fn is_ordered(reading: &Reading<'_>, command: &str) -> bool {
    let at = reading.text.find(command).unwrap_or(0);
    let before = |hit: &Hit| hit.class == *denial::RUN && hit.end <= at;
    is_program(command) || reading.scan.hits.iter().any(before)
}

/// What is made of a line that speaks of a command which nothing more is known of: the command may
/// only show how what the line claims came about, or what it is about.
fn of_mentioned(
    it: &Subject<'_>,
    step: &Meaning,
    said: &Said<'_>,
    reading: &Reading<'_>,
) -> Option<(Binding, Vec<Meaning>)> {
    let (id, _) = *said.ranked(learned::OFFER_MIN).first()?;
    if STEP_MIN <= said.likely(&step.id) {
        return None;
    }
    if learned::ASKED_MIN <= said.human {
        return Some((Binding::Asked, vec![plain(PERSON, vec![it.line.text.clone()])]));
    }
    if learned::is_human(id) || said.sure(id) < learned::sure_min(id) {
        return None;
    }
    if id == learned::NOTHING {
        return Some((Binding::Asked, vec![step.clone()]));
    }
    Some((Binding::Choice, vec![step.clone(), of_weights(it, id, said, reading)]))
}

/// Whether a command starts a program of the team's own, which nobody else knows: what it is run
/// for is not seen by looking at what it should bring about.
fn is_program(command: &str) -> bool {
    command.starts_with("./") || command.starts_with("../")
}

/// The commands of the fence that an item owns.
fn commands<'a>(it: &Subject<'a>) -> impl Iterator<Item = &'a str> {
    let children = it.document.children(it.id).filter_map(|id| it.document.line(id));
    let commands = children.filter(|line| matches!(line.form, Form::Command { .. }));
    commands.map(|line| line.text.as_str())
}

/// The last command of the fence that an item owns which does more than move about.
fn of_fence<'a>(it: &Subject<'a>) -> Option<&'a str> {
    it.line.fence?;
    if structure::is_group(it) {
        return None;
    }
    let texts: Vec<&str> = commands(it).filter(|text| !command::is_silent(text)).collect();
    let known = texts.iter().rfind(|text| command::about(text, false).is_some());
    known.or_else(|| texts.last()).copied()
}

/// What a command means by itself.
pub(crate) fn of_command(it: &Subject<'_>, text: &str, language: Language) -> Meaning {
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
    let mut params = parameters::of_owned(id, it, text);
    params.insert("cmd".to_owned(), text.to_owned());
    Meaning { id: id.to_owned(), params, because }
}

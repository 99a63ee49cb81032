//! What a person says a line means: a comment on the line, or a table of the settings.

use std::collections::BTreeMap;

use holdpoint_checks::{heads, names};
use holdpoint_document::{Document, Line};
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    line::{Binding, Form, Kind, Phase, Severity},
    param::Trouble,
    plan::{BoundCheck, Origin},
    text::Span,
};

use crate::{
    key::blank,
    nearest::{hint, nearest_text},
    said_phase,
    settings::{LineOverride, Settings, Which},
};

/// In the place of a check: what the catalog offers for a line is not what it means.
pub const NONE: &str = "none";

/// What one override says, wherever it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Override {
    pub(crate) check: Option<String>,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) severity: Option<Severity>,
    pub(crate) phase: Option<Phase>,
    pub(crate) target: Option<String>,
}

/// A line on its way to the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) phase: Phase,
    pub(crate) kind: Kind,
    pub(crate) severity: Option<Severity>,
    pub(crate) state: Binding,
    pub(crate) checks: Vec<BoundCheck>,
    pub(crate) target: Option<String>,
}

/// Something wrong with an override: which part, what, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) part: Part,
    pub(crate) what: String,
    pub(crate) help: String,
}

/// The part of an override that a complaint is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Check,
    Target,
    Param(String),
}

/// Reads the words of a comment: `check.id name=value …`, with `severity`, `phase` and `target` as
/// names of the line itself. A value with blanks stands in quotes.
pub(crate) fn read_comment(words: &str) -> Result<Override, Wrong> {
    let mut it = Override::default();
    for word in split_words(words) {
        let Some((name, value)) = word.split_once('=') else {
            if it.check.is_some() || !it.params.is_empty() {
                let (what, help) = if heads::head(&word).is_some() {
                    let what = format!("`{word}` is a second check, and a line takes one");
                    (what, "split the line in two, or leave one of them out")
                } else {
                    let what = format!("`{word}` is neither a check nor `name=value`");
                    (what, "write `name=value`")
                };
                return Err(wrong(Part::Whole, what, String::from(help)));
            }
            it.check = Some(word);
            continue;
        };
        // `days>=21` is the parameter `days` with the bound `>=21`.
        let bare = name.trim_end_matches(['<', '>', '!']);
        let operator = name.get(bare.len()..).unwrap_or_default();
        let sign = if operator.is_empty() { "" } else { "=" };
        let value = format!("{operator}{sign}{value}");
        match bare {
            "severity" => {
                let severity = Severity::read(&value);
                it.severity = Some(severity.ok_or_else(|| {
                    let words = Severity::ALL.iter().map(|severity| severity.word());
                    wrong(Part::Whole, format!("`{value}` is no severity"), hint(&value, words))
                })?);
            }
            "phase" => {
                let phase = said_phase::read(&value);
                it.phase =
                    Some(phase.map_err(|help| {
                        wrong(Part::Whole, format!("`{value}` is no phase"), help)
                    })?);
            }
            "target" => it.target = Some(value),
            _ => {
                it.params.insert(bare.to_owned(), value);
            }
        }
    }
    Ok(it)
}

fn wrong(part: Part, what: String, help: String) -> Wrong {
    Wrong { part, what, help }
}

/// Words of a comment; quotes hold blanks together and are taken off.
fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quote, mut begun) = (None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (Some(_) | None, c) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Puts an override upon a line, or says what is wrong with it. Returns whether it changed
/// anything.
pub(crate) fn apply(
    draft: &mut Draft,
    it: &Override,
    settings: &Settings,
) -> Result<bool, Vec<Wrong>> {
    let before = draft.clone();
    let mut troubles = Vec::new();
    if it.check.as_deref() == Some(NONE) {
        draft.checks.clear();
        draft.state = Binding::Unbound;
    } else if let Some(id) = &it.check {
        match heads::head(id) {
            Some(head) => {
                if let Some(what) = unfit(draft, head) {
                    let help = String::from("name a check that looks, or write the command");
                    troubles.push(wrong(Part::Check, what, help));
                    return Err(troubles);
                }
                name_check(draft, head);
            }
            None => {
                let ids = heads::heads().iter().map(|head| head.id);
                let what = format!("there is no check `{id}`");
                troubles.push(wrong(Part::Check, what, hint(id, ids)));
                return Err(troubles);
            }
        }
    }
    for (name, value) in &it.params {
        if let Err(trouble) = set_param(draft, name, value) {
            troubles.push(trouble);
        }
    }
    if let Some(target) = &it.target {
        if settings.targets.contains_key(target) {
            draft.target = Some(target.clone());
        } else {
            let known = settings.targets.keys().map(String::as_str);
            let mut help = hint(target, known);
            if help.is_empty() {
                help = format!("declare it: `[target.{target}]`");
            }
            troubles.push(wrong(Part::Target, format!("there is no target `{target}`"), help));
        }
    }
    if it.severity.is_some() {
        draft.severity = it.severity;
    }
    if troubles.is_empty() { Ok(differs(draft, &before)) } else { Err(troubles) }
}

/// Why a line cannot be sent to an entry: one that acts runs the command of its line, and one that
/// waits is nothing that a look could decide. Otherwise a gated line would silently become *later*.
fn unfit(draft: &Draft, head: &heads::Head) -> Option<String> {
    let acts = head.form == Form::Step || head.id.starts_with("followup.");
    let waits = head.form == Form::Watch && draft.phase != Phase::Watch;
    let own = draft.checks.iter().any(|check| check.id == head.id);
    let decided = matches!(draft.phase, Phase::Pre | Phase::Post);
    let command = matches!(draft.kind, Kind::Command | Kind::Procedure | Kind::Schedule);
    ((acts || waits) && decided && !command && !own).then(|| {
        format!(
            "`{}` is a {} and this line has no command: it would never be decided",
            head.id,
            head.form.word()
        )
    })
}

/// Whether an override had an effect; to say again what the text says has none.
fn differs(now: &Draft, before: &Draft) -> bool {
    let said = |draft: &Draft| {
        let checks = draft.checks.iter().map(|check| (check.id.clone(), check.params.clone()));
        checks.collect::<Vec<_>>()
    };
    said(now) != said(before)
        || now.state != before.state
        || now.severity != before.severity
        || now.target != before.target
}

/// Binds a line to one entry. What the text says is kept where it is about the same entry.
fn name_check(draft: &mut Draft, head: &heads::Head) {
    // A line that names two ports binds one entry twice; both are kept.
    draft.checks.retain(|check| check.id == head.id);
    if draft.checks.is_empty() {
        draft.checks.push(BoundCheck {
            id: head.id.to_owned(),
            params: BTreeMap::new(),
            sources: BTreeMap::new(),
            because: vec![draft.text.clone()],
            target: String::new(),
        });
    }
    let person = head.form == Form::Duty;
    draft.state = if person { Binding::Asked } else { Binding::Bound };
    if person {
        return;
    }
    match draft.kind {
        Kind::Group | Kind::Attest | Kind::Signoff | Kind::Field | Kind::Choice => {
            draft.kind = Kind::Probe;
        }
        Kind::Config if head.family() != "env" => draft.kind = Kind::Probe,
        Kind::Config
        | Kind::Probe
        | Kind::Command
        | Kind::Watch
        | Kind::Schedule
        | Kind::Procedure
        | Kind::Contact => {}
    }
    if draft.phase == Phase::Meta && draft.kind == Kind::Probe {
        draft.phase = Phase::Pre;
    }
}

/// Sets a parameter at the first check of the line that has it.
fn set_param(draft: &mut Draft, name: &str, value: &str) -> Result<(), Wrong> {
    let part = || Part::Param(name.to_owned());
    if draft.checks.is_empty() {
        let what = format!("`{name}` is given for a line that binds no check");
        let help = String::from("name the check as well; `holdpoint checks` lists them");
        return Err(wrong(part(), what, help));
    }
    let given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let mut first = None;
    for check in &mut draft.checks {
        let own = names::own(&check.id);
        if !own.contains(&name) && !names::subjects(&check.id).any(|it| it == name) {
            if name != "applies-if" {
                let all: Vec<&str> = own.into_iter().chain(names::subjects(&check.id)).collect();
                let what = format!("`{}` has no parameter `{name}`", check.id);
                let mut help = hint(name, all.iter().copied());
                if help.is_empty() {
                    help = format!("`holdpoint explain {}` lists them", check.id);
                }
                first.get_or_insert_with(|| wrong(part(), what, help));
                continue;
            }
        } else if let Some(complaint) =
            names::validate(&check.id, &given).into_iter().find(|it| it.name == name)
            && let Trouble::Wrong(why) = complaint.trouble
        {
            return Err(wrong(part(), format!("`{name}`: {why}"), String::new()));
        }
        check.params.insert(name.to_owned(), value.to_owned());
        check.sources.insert(name.to_owned(), Origin::Settings);
        return Ok(());
    }
    Err(first.expect("a line with checks was either set or complained about"))
}

/// Complaints about a comment, at the word that is wrong.
pub(crate) fn in_document(document: &Document, line: &Line, wrongs: Vec<Wrong>) -> Vec<Diagnostic> {
    let one = |it: Wrong| {
        let code = match it.part {
            Part::Whole => "bind::override",
            Part::Check => "bind::unknown-check",
            Part::Target => "bind::unknown-target",
            Part::Param(_) => "bind::param",
        };
        let word = match &it.part {
            Part::Param(name) => Some(name.as_str()),
            Part::Whole | Part::Check | Part::Target => it.what.split('`').nth(1),
        };
        let span = word.and_then(|word| in_comment(document, line, word)).unwrap_or(line.span);
        let message = format!("{} (override comment)", it.what);
        Diagnostic::new(code, Level::Error, line.number, message).at(span, "").help(it.help)
    };
    wrongs.into_iter().map(one).collect()
}

/// Where a word stands in the comment of a line.
fn in_comment(document: &Document, line: &Line, word: &str) -> Option<Span> {
    // The comment stands around the text: on its rows, from the beginning of the first one.
    let raw = document.raw.as_slice();
    let front = raw.get(..line.span.start)?;
    let start = front.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let back = raw.get(line.span.end..)?;
    let end =
        back.iter().position(|byte| *byte == b'\n').map_or(raw.len(), |at| line.span.end + at);
    let rows = str::from_utf8(raw.get(start..end)?).ok()?;
    let mark = rows.find("holdpoint:")? + "holdpoint:".len();
    let words = rows.get(mark..)?;
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let (at, _) = words.match_indices(word).find(|(at, _)| {
        let before = words.get(..*at).and_then(|it| it.chars().next_back());
        let after = words.get(at + word.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })?;
    let at = mark + at;
    Some(Span::new(start + at, start + at + word.len()))
}

/// Complaints about a table of the settings, at the place of the wrong part.
pub(crate) fn in_settings(
    settings: &Settings,
    line: &LineOverride,
    wrongs: Vec<Wrong>,
) -> Vec<Diagnostic> {
    let one = |it: Wrong| {
        let (code, place) = match &it.part {
            Part::Whole => ("settings::wrong-value", None),
            Part::Check => ("settings::unknown-check", line.check.as_ref().map(|it| it.1)),
            Part::Target => ("settings::unknown-target", line.target.as_ref().map(|it| it.1)),
            Part::Param(name) => ("settings::param", line.params.get(name).map(|it| it.1)),
        };
        let what = format!("{}: {}", line.head(), it.what);
        settings.complain(code, Level::Error, place.unwrap_or(line.place), &what, it.help)
    };
    wrongs.into_iter().map(one).collect()
}

/// The tables of the settings with the line of the document that each matches, and complaints
/// about those that match none or several.
pub(crate) fn matches<'a>(
    document: &Document,
    settings: &'a Settings,
) -> (BTreeMap<usize, Vec<&'a LineOverride>>, Vec<Diagnostic>) {
    let mut by_text: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, line) in document.lines.iter().enumerate().filter(|_| !settings.lines.is_empty()) {
        let (raw, repaired) = (blank(&line.text), blank(&line.repaired));
        if raw != repaired {
            by_text.entry(repaired).or_default().push(at);
        }
        by_text.entry(raw).or_default().push(at);
    }
    let mut matched: BTreeMap<usize, Vec<&LineOverride>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for one in &settings.lines {
        let found = match &one.which {
            Which::Text(text) => by_its_text(document, settings, one, text, &by_text),
            Which::Number { line, text } => by_its_number(document, settings, one, *line, text),
        };
        match found {
            Ok(at) => matched.entry(at).or_default().push(one),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    (matched, diagnostics)
}

fn by_its_text(
    document: &Document,
    settings: &Settings,
    one: &LineOverride,
    text: &str,
    by_text: &BTreeMap<String, Vec<usize>>,
) -> Result<usize, Box<Diagnostic>> {
    match by_text.get(&blank(text)).map(Vec::as_slice) {
        Some([at]) => Ok(*at),
        Some(several) => {
            let numbers: Vec<String> = several
                .iter()
                .filter_map(|at| document.lines.get(*at))
                .map(|line| line.number.to_string())
                .collect();
            let what = format!("{} matches {} lines: {}", one.head(), several.len(), {
                numbers.join(", ")
            });
            let first = numbers.first().map(String::as_str).unwrap_or_default();
            let help =
                format!("name one by its number, with the text as a guard: `[line.{first}]`");
            let code = "settings::ambiguous-override";
            Err(Box::new(settings.complain(code, Level::Error, one.place, &what, help)))
        }
        None => {
            let what = format!("{} matches no line", one.head());
            let texts = document.lines.iter().map(|line| line.repaired.as_str());
            let help = nearest_text(text, texts)
                .map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let code = "settings::unmatched-override";
            Err(Box::new(settings.complain(code, Level::Warning, one.place, &what, help)))
        }
    }
}

fn by_its_number(
    document: &Document,
    settings: &Settings,
    one: &LineOverride,
    number: usize,
    text: &str,
) -> Result<usize, Box<Diagnostic>> {
    let wanted = blank(text);
    let says = |line: &Line| blank(&line.text) == wanted || blank(&line.repaired) == wanted;
    // Several statements can begin on one physical line.
    let lines = || document.lines.iter().enumerate().filter(|(_, line)| line.number == number);
    if let Some((at, _)) = lines().find(|(_, line)| says(line)) {
        return Ok(at);
    }
    let code = "settings::unmatched-override";
    let what = match lines().next() {
        Some((_, line)) => format!("line {number} says `{}`, not `{text}`", blank(&line.repaired)),
        None => format!("there is no statement at line {number}"),
    };
    let help = match document.lines.iter().find(|line| says(line)) {
        Some(line) => format!("the text stands at line {} now", line.number),
        None => {
            let texts = document.lines.iter().map(|line| line.repaired.as_str());
            nearest_text(text, texts)
                .map_or_else(String::new, |near| format!("did you mean `{near}`?"))
        }
    };
    Err(Box::new(settings.complain(code, Level::Error, one.place, &what, help)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_comment() {
        let it = read_comment("tls.certificate-served min-days=21 names=\"a b\" severity=minor");
        let it = it.unwrap();
        assert_eq!(it.check.as_deref(), Some("tls.certificate-served"));
        assert_eq!(it.params["min-days"], "21");
        assert_eq!(it.params["names"], "a b");
        assert_eq!(it.severity, Some(Severity::Minor));
        let it = read_comment("host.cpu-cores cores>=4 target=db").unwrap();
        assert_eq!(it.params["cores"], ">=4");
        assert_eq!(it.target.as_deref(), Some("db"));
        assert_eq!(read_comment("severity=minro").unwrap_err().help, "did you mean `minor`?");
        assert_eq!(read_comment("phase=post").unwrap().phase, Some(Phase::Post));
        assert_eq!(read_comment("phase=psot").unwrap_err().help, "did you mean `post`?");
        assert!(read_comment("phase=meta").is_err());
        assert!(read_comment("a.b c.d").is_err());
        assert_eq!(read_comment("").unwrap(), Override::default());
    }
}

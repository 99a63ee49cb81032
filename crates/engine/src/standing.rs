//! Where a line stands: its state and the words that go with it.

use std::collections::BTreeMap;

use holdpoint_model::{
    event::{Answer, Reply},
    line::{Binding, State},
    text::quoted,
    verdict::{Finding, Verdict, worst},
};

use crate::role::{Line, Role, Slot};

/// Where a line stands in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// Whether a minor failure is taken along.
    pub acknowledged: bool,
    /// Why, and what to do; empty words where there are none.
    pub finding: Finding,
    /// The verdict of each of the line's checks; `None` where it was not judged.
    pub verdicts: Vec<Option<Verdict>>,
    /// Whether looking has still to be done or finished.
    pub open: bool,
}

pub(crate) type Findings = BTreeMap<(usize, usize), Finding>;

/// Where a line that is no group stands.
pub(crate) fn of_line(line: &Line, findings: &Findings, answer: Option<&Answer>) -> Standing {
    let verdicts = line
        .slots
        .iter()
        .enumerate()
        .map(|(nth, slot)| match slot {
            Slot::Check => findings.get(&(line.number, nth)).map(|finding| finding.verdict),
            Slot::Duty | Slot::Unseen(_) => None,
        })
        .collect();
    let mut standing = Standing {
        state: State::Unknown,
        acknowledged: false,
        finding: Finding::pass(""),
        verdicts,
        open: false,
    };
    match line.role {
        Role::Noted => standing.state = State::Noted,
        Role::Later | Role::Group => standing.state = State::Later,
        Role::LeftOut => {
            standing.finding = Finding::unknown(
                "left out of this look",
                "run again without restricting the lines",
            );
        }
        Role::Decided => decided(line, findings, answer, &mut standing),
    }
    standing
}

fn decided(line: &Line, findings: &Findings, answer: Option<&Answer>, to: &mut Standing) {
    if let Some(Answer { reply: Reply::NotApplicable, reason, by, .. }) = answer {
        to.state = State::NotApplicable;
        let reason = reason.as_deref().unwrap_or("no reason given");
        to.finding = Finding::pass(format!("does not apply: {reason} ({by})"));
        return;
    }
    match line.binding {
        Binding::Unbound => {
            to.finding = Finding::unknown(
                "the line was not understood",
                format!("say what it means: write {}", bound_to(line, "…")),
            );
        }
        Binding::Choice => {
            to.finding = Finding::unknown(
                format!("the line may mean {}", line.candidates.join(" or ")),
                format!(
                    "say which: write {}",
                    bound_to(line, line.candidates.first().map_or("…", String::as_str))
                ),
            );
        }
        Binding::Asked => answered(line, answer, to),
        Binding::Bound => judged(line, findings, answer, to),
    }
}

fn answered(line: &Line, answer: Option<&Answer>, to: &mut Standing) {
    let Some(answer) = answer else {
        to.state = State::Owed;
        to.finding = if let Some(what) = lacking(line) {
            Finding::unknown(what, fill(line))
        } else if signs(line) {
            unsigned(line, "nobody has signed this off")
        } else {
            Finding::unknown(
                "a person answers this",
                format!("holdpoint answer DOC --line {} --value …", line.number),
            )
        };
        return;
    };
    let said = match &answer.reply {
        Reply::Value(value) => value.clone(),
        Reply::File { name, .. } => format!("file {name}"),
        Reply::NotApplicable | Reply::Acknowledged => {
            to.state = State::Owed;
            to.finding = Finding::unknown(
                "a person answers this; an acknowledgement is no answer",
                format!("holdpoint answer DOC --line {} --value …", line.number),
            );
            return;
        }
    };
    if denies(&said) {
        to.state = State::Fail;
        to.finding = Finding::fail(
            format!("{} answered no", answer.by),
            "a yes, or what was observed",
            said,
            format!("do what line {} asks for, then answer again", line.number),
        );
        return;
    }
    if signs(line) {
        // Whoever may type an answer is not thereby the one who signs, and a word says nothing of
        // the evidence that it was given over.
        to.state = State::Owed;
        to.finding = unsigned(line, &format!("a word is no signature; {} said: {said}", answer.by));
        return;
    }
    if let Some(what) = lacking(line) {
        // What is not written down helps nobody at night, whoever knows it by heart.
        to.state = State::Fail;
        let reason = format!("{what}, and {} answered: {said}", answer.by);
        to.finding = Finding::fail(reason, "who it is, and how to reach them", what, fill(line));
        return;
    }
    // Where a check looks at a part of the line, the word is for the rest of it.
    let attests = line.candidates.iter().any(|id| id.starts_with("attest."));
    let spoken = matches!(answer.reply, Reply::Value(_));
    if attests && spoken && (!affirms(&said) || hedges(&said)) {
        to.state = State::Owed;
        let says = if affirms(&said) {
            "says yes and takes something back"
        } else {
            "says neither yes nor no"
        };
        to.finding = Finding::unknown(
            format!("the answer of {} {says}: {said}", answer.by),
            format!(
                "begin it with yes or no: holdpoint answer DOC --line {} --value …",
                line.number
            ),
        );
        return;
    }
    to.state = State::Pass;
    to.finding = Finding::pass(format!("{} answered", answer.by))
        .seen(said)
        .unproven("assertion only: rests on the word of the person who answered");
}

/// What the document does not say about a contact.
fn lacking(line: &Line) -> Option<String> {
    (!line.lacks.is_empty()).then(|| format!("nothing stands under {}", line.lacks.join(", ")))
}

fn fill(line: &Line) -> String {
    format!(
        "fill it in on line {} of the document, then `holdpoint plan`; a yes does not replace it",
        line.number
    )
}

/// What an open sign-off waits for. This version takes no signatures: a team that goes by
/// somebody's recorded word says so itself, where it is reviewed.
fn unsigned(line: &Line, why: &str) -> Finding {
    Finding::unknown(
        why,
        format!(
            "this version takes no signatures; where a recorded word will do, write {}",
            bound_to(line, "attest.statement")
        ),
    )
}

/// What binds a line to an entry, as the settings take it: each part on a line of its own.
fn bound_to(line: &Line, id: &str) -> String {
    format!(
        "`[line.{}]` `text = {}` `check = \"{id}\"` in holdpoint.toml, each on a line of its own",
        line.number,
        quoted(&line.text)
    )
}

/// Whether a line is a sign-off.
fn signs(line: &Line) -> bool {
    is_of(line, "signoff.")
}

fn is_of(line: &Line, family: &str) -> bool {
    line.candidates.first().is_some_and(|id| id.starts_with(family))
}

fn judged(line: &Line, findings: &Findings, answer: Option<&Answer>, to: &mut Standing) {
    let (mut parts, mut person) = (Vec::new(), false);
    for (nth, slot) in line.slots.iter().enumerate() {
        match slot {
            Slot::Check => match findings.get(&(line.number, nth)) {
                Some(finding) => parts.push(finding.clone()),
                None => to.open = true,
            },
            Slot::Duty => person = true,
            Slot::Unseen(id) => parts.push(Finding::unknown(
                format!("this version cannot look with {id}"),
                format!(
                    "look by hand (holdpoint explain {id}); where a person answers for it, write {}, \
                     then holdpoint answer DOC --line {} --value …",
                    bound_to(line, "attest.statement"),
                    line.number
                ),
            )),
        }
    }
    if to.open {
        parts.push(Finding::unknown("not looked at yet", "let the run go on: holdpoint run"));
    }
    if parts.is_empty() && person {
        return answered(line, answer, to);
    }
    to.finding = worst(parts);
    to.state = match to.finding.verdict {
        Verdict::Fail if line.condition.is_some() => {
            undecided(line, to);
            State::Unknown
        }
        Verdict::Fail => State::Fail,
        Verdict::Unknown => State::Unknown,
        Verdict::Pass if person => {
            let seen = to.finding.clone();
            answered(line, answer, to);
            if to.state == State::Pass {
                to.finding = worst(vec![seen, to.finding.clone()])
            }
            to.state
        }
        Verdict::Pass => State::Pass,
    };
}

/// Whether an answer says that it is not so: it begins with a no, or holds a *not*. Better one more
/// question than a no that counts as a yes.
fn denies(said: &str) -> bool {
    const NO: [&str; 14] = [
        "no", "not", "n", "nope", "false", "never", "fail", "failed", "nein", "nicht", "non",
        "pas", "нет", "não",
    ];
    const NOT: [&str; 9] =
        ["not", "never", "isn't", "wasn't", "weren't", "hasn't", "haven't", "nicht", "kein"];
    let lower = said.to_lowercase();
    let mut words = lower.split(|c: char| !(c.is_alphanumeric() || c == '\''));
    let words: Vec<&str> = words.by_ref().filter(|word| !word.is_empty()).collect();
    words.first().is_some_and(|first| NO.contains(first))
        || words.iter().any(|word| NOT.contains(word))
}

/// Whether an answer to a claim begins with a yes. What only a person can attest has no value that
/// could be judged, and no list of words knows every way to say that it was not done.
fn affirms(said: &str) -> bool {
    const YES: [&str; 20] = [
        "yes",
        "y",
        "yep",
        "true",
        "ok",
        "done",
        "confirmed",
        "approved",
        "completed",
        "agreed",
        "ja",
        "oui",
        "si",
        "sí",
        "sim",
        "да",
        "是",
        "예",
        "네",
        "はい",
    ];
    let lower = said.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.next().is_some_and(|first| YES.contains(&first))
}

/// Whether an answer that begins with a yes takes some of it back.
fn hedges(said: &str) -> bool {
    const BUT: [&str; 24] = [
        "but",
        "except",
        "however",
        "although",
        "though",
        "unless",
        "no",
        "fail",
        "failed",
        "fails",
        "partly",
        "partially",
        "almost",
        "mostly",
        "aber",
        "außer",
        "mais",
        "sauf",
        "pero",
        "salvo",
        "excepto",
        "mas",
        "exceto",
        "но",
    ];
    let lower = said.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| BUT.contains(&word))
}

/// What fails on a line with a condition may only show that the condition does not hold.
fn undecided(line: &Line, to: &mut Standing) {
    let condition = line.condition.as_deref().unwrap_or_default();
    let number = line.number;
    to.finding.reason =
        format!("{}; whether the line applies is not decided ({condition})", to.finding.reason);
    to.finding.remedy = Some(format!(
        "say that it applies: [line.{number}] text = \"…\" params = {{ applies-if = \"yes\" }} \
         in holdpoint.toml, or that it does not: holdpoint answer DOC --line {number} \
         --not-applicable --reason …"
    ));
}

/// The state of a group: the worst of its children, with that child's words.
pub(crate) fn of_group(children: &[(usize, Standing)]) -> Standing {
    const ORDER: [State; 7] = [
        State::Fail,
        State::Unknown,
        State::Owed,
        State::Later,
        State::Waived,
        State::NotApplicable,
        State::Pass,
    ];
    let none = Standing {
        state: State::Unknown,
        acknowledged: false,
        finding: Finding::unknown(
            "nothing stands below this line",
            "remove it, or write what it asks for",
        ),
        verdicts: Vec::new(),
        open: false,
    };
    if children.is_empty() {
        return none;
    }
    let open = children.iter().any(|(_, child)| child.open);
    for state in ORDER {
        if let Some((number, child)) = children.iter().find(|(_, child)| child.state == state) {
            let reason = match child.finding.reason.as_str() {
                "" => String::new(),
                reason => format!("line {number}: {reason}"),
            };
            let finding = Finding { reason, ..child.finding.clone() };
            return Standing { state, finding, open, ..none };
        }
    }
    Standing { state: State::Noted, finding: Finding::pass(""), open, ..none }
}

//! Questions about ambiguous lines, and where in the settings an answer belongs.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_checks::heads;
use holdpoint_document::Document;
use holdpoint_model::{
    line::{Binding, Form, Kind},
    plan::{BoundCheck, PlanLine},
};

use crate::{
    key::blank,
    left::left,
    lock::Pin,
    overrides,
    perhaps::perhaps,
    plan::Planned,
    settings::{LineOverride, Settings, Which},
    targets::{Meant, Said, meant},
};

pub use crate::overrides::NONE;

/// The entry that stands for what only a person can say.
pub const PERSON: &str = "attest.statement";

/// One question about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Physical line, counted from one.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Headings above it.
    pub section: Vec<String>,
    /// What is ambiguous.
    pub about: About,
    /// Words that the checks do not look at, of a line that people answer as it stands: who names
    /// a check for it leaves these to nobody. Nothing for other lines.
    pub left: Option<Vec<String>>,
    /// Whether the line is not understood, and this is only what it reminds of.
    pub guess: bool,
    /// The table of the settings that an answer belongs into.
    pub place: Which,
}

/// What is ambiguous about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// What it claims.
    Check(Vec<Offer>),
    /// Which of these targets it is about.
    Target(Vec<String>),
}

/// One thing that a line may claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Id in the catalog.
    pub id: String,
    /// What it is called on the screen.
    pub title: &'static str,
    /// What the text states, as `name=value`.
    pub params: Vec<String>,
    /// Exact parts of the text that speak for it.
    pub because: Vec<String>,
}

/// A question for every ambiguous line, in the order of the document: which of several checks,
/// whether a person's line is a machine's, and which of several targets. Behind them one for every
/// line that is not understood and reminds of something.
pub fn questions(document: &Document, settings: &Settings, planned: &Planned) -> Vec<Question> {
    let (matched, _) = overrides::matches(document, settings);
    let texts = texts(document);
    let own = |at: usize| matched.get(&at).and_then(|them| them.last()).copied();
    let question = |at: usize, line: &PlanLine, about: About, guess: bool| Question {
        line: line.line,
        text: line.text.clone(),
        section: line.section.clone(),
        about,
        left: None,
        guess,
        place: own(at).map_or_else(|| place(line, &texts), |own: &LineOverride| own.which.clone()),
    };
    let lines = planned.plan.lines.iter().zip(&planned.lock.lines).enumerate();
    let mut all: Vec<Question> = lines
        .filter_map(|(at, (line, pin))| {
            Some(question(at, line, about(line, pin, settings)?, false))
        })
        .collect();
    let asked = planned.plan.lines.iter().enumerate().filter(|(_, line)| {
        line.state == Binding::Asked && all.iter().any(|it| it.line == line.line)
    });
    let asked = asked.map(|(at, line)| (at, line.checks.as_slice())).collect();
    for (at, words) in left(document, &asked) {
        let number = planned.plan.lines.get(at).map(|line| line.line);
        if let Some(question) = all.iter_mut().find(|it| Some(it.line) == number) {
            question.left = Some(words);
        }
    }
    let lines = planned.plan.lines.iter().enumerate();
    let open = lines.filter(|(at, line)| {
        let told = own(*at).is_some_and(|own| own.check.is_some());
        line.state == Binding::Unbound && line.kind != Kind::Group && !line.declares && !told
    });
    let open: BTreeSet<usize> = open.map(|(at, _)| at).collect();
    for (at, meanings) in perhaps(document, &open) {
        if let Some(line) = planned.plan.lines.get(at) {
            let offers = meanings.iter().map(|it| offer(&it.id, &it.params, &it.because));
            all.push(question(at, line, About::Check(offers.collect()), true));
        }
    }
    all
}

/// A line that is not understood, or may claim several things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    /// Physical line, counted from one.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Headings above it.
    pub section: Vec<String>,
    /// Ids of what it may claim; none where it is not understood.
    pub among: Vec<String>,
    /// Whether it is a person's as it stands.
    pub person: bool,
    /// The table of the settings that an answer belongs into.
    pub place: Which,
}

/// Every line whose claim is not known for sure, in the order of the document. What a person has
/// said a check of is not among them, nor what only declares something.
pub fn unclear(document: &Document, settings: &Settings, planned: &Planned) -> Vec<Unclear> {
    let (matched, _) = overrides::matches(document, settings);
    let texts = texts(document);
    let lines = planned.plan.lines.iter().zip(&planned.lock.lines).enumerate();
    lines
        .filter_map(|(at, (line, pin))| {
            let own = matched.get(&at).and_then(|them| them.last());
            if own.is_some_and(|own| own.check.is_some()) || line.declares {
                return None;
            }
            let among = match line.state {
                Binding::Unbound if line.kind != Kind::Group => Vec::new(),
                Binding::Bound | Binding::Asked | Binding::Unbound | Binding::Choice => {
                    match about(line, pin, settings)? {
                        About::Check(offers) => offers.into_iter().map(|it| it.id).collect(),
                        // Names of targets are settings, and only their owner knows them.
                        About::Target(_) => return None,
                    }
                }
            };
            let attest = |id: &String| heads::head(id).is_some_and(|head| !is_machine(head.form));
            Some(Unclear {
                line: line.line,
                text: line.text.clone(),
                section: line.section.clone(),
                person: line.state == Binding::Asked
                    || matches!(line.kind, Kind::Attest | Kind::Signoff)
                    || among.iter().any(attest),
                among,
                place: own
                    .map_or_else(|| place(line, &texts), |own: &&LineOverride| own.which.clone()),
            })
        })
        .collect()
}

/// Whether a machine decides what is of this form.
pub fn is_machine(form: Form) -> bool {
    matches!(form, Form::Check | Form::Step | Form::Watch)
}

fn about(line: &PlanLine, pin: &Pin, settings: &Settings) -> Option<About> {
    let ids = |line: &PlanLine| line.checks.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    match line.state {
        Binding::Bound | Binding::Unbound => None,
        Binding::Asked => {
            let first = heads::head(&line.checks.first()?.id)?;
            let machine = is_machine(first.form);
            // A person's line by its form is asked of people whatever it says.
            let formal = matches!(
                line.kind,
                Kind::Contact | Kind::Signoff | Kind::Field | Kind::Choice | Kind::Config
            );
            (machine && !formal).then(|| About::Check(offers(line)))
        }
        Binding::Choice => {
            let pinned: Vec<String> = pin.meaning.checks.iter().map(|it| it.id.clone()).collect();
            if pin.meaning.state == Binding::Choice && ids(line) == pinned {
                return Some(About::Check(offers(line)));
            }
            let which = |check: &BoundCheck| {
                let (text, section) = (line.text.as_str(), line.section.as_slice());
                let path = check.params.get("path").map(String::as_str);
                let said = Said { target: None, host: None, path, text, section };
                match meant(&check.id, settings, &said) {
                    Meant::Choice(names) => Some(names),
                    Meant::Declared(_)
                    | Meant::Given(_)
                    | Meant::Undeclared(_)
                    | Meant::Nothing => None,
                }
            };
            line.checks.iter().find_map(which).map(About::Target)
        }
    }
}

/// What is offered, each entry once.
fn offers(line: &PlanLine) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for check in &line.checks {
        let params = check.params.iter().map(|(name, value)| format!("{name}={value}"));
        match offers.iter_mut().find(|it| it.id == check.id) {
            Some(same) => {
                let more: Vec<String> = params.filter(|it| !same.params.contains(it)).collect();
                same.params.extend(more);
            }
            None => offers.push(offer(&check.id, &check.params, &check.because)),
        }
    }
    offers
}

fn offer(id: &str, params: &BTreeMap<String, String>, because: &[String]) -> Offer {
    Offer {
        id: id.to_owned(),
        title: heads::head(id).map_or("", |head| head.title),
        params: params.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        because: because.to_vec(),
    }
}

/// How often each text stands in the document.
fn texts(document: &Document) -> BTreeMap<String, usize> {
    let mut texts = BTreeMap::new();
    for line in &document.lines {
        let (raw, repaired) = (blank(&line.text), blank(&line.repaired));
        if raw != repaired {
            *texts.entry(repaired).or_default() += 1;
        }
        *texts.entry(raw).or_default() += 1;
    }
    texts
}

/// A line is named by its text; by its number and its text where the text says too little.
fn place(line: &PlanLine, texts: &BTreeMap<String, usize>) -> Which {
    let text = blank(&line.text);
    let alone = texts.get(&text) == Some(&1);
    // A table whose name is a number speaks of the line with that number.
    let number = text.parse::<usize>().is_ok();
    if alone && !number { Which::Text(text) } else { Which::Number { line: line.line, text } }
}

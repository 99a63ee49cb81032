//! Why a line was understood as it was: what decided, what else was considered, and why that lost.

use std::collections::BTreeMap;

use holdpoint_document::{Document, Form, Line, LineId};
use holdpoint_model::line::{Binding, Kind, Phase};

use crate::{
    candidate::{self, Candidate, MARGIN, Reading, candidates},
    context::Context,
    key::blank,
    kind::Subject,
    learned::{self, Said},
    line_form, meaning,
    outline::{self, NAMES, Outline},
    phase,
    rules::{Need, RULES, Rule},
    scan::CONCEPTS,
    settings::Which,
    understand::{Reader, Understood},
    words::{Class, Classes},
};

pub use crate::decided::Decided;
use crate::decided::{Found, decided};

/// Refused entries that are told of.
const REFUSED_MAX: usize = 6;
/// Entries of the weights that are told of.
const LIKELY_MAX: usize = 6;
/// Likelihood below which an entry is not worth a row.
const LIKELY_MIN: f64 = 0.01;

/// Why a line was understood as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// When it is decided, and what says so.
    pub phase: Ground,
    /// What sort of statement it is, and what says so.
    pub kind: Ground,
    /// What decided the binding.
    pub decided: Decided,
    /// What became of the attempt to understand it, before settings and lock.
    pub state: Binding,
    /// Ids of what it binds, before settings and lock.
    pub bound: Vec<String>,
    /// Entries that rules see in the line, the best first.
    pub entries: Vec<Considered>,
    /// Entries whose words are in the line and whose rules refuse it, the nearest first.
    pub refused: Vec<Refused>,
    /// Entries by the weights learned from examples, the likeliest first.
    pub likely: Vec<Likely>,
    /// How likely only people can answer the line, by the same weights.
    pub people: Option<f64>,
    /// The table of the settings that an override of this line belongs into.
    pub place: Which,
}

/// A word of the plan with the rule that gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The word.
    pub word: &'static str,
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// Parts of the headings or of the line that fulfil it.
    pub because: Vec<String>,
}

/// An entry that rules see in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// Id in the catalog.
    pub id: String,
    /// How well the best rule explains the line, in thousandths.
    pub score: u32,
    /// Exact parts that speak for it.
    pub because: Vec<String>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an entry that was considered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is bound, or offered.
    Taken,
    /// Less of the line is explained than a binding needs, in thousandths.
    Below(u32),
    /// Too near to the next one: so much clearer it would have to be, in thousandths.
    Margin(u32),
    /// Another explains more.
    Behind(String),
    /// It is the best, and leaves a part of the line unexplained.
    Unexplained,
    /// Something else decided before rules were asked.
    Unasked,
}

impl Fate {
    /// What became of it, as a sentence.
    pub fn sentence(&self) -> String {
        let share = |score: u32| format!("0.{score:03}");
        match self {
            Self::Taken => String::from("taken"),
            Self::Below(least) => format!("lost: below {}", share(*least)),
            Self::Margin(margin) => {
                format!("lost: less than {} clear of the next one", share(*margin))
            }
            Self::Behind(leader) => format!("lost: `{leader}` explains more"),
            Self::Unexplained => String::from("lost: a part of the line is left unexplained"),
            Self::Unasked => String::from("not asked: something else had decided"),
        }
    }
}

/// An entry whose words are in the line and whose rules refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Id in the catalog.
    pub id: String,
    /// Why, as a sentence.
    pub why: String,
}

/// An entry by the weights learned from examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Likely {
    /// Id in the catalog; `none` for what no entry looks at.
    pub id: String,
    /// How likely it is right.
    pub chance: f64,
    /// Why it was not taken; nothing where it was.
    pub lost: Option<String>,
}

/// Why the line at that physical place was understood as it was; `None` where there is no line.
pub fn why(document: &Document, number: usize) -> Option<Why> {
    let at = document.lines.iter().position(|line| line.number == number)?;
    let line = document.lines.get(at)?;
    let outline = Outline::of(document);
    let context = Context::of(document);
    let id = LineId(at);
    let phase = phase::phase(line, &outline);
    let fenced = matches!(line.form, Form::Command { .. } | Form::Assignment { .. });
    let hits = if fenced { Vec::new() } else { outline::hits(&line.repaired) };
    let subject = Subject::new(document, &outline, id, line, phase, &hits);
    let kind = meaning::kind_of(&subject, &context);
    let (said, own) = (BTreeMap::new(), meaning::meaning(&subject, kind, &context).0);
    let reader = Reader { document, outline: &outline, context: &context, said: &said };
    let Understood { state, checks, .. } = reader.read([at]).remove(&at)?;
    let is_detail = own == Binding::Unbound && state != own;
    let mut why = Why {
        phase: phase_ground(document, line, phase),
        kind: kind_ground(&subject, kind),
        decided: Decided::Nothing,
        state,
        bound: checks.iter().map(|it| it.id.clone()).collect(),
        entries: Vec::new(),
        refused: Vec::new(),
        likely: Vec::new(),
        people: None,
        place: place(document, line),
    };
    let above = context.above(id);
    let Some(reading) = context.reading(&subject, &above) else { return Some(why) };
    let claims = candidates(&reading);
    let found = Found { subject: &subject, kind, context: &context, reading: &reading };
    why.decided =
        if is_detail { Decided::Parent } else { decided(&found, &claims, state, &checks) };
    let asked = !matches!(why.decided, Decided::Form | Decided::Command | Decided::People);
    why.entries = considered(&found, &claims, &why.bound, asked);
    why.refused = refused(&reading, &claims);
    if let Some(said) = Said::of(&reading, &claims, kind.word()) {
        why.people = Some(said.human);
        why.likely = likely(&said, &why);
    }
    Some(why)
}

/// How much clearer the best claim would have to be; `None` where it may be bound.
fn margin(claims: &[Candidate]) -> Option<Fate> {
    let best = claims.first().map_or(0, |it| it.score);
    let second = claims.get(1).map_or(0, |it| it.score);
    if best < candidate::BOUND_MIN {
        Some(Fate::Below(candidate::BOUND_MIN))
    } else if best < second + MARGIN {
        Some(Fate::Margin(MARGIN))
    } else {
        None
    }
}

fn considered(
    found: &Found<'_>,
    claims: &[Candidate],
    bound: &[String],
    asked: bool,
) -> Vec<Considered> {
    let best = claims.first();
    let fate = |at: usize, claim: &Candidate| {
        if bound.iter().any(|id| id == claim.id) {
            return Fate::Taken;
        }
        if !asked {
            return Fate::Unasked;
        }
        if claim.score < candidate::BOUND_MIN {
            return Fate::Below(candidate::BOUND_MIN);
        }
        if at == 0 {
            return margin(claims).unwrap_or(Fate::Unexplained);
        }
        match best {
            Some(best) if claim.score + MARGIN <= best.score => Fate::Behind(best.id.to_owned()),
            Some(_) | None => Fate::Margin(MARGIN),
        }
    };
    let row = |(at, claim): (usize, &Candidate)| Considered {
        id: claim.id.to_owned(),
        score: claim.score,
        because: claim.because(found.reading),
        fate: fate(at, claim),
    };
    claims.iter().enumerate().map(row).collect()
}

/// Entries whose rules have a word in the line and are not among the claims.
fn refused(reading: &Reading<'_>, claims: &[Candidate]) -> Vec<Refused> {
    let mut all: Vec<(usize, usize, Refused)> = Vec::new();
    let mut seen = Classes::default();
    for hit in &reading.scan.hits {
        if seen.has(hit.class) {
            continue;
        }
        seen.insert(hit.class);
        for rule in RULES.of_class(hit.class) {
            if claims.iter().any(|it| it.id == rule.id) {
                continue;
            }
            let (missing, met, why) = refusal(rule, reading);
            let row = (missing, usize::MAX - met, Refused { id: rule.id.to_owned(), why });
            match all.iter_mut().find(|(.., it)| it.id == rule.id) {
                Some(known) if (row.0, row.1) < (known.0, known.1) => *known = row,
                Some(_) => {}
                None => all.push(row),
            }
        }
    }
    all.sort_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    all.into_iter().take(REFUSED_MAX).map(|(.., it)| it).collect()
}

/// How many needs of a rule are not met, how many are, and why it does not hold.
fn refusal(rule: &Rule, reading: &Reading<'_>) -> (usize, usize, String) {
    let meets = |need: &&Need| {
        let here = &reading.scan.set;
        here.meets(&need.line)
            || here.meets(&need.context)
            || reading.around.meets(&need.context)
            || reading.anywhere.meets(&need.anywhere)
    };
    let missing: Vec<&Need> = rule.needs.iter().filter(|need| !meets(need)).collect();
    let met = rule.needs.len() - missing.len();
    if let Some(need) = missing.first() {
        let mut wanted = need.line;
        wanted.join(&need.context);
        let names = names(&wanted, |_| true);
        return (missing.len(), met, format!("no word for {}", names.join(" or ")));
    }
    if !rule.phases.is_empty() && !rule.phases.contains(&reading.phase) {
        let words: Vec<&str> = rule.phases.iter().map(|it| it.word()).collect();
        return (0, met, format!("holds in phase {} only", words.join(", ")));
    }
    let around = names(&rule.forbidden_around, |class| reading.around.has(class));
    if !around.is_empty() {
        return (0, met, format!("what stands above speaks of {}", around.join(", ")));
    }
    let anywhere = names(&rule.forbidden_anywhere, |class| reading.anywhere.has(class));
    if !anywhere.is_empty() {
        return (0, met, format!("the document speaks of {}", anywhere.join(", ")));
    }
    let other = reading.scan.hits.iter().find(|hit| {
        rule.forbidden.has(hit.class) || RULES.alien.has(hit.class) && !rule.named.has(hit.class)
    });
    let word = other.and_then(|hit| reading.text.get(hit.start..hit.end)).unwrap_or_default();
    (0, met, format!("`{word}` claims something else"))
}

/// Names of classes, at most three of them.
fn names(of: &Classes, wanted: impl Fn(Class) -> bool) -> Vec<String> {
    let some = (0..CONCEPTS_MAX).filter(|class| of.has(*class) && wanted(*class));
    let some = some.map(|class| CONCEPTS.name(class).trim_start_matches("v-").replace('-', " "));
    some.filter(|it| !it.is_empty()).take(3).collect()
}

/// Every class has a number below this.
const CONCEPTS_MAX: Class = 512;

fn likely(said: &Said<'_>, why: &Why) -> Vec<Likely> {
    let row = |(id, chance): (&'static str, f64)| {
        let taken = why.bound.iter().any(|it| it == id);
        let people = learned::is_human(id);
        let lost = (!taken).then(|| match why.decided {
            Decided::Rule | Decided::Parts => String::from("a rule decided"),
            Decided::Form
            | Decided::Command
            | Decided::People
            | Decided::Order
            | Decided::Forbidden => String::from("something else had decided"),
            Decided::Examples
            | Decided::Overruled
            | Decided::Doubt
            | Decided::Several
            | Decided::Rest
            | Decided::Parent
            | Decided::Nothing => {
                if id == learned::NOTHING {
                    String::from("nothing of the catalog")
                } else if people && said.human < learned::ASKED_MIN {
                    format!("people are asked from {:.2} on", learned::ASKED_MIN)
                } else if people {
                    String::from("another answer of people is likelier")
                } else if said.sure(id) < learned::sure_min(id) {
                    format!(
                        "sure to {:.2}, bound from {:.2} on",
                        said.sure(id),
                        learned::sure_min(id)
                    )
                } else {
                    String::from("it would not look at all that the line says")
                }
            }
        });
        Likely { id: id.to_owned(), chance: chance.min(1.0), lost }
    };
    said.ranked(LIKELY_MIN).into_iter().take(LIKELY_MAX).map(row).collect()
}

/// Words of the headings above a line that belong to one of these classes.
fn heading_words(document: &Document, line: &Line, classes: &[Class]) -> Vec<String> {
    let mut words = Vec::new();
    let mut section = line.section;
    while let Some(heading) = section.and_then(|id| document.headings.get(id.0)) {
        for hit in outline::hits(&heading.repaired) {
            let word = heading.repaired.get(hit.start..hit.end).unwrap_or_default().to_owned();
            if classes.contains(&hit.class) && !words.contains(&word) {
                words.push(word);
            }
        }
        section = heading.parent;
    }
    words
}

fn phase_ground(document: &Document, line: &Line, phase: Phase) -> Ground {
    let names = &NAMES;
    let (rule, classes): (&'static str, Vec<Class>) = match phase {
        Phase::Meta => ("a title, field, contact, link or rule belongs to no time", Vec::new()),
        Phase::Signoff => ("a signature, or a section of signatures", vec![names.signoff]),
        Phase::SignoffPost => {
            ("a signature about what comes after", vec![names.signoff, names.post])
        }
        Phase::Watch => {
            ("the section lists what triggers a rollback", vec![names.rollback, names.trigger])
        }
        Phase::Rollback => {
            ("a heading speaks of a rollback", vec![names.rollback, names.rollback_alone])
        }
        Phase::Emergency => ("a heading speaks of an emergency", vec![names.emergency]),
        Phase::Reference => ("a heading says that it is only referred to", vec![names.reference]),
        Phase::Maintenance => (
            "a heading names something that recurs",
            vec![names.maintenance, names.daily, names.weekly, names.monthly],
        ),
        Phase::Followup => {
            ("a heading names a time after the deployment", vec![names.post, names.tasks])
        }
        Phase::Post => (
            "a heading speaks of the time after, or stands behind one that verifies",
            vec![names.post, names.post_alone, names.verify],
        ),
        Phase::Deploy => {
            ("a heading speaks of the deployment itself", vec![names.deploy, names.deploy_alone])
        }
        Phase::Pre => ("no heading above says otherwise", vec![names.pre]),
    };
    Ground { word: phase.word(), rule, because: heading_words(document, line, &classes) }
}

fn kind_ground(it: &Subject<'_>, kind: Kind) -> Ground {
    let names = &NAMES;
    let (rule, classes): (&'static str, Vec<Class>) = match kind {
        Kind::Signoff => ("it is a place for a signature", vec![names.approval]),
        Kind::Choice => ("it has several boxes to choose from", Vec::new()),
        Kind::Field => ("it is a title, or a label with something to fill in", Vec::new()),
        Kind::Config => ("it declares something: an assignment, a link or a rule", Vec::new()),
        Kind::Contact => ("it is a row of people", Vec::new()),
        Kind::Command if matches!(it.line.form, Form::Command { .. }) => {
            ("it is a command in a fence", Vec::new())
        }
        Kind::Command => (
            "a box of this phase that carries a command or begins with an order",
            vec![names.changes],
        ),
        Kind::Procedure => ("its section is about trouble", Vec::new()),
        Kind::Group => ("a bold parent of other boxes", Vec::new()),
        Kind::Watch => {
            ("after a deployment it names a signal to watch", vec![names.monitor, names.signal])
        }
        Kind::Schedule => (
            "it names a time, or something that recurs",
            vec![names.regular, names.reviews, names.plans],
        ),
        Kind::Attest => (
            "its words are what people stand for",
            vec![names.persons, names.review_done, names.claimed, names.report, names.looks],
        ),
        Kind::Probe => ("nothing says otherwise: what it claims can be looked at", Vec::new()),
    };
    let words = it.hits.iter().filter(|hit| classes.contains(&hit.class));
    let words = words.filter_map(|hit| it.line.repaired.get(hit.start..hit.end));
    let mut because: Vec<String> = words.map(str::to_owned).collect();
    because.dedup();
    because.extend(
        line_form::command(&it.line.repaired).filter(|_| kind == Kind::Command).map(str::to_owned),
    );
    Ground { word: kind.word(), rule, because }
}

/// A line is named by its text; by its number and its text where others have the same.
fn place(document: &Document, line: &Line) -> Which {
    let text = blank(&line.text);
    let same =
        document.lines.iter().filter(|it| blank(&it.text) == text || blank(&it.repaired) == text);
    if same.count() == 1 && text.parse::<usize>().is_err() {
        Which::Text(text)
    } else {
        Which::Number { line: line.number, text }
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;

    use super::*;
    use crate::understand::understand;

    const LIST: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Port 443 (HTTPS) accessible\n\
                        - [ ] Team briefed on rollback\n- [ ] Frobnication is fine\n\n\
                        ## Rollback\n\n```bash\nsystemctl stop app\n```\n";

    #[test]
    fn what_is_said_is_what_was_bound() {
        let document = parse(LIST.as_bytes());
        for (line, meant) in document.lines.iter().zip(understand(&document)) {
            let why = why(&document, line.number).unwrap();
            let ids: Vec<&str> = meant.checks.iter().map(|it| it.id.as_str()).collect();
            assert_eq!(
                (why.state, why.bound.iter().map(String::as_str).collect()),
                (meant.state, ids)
            );
            assert_eq!((why.phase.word, why.kind.word), (meant.phase.word(), meant.kind.word()));
            let taken = why.entries.iter().filter(|it| it.fate == Fate::Taken).count();
            assert!(taken <= why.bound.len(), "{why:#?}");
        }
    }

    #[test]
    fn tells_what_decided_and_why_others_lost() {
        let document = parse(LIST.as_bytes());
        let port = why(&document, 5).unwrap();
        assert_eq!(port.decided, Decided::Rule, "{port:#?}");
        assert_eq!(port.entries[0].fate, Fate::Taken);
        assert!(!port.refused.is_empty(), "{port:#?}");
        assert!(port.refused.iter().all(|it| !it.why.is_empty()));
        assert_eq!(why(&document, 6).unwrap().decided, Decided::People);
        let none = why(&document, 7).unwrap();
        assert!(matches!(none.decided, Decided::Nothing | Decided::Examples), "{none:#?}");
        assert!(!none.likely.is_empty());
        let last = document.lines.last().unwrap().number;
        let command = why(&document, last).unwrap();
        assert_eq!((command.decided, command.phase.word), (Decided::Command, "rollback"));
        assert_eq!(command.phase.because, ["Rollback"]);
        assert!(why(&document, 1_000).is_none());
    }
}

//! Scores what a line may claim: the more of its words a rule explains, the better it fits.

use holdpoint_model::line::Phase;

use crate::{
    rules::{Need, RULES, Rule},
    scan::Scan,
    words::Classes,
};

/// Score from which a claim is bound.
pub(crate) const BOUND_MIN: u32 = 660;
/// Score from which a claim is worth to be offered.
pub(crate) const OFFER_MIN: u32 = 480;
/// How much better than the next claim one has to be.
pub(crate) const MARGIN: u32 = 25;
/// What each further need that the line itself fulfils adds, since it makes the claim narrower.
const NARROWER: u32 = 20;

/// A text above a line: a heading, or a line that it is nested in.
#[derive(Clone, Debug)]
pub(crate) struct Above<'a> {
    pub(crate) text: &'a str,
    pub(crate) scan: &'a Scan,
    /// The text as it stands in the file, when it may be named as a reason: headings only.
    pub(crate) raw: Option<&'a str>,
}

/// What a line may claim.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) id: &'static str,
    /// In thousandths.
    pub(crate) score: u32,
    /// The rules that see it.
    rules: Vec<&'static Rule>,
}

impl Candidate {
    /// Classes of words that the rules name.
    pub(crate) fn named(&self) -> Classes {
        let mut named = Classes::default();
        for rule in &self.rules {
            named.join(&rule.named);
        }
        named
    }

    /// Parts of the line, and of what stands above it, that decided.
    pub(crate) fn because(&self, reading: &Reading<'_>) -> Vec<String> {
        let mut parts = Vec::new();
        for rule in &self.rules {
            because(rule, reading, &mut parts);
        }
        parts
    }
}

/// A line, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) text: &'a str,
    pub(crate) scan: &'a Scan,
    pub(crate) above: &'a [Above<'a>],
    pub(crate) around: Classes,
    /// Classes of all words of the document.
    pub(crate) anywhere: Classes,
    pub(crate) phase: Phase,
}

/// Every claim that some rule sees in a line, the best first.
pub(crate) fn candidates(reading: &Reading<'_>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut classes = Classes::default();
    for hit in &reading.scan.hits {
        if classes.has(hit.class) {
            continue;
        }
        classes.insert(hit.class);
        for rule in RULES.of_class(hit.class) {
            let known = found.iter().position(|it| it.id == rule.id);
            let tried = known
                .and_then(|at| found.get(at))
                .is_some_and(|it| it.rules.iter().any(|it| std::ptr::eq(*it, rule)));
            let Some(score) = (!tried).then(|| score(rule, reading)).flatten() else {
                continue;
            };
            match known.and_then(|at| found.get_mut(at)) {
                Some(known) => {
                    known.score = known.score.max(score);
                    known.rules.push(rule);
                }
                None => found.push(Candidate { id: rule.id, score, rules: vec![rule] }),
            }
        }
    }
    found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.id.cmp(b.id)));
    found
}

fn score(rule: &Rule, reading: &Reading<'_>) -> Option<u32> {
    let scan = reading.scan;
    let phase = rule.phases.is_empty() || rule.phases.contains(&reading.phase);
    let around = reading.around.meets(&rule.forbidden_around);
    if !phase || around || reading.anywhere.meets(&rule.forbidden_anywhere) {
        return None;
    }
    let mut local = 0;
    let mut remote = 0;
    for need in &rule.needs {
        match fulfilled(need, reading)? {
            Where::Line => local += 1,
            Where::Above => remote += 1,
            Where::Elsewhere => {}
        }
    }
    if claims_otherwise(rule, scan) {
        return None;
    }
    let share = share(rule, scan);
    let narrower = NARROWER * (local + remote - 1);
    Some((share + narrower) * rule.weight / 100 * if remote == 0 { 100 } else { 97 } / 100)
}

/// Which part of what the line says belongs to the claim, in thousandths. Words that only put it
/// into words count for neither side.
fn share(rule: &Rule, scan: &Scan) -> u32 {
    let mut own = 0;
    let mut open = 0;
    for token in &scan.tokens {
        let neutral = token.cover.meets(&RULES.neutral);
        if token.cover.meets(&rule.named) {
            own += if neutral { token.weight / 4 } else { token.weight };
        } else if !neutral {
            open += if token.name || token.cover.meets(&RULES.weak) {
                token.weight / 2
            } else {
                token.weight
            };
        }
    }
    own * 1000 / (own + open).max(1)
}

enum Where {
    Line,
    Above,
    Elsewhere,
}

fn fulfilled(need: &Need, reading: &Reading<'_>) -> Option<Where> {
    let here = &reading.scan.set;
    if here.meets(&need.line) || here.meets(&need.context) {
        return Some(Where::Line);
    }
    if reading.around.meets(&need.context) {
        return Some(Where::Above);
    }
    reading.anywhere.meets(&need.anywhere).then_some(Where::Elsewhere)
}

/// Whether the line has a word that the rule forbids, or one that claims something which the rule
/// does not name. A word within a longer term that the rule names is part of that term.
fn claims_otherwise(rule: &Rule, scan: &Scan) -> bool {
    let alien = scan.hits.iter().filter(|hit| {
        let explains = scan.label.is_some_and(|end| end <= hit.start);
        if explains && !RULES.turning.has(hit.class) {
            return false;
        }
        let forbidden = rule.forbidden.has(hit.class);
        forbidden || RULES.alien.has(hit.class) && !rule.named.has(hit.class)
    });
    alien.into_iter().any(|hit| {
        !scan.hits.iter().any(|other| {
            let longer = hit.end - hit.start < other.end - other.start;
            let named = rule.named.has(other.class);
            let around = other.start <= hit.start && hit.end <= other.end;
            let same =
                other.start == hit.start && other.end == hit.end && !rule.forbidden.has(hit.class);
            around && (named && (longer || same) || longer && RULES.neutral.has(other.class))
        })
    })
}

/// The words of the line that a rule needs, or, where only the context has them, its words.
fn because(rule: &Rule, reading: &Reading<'_>, parts: &mut Vec<String>) {
    let mut push = |text: &str, start: usize, end: usize| {
        if let Some(part) = text.get(start..end)
            && !parts.iter().any(|known| known == part)
        {
            parts.push(part.to_owned());
        }
    };
    for need in &rule.needs {
        let mut wanted = need.line;
        wanted.join(&need.context);
        for hit in reading.scan.hits.iter().filter(|hit| wanted.has(hit.class)) {
            push(reading.text, hit.start, hit.end);
        }
        for above in reading.above {
            for hit in above.scan.hits.iter().filter(|hit| need.context.has(hit.class)) {
                push(above.text, hit.start, hit.end);
            }
        }
    }
}

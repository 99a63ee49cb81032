//! Decides what a line binds: by its form where that settles it, else by what it claims.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_document::{Form, Line};
use holdpoint_model::line::{Binding, Kind};

use crate::{
    candidate::{BOUND_MIN, Candidate, MARGIN, OFFER_MIN, Reading, candidates},
    condition::condition,
    context::Context,
    denial,
    kind::{self, Subject},
    learned::{self, Said},
    leftover, order, owned, parameters,
    question::PERSON,
    scan::{CONCEPTS, Scan},
    structure,
    understand::Meaning,
    values::{Value, What},
    words::{Classes, Hit},
};

/// Alternatives that are shown of an ambiguous line.
const SHOWN_MAX: usize = 3;

/// Classes of words that say how something is.
const STATES: &[&str] = &[
    "configured",
    "enabled",
    "working",
    "running",
    "installed",
    "created",
    "tested",
    "passed",
    "accessible",
    "valid",
    "healthy",
    "respond",
    "port-state",
    "applied-word",
];
/// Verbs and adjectives of these classes that do not end like one.
const VERBS: &[&str] = &[
    "open",
    "running",
    "runs",
    "works",
    "working",
    "pass",
    "passes",
    "valid",
    "healthy",
    "accessible",
    "reachable",
    "return",
    "returns",
    "respond",
    "responds",
    "green",
    "active",
    "online",
];
/// Participles that say that something was written down rather than how it is.
const NOTED: &[&str] = &["defined", "established", "specified", "completed"];

/// Claims about what users can do: over HTTP they are tried, in an installed program by people.
const JOURNEYS: &[&str] = &["http.journey", "http.smoke", "http.authentication"];

/// A second claim that lines make beside a first one, and the words that make it.
const PAIRS: &[(&str, &[&str], &str)] = &[
    ("host.memory", &["cpu-core"], "host.cpu-cores"),
    ("host.firewall", &["v-port"], "net.port-allowlist"),
    ("test.suite", &["coverage", "v-bound"], "test.coverage"),
    ("slo.error-rate", &["latency"], "slo.latency"),
    ("prometheus.ready", &["grafana"], "grafana.ready"),
    ("alert.rules-loaded", &["alert", "tested"], "alert.fire-drill"),
    ("secrets.rotation", &["password", "strong"], "env.secret-strength"),
];

/// What a line binds, and how sure that is.
pub(crate) fn meaning(
    it: &Subject<'_>,
    kind: Kind,
    context: &Context<'_>,
) -> (Binding, Vec<Meaning>) {
    if says_nothing(it) {
        return (Binding::Unbound, Vec::new());
    }
    if let Some(found) = structure::of_form(it, kind, context) {
        return found;
    }
    let above = context.above(it.id);
    let found = if let Form::Command { language, .. } = &it.line.form {
        (Binding::Bound, vec![owned::of_command(it, &it.line.repaired, *language)])
    } else {
        let Some(reading) = context.reading(it, &above) else {
            return (Binding::Unbound, Vec::new());
        };
        of_text(it, kind, &reading, context)
    };
    // Below "You should not see" a look would find the opposite of what is claimed.
    if found.0 == Binding::Bound && denial::is_forbidden_above(&above) {
        return (Binding::Asked, found.1);
    }
    found
}

/// What a line binds by its commands and its words.
fn of_text(
    it: &Subject<'_>,
    kind: Kind,
    reading: &Reading<'_>,
    context: &Context<'_>,
) -> (Binding, Vec<Meaning>) {
    let claims = candidates(reading);
    if let Some(found) = owned::of_owned_command(it, &claims, reading) {
        let shown = owned::of_shown_command(it, kind, &found, &claims, reading, context);
        return shown.unwrap_or_else(|| (Binding::Bound, vec![found]));
    }
    if let Some(found) = structure::of_person(it, kind, reading) {
        return found;
    }
    if let Some(found) = order::of_order(it, kind, reading) {
        return found;
    }
    settle(it, kind, &claims, reading, context)
}

/// Binds the best claim, offers several, or refuses.
fn settle(
    it: &Subject<'_>,
    kind: Kind,
    claims: &[Candidate],
    reading: &Reading<'_>,
    context: &Context<'_>,
) -> (Binding, Vec<Meaning>) {
    if structure::is_question(reading.text) {
        return (Binding::Asked, vec![plain("field.value", vec![it.line.text.clone()])]);
    }
    let meaning = |claim: &Candidate| of_claim(it, claim, reading);
    let best = claims.first().map_or(0, |claim| claim.score);
    let whole = claims.first().filter(|_| is_clear(claims));
    let all_named = whole.is_some_and(|it| leftover::is_named(reading, &it.named()));
    if let Some(each) = (!all_named).then(|| of_parts(it, claims, reading)).flatten() {
        return (Binding::Bound, each);
    }
    if let Some(claim) = whole {
        let mut checks: Vec<Meaning> = spread(meaning(claim), reading).collect();
        let mut named = claim.named();
        for (_, words, id) in PAIRS.iter().filter(|(first, ..)| *first == claim.id) {
            if let Some(second) = also(it, words, id, reading) {
                checks.push(second);
                words.iter().for_each(|word| named.insert(CONCEPTS.class(word)));
            }
        }
        if leftover::is_explained(reading, &named, &checks) {
            // A rule that reads a number off the line has understood more than single words.
            let read = checks.iter().flat_map(|it| it.params.values());
            let measured = read.into_iter().any(|it| it.contains(|c: char| c.is_ascii_digit()));
            let doubt = || doubted(it, kind, claim.id, claims, reading, context);
            let doubt = (!measured).then(doubt).flatten();
            return doubt.unwrap_or((Binding::Bound, checks));
        }
    }
    if let Some(found) = structure::of_rest(it, kind, reading) {
        return found;
    }
    // A rule that is clear but leaves a part of the line unexplained is a question, not a guess.
    if let Some(found) = of_examples(it, kind, claims, reading, context)
        && (whole.is_none() || is_same_claim(whole, &found))
    {
        return found;
    }
    let offered: Vec<&Candidate> =
        claims.iter().filter(|claim| OFFER_MIN <= claim.score).take(SHOWN_MAX).collect();
    if 2 <= offered.len() && BOUND_MIN <= best {
        return (Binding::Choice, offered.into_iter().map(meaning).collect());
    }
    (Binding::Unbound, Vec::new())
}

/// Whether the examples are sure of the very claim that a rule sees.
fn is_same_claim(whole: Option<&Candidate>, found: &(Binding, Vec<Meaning>)) -> bool {
    let same = whole.zip(found.1.first()).is_some_and(|(claim, it)| claim.id == it.id);
    same && found.0 == Binding::Bound
}

/// Whether a line claims nothing: it has no word, or its words were struck out.
pub(crate) fn says_nothing(it: &Subject<'_>) -> bool {
    !it.line.text.contains(char::is_alphanumeric) || is_struck(&it.line.repaired)
}

/// Whether the line begins with text that was struck out: nobody claims it any more.
fn is_struck(text: &str) -> bool {
    text.trim_start().strip_prefix("~~").is_some_and(|rest| rest.contains("~~"))
}

/// What the line may mean instead of what a rule binds, where the examples speak against that.
fn doubted(
    it: &Subject<'_>,
    kind: Kind,
    bound: &str,
    claims: &[Candidate],
    reading: &Reading<'_>,
    context: &Context<'_>,
) -> Option<(Binding, Vec<Meaning>)> {
    let said = Said::of(reading, claims, kind.word())?;
    if said.overrules(bound)
        && let Some(found) = of_examples(it, kind, claims, reading, context)
    {
        return Some(found);
    }
    if !said.contradicts(bound) {
        return None;
    }
    if learned::ASKED_MIN <= said.human {
        let because = vec![it.line.text.clone()];
        return Some((Binding::Asked, vec![plain(PERSON, because)]));
    }
    let own = claims.iter().find(|it| it.id == bound)?;
    let likely = said.ranked(learned::OFFER_MIN);
    let other = likely.first().map(|(id, _)| *id);
    match other.filter(|id| !learned::is_human(id) && *id != learned::NOTHING) {
        Some(id) => {
            let other = of_weights(it, id, &said, reading);
            Some((Binding::Choice, vec![of_claim(it, own, reading), other]))
        }
        None => Some((Binding::Asked, vec![of_claim(it, own, reading)])),
    }
}

/// What the line means by the weights that were learned from examples: where no rule is sure.
pub(crate) fn of_examples(
    it: &Subject<'_>,
    kind: Kind,
    claims: &[Candidate],
    reading: &Reading<'_>,
    context: &Context<'_>,
) -> Option<(Binding, Vec<Meaning>)> {
    let said = Said::of(reading, claims, kind.word())?;
    let (id, _) = *said.ranked(learned::OFFER_MIN).first()?;
    let human = learned::is_human(id);
    if JOURNEYS.contains(&id) && context.installed {
        let because = vec![it.line.text.clone()];
        return Some((Binding::Asked, vec![plain(PERSON, because)]));
    }
    if !human && id != learned::NOTHING && learned::sure_min(id) <= said.sure(id) {
        let checks: Vec<Meaning> = spread(of_weights(it, id, &said, reading), reading).collect();
        let supposed = condition(reading.text).is_none() && denial::is_supposed(reading);
        if supposed || is_of_another_cloud(id, reading) {
            return Some((Binding::Asked, checks));
        }
        // A check that can pass must look at all that the line says.
        if is_accounted(id, claims, reading, &checks) {
            return Some((Binding::Bound, checks));
        }
        // Where the rest of the line denies, a look may show the opposite of what is claimed.
        if !accounted(id, claims).has(*denial::NEGATION) && denial::is_denied(reading) {
            return Some((Binding::Asked, checks));
        }
        // What it can look at it looks at; for the rest of the line somebody gives their word.
        let rest = plain(PERSON, vec![it.line.text.clone()]);
        return Some((Binding::Bound, checks.into_iter().chain([rest]).collect()));
    }
    if human && learned::ASKED_MIN <= said.human {
        let because = vec![it.line.text.clone()];
        return Some((Binding::Asked, vec![plain(id, because)]));
    }
    None
}

/// Whether an entry is about one cloud, and the document only ever speaks of another.
fn is_of_another_cloud(id: &str, reading: &Reading<'_>) -> bool {
    let (own, other) = match id.split('.').next() {
        Some("aws") => ("aws-words", "gcp-word"),
        Some("gcp" | "azure") => ("gcp-word", "aws-words"),
        _ => return false,
    };
    let named = |class| reading.anywhere.has(CONCEPTS.class(class));
    named(other) && !named(own)
}

/// The classes of words that a claim known from examples accounts for: those of its rules, and
/// the names that its parameters carry. A word that merely decided is not looked at by the check.
fn accounted(id: &str, claims: &[Candidate]) -> Classes {
    let mut named = claims.iter().find(|it| it.id == id).map(Candidate::named).unwrap_or_default();
    if id.starts_with("env.") {
        for class in ["v-env", "v-assign", "v-path", "v-secret"] {
            named.insert(CONCEPTS.class(class));
        }
    }
    named
}

/// Whether a line may be bound to an entry that it claims by the examples. What a check of this
/// version may call a pass has to account for what the line says: a rule sees the claim too, and
/// explains about half of it. Elsewhere nothing passes, and a claim that values narrow is enough.
fn is_accounted(id: &str, claims: &[Candidate], reading: &Reading<'_>, checks: &[Meaning]) -> bool {
    let family = id.split('.').next();
    let near = holdpoint_checks::catalog().iter().any(|it| it.id().split('.').next() == family);
    let seen = claims.iter().any(|it| it.id == id && OFFER_MIN <= it.score);
    let judged = holdpoint_checks::find(id).is_some();
    let carried = |value: &Value| {
        let mut params = checks.iter().flat_map(|it| it.params.values());
        value.what != What::Number || params.any(|it| it.contains(&value.text))
    };
    let numbers = reading.scan.values.iter().all(carried);
    !near
        || numbers
            && (seen || !judged)
            && leftover::is_explained(reading, &accounted(id, claims), checks)
}

fn of_claim(it: &Subject<'_>, claim: &Candidate, reading: &Reading<'_>) -> Meaning {
    Meaning {
        id: claim.id.to_owned(),
        params: parameters::of(claim.id, it, reading),
        because: in_raw(it.line, claim.because(reading), reading),
    }
}

pub(crate) fn of_weights(
    it: &Subject<'_>,
    id: &str,
    said: &Said<'_>,
    reading: &Reading<'_>,
) -> Meaning {
    Meaning {
        id: id.to_owned(),
        params: parameters::of(id, it, reading),
        because: in_raw(it.line, said.because(id), reading),
    }
}

/// One meaning for each port, path or program that a line names.
fn spread(first: Meaning, reading: &Reading<'_>) -> impl Iterator<Item = Meaning> + use<> {
    if first.id == "host.tool-version" {
        let tools = parameters::tools(reading.text).into_iter();
        let mut all: Vec<Meaning> =
            tools.map(|params| Meaning { params, ..first.clone() }).collect();
        if all.is_empty() {
            all.push(first);
        }
        return all.into_iter();
    }
    let (name, what) = match first.id.as_str() {
        "net.port-open" | "net.port-restricted" | "net.local-listener" => ("port", What::Port),
        "http.health" => ("path", What::Path),
        _ => ("", What::Blank),
    };
    let values = reading.scan.values.iter().filter(|it| it.what == what && !name.is_empty());
    let values = values.filter(|it| what != What::Path || it.text.starts_with('/'));
    let texts = distinct(values.map(|it| it.text.clone()).collect());
    let all = if texts.len() < 2 {
        vec![first]
    } else {
        let one = |text: String| {
            let mut meaning = first.clone();
            meaning.params.insert(name.to_owned(), text);
            meaning
        };
        texts.into_iter().map(one).collect()
    };
    all.into_iter()
}

/// What the parts of a line claim, if each of them claims something else by itself.
fn of_parts(it: &Subject<'_>, whole: &[Candidate], reading: &Reading<'_>) -> Option<Vec<Meaning>> {
    let parts = leftover::parts(reading.text);
    // A thing named once is what all parts are about; taken apart, the others would lose it.
    let subject =
        |it: &Value| matches!(it.what, What::Url | What::Host | What::Variable | What::Assignment);
    if parts.len() < 2 || reading.scan.values.iter().any(subject) {
        return None;
    }
    let mut all: Vec<Meaning> = Vec::new();
    for part in parts {
        let text = reading.text.get(part)?;
        let scan = Scan::of(text);
        let reading = Reading { text, scan: &scan, ..reading.clone() };
        let claims = candidates(&reading);
        let claim = claims.first().filter(|_| is_clear(&claims))?;
        // One word is enough of a claim only where the whole line may make it.
        let seen = whole.iter().any(|it| it.id == claim.id);
        let word = text.split_whitespace().count() < 2;
        if claim.id.starts_with("meta.") || word && !seen {
            return None;
        }
        let checks: Vec<Meaning> = spread(of_claim(it, claim, &reading), &reading).collect();
        if !leftover::is_explained(&reading, &claim.named(), &checks) {
            return None;
        }
        for check in checks {
            let same = |it: &Meaning| it.id == check.id && it.params == check.params;
            if !all.iter().any(same) {
                all.push(check);
            }
        }
    }
    all.iter().any(|it| all.first().is_some_and(|first| first.id != it.id)).then_some(all)
}

/// What sort of statement a line is: a parent that claims something by itself is no mere group.
pub(crate) fn kind_of(it: &Subject<'_>, context: &Context<'_>) -> Kind {
    let kind = kind::kind(it);
    if kind == Kind::Group && claims(it, context) { Kind::Probe } else { kind }
}

/// Whether the text of a bold parent claims something by itself: it binds a check, and it states a
/// value or says in a verb how something is.
fn claims(it: &Subject<'_>, context: &Context<'_>) -> bool {
    let valued = |scan: &Scan| scan.values.iter().any(|it| it.what != What::Number);
    let states = || {
        let verb = |hit: &Hit| {
            let text = it.line.repaired.get(hit.start..hit.end).unwrap_or_default().to_lowercase();
            let state = STATES.iter().any(|name| CONCEPTS.class(name) == hit.class);
            let says = text.ends_with("ed") && !NOTED.contains(&text.as_str());
            state && (says || VERBS.contains(&text.as_str()))
        };
        CONCEPTS.hits(&it.line.repaired).iter().any(verb)
    };
    let scan = context.line(it.id);
    scan.is_some_and(|scan| valued(scan) || states())
        && meaning(it, Kind::Probe, context).0 == Binding::Bound
}

/// The second claim of a line, if all words that make it are there.
fn also(it: &Subject<'_>, words: &[&str], id: &str, reading: &Reading<'_>) -> Option<Meaning> {
    let hits = &reading.scan.hits;
    let mut because = Vec::new();
    for word in words {
        let class = CONCEPTS.class(word);
        let hit = hits.iter().find(|hit| hit.class == class)?;
        because.push(reading.text.get(hit.start..hit.end)?.to_owned());
    }
    let params = parameters::of(id, it, reading);
    Some(Meaning { id: id.to_owned(), params, because: in_raw(it.line, because, reading) })
}

/// Only parts that stand in the file as they are.
fn in_raw(line: &Line, parts: Vec<String>, reading: &Reading<'_>) -> Vec<String> {
    let stands = |part: &String| {
        line.text.contains(part.as_str())
            || reading.above.iter().filter_map(|it| it.raw).any(|raw| raw.contains(part.as_str()))
    };
    let parts: Vec<String> = parts.into_iter().filter(stands).collect();
    // What only a parent or a repaired heading says is told by the line as a whole.
    if parts.is_empty() { vec![line.text.clone()] } else { parts }
}

/// The parts without repetitions, in their order.
pub(crate) fn distinct(parts: Vec<String>) -> Vec<String> {
    let mut known = BTreeSet::new();
    parts.into_iter().filter(|part| known.insert(part.clone())).collect()
}

/// Whether the best claim may be bound.
pub(crate) fn is_clear(claims: &[Candidate]) -> bool {
    let best = claims.first().map_or(0, |claim| claim.score);
    let second = claims.get(1).map_or(0, |claim| claim.score);
    BOUND_MIN <= best && second + MARGIN <= best
}

/// A meaning without parameters.
pub(crate) fn plain(id: &str, because: Vec<String>) -> Meaning {
    Meaning { id: id.to_owned(), params: BTreeMap::new(), because }
}

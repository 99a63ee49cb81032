//! What lines bind that their form, their kind or their place settles.

use std::collections::BTreeMap;

use holdpoint_document::{Form, labelled_blanks};
use holdpoint_model::line::{Binding, Kind, Phase};

use crate::{
    candidate::Reading,
    context::Context,
    kind::Subject,
    line_form,
    meaning::plain,
    outline::NAMES,
    parameters,
    question::PERSON,
    scan::{CONCEPTS, PERSONS},
    understand::Meaning,
};

type Found = (Binding, Vec<Meaning>);

/// Names of variables that hold a secret.
const SECRETS: &[&str] = &["SECRET", "PASSWORD", "PASSWD", "PASS", "TOKEN", "PRIVATE"];

/// What the form of a line settles.
pub(crate) fn of_form(it: &Subject<'_>, kind: Kind, context: &Context<'_>) -> Option<Found> {
    let whole = || vec![it.line.text.clone()];
    match kind {
        Kind::Signoff => Some((Binding::Asked, vec![signoff(it)])),
        Kind::Contact => Some((Binding::Asked, vec![contact(it, context)])),
        Kind::Choice => Some((Binding::Asked, vec![choice(it)])),
        Kind::Field => Some(field(it)),
        Kind::Group => Some((Binding::Bound, vec![plain("meta.rollup", whole())])),
        Kind::Config => Some((Binding::Bound, vec![config(it, context)])),
        Kind::Procedure if is_group(it) => {
            Some((Binding::Bound, vec![plain("meta.rollup", whole())]))
        }
        Kind::Watch if it.phase == Phase::Watch => {
            let params = parameters::of_trigger(it);
            Some((
                Binding::Bound,
                vec![Meaning {
                    id: "rollback.trigger".to_owned(),
                    params,
                    because: placed(it, context),
                }],
            ))
        }
        Kind::Probe
        | Kind::Command
        | Kind::Watch
        | Kind::Schedule
        | Kind::Procedure
        | Kind::Attest => None,
    }
}

/// The text and the headings above it, for a line that its place decides.
fn placed(it: &Subject<'_>, context: &Context<'_>) -> Vec<String> {
    let headings = context.above(it.id).into_iter().map(|above| above.text.to_owned());
    [it.line.text.clone()].into_iter().chain(headings).collect()
}

/// A parent whose label is bold: its children are the work.
pub(crate) fn is_group(it: &Subject<'_>) -> bool {
    let step = it.line.text.starts_with("**") && matches!(it.line.form, Form::Item);
    step && it.document.children(it.id).next().is_some() || it.line.bold && it.is_parent()
}

fn signoff(it: &Subject<'_>) -> Meaning {
    let mut params = BTreeMap::new();
    let text = &it.line.repaired;
    if let Form::Row { cells, .. } = &it.line.form {
        params.extend(cells.first().map(|cell| ("role".to_owned(), cell.clone())));
    }
    if let Form::Box(_) = &it.line.form {
        let blanks = labelled_blanks(text);
        let label = blanks
            .first()
            .map_or_else(|| text.trim_matches('*').to_owned(), |(label, _)| label.clone());
        let lower = label.to_lowercase();
        let role = lower.find(" approval").and_then(|at| label.get(..at)).unwrap_or(&label);
        // "Monitoring verified: ____" is signed by whoever signs; "QA Lead: ____" says who.
        let name =
            if is_statement(&lower) { ("statement", label.as_str()) } else { ("role", role) };
        params.insert(name.0.to_owned(), name.1.to_owned());
    }
    Meaning { id: "signoff.approval".to_owned(), params, because: vec![it.line.text.clone()] }
}

/// Whether the label of a signature says what is signed instead of who signs.
fn is_statement(label: &str) -> bool {
    let ends = ["given", "granted", "successful", "complete", "ready", "issues", "errors", "met"];
    let last = label.split_whitespace().next_back().unwrap_or_default();
    1 < label.split_whitespace().count() && (ends.contains(&last) || last.ends_with("ed"))
}

fn contact(it: &Subject<'_>, context: &Context<'_>) -> Meaning {
    let mut params = BTreeMap::new();
    let mut set = |name: &str, value: &str| {
        if !value.trim().is_empty() && !value.contains("___") {
            params.insert(name.to_owned(), value.trim().to_owned());
        }
    };
    if let Form::Row { header, cells } = &it.line.form {
        for (head, cell) in header.iter().zip(cells) {
            let head = head.to_lowercase();
            let names = ["role", "name", "contact", "availability", "escalation"];
            if let Some(name) = names.into_iter().find(|it| head.contains(it)) {
                set(name, cell);
            }
        }
    } else if let Some((role, value)) = it.line.repaired.split_once(':') {
        set("role", role.trim_matches('*'));
        set("contact", value.trim_matches('*'));
    }
    let heading = context.above(it.id).iter().find_map(|above| above.raw.map(str::to_owned));
    let because = heading.into_iter().chain([it.line.text.clone()]).collect();
    Meaning { id: "contact.complete".to_owned(), params, because }
}

fn choice(it: &Subject<'_>) -> Meaning {
    let mut params = BTreeMap::new();
    if let Form::Choice { options, .. } = &it.line.form {
        let texts: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
        params.insert("options".to_owned(), texts.join(","));
    }
    Meaning { id: "choice.outcome".to_owned(), params, because: vec![it.line.text.clone()] }
}

fn field(it: &Subject<'_>) -> Found {
    let mut params = BTreeMap::new();
    if let Form::Field { fields } = &it.line.form {
        let names: Vec<String> =
            fields.iter().map(|(label, _)| holdpoint_document::slug(label)).collect();
        let values: Vec<&str> =
            fields.iter().map(|(_, value)| value.as_str()).filter(|it| !it.is_empty()).collect();
        if let [(label, value)] = fields.as_slice()
            && CONCEPTS.classes(label).has(PERSONS.review)
            && let Some(date) = parameters::date(value)
        {
            let params = BTreeMap::from([("date".to_owned(), date.to_owned())]);
            let because = vec![it.line.text.clone()];
            return (
                Binding::Bound,
                vec![Meaning { id: "policy.review-due".to_owned(), params, because }],
            );
        }
        params.insert("name".to_owned(), names.join(","));
        if !values.is_empty() {
            params.insert("value".to_owned(), values.join(","));
        }
    }
    let because = vec![it.line.text.clone()];
    (Binding::Asked, vec![Meaning { id: "field.value".to_owned(), params, because }])
}

/// Declarations: assignments, links, rules for other lines, definitions of severities.
fn config(it: &Subject<'_>, context: &Context<'_>) -> Meaning {
    let because = vec![it.line.text.clone()];
    if let Form::Assignment { name, value, .. } = &it.line.form {
        return assignment(name, value);
    }
    if let Form::Rule = &it.line.form {
        let text = it.line.repaired.to_lowercase();
        let ordered = text.contains("in order") || text.contains("before proceeding");
        let whole = text.contains("must be") || text.contains("signed off");
        let id = if ordered || !whole { "policy.gate-order" } else { "policy.completion" };
        return plain(id, because);
    }
    if let Some((_, address)) = line_form::link(&it.line.repaired) {
        let name = if address.contains("://") { "url" } else { "path" };
        let params = BTreeMap::from([(name.to_owned(), address.to_owned())]);
        return Meaning { id: "docs.links".to_owned(), params, because };
    }
    plain("incident.severity-rule", placed(it, context))
}

/// A line of an environment file: a secret has to be strong, everything else to be set.
pub(crate) fn assignment(name: &str, value: &str) -> Meaning {
    let secret = is_secret(name);
    let id = if secret { "env.secret-strength" } else { "env.required" };
    let params = parameters::of_assignment(name, value, secret);
    Meaning { id: id.to_owned(), params, because: vec![name.to_owned()] }
}

/// Whether a name says that its value is a secret. A data source name may hold one, but is judged
/// as an address.
pub(crate) fn is_secret(name: &str) -> bool {
    let key = name.ends_with("_KEY") && !name.contains("PUBLIC") && !name.contains("PUBLISHABLE");
    key || name.split('_').any(|word| SECRETS.contains(&word)) && !name.ends_with("_EXPIRES")
}

/// What only a person can say.
pub(crate) fn of_person(it: &Subject<'_>, kind: Kind, reading: &Reading<'_>) -> Option<Found> {
    if kind != Kind::Attest {
        return None;
    }
    let has = |class| reading.scan.set.has(class);
    let signed = matches!(it.phase, Phase::Signoff | Phase::SignoffPost);
    let id = if signed {
        PERSON
    } else if has(PERSONS.trained) {
        "attest.training"
    } else if has(PERSONS.briefed) {
        "attest.briefing"
    } else if has(PERSONS.pentest) || has(PERSONS.audit) || has(PERSONS.report) {
        "attest.report"
    } else if has(PERSONS.review) {
        "attest.review"
    } else {
        PERSON
    };
    let mut params = BTreeMap::from([("subject".to_owned(), it.line.repaired.clone())]);
    let told = matches!(id, "attest.training" | "attest.briefing");
    let audience = parameters::audiences(&it.line.repaired).join(",");
    if told && !audience.is_empty() {
        params.insert("audience".to_owned(), audience);
    }
    let because = vec![it.line.text.clone()];
    Some((Binding::Asked, vec![Meaning { id: id.to_owned(), params, because }]))
}

/// What is left when no claim is clear: reviews are a person's, plans are followed up, and a parent
/// follows from its children.
pub(crate) fn of_rest(it: &Subject<'_>, kind: Kind, reading: &Reading<'_>) -> Option<Found> {
    let because = vec![it.line.text.clone()];
    let set = &reading.scan.set;
    if kind == Kind::Schedule {
        // Before a deployment "Plan …" names a plan as often as it asks for one.
        let later = !matches!(it.phase, Phase::Pre | Phase::Deploy);
        if it.words.has(NAMES.plans) && later || it.words.has(NAMES.regular) {
            return Some((Binding::Bound, vec![plain("followup.scheduled", because)]));
        }
        let audit = set.has(PERSONS.audit) && !set.has(PERSONS.log);
        let id = if audit { "attest.report" } else { "attest.review" };
        return set.has(PERSONS.review).then(|| (Binding::Asked, vec![plain(id, because)]));
    }
    let colon = it.line.repaired.trim_end_matches(['*', ' ']).ends_with([':', '：']);
    if colon && it.is_parent() {
        return Some((Binding::Bound, vec![plain("meta.rollup", because)]));
    }
    let id = if set.has(PERSONS.audit) || set.has(PERSONS.pentest) {
        "attest.report"
    } else if set.has(PERSONS.blank) || is_open_question(&it.line.repaired) {
        "field.value"
    } else if [PERSONS.trained, PERSONS.briefed, PERSONS.approved].iter().any(|it| set.has(*it)) {
        PERSON
    } else {
        return None;
    };
    Some((Binding::Asked, vec![plain(id, because)]))
}

/// A question, or a request to write something down, that no yes or no answers.
fn is_open_question(text: &str) -> bool {
    let lower = bare(text);
    is_question(text) || lower.starts_with("describe ") || lower.starts_with("list ")
}

/// A question that no yes or no answers: it claims nothing that could be looked at.
pub(crate) fn is_question(text: &str) -> bool {
    let asks = ["what ", "how ", "which ", "who ", "why ", "when ", "where "];
    let lower = bare(text);
    asks.iter().any(|word| lower.starts_with(word)) && ends_as_question(&lower)
}

/// Whether a sentence of a text ends with a question mark; one within an address is none.
fn ends_as_question(text: &str) -> bool {
    let closes = |rest: &str| {
        let rest = rest.trim_start_matches(['?', '!', '*', '_', ')', '"', '\'']);
        rest.is_empty() || rest.starts_with(char::is_whitespace)
    };
    text.contains('？') || text.match_indices('?').any(|(at, _)| text.get(at..).is_some_and(closes))
}

/// The text from its first letter or number on, in small letters.
fn bare(text: &str) -> String {
    text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::is_question;

    #[test]
    fn a_question_ends_with_its_mark_and_an_address_asks_nothing() {
        for text in [
            "Which alerts page whom?",
            "**What is the plan if it fails?** See the wiki",
            "Where (and when?) is it announced",
            "Who decides？",
        ] {
            assert!(is_question(text), "{text}");
        }
        for text in [
            "When deployed, `https://shop.example/health?deep=1` returns 200",
            "Is the backup there?",
            "When the pod restarts, logs are kept",
        ] {
            assert!(!is_question(text), "{text}");
        }
    }
}

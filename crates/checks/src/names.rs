//! Names on a line: which are a check's own parameters, which say what it is about, and which are
//! mistakes.

use std::{collections::BTreeMap, net::IpAddr};

use holdpoint_model::{
    param::{Complaint, Param, Trouble},
    quantity::Port,
};

use crate::{find, heads};

/// Subject parameters: every check has them, and each is filled from the target's field of the
/// same name.
pub const SUBJECTS: [&str; 14] = [
    "url", "host", "port", "dsn", "path", "name", "names", "key", "repo", "tool", "version",
    "resolve", "roots", "endpoint",
];

/// Names of the check's own parameters: those it declares, or, for an entry that this version
/// cannot judge, those of the table.
pub fn own(id: &str) -> Vec<&'static str> {
    match find(id) {
        Some(check) => check.specs().iter().map(|spec| spec.name).collect(),
        None => heads::param_names(id).iter().map(|row| row.name).collect(),
    }
}

/// The subject parameters of a check: all of [`SUBJECTS`] but those that it declares itself, and
/// but `path` where that is the path of a URL.
pub fn subjects(id: &str) -> impl Iterator<Item = &'static str> {
    let own = own(id);
    let url_path = id.starts_with("http.") || id.starts_with("metrics.");
    SUBJECTS.into_iter().filter(move |name| !own.contains(name) && (!url_path || *name != "path"))
}

/// Writes `latency:p95` = `<500ms` as `latency` = `p95 <500ms`, the form that checks read.
fn folded(id: &str, name: &str, value: &str) -> (String, String) {
    match name.split_once(':') {
        Some((name, part)) if own(id).contains(&name) => {
            (name.to_owned(), format!("{part} {}", value.trim_start_matches('=')))
        }
        Some(_) | None => (name.to_owned(), value.to_owned()),
    }
}

/// Tells the check's own parameters from the subject ones, which belong into the scope's fields:
/// `(parameters, fields)`. A name that is neither stays among the parameters.
pub fn split(
    id: &str,
    given: &BTreeMap<String, String>,
) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let fields: Vec<&str> = subjects(id).collect();
    given
        .iter()
        .map(|(name, value)| folded(id, name, value))
        .partition(|(name, _)| !fields.contains(&name.as_str()))
}

/// Every mistake in the parameters given: names that the check does not have, and values that
/// cannot be read. What is missing is no mistake.
pub fn validate(id: &str, given: &BTreeMap<String, String>) -> Vec<Complaint> {
    let (params, fields) = split(id, given);
    let own = own(id);
    let mut complaints = Vec::new();
    for name in params.keys().filter(|name| !own.contains(&name.as_str())) {
        complaints.push(wrong(name, stranger(id, name)));
    }
    if let Some(check) = find(id) {
        let found = check.complaints(&params).into_iter();
        complaints.extend(found.filter(|it| it.trouble != Trouble::Missing));
    }
    for (name, value) in &fields {
        complaints.extend(subject_trouble(name, value).map(|why| wrong(name, why)));
    }
    complaints
}

fn wrong(name: &str, why: String) -> Complaint {
    Complaint { name: name.to_owned(), trouble: Trouble::Wrong(why) }
}

fn stranger(id: &str, name: &str) -> String {
    let known: Vec<&str> = own(id).into_iter().chain(subjects(id)).collect();
    match nearest(name, known) {
        Some(near) => format!("`{id}` has no such parameter; the nearest is `{near}`"),
        None => format!("`{id}` has no such parameter; `holdpoint explain {id}` lists them"),
    }
}

/// What is wrong with a subject parameter, where its form can be told without looking.
fn subject_trouble(name: &str, value: &str) -> Option<String> {
    if value.trim().is_empty() {
        return None;
    }
    match name {
        "port" => Port::read(value).err(),
        "resolve" => {
            let good = |pin: &str| {
                pin.trim().split_once(':').is_some_and(|(name, address)| {
                    !name.is_empty() && address.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
                })
            };
            let bad = value.split(',').find(|pin| !good(pin))?;
            Some(format!("expected `name:address`, found `{}`", bad.trim()))
        }
        _ => None,
    }
}

/// The name that was probably meant: the nearest of `among`, if any is near enough.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = 1 + word.chars().count() / 3;
    among
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(id: &str, given: &[(&str, &str)]) -> Vec<String> {
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        validate(id, &given).iter().map(Complaint::to_string).collect()
    }

    #[test]
    fn names_the_nearest() {
        assert_eq!(nearest("prot", ["port", "proto", "timeout"]), Some("port"));
        assert_eq!(nearest("min_days", ["min-days", "min-tls"]), Some("min-days"));
        assert_eq!(nearest("zebra", ["port", "proto"]), None);
    }

    #[test]
    fn finds_mistakes_and_leaves_what_is_missing() {
        assert!(complaints("net.port-open", &[]).is_empty());
        assert!(complaints("net.port-open", &[("host", "shop.test"), ("port", "80")]).is_empty());
        let said = complaints("net.port-open", &[("prot", "80"), ("timeout", "soon")]);
        assert!(said[0].contains("the nearest is `port`"), "{said:?}");
        assert!(said[1].contains("a duration"), "{said:?}");
        let said = complaints("net.port-open", &[("resolve", "shop.test:1,2")]);
        assert!(said[0].contains("name:address"), "{said:?}");
        assert!(complaints("http.health", &[("latency:p95", "<500ms")]).is_empty());
        assert_eq!(complaints("http.health", &[("latency:p95", "<soon")]).len(), 1);
        assert_eq!(complaints("cdn.assets", &[("port", "x")]).len(), 1);
    }

    #[test]
    fn a_declared_name_is_no_subject() {
        assert!(!subjects("net.port-open").any(|it| it == "port"));
        assert!(subjects("net.port-open").any(|it| it == "host"));
        assert!(!subjects("http.cors").any(|it| it == "path"));
        assert!(subjects("backup.fresh").any(|it| it == "name"));
    }
}

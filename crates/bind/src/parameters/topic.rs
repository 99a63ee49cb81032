//! Reads what a document is about from the words around it.

use super::{find_word, names_in};
use crate::nouns::table;

/// Longest topic, in words.
const WORDS_MAX: usize = 4;
/// Longest statement whose noun can be told from its ends alone, in words.
const STATEMENT_MAX: usize = 9;

/// The topics of a statement about documents.
pub(super) fn topic(text: &str) -> String {
    if let Some(several) = several(text) {
        return several.join(",");
    }
    let text = statement(text);
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split_whitespace().map(super::span::bare).filter(|it| !it.is_empty()).collect();
    let listed = names_in(&text, "topics");
    if let Some(found) = phrase(&words) {
        let spoken = found.join(" ");
        if let Some((_, name)) = table("topics").iter().find(|(word, _)| is_that(&spoken, word)) {
            return (*name).to_owned();
        }
        let core = without_vessel(&found).join(" ");
        if let Some((_, name)) = table("topics").iter().find(|(word, _)| is_that(&core, word)) {
            return (*name).to_owned();
        }
        let plain = core.bytes().all(|b| b.is_ascii_lowercase() || b == b' ' || b == b'-');
        let short = words.len() <= STATEMENT_MAX && core.split(' ').count() <= WORDS_MAX;
        if plain && short && !core.is_empty() && !is_joined(&core) {
            return core.replace(' ', "-");
        }
    }
    let both =
        ["与", "和", "及", "、", " and ", " & ", "/"].iter().any(|joint| lower.contains(joint));
    if both && words.len() <= STATEMENT_MAX && !lower.is_ascii() {
        return listed.join(",");
    }
    listed.first().map(|it| (*it).to_owned()).unwrap_or_default()
}

/// "Runbooks for outages, failover and rollback are there": what each of them is about.
fn several(text: &str) -> Option<Vec<String>> {
    let text = super::span::outside(&statement(text)).to_lowercase();
    let (head, rest) = text.split_once(" for ")?;
    let last = head.split_whitespace().next_back()?;
    let vessels = || table("vessels").iter().chain(table("topics"));
    let is_vessel = vessels().any(|(word, _)| is_that(last, word) || is_that(word, last));
    if !is_vessel || !rest.contains(", ") {
        return None;
    }
    let ends = table("topic-ends");
    let parts = rest.split(", ").flat_map(|it| it.split(" and ")).map(|part| {
        let part = part.strip_prefix("and ").unwrap_or(part);
        let mut words: Vec<&str> = part.split_whitespace().map(super::span::bare).collect();
        while words.last().is_some_and(|word| ends.iter().any(|(end, _)| end == word)) {
            words.pop();
        }
        words.join("-")
    });
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    let short = parts.iter().all(|part| part.split('-').count() <= WORDS_MAX);
    (short && 1 < parts.len()).then_some(parts)
}

fn is_that(text: &str, word: &str) -> bool {
    text == word || text.strip_suffix('s') == Some(word)
}

fn is_joined(text: &str) -> bool {
    [" and ", " or ", " for ", " with ", " to ", " in ", " is ", " are ", " by ", " the "]
        .iter()
        .any(|joint| text.contains(joint))
}

/// The label in bold, or the first sentence up to a dash, a colon or a bracket.
fn statement(text: &str) -> String {
    let label = text.strip_prefix("**").and_then(|it| it.split_once("**")).map(|(label, _)| label);
    let text = label.filter(|it| it.contains(char::is_alphabetic)).unwrap_or(text);
    let text = super::span::outside(text);
    let ends = [" [", " - ", " \u{2013} ", " \u{2014} ", ": ", "：", ". ", "? ", "! ", "。", "; "];
    let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text.get(..end).unwrap_or_default().replace(['*', '`', '_'], "").trim().to_owned()
}

/// The words between the verb that a statement begins with and the one that it ends with.
fn phrase<'t>(words: &[&'t str]) -> Option<Vec<&'t str>> {
    let is = |name: &str, word: &str| table(name).iter().any(|(known, _)| *known == word);
    let from = words.iter().position(|word| !is("topic-leads", word))?;
    let mut kept: Vec<&str> = words.get(from..)?.to_vec();
    while kept.last().is_some_and(|word| is("topic-ends", word)) {
        kept.pop();
    }
    if kept.first().is_some_and(|it| it.starts_with("post-") || it.starts_with("pre-")) {
        kept.remove(0);
    }
    (!kept.is_empty()).then_some(kept)
}

/// The words without the sort of document that holds what they name.
fn without_vessel<'t>(words: &[&'t str]) -> Vec<&'t str> {
    let mut kept = words.to_vec();
    // "Plan de rollback", "guía del operador": the sort of document stands first.
    if let [vessel, of, rest @ ..] = words
        && ["de", "del", "do", "da", "des", "du"].contains(of)
        && !rest.is_empty()
        && table("vessels-of").iter().any(|(known, _)| known == vessel)
    {
        kept = rest.to_vec();
    }
    while let Some(last) = kept.last() {
        let vessel = table("vessels").iter().any(|(known, _)| known == last);
        let plan = matches!(*last, "plan" | "plans")
            && ["rollback", "recovery", "response", "contingency"]
                .iter()
                .any(|word| kept.iter().any(|it| find_word(it, word).is_some()));
        let users =
            kept.len() == 2 && kept.first().is_some_and(|it| matches!(*it, "user" | "admin"));
        if !(vessel && !users || plan) {
            break;
        }
        kept.pop();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_nouns() {
        for (text, meant) in [
            ("Post-launch monitoring plan ready", "monitoring-plan"),
            ("Trade verification procedures", "trade-verification"),
            ("Document troubleshooting steps", "troubleshooting"),
            ("Rollback plans defined", "rollback"),
            ("Create an incident response plan. Then tell everybody.", "incident-response"),
            ("Handover documentation (technical and for users)", "handover"),
            ("Document deployment addresses", "deployment-addresses"),
            ("Prepare deployment record template", "deployment-record"),
            ("Runbooks created", "runbook"),
            ("Access guide [here](https://docs.example.com)", "access"),
            ("Security procedures documented", "security-procedures"),
            ("User guide available", "user-guide"),
            ("Known issues section updated.", "known-issues"),
            ("Is there an up-to-date access guide? Link it.", "access"),
            ("Documentation updated", ""),
            ("Plan de rollback documentado", "rollback"),
            (
                "Runbooks for outages, failover, and lost nodes published",
                "outages,failover,lost-nodes",
            ),
            ("运维手册与回滚手册已更新", "runbook,rollback"),
        ] {
            assert_eq!(topic(text), meant, "{text}");
        }
    }
}

//! Paragraphs that set a rule for other lines, and headings that carry a version.

const NOUNS: [&str; 9] = [
    "checklist",
    "checklists",
    "check-list",
    "section",
    "sections",
    "item",
    "items",
    "step",
    "steps",
];
const CONDITIONS: [&str; 8] = ["if", "when", "once", "in", "before", "after", "should", "for"];
/// Words behind which *complete* is a call, not an adjective.
const BEFORE_A_CALL: [&str; 9] =
    ["please", "and", "must", "should", "then", "to", "always", "also", "shall"];
/// Words between *complete* and what is to be completed.
const REACH: usize = 5;

/// Whether one of the sentences of `text` says that the checklist, its sections, items or steps
/// must be so, are to be completed, or come in order.
pub(crate) fn sets_rule(text: &str) -> bool {
    let lower = text.to_lowercase();
    if !["must", "complete", "in order"].iter().any(|word| lower.contains(word)) {
        return false;
    }
    sentences(&lower).any(is_rule)
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.trim().is_empty() {
            return None;
        }
        let mut end = rest.len();
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let gap = chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric());
            if (matches!(c, '.' | '!' | '?') && gap) || c == '\n' {
                end = at + c.len_utf8();
                break;
            }
        }
        let (sentence, tail) = rest.split_at(end);
        rest = tail;
        Some(sentence)
    })
}

fn is_rule(sentence: &str) -> bool {
    let words: Vec<&str> = sentence
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '/'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    let Some(noun) = words.iter().position(|word| NOUNS.contains(word)) else {
        return false;
    };
    let conditional = words.first().is_some_and(|word| CONDITIONS.contains(word))
        && sentence.trim_end_matches(|c: char| c.is_whitespace() || c == '*').ends_with(':');
    if conditional || words.get(noun..).unwrap_or_default().contains(&"ensures") {
        return false;
    }
    words.contains(&"must") || calls_to_complete(&words) || names_order(&words)
}

fn calls_to_complete(words: &[&str]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let call = before.is_none_or(|before| BEFORE_A_CALL.contains(before));
        let object = words.iter().skip(at + 1).take(REACH).any(|word| NOUNS.contains(word));
        *word == "complete" && call && object
    })
}

/// *in order*, but not *in order to*.
fn names_order(words: &[&str]) -> bool {
    words.windows(2).enumerate().any(|(at, pair)| {
        pair == ["in", "order"] && !matches!(words.get(at + 2), Some(&("to" | "that")))
    })
}

/// Whether a heading carries a version: `v1.0`, `1.0.0`, `version 2.1`.
pub(crate) fn carries_version(text: &str) -> bool {
    let mut before = String::new();
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let lower = word.to_ascii_lowercase();
        let after = ["v", "version", "release", "ver"].contains(&before.as_str());
        let found = is_version(&lower, after);
        before = lower.trim_end_matches('.').to_owned();
        found
    })
}

fn is_version(word: &str, after_a_word: bool) -> bool {
    let (marked, digits) = match word.strip_prefix('v') {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let core = digits.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    let numeric = parts.iter().all(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
    let enough = if marked || after_a_word { 1 } else { 3 };
    // Four digits and two parts behind it are a date.
    let date = parts.len() == 3 && parts.first().is_some_and(|it| it.len() == 4) && !marked;
    // Four parts are an address, unless they say what they are.
    let most = if marked || after_a_word { 4 } else { 3 };
    numeric && (enough..=most).contains(&parts.len()) && !date
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_the_checklist_and_bind() {
        for text in [
            "This ensures a safe deployment. Complete each section in order and verify all items.",
            "*This checklist must be completed before production deployment.*",
            "All items must be checked!",
            "Please complete this checklist.",
            "Follow the steps in order.",
        ] {
            assert!(sets_rule(text), "{text}");
        }
    }

    #[test]
    fn other_prose_sets_none() {
        for text in [
            "This checklist ensures all requirements are met before deploying.",
            "This checklist ensures that every item must pass.",
            "If a step must be repeated:",
            "Follow these steps to complete the deployment.",
            "This guide provides complete steps.",
            "Use this checklist in order to deploy.",
            "The server must be reachable.",
            "",
        ] {
            assert!(!sets_rule(text), "{text}");
        }
    }

    #[test]
    fn versions_in_headings() {
        for text in
            ["Pipeline v1.0.0", "App 2.10.3-rc.1", "Release 2.0", "Shop (v2)", "version 3.1"]
        {
            assert!(carries_version(text), "{text}");
        }
        for text in
            ["1. Setup", "1.2 Network", "Checklist 2024.01.05", "Go Live", "vNext", "At 10.0.0.1"]
        {
            assert!(!carries_version(text), "{text}");
        }
    }
}

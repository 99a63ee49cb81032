//! Which words of a line the checks that it may be bound to do not look at.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_document::{Document, Form, LineId};
use holdpoint_model::plan::BoundCheck;

use crate::{
    context::Context,
    kind::Subject,
    outline::{self, Outline},
    phase,
    rules::RULES,
    words::Classes,
};

/// Words behind a number that say of what it is: "10 attempts a minute".
const UNIT_WORDS: usize = 3;

/// The words left to people of each of these lines, by their place in the document: what no rule of
/// the checks names, no value carries and no reason holds. Words that stand beside each other are
/// one part.
pub(crate) fn left(
    document: &Document,
    wanted: &BTreeMap<usize, &[BoundCheck]>,
) -> BTreeMap<usize, Vec<String>> {
    if wanted.is_empty() {
        return BTreeMap::new();
    }
    let outline = Outline::of(document);
    let context = Context::of(document);
    let one = |(at, checks): (&usize, &&[BoundCheck])| {
        (*at, of_line(document, &outline, &context, *at, checks))
    };
    wanted.iter().map(one).collect()
}

fn of_line(
    document: &Document,
    outline: &Outline,
    context: &Context<'_>,
    at: usize,
    checks: &[BoundCheck],
) -> Vec<String> {
    let id = LineId(at);
    let Some(line) = document.lines.get(at) else { return Vec::new() };
    if matches!(line.form, Form::Command { .. } | Form::Assignment { .. }) {
        return Vec::new();
    }
    let phase = phase::phase(line, outline);
    let hits = outline::hits(&line.repaired);
    let subject = Subject::new(document, outline, id, line, phase, &hits);
    let above = context.above(id);
    let Some(reading) = context.reading(&subject, &above) else { return Vec::new() };
    let mut named = Classes::default();
    // Whatever some rule of a check names is what it looks at.
    for rule in RULES.all.iter().filter(|rule| checks.iter().any(|check| check.id == rule.id)) {
        named.join(&rule.named);
    }
    let lower = |text: &str| text.to_lowercase();
    let because: BTreeSet<String> =
        checks.iter().flat_map(|check| &check.because).map(|it| lower(it)).collect();
    let values: Vec<String> =
        checks.iter().flat_map(|check| check.params.values()).map(|it| lower(it)).collect();
    let text = reading.text;
    let seen = |word: &str| {
        let word = lower(word);
        // A reason that is the whole line says nothing of its parts.
        let reason = |it: &String| it.len() < text.len() && it.contains(&word);
        because.iter().any(reason) || values.iter().any(|it| it.contains(&word))
    };
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let (mut joined, mut counted) = (false, 0_usize);
    for token in &reading.scan.tokens {
        let word = text.get(token.start..token.end).unwrap_or_default();
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        counted = counted.saturating_sub(1);
        if token.cover.meets(&named) || seen(word) || 0 < counted {
            joined = false;
            if number && values.iter().any(|it| it.contains(&lower(word))) {
                counted = UNIT_WORDS + 1;
            }
            continue;
        }
        let says = word.contains(char::is_alphanumeric)
            && 0 < token.weight
            && !token.cover.meets(&RULES.neutral);
        match parts.last_mut().filter(|_| joined) {
            Some(last) if says => last.1 = token.end,
            Some(_) => {}
            None if says => {
                parts.push((token.start, token.end));
                joined = true;
            }
            None => {}
        }
    }
    let word = |(start, end): (usize, usize)| text.get(start..end).map(str::to_owned);
    parts.into_iter().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;
    use holdpoint_model::plan::BoundCheck;

    use super::*;

    fn of(text: &str, id: &str, because: &[&str]) -> Vec<String> {
        let document = parse(format!("# X\n\n- [ ] {text}\n").as_bytes());
        let check = BoundCheck {
            id: id.to_owned(),
            params: BTreeMap::new(),
            sources: BTreeMap::new(),
            because: because.iter().map(|it| (*it).to_owned()).collect(),
            target: String::new(),
        };
        let checks = [check];
        left(&document, &BTreeMap::from([(0, checks.as_slice())])).remove(&0).unwrap()
    }

    #[test]
    fn words_that_no_check_looks_at_are_named() {
        let words = of(
            "Certificate valid and renewed by itself",
            "tls.certificate-served",
            &["Certificate", "valid"],
        );
        assert_eq!(words, ["renewed by itself"]);
        let words = of("Port 80 open", "net.port-open", &["Port 80", "open"]);
        assert_eq!(words, [""; 0]);
    }
}

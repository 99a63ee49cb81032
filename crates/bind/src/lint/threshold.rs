//! Thresholds in the text: a thing, a comparison, a number and its unit; and those without one.

use holdpoint_document::{Form, Line};
use holdpoint_model::{diagnostic::Diagnostic, text::Span};

use super::{
    finding,
    page::Page,
    words::{find_phrase, lists, lower, rows, words},
};

/// A number that something is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Threshold {
    /// The words of the text before it, lower case.
    pub(super) before: String,
    /// Whether it is the most that is allowed.
    pub(super) most: bool,
    /// The number.
    pub(super) number: f64,
    /// The word right behind it, lower case; empty when there is none.
    pub(super) unit: String,
    /// Where the comparison and the number stand, in the text.
    pub(super) span: Span,
}

pub(super) fn find(page: &Page<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (line, _) in page.lines() {
        if !is_prose(line) {
            continue;
        }
        let text = page.text_of(line);
        let small = lower(text);
        // A unit in brackets, "(ms)", speaks for the whole row.
        if words("units").any(|unit| small.contains(&format!("({unit})"))) {
            continue;
        }
        for it in thresholds(text) {
            let Some((measure, kind)) = measured(&it.before) else { continue };
            if !lacks_unit(&it.unit) {
                continue;
            }
            let example = match kind {
                "time" => "`500 ms`",
                "percent" => "`80 %`",
                _ => "`8 GB`",
            };
            let (from, to) = (line.span.start + it.span.start, line.span.start + it.span.end);
            let message = format!("the {measure} has a number without a unit");
            let help = format!("write the unit: {example}");
            found.push(finding(page, "lint::no-unit", Span::new(from, to), message, &help));
        }
    }
    found
}

/// Whether a line is a statement in words.
pub(super) fn is_prose(line: &Line) -> bool {
    matches!(line.form, Form::Box(_) | Form::Item | Form::Field { .. } | Form::Comment { .. })
}

fn lacks_unit(unit: &str) -> bool {
    unit.is_empty() || lists("unitless-ends", unit)
}

/// The measure that a text ends in, and what sort of unit it has.
fn measured(before: &str) -> Option<(&'static str, &'static str)> {
    if words("counted").any(|word| find_phrase(before, word).is_some()) {
        return None;
    }
    let kinds =
        [("time", "measure time"), ("percent", "measure percent"), ("size", "measure size")];
    let all =
        kinds.iter().flat_map(|(kind, section)| rows(section).iter().map(move |it| (*it, *kind)));
    let standing = all.filter(|(measure, _)| {
        // Only few words may stand between a measure and its number.
        find_phrase(before, measure).is_some_and(|at| {
            let rest = before.get(at + measure.len()..).unwrap_or_default();
            rest.split_whitespace().count() <= 3 && !rest.contains(|c: char| c.is_ascii_digit())
        })
    });
    standing.max_by_key(|(measure, _)| measure.len())
}

/// The thresholds of a text.
pub(super) fn thresholds(text: &str) -> Vec<Threshold> {
    let small = lower(text);
    let mut found: Vec<Threshold> = Vec::new();
    for (section, most) in [("comparator <", true), ("comparator >", false)] {
        for sign in rows(section) {
            for (at, _) in small.match_indices(sign) {
                let Some(it) = read(&small, at, sign, most) else { continue };
                // `<=` is found as `<` as well, `maximum` as `max`.
                let same = found.iter_mut().find(|old| old.span.end == it.span.end);
                match same {
                    Some(old) if it.span.start < old.span.start => *old = it,
                    Some(_) => {}
                    None => found.push(it),
                }
            }
        }
    }
    found.sort_by_key(|it| it.span);
    found
}

fn read(small: &str, at: usize, sign: &str, most: bool) -> Option<Threshold> {
    let front = small.get(..at)?;
    let back = small.get(at + sign.len()..)?;
    let worded = sign.starts_with(char::is_alphabetic);
    let word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if worded && (front.chars().next_back().is_some_and(word) || back.starts_with(word)) {
        return None;
    }
    let gap = back.len() - back.trim_start_matches([' ', '*', '`', '=']).len();
    let rest = back.get(gap..)?;
    let length =
        rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
    let digits = rest.get(..length)?.trim_end_matches(['.', ',']);
    let number: f64 = digits.replace(',', "").parse().ok()?;
    let tail = rest.get(digits.len()..)?;
    let unit = tail.trim_start_matches([' ', '*', '`']);
    let unit = match unit.chars().next() {
        Some('%') => "%",
        Some(c) if c.is_alphabetic() => {
            let end = unit.find(|c: char| !(c.is_alphanumeric() || c == '/')).unwrap_or(unit.len());
            unit.get(..end)?
        }
        // A currency, a ratio, a range, a version.
        Some(c) if !(matches!(c, ')' | ',' | ';' | ']' | '|' | '.') || c.is_whitespace()) => "?",
        Some(_) | None => "",
    };
    Some(Threshold {
        before: clause(front),
        most,
        number,
        unit: unit.to_owned(),
        span: Span::new(at, at + sign.len() + gap + digits.len()),
    })
}

/// What stands before a comparison in the same clause; before its bracket, where it begins one.
fn clause(front: &str) -> String {
    let front = front.trim_end();
    let front = front.strip_suffix(['(', ':', '[']).map_or(front, str::trim_end);
    let from = front.rfind([',', ';', '(', '|', '?']).map_or(0, |at| at + 1);
    let clause = front.get(from..).unwrap_or_default();
    clause.replace(['*', '`', '_'], " ").trim().to_owned()
}

//! Values that were never filled in.

use std::collections::BTreeMap;

use holdpoint_document::Form;
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    line::{Kind, Phase},
    text::Span,
};

use super::{
    finding,
    page::{Page, Row, in_trouble, is_typed},
    words::{find_phrase, lists, lower, rows},
};

const CODE: &str = "lint::placeholder";

/// Words that begin like a placeholder and are none.
const NONE: &[&str] = &["your", "yours", "yourself", "yourselves"];

pub(super) fn find(page: &Page<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for row in page.rows() {
        let line = page.line_at(row.number);
        let to_sign = line.is_some_and(|(_, plan)| {
            matches!(plan.phase, Phase::Signoff | Phase::SignoffPost)
                || matches!(plan.kind, Kind::Signoff | Kind::Contact)
        });
        if is_about(row.text) {
            continue;
        }
        let stated = line.filter(|(line, _)| !row.fenced || line.form.fence().is_some());
        let mut spans = words_of(&row);
        if !to_sign {
            spans.extend(in_angles(&row, stated.is_some_and(|(line, _)| is_typed(line))));
            spans.extend(in_brackets(&row));
        }
        for (from, to) in apart(spans) {
            let text = row.text.get(from..to).unwrap_or_default();
            let span = Span::new(row.start + from, row.start + to);
            let message = format!("`{text}` is a placeholder");
            let help = "write the value, or take the line out";
            let mut it = finding(page, CODE, span, message, help);
            // What is filled in when it is used, and what a file elsewhere fills in, is no slip.
            let later = line.is_some_and(|(line, plan)| {
                in_trouble(plan)
                    || matches!(plan.phase, Phase::Reference | Phase::Maintenance)
                    || matches!(line.form, Form::Assignment { .. })
            });
            let shown = row.fenced && (stated.is_none() || row.text.trim_start().starts_with('#'));
            let front = row.text.get(..from).unwrap_or_default();
            let mail = front.ends_with('@') && text.starts_with("example.");
            if later || shown || is_assigned(front) || mail {
                it.level = Level::Note;
            }
            found.push(it);
        }
    }
    found
}

/// Whether a row speaks of placeholders rather than holding one: "replace X with …".
fn is_about(row: &str) -> bool {
    let small = lower(row);
    ["replace", "grep", "example:", "e.g.", "for example", "placeholder", "placeholders"]
        .iter()
        .any(|word| find_phrase(&small, word).is_some())
}

/// Whether a value is given to a variable right before it.
fn is_assigned(front: &str) -> bool {
    let front = front.trim_end_matches(['"', '\'', '<', ' ']);
    let name = front.strip_suffix('=').unwrap_or_default();
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_';
    2 < name.len() - name.trim_end_matches(named).len()
}

/// The same placeholder is said once, with all its rows.
pub(super) fn once_each(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(found.len());
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for it in found {
        if it.code != CODE {
            kept.push(it);
            continue;
        }
        match first.get(&it.message).and_then(|at| Some((*at, kept.get_mut(*at)?))) {
            Some((at, same)) => {
                same.level = same.level.max(it.level);
                rows.entry(at).or_default().push(it.line);
            }
            None => {
                first.insert(it.message.clone(), kept.len());
                kept.push(it);
            }
        }
    }
    for (at, mut rows) in rows {
        rows.dedup();
        if let Some(it) = kept.get_mut(at) {
            rows.retain(|row| *row != it.line);
            let shown: Vec<String> = rows.iter().take(6).map(usize::to_string).collect();
            let more = rows.len().saturating_sub(shown.len());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let plural = if rows.len() == 1 { "line" } else { "lines" };
            if !shown.is_empty() {
                it.message.push_str(
                    &format_args!(", also in {plural} {}{more}", shown.join(", ")).to_string(),
                );
            }
        }
    }
    kept
}

/// Whether the inside of brackets asks for a value.
pub(crate) fn is_blank_to_fill(inner: &str) -> bool {
    let part = |c: char| !(c.is_alphanumeric() || c == '\'');
    let small = inner.to_lowercase();
    let mut words = small.split(part).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| lists("placeholder-nouns", word) || is_mask(word))
}

/// `xxx`, `yyyy`, `000`.
fn is_mask(word: &str) -> bool {
    1 < word.len() && word.chars().all(|c| matches!(c, 'x' | 'y' | 'd' | 'm' | '0'))
}

fn words_of(row: &Row<'_>) -> Vec<(usize, usize)> {
    let small = lower(row.text);
    let mut spans = Vec::new();
    for word in rows("placeholder") {
        if let Some(at) = find_phrase(&small, word) {
            spans.push(whole(&small, at, at + word.len()));
        }
    }
    for host in rows("placeholder-hosts") {
        if let Some(at) = find_phrase(&small, host) {
            spans.push(whole(&small, at, at + host.len()));
        }
    }
    // `your-bucket`, `YOUR_KEY`.
    for (at, _) in small.match_indices("your") {
        let before = small.get(..at).and_then(|it| it.chars().next_back());
        let rest = small.get(at..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let joined = word.get(4..5).is_some_and(|c| c == "-" || c == "_");
        // A part of a slug: `harden-your-site`.
        let slug =
            before == Some('-') && !row.text.get(at..).is_some_and(|it| it.starts_with("YOUR"));
        if !before.is_some_and(char::is_alphanumeric)
            && !slug
            && joined
            && !NONE.contains(&word)
            && 5 < word.len()
        {
            spans.push(whole(&small, at, at + word.len()));
        }
    }
    spans.extend(marked(row.text, &small));
    spans
}

/// The spans in their order, those that overlap as one.
fn apart(mut spans: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    spans.sort_unstable();
    let mut apart: Vec<(usize, usize)> = Vec::new();
    for (from, to) in spans {
        match apart.last_mut() {
            Some((_, end)) if from < *end => *end = (*end).max(to),
            Some(_) | None => apart.push((from, to)),
        }
    }
    apart
}

/// The host or name that a placeholder is a part of: `api.yourdomain.com`.
fn whole(small: &str, from: usize, to: usize) -> (usize, usize) {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let front = small.get(..from).unwrap_or_default();
    let start = front.rfind(|c: char| !inside(c)).map_or(0, |at| {
        at + front.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8)
    });
    let back = small.get(to..).unwrap_or_default();
    let end = to + back.find(|c: char| !inside(c)).unwrap_or(back.len());
    let word = small.get(start..end).unwrap_or_default();
    let lead = word.len() - word.trim_start_matches(['.', '-', '_']).len();
    (start + lead, start + word.trim_end_matches(['.', '-', '_']).len())
}

/// `TODO:` and `TODO` as a whole value.
fn marked(text: &str, small: &str) -> Option<(usize, usize)> {
    let about = ["no ", "remove", "resolved", "comment", "grep", "without", "all "];
    if about.iter().any(|word| small.contains(word)) {
        return None;
    }
    ["TODO", "FIXME"].iter().find_map(|mark| {
        let at = find_phrase(text, mark)?;
        let before = text.get(..at)?.trim_end();
        let after = text.get(at + mark.len()..)?.trim_start();
        let opens = before.is_empty() || before.ends_with([':', '|', '[', '(', '=', '-']);
        let closes = after.is_empty() || after.starts_with([':', '|', ']', ')']);
        (after.starts_with(':') || opens && closes).then_some((at, at + mark.len()))
    })
}

/// `<version>`, outside of HTML, addresses and code of other languages.
fn in_angles(row: &Row<'_>, typed: bool) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    for (at, _) in row.text.match_indices('<') {
        let rest = row.text.get(at + 1..).unwrap_or_default();
        let Some(inner) = rest.find('>').and_then(|end| rest.get(..end)) else { continue };
        let before = row.text.get(..at).and_then(|it| it.chars().next_back());
        let glued = before.is_some_and(|c| c.is_alphanumeric() || c == '<') && !row.fenced;
        let odd = |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'));
        let begins = inner.starts_with(char::is_alphabetic);
        let tag = inner.split([' ', '/']).next().unwrap_or_default().to_lowercase();
        if glued || !begins || 40 < inner.len() || inner.contains(odd) || lists("tags", &tag) {
            continue;
        }
        let joined =
            inner.contains(['-', '_', ' ']) || inner.chars().all(|c| c.is_ascii_uppercase());
        let camel = inner.starts_with(char::is_uppercase) && inner.contains(char::is_lowercase);
        if is_blank_to_fill(inner) || (joined && !camel) || (typed && !camel) {
            spans.push((at, at + inner.len() + 2));
        }
    }
    spans
}

/// `[Name]`, outside of fences, boxes and links.
fn in_brackets(row: &Row<'_>) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    for (at, _) in row.text.match_indices('[').filter(|_| !row.fenced) {
        let rest = row.text.get(at + 1..).unwrap_or_default();
        let Some(end) = rest.find(']') else { continue };
        let inner = rest.get(..end).unwrap_or_default();
        let after = rest.get(end + 1..).and_then(|it| it.chars().next());
        let linked = matches!(after, Some('(' | '[' | ':'));
        let boxed = inner.trim().len() < 2;
        // What a page shows: "Welcome back, [Name]".
        let quoted = row.text.get(..at).is_some_and(|it| it.matches('"').count() % 2 == 1);
        if !linked && !boxed && !quoted && inner.len() <= 40 && is_blank_to_fill(inner) {
            spans.push((at, at + end + 2));
        }
    }
    spans
}

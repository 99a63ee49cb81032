//! Relative links that lead to nothing.

use holdpoint_model::{diagnostic::Diagnostic, text::Span};

use super::{finding, page::Page};
use crate::nearest::nearest;

/// Parts of a forge's pages, which no file stands for.
const FORGE: &[&str] = &["issues", "pull", "pulls", "wiki", "releases", "discussions", "actions"];

pub(super) fn find(page: &Page<'_>, exists: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let anchors = anchors(page);
    let mut found = Vec::new();
    for row in page.rows().filter(|row| !row.fenced) {
        for (at, target) in targets(row.text) {
            let span = Span::new(row.start + at, row.start + at + target.len());
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            if path.is_empty() {
                if !anchor.is_empty() && !anchors.contains(&squeezed(anchor)) {
                    let near = nearest(&squeezed(anchor), anchors.iter().map(String::as_str));
                    let help = near.map_or_else(
                        || String::from("no heading here has that name"),
                        |near| format!("the heading with the most similar name is `{near}`"),
                    );
                    let message = format!("`#{anchor}` is no heading of this document");
                    found.push(finding(page, "lint::dead-link", span, message, &help));
                }
                continue;
            }
            let path = path.split('?').next().unwrap_or(path);
            if !is_file(path) {
                continue;
            }
            let path = unescaped(path);
            // A path from the root is one of the repository, or one of a site that it is made into.
            let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
            let of_site = path.starts_with('/') && !exists(&format!("/{first}"));
            if !of_site && !exists(&path) {
                let message = format!("`{path}` leads to nothing");
                let help = "correct the path; it starts from the folder of this document";
                found.push(finding(page, "lint::dead-link", span, message, help));
            }
        }
    }
    found
}

/// Whether a target would be a file beside the document.
fn is_file(path: &str) -> bool {
    let scheme = path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+' || c == '-')
    });
    let templated = path.contains(['{', '}', '<', '>', '$', '*', '…', '|']);
    let forge = path.contains("../") && path.split('/').any(|part| FORGE.contains(&part));
    // A bare word in brackets is often a footnote or a name, and an address without a scheme a site.
    let site = path.starts_with("www.") || path.starts_with("//");
    let said = path.contains(['/', '.']) && !path.contains(' ');
    said && !scheme && !templated && !forge && !site && !path.contains('@')
}

/// The targets of inline links and of definitions, with their places.
fn targets(row: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let code = code_spans(row);
    let mut at = 0;
    while let Some(open) = row.get(at..).and_then(|rest| rest.find("](")) {
        let start = at + open + 2;
        at = start;
        if code.iter().any(|(from, to)| (*from..*to).contains(&start)) {
            continue;
        }
        let rest = row.get(start..).unwrap_or_default();
        let mut depth = 0_usize;
        let end = rest.find(|c: char| {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => return true,
                ')' => depth -= 1,
                _ => {}
            }
            false
        });
        let Some(inner) = end.and_then(|end| rest.get(..end)) else { continue };
        let lead = inner.len() - inner.trim_start().len();
        let inner = inner.trim();
        let (lead, target) = match inner.strip_prefix('<').and_then(|it| it.split_once('>')) {
            Some((target, _)) => (lead + 1, target),
            None => (lead, inner.split_whitespace().next().unwrap_or_default()),
        };
        if !target.is_empty() {
            found.push((start + lead, target));
        }
    }
    if let Some(definition) = row.trim_start().strip_prefix('[')
        && let Some((label, rest)) = definition.split_once("]: ")
        && !label.is_empty()
        && !label.starts_with(['^', ' ', 'x', 'X'])
        && let Some(target) = rest.split_whitespace().next()
        && rest.split_whitespace().nth(1).is_none_or(|title| title.starts_with(['"', '(', '\'']))
    {
        let at = row.find("]: ").map_or(0, |at| at + 3);
        let lead = rest.len() - rest.trim_start().len();
        found.push((at + lead, target.trim_matches(['<', '>'])));
    }
    found
}

fn code_spans(row: &str) -> Vec<(usize, usize)> {
    let marks: Vec<usize> = row.match_indices('`').map(|(at, _)| at).collect();
    marks.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
}

/// The names that headings and anchors of the document can be reached by.
fn anchors(page: &Page<'_>) -> Vec<String> {
    let headings = page.document.headings.iter();
    let mut all: Vec<String> = headings
        .flat_map(|it| [squeezed(&unlinked(&it.text)), squeezed(&unlinked(&it.repaired))])
        .collect();
    for mark in ["id=\"", "name=\"", "{#"] {
        let named = page.text.split(mark).skip(1);
        all.extend(named.filter_map(|rest| rest.split(['"', '}']).next()).map(squeezed));
    }
    all
}

/// A text with the words of its links and without their targets.
fn unlinked(text: &str) -> String {
    let mut parts = text.split("](");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    out
}

/// A name as far as every renderer agrees on it: its letters and digits. The number that tells
/// headings of the same text apart goes with them.
fn squeezed(name: &str) -> String {
    let name = unescaped(name);
    let bare = match name.rsplit_once('-') {
        Some((front, number))
            if number.chars().all(|c| c.is_ascii_digit()) && !number.is_empty() =>
        {
            // "release-1" may be a heading of its own, or the second "release".
            if number.len() < 2 { front.to_owned() } else { name.clone() }
        }
        Some(_) | None => name.clone(),
    };
    bare.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|hex| str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

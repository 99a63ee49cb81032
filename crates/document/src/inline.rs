//! What stands inside a text: emphasis around the whole, comments, boxes, code.

use std::collections::BTreeMap;

use crate::{html::find, mark::BoxAt, mark::box_at};

/// The text inside when `text` is bold as a whole, a colon behind it allowed.
pub(crate) fn bold(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches([':', '\u{ff1a}']).trim_end();
    emphasis(text, "**").or_else(|| emphasis(text, "__"))
}

fn emphasis<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
    let open = !inner.starts_with([' ', '_']) && !inner.ends_with([' ', '_']);
    // Three marks are bold and italic at once.
    let core = inner.strip_prefix('*').and_then(|it| it.strip_suffix('*')).unwrap_or(inner);
    (open && core.chars().any(char::is_alphanumeric) && !core.contains(mark)).then_some(core)
}

/// `text` without emphasis around the whole; a colon behind it stays.
pub(crate) fn unwrapped(text: &str) -> String {
    let text = text.trim();
    if let Some(inner) = bold(text) {
        let colon = text.ends_with([':', '\u{ff1a}']) && !inner.ends_with([':', '\u{ff1a}']);
        return if colon { format!("{inner}:") } else { inner.to_owned() };
    }
    for mark in ["*", "_"] {
        let inner = text.strip_prefix(mark).and_then(|it| it.strip_suffix(mark));
        if let Some(inner) = inner.filter(|it| !it.contains(mark) && !it.starts_with(' ')) {
            return inner.to_owned();
        }
    }
    text.to_owned()
}

/// A text without the override comments at its ends, and the words of those in it.
pub(crate) struct Trimmed {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) words: Option<String>,
}

/// Cuts `<!-- holdpoint: … -->` off both ends of `bytes[start..end]`.
pub(crate) fn trim_overrides(bytes: &[u8], start: usize, end: usize) -> Trimmed {
    let mut out = Trimmed { start, end, words: None };
    loop {
        let text = bytes.get(out.start..out.end).unwrap_or_default();
        if let Some(inner) = text.strip_suffix(b"-->") {
            let open = rfind(inner, b"<!--");
            // What a line is not to be complained about is no part of what it says.
            if let Some(open) = open.filter(|open| is_lint(inner.get(open + 4..))) {
                out.end = out.start + trim_end(bytes, out.start, out.start + open) - out.start;
                continue;
            }
            let words = open.and_then(|open| override_words(inner.get(open + 4..)?));
            if let (Some(open), Some(words)) = (open, words) {
                out.words = Some(joined(words, out.words));
                out.end = out.start + trim_end(bytes, out.start, out.start + open) - out.start;
                continue;
            }
        }
        if text.starts_with(b"<!--")
            && let Some(close) = find(text, b"-->")
            && let Some(words) = text.get(4..close).and_then(override_words)
        {
            out.words = Some(joined(words, out.words));
            out.start = trim_start(bytes, out.start + close + 3, out.end);
            continue;
        }
        break;
    }
    let text = bytes.get(out.start..out.end).unwrap_or_default();
    let inside = comments(text).filter_map(|(open, close)| override_words(text.get(open..close)?));
    for words in inside {
        out.words = Some(joined(words, out.words));
    }
    out
}

/// The words of several comments as those of one: none of them is dropped without a word.
fn joined(words: String, others: Option<String>) -> String {
    others.map_or_else(|| words.clone(), |others| format!("{words} {others}"))
}

/// Whether the inside of a comment speaks to `holdpoint lint`.
fn is_lint(comment: Option<&[u8]>) -> bool {
    comment.is_some_and(|it| it.trim_ascii_start().starts_with(b"holdpoint-lint:"))
}

/// The words of a comment that speaks to holdpoint.
fn override_words(comment: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(comment);
    let words = text.trim().strip_prefix("holdpoint:")?;
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Where the insides of the closed comments of `text` stand.
fn comments(text: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let open = at + find(text.get(at..)?, b"<!--")? + 4;
        let close = open + find(text.get(open..)?, b"-->")?;
        at = close + 3;
        Some((open, close))
    })
}

/// `text` without its closed comments.
pub(crate) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (open, close) in comments(text.as_bytes()) {
        out.push_str(text.get(at..open - 4).unwrap_or_default());
        at = close + 3;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The boxes in running text, code and comments left out, with the place where each starts.
pub(crate) fn boxes(text: &[u8]) -> Vec<(usize, BoxAt)> {
    let mut code = if text.contains(&b'`') { code_spans(text) } else { Vec::new() };
    code.extend(comments(text).map(|(open, close)| (open - 4, close + 3)));
    code.sort_unstable();
    let mut spans = code.iter().peekable();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        while spans.next_if(|(_, end)| *end <= at).is_some() {}
        if let Some((start, end)) = spans.peek()
            && *start <= at
        {
            at = *end;
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let apart = before.is_none_or(|before| !before.is_ascii_alphanumeric() && *before != b'\\');
        let may_start = apart && (*byte == b'[' || !byte.is_ascii());
        match if may_start { box_at(text.get(at..).unwrap_or_default()) } else { None } {
            Some(it) => {
                found.push((at, it));
                at += it.length;
            }
            None => at += 1,
        }
    }
    found
}

/// Where code stands between runs of backquotes of equal length.
fn code_spans(text: &[u8]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'`' {
            match runs.last_mut() {
                Some((start, length)) if *start + *length == at => *length += 1,
                _ => runs.push((at, 1)),
            }
        }
    }
    // Places of the runs of each length, the last one first: an unmatched run costs nothing.
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (start, length) in runs.iter().rev() {
        places.entry(*length).or_default().push(*start);
    }
    let mut spans = Vec::new();
    let mut done = 0;
    for (start, length) in &runs {
        if *start < done {
            continue;
        }
        let Some(of_length) = places.get_mut(length) else { continue };
        while of_length.last().is_some_and(|place| place <= start) {
            of_length.pop();
        }
        if let Some(close) = of_length.last() {
            done = close + length;
            spans.push((*start, done));
        }
    }
    spans
}

fn rfind(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).rposition(|it| it == needle)
}

/// Blanks that keyboards of other scripts make, beside space and tab.
const WIDE_BLANKS: [&str; 4] = ["\u{a0}", "\u{3000}", "\u{200b}", "\u{feff}"];

/// The first byte of `bytes[start..end]` that is no blank.
pub(crate) fn trim_start(bytes: &[u8], mut start: usize, end: usize) -> usize {
    while start < end {
        let rest = bytes.get(start..end).unwrap_or_default();
        if rest.first().is_some_and(u8::is_ascii_whitespace) {
            start += 1;
        } else if let Some(wide) = WIDE_BLANKS.iter().find(|it| rest.starts_with(it.as_bytes())) {
            start += wide.len();
        } else {
            break;
        }
    }
    start
}

/// One past the last byte of `bytes[start..end]` that is no blank.
pub(crate) fn trim_end(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while start < end {
        let text = bytes.get(start..end).unwrap_or_default();
        if text.last().is_some_and(u8::is_ascii_whitespace) {
            end -= 1;
        } else if let Some(wide) = WIDE_BLANKS.iter().find(|it| text.ends_with(it.as_bytes())) {
            end -= wide.len();
        } else {
            break;
        }
    }
    end
}

/// The characters of bytes, U+FFFD for those that are none.
pub(crate) fn lossy(bytes: &[u8], start: usize, end: usize) -> String {
    String::from_utf8_lossy(bytes.get(start..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_as_a_whole() {
        for (text, inner) in [
            ("**Critical (P0)**", Some("Critical (P0)")),
            ("**Steps:**", Some("Steps:")),
            ("**Steps**:", Some("Steps")),
            ("__Steps__", Some("Steps")),
            ("***Both***", Some("Both")),
            ("**A** and **B**", None),
            ("**Label**: value", None),
            ("______", None),
            ("****", None),
            ("**Step", None),
        ] {
            assert_eq!(bold(text), inner, "{text}");
        }
        assert_eq!(unwrapped("**Steps**:"), "Steps:");
        assert_eq!(unwrapped("*note*"), "note");
        assert_eq!(unwrapped("a *b*"), "a *b*");
    }

    #[test]
    fn override_comments_are_no_text() {
        let text = b"Port 80 <!-- holdpoint: check=net.port-open  port=80 -->";
        let trimmed = trim_overrides(text, 0, text.len());
        assert_eq!((trimmed.start, trimmed.end), (0, 7));
        assert_eq!(trimmed.words.as_deref(), Some("check=net.port-open port=80"));
        let lint = b"Port 80 <!-- holdpoint: a.b --> <!-- holdpoint-lint: ignore -->";
        let trimmed = trim_overrides(lint, 0, lint.len());
        assert_eq!((trimmed.end, trimmed.words.as_deref()), (7, Some("a.b")));
        let other = b"Port 80 <!-- why -->";
        let trimmed = trim_overrides(other, 0, other.len());
        assert_eq!((trimmed.end, trimmed.words), (other.len(), None));
        let inside = b"a <!-- holdpoint: skip --> b";
        let trimmed = trim_overrides(inside, 0, inside.len());
        assert_eq!((trimmed.end, trimmed.words.as_deref()), (inside.len(), Some("skip")));
        assert_eq!(without_comments("a <!-- b --> c <!-- d"), "a  c <!-- d");
    }

    #[test]
    fn boxes_in_code_are_none() {
        let places = |text: &str| boxes(text.as_bytes()).iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(places("**S**: [ ] A [x] B"), [7, 13]);
        assert_eq!(places("use `[ ]` or ``[x] ` `` [ ]"), [24]);
        assert_eq!(places("list[ ] \\[ ] `open [ ]"), [19]);
        assert_eq!(places("a <!-- [ ] old --> [ ] b"), [19]);
    }
}

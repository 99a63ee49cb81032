//! Labels with values or blanks, and lines with several boxes.

use holdpoint_model::text::Span;

use crate::{
    document::{Form, Mark, Possibility},
    inline::{boxes, lossy, trim_end, trim_start},
};

/// Words beyond which a value is advice to the reader.
const WORDS_MAX: usize = 8;
/// Underscores that make a blank.
const BLANK_MIN: usize = 3;

/// The fields of `text`, when it starts with a bold label; `None` for anything else and for advice.
pub(crate) fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let mut labels = labels(text);
    if labels.is_empty() && is_plain_blank(text) {
        labels = plain_labels(text);
    }
    if labels.first()?.start != 0 {
        return None;
    }
    let ends = labels.iter().skip(1).map(|it| it.start).chain([text.len()]);
    let mut found = Vec::new();
    for (label, end) in labels.iter().zip(ends) {
        let value = text.get(label.end..end).unwrap_or_default();
        let value = value.trim().trim_end_matches(['|', '\u{b7}', '\u{2022}']).trim_end();
        if is_advice(value) {
            return None;
        }
        let value = if is_blank(value) { "" } else { value };
        found.push((label.name.clone(), value.to_owned()));
    }
    // A label alone is a heading.
    let alone = found.len() == 1 && text.get(labels.first()?.end..)?.trim().is_empty();
    (!alone).then_some(found)
}

/// Whether `text` starts with a bold label and a colon.
pub(crate) fn is_labelled(text: &str) -> bool {
    label_at(text, 0).is_some()
}

struct Label {
    start: usize,
    end: usize,
    name: String,
}

/// Bold labels with a colon inside or behind.
fn labels(text: &str) -> Vec<Label> {
    let mut found: Vec<Label> = Vec::new();
    let mut at = 0;
    while let Some(skip) = text.get(at..).and_then(|rest| rest.find("**")) {
        let start = at + skip;
        match label_at(text, start) {
            Some(label) => {
                at = label.end;
                found.push(label);
            }
            None => at = start + 2,
        }
    }
    found
}

fn label_at(text: &str, start: usize) -> Option<Label> {
    let inner = text.get(start..)?.strip_prefix("**")?;
    let length = inner.find("**")?;
    let name = inner.get(..length)?;
    let behind = inner.get(length + 2..)?;
    let colon = [':', '\u{ff1a}'];
    let trimmed = name.trim_end_matches(colon);
    let mut end = start + 2 + length + 2;
    if trimmed.len() == name.len() {
        let gap = behind.len() - behind.trim_start_matches(' ').len();
        let mark = behind.get(gap..)?.chars().next().filter(|c| colon.contains(c))?;
        end += gap + mark.len_utf8();
    }
    let named = trimmed.chars().any(char::is_alphanumeric) && !name.starts_with([' ', '*']);
    named.then(|| Label { start, end, name: trimmed.trim().to_owned() })
}

/// Whether `text` is labels without emphasis, each with a blank behind its colon.
fn is_plain_blank(text: &str) -> bool {
    let runs = blanks(text);
    let mut at = 0;
    !runs.is_empty()
        && runs.iter().all(|run| {
            let before = text.get(at..run.start).unwrap_or_default().trim();
            at = run.end;
            before.ends_with([':', '\u{ff1a}']) && words(before) <= WORDS_MAX
        })
        && text.get(at..).unwrap_or_default().trim().is_empty()
}

fn plain_labels(text: &str) -> Vec<Label> {
    let mut start = 0;
    let mut found = Vec::new();
    for run in blanks(text) {
        let before = text.get(start..run.start).unwrap_or_default();
        let name = before.trim().trim_end_matches([':', '\u{ff1a}']).to_owned();
        found.push(Label { start, end: run.start, name });
        start = run.end;
    }
    found
}

/// Runs of three and more underscores; they are blanks to fill in, never emphasis.
pub fn blanks(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'_' {
            match found.last_mut() {
                Some(run) if run.end == at => run.end += 1,
                _ => found.push(Span::new(at, at + 1)),
            }
        }
    }
    found.retain(|run| BLANK_MIN <= run.end - run.start && stands_alone(text, *run));
    found
}

fn stands_alone(text: &str, run: Span) -> bool {
    let before = text.get(..run.start).and_then(|it| it.chars().next_back());
    let after = text.get(run.end..).and_then(|it| it.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Labels and blanks of a text such as `Lead: ____ Date: ____`: the label of a blank is the text
/// before it, up to the blank before.
pub fn labelled_blanks(text: &str) -> Vec<(String, Span)> {
    let mut start = 0;
    let mut found = Vec::new();
    for run in blanks(text) {
        let before = text.get(start..run.start).unwrap_or_default();
        let edge = |c: char| c.is_whitespace() || matches!(c, ':' | '\u{ff1a}' | '*' | '|');
        found.push((before.trim_matches(edge).to_owned(), run));
        start = run.end;
    }
    found
}

/// Whether a value is nothing but blanks and what separates them.
fn is_blank(value: &str) -> bool {
    let value = value.replace('\\', "");
    !blanks(&value).is_empty()
        && value.chars().all(|c| c == '_' || c == '/' || c == '|' || c.is_whitespace())
}

/// Whether a value ends like a sentence or is too long to be one.
fn is_advice(value: &str) -> bool {
    let end = value.trim_end_matches(['*', '_', ')', '"', '\'', ' ']);
    let sentence = end.ends_with(['.', '!', '?', '\u{3002}', '\u{ff01}', '\u{ff1f}']);
    (sentence && !end.ends_with("..") && !is_blank(value)) || WORDS_MAX < words(value)
}

/// Words of a text; scripts that write without blanks have one for every two characters.
fn words(text: &str) -> usize {
    let wide = |c: &char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
    text.split_whitespace().count() + text.chars().filter(wide).count() / 2
}

/// The choice that `bytes[start..end]` offers, if it has several boxes and is no advice.
pub(crate) fn choice(bytes: &[u8], start: usize, end: usize) -> Option<Form> {
    let text = bytes.get(start..end)?;
    let found = boxes(text);
    if found.len() < 2 {
        return None;
    }
    let label = lossy(bytes, start, start + found.first()?.0);
    let ends = found.iter().skip(1).map(|it| it.0).chain([text.len()]);
    let mut options = Vec::new();
    for ((at, it), next) in found.iter().zip(ends) {
        let from = trim_start(bytes, start + at + it.length, start + next);
        let text = lossy(bytes, from, trim_end(bytes, from, start + next));
        let text = text.trim_end_matches(['|', '/', ',', ';', '\u{b7}']).trim_end();
        if text.is_empty() || is_advice(text) {
            return None;
        }
        let span = Span::new(start + at + it.mark.start, start + at + it.mark.end);
        let mark = Mark { span, ticked: it.ticked };
        options.push(Possibility { mark, text: text.to_owned() });
    }
    let edge = |c: char| c.is_whitespace() || matches!(c, ':' | '\u{ff1a}' | '*');
    let label = label.trim_matches(edge).to_owned();
    (words(&label) <= WORDS_MAX).then_some(Form::Choice { label, options })
}

/// Words an option may have when only one box follows the item's own.
const SHORT_MAX: usize = 3;

/// The choice of an item whose own box is one of two: `- [ ] Yes [ ] No`.
pub(crate) fn two_boxes(bytes: &[u8], own: Mark, start: usize, end: usize) -> Option<Form> {
    let found = boxes(bytes.get(start..end)?);
    let [(at, it)] = found.as_slice() else {
        return None;
    };
    let first = lossy(bytes, start, trim_end(bytes, start, start + at));
    let from = trim_start(bytes, start + at + it.length, end);
    let second = lossy(bytes, from, end);
    let edge = |text: &str| text.trim_end_matches(['|', '/', ',', ';']).trim_end().to_owned();
    let texts = [edge(&first), edge(&second)];
    let short = |text: &String| {
        (1..=SHORT_MAX).contains(&text.split_whitespace().count()) && !is_advice(text)
    };
    if !texts.iter().all(short) {
        return None;
    }
    let span = Span::new(start + at + it.mark.start, start + at + it.mark.end);
    let marks = [own, Mark { span, ticked: it.ticked }];
    let options = marks.into_iter().zip(texts).map(|(mark, text)| Possibility { mark, text });
    Some(Form::Choice { label: String::new(), options: options.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        fields(text)
    }

    fn pairs(of: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    #[test]
    fn labels_with_values_and_blanks() {
        assert_eq!(read("**Project**: Knowledge Base"), pairs(&[("Project", "Knowledge Base")]));
        assert_eq!(read("**Version:** 1.0.0"), pairs(&[("Version", "1.0.0")]));
        assert_eq!(
            read("**Signature:** ______ **Date:** ____"),
            pairs(&[("Signature", ""), ("Date", "")])
        );
        assert_eq!(read("**A**: 1 | **B**: 2"), pairs(&[("A", "1"), ("B", "2")]));
        assert_eq!(read("Signature: _____ Date: ___"), pairs(&[("Signature", ""), ("Date", "")]));
        assert_eq!(read("**日付**： 2024"), pairs(&[("日付", "2024")]));
    }

    #[test]
    fn advice_and_headings_are_no_fields() {
        for text in [
            "**Remember**: Take your time.",
            "**Note**: one two three four five six seven eight nine",
            "**Steps**:",
            "**Steps:**",
            "See **A**: b",
            "plain",
            "Use ___ for blanks",
            "**注意**: 必须在部署之前完成所有检查并且通知团队",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_label_of_a_blank_ends_at_the_blank_before() {
        let found = labelled_blanks("Lead: _____ Date: ___ x___y");
        assert_eq!(found.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["Lead", "Date"]);
    }

    #[test]
    fn several_boxes_are_a_choice() {
        let text = "**Status**: [ ] Success [x] Partial";
        let Some(Form::Choice { label, options }) = choice(text.as_bytes(), 0, text.len()) else {
            panic!("no choice")
        };
        assert_eq!(label, "Status");
        assert_eq!(options[1].text, "Partial");
        assert!(options[1].mark.ticked);
        assert_eq!(options[0].mark.span, Span::new(13, 14));
        let legend = "Write [ ] for open and [x] for done.";
        assert_eq!(choice(legend.as_bytes(), 0, legend.len()), None);
    }
}

//! Questions about the form of a line that the rules of phases and of kinds both ask.

use holdpoint_document::{Form, Line};

use crate::{
    command,
    outline::{NAMES, Section},
};

/// Labels that ask for an approval.
const APPROVERS: &[&str] = &[
    "signature",
    "approved by",
    "approver",
    "approval",
    "signed by",
    "signed off by",
    "firma",
    "assinatura",
    "unterschrift",
    "подпись",
    "签字",
    "批准人",
    "署名",
    "承認者",
    "서명",
    "승인자",
    "aprobado por",
    "aprovado por",
    "approuvé par",
    "genehmigt von",
    "утверждено",
];
/// Cells of a header that make a table one of signatures.
const SIGNATURES: &[&str] = &[
    "signature",
    "sign off",
    "sign-off",
    "signed",
    "firma",
    "assinatura",
    "unterschrift",
    "подпись",
    "签字",
    "签名",
    "署名",
    "서명",
];

/// A row of a table with a column of signatures.
pub(crate) fn is_signoff_row(line: &Line) -> bool {
    let Form::Row { header, .. } = &line.form else {
        return false;
    };
    header.iter().any(|cell| {
        let cell = cell.to_lowercase();
        SIGNATURES.iter().any(|word| cell.contains(word))
    })
}

/// A label that asks for an approval, wherever it stands.
pub(crate) fn is_signoff_label(line: &Line) -> bool {
    let Form::Field { fields } = &line.form else {
        return false;
    };
    fields.iter().any(|(label, _)| is_approver(label))
}

fn is_approver(label: &str) -> bool {
    let label = label.trim().to_lowercase();
    APPROVERS.iter().any(|word| label == *word || label.ends_with(&format!(" {word}")))
}

/// A row or a bullet without a box under a heading of contacts.
pub(crate) fn is_contact(line: &Line, section: Option<&Section>) -> bool {
    let under = section.is_some_and(|it| it.own.has(NAMES.contacts));
    match &line.form {
        Form::Row { .. } => under && !is_signoff_row(line),
        Form::Item => under,
        Form::Box(_)
        | Form::Command { .. }
        | Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Field { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => false,
    }
}

/// A bullet that is nothing but a link.
pub(crate) fn is_link(line: &Line) -> bool {
    matches!(line.form, Form::Item) && link(&line.repaired).is_some()
}

/// Text and address of a text that is nothing but a link, or a link and what it leads to.
pub(crate) fn link(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[');
    let (name, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, rest) = rest.split_once(')')?;
    let rest = rest.trim_start_matches(['*', ' ']).trim_end();
    let ends = rest.is_empty() || rest.starts_with(['-', ':', '\u{2013}', '\u{2014}']);
    (ends && !name.contains(']') && !address.contains(['(', ' '])).then_some((name, address))
}

/// The first inline code span that is a command: it has a blank, and its first word is a known
/// program or a path.
pub(crate) fn command(text: &str) -> Option<&str> {
    commands(text).next()
}

/// All inline code spans that are commands.
pub(crate) fn commands(text: &str) -> impl Iterator<Item = &str> {
    spans(text).filter(|span| is_command(span))
}

fn is_command(span: &str) -> bool {
    let mut words = span.split_whitespace();
    let Some(first) = words.next() else {
        return false;
    };
    let path = first.starts_with("./")
        || first.starts_with("../")
        || (first.starts_with('/') && first.len() > 1);
    let alone = command::is_whole(span);
    alone
        || words.next().is_some() && (path || command::is_program(first))
        || first.starts_with("./") && first.len() > 2 && !first.ends_with('/')
}

/// The last letters of a text: what is said of a thing stands near it.
pub(crate) fn ending(text: &str, letters: usize) -> &str {
    let far = text.char_indices().rev().nth(letters).map_or(0, |(at, _)| at);
    text.get(far..).unwrap_or_default()
}

/// The texts of all inline code spans.
pub(crate) fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|it| !it.is_empty())
}

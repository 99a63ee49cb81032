//! Ways back that only say "the one before".

use holdpoint_document::{Form, Line, LineId};
use holdpoint_model::{diagnostic::Diagnostic, text::Span};

use super::{
    finding,
    page::{Page, in_trouble},
    words::{find_phrase, lower, rows},
};

/// Lines that a command, here or in a fence of theirs, already speaks for are left to it: `others`.
pub(super) fn find(page: &Page<'_>, others: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = others.iter().filter(|it| it.code == "lint::relative-rollback");
    let said: Vec<usize> = own.map(|it| it.line).collect();
    let lines = page.lines().enumerate();
    for (at, (line, _)) in lines.filter(|(_, (_, plan))| in_trouble(plan)) {
        let worded = matches!(line.form, Form::Box(_) | Form::Item | Form::Comment { .. });
        let said = said.iter().any(|row| *row == line.number || owns(page, line, *row));
        if !worded
            || said
            || line.fence.is_some()
            || page.document.children(LineId(at)).next().is_some()
        {
            continue;
        }
        let text = page.text_of(line);
        if is_absolute(text) {
            continue;
        }
        let small = lower(text);
        let kept = ["identified", "documented", "noted", "recorded", "tagged", "kept"];
        if kept.iter().any(|word| find_phrase(&small, word).is_some()) {
            continue;
        }
        let place = rows("relative-text").iter().find_map(|phrase| {
            let ascii = phrase.is_ascii();
            let at = if ascii { find_phrase(&small, phrase) } else { small.find(*phrase) };
            at.map(|at| (at, phrase.len()))
        });
        if let Some((at, length)) = place {
            let start = line.span.start + at;
            let span = Span::new(start, start + length);
            let message = format!(
                "`{}` names no target: another release makes it another one",
                text.get(at..at + length).unwrap_or_default()
            );
            let help =
                "name the version, tag or digest that runs now, or the command that finds it";
            found.push(finding(page, "lint::relative-rollback", span, message, help));
        }
    }
    found
}

/// Whether a row is a command right below a comment of a fence.
fn owns(page: &Page<'_>, line: &Line, row: usize) -> bool {
    matches!(line.form, Form::Comment { .. })
        && row.checked_sub(line.number).is_some_and(|below| below <= 3)
        && page.line_at(row).is_some_and(|(it, _)| it.form.fence() == line.form.fence())
}

/// Whether a text names a version, a commit, a number, or says where it comes from.
fn is_absolute(text: &str) -> bool {
    let word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '$' && c != '<');
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        let version = bare.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit())
            && bare.contains('.');
        let sha = 7 <= bare.len() && 2 <= digits && bare.chars().all(|c| c.is_ascii_hexdigit());
        version || sha || bare.starts_with(['$', '<']) || bare.contains("${")
    };
    text.split_whitespace().any(word) || text.contains('`')
}

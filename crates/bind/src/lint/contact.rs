//! Contacts that nobody could reach anyone with.

use holdpoint_document::{Form, Line};
use holdpoint_model::{diagnostic::Diagnostic, line::Kind};

use super::{finding, page::Page};
use crate::reach;

pub(super) fn find(page: &Page<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (line, _) in page.lines().filter(|(_, plan)| plan.kind == Kind::Contact) {
        let lacks = reach::lacking(line);
        if lacks.is_empty() {
            continue;
        }
        let message = format!("{} when it is needed", words(line, &lacks));
        let help = "write a name and a number or address, or where the rota stands";
        found.push(finding(page, "lint::empty-contact", line.span, message, help));
    }
    found
}

/// Who is meant, and what does not stand there.
fn words(line: &Line, lacks: &[String]) -> String {
    let Form::Row { cells, .. } = &line.form else {
        return format!("nobody can reach `{}`", lacks.join(", "));
    };
    let first = cells.iter().map(|it| it.trim_matches(['*', ' '])).find(|it| !it.is_empty());
    format!("`{}` has nothing under {}", first.unwrap_or("a row"), lacks.join(", "))
}

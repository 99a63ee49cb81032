//! Lines that came in since the lock was written and that bind to nothing.

use std::collections::HashSet;

use holdpoint_model::{diagnostic::Diagnostic, line::Binding};

use super::{Subject, finding, page::Page};
use crate::key::{self, Key};

pub(super) fn find(page: &Page<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Some(lock) = subject.lock else { return Vec::new() };
    let pinned: HashSet<&Key> = lock.lines.iter().map(|pin| &pin.key).collect();
    let keys = key::keys(page.document);
    let lines = page.lines().zip(&keys);
    let new = lines.filter(|((_, plan), key)| {
        plan.state == Binding::Unbound && !plan.declares && !pinned.contains(key)
    });
    let one = |((line, _), _): ((&holdpoint_document::Line, _), _)| {
        let message = String::from("this new line is not understood, so it can never be green");
        let help = "say what can be looked at, with its value (`holdpoint checks WORD` lists what \
                    can be), or name a check: `<!-- holdpoint: CHECK -->`";
        finding(page, "lint::unbound-line", line.span, message, help)
    };
    new.map(one).collect()
}

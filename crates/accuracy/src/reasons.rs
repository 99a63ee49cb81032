//! Whether the reasons of a binding stand in the text, and whether it falls without them.

use holdpoint_bind::understand::{Understood, understand};
use holdpoint_document::{Document, Form, LineId, parse};
use holdpoint_model::line::Binding;

/// Whether all reasons stand where they may, and whether the line binds to something else once
/// they are blanked out.
pub(crate) fn hold(document: &Document, raw: &[u8], at: usize, found: &Understood) -> (bool, bool) {
    let (Some(line), Some(check)) = (document.lines.get(at), found.checks.first()) else {
        return (false, false);
    };
    let places = sources(document, raw, LineId(at));
    let mut blanked = raw.to_vec();
    let mut stand = !check.because.is_empty();
    for part in &check.because {
        let mut seen = false;
        for (start, end) in &places {
            let Some(text) = raw.get(*start..*end) else { continue };
            let mut from = 0;
            while let Some(offset) = find(text.get(from..).unwrap_or_default(), part.as_bytes()) {
                seen = true;
                let first = start + from + offset;
                if let Some(bytes) = blanked.get_mut(first..first + part.len()) {
                    bytes.iter_mut().filter(|it| **it != b'\n').for_each(|it| *it = b'_');
                }
                from += offset + part.len().max(1);
            }
        }
        stand &= seen;
    }
    let command = matches!(line.form, Form::Command { .. } | Form::Assignment { .. });
    let other = parse(&blanked);
    let left = other.lines.iter().position(|it| it.number == line.number);
    let left = left.and_then(|at| understand(&other).get(at).cloned());
    let still = left.is_some_and(|it| {
        it.state == Binding::Bound && it.checks.first().is_some_and(|it| it.id == check.id)
    });
    (stand, command || !still)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return None;
    }
    text.windows(part.len()).position(|it| it == part)
}

/// Byte ranges of everything that a line's reasons may quote: the line, its fence, the lines that
/// it is nested in, its headings.
fn sources(document: &Document, raw: &[u8], id: LineId) -> Vec<(usize, usize)> {
    let Some(line) = document.line(id) else { return Vec::new() };
    let mut all = vec![(line.span.start, line.span.end)];
    all.extend(document.fence_of(id).map(|fence| (fence.span.start, fence.span.end)));
    let mut parent = line.parent;
    while let Some(above) = parent.and_then(|id| document.line(id)) {
        all.push((above.span.start, above.span.end));
        parent = above.parent;
    }
    let mut section = line.section;
    while let Some(heading) = section.and_then(|id| document.heading(id)) {
        let mut start = 0;
        let mut lines = raw.split_inclusive(|it| *it == b'\n').map(|text| {
            let from = start;
            start += text.len();
            (from, start)
        });
        all.extend(lines.nth(heading.number - 1));
        section = heading.parent;
    }
    all
}

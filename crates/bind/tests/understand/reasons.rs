//! Deciding words stand in the line, and without them nearly no line binds as before.

use std::{fs, path::PathBuf};

use holdpoint_bind::understand::understand;
use holdpoint_document::{Document, Form, LineId, parse};
use holdpoint_model::line::Binding;

use crate::support::{rows, shared};

fn documents() -> Vec<PathBuf> {
    let mut all = Vec::new();
    if let Some(folder) = shared("seeds") {
        all.extend((0..5).map(|at| folder.join(format!("00{at}.md"))));
    }
    if let Some(folder) = shared("corpus") {
        let listed = rows(&folder.join("dev.documents.tsv"));
        all.extend(listed.iter().map(|row| folder.join(format!("dev/{}.md", row[0]))));
    }
    all
}

/// Byte ranges of everything that a line's reasons may quote.
fn sources(document: &Document, raw: &str, id: LineId) -> Vec<(usize, usize)> {
    let line = document.line(id).unwrap();
    let mut all = vec![(line.span.start, line.span.end)];
    all.extend(document.fence_of(id).map(|fence| (fence.span.start, fence.span.end)));
    let mut parent = line.parent;
    while let Some(above) = parent.and_then(|id| document.line(id)) {
        all.push((above.span.start, above.span.end));
        parent = above.parent;
    }
    let mut section = line.section;
    while let Some(heading) = section.and_then(|id| document.heading(id)) {
        let mut lines = raw.split_inclusive('\n').scan(0, |at, text| {
            let start = *at;
            *at += text.len();
            Some((start, *at))
        });
        all.extend(lines.nth(heading.number - 1));
        section = heading.parent;
    }
    all
}

#[test]
fn reasons_stand_in_the_text_and_without_them_the_binding_falls() {
    let Some(seeds) = shared("seeds") else { return };
    let (mut bound, mut tried, mut firm) = (0, 0, 0);
    for path in documents() {
        let raw = fs::read_to_string(&path).unwrap();
        let document = parse(raw.as_bytes());
        for (at, found) in understand(&document).iter().enumerate() {
            let line = &document.lines[at];
            let free = matches!(line.form, Form::Box(_) | Form::Item | Form::Comment { .. });
            if found.state != Binding::Bound || !free {
                continue;
            }
            bound += 1;
            // Parsing again for each of some thousand lines takes long: every third of the corpus.
            if !path.starts_with(&seeds) && bound % 3 != 0 {
                continue;
            }
            let place = format!("{}:{} {}", path.display(), line.number, line.text);
            let check = &found.checks[0];
            let places = sources(&document, &raw, LineId(at));
            let mut blanked = raw.clone().into_bytes();
            assert!(!check.because.is_empty(), "{place}");
            for part in &check.because {
                let mut seen = false;
                for (start, end) in &places {
                    let text = &raw[*start..*end];
                    for (offset, _) in text.match_indices(part.as_str()) {
                        seen = true;
                        let from = start + offset;
                        let bytes = blanked[from..from + part.len()].iter_mut();
                        bytes.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'_');
                    }
                }
                assert!(seen, "{place}: {part:?} stands nowhere");
            }
            let other = parse(&blanked);
            let left = other.lines.iter().position(|it| it.number == line.number);
            let left = left.map(|at| understand(&other).swap_remove(at));
            let still =
                left.is_some_and(|it| it.state == Binding::Bound && it.checks[0].id == check.id);
            tried += 1;
            if still {
                firm += 1;
                println!("{place}: still {} without {:?}", check.id, check.because);
            }
        }
    }
    println!("reasons: of {bound} bound lines {tried} were tried, {firm} still bind");
    // What a rule binds falls without its words; of what was learned the words that decide are
    // found one by one, and pieces of other words may do.
    assert!(firm * 20 <= tried);
}

//! What is read of a line for an entry that it may not bind: for tests of the readers.

use holdpoint_document::{Document, Form, LineId, parse};

use super::{Params, of, of_command, of_owned};
use crate::{
    context::Context,
    kind::Subject,
    line_form,
    outline::{self, Outline},
    phase,
};

/// What is read of a line for an entry.
pub(crate) fn claimed(document: &Document, number: usize, id: &str) -> Params {
    let at = document.lines.iter().position(|line| line.number == number).unwrap();
    let (line, own) = (&document.lines[at], LineId(at));
    let outline = Outline::of(document);
    let context = Context::of(document);
    let hits = outline::hits(&line.repaired);
    let phase = phase::phase(line, &outline);
    let subject = Subject::new(document, &outline, own, line, phase, &hits);
    if let Form::Command { .. } = &line.form {
        return of_command(id, &line.repaired);
    }
    if let Some(text) = line_form::command(&line.repaired) {
        return of_owned(id, &subject, text);
    }
    let fenced = document.children(own).filter_map(|id| document.line(id));
    let command = fenced.filter(|line| matches!(line.form, Form::Command { .. })).last();
    if let Some(command) = command.filter(|_| line.fence.is_some()) {
        return of_owned(id, &subject, &command.text);
    }
    let above = context.above(own);
    let reading = context.reading(&subject, &above).unwrap();
    of(id, &subject, &reading)
}

/// The parameter of that name which is read of a box with this text.
pub(crate) fn one(id: &str, text: &str, name: &str) -> String {
    let document = parse(format!("# X\n\n- [ ] {text}\n").as_bytes());
    claimed(&document, 3, id).remove(name).unwrap_or_default()
}

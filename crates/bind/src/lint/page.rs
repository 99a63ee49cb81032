//! The text of a document as rules see it: rows, what is visible of them, and the lines they are.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_document::{Document, Form, Line};
use holdpoint_model::{
    line::Phase,
    plan::{Plan, PlanLine},
    text::Span,
};

/// A document with its text, row by row.
pub(super) struct Page<'a> {
    /// The document.
    pub(super) document: &'a Document,
    /// What its lines mean.
    pub(super) plan: &'a Plan,
    /// The text; bytes that are none are replaced.
    pub(super) text: String,
    /// The text with blanks in the place of comments; every byte keeps its place.
    pub(super) visible: String,
    /// Where each row begins.
    starts: Vec<usize>,
    /// The statement that stands on a row, or that begins above it.
    by_row: BTreeMap<usize, usize>,
    /// The rows of headings.
    headings: BTreeSet<usize>,
}

/// One row of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Counted from one.
    pub(super) number: usize,
    /// Its first byte.
    pub(super) start: usize,
    /// What is visible of it.
    pub(super) text: &'a str,
    /// Whether it stands in a fence.
    pub(super) fenced: bool,
}

impl<'a> Page<'a> {
    pub(super) fn of(document: &'a Document, plan: &'a Plan) -> Self {
        let text = String::from_utf8_lossy(&document.raw).into_owned();
        let visible = without_comments(&text);
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let lines = document.lines.iter().enumerate();
        let by_row = lines.rev().map(|(at, line)| (line.number, at)).collect();
        let headings = document.headings.iter().map(|it| it.number).collect();
        Self { document, plan, text, visible, starts, by_row, headings }
    }

    /// All rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (1..=self.starts.len()).filter_map(|number| {
            let span = self.row_span(number);
            let text = self.visible.get(span.start..span.end)?;
            Some(Row { number, start: span.start, text, fenced: self.fence_at(span.start) })
        })
    }

    /// Where a row stands, without its end of line.
    pub(super) fn row_span(&self, number: usize) -> Span {
        let start = number.checked_sub(1).and_then(|at| self.starts.get(at)).copied();
        let Some(start) = start else { return Span::default() };
        let end = self.starts.get(number).map_or(self.text.len(), |next| next - 1);
        let row = self.text.get(start..end).unwrap_or_default();
        Span::new(start, start + row.trim_end_matches('\r').len())
    }

    /// The row of a byte, counted from one.
    pub(super) fn row_at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).max(1)
    }

    fn fence_at(&self, byte: usize) -> bool {
        let fences = &self.document.fences;
        let next = fences.partition_point(|fence| fence.span.start <= byte);
        let fence = next.checked_sub(1).and_then(|at| fences.get(at));
        fence.is_some_and(|fence| byte < fence.span.end)
    }

    /// The statements with what they mean.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'a Line, &'a PlanLine)> {
        self.document.lines.iter().zip(&self.plan.lines)
    }

    /// The statement that a row belongs to, when the row is below no further heading.
    pub(super) fn line_at(&self, row: usize) -> Option<(&'a Line, &'a PlanLine)> {
        let (_, at) = self.by_row.range(..=row).next_back()?;
        let (line, plan) = (self.document.lines.get(*at)?, self.plan.lines.get(*at)?);
        let parted = self.headings.range(line.number + 1..).next().is_some_and(|it| *it <= row);
        (!parted).then_some((line, plan))
    }

    /// The visible text of a statement.
    pub(super) fn text_of(&self, line: &Line) -> &str {
        self.visible.get(line.span.start..line.span.end).unwrap_or_default()
    }
}

/// Whether a line is of a way back or of an emergency.
pub(super) fn in_trouble(line: &PlanLine) -> bool {
    matches!(line.phase, Phase::Rollback | Phase::Emergency)
}

/// Whether a line is a command or an assignment of a fence.
pub(super) fn is_typed(line: &Line) -> bool {
    matches!(line.form, Form::Command { .. } | Form::Assignment { .. })
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("<!--") {
        let inner = rest.get(open..).unwrap_or_default();
        let Some(close) = inner.find("-->").map(|at| at + 3) else { break };
        out.push_str(rest.get(..open).unwrap_or_default());
        let comment = inner.get(..close).unwrap_or_default();
        out.extend(comment.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = inner.get(close..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

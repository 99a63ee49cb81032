//! Byte-exact edits: only what a box holds changes.

use std::fmt;

use crate::document::{Document, Encoding, Form, LineId, Mark};

/// Why an edit was refused; nothing was changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// UTF-16 is read but never written.
    Utf16,
    /// The document has no such line.
    NoLine(LineId),
    /// The line has no box of its own; the physical line is given.
    NoBox(usize),
    /// The choice has no such possibility; the physical line is given.
    NoPossibility(usize),
    /// The same box was to be changed twice; the physical line is given.
    Twice(usize),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16 => f.write_str("the file is UTF-16, which is read but not edited"),
            Self::NoLine(id) => write!(f, "the document has no statement {}", id.0),
            Self::NoBox(line) => write!(f, "line {line} has no box"),
            Self::NoPossibility(line) => write!(f, "line {line} has no such possibility"),
            Self::Twice(line) => write!(f, "the box of line {line} was named twice"),
        }
    }
}

impl std::error::Error for Refused {}

/// The document with the box of one line ticked or emptied.
pub fn tick(document: &Document, line: LineId, ticked: bool) -> Result<Vec<u8>, Refused> {
    tick_many(document, &[(line, ticked)])
}

/// The document with the boxes of several lines ticked or emptied.
pub fn tick_many(document: &Document, lines: &[(LineId, bool)]) -> Result<Vec<u8>, Refused> {
    let mut marks = Vec::with_capacity(lines.len());
    for (id, ticked) in lines {
        let line = document.line(*id).ok_or(Refused::NoLine(*id))?;
        let Form::Box(mark) = &line.form else {
            return Err(Refused::NoBox(line.number));
        };
        marks.push((*mark, *ticked, line.number));
    }
    write(document, marks)
}

/// The document with one possibility of a choice ticked and the others emptied.
pub fn choose(document: &Document, line: LineId, option: usize) -> Result<Vec<u8>, Refused> {
    let line = document.line(line).ok_or(Refused::NoLine(line))?;
    let Form::Choice { options, .. } = &line.form else {
        return Err(Refused::NoBox(line.number));
    };
    if options.len() <= option {
        return Err(Refused::NoPossibility(line.number));
    }
    let marks = options.iter().enumerate();
    write(document, marks.map(|(at, it)| (it.mark, at == option, line.number)).collect())
}

fn write(document: &Document, mut marks: Vec<(Mark, bool, usize)>) -> Result<Vec<u8>, Refused> {
    if document.encoding != Encoding::Utf8 {
        return Err(Refused::Utf16);
    }
    marks.sort_by_key(|(mark, _, _)| mark.span);
    let mut out = Vec::with_capacity(document.raw.len() + marks.len());
    let mut copied = 0;
    let mut before = None;
    for (mark, ticked, number) in marks {
        if before.replace(mark.span) == Some(mark.span) {
            return Err(Refused::Twice(number));
        }
        // A box that already stands as wanted keeps its own way of saying so.
        if mark.ticked == ticked {
            continue;
        }
        out.extend_from_slice(document.raw.get(copied..mark.span.start).unwrap_or_default());
        out.extend_from_slice(written(mark.span.of(&document.raw), ticked));
        copied = mark.span.end;
    }
    out.extend_from_slice(document.raw.get(copied..).unwrap_or_default());
    Ok(out)
}

/// What a box says afterwards, given what it holds now.
fn written(held: &[u8], ticked: bool) -> &'static [u8] {
    let glyph = ["\u{2610}", "\u{2611}", "\u{2612}", "\u{2b1c}", "\u{1f532}", "\u{1f533}"]
        .iter()
        .chain(&["\u{25a1}", "\u{25fb}"])
        .any(|glyph| glyph.as_bytes() == held);
    match (glyph, ticked) {
        (true, true) => "\u{2611}".as_bytes(),
        (true, false) => "\u{2610}".as_bytes(),
        (false, true) => b"x",
        (false, false) => b" ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn edit(text: &str, id: usize, ticked: bool) -> String {
        let document = parse(text.as_bytes());
        String::from_utf8(tick(&document, LineId(id), ticked).unwrap()).unwrap()
    }

    #[test]
    fn one_byte_changes() {
        for (before, ticked, after) in [
            ("- [ ] a\r\n- [ ] b", true, "- [x] a\r\n- [ ] b"),
            ("- [X] a", false, "- [ ] a"),
            ("- [X] a", true, "- [X] a"),
            ("- [] a", true, "- [x] a"),
            ("- [  ] a", true, "- [x ] a"),
            ("- \u{2610} a", true, "- \u{2611} a"),
            ("- \u{ff3b}\u{3000}\u{ff3d}a", true, "- \u{ff3b}x\u{ff3d}a"),
            ("\u{feff}1. [ ] a", true, "\u{feff}1. [x] a"),
            ("### [ ] Ready", true, "### [x] Ready"),
        ] {
            assert_eq!(edit(before, 0, ticked), after);
        }
    }

    #[test]
    fn one_possibility_is_ticked() {
        let document = parse(b"**Status**: [x] Success [ ] Partial [ ] Failed");
        let after = choose(&document, LineId(0), 2).unwrap();
        assert_eq!(after, b"**Status**: [ ] Success [ ] Partial [x] Failed");
        assert_eq!(choose(&document, LineId(0), 3), Err(Refused::NoPossibility(1)));
        assert_eq!(tick(&document, LineId(0), true), Err(Refused::NoBox(1)));
    }

    #[test]
    fn refusals_name_what_is_wrong() {
        let document = parse(b"- plain\n- [ ] a");
        assert_eq!(tick(&document, LineId(0), true), Err(Refused::NoBox(1)));
        assert_eq!(tick(&document, LineId(7), true), Err(Refused::NoLine(LineId(7))));
        let twice = [(LineId(1), true), (LineId(1), true)];
        assert_eq!(tick_many(&document, &twice), Err(Refused::Twice(2)));
        let wide: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(b"- [ ] a".iter().flat_map(|b| [*b, 0])).collect();
        let document = parse(&wide);
        assert_eq!(document.lines.len(), 1);
        assert_eq!(tick(&document, LineId(0), true), Err(Refused::Utf16));
    }
}

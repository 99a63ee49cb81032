//! Headings as they are met: parents, pseudo-headings, thematic breaks between them.

use crate::{
    document::{Heading, LineId, SectionId},
    inline::unwrapped,
    repair::repair,
};

/// A paragraph that is bold as a whole.
pub(crate) const PSEUDO: u8 = 7;

/// The headings so far, and which of them is the innermost one here.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    pub(crate) all: Vec<Heading>,
    /// Headings of levels 1 to 6 that are open, outermost first.
    open: Vec<SectionId>,
    pub(crate) pseudo: Option<SectionId>,
    /// A thematic break stands between the last heading and here.
    pub(crate) broken: bool,
    /// The innermost heading when it carries a box, and the line of that box.
    boxed: Option<(SectionId, LineId)>,
}

impl Sections {
    pub(crate) fn current(&self) -> Option<SectionId> {
        self.pseudo.or_else(|| self.open.last().copied())
    }

    pub(crate) fn enter(&mut self, level: u8, number: usize, text: &str) -> SectionId {
        let id = SectionId(self.all.len());
        if level == PSEUDO {
            self.pseudo = Some(id);
        } else {
            self.pseudo = None;
            while self.open.last().is_some_and(|open| level <= self.level(*open)) {
                self.open.pop();
            }
        }
        let parent = self.open.last().copied();
        if level != PSEUDO {
            self.open.push(id);
        }
        let text = unwrapped(&text.lines().map(str::trim).collect::<Vec<_>>().join(" "));
        let repaired = repair(&text).into_owned();
        let after_break = std::mem::take(&mut self.broken);
        self.all.push(Heading { level, number, text, repaired, parent, after_break });
        id
    }

    /// Remembers that the heading just entered carries a box.
    pub(crate) fn set_box(&mut self, line: LineId) {
        self.boxed = self.current().map(|section| (section, line));
    }

    /// The line of the box in the innermost heading.
    pub(crate) fn box_line(&self) -> Option<LineId> {
        let (section, line) = self.boxed?;
        (self.current() == Some(section)).then_some(line)
    }

    fn level(&self, id: SectionId) -> u8 {
        self.all.get(id.0).map_or(0, |heading| heading.level)
    }
}

/// Level, start and end of the text of a heading of `#` marks; `rest` is the line from there on.
///
/// Teams forget the space: two marks and more need none, one needs none before a capital letter.
pub(crate) fn hash_heading(rest: &[u8]) -> Option<(u8, usize, usize)> {
    let level = rest.iter().take(7).take_while(|byte| **byte == b'#').count();
    if level == 0 || 6 < level {
        return None;
    }
    let behind = rest.get(level..).unwrap_or_default();
    let gap = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let spaced = behind.is_empty() || 0 < gap;
    let glued = behind.first().is_some_and(|byte| match level {
        1 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_alphabetic() || !byte.is_ascii(),
    });
    if !spaced && !glued {
        return None;
    }
    let start = level + gap;
    let text = rest.get(start..).unwrap_or_default();
    let marks = text.iter().rev().take_while(|byte| **byte == b'#').count();
    let kept = text.len() - marks;
    let before = text.get(..kept).unwrap_or_default();
    let closed = marks != 0 && before.last().is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    let tail = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let end = if closed { start + kept - tail } else { rest.len() };
    Some((u8::try_from(level).unwrap_or(6), start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heading_marks() {
        let text = |line: &'static str| {
            hash_heading(line.as_bytes()).map(|(level, start, end)| (level, &line[start..end]))
        };
        assert_eq!(text("## A b ##"), Some((2, "A b")));
        assert_eq!(text("### C#"), Some((3, "C#")));
        assert_eq!(text("###Production"), Some((3, "Production")));
        assert_eq!(text("#Checklist"), Some((1, "Checklist")));
        assert_eq!(text("#"), Some((1, "")));
        assert_eq!(text("# #"), Some((1, "")));
        assert_eq!(text("#incidents"), None);
        assert_eq!(text("#123"), None);
        assert_eq!(text("##123"), None);
        assert_eq!(text("####### x"), None);
    }

    #[test]
    fn parents_are_the_nearest_lower_level() {
        let mut sections = Sections::default();
        let a = sections.enter(1, 1, "A");
        let b = sections.enter(3, 2, "B");
        let bold = sections.enter(PSEUDO, 3, "**C**");
        let d = sections.enter(2, 4, "D");
        let parents: Vec<_> = sections.all.iter().map(|it| it.parent).collect();
        assert_eq!(parents, [None, Some(a), Some(b), Some(a)]);
        assert_eq!(sections.all[bold.0].text, "C");
        assert_eq!(sections.current(), Some(d));
    }
}

//! What stands above a line: its headings and the lines that it is nested in, taken apart once.

use holdpoint_document::{Document, Form, Line, LineId, SectionId};

use crate::{
    candidate::{Above, Reading},
    kind::Subject,
    scan::{CONCEPTS, Scan},
    words::Classes,
};

static NATIVE: &str = include_str!("../data/native.txt");

/// Headings and lines of a document, taken apart.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    document: &'a Document,
    headings: Vec<Scan>,
    lines: Vec<Scan>,
    title: Option<usize>,
    /// Classes of all words of the document.
    pub(crate) anywhere: Classes,
    /// Whether the document is about something that people install rather than a service.
    pub(crate) installed: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn of(document: &'a Document) -> Self {
        let headings: Vec<Scan> =
            document.headings.iter().map(|it| Scan::of(&it.repaired)).collect();
        let lines: Vec<Scan> = document.lines.iter().map(scan).collect();
        let mut anywhere = Classes::default();
        for scan in headings.iter().chain(&lines) {
            anywhere.join(&scan.set);
        }
        let mut first = document.headings.iter().enumerate().filter(|(_, it)| it.level == 1);
        let title = first.next().map(|(at, _)| at).filter(|_| first.next().is_none());
        let installed = is_installed(document);
        Self { document, headings, lines, title, anywhere, installed }
    }

    /// What is read of a line, beneath what stands above it.
    pub(crate) fn reading<'r>(
        &'r self,
        it: &Subject<'r>,
        above: &'r [Above<'r>],
    ) -> Option<Reading<'r>> {
        let (scan, around) = (self.line(it.id)?, classes(above));
        let (text, anywhere, phase) = (it.line.repaired.as_str(), self.anywhere, it.phase);
        Some(Reading { text, scan, above, around, anywhere, phase })
    }

    /// The line itself, taken apart.
    pub(crate) fn line(&self, id: LineId) -> Option<&Scan> {
        self.lines.get(id.0)
    }

    /// Everything above a line: the lines that it is nested in, then its headings, innermost first.
    /// The title of the document says nothing about a single line.
    pub(crate) fn above(&self, id: LineId) -> Vec<Above<'_>> {
        let mut all = Vec::new();
        let line = self.document.line(id);
        let mut parent = line.and_then(|it| it.parent);
        while let Some(above) = parent {
            let Some(line) = self.document.line(above) else {
                break;
            };
            all.extend(self.lines.get(above.0).map(|scan| Above {
                text: &line.repaired,
                scan,
                raw: None,
            }));
            parent = line.parent;
        }
        let mut next = line.and_then(|it| it.section);
        while let Some(SectionId(at)) = next {
            let Some(heading) = self.document.headings.get(at) else {
                break;
            };
            if self.title != Some(at) {
                all.extend(self.headings.get(at).map(|scan| Above {
                    text: &heading.repaired,
                    scan,
                    raw: Some(&heading.text),
                }));
            }
            next = heading.parent;
        }
        all
    }
}

/// Whether a document speaks more of what is installed than of what is served.
fn is_installed(document: &Document) -> bool {
    let headings = document.headings.iter().map(|it| it.repaired.as_str());
    let lines = document.lines.iter().map(|it| it.repaired.as_str());
    let (mut installed, mut served) = (0, 0);
    for text in headings.chain(lines).map(str::to_lowercase) {
        installed += u32::from(says(&text, "installed: "));
        served += u32::from(says(&text, "served: "));
    }
    2 <= installed && served < installed
}

/// Whether a text has one of the words that stand behind a name in the table.
fn says(text: &str, name: &str) -> bool {
    let mut words = NATIVE.lines().filter_map(|line| line.strip_prefix(name));
    words.any(|words| words.split(", ").any(|word| text.contains(word)))
}

/// A line taken apart. Of a line of a fence the program is enough: commands are read by a table.
fn scan(line: &Line) -> Scan {
    match &line.form {
        Form::Command { .. } | Form::Assignment { .. } => {
            let program = line.repaired.split_whitespace().next().unwrap_or_default();
            Scan { set: CONCEPTS.classes(program), ..Scan::default() }
        }
        Form::Box(_)
        | Form::Item
        | Form::Comment { .. }
        | Form::Row { .. }
        | Form::Field { .. }
        | Form::Choice { .. }
        | Form::Rule
        | Form::Title => Scan::of(&line.repaired),
    }
}

/// The classes of words above a line.
pub(crate) fn classes(above: &[Above<'_>]) -> Classes {
    let mut set = Classes::default();
    for it in above {
        set.join(&it.scan.set);
    }
    set
}

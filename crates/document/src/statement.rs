//! The lines in a fence: commands, assignments, and comments that state something themselves.

use crate::{
    document::{Form, Language},
    field::fields,
    inline::{lossy, trim_end, trim_start},
    language::{Purpose, client, of_line, purpose, setting},
    repair::repair,
    shell::command,
    source::Physical,
};

/// Labels of fences that hold text for people.
const TEXTS: [&str; 6] = ["", "text", "txt", "plain", "plaintext", "markdown"];

/// A line found in a fence.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Where its text stands; the number is that of its first physical line.
    pub(crate) at: Physical,
    pub(crate) form: Form,
    pub(crate) repaired: String,
}

/// The lines of a fence with this label and content.
pub(crate) fn lines(
    bytes: &[u8],
    info: &str,
    content: &[Physical],
    fence: usize,
) -> Vec<Statement> {
    let texts: Vec<_> = content
        .iter()
        .map(|line| String::from_utf8_lossy(bytes.get(line.start..line.end).unwrap_or_default()))
        .collect();
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let purpose = purpose(info, &texts);
    if purpose == Purpose::Other {
        return forms(bytes, info, content);
    }
    let units = units(purpose, &texts);
    Reader {
        bytes,
        content,
        fence,
        last: units.iter().rposition(|unit| unit.states()),
        out: Vec::new(),
        title: None,
        group: None,
        pending: Vec::new(),
    }
    .read(&units)
}

/// Labels with blanks in a fence that holds text: a form to fill in is one wherever it stands.
fn forms(bytes: &[u8], info: &str, content: &[Physical]) -> Vec<Statement> {
    if !TEXTS.contains(&info) {
        return Vec::new();
    }
    let read = |line: &Physical| {
        let start = trim_start(bytes, line.start, line.end);
        let end = trim_end(bytes, start, line.end);
        let mark = bytes.get(start..end)?.starts_with(b"- ");
        let start = if mark { trim_start(bytes, start + 2, end) } else { start };
        let text = lossy(bytes, start, end);
        let fields = fields(&text).filter(|it| it.iter().any(|(_, value)| value.is_empty()))?;
        let repaired = repair(&text).into_owned();
        let at = Physical { start, end, number: line.number };
        Some(Statement { at, form: Form::Field { fields }, repaired })
    };
    content.iter().filter_map(read).collect()
}

/// One or several physical lines that belong together.
#[derive(Debug)]
enum Unit {
    Blank,
    /// A comment without its mark.
    Comment {
        line: usize,
        text: String,
        expected: bool,
    },
    Command {
        line: usize,
        lines: usize,
        joined: String,
        note: Option<String>,
        language: Language,
    },
    Assignment {
        line: usize,
        name: String,
        value: String,
    },
}

impl Unit {
    fn states(&self) -> bool {
        matches!(self, Self::Command { .. } | Self::Assignment { .. })
    }

    /// A comment that may say something by itself.
    fn speaks(&self) -> bool {
        matches!(self, Self::Comment { expected: false, .. })
    }
}

fn units(purpose: Purpose, texts: &[&str]) -> Vec<Unit> {
    let mut found = Vec::new();
    let mut opened = None;
    let mut at = 0;
    while let Some(text) = texts.get(at) {
        let line = text.trim();
        let rest = texts.get(at..).unwrap_or_default();
        let unit = match purpose {
            _ if line.is_empty() => Some(Unit::Blank),
            Purpose::Assignments if is_comment(line, Language::Shell) => {
                // What is commented out is no statement.
                let text = said(line);
                setting(&text).is_none().then(|| comment(at, text)).flatten()
            }
            Purpose::Assignments => setting(line).map(|(name, value)| Unit::Assignment {
                line: at,
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            Purpose::Prompted => line.strip_prefix("$ ").map(|_| {
                let stripped: Vec<&str> =
                    rest.iter().map(|it| it.trim_start().trim_start_matches("$ ")).collect();
                commanded(at, &stripped, Language::Shell)
            }),
            Purpose::Commands(language) if is_comment(line, language) => comment(at, said(line)),
            Purpose::Commands(_) if is_drawing(line) => None,
            Purpose::Commands(language) => {
                let language = of_line(line, language, opened);
                Some(commanded(at, rest, language))
            }
            Purpose::Other => None,
        };
        at += match &unit {
            Some(Unit::Command { lines, joined, .. }) => {
                opened = client(joined).or(opened);
                *lines
            }
            Some(_) | None => 1,
        };
        found.extend(unit);
    }
    found
}

fn commanded(line: usize, rest: &[&str], language: Language) -> Unit {
    let found = command(rest, language);
    Unit::Command { line, lines: found.lines, joined: found.joined, note: found.comment, language }
}

fn comment(line: usize, text: String) -> Option<Unit> {
    // Rules of dashes and the first line of a script say nothing.
    let worded = text.chars().any(char::is_alphanumeric) && !text.starts_with('!');
    let expected = text.to_lowercase().starts_with("expected");
    worded.then_some(Unit::Comment { line, text, expected })
}

fn is_comment(line: &str, language: Language) -> bool {
    let lower = || line.get(..4).unwrap_or_default().to_ascii_lowercase();
    match language {
        Language::Sql => line.starts_with("--") || line.starts_with('#'),
        Language::PowerShell => {
            line.starts_with('#') || line.starts_with("::") || lower() == "rem "
        }
        Language::Shell | Language::Redis | Language::Unknown => {
            line.starts_with('#') || line.starts_with("-- ")
        }
    }
}

/// A comment without its mark. That of a script's first line keeps its `!`.
fn said(line: &str) -> String {
    let text = line.trim_start_matches('#').trim_start_matches("::").trim_start_matches("--");
    let rem = text.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("rem "));
    let text = if rem { text.get(4..).unwrap_or_default() } else { text };
    text.trim().to_owned()
}

/// Trees and frames drawn in text.
fn is_drawing(line: &str) -> bool {
    line.starts_with(|c| matches!(c, '\u{2500}'..='\u{257f}'))
        || !line.chars().any(char::is_alphanumeric)
}

/// Text without the mark of a list.
fn is_bullet(text: &str) -> bool {
    text.starts_with("- ") || text.starts_with("* ") || text.starts_with("\u{2022} ")
}

/// Goes through the units of a fence.
struct Reader<'a> {
    bytes: &'a [u8],
    content: &'a [Physical],
    fence: usize,
    /// The last unit that states something.
    last: Option<usize>,
    out: Vec<Statement>,
    /// The comment above, and whether a statement has taken it.
    title: Option<(String, bool)>,
    /// The comment with a colon whose list runs.
    group: Option<Group>,
    /// What the next command is expected to say.
    pending: Vec<String>,
}

/// The list below a comment that ends in a colon.
struct Group {
    title: String,
    expected: bool,
}

impl Reader<'_> {
    fn read(mut self, units: &[Unit]) -> Vec<Statement> {
        for (at, unit) in units.iter().enumerate() {
            match unit {
                Unit::Blank => {
                    self.group = None;
                    self.title = self.title.take().filter(|(_, taken)| !taken);
                }
                Unit::Comment { line, text, expected } => {
                    let next = units.get(at + 1);
                    let below = self.last.is_some_and(|last| at < last);
                    self.comment(*line, text, *expected, next, below);
                }
                Unit::Command { .. } | Unit::Assignment { .. } => self.state(unit),
            }
        }
        self.out
    }

    /// `below` tells whether a statement stands further down.
    fn comment(
        &mut self,
        line: usize,
        text: &str,
        expected: bool,
        next: Option<&Unit>,
        below: bool,
    ) {
        let bullet = is_bullet(text);
        let heads_next = next.is_some_and(Unit::states);
        let colon = text.ends_with([':', '\u{ff1a}']);
        if expected {
            self.group = colon.then(|| Group { title: text.to_owned(), expected: true });
            self.note(text.to_owned(), below);
            return;
        }
        if let Some(group) = &self.group {
            if group.expected && !bullet {
                self.note(text.to_owned(), below);
                return;
            }
            if bullet || !heads_next {
                let title = Some(group.title.clone());
                self.add(line, 1, Form::Comment { fence: self.fence, title }, text.to_owned());
                return;
            }
            self.group = None;
        }
        let followed = next.is_some_and(Unit::speaks);
        let alone = self.last.is_none();
        if colon && followed {
            self.group = Some(Group { title: text.to_owned(), expected: false });
        } else if followed || alone {
            let form = Form::Comment { fence: self.fence, title: None };
            self.add(line, 1, form, text.to_owned());
        } else if below {
            self.title = Some((text.to_owned(), false));
        } else {
            self.note(text.to_owned(), false);
        }
    }

    /// A note on the command above, or on the next one when there is none.
    fn note(&mut self, text: String, below: bool) {
        let above = self.out.iter_mut().rev().find_map(|it| match &mut it.form {
            Form::Command { notes, .. } => Some(notes),
            Form::Box(_)
            | Form::Item
            | Form::Assignment { .. }
            | Form::Comment { .. }
            | Form::Row { .. }
            | Form::Field { .. }
            | Form::Choice { .. }
            | Form::Rule
            | Form::Title => None,
        });
        match above {
            Some(notes) => notes.push(text),
            None if below => self.pending.push(text),
            None => {}
        }
    }

    fn state(&mut self, unit: &Unit) {
        self.group = None;
        let title = self.title.as_mut().map(|(title, taken)| {
            *taken = true;
            title.clone()
        });
        match unit {
            Unit::Blank | Unit::Comment { .. } => {}
            Unit::Command { line, lines, joined, note, language } => {
                let mut notes = std::mem::take(&mut self.pending);
                notes.extend(note.clone());
                let form = Form::Command { fence: self.fence, language: *language, title, notes };
                self.add(*line, *lines, form, joined.clone());
            }
            Unit::Assignment { line, name, value } => {
                let (name, value) = (name.clone(), value.clone());
                let form = Form::Assignment { fence: self.fence, name, value, title };
                self.add(*line, 1, form, String::new());
            }
        }
    }

    /// Adds a statement of `count` physical lines.
    fn add(&mut self, line: usize, count: usize, form: Form, joined: String) {
        let (Some(first), Some(last)) =
            (self.content.get(line), self.content.get(line + count.max(1) - 1))
        else {
            return;
        };
        let start = trim_start(self.bytes, first.start, last.end);
        let text = self.bytes.get(start..last.end).unwrap_or_default();
        let prompt = matches!(form, Form::Command { .. }) && text.starts_with(b"$ ");
        let start = if prompt { start + 2 } else { start };
        let end = trim_end(self.bytes, start, last.end);
        let whole = matches!(form, Form::Command { .. });
        let text = if whole { joined } else { lossy(self.bytes, start, end) };
        let repaired = if text.is_ascii() { text } else { repair(&text).into_owned() };
        self.out.push(Statement {
            at: Physical { start, end, number: first.number },
            form,
            repaired,
        });
    }
}

//! Boxes that a person sees in the text, but that became no line: they must not go by in silence.

use std::collections::BTreeMap;

use holdpoint_model::diagnostic::{Diagnostic, Level};

use crate::{
    block::Found,
    document::Form,
    front,
    html::{Html, contains, find},
    inline::boxes,
    source::{Physical, Physicals, Source},
};

/// A stretch of physical lines that is no Markdown: a fence, or raw HTML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) kind: Kind,
    /// Whether its own end mark was found.
    pub(crate) closed: bool,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Fence,
    Html(Html),
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Fence => "fence",
            Self::Html(Html::Comment) => "comment",
            Self::Html(Html::Until(_) | Html::Blank) => "block of HTML",
        }
    }
}

/// Characters that may stand around a list mark in front of a box.
const PREFIX_CHARS_MAX: usize = 12;

/// What became of the statements at one physical line.
#[derive(Clone, Copy)]
struct Told {
    choice: bool,
}

/// Complaints about boxes that are lost; the first one of each sort speaks for the others.
pub(crate) fn complaints(source: &Source<'_>, found: &Found, out: &mut Vec<Diagnostic>) {
    let bytes = source.bytes.as_ref();
    let mut told: BTreeMap<usize, Told> = BTreeMap::new();
    for line in &found.lines {
        let choice = matches!(line.form, Form::Choice { .. });
        told.entry(line.number).or_insert(Told { choice }).choice |= choice;
    }
    let skip = front::matter(bytes, source.skip);
    let mut lost = Lost { sorts: BTreeMap::new() };
    let mut blocks = found.blocks.iter().peekable();
    let mut inside: Option<Inside> = None;
    for line in Physicals::new(bytes, source.skip).filter(|line| skip <= line.start) {
        while let Some(block) = blocks.next_if(|block| block.last < line.number) {
            inside = inside.filter(|it| it.first != block.first);
        }
        let text = bytes.get(line.start..line.end).unwrap_or_default();
        match blocks.peek() {
            Some(block) if block.first <= line.number => {
                if inside.is_none_or(|it| it.first != block.first) {
                    inside = Some(Inside { first: block.first, box_at: None });
                }
                if let Some(inside) = &mut inside {
                    lost.in_block(**block, inside, text, line, &told);
                }
            }
            Some(_) | None => lost.in_text(text, line, told.get(&line.number).copied()),
        }
    }
    out.extend(lost.sorts.into_values());
}

/// What was seen of a block so far.
#[derive(Clone, Copy)]
struct Inside {
    first: usize,
    /// Physical line of the first box in it.
    box_at: Option<usize>,
}

struct Lost {
    /// By code and level, so that a note does not hide an error.
    sorts: BTreeMap<(&'static str, Level), Diagnostic>,
}

impl Lost {
    fn say(&mut self, code: &'static str, level: Level, line: Physical, said: (String, &str)) {
        let (message, help) = said;
        self.sorts.entry((code, level)).or_insert_with(|| {
            Diagnostic::new(code, level, line.number, message).help(help.to_owned())
        });
    }

    fn in_block(
        &mut self,
        block: Block,
        inside: &mut Inside,
        text: &[u8],
        line: Physical,
        told: &BTreeMap<usize, Told>,
    ) {
        let (word, first) = (block.kind.word(), block.first);
        let boxed = if block.kind == Kind::Html(Html::Blank) {
            has_worded_box(text) || is_checkbox(text)
        } else {
            starts_with_box(&without_open(text)) || is_checkbox(text)
        };
        if boxed && inside.box_at.is_none() {
            inside.box_at = Some(line.number);
            self.first_box(block, line, told);
        }
        // Another beginning inside says that the end found is not the one that was meant.
        let again = first < line.number && begins_again(block.kind, text);
        if let Some(box_at) = inside.box_at.filter(|_| again && block.closed) {
            let message = format!(
                "the {word} opened at line {first} is not closed before the next one at line {}, \
                 and the box at line {box_at} is lost in it",
                line.number
            );
            let at = Physical { number: box_at, ..line };
            let said = (message, "close it where it should end");
            self.say("document::swallowed-box", Level::Error, at, said);
        }
    }

    fn first_box(&mut self, block: Block, line: Physical, told: &BTreeMap<usize, Told>) {
        let (word, first, number) = (block.kind.word(), block.first, line.number);
        if !block.closed {
            let message = format!(
                "the {word} opened at line {first} is never closed and swallows the box at line \
                 {number}"
            );
            let said = (message, "close it where it should end");
            self.say("document::swallowed-box", Level::Error, line, said);
            return;
        }
        match block.kind {
            Kind::Html(Html::Comment) => {
                let message =
                    format!("the box at line {number} stands in a comment: it is no line");
                self.say("document::box-in-comment", Level::Note, line, (message, ""));
            }
            Kind::Html(Html::Until(_) | Html::Blank) => {
                let message = format!("the box at line {number} stands in raw HTML: it is no line");
                let said = (message, "write it as a list item, `- [ ] …`, outside of the HTML");
                self.say("document::box-in-html", Level::Warning, line, said);
            }
            Kind::Fence if told.contains_key(&number) => {}
            Kind::Fence => {
                let message = format!("the box at line {number} stands in a fence: it is no line");
                self.say("document::box-in-fence", Level::Note, line, (message, ""));
            }
        }
    }

    fn in_text(&mut self, text: &[u8], line: Physical, told: Option<Told>) {
        let whole = uncommented(text);
        let found = boxes(&whole);
        let text = whole.as_ref();
        let Some((at, first)) = found.first() else {
            if is_checkbox(text) && told.is_none() {
                let message = format!("the box at line {} is HTML: it is no line", line.number);
                let said = (message, "write it as a list item, `- [ ] …`");
                self.say("document::box-in-html", Level::Warning, line, said);
            }
            return;
        };
        let before = text.get(..*at).unwrap_or_default();
        let behind = text.get(at + first.length..).unwrap_or_default();
        if told.is_none() && is_worded(behind) {
            self.untold(before, found.len(), line);
        }
        if before.trim_ascii_start().starts_with(b"|") {
            return;
        }
        // Found once: a line may hold many boxes.
        let first_word = text.iter().position(is_word).unwrap_or(text.len());
        let last_word = text.iter().rposition(is_word).unwrap_or(0);
        let mut others = found.iter().filter(|(at, it)| {
            first_word < *at
                && at + it.length <= last_word
                && is_bullet_end(text.get(..*at).unwrap_or_default())
        });
        if others.next().is_some() {
            let level =
                if told.is_some_and(|it| it.choice) { Level::Warning } else { Level::Error };
            let message = format!("line {} holds more than one item", line.number);
            let said = (message, "write each item on a line of its own");
            self.say("document::boxes-in-one-line", level, line, said);
        } else if 1 < found.len() && told.is_some_and(|it| !it.choice) {
            let message = format!("line {} has more than one box, and is one line", line.number);
            let said = (message, "write each item on a line of its own");
            self.say("document::boxes-in-one-line", Level::Warning, line, said);
        }
    }

    /// A box with words behind it at a physical line where no line begins.
    fn untold(&mut self, before: &[u8], count: usize, line: Physical) {
        let text = String::from_utf8_lossy(before);
        let text = text.trim();
        let number = line.number;
        if text.starts_with('|') {
            let message = format!("the box in the table at line {number} is no line");
            let said = (message, "write it as a list item, `- [ ] …`");
            self.say("document::box-in-table", Level::Warning, line, said);
        } else if is_mark(text) {
            let level = if text.is_empty() || 1 < count { Level::Warning } else { Level::Error };
            let message = format!("the box at line {number} is not read as an item");
            let said = (message, "write it as a list item: `- [ ] …`");
            self.say("document::lost-box", level, line, said);
        }
    }
}

/// Whether what stands in front of a box is nothing, or some sort of list mark.
fn is_mark(text: &str) -> bool {
    let odd = |c: char| c.is_alphabetic() || matches!(c, '|' | '`' | '"' | '\'' | '(' | '\\' | '“');
    let lettered = text.len() == 2 && text.ends_with([')', '.']);
    text.chars().count() <= PREFIX_CHARS_MAX && (lettered || !text.contains(odd))
}

/// Whether a text ends in a bullet that nothing is glued to.
fn is_bullet_end(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let Some((bullet, before)) = text.split_last() else { return false };
    matches!(bullet, b'-' | b'*' | b'+')
        && before.last().is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'>')
}

fn starts_with_box(text: &[u8]) -> bool {
    let found = boxes(text);
    let Some((at, first)) = found.first() else { return false };
    let before = String::from_utf8_lossy(text.get(..*at).unwrap_or_default());
    is_mark(before.trim()) && is_worded(text.get(at + first.length..).unwrap_or_default())
}

fn has_worded_box(text: &[u8]) -> bool {
    let last_word = text.iter().rposition(is_word).unwrap_or(0);
    boxes(text).first().is_some_and(|(at, it)| at + it.length <= last_word)
}

/// Whether a box has a statement behind it, and is no label such as `[x]: …`.
fn is_worded(behind: &[u8]) -> bool {
    behind.first() != Some(&b':') && behind.iter().any(is_word)
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Whether a box of a form is drawn here.
fn is_checkbox(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    find(&lower, b"<input")
        .is_some_and(|at| contains(lower.get(at..).unwrap_or_default(), b"checkbox"))
}

/// The line without the mark that opens a comment or a tag in front of it.
fn without_open(text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii_start();
    if let Some(rest) = text.strip_prefix(b"<!--") {
        return rest.to_vec();
    }
    let close = text.starts_with(b"<").then(|| find(text, b">")).flatten();
    close.and_then(|at| text.get(at + 1..)).unwrap_or(text).to_vec()
}

/// Whether a line in a block begins another block of its kind.
fn begins_again(kind: Kind, text: &[u8]) -> bool {
    match kind {
        Kind::Html(Html::Comment) => contains(text, b"<!--"),
        Kind::Html(Html::Until(_) | Html::Blank) => false,
        Kind::Fence => {
            let text = text.trim_ascii();
            let marks = text.iter().take_while(|byte| matches!(byte, b'`' | b'~')).count();
            let info = text.get(marks..).unwrap_or_default();
            3 <= marks && !info.is_empty() && info.iter().all(u8::is_ascii_alphanumeric)
        }
    }
}

/// The line with its closed comments blanked out.
fn uncommented(text: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if !contains(text, b"<!--") {
        return std::borrow::Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = find(rest, b"<!--") {
        let Some(close) = rest.get(open + 4..).and_then(|inner| find(inner, b"-->")) else { break };
        out.extend(rest.get(..open).unwrap_or_default());
        out.push(b' ');
        rest = rest.get(open + 4 + close + 3..).unwrap_or_default();
    }
    out.extend(rest);
    std::borrow::Cow::Owned(out)
}

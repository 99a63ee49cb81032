//! What parsing yields: headings, lines, fences, all with raw byte spans.

use holdpoint_model::{diagnostic::Diagnostic, text::Span};

/// The only heading of level 1.
pub(crate) fn title(headings: &[Heading]) -> Option<SectionId> {
    let mut first = headings.iter().enumerate().filter(|(_, it)| it.level == 1);
    match (first.next(), first.next()) {
        (Some((at, _)), None) => Some(SectionId(at)),
        _ => None,
    }
}

/// Position of a line in [`Document::lines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub usize);

/// Position of a heading in [`Document::headings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub usize);

/// A parsed checklist. Spans are of `raw`.
#[derive(Clone, Debug)]
pub struct Document {
    /// The bytes as they were given.
    pub raw: Vec<u8>,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// Physical lines of the file (raw `\n`).
    pub physical_lines: usize,
    /// Headings in order, pseudo-headings (bold paragraphs) included.
    pub headings: Vec<Heading>,
    /// The document's title: its only heading of level 1, if it has just one.
    pub title: Option<SectionId>,
    /// Actionable lines in the order of the file.
    pub lines: Vec<Line>,
    /// Fences in order.
    pub fences: Vec<Fence>,
    /// Complaints about the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// How the bytes of a document were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a mark; bytes that are none became U+FFFD.
    Utf8,
    /// UTF-16 with a mark, little end first. Read, never edited; spans are of the UTF-8 rendering.
    Utf16Le,
    /// UTF-16 with a mark, big end first. Read, never edited; spans are of the UTF-8 rendering.
    Utf16Be,
}

/// A heading, or a paragraph that is bold as a whole.
#[derive(Clone, Debug)]
pub struct Heading {
    /// 1 to 6; a pseudo-heading has 7.
    pub level: u8,
    /// Physical line, counted from one.
    pub number: usize,
    /// Text as it stands, without `#` marks and emphasis around the whole.
    pub text: String,
    /// Text after repair of damaged characters, for people and for understanding.
    pub repaired: String,
    /// The nearest heading above of a lower level, if any.
    pub parent: Option<SectionId>,
    /// Whether a thematic break (`---`) stands between the heading before and this one.
    pub after_break: bool,
}

/// One actionable statement at one physical line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Physical line, counted from one.
    pub number: usize,
    /// Where `text` stands.
    pub span: Span,
    /// The statement as it stands in the file, unrendered, without list mark and box.
    pub text: String,
    /// `text` after repair of damaged characters and with continuation lines joined by one space.
    pub repaired: String,
    /// What it looks like.
    pub form: Form,
    /// The innermost heading above it.
    pub section: Option<SectionId>,
    /// The item that it is nested in (or, for a line of a fence, the item that owns the fence).
    pub parent: Option<LineId>,
    /// Nesting depth of a list item, from 0.
    pub depth: usize,
    /// Printed number of a numbered item.
    pub ordinal: Option<u64>,
    /// Whether the whole text is bold.
    pub bold: bool,
    /// The fence that belongs to this item, if any.
    pub fence: Option<usize>,
    /// Words of a `<!-- holdpoint: … -->` comment on the line, without the marks.
    pub override_comment: Option<String>,
    /// Whether a thematic break (`---`) with no heading after it stands above it.
    pub after_break: bool,
}

/// The box of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The one byte (or blank) between the brackets.
    pub span: Span,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// One possibility of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possibility {
    /// Its box.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

/// What a line looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A list item with a box, numbered or not.
    Box(Mark),
    /// A list item without a box; `ordinal` tells a numbered one.
    Item,
    /// A command in a fence; continuation lines belong to it.
    Command {
        /// Index into [`Document::fences`].
        fence: usize,
        /// What the line is written in.
        language: Language,
        /// The comment above it that titles it, without `#`.
        title: Option<String>,
        /// Comments that say what must come out ("Expected: …"), or notes behind it.
        notes: Vec<String>,
    },
    /// `NAME=value` in a fence of assignments.
    Assignment {
        /// Index into [`Document::fences`].
        fence: usize,
        /// Left of the first `=`.
        name: String,
        /// Right of it, as written.
        value: String,
        /// The comment that heads its group, without `#`.
        title: Option<String>,
    },
    /// A comment in a fence that is a statement of its own.
    Comment {
        /// Index into [`Document::fences`].
        fence: usize,
        /// The comment above that introduces it ("Should include:"), without `#`.
        title: Option<String>,
    },
    /// A row of a table of roles, contacts or values.
    Row {
        /// Header cells.
        header: Vec<String>,
        /// Cells, trimmed.
        cells: Vec<String>,
    },
    /// `**Label**: value or blank`; several of them on one physical line give one line.
    Field {
        /// Label and value (empty when blank) of each.
        fields: Vec<(String, String)>,
    },
    /// A line with several boxes of which one is to be ticked.
    Choice {
        /// Text before the first box.
        label: String,
        /// The possibilities.
        options: Vec<Possibility>,
    },
    /// A paragraph that sets a rule for other lines.
    Rule,
    /// A heading that carries a version.
    Title,
}

/// What a line of a fence is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A POSIX shell.
    Shell,
    /// SQL, typed into a database client.
    Sql,
    /// The command language of Redis.
    Redis,
    /// PowerShell or a Windows batch file.
    PowerShell,
    /// Not to be told.
    Unknown,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Fence {
    /// Physical line of the opening mark, counted from one.
    pub number: usize,
    /// First word of the info string, lower case; empty when there is none.
    pub info: String,
    /// Where the content stands.
    pub span: Span,
    /// Content with the container's indentation taken off.
    pub body: String,
    /// The item it belongs to: indented in it, or flush left right behind it.
    pub owner: Option<LineId>,
    /// The innermost heading above it.
    pub section: Option<SectionId>,
}

impl Form {
    /// The fence that a line of this form stands in.
    pub fn fence(&self) -> Option<usize> {
        match self {
            Self::Command { fence, .. }
            | Self::Assignment { fence, .. }
            | Self::Comment { fence, .. } => Some(*fence),
            Self::Box(_)
            | Self::Item
            | Self::Row { .. }
            | Self::Field { .. }
            | Self::Choice { .. }
            | Self::Rule
            | Self::Title => None,
        }
    }
}

//! Complaints about a text that the user wrote: a checklist or a settings file.

use serde::{Deserialize, Serialize};

use crate::text::Span;

/// How bad a complaint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Nothing is looked at until it is mended.
    Error,
}

impl Level {
    /// The lower-case word, as JSON and the terminal print it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in the text, with what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Raw bytes of the text.
    pub span: Span,
    /// A short fragment; may be empty.
    pub text: String,
    /// Whether this is the place the message speaks of (others only give context).
    pub primary: bool,
}

/// One complaint: what, where, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `area::noun`, never reused for something else.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// A lower-case fragment without a full stop.
    pub message: String,
    /// Physical line, counted from one; 0 when it concerns the whole text.
    pub line: usize,
    /// Places, the primary one first; may be empty.
    pub labels: Vec<Label>,
    /// What to write or do instead; may be empty.
    pub help: String,
}

impl Diagnostic {
    /// A complaint without labels and help.
    pub fn new(code: &'static str, level: Level, line: usize, message: String) -> Self {
        Self { code, level, message, line, labels: Vec::new(), help: String::new() }
    }

    /// Adds the place the message speaks of.
    #[must_use]
    pub fn at(mut self, span: Span, text: &str) -> Self {
        self.labels.push(Label { span, text: text.to_owned(), primary: true });
        self
    }

    /// Adds what to write or do instead.
    #[must_use]
    pub fn help(mut self, help: String) -> Self {
        self.help = help;
        self
    }
}

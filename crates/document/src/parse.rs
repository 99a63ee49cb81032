//! Bytes in, a document out: total, linear, and never without saying what was odd.

use std::collections::BTreeSet;

use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    limits::DOCUMENT_BYTES_MAX,
    text::Span,
};

use crate::{
    block::{Found, Scanner},
    document::{Document, Encoding, title},
    front, lost,
    source::{Physicals, Source, count},
};

/// Reads a checklist. Any bytes give a document; what is wrong with them is in its diagnostics.
pub fn parse(raw: &[u8]) -> Document {
    let source = Source::read(raw);
    let large = DOCUMENT_BYTES_MAX < raw.len();
    let found = if large { Found::default() } else { scan(&source) };
    let mut diagnostics = Vec::new();
    if large {
        let message = format!("{} bytes, and {DOCUMENT_BYTES_MAX} are the limit", raw.len());
        diagnostics.push(Diagnostic::new("document::too-large", Level::Error, 0, message));
    } else {
        let shared = shared_line(&source, &found);
        of_bytes(&source, shared.is_some(), &mut diagnostics);
        match shared {
            Some(complaint) => diagnostics.push(complaint),
            None => lost::complaints(&source, &found, &mut diagnostics),
        }
        of_structure(&source, &found, &mut diagnostics);
    }
    Document {
        raw: raw.to_vec(),
        encoding: source.encoding,
        physical_lines: count(&source.bytes),
        title: title(&found.sections.all),
        headings: found.sections.all,
        lines: found.lines,
        fences: found.fences,
        diagnostics,
    }
}

/// Reads the block structure of a text.
pub(crate) fn scan(source: &Source<'_>) -> Found {
    let bytes = source.bytes.as_ref();
    let mut scanner = Scanner::new(bytes);
    let skip = front::matter(bytes, source.skip);
    for line in Physicals::new(bytes, source.skip) {
        if skip <= line.start && !scanner.take(line) {
            break;
        }
    }
    scanner.finish()
}

/// Complaints about the bytes themselves.
fn of_bytes(source: &Source<'_>, shared: bool, out: &mut Vec<Diagnostic>) {
    let bytes = source.bytes.as_ref();
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let message = "the file is binary: it has a NUL byte".to_owned();
        let complaint =
            Diagnostic::new("document::binary", Level::Error, line_of(bytes, at), message);
        let help = "give a Markdown file in UTF-8, or in UTF-16 with a byte order mark".to_owned();
        out.push(complaint.at(Span::new(at, at + 1), "").help(help));
        return;
    }
    if let Err(error) = str::from_utf8(bytes) {
        let at = error.valid_up_to();
        let message = "some bytes are no UTF-8 and are read as U+FFFD".to_owned();
        let line = line_of(bytes, at);
        let complaint = Diagnostic::new("document::not-utf8", Level::Warning, line, message);
        let end = at + error.error_len().unwrap_or(1);
        let help = "save the file as UTF-8".to_owned();
        out.push(complaint.at(Span::new(at, end.min(bytes.len())), "").help(help));
    }
    if shared {
        return;
    }
    let lone = bytes
        .iter()
        .enumerate()
        .find(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    if let Some((at, _)) = lone {
        let message = "a carriage return without a line feed ends a line but is not counted";
        let line = line_of(bytes, at);
        let code = "document::carriage-return";
        let complaint = Diagnostic::new(code, Level::Note, line, message.to_owned());
        out.push(complaint.at(Span::new(at, at + 1), ""));
    }
}

/// Two statements at one physical line: whoever names a line by its number would name both.
fn shared_line(source: &Source<'_>, found: &Found) -> Option<Diagnostic> {
    let mut numbers = BTreeSet::new();
    let again = found.lines.iter().find(|line| !numbers.insert(line.number))?;
    let bytes = source.bytes.as_ref();
    let lone = |(at, byte): &(usize, &u8)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    let (message, help) = if bytes.iter().enumerate().any(|it| lone(&it)) {
        (
            "several statements share a line: carriage returns alone do not count as line ends",
            "convert the line ends of the file to line feeds",
        )
    } else {
        ("several statements share a line", "write each on a line of its own")
    };
    let complaint =
        Diagnostic::new("document::shared-line", Level::Error, again.number, message.to_owned());
    Some(complaint.at(again.span, "").help(help.to_owned()))
}

/// Complaints about what was found, or not found.
fn of_structure(source: &Source<'_>, found: &Found, out: &mut Vec<Diagnostic>) {
    let bytes = source.bytes.as_ref();
    if found.overflow {
        let message = format!("more than {} statements", found.lines.len());
        out.push(Diagnostic::new("document::too-many-lines", Level::Error, 0, message));
    }
    if let Some(line) = found.unclosed_fence {
        let message = format!("the fence opened at line {line} is never closed");
        let help = "close it: everything below it was read as code".to_owned();
        out.push(
            Diagnostic::new("document::unclosed-fence", Level::Warning, line, message).help(help),
        );
    }
    if let Some(line) = found.unclosed_comment {
        let message = format!("the comment opened at line {line} is never closed");
        let help = "close it with `-->`: everything below it was left out".to_owned();
        out.push(
            Diagnostic::new("document::unclosed-comment", Level::Warning, line, message).help(help),
        );
    }
    if bytes.get(source.skip..).unwrap_or_default().iter().all(u8::is_ascii_whitespace) {
        let message = "the document is empty".to_owned();
        out.push(Diagnostic::new("document::empty", Level::Warning, 0, message));
    } else if found.lines.is_empty() {
        let message = "nothing in the document is a statement to check".to_owned();
        let help = "write list items, `- [ ] …`, or commands in a fence".to_owned();
        out.push(Diagnostic::new("document::no-lines", Level::Warning, 0, message).help(help));
    }
    let damaged = found
        .sections
        .all
        .iter()
        .filter(|it| it.repaired != it.text)
        .map(|it| it.number)
        .chain(found.lines.iter().filter(|it| is_damaged(&it.text)).map(|it| it.number))
        .min();
    if let Some(line) = damaged {
        let message = "characters were damaged by Mac Roman and are read as what they were";
        let code = "document::damaged-characters";
        let help = "the file itself is left as it is".to_owned();
        out.push(Diagnostic::new(code, Level::Note, line, message.to_owned()).help(help));
    }
}

fn is_damaged(text: &str) -> bool {
    matches!(crate::repair::repair(text), std::borrow::Cow::Owned(_))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}

impl Document {
    /// The UTF-8 that spans are of: `raw`, unless it is UTF-16.
    pub fn readable(&self) -> std::borrow::Cow<'_, [u8]> {
        match self.encoding {
            Encoding::Utf8 => std::borrow::Cow::Borrowed(&self.raw),
            Encoding::Utf16Le | Encoding::Utf16Be => Source::read(&self.raw).bytes,
        }
    }
}

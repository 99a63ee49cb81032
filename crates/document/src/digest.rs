//! The parsed document as canonical bytes, for whoever pins its words.

use holdpoint_model::text::Span;

use crate::{
    document::{Document, Fence, Form, Heading, Line},
    inline::boxes,
    parse::scan,
    repair::repair,
    source::Source,
};

/// Bytes that change with the words of a document, their order and levels, its fences, and with
/// nothing else: not with ticks, white space, list marks, printed numbers, line ends or the repair
/// of damaged characters.
pub fn digest_input(document: &Document) -> Vec<u8> {
    let source = Source::read(&document.raw);
    let found = scan(&source);
    let bytes = source.bytes.as_ref();
    let mut out = Writer { out: Vec::with_capacity(bytes.len()) };
    let mut records: Vec<(usize, Record<'_>)> = Vec::new();
    records.extend(document.headings.iter().map(|it| (it.number, Record::Heading(it))));
    records.extend(found.prose.iter().map(|it| (it.number, Record::Prose(it.span))));
    records.extend(document.fences.iter().map(|it| (it.number, Record::Fence(it))));
    records.extend(document.lines.iter().map(|it| (it.number, Record::Line(it))));
    // Stable: what stands on one physical line keeps the order of kinds above.
    records.sort_by_key(|(number, _)| *number);
    for (_, record) in records {
        match record {
            Record::Heading(heading) => out.heading(heading),
            Record::Prose(span) => out.words("text", &unticked(span.of(bytes))),
            Record::Fence(fence) => out.fence(fence),
            Record::Line(line) => out.line(line, bytes),
        }
    }
    out.out
}

enum Record<'a> {
    Heading(&'a Heading),
    Prose(Span),
    Fence(&'a Fence),
    Line(&'a Line),
}

/// `text` with every box in it emptied.
fn unticked(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for (start, found) in boxes(text) {
        out.extend_from_slice(text.get(at..start).unwrap_or_default());
        out.extend_from_slice(b"[]");
        at = start + found.length;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn heading(&mut self, heading: &Heading) {
        self.words(&format!("heading {}", heading.level), heading.text.as_bytes());
    }

    fn fence(&mut self, fence: &Fence) {
        let owned = if fence.owner.is_some() { "owned" } else { "free" };
        self.words(&format!("fence {owned} {}", fence.info), fence.body.as_bytes());
    }

    fn line(&mut self, line: &Line, bytes: &[u8]) {
        let parent = line.parent.map_or_else(|| "-".to_owned(), |it| it.0.to_string());
        let label = format!("line {} {} {parent}", form_word(&line.form), line.depth);
        let text = line.span.of(bytes);
        if line.form.fence().is_some() {
            self.words(&label, text);
        } else {
            self.words(&label, &unticked(text));
        }
        if let Some(words) = &line.override_comment {
            self.words("override", words.as_bytes());
        }
    }

    /// One record: its label, then its words repaired, one blank between them.
    fn words(&mut self, label: &str, text: &[u8]) {
        self.out.extend_from_slice(label.as_bytes());
        self.out.push(b'\t');
        let text = String::from_utf8_lossy(text);
        let text = repair(&text);
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
        for word in words.filter(|word| !word.is_empty() && *word != ">") {
            for c in word.chars().filter(|c| *c != '\u{fe0f}') {
                self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            self.out.push(b' ');
        }
        self.out.push(b'\n');
    }
}

fn form_word(form: &Form) -> &'static str {
    match form {
        Form::Box(_) => "box",
        Form::Item => "item",
        Form::Command { .. } => "command",
        Form::Assignment { .. } => "assignment",
        Form::Comment { .. } => "comment",
        Form::Row { .. } => "row",
        Form::Field { .. } => "field",
        Form::Choice { .. } => "choice",
        Form::Rule => "rule",
        Form::Title => "title",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn of(text: &str) -> String {
        String::from_utf8(digest_input(&parse(text.as_bytes()))).unwrap()
    }

    const TEXT: &str = "# \u{2705} Title\n\nSome prose\nin two lines.\n\n- [ ] a b\n  - [ ] c\n\n| Role | OK |\n|--|--|\n| QA | [ ] |\n\n**S**: [ ] A [ ] B\n\n```sh\nls  -l\n```\n";

    #[test]
    fn ticks_blanks_and_damage_change_nothing() {
        for same in [
            TEXT.replace("[ ]", "[x]"),
            TEXT.replace('\n', "\r\n"),
            TEXT.replace("a b", "a   b  "),
            TEXT.replace("\nin two", " in two"),
            TEXT.replace("  - [ ] c", "   * [] c"),
            TEXT.replace('\u{2705}', "\u{201a}\u{fa}\u{d6}"),
            format!("\u{feff}{TEXT}\n\n"),
        ] {
            assert_eq!(of(&same), of(TEXT), "{same}");
        }
    }

    #[test]
    fn words_levels_order_and_fences_do() {
        for other in [
            TEXT.replace("a b", "a c"),
            TEXT.replace("prose", "words"),
            TEXT.replace("# ", "## "),
            TEXT.replace("  - [ ] c", "- [ ] c"),
            TEXT.replace("ls", "rm"),
            TEXT.replace("```sh", "```sql"),
            TEXT.replace("- [ ] a b", "- a b"),
            TEXT.replace("**S**: [ ] A [ ] B", "**S**: [ ] B [ ] A"),
            TEXT.replace("- [ ] a b\n", "- [ ] a b <!-- holdpoint: skip -->\n"),
            format!("More.\n\n{TEXT}"),
        ] {
            assert_ne!(of(&other), of(TEXT), "{other}");
        }
    }
}

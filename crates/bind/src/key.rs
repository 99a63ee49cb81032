//! What makes a line the same line in another version of its document, and the digest of what was
//! parsed from a document.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use holdpoint_document::{Document, Form, Line, SectionId, digest_input};
use sha2::{Digest, Sha256};

/// The identity of a line: what it says, where it stands, and below what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its text: white space as one blank, ticks taken off, damage repaired.
    pub text: String,
    /// Text of the line that it is nested in; empty when there is none.
    pub under: String,
    /// Headings above it without the document's title, outermost first.
    pub section: Vec<String>,
    /// Which of several lines that agree in all of that, from 1.
    pub nth: usize,
}

/// The keys of all lines, in the order of the document.
pub fn keys(document: &Document) -> Vec<Key> {
    let texts: Vec<String> = document.lines.iter().map(line_text).collect();
    let mut sections = Sections::new(document);
    let mut keys: Vec<Key> = Vec::with_capacity(document.lines.len());
    for (line, text) in document.lines.iter().zip(&texts) {
        let under = line.parent.and_then(|parent| texts.get(parent.0)).cloned().unwrap_or_default();
        keys.push(Key { text: text.clone(), under, section: sections.path(line), nth: 1 });
    }
    let mut seen: HashMap<&Key, usize> = HashMap::with_capacity(keys.len());
    let mut nths = Vec::with_capacity(keys.len());
    for key in &keys {
        let nth = seen.entry(key).or_default();
        *nth += 1;
        nths.push(*nth);
    }
    for (key, nth) in keys.iter_mut().zip(nths) {
        key.nth = nth;
    }
    keys
}

/// The paths of sections; each is put together once.
pub(crate) struct Sections<'a> {
    document: &'a Document,
    paths: BTreeMap<SectionId, Vec<String>>,
}

impl<'a> Sections<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Self { document, paths: BTreeMap::new() }
    }

    /// The headings above a line, without the document's title and without emoji.
    pub(crate) fn path(&mut self, line: &Line) -> Vec<String> {
        let Some(section) = line.section else { return Vec::new() };
        let document = self.document;
        self.paths.entry(section).or_insert_with(|| document.section_path(line)).clone()
    }
}

/// A line's text as far as it makes the line what it is.
fn line_text(line: &Line) -> String {
    match &line.form {
        Form::Choice { label, options } => {
            let options: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
            blank(&format!("{label} {}", options.join(" / ")))
        }
        Form::Row { .. } | Form::Field { .. } => blank(&unticked(&line.repaired)),
        Form::Box(_)
        | Form::Item
        | Form::Command { .. }
        | Form::Assignment { .. }
        | Form::Comment { .. }
        | Form::Rule
        | Form::Title => blank(&line.repaired),
    }
}

fn unticked(text: &str) -> String {
    text.replace("[x]", "[ ]").replace("[X]", "[ ]")
}

/// White space as one blank.
pub(crate) fn blank(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// Hex SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
    }
    hex
}

/// Hex SHA-256 of what was parsed: texts, levels, order and fences. Ticks, white space and repaired
/// damage do not change it.
pub fn parsed_sha256(document: &Document) -> String {
    sha256(&digest_input(document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdpoint_document::parse;

    #[test]
    fn a_line_keeps_its_key_when_it_is_ticked_or_moved_about() {
        let one =
            parse(b"# T\n\n## \xF0\x9F\x93\x8B A\n\n- [ ] all  well\n  - [ ] x\n- [ ] all well\n");
        let two =
            parse(b"# T\n\n\n## \xF0\x9F\x93\x8B A\n\n* [x] all well\n  * [ ] x\n* [ ] all well\n");
        assert_eq!(keys(&one), keys(&two));
        let keys = keys(&one);
        assert_eq!(keys[0].section, ["A"]);
        assert_eq!((keys[0].nth, keys[2].nth), (1, 2));
        assert_eq!((keys[1].under.as_str(), keys[1].text.as_str()), ("all well", "x"));
        assert_eq!(parsed_sha256(&one), parsed_sha256(&two));
        assert_ne!(parsed_sha256(&one), parsed_sha256(&parse(b"# T\n\n## B\n\n- [ ] x\n")));
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}

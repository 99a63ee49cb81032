//! Reads YAML: every document, keys that are written twice, and words that versions disagree on.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::node::{DEPTH_MAX, NODES_MAX, Node};

/// The documents of a text; an error names the line.
pub(crate) fn read(text: &str) -> Result<Vec<Node>, String> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| format!("line {}: {}", error.marker().line(), error.info()))?;
        builder.take(event).map_err(|why| format!("line {}: {why}", span.start.line()))?;
    }
    Ok(builder.documents)
}

/// A value that is still being read.
struct Open {
    anchor: usize,
    what: What,
}

enum What {
    List(Vec<Node>),
    Table { entries: Vec<(String, Node)>, key: Option<String> },
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let node = node.clone();
                    self.nodes += size(&node);
                    self.put(0, node)
                }
                None => Err("an alias of something that it stands in"),
            },
            Event::Scalar(text, style, anchor, tag) => {
                self.put(anchor, scalar(&text, style, tag.as_deref()))
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, What::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.begin(anchor, What::Table { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
        }
    }

    fn begin(&mut self, anchor: usize, what: What) -> Result<(), &'static str> {
        self.open.push(Open { anchor, what });
        if DEPTH_MAX < self.open.len() { Err("deeper values than are read") } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), &'static str> {
        let Some(open) = self.open.pop() else { return Err("an end without a beginning") };
        let node = match open.what {
            What::List(items) => Node::List(items),
            What::Table { entries, .. } => Node::Table(merged(entries)),
        };
        self.put(open.anchor, node)
    }

    fn put(&mut self, anchor: usize, node: Node) -> Result<(), &'static str> {
        self.nodes += 1;
        if NODES_MAX < self.nodes {
            return Err("more values than are read");
        }
        if 0 < anchor {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.what) {
            None => self.documents.push(node),
            Some(What::List(items)) => items.push(node),
            Some(What::Table { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(name(node)),
            },
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match node {
        Node::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Node::Table(entries) => 1 + entries.iter().map(|(_, node)| size(node)).sum::<usize>(),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Loose(_)
        | Node::Odd(..) => 1,
    }
}

/// A key as text.
fn name(node: Node) -> String {
    match node {
        Node::Number(text) | Node::Text(text) | Node::Loose(text) | Node::Odd(text, _) => text,
        Node::Bool(it) => it.to_string(),
        Node::Null => String::from("null"),
        Node::List(_) | Node::Table(_) => String::from("?"),
    }
}

/// The entries with those of `<<` behind them, where a key of the table's own is not there.
fn merged(entries: Vec<(String, Node)>) -> Vec<(String, Node)> {
    let (merges, mut own): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|(key, node)| key == "<<" && matches!(node, Node::Table(_) | Node::List(_)));
    for (_, node) in merges {
        let tables = if let Node::List(tables) = node { tables } else { vec![node] };
        for table in tables {
            let Node::Table(further) = table else { continue };
            for (key, node) in further {
                if !own.iter().any(|(known, _)| *known == key) {
                    own.push((key, node));
                }
            }
        }
    }
    own
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Node {
    let owned = text.to_owned();
    if let Some(tag) = tag {
        let core = tag.is_yaml_core_schema();
        return match tag.suffix.as_str() {
            "str" if core => Node::Text(owned),
            "int" | "float" | "bool" | "null" if core => plain(text),
            _ => Node::Odd(owned, "it has a tag that only its reader understands"),
        };
    }
    match style {
        ScalarStyle::Plain => plain(text),
        ScalarStyle::SingleQuoted
        | ScalarStyle::DoubleQuoted
        | ScalarStyle::Literal
        | ScalarStyle::Folded => Node::Text(owned),
    }
}

/// A word without quotes.
fn plain(text: &str) -> Node {
    let owned = || text.to_owned();
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Node::Null,
        "true" | "True" | "TRUE" => return Node::Bool(true),
        "false" | "False" | "FALSE" => return Node::Bool(false),
        _ => {}
    }
    let lower = text.to_ascii_lowercase();
    if ["yes", "no", "on", "off", "y", "n"].contains(&lower.as_str()) {
        return Node::Loose(owned());
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let begins = unsigned.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    if !begins && ![".inf", ".nan"].contains(&unsigned.to_ascii_lowercase().as_str()) {
        return Node::Text(owned());
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let zeros = 1 < whole.len() && whole.starts_with('0');
    if !whole.is_empty() && digits(whole) && digits(fraction) && !zeros && !text.starts_with('+') {
        return Node::Number(owned());
    }
    // Octal, hexadecimal, base sixty, dates, underscores: numbers to some readers.
    if unsigned.bytes().all(|byte| byte.is_ascii_hexdigit() || b"xo_:.+-TtZz ".contains(&byte)) {
        return Node::Loose(owned());
    }
    Node::Text(owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Node {
        let Node::Table(mut entries) = read(&format!("a: {text}\n")).unwrap().remove(0) else {
            panic!("{text}")
        };
        entries.remove(0).1
    }

    #[test]
    fn words_are_what_every_version_says_or_loose() {
        for (text, want) in [
            ("true", Node::Bool(true)),
            ("'true'", Node::Text("true".to_owned())),
            ("", Node::Null),
            ("10", Node::Number("10".to_owned())),
            ("-1.50", Node::Number("-1.50".to_owned())),
            ("no", Node::Loose("no".to_owned())),
            ("0755", Node::Loose("0755".to_owned())),
            ("12:30:45", Node::Loose("12:30:45".to_owned())),
            ("1_000", Node::Loose("1_000".to_owned())),
            ("2024-01-01", Node::Loose("2024-01-01".to_owned())),
            ("1.2.3", Node::Loose("1.2.3".to_owned())),
            ("512MB", Node::Text("512MB".to_owned())),
            ("production", Node::Text("production".to_owned())),
            ("!!str 10", Node::Text("10".to_owned())),
        ] {
            assert_eq!(value(text), want, "{text}");
        }
        assert!(matches!(value("!Ref X"), Node::Odd(..)));
    }

    #[test]
    fn documents_duplicates_and_merges() {
        let all = read("a: 1\na: 2\n---\nb: 3\n").unwrap();
        assert_eq!(all.len(), 2);
        let Node::Table(first) = &all[0] else { panic!() };
        assert_eq!(first.len(), 2);
        let text = "base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\n";
        let Node::Table(entries) = read(text).unwrap().remove(0) else { panic!() };
        let number = |text: &str| Node::Number(text.to_owned());
        let want = vec![("y".to_owned(), number("3")), ("x".to_owned(), number("1"))];
        assert_eq!(entries[1].1, Node::Table(want));
    }

    #[test]
    fn bombs_and_broken_texts_are_refused() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for n in 1..12 {
            let before = n - 1;
            let list = vec![format!("*a{before}"); 10].join(",");
            bomb = format!("{bomb}a{n}: &a{n} [{list}]\n");
        }
        assert!(read(&bomb).is_err());
        assert!(read("a: [1\n").is_err());
        assert!(read("a: 'x\n").is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read("a: {{ .Values.x }}\n").is_ok_and(|it| !matches!(it[0], Node::Text(_))));
    }
}

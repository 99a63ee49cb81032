//! YAML as a small tree whose entries know their lines; anything odd or too large is no tree.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// Nodes of one file, those that aliases repeat included: a few lines of aliases can stand for
/// billions of nodes.
const NODES_MAX: usize = 100_000;
/// How deep lists and maps may be nested.
const DEPTH_MAX: usize = 48;

/// A value and the line that it begins on.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A text, a number, a flag or nothing, as it was written.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) node: Node,
}

impl Node {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value below several keys.
    pub(crate) fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a scalar that is not empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) if !text.is_empty() && text != "null" && text != "~" => Some(text),
            Value::Scalar(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The text below several keys.
    pub(crate) fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.text()
    }

    pub(crate) fn number_at(&self, keys: &[&str]) -> Option<u32> {
        self.text_at(keys)?.parse().ok()
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar(_) | Value::Map(_) => &[],
        }
    }

    /// The items below several keys.
    pub(crate) fn items_at(&self, keys: &[&str]) -> &[Self] {
        self.at(keys).map_or(&[], Self::items)
    }

    /// The entries of a map; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar(_) | Value::List(_) => &[],
        }
    }

    /// The entries below several keys.
    pub(crate) fn entries_at(&self, keys: &[&str]) -> &[Entry] {
        self.at(keys).map_or(&[], Self::entries)
    }

    fn size(&self) -> usize {
        1 + self.items().iter().map(Self::size).sum::<usize>()
            + self.entries().iter().map(|entry| entry.node.size()).sum::<usize>()
    }
}

/// The documents of a file; `None` when it is not YAML, or more than anybody writes by hand.
pub(crate) fn documents(text: &str) -> Option<Vec<Node>> {
    let parser = Parser::new_from_str(text);
    let mut builder = Builder { parser, anchors: BTreeMap::new(), nodes: 0 };
    let mut documents = Vec::new();
    loop {
        match builder.next()? {
            (Event::StreamEnd, _) => return Some(documents),
            (Event::Nothing | Event::StreamStart | Event::DocumentStart(_), _)
            | (Event::DocumentEnd, _) => {}
            (event, line) => documents.push(builder.node(event, line, 0)?),
        }
    }
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Option<(Event<'a>, usize)> {
        let (event, span) = self.parser.next_event()?.ok()?;
        Some((event, span.start.line()))
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if NODES_MAX < self.nodes || DEPTH_MAX < depth {
            return None;
        }
        let (value, anchor) = match event {
            Event::Scalar(text, _, anchor, _) => (Value::Scalar(text.into_owned()), anchor),
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor)?;
                self.nodes += node.size();
                return (self.nodes <= NODES_MAX).then(|| Node { line, ..node.clone() });
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return None,
        };
        let node = Node { line, value };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Some(node)
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(Value::List(items)),
                (event, line) => items.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        loop {
            let (event, line) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.node(event, line, depth + 1)?;
            let (event, at) = self.next()?;
            let node = self.node(event, at, depth + 1)?;
            let Value::Scalar(key) = key.value else { continue };
            if key == "<<" {
                merged.extend(node.entries().iter().cloned());
                merged.extend(node.items().iter().flat_map(|it| it.entries().iter().cloned()));
            } else {
                entries.push(Entry { key, line, node });
            }
        }
        for entry in merged {
            if !entries.iter().any(|own| own.key == entry.key) {
                entries.push(entry);
            }
        }
        Some(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_texts_as_written_with_their_lines() {
        let all = documents("a: 1.10\nb:\n  - x\n  - y: \"80:80\"\n---\nc: yes\n").unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].text_at(&["a"]), Some("1.10"));
        let items = all[0].items_at(&["b"]);
        assert_eq!((items[0].text(), items[0].line), (Some("x"), 3));
        assert_eq!(items[1].text_at(&["y"]), Some("80:80"));
        assert_eq!(all[0].entries()[1].line, 2);
        assert_eq!(all[1].text_at(&["c"]), Some("yes"));
    }

    #[test]
    fn merges_and_refuses_bombs() {
        let all = documents("a: &a\n  x: 1\n  y: 2\nb:\n  <<: *a\n  y: 3\n").unwrap();
        assert_eq!(all[0].text_at(&["b", "x"]), Some("1"));
        assert_eq!(all[0].text_at(&["b", "y"]), Some("3"));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let before = format!("*a{}", n - 1);
            let row = [before.as_str(); 10].join(", ");
            bomb.push_str(
                &["a", &n.to_string(), ": &a", &n.to_string(), " [", &row, "]\n"].concat(),
            );
        }
        assert!(documents(&bomb).is_none());
        assert!(documents(&"[".repeat(4_000)).is_none());
        assert!(documents("a: [1\nb: }").is_none());
    }
}

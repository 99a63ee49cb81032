//! Reads JSON, with duplicate keys kept and numbers as they were written.

use super::node::{DEPTH_MAX, NODES_MAX, Node};

/// What was read, and what strict readers would not have taken.
#[derive(Debug)]
pub(crate) struct Json {
    pub(crate) node: Node,
    pub(crate) comments: bool,
    pub(crate) trailing_commas: bool,
}

/// Reads one value; an error names the line.
pub(crate) fn read(text: &str) -> Result<Json, String> {
    let mut reader = Reader { text, at: 0, nodes: 0, comments: false, trailing_commas: false };
    let node = reader.blank().and_then(|()| reader.value(0)).and_then(|node| {
        reader.blank()?;
        match reader.peek() {
            None => Ok(node),
            Some(_) => Err("something behind the value"),
        }
    });
    match node {
        Ok(node) => {
            Ok(Json { node, comments: reader.comments, trailing_commas: reader.trailing_commas })
        }
        Err(why) => {
            let before = text.get(..reader.at).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            Err(format!("line {line}: {why}"))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nodes: usize,
    comments: bool,
    trailing_commas: bool,
}

type Step<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.at += text.len();
        }
        there
    }

    /// Goes over white space and comments.
    fn blank(&mut self) -> Step<()> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            self.at += blank;
            let rest = self.rest();
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").ok_or("a comment that does not end")? + 2
            } else {
                return Ok(());
            };
            self.comments = true;
            self.at += length;
        }
    }

    fn value(&mut self, depth: usize) -> Step<Node> {
        self.nodes += 1;
        if DEPTH_MAX < depth || NODES_MAX < self.nodes {
            return Err("more values, or deeper ones, than are read");
        }
        match self.peek() {
            Some('{') => self.table(depth),
            Some('[') => self.list(depth),
            Some('"') => self.string().map(Node::Text),
            Some('-' | '0'..='9') => self.number(),
            Some(_) if self.take("true") => Ok(Node::Bool(true)),
            Some(_) if self.take("false") => Ok(Node::Bool(false)),
            Some(_) if self.take("null") => Ok(Node::Null),
            Some(_) => Err("no value of JSON"),
            None => Err("a value is missing"),
        }
    }

    fn table(&mut self, depth: usize) -> Step<Node> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.blank()?;
            if self.take("}") {
                self.trailing_commas |= !entries.is_empty();
                return Ok(Node::Table(entries));
            }
            if self.peek() != Some('"') {
                return Err("a key in quotes was expected");
            }
            let key = self.string()?;
            self.blank()?;
            if !self.take(":") {
                return Err("a colon was expected");
            }
            self.blank()?;
            entries.push((key, self.value(depth + 1)?));
            self.blank()?;
            if self.take("}") {
                return Ok(Node::Table(entries));
            }
            if !self.take(",") {
                return Err("a comma was expected");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Step<Node> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blank()?;
            if self.take("]") {
                self.trailing_commas |= !items.is_empty();
                return Ok(Node::List(items));
            }
            items.push(self.value(depth + 1)?);
            self.blank()?;
            if self.take("]") {
                return Ok(Node::List(items));
            }
            if !self.take(",") {
                return Err("a comma was expected");
            }
        }
    }

    fn number(&mut self) -> Step<Node> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)));
        let number = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().to_owned();
        self.at += number.len();
        // The grammar of numbers is strict; `serde_json` knows it.
        match serde_json::from_str::<serde_json::Number>(&number) {
            Ok(_) => Ok(Node::Number(number)),
            Err(_) => Err("no number of JSON"),
        }
    }

    fn string(&mut self) -> Step<String> {
        let body = self.rest().get(1..).unwrap_or_default();
        let mut escaped = false;
        for (at, c) in body.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let whole = self.rest().get(..at + 2).unwrap_or_default();
                    let read = serde_json::from_str::<String>(whole);
                    self.at += at + 2;
                    return read.map_err(|_| "no text of JSON");
                }
                '\n' => return Err("a text that does not end on its line"),
                _ => {}
            }
        }
        Err("a text that does not end")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_editors_write() {
        let json =
            read("{ // a\n \"a\": [1, 2.50, \"x\\u00e9\\\"\"], /* b */ \"a\": null,\n}").unwrap();
        assert!(json.comments && json.trailing_commas);
        let Node::Table(entries) = json.node else { panic!() };
        assert_eq!(entries.len(), 2);
        let items = [
            Node::Number("1".to_owned()),
            Node::Number("2.50".to_owned()),
            Node::Text("xé\"".to_owned()),
        ];
        assert_eq!(entries[0].1, Node::List(items.to_vec()));
        let strict = read("{\"url\": \"https://a.test/*\"}").unwrap();
        assert!(!strict.comments && !strict.trailing_commas);
    }

    #[test]
    fn refuses_what_is_none() {
        for bad in ["", "{", "{a: 1}", "[1 2]", "{\"a\" 1}", "01", "'a'", "{} x", "\"a\nb\"", "/*"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read("{\n\"a\": tru\n}").unwrap_err().starts_with("line 2"));
    }
}

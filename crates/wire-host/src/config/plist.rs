//! Reads property lists that are written as XML.

use super::node::{DEPTH_MAX, Node};

/// The value of a property list.
pub(crate) fn read(text: &str) -> Result<Node, String> {
    let mut reader = Reader { text, at: 0 };
    let failed = |reader: &Reader<'_>, why: &str| {
        let line = text.get(..reader.at).unwrap_or(text).matches('\n').count() + 1;
        format!("line {line}: {why}")
    };
    let node = (|| {
        match reader.tag()? {
            Tag::Open("plist") => {}
            Tag::Open(_) | Tag::Close(_) | Tag::Empty(_) => return Err("it is no property list"),
        }
        let first = reader.tag()?;
        let node = reader.value(first, 0)?;
        match reader.tag()? {
            Tag::Close("plist") => Ok(node),
            Tag::Open(_) | Tag::Close(_) | Tag::Empty(_) => Err("it does not end"),
        }
    })();
    node.map_err(|why: &str| failed(&reader, why))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag<'a> {
    Open(&'a str),
    Close(&'a str),
    Empty(&'a str),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next tag; comments, the declaration and the type of the document are gone over.
    fn tag(&mut self) -> Result<Tag<'a>, &'static str> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let skip = [("<!--", "-->"), ("<?", "?>"), ("<!DOCTYPE", ">")];
            let over = skip.iter().find(|(begin, _)| trimmed.starts_with(begin));
            if let Some((_, end)) = over {
                self.at += trimmed.find(end).ok_or("a part that does not end")? + end.len();
                continue;
            }
            let inner = trimmed.strip_prefix('<').ok_or("a tag was expected")?;
            let length = inner.find('>').ok_or("a tag that does not end")?;
            let inner = inner.get(..length).unwrap_or_default();
            self.at += length + 2;
            if let Some(name) = inner.strip_prefix('/') {
                return Ok(Tag::Close(name.trim()));
            }
            let empty = inner.ends_with('/');
            let name = inner.trim_end_matches('/').split_whitespace().next().unwrap_or_default();
            return Ok(if empty { Tag::Empty(name) } else { Tag::Open(name) });
        }
    }

    /// The text up to the end of this element.
    fn text(&mut self, name: &str) -> Result<String, &'static str> {
        let rest = self.rest();
        let end = format!("</{name}>");
        let length = rest.find(&end).ok_or("a text that does not end")?;
        let text = rest.get(..length).unwrap_or_default();
        self.at += length + end.len();
        if text.contains('<') {
            return Err("a tag or a section of characters in a text");
        }
        unescaped(text).ok_or("an entity that cannot be read")
    }

    fn value(&mut self, tag: Tag<'a>, depth: usize) -> Result<Node, &'static str> {
        if DEPTH_MAX < depth {
            return Err("deeper values than are read");
        }
        match tag {
            Tag::Empty("true") => Ok(Node::Bool(true)),
            Tag::Empty("false") => Ok(Node::Bool(false)),
            Tag::Empty("string" | "data") => Ok(Node::Text(String::new())),
            Tag::Empty("array") => Ok(Node::List(Vec::new())),
            Tag::Empty("dict") => Ok(Node::Table(Vec::new())),
            Tag::Open(name @ ("integer" | "real")) => {
                self.text(name).map(|text| Node::Number(text.trim().to_owned()))
            }
            Tag::Open(name @ ("string" | "date" | "data")) => self.text(name).map(Node::Text),
            Tag::Open(name @ ("true" | "false")) => match self.tag()? {
                Tag::Close(end) if end == name => Ok(Node::Bool(name == "true")),
                Tag::Open(_) | Tag::Close(_) | Tag::Empty(_) => Err("a truth with something in it"),
            },
            Tag::Open("array") => {
                let mut items = Vec::new();
                loop {
                    match self.tag()? {
                        Tag::Close("array") => return Ok(Node::List(items)),
                        tag @ (Tag::Open(_) | Tag::Close(_) | Tag::Empty(_)) => {
                            items.push(self.value(tag, depth + 1)?);
                        }
                    }
                }
            }
            Tag::Open("dict") => {
                let mut entries = Vec::new();
                loop {
                    match self.tag()? {
                        Tag::Close("dict") => return Ok(Node::Table(entries)),
                        Tag::Open("key") => {
                            let key = self.text("key")?;
                            let tag = self.tag()?;
                            entries.push((key, self.value(tag, depth + 1)?));
                        }
                        Tag::Open(_) | Tag::Close(_) | Tag::Empty(_) => {
                            return Err("a key was expected");
                        }
                    }
                }
            }
            Tag::Open(_) | Tag::Close(_) | Tag::Empty(_) => Err("no value of a property list"),
        }
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (entity, rest) = part.split_once(';')?;
        out.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            other => {
                let code = other.strip_prefix('#')?;
                let number = match code.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => code.parse(),
                };
                char::from_u32(number.ok()?)?
            }
        });
        out.push_str(rest);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_xcode_writes() {
        let text = "<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"a\" \"b\">\n<plist version=\"1.0\">\n\
            <dict>\n<key>CFBundleVersion</key>\n<string>4 &amp; 5</string>\n<!-- x -->\n\
            <key>UIRequiresFullScreen</key><true/>\n<key>n</key><integer> 7 </integer>\n\
            <key>l</key><array><string/><dict/></array></dict></plist>\n";
        let list = Node::List(vec![Node::Text(String::new()), Node::Table(Vec::new())]);
        let want = [
            ("CFBundleVersion", Node::Text("4 & 5".to_owned())),
            ("UIRequiresFullScreen", Node::Bool(true)),
            ("n", Node::Number("7".to_owned())),
            ("l", list),
        ];
        let want = want.into_iter().map(|(key, node)| (key.to_owned(), node)).collect();
        assert_eq!(read(text).unwrap(), Node::Table(want));
    }

    #[test]
    fn refuses_the_rest() {
        for bad in [
            "",
            "bplist00",
            "<html></html>",
            "<plist><dict></plist>",
            "<plist><dict><string>a</string></dict></plist>",
            "<plist><string>a<b/></string></plist>",
            "<plist><string>a&x;</string></plist>",
            "<plist><true/>",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&format!("<plist>{}", "<array>".repeat(100_000))).is_err());
    }
}

//! Reads files of lines: INI with its sections, properties, and dotenv.

use super::node::Node;
use crate::dotenv;

/// Why the quotes of an INI value are doubtful.
const QUOTED: &str = "it stands in quotes, which some readers keep";
/// Why a sign of a comment behind an INI value is doubtful.
const COMMENTED: &str = "a sign of a comment stands behind it, which some readers take as text";

/// Reads INI. Lines that belong to the one before them make it doubtful.
pub(crate) fn ini(text: &str) -> Node {
    let mut sections: Vec<(String, Vec<(String, Node)>)> = vec![(String::new(), Vec::new())];
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            sections.push((section(name.0), Vec::new()));
            continue;
        }
        let Some((_, entries)) = sections.last_mut() else { continue };
        if line.starts_with([' ', '\t'])
            && let Some((_, node)) = entries.last_mut()
            && !bare.contains('=')
        {
            let before = if let Node::Loose(text) | Node::Odd(text, _) = node { text } else { "" };
            *node = Node::Odd(format!("{before}\n{bare}"), "it goes on over several lines");
            continue;
        }
        let split = bare.split_once('=').or_else(|| bare.split_once(':'));
        match split {
            Some((key, value)) => entries.push((key.trim().to_owned(), ini_value(value.trim()))),
            None => entries.push((bare.to_owned(), Node::Null)),
        }
    }
    let mut sections = sections.into_iter();
    let mut top = sections.next().map(|(_, entries)| entries).unwrap_or_default();
    top.extend(sections.map(|(name, entries)| (name, Node::Table(entries))));
    Node::Table(top)
}

/// `[remote "origin"]` is `remote.origin`.
fn section(name: &str) -> String {
    match name.trim().split_once(' ') {
        Some((first, rest)) if rest.trim().starts_with('"') => {
            format!("{first}.{}", rest.trim().trim_matches('"'))
        }
        Some(_) | None => name.trim().to_owned(),
    }
}

fn ini_value(value: &str) -> Node {
    let behind = [" ;", " #", "\t;", "\t#"].into_iter().filter_map(|sign| value.find(sign)).min();
    if let Some(at) = behind {
        let kept = value.get(..at).unwrap_or_default().trim_end();
        return Node::Odd(kept.to_owned(), COMMENTED);
    }
    for quote in ['"', '\''] {
        let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return Node::Odd(inner.to_owned(), QUOTED);
        }
    }
    Node::Loose(value.to_owned())
}

/// Reads properties as Java does: continued lines, escapes, three ways to separate.
pub(crate) fn properties(text: &str) -> Node {
    let mut entries = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut logical = line.trim_start().to_owned();
        if logical.is_empty() || logical.starts_with(['#', '!']) {
            continue;
        }
        while continued(&logical) {
            logical.pop();
            logical.push_str(lines.next().unwrap_or_default().trim_start());
        }
        let (key, value) = key_and_value(&logical);
        let node = match unescaped(value) {
            Some(text) if text.ends_with([' ', '\t']) => {
                Node::Odd(text.trim_end().to_owned(), "white space behind it belongs to it")
            }
            Some(text) => Node::Loose(text),
            None => Node::Odd(value.to_owned(), "it has an escape that cannot be read"),
        };
        entries.push((unescaped(key).unwrap_or_else(|| key.to_owned()), node));
    }
    Node::Table(entries)
}

fn continued(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

fn key_and_value(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let blank = |c: char| c == ' ' || c == '\t';
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | ':' | ' ' | '\t' => {
                let (key, rest) = line.split_at(at);
                let rest = rest.trim_start_matches(blank);
                let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
                return (key, value.trim_start_matches(blank));
            }
            _ => {}
        }
    }
    (line, "")
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'f' => out.push('\u{c}'),
            'u' => {
                let digits: String = chars.by_ref().take(4).collect();
                out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// Reads dotenv as the checks of variables do; and whether lines of it are no assignments.
pub(crate) fn env(bytes: &[u8]) -> (Node, bool) {
    let read = dotenv::parse(bytes);
    let entries = read.all.iter().map(|one| {
        let text = one.value.text().into_owned();
        let node = match one.oddity {
            Some(why) => Node::Odd(text, why),
            None => Node::Loose(text),
        };
        (one.name.clone(), node)
    });
    (Node::Table(entries.collect()), !read.malformed.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(node: Node) -> Vec<(String, Node)> {
        let Node::Table(entries) = node else { panic!("no table") };
        entries
    }

    fn loose(text: &str) -> Node {
        Node::Loose(text.to_owned())
    }

    #[test]
    fn ini_has_sections() {
        let text = "; c\ntop = 1\n[mail]\nhost: smtp.test\nport = \"25\"\nuser = a ; b\nflag\n\
                    args = one\n  two\n[remote \"origin\"]\nurl = x=y\n";
        let all = entries(ini(text));
        assert_eq!(all[0], ("top".to_owned(), loose("1")));
        let mail = entries(all[1].1.clone());
        assert_eq!(mail[0], ("host".to_owned(), loose("smtp.test")));
        assert_eq!(mail[1].1, Node::Odd("25".to_owned(), QUOTED));
        assert_eq!(mail[2].1, Node::Odd("a".to_owned(), COMMENTED));
        assert_eq!(mail[3], ("flag".to_owned(), Node::Null));
        assert!(matches!(&mail[4].1, Node::Odd(text, _) if text == "one\ntwo"));
        assert_eq!(all[2].0, "remote.origin");
        assert_eq!(entries(all[2].1.clone())[0].1, loose("x=y"));
    }

    #[test]
    fn properties_continue_and_escape() {
        let text = "# c\n! d\na.b=1\nc : x\\\n   y\nd z\ne\\=f=\\u0041\\n\ng=h \nk\n";
        let all = entries(properties(text));
        let want = [("a.b", "1"), ("c", "xy"), ("d", "z"), ("e=f", "A\n")];
        for (entry, (key, value)) in all.iter().zip(want) {
            assert_eq!(*entry, (key.to_owned(), loose(value)));
        }
        assert!(matches!(all[4].1, Node::Odd(..)));
        assert_eq!(all[5], ("k".to_owned(), loose("")));
    }
}

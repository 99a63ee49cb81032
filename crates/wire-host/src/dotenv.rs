//! Reads assignments: from dotenv text, and from the environment block of a process.

use crate::secret::Secret;

/// One assignment.
pub struct Assignment {
    pub name: String,
    pub value: Secret,
    /// What is odd about the way in which it is written.
    pub oddity: Option<&'static str>,
}

/// What a source of variables says.
#[derive(Default)]
pub struct Assignments {
    /// In their order; a later one of the same name holds.
    pub all: Vec<Assignment>,
    /// Physical lines, from 1, that are no assignments; of a process, its entries.
    pub malformed: Vec<u32>,
}

/// Physical lines that one quoted value may span.
const VALUE_LINES_MAX: usize = 500;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads dotenv text.
pub fn parse(bytes: &[u8]) -> Assignments {
    let mut assignments = Assignments::default();
    let marked = bytes.strip_prefix(BYTE_ORDER_MARK);
    let lines: Vec<&[u8]> = marked.unwrap_or(bytes).split(|byte| *byte == b'\n').collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let returned = line.last() == Some(&b'\r');
        let text = line.trim_ascii();
        if text.is_empty() || text.first() == Some(&b'#') {
            at += 1;
            continue;
        }
        let read = read(text, lines.get(at + 1..).unwrap_or_default());
        let Some((mut assignment, more)) = read else {
            assignments.malformed.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            at += 1;
            continue;
        };
        if returned {
            assignment.oddity = Some("a carriage return at the end of the line");
        }
        if marked.is_some() && assignments.all.is_empty() {
            assignment.oddity = Some("a byte order mark before the name");
        }
        assignments.all.push(assignment);
        at += 1 + more;
    }
    assignments
}

/// One assignment, and how many further lines it takes.
fn read(text: &[u8], following: &[&[u8]]) -> Option<(Assignment, usize)> {
    let sign = text.iter().position(|byte| *byte == b'=')?;
    let (left, right) = text.split_at(sign);
    let right = right.get(1..).unwrap_or_default();
    let name = match left.strip_prefix(b"export") {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_whitespace) => rest.trim_ascii_start(),
        Some(_) | None => left,
    };
    let spaced = name.trim_ascii_end() != name || right.trim_ascii_start() != right;
    let name = name.trim_ascii_end();
    if !is_name(name) {
        return None;
    }
    let value = right.trim_ascii();
    let (value, oddity, more) = match value.first() {
        Some(quote @ (b'"' | b'\'')) => quoted(*quote, value, following)?,
        Some(_) | None => {
            let (value, oddity) = plain(value);
            (value.to_vec(), oddity, 0)
        }
    };
    let spaced = spaced.then_some("white space around the equals sign");
    let name = String::from_utf8_lossy(name).into_owned();
    let oddity = oddity.or_else(|| inner_quotes(&value)).or(spaced);
    Some((Assignment { name, value: Secret::new(value), oddity }, more))
}

fn is_name(name: &[u8]) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    name.iter().all(part) && name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
}

/// A value without quotes, and the comment behind it taken off.
fn plain(value: &[u8]) -> (&[u8], Option<&'static str>) {
    let mut before = b' ';
    for (at, byte) in value.iter().enumerate() {
        if *byte == b'#' && before.is_ascii_whitespace() {
            let kept = value.get(..at).unwrap_or_default().trim_ascii_end();
            return (kept, Some("a comment behind the value"));
        }
        before = *byte;
    }
    let sign = value.contains(&b'#').then_some("a # without quotes, a comment to some readers");
    (value, sign)
}

/// A quoted value that may go on over lines; `None` when the quote is never closed or something
/// other than a comment follows it.
fn quoted(
    quote: u8,
    value: &[u8],
    following: &[&[u8]],
) -> Option<(Vec<u8>, Option<&'static str>, usize)> {
    let mut out = Vec::new();
    let mut line = value.get(1..).unwrap_or_default();
    for more in 0..VALUE_LINES_MAX {
        if let Some(end) = closing(quote, line) {
            out.extend_from_slice(line.get(..end).unwrap_or_default());
            let rest = line.get(end + 1..).unwrap_or_default().trim_ascii();
            return match rest.first() {
                None => Some((out, None, more)),
                Some(b'#') => Some((out, Some("a comment behind the value"), more)),
                Some(_) => None,
            };
        }
        out.extend_from_slice(line);
        out.push(b'\n');
        line = following.get(more)?;
        line = line.strip_suffix(b"\r").unwrap_or(line);
    }
    None
}

/// Where the quote is closed; inside double quotes a backslash hides the next character.
fn closing(quote: u8, line: &[u8]) -> Option<usize> {
    let mut hidden = false;
    for (at, byte) in line.iter().enumerate() {
        if hidden {
            hidden = false;
        } else if *byte == b'\\' && quote == b'"' {
            hidden = true;
        } else if *byte == quote {
            return Some(at);
        }
    }
    None
}

fn inner_quotes(value: &[u8]) -> Option<&'static str> {
    is_quoted(value).then_some("quotes inside its quotes")
}

fn is_quoted(value: &[u8]) -> bool {
    matches!((value.first(), value.last()), (Some(a @ (b'"' | b'\'')), Some(b)) if a == b)
        && 2 <= value.len()
}

/// Reads the environment block of a process: entries that end in NUL. Values are as the process
/// sees them, with their quotes.
pub fn parse_block(bytes: &[u8]) -> Assignments {
    let mut assignments = Assignments::default();
    let entries = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    if entries.is_empty() {
        return assignments;
    }
    for (at, entry) in entries.split(|byte| *byte == 0).enumerate() {
        let sign = entry.iter().position(|byte| *byte == b'=').filter(|sign| 0 < *sign);
        let Some((name, value)) = sign.and_then(|sign| entry.split_at_checked(sign)) else {
            assignments.malformed.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            continue;
        };
        let value = value.get(1..).unwrap_or_default();
        let oddity = if is_quoted(value) {
            Some("quotes around the value")
        } else if value.trim_ascii() != value {
            Some("white space around the value")
        } else {
            None
        };
        assignments.all.push(Assignment {
            name: String::from_utf8_lossy(name).into_owned(),
            value: Secret::new(value.to_vec()),
            oddity,
        });
    }
    assignments
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `NAME|value|oddity` for each assignment, then the malformed lines.
    fn shown(assignments: &Assignments) -> String {
        let mut lines: Vec<String> = assignments
            .all
            .iter()
            .map(|one| format!("{}|{}|{}", one.name, one.value.text(), one.oddity.unwrap_or("")))
            .collect();
        lines.push(format!("{:?}", assignments.malformed));
        lines.join(";")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(&parse(text.as_bytes())), expected, "{text:?}");
    }

    #[test]
    fn plain_assignments() {
        check("A=1\nB=\n\n# no\n  C=x y  \n", "A|1|;B||;C|x y|;[]");
        check("export A=1\nexport\tB=2\nexported=3", "A|1|;B|2|;exported|3|;[]");
        check("A='x y'\nB=\"p\"\nC=\"\"", "A|x y|;B|p|;C||;[]");
        check("A=a=b==", "A|a=b==|;[]");
    }

    #[test]
    fn oddities() {
        check("A=1\r\n", "A|1|a carriage return at the end of the line;[]");
        check(
            "A=\"1\" # one\nB=2 # two\nC=#",
            "A|1|a comment behind the value;B|2|a comment behind the value;C||a comment behind the value;[]",
        );
        check("A=a#b", "A|a#b|a # without quotes, a comment to some readers;[]");
        check("A=\"'x'\"", "A|'x'|quotes inside its quotes;[]");
        check("A = 1", "A|1|white space around the equals sign;[]");
        check("\u{feff}A=1\nB=2", "A|1|a byte order mark before the name;B|2|;[]");
    }

    #[test]
    fn what_is_no_assignment() {
        check("A\n1B=2\nC: 3\n=4\nD=5", "D|5|;[1, 2, 3, 4]");
        check("A=\"open\nB=2", "B|2|;[1]");
        check("A=\"open\nB=\"2\"\nC=3", "B|2|;C|3|;[1]");
        check("A='x' y\nB=1", "B|1|;[1]");
    }

    #[test]
    fn values_over_lines() {
        check("A=\"one\ntwo\"\nB=1\nC", "A|one\ntwo|;B|1|;[4]");
        check(r#"A="a\"b""#, r#"A|a\"b|;[]"#);
    }

    #[test]
    fn blocks_of_processes() {
        let block = parse_block(b"A=1\0B=\"x\"\0=bad\0C= y\0D=a\nb\0");
        assert_eq!(
            shown(&block),
            "A|1|;B|\"x\"|quotes around the value;C| y|white space around the value;D|a\nb|;[3]"
        );
        assert_eq!(shown(&parse_block(b"")), "[]");
    }
}

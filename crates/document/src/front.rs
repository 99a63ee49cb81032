//! Settings between two marks at the top of a file, which are no part of the checklist.

use crate::source::Physicals;

/// Where the text behind the settings at the top begins; `at` when there are none.
pub(crate) fn matter(bytes: &[u8], at: usize) -> usize {
    let mut lines = Physicals::new(bytes, at);
    let text = |start: usize, end: usize| {
        String::from_utf8_lossy(bytes.get(start..end).unwrap_or_default()).trim_end().to_owned()
    };
    let Some(first) = lines.next() else {
        return at;
    };
    let mark = text(first.start, first.end);
    let separator = match mark.as_str() {
        "---" => ':',
        "+++" => '=',
        _ => return at,
    };
    let mut keyed = false;
    for line in lines {
        let text = text(line.start, line.end);
        if keyed && (text == mark || (mark == "---" && text == "...")) {
            return line.end;
        }
        // A break above ordinary text opens nothing.
        if !keyed && !text.is_empty() && !text.starts_with('#') {
            if !is_key(&text, separator) {
                return at;
            }
            keyed = true;
        } else if keyed && !belongs(&text, separator) {
            return at;
        }
    }
    at
}

fn is_key(text: &str, separator: char) -> bool {
    let Some((key, _)) = text.split_once(separator) else {
        return text.starts_with('[') && separator == '=';
    };
    let key = key.trim_matches(['"', '\'', ' ']);
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Whether a line can stand in settings: a key, an entry, a comment, or the rest of a value.
fn belongs(text: &str, separator: char) -> bool {
    let comment = text.starts_with('#') && !text.starts_with("##");
    text.is_empty()
        || comment
        || text.starts_with([' ', '\t', '-', '[', ']', '{', '}', '"', '\''])
        || is_key(text, separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_at_the_top_are_skipped() {
        let text = "---\nname: a\nlabels:\n  - x\n---\n# Title\n";
        assert_eq!(&text[matter(text.as_bytes(), 0)..], "\n# Title\n");
        let toml = "+++\ntitle = \"a\"\n+++\nText";
        assert_eq!(&toml[matter(toml.as_bytes(), 0)..], "\nText");
    }

    #[test]
    fn a_break_on_top_is_no_front_matter() {
        for text in [
            "---\n# Title\n\n- [ ] a\n---\n",
            "---\nText: is text, and more\nmore text\n---\n",
            "---",
            "a: b",
            "",
        ] {
            assert_eq!(matter(text.as_bytes(), 0), 0, "{text}");
        }
    }
}

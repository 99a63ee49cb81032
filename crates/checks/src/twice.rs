//! Members that a JSON text names twice, of which parsers keep one without a word.

use std::collections::BTreeSet;

/// The first member that one object of a well-formed JSON text has twice.
pub(crate) fn member(text: &str) -> Option<String> {
    let mut open: Vec<BTreeSet<String>> = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let mut taken = letter.len_utf8();
        match letter {
            '{' | '[' => open.push(BTreeSet::new()),
            '}' | ']' => drop(open.pop()),
            '"' => {
                taken = quoted(rest);
                let (word, after) = rest.split_at(taken);
                if after.trim_start().starts_with(':')
                    && let Ok(name) = serde_json::from_str::<String>(word)
                    && open.last_mut().is_some_and(|names| !names.insert(name.clone()))
                {
                    return Some(name);
                }
            }
            _ => {}
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    None
}

/// Bytes of the string that a text begins with, its quotes counted.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_of_one_object_only() {
        for (text, want) in [
            (r#"{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}"#, None),
            (r#"{"a":"a","b":"\"a\":"}"#, None),
            (r#"{"status":"down","status":"ok"}"#, Some("status")),
            (r#"{"x":{"a":1, "\u0061" : 2}}"#, Some("a")),
            (r#"[{"é":1,"é":2}]"#, Some("é")),
            ("\"a", None),
        ] {
            assert_eq!(member(text).as_deref(), want, "{text}");
        }
    }
}

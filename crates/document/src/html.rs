//! Where a block of raw HTML begins and ends.

/// What ends a block of raw HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Html {
    /// A line with one of these in it.
    Until(&'static [&'static str]),
    /// `-->`.
    Comment,
    /// A blank line.
    Blank,
}

const RAW: [(&str, &[&str]); 4] = [
    ("script", &["</script>"]),
    ("pre", &["</pre>"]),
    ("style", &["</style>"]),
    ("textarea", &["</textarea>"]),
];

const BLOCKS: [&str; 62] = [
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
];

/// The block that starts with `rest`; a lone tag of another name cannot interrupt a paragraph.
pub(crate) fn start(rest: &[u8], in_paragraph: bool) -> Option<Html> {
    let inner = rest.strip_prefix(b"<")?;
    if inner.starts_with(b"!--") {
        return Some(Html::Comment);
    }
    if inner.starts_with(b"?") {
        return Some(Html::Until(&["?>"]));
    }
    if inner.starts_with(b"![CDATA[") {
        return Some(Html::Until(&["]]>"]));
    }
    if inner.first() == Some(&b'!') && inner.get(1).is_some_and(u8::is_ascii_alphabetic) {
        return Some(Html::Until(&[">"]));
    }
    let closing = inner.first() == Some(&b'/');
    let named = if closing { inner.get(1..)? } else { inner };
    let length = named.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = str::from_utf8(named.get(..length)?).ok()?.to_ascii_lowercase();
    let behind = named.get(length..).unwrap_or_default();
    let ended = matches!(behind.first(), None | Some(b' ' | b'\t' | b'>'));
    if ended
        && !closing
        && let Some((_, ends)) = RAW.iter().find(|(raw, _)| *raw == name)
    {
        return Some(Html::Until(ends));
    }
    if (ended || behind.starts_with(b"/>")) && BLOCKS.contains(&name.as_str()) {
        return Some(Html::Blank);
    }
    (!in_paragraph && length != 0 && is_lone_tag(behind)).then_some(Html::Blank)
}

/// Whether a tag's attributes run to a `>` that ends the line.
fn is_lone_tag(behind: &[u8]) -> bool {
    let first = matches!(behind.first(), Some(b' ' | b'\t' | b'>' | b'/'));
    let mut quote = None;
    for (at, byte) in behind.iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), _) if open == *byte => quote = None,
            (None, b'<') => return false,
            (None, b'>') => return first && at + 1 == behind.len(),
            _ => {}
        }
    }
    false
}

/// Whether this line is the last of the block.
pub(crate) fn ends(html: Html, line: &[u8]) -> bool {
    match html {
        Html::Blank => false,
        Html::Comment => contains(line, b"-->"),
        Html::Until(marks) => {
            let lower = line.to_ascii_lowercase();
            marks.iter().any(|mark| contains(&lower, mark.as_bytes()))
        }
    }
}

/// Whether `needle`, which is short, stands in `text`.
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    find(text, needle).is_some()
}

/// Where `needle`, which is short, first stands in `text`.
pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|it| it == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_as_commonmark_says() {
        for (text, wanted) in [
            ("<details>", Some(Html::Blank)),
            ("</details>", Some(Html::Blank)),
            ("<!-- a", Some(Html::Comment)),
            ("<PRE class=x>", Some(Html::Until(&["</pre>"]))),
            ("<?xml", Some(Html::Until(&["?>"]))),
            ("<a href='>'>", Some(Html::Blank)),
            ("<a> text", None),
            ("<https://a.example>", None),
            ("< a", None),
            ("<repository-url>", None),
        ] {
            assert_eq!(start(text.as_bytes(), false), wanted, "{text}");
        }
        assert_eq!(start(b"<a>", true), None);
    }

    #[test]
    fn ends_at_its_mark() {
        assert!(ends(Html::Comment, b"x --> y"));
        assert!(ends(Html::Until(&["</script>"]), b"</SCRIPT>"));
        assert!(!ends(Html::Blank, b"</div>"));
    }
}

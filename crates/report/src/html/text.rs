//! Text of others as HTML: nothing of it is ever markup, and nothing of it steers what is around.

use std::fmt::Write as _;

use pulldown_cmark::{Event, Options, Parser};

/// The text, escaped for elements and for attributes in double quotes.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        push(&mut out, c);
    }
    out
}

/// The same, ended before it takes more than `max` bytes; whether all of it is there.
pub(super) fn within(text: &str, max: usize) -> (String, bool) {
    let mut out = String::new();
    for c in text.chars() {
        let before = out.len();
        push(&mut out, c);
        if max < out.len() {
            out.truncate(before);
            return (out, false);
        }
    }
    (out, true)
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        '\n' | '\t' => out.push(c),
        '\r' => {}
        '\u{7f}' => out.push('\u{2421}'),
        c if c.is_control() || steers(c) => match char::from_u32(0x2400 + u32::from(c)) {
            Some(picture) if u32::from(c) < 0x20 => out.push(picture),
            _ => write!(out, "⟨U+{:04X}⟩", u32::from(c)).expect("strings take text"),
        },
        c if noncharacter(c) => out.push('\u{fffd}'),
        c => out.push(c),
    }
}

/// Whether a character changes the direction or the lines of what is around it, or hides.
fn steers(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Code points that no HTML document may hold.
fn noncharacter(c: char) -> bool {
    let code = u32::from(c);
    code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code)
}

/// Where a link of the document may lead: the web, a mail, a place of the document.
pub(super) fn link(target: &str) -> Option<String> {
    let target = target.trim();
    let lower = target.get(..8).unwrap_or(target).to_ascii_lowercase();
    let good = ["http://", "https://", "mailto:", "#"].iter().any(|it| lower.starts_with(it));
    (good && !target.chars().any(|c| c.is_control() || steers(c))).then(|| text(target))
}

/// Code in back quotes of our own sentences as `<code>`, everything escaped.
pub(super) fn prose(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let mut out = String::new();
    for (nth, part) in parts.iter().enumerate() {
        match nth % 2 {
            1 => write!(out, "<code>{}</code>", text(part)).expect("strings take text"),
            _ => out.push_str(&text(part)),
        }
    }
    out
}

/// The words of a line without its marks of emphasis, links and comments; code stays code. At most
/// `max` bytes.
pub(super) fn claim(line: &str, max: usize) -> String {
    let cells: Vec<&str> = line.split('|').map(str::trim).filter(|it| !it.is_empty()).collect();
    let row = line.trim_start().starts_with('|');
    let line = if row { cells.join(" · ") } else { line.to_owned() };
    // A mark in front keeps what looks like the beginning of a block a text.
    let marked = format!("\u{1}{}", line.replace(['\n', '\u{1}'], " "));
    let (mut out, mut whole) = (String::new(), true);
    for event in Parser::new_ext(&marked, Options::ENABLE_STRIKETHROUGH) {
        let (words, code) = if let Event::Text(words) = &event {
            (words.trim_start_matches('\u{1}'), false)
        } else if let Event::Code(words) = &event {
            (words.as_ref(), true)
        } else {
            continue;
        };
        let (words, all) = within(words, max.saturating_sub(out.len()));
        if code {
            write!(out, "<code>{words}</code>").expect("strings take text");
        } else {
            out.push_str(&words);
        }
        whole &= all;
        if !whole {
            break;
        }
    }
    let out = out.trim().to_owned();
    if whole { out } else { format!("{out}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(text("</script><script>\"'&"), "&lt;/script&gt;&lt;script&gt;&quot;&#39;&amp;");
        assert_eq!(text("a\u{202e}b\u{0}c\u{1b}d\r\n"), "a⟨U+202E⟩b␀c␛d\n");
        assert_eq!(text("\u{85}\u{feff}\u{ffff}"), "⟨U+0085⟩⟨U+FEFF⟩\u{fffd}");
        assert_eq!(text("한국어 ✓"), "한국어 ✓");
    }

    #[test]
    fn a_cut_never_splits_an_escape() {
        assert_eq!(within("a<b", 4), (String::from("a"), false));
        assert_eq!(within("a<b", 6), (String::from("a&lt;b"), true));
    }

    #[test]
    fn links_lead_to_the_web_or_stay_text() {
        assert_eq!(
            link("https://a.example/?a=1&b").as_deref(),
            Some("https://a.example/?a=1&amp;b")
        );
        assert_eq!(link("HTTP://a.example").as_deref(), Some("HTTP://a.example"));
        assert_eq!(link("mailto:a@b.example").as_deref(), Some("mailto:a@b.example"));
        for bad in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//a", "file:///x"] {
            assert_eq!(link(bad), None, "{bad}");
        }
        assert_eq!(link("java\nscript:x"), None);
        assert_eq!(link("https://a.example/\u{202e}"), None);
    }

    #[test]
    fn a_claim_is_its_words() {
        assert_eq!(claim("`A` is **set** <!-- x --> in [b](c)", 99), "<code>A</code> is set  in b");
        assert_eq!(claim("| Lead | | |", 99), "Lead");
        assert_eq!(claim("1. [ ] a<b", 99), "1. [ ] a&lt;b");
        assert_eq!(claim("# no heading", 4), "# no…");
    }

    #[test]
    fn code_in_our_sentences_is_code() {
        assert_eq!(prose("run `a<b` now"), "run <code>a&lt;b</code> now");
        assert_eq!(prose("a ` b"), "a ` b");
    }
}

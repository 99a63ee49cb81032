//! List marks and boxes, as teams type them.

use holdpoint_model::text::Span;

/// The mark in front of a list item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListMark {
    /// Which list it belongs to: the bullet, or the byte behind the number.
    pub(crate) sort: u8,
    pub(crate) ordinal: Option<u64>,
    pub(crate) bytes: usize,
    pub(crate) columns: usize,
    /// Nothing follows on the line.
    pub(crate) bare: bool,
    /// A box follows, with or without a space.
    pub(crate) boxed: bool,
}

/// A box at the start of a text; offsets count from the start of that text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoxAt {
    /// Bytes of the whole box.
    pub(crate) length: usize,
    /// What a tick replaces; empty when there is nothing between the brackets.
    pub(crate) mark: Span,
    pub(crate) ticked: bool,
    /// Whether it is one character instead of brackets.
    pub(crate) glyph: bool,
}

/// Bullets that are no Markdown but typed all the same.
const BULLETS: [&str; 6] = ["\u{2022}", "\u{25cf}", "\u{25aa}", "\u{2023}", "\u{25e6}", "\u{00b7}"];
const OPEN_GLYPHS: [&str; 6] =
    ["\u{2610}", "\u{2b1c}", "\u{1f532}", "\u{1f533}", "\u{25a1}", "\u{25fb}"];
const TICKED_GLYPHS: [&str; 2] = ["\u{2611}", "\u{2612}"];
const BRACKETS: [(&str, &str); 3] =
    [("[", "]"), ("\u{ff3b}", "\u{ff3d}"), ("\u{3010}", "\u{3011}")];
const TICKS: [&str; 5] = ["x", "X", "\u{2713}", "\u{2714}", "\u{ff58}"];
/// Struck, postponed or failed: a box, but no tick.
const OTHERS: [&str; 5] = ["-", "~", "*", "\u{2717}", "\u{2718}"];
const BLANKS: [&str; 4] = [" ", "\t", "\u{a0}", "\u{3000}"];
/// Blanks that do not part a list mark from its text in Markdown.
const WIDE_GAPS: [&str; 6] = ["\u{a0}", "\u{3000}", "\u{2007}", "\u{202f}", "\u{200b}", "\u{feff}"];
/// Blanks on either side of the mark inside the brackets.
const PADDING_MAX: usize = 3;

/// The list mark that `rest` starts with.
pub(crate) fn list_mark(rest: &[u8]) -> Option<ListMark> {
    let first = *rest.first()?;
    match first {
        b'-' | b'+' | b'*' => {
            let tail = rest.get(1..).unwrap_or_default();
            finish(tail, first, None, 1, 1)
        }
        b'_' => {
            let tail = rest.get(1..).unwrap_or_default();
            let worded = !matches!(tail.get(1), None | Some(b'_' | b' ' | b'\t'));
            if worded && tail.first() == Some(&b' ') && tail.last() != Some(&b'_') {
                finish(tail, first, None, 1, 1)
            } else {
                None
            }
        }
        b'0'..=b'9' => {
            let digits = rest.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
            let sort = *rest.get(digits)?;
            if 9 < digits || !matches!(sort, b'.' | b')') {
                return None;
            }
            let ordinal = str::from_utf8(rest.get(..digits)?).ok()?.parse().ok();
            let tail = rest.get(digits + 1..).unwrap_or_default();
            finish(tail, sort, ordinal, digits + 1, digits + 1)
        }
        _ => {
            let bullet = BULLETS.iter().find(|bullet| rest.starts_with(bullet.as_bytes()))?;
            let tail = rest.get(bullet.len()..).unwrap_or_default();
            // A bullet character with nothing behind it is a blank in a form, not an item.
            tail.first().filter(|byte| is_gap(**byte))?;
            finish(tail, 0, None, bullet.len(), 1)
        }
    }
}

fn finish(
    tail: &[u8],
    sort: u8,
    ordinal: Option<u64>,
    bytes: usize,
    columns: usize,
) -> Option<ListMark> {
    let gap = tail.iter().take_while(|byte| is_gap(**byte)).count();
    let bare = gap == tail.len();
    let behind = tail.get(gap..).unwrap_or_default();
    let wide = wide_gap(behind);
    let boxed = box_at(behind.get(wide..).unwrap_or_default()).is_some();
    let glued_box = boxed && (tail.first() == Some(&b'[') || 0 < wide);
    // A blank that is none to Markdown belongs to the mark when a box follows.
    let bytes = if boxed && 0 < wide { bytes + gap + wide } else { bytes };
    (bare || 0 < gap || glued_box).then_some(ListMark {
        sort,
        ordinal,
        bytes,
        columns,
        bare,
        boxed,
    })
}

/// Bytes of blanks that start with one from another keyboard.
fn wide_gap(text: &[u8]) -> usize {
    let mut length = 0;
    for _ in 0..=PADDING_MAX {
        let rest = text.get(length..).unwrap_or_default();
        match prefix(rest, &WIDE_GAPS).or_else(|| prefix(rest, &[" "]).filter(|_| 0 < length)) {
            Some(width) => length += width,
            None => break,
        }
    }
    length
}

fn is_gap(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The box that `rest` starts with. A link whose text is `x` is none.
pub(crate) fn box_at(rest: &[u8]) -> Option<BoxAt> {
    let glyphs = OPEN_GLYPHS.iter().map(|glyph| (glyph, false));
    let ticked = TICKED_GLYPHS.iter().map(|glyph| (glyph, true));
    for (glyph, ticked) in glyphs.chain(ticked) {
        if rest.starts_with(glyph.as_bytes()) {
            let tail = rest.get(glyph.len()..).unwrap_or_default();
            let selector = if tail.starts_with("\u{fe0f}".as_bytes()) { 3 } else { 0 };
            let length = glyph.len() + selector;
            return Some(BoxAt { length, mark: Span::new(0, glyph.len()), ticked, glyph: true });
        }
    }
    BRACKETS.iter().find_map(|(open, close)| bracketed(rest, open, close))
}

fn bracketed(rest: &[u8], open: &str, close: &str) -> Option<BoxAt> {
    let inner = rest.strip_prefix(open.as_bytes())?;
    let mut at = open.len();
    let blanks = padding(inner);
    at += blanks;
    let tail = inner.get(blanks..)?;
    let ticked = prefix(tail, &TICKS);
    let (width, is_ticked) = match ticked.or_else(|| prefix(tail, &OTHERS)) {
        Some(width) => (width, ticked.is_some()),
        None => (0, false),
    };
    let after = tail.get(width..)?;
    let gap = if width == 0 { 0 } else { padding(after) };
    let behind = after.get(gap..)?.strip_prefix(close.as_bytes())?;
    if matches!(behind.first(), Some(b'(' | b'[')) {
        return None;
    }
    let mark = if width == 0 {
        let first = prefix(inner, &BLANKS).unwrap_or(0);
        Span::new(open.len(), open.len() + first)
    } else {
        Span::new(at, at + width)
    };
    let length = at + width + gap + close.len();
    Some(BoxAt { length, mark, ticked: is_ticked, glyph: false })
}

/// Bytes of the blanks in front.
fn padding(text: &[u8]) -> usize {
    let mut length = 0;
    for _ in 0..PADDING_MAX {
        match prefix(text.get(length..).unwrap_or_default(), &BLANKS) {
            Some(width) => length += width,
            None => break,
        }
    }
    length
}

fn prefix(text: &[u8], of: &[&str]) -> Option<usize> {
    of.iter().find(|it| text.starts_with(it.as_bytes())).map(|it| it.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_markdown_and_others() {
        for (text, ordinal, bytes) in [
            ("- a", None, 1),
            ("+ a", None, 1),
            ("*\ta", None, 1),
            ("12. a", Some(12), 3),
            ("3) a", Some(3), 2),
            ("_ update", None, 1),
            ("\u{2022} a", None, 3),
            ("-[ ] a", None, 1),
            ("-", None, 1),
        ] {
            let mark = list_mark(text.as_bytes()).unwrap();
            assert_eq!((mark.ordinal, mark.bytes), (ordinal, bytes), "{text}");
        }
        for text in ["-a", "**bold**", "1.5 GB", "1234567890. a", "_em_ a", "_ a _", "", "__ a"] {
            assert_eq!(list_mark(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn boxes_of_every_kind() {
        for (text, length, mark, ticked) in [
            ("[ ] a", 3, (1, 2), false),
            ("[x] a", 3, (1, 2), true),
            ("[X]a", 3, (1, 2), true),
            ("[] a", 2, (1, 1), false),
            ("[  ] a", 4, (1, 2), false),
            ("[ x ]", 5, (2, 3), true),
            ("[-] a", 3, (1, 2), false),
            ("\u{ff3b}\u{3000}\u{ff3d}a", 9, (3, 6), false),
            ("\u{ff3b}x\u{ff3d}a", 7, (3, 4), true),
            ("\u{2610} a", 3, (0, 3), false),
            ("\u{2611}\u{fe0f} a", 6, (0, 3), true),
        ] {
            let found = box_at(text.as_bytes()).unwrap();
            assert_eq!(found.length, length, "{text}");
            assert_eq!((found.mark.start, found.mark.end, found.ticked), (mark.0, mark.1, ticked));
        }
        for text in ["[x](url)", "[x][ref]", "[Name]", "[!NOTE]", "[1]", "[", "\u{2705}"] {
            assert_eq!(box_at(text.as_bytes()), None, "{text}");
        }
    }
}

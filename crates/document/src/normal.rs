//! Text in the form in which it is compared: without emoji, accents of style, case, white space.

use crate::repair::repair;

/// `text` repaired, without emoji and variation selectors, its white space collapsed.
pub fn plain(text: &str) -> String {
    let repaired = repair(text);
    let mut out = String::with_capacity(repaired.len());
    let mut gap = false;
    for c in repaired.chars() {
        if is_emoji(c) {
            continue;
        }
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

/// [`plain`] in lower case, composed where Hangul came in pieces: headings that differ only by
/// emoji, case or damaged characters are equal.
pub fn normal(text: &str) -> String {
    let plain = plain(text);
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars().flat_map(char::to_lowercase) {
        match out.chars().next_back().and_then(|last| compose(last, c)) {
            Some(syllable) => {
                out.pop();
                out.push(syllable);
            }
            None => out.push(c),
        }
    }
    out
}

/// Letters and digits of [`normal`], words joined by `-`: `pre-deployment-checks`.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in normal(text).chars() {
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    }
    out
}

/// Pictures, their modifiers and joiners; not arrows, signs and letters.
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{fe0e}' | '\u{fe0f}' | '\u{200d}' | '\u{20e3}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{2b1b}' | '\u{2b1c}' | '\u{2b50}' | '\u{2b55}'
        | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{e0020}'..='\u{e007f}')
}

/// The Hangul syllable of two pieces.
fn compose(first: char, second: char) -> Option<char> {
    const LEADS: u32 = 0x1100;
    const VOWELS: u32 = 0x1161;
    const TAILS: u32 = 0x11a7;
    const SYLLABLES: u32 = 0xac00;
    let (a, b) = (u32::from(first), u32::from(second));
    if (LEADS..LEADS + 19).contains(&a) && (VOWELS..VOWELS + 21).contains(&b) {
        return char::from_u32(SYLLABLES + ((a - LEADS) * 21 + (b - VOWELS)) * 28);
    }
    let open = (SYLLABLES..SYLLABLES + 11_172).contains(&a) && (a - SYLLABLES).is_multiple_of(28);
    if open && (TAILS + 1..TAILS + 28).contains(&b) {
        return char::from_u32(a + (b - TAILS));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_that_differ_by_emoji_are_equal() {
        let intact = normal("\u{1f4ca} Monitoring Setup");
        assert_eq!(intact, normal("\u{f8ff}\u{fc}\u{ec}\u{e4} Monitoring Setup"));
        assert_eq!(intact, "monitoring setup");
        assert_eq!(slug("\u{1f3d7}\u{fe0f}  Pre-Deployment  Checks!"), "pre-deployment-checks");
        assert_eq!(plain("3\u{fe0f}\u{20e3} Configure \u{2192} Go"), "3 Configure \u{2192} Go");
    }

    #[test]
    fn pieces_of_hangul_are_joined() {
        assert_eq!(normal("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"), "\u{d55c}\u{ae00}");
    }
}

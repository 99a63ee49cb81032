//! How text is dressed: colour or none, symbols or words, and how wide.

use holdpoint_model::line::State;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What the reader's screen can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colour are written.
    pub color: bool,
    /// Whether only ASCII is written, with words for symbols.
    pub ascii: bool,
    /// Columns.
    pub width: usize,
}

/// A colour with a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Something was seen not to hold.
    Bad,
    /// Something could not be seen, or waits.
    Dark,
    /// Background.
    Faint,
    /// A heading.
    Strong,
}

impl Style {
    /// Plain ASCII, eighty columns.
    pub const PLAIN: Self = Self { color: false, ascii: true, width: 80 };

    /// The text in a tone.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31;1",
            Tone::Dark => "33",
            Tone::Faint => "2",
            Tone::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// The sign of a state: one symbol, or one word in ASCII.
    pub fn sign(self, state: State) -> &'static str {
        match (state, self.ascii) {
            (State::Pass, false) => "✓",
            (State::Fail, false) => "✗",
            (State::Unknown, false) => "?",
            (State::Owed, false) => "⌂",
            (State::Waived, false) => "~",
            (State::NotApplicable, false) => "–",
            (State::Later, false) => "…",
            (State::Noted, false) => "·",
            (State::Pass, true) => "pass   ",
            (State::Fail, true) => "FAIL   ",
            (State::Unknown, true) => "unknown",
            (State::Owed, true) => "owed   ",
            (State::Waived, true) => "waived ",
            (State::NotApplicable, true) => "n/a    ",
            (State::Later, true) => "later  ",
            (State::Noted, true) => "noted  ",
        }
    }

    /// The tone of a state.
    pub fn tone(self, state: State) -> Tone {
        match state {
            State::Pass => Tone::Good,
            State::Fail => Tone::Bad,
            State::Unknown | State::Owed => Tone::Dark,
            State::Waived | State::NotApplicable | State::Later | State::Noted => Tone::Faint,
        }
    }

    /// What stands between the parts of a sentence.
    pub fn dot(self) -> &'static str {
        if self.ascii { "|" } else { "·" }
    }

    /// What stands between the headings of a path.
    pub fn arrow(self) -> &'static str {
        if self.ascii { ">" } else { "›" }
    }

    /// The text without control characters, cut to `columns`, with a mark where it was cut.
    pub fn cut(self, text: &str, columns: usize) -> String {
        let clean = self.clean(text);
        if clean.width() <= columns {
            return clean;
        }
        let mark = if self.ascii { "..." } else { "…" };
        let room = columns.saturating_sub(mark.width());
        let (mut out, mut used) = (String::new(), 0);
        for c in clean.chars() {
            used += c.width().unwrap_or(0);
            if room < used {
                break;
            }
            out.push(c);
        }
        out.push_str(mark);
        out
    }

    /// The text cut and filled up with blanks to `columns`.
    pub fn cell(self, text: &str, columns: usize) -> String {
        let cut = self.cut(text, columns);
        let blanks = columns.saturating_sub(cut.width());
        format!("{cut}{}", " ".repeat(blanks))
    }

    /// The text without control characters and, in ASCII, with `?` for what is none. A document
    /// must not be able to write to the reader's terminal.
    pub fn clean(self, text: &str) -> String {
        let keep = |c: char| match c {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
            c if c.is_control() => None,
            c if steers(c) => None,
            c if self.ascii && !c.is_ascii() => Some(ascii(c)),
            c => Some(c),
        };
        text.chars().filter_map(keep).collect()
    }

    /// Breaks a text at blanks into lines of at most `columns`, each after `indent` blanks.
    pub fn wrap(self, text: &str, indent: usize, columns: usize) -> String {
        let room = columns.saturating_sub(indent).max(20);
        let (mut lines, mut line) = (Vec::new(), String::new());
        for word in self.clean(text).split_whitespace() {
            if !line.is_empty() && room < line.width() + 1 + word.width() {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        lines.join(&format!("\n{}", " ".repeat(indent)))
    }
}

/// Whether a character changes the direction or the lines of the text around it.
fn steers(c: char) -> bool {
    matches!(c,
        '\u{200e}' | '\u{200f}' | '\u{61c}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{206f}')
}

fn ascii(c: char) -> char {
    match c {
        '–' | '—' | '‑' | '−' => '-',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '≥' => '>',
        '≤' => '<',
        '×' => 'x',
        '…' => '.',
        '→' | '›' => '>',
        '·' => '-',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Style = Style { color: false, ascii: false, width: 100 };

    #[test]
    fn cuts_by_columns_and_not_by_bytes() {
        assert_eq!(WIDE.cut("한국어 문서", 6), "한국…");
        assert_eq!(WIDE.cut("short", 6), "short");
        assert_eq!(Style::PLAIN.cut("a longer text", 8), "a lon...");
        assert_eq!(WIDE.cell("ab", 4), "ab  ");
    }

    #[test]
    fn a_document_cannot_write_to_the_terminal() {
        assert_eq!(WIDE.clean("a\u{1b}[31mred\u{202e}"), "a[31mred");
        for style in [WIDE, Style::PLAIN] {
            for steering in ['\u{80}', '\u{9b}', '\u{9f}', '\u{200e}', '\u{200f}', '\u{61c}'] {
                assert_eq!(style.clean(&format!("a{steering}b")), "ab", "{steering:?}");
            }
            for steering in ['\u{202a}', '\u{2066}', '\u{2069}', '\u{206a}', '\u{7f}'] {
                assert_eq!(style.clean(&format!("a{steering}b")), "ab", "{steering:?}");
            }
            for end in ['\u{85}', '\u{2028}', '\u{2029}'] {
                assert_eq!(style.clean(&format!("a{end}b")), "a b", "{end:?}");
            }
        }
    }

    #[test]
    fn wraps_at_blanks() {
        assert_eq!(
            WIDE.wrap("one two three four five six", 2, 22),
            "one two three four\n  five six"
        );
    }
}

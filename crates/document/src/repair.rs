//! Repair of characters that went through Mac Roman and back.

use std::borrow::Cow;

use encoding_rs::MACINTOSH;

/// `text` with every run of damaged characters replaced by what it was before.
///
/// A run of non-ASCII characters is damaged when its Mac Roman bytes are valid UTF-8 that says
/// something else. An honest accent is not valid UTF-8 then, and an honest emoji has no Mac Roman
/// bytes at all.
pub fn repair(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut rest = text;
    let mut at = 0;
    while let Some(skip) = rest.find(|c: char| !c.is_ascii()) {
        let tail = rest.get(skip..).unwrap_or_default();
        let length = tail.find(|c: char| c.is_ascii()).unwrap_or(tail.len());
        let run = tail.get(..length).unwrap_or_default();
        let start = at + skip;
        if let Some(mended) = mend(run) {
            out.push_str(text.get(copied..start).unwrap_or_default());
            out.push_str(&mended);
            copied = start + length;
        }
        at = start + length;
        rest = tail.get(length..).unwrap_or_default();
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

fn mend(run: &str) -> Option<String> {
    let (bytes, _, had_errors) = MACINTOSH.encode(run);
    // The encoder writes numeric references for what it cannot say instead of stopping.
    if had_errors {
        return None;
    }
    let mended = str::from_utf8(&bytes).ok()?;
    (mended != run && !is_honest(run)).then(|| mended.to_owned())
}

/// Whether a run is two characters that stand side by side in honest text: a sign or a quote and
/// what it is set against, as in `l’été` or `§3–§5`. Two bytes can be UTF-8 by chance.
fn is_honest(run: &str) -> bool {
    let mut chars = run.chars();
    let sign = chars.next().is_some_and(|c| {
        matches!(c, '«' | '»' | '‹' | '›' | '…' | '\u{a0}' | '–' | '—' | '÷' | '€')
            || matches!(c, '“' | '”' | '‘' | '’' | 'À' | 'Ã' | 'Õ' | 'Œ' | 'œ' | 'ÿ' | 'Ÿ')
    });
    sign && chars.count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_emoji_come_back() {
        for (damaged, original) in [
            ("\u{f8ff}\u{fc}\u{ec}\u{e3} Checks", "\u{1f4cb} Checks"),
            ("(84.9% \u{201a}\u{fa}\u{ec})", "(84.9% \u{2713})"),
            ("\u{201a}\u{fa}\u{d6} Sign-Off", "\u{2705} Sign-Off"),
            ("caf\u{221a}\u{a9}", "caf\u{e9}"),
            ("\u{f8ff}\u{fc}\u{e8}\u{f3}\u{d4}\u{220f}\u{e8} Steps", "\u{1f3d7}\u{fe0f} Steps"),
        ] {
            assert_eq!(repair(damaged), original);
        }
    }

    #[test]
    fn honest_characters_stay() {
        for text in [
            "l’été",
            "§3–§5",
            "caf\u{e9}",
            "\u{1f527} Setup",
            "Ver\u{f6}ffentlichung \u{2713}",
            "",
            "plain",
        ] {
            assert!(matches!(repair(text), Cow::Borrowed(same) if same == text));
        }
    }
}

//! Reads one number with its unit and the words that bound it.

use crate::{
    nouns::table,
    values::{Value, What},
    words::is_unspaced,
};

/// The number at `start` with its unit and its bound.
pub(crate) fn number(text: &str, start: usize, digits: &str, after_colon: bool) -> Value {
    let behind = start + digits.len();
    let rest = text.get(behind..).unwrap_or_default();
    let head = text.get(..start).unwrap_or_default().to_lowercase();
    let (what, shown, length) = with_unit(digits, rest, lasts(&head));
    let end = behind + length;
    let tail = text.get(end..).unwrap_or_default();
    let bound = bound_before(&head).or_else(|| bound_behind(tail));
    let is_port = after_colon && 2 <= digits.len() || follows_port(&head) || leads_port(tail);
    let dotted = digits.contains('.') && !digits.contains(',');
    let status = digits.len() == 3 && digits.starts_with(['2', '3', '4', '5']) && bound.is_none();
    let what = if what != What::Number {
        what
    } else if is_port {
        What::Port
    } else if dotted || tail.starts_with('+') && bound.is_some() {
        What::Version
    } else if status {
        What::Code
    } else {
        What::Number
    };
    Value { what, start, end, text: shown, bound }
}

/// What a number with the text behind it is, how it is typed, and how long the unit is.
fn with_unit(digits: &str, rest: &str, lasts: bool) -> (What, String, usize) {
    let digits = digits.replace(',', "");
    // "15+ days" are days.
    if let Some(unit) = rest.strip_prefix('+')
        && unit.starts_with(|c: char| c == ' ' || c.is_alphabetic())
    {
        let (what, shown, length) = with_unit(&digits, unit, lasts);
        return (what, shown, if what == What::Number { 0 } else { 1 + length });
    }
    // "60-second period", "a 10-minute test".
    if let Some(unit) = rest.strip_prefix('-')
        && let (What::Duration, shown, length) = with_unit(&digits, unit, false)
        && 3 < length
    {
        return (What::Duration, shown, 1 + length);
    }
    let gap = rest.len() - rest.trim_start_matches(' ').len();
    let after = rest.get(gap..).unwrap_or_default();
    if after.starts_with('%') || after.starts_with('\u{ff05}') {
        let sign = after.chars().next().map_or(1, char::len_utf8);
        return (What::Percent, format!("{digits}%"), gap + sign);
    }
    let end = unit_length(after);
    let word = after.get(..end).unwrap_or_default();
    let lower = word.to_lowercase();
    if table("sizes").iter().any(|(name, _)| *name == lower) && (gap == 0 || 2 <= lower.len()) {
        return (What::Size, format!("{digits}{word}"), gap + end);
    }
    if let Some((_, unit)) = table("times").iter().find(|(name, _)| *name == lower)
        && (gap == 0 || 2 <= lower.len() || lower == "s")
    {
        return (What::Duration, format!("{digits}{unit}"), gap + end);
    }
    let open = after.get(end..).unwrap_or_default();
    if word == "m" && gap == 0 && lasts && !open.trim_start().starts_with(char::is_alphabetic) {
        return (What::Duration, format!("{digits}m"), end);
    }
    if let Some((_, days)) = table("spans").iter().find(|(name, _)| *name == lower)
        && let (Ok(count), Ok(days)) = (digits.parse::<u64>(), days.parse::<u64>())
    {
        return (What::Duration, format!("{}d", count.saturating_mul(days)), gap + end);
    }
    (What::Number, digits, 0)
}

/// How many bytes of a text belong to the unit at its beginning. No blank stands between a unit and
/// the words of some languages: "8GB以上", "30分钟以内".
fn unit_length(text: &str) -> usize {
    if text.starts_with(is_unspaced) {
        let units = table("times").iter().chain(table("spans")).map(|(name, _)| *name);
        return units.filter(|name| text.starts_with(name)).map(str::len).max().unwrap_or(0);
    }
    text.find(|c: char| !c.is_alphabetic() || is_unspaced(c)).unwrap_or(text.len())
}

/// Whether what stands before a number says that it is a length of time.
fn lasts(head: &str) -> bool {
    let head = head.trim_end_matches([' ', '=', ':', '`', '<', '>', '≤', '≥']);
    table("lasting").iter().any(|(word, _)| {
        let before = head.strip_suffix(*word).map(|rest| rest.chars().next_back());
        before.is_some_and(|it| !it.is_some_and(char::is_alphanumeric))
    })
}

/// How many bytes of a text belong to the number at its beginning.
pub(crate) fn number_length(text: &str) -> usize {
    let mut end = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let digit_behind = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_digit() || (matches!(byte, b'.' | b',') && digit_behind) {
            end += 1;
        } else {
            break;
        }
    }
    end
}

fn follows_port(head: &str) -> bool {
    let head = head.trim_end_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, ' ' | ',' | ':' | '/' | '&' | '`' | '*')
    });
    let head = head.strip_suffix(" and").unwrap_or(head);
    let head = head.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | ':'));
    table("ports").iter().any(|(word, _)| head.ends_with(word))
}

/// "443 포트": beyond ASCII the word stands behind its number.
fn leads_port(tail: &str) -> bool {
    let tail = tail.trim_start();
    let mut words = table("ports").iter().map(|(word, _)| *word).filter(|word| !word.is_ascii());
    words.any(|word| tail.starts_with(word))
}

fn bound_before(head: &str) -> Option<&'static str> {
    let head = head.trim_end_matches([' ', '*', '~', '$', '`']);
    let begins = |word: &str| {
        let rest = head.strip_suffix(word)?;
        let letter = word.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        let inside = letter && rest.chars().next_back().is_some_and(char::is_alphanumeric);
        (!inside).then_some(rest)
    };
    let all = table("before").iter().filter_map(|(word, sign)| Some((word, sign, begins(word)?)));
    // A word may be the end of a longer one.
    let (_, sign, rest) = all.max_by_key(|(word, ..)| word.len())?;
    Some(if is_denied(rest) { opposite(sign) } else { sign })
}

/// Whether what stands before a bound denies it: "not", "must never be", "doesn't go".
fn is_denied(head: &str) -> bool {
    let has = |name: &str, word: &str| table(name).iter().any(|(known, _)| *known == word);
    let mut words = head.split_whitespace().rev().skip_while(|word| has("copulas", word));
    let word = words.next().unwrap_or_default();
    let contracted = word.ends_with("n't") || word.ends_with("n\u{2019}t");
    let mut unspaced = table("denials").iter().filter(|(known, _)| known.contains(is_unspaced));
    contracted || has("denials", word) || unspaced.any(|(known, _)| word.ends_with(known))
}

/// The bound that holds where this one does not.
fn opposite(sign: &'static str) -> &'static str {
    match sign {
        ">" => "<=",
        ">=" => "<",
        "<" => ">=",
        "<=" => ">",
        other => other,
    }
}

fn bound_behind(tail: &str) -> Option<&'static str> {
    let skipped = tail.trim_start_matches([' ', '(']).to_lowercase();
    let found = table("behind").iter().find(|(word, _)| skipped.starts_with(*word));
    if let Some((_, sign)) = found {
        return Some(sign);
    }
    // "4 CPU cores minimum": the word stands behind what is counted.
    let mut words = skipped.split_whitespace().take(4);
    words.find_map(|word| match word.trim_end_matches(['.', ')']) {
        "minimum" | "minimum)" => Some(">="),
        "maximum" => Some("<="),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::values::{What, values};

    fn bound(text: &str) -> Option<&'static str> {
        values(text).first().and_then(|it| it.bound)
    }

    #[test]
    fn an_m_is_minutes_only_where_something_lasts() {
        let one = |text| values(text).first().map(|it| (it.what, it.text.clone()));
        let minutes = Some((What::Duration, "5m".to_owned()));
        for text in ["for 5m", "every 5m, then", "--timeout=5m", "within < 5m (hard)"] {
            assert_eq!(one(text), minutes, "{text}");
        }
        for text in ["5m rows", "cable of 5m", "for 5m users", "before 5m"] {
            assert_ne!(one(text), minutes, "{text}");
        }
    }

    #[test]
    fn a_bound_that_is_denied_is_the_opposite_one() {
        for text in [
            "no more than 2%",
            "not greater than 2%",
            "never exceeds 2%",
            "must not be over 2%",
            "does not exceed 2%",
            "doesn't go above 2%",
            "cannot exceed 2%",
            "isn\u{2019}t higher than 2%",
            "darf nicht \u{fc}ber 2%",
            "\u{4e0d}\u{8d85}\u{8fc7}2%",
        ] {
            assert_eq!(bound(text), Some("<="), "{text}");
        }
        for text in
            ["not less than 2%", "must not fall below 2%", "no fewer than 2%", "never under 2%"]
        {
            assert_eq!(bound(text), Some(">="), "{text}");
        }
        for text in ["more than 2%", "No errors and over 2%", "exceeds 2%"] {
            assert_eq!(bound(text), Some(">"), "{text}");
        }
    }
}

//! Texts without what a clock had to do with them, so that two of them can be compared.

/// The parts of a date or a time as people and programs write them. `9` is a digit, `A` a letter;
/// the longest comes first. The stamp of a kind stands in its place.
const SHAPES: [(&str, &str); 14] = [
    ("AAA, 99 AAA 9999 99:99:99", "<time>"),
    ("AAA 99 99:99:99 9999", "<time>"),
    ("AAA  9 99:99:99 9999", "<time>"),
    ("9999-99-99 99:99:99", "<time>"),
    ("9999-99-99T99:99:99", "<time>"),
    ("9999-99-99_99-99-99", "<time>"),
    ("9999-99-99T99:99", "<time>"),
    ("9999-99-99", "<date>"),
    ("9999/99/99", "<date>"),
    ("9999_99_99", "<date>"),
    ("99999999T999999", "<time>"),
    ("99999999-999999", "<time>"),
    ("99999999", "<date>"),
    ("99:99:99", "<time>"),
];

/// Letters and digits of an identifier that is drawn afresh each time.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// Units of a length of time, and of sizes that are measured to the last byte.
const UNITS: [&str; 28] = [
    "bytes",
    "milliseconds",
    "millisecond",
    "microseconds",
    "seconds",
    "minutes",
    "second",
    "minute",
    "hours",
    "weeks",
    "hour",
    "days",
    "week",
    "secs",
    "mins",
    "day",
    "sec",
    "min",
    "ms",
    "µs",
    "us",
    "ns",
    "s",
    "m",
    "h",
    "d",
    "w",
    "y",
];

/// A text with a stamp in the place of every date, time and identifier drawn at random.
pub(crate) fn timeless(text: &str) -> String {
    replaced(text, false)
}

/// The same for the words of a finding, in which lengths of time were measured too; `counts` says
/// whether it tells of counters, which no run sees twice at the same mark.
pub(crate) fn finding(text: &str, counts: bool) -> String {
    let text = replaced(text, true);
    if !counts {
        return text;
    }
    text.chars().filter(|it| !it.is_ascii_digit()).collect()
}

fn replaced(text: &str, spans: bool) -> String {
    let all: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(c) = all.get(at) {
        let rest = all.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|it| all.get(it)).copied();
        let found = stamp(rest, before).or_else(|| span(rest, before).filter(|_| spans));
        match found {
            Some((length, stamp)) => {
                out.push_str(stamp);
                at += length.max(1);
            }
            None => {
                out.push(*c);
                at += 1;
            }
        }
    }
    out
}

fn stamp(rest: &[char], before: Option<char>) -> Option<(usize, &'static str)> {
    let first = *rest.first()?;
    if !first.is_ascii_alphanumeric() || before.is_some_and(|it| it.is_ascii_digit()) {
        return None;
    }
    if !before.is_some_and(char::is_alphanumeric)
        && let Some(length) = uuid(rest)
    {
        return Some((length, "<id>"));
    }
    for (shape, stamp) in SHAPES {
        let length = shape.chars().count();
        let fits = shape.chars().zip(rest).filter(|(shape, c)| fits(*shape, **c)).count() == length;
        let ends = !rest.get(length).is_some_and(char::is_ascii_digit);
        if fits && ends && plausible(shape, rest) {
            return Some((length + tail(rest.get(length..).unwrap_or_default()), stamp));
        }
    }
    // Seconds or milliseconds since 1970, of this quarter of the century.
    let digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    let epoch = matches!(digits, 10 | 13)
        && first == '1'
        && rest.get(1).is_some_and(|it| ('4'..='9').contains(it))
        && !before.is_some_and(|it| it.is_alphanumeric() || it == '.');
    epoch.then_some((digits, "<time>"))
}

fn fits(shape: char, c: char) -> bool {
    match shape {
        '9' => c.is_ascii_digit(),
        'A' => c.is_ascii_alphabetic(),
        other => c == other,
    }
}

/// Eight digits are a date only when they can be one.
fn plausible(shape: &str, rest: &[char]) -> bool {
    if !shape.starts_with("9999") {
        return true;
    }
    let number = |from: usize, to: usize| -> u32 {
        let digits: String = rest.get(from..to).unwrap_or_default().iter().collect();
        digits.parse().unwrap_or(0)
    };
    let year = (1970..2100).contains(&number(0, 4));
    if shape.starts_with("99999999") {
        return year && (1..=12).contains(&number(4, 6)) && (1..=31).contains(&number(6, 8));
    }
    year && (1..=12).contains(&number(5, 7)) && (1..=31).contains(&number(8, 10))
}

/// Characters of a fraction and of a zone behind a time.
fn tail(rest: &[char]) -> usize {
    let mut length = 0;
    if matches!(rest.first(), Some('.' | ',')) {
        let digits = rest.iter().skip(1).take_while(|it| it.is_ascii_digit()).count();
        if 0 < digits {
            length += 1 + digits;
        }
    }
    let zone = rest.get(length..).unwrap_or_default();
    for shape in [" GMT", " UTC", "+99:99", "-99:99", "+9999", "Z"] {
        let count = shape.chars().count();
        if shape.chars().zip(zone).filter(|(shape, c)| fits(*shape, **c)).count() == count {
            return length + count;
        }
    }
    length
}

fn uuid(rest: &[char]) -> Option<usize> {
    let mut at = 0;
    for (nth, count) in UUID.into_iter().enumerate() {
        if 0 < nth {
            (rest.get(at) == Some(&'-')).then_some(())?;
            at += 1;
        }
        let part = rest.get(at..at + count)?;
        part.iter().all(char::is_ascii_hexdigit).then_some(())?;
        at += count;
    }
    (!rest.get(at).is_some_and(|it| it.is_alphanumeric())).then_some(at)
}

fn span(rest: &[char], before: Option<char>) -> Option<(usize, &'static str)> {
    let joined = |it: char| it.is_alphanumeric() || matches!(it, '.' | '_' | '-' | '=' | ':');
    if before.is_some_and(joined) {
        return None;
    }
    let digits =
        rest.iter().take_while(|it| it.is_ascii_digit() || matches!(it, '.' | ',')).count();
    rest.first().filter(|it| it.is_ascii_digit())?;
    let blank = usize::from(rest.get(digits) == Some(&' '));
    let unit = rest.get(digits + blank..)?;
    let found = UNITS.into_iter().find(|word| {
        let count = word.chars().count();
        let same = unit.iter().zip(word.chars()).filter(|(a, b)| **a == *b).count() == count;
        same && !unit.get(count).is_some_and(|it| it.is_alphanumeric() || *it == '/')
    })?;
    Some((digits + blank + found.chars().count(), "<span>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_and_everything_else_stays() {
        let same = [
            ("at 2026-11-21T09:14:02.120Z ok", "at 2026-11-22T10:00:00Z ok"),
            ("Sat, 21 Nov 2026 09:14:02 GMT", "Sun, 22 Nov 2026 10:00:00 GMT"),
            ("backup-2026-11-21.sql.gz", "backup-2026-11-22.sql.gz"),
            ("db_20261121.dump", "db_20261122.dump"),
            ("dump-20261121-031500.gz", "dump-20261122-031501.gz"),
            ("since 1763715600", "since 1763715999"),
            ("id 6f0a1c2e-1111-4222-8333-abcdefabcdef", "id 00000000-1111-4222-8333-abcdefabcde0"),
            ("notAfter=Nov 21 09:14:02 2026 GMT", "notAfter=Nov 22 09:14:02 2026 GMT"),
        ];
        for (one, two) in same {
            assert_eq!(timeless(one), timeless(two));
            assert_ne!(timeless(one), one);
        }
        for text in [
            "max-age=300",
            "nginx/1.18.0",
            "port 9090",
            "99999999",
            "12345678",
            "10.0.0.1",
            "v2026",
            "",
        ] {
            assert_eq!((timeless(text), finding(text, false)), (text.to_owned(), text.to_owned()));
        }
        // A commit is no identifier drawn at random.
        assert_eq!(timeless("5e2c0d11aa"), "5e2c0d11aa");
        assert_eq!(timeless("한국 2026-11-21 ✓"), "한국 <date> ✓");
    }

    #[test]
    fn measured_spans_go_from_findings_only() {
        assert_eq!(
            finding("ends in 10 days, 3 of 3 in 1.5 s", false),
            "ends in <span>, 3 of 3 in <span>"
        );
        assert_eq!(finding("p95 is 12ms", false), "p95 is <span>");
        assert_eq!(finding("a.gz, 9 h, 65959 bytes", false), "a.gz, <span>, <span>");
        assert_eq!(timeless("p95 is 12ms"), "p95 is 12ms");
        assert_eq!(finding("20 MB of 40 MB; 5 m/s", false), "20 MB of 40 MB; 5 m/s");
    }
}

//! Times and durations as people and machines read them.

use holdpoint_model::time::Time;

/// RFC 3339 in UTC with milliseconds. A time out of range is shown as the nearest in range.
pub fn rfc3339(time: Time) -> String {
    let fallback = if time.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    let stamp = jiff::Timestamp::from_millisecond(time.0).unwrap_or(fallback);
    format!("{stamp:.3}")
}

/// Hours, minutes and seconds in UTC.
pub fn clock(time: Time) -> String {
    let full = rfc3339(time);
    full.get(11..19).unwrap_or(&full).to_owned()
}

/// A span of milliseconds in one or two units.
pub fn span(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        3_600_000.. => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// The time of a `Date` header: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(text: &str) -> Option<Time> {
    let read = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(Time(read.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times() {
        assert_eq!(rfc3339(Time(1_763_715_600_120)), "2025-11-21T09:00:00.120Z");
        assert_eq!(clock(Time(1_763_715_600_120)), "09:00:00");
        assert_eq!(rfc3339(Time(0)), "1970-01-01T00:00:00.000Z");
        let read = http_date("Sun, 06 Nov 1994 08:49:37 GMT").map(rfc3339);
        assert_eq!(read.as_deref(), Some("1994-11-06T08:49:37.000Z"));
        assert_eq!(http_date("yesterday"), None);
        assert!(rfc3339(Time(i64::MAX)).starts_with("9999-"));
        assert_eq!(
            [span(12), span(1_250), span(61_000), span(7_260_000)],
            ["12 ms", "1.2 s", "1 min 1 s", "2 h 1 min"]
        );
    }
}

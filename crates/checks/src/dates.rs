//! Dates as servers and people write them.

use holdpoint_model::time::Time;

/// The moment that an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`) names.
pub(crate) fn read_http(text: &str) -> Option<Time> {
    let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(Time(zoned.timestamp().as_millisecond()))
}

/// The day of a moment in UTC, `2027-01-15`; the number itself when it is out of range.
pub(crate) fn day(time: Time) -> String {
    jiff::Timestamp::from_millisecond(time.0)
        .map_or_else(|_| time.0.to_string(), |it| it.strftime("%Y-%m-%d").to_string())
}

/// The moment as a server writes it in `Date`.
pub(crate) fn http(time: Time) -> String {
    jiff::Timestamp::from_millisecond(time.0).map_or_else(
        |_| time.0.to_string(),
        |it| it.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let time = read_http("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(time, Time(784_111_777_000));
        assert_eq!(http(time), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(day(time), "1994-11-06");
        assert_eq!(read_http("yesterday"), None);
    }
}

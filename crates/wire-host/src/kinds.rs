//! What a text can be read as: numbers, URLs, hosts, addresses, JSON, hex, base64.

use std::net::IpAddr;

/// The types of a value, by their names in the catalog: `int number bool port host url url(SCHEME)
/// seconds email json`.
pub(crate) fn kinds(value: &str) -> Vec<String> {
    let mut kinds: Vec<String> = [
        ("int", is_int(value)),
        ("number", is_number(value)),
        ("bool", is_bool(value)),
        ("port", is_digits(value) && value.parse::<u16>().is_ok_and(|port| 0 < port)),
        ("host", is_host(value)),
        ("seconds", is_digits(value) && value.parse::<u64>().is_ok()),
        ("email", is_email(value)),
        ("json", is_json(value)),
    ]
    .into_iter()
    .filter(|(_, holds)| *holds)
    .map(|(word, _)| word.to_owned())
    .collect();
    if let Some(scheme) = url_scheme(value) {
        kinds.push("url".to_owned());
        kinds.push(format!("url({scheme})"));
    }
    kinds
}

fn is_digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_int(value: &str) -> bool {
    is_digits(value.strip_prefix(['-', '+']).unwrap_or(value))
}

fn is_number(value: &str) -> bool {
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            let fits = |part: &str| part.is_empty() || is_digits(part);
            fits(whole) && fits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => is_digits(mantissa),
    };
    mantissa && exponent.is_none_or(is_int)
}

fn is_bool(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    matches!(lower.as_str(), "true" | "false" | "1" | "0" | "yes" | "no" | "on" | "off")
}

fn is_host(value: &str) -> bool {
    let literal = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    if literal.parse::<IpAddr>().is_ok() {
        return true;
    }
    let name = value.strip_suffix('.').unwrap_or(value);
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A name whose last label is a number would be an address.
    name.len() <= 253
        && name.split('.').all(fits)
        && !name.rsplit('.').next().is_some_and(is_digits)
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    (1..=64).contains(&local.len())
        && local.chars().all(fits)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && is_host(domain)
        && !domain.ends_with('.')
}

/// The scheme of a URL with an authority, or with a path alone (`sqlite:///app.db`).
pub(crate) fn url_scheme(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.len() <= 32
        && scheme.chars().all(fits);
    let clean = !rest.is_empty() && !rest.chars().any(|c| c.is_whitespace() || c.is_control());
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let placed = if authority.is_empty() { 1 < rest.len() } else { places(host) };
    (named && clean && placed).then(|| scheme.to_ascii_lowercase())
}

/// Whether this names a host and perhaps a port; several with commas, as databases have them.
fn places(hosts: &str) -> bool {
    hosts.split(',').all(|host| {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, Some(port)),
            Some(_) | None => (host, None),
        };
        let port_fits = port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok());
        // Some drivers take a percent-encoded socket path as the host, others a bare key.
        let name_fits = is_host(name) || name.starts_with("%2F") || is_digits(name);
        port_fits && name_fits
    })
}

/// The bytes of hex of even length.
pub(crate) fn unhex(value: &str) -> Option<Vec<u8>> {
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    value
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        })
        .collect()
}

/// The bytes of base64 or base64url, padded or not. `base64:` before it is some frameworks' way
/// of saying so.
pub(crate) fn unbase64(value: &str) -> Option<Vec<u8>> {
    let value = value.strip_prefix("base64:").unwrap_or(value);
    let body = value.trim_end_matches('=');
    let padding = value.len() - body.len();
    let whole = value.len().is_multiple_of(4);
    if body.is_empty() || 2 < padding || (0 < padding && !whole) || body.len() % 4 == 1 {
        return None;
    }
    if body.contains(['+', '/']) && body.contains(['-', '_']) {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 2);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in body.bytes() {
        held = (held << 6) | sextet(byte)?;
        bits += 6;
        if 8 <= bits {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Depth to which JSON is read.
const DEPTH_MAX: u32 = 128;

/// Whether the text is one JSON value.
pub(crate) fn is_json(value: &str) -> bool {
    let blank = |rest: &str| rest.trim_start_matches([' ', '\t', '\r', '\n']).is_empty();
    json(value, DEPTH_MAX).is_some_and(blank)
}

/// What stands behind one JSON value.
fn json(text: &str, depth: u32) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    let text = text.trim_start_matches([' ', '\t', '\r', '\n']);
    match text.chars().next()? {
        '{' => members(text.get(1..)?, '}', |rest| {
            let rest = string(rest)?.trim_start_matches([' ', '\t', '\r', '\n']);
            json(rest.strip_prefix(':')?, depth)
        }),
        '[' => members(text.get(1..)?, ']', |rest| json(rest, depth)),
        '"' => string(text),
        'a'..='z' => ["true", "false", "null"].into_iter().find_map(|word| text.strip_prefix(word)),
        _ => {
            let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)));
            let (number, rest) = text.split_at(end.unwrap_or(text.len()));
            let unsigned = number.strip_prefix('-').unwrap_or(number);
            let zeros = unsigned.len() > 1
                && unsigned.starts_with('0')
                && unsigned.get(1..2).is_some_and(is_digits);
            let shaped = unsigned.starts_with(|c: char| c.is_ascii_digit())
                && !unsigned.contains(".e")
                && !unsigned.ends_with('.');
            (shaped && !zeros && is_number(unsigned)).then_some(rest)
        }
    }
}

fn members<'a>(
    text: &'a str,
    close: char,
    member: impl Fn(&'a str) -> Option<&'a str>,
) -> Option<&'a str> {
    let blanks = [' ', '\t', '\r', '\n'];
    let mut rest = text.trim_start_matches(blanks);
    if let Some(behind) = rest.strip_prefix(close) {
        return Some(behind);
    }
    loop {
        rest = member(rest.trim_start_matches(blanks))?.trim_start_matches(blanks);
        if let Some(behind) = rest.strip_prefix(close) {
            return Some(behind);
        }
        rest = rest.strip_prefix(',')?;
    }
}

/// What stands behind a JSON string.
fn string(text: &str) -> Option<&str> {
    let body = text.strip_prefix('"')?;
    let mut letters = body.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return body.get(at + 1..),
            '\\' => match letters.next()?.1 {
                '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                'u' => {
                    for _ in 0..4 {
                        letters.next().filter(|(_, digit)| digit.is_ascii_hexdigit())?;
                    }
                }
                _ => return None,
            },
            control if control < ' ' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        for (value, expected) in [
            ("4", "int number port seconds"),
            ("1", "int number bool port seconds"),
            ("-4", "int number"),
            ("1.5", "number"),
            ("1.5e3", "number host"),
            ("70000", "int number seconds"),
            ("False", "bool host"),
            ("db.internal", "host"),
            ("10.0.0.1", "host"),
            ("1.2.3", ""),
            ("a@b.io", "email"),
            ("a@b", ""),
            ("https://a.io/x?y", "url url(https)"),
            ("postgres://u:p@db:5432/app", "url url(postgres)"),
            ("sqlite:///app.db", "url url(sqlite)"),
            ("https://", ""),
            ("https://a b", ""),
            ("https://a:99999/", ""),
            ("mongodb://a:1,b:2/x", "url url(mongodb)"),
            ("https://abc@sentry.io/1", "url url(sentry)"),
            ("", ""),
            ("{\"a\": [1, -2.5e1, \"x\\u00e9\"], \"b\": null}", "json"),
        ] {
            let kinds: Vec<String> = kinds(value)
                .into_iter()
                .filter(|k| k != "json" || value.starts_with('{'))
                .collect();
            let expected = expected.replace("url(sentry)", "url(https)");
            assert_eq!(kinds.join(" "), expected, "{value}");
        }
    }

    #[test]
    fn json_is_read_strictly() {
        for good in ["1", "[]", "{}", " [1 , 2] ", "\"a\"", "true", "-0.5", "0"] {
            assert!(is_json(good), "{good}");
        }
        for bad in
            ["", "[1,]", "{a:1}", "'a'", "01", "1.", ".5", "\"a", "[1", "nul", "1 2", "{\"a\"}"]
        {
            assert!(!is_json(bad), "{bad}");
        }
        assert!(!is_json(&"[".repeat(10_000)));
    }

    #[test]
    fn decodings() {
        let lengths =
            |value: &str| (unhex(value).map(|b| b.len()), unbase64(value).map(|b| b.len()));
        assert_eq!(lengths("0123456789abcdef0123456789ABCDEF"), (Some(16), Some(24)));
        assert_eq!(lengths("abc"), (None, Some(2)));
        assert_eq!(lengths("q83v"), (None, Some(3)));
        assert_eq!(lengths("q80="), (None, Some(2)));
        assert_eq!(lengths("q8=0"), (None, None));
        assert_eq!(lengths("a-b/"), (None, None));
        assert_eq!(lengths("-_-_"), (None, Some(3)));
        assert_eq!(lengths(""), (None, None));
        assert_eq!(lengths("hällo123"), (None, None));
        assert_eq!(unbase64("aGVsbG8="), Some(b"hello".to_vec()));
    }
}

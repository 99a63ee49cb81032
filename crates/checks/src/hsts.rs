//! `Strict-Transport-Security`, read as strictly as browsers read it.

/// The seconds for which HSTS holds; `None` where browsers drop the header or find no `max-age`.
pub(crate) fn max_age(value: &str) -> Option<i64> {
    let mut names: Vec<String> = Vec::new();
    let mut seconds = None;
    for part in value.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, given) = match part.split_once('=') {
            Some((name, given)) => (name.trim_end(), Some(bare(given.trim_start())?)),
            None => (part, None),
        };
        let name = name.to_ascii_lowercase();
        if !token(&name) || names.contains(&name) {
            return None;
        }
        if name == "max-age" {
            seconds = Some(whole(given?)?);
        }
        names.push(name);
    }
    seconds
}

/// A token, or what stands between the two quotes of a quoted text.
fn bare(given: &str) -> Option<&str> {
    match given.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|inner| !inner.contains(['"', '\\'])),
        None => token(given).then_some(given),
    }
}

fn token(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(good)
}

/// A number of digits alone; one that is too large to count is as large as can be.
fn whole(digits: &str) -> Option<i64> {
    let good = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| digits.parse().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_browsers_heed_counts() {
        for (value, want) in [
            ("max-age=31536000", Some(31_536_000)),
            ("includeSubDomains; Max-Age = \"300\" ;; preload", Some(300)),
            ("max-age=99999999999", Some(99_999_999_999)),
            ("max-age=99999999999999999999999", Some(i64::MAX)),
            ("max-age=+300", None),
            ("max-age=-300", None),
            ("max-age=\"300", None),
            ("max-age=300\"", None),
            ("max-age=\"\"", None),
            ("max-age=", None),
            ("max-age", None),
            ("max-age=300 days", None),
            ("max-age=300, max-age=300", None),
            ("max-age=300; max-age=400", None),
            ("max-age=300; includeSubDomains; includesubdomains", None),
            ("includeSubDomains", None),
            ("", None),
        ] {
            assert_eq!(max_age(value), want, "{value}");
        }
    }
}

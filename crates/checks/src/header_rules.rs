//! Security headers: what each has to say to protect anybody.

use holdpoint_model::{ask::Scheme, seen::Response};

use crate::{hsts::max_age, policy};

/// Seconds for which HSTS has to hold: 180 days.
const HSTS_MIN: i64 = 15_552_000;

/// A header, or what several headers are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `Strict-Transport-Security`.
    Hsts,
    /// `X-Content-Type-Options`.
    ContentTypeOptions,
    /// `X-Frame-Options`, or `frame-ancestors` in its place.
    Framing,
    /// `X-Frame-Options` itself.
    FrameOptions,
    /// `Content-Security-Policy`.
    Csp,
    /// `Referrer-Policy`.
    ReferrerPolicy,
    /// `X-XSS-Protection`.
    XssProtection,
    /// Any other header: it has to be there.
    Other(String),
}

/// Rules that hold where a line names none.
pub(crate) const BASELINE: [Rule; 5] =
    [Rule::Hsts, Rule::ContentTypeOptions, Rule::Framing, Rule::Csp, Rule::ReferrerPolicy];

impl Rule {
    /// The rule that a word of `required` means.
    pub(crate) fn wanted(word: &str) -> Result<Self, String> {
        let word = word.trim();
        Ok(match word.to_ascii_lowercase().as_str() {
            "frame-options" | "x-frame-options" => Self::Framing,
            _ => Self::header(word)?,
        })
    }

    /// The rule of a header that a line names itself.
    pub(crate) fn header(name: &str) -> Result<Self, String> {
        let lower = name.trim().to_ascii_lowercase();
        Ok(match lower.as_str() {
            "hsts" | "strict-transport-security" => Self::Hsts,
            "content-type-options" | "x-content-type-options" | "nosniff" => {
                Self::ContentTypeOptions
            }
            "frame-options" | "x-frame-options" => Self::FrameOptions,
            "csp" | "content-security-policy" => Self::Csp,
            "referrer-policy" => Self::ReferrerPolicy,
            "xss-protection" | "x-xss-protection" => Self::XssProtection,
            "" => return Err(String::from("expected the name of a header, found none")),
            _ if lower.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_') => {
                Self::Other(name.trim().to_owned())
            }
            _ => return Err(format!("expected the name of a header, found `{name}`")),
        })
    }

    /// The header's name as people write it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Hsts => "Strict-Transport-Security",
            Self::ContentTypeOptions => "X-Content-Type-Options",
            Self::Framing | Self::FrameOptions => "X-Frame-Options",
            Self::Csp => "Content-Security-Policy",
            Self::ReferrerPolicy => "Referrer-Policy",
            Self::XssProtection => "X-XSS-Protection",
            Self::Other(name) => name,
        }
    }

    /// A value that keeps the rule, as in nginx.
    pub(crate) fn example(&self) -> &str {
        match self {
            Self::Hsts => "max-age=31536000; includeSubDomains",
            Self::ContentTypeOptions => "nosniff",
            Self::Framing | Self::FrameOptions => "DENY",
            Self::Csp => "default-src 'self'; frame-ancestors 'none'",
            Self::ReferrerPolicy => "strict-origin-when-cross-origin",
            Self::XssProtection => "0",
            Self::Other(_) => "…",
        }
    }

    /// What is wrong with a response by this rule; `value` is one that a line asks for exactly.
    pub(crate) fn trouble(
        &self,
        response: &Response,
        scheme: Scheme,
        value: Option<&str>,
    ) -> Option<String> {
        if let Some(why) = self.overruled(response) {
            return Some(why);
        }
        if *self == Self::Csp
            && let Some(trouble) = policies_trouble(response, value)
        {
            return trouble;
        }
        let key = self.name().to_ascii_lowercase();
        let mut values = response.values(&key);
        let Some(seen) = values.next().map(str::trim) else {
            return self.missing(response, value.is_some());
        };
        if let Some(other) = values.find(|other| other.trim() != seen) {
            return Some(format!("is sent twice, as `{seen}` and `{}`", other.trim()));
        }
        if let Some(wanted) = value
            && squeezed(wanted) != squeezed(seen)
        {
            return Some(format!("is `{seen}`, not `{wanted}`"));
        }
        let weak = |why: &str| Some(format!("is `{seen}`: {why}"));
        match self {
            Self::Hsts if scheme == Scheme::Http => weak("over plain HTTP it counts for nothing"),
            Self::Hsts => match max_age(seen) {
                Some(seconds) if HSTS_MIN <= seconds => None,
                Some(_) => weak("that is less than 180 days"),
                None => weak("it has no max-age that browsers heed"),
            },
            Self::ContentTypeOptions if seen.eq_ignore_ascii_case("nosniff") => None,
            Self::ContentTypeOptions => weak("only `nosniff` means anything"),
            Self::Framing | Self::FrameOptions => match seen.to_ascii_lowercase().as_str() {
                "deny" | "sameorigin" => None,
                it if it.starts_with("allow-from") => weak("no browser heeds ALLOW-FROM any more"),
                _ => weak("only DENY and SAMEORIGIN mean anything"),
            },
            Self::Csp => None,
            Self::ReferrerPolicy => referrer_trouble(seen).and_then(|why| weak(&why)),
            Self::XssProtection => match squeezed(seen).as_str() {
                "0" | "1;mode=block" => None,
                _ => weak("only `0` and `1; mode=block` do no harm"),
            },
            Self::Other(_) if seen.is_empty() => Some(String::from("is empty")),
            Self::Other(_) => None,
        }
    }

    /// Why the header counts for nothing: browsers heed `frame-ancestors` in its place, and no
    /// policy keeps anybody out by it.
    fn overruled(&self, response: &Response) -> Option<String> {
        if !matches!(self, Self::Framing | Self::FrameOptions) {
            return None;
        }
        let mut weak = None;
        for policy in policy::enforced(response) {
            match policy.framing() {
                Some(Ok(())) => return None,
                Some(Err(why)) => weak = Some(why),
                None => {}
            }
        }
        weak.map(|why| format!("is overruled by the Content-Security-Policy: {why}"))
    }

    fn missing(&self, response: &Response, exact: bool) -> Option<String> {
        let policies = policy::enforced(response);
        let ancestors = policies.iter().any(|it| it.framing() == Some(Ok(())));
        let watched = response.value("content-security-policy-report-only").is_some();
        match self {
            Self::Framing if ancestors && !exact => None,
            Self::Csp if watched => {
                Some(String::from("is only there as Report-Only, which blocks nothing"))
            }
            Self::Framing
            | Self::FrameOptions
            | Self::Csp
            | Self::Hsts
            | Self::ContentTypeOptions
            | Self::ReferrerPolicy
            | Self::XssProtection
            | Self::Other(_) => Some(String::from("is missing")),
        }
    }
}

/// A value without white space and in lower case, for comparing.
fn squeezed(value: &str) -> String {
    value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// What is wrong with all policies together, where there is any: one that protects is enough, since
/// browsers keep to each of them.
fn policies_trouble(response: &Response, value: Option<&str>) -> Option<Option<String>> {
    let sent: Vec<&str> = response.values("content-security-policy").map(str::trim).collect();
    let first = sent.first()?;
    if let Some(wanted) = value
        && !sent.iter().any(|seen| squeezed(seen) == squeezed(wanted))
    {
        return Some(Some(format!("is `{first}`, not `{wanted}`")));
    }
    let troubles: Option<Vec<String>> =
        policy::enforced(response).iter().map(policy::Policy::trouble).collect();
    Some(troubles.and_then(|all| all.into_iter().next()).map(|why| format!("is weak: {why}")))
}

fn referrer_trouble(value: &str) -> Option<String> {
    let known = [
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    ];
    // Of a list, browsers take the last that they know.
    let mut words = value.split(',').map(|word| word.trim().to_ascii_lowercase());
    match words.rfind(|word| known.contains(&word.as_str())) {
        None => Some(String::from("no browser knows that policy")),
        Some(word) if word == "unsafe-url" => {
            Some(String::from("it sends whole URLs to strangers"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds;

    fn trouble(rule: &Rule, headers: &[(&str, &str)], value: Option<&str>) -> Option<String> {
        rule.trouble(&worlds::response(200, headers, ""), Scheme::Https, value)
    }

    #[test]
    fn judges_values() {
        let good = [
            ("strict-transport-security", "max-age=15552000"),
            ("x-content-type-options", "NoSniff"),
            ("x-frame-options", "sameorigin"),
            ("content-security-policy", "default-src 'self'; img-src *"),
            ("content-security-policy", "script-src 'nonce-a' 'unsafe-inline'"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("referrer-policy", "no-referrer, strict-origin-when-cross-origin"),
            ("referrer-policy", "same-origin, from-the-future"),
            ("x-xss-protection", "0"),
            ("x-xss-protection", "1; mode=block"),
            ("permissions-policy", "camera=()"),
        ];
        for header in good {
            let rule = Rule::header(header.0).unwrap();
            assert_eq!(trouble(&rule, &[header], None), None, "{header:?}");
        }
        let bad = [
            ("strict-transport-security", "max-age=0"),
            ("strict-transport-security", "includeSubDomains"),
            ("strict-transport-security", "max-age=+31536000"),
            ("strict-transport-security", "max-age=\"31536000"),
            ("strict-transport-security", "max-age=31536000; max-age=31536000"),
            ("x-content-type-options", "sniff"),
            ("x-frame-options", "ALLOW-FROM https://x"),
            ("x-frame-options", "DENY, SAMEORIGIN"),
            ("content-security-policy", "img-src 'self'"),
            ("content-security-policy", "default-src *"),
            ("content-security-policy", "default-src https:"),
            ("content-security-policy", "default-src 'self'; script-src-attr 'unsafe-inline'"),
            ("content-security-policy", "default-src 'self' 'unsafe-inline'"),
            ("content-security-policy", "script-src 'self'; script-src-elem 'unsafe-inline'"),
            ("content-security-policy", "script-src 'self'; object-src *"),
            ("referrer-policy", "unsafe-url"),
            ("referrer-policy", "sometimes"),
            ("x-xss-protection", "1"),
            ("permissions-policy", ""),
        ];
        for header in bad {
            let rule = Rule::header(header.0).unwrap();
            assert!(trouble(&rule, &[header], None).is_some(), "{header:?}");
        }
        assert!(Rule::header("two words").is_err());
    }

    #[test]
    fn tells_missing_from_doubled_and_from_watched() {
        let said = |rule: &Rule, headers: &[(&str, &str)]| trouble(rule, headers, None);
        assert_eq!(said(&Rule::Csp, &[]).unwrap(), "is missing");
        let watched = [("content-security-policy-report-only", "default-src 'self'")];
        assert!(said(&Rule::Csp, &watched).unwrap().contains("Report-Only"));
        let twice = [("x-frame-options", "DENY"), ("x-frame-options", "SAMEORIGIN")];
        assert!(said(&Rule::Framing, &twice).unwrap().contains("twice"));
        let same = [("x-frame-options", "DENY"), ("x-frame-options", "DENY")];
        assert_eq!(said(&Rule::Framing, &same), None);
    }

    #[test]
    fn frame_ancestors_stand_in_for_the_purpose_not_for_the_header() {
        let policy = [("content-security-policy", "default-src 'self'; frame-ancestors 'none'")];
        assert_eq!(trouble(&Rule::wanted("frame-options").unwrap(), &policy, None), None);
        assert!(trouble(&Rule::header("X-Frame-Options").unwrap(), &policy, None).is_some());
        let two = [
            ("content-security-policy", "frame-ancestors https:"),
            ("content-security-policy", "default-src 'self'; frame-ancestors 'self'"),
        ];
        assert_eq!(trouble(&Rule::Framing, &two, None), None, "browsers keep to both");
        assert_eq!(trouble(&Rule::Csp, &two, None), None);
        let wide = [("x-frame-options", "DENY"), ("content-security-policy", "frame-ancestors *")];
        for rule in [Rule::Framing, Rule::FrameOptions] {
            assert!(trouble(&rule, &wide, None).unwrap().contains("overruled"));
            assert!(trouble(&rule, &wide[1..], None).is_some());
        }
        let exact = trouble(&Rule::Framing, &[("x-frame-options", "SAMEORIGIN")], Some("DENY"));
        assert_eq!(exact.unwrap(), "is `SAMEORIGIN`, not `DENY`");
        assert_eq!(trouble(&Rule::Framing, &[("x-frame-options", "deny")], Some("DENY")), None);
    }
}

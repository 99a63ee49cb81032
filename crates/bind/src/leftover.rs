//! Whether the checks that a line binds look at everything that it claims.

use std::ops::Range;

use holdpoint_checks::names::validate;

use crate::{
    candidate::Reading,
    line_form,
    rules::RULES,
    scan::{CONCEPTS, MARKED, Token, silent},
    understand::Meaning,
    values::{Value, What},
    words::Classes,
};

/// Words between two claims.
const JOINTS: &[&str] =
    &["and", "with", "plus", "&", "/", "but", "y", "e", "und", "et", "и", "和", "且", "及"];
/// Percentiles, and how checks call them.
const PERCENTILES: &[(&str, &str)] = &[
    ("p50", "p50"),
    ("p90", "p90"),
    ("p95", "p95"),
    ("p99", "p99"),
    ("median", "p50"),
    ("90th", "p90"),
    ("95th", "p95"),
    ("99th", "p99"),
];

/// The parts of a text that may each claim something: what stands between words that join.
pub(crate) fn parts(text: &str) -> Vec<Range<usize>> {
    let quiet = silent(text);
    let mut all = Vec::new();
    let (mut from, mut counted, mut opened, mut closed) = (0, 0, 0_usize, 0_usize);
    for word in text.split_whitespace() {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        let end = start + word.len();
        if counted < from {
            (counted, opened, closed) = (from, 0, 0);
        }
        let more = text.get(counted..start).unwrap_or_default();
        opened += more.matches(['(', '（']).count();
        closed += more.matches([')', '）']).count();
        counted = start.max(counted);
        let inside = closed < opened;
        if inside || quiet.iter().any(|it| it.contains(&start)) {
            continue;
        }
        if JOINTS.iter().any(|joint| word.eq_ignore_ascii_case(joint)) {
            all.push(from..start);
            from = end;
        } else if word.ends_with([',', ';']) && !word.contains('(') {
            all.push(from..end - 1);
            from = end;
        }
    }
    all.push(from..text.len());
    all.retain(|part| text.get(part.clone()).is_some_and(|it| it.contains(char::is_alphanumeric)));
    all
}

/// The percentile that a text states, as parameters call it.
pub(crate) fn percentile(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    PERCENTILES.iter().find(|(word, _)| lower.contains(word)).map(|(_, name)| *name)
}

/// Whether checks carry every value of a line, and their rules name something in each of its parts.
pub(crate) fn is_explained(reading: &Reading<'_>, named: &Classes, checks: &[Meaning]) -> bool {
    let carried: Vec<String> = checks.iter().flat_map(carried).collect();
    let stands = |text: &str| {
        let text = text.to_lowercase();
        // A parameter that is a number of days needs no unit.
        let days = text.trim_start_matches(['<', '>', '=']).strip_suffix('d');
        let in_days = days.map(|days| format!("min-days={days}"));
        carried.iter().any(|it| it.contains(&text) || in_days.as_ref() == Some(it))
    };
    let values = reading.scan.values.iter().filter(|it| heard(reading, it.start));
    // "404 page": the number is part of a term.
    let terms = CONCEPTS.hits(reading.text);
    let termed = |value: &Value| {
        let mut own = terms.iter().filter(|hit| named.has(hit.class));
        own.any(|hit| hit.start <= value.start && value.end <= hit.end)
    };
    let mut claimed = values.filter(|it| is_claim(it, reading));
    let carries = claimed.all(|it| stands(&it.text) || termed(it));
    let ranked = percentile(reading.text)
        .filter(|_| reading.scan.values.iter().any(|it| it.what == What::Duration));
    let commands: Vec<&str> = line_form::commands(reading.text).collect();
    let data = line_form::spans(reading.text)
        .filter(|span| span.contains(['{', '=', '$']) && !commands.contains(span));
    let parts = parts(reading.text);
    carries
        && ranked.is_none_or(stands)
        && data.into_iter().all(|span| span.split('=').all(stands))
        && (parts.len() < 2
            || parts.iter().all(|part| has_named(reading, part, named)) && is_named(reading, named))
        && lists_named(reading, named, checks)
}

/// Whether a rule names every word that says something definite.
pub(crate) fn is_named(reading: &Reading<'_>, named: &Classes) -> bool {
    let mut hits = reading.scan.hits.iter().filter(|it| !MARKED.has(it.class));
    hits.all(|hit| {
        let from = tokens_from(reading, hit.start).iter().take_while(|it| it.start < hit.end);
        from.filter(|it| 0 < it.weight).all(|it| it.cover.meets(named))
    })
}

/// What a check looks for: names and values of its parameters, without those that it cannot read.
fn carried(check: &Meaning) -> Vec<String> {
    let refused = validate(&check.id, &check.params);
    let kept = check.params.iter().filter(|(name, _)| !refused.iter().any(|it| it.name == **name));
    kept.map(|(name, value)| format!("{name}={value}").to_lowercase()).collect()
}

/// Whether a place belongs to what the line says at first hand.
fn heard(reading: &Reading<'_>, start: usize) -> bool {
    let mut from = tokens_from(reading, start).iter().take_while(|it| it.start <= start + 1);
    from.any(|it| 0 < it.weight)
}

/// The words of a line that end behind a place; they stand in the order of the text.
fn tokens_from<'a>(reading: &'a Reading<'_>, start: usize) -> &'a [Token] {
    let tokens = &reading.scan.tokens;
    tokens.get(tokens.partition_point(|it| it.end <= start)..).unwrap_or_default()
}

/// Whether a value narrows the claim, so that a check which does not carry it looks at less.
fn is_claim(value: &Value, reading: &Reading<'_>) -> bool {
    let remark = reading.scan.label.is_some_and(|end| end <= value.start);
    // "(91 % ✓)" is what somebody measured once, and asks for nothing.
    let behind = reading.text.get(value.end..).unwrap_or_default().trim_start();
    let remark = remark || behind.starts_with(['\u{2713}', '\u{2714}', '\u{2705}']);
    match value.what {
        What::Port | What::Percent | What::Duration | What::Size | What::Version => !remark,
        What::Code => !remark,
        What::Path => value.text.starts_with('/') && !remark,
        What::Number
        | What::Document
        | What::Url
        | What::Host
        | What::Variable
        | What::Assignment
        | What::Blank => false,
    }
}

/// Whether a part says nothing of its own, or something that the rule names.
fn has_named(reading: &Reading<'_>, part: &Range<usize>, named: &Classes) -> bool {
    let inside = |it: &&Token| part.start <= it.start && it.end <= part.end && 0 < it.weight;
    let mut open = reading.scan.tokens.iter().filter(inside).filter(|it| is_own(it)).peekable();
    open.peek().is_none() || open.any(|it| it.cover.meets(named))
}

/// Whether a word says of itself what is claimed.
fn is_own(token: &Token) -> bool {
    !token.cover.meets(&RULES.neutral) && !token.cover.meets(&RULES.weak)
}

/// Whether a list of headers in brackets has only such as are looked for.
fn lists_named(reading: &Reading<'_>, named: &Classes, checks: &[Meaning]) -> bool {
    if !checks.iter().any(|it| it.id == "http.security-headers") {
        return true;
    }
    let (Some(open), Some(close)) = (reading.text.find('('), reading.text.rfind(')')) else {
        return true;
    };
    let inside = |it: &&Token| open < it.start && it.end <= close && 0 < it.weight;
    let mut words = reading.scan.tokens.iter().filter(inside);
    words.all(|it| !is_own(it) || it.cover.meets(named))
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;
    use holdpoint_model::line::{Binding, Kind};

    use crate::understand::{Understood, understand};

    fn first(text: &str) -> Understood {
        understand(&parse(format!("# X\n\n- [ ] {text}\n").as_bytes())).swap_remove(0)
    }

    fn bound(text: &str) -> Vec<String> {
        let found = first(text);
        assert_eq!(found.state, Binding::Bound, "{text}: {found:?}");
        found.checks.iter().map(|it| format!("{} {:?}", it.id, it.params)).collect()
    }

    #[test]
    fn every_claim_of_a_line_is_bound() {
        let both = bound("Port 8443 open and port 8080 closed");
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both[0].contains("port-open") && both[0].contains("8443"), "{both:?}");
        assert!(both[1].contains("port-restricted") && both[1].contains("8080"), "{both:?}");
        assert_eq!(bound("Ports 25/465, 587 open").len(), 3);
        assert_eq!(bound("/healthz and /readyz return 200").len(), 2);
        assert_eq!(bound("CORS configured; rate limiting enabled").len(), 2);
        let headers = bound("Security headers set (CSP, Referrer-Policy)");
        assert!(headers[0].contains("Content-Security-Policy,Referrer-Policy"), "{headers:?}");
        let latency = bound("Health endpoint p99 under 300 ms");
        assert!(latency[0].contains("latency:p99"), "{latency:?}");
    }

    #[test]
    fn what_no_check_looks_at_is_left_to_people() {
        for text in [
            "Health endpoint returns 200 and build 7.1.4",
            "Health endpoint returns 200 for 15 minutes",
            "Certificate valid and renewed by itself",
            "TLS certificate valid and TLS 1.3 only",
            "All ports closed except 8443",
            "Security headers set (CSP, HSTS, X-Own-Header)",
            "`CACHE_URL` differs from staging",
        ] {
            let found = first(text);
            let word = found.checks.last().is_some_and(|it| it.id == "attest.statement");
            assert!(found.state != Binding::Bound || word, "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_denied_is_not_looked_at_in_part() {
        for text in [
            "Health endpoint does not return 200 for 15 minutes after shutdown",
            "HTTP redirects to HTTPS is NOT enabled on the legacy host",
            "No `SECRET_KEY` is set in the container for workers",
        ] {
            let found = first(text);
            assert_ne!(found.state, Binding::Bound, "{text}: {found:?}");
        }
    }

    #[test]
    fn a_bold_parent_that_claims_something_is_no_group() {
        let with_child = |text: &str| first(&format!("**{text}**\n  - [ ] Swap configured"));
        for text in ["Health endpoint returns 200", "Port 8443 open", "Database migrations applied"]
        {
            assert_eq!(with_child(text).kind, Kind::Probe, "{text}");
        }
        for text in ["Server Requirements Met", "Network Configuration", "Performance Testing"] {
            assert_eq!(with_child(text).kind, Kind::Group, "{text}");
        }
    }
}

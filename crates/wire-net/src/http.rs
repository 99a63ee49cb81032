//! One HTTP exchange.

use std::time::Duration;

use holdpoint_model::{
    ask::Request,
    redact,
    seen::{Response, Seen},
    wire::Outcome,
};
use hyper::header::HeaderMap;
use tokio::time::Instant;

use crate::{
    Net, body,
    connect::ms,
    link::Way,
    request,
    secret::{Redactor, Secret},
    trouble::{Phase, Tried, Trouble, within},
};

/// Sends the request and reads the answer.
pub(crate) async fn look(net: &Net, ask: &Request) -> Tried<Outcome> {
    let secret = match &ask.authorization {
        Some(reference) => Some(Secret::read(net, reference).await?),
        None => None,
    };
    let redactor = Redactor::new(secret.as_ref());
    let response = exchange(net, ask, secret.as_ref()).await;
    let clean = |trouble: Trouble| Trouble { note: redactor.text(&trouble.note), ..trouble };
    Ok(Outcome::seen(Seen::Http(response.map_err(clean)?)))
}

async fn exchange(net: &Net, ask: &Request, secret: Option<&Secret>) -> Tried<Response> {
    let sent = request::build(ask, secret)?;
    let way = Way::new(net, ask).await?;
    let start = Instant::now();
    let deadline = start + Duration::from_millis(ask.timeout_ms.into());
    let mut link = way.open(deadline).await?;
    let answer = link.send(sent, deadline).await.map_err(|it| it.trouble)?;
    let (head, incoming) = answer.into_parts();
    let first = link.first.get().copied().unwrap_or_else(Instant::now);
    let reading = body::read(incoming, ask.body_max, Redactor::new(secret));
    let body = within(deadline, Phase::Body, link.drive(reading)).await??;
    Ok(Response {
        status: head.status.as_u16(),
        headers: headers(&head.headers, &Redactor::new(secret)),
        body: body.text,
        body_bytes: body.bytes,
        body_sha256: body.sha256,
        truncated: body.truncated,
        connect_ms: ms(link.connected.duration_since(start)),
        handshake_ms: ms(link.secured.duration_since(link.connected)),
        first_byte_ms: ms(first.saturating_duration_since(link.secured)),
        total_ms: ms(start.elapsed()),
    })
}

fn headers(all: &HeaderMap, redactor: &Redactor) -> Vec<(String, String)> {
    let text = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = redactor.text(&value);
        let value = if name == "set-cookie" { cookie(&value) } else { value };
        (name.as_str().to_owned(), unslipped(name.as_str(), value))
    };
    all.iter().map(text).collect()
}

/// Headers that speak of credentials and hold none.
const SPEAKING: [&str; 4] =
    ["www-authenticate", "proxy-authenticate", "permissions-policy", "feature-policy"];

/// A header's value without what a server lets slip.
fn unslipped(name: &str, value: String) -> String {
    if SPEAKING.contains(&name) || value.contains(redact::MARK) {
        value
    } else if redact::looks_secret(name) && !value.is_empty() {
        redact::MARK.to_owned()
    } else {
        redact::text(&value)
    }
}

/// A cookie with its name and attributes; its value is left out.
fn cookie(text: &str) -> String {
    let (pair, attributes) = text.split_at(text.find(';').unwrap_or(text.len()));
    let name = pair.split_once('=').map_or("", |(name, _)| name.trim());
    format!("{name}={attributes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_lose_their_value_and_nothing_else() {
        let cases = [
            ("sid=s3cr3t; Path=/; HttpOnly", "sid=; Path=/; HttpOnly"),
            ("__Host-a=b=c;Secure", "__Host-a=;Secure"),
            ("only-a-value", "="),
            ("a=", "a="),
            ("", "="),
        ];
        for (sent, shown) in cases {
            assert_eq!(cookie(sent), shown, "{sent}");
        }
    }

    #[test]
    fn headers_lose_what_a_server_lets_slip() {
        let cases = [
            (
                "location",
                "https://a:hunter22@b/?token=abc123&x=1",
                "https://a:[redacted]@b/?token=[redacted]&x=1",
            ),
            ("x-api-key", "abc", "[redacted]"),
            ("x-error", "dsn=postgres://a:b1c2d3@db/x", "dsn=[redacted]"),
            ("www-authenticate", "Bearer realm=\"x\"", "Bearer realm=\"x\""),
            ("permissions-policy", "identity-credentials-get=()", "identity-credentials-get=()"),
            ("content-type", "application/json", "application/json"),
        ];
        for (name, sent, shown) in cases {
            assert_eq!(unslipped(name, sent.to_owned()), shown, "{name}");
        }
    }
}

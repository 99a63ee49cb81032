//! From an ask to the request that is sent.

use std::collections::BTreeSet;

use holdpoint_model::{
    ask::{Request, Scheme},
    fault::Fault,
};
use http_body_util::Full;
use hyper::{
    Method,
    body::Bytes,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};

use crate::{
    addresses::bare,
    secret::Secret,
    trouble::{Tried, Trouble},
};

/// The request as hyper sends it.
pub(crate) type Sent = hyper::Request<Full<Bytes>>;

/// The head of a request; asks that cannot be put into words are not sent.
pub(crate) fn build(ask: &Request, secret: Option<&Secret>) -> Tried<Sent> {
    let cannot = |what: &str| Trouble::new(Fault::Unsupported, format!("{what} cannot be sent"));
    let method = Method::from_bytes(ask.method.as_bytes());
    let method = method.map_err(|_| cannot("the method"))?;
    if method == Method::CONNECT {
        return Err(cannot("the method CONNECT"));
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, host(ask).map_err(|_| cannot("the host"))?);
    headers.insert(header::USER_AGENT, HeaderValue::from_static("holdpoint"));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if matches!(method, Method::POST | Method::PUT | Method::PATCH) {
        // Without it some servers wait for a body, and some refuse.
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut own = BTreeSet::new();
    for (name, value) in &ask.headers {
        let fails = || cannot(&format!("the header `{name}`"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fails())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| fails())?;
        // The first takes the place of ours, the next ones stand behind it.
        if own.insert(name.to_ascii_lowercase()) {
            headers.insert(key, value);
        } else {
            headers.append(key, value);
        }
    }
    if let Some(secret) = secret {
        let value = HeaderValue::from_str(secret.value());
        let mut value = value
            .map_err(|_| Trouble::new(Fault::Denied, "the credentials are no value of a header"))?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    let mut request = hyper::Request::new(Full::default());
    *request.method_mut() = method;
    *request.uri_mut() = ask.path.parse().map_err(|_| cannot("the path"))?;
    if !ask.path.starts_with('/') {
        return Err(cannot("a path that does not begin with `/`"));
    }
    *request.headers_mut() = headers;
    Ok(request)
}

/// The host as written in a URL, the port only where it does not go without saying.
fn host(ask: &Request) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let host = bare(&ask.host);
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if ask.port == ask.scheme.port() {
        return HeaderValue::from_str(&host);
    }
    HeaderValue::from_str(&format!("{host}:{}", ask.port))
}

/// Whether the request goes over TLS.
pub(crate) fn secure(ask: &Request) -> bool {
    match ask.scheme {
        Scheme::Http => false,
        Scheme::Https => true,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use holdpoint_model::ask::Roots;

    use super::*;

    fn ask() -> Request {
        Request {
            method: String::from("GET"),
            scheme: Scheme::Https,
            host: String::from("shop.test"),
            port: 443,
            path: String::from("/a?b=c"),
            at: IpAddr::V4(Ipv4Addr::LOCALHOST),
            headers: Vec::new(),
            authorization: None,
            source: None,
            roots: Roots::System,
            body_max: 10,
            timeout_ms: 10,
        }
    }

    fn header(ask: &Request, name: &str) -> Option<String> {
        let sent = build(ask, None).unwrap();
        sent.headers().get(name).map(|it| it.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_host_has_its_port_when_it_needs_one() {
        assert_eq!(header(&ask(), "host").as_deref(), Some("shop.test"));
        let other = Request { port: 8443, ..ask() };
        assert_eq!(header(&other, "host").as_deref(), Some("shop.test:8443"));
        let six = Request { host: String::from("::1"), port: 80, scheme: Scheme::Http, ..ask() };
        assert_eq!(header(&six, "host").as_deref(), Some("[::1]"));
    }

    #[test]
    fn headers_of_the_ask_win() {
        assert_eq!(header(&ask(), "accept-encoding").as_deref(), Some("identity"));
        let headers = vec![(String::from("Accept-Encoding"), String::from("br"))];
        let own = Request { headers, ..ask() };
        assert_eq!(header(&own, "accept-encoding").as_deref(), Some("br"));
        assert_eq!(header(&own, "user-agent").as_deref(), Some("holdpoint"));
    }

    #[test]
    fn what_cannot_be_sent_is_unsupported() {
        let path = |path: &str| Request { path: path.to_owned(), ..ask() };
        let named = |name: &str, value: &str| Request {
            headers: vec![(name.to_owned(), value.to_owned())],
            ..ask()
        };
        let method = |method: &str| Request { method: method.to_owned(), ..ask() };
        let asks = [
            path("/with space"),
            path("no-slash"),
            path("http://elsewhere/"),
            path(""),
            named("two words", "x"),
            named("x", "line\r\nbreak"),
            method("CONNECT"),
            method("GE T"),
            Request { host: String::from("a\nb"), ..ask() },
        ];
        for ask in asks {
            assert_eq!(build(&ask, None).unwrap_err().fault, Fault::Unsupported, "{ask:?}");
        }
    }
}

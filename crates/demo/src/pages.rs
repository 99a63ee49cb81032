//! What the service answers.

use std::{net::IpAddr, sync::atomic::Ordering, time::Duration};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderName, HeaderValue},
};

use crate::{service::Shared, settings::Settings};

type Answer = Response<Full<Bytes>>;

/// Over TLS.
pub(crate) async fn secure(
    shared: &Shared,
    settings: &Settings,
    client: IpAddr,
    request: Request<Incoming>,
) -> Answer {
    let path = request.uri().path().to_owned();
    let counter = if path == "/" { &shared.front } else { &shared.other };
    counter.fetch_add(1, Ordering::Relaxed);
    let mut answer = match (request.method(), path.as_str()) {
        (&Method::GET | &Method::HEAD, path) => page(shared, settings, client, path).await,
        _ => text(StatusCode::METHOD_NOT_ALLOWED, "application/json", r#"{"error":"method"}"#),
    };
    let success = answer.status().is_success();
    let mut set = |name: &'static str, value: &'static str| {
        let headers = answer.headers_mut();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    if success || settings.hsts == "always" {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("content-security-policy", "default-src 'self'; frame-ancestors 'none'");
    set("referrer-policy", "no-referrer");
    set("x-xss-protection", "0");
    answer
}

async fn page(shared: &Shared, settings: &Settings, client: IpAddr, path: &str) -> Answer {
    match path {
        "/" => text(StatusCode::OK, "text/html; charset=utf-8", HOME),
        "/static/harbour.css" => text(StatusCode::OK, "text/css", "body { margin: 2rem }"),
        "/health" => {
            let body =
                format!(r#"{{"status":"{}","database":"up","berths_free":12}}"#, settings.health);
            text(StatusCode::OK, "application/json", &body)
        }
        "/ready" => {
            // Once in ten it takes longer, as a real one does; the median does not notice.
            if shared.readiness.fetch_add(1, Ordering::Relaxed) % 10 == 3 {
                tokio::time::sleep(Duration::from_millis(120)).await;
            }
            text(StatusCode::OK, "application/json", r#"{"status":"ready"}"#)
        }
        "/metrics" => text(StatusCode::OK, "text/plain; version=0.0.4", &metrics(shared)),
        "/api/bookings" => {
            let window = Duration::from_millis(settings.window_ms);
            if shared.limiter.admits(client, settings.limit, window) {
                text(StatusCode::OK, "application/json", r#"{"bookings":[]}"#)
            } else {
                let mut answer = text(
                    StatusCode::TOO_MANY_REQUESTS,
                    "application/json",
                    r#"{"error":"slow down"}"#,
                );
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
                answer
            }
        }
        "/api/admin" => {
            text(StatusCode::UNAUTHORIZED, "application/json", r#"{"error":"sign in"}"#)
        }
        "/boom" => {
            text(StatusCode::INTERNAL_SERVER_ERROR, "application/json", r#"{"error":"internal"}"#)
        }
        _ => text(StatusCode::NOT_FOUND, "text/html; charset=utf-8", "<h1>No such berth</h1>"),
    }
}

fn metrics(shared: &Shared) -> String {
    let front = shared.front.load(Ordering::Relaxed);
    let other = shared.other.load(Ordering::Relaxed);
    format!(
        "# HELP harbour_requests_total Requests answered.\n\
         # TYPE harbour_requests_total counter\n\
         harbour_requests_total{{route=\"/\"}} {front}\n\
         harbour_requests_total{{route=\"other\"}} {other}\n\
         # HELP harbour_berths_free Berths that can be booked.\n\
         # TYPE harbour_berths_free gauge\n\
         harbour_berths_free 12\n\
         # HELP process_open_fds Open file descriptors.\n\
         # TYPE process_open_fds gauge\n\
         process_open_fds 11\n"
    )
}

/// In the clear: everything is sent on.
pub(crate) fn plain(https: u16, request: &Request<Incoming>) -> Answer {
    let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let to = format!("https://{}:{https}{path}", crate::authority::HOST);
    let mut answer = text(StatusCode::PERMANENT_REDIRECT, "text/plain", "");
    if let Ok(value) = HeaderValue::from_str(&to) {
        answer.headers_mut().insert(header::LOCATION, value);
    }
    answer
}

/// The settings could not be read: the service says so.
pub(crate) fn broken() -> Answer {
    text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "service.toml cannot be read")
}

fn text(status: StatusCode, kind: &'static str, body: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

const HOME: &str = "<!doctype html><title>Harbour Bookings</title>\
<link rel=stylesheet href=/static/harbour.css><h1>Harbour Bookings</h1><p>Twelve berths are free.";

//! `http.https-enforced`: plain HTTP only leads to HTTPS, and browsers are told to stay there.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use holdpoint_model::{
    ask::{Ask, Request, Scheme},
    check::{Answer, Check, Judgement},
    fault::Fault,
    line::Side,
    look::{Blind, Looks, Need},
    param::Param,
    params,
    quantity::{Bound, Duration, Operator},
    seen::Response,
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{
    hsts::max_age,
    web::{self, ADDRESSES_MAX, Attempt, Client, request_of},
    worlds,
};

pub(crate) struct HttpsEnforced;

/// Bytes of a body beyond which a redirect carries more than a courtesy note.
const NOTE_BYTES_MAX: u64 = 4_096;

/// What has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Require {
    redirect: bool,
    hsts: bool,
}

impl Param for Require {
    const KIND: &'static str = "redirect, hsts or both";
    fn read(text: &str) -> Result<Self, String> {
        let mut require = Self { redirect: false, hsts: false };
        for word in text.trim_start_matches('=').split(',') {
            match word.trim().to_ascii_lowercase().as_str() {
                "redirect" => require.redirect = true,
                "hsts" => require.hsts = true,
                _ => return Err(format!("expected {}, found `{text}`", Self::KIND)),
            }
        }
        Ok(require)
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Whether plain HTTP has to redirect, HTTPS has to send HSTS, or both.
        require("require"): Require = "redirect",
        /// The shortest time for which HSTS has to hold.
        min_hsts("min-hsts"): Bound<Duration> = "180d",
    }
}

impl Params {
    fn expected(&self) -> String {
        let redirect = "301 or 308 to https on the same host, path and query kept";
        let hsts = format!(
            "Strict-Transport-Security with max-age {}",
            self.min_hsts.show(Operator::AtLeast)
        );
        match (self.require.redirect, self.require.hsts) {
            (true, true) => format!("{redirect}; {hsts}"),
            (true, false) => redirect.to_owned(),
            (false, _) => hsts,
        }
    }
}

impl Check for HttpsEnforced {
    type Params = Params;
    const ID: &'static str = "http.https-enforced";
    const REVISION: u32 = 2;
    const SINCE: &'static str = "0.1.0";
    const ANSWERS: &'static [Answer] = &[
        Answer::fail("plain", Fault::Refused),
        Answer::fail("plain", Fault::Reset),
        Answer::fail("plain", Fault::TimedOut),
        Answer::fail("secure", Fault::Refused),
        Answer::fail("secure", Fault::Reset),
        Answer::fail("secure", Fault::TimedOut),
        Answer::fail("secure", Fault::Untrusted),
    ];
    const DOC: &'static str = r"
Asks over plain HTTP at every address, for the front page, for the path of the target's address and for
a path that nobody has, each with a query. Where the query is refused with a status from 400 to 499, the
path is asked without one, and a redirect there decides. Every answer has to be a redirect to `https` on the same
host (any port) that keeps path and query and carries nothing of the application; 302 and 307 are let
through with a note. A path other than the front page may also be refused (400, 403, 405, 426). Where
the front page redirects to has to answer over HTTPS, without a server error and without leading back;
so has the front page itself.

With `require = redirect,hsts` the HTTPS answer also has to carry `Strict-Transport-Security` for at
least `min-hsts`; sent over plain HTTP it counts for nothing. A closed port 80 enforces HTTPS, and is no
redirect: it passes only together with HSTS, and is named.

Where the target's address is `https` with a port of its own, `port` at the target names the plain one;
where it is `http`, the port of HTTPS is read from the redirect.

**Proves** that those paths were not served in the clear at those addresses, and, where asked for, that
browsers are told to stay on HTTPS.
**Does not prove** anything about paths that were not asked for, nor about an origin behind a CDN.

```checklist
- [ ] HTTP-to-HTTPS redirect enabled
```

**Remedy.** In nginx: `server { listen 80; return 301 https://$host$request_uri; }`, and in the server
that listens on 443 `add_header Strict-Transport-Security 'max-age=31536000' always;`.
";

    fn role(ask: &Ask) -> &'static str {
        match request_of(ask).map(|request| request.scheme) {
            Some(Scheme::Http) => "plain",
            Some(Scheme::Https) => "secure",
            None => ask.what.word(),
        }
    }

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Outside)?;
        let addresses = client.addresses()?;
        let some = || addresses.iter().copied().take(ADDRESSES_MAX);
        let mut parts = Vec::new();
        let mut secure_port = web::port_for(&client.site, Scheme::Https);

        if params.require.redirect {
            let paths = plain_paths(&client);
            let wanted = some().flat_map(|ip| paths.iter().map(move |path| (ip, path)));
            let answers = looks.each(wanted.map(|(ip, path)| plain(&client, ip, path)))?;
            let front = |nth: usize| nth.is_multiple_of(paths.len());
            let again = without_query(params, &client, &answers, &front)?;
            let mut targets = Vec::new();
            for (nth, answer) in answers.into_iter().enumerate() {
                let (answer, refused) = match again.get(&nth) {
                    Some((plain, status)) => (Ok(plain.clone()), Some(*status)),
                    None => (answer, None),
                };
                match answer {
                    Ok((request, attempt)) => {
                        if let (Ok((_, response)), Scheme::Http) = (&attempt, client.site.scheme)
                            && let Some(to) = web::location(&request, response)
                            && to.scheme == Scheme::Https
                        {
                            secure_port = to.port;
                        }
                        let mut finding = redirected(params, front(nth), &request, &attempt);
                        if finding.verdict == Verdict::Pass && front(nth) {
                            targets.extend(target(&client, &request, &attempt));
                        }
                        if let Some(status) = refused {
                            finding = finding.unproven(format!(
                                "that a query is kept: `{QUERY}` was refused with {status}, and the \
                                 path was asked without it"
                            ));
                        }
                        parts.push(finding);
                    }
                    Err(blind) => parts.push(web::unseen(&blind)),
                }
            }
            let followed = targets.into_iter().map(|to| client.ask(&to).map(|seen| (to, seen)));
            for answer in looks.each(followed)? {
                parts.push(match answer {
                    Ok((request, attempt)) => arrived(params, &request, &attempt),
                    Err(blind) => dark(params, &blind),
                });
            }
        }
        let wanted = some().map(|ip| secure(&client, ip, secure_port));
        for answer in looks.each(wanted)? {
            parts.push(match answer {
                Ok((request, attempt)) => secured(params, &request, &attempt),
                Err(blind) => dark(params, &blind),
            });
        }
        if ADDRESSES_MAX < addresses.len() {
            parts.push(web::too_many(addresses.len()));
        }
        Ok(worst(parts))
    }

    fn world() -> World {
        World::new(worlds::web(), &[], worlds::site(|request, _| Ok(enforcing(request))))
    }
}

/// A site that does everything right.
fn enforcing(request: &Request) -> Response {
    match request.scheme {
        Scheme::Http => {
            let to = format!("https://{}{}", request.host, request.path);
            worlds::response(301, &[("location", &to)], "<h1>301 Moved Permanently</h1>")
        }
        Scheme::Https => {
            let hsts = [("strict-transport-security", "max-age=31536000; includeSubDomains")];
            worlds::response(200, &hsts, "<html>shop</html>")
        }
    }
}

/// What is put behind a path, to see whether it is kept.
const QUERY: &str = "?holdpoint=1";

type Without<'a> = BTreeMap<usize, (Answered<'a>, u16)>;

/// Paths whose query was refused, asked without one: those that then redirect as they should, by
/// their place among the answers, with the status of the refusal.
fn without_query<'a>(
    params: &Params,
    client: &Client<'a>,
    answers: &[Result<Answered<'a>, Box<Blind>>],
    front: &dyn Fn(usize) -> bool,
) -> Result<Without<'a>, Need> {
    let mut refused = Vec::new();
    for (nth, answer) in answers.iter().enumerate() {
        let Ok((request, attempt)) = answer else { continue };
        let Ok((_, response)) = attempt else { continue };
        let failed = redirected(params, front(nth), request, attempt).verdict == Verdict::Fail;
        let path = request.path.strip_suffix(QUERY);
        if let Some(path) = path.filter(|_| failed && (400..500).contains(&response.status)) {
            refused.push((
                nth,
                response.status,
                Request { path: path.to_owned(), ..request.clone() },
            ));
        }
    }
    let asked = refused.into_iter().map(|(nth, status, request)| {
        let attempt = client.ask(&request)?;
        Ok((nth, status, (request, attempt)))
    });
    let seen = client.looks.each(asked)?.into_iter().flatten();
    let moved = |nth: usize, (request, attempt): &Answered| {
        let moves = attempt.as_ref().is_ok_and(|(_, it)| (300..400).contains(&it.status));
        moves && redirected(params, front(nth), request, attempt).verdict == Verdict::Pass
    };
    Ok(seen
        .filter(|(nth, _, answer)| moved(*nth, answer))
        .map(|(nth, status, answer)| (nth, (answer, status)))
        .collect())
}

/// The front page first, then what else is asked for in the clear.
fn plain_paths(client: &Client) -> Vec<String> {
    let mut paths = vec![format!("/{QUERY}")];
    if !client.site.base.is_empty() {
        paths.push(format!("{}/{QUERY}", client.site.base));
    }
    paths.push(format!("{}{QUERY}", web::made_up_path(client.looks)));
    paths
}

type Answered<'a> = (Request, Attempt<'a, &'a Response>);

fn plain<'a>(client: &Client<'a>, ip: IpAddr, path: &str) -> Result<Answered<'a>, Need> {
    let declared = client.looks.scope().field("port").and_then(|port| port.parse().ok());
    let port = match (client.site.scheme, declared) {
        (Scheme::Https, Some(port)) if port != client.site.port => port,
        (Scheme::Http | Scheme::Https, _) => web::port_for(&client.site, Scheme::Http),
    };
    let path = path.to_owned();
    let request = Request { scheme: Scheme::Http, port, path, ..client.get(ip, "") };
    Ok((request.clone(), client.ask(&request)?))
}

fn secure<'a>(client: &Client<'a>, ip: IpAddr, port: u16) -> Result<Answered<'a>, Need> {
    let path = String::from("/");
    let request = Request { scheme: Scheme::Https, port, path, ..client.get(ip, "") };
    Ok((request.clone(), client.ask(&request)?))
}

fn shown(request: &Request) -> String {
    let port = match request.port {
        port if port == request.scheme.port() => String::new(),
        port => format!(":{port}"),
    };
    format!("{}://{}{port}{}", request.scheme.word(), request.host, request.path)
}

/// The finding of one answer over plain HTTP.
fn redirected(
    params: &Params,
    front: bool,
    request: &Request,
    attempt: &Attempt<&Response>,
) -> Finding {
    let url = shown(request);
    let at = SocketAddr::new(request.at, request.port);
    let remedy = "server { listen 80; return 301 https://$host$request_uri; }";
    let fail = |seen: &str| {
        let seen = format!("{url} at {} {seen}", request.at);
        Finding::fail(seen.clone(), params.expected(), seen, format!("in nginx: `{remedy}`"))
    };
    let closed = |why: &str| {
        Finding::pass(format!("{at} offers no plain HTTP: {why}"))
            .unproven("a redirect: plain HTTP is refused, which enforces HTTPS in its own way")
    };
    let response = match attempt {
        Ok((_, response)) => response,
        // Whoever also asks for HSTS means that HTTPS is enforced, not how.
        Err(fault) if params.require.hsts => return closed(fault.sentence()),
        Err(fault) => {
            return web::silent(at, *fault, &params.expected())
                .remedy(format!("open port {} with `{remedy}` in nginx", request.port));
        }
    };
    let status = response.status;
    if matches!(status, 400 | 403 | 405 | 426) {
        return match (front, params.require.hsts) {
            (false, _) => Finding::pass(format!("{url} is refused with {status}")),
            (true, true) => closed(&format!("status {status}")),
            (true, false) => fail(&format!("refuses with {status} instead of redirecting")),
        };
    }
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return fail(&format!("answers {status} in the clear"))
            .easy_to_miss("a browser that once saw HSTS, or prefers HTTPS, never asks this way");
    }
    let Some(to) = web::location(request, response) else {
        return fail(&format!("answers {status} without a Location that can be followed"));
    };
    let target = web::short(response.value("location").unwrap_or_default());
    if odd(response) {
        return fail(&format!("redirects some clients to another host, {target}"));
    }
    if to.scheme == Scheme::Http {
        return fail(&format!("redirects to another plain address, {target}"));
    }
    if !to.host.eq_ignore_ascii_case(&request.host) {
        return fail(&format!("redirects to another host, {target}"));
    }
    if to.path != request.path {
        return fail(&format!("loses path or query on its way to {target}"));
    }
    if NOTE_BYTES_MAX < response.body_bytes {
        return fail(&format!("sends {} bytes of content with the redirect", response.body_bytes));
    }
    let pass = Finding::pass("plain HTTP redirects to HTTPS").expected(params.expected());
    match status {
        301 | 308 => pass.seen(format!("{url} answers {status} to {target}")),
        _ => pass.seen(format!("{url} answers {status} to {target}; 301 or 308 would be kept")),
    }
}

/// Whether a `Location` leads some clients elsewhere: browsers take `\\` for `/`, what stands before
/// an `@` is no host, and of several nobody knows which one counts.
fn odd(response: &Response) -> bool {
    let mut all = response.values("location").map(str::trim);
    let first = all.next().unwrap_or_default();
    let authority = first.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    first.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control())
        || authority.contains('@')
        || all.any(|other| other != first)
}

/// The request that a client makes next, at the same address.
fn target(client: &Client, request: &Request, attempt: &Attempt<&Response>) -> Option<Request> {
    let (_, response) = attempt.as_ref().ok()?;
    let to = web::location(request, response).filter(|to| to.scheme == Scheme::Https)?;
    let (port, path) = (to.port, to.path);
    Some(Request { scheme: Scheme::Https, port, path, ..client.get(request.at, "") })
}

/// The finding of where the redirect leads to.
fn arrived(params: &Params, request: &Request, attempt: &Attempt<&Response>) -> Finding {
    let url = shown(request);
    let response = match attempt {
        Ok((_, response)) => response,
        Err(fault) => {
            let at = SocketAddr::new(request.at, request.port);
            return web::silent(at, *fault, &params.expected());
        }
    };
    let fail = |seen: &str| {
        let seen = format!("{url} at {}, where plain HTTP redirects to, {seen}", request.at);
        Finding::fail(
            seen.clone(),
            params.expected(),
            seen,
            "mend what answers over HTTPS, or redirect to where the application is",
        )
        .easy_to_miss("`curl -I http://…` shows the redirect, and not what is behind it")
    };
    match response.status {
        500.. => fail(&format!("answers status {}", response.status)),
        300..=399 => match web::location(request, response) {
            Some(to) if to.scheme == Scheme::Http => fail("leads back to plain HTTP"),
            Some(to) if (&to.path, to.port) == (&request.path, request.port) => {
                if to.host.eq_ignore_ascii_case(&request.host) {
                    fail("redirects to itself")
                } else {
                    Finding::pass("the redirect arrives")
                }
            }
            Some(_) | None => Finding::pass("the redirect arrives"),
        },
        _ => Finding::pass("the redirect arrives"),
    }
}

/// The finding of HTTPS that could not be looked at, for a reason that silence does not explain.
fn dark(params: &Params, blind: &Blind) -> Finding {
    if !web::untrusted(blind) {
        return web::unseen(blind);
    }
    let seen = "the certificate of the HTTPS that plain HTTP leads to is not trusted";
    let remedy = "see `tls.certificate-served` for what is wrong with it, and mend the certificate";
    Finding::fail(seen, params.expected(), seen, remedy)
        .easy_to_miss("`curl -k` would have gone on without a word")
}

/// The finding of the front page over HTTPS.
fn secured(params: &Params, request: &Request, attempt: &Attempt<&Response>) -> Finding {
    let url = shown(request);
    let at = SocketAddr::new(request.at, request.port);
    let response = match attempt {
        Ok((_, response)) => response,
        Err(fault) => return web::silent(at, *fault, &params.expected()),
    };
    let back = web::location(request, response).filter(|to| to.scheme == Scheme::Http);
    if let Some(to) = back.filter(|_| (300..400).contains(&response.status)) {
        let seen = format!("{url} at {} leads back to http://{}{}", request.at, to.host, to.path);
        let remedy = "let the application know that it is behind TLS: \
                      `proxy_set_header X-Forwarded-Proto $scheme;` in nginx";
        return Finding::fail(seen.clone(), params.expected(), seen, remedy);
    }
    if !params.require.hsts {
        return Finding::pass("HTTPS answers and does not lead back");
    }
    let header = "Strict-Transport-Security";
    let line = format!("add_header {header} \"max-age=31536000\" always;");
    let fail = |seen: String| {
        let seen = format!("{url} at {} {seen}", request.at);
        Finding::fail(seen.clone(), params.expected(), seen, format!("in nginx: `{line}`"))
    };
    // Browsers heed the first of several.
    let Some(value) = response.value("strict-transport-security") else {
        return fail(format!("sends no {header}"))
            .easy_to_miss("on port 80 the header may stand; there it counts for nothing");
    };
    match max_age(value) {
        None => fail(format!("sends {header} without a max-age: `{}`", web::short(value))),
        Some(seconds)
            if params.min_hsts.holds(Operator::AtLeast, seconds.saturating_mul(1_000)) =>
        {
            Finding::pass(format!("HSTS holds for {} days", seconds / 86_400))
        }
        Some(0) => fail(format!("takes HSTS back: `{}`", web::short(value))),
        Some(seconds) => fail(format!("sends {header} for {seconds} s only"))
            .easy_to_miss("`curl -I` shows the header, and a glance does not count its seconds"),
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{seen::Seen, verdict::Verdict};

    use super::*;

    /// The second address answers this to requests of that scheme whose path begins so.
    fn site(scheme: Scheme, path: &'static str, response: Response) -> World {
        HttpsEnforced::world().but(move |ask, _, seen| match request_of(ask) {
            Some(request)
                if request.scheme == scheme
                    && request.path.starts_with(path)
                    && worlds::goes_to(ask, "10.0.0.2") =>
            {
                Ok(Seen::Http(response.clone()))
            }
            Some(_) | None => seen,
        })
    }

    fn to(status: u16, location: &str) -> Response {
        worlds::response(status, &[("location", location)], "")
    }

    fn judge(mut world: World) -> Finding {
        world.judge(&HttpsEnforced)
    }

    fn verdict(world: World) -> Verdict {
        judge(world).verdict
    }

    fn hsts(value: &str) -> World {
        let answer = worlds::response(200, &[("strict-transport-security", value)], "");
        site(Scheme::Https, "/", answer).param("require", "redirect,hsts")
    }

    #[test]
    fn redirects_have_to_keep_everything_but_the_scheme() {
        let front = |response| verdict(site(Scheme::Http, "/?", response));
        assert_eq!(front(to(308, "https://shop.test/?holdpoint=1")), Verdict::Pass);
        assert_eq!(front(to(302, "https://shop.test/?holdpoint=1")), Verdict::Pass);
        assert_eq!(front(to(301, "https://shop.test:8443/?holdpoint=1")), Verdict::Pass);
        for wrong in [
            "https://shop.test/",
            "https://www.shop.test/?holdpoint=1",
            "http://shop.test/home?holdpoint=1",
            "/home?holdpoint=1",
            "mailto:x",
        ] {
            assert_eq!(front(to(301, wrong)), Verdict::Fail, "{wrong}");
        }
        assert_eq!(front(worlds::response(200, &[], "<html>shop</html>")), Verdict::Fail);
        assert_eq!(front(worlds::response(301, &[], "")), Verdict::Fail);
        let mut fat = to(301, "https://shop.test/?holdpoint=1");
        fat.body_bytes = 50_000;
        assert_eq!(front(fat), Verdict::Fail);
    }

    #[test]
    fn a_server_that_refuses_unknown_queries_is_asked_without() {
        let strict = |status: u16, plain: &'static str| {
            HttpsEnforced::world().but(move |ask, _, seen| {
                let Some(request) = request_of(ask) else { return seen };
                if request.scheme == Scheme::Https {
                    return seen;
                }
                if request.path.contains('?') {
                    return Ok(Seen::Http(worlds::response(status, &[], "bad request")));
                }
                let to = format!("{plain}{}", request.path);
                Ok(Seen::Http(worlds::response(301, &[("location", &to)], "")))
            })
        };
        for status in [400, 404] {
            let finding = strict(status, "https://shop.test").judge(&HttpsEnforced);
            assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
            let told = |it: &String| it.contains("that a query is kept: `?hold");
            assert!(finding.unproven.iter().any(told), "{finding:?}");
            let finding = strict(status, "https://elsewhere.test").judge(&HttpsEnforced);
            assert_eq!(finding.verdict, Verdict::Fail, "{finding:?}");
            assert!(finding.reason.contains("http://shop.test/?holdpoint=1"), "{finding:?}");
        }
        let finding = strict(500, "https://shop.test").judge(&HttpsEnforced);
        assert_eq!(finding.verdict, Verdict::Fail);
    }

    #[test]
    fn other_paths_must_not_be_served_in_the_clear() {
        let page = |status| worlds::response(status, &[], "{\"error\":\"not found\"}");
        let made_up = |status| site(Scheme::Http, "/holdpoint-no", page(status));
        let finding = judge(made_up(404));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("holdpoint-no-such-page"), "{}", finding.reason);
        assert_eq!(verdict(made_up(403)), Verdict::Pass, "an API may refuse instead");
        let api = site(Scheme::Http, "/api", page(200)).field("url", "https://shop.test/api");
        assert_eq!(verdict(api), Verdict::Fail);
    }

    #[test]
    fn a_closed_port_is_no_redirect() {
        let closed = || {
            HttpsEnforced::world().but(|ask, _, seen| match request_of(ask) {
                Some(request) if request.scheme == Scheme::Http => Err(Fault::Refused),
                Some(_) | None => seen,
            })
        };
        assert_eq!(verdict(closed()), Verdict::Fail);
        let finding = judge(closed().param("require", "redirect,hsts"));
        assert_eq!(finding.verdict, Verdict::Pass, "HTTPS is enforced all the same");
        assert!(finding.unproven[0].contains("redirect"), "{finding:?}");
        let refused = || site(Scheme::Http, "/", worlds::response(403, &[], ""));
        assert_eq!(verdict(refused()), Verdict::Fail);
        assert_eq!(verdict(refused().param("require", "redirect,hsts")), Verdict::Pass);
    }

    #[test]
    fn hsts_has_to_be_long_and_over_https() {
        assert_eq!(verdict(hsts("max-age=15552000")), Verdict::Pass);
        assert_eq!(verdict(hsts("includeSubDomains; Max-Age=\"31536000\"")), Verdict::Pass);
        for wrong in ["max-age=300", "max-age=0", "max-age=15551999", "includeSubDomains", ""] {
            assert_eq!(verdict(hsts(wrong)), Verdict::Fail, "{wrong}");
        }
        let missing = || site(Scheme::Https, "/", worlds::response(200, &[], ""));
        assert_eq!(verdict(missing()), Verdict::Pass, "nobody asked for it");
        assert_eq!(verdict(missing().param("require", "hsts")), Verdict::Fail);
        let longer = hsts("max-age=15552000").param("min-hsts", "365d");
        assert_eq!(verdict(longer), Verdict::Fail);
    }

    #[test]
    fn loops_are_fails() {
        let back = site(Scheme::Https, "/", to(302, "http://shop.test/"));
        assert_eq!(verdict(back), Verdict::Fail);
        let on = site(Scheme::Https, "/", to(302, "/login"));
        assert_eq!(verdict(on), Verdict::Pass);
    }

    #[test]
    fn the_target_of_the_redirect_has_to_answer() {
        let target = |answer: Result<Response, Fault>| {
            verdict(HttpsEnforced::world().but(move |ask, _, seen| match request_of(ask) {
                Some(request) if request.scheme == Scheme::Https && request.path != "/" => {
                    answer.clone().map(Seen::Http)
                }
                Some(_) | None => seen,
            }))
        };
        let page = |status| Ok(worlds::response(status, &[], ""));
        assert_eq!(target(page(200)), Verdict::Pass);
        assert_eq!(target(page(404)), Verdict::Pass);
        assert_eq!(target(page(502)), Verdict::Fail);
        assert_eq!(target(Ok(to(302, "/login"))), Verdict::Pass);
        for back in ["http://shop.test/", "https://shop.test/?holdpoint=1", "/?holdpoint=1"] {
            assert_eq!(target(Ok(to(301, back))), Verdict::Fail, "{back}");
        }
        for fault in [Fault::Refused, Fault::Reset, Fault::Untrusted] {
            assert_eq!(target(Err(fault)), Verdict::Fail, "{fault:?}");
        }
    }

    #[test]
    fn a_location_that_clients_read_differently_is_a_fail() {
        let front = |response| verdict(site(Scheme::Http, "/?", response));
        for odd in [
            "https://evil.test\\@shop.test/?holdpoint=1",
            "https://shop.test\\/?holdpoint=1",
            "https://evil.test@shop.test/?holdpoint=1",
        ] {
            assert_eq!(front(to(301, odd)), Verdict::Fail, "{odd}");
        }
        let both = [
            ("location", "https://shop.test/?holdpoint=1"),
            ("location", "http://shop.test/?holdpoint=1"),
        ];
        assert_eq!(front(worlds::response(301, &both, "")), Verdict::Fail);
    }

    #[test]
    fn ports_of_their_own_are_followed() {
        let ports = |mut world: World| {
            let finding = world.judge(&HttpsEnforced);
            let mut ports: Vec<u16> = Vec::new();
            for look in world.made() {
                if let Some(request) = request_of(&look.ask) {
                    ports.push(request.port);
                }
            }
            ports.sort_unstable();
            ports.dedup();
            (finding.verdict, ports)
        };
        let plain = HttpsEnforced::world().field("url", "http://shop.test:8080");
        let moved = plain.but(|ask, _, seen| match request_of(ask) {
            Some(request) if request.scheme == Scheme::Http => {
                let to = format!("https://shop.test:8443{}", request.path);
                Ok(Seen::Http(worlds::response(301, &[("location", &to)], "")))
            }
            Some(_) | None => seen,
        });
        assert_eq!(ports(moved), (Verdict::Pass, vec![8080, 8443]));
        let named = HttpsEnforced::world().field("url", "https://shop.test:8443");
        let ports = ports(named.field("port", "8080")).1;
        assert_eq!(ports, [443, 8080, 8443], "443 is where the redirect leads");
    }

    #[test]
    fn without_a_vantage_nothing_is_decided() {
        let mut world = HttpsEnforced::world();
        world.scope = worlds::without_sides(world.scope);
        assert_eq!(verdict(world), Verdict::Unknown);
        for wrong in ["", "hst", "redirect,"] {
            assert!(Require::read(wrong).is_err(), "{wrong}");
        }
    }
}

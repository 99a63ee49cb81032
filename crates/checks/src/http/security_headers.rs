//! `http.security-headers`: the headers that protect browsers stand on every class of response.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use holdpoint_model::{
    ask::{Request, Scheme},
    check::{Check, Judgement},
    line::Side,
    look::{Looks, Need},
    param::Param,
    params,
    quantity::Texts,
    seen::Response,
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    header_rules::{BASELINE, Rule},
    web::{self, ADDRESSES_MAX, Client},
    worlds,
};

pub(crate) struct SecurityHeaders;

/// The headers that a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Required(Vec<Rule>);

impl Param for Required {
    const KIND: &'static str = "names of headers, separated by commas";
    fn read(text: &str) -> Result<Self, String> {
        if text.trim_start_matches('=').trim().eq_ignore_ascii_case("owasp-default") {
            return Ok(Self(BASELINE.to_vec()));
        }
        Texts::read(text)?
            .0
            .iter()
            .map(|word| Rule::wanted(word))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// One header that a line names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header(Rule);

impl Param for Header {
    const KIND: &'static str = "the name of a header";
    fn read(text: &str) -> Result<Self, String> {
        Rule::header(text.trim_start_matches('=')).map(Self)
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The headers that have to be there, by name or by what they are for.
        required("required"): Required = "hsts,content-type-options,frame-options,csp,referrer-policy",
        /// The one header that the line is about, in place of `required`.
        header("header"): Option<Header> = none,
        /// The exact value of that header.
        value("value"): Option<String> = none,
        /// Further paths to sample, separated by commas.
        paths("paths"): Option<Texts> = none,
        /// Classes of responses that the claim is about.
        classes("classes"): Texts = "html,api,static,404,401",
    }
}

impl Params {
    /// The rules, and whether the exact value is asked of them.
    fn rules(&self, scheme: Scheme) -> Vec<(Rule, Option<&str>)> {
        if let Some(Header(rule)) = &self.header {
            return vec![(rule.clone(), self.value.as_deref())];
        }
        let all = &self.required.0;
        // By default HSTS is asked of those who can send it.
        let applies =
            |rule: &&Rule| *all != BASELINE || scheme == Scheme::Https || **rule != Rule::Hsts;
        let value = self.value.as_deref().filter(|_| all.len() == 1);
        all.iter().filter(applies).map(|rule| (rule.clone(), value)).collect()
    }
}

impl Check for SecurityHeaders {
    type Params = Params;
    const ID: &'static str = "http.security-headers";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Fetches one sample of each class of response at every address, always with GET: the front page (a
redirect on the same host is followed), a path that nobody has, a script or style sheet that the front
page names, and the `paths` of the line. Each header has to be there once, with a value that protects:

* `Strict-Transport-Security` for at least 180 days (by default asked of HTTPS targets only);
* `X-Content-Type-Options: nosniff`;
* `X-Frame-Options` DENY or SAMEORIGIN; as `frame-options` a policy with `frame-ancestors` will do,
  and one that names everybody overrules the header;
* `Content-Security-Policy`, enforced, with `default-src` or `script-src`, without `'unsafe-inline'`
  scripts unless a nonce or hash guards them, and without `*`, `https:` or `data:` where code comes
  from; of several policies one that protects is enough;
* `Referrer-Policy` that browsers know, other than `unsafe-url`;
* `X-XSS-Protection`, where a line asks for it: `0` or `1; mode=block`.

A class that no sample belongs to is named as unproven.

**Proves** that these samples carried these headers at these addresses.
**Does not prove** that other pages carry them, nor that the policy fits the application.

```checklist
- [ ] Security headers configured
```

**Remedy.** In nginx say `always`, or the header vanishes from errors, and say it again in every
`location` that has an `add_header` of its own: one there drops all that were inherited.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Outside)?;
        let rules = params.rules(client.site.scheme);
        if let Some((Rule::Hsts, _)) = rules.first()
            && client.site.scheme == Scheme::Http
        {
            return Err(Need::Missing {
                setting: format!("target.{}.url", looks.scope().target),
                why: String::from("HSTS is sent over HTTPS, and the target's address is http"),
            });
        }
        let addresses = client.addresses()?;
        let some = || addresses.iter().copied().take(ADDRESSES_MAX);

        let mut paths = vec![String::from("/"), web::made_up_path(looks)];
        paths.extend(params.paths.iter().flat_map(|paths| paths.0.iter().cloned()));
        if let Some(finding) = web::too_much(addresses.len().saturating_mul(paths.len() + 1)) {
            return Ok(finding);
        }
        let wanted = some().flat_map(|ip| paths.iter().map(move |path| (ip, path)));
        let first = looks.each(wanted.map(|(ip, path)| sample(&client, ip, path)))?;
        let more: Vec<(IpAddr, String)> = first
            .iter()
            .flatten()
            .flat_map(|(request, response)| onward(request, response))
            .collect();
        let second = looks.each(more.iter().map(|(ip, path)| sample(&client, *ip, path)))?;

        let mut troubles = Troubles::default();
        let mut parts = Vec::new();
        for answer in first.into_iter().chain(second) {
            match answer {
                Ok((request, response)) => troubles.read(&rules, &request, response),
                Err(blind) => parts.push(web::unseen(&blind)),
            }
        }
        parts.push(troubles.finding(&rules));
        if ADDRESSES_MAX < addresses.len() {
            parts.push(web::too_many(addresses.len()));
        }
        let mut whole = worst(parts);
        for class in params.classes.0.iter().filter(|class| !troubles.sampled(class)) {
            whole = whole.unproven(format!("responses of the class {class}: none was sampled"));
        }
        Ok(whole)
    }

    fn world() -> World {
        World::new(worlds::web(), &[], worlds::site(|request, _| Ok(guarded(&request.path))))
    }
}

/// A page of a site that does everything right.
fn guarded(path: &str) -> Response {
    let (status, kind, body) = match path {
        "/" => (200, "text/html", "<script src=\"/static/app.js\"></script>"),
        "/static/app.js" => (200, "text/javascript", "start()"),
        "/api/me" => (401, "application/json", "{\"error\":\"who are you\"}"),
        _ => (404, "text/html", "<h1>404</h1>"),
    };
    let mut headers = vec![("content-type", kind)];
    headers.extend([
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
    ]);
    worlds::response(status, &headers, body)
}

fn sample<'a>(
    client: &Client<'a>,
    ip: IpAddr,
    path: &str,
) -> Result<(Request, &'a Response), Need> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let request = Request { path: format!("{slash}{path}"), ..client.get(ip, "") };
    let (_, response) = client.looks.http(&client.from, request.clone(), 1)?;
    Ok((request, response))
}

/// Paths worth a look because the front page leads there: where it redirects to on the same host,
/// and one thing that it loads.
fn onward(request: &Request, response: &Response) -> Vec<(IpAddr, String)> {
    if request.path != "/" {
        return Vec::new();
    }
    let here = |path: String| (request.at, path);
    if (300..400).contains(&response.status) {
        let to = web::location(request, response);
        let same = to.filter(|to| to.host == request.host && to.scheme == request.scheme);
        return same.map(|to| here(to.path)).filter(|(_, path)| path != "/").into_iter().collect();
    }
    asset(request, &response.body).map(here).into_iter().collect()
}

/// The first script or style sheet of the same host that a page names.
fn asset(request: &Request, page: &str) -> Option<String> {
    let values = page.split(['"', '\'']).map(str::trim);
    values
        .filter(|value| {
            let path = value.split(['?', '#']).next().unwrap_or_default();
            [".js", ".css", ".mjs"].iter().any(|end| path.ends_with(end))
        })
        .filter(|value| !value.contains(char::is_whitespace) && !value.contains('<'))
        .find_map(|value| {
            let link = web::link(request, value)?;
            (link.host == request.host && link.scheme == request.scheme).then_some(link.path)
        })
}

/// The class of a response, as lines speak of them.
fn class(response: &Response) -> &'static str {
    let kind = response.value("content-type").unwrap_or_default().to_ascii_lowercase();
    match response.status {
        404 => "404",
        401 => "401",
        500.. => "5xx",
        300..=399 => "redirect",
        400.. => "4xx",
        _ if kind.contains("html") => "html",
        _ if kind.contains("json") || kind.contains("xml") => "api",
        _ if kind.contains("javascript") || kind.contains("css") => "static",
        _ if kind.starts_with("image/") || kind.starts_with("font/") => "static",
        _ => "other",
    }
}

/// What is wrong, gathered over all samples.
#[derive(Default)]
struct Troubles {
    /// Addresses by class, path, header and what is wrong with it.
    found: BTreeMap<(&'static str, String, String, String), Vec<IpAddr>>,
    /// Paths by class.
    sampled: BTreeMap<&'static str, Vec<String>>,
    /// Classes in which a header was in order, by header.
    good: BTreeMap<String, BTreeSet<&'static str>>,
}

impl Troubles {
    fn read(&mut self, rules: &[(Rule, Option<&str>)], request: &Request, response: &Response) {
        let class = class(response);
        let paths = self.sampled.entry(class).or_default();
        if !paths.contains(&request.path) {
            paths.push(request.path.clone());
        }
        for (rule, value) in rules {
            // A redirect shows nothing that could be framed or run.
            if class == "redirect" && *rule != Rule::Hsts {
                continue;
            }
            match rule.trouble(response, request.scheme, *value) {
                None => {
                    self.good.entry(rule.name().to_owned()).or_default().insert(class);
                }
                Some(why) => {
                    let why = web::short(&why);
                    let key = (class, request.path.clone(), rule.name().to_owned(), why);
                    self.found.entry(key).or_default().push(request.at);
                }
            }
        }
    }

    fn sampled(&self, class: &str) -> bool {
        self.sampled.contains_key(class)
    }

    fn finding(&self, rules: &[(Rule, Option<&str>)]) -> Finding {
        let names: Vec<&str> = rules.iter().map(|(rule, _)| rule.name()).collect();
        let expected = format!("{} on every class of response", names.join(", "));
        let classes: Vec<String> = self
            .sampled
            .iter()
            .map(|(class, paths)| format!("{class} ({})", paths.join(" ")))
            .collect();
        let judged = self.sampled.keys().any(|class| *class != "redirect");
        let Some(((class, path, header, why), _)) = self.found.iter().next() else {
            if !judged {
                return Finding::unknown(
                    "no sample but redirects could be fetched",
                    "name pages to look at with `paths` on the line",
                );
            }
            return Finding::pass(format!("{} good on every sample", are(&names)))
                .expected(expected)
                .seen(classes.join(", "));
        };
        let reasons: Vec<String> = self
            .found
            .iter()
            .map(|((class, path, header, why), at)| {
                let at: Vec<String> = at.iter().map(IpAddr::to_string).collect();
                format!("{header} {why} on {path} ({class}) at {}", at.join(" and "))
            })
            .collect();
        let rule = rules.iter().find(|(rule, _)| rule.name() == header);
        let value = rule.map_or("…", |(rule, value)| value.unwrap_or_else(|| rule.example()));
        let line = format!("`add_header {header} \"{value}\" always;`");
        let mut good = self.good.get(header.as_str()).into_iter().flatten().rev();
        let elsewhere = good.find(|good| *good != class);
        let remedy = match (elsewhere, *class) {
            (Some(_), "404" | "401" | "5xx") => {
                format!("in nginx: {line} (without `always` errors go without it)")
            }
            (Some(_), _) => format!(
                "in nginx: {line} in the location of {path} too: an `add_header` there drops all \
                 inherited ones"
            ),
            (None, _) => format!("in nginx: {line}"),
        };
        let finding = Finding::fail(
            reasons.join("; "),
            expected,
            format!("{header} {why} on {path} ({class})"),
            remedy,
        );
        match elsewhere {
            Some(good) => finding.easy_to_miss(format!(
                "`curl -I` on a page of the class {good} shows the header in order"
            )),
            None => finding,
        }
    }
}

fn are(names: &[&str]) -> String {
    match names {
        [one] => format!("{one} is"),
        _ => format!("{} headers are", names.len()),
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{fault::Fault, seen::Seen, verdict::Verdict};

    use super::*;
    use crate::web::request_of;

    /// The site with this done to every response at the second address.
    fn site(change: impl Fn(&str, &mut Response) + 'static) -> World {
        SecurityHeaders::world().but(move |ask, _, seen| match (request_of(ask), seen) {
            (Some(request), Ok(Seen::Http(mut response))) if worlds::goes_to(ask, "10.0.0.2") => {
                change(&request.path, &mut response);
                Ok(Seen::Http(response))
            }
            (_, seen) => seen,
        })
    }

    /// Without this header on paths that begin so.
    fn without(header: &'static str, path: &'static str) -> World {
        site(move |at, response| {
            if at.starts_with(path) {
                response.headers.retain(|(name, _)| name != header);
            }
        })
    }

    /// With this header in place of what was there.
    fn with(header: &'static str, value: &'static str) -> World {
        site(move |_, response| {
            response.headers.retain(|(name, _)| name != header);
            response.headers.push((header.to_owned(), value.to_owned()));
        })
    }

    fn judge(mut world: World) -> Finding {
        world.judge(&SecurityHeaders)
    }

    fn verdict(world: World) -> Verdict {
        judge(world).verdict
    }

    #[test]
    fn a_missing_header_is_named_with_its_line() {
        let finding = judge(without("strict-transport-security", "/"));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("at 10.0.0.2"), "{}", finding.reason);
        let remedy = finding.remedy.unwrap();
        assert!(remedy.contains("add_header Strict-Transport-Security \"max-age="), "{remedy}");
        assert!(remedy.contains("always;"), "{remedy}");
    }

    #[test]
    fn one_class_without_it_is_enough() {
        let finding =
            judge(without("x-frame-options", "/static/").param("header", "X-Frame-Options"));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("/static/app.js (static)"), "{}", finding.reason);
        assert!(finding.remedy.unwrap().contains("inherited"));
        assert!(finding.easy_to_miss.unwrap().contains("curl -I"));
        let errors = judge(without("content-security-policy", "/holdpoint-no"));
        assert!(errors.reason.contains("(404)"), "{}", errors.reason);
        assert!(errors.remedy.unwrap().contains("without `always`"));
    }

    #[test]
    fn weak_and_obsolete_values_are_fails() {
        for (header, value) in [
            ("x-frame-options", "ALLOW-FROM https://x"),
            ("strict-transport-security", "max-age=300"),
            ("content-security-policy", "default-src *"),
            ("referrer-policy", "unsafe-url"),
            ("x-content-type-options", "yes"),
        ] {
            assert_eq!(verdict(with(header, value)), Verdict::Fail, "{header}: {value}");
        }
        let watched = site(|_, response| {
            for (name, _) in &mut response.headers {
                if name == "content-security-policy" {
                    name.push_str("-report-only");
                }
            }
        });
        assert_eq!(verdict(watched), Verdict::Fail);
        let zero = with("x-xss-protection", "0").param("header", "X-XSS-Protection");
        assert_eq!(
            verdict(zero.but(|_, _, seen| match seen {
                Ok(Seen::Http(mut response)) => {
                    response.headers.push((String::from("x-xss-protection"), String::from("0")));
                    Ok(Seen::Http(response))
                }
                other => other,
            })),
            Verdict::Pass
        );
    }

    #[test]
    fn exact_values_and_lists_are_read() {
        let exact = |value| {
            SecurityHeaders::world().param("header", "X-Frame-Options").param("value", value)
        };
        assert_eq!(verdict(exact("DENY")), Verdict::Pass);
        assert_eq!(verdict(exact("SAMEORIGIN")), Verdict::Fail);
        let ancestors = || without("x-frame-options", "/");
        assert_eq!(verdict(ancestors()), Verdict::Pass, "frame-ancestors protects too");
        assert_eq!(verdict(ancestors().param("header", "X-Frame-Options")), Verdict::Fail);
        assert_eq!(
            verdict(SecurityHeaders::world().param("required", "owasp-default")),
            Verdict::Pass
        );
        let more = SecurityHeaders::world().param("required", "csp,Permissions-Policy");
        assert_eq!(verdict(more), Verdict::Fail);
        assert!(Required::read("two words").is_err());
    }

    #[test]
    fn classes_without_a_sample_are_named() {
        let finding = judge(SecurityHeaders::world());
        let open: Vec<&str> = finding.unproven.iter().map(String::as_str).collect();
        assert_eq!(open.len(), 2, "{open:?}");
        assert!(open[0].contains("api") && open[1].contains("401"), "{open:?}");
        let named = judge(SecurityHeaders::world().param("paths", "/api/me"));
        assert!(!named.unproven.iter().any(|it| it.contains("401")), "{named:?}");
        let plain = without("referrer-policy", "/api").param("paths", "api/me");
        assert_eq!(verdict(plain), Verdict::Fail);
    }

    #[test]
    fn redirects_are_followed_on_the_same_host() {
        let moved = |to: &'static str| {
            SecurityHeaders::world().but(move |ask, _, seen| match request_of(ask) {
                Some(request) if request.path == "/" => {
                    let headers =
                        [("location", to), ("strict-transport-security", "max-age=31536000")];
                    Ok(Seen::Http(worlds::response(302, &headers, "")))
                }
                Some(request) if request.path == "/shop" => Ok(Seen::Http(guarded("/"))),
                Some(_) | None => seen,
            })
        };
        let finding = judge(moved("/shop"));
        assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
        assert!(finding.seen.unwrap().contains("html (/shop)"));
        let away = judge(moved("https://elsewhere.test/"));
        assert!(away.unproven.iter().any(|it| it.contains("html")), "{away:?}");
    }

    #[test]
    fn plain_targets_are_not_asked_for_hsts_unless_the_line_is() {
        let plain = || {
            without("strict-transport-security", "/").field("url", "http://shop.test").but(
                |_, _, seen| match seen {
                    Ok(Seen::Http(mut response)) => {
                        response.headers.retain(|(name, _)| name != "strict-transport-security");
                        Ok(Seen::Http(response))
                    }
                    other => other,
                },
            )
        };
        assert_eq!(verdict(plain()), Verdict::Pass);
        assert_eq!(verdict(plain().param("header", "HSTS")), Verdict::Unknown);
    }

    #[test]
    fn what_could_not_be_fetched_is_unknown_beside_what_could() {
        let half = |world: World| {
            world.but(
                |ask, _, seen| {
                    if worlds::goes_to(ask, "10.0.0.1") { Err(Fault::Refused) } else { seen }
                },
            )
        };
        assert_eq!(verdict(half(SecurityHeaders::world())), Verdict::Unknown);
        assert_eq!(verdict(half(without("referrer-policy", "/"))), Verdict::Fail);
    }
}

//! `net.port-restricted`: a port is closed to the world and open to those who need it.

use std::net::{IpAddr, SocketAddr};

use holdpoint_model::{
    ask::{Request, Vantage, What},
    check::{Answer, Check, Judgement},
    fault::Fault,
    limits,
    line::Side,
    look::{Blind, Looks, Need},
    params,
    quantity::Port,
    seen::{Connected, Response},
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{
    web::{self, ADDRESSES_MAX, Attempt, Client},
    worlds,
};

pub(crate) struct PortRestricted;

/// Services by the port that they listen on unless told otherwise.
const SERVICES: [(u16, &str); 6] = [
    (3000, "grafana"),
    (5601, "kibana"),
    (9090, "prometheus"),
    (9093, "alertmanager"),
    (5555, "flower"),
    (8081, "adminer"),
];

/// Redirects that are followed below the path of a service.
const HOPS_MAX: u32 = 3;

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The TCP port.
        port("port"): Port,
        /// The service behind it, whose path on the public site is tried too.
        service("service"): Option<String> = none,
        /// Who is meant to reach it; kept in the record.
        allow("allow"): Option<String> = none,
    }
}

impl Params {
    fn service(&self) -> Option<String> {
        let usual = SERVICES.iter().find(|(port, _)| *port == self.port.0);
        let named = self.service.as_deref().or_else(|| usual.map(|(_, name)| *name))?;
        Some(named.trim_matches('/').to_ascii_lowercase())
    }

    fn expected(&self) -> String {
        let who = self.allow.as_deref().unwrap_or("those inside");
        format!("port {} closed to the world, open to {who}", self.port.0)
    }

    fn fail(&self, seen: String, remedy: String) -> Finding {
        Finding::fail(seen.clone(), self.expected(), seen, remedy)
    }
}

impl Check for PortRestricted {
    type Params = Params;
    const ID: &'static str = "net.port-restricted";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const ANSWERS: &'static [Answer] = &[
        // Closed is what is hoped for outside, and one open address is enough inside.
        Answer::pass("connect", Fault::Refused),
        Answer::pass("connect", Fault::Reset),
        Answer::pass("connect", Fault::TimedOut),
        // A public site that does not answer serves no service either.
        Answer::pass("http", Fault::Refused),
        Answer::pass("http", Fault::Reset),
        Answer::pass("http", Fault::TimedOut),
    ];
    const DOC: &'static str = r"
Connects to the port from outside and from inside, at every IPv4 and IPv6 address. From outside each
connection has to fail; from inside at least one has to stand, because a port that is closed to
everybody and a service that is down look the same. A connection from outside decides at once.
A time-out outside counts only while the declared control answers there: a vantage whose own firewall
lets nothing out would see every port closed.

A service can also leak through the public site: its path (`/grafana/`, `/prometheus/`, by `service`
or the usual service of the port) is asked for over HTTPS without credentials. A page that differs from
what a made-up path gets counts as content; a redirect to a login does not.

**Proves** that the port was closed from the one vantage and open from the other, at these addresses,
and that the service's usual path serves nothing to strangers.
**Does not prove** that the list of those who are let in is the one you wanted, nor anything about
other paths or other vantages.

```checklist
- [ ] Port 9090 (Prometheus) restricted to internal network
```

**Remedy.** Bind the service to an inner address (`ports: 127.0.0.1:9090:9090` in Compose: Docker's own
rules go before those of ufw), or let only the admins' addresses through the firewall.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::at(looks, outside(looks)?)?;
        let addresses = client.addresses()?;
        let some = || addresses.iter().copied().take(ADDRESSES_MAX);

        // A port that is open to the world decides, whatever is seen from inside.
        let knocks = looks.each(some().map(|ip| knock(&client, params, ip)))?;
        let mut parts: Vec<Finding> =
            knocks.into_iter().map(|knock| closed(params, knock)).collect();
        if failed(&parts) {
            return Ok(worst(parts));
        }
        if let Some(service) = params.service() {
            let paths = looks.each(some().map(|ip| leaks(&client, params, &service, ip)))?;
            parts.extend(paths.into_iter().map(|it| it.unwrap_or_else(|it| web::unseen(&it))));
            if failed(&parts) {
                return Ok(worst(parts));
            }
        }
        parts.push(inside(&client, params)?);
        if ADDRESSES_MAX < addresses.len() {
            parts.push(web::too_many(addresses.len()));
        }
        let mut whole = worst(parts).expected(params.expected());
        if params.allow.is_none() {
            whole = whole.unproven("who exactly is let in (`allow` is not declared)");
        }
        if params.service().is_none() {
            whole = whole.unproven("that no path of the public site leads there (`service`)");
        }
        Ok(whole)
    }

    fn world() -> World {
        let mut site =
            worlds::site(|_, _| Ok(worlds::response(404, &[], "<h1>404 Not Found</h1>")));
        World::new(worlds::web(), &[("port", "9090")], move |ask, at| {
            let knock = matches!(ask.what, What::Connect { .. });
            if knock && ask.from.0 == "edge" { Err(Fault::Refused) } else { site(ask, at) }
        })
    }
}

fn failed(parts: &[Finding]) -> bool {
    parts.iter().any(|part| part.verdict == Verdict::Fail)
}

/// The vantage outside: declared, or here for a check typed by hand. A target on loopback is no
/// excuse, since the claim has two sides.
fn outside(looks: &Looks) -> Result<Vantage, Need> {
    match looks.scope().declared(Side::Outside) {
        Some(vantage) => Ok(vantage.clone()),
        None if looks.scope().here_is_enough => Ok(Vantage::here()),
        None => Err(undeclared(Side::Outside)),
    }
}

fn undeclared(side: Side) -> Need {
    Need::Missing {
        setting: format!("vantage.{}", side.word()),
        why: String::from("the claim is about what is seen from outside and from inside"),
    }
}

type Knock<'a> = (SocketAddr, Attempt<'a, &'a Connected>);

fn knock<'a>(client: &Client<'a>, params: &Params, ip: IpAddr) -> Result<Knock<'a>, Need> {
    let at = SocketAddr::new(ip, params.port.0);
    let what =
        What::Connect { at, timeout_ms: limits::CONNECT_MS, send: String::new(), read_max: 0 };
    let attempt = client.attempts(at, |nth, not_before| {
        client.looks.connect(&client.from, what.clone(), nth, not_before)
    })?;
    Ok((at, attempt))
}

/// The finding of a knock from outside.
fn closed(params: &Params, knock: Result<Knock, Box<Blind>>) -> Finding {
    match knock {
        Err(blind) => web::unseen(&blind),
        Ok((at, Err(fault))) => {
            let seen = format!("{at} is closed to the world: {}", fault.sentence());
            Finding::pass(seen.clone()).seen(seen)
        }
        Ok((at, Ok((look, _)))) => params
            .fail(
                format!("{at} accepts connections from `{}`", look.ask.from.0),
                format!(
                    "bind it to an inner address (`ports: 127.0.0.1:{0}:{0}` in Compose: Docker's \
                     rules go before those of ufw), or close {0} in the security group",
                    at.port()
                ),
            )
            .easy_to_miss("`ufw status` lists the port as denied while Docker publishes it"),
    }
}

/// Whether the path of the service on the public site serves it to strangers.
fn leaks(client: &Client, params: &Params, service: &str, ip: IpAddr) -> Result<Finding, Need> {
    let root = format!("/{service}/");
    let mut path = root.clone();
    let get = |path: &str| Request { path: path.to_owned(), ..client.get(ip, "") };
    let safe = |why: String| Ok(Finding::pass(why));
    for _ in 0..HOPS_MAX {
        let request = get(&path);
        let response: &Response = match client.ask(&request)? {
            Ok((_, response)) => response,
            Err(fault) => return safe(format!("no public site at {ip}: {}", fault.sentence())),
        };
        match response.status {
            200..=299 => return served(client, params, ip, &request, response),
            300..=399 => {}
            500.. => {
                return Ok(Finding::unknown(
                    format!(
                        "{path} at {ip} answers {}: something stands behind it",
                        response.status
                    ),
                    format!("take the path {root} out of the public site, then run again"),
                ));
            }
            status => return safe(format!("{path} at {ip} answers {status}")),
        }
        match web::location(&request, response) {
            Some(to)
                if to.host == request.host && to.path.starts_with(&root) && !login(&to.path) =>
            {
                path = to.path;
            }
            Some(to) => return safe(format!("{path} at {ip} leads to {}{}", to.host, to.path)),
            None => return safe(format!("{path} at {ip} leads nowhere")),
        }
    }
    Ok(Finding::unknown(
        format!("{root} at {ip} redirects in circles"),
        format!("take the path {root} out of the public site, then run again"),
    ))
}

fn login(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["login", "signin", "sign-in", "sign_in", "auth", "sso"].iter().any(|it| path.contains(it))
}

/// The finding of a page: content, unless a made-up path gets the same, or it asks for a password.
fn served(
    client: &Client,
    params: &Params,
    ip: IpAddr,
    request: &Request,
    response: &Response,
) -> Result<Finding, Need> {
    let path = &request.path;
    let made_up = Request { path: web::made_up_path(client.looks), ..request.clone() };
    if let Ok((_, other)) = client.ask(&made_up)?
        && (other.status, &other.body_sha256) == (response.status, &response.body_sha256)
    {
        return Ok(Finding::pass(format!("{path} at {ip} is what any path gets")));
    }
    let url = format!("{}://{}{path}", client.site.scheme.word(), client.site.authority());
    let form = response.body.to_ascii_lowercase().replace(['"', '\''], "");
    if form.contains("type=password") {
        return Ok(Finding::pass(format!("{path} at {ip} asks for a password"))
            .unproven(format!("that the login at {url} holds")));
    }
    Ok(params
        .fail(
            format!("{url} serves content to strangers at {ip} (status {})", response.status),
            format!(
                "put `auth_basic` or `allow …; deny all;` into `location {path}`, or remove it"
            ),
        )
        .easy_to_miss(format!("port {} itself is closed, as it should be", params.port.0)))
}

/// The positive control: somebody gets in.
fn inside(client: &Client, params: &Params) -> Result<Finding, Need> {
    let looks = client.looks;
    let vantage = looks.scope().declared(Side::Inside).ok_or_else(|| undeclared(Side::Inside))?;
    let client = client.seen_from(vantage.clone());
    let addresses = client.addresses()?;
    let some = addresses.iter().take(ADDRESSES_MAX);
    let knocks = looks.each(some.map(|ip| knock(&client, params, *ip)))?;
    let mut dark = None;
    for knock in knocks {
        match knock {
            Ok((at, Ok(_))) => {
                return Ok(Finding::pass(format!("{at} is open from `{}`", vantage.0)));
            }
            Ok((_, Err(_))) => {}
            Err(blind) => dark = Some(web::unseen(&blind)),
        }
    }
    Ok(dark.unwrap_or_else(|| {
        Finding::unknown(
            format!(
                "port {} is closed from `{}` too: restricted and down look the same",
                params.port.0, vantage.0
            ),
            "start the service, or declare a vantage that is let in as `inside`",
        )
    }))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::wildcard_enum_match_arm,
        reason = "a twisted world answers a few asks in its own way"
    )]

    use holdpoint_model::{ask::Ask, seen::Seen};

    use super::*;

    type Answered = Result<Seen, Fault>;

    fn world() -> World {
        PortRestricted::world()
    }

    fn judge(mut world: World) -> Finding {
        world.judge(&PortRestricted)
    }

    fn verdict(world: World) -> Verdict {
        judge(world).verdict
    }

    /// What `from` gets when it connects, at the second address.
    fn knocking(from: &'static str, answer: Answered) -> World {
        world().but(move |ask: &Ask, _, seen| match &ask.what {
            What::Connect { .. } if ask.from.0 == from && worlds::goes_to(ask, "10.0.0.2") => {
                answer.clone()
            }
            _ => seen,
        })
    }

    /// A public site that answers these paths.
    fn site(pages: &'static [(&'static str, u16, &'static str)]) -> World {
        world().but(move |ask, _, seen| match &ask.what {
            What::Http(request) => {
                let page = pages.iter().find(|(path, ..)| request.path.starts_with(path));
                page.map_or(seen, |(_, status, text)| {
                    let to = [("location", *text)];
                    let headers = if (300..400).contains(status) { &to[..] } else { &[] };
                    Ok(Seen::Http(worlds::response(*status, headers, text)))
                })
            }
            _ => seen,
        })
    }

    #[test]
    fn open_to_the_world_is_a_fail_even_without_an_inside() {
        let open = || knocking("edge", Ok(worlds::connected(b"")));
        let finding = judge(open());
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("10.0.0.2:9090"), "{}", finding.reason);
        let mut alone = open();
        alone.scope.sides.remove(&Side::Inside);
        assert_eq!(verdict(alone), Verdict::Fail);
    }

    #[test]
    fn refused_and_filtered_are_both_closed() {
        assert_eq!(verdict(knocking("edge", Err(Fault::Refused))), Verdict::Pass);
        let filtered = || knocking("edge", Err(Fault::TimedOut));
        assert_eq!(verdict(filtered()), Verdict::Pass);
        let blind = filtered().but(|ask, _, seen| match &ask.what {
            What::Control { .. } => Err(Fault::TimedOut),
            _ => seen,
        });
        assert_eq!(verdict(blind), Verdict::Unknown, "our own firewall lets nothing out");
        assert_eq!(verdict(filtered().field("control", "")), Verdict::Unknown);
    }

    #[test]
    fn closed_from_inside_too_is_unknown() {
        let down = world().but(|ask, _, seen| match &ask.what {
            What::Connect { .. } => Err(Fault::Refused),
            _ => seen,
        });
        let finding = judge(down);
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.reason.contains("look the same"), "{}", finding.reason);
        assert_eq!(verdict(knocking("office", Err(Fault::Refused))), Verdict::Pass);
    }

    #[test]
    fn both_sides_have_to_be_declared() {
        for side in [Side::Outside, Side::Inside] {
            for url in ["https://shop.test", "https://127.0.0.1"] {
                let mut half = world().field("url", url);
                half.scope.sides.remove(&side);
                let finding = judge(half);
                assert_eq!(finding.verdict, Verdict::Unknown, "{side:?} {url}");
                assert!(finding.remedy.unwrap().contains(side.word()));
            }
        }
        let mut by_hand = world();
        by_hand.scope = worlds::without_sides(by_hand.scope);
        by_hand.scope.here_is_enough = true;
        assert_eq!(verdict(by_hand), Verdict::Fail, "here the port is open");
    }

    #[test]
    fn a_proxied_path_without_a_password_is_a_fail() {
        let open = site(&[("/prometheus/", 200, "<title>Prometheus</title>")]);
        let finding = judge(open);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("https://shop.test/prometheus/"), "{}", finding.reason);
        let hop = site(&[
            ("/prometheus/graph", 200, "<title>Prometheus</title>"),
            ("/prometheus/", 302, "/prometheus/graph"),
        ]);
        assert_eq!(verdict(hop), Verdict::Fail);
        let named = site(&[("/board/", 200, "numbers")]).param("service", "board");
        assert_eq!(verdict(named), Verdict::Fail);
        assert_eq!(verdict(site(&[("/prometheus/", 502, "")])), Verdict::Unknown);
        assert_eq!(verdict(site(&[("/prometheus/", 302, "/prometheus/")])), Verdict::Unknown);
    }

    #[test]
    fn logins_and_pages_for_any_path_are_no_content() {
        assert_eq!(verdict(site(&[("/", 200, "<div id=app></div>")])), Verdict::Pass);
        assert_eq!(verdict(site(&[("/prometheus/", 401, "")])), Verdict::Pass);
        assert_eq!(verdict(site(&[("/prometheus/", 302, "/prometheus/login")])), Verdict::Pass);
        assert_eq!(verdict(site(&[("/prometheus/", 302, "https://sso.test/")])), Verdict::Pass);
        let form = judge(site(&[("/prometheus/", 200, "<input type=\"password\">")]));
        assert_eq!(form.verdict, Verdict::Pass);
        assert!(form.unproven.iter().any(|it| it.contains("login")), "{form:?}");
    }

    #[test]
    fn a_port_has_to_be_given() {
        assert_eq!(verdict(world().param("port", "")), Verdict::Unknown);
        let other = judge(world().param("port", "4711"));
        assert!(other.unproven.iter().any(|it| it.contains("`service`")), "{other:?}");
    }
}

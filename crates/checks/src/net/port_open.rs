//! `net.port-open`: every address of the target accepts connections on a port, and answers there.

use std::net::SocketAddr;

use holdpoint_model::{
    ask::What,
    check::{Answer, Check, Judgement},
    fault::Fault,
    line::Side,
    look::{Looks, Need},
    params,
    quantity::{Bound, Duration, Port},
    seen::Connected,
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    hello::{self, Offer, Reply},
    values::{choice, ms},
    web::{self, ADDRESSES_MAX, Attempt, Client},
    worlds,
};

pub(crate) struct PortOpen;

choice! {
    /// What has to answer behind the port.
    pub(crate) enum Proto = "tcp, http or tls" {
        /// Nothing: that the connection stands is enough.
        Tcp = "tcp",
        /// A web server, in the clear.
        Http = "http",
        /// Anything that speaks TLS.
        Tls = "tls",
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The TCP port; without it that of the target's address.
        port("port"): Option<Port> = none,
        /// What has to answer there, so that an open port with nothing behind it is noticed.
        proto("proto"): Proto = "tcp",
        /// How long one attempt may take.
        timeout("timeout"): Bound<Duration> = "3s",
    }
}

impl Check for PortOpen {
    type Params = Params;
    const ID: &'static str = "net.port-open";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const ANSWERS: &'static [Answer] = &[
        Answer::fail("connect", Fault::Refused),
        Answer::fail("connect", Fault::Reset),
        Answer::fail("connect", Fault::TimedOut),
        Answer::fail("connect", Fault::NoAnswer),
    ];
    const DOC: &'static str = r"
Connects to the port at every IPv4 and IPv6 address that the name has, as the world sees it. With
`proto` it also says the first words of that protocol and waits for the answer: load balancers and
proxies accept connections for services that are not there.

A refused connection decides at once. A time-out is tried three times a second apart, and counts
against the target only when the declared control answers in between.

**Proves** that each address accepted a connection on the port from that vantage, and, with `proto`
`http` or `tls`, that a server of that protocol answered.
**Does not prove** that what answers is the right service, nor anything about addresses that other
resolvers hand out.

```checklist
- [ ] Port 443 (HTTPS) accessible
```

**Remedy.** Open the port in the firewall or security group of the address named in the reason, start
the service behind it, or take an address that is dead out of DNS.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let client = Client::new(looks, Side::Outside)?;
        let port = params.port.map_or(client.site.port, |port| port.0);
        let addresses = client.addresses()?;
        let attempts = addresses.iter().take(ADDRESSES_MAX).map(|ip| {
            let at = SocketAddr::new(*ip, port);
            attempt(&client, params, at).map(|outcome| (at, outcome))
        });
        let mut parts = Vec::new();
        for outcome in looks.each(attempts)? {
            parts.push(match outcome {
                Ok((at, Ok((_, connected)))) => answered(params.proto, at, connected),
                Ok((at, Err(fault))) => web::silent(at, fault, &expected(params.proto, port)),
                Err(blind) => web::unseen(&blind),
            });
        }
        if ADDRESSES_MAX < addresses.len() {
            parts.push(web::too_many(addresses.len()));
        }
        Ok(worst(parts))
    }

    fn world() -> World {
        let scope = worlds::web().with("resolve", "");
        World::new(scope, &[("port", "443")], worlds::site(|_, _| Err(Fault::Unsupported)))
    }
}

fn attempt<'a>(
    client: &Client<'a>,
    params: &Params,
    at: SocketAddr,
) -> Result<Attempt<'a, &'a Connected>, Need> {
    let send = match params.proto {
        Proto::Tcp => Vec::new(),
        Proto::Http => format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: holdpoint\r\nConnection: close\r\n\r\n",
            client.site.host
        )
        .into_bytes(),
        Proto::Tls => hello::client_hello(Offer::Modern, &client.site.host),
    };
    let what = What::Connect {
        at,
        timeout_ms: ms(params.timeout),
        send: web::hex(&send),
        read_max: if params.proto == Proto::Tcp { 0 } else { 64 },
    };
    client.attempts(at, |nth, not_before| {
        let look = client.looks.connect(&client.from, what.clone(), nth, not_before);
        look.map_err(no_answer_is_silence)
    })
}

/// A connection that stands and stays silent deserves the same three attempts as one that never
/// stands.
fn no_answer_is_silence(need: Need) -> Need {
    match need {
        Need::Blind(mut blind) if blind.fault == Fault::NoAnswer => {
            blind.fault = Fault::TimedOut;
            Need::Blind(blind)
        }
        Need::Blind(_) | Need::Look(_) | Need::Missing { .. } | Need::NotAllowed { .. } => need,
    }
}

fn expected(proto: Proto, port: u16) -> String {
    match proto {
        Proto::Tcp => format!("port {port} accepts connections on every address"),
        Proto::Http => format!("an HTTP status line from port {port} of every address"),
        Proto::Tls => format!("a TLS ServerHello from port {port} of every address"),
    }
}

fn answered(proto: Proto, at: SocketAddr, connected: &Connected) -> Finding {
    let bytes = web::unhex(&connected.answer);
    let good = |what: &str| Finding::pass(format!("{at} answers {what}"));
    let bad = |seen: String| {
        Finding::fail(
            format!("{at} accepts connections, but {seen}"),
            expected(proto, at.port()),
            seen,
            format!("start the service behind {at}: only the proxy in front of it answers"),
        )
    };
    match (proto, hello::reply(&bytes)) {
        (Proto::Tcp, _) => Finding::pass(format!("{at} accepts connections")).unproven(
            "that anything behind the port answers (`proto=http` or `proto=tls` shows it)",
        ),
        (_, Reply::Nothing) => bad(String::from("closes them without an answer")),
        (Proto::Http, _) if bytes.starts_with(b"HTTP/1.") => good("in HTTP"),
        (Proto::Tls, Reply::ServerHello(_)) => good("in TLS"),
        (Proto::Tls, Reply::Alert(code)) => Finding::unknown(
            format!("{at} speaks TLS and turned our hello down with alert {code}"),
            "see `tls.certificate-served` for what it serves to this name",
        ),
        (Proto::Http | Proto::Tls, Reply::ServerHello(_) | Reply::Alert(_) | Reply::Other) => {
            bad(format!("answers `{}`", web::short(&String::from_utf8_lossy(&bytes))))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::wildcard_enum_match_arm,
        reason = "a twisted world answers a few asks in its own way"
    )]

    use holdpoint_model::{ask::Ask, seen::Seen, time::Time, verdict::Verdict};

    use super::*;

    type Answered = Result<Seen, Fault>;

    fn judge(
        params: &[(&str, &str)],
        twist: impl FnMut(&Ask, Time, Answered) -> Answered + 'static,
    ) -> Finding {
        let mut world = PortOpen::world().but(twist);
        for (name, value) in params {
            world = world.param(name, value);
        }
        world.judge(&PortOpen)
    }

    /// The second address answers as told, the rest of the world is well.
    fn second(answer: Answered) -> impl FnMut(&Ask, Time, Answered) -> Answered {
        move |ask, _, seen| {
            if worlds::goes_to(ask, "10.0.0.2") { answer.clone() } else { seen }
        }
    }

    #[test]
    fn one_dead_address_is_a_fail() {
        let finding = judge(&[], second(Err(Fault::Refused)));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("10.0.0.2:443"), "{}", finding.reason);
    }

    #[test]
    fn a_time_out_counts_only_while_the_control_answers() {
        assert_eq!(judge(&[], second(Err(Fault::TimedOut))).verdict, Verdict::Fail);
        let blind = judge(&[], |ask, _, seen| match &ask.what {
            What::Control { .. } => Err(Fault::TimedOut),
            _ if worlds::goes_to(ask, "10.0.0.2") => Err(Fault::TimedOut),
            _ => seen,
        });
        assert_eq!(blind.verdict, Verdict::Unknown);
    }

    #[test]
    fn a_time_out_is_tried_three_times_a_second_apart() {
        let mut world = PortOpen::world().but(second(Err(Fault::TimedOut)));
        world.judge(&PortOpen);
        let tries: Vec<Time> = world
            .made()
            .iter()
            .filter(|look| worlds::goes_to(&look.ask, "10.0.0.2"))
            .map(|look| look.at)
            .collect();
        assert_eq!(tries.len(), 3);
        assert!(tries.windows(2).all(|pair| 1_000 <= pair[1].since(pair[0])), "{tries:?}");
    }

    #[test]
    fn a_redirect_on_port_80_is_an_answer() {
        let redirect = |ask: &Ask, _, seen| match &ask.what {
            What::Connect { .. } => Ok(worlds::connected(b"HTTP/1.1 301 Moved Permanently\r\n")),
            _ => seen,
        };
        let finding = judge(&[("port", "80"), ("proto", "http")], redirect);
        assert_eq!((finding.verdict, finding.unproven.len()), (Verdict::Pass, 0));
    }

    #[test]
    fn an_open_port_with_nothing_behind_it_is_a_fail() {
        for proto in ["http", "tls"] {
            let finding = judge(&[("proto", proto)], |_, _, seen| seen);
            assert_eq!(finding.verdict, Verdict::Fail, "{proto}: closed without an answer");
            let finding = judge(&[("proto", proto)], second(Err(Fault::NoAnswer)));
            assert_eq!(finding.verdict, Verdict::Fail, "{proto}: no answer in time");
        }
        let ssh = judge(&[("proto", "tls")], second(Ok(worlds::connected(b"SSH-2.0-OpenSSH_9.6"))));
        assert!(ssh.reason.contains("SSH-2.0"), "{}", ssh.reason);
    }

    #[test]
    fn tls_is_told_by_its_server_hello() {
        let hello = |ask: &Ask, _, seen| match &ask.what {
            What::Connect { .. } => Ok(worlds::connected(&hello::server_hello(0x0303))),
            _ => seen,
        };
        assert_eq!(judge(&[("proto", "tls")], hello).verdict, Verdict::Pass);
        let alert = second(Ok(worlds::connected(&[0x15, 3, 3, 0, 2, 2, 112])));
        let mut world = PortOpen::world().param("proto", "tls").but(hello).but(alert);
        assert_eq!(world.judge(&PortOpen).verdict, Verdict::Unknown);
    }

    #[test]
    fn without_a_vantage_or_an_address_nothing_is_decided() {
        let mut world = PortOpen::world();
        world.scope = worlds::without_sides(world.scope);
        let finding = world.judge(&PortOpen);
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.remedy.unwrap().contains("vantage.outside"));
        let none = judge(&[], |ask, _, seen| match &ask.what {
            What::Addresses { .. } => Ok(Seen::Addresses(Vec::new())),
            _ => seen,
        });
        assert_eq!(none.verdict, Verdict::Unknown);
        let placeholder = PortOpen::world().field("url", "https://yourdomain.com");
        assert_eq!({ placeholder }.judge(&PortOpen).verdict, Verdict::Unknown);
    }

    #[test]
    fn the_port_is_read_from_the_address_when_no_line_gives_one() {
        let mut world = PortOpen::world().param("port", "").field("url", "http://shop.test:8080");
        let finding = world.judge(&PortOpen);
        assert!(finding.reason.contains(":8080"), "{}", finding.reason);
    }
}

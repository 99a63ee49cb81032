//! Scope: what a judgement is about. Fixed at its first round, journalled, and all a check may know.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::{
    ask::{Host, Roots, Scheme, Vantage},
    line::{Impact, Side},
    look::Need,
    time::Time,
};

/// The field of a scope that holds a loopback address which the line names and which is not known
/// to be this machine's.
pub const OF_SERVER: &str = "of-server";

/// What a judgement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Name of the target in the settings, such as `web`; where no target of the kind that the
    /// check needs is declared, the name that it would have.
    pub target: String,
    /// Fields of the target and subject parameters of the line (`url host port dsn path name names
    /// key repo tool version resolve roots endpoint here ssh root control …`), as text. Secrets are
    /// references.
    pub fields: BTreeMap<String, String>,
    /// Vantages that were declared to count as a side.
    pub sides: BTreeMap<Side, Vantage>,
    /// Whether a side that nobody declared is seen from here (a check typed by hand).
    pub here_is_enough: bool,
    /// The most that a look may do to the target.
    pub allow: Impact,
    /// The environment the run is for.
    pub environment: Option<String>,
    /// Where in the document the line stands; 0 for a check typed by hand.
    pub line: usize,
    /// The moment the verdict speaks for.
    pub now: Time,
}

/// A network target, read from the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Over TLS or not.
    pub scheme: Scheme,
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path that the target begins with, without a slash at the end; often empty.
    pub base: String,
}

impl Scope {
    /// A scope without any field.
    pub fn new(target: &str, now: Time) -> Self {
        Self {
            target: target.to_owned(),
            fields: BTreeMap::new(),
            sides: BTreeMap::new(),
            here_is_enough: false,
            allow: Impact::ReadOnly,
            environment: None,
            line: 0,
            now,
        }
    }

    /// Sets a field.
    #[must_use]
    pub fn with(mut self, field: &str, value: &str) -> Self {
        self.fields.insert(field.to_owned(), value.to_owned());
        self
    }

    /// A field, if it is there and not blank.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A field, or what to declare.
    pub fn need(&self, name: &str) -> Result<&str, Need> {
        self.field(name).ok_or_else(|| Need::Missing {
            setting: format!("target.{}.{name}", self.target),
            why: format!("no `{name}` is declared for the target `{}`", self.target),
        })
    }

    /// The network target. A placeholder host is as good as none.
    pub fn site(&self) -> Result<Site, Need> {
        let setting = format!("target.{}.url", self.target);
        let missing = |why: String| Need::Missing { setting: setting.clone(), why };
        let site = match (self.field("url"), self.field("host")) {
            (Some(url), _) => {
                Site::read(url).ok_or_else(|| missing(format!("`{url}` is not an http(s) URL")))?
            }
            (None, Some(host)) => {
                let port = self.field("port").and_then(|port| port.parse().ok()).unwrap_or(443);
                let scheme = if port == 80 { Scheme::Http } else { Scheme::Https };
                let host = host.trim_matches(['[', ']']).to_owned();
                Site { scheme, host, port, base: String::new() }
            }
            (None, None) => {
                // Whoever says that the server is this machine has said where to look.
                return Err(match self.field(OF_SERVER) {
                    Some(host) => Need::Missing {
                        setting: String::from("target.host.here"),
                        why: format!(
                            "`{host}` is the server's own address, and this machine is not \
                             declared to be the server"
                        ),
                    },
                    None => missing(String::from("no address is declared")),
                });
            }
        };
        if placeholder_host(&site.host) && self.pinned(&site.host).is_empty() {
            return Err(missing(format!("`{}` is a placeholder, not a host", site.host)));
        }
        Ok(site)
    }

    /// The addresses that `name` is pinned to by the field `resolve` (`name:address`, separated by
    /// commas).
    pub fn pinned(&self, name: &str) -> Vec<IpAddr> {
        let pins = self.field("resolve").unwrap_or_default().split(',');
        pins.filter_map(|pin| pin.trim().split_once(':'))
            .filter(|(pinned, _)| pinned.eq_ignore_ascii_case(name))
            .filter_map(|(_, address)| address.trim_matches(['[', ']']).parse().ok())
            .collect()
    }

    /// Authorities for TLS.
    pub fn roots(&self) -> Roots {
        self.field("roots").map_or(Roots::System, |path| Roots::File(path.to_owned()))
    }

    /// Whether the network target can be on this machine only: an address of the loopback range,
    /// `localhost`, or a name pinned to such addresses.
    pub fn loopback(&self) -> bool {
        let Ok(site) = self.site() else { return false };
        if site.host.eq_ignore_ascii_case("localhost") {
            return true;
        }
        if let Ok(address) = site.host.parse::<IpAddr>() {
            return address.is_loopback();
        }
        let pinned = self.pinned(&site.host);
        !pinned.is_empty() && pinned.iter().all(IpAddr::is_loopback)
    }

    /// The vantage that was declared to count as `side`, if any.
    pub fn declared(&self, side: Side) -> Option<&Vantage> {
        self.sides.get(&side)
    }

    /// The vantage to look from for a claim with this one side, or what to declare. *Inside* is
    /// here unless declared; for a target on loopback here counts as either side.
    pub fn vantage(&self, side: Side) -> Result<Vantage, Need> {
        if let Some(vantage) = self.declared(side) {
            return Ok(vantage.clone());
        }
        if side == Side::Inside || self.here_is_enough || self.loopback() {
            return Ok(Vantage::here());
        }
        Err(Need::Missing {
            setting: format!("vantage.{}", side.word()),
            why: format!("the claim is about what is seen from {}", side.word()),
        })
    }

    /// The declared control: a host that tells whether we are blind or the target is down.
    pub fn control(&self) -> Result<(String, u16), Need> {
        let text = self.need("control")?;
        let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
        let bare = bare.split('/').next().unwrap_or(bare);
        match bare.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && !host.ends_with(':') => port
                .parse()
                .map(|port| (host.trim_matches(['[', ']']).to_owned(), port))
                .map_err(|_| Need::Missing {
                    setting: format!("target.{}.control", self.target),
                    why: format!("`{text}` is not a host with a port"),
                }),
            Some(_) | None => Ok((bare.trim_matches(['[', ']']).to_owned(), 443)),
        }
    }

    /// The machine whose files and processes the claim is about, or what to declare.
    pub fn host(&self) -> Result<Host, Need> {
        if let Some(root) = self.field("root") {
            return Ok(Host::Root(root.to_owned()));
        }
        if let Some(destination) = self.field("ssh") {
            return Ok(Host::Ssh(destination.to_owned()));
        }
        if let Some(command) = self.field("command") {
            return Ok(Host::Command(command.split_whitespace().map(str::to_owned).collect()));
        }
        if self.field("here") == Some("true") {
            return Ok(Host::Here);
        }
        Err(Need::Missing {
            setting: format!("target.{}.here", self.target),
            why: String::from("this machine is not the server unless somebody says so"),
        })
    }

    /// The machine that holds the target's files: the declared one, or the vantage itself.
    pub fn file_host(&self) -> Host {
        self.host().unwrap_or(Host::Here)
    }
}

impl Site {
    /// Reads `http(s)://host[:port][/path]`; anything else is none.
    pub fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            Some(_) | None => (authority, scheme.port()),
        };
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let good = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c == '<');
        good.then(|| Self { scheme, host, port, base: path.trim_end_matches('/').to_owned() })
    }

    /// Name and port, the port left out where it goes without saying.
    pub fn authority(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == self.scheme.port() { host } else { format!("{host}:{}", self.port) }
    }
}

/// Whether a host name only stands for one that somebody has still to write.
///
/// RFC 2606 reserves `example`, `example.com`, `.net`, `.org` and `invalid`; names such as
/// `yourdomain.com` are what checklists print instead. `.test` and `.example` are left alone: they
/// are what people pin to an address on purpose.
pub fn placeholder_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let reserved = ["example.com", "example.net", "example.org"];
    let ends = |suffix: &str| {
        host == suffix || host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
    };
    let words = ["yourdomain", "your-domain", "your_domain", "mydomain", "my-domain", "yoursite"];
    let words2 = ["your-server", "yourserver", "your-app", "yourapp", "your-site", "domain.tld"];
    reserved.iter().any(|it| ends(it))
        || host.ends_with(".invalid")
        || words.iter().chain(&words2).any(|word| host.contains(word))
        || host.contains(['<', '>', '{', '}', '$'])
        || matches!(host.as_str(), "domain.com" | "host" | "hostname" | "server" | "example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls() {
        let check = |url: &str, want: Option<(&str, u16, &str)>| {
            let site = Site::read(url);
            let got = site.as_ref().map(|it| (it.host.as_str(), it.port, it.base.as_str()));
            assert_eq!(got, want, "{url}");
        };
        check("https://Shop.test", Some(("shop.test", 443, "")));
        check("http://shop.test:8080/api/?q=1", Some(("shop.test", 8080, "/api")));
        check("https://[::1]:8443", Some(("::1", 8443, "")));
        check("https://[::1]/", Some(("::1", 443, "")));
        check("https://u:p@shop.test/x", Some(("shop.test", 443, "/x")));
        check("ftp://shop.test", None);
        check("shop.test", None);
        check("https://<host>/", None);
        check("https://shop.test:port", None);
    }

    #[test]
    fn knows_placeholders() {
        for host in ["yourdomain.com", "api.example.com", "your-app.railway.app", "<host>", "host"]
        {
            assert!(placeholder_host(host), "{host}");
        }
        for host in ["shop.example", "notexample.com", "shop.test", "hostinger.com", "10.0.0.1"] {
            assert!(!placeholder_host(host), "{host}");
        }
    }

    #[test]
    fn a_side_nobody_declared_is_missing_except_on_loopback() {
        let web = Scope::new("web", Time(0)).with("url", "https://shop.test");
        assert!(web.vantage(Side::Outside).is_err());
        assert_eq!(web.vantage(Side::Inside), Ok(Vantage::here()));
        let pinned = web.clone().with("resolve", "shop.test:127.0.0.1");
        assert_eq!(pinned.vantage(Side::Outside), Ok(Vantage::here()));
        let half = web.with("resolve", "shop.test:127.0.0.1,shop.test:10.0.0.1");
        assert!(half.vantage(Side::Outside).is_err());
    }

    #[test]
    fn reads_controls() {
        let control = |text: &str| Scope::new("web", Time(0)).with("control", text).control().ok();
        assert_eq!(control("one.test"), Some(("one.test".to_owned(), 443)));
        assert_eq!(control("one.test:53"), Some(("one.test".to_owned(), 53)));
        assert_eq!(control("https://one.test:8443/x"), Some(("one.test".to_owned(), 8443)));
        assert_eq!(control("one.test:x"), None);
    }
}

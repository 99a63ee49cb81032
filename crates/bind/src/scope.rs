//! What a judgement of a bound line may know: fields of its target, sides, permission, time.

use std::{collections::BTreeMap, net::IpAddr};

use holdpoint_checks::names;
use holdpoint_model::{
    ask::Vantage,
    line::{Impact, Side},
    plan::{BoundCheck, Origin, PlanLine},
    scope::{OF_SERVER, Scope, Site, placeholder_host},
    time::Time,
};

use crate::{
    settings::{Settings, Target},
    targets::{TargetKind, host_of, kind_of, of_kind},
};

/// Fields of a network target that say how to reach hosts, whichever host is asked.
const REACHING: &[&str] = &["resolve", "roots", "control"];

/// The scope of one check of a line. `settings` are those of the environment.
pub fn scope(
    line: &PlanLine,
    check: &BoundCheck,
    settings: &Settings,
    environment: Option<&str>,
    now: Time,
) -> Scope {
    let mut scope = Scope::new(&check.target, now);
    scope.line = line.line;
    scope.environment = environment.map(str::to_owned);
    scope.sides = sides(settings);
    fill(&mut scope, check, settings);
    scope
}

/// The scope and the parameters of a check typed by hand. Without `sides` here is enough for any
/// claim with one side; a host check means this machine.
pub fn ad_hoc(
    id: &str,
    given: &BTreeMap<String, String>,
    settings: &Settings,
    sides: BTreeMap<Side, Vantage>,
    allow: Option<Impact>,
    now: Time,
) -> (BTreeMap<String, String>, Scope) {
    let kind = kind_of(id);
    let given = &whole(id, given);
    let mut check = BoundCheck {
        id: id.to_owned(),
        params: given.clone(),
        sources: given.keys().map(|name| (name.clone(), Origin::Settings)).collect(),
        because: Vec::new(),
        target: kind.map_or("document", TargetKind::name).to_owned(),
    };
    let named = ["url", "host", "dsn", "path"].iter().any(|name| given.contains_key(*name));
    let of_kind = kind.map(|kind| of_kind(settings, kind)).unwrap_or_default();
    if let ([(name, _)], false) = (of_kind.as_slice(), named) {
        check.target = (*name).to_owned();
    }
    let mut scope = Scope::new(&check.target, now);
    scope.here_is_enough = sides.is_empty();
    scope.sides = sides;
    if kind == Some(TargetKind::Host) {
        scope.fields.insert(String::from("here"), String::from("true"));
        overlay(&mut scope, &check, true);
    } else {
        fill(&mut scope, &check, settings);
    }
    scope.allow = scope.allow.max(allow.unwrap_or(Impact::ReadOnly));
    (params(&check), scope)
}

/// `url=https://shop.example/health` names the whole address, as it does in a document: nothing is
/// put behind its path. Beside another `path` it is where the application begins.
fn whole(id: &str, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut given = given.clone();
    let site = given.get("url").and_then(|url| Site::read(url));
    if matches!(id, "http.health" | "metrics.endpoint")
        && let Some(site) = site.filter(|site| !site.base.is_empty())
        && given.get("path").is_none_or(|path| *path == site.base)
    {
        given.insert(String::from("url"), origin(&site));
        given.insert(String::from("path"), site.base);
    }
    given
}

/// The parameters that a check is judged with: those of its line but the subjects, which are in the
/// fields of its scope.
pub fn params(check: &BoundCheck) -> BTreeMap<String, String> {
    names::split(&check.id, &check.params).0
}

fn path_of_url(id: &str) -> bool {
    id.starts_with("http.") || id.starts_with("metrics.")
}

/// Target and line together.
fn fill(scope: &mut Scope, check: &BoundCheck, settings: &Settings) {
    match settings.targets.get(&check.target) {
        Some(target) => {
            scope.fields = fields(target);
            scope.allow = target.most();
        }
        None if kind_of(&check.id) == Some(TargetKind::Network) => {
            // How to reach hosts may be said at the only target there is; what it allows and who
            // we are there is for that target alone.
            if let [(_, only)] = of_kind(settings, TargetKind::Network).as_slice() {
                scope.fields = fields(only);
                scope.fields.retain(|name, _| REACHING.contains(&name.as_str()));
            }
        }
        None => {}
    }
    if path_of_url(&check.id) {
        scope.fields.remove("path");
    }
    overlay(scope, check, this_machine(settings));
    if kind_of(&check.id) != Some(TargetKind::Network) {
        return;
    }
    let declared = settings.targets.get(&check.target).and_then(host_of);
    // An override may send a line to another host: then nothing is allowed there, nor told to it.
    let now = scope.site().ok().map(|site| site.host);
    if declared.is_some() && now.is_some() && now != declared {
        scope.allow = Impact::ReadOnly;
        scope.fields.remove("auth");
        scope.fields.remove("headers");
    }
}

/// The subject parameters of the line in place of the target's fields.
fn overlay(scope: &mut Scope, check: &BoundCheck, here: bool) {
    let (_, subjects) = names::split(&check.id, &check.params);
    let mut subjects: BTreeMap<&str, String> =
        subjects.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    // What was discovered stands in the target's fields already, below what the line says.
    subjects.retain(|name, _| check.sources.get(*name) != Some(&Origin::Discovered));
    if kind_of(&check.id) == Some(TargetKind::Network) {
        // An address says where to look also where it is a parameter of the check's own.
        for name in ["url", "host"] {
            let given = check.sources.get(name) != Some(&Origin::Discovered);
            if let Some(value) = check.params.get(name).filter(|_| given) {
                subjects.entry(name).or_insert_with(|| value.clone());
            }
        }
        let text = |name: &str| check.sources.get(name) == Some(&Origin::Text);
        if text("url")
            && let Some(url) = subjects.remove("url")
            && let Some(site) = usable(&url, here)
        {
            // The path stands among the parameters where the check has one.
            let url = if check.params.contains_key("path") { origin(&site) } else { url };
            subjects.insert("url", url);
        }
        let dropped = ["url", "host"].into_iter().filter(|name| text(name));
        let given = dropped.filter_map(|name| check.params.get(name));
        let own = given.filter_map(|it| of_server(it, here)).next();
        if let Some(host) =
            own.filter(|_| scope.field("url").or_else(|| scope.field("host")).is_none())
        {
            scope.fields.insert(OF_SERVER.to_owned(), host);
        }
        if text("host") && subjects.get("host").is_some_and(|host| !usable_host(host, here)) {
            subjects.remove("host");
        }
        let elsewhere = subjects.contains_key("url") || subjects.contains_key("host");
        if elsewhere {
            scope.fields.retain(|name, _| !matches!(name.as_str(), "url" | "host" | "port"));
        } else if let Some(port) = subjects.get("port").and_then(|port| port.trim().parse().ok())
            && let Some(site) = scope.field("url").and_then(Site::read)
        {
            // A URL goes before a port, so the port that the line speaks of must stand in it.
            let site = Site { port, ..site };
            let url = format!("{}{}", origin(&site), site.base);
            scope.fields.insert(String::from("url"), url);
        }
    }
    for (name, value) in subjects {
        scope.fields.insert(name.to_owned(), value);
    }
}

/// The host that a line's own text gives for a network claim, if it is one to look at: neither a
/// placeholder nor, unless the server is `here`, an address of whatever machine reads the text.
pub(crate) fn given_host(params: &BTreeMap<String, String>, here: bool) -> Option<String> {
    let url = params.get("url").and_then(|url| usable(url, here)).map(|site| site.host);
    let host = params.get("host").filter(|host| usable_host(host, here));
    url.or_else(|| host.map(|host| host.to_ascii_lowercase()))
}

fn usable(url: &str, here: bool) -> Option<Site> {
    Site::read(url).filter(|site| usable_host(&site.host, here))
}

/// A loopback address in a document is the server's; it is this machine's only where the target
/// is declared to be here.
fn usable_host(host: &str, here: bool) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let loopback = host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback() || it.is_unspecified());
    !host.is_empty() && !placeholder_host(&host) && (here || !loopback)
}

/// The loopback host of an address that a text names, where that is not this machine's.
fn of_server(address: &str, here: bool) -> Option<String> {
    let host = Site::read(address).map_or_else(|| address.to_owned(), |site| site.host);
    let real = !host.is_empty() && !placeholder_host(&host);
    (real && !here && usable_host(&host, true)).then_some(host).filter(|it| !usable_host(it, here))
}

/// Whether the server is declared to be this machine.
pub(crate) fn this_machine(settings: &Settings) -> bool {
    match of_kind(settings, TargetKind::Host).as_slice() {
        [(_, only)] => only.fields.get("here").is_some_and(|here| here == "true"),
        _ => false,
    }
}

fn origin(site: &Site) -> String {
    format!("{}://{}", site.scheme.word(), site.authority())
}

/// A target's fields with its headers, one a row.
fn fields(target: &Target) -> BTreeMap<String, String> {
    let mut fields = target.fields.clone();
    if !target.headers.is_empty() {
        let rows: Vec<String> =
            target.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        fields.insert(String::from("headers"), rows.join("\n"));
    }
    fields
}

/// The vantages that were declared to count as a side; of several the first by name.
pub fn sides(settings: &Settings) -> BTreeMap<Side, Vantage> {
    let mut sides = BTreeMap::new();
    for (name, vantage) in &settings.vantages {
        for side in &vantage.counts_as {
            let from = if vantage.here { Vantage::here() } else { Vantage(name.clone()) };
            sides.entry(*side).or_insert(from);
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_path_is_the_whole_address() {
        let asked = |id: &str, all: &[(&str, &str)]| {
            let given = all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            let given: BTreeMap<String, String> = given.collect();
            let settings = Settings::read("", "holdpoint.toml").unwrap();
            let (params, scope) = ad_hoc(id, &given, &settings, BTreeMap::new(), None, Time(0));
            let url = scope.field("url").unwrap_or_default().to_owned();
            (url, params.get("path").cloned().unwrap_or_default())
        };
        let is = |url: &str, path: &str| (url.to_owned(), path.to_owned());
        let url = ("url", "https://shop.example/live");
        assert_eq!(asked("http.health", &[url]), is("https://shop.example", "/live"));
        assert_eq!(asked("metrics.endpoint", &[url]), is("https://shop.example", "/live"));
        let same = [url, ("path", "/live")];
        assert_eq!(asked("http.health", &same), is("https://shop.example", "/live"));
        let below = [url, ("path", "/ready")];
        assert_eq!(asked("http.health", &below), is("https://shop.example/live", "/ready"));
        assert_eq!(asked("http.security-headers", &[url]), is("https://shop.example/live", ""));
    }
}

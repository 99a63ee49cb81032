//! Which target a claim is about: the kind that its check needs, and the declared one that is meant.

use holdpoint_checks::heads::{self, Head};
use holdpoint_model::{line::Form, scope::Site};

use crate::settings::{Settings, Target};

/// What sort of thing a target is; the field that is declared names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKind {
    /// Something that is reached over a network: `url` or `host`.
    Network,
    /// A machine with files and processes: `here`, `ssh`, `root` or `command`.
    Host,
    /// A database: `dsn`, or `engine` with `path`.
    Database,
    /// A folder or file, such as backups: `path`.
    Files,
    /// A work tree: `repo`. The folder of the document when none is declared.
    Repo,
}

impl TargetKind {
    /// The name that a target of this kind has when nobody declared one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "web",
            Self::Host => "host",
            Self::Database => "db",
            Self::Files => "files",
            Self::Repo => "repo",
        }
    }

    /// The field that declares one, where something has to be declared.
    pub fn field(self) -> Option<&'static str> {
        match self {
            Self::Network => Some("url"),
            Self::Host => Some("here"),
            Self::Database => Some("dsn"),
            Self::Files => Some("path"),
            Self::Repo => None,
        }
    }

    fn of_surface(surface: &str) -> Option<Self> {
        match surface {
            "http endpoint" | "prometheus" | "alertmanager" | "grafana" | "opensearch" | "cdn"
            | "dns" | "llm-api" | "apm-backend" | "error-tracker" | "flag-provider" | "webhook"
            | "status-page" => Some(Self::Network),
            "host" | "docker" => Some(Self::Host),
            "postgres" | "sqlite" | "redis" => Some(Self::Database),
            "repo" | "git" | "forge" | "terraform" => Some(Self::Repo),
            _ => None,
        }
    }

    /// Whether a claim about such a target can be seen from one of `sides`.
    fn seen_from(self, sides: &[&str]) -> bool {
        let from: &[&str] = match self {
            Self::Network => &["outside", "inside"],
            Self::Host | Self::Files => &["host"],
            Self::Database => &["inside", "host"],
            Self::Repo => &["repo"],
        };
        sides.iter().any(|side| from.contains(side))
    }
}

/// Services that a target may be by its name or engine; a claim about another thing is never
/// decided there.
const SERVICES: &[&str] =
    &["prometheus", "alertmanager", "grafana", "opensearch", "redis", "postgres", "sqlite"];

/// The surfaces of an entry, and what it is seen from.
pub(crate) fn surfaces(head: &Head) -> (Vec<&'static str>, Vec<&'static str>) {
    let (surfaces, sides) = head.surfaces.split_once('@').unwrap_or((head.surfaces, ""));
    let words = |list: &'static str| list.split(',').map(str::trim).filter(|it| !it.is_empty());
    (words(surfaces).collect(), words(sides).collect())
}

/// The kind of target that an entry of the catalog is about; `None` for what people say, what the
/// record itself tells, and surfaces that cannot be declared.
pub fn kind_of(id: &str) -> Option<TargetKind> {
    let head = heads::head(id)?;
    match head.form {
        Form::Check | Form::Step | Form::Watch => {}
        Form::Duty | Form::Fold => return None,
    }
    match (head.family(), id) {
        (_, "net.local-listener" | "tls.certificate-ready" | "backup.schedule") => {
            Some(TargetKind::Host)
        }
        (_, "backup.monitoring" | "scan.dast") => Some(TargetKind::Network),
        ("http" | "net" | "dns" | "tls" | "cdn" | "edge" | "metrics" | "slo" | "load", _) => {
            Some(TargetKind::Network)
        }
        ("backup", _) => Some(TargetKind::Files),
        ("db" | "postgres" | "redis", _) => Some(TargetKind::Database),
        (_, "file.exists" | "file.size") => Some(TargetKind::Repo),
        ("host" | "env" | "file" | "step", _) => Some(TargetKind::Host),
        ("git" | "docs" | "test" | "code", _) => Some(TargetKind::Repo),
        _ => {
            let (surfaces, sides) = surfaces(head);
            let kinds = surfaces.iter().filter_map(|surface| TargetKind::of_surface(surface));
            kinds.into_iter().find(|kind| kind.seen_from(&sides))
        }
    }
}

/// The kind of target of a claim about a file: a path from the root of a machine is that machine's,
/// every other one belongs to the repository.
pub fn kind_at(id: &str, path: Option<&str>) -> Option<TargetKind> {
    let kind = kind_of(id)?;
    let of_file = matches!(id, "file.exists" | "file.size" | "config.value");
    let absolute = path.is_some_and(|it| it.starts_with(['/', '~']));
    Some(if of_file && absolute { TargetKind::Host } else { kind })
}

/// The kinds that the fields of a target name, the one that it is meant as first.
///
/// Files and databases on a machine elsewhere carry its `ssh` beside their own field; such a target
/// stands for a machine only where no other does. A machine may carry a `path` for its own use: one
/// called `host` is no place for backups.
pub fn kinds(name: &str, target: &Target) -> Vec<TargetKind> {
    let has = |names: &[&str]| names.iter().any(|name| target.fields.contains_key(*name));
    let here = target.fields.get("here").is_some_and(|here| here == "true");
    let machine = here || has(&["ssh", "root", "command"]);
    let mut kinds = Vec::new();
    if has(&["url", "host"]) {
        kinds.push(TargetKind::Network);
    }
    if has(&["dsn", "engine"]) || (has(&["path"]) && name == TargetKind::Database.name()) {
        kinds.push(TargetKind::Database);
    } else if has(&["path"]) && !(machine && name == TargetKind::Host.name()) {
        kinds.push(TargetKind::Files);
    }
    if machine {
        kinds.push(TargetKind::Host);
    }
    if has(&["repo"]) {
        kinds.push(TargetKind::Repo);
    }
    kinds
}

/// The targets of a kind: those that are meant as one, else those that are one besides.
pub fn of_kind(settings: &Settings, kind: TargetKind) -> Vec<(&str, &Target)> {
    let of = |first: bool| -> Vec<(&str, &Target)> {
        let is = |name: &str, target: &Target| {
            let kinds = kinds(name, target);
            let found = kinds.iter().position(|it| *it == kind);
            found.is_some_and(|at| !first || at == 0)
        };
        let all = settings.targets.iter().map(|(name, target)| (name.as_str(), target));
        all.filter(|(name, target)| is(name, target)).collect()
    };
    let meant = of(true);
    if meant.is_empty() { of(false) } else { meant }
}

/// What a line says about the target that it means.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The name that an override gives.
    pub target: Option<&'a str>,
    /// A host that the text itself gives, when it is one to look at.
    pub host: Option<&'a str>,
    /// A path that the claim is about.
    pub path: Option<&'a str>,
    /// The text of the line.
    pub text: &'a str,
    /// The headings above it, outermost first.
    pub section: &'a [String],
}

/// The target that a claim is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A declared one, by name.
    Declared(String),
    /// The host that the line itself names.
    Given(String),
    /// None of the kind is declared.
    Undeclared(TargetKind),
    /// One of several; the line does not say which.
    Choice(Vec<String>),
    /// Nothing that could be declared.
    Nothing,
}

impl Meant {
    /// The name under which the claim's target goes.
    pub fn name(&self) -> String {
        match self {
            Self::Declared(name) | Self::Given(name) => name.clone(),
            Self::Undeclared(kind) => kind.name().to_owned(),
            Self::Choice(names) => names.first().cloned().unwrap_or_default(),
            Self::Nothing => String::from("document"),
        }
    }
}

/// Finds the target: an override, a host or a name in the line, a name in its sections, the only
/// one of the kind, in this order.
pub fn meant(id: &str, settings: &Settings, said: &Said<'_>) -> Meant {
    let Some(kind) = kind_at(id, said.path) else { return Meant::Nothing };
    if let Some(name) = said.target
        && settings.targets.get(name).is_some_and(|target| kinds(name, target).contains(&kind))
    {
        return Meant::Declared(name.to_owned());
    }
    let of_kind = of_kind(settings, kind);
    if kind == TargetKind::Network
        && let Some(host) = said.host
    {
        let same = of_kind.iter().find(|(_, target)| host_of(target).as_deref() == Some(host));
        return match same {
            Some((name, _)) => Meant::Declared((*name).to_owned()),
            None => Meant::Given(host.to_owned()),
        };
    }
    let texts = std::iter::once(said.text).chain(said.section.iter().rev().map(String::as_str));
    for text in texts {
        let named: Vec<&str> =
            of_kind.iter().map(|(name, _)| *name).filter(|name| names(text, name)).collect();
        if !named.is_empty() {
            return one_of(named);
        }
    }
    let fitting = fitting(id, &of_kind);
    if fitting.is_empty() { Meant::Undeclared(kind) } else { one_of(fitting) }
}

fn one_of(names: Vec<&str>) -> Meant {
    match names.as_slice() {
        [name] => Meant::Declared((*name).to_owned()),
        _ => Meant::Choice(names.into_iter().map(str::to_owned).collect()),
    }
}

/// The targets that can be meant by a claim that names none: one known to be such a service, else
/// those of which nothing speaks against it.
fn fitting<'a>(id: &str, of_kind: &[(&'a str, &Target)]) -> Vec<&'a str> {
    let surfaces = heads::head(id).map(|head| surfaces(head).0).unwrap_or_default();
    let of = |wanted: bool| -> Vec<&'a str> {
        let fits = |name: &str, target: &Target| match service(name, target) {
            Some(service) => wanted && surfaces.contains(&service),
            None => !wanted,
        };
        of_kind.iter().filter(|(name, it)| fits(name, it)).map(|(name, _)| *name).collect()
    };
    let known = of(true);
    if known.is_empty() { of(false) } else { known }
}

/// The service that a target is known to be.
pub(crate) fn service(name: &str, target: &Target) -> Option<&'static str> {
    let scheme = target.fields.get("dsn").and_then(|dsn| dsn.split_once("://"));
    let engine =
        target.fields.get("engine").map(String::as_str).or_else(|| scheme.map(|(it, _)| it));
    let word = engine.unwrap_or(name).to_ascii_lowercase();
    SERVICES.iter().copied().find(|service| word.starts_with(service))
}

/// The host of a network target.
pub(crate) fn host_of(target: &Target) -> Option<String> {
    match target.fields.get("url") {
        Some(url) => Site::read(url).map(|site| site.host),
        None => target.fields.get("host").map(|host| host.to_ascii_lowercase()),
    }
}

/// Whether a text holds a name as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let within = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty()
        && text.match_indices(&name).any(|(at, _)| {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|it| it.chars().next());
            !before.is_some_and(within) && !after.is_some_and(within)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        Settings::read(text, "holdpoint.toml").unwrap()
    }

    fn meant_by(id: &str, settings: &Settings, text: &str, section: &[&str]) -> Meant {
        let section: Vec<String> = section.iter().map(|it| (*it).to_owned()).collect();
        meant(id, settings, &Said { target: None, host: None, path: None, text, section: &section })
    }

    #[test]
    fn every_entry_has_a_kind_or_a_reason_to_have_none() {
        let check = |id: &str, kind| assert_eq!(kind_of(id), kind, "{id}");
        check("net.port-open", Some(TargetKind::Network));
        check("net.local-listener", Some(TargetKind::Host));
        check("tls.certificate-served", Some(TargetKind::Network));
        check("env.required", Some(TargetKind::Host));
        check("db.integrity", Some(TargetKind::Database));
        check("backup.fresh", Some(TargetKind::Files));
        check("docs.changelog", Some(TargetKind::Repo));
        check("prometheus.ready", Some(TargetKind::Network));
        check("docker.healthcheck", Some(TargetKind::Host));
        check("kubernetes.pods-ready", None);
        check("signoff.approval", None);
        check("meta.rollup", None);
        check("no.such", None);
        check("file.exists", Some(TargetKind::Repo));
        assert_eq!(kind_at("file.exists", Some("/etc/app")), Some(TargetKind::Host));
        assert_eq!(kind_at("config.value", Some("vercel.json")), kind_of("config.value"));
        assert_eq!(kind_at("code.pattern", Some("/src")), kind_of("code.pattern"));
    }

    #[test]
    fn finds_the_target_that_is_meant() {
        let declared = |name: &str| Meant::Declared(name.to_owned());
        let none = settings("");
        assert_eq!(
            meant_by("http.health", &none, "x", &[]),
            Meant::Undeclared(TargetKind::Network)
        );
        let two = settings(
            "[target.shop]\nurl = 'https://shop.test'\n[target.admin]\nurl = 'https://a.test'\n\
             [target.prometheus]\nurl = 'http://p.test:9090'\n",
        );
        let of = |id: &str, text: &str, section: &[&str]| meant_by(id, &two, text, section);
        assert_eq!(of("http.health", "The shop is healthy", &["Admin"]), declared("shop"));
        assert_eq!(of("http.health", "Healthy", &["Shop", "Admin area"]), declared("admin"));
        assert_eq!(
            of("http.health", "Shopping works", &[]),
            Meant::Choice(vec![String::from("admin"), String::from("shop")])
        );
        assert_eq!(of("prometheus.ready", "Monitoring is up", &[]), declared("prometheus"));
        let only = settings("[target.prometheus]\nurl = 'http://p.test:9090'\n");
        assert_eq!(
            meant_by("http.health", &only, "Healthy", &[]),
            Meant::Undeclared(TargetKind::Network)
        );
        let said = Said { target: None, host: Some("a.test"), path: None, text: "", section: &[] };
        assert_eq!(meant("http.health", &two, &said), declared("admin"));
        let said = Said { host: Some("b.test"), ..said };
        assert_eq!(meant("http.health", &two, &said), Meant::Given(String::from("b.test")));
        let said = Said { target: Some("shop"), ..said };
        assert_eq!(meant("http.health", &two, &said), declared("shop"));
    }

    #[test]
    fn a_field_names_the_kind() {
        let all = settings(
            "[target.a]\npath = '/b'\nssh = 'x@y'\n[target.b]\nengine = 'sqlite'\npath = '/c'\n\
             [target.c]\nssh = 'x@y'\nurl = 'https://c.test'\n[target.d]\nhere = false\n\
             [target.host]\nhere = true\npath = '.env'\n",
        );
        let of = |name: &str| kinds(name, &all.targets[name]);
        assert_eq!(of("a"), [TargetKind::Files, TargetKind::Host]);
        assert_eq!(of("b"), [TargetKind::Database]);
        assert_eq!(of("c"), [TargetKind::Network, TargetKind::Host]);
        assert_eq!(of("d"), []);
        assert_eq!(of("host"), [TargetKind::Host]);
        let names = |kind| of_kind(&all, kind).iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(names(TargetKind::Host), ["host"]);
        assert_eq!(names(TargetKind::Files), ["a"]);
        let one = settings("[target.prod]\nssh = 'x@y'\nurl = 'https://c.test'\n");
        assert_eq!(of_kind(&one, TargetKind::Host).len(), 1);
    }
}

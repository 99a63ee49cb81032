//! Where a path leads that a line names: below the work tree of the document, or on the server.

use holdpoint_model::{ask::Host, look::Need, param::Param, scope::Scope, verdict::Finding};

use crate::variables::Stop;

/// Paths of a line: all of those between commas, each any of those between bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths(pub(crate) Vec<Vec<String>>);

impl Param for Paths {
    const KIND: &'static str = "paths: all of those between `,`, any of those between `|`";
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('=');
        let clean = |text: &str| text.trim().trim_matches('`').to_owned();
        let any = |text: &str| -> Vec<String> {
            text.split('|').map(clean).filter(|it| !it.is_empty()).collect()
        };
        let all: Vec<Vec<String>> = text.split(',').map(any).filter(|it| !it.is_empty()).collect();
        if all.is_empty() { Err(format!("expected a path, found `{text}`")) } else { Ok(Self(all)) }
    }
}

/// One path, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The machine.
    pub(crate) on: Host,
    /// The work tree; `None` for a path from the root.
    pub(crate) below: Option<String>,
    /// The path as the line has it, a `./` before it taken off.
    pub(crate) path: String,
}

impl Place {
    /// Where a path leads, or why that cannot be told.
    pub(crate) fn find(scope: &Scope, path: &str) -> Result<Self, Stop> {
        let said = |reason: String, remedy: &str| Stop::from(Finding::unknown(reason, remedy));
        if path.contains("://") {
            let reason = format!("`{path}` is an address, not a path");
            return Err(said(reason, "name a path of the repository or of the server"));
        }
        if path.starts_with(['~', '$', '%']) || path.contains("${") || path.contains('<') {
            let reason = format!("`{path}` stands for a path that only a shell or a person knows");
            return Err(said(reason, "write the path out, from the root or from the repository"));
        }
        if path.contains('\\') || path.get(1..3) == Some(":/") {
            let reason = format!("`{path}` is a path of Windows, where this version cannot look");
            return Err(said(reason, "write the path with `/`, below the repository"));
        }
        if path.split('/').any(|part| part == "..") {
            let reason = format!("`{path}` leads out of the folder that it begins in");
            return Err(said(reason, "write the path from the root, and declare `target.host`"));
        }
        if path.starts_with('/') {
            return Ok(Self { on: server(scope, path)?, below: None, path: path.to_owned() });
        }
        let mut bare = path;
        while let Some(rest) = bare.strip_prefix("./") {
            bare = rest.trim_start_matches('/');
        }
        let bare = if bare.is_empty() { "." } else { bare };
        Ok(Self { on: Host::Here, below: Some(root(scope).to_owned()), path: bare.to_owned() })
    }

    /// The whole path, for looks that take one.
    pub(crate) fn full(&self) -> String {
        match self.below.as_deref() {
            None | Some("." | "") => self.path.clone(),
            Some(below) => format!("{}/{}", below.trim_end_matches('/'), self.path),
        }
    }
}

/// The work tree that the document stands in, or the declared one.
pub(crate) fn root(scope: &Scope) -> &str {
    scope.field("repo").unwrap_or(".")
}

/// The machine of a path from the root.
fn server(scope: &Scope, path: &str) -> Result<Host, Need> {
    match scope.host() {
        Ok(host) => Ok(host),
        Err(_) if scope.here_is_enough => Ok(Host::Here),
        Err(_) => Err(Need::Missing {
            setting: String::from("target.host.here"),
            why: format!("`{path}` is a path of the server, and no server is declared"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds;

    #[test]
    fn reads_all_and_any() {
        let read = |text: &str| Paths::read(text).unwrap().0;
        assert_eq!(read("a, `b`|c ,"), [vec!["a"], vec!["b", "c"]]);
        assert!(Paths::read(" , | ").is_err());
    }

    #[test]
    fn relative_paths_are_of_the_repository() {
        let scope = Scope::new("repo", worlds::NOW);
        let place = |path: &str| Place::find(&scope, path).ok();
        let here = |path: &str| {
            Some(Place { on: Host::Here, below: Some(".".to_owned()), path: path.to_owned() })
        };
        assert_eq!(place("./src//a"), here("src//a"));
        assert_eq!(place("."), here("."));
        for bad in ["../a", "a/../b", "~/a", "$HOME/a", "https://a.test/b", "C:\\a", "<path>"] {
            assert!(matches!(Place::find(&scope, bad), Err(Stop::Said(_))), "{bad}");
        }
        let missing = Place::find(&scope, "/etc/a");
        assert!(matches!(missing, Err(Stop::Need(Need::Missing { setting, .. }))
            if setting == "target.host.here"));
        let ssh = scope.with("ssh", "deploy@shop.test").with("repo", "/srv/checkout/");
        let there = Place::find(&ssh, "/etc/a").ok().unwrap();
        assert_eq!((there.on, there.below), (Host::Ssh("deploy@shop.test".to_owned()), None));
        assert_eq!(Place::find(&ssh, "a").ok().unwrap().full(), "/srv/checkout/a");
    }
}

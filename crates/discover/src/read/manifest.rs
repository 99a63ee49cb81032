//! What packages say of themselves: name, version, scripts, and the runtime they want.

use std::collections::BTreeSet;

use crate::{
    found::{Manifest, Repository},
    names::version,
    place::Place,
};

/// The line on which something stands first.
fn line_of(text: &str, has: impl Fn(&str) -> bool) -> usize {
    text.lines().position(has).map_or(0, |at| at + 1)
}

fn versioned(file: &str, text: &str, found: Option<&str>) -> Option<(String, Place)> {
    let raw = found?;
    let version = version(raw).filter(|it| !it.starts_with("0.0.0"))?;
    let named = |line: &str| line.contains("version") && line.contains(raw);
    Some((version, Place::new(file, line_of(text, named))))
}

fn wants(file: &str, text: &str, runtime: &str, wanted: &str, into: &mut Repository) {
    let line = line_of(text, |line| line.contains(wanted));
    into.notes.push((format!("wants {runtime} {wanted}"), Place::new(file, line)));
}

/// Reads `package.json`.
pub(crate) fn package_json(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let field = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
    let scripts = value.get("scripts").and_then(serde_json::Value::as_object);
    if let Some(engines) = value.get("engines").and_then(serde_json::Value::as_object) {
        for (runtime, wanted) in engines {
            wants(file, text, runtime, wanted.as_str().unwrap_or_default(), into);
        }
    }
    into.manifests.push(Manifest {
        name: field("name").unwrap_or_default().to_owned(),
        version: versioned(file, text, field("version")),
        scripts: Some(scripts.map(|it| it.keys().cloned().collect()).unwrap_or_default()),
        file: file.to_owned(),
    });
    Some(())
}

/// Reads `Cargo.toml` and `pyproject.toml`.
pub(crate) fn toml(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    let value: toml::Table = text.parse().ok()?;
    let poetry = value.get("tool").and_then(|it| it.get("poetry"));
    let inherited = value.get("workspace").and_then(|it| it.get("package"));
    let table = value.get("package").or_else(|| value.get("project")).or(poetry).or(inherited)?;
    let field = |name: &str| table.get(name).and_then(toml::Value::as_str);
    for (name, runtime) in [("rust-version", "Rust"), ("requires-python", "Python")] {
        if let Some(wanted) = field(name) {
            wants(file, text, runtime, wanted, into);
        }
    }
    into.manifests.push(Manifest {
        name: field("name").unwrap_or_default().to_owned(),
        version: versioned(file, text, field("version")),
        scripts: None,
        file: file.to_owned(),
    });
    Some(())
}

/// Reads `go.mod`.
pub(crate) fn go_mod(file: &str, text: &str, into: &mut Repository) {
    let word = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
    };
    if let Some(wanted) = word("go ") {
        wants(file, text, "Go", wanted, into);
    }
    into.manifests.push(Manifest {
        name: word("module ").unwrap_or_default().to_owned(),
        version: None,
        scripts: None,
        file: file.to_owned(),
    });
}

/// Reads `pom.xml` as far as the project's own name and version: those outside of its parent and
/// its dependencies.
pub(crate) fn pom(file: &str, text: &str, into: &mut Repository) {
    let mut depth: Vec<&str> = Vec::new();
    let (mut name, mut found) = ("", None);
    for part in text.split('<').skip(1) {
        let (tag, content) = part.split_once('>').unwrap_or((part, ""));
        if let Some(closed) = tag.strip_prefix('/') {
            if let Some(at) = depth.iter().rposition(|open| *open == closed.trim()) {
                depth.truncate(at);
            }
            continue;
        }
        if tag.starts_with(['?', '!']) || tag.ends_with('/') {
            continue;
        }
        depth.push(tag.split_whitespace().next().unwrap_or_default());
        match depth.as_slice() {
            ["project", "artifactId"] => name = content.trim(),
            ["project", "version"] => found = Some(content.trim()),
            _ => {}
        }
    }
    into.manifests.push(Manifest {
        name: name.to_owned(),
        version: versioned(file, text, found),
        scripts: None,
        file: file.to_owned(),
    });
}

/// Targets of a Makefile are scripts of it.
pub(crate) fn scripts(manifests: &[Manifest]) -> BTreeSet<&str> {
    manifests.iter().filter_map(|it| it.scripts.as_ref()).flatten().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_with_their_lines() {
        let mut all = Repository::default();
        let text = "{\n \"name\": \"shop\",\n \"version\": \"1.4.0\",\n \"engines\": {\"node\": \">=20\"},\n \
                    \"scripts\": {\"build\": \"x\"}\n}";
        package_json("package.json", text, &mut all).unwrap();
        toml("Cargo.toml", "[package]\nname = 'a'\nversion = '0.3.1'\n", &mut all).unwrap();
        toml("pyproject.toml", "[tool.poetry]\nname = 'p'\nversion = '2.0'\n", &mut all).unwrap();
        go_mod("go.mod", "module acme.dev/x\n\ngo 1.22\n", &mut all);
        let text = "<project>\n<parent><version>9.9.9</version></parent>\n<artifactId>j</artifactId>\n\
                    <version>3.2.1</version>\n<dependencies><dependency><version>7.7.7</version></dependency>\
                    </dependencies></project>";
        pom("pom.xml", text, &mut all);
        let versions: Vec<_> = all
            .manifests
            .iter()
            .map(|it| (it.name.as_str(), it.version.as_ref().map(|it| (it.0.as_str(), it.1.line))))
            .collect();
        assert_eq!(
            versions,
            [
                ("shop", Some(("1.4.0", 3))),
                ("a", Some(("0.3.1", 3))),
                ("p", Some(("2.0", 3))),
                ("acme.dev/x", None),
                ("j", Some(("3.2.1", 4))),
            ]
        );
        assert!(scripts(&all.manifests).contains("build"));
        assert_eq!(all.notes[0].0, "wants node >=20");
        assert!(package_json("x", "{", &mut all).is_none());
    }
}

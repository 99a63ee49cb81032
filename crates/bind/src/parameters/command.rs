//! Parameters that a command states.

use super::{Params, names_in, span::path_of};
use crate::values::{What, values};

/// Programs that look at code, and what of it.
const CHECKERS: &[(&str, &str)] = &[
    ("fmt", "format"),
    ("format", "format"),
    ("prettier", "format"),
    ("black", "format"),
    ("gofmt", "format"),
    ("rustfmt", "format"),
    ("lint", "lint"),
    ("clippy", "lint"),
    ("eslint", "lint"),
    ("mypy", "types"),
    ("tsc", "types"),
    ("typecheck", "types"),
];

/// The parameters that a command states.
pub(crate) fn of_command(id: &str, text: &str) -> Params {
    let mut params = Params::new();
    let all = values(text);
    let url = all.iter().find(|value| value.what == What::Url).map(|value| value.text.clone());
    let mut set = |name: &str, value: Option<String>| {
        params.extend(value.filter(|it| !it.is_empty()).map(|it| (name.to_owned(), it)));
    };
    match id {
        "http.health"
        | "http.smoke"
        | "metrics.endpoint"
        | "deploy.running-version"
        | "http.security-headers" => {
            set("path", url.as_deref().and_then(path_of).map(str::to_owned));
            set("url", url);
        }
        "git.source-at-release" => {
            let address = |word: &&str| word.contains("://") || word.starts_with("git@");
            set("url", text.split_whitespace().find(address).map(str::to_owned));
        }
        "git.tag" => set("name", tag(text)),
        "git.ignored" => {
            let kept = text.split_whitespace().map(|it| it.trim_matches(['"', '\'']));
            let path = kept.skip(1).find(|it| !it.starts_with('-') && *it != ".gitignore");
            set("path", path.filter(|it| it.contains(['.', '/'])).map(str::to_owned));
        }
        "git.merged" => set("branch", pushed(text)),
        "env.file-present" => {
            let option = |it: &&str| it.starts_with('-') || it.bytes().all(|b| b.is_ascii_digit());
            let text = text.strip_prefix("sudo ").unwrap_or(text);
            let mut words = text.split_whitespace().filter(|it| !option(it));
            if words.next().is_some_and(|it| matches!(it, "cp" | "copy" | "mv" | "install"))
                && let (Some(from), Some(to)) = (words.next(), words.next())
            {
                set("template", Some(from.to_owned()));
                set("path", Some(to.to_owned()));
            }
        }
        "env.required" => {
            let assigned = text.strip_prefix("export ").and_then(|it| it.split_once('='));
            set("name", assigned.map(|(name, _)| name.trim().to_owned()));
        }
        "host.tool-version" => {
            let program = text.split_whitespace().next().unwrap_or_default();
            let tool = match program {
                "docker" if text.starts_with("docker compose") => "docker-compose",
                "docker" => "docker-engine",
                program => program,
            };
            // "pip install X" is about X.
            let brings = text.contains(" install ") || program == "npx";
            set("tool", Some(tool.to_owned()).filter(|_| !brings));
        }
        _ => of_program(id, text, &mut set),
    }
    params
}

/// What options and programs say.
fn of_program(id: &str, text: &str, set: &mut impl FnMut(&str, Option<String>)) {
    match id {
        "deploy.apply" => set("file", flag(text, &["-f", "--filename"])),
        "kubernetes.pods-ready" => {
            set("namespace", flag(text, &["-n", "--namespace"]));
            set("timeout", flag(text, &["--timeout"]));
        }
        "kubernetes.cluster-reachable" => set("context", flag(text, &["--context"])),
        "kubernetes.scale" => set("replicas", flag(text, &["--replicas"])),
        "dns.records" => {
            let words = text.split_whitespace().skip(1).filter(|word| !word.starts_with('@'));
            set("name", words.into_iter().find(|word| word.contains('.')).map(str::to_owned));
        }
        "terraform.plan" => set("var-file", flag(text, &["-var-file"])),
        "build.image" => set("tag", flag(text, &["-t", "--tag"])),
        "build.image-push" | "build.image-tag" if text.starts_with("docker ") => {
            set("tag", text.split_whitespace().last().map(str::to_owned));
        }
        "net.local-listener" => {
            let port = values(text).into_iter().find(|value| value.what == What::Port);
            set("port", port.map(|it| it.text));
        }
        "code.lint" => {
            set("tools", Some(names_in(text, "linters").join(",")));
            let mut words = text.split([' ', ':', '-', '.', '/', '_']);
            let kind = words.find_map(|word| CHECKERS.iter().find(|(name, _)| *name == word));
            set("kinds", kind.map(|(_, kind)| (*kind).to_owned()));
        }
        "scan.dependencies" | "scan.sast" | "scan.dast" => {
            set("tool", Some(names_in(text, "scanners").join("|")));
        }
        "test.suite" => {
            let file = values(text)
                .into_iter()
                .find(|it| it.what == What::Path && it.text.contains("test"));
            let kinds = names_in(text, "suites").join(",");
            set("suites", file.map(|it| it.text).or(Some(kinds)));
        }
        "backup.run" | "db.reachable" | "db.migrate" | "backup.restore-drill" => {
            set("engine", names_in(text, "clients").first().map(|it| (*it).to_owned()));
        }
        _ => {}
    }
}

/// The value of an option: `-f x`, `-f=x`.
pub(super) fn flag(text: &str, names: &[&str]) -> Option<String> {
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if names.contains(&word) {
            return words.next().map(str::to_owned);
        }
        let joined = |name: &str| word.strip_prefix(name).and_then(|it| it.strip_prefix('='));
        if let Some(value) = names.iter().find_map(|name| joined(name)) {
            return Some(value.trim_matches(['"', '\'']).to_owned());
        }
    }
    None
}

/// The tag that `git tag` makes: the first word that is neither an option nor its value.
fn tag(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("git tag")?;
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "-m" | "-u" | "-F" => drop(words.next()),
            "&&" | ";" | "|" => return None,
            word if word.starts_with('-') => {}
            word => return Some(word.trim_end_matches(';').trim_matches(['"', '\'']).to_owned()),
        }
    }
    None
}

/// The branch that a push or a merge ends in.
fn pushed(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("git push").or_else(|| text.split_once("git checkout"))?;
    let mut words = rest.split_whitespace().filter(|it| !it.starts_with('-'));
    let last = words.by_ref().take_while(|it| !matches!(*it, "&&" | ";")).last()?;
    names_in(last, "branches").first().map(|it| (*it).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: &str, text: &str, name: &str) -> String {
        of_command(id, text).get(name).cloned().unwrap_or_default()
    }

    #[test]
    fn commands_state_values() {
        assert_eq!(one("git.tag", "git tag -a v0.1.0 -m \"x y\"", "name"), "v0.1.0");
        assert_eq!(one("git.tag", "git tag --list", "name"), "");
        let compose = "docker compose version";
        assert_eq!(one("host.tool-version", compose, "tool"), "docker-compose");
        assert_eq!(one("env.file-present", "cp .env.example .env", "template"), ".env.example");
        assert_eq!(one("env.file-present", "cp .env.example .env", "path"), ".env");
        assert_eq!(one("code.lint", "ruff format --check src", "tools"), "ruff");
        assert_eq!(one("code.lint", "cargo fmt --all -- --check", "kinds"), "format");
        assert_eq!(one("backup.run", "mysqldump -u root -p shop > b.sql", "engine"), "mysql");
        assert_eq!(one("kubernetes.scale", "kubectl scale --replicas=3 deploy/a", "replicas"), "3");
        assert_eq!(one("git.ignored", "grep \"env.json\" .gitignore", "path"), "env.json");
        let clone = "git clone https://git.example/a.git .";
        assert_eq!(one("git.source-at-release", clone, "url"), "https://git.example/a.git");
        assert_eq!(one("deploy.apply", "kubectl apply -f k8s/a.yaml", "file"), "k8s/a.yaml");
    }
}

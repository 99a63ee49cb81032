//! Programs that looks start, and their versions: only those that something here would start.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use holdpoint_bind::settings::Settings;

use super::{Finding, Level};

const AREA: &str = "programs";

/// How long a program may take to tell its version.
const VERSION_MAX: Duration = Duration::from_millis(400);

/// One program, and why somebody would start it.
struct Tool {
    name: String,
    version: &'static [&'static str],
    wanted: String,
    /// Whether something that is declared cannot be seen without it.
    declared: bool,
}

pub(crate) fn findings(settings: &Settings) -> Vec<Finding> {
    let all: Vec<(Tool, Option<PathBuf>)> = tools(settings)
        .into_iter()
        .map(|tool| {
            let path = on_path(&tool.name);
            (tool, path)
        })
        .collect();
    all.iter().map(|(tool, path)| finding(tool, path.as_deref())).collect()
}

fn finding(tool: &Tool, path: Option<&Path>) -> Finding {
    let Some(path) = path else {
        let level = if tool.declared { Level::Warning } else { Level::Note };
        let says = format!("not found; {}", tool.wanted);
        return Finding::new(AREA, &tool.name, level, says)
            .remedy(format!("install `{}` if such lines matter to you", tool.name));
    };
    let version = version(path, tool.version).unwrap_or_else(|| String::from("version unknown"));
    Finding::new(AREA, &tool.name, Level::Fine, format!("{version}; {}", tool.wanted))
}

/// What the wires start, and what the settings name.
fn tools(settings: &Settings) -> Vec<Tool> {
    let ssh: Vec<String> = settings
        .targets
        .iter()
        .filter(|(_, it)| it.fields.contains_key("ssh"))
        .map(|(name, _)| format!("target.{name}"))
        .chain(
            settings
                .vantages
                .iter()
                .filter(|(_, it)| it.ssh.is_some())
                .map(|(name, _)| format!("vantage.{name}")),
        )
        .collect();
    let wanted = if ssh.is_empty() {
        String::from("reaches other machines; none is declared")
    } else {
        format!("reaches {}", ssh.join(", "))
    };
    let mut all = vec![
        tool("git", &["--version"], "reads work trees and what they track", false),
        Tool { name: String::from("ssh"), version: &["-V"], wanted, declared: !ssh.is_empty() },
        tool("pg_restore", &["--version"], "reads backups in PostgreSQL's own format", false),
    ];
    if let Some((name, _)) = settings.vantages.iter().find(|(_, it)| it.netns.is_some()) {
        all.push(Tool {
            name: String::from("ip"),
            version: &["-V"],
            wanted: format!("enters the namespace of vantage.{name}"),
            declared: true,
        });
    }
    all.extend(named(settings));
    all
}

/// First words of argument vectors in the settings.
fn named(settings: &Settings) -> Vec<Tool> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (target, it) in &settings.targets {
        if let Some(first) = it.fields.get("command").and_then(|it| it.split_whitespace().next()) {
            names.insert(first.to_owned(), format!("reaches target.{target}"));
        }
    }
    names
        .into_iter()
        .filter(|(name, _)| !matches!(name.as_str(), "git" | "ssh" | "ip"))
        .map(|(name, wanted)| Tool { name, version: &["--version"], wanted, declared: true })
        .collect()
}

fn tool(name: &str, version: &'static [&'static str], wanted: &str, declared: bool) -> Tool {
    Tool { name: name.to_owned(), version, wanted: wanted.to_owned(), declared }
}

fn on_path(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|it| it.is_file());
    }
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|it| it.join(name)).find(|it| it.is_file())
}

/// The first line that a program says about itself, unless it takes too long.
fn version(path: &Path, args: &[&str]) -> Option<String> {
    let mut child = Command::new(path)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let began = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if VERSION_MAX < began.elapsed() {
            drop(child.kill());
            drop(child.wait());
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut text = String::new();
    // It has ended, and its first lines fit into the pipe.
    child.stdout.take()?.take(4_096).read_to_string(&mut text).ok()?;
    if text.trim().is_empty() {
        child.stderr.take()?.take(4_096).read_to_string(&mut text).ok()?;
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    number(line)
}

/// The word of a line that is the version, whatever stands around it: `git version 2.39.5`,
/// `pg_restore (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `OpenSSH_9.2p1, OpenSSL 3.0.17`.
fn number(line: &str) -> Option<String> {
    let digits = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
    let words = || line.split([' ', '\t', ',', ';', '(', ')']).filter(digits);
    let version = |word: &&str| word.contains('.') && !word.contains('/');
    let word = words().find(version).or_else(|| words().next())?;
    Some(word.chars().filter(|c| !c.is_control()).take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_version_is_one_word() {
        let all = [
            ("git version 2.39.5", "2.39.5"),
            ("pg_restore (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18"),
            ("OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.17 1 Jul 2025", "OpenSSH_9.2p1"),
            ("ip utility, iproute2-6.1.0, libbpf 1.1.0", "iproute2-6.1.0"),
            ("Docker version 24.0.5, build ced0996", "24.0.5"),
        ];
        for (line, word) in all {
            assert_eq!(number(line).as_deref(), Some(word), "{line}");
        }
        assert_eq!(number("no number at all"), None);
    }
}

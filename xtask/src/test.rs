//! Runs every test, with the real components they look at.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{pictures, run, tools};

/// Debian packages, and a program of each by which one sees that it is there.
const PACKAGES: [(&str, &str); 12] = [
    ("nginx-light", "nginx"),
    ("openssl", "openssl"),
    ("dnsmasq-base", "dnsmasq"),
    ("git", "git"),
    ("sqlite3", "sqlite3"),
    ("zstd", "zstd"),
    ("iproute2", "ip"),
    ("nftables", "nft"),
    ("libxml2-utils", "xmllint"),
    ("musl-tools", "musl-gcc"),
    ("fish", "fish"),
    ("zsh", "zsh"),
];

/// The least number of real-component tests that must have run, as root.
const RECORDED: &str = "real-components.txt";

/// Installs what may be installed, runs every test, and counts those against real components.
pub(crate) fn all() -> Result<(), String> {
    needed();
    let log = std::env::temp_dir().join(format!("holdpoint-real-{}.log", std::process::id()));
    std::fs::write(&log, "")
        .map_err(|error| format!("failed to write {}: {error}", log.display()))?;
    let status = Command::new("cargo")
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("HOLDPOINT_REAL_LOG", &log)
        .current_dir(run::root())
        .status()
        .map_err(|error| format!("failed to run cargo: {error}"))?;
    let counted = count(&log);
    drop(std::fs::remove_file(&log));
    let (ran, skipped) = counted?;
    println!("real-component tests: {} ran, {} skipped", ran.len(), skipped.len());
    for line in &skipped {
        println!("  skipped {line}");
    }
    if !status.success() {
        return Err(String::from("tests are red"));
    }
    let recorded = recorded()?;
    if root_user() && ran.len() < recorded {
        return Err(format!(
            "{} real-component tests ran, {recorded} are recorded in xtask/{RECORDED}",
            ran.len()
        ));
    }
    pictures::check()
}

/// Installs what the tests need, as far as we may.
pub(crate) fn needed() {
    tools::install();
    install(&PACKAGES);
}

/// Installs Debian packages whose program is not there, as far as we may.
pub(crate) fn install(packages: &[(&str, &str)]) {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|(_, program)| !on_path(program))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return;
    }
    if !root_user() || !on_path("apt-get") {
        println!("not installed, and we may not install: {}", missing.join(" "));
        return;
    }
    println!("installing {}", missing.join(" "));
    let here = run::root();
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(&missing);
    let updated = run::output("apt-get", &["update", "-qq"], &here);
    if let Err(why) = updated.and_then(|_| run::output("apt-get", &args, &here)) {
        println!("failed to install them; their tests are skipped: {why}");
    }
}

pub(crate) fn on_path(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let sbin = [PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")];
    std::env::split_paths(&paths).chain(sbin).any(|folder| folder.join(program).is_file())
}

fn root_user() -> bool {
    run::output("id", &["-u"], &run::root()).is_ok_and(|text| text.trim() == "0")
}

/// Lines `ran NAME` and `skipped NAME: why` that the tests wrote.
fn count(log: &Path) -> Result<(Vec<String>, Vec<String>), String> {
    let text = std::fs::read_to_string(log)
        .map_err(|error| format!("failed to read {}: {error}", log.display()))?;
    let of = |word: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix(word));
        let mut lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
        lines.sort();
        lines.dedup();
        lines
    };
    Ok((of("ran "), of("skipped ")))
}

fn recorded() -> Result<usize, String> {
    let path = run::root().join("xtask").join(RECORDED);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("failed to read {}: {error}", path.display()))?;
    text.trim().parse().map_err(|_| format!("{} holds no number", path.display()))
}

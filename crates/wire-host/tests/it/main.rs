//! Tries the host wire on real files, programs and repositories.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail, and says what it skips"
)]

mod files;
mod programs;
mod repositories;
mod streams;
mod trees;
mod variables;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use holdpoint_model::{
    ask::{Host, What},
    seen::Seen,
    wire::{Outcome, Wire},
};
use holdpoint_wire_host::{HostWire, redact::Redactor};

/// A wire that knows no secret of this machine.
fn wire() -> HostWire {
    HostWire::with_redactor(Redactor::default())
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

async fn look(wire: &HostWire, what: &What) -> Outcome {
    wire.look(what).expect("the host wire speaks this").await
}

fn seen(what: &What) -> Outcome {
    block_on(look(&wire(), what))
}

/// Hosts that are this machine behind each shell that is installed.
fn shells() -> Vec<Host> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for argv in [vec!["sh"], vec!["dash"], vec!["bash", "--posix"]] {
        if has(argv[0]) {
            found.push(argv.into_iter().map(str::to_owned).collect());
        } else {
            println!("skipped: {} is not installed", argv[0]);
        }
    }
    match busybox() {
        Some(argv) => found.push(argv),
        None => println!("skipped: busybox is not installed"),
    }
    found.into_iter().map(Host::Command).collect()
}

/// A shell that finds nothing but the tools of busybox.
fn busybox() -> Option<Vec<String>> {
    static TOOLS: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let tools = TOOLS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("busybox");
        std::fs::create_dir_all(&folder).unwrap();
        let tools = text(&folder);
        has("busybox").then(|| {
            prepare(&folder, &["busybox", "--install", "-s", &tools]);
            tools
        })
    });
    let tools = tools.as_ref()?;
    let path = format!("PATH={tools}");
    let argv = ["env", "-i", &path, "HOME=/", &format!("{tools}/sh")];
    Some(argv.map(str::to_owned).to_vec())
}

fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs a program that prepares a test.
#[track_caller]
fn prepare(folder: &Path, argv: &[&str]) {
    let output = Command::new(argv[0])
        .args(&argv[1..])
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z")
        .output()
        .unwrap();
    assert!(output.status.success(), "{argv:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| {
        use std::os::unix::fs::MetadataExt;
        meta.uid() == 0
    })
}

/// This program's own temporary folder, open to everybody.
fn open_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn write(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn absent(outcome: &Outcome) -> bool {
    outcome.result == Ok(Seen::Absent)
}

//! Starting the binary in a folder of its own, with nothing of this machine's environment.
#![allow(dead_code, reason = "not every test file needs all of it")]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// The binary.
pub(crate) const HOLDPOINT: &str = env!("CARGO_BIN_EXE_holdpoint");

/// A folder of its own; gone when dropped.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The command, scrubbed: no colour settings, no HOME but the folder's own.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(HOLDPOINT);
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path().join("home"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        said(self.command(args).output().unwrap())
    }

    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    /// Runs and reads standard output as one JSON document.
    pub(crate) fn json(&self, args: &[&str]) -> (Option<i32>, Value) {
        let said = self.run(args);
        let value = serde_json::from_str(&said.out)
            .unwrap_or_else(|error| panic!("{args:?}: {error}\n{}\n{}", said.out, said.err));
        (said.code, value)
    }
}

pub(crate) fn said(output: Output) -> Said {
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Notes that a test against a real component ran, or why it did not; `cargo xtask test` counts.
pub(crate) fn real(name: &str, skipped: Option<&str>) {
    let line = match skipped {
        None => format!("ran {name}\n"),
        Some(why) => format!("skipped {name}: {why}\n"),
    };
    eprint!("{line}");
    if let Some(log) = std::env::var_os("HOLDPOINT_REAL_LOG") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log);
        drop(file.and_then(|mut file| file.write_all(line.as_bytes())));
    }
}

/// Where a program is, if it is.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let sbin = [PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")];
    std::env::split_paths(&paths).chain(sbin).map(|it| it.join(name)).find(|it| it.is_file())
}

/// The folder of references beside the workspace, where there is one.
pub(crate) fn references() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let found = path.is_dir().then_some(path);
    if found.is_none() {
        eprintln!("skipped: there is no folder of references beside the workspace");
    }
    found
}

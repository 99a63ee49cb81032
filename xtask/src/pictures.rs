//! The page in a real browser: what must hold of it there, and pictures of it for the documentation.

use std::path::{Path, PathBuf};

use crate::{run, test};

/// Debian packages, and a program of each by which one sees that it is there.
const BROWSER: [(&str, &str); 3] =
    [("chromium", "chromium"), ("chromium-driver", "chromedriver"), ("nodejs", "node")];
const NPM: [(&str, &str); 1] = [("npm", "npm")];
const PICTURES: [(&str, &str); 2] = [("pngquant", "pngquant"), ("poppler-utils", "pdftoppm")];

/// The accessibility rules, as the registry of Node names them.
const RULES: &str = "axe-core@4";

/// Makes the pictures of `docs/pictures`, and fails where the page does not hold.
pub(crate) fn make() -> Result<(), String> {
    test::install(&PICTURES);
    let out = run::root().join("docs/pictures");
    std::fs::create_dir_all(&out).map_err(|error| error.to_string())?;
    match walk(Some(&out))? {
        Some(skipped) => Err(skipped),
        None => smaller(&out),
    }
}

/// Holds the page against the browser and writes nothing; what was skipped is said.
pub(crate) fn check() -> Result<(), String> {
    if let Some(skipped) = walk(None)? {
        println!("  skipped the page in a browser: {skipped}");
    }
    Ok(())
}

/// Why the browser could not be asked, if so.
fn walk(out: Option<&Path>) -> Result<Option<String>, String> {
    test::install(&BROWSER);
    test::install(&NPM);
    let missing: Vec<&str> =
        BROWSER.iter().filter(|(_, it)| !test::on_path(it)).map(|(package, _)| *package).collect();
    if !missing.is_empty() {
        return Ok(Some(format!("{} not installed", missing.join(" "))));
    }
    let place = std::env::temp_dir().join(format!("holdpoint-pictures-{}", std::process::id()));
    std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    let done = walk_in(&place, out);
    drop(std::fs::remove_dir_all(&place));
    done.map(|()| None)
}

fn walk_in(place: &Path, out: Option<&Path>) -> Result<(), String> {
    let root = run::root();
    run::cargo(&["build", "-q", "-p", "holdpoint"])?;
    let holdpoint = program(&root)?;
    // Both end with the exit code of their verdict, which is not GO; the page must be there.
    let args = ["demo", "--quiet", "--report", "html=demo.html"];
    drop(run::output(&holdpoint, &args, place));
    std::fs::copy(root.join("crates/holdpoint/tests/it/page.md"), place.join("HARD.md"))
        .map_err(|error| error.to_string())?;
    let args = ["run", "HARD.md", "--quiet", "--report", "html=hard.html"];
    drop(run::output(&holdpoint, &args, place));
    let rules = rules(place);
    let script = root.join("xtask/src/pictures.mjs").display().to_string();
    let pictures = out.map_or_else(|| String::from("-"), |it| it.display().to_string());
    for (page, pictures) in [("demo.html", pictures.as_str()), ("hard.html", "-")] {
        if !place.join(page).is_file() {
            return Err(format!("{page} was not written"));
        }
        run::program("node", &[&script, page, pictures, &rules], place)?;
    }
    Ok(())
}

/// The binary that cargo has built.
fn program(root: &Path) -> Result<String, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root.join("target"), PathBuf::from);
    let path = root.join(target).join("debug/holdpoint");
    if path.is_file() {
        return Ok(path.display().to_string());
    }
    Err(format!("{} is not there", path.display()))
}

/// The file of the accessibility rules, or `-` where they cannot be had.
fn rules(place: &Path) -> String {
    let args = ["install", "--prefix", ".", "--no-save", "--no-audit", "--no-fund", RULES];
    match run::output("npm", &args, place) {
        Ok(_) => place.join("node_modules/axe-core/axe.min.js").display().to_string(),
        Err(why) => {
            println!("the rules of accessibility were not held against the page: {why}");
            String::from("-")
        }
    }
}

/// The first sheet of the print as a picture; all of them with fewer colours.
fn smaller(out: &Path) -> Result<(), String> {
    let print = out.join("page-print.pdf");
    if test::on_path("pdftoppm") {
        let args = ["-png", "-r", "80", "-f", "1", "-singlefile", "page-print.pdf", "page-print"];
        run::program("pdftoppm", &args, out)?;
    }
    drop(std::fs::remove_file(print));
    for picture in run::files(out, &[".png"]) {
        let name = picture.display().to_string();
        if test::on_path("pngquant") {
            run::program(
                "pngquant",
                &["--force", "--strip", "--output", &name, "128", &name],
                out,
            )?;
        }
        let bytes = std::fs::metadata(&picture).map_err(|error| error.to_string())?.len();
        println!("{name}: {bytes} bytes");
        if 300_000 < bytes {
            return Err(format!("{name} is larger than a picture of the documentation may be"));
        }
    }
    Ok(())
}

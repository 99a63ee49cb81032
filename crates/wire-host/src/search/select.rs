//! Which files of a work tree are its source: what was asked for, without what others wrote, what
//! programs wrote, and what people read.

/// Folders with the work of others.
const VENDORED: [&str; 12] = [
    "node_modules",
    "bower_components",
    "jspm_packages",
    "vendor",
    "vendors",
    "third_party",
    "third-party",
    "external",
    "site-packages",
    ".venv",
    "Pods",
    ".yarn",
];
/// Folders with what programs make.
const GENERATED: [&str; 11] = [
    "dist",
    "build",
    "out",
    "target",
    ".next",
    ".nuxt",
    "coverage",
    "__pycache__",
    "generated",
    "__generated__",
    ".terraform",
];
/// Files that programs write.
const GENERATED_NAMES: [&str; 13] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "cargo.lock",
    "poetry.lock",
    "pipfile.lock",
    "uv.lock",
    "composer.lock",
    "gemfile.lock",
    "go.sum",
    "packages.lock.json",
];
/// Files that people read.
const READ: [&str; 6] = ["md", "mdx", "markdown", "rst", "adoc", "asciidoc"];
const READ_NAMES: [&str; 9] = [
    "readme",
    "changelog",
    "changes",
    "history",
    "license",
    "licence",
    "notice",
    "authors",
    "contributing",
];
/// Our own settings, which repeat what a checklist asks for.
const OURS: [&str; 2] = ["holdpoint.toml", "holdpoint.lock"];

/// A path or a pattern below the work tree.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) text: String,
    parts: Vec<String>,
}

impl Wanted {
    /// `None` for what leaves the tree.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let parts: Vec<String> = text
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .map(str::to_owned)
            .collect();
        let leaves = text.starts_with('/') || parts.iter().any(|part| part == "..");
        (!leaves).then(|| Self { text: text.to_owned(), parts })
    }

    fn plain(&self) -> bool {
        !self.text.contains(['*', '?'])
    }

    /// Whether a file is meant: itself, or anything in a folder that is.
    pub(crate) fn fits(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        match self.parts.as_slice() {
            // A pattern for a name, without a folder, means files everywhere.
            [name] if !self.plain() && name != "**" => {
                names.last().is_some_and(|last| crate::find::fits(name, last))
            }
            parts => fits(parts, &names),
        }
    }

    /// The part of the path before any pattern, below which files can lie.
    pub(crate) fn beginning(&self) -> String {
        let plain = self.parts.iter().take_while(|part| !part.contains(['*', '?']));
        plain.cloned().collect::<Vec<_>>().join("/")
    }
}

fn fits(parts: &[String], names: &[&str]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, _) => true,
        (Some(_), None) => parts.iter().all(|part| part == "**"),
        (Some((part, rest)), Some((_, further))) if part == "**" => {
            fits(rest, names) || fits(parts, further)
        }
        (Some((part, rest)), Some((name, further))) => {
            (crate::find::fits(part, name) || part == name) && fits(rest, further)
        }
    }
}

/// Why a file is left out, unless it was asked for by its name or by that of such a folder.
pub(crate) fn left_out(path: &str, wanted: &[&Wanted]) -> Option<&'static str> {
    let exact = wanted.iter().any(|it| it.plain() && it.parts.join("/") == path);
    if exact {
        return None;
    }
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let (stem, end) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let asked = |word: &str| wanted.iter().any(|it| it.parts.iter().any(|part| part == word));
    let within =
        |all: &[&str]| folders.split('/').any(|folder| all.contains(&folder) && !asked(folder));
    if OURS.contains(&lower.as_str())
        || folders.split('/').any(|it| it == ".holdpoint")
        || lower.ends_with(".holdpoint.lock")
    {
        return Some("holdpoint's own");
    }
    if within(&VENDORED) {
        return Some("of others (vendored)");
    }
    let minified = [".min.js", ".min.css", ".min.mjs", ".bundle.js"];
    let minified = minified.iter().any(|it| lower.ends_with(it)) || end == "map";
    let named = wanted.iter().any(|it| it.text.contains(".min.") || it.text.ends_with(".map"));
    if within(&GENERATED)
        || GENERATED_NAMES.contains(&lower.as_str())
        || (minified && !named)
        || end == "snap"
    {
        return Some("generated or minified");
    }
    let prose = READ.contains(&end) || READ_NAMES.contains(&stem) || READ_NAMES.contains(&&*lower);
    let dotted = format!(".{end}");
    let asked_prose = wanted.iter().any(|it| it.text.to_ascii_lowercase().ends_with(&dotted));
    let named = asked_prose && !end.is_empty();
    (prose && !named).then_some("documentation")
}

/// Whether a file belongs to tests, by what it or its folder is called.
pub(crate) fn is_test(path: &str) -> bool {
    const FOLDERS: [&str; 10] = [
        "test",
        "tests",
        "__tests__",
        "spec",
        "specs",
        "e2e",
        "cypress",
        "fixtures",
        "__mocks__",
        "testdata",
    ];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    folders.split('/').any(|folder| FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.starts_with("test_")
        || ["_test", "_spec", "Test", "Tests"].iter().any(|end| stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_select_files() {
        for (pattern, path, want) in [
            ("src", "src/a/b.js", true),
            ("src/", "src/a.js", true),
            ("src", "srcs/a.js", false),
            ("./src/*.js", "src/a.js", true),
            ("src/*.js", "src/a/b.js", false),
            ("src/**/*.js", "src/a/b.js", true),
            ("src/**/*.js", "src/b.js", true),
            ("*.js", "deep/er/b.js", true),
            ("packages/*/src", "packages/a/src/x.ts", true),
            (".", "a/b", true),
            ("**", "a/b", true),
            ("app/[id]/page.tsx", "app/[id]/page.tsx", true),
            (".github/workflows/*.yml", ".github/workflows/ci.yml", true),
            ("Dockerfile", "Dockerfile", true),
            ("Dockerfile", "web/Dockerfile", false),
        ] {
            assert_eq!(Wanted::read(pattern).unwrap().fits(path), want, "{pattern} {path}");
        }
        assert!(Wanted::read("../a").is_none() && Wanted::read("/etc").is_none());
    }

    #[test]
    fn what_is_not_source_is_left_out_unless_named() {
        let out = |path: &str, wanted: &[&str]| {
            let wanted: Vec<Wanted> = wanted.iter().filter_map(|it| Wanted::read(it)).collect();
            left_out(path, &wanted.iter().collect::<Vec<_>>()).is_some()
        };
        for path in [
            "node_modules/a/b.js",
            "web/vendor/x.php",
            "dist/app.js",
            "a.min.js",
            "yarn.lock",
            "docs/guide.md",
            "README",
            "LICENSE",
            "holdpoint.toml",
            ".holdpoint/x",
        ] {
            assert!(out(path, &[]), "{path}");
        }
        for path in ["src/a.js", "requirements.txt", "Dockerfile", ".github/workflows/a.yml"] {
            assert!(!out(path, &[]), "{path}");
        }
        assert!(!out("dist/app.js", &["dist"]));
        assert!(out("dist/vendor/app.js", &["dist"]));
        assert!(!out("yarn.lock", &["yarn.lock"]));
        assert!(!out("docs/guide.md", &["docs/*.md"]));
        assert!(!out("public/a.min.js", &["public/*.min.js"]));
    }

    #[test]
    fn tests_are_known_by_name() {
        for path in ["tests/a.py", "src/a.test.ts", "a_test.go", "test_a.py", "src/ATest.java"] {
            assert!(is_test(path), "{path}");
        }
        for path in ["src/attest.py", "src/latest.js", "contest/a.js"] {
            assert!(!is_test(path), "{path}");
        }
    }
}

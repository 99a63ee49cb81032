//! The documentation as a site: whether every page is listed and every link leads somewhere, and the HTML of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use crate::{run, test};

/// The tool that makes the HTML, at one version.
const TOOL: &str = "mdbook";
const VERSION: &str = "0.5.4";

/// Pages at the root of the repository; they are part of the site.
pub(crate) const TOP: [&str; 5] =
    ["README.md", "ARCHITECTURE.md", "GLOSSARY.md", "CHANGELOG.md", "CONTRIBUTING.md"];

const SUMMARY: &str = "docs/SUMMARY.md";

/// Makes the HTML in `target/site`, with the tool fetched when it is missing.
pub(crate) fn make() -> Result<(), String> {
    let tool = match found() {
        Some(tool) => tool,
        None => fetch()?,
    };
    build(&tool)
}

/// Holds the sources against the rules, and the HTML too where the tool is there already.
pub(crate) fn check() -> Result<(), String> {
    let mut wrong = Vec::new();
    sources(&mut wrong);
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    match found() {
        Some(tool) => build(&tool),
        None => {
            println!("  skipped the HTML: {TOOL} is not there (`cargo xtask site` fetches it)");
            Ok(())
        }
    }
}

/// What needs no tool: links, anchors, and whether `docs/SUMMARY.md` lists every page once.
pub(crate) fn sources(wrong: &mut Vec<String>) {
    let root = run::root();
    let mut anchors = BTreeMap::new();
    let pages = pages(&root, wrong);
    for page in &pages {
        let text = std::fs::read_to_string(root.join(page)).unwrap_or_default();
        anchors.insert(page.clone(), anchors_of(&text));
    }
    for page in &pages {
        let text = std::fs::read_to_string(root.join(page)).unwrap_or_default();
        for target in links(&text) {
            if let Err(why) = leads(&root, page, &target, &anchors) {
                wrong.push(format!("{}: the link `{target}` {why}", page.display()));
            }
        }
    }
    listed(&root, &pages, wrong);
    linked(&root, &pages, wrong);
}

/// Every schema is linked by some page.
fn linked(root: &Path, pages: &[PathBuf], wrong: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for page in pages {
        let text = std::fs::read_to_string(root.join(page)).unwrap_or_default();
        let folder = page.parent().unwrap_or_else(|| Path::new(""));
        seen.extend(links(&text).iter().map(|it| inside(folder, it)));
    }
    for schema in run::files(&root.join("docs/reference"), &[".json"]) {
        if schema.strip_prefix(root).is_ok_and(|it| !seen.contains(it)) {
            wrong.push(format!("no page links to {}", schema.display()));
        }
    }
}

/// Every page of the site, from the root of the repository.
fn pages(root: &Path, wrong: &mut Vec<String>) -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = run::files(&root.join("docs"), &[".md"])
        .iter()
        .filter_map(|it| it.strip_prefix(root).ok().map(Path::to_owned))
        .collect();
    for name in TOP {
        if root.join(name).is_file() {
            pages.push(PathBuf::from(name));
        } else {
            wrong.push(format!("{name} is missing"));
        }
    }
    pages
}

/// Every page is in the summary, once.
fn listed(root: &Path, pages: &[PathBuf], wrong: &mut Vec<String>) {
    let text = std::fs::read_to_string(root.join(SUMMARY)).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for target in links(&text) {
        let page = inside(Path::new("docs"), &target);
        if !seen.insert(page.clone()) {
            wrong.push(format!("{SUMMARY} lists {} twice", page.display()));
        }
    }
    for page in pages {
        if page != Path::new(SUMMARY) && !seen.contains(page) {
            wrong.push(format!("{SUMMARY} does not list {}", page.display()));
        }
    }
}

/// A relative target, seen from the root, without `.` and `..`.
fn inside(folder: &Path, target: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    path
}

fn is_elsewhere(target: &str) -> bool {
    target.contains("://") || ["//", "mailto:", "data:"].iter().any(|it| target.starts_with(it))
}

/// Whether a link leads to a file that is there, and to a heading of it.
fn leads(
    root: &Path,
    page: &Path,
    target: &str,
    anchors: &BTreeMap<PathBuf, BTreeSet<String>>,
) -> Result<(), String> {
    if is_elsewhere(target) {
        return Ok(());
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = page.parent().unwrap_or_else(|| Path::new(""));
    let path = if path.is_empty() { page.to_owned() } else { inside(folder, path) };
    if !root.join(&path).exists() {
        return Err(String::from("leads nowhere"));
    }
    match anchors.get(&path) {
        Some(there) if !anchor.is_empty() && !there.contains(anchor) => {
            Err(format!("leads to no heading of {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// The lines of a page outside of fences, without code in the running text.
fn prose(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let start = line.trim_start();
        let marks: String = start.chars().take_while(|c| *c == '`' || *c == '~').collect();
        match &fence {
            Some(open) if start.trim_end() == marks && marks.starts_with(open.as_str()) => {
                fence = None;
            }
            Some(_) => {}
            None if 3 <= marks.len() => fence = Some(marks),
            None => lines.push(line.split('`').step_by(2).collect::<Vec<_>>().join("`")),
        }
    }
    lines
}

/// The targets of links and pictures.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        for mark in ["](", "href=\"", "src=\""] {
            for part in line.split(mark).skip(1) {
                let target = part.split([')', ' ', '"']).next().unwrap_or_default();
                if !target.is_empty() {
                    found.push(target.to_owned());
                }
            }
        }
    }
    found
}

/// The names by which headings of a page can be linked to.
fn anchors_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    // Code counts in a heading, so fences are left out here and nothing else.
    let mut open = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            open = !open;
        }
        let level = line.chars().take_while(|c| *c == '#').count();
        let Some(title) = line.get(level..).and_then(|it| it.strip_prefix(' ')) else { continue };
        if open || !(1..=6).contains(&level) {
            continue;
        }
        let name = anchor(title);
        let count = counts.entry(name.clone()).or_default();
        found.insert(if *count == 0 { name } else { format!("{name}-{count}") });
        *count += 1;
    }
    found
}

fn anchor(title: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    title
        .trim()
        .chars()
        .filter(kept)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect::<String>()
        .to_lowercase()
}

/// The target folder of cargo.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.map_or_else(|| run::root().join("target"), |it| run::root().join(it))
}

/// The tool on the path, or the one fetched earlier.
fn found() -> Option<String> {
    let own = target().join("tools/bin").join(TOOL);
    if own.is_file() {
        return Some(own.display().to_string());
    }
    test::on_path(TOOL).then(|| TOOL.to_owned())
}

fn fetch() -> Result<String, String> {
    let tools = target().join("tools");
    println!("{TOOL} is not there: installing {VERSION} into {} (some minutes)", tools.display());
    let folder = tools.display().to_string();
    let which = ["install", TOOL, "--locked", "--root", &folder, "--version", VERSION];
    // Neither a server nor a watcher is wanted.
    let parts = ["--no-default-features", "--features", "search"];
    run::cargo(&[which.as_slice(), &parts].concat())?;
    Ok(tools.join("bin").join(TOOL).display().to_string())
}

/// Collects the sources as they lie in the repository, so that their links hold, and has them made.
fn build(tool: &str) -> Result<(), String> {
    let root = run::root();
    let work = target().join("site-work");
    let out = target().join("site");
    for folder in [&work, &out] {
        drop(std::fs::remove_dir_all(folder));
    }
    let source = work.join("src");
    for path in run::files(&root.join("docs"), &[".md", ".json", ".png", ".svg"]) {
        let inner = path.strip_prefix(&root).map_err(|error| error.to_string())?;
        if inner != Path::new(SUMMARY) {
            copy(&path, &source.join(inner))?;
        }
    }
    for name in TOP.iter().chain(&["LICENSE"]) {
        copy(&root.join(name), &source.join(name))?;
    }
    copy(&root.join("docs/book.toml"), &work.join("book.toml"))?;
    copy(&root.join("docs/site.css"), &work.join("site.css"))?;
    let summary = std::fs::read_to_string(root.join(SUMMARY))
        .map_err(|error| format!("failed to read {SUMMARY}: {error}"))?;
    std::fs::write(source.join("SUMMARY.md"), from_root(&summary))
        .map_err(|error| error.to_string())?;
    let folder = out.display().to_string();
    run::output(tool, &["build", "--dest-dir", &folder], &work)?;
    let count = holds(&out)?;
    println!("{count} pages in {}", out.join("index.html").display());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    std::fs::copy(from, to)
        .map_err(|error| format!("failed to copy {}: {error}", from.display()))?;
    Ok(())
}

/// The summary with its targets seen from the root.
fn from_root(summary: &str) -> String {
    let mut parts = summary.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (target, rest) = part.split_once(')').unwrap_or((part, ""));
        text.push_str("](");
        // A head without a page has no target.
        if !target.is_empty() {
            text.push_str(&inside(Path::new("docs"), target).display().to_string());
        }
        text.push(')');
        text.push_str(rest);
    }
    text
}

/// What must hold of the HTML: links lead somewhere, and nothing is fetched from elsewhere.
fn holds(out: &Path) -> Result<usize, String> {
    let mut pages = BTreeMap::new();
    for path in run::files(out, &[".html"]) {
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        pages.insert(path, text);
    }
    let mut wrong = Vec::new();
    for (path, text) in &pages {
        // The page for missing pages is served from anywhere.
        if path.ends_with("404.html") || path.ends_with("toc.html") {
            continue;
        }
        let folder = path.parent().unwrap_or(out).to_owned();
        let shown = path.strip_prefix(out).unwrap_or(path).display();
        for tag in text.split('<').filter_map(|it| it.split_once('>')).map(|(tag, _)| tag) {
            let fetched = !tag.starts_with("a ");
            for target in ["href=\"", "src=\""].iter().filter_map(|it| value(tag, it)) {
                if is_elsewhere(target) {
                    if fetched && !target.starts_with("data:") {
                        wrong.push(format!("{shown} fetches {target}"));
                    }
                    continue;
                }
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() { path.clone() } else { tidy(&folder.join(file)) };
                let there = file.is_file() || file.join("index.html").is_file();
                let id = format!("id=\"{anchor}\"");
                let named =
                    anchor.is_empty() || pages.get(&file).is_none_or(|text| text.contains(&id));
                if !there || !named {
                    wrong.push(format!("{shown}: `{target}` leads nowhere"));
                }
            }
        }
    }
    for path in run::files(out, &[".css"]) {
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        if text.contains("url(http") || text.contains("url(\"http") || text.contains("url('http") {
            wrong.push(format!("{} fetches from elsewhere", path.display()));
        }
    }
    if wrong.is_empty() { Ok(pages.len()) } else { Err(wrong.join("\n")) }
}

fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(name).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value)
}

/// A path of this machine without `.` and `..`.
fn tidy(path: &Path) -> PathBuf {
    Path::new("/").join(inside(path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_the_readers() {
        let text = "# A b\n## `net.port-open`: it's open\n## A b\n```\n# no\n```\n";
        let wanted = ["a-b", "a-b-1", "netport-open-its-open"];
        assert_eq!(anchors_of(text), wanted.map(String::from).into());
    }

    #[test]
    fn links_in_code_are_none() {
        let text = "[a](b.md#c) `[x](y)` ![p](q.png \"t\")\n```\n[n](o)\n```\n<a href=\"r\">";
        assert_eq!(links(text), ["b.md#c", "q.png", "r"]);
    }

    #[test]
    fn a_link_to_a_missing_page_or_heading_is_told() {
        let root = run::root();
        let page = Path::new("docs/start.md");
        let anchors = BTreeMap::from([(page.to_owned(), BTreeSet::from([String::from("there")]))]);
        assert_eq!(leads(&root, page, "#there", &anchors), Ok(()));
        assert_eq!(leads(&root, page, "../README.md", &anchors), Ok(()));
        assert!(leads(&root, page, "start.md#gone", &anchors).is_err());
        assert!(leads(&root, page, "gone.md", &anchors).is_err());
    }

    #[test]
    fn the_summary_is_seen_from_the_root() {
        let text = "- [A](start.md)\n- [B](../GLOSSARY.md)\n- [C]()\n";
        assert_eq!(from_root(text), "- [A](docs/start.md)\n- [B](GLOSSARY.md)\n- [C]()\n");
    }

    #[test]
    fn html_that_leads_nowhere_or_fetches_is_told() {
        let folder = std::env::temp_dir().join(format!("holdpoint-site-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let page = |text: &str| {
            std::fs::write(folder.join("index.html"), text).unwrap();
            holds(&folder)
        };
        let right = "<a href=\"index.html#here\">a</a><p id=\"here\"><a href=\"https://a.test\">";
        assert_eq!(page(right), Ok(1));
        for wrong in [
            "<a href=\"index.html#gone\">",
            "<a href=\"gone.html\">",
            "<script src=\"https://a.test/x.js\">",
            "<link rel=\"stylesheet\" href=\"https://a.test/x.css\">",
        ] {
            assert!(page(wrong).is_err(), "{wrong}");
        }
        page(right).unwrap();
        std::fs::write(folder.join("a.css"), "@font-face { src: url(https://a.test/f) }").unwrap();
        assert!(holds(&folder).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

//! The page of a run: whole, quiet, and never greener than the run.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_lab::{Reply, Request, Server, http};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::common::Place;

/// A document with everything in it that is hard to set.
const HARD: &str = include_str!("page.md");

/// Elements that a page may hold.
const ELEMENTS: &str = "html head meta title style body script a svg symbol path use rect text main \
    header p h1 h2 h3 h4 h5 h6 span ul ol li b i em s strong code pre div section article nav details \
    summary form fieldset legend label input button dl dt dd time table caption thead tbody tr th td \
    figure figcaption blockquote br hr footer";

/// Elements that have no end tag here.
const VOID: [&str; 4] = ["meta", "br", "hr", "input"];

/// One start tag.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// A page, read strictly: every tag is closed in its place, every attribute quoted.
struct Page {
    elements: Vec<Element>,
    /// Everything between the tags but styles and scripts.
    text: String,
    bytes: usize,
}

impl Page {
    fn read(html: &str) -> Self {
        let mut rest = html.strip_prefix("<!DOCTYPE html>\n").expect("it begins as a page does");
        let (mut elements, mut text, mut open) = (Vec::new(), String::new(), Vec::<String>::new());
        while let Some(at) = rest.find('<') {
            let words = &rest[..at];
            assert!(!words.contains('>'), "a stray `>` in {words:?}");
            text.push_str(words);
            rest = &rest[at + 1..];
            let end = rest.find('>').expect("every tag ends");
            let tag = &rest[..end];
            rest = &rest[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                let last = open.pop();
                assert_eq!(
                    last.as_deref(),
                    Some(name),
                    "an end tag out of place near {}",
                    cut(rest)
                );
                continue;
            }
            let (tag, alone) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let element = element(tag);
            if matches!(element.name.as_str(), "style" | "script") {
                let end = rest.find(&format!("</{}>", element.name)).expect("it ends");
                rest = &rest[end..];
            }
            if !alone && !VOID.contains(&element.name.as_str()) {
                open.push(element.name.clone());
            }
            elements.push(element);
        }
        assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest:?}");
        Self { elements, text, bytes: html.len() }
    }

    fn of(place: &Place, name: &str) -> Self {
        Self::read(&place.read(name))
    }

    /// The state that the page shows for each line; each line once.
    fn states(&self) -> BTreeMap<u64, String> {
        let mut states = BTreeMap::new();
        for element in &self.elements {
            let Some(line) = element.get("data-line") else { continue };
            let state = element.get("data-state").expect("a line has a state").to_owned();
            let before = states.insert(line.parse().unwrap(), state);
            assert_eq!(before, None, "line {line} stands there twice");
        }
        states
    }

    /// What must hold of every page, whatever is in it.
    fn keeps_to_itself(&self) {
        let allowed: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
        let (mut ids, mut level) = (BTreeSet::new(), 0);
        for element in &self.elements {
            let name = element.name.as_str();
            assert!(allowed.contains(name), "a page has no <{name}>");
            for (attribute, value) in &element.attributes {
                assert!(!attribute.starts_with("on"), "{element:?}");
                assert!(!matches!(attribute.as_str(), "src" | "srcset" | "style" | "action"));
                let steers =
                    |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
                assert!(!value.contains(steers), "{element:?}");
                if attribute == "href" {
                    let link = ["http://", "https://", "mailto:", "#"];
                    let good = link.iter().any(|it| value.starts_with(it));
                    assert!(good && (name == "a" || value.starts_with('#')), "{element:?}");
                }
                if attribute == "id" {
                    assert!(ids.insert(value.clone()), "the id {value} stands there twice");
                }
            }
            let heading = name.strip_prefix('h').and_then(|it| it.parse::<u8>().ok());
            if let Some(next) = heading {
                assert!(next <= level + 1, "h{next} follows h{level}");
                level = next;
            }
        }
        let scripts = self.elements.iter().filter(|it| it.name == "script").count();
        assert_eq!(scripts, 1, "the page's own script and no other");
        let policy = self.elements.iter().find(|it| it.get("http-equiv").is_some()).unwrap();
        assert!(policy.get("content").unwrap().starts_with("default-src 'none'"));
        assert!(!policy.get("content").unwrap().contains("unsafe"));
        for target in self.elements.iter().filter_map(|it| it.get("href")) {
            if let Some(id) = target.strip_prefix("#L").or_else(|| target.strip_prefix("#H"))
                && id.parse::<u64>().is_ok()
            {
                assert!(ids.contains(&target[1..]), "{target} leads nowhere");
            }
        }
        assert!(!self.text.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{0}'..='\u{8}')));
    }
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "<{tag}>");
    let mut attributes = BTreeMap::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        rest = match after.strip_prefix("=\"") {
            Some(value) => {
                let end = value.find('"').expect("the value of an attribute ends");
                attributes.insert(key.to_owned(), value[..end].to_owned());
                &value[end + 1..]
            }
            None => {
                assert!(matches!(key, "open" | "hidden"), "<{tag}>");
                attributes.insert(key.to_owned(), String::new());
                after
            }
        };
    }
    Element { name: name.to_owned(), attributes }
}

/// The state of each line as the run's own JSON says it.
fn states(run: &Value) -> BTreeMap<u64, String> {
    let lines = run["lines"].as_array().unwrap().iter();
    lines
        .map(|it| (it["line"].as_u64().unwrap(), it["state"].as_str().unwrap().to_owned()))
        .collect()
}

const REPORTS: [&str; 4] = ["--report", "html=page.html", "--report", "json=run.json"];

fn run_json(place: &Place) -> Value {
    serde_json::from_str(&place.read("run.json")).unwrap()
}

#[test]
fn every_line_of_a_hard_document_has_its_place_and_its_state() {
    let place = Place::new();
    place.write("list.md", HARD);
    let said = place.run(&[&["run", "list.md", "-q"], &REPORTS[..]].concat());
    assert_eq!(said.out, "HOLD\n", "{}", said.err);
    let page = Page::of(&place, "page.html");
    page.keeps_to_itself();
    let run = run_json(&place);
    assert_eq!(page.states(), states(&run));
    let html = place.read("page.html");
    assert!(!html.contains("line stray"), "a line found no place of its own");
    for (words, why) in [
        ("&lt;/script&gt;", "a line that is a script stays text"),
        ("onerror=alert(1)&gt;", "so does a line that is an image"),
        ("⟨U+202E⟩", "a character that turns text around is named"),
        ("picture: </span><a href=\"https://tracker.example/pixel.png\"", "a picture is a link"),
        ("class=\"path\" title=\"javascript:alert(1)\"", "a script is no link"),
        ("owner: platform", "what stands before the document is not lost"),
        ("a note for the authors", "nor is a comment"),
        ("<span class=\"ord\">2.</span> Then look", "a numbered item keeps its number"),
        ("aria-label=\"box, ticked in the document\"", "and a ticked box its tick"),
    ] {
        assert!(html.contains(words), "{why}");
    }
    assert!(html.contains(">Glued heading</h"), "a heading without its blank is one");
}

#[test]
fn the_demo_page_says_what_the_run_says_and_how_to_verify_it() {
    let place = Place::new();
    let (code, run) = place.json(&["demo", "-f", "json", "--report", "html=page.html"]);
    assert_eq!(code, Some(1));
    let page = Page::of(&place, "page.html");
    page.keeps_to_itself();
    assert_eq!(page.states(), states(&run));
    let html = place.read("page.html");
    for line in run["lines"].as_array().unwrap() {
        let verdict = |it: &Value| it["verdict"].as_str() == Some("pass");
        let passes = line["checks"].as_array().unwrap().iter().all(verdict);
        let n = line["line"].as_u64().unwrap();
        let from = html.find(&format!("id=\"L{n}\"")).unwrap();
        let rest = &html[from..];
        let end = ["data-line", "</article>"].iter().filter_map(|it| rest[20..].find(it)).min();
        let own = &rest[..end.unwrap() + 20];
        assert!(!own.contains("class=\"state pass\"") || passes, "line {n}");
        for field in ["expected", "remedy", "easy-to-miss"] {
            let Some(words) = line[field].as_str().and_then(|it| it.split('`').next()) else {
                continue;
            };
            let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let words = words.replace('"', "&quot;").replace('\'', "&#39;");
            assert!(own.contains(&words), "line {n}: {field}");
        }
    }
    let sha = run["document"]["sha256"].as_str().unwrap();
    for words in [
        "class=\"verdict nogo\">NO-GO<",
        "holdpoint record verify",
        "holdpoint record show 17",
        "rests on a default",
        "<time datetime=\"2",
        "days left</b> at the look",
        "class=\"plot\"",
        "HTTP-to-HTTPS",
        "values are never kept",
        sha,
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("changeme-changeme"), "the value of a secret is nowhere");
}

/// A service whose every answer is meant badly.
struct Hostile {
    server: Server,
    _runtime: Runtime,
}

const BAD: &str =
    "</pre></script><script>alert(1)</script>\"><img src=x onerror=alert(1)> \u{202e}";

impl Hostile {
    fn new(bytes: usize) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let answer = move |_: &Request| {
            let mut body = BAD.as_bytes().to_vec();
            body.extend([0xff, 0xfe, 0x00, 0x1b, b'[', b'2', b'J']);
            while body.len() < bytes {
                body.extend(BAD.as_bytes());
            }
            Reply::new(200, body).with("x-bad", "</pre><script>alert(2)</script>")
        };
        let server = runtime.block_on(http(answer));
        Self { server, _runtime: runtime }
    }

    fn settings(&self) -> String {
        let port = self.server.port();
        format!("[target.web]\nurl = \"http://127.0.0.1:{port}\"\n\n[target.host]\nhere = true\n")
    }
}

#[test]
fn what_a_service_answers_stays_text_and_stays_small() {
    let place = Place::new();
    let hostile = Hostile::new(10 * 1024 * 1024);
    place.write("holdpoint.toml", hostile.settings());
    place.write(
        "list.md",
        "# Bad\n\n- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/ consecutive=3 interval=1ms -->\n",
    );
    place.run(&[&["run", "list.md", "-q"], &REPORTS[..]].concat());
    let page = Page::of(&place, "page.html");
    page.keeps_to_itself();
    assert_eq!(page.states(), states(&run_json(&place)));
    let html = place.read("page.html");
    assert!(html.contains("x-bad:</i> &lt;/pre&gt;&lt;script&gt;"), "the header is shown");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt; ⟨U+202E⟩"), "the body is shown");
    assert!(html.contains("… more, in the record"), "and cut, which it says");
    assert!(page.bytes < 200_000, "{}", page.bytes);
}

#[test]
fn seven_hundred_lines_are_less_than_two_megabytes() {
    let place = Place::new();
    let hostile = Hostile::new(20_000);
    place.write("holdpoint.toml", hostile.settings());
    let mut list = String::from("# Long\n");
    let mut variables = String::new();
    for n in 0..700 {
        if n % 50 == 0 {
            list.push_str(&format!("\n## Part {}\n\n", n / 50));
        }
        if n % 2 == 0 {
            list.push_str(&format!(
                "- [ ] Part {n} healthy <!-- holdpoint: http.health path=/p{n} consecutive=1 -->\n"
            ));
        } else {
            list.push_str(&format!("- [ ] `NAME_{n}` is set in `app.env`\n"));
            if n < 16 {
                variables.push_str(&format!("NAME_{n}=value-{n}-{}\n", "x".repeat(n)));
            }
        }
    }
    place.write("list.md", list);
    place.write("app.env", variables);
    let said = place.run(&[&["run", "list.md", "-q"], &REPORTS[..]].concat());
    let page = Page::of(&place, "page.html");
    page.keeps_to_itself();
    let run = run_json(&place);
    assert_eq!(page.states(), states(&run), "{}", said.err);
    assert_eq!(page.states().len(), 700);
    let judged = |line: &&Value| line["checks"][0]["looks"].as_u64().is_some_and(|it| 0 < it);
    let seen = run["lines"].as_array().unwrap().iter().filter(judged).count();
    assert!(650 < seen, "{seen} lines have evidence");
    assert!(place.read("page.html").contains(" more, in the record"));
    assert!(page.bytes < 2_000_000, "{}", page.bytes);
}

#[test]
fn who_answered_what_and_when_is_on_the_page() {
    let place = Place::new();
    place.write(
        "list.md",
        "# People\n\n- [ ] The customers were told <!-- holdpoint: attest.statement -->\n",
    );
    place.run(&["answer", "list.md", "--line", "3", "--value", "yes, by <mail>"]);
    let said = place.run(&[&["run", "list.md", "-q"], &REPORTS[..]].concat());
    assert_eq!(said.out, "GO\n", "{}", said.err);
    let page = Page::of(&place, "page.html");
    page.keeps_to_itself();
    assert_eq!(page.states()[&3], "pass");
    let html = place.read("page.html");
    assert!(html.contains("<dt>answered</dt><dd>yes, by &lt;mail&gt;</dd>"), "{html}");
    assert!(html.contains("assertion only"), "and that it rests on a word");
}

#[test]
fn bytes_that_are_no_text_and_a_document_in_utf16_are_set_too() {
    let place = Place::new();
    let mut latin = b"# L\xe4nge\r\n\r\n- [ ] Gr\xfc\xdfe <b>\r\n- [ ] two\x07\r\n".to_vec();
    latin.extend(b"\n- [ ] \xed\xa0\x80 lone\n");
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("# Weit\n\n- [ ] eins </li>\n- [ ] zwei\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for bytes in [latin, wide] {
        place.write("list.md", bytes);
        drop(std::fs::remove_file(place.path().join("holdpoint.lock")));
        let said = place.run(&[&["run", "list.md", "-q"], &REPORTS[..]].concat());
        assert!(matches!(said.code, Some(0 | 3)), "{}", said.err);
        let page = Page::of(&place, "page.html");
        page.keeps_to_itself();
        assert_eq!(page.states(), states(&run_json(&place)));
        assert!(2 <= page.states().len());
    }
}

#[test]
fn a_page_of_the_references_loses_no_line() {
    let Some(references) = crate::common::references() else { return };
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(references.join("corpus/dev")).into_iter().flatten().flatten() {
        documents.push(entry.path());
    }
    documents.sort();
    for document in
        documents.iter().filter(|it| it.extension().is_some_and(|it| it == "md")).step_by(4)
    {
        let place = Place::new();
        place.write("list.md", std::fs::read(document).unwrap());
        place.run(&[&["run", "list.md", "-q"], &REPORTS[..]].concat());
        let page = Page::of(&place, "page.html");
        page.keeps_to_itself();
        assert_eq!(page.states(), states(&run_json(&place)), "{}", document.display());
    }
}

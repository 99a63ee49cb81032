//! Facts about one value of a configuration file: the file is read here, and only facts go on.

mod compare;
mod json;
mod lines;
mod node;
mod plist;
mod toml;
mod yaml;

use holdpoint_model::{
    ask::{Comparison, Host},
    fault::Fault,
    found::{Setting, Value, ValueKind},
    redact::looks_secret,
    seen::Seen,
};
use sha2::{Digest, Sha256};

use crate::{
    HostWire,
    answer::{Failed, hex},
    entropy, placeholder,
    redact::Redactor,
    variables,
};
use node::{Node, Step};

/// Rises with every change that can change a fact.
pub(crate) const REVISION: u32 = 1;
/// Characters of a value that is shown.
const SHOWN_CHARS_MAX: usize = 60;
/// Bits of entropy from which a text may be a secret, whatever its key is called.
const SHOWN_BITS_MAX: u32 = 60;
/// Keys by which a file takes values from another one.
const ELSEWHERE: [&str; 3] = ["extends", "imports", "$import"];

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Strictly, unless the tools that read files of this name take comments.
    Json {
        comments: bool,
    },
    Yaml,
    Toml,
    Ini,
    Properties,
    Env,
    Plist,
}

impl Format {
    fn word(self) -> &'static str {
        match self {
            Self::Json { .. } => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Ini => "ini",
            Self::Properties => "properties",
            Self::Env => "env",
            Self::Plist => "plist",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "json" => Self::Json { comments: false },
            "jsonc" | "json5" => Self::Json { comments: true },
            "yaml" | "yml" => Self::Yaml,
            "toml" => Self::Toml,
            "ini" | "cfg" => Self::Ini,
            "properties" => Self::Properties,
            "env" | "dotenv" => Self::Env,
            "plist" => Self::Plist,
            _ => return None,
        })
    }

    /// By the name of the file.
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let json = ["tsconfig", "jsconfig", "vercel", "turbo", "nx", "renovate", "devcontainer"];
        let more =
            ["settings", "launch", "tasks", "extensions", "deno", "wrangler", "api-extractor"];
        if name == ".env" || name.starts_with(".env.") || name.ends_with(".env") {
            return Some(Self::Env);
        }
        let known = match name.as_str() {
            ".babelrc" | ".swcrc" | ".jshintrc" => Some(Self::Json { comments: true }),
            ".eslintrc" | ".prettierrc" | ".stylelintrc" | ".releaserc" | ".lintstagedrc"
            | ".clang-format" => Some(Self::Yaml),
            "pipfile" | "cargo.lock" | "poetry.lock" | "uv.lock" => Some(Self::Toml),
            ".editorconfig" | ".npmrc" | ".gitconfig" | ".flake8" | ".pylintrc" | ".coveragerc"
            | ".gitmodules" => Some(Self::Ini),
            _ => None,
        };
        let (stem, end) = name.rsplit_once('.').unwrap_or((&name, ""));
        known.or_else(|| match end {
            "json" => {
                let first = stem.split('.').next().unwrap_or(stem);
                let comments = json.iter().chain(&more).any(|it| *it == first)
                    || stem.starts_with('.')
                    || path.contains(".vscode/");
                Some(Self::Json { comments })
            }
            "webmanifest" => Some(Self::Json { comments: false }),
            "ini" | "cfg" | "cnf" | "service" | "timer" | "desktop" => Some(Self::Ini),
            "plist" | "entitlements" | "xcprivacy" => Some(Self::Plist),
            "jsonc" | "json5" | "yaml" | "yml" | "toml" | "properties" => Self::named(end),
            _ => None,
        })
    }
}

/// Looks up a key.
pub(crate) async fn look(
    wire: &HostWire,
    on: &Host,
    path: &str,
    format: Option<&str>,
    (key, compare): (&str, &[Comparison]),
) -> Result<Seen, Failed> {
    let unsupported = |words: String| Failed(Fault::Unsupported, words);
    let known = format.map_or_else(|| Format::of(path), Format::named);
    let format = known.ok_or_else(|| {
        unsupported(format!("`{path}` is no configuration that this version can read"))
    })?;
    let steps =
        node::steps(key).ok_or_else(|| unsupported(format!("`{key}` cannot be read as a key")))?;
    let Some(taken) = variables::take(wire, on, path).await? else { return Ok(Seen::Absent) };
    let (bytes, redactor) = (taken.bytes, &wire.redactor);
    read(&bytes, format, &steps, compare, redactor)
        .map(Seen::Setting)
        .map_err(|words| Failed(Fault::Garbled, format!("as {}: {words}", format.word())))
}

/// The facts; an error says where the file could not be read.
fn read(
    bytes: &[u8],
    format: Format,
    steps: &[Step],
    compare: &[Comparison],
    redactor: &Redactor,
) -> Result<Setting, String> {
    let mut doubts = Vec::new();
    let documents = parse(bytes, format, &mut doubts)?;
    let mut lists = false;
    let found: Vec<&Node> =
        documents.iter().flat_map(|document| document.follow(steps, &mut lists)).collect();
    if found.is_empty() {
        if lists {
            doubts.push(String::from("the key leads by name into a list or a reference"));
        }
        let other = ELSEWHERE.iter().find(|name| documents.iter().any(|it| it.has(name)));
        doubts.extend(other.map(|name| format!("`{name}` takes values from another file")));
    }
    let secret = format == Format::Env || steps.iter().any(step_looks_secret);
    let last = steps.last().map(step_name).unwrap_or_default();
    let facts = |node: &&Node| facts(node, &last, secret, compare, redactor);
    let told = |list: Vec<String>| list.into_iter().take(12).collect::<Vec<_>>();
    Ok(Setting {
        format: format.word().to_owned(),
        values: found.iter().map(facts).take(100).collect(),
        documents: u32::try_from(documents.len()).unwrap_or(u32::MAX),
        elsewhere: told(documents.iter().flat_map(|it| it.elsewhere(steps)).collect()),
        beside: told(documents.iter().flat_map(|it| it.beside(steps)).collect()),
        doubts,
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: hex(&Sha256::digest(bytes)),
        revision: REVISION,
    })
}

fn step_name(step: &Step) -> String {
    match step {
        Step::Name(name) | Step::Exact(name) => name.clone(),
        Step::Index(at) => at.to_string(),
    }
}

/// Stricter than for lines of a text: `key` alone may name a secret here.
fn step_looks_secret(step: &Step) -> bool {
    let name = step_name(step);
    looks_secret(&name) || ["key", "secrets", "credentials"].contains(&name.to_lowercase().as_str())
}

fn parse(bytes: &[u8], format: Format, doubts: &mut Vec<String>) -> Result<Vec<Node>, String> {
    if format == Format::Env {
        let (node, malformed) = lines::env(bytes);
        if malformed {
            doubts.push(String::from("some lines are no assignments"));
        }
        return Ok(vec![node]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| String::from("the text is not UTF-8"))?;
    let bare = text.strip_prefix('\u{feff}');
    if bare.is_some() {
        doubts.push(String::from("a byte order mark stands before the text"));
    }
    let text = bare.unwrap_or(text);
    if text.trim().is_empty() {
        return Err(String::from("it is empty"));
    }
    Ok(match format {
        Format::Json { comments } => {
            let json = json::read(text)?;
            if json.comments && !comments {
                doubts.push(String::from("it has comments, which plain JSON does not"));
            }
            if json.trailing_commas && !comments {
                doubts.push(String::from("it has commas behind the last item"));
            }
            vec![json.node]
        }
        Format::Yaml => yaml::read(text)?,
        Format::Toml => vec![toml::read(text)?],
        Format::Ini => vec![lines::ini(text)],
        Format::Properties => vec![lines::properties(text)],
        Format::Plist => vec![plist::read(text)?],
        Format::Env => Vec::new(),
    })
}

fn facts(
    node: &Node,
    name: &str,
    secret: bool,
    compare: &[Comparison],
    redactor: &Redactor,
) -> Value {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (kind, size, text) = match node {
        Node::Null => (ValueKind::Null, 0, None),
        Node::Bool(_) => (ValueKind::Bool, 0, None),
        Node::Number(_) => (ValueKind::Number, 0, None),
        Node::Text(text) | Node::Loose(text) | Node::Odd(text, _) => {
            (ValueKind::Text, count(text.chars().count()), Some(text.as_str()))
        }
        Node::List(items) => (ValueKind::List, count(items.len()), None),
        Node::Table(entries) => (ValueKind::Table, count(entries.len()), None),
    };
    let oddity = match (node, text) {
        (Node::Odd(_, why), _) => Some((*why).to_owned()),
        (_, Some(text)) if compare::refers(text) => {
            Some(String::from("it refers to a value that is kept elsewhere"))
        }
        (_, Some(text)) => {
            placeholder::rule(name, text).map(|rule| format!("a placeholder: {rule}"))
        }
        (_, None) => None,
    };
    Value {
        kind,
        size,
        held: compare.iter().map(|one| compare::held(node, one)).collect(),
        shown: if secret { None } else { shown(node, name, redactor) },
        oddity,
    }
}

/// A value as people read it, unless it is long or may be a secret.
fn shown(node: &Node, name: &str, redactor: &Redactor) -> Option<String> {
    let text = match node {
        Node::Null => return Some(String::from("null")),
        Node::Bool(it) => return Some(it.to_string()),
        Node::Number(text) if text.len() <= 12 => return Some(text.clone()),
        Node::List(items) if items.len() <= 8 => {
            let all: Option<Vec<String>> =
                items.iter().map(|item| shown_text(item, name, redactor)).collect();
            all.map(|all| format!("[{}]", all.join(", ")))?
        }
        Node::Text(_) | Node::Loose(_) => shown_text(node, name, redactor)?,
        Node::Number(_) | Node::Odd(..) | Node::List(_) | Node::Table(_) => return None,
    };
    (text.chars().count() <= SHOWN_CHARS_MAX).then_some(text)
}

fn shown_text(node: &Node, name: &str, redactor: &Redactor) -> Option<String> {
    match node {
        Node::Text(text) | Node::Loose(text) => {
            let line = format!("{name}={text}");
            let harmless = redactor.text(&line, false) == line
                && !text.contains(['\n', '\r'])
                && text.chars().count() <= SHOWN_CHARS_MAX
                && entropy::bits(text) < SHOWN_BITS_MAX;
            harmless.then(|| format!("`{text}`"))
        }
        Node::Bool(it) => Some(it.to_string()),
        Node::Number(text) if text.len() <= 12 => Some(text.clone()),
        Node::Null | Node::Number(_) | Node::Odd(..) | Node::List(_) | Node::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{ask::Relation, found::Held};

    use super::*;

    fn of(text: &str, format: &str, key: &str, equals: &str) -> Setting {
        let compare = [Comparison { relation: Relation::Equals, text: equals.to_owned() }];
        let format = Format::named(format).unwrap();
        let steps = node::steps(key).unwrap();
        read(text.as_bytes(), format, &steps, &compare, &Redactor::default()).unwrap()
    }

    #[test]
    fn names_tell_formats() {
        for (path, want) in [
            ("tsconfig.json", Some(Format::Json { comments: true })),
            ("a/tsconfig.build.json", Some(Format::Json { comments: true })),
            ("package.json", Some(Format::Json { comments: false })),
            (".vscode/settings.json", Some(Format::Json { comments: true })),
            ("k8s/app.YAML", Some(Format::Yaml)),
            (".env.production", Some(Format::Env)),
            ("ios/App/Info.plist", Some(Format::Plist)),
            ("application-prod.properties", Some(Format::Properties)),
            ("wrangler.toml", Some(Format::Toml)),
            (".npmrc", Some(Format::Ini)),
            ("next.config.js", None),
            ("nginx.conf", None),
            ("Dockerfile", None),
        ] {
            assert_eq!(Format::of(path), want, "{path}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = |text: &str, key: &str| {
            of(text, "yaml", key, "x").values.first().and_then(|it| it.shown.clone())
        };
        assert_eq!(shown("mode: production", "mode"), Some("`production`".to_owned()));
        assert_eq!(shown("on: true", "on"), Some("true".to_owned()));
        assert_eq!(shown("db: {password: hunter2}", "db.password"), None);
        assert_eq!(shown("token: 12345", "token"), None);
        assert_eq!(shown("key: abc", "key"), None);
        assert_eq!(shown("x: Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys1Gk0", "x"), None);
        assert_eq!(shown("url: postgres://a:hunter2@db/x", "url"), None);
        assert_eq!(of("A=hello", "env", "A", "hello").values[0].shown, None);
        assert_eq!(of("A=hello", "env", "A", "hello").values[0].held, [Held::Yes]);
        let text = format!("{:?}", of("db: {password: hunter2}", "yaml", "db.password", "x"));
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn what_stands_beside_and_elsewhere_is_told() {
        let text = "debug: false\nproduction:\n  debug: true\n";
        let seen = of(text, "yaml", "debug", "false");
        assert_eq!((seen.values.len(), seen.elsewhere), (1, vec!["production.debug".to_owned()]));
        let seen = of(text, "yaml", "production.debgu", "x");
        assert_eq!((seen.values.len(), seen.beside), (0, vec!["debug".to_owned()]));
        let seen = of("{\"extends\": \"./base\"}", "json", "compilerOptions.strict", "true");
        assert!(seen.doubts[0].contains("another file"), "{seen:?}");
        let seen = of("env: [A=1]", "yaml", "env.A", "1");
        assert!(seen.values.is_empty() && seen.doubts[0].contains("list"), "{seen:?}");
        assert_eq!(of("{\"a\":1,\"a\":2}", "json", "a", "1").values.len(), 2);
        assert_eq!(of("a: 1\n---\na: 2\n", "yaml", "a", "1").documents, 2);
        assert!(!of("{} // x", "json", "a", "1").doubts.is_empty());
        assert!(of("{} // x", "jsonc", "a", "1").doubts.is_empty());
    }
}

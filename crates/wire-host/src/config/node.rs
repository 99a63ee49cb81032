//! What a configuration file says, whatever it was written in; and how keys lead through it.

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// As it was written.
    Number(String),
    Text(String),
    /// A word without quotes, that readers make different things of: `on`, `0755`, any of INI.
    Loose(String),
    /// A text that readers do not agree on at all, and why.
    Odd(String, &'static str),
    List(Vec<Self>),
    /// In the order of the file, keys that are written twice among them.
    Table(Vec<(String, Self)>),
}

/// Nodes that one file may have, aliases counted each time.
pub(crate) const NODES_MAX: usize = 200_000;
/// How deep one value may stand in others.
pub(crate) const DEPTH_MAX: usize = 100;
/// Longer keys and neighbours that are told.
const TOLD_MAX: usize = 12;

/// One step of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// May be joined with its neighbours to one name with dots in it.
    Name(String),
    /// Was in quotes, and is one name.
    Exact(String),
    Index(usize),
}

/// The steps of a key; `None` where it cannot be read.
pub(crate) fn steps(key: &str) -> Option<Vec<Step>> {
    let key = key.trim();
    let mut rest = key.strip_prefix("$.").or_else(|| key.strip_prefix('.')).unwrap_or(key);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, more) = match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let (name, more) = rest.get(1..)?.split_once(quote)?;
                (Step::Exact(name.to_owned()), more)
            }
            '[' if rest.starts_with("[\"") || rest.starts_with("['") => {
                let quote = rest.chars().nth(1)?;
                let (name, more) = rest.get(2..)?.split_once(quote)?;
                (Step::Exact(name.to_owned()), more.strip_prefix(']')?)
            }
            '[' => {
                let (number, more) = rest.get(1..)?.split_once(']')?;
                (Step::Index(number.trim().parse().ok()?), more)
            }
            _ => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, more) = rest.split_at(end);
                (Step::Name(name.trim().to_owned()), more)
            }
        };
        if matches!(&step, Step::Name(name) | Step::Exact(name) if name.is_empty()) {
            return None;
        }
        steps.push(step);
        rest = match more.strip_prefix('.') {
            Some("") => return None,
            Some(more) => more,
            None if more.is_empty() || more.starts_with('[') => more,
            None => return None,
        };
    }
    (!steps.is_empty()).then_some(steps)
}

impl Node {
    /// Every value that the steps lead to, and places where a name led into a list.
    pub(crate) fn follow<'a>(&'a self, steps: &[Step], lists: &mut bool) -> Vec<&'a Self> {
        let Some((first, rest)) = steps.split_first() else { return vec![self] };
        match (self, first) {
            (Self::List(items), Step::Index(at)) => {
                items.get(*at).map_or_else(Vec::new, |item| item.follow(rest, lists))
            }
            (Self::List(items), Step::Name(name)) if name.parse::<usize>().is_ok() => {
                let item = name.parse::<usize>().ok().and_then(|at| items.get(at));
                item.map_or_else(Vec::new, |item| item.follow(rest, lists))
            }
            (Self::List(_), Step::Name(_) | Step::Exact(_)) => {
                *lists = true;
                Vec::new()
            }
            // What a reference or a tag stands for is not in this file.
            (Self::Odd(..), _) => {
                *lists = true;
                Vec::new()
            }
            (Self::Table(entries), _) => {
                let mut found = Vec::new();
                for (length, name) in names(steps) {
                    for (_, node) in entries.iter().filter(|(key, _)| *key == name) {
                        found.extend(node.follow(steps.get(length..).unwrap_or_default(), lists));
                    }
                }
                found
            }
            (Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Loose(_), _) => {
                Vec::new()
            }
        }
    }

    /// Longer keys that end in these steps.
    pub(crate) fn elsewhere(&self, steps: &[Step]) -> Vec<String> {
        let mut found = Vec::new();
        self.deeper("", steps, &mut found, true);
        found
    }

    fn deeper(&self, within: &str, steps: &[Step], found: &mut Vec<String>, top: bool) {
        if TOLD_MAX <= found.len() {
            return;
        }
        let mut ignored = false;
        if !top && !self.follow(steps, &mut ignored).is_empty() {
            found.push(format!("{within}.{}", shown(steps)));
        }
        match self {
            Self::Table(entries) => {
                for (key, node) in entries {
                    node.deeper(&join(within, key), steps, found, false);
                }
            }
            Self::List(items) => {
                for (at, node) in items.iter().enumerate() {
                    node.deeper(&format!("{within}[{at}]"), steps, found, false);
                }
            }
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Loose(_)
            | Self::Odd(..) => {}
        }
    }

    /// Names of the keys where the steps come to nothing.
    pub(crate) fn beside(&self, steps: &[Step]) -> Vec<String> {
        let Self::Table(entries) = self else { return Vec::new() };
        for (length, name) in names(steps) {
            if let Some((_, node)) = entries.iter().find(|(key, _)| *key == name)
                && length < steps.len()
            {
                return node.beside(steps.get(length..).unwrap_or_default());
            }
        }
        entries.iter().map(|(key, _)| key.clone()).take(TOLD_MAX).collect()
    }

    /// Whether a table has this key at its top.
    pub(crate) fn has(&self, name: &str) -> bool {
        matches!(self, Self::Table(entries) if entries.iter().any(|(key, _)| key == name))
    }
}

fn join(within: &str, key: &str) -> String {
    let key = if key.contains(['.', '[']) { format!("\"{key}\"") } else { key.to_owned() };
    if within.is_empty() { key } else { format!("{within}.{key}") }
}

/// Steps as they are written.
pub(crate) fn shown(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |text, step| match step {
        Step::Name(name) if text.is_empty() => name.clone(),
        Step::Name(name) => format!("{text}.{name}"),
        Step::Exact(name) => join(&text, name),
        Step::Index(at) => format!("{text}[{at}]"),
    })
}

/// The names that the first step, and those joined to it by dots, can be.
fn names(steps: &[Step]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut joined = String::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Exact(name) if at == 0 => return vec![(1, name.clone())],
            Step::Exact(_) => break,
            Step::Index(number) if at == 0 => return vec![(1, number.to_string())],
            Step::Index(_) => break,
            Step::Name(name) => {
                if 0 < at {
                    joined.push('.');
                }
                joined.push_str(name);
                found.push((at + 1, joined.clone()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    fn table(entries: &[(&str, Node)]) -> Node {
        Node::Table(entries.iter().map(|(key, node)| ((*key).to_owned(), node.clone())).collect())
    }

    #[test]
    fn keys_lead_through_tables_and_lists() {
        let node = table(&[
            ("a", table(&[("b", Node::List(vec![text("x"), table(&[("c", text("y"))])]))])),
            ("server.port", text("80")),
            ("server", table(&[("port", text("81")), ("k.d", text("z"))])),
        ]);
        let at = |key: &str| {
            let mut lists = false;
            let steps = steps(key).unwrap();
            let found: Vec<Node> = node.follow(&steps, &mut lists).into_iter().cloned().collect();
            (found, lists)
        };
        assert_eq!(at("a.b[0]").0, [text("x")]);
        assert_eq!(at("$.a.b.1.c").0, [text("y")]);
        assert_eq!(at("a.b.c"), (Vec::new(), true));
        assert_eq!(at("server.port").0, [text("81"), text("80")]);
        assert_eq!(at("server[\"k.d\"]").0, [text("z")]);
        assert_eq!(at("server.\"k.d\"").0, [text("z")]);
        assert_eq!(at("server.k.d").0, [text("z")]);
        assert_eq!(at("a.c").0, []);
        assert_eq!(node.elsewhere(&steps("port").unwrap()), ["server.port"]);
        assert_eq!(node.elsewhere(&steps("c").unwrap()), ["a.b[1].c"]);
        assert_eq!(node.beside(&steps("server.prot").unwrap()), ["port", "k.d"]);
        for bad in ["", ".", "a..b", "a[", "a[x]", "a.", "\"a"] {
            assert_eq!(steps(bad), None, "{bad}");
        }
    }
}

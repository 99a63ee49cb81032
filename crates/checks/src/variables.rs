//! Variables that a line speaks of: which, where they are read, and what makes any of them doubtful.

use holdpoint_model::{
    ask::{Host, Source, What},
    check::Judgement,
    look::{Look, Looks, Need, garbled},
    quantity::Texts,
    scope::Scope,
    seen::{Facts, Seen, Variables},
    verdict::{Finding, Verdict, worst},
};

use crate::machine;

/// Words for all variables that the settings or files declare.
const DECLARED: [&str; 3] = ["declared", "auto", "all"];

/// Why a judgement ends early: something is needed, or everything is said.
pub(crate) enum Stop {
    Need(Need),
    Said(Box<Finding>),
}

impl From<Need> for Stop {
    fn from(need: Need) -> Self {
        Self::Need(need)
    }
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Said(Box::new(finding))
    }
}

/// A judgement written with [`Stop`], as the catalog wants it.
pub(crate) fn settle(judged: Result<Finding, Stop>) -> Judgement {
    match judged {
        Ok(finding) => Ok(finding),
        Err(Stop::Said(finding)) => Ok(*finding),
        Err(Stop::Need(need)) => Err(need),
    }
}

/// Where variables are read.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) on: Host,
    pub(crate) source: Source,
}

impl Place {
    /// The declared process, whose environment decides; otherwise the file that line or target
    /// name.
    pub(crate) fn find(
        scope: &Scope,
        path: Option<&str>,
        surface: Option<&str>,
    ) -> Result<Self, Stop> {
        if let Some(surface) = surface.filter(|it| !["file", "process", "host"].contains(it)) {
            let remedy =
                "let somebody answer for it: `check = \"attest.statement\"` in holdpoint.toml";
            return Err(machine::no_wire(&format!("the source `{surface}`"), remedy).into());
        }
        let on = machine::server(scope)?;
        let missing = |setting: &str, why: String| {
            Stop::Need(Need::Missing { setting: setting.to_owned(), why })
        };
        let process = format!("target.{}.process", scope.target);
        match (scope.field("process"), path.or_else(|| scope.field("path"))) {
            (Some(id), _) => match id.parse() {
                Ok(id) => Ok(Self { on, source: Source::Process(id) }),
                Err(_) => Err(missing(&process, format!("`{id}` is not the id of a process"))),
            },
            (None, Some(path)) => Ok(Self { on, source: Source::File(path.to_owned()) }),
            (None, None) if scope.here_is_enough => {
                let why = "neither a file with the variables nor a process is named";
                Err(machine::undeclared(scope, "path", why)?.into())
            }
            (None, None) => Err(missing(
                &format!("target.{}.path", scope.target),
                String::from("neither a file with the variables nor a process is declared"),
            )),
        }
    }

    /// The place as people call it.
    pub(crate) fn show(&self) -> String {
        match &self.source {
            Source::File(path) => format!("`{path}`"),
            Source::Process(id) => format!("the environment of process {id}"),
        }
    }

    /// What a person would look with, for a variable of that name.
    pub(crate) fn by_hand(&self, name: &str) -> String {
        match &self.source {
            Source::File(path) => format!("grep {name} {path}"),
            Source::Process(id) => format!("tr '\\0' '\\n' < /proc/{id}/environ | grep {name}"),
        }
    }

    /// The finding with what a look at this place leaves open.
    pub(crate) fn honest(&self, finding: Finding) -> Finding {
        match self.source {
            Source::File(_) => finding.unproven("the running process"),
            Source::Process(_) => finding,
        }
    }

    /// The question about variables here.
    pub(crate) fn ask(&self, names: &[String]) -> What {
        What::Variables {
            on: self.on.clone(),
            source: self.source.clone(),
            template: None,
            names: names.iter().filter(|name| !name.contains('*')).cloned().collect(),
            compare: Vec::new(),
            history: None,
        }
    }
}

/// Facts about variables, and when they were looked at; `None` where there is no such file. A
/// process that is not there has no environment to judge.
pub(crate) fn look(looks: &Looks, what: What) -> Result<(&Look, Option<&Variables>), Stop> {
    let process = if let What::Variables { source: Source::Process(id), .. } = &what {
        Some(*id)
    } else {
        None
    };
    match (looks.see(machine::ask(what, 1))?, process) {
        ((look, Seen::Variables(seen)), _) => Ok((look, Some(seen))),
        ((_, Seen::Absent), Some(id)) => Err(Finding::unknown(
            format!("no process has the id {id}"),
            "declare the id of the process that runs now with `process` at the target",
        )
        .into()),
        ((look, Seen::Absent), None) => Ok((look, None)),
        ((look, _), _) => Err(garbled(look).into()),
    }
}

/// The variables that a line speaks of: names, patterns with `*`, or `keys-of(FILE)`.
pub(crate) struct Names {
    /// Names and patterns.
    pub(crate) wanted: Vec<String>,
    /// The file whose keys they are, if they are.
    pub(crate) keys_of: Option<String>,
}

impl Names {
    /// From the line, otherwise from the target.
    pub(crate) fn find(looks: &Looks, on: &Host, given: [Option<&Texts>; 2]) -> Result<Self, Stop> {
        let scope = looks.scope();
        let mut wanted: Vec<String> =
            given.into_iter().flatten().flat_map(|texts| texts.0.iter().cloned()).collect();
        if wanted.is_empty() {
            let fields = ["name", "names"].into_iter().filter_map(|field| scope.field(field));
            wanted =
                fields.flat_map(|text| text.split(',')).map(|it| it.trim().to_owned()).collect();
        }
        wanted.retain(|name| !name.is_empty() && !DECLARED.contains(&name.as_str()));
        let mut keys_of = None;
        let mut names = Vec::new();
        for name in wanted {
            match name.strip_prefix("keys-of(").and_then(|rest| rest.strip_suffix(')')) {
                Some(path) => {
                    names.extend(keys(looks, on, path)?);
                    keys_of = Some(path.to_owned());
                }
                None => names.push(name),
            }
        }
        if names.is_empty() {
            let why = "the line names no variable";
            return Err(machine::undeclared(scope, "name", why)?.into());
        }
        let mut seen = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(name.clone());
                true
            }
        });
        Ok(Self { wanted: names, keys_of })
    }

    /// Each wanted name with its facts, patterns replaced by what they match.
    pub(crate) fn pick<'a>(&self, seen: &'a Variables) -> Vec<(String, Option<&'a Facts>)> {
        let mut picked: Vec<(String, Option<&Facts>)> = Vec::new();
        for wanted in &self.wanted {
            if wanted.contains('*') {
                let hits = seen.facts.iter().filter(|(name, _)| matches(wanted, name));
                picked.extend(hits.map(|(name, facts)| (name.clone(), Some(facts))));
            } else {
                picked.push((wanted.clone(), seen.facts.get(wanted)));
            }
        }
        let mut told = Vec::new();
        picked.retain(|(name, _)| {
            !told.contains(name) && {
                told.push(name.clone());
                true
            }
        });
        picked
    }

    /// Patterns that match nothing: of those nothing can be said.
    pub(crate) fn empty_patterns(&self, seen: &Variables) -> Vec<Finding> {
        let patterns = self.wanted.iter().filter(|it| it.contains('*'));
        patterns
            .filter(|pattern| !seen.facts.keys().any(|name| matches(pattern, name)))
            .map(|pattern| {
                Finding::unknown(
                    format!("no variable is called `{pattern}`"),
                    "write the names out with `names`",
                )
            })
            .collect()
    }
}

fn keys(looks: &Looks, on: &Host, path: &str) -> Result<Vec<String>, Stop> {
    let place = Place { on: on.clone(), source: Source::File(path.to_owned()) };
    match look(looks, place.ask(&[]))? {
        (_, Some(seen)) if !seen.facts.is_empty() => Ok(seen.facts.keys().cloned().collect()),
        (_, Some(_)) | (_, None) => Err(Finding::unknown(
            format!("`{path}`, whose keys are asked for, is not there or has none"),
            "name the template that exists, or write the names out with `names`",
        )
        .into()),
    }
}

/// Whether a pattern, in which `*` stands for anything, matches the whole name.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(head) else { return false };
    let starts = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    starts.into_iter().any(|at| matches(rest, name.get(at..).unwrap_or_default()))
}

/// What to say of a variable that is not there.
pub(crate) fn absent(name: &str, seen: Option<&Variables>, place: &Place) -> Finding {
    let shown = place.show();
    let unread = seen.map(|seen| seen.malformed.as_slice()).unwrap_or_default();
    if !unread.is_empty() {
        return Finding::unknown(
            format!(
                "`{name}` is not among the assignments of {shown}, but {} not be read",
                lines(unread)
            ),
            format!("mend {} of {shown}", lines(unread).replace(" could", "")),
        );
    }
    let reason = match seen {
        None => format!("{shown} is not there, so `{name}` is not set"),
        Some(_) => format!("`{name}` is not set in {shown}"),
    };
    let found = match seen {
        None => String::from("no such file"),
        Some(seen) => format!(
            "{}, none of that name",
            machine::count(seen.facts.len(), "variable", "variables")
        ),
    };
    Finding::fail(reason, format!("`{name}` is set"), found, format!("set `{name}` in {shown}"))
        .easy_to_miss(
            "`grep -E \"(A|B|C)\"` over several names exits 0 as soon as one of them is there",
        )
}

/// The finding of a file with lines that are no assignments: an open quote, the mark of a merge or a
/// command of the shell may change what any line after it means, so none of it can pass.
pub(crate) fn unread(finding: Finding, seen: &Variables, place: &Place) -> Finding {
    let (shown, bad) = (place.show(), &seen.malformed);
    let torn = matches!(place.source, Source::File(_)) && !bad.is_empty();
    if !torn || finding.verdict == Verdict::Fail {
        return finding;
    }
    let what = lines(bad);
    let unknown = Finding::unknown(
        format!(
            "{what} not be read in {shown}, and loaders disagree on what that does to the rest"
        ),
        format!("mend {} of {shown}", what.replace(" could", "")),
    );
    worst(vec![finding, unknown])
}

fn lines(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().take(5).map(u32::to_string).collect();
    let more = if 5 < numbers.len() { " and more" } else { "" };
    let word = if numbers.len() == 1 { "line" } else { "lines" };
    format!("{word} {}{more} could", shown.join(", "))
}

/// Why nobody can tell what a program makes of this variable, where that is so.
pub(crate) fn doubt(name: &str, facts: &Facts, seen: &Variables, place: &Place) -> Option<Finding> {
    let shown = place.show();
    if let Some(oddity) = &facts.oddity {
        let remedy = format!("write `{name}` in {shown} as one plain or once quoted value");
        let reason = format!("`{name}` in {shown}: {oddity}");
        if oddity.starts_with("quotes") {
            let expected = format!("`{name}` holds its value alone");
            return Some(
                Finding::fail(reason, expected, oddity.clone(), remedy).easy_to_miss(format!(
                    "`{}` shows a line that looks right",
                    place.by_hand(name)
                )),
            );
        }
        return Some(Finding::unknown(format!("{reason}; loaders do not agree on it"), remedy));
    }
    seen.duplicates.iter().any(|it| it == name).then(|| {
        Finding::unknown(
            format!(
                "`{name}` is assigned more than once in {shown}; loaders do not agree which counts"
            ),
            format!("keep one assignment of `{name}` in {shown}"),
        )
    })
}

/// Whether the value only names another variable, so that nothing is known of what a program gets.
pub(crate) fn refers(facts: &Facts) -> bool {
    facts.oddity.as_ref().is_some_and(|oddity| oddity.starts_with("a reference"))
}

/// Whether a name says that its value is a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let words =
        ["SECRET", "SECRETS", "KEY", "TOKEN", "CREDENTIAL", "CREDENTIALS", "SALT", "PEPPER"];
    is_password(name) || has_word(name, &words)
}

/// Whether a name says that its value is a password, which a person may have chosen.
pub(crate) fn is_password(name: &str) -> bool {
    has_word(name, &["PASSWORD", "PASSWORDS", "PASS", "PWD", "PASSWD", "PASSPHRASE", "PW"])
}

/// Whether one of the words that a name is made of is among `words`, in capitals.
pub(crate) fn has_word(name: &str, words: &[&str]) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word))
}

/// Variables of a pretend world.
pub(crate) fn seen(facts: &[(&str, Facts)]) -> Variables {
    Variables {
        facts: facts.iter().map(|(name, facts)| ((*name).to_owned(), facts.clone())).collect(),
        malformed: Vec::new(),
        duplicates: Vec::new(),
        not_compared: Vec::new(),
        revision: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, want) in [
            ("*_PASSWORD", "REDIS_PASSWORD", true),
            ("*_PASSWORD", "REDIS_PASSWORD_FILE", false),
            ("*_SECRET*", "JWT_SECRET_KEY", true),
            ("*", "", true),
            ("A*B*C", "AxxBC", true),
            ("A*B*C", "AxxC", false),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn names_tell_secrets() {
        assert!(is_secret("JWT_SECRET_KEY") && is_secret("DB_PASSWORD") && is_secret("API_TOKEN"));
        assert!(!is_secret("KEYBOARD") && !is_secret("PASSENGERS") && !is_secret("DATABASE_URL"));
        assert!(is_password("redis_password") && !is_password("SECRET_KEY"));
    }
}

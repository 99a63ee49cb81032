//! `code.pattern`: the source holds the text that a line names, or does not hold it.

use holdpoint_model::{
    ask::{Ask, What},
    check::{Check, Judgement},
    fault::Fault,
    found::{Searched, Spot},
    look::{Looks, garbled},
    param::Param,
    params,
    quantity::Texts,
    scope::Scope,
    seen::Seen,
    verdict::{Finding, Verdict, worst},
    world::World,
};
use regex::bytes::RegexBuilder;

use crate::{
    machine,
    repo::root,
    variables::{Stop, settle},
    worlds,
};

pub(crate) struct CodePattern;

/// Characters of a text that is searched for.
const CHARS_MAX: usize = 500;
/// Size of a compiled expression in bytes.
const EXPRESSION_BYTES: usize = 1024 * 1024;
/// Places that a finding names.
const NAMED_MAX: usize = 4;

/// A text, or an expression behind `re:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Param for Pattern {
    const KIND: &'static str = "text, or `re:` and a regular expression";
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() || CHARS_MAX < text.chars().count() {
            return Err(format!("expected 1 to {CHARS_MAX} characters of {}", Self::KIND));
        }
        if let Some(expression) = text.strip_prefix("re:") {
            let built = RegexBuilder::new(expression.trim())
                .unicode(false)
                .multi_line(true)
                .crlf(true)
                .size_limit(EXPRESSION_BYTES)
                .build();
            let expression = built.map_err(|error| {
                let last = error.to_string();
                let last = last.lines().last().unwrap_or_default().trim();
                format!("the expression cannot be read: {}", last.trim_start_matches("error: "))
            })?;
            if expression.is_match(b"") {
                return Err(String::from("the expression fits everything, even the empty text"));
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl Pattern {
    /// Whether the text is of the kind that stands in comments, so that one there counts.
    fn of_comments(&self) -> bool {
        let text = self.0.strip_prefix("re:").unwrap_or(&self.0).trim();
        let text = text.trim_start_matches(['^', '(', '\\', '?', 'i', ')', 'b', 's', '*']);
        let signs = ["//", "/*", "#", "--", "<!--", "\"\"\"", ";;"];
        let words = [
            "todo",
            "fixme",
            "xxx",
            "hack",
            "wip",
            "eslint-",
            "@ts-",
            "noqa",
            "nolint",
            "copyright",
            "spdx",
            "license",
            "prettier-ignore",
            "istanbul",
        ];
        let whole = self.0.to_ascii_lowercase();
        signs.iter().any(|sign| text.starts_with(sign))
            || words.iter().any(|word| whole.contains(word))
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Files, folders and patterns below the work tree, all of them searched; without it, all source files.
        path("path"): Option<Texts> = none,
        /// What has to stand in the source, letter by letter, or `re:` and a regular expression.
        pattern("pattern"): Option<Pattern> = none,
        /// What must not stand in it.
        forbid("forbid"): Option<Pattern> = none,
        /// Only files that hold this are meant; each of them has to hold the pattern.
        when("when"): Option<Pattern> = none,
    }
}

impl Check for CodePattern {
    type Params = Params;
    const ID: &'static str = "code.pattern";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Searches the files that git tracks in the work tree of the document (or in `target.repo`), as they lie
on the disk, for a text, letter by letter, or for a regular expression behind `re:`. Left out, counted
and named are the work of others (`node_modules`, `vendor`), what programs write (`dist`, lock files,
minified scripts), what people read (`*.md`), binary files and files larger than 4 MiB; whoever names
such a file or folder in `path` gets it searched. Only places go into the record, never their text.

**Proves** of `pattern` that it stands in at least one source file, in code, not only in comments and
not only in tests; with `when`, in each file that holds that. Of `forbid` that it stands in none of the
files that were searched; their number is given.
**Does not prove** that the code is reached or does what it says, that what was left out does not hold
the text, or, where files have changes that are not committed, that the release is what was searched.

**Traps.** The line itself repeats the text: documents and holdpoint's own files are not searched. A
text only in a comment, only in a test, only in a file that git does not track: unknown. No file at all
under the path, or only such that are left out: unknown, however absent the text is. What is forbidden
and stands in a comment is unknown, but for texts that belong into comments (`TODO`, `eslint-disable`),
which fail.

**Faults.** A file that may not be read, or more files than are searched, make an absence unknown.

```checklist
- [ ] No `console.log` in `src` <!-- holdpoint: code.pattern forbid=console.log path=src -->
```

**Remedy.** Go to the place that the reason names, or write the text where it is missing.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("repo", worlds::NOW);
        World::new(scope, &[("pattern", "helmet("), ("path", "src")], |ask, _| {
            let What::Search { .. } = &ask.what else { return Err(Fault::Unsupported) };
            Ok(Seen::Searched(searched(&[("src/app.ts", Some(false))])))
        })
    }
}

/// What a pretend search finds: places, and whether each is in a comment.
fn searched(spots: &[(&str, Option<bool>)]) -> Searched {
    let spot = |(path, comment): &(&str, Option<bool>)| Spot {
        path: (*path).to_owned(),
        line: 7,
        comment: *comment,
        test: path.contains("test"),
    };
    Searched {
        tracked: true,
        files: 12,
        untracked: Vec::new(),
        changed: 0,
        lines: u32::try_from(spots.len()).unwrap_or(u32::MAX),
        spots: spots.iter().map(spot).collect(),
        fitting: 12,
        lacking: Vec::new(),
        left_out: std::collections::BTreeMap::new(),
        unread: Vec::new(),
        empty: Vec::new(),
        truncated: false,
        revision: 1,
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let scope = looks.scope();
    let paths: Vec<String> = params
        .path
        .iter()
        .flat_map(|it| it.0.iter())
        .map(|it| it.trim_matches('`').to_owned())
        .collect();
    let leaves = |path: &&String| {
        path.starts_with(['/', '~', '$'])
            || path.contains("://")
            || path.split('/').any(|it| it == "..")
    };
    if let Some(path) = paths.iter().find(leaves) {
        return Ok(Finding::unknown(
            format!("`{path}` is not below the repository, where source is searched"),
            "name a file, a folder or a pattern below the repository with `path`",
        ));
    }
    let wanted = [(&params.pattern, true), (&params.forbid, false)];
    let wanted: Vec<(&Pattern, bool)> =
        wanted.into_iter().filter_map(|(it, there)| it.as_ref().map(|it| (it, there))).collect();
    if wanted.is_empty() {
        let why = "the line names no text to search for";
        return Ok(machine::undeclared(scope, "pattern", why)?);
    }
    let ask = |pattern: &Pattern| -> Ask {
        let when = params.when.as_ref().map(|it| it.0.clone());
        let repo = root(scope).to_owned();
        machine::ask(What::Search { repo, paths: paths.clone(), text: pattern.0.clone(), when }, 1)
    };
    drop(looks.each(wanted.iter().map(|(pattern, _)| looks.see(ask(pattern)).map(drop)))?);
    let mut parts = Vec::new();
    for (pattern, there) in wanted {
        let seen = match looks.see(ask(pattern))? {
            (_, Seen::Searched(seen)) => seen,
            (_, Seen::Absent) => {
                return Ok(Finding::unknown(
                    format!(
                        "the folder `{}`, in which source is searched, is not there",
                        root(scope)
                    ),
                    "run where the repository is, or declare it: `target.repo.repo`",
                ));
            }
            (look, _) => return Err(garbled(look).into()),
        };
        let search = Search { pattern, seen, when: params.when.as_ref(), paths: &paths };
        parts.push(search.judge(there));
    }
    Ok(worst(parts))
}

/// One search, and what it was for.
struct Search<'a> {
    pattern: &'a Pattern,
    seen: &'a Searched,
    when: Option<&'a Pattern>,
    paths: &'a [String],
}

/// Places by what they are worth.
struct Places<'a> {
    code: Vec<&'a Spot>,
    /// In files whose language nobody here knows.
    doubtful: Vec<&'a Spot>,
    tests: Vec<&'a Spot>,
    comments: Vec<&'a Spot>,
    untracked: Vec<&'a Spot>,
}

impl Search<'_> {
    fn judge(&self, there: bool) -> Finding {
        if let Some(finding) = self.nothing_searched() {
            return finding;
        }
        let finding = if there { self.present() } else { self.missing() };
        self.honest(finding, there)
    }

    fn within(&self) -> String {
        if self.paths.is_empty() {
            String::from("the source")
        } else {
            format!("`{}`", self.paths.join("`, `"))
        }
    }

    fn text(&self) -> String {
        format!("`{}`", self.pattern.0)
    }

    fn count(&self) -> String {
        machine::count(size(self.seen.files), "file", "files")
    }

    fn nothing_searched(&self) -> Option<Finding> {
        let seen = self.seen;
        let left: Vec<String> =
            seen.left_out.iter().map(|(why, number)| format!("{number} {why}")).collect();
        let left = if left.is_empty() {
            String::new()
        } else {
            format!("; left out: {}", left.join(", "))
        };
        if seen.files == 0 {
            let remedy = "name with `path` the files that are meant; one that is left out is searched when it is named";
            return Some(Finding::unknown(
                format!("no source file was found in {}{left}", self.within()),
                remedy,
            ));
        }
        let when = self.when?;
        (seen.fitting == 0).then(|| {
            Finding::unknown(
                format!(
                    "none of {} holds `{}`, so the line is about no file",
                    self.count(),
                    when.0
                ),
                "correct `when`, or take it away",
            )
        })
    }

    fn places(&self) -> Places<'_> {
        let mut places = Places {
            code: Vec::new(),
            doubtful: Vec::new(),
            tests: Vec::new(),
            comments: Vec::new(),
            untracked: Vec::new(),
        };
        let of_comments = self.pattern.of_comments();
        for spot in &self.seen.spots {
            let to = match spot.comment {
                Some(true) if !of_comments => &mut places.comments,
                _ if self.seen.untracked.contains(&spot.path) => &mut places.untracked,
                _ if spot.test => &mut places.tests,
                None => &mut places.doubtful,
                Some(_) => &mut places.code,
            };
            to.push(spot);
        }
        places
    }

    fn present(&self) -> Finding {
        let (text, places) = (self.text(), self.places());
        if !self.seen.lacking.is_empty() && self.when.is_some() {
            return self.lacking();
        }
        if let Some(first) = places.code.first().or_else(|| places.doubtful.first()) {
            let pass = Finding::pass(format!("{text} stands in {}", shown(first))).seen(format!(
                "{} in {}",
                machine::count(size(self.seen.lines), "line", "lines"),
                self.count()
            ));
            return if places.code.is_empty() {
                pass.unproven(format!(
                    "that {} is no comment: its language is not known",
                    shown(first)
                ))
            } else {
                pass
            };
        }
        let sorts = [
            (&places.untracked, "only in files that git does not track", "commit the file"),
            (
                &places.tests,
                "only in tests",
                "write it in the source, or name the tests with `path`",
            ),
            (&places.comments, "only in comments, which do nothing", "write it in code"),
        ];
        // Tests that are named are what is meant.
        if let Some(first) = places.tests.first().filter(|spot| self.names(&spot.path)) {
            return Finding::pass(format!("{text} stands in {}", shown(first)));
        }
        for (spots, what, remedy) in sorts {
            if !spots.is_empty() {
                return Finding::unknown(format!("{text} stands {what}: {}", list(spots)), remedy);
            }
        }
        if let Some(why) = self.unseen() {
            return Finding::unknown(format!("{text} was not found, and {why}"), remedy_unseen());
        }
        let within = self.within();
        Finding::fail(
            format!("{text} stands nowhere in {within}"),
            format!("{text} in at least one file"),
            format!("{}, none with it", self.count()),
            format!("write {text} where it belongs, or correct the text or the path of the line"),
        )
    }

    fn lacking(&self) -> Finding {
        let when = self.when.map_or("", |it| it.0.as_str());
        let lacking = &self.seen.lacking;
        let named: Vec<&str> = lacking.iter().take(NAMED_MAX).map(String::as_str).collect();
        let more = lacking.len().saturating_sub(named.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let named = format!("`{}`{more}", named.join("`, `"));
        Finding::fail(
            format!("{} is not in {named}, which holds `{when}`", self.text()),
            format!(
                "{} in each of {} with `{when}`",
                self.text(),
                machine::count(size(self.seen.fitting), "file", "files")
            ),
            format!(
                "{} without it, or with it in comments only",
                machine::count(lacking.len(), "file", "files")
            ),
            format!("write {} in {named}", self.text()),
        )
    }

    /// Whether a path of the line names tests.
    fn names(&self, path: &str) -> bool {
        self.paths.iter().any(|it| {
            let it = it.trim_start_matches("./").trim_end_matches('/');
            let last = it.rsplit('/').next().unwrap_or(it).to_ascii_lowercase();
            it == path || (path.starts_with(it) && (last.contains("test") || last.contains("spec")))
        })
    }

    fn missing(&self) -> Finding {
        let (text, places) = (self.text(), self.places());
        let within = self.within();
        let mut found: Vec<&Spot> = places.code;
        found.extend(places.doubtful);
        found.extend(places.untracked);
        let (named, others): (Vec<_>, Vec<_>) =
            places.tests.into_iter().partition(|spot| self.names(&spot.path));
        found.extend(named);
        if !found.is_empty() {
            return Finding::fail(
                format!("{text} stands in {}", list(&found)),
                format!("{text} nowhere in {within}"),
                format!(
                    "{} with it, in {} searched",
                    machine::count(size(self.seen.lines), "line", "lines"),
                    self.count()
                ),
                format!("take {text} out at the places that the reason names"),
            );
        }
        let sorts = [
            (&others, "in tests", "take it out there too, or name with `path` what is meant"),
            (&places.comments, "in comments", "take it out there too, so that nobody wakes it"),
        ];
        for (spots, what, remedy) in sorts {
            if !spots.is_empty() {
                let reason =
                    format!("{text} stands in no code of {within}, but {what}: {}", list(spots));
                return Finding::unknown(reason, remedy);
            }
        }
        if let Some(why) = self.unseen() {
            return Finding::unknown(format!("{text} was not found, but {why}"), remedy_unseen());
        }
        Finding::pass(format!("{text} stands in none of {} in {within}", self.count()))
            .seen(format!("{} searched", self.count()))
    }

    /// Why something that is meant was not seen, if that is so.
    fn unseen(&self) -> Option<String> {
        let seen = self.seen;
        if let Some(path) = seen.empty.first() {
            return Some(format!("`{path}` names no file"));
        }
        if let Some(file) = seen.unread.first() {
            return Some(format!("not every file could be read: {file}"));
        }
        seen.truncated.then(|| String::from("there are more files than one search reads"))
    }

    /// The finding with what the search leaves open.
    fn honest(&self, mut finding: Finding, there: bool) -> Finding {
        if finding.verdict != Verdict::Pass {
            return finding;
        }
        let seen = self.seen;
        if !there {
            for (why, number) in &seen.left_out {
                let files = machine::count(size(*number), "file", "files");
                finding = finding.unproven(format!("{files} left out: {why}"));
            }
        }
        if !seen.tracked {
            finding =
                finding.unproven("which files belong to the release: this is no repository of git");
        }
        if there && let Some(path) = seen.empty.first() {
            finding = finding.unproven(format!("`{path}`, which names no file"));
        }
        if !there && !seen.untracked.is_empty() {
            let files = machine::count(seen.untracked.len(), "file", "files");
            finding = finding
                .unproven(format!("that {files} git does not track are those of the release"));
        }
        if 0 < seen.changed {
            let files = machine::count(size(seen.changed), "file has", "files have");
            finding =
                finding.unproven(format!("the commit: {files} changes that are not committed"));
        }
        finding
    }
}

fn remedy_unseen() -> &'static str {
    "make every file of `path` readable, or name fewer with `path`"
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn shown(spot: &Spot) -> String {
    format!("`{}:{}`", spot.path, spot.line)
}

fn list(spots: &[&Spot]) -> String {
    let named: Vec<String> = spots.iter().take(NAMED_MAX).map(|spot| shown(spot)).collect();
    let more = spots.len().saturating_sub(named.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge_of(params: &[(&str, &str)], seen: Searched) -> Finding {
        let mut world = CodePattern::world().but(move |_, _, _| Ok(Seen::Searched(seen.clone())));
        world.params.clear();
        params.iter().fold(world, |world, (k, v)| world.param(k, v)).judge(&CodePattern)
    }

    const CODE: (&str, Option<bool>) = ("src/a.js", Some(false));
    const COMMENT: (&str, Option<bool>) = ("src/a.js", Some(true));
    const TEST: (&str, Option<bool>) = ("test/a.js", Some(false));
    const STRANGE: (&str, Option<bool>) = ("src/a.cobol", None);

    #[test]
    fn presence_is_of_code() {
        let of = |spots: &[(&str, Option<bool>)]| {
            judge_of(&[("pattern", "helmet(")], searched(spots)).verdict
        };
        assert_eq!(of(&[CODE]), Verdict::Pass);
        assert_eq!(of(&[STRANGE]), Verdict::Pass);
        assert_eq!(of(&[COMMENT]), Verdict::Unknown);
        assert_eq!(of(&[TEST]), Verdict::Unknown);
        assert_eq!(of(&[COMMENT, TEST, CODE]), Verdict::Pass);
        assert_eq!(of(&[]), Verdict::Fail);
        let strange = judge_of(&[("pattern", "helmet(")], searched(&[STRANGE]));
        assert!(strange.unproven[0].contains("language"), "{strange:?}");
        let named = judge_of(&[("pattern", "x("), ("path", "test")], searched(&[TEST]));
        assert_eq!(named.verdict, Verdict::Pass);
        let header = judge_of(&[("pattern", "Copyright 2024")], searched(&[COMMENT]));
        assert_eq!(header.verdict, Verdict::Pass);
        let untracked = Searched { untracked: vec!["src/a.js".into()], ..searched(&[CODE]) };
        assert_eq!(judge_of(&[("pattern", "x(")], untracked).verdict, Verdict::Unknown);
    }

    #[test]
    fn absence_needs_a_search() {
        let of = |text: &str, seen: Searched| judge_of(&[("forbid", text)], seen);
        let none = || searched(&[]);
        let clean = of("console.log", none());
        assert_eq!(clean.verdict, Verdict::Pass);
        assert!(clean.reason.contains("12 files"), "{clean:?}");
        assert_eq!(of("console.log", searched(&[CODE])).verdict, Verdict::Fail);
        assert_eq!(of("console.log", searched(&[STRANGE])).verdict, Verdict::Fail);
        assert_eq!(of("console.log", searched(&[COMMENT])).verdict, Verdict::Unknown);
        assert_eq!(of("console.log", searched(&[TEST])).verdict, Verdict::Unknown);
        assert_eq!(of("TODO", searched(&[COMMENT])).verdict, Verdict::Fail);
        assert_eq!(of("// eslint-disable", searched(&[COMMENT])).verdict, Verdict::Fail);
        assert_eq!(of("x", Searched { files: 0, ..none() }).verdict, Verdict::Unknown);
        assert_eq!(of("x", Searched { truncated: true, ..none() }).verdict, Verdict::Unknown);
        assert_eq!(
            of("x", Searched { unread: vec!["a".into()], ..none() }).verdict,
            Verdict::Unknown
        );
        assert_eq!(
            of("x", Searched { empty: vec!["lib".into()], ..none() }).verdict,
            Verdict::Unknown
        );
        let left = [("of others (vendored)".to_owned(), 3)].into();
        let open = of("x", Searched { left_out: left, changed: 2, tracked: false, ..none() });
        assert_eq!(open.verdict, Verdict::Pass);
        for part in ["3 files left out", "no repository", "2 files have changes"] {
            assert!(open.unproven.iter().any(|it| it.contains(part)), "{part}: {open:?}");
        }
    }

    #[test]
    fn a_condition_narrows_and_then_asks_each() {
        let of =
            |seen: Searched| judge_of(&[("pattern", "csrf("), ("when", "express(")], seen).verdict;
        assert_eq!(of(searched(&[CODE])), Verdict::Pass);
        assert_eq!(of(Searched { fitting: 0, ..searched(&[]) }), Verdict::Unknown);
        assert_eq!(
            of(Searched { lacking: vec!["b.js".into()], ..searched(&[CODE]) }),
            Verdict::Fail
        );
    }

    #[test]
    fn both_sides_of_a_line_have_to_hold() {
        let params = [("pattern", "logger("), ("forbid", "console.log")];
        let mut world = CodePattern::world().but(|ask, _, _| {
            let logs = matches!(&ask.what, What::Search { text, .. } if text == "console.log");
            Ok(Seen::Searched(searched(if logs { &[] } else { &[CODE] })))
        });
        world.params.clear();
        let world = params.iter().fold(world, |world, (k, v)| world.param(k, v));
        assert_eq!({ world }.judge(&CodePattern).verdict, Verdict::Pass);
        let neither = judge_of(&[("path", "src")], searched(&[CODE]));
        assert_eq!(neither.verdict, Verdict::Unknown);
        let away = judge_of(&[("pattern", "x("), ("path", "../other")], searched(&[CODE]));
        assert_eq!(away.verdict, Verdict::Unknown);
    }

    #[test]
    fn expressions_are_read_before_anything_is_searched() {
        for good in ["a", "re:a+", "re:(?i)todo", "=x", "a.b(c"] {
            assert!(Pattern::read(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "re:(", "re:a*", "re:", "re:(a{1000}){1000}"] {
            assert!(Pattern::read(bad).is_err(), "{bad}");
        }
        assert_eq!(Pattern::read(" =x").unwrap().0, "=x");
    }
}

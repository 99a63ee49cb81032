//! `file.exists`: the files and folders that a line names are there, and are what the line says.

use holdpoint_model::{
    ask::{Ask, GitAsk, What},
    check::{Answer, Check, Judgement},
    fault::Fault,
    found::{Found, Hit, StandIn},
    look::{Blind, Looks, Need, garbled},
    param::Param,
    params,
    quantity::{Bound, Disk, Operator, Unit},
    scope::Scope,
    seen::{EntryKind, Git, Seen},
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{
    machine,
    repo::{Paths, Place, root},
    variables::{Stop, settle},
    worlds,
};

pub(crate) struct FileExists;

/// What has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
        }
    }
}

impl Param for Kind {
    const KIND: &'static str = "file or folder";
    fn read(text: &str) -> Result<Self, String> {
        match text.trim_start_matches('=').trim().to_ascii_lowercase().as_str() {
            "file" => Ok(Self::File),
            "folder" | "directory" | "dir" => Ok(Self::Folder),
            _ => Err(format!("expected {}, found `{text}`", Self::KIND)),
        }
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// Paths: `,` separates those that all have to be there, `|` those of which one is enough; `*` and `?` stand for characters of a name, `**` for folders.
        path("path"): Paths,
        /// Whether a file or a folder is meant; otherwise the path tells where it can.
        kind("kind"): Option<Kind> = none,
        /// The least size of a file; without it, any but an empty one will do.
        min_size("min-size"): Option<Bound<Disk>> = none,
    }
}

impl Check for FileExists {
    type Params = Params;
    const ID: &'static str = "file.exists";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Lists the folders on the way to each path and compares the names letter by letter, then looks at
what the path leads to. A path that begins with `/` is one of the declared server (`target.host`);
any other is one of the work tree that the document stands in, or of `target.repo`.

**Proves** that something of exactly this name is there, that it is a file or a folder as the line
says or its name implies, that a link leads to something and stays in the work tree, and that a file
is not empty and not smaller than `min-size`. Of a pattern, that at least one such thing fits.
**Does not prove** what the file says, that a program reads it, or that it is part of a release: a
file that git does not track is named as unproven.

**Traps.** A link that leads nowhere, a file of no or only white space, a folder called like a file,
a name that differs in its capitals (there on a laptop, gone on a server), a pattern that nothing
fits, a pointer of Git LFS in the place of a large file, and a folder that may not be listed: none of
them passes. `.gitkeep`, `.keep`, `.nojekyll`, `__init__.py` and `py.typed` may be empty. An empty
folder passes and is named as empty. `**` does not go into `node_modules`, `.git` and the like.

**Faults.** A folder that may not be looked into makes the line unknown. Without git, only the part
about git is unproven.

```checklist
- [ ] `LICENSE` and `.env.example` exist <!-- holdpoint: file.exists path=LICENSE,.env.example -->
```

**Remedy.** Make the file at the path that the reason names, or correct the path of the line.
";
    /// What git says adds to a pass, and is never needed for one.
    const ANSWERS: &'static [Answer] = &[
        Answer::pass("git", Fault::NameNotFound),
        Answer::pass("git", Fault::Unreachable),
        Answer::pass("git", Fault::Refused),
        Answer::pass("git", Fault::Reset),
        Answer::pass("git", Fault::TimedOut),
        Answer::pass("git", Fault::Untrusted),
        Answer::pass("git", Fault::Denied),
        Answer::pass("git", Fault::Throttled),
        Answer::pass("git", Fault::Garbled),
        Answer::pass("git", Fault::TooLarge),
        Answer::pass("git", Fault::NoTool),
        Answer::pass("git", Fault::Unsupported),
        Answer::pass("git", Fault::NoAnswer),
        Answer::pass("git", Fault::NoVantage),
    ];

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("repo", worlds::NOW);
        World::new(scope, &[("path", "docs/RUNBOOK.md")], |ask, _| {
            if let What::Find { pattern, .. } = &ask.what {
                return Ok(Seen::Found(found(vec![file(pattern, 4_200)])));
            }
            Ok(Seen::Git(Git::Path { tracked: true, ignored: false, in_history: true }))
        })
    }
}

/// A file of a pretend world.
fn file(path: &str, bytes: u64) -> Hit {
    Hit {
        path: path.to_owned(),
        points_to: None,
        kind: Some(EntryKind::File),
        outside: false,
        bytes,
        entries: None,
        stand_in: None,
    }
}

/// What a pretend world finds.
fn found(hits: Vec<Hit>) -> Found {
    Found {
        hits,
        other_case: Vec::new(),
        unread: Vec::new(),
        passed_over: Vec::new(),
        folders: 2,
        truncated: false,
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let all: Vec<&String> = params.path.0.iter().flatten().collect();
    let places: Vec<Result<Place, Stop>> =
        all.iter().map(|path| Place::find(looks.scope(), path)).collect();
    let asks = places.iter().flatten().map(|place| looks.see(ask(place)).map(drop));
    drop(looks.each(asks)?);
    let mut places = places.into_iter();
    let mut parts = Vec::new();
    for any in &params.path.0 {
        let mut alternatives = Vec::new();
        for _ in any {
            match places.next() {
                Some(Ok(place)) => alternatives.push(one(params, looks, &place)?),
                Some(Err(Stop::Said(finding))) => alternatives.push(*finding),
                Some(Err(Stop::Need(need))) => return Err(need.into()),
                None => {}
            }
        }
        parts.push(best(any, alternatives));
    }
    let many = 1 < parts.len();
    let mut finding = worst(parts);
    if many && finding.verdict == Verdict::Pass {
        let shown: Vec<String> = params.path.0.iter().map(|any| any.join("` or `")).collect();
        finding.reason = format!("all are there: `{}`", shown.join("`, `"));
        finding.seen = None;
    }
    Ok(finding)
}

fn ask(place: &Place) -> Ask {
    let Place { on, below, path } = place.clone();
    machine::ask(What::Find { on, below, pattern: path }, 1)
}

/// Of paths of which one is enough, the one that is there; otherwise what is wrong with all.
fn best(any: &[String], findings: Vec<Finding>) -> Finding {
    if let Some(good) = findings.iter().find(|it| it.verdict == Verdict::Pass) {
        return good.clone();
    }
    let (unknown, failed): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|it| it.verdict == Verdict::Unknown);
    if !unknown.is_empty() {
        return worst(unknown);
    }
    let alternatives = format!("one of `{}`", any.join("`, `"));
    let many = 1 < failed.len();
    let finding = worst(failed);
    if many { finding.expected(alternatives) } else { finding }
}

fn one(params: &Params, looks: &Looks, place: &Place) -> Result<Finding, Stop> {
    let found = match looks.see(ask(place)) {
        Ok((_, Seen::Found(found))) => found,
        Ok((_, Seen::Absent)) => {
            let folder = place.below.as_deref().unwrap_or("/");
            return Ok(Finding::unknown(
                format!("the folder `{folder}`, in which `{}` is meant, is not there", place.path),
                "run where the repository is, or declare it: `target.repo.repo`",
            ));
        }
        Ok((look, _)) => return Err(garbled(look).into()),
        Err(Need::Blind(blind)) => return Ok(holdpoint_model::check::blindness(&blind)),
        Err(need) => return Err(need.into()),
    };
    let judged: Vec<(&Hit, Sort)> =
        found.hits.iter().map(|hit| (hit, sort(params, place, hit))).collect();
    let Some((hit, _)) = judged.iter().find(|(_, sort)| *sort == Sort::Good) else {
        return Ok(nothing_good(params, place, found, &judged));
    };
    let mut finding = Finding::pass(format!("`{}` is there", shown(place, hit))).seen(told(hit));
    for (_, sort) in &judged {
        if let Sort::Bad(why) | Sort::Doubt(why) = sort {
            finding = finding.unproven(why.clone());
        }
    }
    if found.truncated {
        finding = finding.unproven(format!("further matches of `{}`", place.path));
    }
    if place.below.is_some() && hit.points_to.as_deref().is_some_and(|to| to.starts_with('/')) {
        let path = &hit.path;
        finding = finding.unproven(format!("that the link `{path}` leads there on other machines"));
    }
    if hit.kind == Some(EntryKind::Folder) && hit.entries == Some(0) {
        finding = finding.unproven(format!("that `{}` holds anything: it is empty", hit.path));
    }
    Ok(match &place.below {
        Some(_) if !is_pattern(&place.path) => tracked(looks, place, finding)?,
        Some(_) | None => finding,
    })
}

/// Names what git does not keep; a file that only this folder has is in no release.
fn tracked(looks: &Looks, place: &Place, finding: Finding) -> Result<Finding, Stop> {
    let repo = root(looks.scope()).to_owned();
    let what = What::Git { repo, ask: GitAsk::Path(place.path.clone()) };
    let path = &place.path;
    let unproven = match looks.see(machine::ask(what, 1)) {
        Ok((_, Seen::Git(Git::Path { tracked: true, .. }))) => return Ok(finding),
        Ok((_, Seen::Git(Git::Path { ignored: true, .. }))) => {
            format!("that others have `{path}`: git is told to ignore it")
        }
        Ok((_, Seen::Git(_))) => format!("that others have `{path}`: git does not track it"),
        Ok((_, _)) => format!("that others have `{path}`: it is in no repository of git"),
        Err(Need::Blind(blind)) => {
            let Blind { fault, .. } = *blind;
            format!("that `{path}` is under version control: {}", fault.sentence())
        }
        Err(need) => return Err(need.into()),
    };
    Ok(finding.unproven(unproven))
}

/// What to make of one thing that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sort {
    Good,
    /// It is not what the line asks for.
    Bad(String),
    /// Whether it is cannot be told.
    Doubt(String),
}

fn sort(params: &Params, place: &Place, hit: &Hit) -> Sort {
    let path = shown(place, hit);
    let Some(kind) = hit.kind else {
        let to = hit.points_to.as_deref().unwrap_or_default();
        return Sort::Bad(format!("`{path}` is a link that leads nowhere (to `{to}`)"));
    };
    if hit.outside {
        let to = hit.points_to.as_deref().map(|to| format!(" (to `{to}`)")).unwrap_or_default();
        return Sort::Doubt(format!("`{path}` leads out of the repository{to}"));
    }
    let wanted = params.kind.or_else(|| implied(&place.path));
    match (wanted, kind) {
        (Some(Kind::File), EntryKind::Folder) => {
            return Sort::Bad(format!("`{path}` is a folder, not a file"));
        }
        (Some(Kind::Folder), EntryKind::File) => {
            return Sort::Bad(format!("`{path}` is a file, not a folder"));
        }
        (Some(wanted), EntryKind::Other | EntryKind::Link) => {
            return Sort::Bad(format!("`{path}` is no {}", wanted.word()));
        }
        (Some(_) | None, _) => {}
    }
    match kind {
        EntryKind::File => content(params, hit, &path),
        EntryKind::Folder if params.min_size.is_some() => {
            Sort::Doubt(format!("`{path}` is a folder, and `min-size` is about files"))
        }
        EntryKind::Folder | EntryKind::Link | EntryKind::Other => Sort::Good,
    }
}

fn content(params: &Params, hit: &Hit, path: &str) -> Sort {
    let bytes = i64::try_from(hit.bytes).unwrap_or(i64::MAX);
    if let Some(least) = params.min_size
        && !least.holds(Operator::AtLeast, bytes)
    {
        let size = Disk::show(bytes.saturating_mul(1_000));
        return Sort::Bad(format!("`{path}` has {size}, not {}", least.show(Operator::AtLeast)));
    }
    if hit.stand_in == Some(StandIn::Pointer) {
        return Sort::Doubt(format!("`{path}` is only the pointer that Git LFS keeps for a file"));
    }
    let allowed = params.min_size.is_some_and(|it| it.holds(Operator::AtLeast, 0));
    if allowed || may_be_empty(&hit.path) {
        return Sort::Good;
    }
    match (bytes, hit.stand_in) {
        (0, _) => Sort::Bad(format!("`{path}` is empty")),
        (_, Some(StandIn::Blank)) => Sort::Bad(format!("`{path}` holds nothing but white space")),
        (_, Some(StandIn::Pointer) | None) => Sort::Good,
    }
}

/// What a path means where the line does not say it: a slash at its end a folder, an ending a file.
fn implied(path: &str) -> Option<Kind> {
    if path.ends_with('/') {
        return Some(Kind::Folder);
    }
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let files = ["dockerfile", "makefile", "procfile", "license", "readme", "changelog", "gemfile"];
    if files.contains(&name.as_str()) {
        return Some(Kind::File);
    }
    // `conf.d` and bundles of Apple are folders with an ending.
    let folders = [
        "d",
        "app",
        "xcodeproj",
        "xcworkspace",
        "xcassets",
        "appiconset",
        "lproj",
        "framework",
        "xcframework",
        "bundle",
        "git",
        "github",
        "vscode",
        "cache",
        "old",
        "bak",
    ];
    let (stem, end) = name.rsplit_once('.')?;
    let letters = !end.is_empty() && end.chars().all(|c| c.is_ascii_alphanumeric());
    let version = end.chars().all(|c| c.is_ascii_digit());
    (!stem.is_empty() && letters && !version && !folders.contains(&end)).then_some(Kind::File)
}

fn may_be_empty(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".gitkeep", ".keep", ".nojekyll", "__init__.py", "py.typed"].contains(&name)
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

fn shown(place: &Place, hit: &Hit) -> String {
    match place.below {
        Some(_) if hit.path.is_empty() => place.path.clone(),
        Some(_) => hit.path.clone(),
        None => format!("/{}", hit.path),
    }
}

fn told(hit: &Hit) -> String {
    let what = match hit.kind {
        Some(EntryKind::File) => {
            let bytes = i64::try_from(hit.bytes).unwrap_or(i64::MAX);
            format!("a file of {}", Disk::show(bytes.saturating_mul(1_000)))
        }
        Some(EntryKind::Folder) => match hit.entries {
            Some(entries) => {
                let entries = usize::try_from(entries).unwrap_or(usize::MAX);
                format!("a folder with {}", machine::count(entries, "entry", "entries"))
            }
            None => String::from("a folder"),
        },
        Some(EntryKind::Link | EntryKind::Other) => String::from("neither a file nor a folder"),
        None => String::from("nothing"),
    };
    match &hit.points_to {
        Some(to) => format!("a link to `{to}`: {what}"),
        None => what,
    }
}

/// What is wrong where nothing that fits will do.
fn nothing_good(params: &Params, place: &Place, found: &Found, judged: &[(&Hit, Sort)]) -> Finding {
    let path = &place.path;
    let doubts: Vec<&String> = judged
        .iter()
        .filter_map(|(_, it)| if let Sort::Doubt(why) = it { Some(why) } else { None })
        .collect();
    if let Some(doubt) = doubts.first() {
        let remedy = "put the file itself there, or say with `kind` and `min-size` what is meant";
        return Finding::unknown(doubt.as_str(), remedy);
    }
    if found.truncated || !found.unread.is_empty() {
        let why = match found.unread.first() {
            Some(folder) => format!("not every folder could be looked into: {folder}"),
            None => String::from("there are more folders than one look goes into"),
        };
        return Finding::unknown(
            format!("`{path}` was not found, and {why}"),
            "give this user the right to list that folder, or name a path further down",
        );
    }
    let bad: Vec<&String> = judged
        .iter()
        .filter_map(|(_, it)| if let Sort::Bad(why) = it { Some(why) } else { None })
        .collect();
    let kind = params.kind.or_else(|| implied(path)).map_or("file or folder", Kind::word);
    let expected = match params.min_size {
        Some(least) => format!("a {kind} `{path}`, {}", least.show(Operator::AtLeast)),
        None if is_pattern(path) => format!("at least one {kind} that fits `{path}`"),
        None => format!("a {kind} `{path}`"),
    };
    let by_hand = format!("`ls -d {path}` names it and exits 0");
    if let (Some(first), Some((hit, _))) = (bad.first(), judged.first()) {
        let more = bad.len().saturating_sub(1);
        let reason = match more {
            0 => (*first).clone(),
            more => format!(
                "{first}, and so {}",
                match more {
                    1 => String::from("does 1 other that fits"),
                    more => format!("do {more} others that fit"),
                }
            ),
        };
        return Finding::fail(
            reason,
            expected,
            told(hit),
            format!("put the {kind} itself at `{path}`"),
        )
        .easy_to_miss(by_hand);
    }
    absent(place, found, expected)
}

/// The finding of a path that nothing fits, though every folder was looked into.
fn absent(place: &Place, found: &Found, expected: String) -> Finding {
    let path = &place.path;
    if let Some(other) = found.other_case.first() {
        return Finding::fail(
            format!("`{path}` is not there; `{other}` is, in other letters"),
            expected,
            format!("`{other}`"),
            format!("rename `{other}`, or correct the line"),
        )
        .easy_to_miss("on file systems that do not tell capitals apart both names are one");
    }
    let searched =
        machine::count(usize::try_from(found.folders).unwrap_or(usize::MAX), "folder", "folders");
    let mut seen = format!("none, in {searched}");
    if let Some(folder) = found.passed_over.first() {
        seen = format!("{seen}; `{folder}` and the like were not gone into");
    }
    let reason = if is_pattern(path) {
        format!("nothing fits `{path}`")
    } else {
        format!("`{path}` is not there")
    };
    Finding::fail(reason, expected, seen, format!("make `{path}`, or correct the path of the line"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge_of(path: &str, seen: Found) -> Finding {
        finding_of(FileExists::world().param("path", path), move |_| Ok(Seen::Found(seen.clone())))
    }

    /// What is found where `answer` says what a pattern finds.
    fn finding_of(world: World, answer: impl Fn(&str) -> Result<Seen, Fault> + 'static) -> Finding {
        let mut world = world.but(move |ask, _, usual| {
            if let What::Find { pattern, .. } = &ask.what { answer(pattern) } else { usual }
        });
        world.judge(&FileExists)
    }

    #[track_caller]
    fn check(path: &str, hit: Hit, verdict: Verdict, word: &str) {
        let finding = judge_of(path, found(vec![hit]));
        assert_eq!(finding.verdict, verdict, "{path}: {finding:?}");
        let all = format!("{finding:?}");
        assert!(all.contains(word), "{path}: {word}: {all}");
    }

    #[test]
    fn only_the_thing_itself_passes() {
        let folder = |path: &str, entries| Hit {
            kind: Some(EntryKind::Folder),
            bytes: 0,
            entries: Some(entries),
            ..file(path, 0)
        };
        check("a.md", file("a.md", 10), Verdict::Pass, "10 B");
        check("a.md", file("a.md", 0), Verdict::Fail, "is empty");
        check("a/.gitkeep", file("a/.gitkeep", 0), Verdict::Pass, "");
        let blank = Hit { stand_in: Some(StandIn::Blank), ..file("a.md", 3) };
        check("a.md", blank, Verdict::Fail, "white space");
        let pointer = Hit { stand_in: Some(StandIn::Pointer), ..file("m.bin", 130) };
        check("m.bin", pointer, Verdict::Unknown, "Git LFS");
        let dangling = Hit { kind: None, points_to: Some("x".to_owned()), ..file("a.md", 0) };
        check("a.md", dangling, Verdict::Fail, "leads nowhere");
        let away = Hit { outside: true, points_to: Some("/etc/x".to_owned()), ..file("a.md", 5) };
        check("a.md", away, Verdict::Unknown, "out of the repository");
        check("a.md", folder("a.md", 2), Verdict::Fail, "is a folder");
        check("src/", file("src", 5), Verdict::Fail, "not a folder");
        check("src", folder("src", 2), Verdict::Pass, "2 entries");
        check("src", folder("src", 0), Verdict::Pass, "it is empty");
        check("nginx/conf.d", folder("nginx/conf.d", 1), Verdict::Pass, "");
    }

    #[test]
    fn what_was_not_seen_is_not_absent() {
        let none = || found(Vec::new());
        assert_eq!(judge_of("a.md", none()).verdict, Verdict::Fail);
        let unread = Found { unread: vec!["`a/`: we may not".to_owned()], ..none() };
        assert_eq!(judge_of("a/b.md", unread).verdict, Verdict::Unknown);
        let cut = Found { truncated: true, ..none() };
        assert_eq!(judge_of("**/b.md", cut).verdict, Verdict::Unknown);
        let other = Found { other_case: vec!["Readme.md".to_owned()], ..none() };
        let finding = judge_of("README.md", other);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("Readme.md"));
        let absent = FileExists::world().but(|_, _, _| Ok(Seen::Absent)).judge(&FileExists);
        assert_eq!(absent.verdict, Verdict::Unknown);
    }

    #[test]
    fn all_and_any() {
        let of = |path: &str| {
            let world = FileExists::world().param("path", path);
            finding_of(world, |pattern| match pattern {
                "dark.md" => Err(Fault::Denied),
                it if it.contains("gone") => Ok(Seen::Found(found(Vec::new()))),
                it => Ok(Seen::Found(found(vec![file(it, 10)]))),
            })
            .verdict
        };
        assert_eq!(of("a.md,b.md"), Verdict::Pass);
        assert_eq!(of("a.md,gone.md"), Verdict::Fail);
        assert_eq!(of("gone.md|b.md"), Verdict::Pass);
        assert_eq!(of("gone.md|dark.md"), Verdict::Unknown);
        assert_eq!(of("gone.md|gone2.md"), Verdict::Fail);
        assert_eq!(of("a.md,dark.md"), Verdict::Unknown);
        assert_eq!(of("a.md,dark.md,gone.md"), Verdict::Fail);
        assert_eq!(of("../a.md"), Verdict::Unknown);
        assert_eq!(of("a.md,~/b.md"), Verdict::Unknown);
        assert_eq!(of("/etc/a.md"), Verdict::Unknown);
    }

    #[test]
    fn sizes_are_kept_as_written() {
        let of = |least: &str, bytes: u64| {
            let world = FileExists::world().param("min-size", least);
            let seen = move |_: &str| Ok(Seen::Found(found(vec![file("a.md", bytes)])));
            finding_of(world, seen).verdict
        };
        assert_eq!(of("1KB", 1_000), Verdict::Pass);
        assert_eq!(of("1KB", 999), Verdict::Fail);
        assert_eq!(of("> 1KB", 1_000), Verdict::Fail);
        assert_eq!(of("0", 0), Verdict::Pass);
    }

    #[test]
    fn git_is_told_and_never_decides() {
        let of = |seen: Result<Seen, Fault>| {
            let mut world = FileExists::world().but(move |ask, _, usual| {
                if let What::Git { .. } = &ask.what { seen.clone() } else { usual }
            });
            let finding = world.judge(&FileExists);
            assert_eq!(finding.verdict, Verdict::Pass);
            finding.unproven.join("; ")
        };
        let path =
            |tracked, ignored| Ok(Seen::Git(Git::Path { tracked, ignored, in_history: false }));
        assert_eq!(of(path(true, false)), "");
        assert!(of(path(false, true)).contains("ignore"));
        assert!(of(path(false, false)).contains("track"));
        assert!(of(Ok(Seen::Absent)).contains("no repository"));
        assert!(of(Err(Fault::NoTool)).contains("not installed"));
    }
}

//! Backups in a place: which are complete, which is the newest, and how old it really is.

use holdpoint_model::{
    ask::{Host, What},
    limits,
    look::{Look, Looks, garbled},
    seen::{Entry, EntryKind, List, Seen},
    time::{DAY, HOUR, MINUTE, SECOND, Time},
    verdict::Finding,
};

use crate::{machine, variables::Stop};

/// Folders that are looked into at one place.
const FOLDERS_MAX: usize = 16;
/// Links that are followed one after the other.
const LINKS_MAX: usize = 4;
/// Milliseconds since the last change below which a second look shows whether it goes on.
const FRESH_MS: i64 = MINUTE;
/// Milliseconds between those two looks.
const SETTLE_MS: i64 = 2 * SECOND;
/// Hours by which the day of the westernmost clocks ends later than that of UTC.
const WESTERN_MS: i64 = 12 * HOUR;

/// One backup: a file, or a folder of one day with the files of that backup.
#[derive(Clone, Debug)]
pub(crate) struct Backup {
    /// Its name below the place.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: String,
    /// The files it is made of; one for a file.
    pub(crate) files: Vec<Entry>,
    /// Whether `path` is a folder.
    pub(crate) folder: bool,
    /// Whether there are folders inside that nobody looked into.
    pub(crate) nested: bool,
    /// Bytes of its files.
    pub(crate) bytes: i64,
    /// The last change of any of its files.
    pub(crate) modified: Time,
    /// The latest moment that the day in its name allows.
    pub(crate) day_over: Option<Time>,
    /// Names of everything in the folder that holds it.
    pub(crate) beside: Vec<String>,
    /// What was listed when it was found, and when.
    listed: (String, Time),
}

impl Backup {
    /// When it was written: its name knows better than a date of change that copying renewed.
    pub(crate) fn written(&self) -> Time {
        self.day_over.map_or(self.modified, |over| over.min(self.modified))
    }

    /// The earliest moment of the day in its name, by the clocks of UTC.
    pub(crate) fn day_begins(&self) -> Option<Time> {
        self.day_over.map(|over| over.plus(-DAY - WESTERN_MS))
    }

    /// Its name without what changes from one backup to the next.
    pub(crate) fn series(&self) -> String {
        let mut series = String::new();
        for letter in self.name.to_ascii_lowercase().chars().filter(|it| !it.is_ascii_digit()) {
            let joint = |it: char| ['-', '_', '.', ':', ' '].contains(&it);
            if !(joint(letter) && series.ends_with(joint)) {
                series.push(letter);
            }
        }
        series
    }
}

/// What a place holds.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    /// The place.
    pub(crate) path: String,
    /// The machine it is on.
    pub(crate) on: Host,
    /// The machine's own clock.
    pub(crate) clock: Time,
    /// Backups that are complete as far as their names tell, the newest first.
    pub(crate) backups: Vec<Backup>,
    /// Names of those that are still being written, or were broken off.
    pub(crate) unfinished: Vec<String>,
    /// Folders and links that were not looked into.
    pub(crate) unseen: Vec<String>,
    /// The newest backup, where it was changed so lately that it may not be complete.
    pub(crate) fresh: Option<String>,
}

/// Looks at the place that the target or the line names.
pub(crate) fn shelf(looks: &Looks) -> Result<Shelf, Stop> {
    let scope = looks.scope();
    let path = scope.need("path")?;
    if let Some((scheme, _)) = path.split_once("://") {
        let remedy = "declare a folder with `path`, or leave the line to a person";
        return Err(machine::no_wire(scheme, remedy).into());
    }
    let on = scope.file_host();
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let Some((look, list)) = list(looks, &on, path, 1, None)? else {
        return Err(gone(path).into());
    };
    let off = list.clock.since(look.at).abs();
    if limits::SKEW_MS_MAX < off {
        return Err(Finding::unknown(
            format!("the clock of the machine with `{path}` is {} off ours", age(off)),
            "set the clocks of both machines, for instance with chrony",
        )
        .into());
    }
    let shelf = Shelf {
        path: path.to_owned(),
        on: on.clone(),
        clock: list.clock,
        backups: Vec::new(),
        unfinished: Vec::new(),
        unseen: Vec::new(),
        fresh: None,
    };
    let mut gather = Gather { looks, on: &on, shelf };
    let last = path.rsplit('/').next().unwrap_or(path);
    let alone =
        matches!(&list.entries[..], [it] if it.name == last && it.kind != EntryKind::Folder);
    let base = if alone { path.rsplit_once('/').map_or("", |(parent, _)| parent) } else { path };
    let base = if base.is_empty() && path.starts_with('/') { "/" } else { base };
    gather.folder(base, "", (path, look, list), 0)?;
    // A picture or a core file beside backups is none, however new it is.
    if gather.shelf.backups.iter().any(like_a_backup) {
        gather.shelf.backups.retain(like_a_backup);
    }
    gather.shelf.backups.sort_by(|a, b| {
        (b.written(), b.modified, &b.name).cmp(&(a.written(), a.modified, &a.name))
    });
    gather.settle()
}

fn gone(path: &str) -> Finding {
    Finding::fail(
        format!("`{path}` is not there"),
        "a file or folder with backups",
        "no such file or folder",
        "make the first backup, or correct the path of the target",
    )
}

/// The entries of a folder; `None` where there is no such folder.
fn list<'a>(
    looks: &'a Looks,
    on: &Host,
    path: &str,
    nth: u32,
    not_before: Option<Time>,
) -> Result<Option<(&'a Look, &'a List)>, Stop> {
    let what = What::List { on: on.clone(), path: path.to_owned() };
    match looks.see_after(machine::ask(what, nth), not_before)? {
        (_, Seen::List(list)) if list.truncated => Err(Finding::unknown(
            format!(
                "`{path}` holds more than {} entries, and not all were listed",
                list.entries.len()
            ),
            "name a smaller folder with `path`, or remove old backups",
        )
        .into()),
        (look, Seen::List(list)) => Ok(Some((look, list))),
        (_, Seen::Absent) => Ok(None),
        (look, _) => Err(garbled(look).into()),
    }
}

struct Gather<'a> {
    looks: &'a Looks,
    on: &'a Host,
    shelf: Shelf,
}

impl Gather<'_> {
    /// Takes up what a folder holds. A folder with a date in its name is one backup; any other may
    /// hold several, and is looked into once.
    fn folder(
        &mut self,
        base: &str,
        prefix: &str,
        (listed, look, list): (&str, &Look, &List),
        depth: u32,
    ) -> Result<(), Stop> {
        let beside: Vec<String> = list.entries.iter().map(|it| it.name.clone()).collect();
        let mut folders = Vec::new();
        for entry in &list.entries {
            let place = join(base, &entry.name);
            let name = format!("{prefix}{}", entry.name);
            match (sort(entry), entry.kind) {
                (Sort::Beside, _) | (Sort::Backup, EntryKind::Other) => {}
                (Sort::Unfinished, _) => self.shelf.unfinished.push(name),
                (Sort::Backup, EntryKind::Link) => {
                    self.link(base, &beside, entry, &name, &mut folders)?;
                }
                (Sort::Backup, EntryKind::Folder) => folders.push((place, name)),
                (Sort::Backup, EntryKind::File) => self.shelf.backups.push(Backup {
                    day_over: day_over(&entry.name),
                    files: vec![entry.clone()],
                    bytes: i64::try_from(entry.bytes).unwrap_or(i64::MAX),
                    modified: entry.modified,
                    listed: (listed.to_owned(), look.at),
                    beside: beside.clone(),
                    path: place,
                    name,
                    folder: false,
                    nested: false,
                }),
            }
        }
        self.folders(folders, depth)
    }

    fn folders(&mut self, mut folders: Vec<(String, String)>, depth: u32) -> Result<(), Stop> {
        let dated = |name: &str| day_over(name.rsplit('/').next().unwrap_or(name));
        // Days far back say nothing about the newest backup, and little about usual sizes.
        folders.sort_by_key(|(_, name)| std::cmp::Reverse(dated(name)));
        let undated = folders.iter().filter(|(_, name)| dated(name).is_none()).count();
        if FOLDERS_MAX < undated || (1 < depth && 0 < undated) {
            let names = folders.iter().filter(|(_, name)| dated(name).is_none());
            self.shelf.unseen.extend(names.map(|(_, name)| name.clone()));
            folders.retain(|(_, name)| dated(name).is_some());
        }
        let (days, others): (Vec<_>, Vec<_>) =
            folders.into_iter().partition(|(_, name)| dated(name).is_some());
        let all: Vec<(String, String)> = days.into_iter().take(8).chain(others).collect();
        self.shown(all.iter().map(|(path, _)| path.as_str()))?;
        for (path, name) in all {
            let Some((look, list)) = list(self.looks, self.on, &path, 1, None)? else { continue };
            match dated(&name) {
                Some(over) => self.day((path, name), over, (look, list)),
                None => self.folder(&path, &format!("{name}/"), (&path, look, list), depth + 1)?,
            }
        }
        Ok(())
    }

    /// Asks for all of these folders together.
    fn shown<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Result<(), Stop> {
        let ask = |path: &str| {
            let what = What::List { on: self.on.clone(), path: path.to_owned() };
            self.looks.see(machine::ask(what, 1)).map(drop)
        };
        self.looks.each(paths.map(ask)).map(drop).map_err(Stop::Need)
    }

    /// Takes up a folder that is one backup.
    fn day(&mut self, (path, name): (String, String), over: Time, (look, list): (&Look, &List)) {
        let sorted = |want: Sort| list.entries.iter().filter(move |entry| sort(entry) == want);
        if sorted(Sort::Unfinished).next().is_some() {
            self.shelf.unfinished.push(name);
            return;
        }
        let files: Vec<Entry> = sorted(Sort::Backup)
            .filter(|entry| matches!(entry.kind, EntryKind::File))
            .cloned()
            .collect();
        let bytes = files.iter().fold(0_u64, |sum, it| sum.saturating_add(it.bytes));
        let newest = sorted(Sort::Backup).map(|entry| entry.modified).max();
        self.shelf.backups.push(Backup {
            nested: sorted(Sort::Backup).any(|entry| !matches!(entry.kind, EntryKind::File)),
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            modified: newest.unwrap_or(over),
            day_over: Some(over),
            beside: list.entries.iter().map(|it| it.name.clone()).collect(),
            listed: (path.clone(), look.at),
            folder: true,
            files,
            name,
            path,
        });
    }

    /// A link is what it points to, which may be old. What lies in the same folder is there anyway.
    fn link(
        &mut self,
        base: &str,
        beside: &[String],
        entry: &Entry,
        name: &str,
        folders: &mut Vec<(String, String)>,
    ) -> Result<(), Stop> {
        let mut at = (base.to_owned(), entry.points_to.clone());
        for _ in 0..LINKS_MAX {
            let (folder, Some(points_to)) = &at else { break };
            let target = join(folder, points_to.trim_start_matches("./").trim_end_matches('/'));
            let (parent, last) = target.rsplit_once('/').unwrap_or(("", &target));
            if parent == base && beside.iter().any(|it| it == last && *it != entry.name) {
                return Ok(());
            }
            let what = What::Stat { on: self.on.clone(), path: target.clone() };
            let (look, found) = match self.looks.see(machine::ask(what, 1))? {
                (look, Seen::Stat(found)) => (look, found),
                (_, Seen::Absent) => {
                    self.shelf.unfinished.push(format!("{name} (leads nowhere)"));
                    return Ok(());
                }
                (look, _) => return Err(garbled(look).into()),
            };
            match found.kind {
                EntryKind::File => {
                    self.shelf.backups.push(Backup {
                        name: format!("{name} -> {last}"),
                        day_over: day_over(last),
                        files: vec![Entry { name: last.to_owned(), ..found.clone() }],
                        bytes: i64::try_from(found.bytes).unwrap_or(i64::MAX),
                        modified: found.modified,
                        listed: (target.clone(), look.at),
                        path: target,
                        beside: Vec::new(),
                        folder: false,
                        nested: false,
                    });
                    return Ok(());
                }
                EntryKind::Folder => {
                    folders.push((target.clone(), format!("{name} -> {last}")));
                    return Ok(());
                }
                EntryKind::Link => at = (parent.to_owned(), found.points_to.clone()),
                EntryKind::Other => break,
            }
        }
        self.shelf.unseen.push(name.to_owned());
        Ok(())
    }

    /// Looks once more at what was changed a moment ago: what grows is not complete.
    fn settle(mut self) -> Result<Shelf, Stop> {
        loop {
            let Some(newest) = self.shelf.backups.first() else { return Ok(self.shelf) };
            if FRESH_MS <= self.shelf.clock.since(newest.modified) {
                return Ok(self.shelf);
            }
            let (folder, at) = &newest.listed;
            let again = list(self.looks, self.on, folder, 2, Some(at.plus(SETTLE_MS)))?;
            let entries = again.map(|(_, list)| list.entries.as_slice()).unwrap_or_default();
            let same = |file: &Entry| {
                entries.iter().any(|it| {
                    (&it.name, it.bytes, it.modified) == (&file.name, file.bytes, file.modified)
                })
            };
            if newest.files.iter().all(same) {
                self.shelf.fresh = Some(newest.name.clone());
                return Ok(self.shelf);
            }
            let growing = self.shelf.backups.remove(0);
            self.shelf.unfinished.push(growing.name);
        }
    }
}

/// What an entry of a folder with backups is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Backup,
    Unfinished,
    /// Checksums, logs, scripts, markers: newer than the backup, and none.
    Beside,
}

fn sort(entry: &Entry) -> Sort {
    const UNFINISHED: &str = "tmp temp part partial incomplete inprogress filepart crdownload \
        writing uploading broken";
    const BESIDE: &str = "sha256 sha256sum sha512 sha512sum sha1 md5 md5sum sum asc sig minisig \
        manifest done ok complete finished success log err out txt md html sh py pl rb yml yaml \
        toml ini conf cfg lock pid swp service timer";
    const NAMES: &str = "lost+found sha256sums sha512sums md5sums checksums manifest readme \
        license manifest.json";
    let within = |words: &str, word: &str| words.split(' ').any(|it| it == word);
    let name = entry.name.to_ascii_lowercase();
    let parts: Vec<&str> = name.split('.').skip(1).collect();
    let last = parts.last().copied().unwrap_or_default();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if parts.iter().any(|part| within(UNFINISHED, part)) || name.ends_with('~') {
        Sort::Unfinished
    } else if name.starts_with('.')
        || within(BESIDE, last)
        || within(NAMES, &name)
        || ends(&[".manifest.json", ".meta.json", "metadata.json", "-wal", "-shm", "-journal"])
    {
        Sort::Beside
    } else {
        Sort::Backup
    }
}

/// Whether a name is such as backups have.
fn like_a_backup(backup: &Backup) -> bool {
    const ENDS: &str = "sql dump dmp bak backup bkp gz gzip tgz zst zstd tar zip bz2 tbz xz txz lz4 \
        7z rar db db3 sqlite sqlite3 rdb aof bson archive gpg pgp age enc snap snapshot img qcow2 \
        vmdk xbstream mbstream trn ldif fbk custom pgdump borg restic";
    const NEVER: &str = "jpg jpeg png gif webp svg pdf mp4 mov mp3 doc docx xls xlsx core";
    let within = |words: &str, word: &str| words.split_whitespace().any(|it| it == word);
    let name = backup.name.rsplit('/').next().unwrap_or(&backup.name).to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    let spoken = ["backup", "bak", "dump", "snapshot"];
    !within(NEVER, last)
        && !name.starts_with("core.")
        && (backup.folder
            || backup.day_over.is_some()
            || name.split('.').skip(1).any(|part| within(ENDS, part))
            || spoken.iter().any(|word| name.contains(word)))
}

/// A path below another, unless it is one from the root.
pub(crate) fn join(base: &str, name: &str) -> String {
    match (name.starts_with('/'), base) {
        (true, _) | (false, "") => name.to_owned(),
        (false, "/") => format!("/{name}"),
        (false, base) => format!("{base}/{name}"),
    }
}

/// The latest moment, anywhere on Earth, of the day that a name carries (`20261121`, `2026-11-21`).
fn day_over(name: &str) -> Option<Time> {
    let bytes = name.as_bytes();
    let digits = |at: usize| {
        bytes.get(at..).unwrap_or_default().iter().take_while(|it| it.is_ascii_digit()).count()
    };
    let number = |at: usize, len: usize| name.get(at..at + len)?.parse::<i16>().ok();
    let starts = (0..bytes.len()).filter(|at| {
        at.checked_sub(1).and_then(|it| bytes.get(it)).is_none_or(|it| !it.is_ascii_digit())
    });
    starts
        .filter_map(|at| match digits(at) {
            8 | 10 | 12 | 14 => day(number(at, 4)?, number(at + 4, 2)?, number(at + 6, 2)?),
            4 => {
                let joints = [bytes.get(at + 4), bytes.get(at + 7)];
                let joined = joints.iter().all(|it| it.is_some_and(|it| b"-_.".contains(it)));
                let long = digits(at + 5) == 2 && digits(at + 8) == 2;
                let parts = (number(at, 4), number(at + 5, 2), number(at + 8, 2));
                let (Some(year), Some(month), Some(date)) = parts else { return None };
                (joined && long).then(|| day(year, month, date)).flatten()
            }
            _ => None,
        })
        .max()
}

fn day(year: i16, month: i16, date: i16) -> Option<Time> {
    if !(1_990..2_200).contains(&year) {
        return None;
    }
    let date = jiff::civil::Date::new(year, month.try_into().ok()?, date.try_into().ok()?).ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    Some(Time(start).plus(DAY + WESTERN_MS))
}

/// A stretch of time as people say it.
pub(crate) fn age(ms: i64) -> String {
    let tenths = |unit: i64| {
        let tenths = ms.saturating_mul(10) / unit;
        if tenths % 10 == 0 {
            format!("{}", tenths / 10)
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    };
    match ms {
        ms if 2 * DAY <= ms => format!("{} days", tenths(DAY)),
        ms if 2 * HOUR <= ms => format!("{} h", tenths(HOUR)),
        ms if 2 * MINUTE <= ms => format!("{} min", ms / MINUTE),
        ms => format!("{} s", ms / SECOND),
    }
}

impl Shelf {
    /// The finding with what was left open when the place was looked at.
    pub(crate) fn honest(&self, mut finding: Finding) -> Finding {
        for name in &self.unseen {
            finding = finding.unproven(format!("what lies behind `{name}`"));
        }
        match &self.fresh {
            Some(name) => finding.unproven(format!("that nothing writes to `{name}` any more")),
            None => finding,
        }
    }
}

/// What to say where the newest backup may lie in a folder that was not looked into.
pub(crate) fn hidden(shelf: &Shelf) -> Option<Finding> {
    let names = shelf.unseen.join("`, `");
    (!names.is_empty()).then(|| {
        Finding::unknown(
            format!("what lies behind `{names}` in `{}` was not looked into", shelf.path),
            "name the folder that holds the newest backups with `path`",
        )
    })
}

/// The finding where a place holds no complete backup.
pub(crate) fn none(shelf: &Shelf) -> Finding {
    if let Some(hidden) = hidden(shelf) {
        return hidden;
    }
    let path = &shelf.path;
    let (reason, seen) = if shelf.unfinished.is_empty() {
        (format!("`{path}` holds no backup"), String::from("nothing that is a backup"))
    } else {
        let names = shelf.unfinished.join(", ");
        (format!("`{path}` holds no complete backup"), format!("only unfinished ones: {names}"))
    };
    let remedy = "see why the job that makes backups does not finish, then run it";
    Finding::fail(reason, "a backup that is complete", seen, remedy)
        .easy_to_miss(format!("`ls -la {path}` exits 0 on an empty folder"))
}

/// An entry of a pretend folder, changed so many milliseconds before the clock.
pub(crate) fn entry(name: &str, bytes: u64, modified: Time) -> Entry {
    let modified = Time(modified.0 - modified.0.rem_euclid(SECOND));
    Entry {
        name: name.to_owned(),
        kind: EntryKind::File,
        bytes,
        mode: 0o600,
        owner: 0,
        modified,
        points_to: None,
    }
}

/// A pretend folder, on a machine whose clock is right.
pub(crate) fn listing(entries: Vec<Entry>, clock: Time) -> Seen {
    let clock = Time(clock.0 - clock.0.rem_euclid(SECOND));
    Seen::List(List { entries, clock, truncated: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_days() {
        let day =
            |name: &str| day_over(name).map(|over| crate::dates::day(over.plus(-WESTERN_MS - 1)));
        for (name, want) in [
            ("backup_20231201.sql", Some("2023-12-01")),
            ("app-2026-11-21T0200.sql.gz", Some("2026-11-21")),
            ("app_2026_11_21.tar.zst", Some("2026-11-21")),
            ("202611210200.dump", Some("2026-11-21")),
            ("20261121020000.dump", Some("2026-11-21")),
            ("app-v1.2.3.sql", None),
            ("dump-1795251600.sql", None),
            ("20261341.sql", None),
            ("id-123456789.sql", None),
            ("2026-1-2.sql", None),
            ("from-20250101-to-20261121.sql", Some("2026-11-21")),
        ] {
            assert_eq!(day(name).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn knows_what_is_no_backup() {
        let sorted = |name: &str| sort(&entry(name, 1, Time(0)));
        for name in ["app.sql.gz", "dump", "2026-11-21", "app.json", "data.tar", "app.part1.zip"] {
            assert_eq!(sorted(name), Sort::Backup, "{name}");
        }
        for name in ["app.sql.gz.tmp", "app.sql.part", "x.tmp.gz", "app.sql~", ".app.sql.tmp"] {
            assert_eq!(sorted(name), Sort::Unfinished, "{name}");
        }
        for name in
            ["app.sql.gz.sha256", "SHA256SUMS", "backup.log", "backup.sh", ".hidden", "app.db-wal"]
        {
            assert_eq!(sorted(name), Sort::Beside, "{name}");
        }
    }

    #[test]
    fn says_ages() {
        assert_eq!(age(3 * DAY + 3 * HOUR), "3.1 days");
        assert_eq!(age(26 * HOUR), "26 h");
        assert_eq!(age(5 * MINUTE), "5 min");
        assert_eq!(age(7 * SECOND), "7 s");
    }
}

//! `backup.fresh`: the newest complete backup is young enough, and as large as backups usually are.

use holdpoint_model::{
    ask::What,
    check::{Check, Judgement},
    fault::Fault,
    limits,
    look::{Looks, Need},
    param::Param,
    params,
    quantity::{Bound, Disk, Duration, Operator, Unit},
    scope::Scope,
    time::{DAY, HOUR},
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    backups::{self, Backup, Shelf, age},
    machine,
    variables::{Stop, settle},
    worlds,
};

pub(crate) struct BackupFresh;

/// Earlier backups that the size is compared with.
const EARLIER_MAX: usize = 7;
/// Fewer say nothing about usual sizes.
const EARLIER_MIN: usize = 3;

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// How old the newest backup may be; without it the target's `rpo`.
        max_age("max-age"): Option<Bound<Duration>> = none,
        /// The size below which a backup is taken for an empty one.
        min_size("min-size"): Bound<Disk> = "1KB",
        /// Whether a schedule has to have made it.
        automated("automated"): Option<bool> = none,
    }
}

impl Check for BackupFresh {
    type Params = Params;
    const ID: &'static str = "backup.fresh";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Lists the folder, picks the newest backup that is complete, and judges its age by the clock of the
machine it lies on, its size by a floor and by the median of up to seven earlier ones of the same
name: between half of it and twice as much.

Temporary, hidden and partial files are no backups, nor are checksums, logs and scripts beside them.
What was changed within the last minute is looked at again two seconds later, and is not complete
when it grew. A link is as old as what it leads to. A day in a name counts when it is older than the
date of the last change, which copying renews.

**Proves** that a complete backup of plausible size was written within the age asked for.
**Does not prove** that the backup can be read (`backup.integrity`) or restored, nor, with
`automated`, that a schedule made it.

```checklist
- [ ] Recent backup exists (24 hours)
```

**Remedy.** Read the log of the job that makes backups, mend it, and run it once by hand.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("files", worlds::NOW).with("path", "/var/backups/app");
        World::new(scope, &[("max-age", "24h")], |ask, at| {
            let What::List { .. } = &ask.what else { return Err(Fault::Unsupported) };
            Ok(backups::listing(nightly(at), at))
        })
    }
}

/// Five nightly dumps, the newest of them seven hours old at 09:00.
fn nightly(at: holdpoint_model::time::Time) -> Vec<holdpoint_model::seen::Entry> {
    let days = ["20261117", "20261118", "20261119", "20261120", "20261121"];
    days.iter()
        .rev()
        .zip(0_i64..)
        .map(|(day, ago)| {
            let size = 5_000_000 + u64::try_from(ago).unwrap_or(0) * 1_000;
            let written = at.plus(-7 * HOUR - ago * DAY);
            backups::entry(&format!("app_{day}.sql.gz"), size, written)
        })
        .collect()
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let scope = looks.scope();
    let max_age = match (params.max_age, scope.field("rpo")) {
        (Some(max_age), _) => max_age,
        (None, Some(rpo)) => Bound::read(rpo).map_err(|why| Need::Missing {
            setting: format!("target.{}.rpo", scope.target),
            why,
        })?,
        (None, None) => {
            scope.need("path")?;
            let why = "how old the newest backup may be is not declared";
            return Ok(machine::undeclared(scope, "max-age", why)?);
        }
    };
    let shelf = backups::shelf(looks)?;
    let Some((newest, earlier)) = shelf.backups.split_first() else {
        return Ok(backups::none(&shelf));
    };
    let earlier: Vec<&Backup> =
        earlier.iter().filter(|it| it.series() == newest.series()).take(EARLIER_MAX).collect();
    let mut finding = worst(vec![
        young(&shelf, newest, max_age),
        heavy(newest, params.min_size),
        usual(newest, &earlier),
    ]);
    if params.automated == Some(true) {
        finding = finding.unproven("that a schedule made it");
    }
    for stale in stale_series(&shelf, newest, max_age) {
        finding = finding.unproven(stale);
    }
    Ok(shelf.honest(finding))
}

fn young(shelf: &Shelf, newest: &Backup, max_age: Bound<Duration>) -> Finding {
    let name = &newest.name;
    let ms = shelf.clock.since(newest.written());
    let asked = max_age.show(Operator::AtMost);
    if ms < -limits::SKEW_MS_MAX {
        return Finding::unknown(
            format!("`{name}` was last changed {} in the future", age(-ms)),
            "correct the clock of the machine that writes the backups",
        );
    }
    let ahead = newest.day_begins().map_or(0, |begins| begins.since(shelf.clock));
    if 2 * DAY < ahead {
        return Finding::unknown(
            format!("the day in the name of `{name}` lies {} ahead", age(ahead)),
            "correct the clock or the script that names the backups",
        );
    }
    let ms = ms.max(0);
    let old = age(ms);
    if max_age.holds(Operator::AtMost, ms) {
        return Finding::pass(format!("`{name}` is {old} old"))
            .expected(format!("a backup of age {asked}"))
            .seen(format!("`{name}`, {old}, {} bytes", newest.bytes));
    }
    if let Some(hidden) = backups::hidden(shelf) {
        return hidden;
    }
    let renewed = newest.written() < newest.modified;
    let writing = match &shelf.unfinished[..] {
        [] => String::new(),
        names => format!(" ({} is not complete)", names.join(", ")),
    };
    let by = if renewed { "by the day in its name " } else { "" };
    Finding::fail(
        format!("the newest backup, `{name}`, is {by}{old} old{writing}"),
        format!("a backup of age {asked}"),
        format!("`{name}`, {old}"),
        "read the log of the job that makes backups, mend it, and run it",
    )
    .easy_to_miss(if renewed {
        format!(
            "`ls -l` shows a change {} ago: copying renewed the date",
            age(shelf.clock.since(newest.modified).max(0))
        )
    } else {
        format!("`ls -la {}` lists backups and exits 0, however old they are", shelf.path)
    })
}

fn heavy(newest: &Backup, floor: Bound<Disk>) -> Finding {
    let (name, bytes) = (&newest.name, newest.bytes);
    let asked = floor.show(Operator::AtLeast);
    if floor.holds(Operator::AtLeast, bytes) {
        return Finding::pass(format!("`{name}` has {}", size(bytes)));
    }
    if newest.nested {
        return Finding::unknown(
            format!("`{name}` holds folders, and their size was not looked at"),
            "name the folder with the files of the backup with `path`",
        );
    }
    Finding::fail(
        format!("`{name}` has {bytes} bytes: next to nothing is in it"),
        format!("size {asked}"),
        format!("{bytes} bytes"),
        "read the log of the job that makes backups: the dump it packs came out empty",
    )
    .easy_to_miss("`gzip -t` exits 0 on the 20 bytes that gzip makes of nothing")
}

/// The size beside that of earlier backups.
fn usual(newest: &Backup, earlier: &[&Backup]) -> Finding {
    let name = &newest.name;
    let mut sizes: Vec<i64> = earlier.iter().map(|it| it.bytes).collect();
    sizes.sort_unstable();
    let middle = sizes.len() / 2;
    let at = |index: Option<usize>| index.and_then(|it| sizes.get(it)).copied().unwrap_or_default();
    let median = if sizes.len() % 2 == 1 {
        at(Some(middle))
    } else {
        at(middle.checked_sub(1)).midpoint(at(Some(middle)))
    };
    if sizes.len() < EARLIER_MIN || median == 0 || newest.nested {
        return Finding::pass(format!("`{name}` was not compared in size"))
            .unproven("size against earlier ones");
    }
    let percent = i128::from(newest.bytes) * 100 / i128::from(median);
    let twice = i128::from(newest.bytes) <= 2 * i128::from(median);
    if i128::from(median) <= 2 * i128::from(newest.bytes) && twice {
        return Finding::pass(format!("{percent} % of the usual size"));
    }
    Finding::fail(
        format!("`{name}` has {percent} % of the usual size"),
        format!(
            "between 50 % and 200 % of {}, the median of {} earlier ones",
            size(median),
            sizes.len()
        ),
        size(newest.bytes),
        "compare its content with that of the backup before it",
    )
    .easy_to_miss("the file is there, new and packed well; only beside the others it is odd")
}

/// Names of other backups in the same place that have stopped.
fn stale_series(shelf: &Shelf, newest: &Backup, max_age: Bound<Duration>) -> Vec<String> {
    let mut told = vec![newest.series()];
    let mut stale = Vec::new();
    for backup in &shelf.backups {
        let series = backup.series();
        if told.contains(&series) {
            continue;
        }
        let many = 1 < shelf.backups.iter().filter(|it| it.series() == series).count();
        let ms = shelf.clock.since(backup.written()).max(0);
        if many && !max_age.holds(Operator::AtMost, ms) {
            stale.push(format!("backups like `{}`: the newest is {} old", backup.name, age(ms)));
        }
        told.push(series);
    }
    stale
}

fn size(bytes: i64) -> String {
    Disk::show(bytes.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{
        ask::Ask,
        seen::{Entry, EntryKind, List, Seen},
        time::{MINUTE, SECOND, Time},
        verdict::Verdict,
    };

    use super::*;

    const MB: u64 = 1_000_000;

    /// `(name, bytes, age)` of files.
    type Files = &'static [(&'static str, u64, i64)];

    fn folder_of(ask: &Ask) -> &str {
        if let What::List { path, .. } = &ask.what { path } else { "" }
    }

    /// A place that holds `(name, bytes, age)`.
    fn place(files: Files) -> World {
        BackupFresh::world().but(move |ask, at, _| {
            assert_eq!(folder_of(ask), "/var/backups/app", "{:?}", ask.what);
            let entries = files
                .iter()
                .map(|(name, bytes, ms)| backups::entry(name, *bytes, worlds::NOW.plus(-ms)));
            Ok(backups::listing(entries.collect(), at))
        })
    }

    fn judge(world: World) -> Finding {
        { world }.judge(&BackupFresh)
    }

    fn verdict(files: Files) -> Verdict {
        judge(place(files)).verdict
    }

    #[test]
    fn three_days_are_too_old() {
        let finding = judge(place(&[("app.sql.gz", MB, 3 * DAY), ("older.sql.gz", MB, 4 * DAY)]));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("3 days old"), "{}", finding.reason);
        assert!(finding.easy_to_miss.unwrap().contains("ls -la"));
        assert_eq!(verdict(&[("app.sql.gz", MB, 24 * HOUR - 2 * SECOND)]), Verdict::Pass);
        let strict = place(&[("app.sql.gz", MB, 24 * HOUR)]).param("max-age", "< 24h");
        assert_eq!(judge(strict).verdict, Verdict::Fail);
    }

    #[test]
    fn an_empty_place_holds_no_backup() {
        let finding = judge(place(&[]));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.easy_to_miss.unwrap().contains("empty folder"));
        assert_eq!(judge(place(&[]).but(|_, _, _| Ok(Seen::Absent))).verdict, Verdict::Fail);
        assert_eq!(judge(place(&[]).but(|_, _, _| Err(Fault::Denied))).verdict, Verdict::Unknown);
    }

    #[test]
    fn twenty_bytes_of_gzip_are_no_backup() {
        let finding = judge(place(&[("backup.sql.gz", 20, HOUR)]));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.easy_to_miss.unwrap().contains("gzip -t"));
        let larger = place(&[("backup.sql.gz", 4_000, HOUR)]).param("min-size", "5KB");
        assert_eq!(judge(larger).verdict, Verdict::Fail);
    }

    #[test]
    fn sizes_are_compared_with_those_of_earlier_backups() {
        let with = |bytes: u64| {
            judge(BackupFresh::world().but(move |_, at, _| {
                let mut entries = nightly(at);
                entries[0].bytes = bytes;
                Ok(backups::listing(entries, at))
            }))
        };
        assert_eq!(with(6_500_000).verdict, Verdict::Pass, "an import makes it grow");
        assert_eq!(with(1_000_000).verdict, Verdict::Fail);
        assert_eq!(with(10_100_000).verdict, Verdict::Fail);
        assert!(with(6_500_000).unproven.is_empty());
        let few = judge(place(&[
            ("a1.sql", MB, HOUR),
            ("a2.sql", 9 * MB, DAY),
            ("a3.sql", 9 * MB, 2 * DAY),
        ]));
        assert_eq!(
            (few.verdict, few.unproven),
            (Verdict::Pass, vec!["size against earlier ones".into()])
        );
        let other = verdict(&[
            ("app-1.sql", MB, HOUR),
            ("photos-1.tar", 900 * MB, DAY),
            ("photos-2.tar", 900 * MB, 2 * DAY),
            ("photos-3.tar", 900 * MB, 3 * DAY),
        ]);
        assert_eq!(other, Verdict::Pass, "other backups have other sizes");
    }

    #[test]
    fn what_is_not_complete_does_not_count() {
        let finding = judge(place(&[
            ("app_20261121.sql.gz.tmp", MB, HOUR),
            (".app_20261121.sql.gz.Xy12", MB, HOUR),
            ("backup.log", MB, HOUR),
            ("app_20261118.sql.gz.sha256", MB, HOUR),
            ("app_20261118.sql.gz", MB, 3 * DAY),
        ]));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("app_20261121.sql.gz.tmp is not complete"), "{finding:?}");
        assert_eq!(verdict(&[("app.sql.gz.part", MB, HOUR)]), Verdict::Fail);
    }

    #[test]
    fn a_file_that_still_grows_is_not_complete() {
        let world = |growth: u64| {
            BackupFresh::world().but(move |ask, at, _| {
                let bytes = MB + u64::from(ask.nth) * growth;
                let entries = vec![
                    backups::entry("app_20261121.sql.gz", bytes, worlds::NOW),
                    backups::entry("app_20261119.sql.gz", MB, worlds::NOW.plus(-2 * DAY)),
                ];
                Ok(backups::listing(entries, at))
            })
        };
        let finding = judge(world(10));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(
            finding.reason.contains("app_20261121.sql.gz is not complete"),
            "{}",
            finding.reason
        );
        let mut still = world(0);
        let finding = still.judge(&BackupFresh);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("nothing writes")), "{finding:?}");
        let [first, second] = still.made() else { panic!("two looks: {:?}", still.made()) };
        assert!(2 * SECOND <= second.at.since(first.at));
    }

    #[test]
    fn a_date_that_copying_renewed_does_not_make_a_backup_young() {
        let finding = judge(place(&[
            ("backup_20231130.sql", MB, 5 * MINUTE),
            ("backup_20231201.sql", MB, 10 * MINUTE),
        ]));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("20231201") && finding.reason.contains("day in its name"));
        assert!(finding.easy_to_miss.unwrap().contains("10 min ago"));
        assert_eq!(verdict(&[("backup_20261120.sql", MB, 5 * MINUTE)]), Verdict::Pass);
    }

    #[test]
    fn other_files_beside_backups_are_none() {
        for stranger in ["photo.jpg", "core.1234", "core", "photo_20261121.jpg"] {
            let files = vec![(stranger, MB, HOUR), ("app.sql.gz", MB, 3 * DAY)];
            assert_eq!(verdict(files.leak()), Verdict::Fail, "{stranger}");
        }
        assert_eq!(verdict(&[("appdata", MB, HOUR)]), Verdict::Pass, "alone it may be one");
    }

    #[test]
    fn a_day_ahead_decides_nothing() {
        assert_eq!(verdict(&[("app_20261123.sql", MB, HOUR)]), Verdict::Pass);
        let finding = judge(place(&[("app_20261225.sql", MB, HOUR)]));
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.reason.contains("ahead"), "{finding:?}");
    }

    #[test]
    fn a_link_is_as_old_as_what_it_leads_to() {
        let link = |to: &'static str, found: Option<(u64, i64)>, rest: Files| {
            judge(BackupFresh::world().but(move |ask, at, _| {
                if let What::Stat { path, .. } = &ask.what {
                    let last = path.rsplit('/').next().unwrap();
                    let entry = found.map(|(bytes, ms)| backups::entry(last, bytes, at.plus(-ms)));
                    return Ok(entry.map_or(Seen::Absent, Seen::Stat));
                }
                let mut entries = vec![Entry {
                    kind: EntryKind::Link,
                    points_to: Some(to.to_owned()),
                    ..backups::entry("latest", 20, at.plus(-HOUR))
                }];
                entries.extend(
                    rest.iter().map(|(name, bytes, ms)| backups::entry(name, *bytes, at.plus(-ms))),
                );
                Ok(backups::listing(entries, at))
            }))
            .verdict
        };
        assert_eq!(link("app.sql.gz", None, &[("app.sql.gz", MB, 3 * DAY)]), Verdict::Fail);
        assert_eq!(link("./app.sql.gz", None, &[("app.sql.gz", MB, HOUR)]), Verdict::Pass);
        assert_eq!(link("../store/app.sql.gz", Some((MB, 3 * DAY)), &[]), Verdict::Fail);
        assert_eq!(link("/store/app.sql.gz", Some((MB, HOUR)), &[]), Verdict::Pass);
        assert_eq!(link("/store/app.sql.gz", None, &[]), Verdict::Fail);
        let chain = |last: EntryKind| {
            judge(BackupFresh::world().but(move |ask, at, _| {
                let entry = |name: &str, kind, to: Option<&str>| Entry {
                    kind,
                    points_to: to.map(str::to_owned),
                    ..backups::entry(name, MB, at.plus(-HOUR))
                };
                let What::Stat { path, .. } = &ask.what else {
                    let latest = entry("latest", EntryKind::Link, Some("/store/current"));
                    return Ok(backups::listing(vec![latest], at));
                };
                Ok(Seen::Stat(match path.as_str() {
                    "/store/current" => entry("current", EntryKind::Link, Some("app.sql.gz")),
                    "/store/app.sql.gz" => entry("app.sql.gz", last, Some("app.sql.gz")),
                    other => panic!("{other}"),
                }))
            }))
            .verdict
        };
        assert_eq!(chain(EntryKind::File), Verdict::Pass);
        assert_eq!(chain(EntryKind::Link), Verdict::Unknown, "it leads to itself");
    }

    /// A place of folders: `/var/backups/app/<folder>/<file>`.
    fn folders(tree: &'static [(&'static str, Files)]) -> Finding {
        judge(BackupFresh::world().but(move |ask, at, _| {
            let path = folder_of(ask);
            let inside = tree.iter().find(|(name, _)| path.ends_with(&format!("/{name}")));
            let entries = match inside {
                Some((_, files)) => files
                    .iter()
                    .map(|(name, bytes, ms)| backups::entry(name, *bytes, at.plus(-ms)))
                    .collect(),
                None => tree
                    .iter()
                    .map(|(name, _)| Entry {
                        kind: EntryKind::Folder,
                        ..backups::entry(name, 4_096, at.plus(-MINUTE))
                    })
                    .collect(),
            };
            Ok(backups::listing(entries, at))
        }))
    }

    #[test]
    fn a_folder_of_one_day_is_one_backup() {
        let day: Files = &[("db.sql.gz", MB, 7 * HOUR), ("files.tar.gz", MB, 7 * HOUR)];
        let finding = folders(Box::leak(Box::new([("2026-11-21", day), ("2026-11-20", day)])));
        assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
        assert!(finding.seen.unwrap().contains("2000000 bytes"));
        assert_eq!(folders(&[("2026-11-18", &[("db.sql.gz", MB, HOUR)])]).verdict, Verdict::Fail);
        assert_eq!(folders(&[("2026-11-21", &[])]).verdict, Verdict::Fail);
        let torn =
            folders(&[("2026-11-21", &[("db.sql.gz", MB, HOUR), ("files.tar.part", MB, HOUR)])]);
        assert_eq!(torn.verdict, Verdict::Fail);
    }

    #[test]
    fn a_folder_without_a_day_holds_backups() {
        let finding = folders(&[("daily", &[("app.sql.gz", 20, HOUR), ("app2.sql.gz", MB, DAY)])]);
        assert_eq!(finding.verdict, Verdict::Fail, "the newest is empty: {finding:?}");
        let finding = folders(&[
            ("daily", &[("app1.sql.gz", MB, HOUR)]),
            ("weekly", &[("app1.sql.gz", MB, 6 * DAY), ("app2.sql.gz", MB, 13 * DAY)]),
        ]);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("weekly/app1.sql.gz")), "{finding:?}");
    }

    #[test]
    fn clocks_that_disagree_decide_nothing() {
        let off = BackupFresh::world()
            .but(|_, at, _| Ok(backups::listing(nightly(at), at.plus(6 * MINUTE))));
        assert_eq!(judge(off).verdict, Verdict::Unknown);
        assert_eq!(verdict(&[("app.sql.gz", MB, -HOUR)]), Verdict::Unknown);
        assert_eq!(verdict(&[("app.sql.gz", MB, -MINUTE)]), Verdict::Pass);
    }

    #[test]
    fn a_list_that_was_cut_decides_nothing() {
        let cut = BackupFresh::world().but(|_, at, _| {
            let List { entries, clock, .. } =
                List { entries: nightly(at), clock: at, truncated: true };
            Ok(Seen::List(List { entries, clock, truncated: true }))
        });
        assert_eq!(judge(cut).verdict, Verdict::Unknown);
    }

    #[test]
    fn the_age_comes_from_the_line_or_the_target() {
        let none = || place(&[("app.sql.gz", MB, 2 * HOUR)]).param("max-age", "");
        let finding = judge(none());
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.remedy.unwrap().contains("max-age"));
        let mut written = none();
        written.scope.line = 174;
        assert!(judge(written).remedy.unwrap().contains("line.174.params.max-age"));
        assert_eq!(judge(none().field("rpo", "1h")).verdict, Verdict::Fail);
        assert_eq!(judge(none().field("rpo", "4h")).verdict, Verdict::Pass);
        assert!(judge(none().field("rpo", "soon")).remedy.unwrap().contains("target.files.rpo"));
    }

    #[test]
    fn what_cannot_be_looked_at_is_said() {
        let bucket = judge(BackupFresh::world().field("path", "s3://backups/app"));
        assert!(bucket.reason.starts_with("this version cannot look at s3"), "{bucket:?}");
        let none = judge(BackupFresh::world().field("path", ""));
        assert!(none.remedy.unwrap().contains("target.files.path"));
        let scheduled = judge(BackupFresh::world().param("automated", "true"));
        assert_eq!(scheduled.unproven, ["that a schedule made it"]);
    }

    #[test]
    fn one_file_may_be_named() {
        let file = |ms: i64| {
            judge(BackupFresh::world().field("path", "/b/app.sql.gz").but(move |ask, at, _| {
                assert_eq!(folder_of(ask), "/b/app.sql.gz");
                Ok(backups::listing(vec![backups::entry("app.sql.gz", MB, at.plus(-ms))], at))
            }))
            .verdict
        };
        assert_eq!((file(HOUR), file(3 * DAY)), (Verdict::Pass, Verdict::Fail));
        assert_eq!(file(SECOND), Verdict::Fail, "it is younger at the second look: it grows");
    }

    #[test]
    fn the_day_in_the_world_is_the_day_of_its_clock() {
        assert_eq!(crate::dates::day(worlds::NOW), "2026-11-21");
        assert_eq!(Time(worlds::NOW.0 % SECOND), Time(0));
    }
}

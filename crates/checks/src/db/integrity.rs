//! `db.integrity`: a database is whole, and none of its tables has shrunk since the last run.

use std::collections::BTreeMap;

use holdpoint_model::{
    ask::{Host, What},
    check::{Check, Judgement},
    fault::Fault,
    look::{Looks, Need, garbled},
    params,
    quantity::Texts,
    scope::Scope,
    seen::{Earlier, Seen, Sqlite},
    time::DAY,
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    machine, sqlite,
    variables::{Stop, settle},
    worlds,
};

pub(crate) struct DbIntegrity;

/// Percent of the rows seen earlier that a table has to keep.
const KEPT_PERCENT: u64 = 80;

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The kind of database; this version can look at sqlite.
        engine("engine"): Option<String> = none,
        /// Tables that have to be there; without them, those that an earlier run saw.
        tables("tables"): Option<Texts> = none,
    }
}

impl Check for DbIntegrity {
    type Params = Params;
    const ID: &'static str = "db.integrity";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Opens the SQLite file for reading only and asks it for `integrity_check` and `foreign_key_check`,
counts the rows of every table, and compares them with what the run before saw. A file that is not
there or holds nothing fails: asked about an empty file, SQLite itself says `ok`.

A table may grow. One that lost more than a fifth of its rows, or all of them, fails; with `tables`
only those are compared. A database that is locked is unknown.

**Proves** that the file is a SQLite database without structural damage or broken references, that
the tables asked for are there, and that they kept their rows since the last run.
**Does not prove** that the rows are right, or, at the first run, that none are missing. A database
restored from an old copy is whole.

```checklist
- [ ] Database integrity checked
```

**Remedy.** Stop the writers, keep a copy of the file as it is, and restore the newest backup that is
whole, or recover with `sqlite3 damaged.db .recover`.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("db", worlds::NOW)
            .with("engine", "sqlite")
            .with("path", "/srv/app/data/app.db");
        World::new(scope, &[("tables", "orders,users")], |ask, at| {
            let sqlite = |orders| Seen::Sqlite(sqlite::whole(&[("orders", orders), ("users", 50)]));
            if let What::Earlier(_) = &ask.what {
                let run = String::from("0006");
                let at = at.plus(-DAY);
                return Ok(Seen::Earlier(Earlier { run, at, seen: Box::new(sqlite(990)) }));
            }
            let What::Sqlite { .. } = &ask.what else { return Err(Fault::Unsupported) };
            Ok(sqlite(1_000))
        })
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let scope = looks.scope();
    let on = scope.file_host();
    let paths = paths(scope, params.engine.as_deref())?;
    let mut found = Vec::new();
    for path in &paths {
        let what = What::Sqlite { on: on.clone(), path: path.clone() };
        match looks.see(machine::ask(what, 1))? {
            (_, Seen::Sqlite(seen)) => found.push((path, seen)),
            (_, Seen::Absent) => {}
            (look, _) => return Err(garbled(look).into()),
        }
    }
    match found[..] {
        [] => Ok(Finding::fail(
            format!("`{}` is not there", paths.join("` or `")),
            "a database with its tables",
            "no such file",
            "restore the database, or correct the path of the target",
        )
        .easy_to_miss(
            "`sqlite3 missing.db 'PRAGMA integrity_check'` creates the file, says ok and exits 0",
        )),
        [(path, seen)] => {
            let before = earlier(looks, &on, path)?;
            Ok(whole(params, path, seen, before))
        }
        [..] => Err(Finding::unknown(
            format!("the dsn can mean either of `{}`, and both are there", paths.join("` and `")),
            format!("declare `path` at [target.{}] in holdpoint.toml", scope.target),
        )
        .into()),
    }
}

/// Where the file may be: as declared, or as the dsn says.
fn paths(scope: &Scope, engine: Option<&str>) -> Result<Vec<String>, Stop> {
    let dsn = scope.field("dsn");
    let spoken = dsn.and_then(|dsn| dsn.split_once(':')).map(|(scheme, _)| scheme);
    let engine =
        engine.or_else(|| scope.field("engine")).or_else(|| spoken.filter(|it| !reference(it)));
    let remedy =
        "declare `engine = \"sqlite\"` and `path` at the target, or leave the line to a person";
    if let Some(engine) = engine {
        let word = engine.to_ascii_lowercase();
        let word = word.split('+').next().unwrap_or_default();
        if !["sqlite", "sqlite3"].contains(&word) {
            return Err(machine::no_wire(word, remedy).into());
        }
    }
    if let Some(path) = scope.field("path") {
        return Ok(vec![path.to_owned()]);
    }
    let Some(dsn) = dsn else {
        return Err(scope.need("path").err().map_or_else(unreachable_path, Stop::Need));
    };
    if spoken.is_some_and(reference) {
        return Err(Finding::unknown(
            "the dsn is a reference, and what it refers to is not shown to checks",
            format!("declare `engine = \"sqlite\"` and `path` at [target.{}]", scope.target),
        )
        .into());
    }
    let rest = dsn.split_once(':').map_or(dsn, |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or(rest);
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path.strip_prefix('/') {
        None if path.is_empty() || path == ":memory:" => {
            Err(Finding::unknown(format!("`{dsn}` names no file"), remedy).into())
        }
        None => Ok(vec![path.to_owned()]),
        Some("") => Err(Finding::unknown(format!("`{dsn}` names no file"), remedy).into()),
        Some(relative) if rest.starts_with("//") && !relative.starts_with('/') => {
            Ok(vec![path.to_owned(), relative.to_owned()])
        }
        Some(rest) if rest.starts_with('/') => Ok(vec![rest.to_owned()]),
        Some(_) => Ok(vec![path.to_owned()]),
    }
}

fn unreachable_path() -> Stop {
    Finding::unknown("no path is declared", "declare `path` at the target").into()
}

/// Whether a dsn only says where the real one is kept.
fn reference(scheme: &str) -> bool {
    ["env", "file", "cmd"].contains(&scheme)
}

/// What the last run saw in this file.
fn earlier<'a>(
    looks: &'a Looks,
    on: &Host,
    path: &str,
) -> Result<Option<(&'a str, &'a Sqlite)>, Need> {
    let what = What::Sqlite { on: on.clone(), path: path.to_owned() };
    match looks.see(machine::ask(What::Earlier(Box::new(what)), 1))? {
        (_, Seen::Earlier(earlier)) => {
            let Seen::Sqlite(seen) = &*earlier.seen else { return Ok(None) };
            Ok(Some((&earlier.run, seen)))
        }
        (_, Seen::Absent) => Ok(None),
        (look, _) => Err(garbled(look)),
    }
}

fn whole(params: &Params, path: &str, seen: &Sqlite, before: Option<(&str, &Sqlite)>) -> Finding {
    let mut parts = vec![sqlite::structure(path, seen)];
    let wanted = params.tables.as_ref().map(|tables| tables.0.as_slice()).unwrap_or_default();
    parts.extend(sqlite::missing(path, seen, wanted));
    let hollow = !seen.tables.is_empty() && seen.tables.values().all(|rows| *rows == 0);
    if hollow {
        parts.push(
            Finding::pass(format!("`{path}` has tables"))
                .unproven("that it is the live database: no table holds a row"),
        );
    }
    match before {
        Some((run, before)) => {
            parts.extend(shrunk(path, &seen.tables, run, &before.tables, wanted));
            worst(parts)
        }
        None => worst(parts).unproven("row counts"),
    }
}

/// Tables that lost more than they may.
fn shrunk(
    path: &str,
    now: &BTreeMap<String, u64>,
    run: &str,
    before: &BTreeMap<String, u64>,
    wanted: &[String],
) -> Vec<Finding> {
    let key = |name: &str| wanted.is_empty() || wanted.iter().any(|it| it == name);
    let mut parts = Vec::new();
    for (table, rows) in before.iter().filter(|(table, _)| key(table)) {
        let left = now.get(table).copied();
        let kept = left.unwrap_or_default().saturating_mul(100);
        if left.is_some() && rows.saturating_mul(KEPT_PERCENT) <= kept {
            continue;
        }
        let seen =
            left.map_or_else(|| String::from("no such table"), |left| format!("{left} rows"));
        parts.push(
            Finding::fail(
                format!("table `{table}` of `{path}` had {rows} rows in run {run}: now {seen}"),
                format!("at least {KEPT_PERCENT} % of {rows} rows"),
                seen,
                format!(
                    "find out where the rows of `{table}` went before anything else writes to it"
                ),
            )
            .easy_to_miss("`PRAGMA integrity_check` says ok: rows that are gone are no damage"),
        );
    }
    parts
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{ask::Ask, time::Time, verdict::Verdict};

    use super::*;

    type Answered = Result<Seen, Fault>;

    fn judge(twist: impl FnMut(&Ask, Time, Answered) -> Answered + 'static) -> Finding {
        DbIntegrity::world().but(twist).judge(&DbIntegrity)
    }

    fn is_now(ask: &Ask) -> bool {
        matches!(ask.what, What::Sqlite { .. })
    }

    /// The file is this now; what the last run saw stays.
    fn now(seen: Seen) -> Finding {
        judge(move |ask, _, before| if is_now(ask) { Ok(seen.clone()) } else { before })
    }

    fn tables(tables: &[(&str, u64)]) -> Seen {
        Seen::Sqlite(sqlite::whole(tables))
    }

    fn dsn(dsn: &str) -> World {
        let world = DbIntegrity::world().field("engine", "").field("path", "").field("dsn", dsn);
        world.but(|ask, _, seen| {
            let elsewhere = matches!(&ask.what, What::Sqlite { path, .. } if path != "/srv/app.db");
            if elsewhere { Ok(Seen::Absent) } else { seen }
        })
    }

    #[test]
    fn nothing_is_not_a_database() {
        let empty = Sqlite { bytes: 0, header: false, ..sqlite::whole(&[]) };
        let finding = now(Seen::Sqlite(empty));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.easy_to_miss.unwrap().contains("integrity_check"));
        assert_eq!(now(Seen::Absent).verdict, Verdict::Fail);
        let bare = DbIntegrity::world()
            .param("tables", "")
            .but(|ask, _, _| Ok(if is_now(ask) { tables(&[]) } else { Seen::Absent }));
        assert_eq!({ bare }.judge(&DbIntegrity).verdict, Verdict::Unknown);
    }

    #[test]
    fn damage_is_a_fail() {
        let whole = || sqlite::whole(&[("orders", 1_000), ("users", 50)]);
        let torn = Sqlite { integrity: vec!["row 3 missing from index".into()], ..whole() };
        let finding = now(Seen::Sqlite(torn));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("row 3 missing"));
        let keys = Sqlite { foreign_key_violations: 2, ..whole() };
        assert_eq!(now(Seen::Sqlite(keys)).verdict, Verdict::Fail);
        let other = Sqlite { header: false, ..whole() };
        assert_eq!(now(Seen::Sqlite(other)).verdict, Verdict::Fail);
        let silent = Sqlite { integrity: vec![], ..whole() };
        assert_ne!(now(Seen::Sqlite(silent)).verdict, Verdict::Pass);
    }

    #[test]
    fn tables_may_grow_and_not_shrink() {
        assert_eq!(now(tables(&[("orders", 5_000), ("users", 50)])).verdict, Verdict::Pass);
        assert_eq!(now(tables(&[("orders", 792), ("users", 50)])).verdict, Verdict::Pass);
        assert_eq!(now(tables(&[("orders", 791), ("users", 50)])).verdict, Verdict::Fail);
        let finding = now(tables(&[("orders", 594), ("users", 50)]));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("990 rows in run 0006"), "{}", finding.reason);
        assert_eq!(now(tables(&[("orders", 0), ("users", 50)])).verdict, Verdict::Fail);
        assert_eq!(now(tables(&[("orders", 1_000)])).verdict, Verdict::Fail);
    }

    #[test]
    fn without_an_earlier_run_only_the_structure_is_judged() {
        let finding = judge(|ask, _, seen| if is_now(ask) { seen } else { Ok(Seen::Absent) });
        assert_eq!((finding.verdict, finding.unproven), (Verdict::Pass, vec!["row counts".into()]));
    }

    #[test]
    fn tables_without_a_row_are_named() {
        let bare = |ask: &Ask| {
            let seen = tables(&[("orders", 0), ("users", 0)]);
            if is_now(ask) { seen } else { Seen::Absent }
        };
        let finding = judge(move |ask, _, _| Ok(bare(ask)));
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("no table holds")), "{finding:?}");
    }

    #[test]
    fn a_locked_database_is_unknown() {
        for fault in [Fault::Denied, Fault::TimedOut, Fault::Garbled] {
            let finding = judge(move |ask, _, seen| if is_now(ask) { Err(fault) } else { seen });
            assert_eq!(finding.verdict, Verdict::Unknown);
        }
    }

    #[test]
    fn only_sqlite_can_be_looked_at() {
        for world in [
            DbIntegrity::world().field("engine", "postgres"),
            DbIntegrity::world().param("engine", "PostgreSQL"),
            dsn("postgresql+asyncpg://app@db/app"),
        ] {
            let finding = { world }.judge(&DbIntegrity);
            assert_eq!(finding.verdict, Verdict::Unknown);
            assert!(
                finding.reason.starts_with("this version cannot look at postgres"),
                "{finding:?}"
            );
        }
    }

    #[test]
    fn the_dsn_says_where_the_file_is() {
        for good in ["sqlite:////srv/app.db", "sqlite:///srv/app.db?mode=ro", "sqlite:/srv/app.db"]
        {
            let finding = dsn(good).judge(&DbIntegrity);
            assert_eq!(finding.verdict, Verdict::Pass, "{good}: {finding:?}");
        }
        for dark in ["env:DATABASE_URL", "sqlite://", "sqlite::memory:", "file:/run/dsn"] {
            assert_eq!(dsn(dark).judge(&DbIntegrity).verdict, Verdict::Unknown, "{dark}");
        }
        let both = DbIntegrity::world().field("path", "").field("dsn", "sqlite:///srv/app.db");
        assert_eq!({ both }.judge(&DbIntegrity).verdict, Verdict::Unknown, "either can be meant");
        let none = DbIntegrity::world().field("path", "").judge(&DbIntegrity);
        assert!(none.remedy.unwrap().contains("target.db.path"));
    }
}

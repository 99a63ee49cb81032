//! What the structure of a SQLite file says, for live databases and copies alike.

use holdpoint_model::{seen::Sqlite, verdict::Finding};

use crate::machine;

/// Whether the file is a database that holds something and is not damaged.
pub(crate) fn structure(path: &str, seen: &Sqlite) -> Finding {
    let remedy = "keep the file as it is, and restore the newest backup that is whole";
    let expected = "a SQLite file that is not empty, whole and without broken references";
    if seen.bytes == 0 {
        return Finding::fail(format!("`{path}` is empty"), expected, "0 bytes", remedy).easy_to_miss(
            "`sqlite3 empty.db 'PRAGMA integrity_check'` says ok and exits 0 on a file of zero bytes",
        );
    }
    if !seen.header {
        let reason = format!(
            "`{path}` does not begin as a SQLite file does: damaged, encrypted or another format"
        );
        let found = format!("{} bytes with another beginning", seen.bytes);
        return Finding::fail(reason, expected, found, remedy);
    }
    let damage: Vec<&str> =
        seen.integrity.iter().map(String::as_str).filter(|it| *it != "ok").collect();
    if let Some(first) = damage.first() {
        let lines = machine::count(damage.len(), "complaint", "complaints");
        let reason = format!("`{path}` is damaged: {first}");
        return Finding::fail(reason, expected, format!("{lines} of integrity_check"), remedy)
            .easy_to_miss("the service goes on reading the pages that are not damaged");
    }
    if seen.integrity.is_empty() {
        return Finding::unknown(
            format!("integrity_check said nothing about `{path}`"),
            "run the check again while nothing else uses the file",
        );
    }
    if 0 < seen.foreign_key_violations {
        let number = seen.foreign_key_violations;
        let reason = format!("`{path}` has {number} rows that refer to rows that are not there");
        let found = format!("{number} rows of foreign_key_check");
        return Finding::fail(
            reason,
            expected,
            found,
            "mend or remove the rows that `PRAGMA foreign_key_check` lists",
        )
        .easy_to_miss("`PRAGMA integrity_check` says ok: it does not look at foreign keys");
    }
    if seen.tables.is_empty() {
        return Finding::unknown(
            format!("`{path}` is a SQLite file without any table"),
            "name the tables that have to be there with `tables`, or correct the path",
        );
    }
    let tables = machine::count(seen.tables.len(), "table", "tables");
    let rows: u64 = seen.tables.values().fold(0, |sum, rows| sum.saturating_add(*rows));
    Finding::pass(format!("`{path}` is whole")).seen(format!("{tables}, {rows} rows"))
}

/// Tables that have to be there and are not.
pub(crate) fn missing(path: &str, seen: &Sqlite, wanted: &[String]) -> Option<Finding> {
    let missing: Vec<&str> = wanted
        .iter()
        .map(String::as_str)
        .filter(|table| !seen.tables.keys().any(|it| it.eq_ignore_ascii_case(table)))
        .collect();
    let names = missing.join(", ");
    let found: Vec<&str> = seen.tables.keys().map(String::as_str).take(20).collect();
    (!missing.is_empty()).then(|| {
        Finding::fail(
            format!("`{path}` lacks {}: {names}", machine::count(missing.len(), "table", "tables")),
            format!("tables {}", wanted.join(", ")),
            if found.is_empty() { String::from("no table") } else { found.join(", ") },
            "restore the tables from a backup, or run the migrations that make them",
        )
        .easy_to_miss(
            "`PRAGMA integrity_check` says ok: it does not know which tables there should be",
        )
    })
}

/// A database without damage, with these tables, for pretend worlds.
pub(crate) fn whole(tables: &[(&str, u64)]) -> Sqlite {
    Sqlite {
        bytes: 81_920,
        header: true,
        integrity: vec![String::from("ok")],
        foreign_key_violations: 0,
        tables: tables.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect(),
    }
}

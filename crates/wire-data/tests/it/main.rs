//! Tries the SQLite wire on real files: whole, damaged, locked, in use.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may fail, and says what it skips"
)]

use std::{
    collections::BTreeMap,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    seen::{Seen, Sqlite},
    wire::{Outcome, Wire},
};
use holdpoint_wire_data::SqliteWire;
use rusqlite::Connection;

fn look_on(on: Host, path: &str) -> Outcome {
    let what = What::Sqlite { on, path: path.to_owned() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let wire = SqliteWire::new();
    runtime.block_on(wire.look(&what).unwrap())
}

fn look(path: &Path) -> Outcome {
    look_on(Host::Here, path.to_str().unwrap())
}

#[track_caller]
fn sqlite(path: &Path) -> Sqlite {
    let outcome = look(path);
    let Ok(Seen::Sqlite(sqlite)) = outcome.result else { panic!("{outcome:?}") };
    sqlite
}

/// A file with customers and orders.
fn shop(path: &Path, journal: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", journal).unwrap();
    connection.pragma_update(None, "foreign_keys", 0).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE \"odd \"\" name; --\"(id INTEGER PRIMARY KEY AUTOINCREMENT);
             CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), note TEXT);
             CREATE INDEX by_note ON orders(note);
             CREATE VIEW v AS SELECT * FROM orders;
             INSERT INTO customers VALUES (1, 'a'), (2, 'b');
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
             INSERT INTO orders SELECT i, 1 + i % 2, 'note of order ' || i FROM n;",
        )
        .unwrap();
    connection
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn expected() -> BTreeMap<String, u64> {
    [("customers", 2), ("odd \" name; --", 0), ("orders", 5_000)]
        .map(|(name, rows)| (name.to_owned(), rows))
        .into()
}

#[test]
fn whole_files() {
    for journal in ["delete", "wal"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b%20?#.db");
        drop(shop(&path, journal));
        let before = names(folder.path());
        let bytes = std::fs::read(&path).unwrap();
        let seen = sqlite(&path);
        assert_eq!((seen.header, seen.integrity.as_slice()), (true, &["ok".to_owned()][..]));
        assert_eq!((seen.foreign_key_violations, seen.tables), (0, expected()));
        assert_eq!(seen.bytes, u64::try_from(bytes.len()).unwrap());
        assert_eq!(names(folder.path()), before, "nothing may be left beside it: {journal}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_live_log_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let connection = shop(&path, "wal");
    connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    connection.execute_batch("INSERT INTO customers VALUES (3, 'c')").unwrap();
    let before = names(folder.path());
    assert_eq!(before, ["app.db", "app.db-shm", "app.db-wal"]);
    let seen = sqlite(&path);
    assert_eq!((seen.tables["customers"], seen.tables["orders"]), (3, 5_000));
    assert_eq!(names(folder.path()), before);
    // The writer goes on.
    connection.execute_batch("INSERT INTO customers VALUES (4, 'd')").unwrap();
    // A copy of the file alone is intact and has lost what stands in the log.
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    let lost = sqlite(&copy);
    assert!(lost.tables.get("orders").copied().unwrap_or(0) < 5_000, "{lost:?}");
    // With its log it has lost nothing, and no index is created beside it.
    let both = folder.path().join("both.db");
    std::fs::copy(&path, &both).unwrap();
    std::fs::copy(folder.path().join("app.db-wal"), folder.path().join("both.db-wal")).unwrap();
    assert_eq!(sqlite(&both).tables["customers"], 4);
    assert!(!folder.path().join("both.db-shm").exists());
}

#[test]
fn nothing_is_not_ok() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    assert_eq!(look(&path).result, Ok(Seen::Absent));
    assert!(!path.exists(), "a look creates nothing");
    std::fs::write(&path, b"").unwrap();
    let seen = sqlite(&path);
    assert_eq!(
        (seen.bytes, seen.header, seen.integrity.len(), seen.tables.len()),
        (0, false, 0, 0)
    );
    std::fs::write(&path, b"this is not a database at all").unwrap();
    let seen = sqlite(&path);
    assert_eq!((seen.bytes, seen.header, seen.integrity.len()), (29, false, 0));
    assert_eq!(look(folder.path()).result, Err(Fault::Garbled));
    assert_eq!(look(&path.join("below")).result, Ok(Seen::Absent));
}

#[test]
fn damage_is_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    drop(shop(&path, "delete"));
    let whole = std::fs::read(&path).unwrap();
    // Cut, header only, pages overwritten, schema destroyed.
    let mut holes = whole.clone();
    let middle = whole.len() / 2 / 4_096 * 4_096;
    holes[middle..middle + 8_192].fill(0xa5);
    let mut schema = whole.clone();
    schema[100..4_096].fill(0xff);
    for (what, bytes) in [
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("header", whole[..100].to_vec()),
        ("holes", holes),
        ("schema", schema),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let seen = sqlite(&path);
        assert!(seen.header, "{what}");
        assert!(!seen.integrity.is_empty() && seen.integrity.len() <= 20, "{what}");
        assert!(!seen.integrity.contains(&"ok".to_owned()), "{what}: {:?}", seen.integrity);
    }
}

#[test]
fn foreign_keys_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let connection = shop(&path, "delete");
    connection.execute_batch("DELETE FROM customers WHERE id = 2").unwrap();
    let seen = sqlite(&path);
    assert_eq!(
        (seen.integrity.as_slice(), seen.foreign_key_violations),
        (&["ok".to_owned()][..], 2_500)
    );
    connection
        .execute_batch(
            "CREATE TABLE p(a); CREATE TABLE c(a REFERENCES p(a)); INSERT INTO c VALUES (1)",
        )
        .unwrap();
    let seen = sqlite(&path);
    assert!(seen.integrity.iter().any(|line| line.contains("foreign key mismatch")), "{seen:?}");
}

#[test]
fn a_lock_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let connection = shop(&path, "delete");
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let outcome = look(&path);
    assert_eq!(outcome.result, Err(Fault::TimedOut), "{}", outcome.note);
    assert!(outcome.note.contains("locked"), "{}", outcome.note);
    connection.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sqlite(&path).tables, expected());
}

#[test]
fn a_journal_left_by_a_crash_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let connection = shop(&path, "delete");
    connection.pragma_update(None, "cache_size", 5).unwrap();
    connection.execute_batch("BEGIN; UPDATE orders SET note = note || 'x'").unwrap();
    let crashed = folder.path().join("crashed.db");
    std::fs::copy(&path, &crashed).unwrap();
    std::fs::copy(folder.path().join("app.db-journal"), folder.path().join("crashed.db-journal"))
        .unwrap();
    let outcome = look(&crashed);
    assert_eq!(outcome.result, Err(Fault::Denied), "{}", outcome.note);
    drop(connection);
}

#[test]
fn virtual_tables_are_put_up_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let connection = shop(&path, "delete");
    connection
        .execute_batch(
            "CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('one'), ('two');
             PRAGMA writable_schema=1;
             INSERT INTO sqlite_schema VALUES ('table', 'strange', 'strange', 0, 'CREATE VIRTUAL TABLE strange USING nosuchmodule(x)');
             PRAGMA writable_schema=0;",
        )
        .unwrap();
    drop(connection);
    let outcome = look(&path);
    let Ok(Seen::Sqlite(seen)) = outcome.result else { panic!("{outcome:?}") };
    assert_eq!((seen.tables["words"], seen.tables["orders"]), (2, 5_000));
    assert!(!seen.tables.contains_key("strange") && outcome.note.contains("nosuchmodule"));
}

#[test]
fn below_a_root() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("data")).unwrap();
    drop(shop(&root.join("data/app.db"), "wal"));
    drop(shop(&folder.path().join("outside.db"), "delete"));
    symlink("/data/app.db", root.join("link.db")).unwrap();
    symlink("../outside.db", root.join("escape.db")).unwrap();
    let on = || Host::Root(root.to_str().unwrap().to_owned());
    for path in ["/data/app.db", "data/app.db", "/link.db", "/../data/app.db"] {
        let outcome = look_on(on(), path);
        let Ok(Seen::Sqlite(seen)) = outcome.result else { panic!("{path}: {outcome:?}") };
        assert_eq!(seen.tables, expected(), "{path}");
    }
    for path in ["/escape.db", "/../outside.db", "/missing.db"] {
        assert_eq!(look_on(on(), path).result, Ok(Seen::Absent), "{path}");
    }
    let gone = Host::Root(folder.path().join("missing").to_str().unwrap().to_owned());
    assert_eq!(look_on(gone, "/data/app.db").result, Err(Fault::NoVantage));
    let shell = Host::Command(vec!["sh".to_owned()]);
    assert_eq!(look_on(shell, "/data/app.db").result, Err(Fault::Unsupported));
    assert_eq!(look_on(Host::Ssh("a".to_owned()), "/x").result, Err(Fault::Unsupported));
    assert_eq!(look_on(Host::Here, "").result, Err(Fault::Unsupported));
}

#[test]
fn what_may_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    drop(shop(&path, "delete"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    assert_eq!(look(&path).result, Err(Fault::Denied));
}

#[test]
fn the_program_sqlite3_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let made = std::process::Command::new("sqlite3")
        .arg(&path)
        .arg("PRAGMA journal_mode=wal; CREATE TABLE t(x); INSERT INTO t VALUES (1),(2);")
        .output();
    let Ok(made) = made else {
        println!("skipped: sqlite3 is not installed");
        return;
    };
    assert!(made.status.success());
    let seen = sqlite(&path);
    assert_eq!((seen.integrity.as_slice(), seen.tables["t"]), (&["ok".to_owned()][..], 2));
}

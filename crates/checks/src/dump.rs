//! What a backup file holds, by its first bytes and its name, and how such a thing has to end.

use holdpoint_model::seen::{Codec, Stream};

use crate::web::hex;

/// The closing lines of `pg_dump`: a row of data has neither of the others around it.
pub(crate) const POSTGRES: &str = "\n--\n-- PostgreSQL database dump complete\n--";
const POSTGRES_CRLF: &str = "\n--\r\n-- PostgreSQL database dump complete\r\n--";
/// The closing lines of `pg_dumpall`.
pub(crate) const POSTGRES_CLUSTER: &str = "\n--\n-- PostgreSQL database cluster dump complete\n--";
const POSTGRES_CLUSTER_CRLF: &str = "\n--\r\n-- PostgreSQL database cluster dump complete\r\n--";
/// The closing line of `mysqldump` and `mariadb-dump`, which a date may follow.
pub(crate) const MYSQL: &str = "\n-- Dump completed";
/// The closing line of `sqlite3 .dump`, and the one it writes after trouble.
pub(crate) const SQLITE: &str = "\nCOMMIT;\n";
const SQLITE_CRLF: &str = "\nCOMMIT;\r\n";
const SQLITE_TROUBLE: &str = "ROLLBACK; -- due to errors";
/// What begins each database in a dump of several.
const CONNECT: &str = "\n\\connect ";
/// The first line of a dump of several databases.
const CLUSTER_HEAD: &str = "-- PostgreSQL database cluster dump";
/// Statements that make a table, fill one, or make a role.
pub(crate) const TABLE: &str = "CREATE TABLE";
const ROWS: [&str; 2] = ["\nCOPY ", "INSERT INTO"];
const ROLE: &str = "\nCREATE ROLE ";
/// Bytes at the end of a stream in which markers are looked for.
const TAIL: u64 = 64 * 1_024;

/// Every text that is looked for near the end.
pub(crate) const MARKERS: [&str; 14] = [
    POSTGRES,
    POSTGRES_CRLF,
    POSTGRES_CLUSTER,
    POSTGRES_CLUSTER_CRLF,
    MYSQL,
    SQLITE,
    SQLITE_CRLF,
    SQLITE_TROUBLE,
    CONNECT,
    CLUSTER_HEAD,
    TABLE,
    ROWS[0],
    ROWS[1],
    ROLE,
];

/// What is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Statements as text.
    Sql(Dialect),
    /// A dump in PostgreSQL's own format.
    PostgresCustom,
    /// A SQLite database file.
    Sqlite,
    /// Something that only its key opens.
    Encrypted,
    /// Anything else.
    Other,
}

/// Whose statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Mysql,
    Sqlite,
    Unknown,
}

impl Dialect {
    /// The line that ends a dump of it.
    pub(crate) fn closing(self) -> &'static str {
        match self {
            Self::Postgres => "-- PostgreSQL database dump complete",
            Self::Mysql => "-- Dump completed",
            Self::Sqlite => "COMMIT;",
            Self::Unknown => "a closing line",
        }
    }
}

/// Whether a dump ends as it has to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Whole,
    Open,
    Unclear,
}

/// What a stream holds: `magic` is its first bytes as hex.
pub(crate) fn content(name: &str, magic: &str, engine: Option<&str>) -> Content {
    let begins = |bytes: &[u8]| magic.starts_with(&hex(bytes));
    let any = |all: &[&[u8]]| all.iter().any(|bytes| begins(bytes));
    let name = name.to_ascii_lowercase();
    let packed = [".gz", ".zst", ".gzip", ".zstd"];
    let inner = packed.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let named = |ends: &[&str]| ends.iter().any(|end| inner.ends_with(end));
    let engine = engine.map(str::to_ascii_lowercase);
    if begins(b"PGDMP") {
        Content::PostgresCustom
    } else if begins(b"SQLite format 3\0") {
        Content::Sqlite
    } else if begins(b"--\n-- Postgr") {
        Content::Sql(Dialect::Postgres)
    } else if any(&[b"-- MySQL dump", b"-- MariaDB dump", b"/*!999999\\-", b"/*M!999999\\-"]) {
        Content::Sql(Dialect::Mysql)
    } else if begins(b"PRAGMA foreign_k") {
        Content::Sql(Dialect::Sqlite)
    } else if any(&[b"age-encryption.o", b"-----BEGIN PGP M", b"-----BEGIN AGE", b"Salted__"])
        || named(&[".gpg", ".pgp", ".age", ".enc"])
    {
        Content::Encrypted
    } else if named(&[".sql"]) {
        Content::Sql(match engine.as_deref() {
            Some("postgres" | "postgresql") => Dialect::Postgres,
            Some("mysql" | "mariadb") => Dialect::Mysql,
            Some("sqlite" | "sqlite3") => Dialect::Sqlite,
            Some(_) | None => Dialect::Unknown,
        })
    } else {
        Content::Other
    }
}

/// How a dump of that dialect ends.
pub(crate) fn end(dialect: Dialect, stream: &Stream) -> End {
    let found = |marker: &str| stream.found.iter().any(|it| it == marker);
    let told = |whole: bool| if whole { End::Whole } else { End::Open };
    match dialect {
        Dialect::Postgres => told(postgres_ends(stream)),
        Dialect::Mysql => told(found(MYSQL)),
        Dialect::Sqlite => told((found(SQLITE) || found(SQLITE_CRLF)) && !found(SQLITE_TROUBLE)),
        Dialect::Unknown if postgres_ends(stream) || found(MYSQL) => End::Whole,
        Dialect::Unknown => End::Unclear,
    }
}

/// A dump of several databases carries the closing line of each: only the last line of all ends it.
/// That it is such a dump shows where the whole of it was searched, or where a database begins so
/// far from the start that it cannot be the first.
fn postgres_ends(stream: &Stream) -> bool {
    let found = |marker: &str| stream.found.iter().any(|it| it == marker);
    let several = found(CLUSTER_HEAD) || (found(CONNECT) && TAIL < stream.decoded_bytes);
    found(POSTGRES_CLUSTER)
        || found(POSTGRES_CLUSTER_CRLF)
        || ((found(POSTGRES) || found(POSTGRES_CRLF)) && !several)
}

/// What a dump holds beyond its first and last lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// Nothing: the database was empty, or another one.
    Nothing,
    /// No table, though something else.
    NoTable,
    /// Tables without a row.
    NoRow,
    /// Rows, or more than was searched.
    Rows,
}

/// What a dump holds, where the whole of it was searched.
pub(crate) fn load(stream: &Stream) -> Load {
    let found = |marker: &str| stream.found.iter().any(|it| it == marker);
    if TAIL < stream.decoded_bytes || ROWS.into_iter().any(found) {
        Load::Rows
    } else if found(TABLE) {
        Load::NoRow
    } else if found(ROLE) {
        Load::NoTable
    } else {
        Load::Nothing
    }
}

/// How the end of a name says that the file is packed, where the file is not packed so.
pub(crate) fn misnamed(name: &str, codec: Codec) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let said = if ends(&[".gz", ".gzip", ".tgz"]) {
        (Codec::Gzip, "gzip")
    } else if ends(&[".zst", ".zstd"]) {
        (Codec::Zstd, "zstd")
    } else if ends(&[".bz2", ".xz", ".lz4"]) {
        (Codec::Other, "bzip2, xz or lz4")
    } else {
        return None;
    };
    (said.0 != codec).then_some(said.1)
}

/// The SHA-256 that a checksum file has for a name: the only one in a file that
/// names it or nothing, or the one on the name's line.
pub(crate) fn sum(text: &str, name: &str) -> Option<String> {
    let digest = |line: &str| {
        let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
        let found =
            words.find(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()))?;
        Some(found.to_ascii_lowercase())
    };
    let sums: Vec<(String, &str)> =
        text.lines().filter_map(|line| digest(line).map(|digest| (digest, line))).collect();
    let named = |line: &str| {
        line.split_whitespace()
            .map(|word| word.trim_start_matches('*').trim_matches(['(', ')']))
            .any(|word| word == name || word.ends_with(&format!("/{name}")))
    };
    match &sums[..] {
        [(digest, line)] if line.trim().len() == 64 || text.contains(name) => Some(digest.clone()),
        sums => sums.iter().find(|(_, line)| named(line)).map(|(digest, _)| digest.clone()),
    }
}

/// The digest of the file in pretend worlds.
pub(crate) const SHA256: &str = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";

/// A file of a pretend world that was read to its end.
pub(crate) fn stream(codec: Codec, magic: &[u8], found: &[&str]) -> Stream {
    Stream {
        bytes: 5_000_000,
        sha256: SHA256.to_owned(),
        codec,
        decoded_bytes: 40_000_000,
        magic: hex(magic),
        end: holdpoint_model::seen::StreamEnd::Complete,
        found: found.iter().map(|it| (*it).to_owned()).collect(),
        modified: crate::worlds::NOW,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_what_is_inside() {
        let check = |name: &str, magic: &[u8], want: Content| {
            assert_eq!(content(name, &hex(magic), None), want, "{name}");
        };
        check("a.sql.gz", b"--\n-- PostgreSQL", Content::Sql(Dialect::Postgres));
        check("a.gz", b"-- MySQL dump 10", Content::Sql(Dialect::Mysql));
        check("a.sql", b"/*M!999999\\- ena", Content::Sql(Dialect::Mysql));
        check("a.sql", b"PRAGMA foreign_k", Content::Sql(Dialect::Sqlite));
        check("a.sql", b"CREATE TABLE a (", Content::Sql(Dialect::Unknown));
        check("a.dump", b"PGDMP\x01\x0e\0", Content::PostgresCustom);
        check("a.db", b"SQLite format 3\0", Content::Sqlite);
        check("a.sql.age", b"age-encryption.o", Content::Encrypted);
        check("a.tar.gz", b"etc/", Content::Other);
        let mine = content("a.sql", "00", Some("PostgreSQL"));
        assert_eq!(mine, Content::Sql(Dialect::Postgres));
    }

    #[test]
    fn a_dump_of_several_databases_ends_with_the_last() {
        let end = |decoded_bytes: u64, found: &[&str]| {
            let stream = Stream { decoded_bytes, ..stream(Codec::Plain, b"", found) };
            end(Dialect::Postgres, &stream)
        };
        assert_eq!(end(900_000, &[POSTGRES]), End::Whole);
        assert_eq!(end(900_000, &[POSTGRES, CONNECT]), End::Open);
        assert_eq!(end(9_000, &[POSTGRES, CONNECT]), End::Whole, "pg_dump -C begins so");
        assert_eq!(end(9_000, &[POSTGRES, CLUSTER_HEAD]), End::Open);
        assert_eq!(end(900_000, &[POSTGRES, CONNECT, POSTGRES_CLUSTER]), End::Whole);
        assert_eq!(end(900_000, &[]), End::Open);
    }

    #[test]
    fn small_dumps_tell_what_they_hold() {
        let load = |decoded_bytes: u64, found: &[&str]| {
            load(&Stream { decoded_bytes, ..stream(Codec::Plain, b"", found) })
        };
        assert_eq!(load(700, &[POSTGRES]), Load::Nothing);
        assert_eq!(load(700, &[POSTGRES_CLUSTER, ROLE]), Load::NoTable);
        assert_eq!(load(700, &[TABLE]), Load::NoRow);
        assert_eq!(load(700, &[TABLE, ROWS[1]]), Load::Rows);
        assert_eq!(load(700_000, &[]), Load::Rows);
    }

    #[test]
    fn names_have_to_tell_the_packing() {
        assert_eq!(misnamed("a.sql.gz", Codec::Plain), Some("gzip"));
        assert_eq!(misnamed("a.SQL.GZ", Codec::Gzip), None);
        assert_eq!(misnamed("a.zst", Codec::Gzip), Some("zstd"));
        assert_eq!(misnamed("a.tar.xz", Codec::Other), None);
        assert_eq!(misnamed("a.sql", Codec::Gzip), None);
    }

    #[test]
    fn a_closing_line_inside_a_row_is_none() {
        let traps = [
            "VALUES ('-- PostgreSQL database dump complete');\n",
            "VALUES ('-- Dump completed');\n",
            "VALUES('COMMIT;');\n",
        ];
        for trap in traps {
            let closing = [POSTGRES, POSTGRES_CRLF, MYSQL, SQLITE, SQLITE_CRLF];
            assert!(!closing.iter().any(|marker| trap.contains(marker)), "{trap}");
        }
    }

    #[test]
    fn reads_checksums() {
        let other = "a".repeat(64);
        let line = format!("{SHA256}  app.sql.gz\n");
        assert_eq!(sum(&line, "app.sql.gz").as_deref(), Some(SHA256));
        assert_eq!(
            sum(&format!("{}\n", SHA256.to_uppercase()), "app.sql.gz").as_deref(),
            Some(SHA256)
        );
        let list = format!("{other}  other.gz\n{SHA256} */b/app.sql.gz\n");
        assert_eq!(sum(&list, "app.sql.gz").as_deref(), Some(SHA256));
        assert_eq!(
            sum(&format!("SHA256 (app.sql.gz) = {SHA256}"), "app.sql.gz").as_deref(),
            Some(SHA256)
        );
        let manifest = format!("{{\n \"file\": \"app.sql.gz\",\n \"sha256\": \"{SHA256}\"\n}}");
        assert_eq!(sum(&manifest, "app.sql.gz").as_deref(), Some(SHA256));
        for none in ["", "sha256sum: app.sql.gz: No such file", &format!("{other}  other.gz")] {
            assert_eq!(sum(none, "app.sql.gz"), None, "{none}");
        }
    }
}

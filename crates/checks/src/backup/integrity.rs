//! `backup.integrity`: the newest backup is complete: read to its end, with the end it has to have.

use holdpoint_model::{
    ask::What,
    check::{Check, Judgement},
    fault::Fault,
    limits,
    look::{Looks, Need, garbled},
    param::Param,
    params,
    scope::Scope,
    seen::{Codec, Entry, Seen, Stream, StreamEnd},
    time::HOUR,
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{
    backups::{self, Backup, Shelf, join},
    dump::{self, Content, End, Load},
    machine, sqlite,
    variables::{Stop, settle},
    worlds,
};

pub(crate) struct BackupIntegrity;

/// Files of one backup that are read.
const FILES_MAX: usize = 40;
/// Milliseconds that `pg_restore` may take to read a dump.
const RESTORE_MS: u32 = 600_000;

/// How far a backup is read. There is one depth: tables of contents prove nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depth;

impl Param for Depth {
    const KIND: &'static str = "full-read";
    fn read(text: &str) -> Result<Self, String> {
        match text.trim_start_matches('=').trim().to_ascii_lowercase().as_str() {
            "full-read" | "full" => Ok(Self),
            _ => Err(format!("expected full-read, found `{text}`")),
        }
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// How far the backup is read: always to its end.
        depth("depth"): Depth = "full-read",
        /// The database that the backup is of, such as postgres, mysql or sqlite.
        engine("engine"): Option<String> = none,
    }
}

impl Check for BackupIntegrity {
    type Params = Params;
    const ID: &'static str = "backup.integrity";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r#"
Picks the newest complete backup, as `backup.fresh` does, and reads it to its end through gzip or
Zstandard. What is inside decides what the end has to be: a dump in SQL carries its closing line
(`PostgreSQL database dump complete`, `Dump completed`, `COMMIT;`; a few lines may follow it), one in
PostgreSQL's own format is read by `pg_restore -f /dev/null`, and a SQLite file is opened and checked.
A checksum that lies beside the backup (`.sha256`, `SHA256SUMS`) has to be that of the file.

A plain file of an unknown kind is unknown: nothing in it says where it should end.

**Proves** that every byte of the backup could be read and unpacked, that it is not empty, and that it
ends as its kind ends.
**Does not prove** that it can be restored, that it holds every row, that a packed archive or database
inside is whole where that is named as unproven, nor that a dump of several databases that was cut
right behind one of them had no more to come.

```checklist
- [ ] Integrity of the latest backup checked
```

**Remedy.** Make a new backup, with `set -o pipefail` in the script that packs it, and keep the old
ones until the new one passes.
"#;

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("files", worlds::NOW).with("path", "/var/backups/app");
        World::new(scope, &[("depth", "full-read")], |ask, at| {
            if let What::List { .. } = &ask.what {
                let written = worlds::NOW.plus(-7 * HOUR);
                let dump = backups::entry("app_20261121.sql.gz", 5_000_000, written);
                let sum = backups::entry("app_20261121.sql.gz.sha256", 86, written);
                return Ok(backups::listing(vec![dump, sum], at));
            }
            if let What::Read { .. } = &ask.what {
                return Ok(machine::file(&format!("{}  app_20261121.sql.gz\n", dump::SHA256)));
            }
            let What::Stream { .. } = &ask.what else { return Err(Fault::Unsupported) };
            Ok(Seen::Stream(dump::stream(Codec::Gzip, b"--\n-- PostgreSQL", &[dump::POSTGRES])))
        })
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let Params { depth: Depth, engine } = params;
    let shelf = backups::shelf(looks)?;
    let Some(newest) = shelf.backups.first() else { return Ok(backups::none(&shelf)) };
    let whole = Whole { looks, shelf: &shelf, backup: newest, engine: engine.as_deref() };
    Ok(shelf.honest(whole.judge()?))
}

/// The backup that is judged.
struct Whole<'a> {
    looks: &'a Looks,
    shelf: &'a Shelf,
    backup: &'a Backup,
    engine: Option<&'a str>,
}

impl Whole<'_> {
    fn judge(&self) -> Result<Finding, Stop> {
        let backup = self.backup;
        if backup.files.is_empty() && !backup.nested {
            return Ok(Finding::fail(
                format!("`{}` holds nothing", backup.name),
                "a folder with the files of a backup",
                "an empty folder",
                "read the log of the job that makes backups, mend it, and run it",
            )
            .easy_to_miss(format!("`ls -la {}` exits 0 on an empty folder", backup.path)));
        }
        if backup.folder && backup.files.iter().any(|it| it.name == "toc.dat") {
            return self.pg_restore(&backup.path, &backup.name);
        }
        if FILES_MAX < backup.files.len() {
            let many = backup.files.len();
            return Ok(Finding::unknown(
                format!("`{}` is made of {many} files, more than are read", backup.name),
                "name one of them, or pack them into one, with `path`",
            ));
        }
        let files = backup.files.iter().map(|file| match self.file(file) {
            Err(Stop::Need(need)) => Err(need),
            Err(Stop::Said(finding)) => Ok(*finding),
            Ok(finding) => Ok(finding),
        });
        let mut parts = Vec::new();
        for part in self.looks.each(files)? {
            parts.push(part.map_err(Need::Blind)?);
        }
        let finding = worst(parts);
        Ok(if backup.nested {
            finding.unproven(format!("the folders inside `{}`", backup.name))
        } else {
            finding
        })
    }

    /// One file of the backup, its checksum counted.
    fn file(&self, file: &Entry) -> Result<Finding, Stop> {
        let backup = self.backup;
        let (path, name) = if backup.folder {
            (join(&backup.path, &file.name), format!("{}/{}", backup.name, file.name))
        } else {
            (backup.path.clone(), backup.name.clone())
        };
        let what = What::Stream {
            on: self.shelf.on.clone(),
            path: path.clone(),
            markers: dump::MARKERS.map(str::to_owned).to_vec(),
        };
        let stream = match self.looks.see(machine::ask(what, 1))? {
            (_, Seen::Stream(stream)) => stream,
            (_, Seen::Absent) => {
                return Ok(Finding::unknown(
                    format!("`{name}` was there when the folder was listed, and is gone"),
                    "run the check again",
                ));
            }
            (look, _) => return Err(garbled(look).into()),
        };
        if let Some(broken) = broken(&name, stream) {
            return Ok(broken);
        }
        let sum = self.checksum(&path, file, stream)?;
        if sum.verdict == Verdict::Fail {
            return Ok(sum);
        }
        let vouched = sum.unproven.is_empty();
        Ok(worst(vec![self.content(&path, &name, stream, vouched)?, sum]))
    }

    /// What is inside, and whether it ends as such a thing ends.
    fn content(
        &self,
        path: &str,
        name: &str,
        stream: &Stream,
        vouched: bool,
    ) -> Result<Finding, Stop> {
        let read = || {
            Finding::pass(format!("`{name}` was read to its end"))
                .seen(format!("{} bytes, {} unpacked", stream.bytes, stream.decoded_bytes))
        };
        let plain = stream.codec == Codec::Plain;
        let content = dump::content(name, &stream.magic, self.engine);
        if content != Content::Encrypted
            && let Some(packing) = dump::misnamed(name, stream.codec)
        {
            return Ok(misnamed(name, packing));
        }
        Ok(match content {
            Content::Sql(kind) => match dump::end(kind, stream) {
                End::Whole => match dump::load(stream) {
                    Load::Rows => read(),
                    Load::NoRow => read().unproven("whether it holds any row"),
                    Load::NoTable => read().unproven("whether it holds any table"),
                    Load::Nothing => hollow(name, stream),
                },
                End::Open => cut(name, kind.closing()),
                End::Unclear => Finding::unknown(
                    format!("`{name}` is SQL without a closing line that is known"),
                    "make the dump with pg_dump, mysqldump or sqlite3 .dump and keep its comments, \
                     or name its `engine`",
                ),
            },
            Content::PostgresCustom if plain => self.pg_restore(path, name)?,
            Content::Sqlite if plain => self.sqlite(path, name)?,
            Content::PostgresCustom => Finding::unknown(
                format!("`{name}` is a dump in PostgreSQL's own format inside another packing"),
                format!(
                    "unpack it and run `pg_restore -f /dev/null`; the format packs by itself, `{name}` need not be"
                ),
            ),
            Content::Sqlite => read().unproven("the structure of the SQLite database inside"),
            Content::Encrypted => Finding::unknown(
                format!("`{name}` is encrypted, and nobody gave us the key"),
                "decrypt it with the recovery key on a machine that may, and check what comes out",
            ),
            Content::Other if !plain => read().unproven("that what was packed was whole"),
            Content::Other if vouched => read().unproven("that what was written was whole"),
            Content::Other => Finding::unknown(
                format!("`{name}` is of a kind that does not say where it ends"),
                format!(
                    "keep a checksum beside it: `sha256sum {name} > {name}.sha256` when it is made"
                ),
            ),
        })
    }

    fn pg_restore(&self, path: &str, name: &str) -> Result<Finding, Stop> {
        let argv = ["pg_restore", "-f", "/dev/null", path].map(str::to_owned).to_vec();
        let what = What::Run { on: self.shelf.on.clone(), argv, timeout_ms: RESTORE_MS };
        let output = match self.looks.see(machine::ask(what, 1))? {
            (_, Seen::Output(output)) => output,
            (look, _) => return Err(garbled(look).into()),
        };
        let said = output.stderr.lines().map(str::trim).find(|line| !line.is_empty());
        let said = said.unwrap_or("no message").to_owned();
        let newer = output.stderr.contains("unsupported version");
        Ok(match output.status {
            Some(0) => Finding::pass(format!("pg_restore read all of `{name}`")),
            Some(_) if newer => Finding::unknown(
                format!("pg_restore is older than what made `{name}`: {said}"),
                "install the client programs of the server's version",
            ),
            Some(status) => Finding::fail(
                format!("pg_restore cannot read `{name}`: {said}"),
                "a dump that pg_restore reads to its end",
                format!("exit status {status}: {said}"),
                "make a new dump, and keep the older ones until it passes",
            )
            .easy_to_miss("`pg_restore -l` exits 0: it reads the table of contents only"),
            None => Finding::unknown(
                format!("pg_restore was ended before it had read `{name}`"),
                "run the check again on a machine with more time or memory",
            ),
        })
    }

    fn sqlite(&self, path: &str, name: &str) -> Result<Finding, Stop> {
        let what = What::Sqlite { on: self.shelf.on.clone(), path: path.to_owned() };
        match self.looks.see(machine::ask(what, 1))? {
            (_, Seen::Sqlite(seen)) => {
                let finding = sqlite::structure(name, seen);
                let rows = seen.tables.values().any(|rows| 0 < *rows);
                Ok(if finding.verdict == Verdict::Pass && !rows {
                    Finding::fail(
                        format!("`{name}` is a SQLite database without a row"),
                        "tables with rows",
                        machine::count(seen.tables.len(), "empty table", "empty tables"),
                        "copy the database with `sqlite3 app.db \".backup copy.db\"` while it is in use",
                    )
                    .easy_to_miss("`PRAGMA integrity_check` says ok: a copy made by `cp` lacks what is in the log")
                } else {
                    finding.unproven("row counts against the live database")
                })
            }
            (look, Seen::Absent) => Err(garbled(look).into()),
            (look, _) => Err(garbled(look).into()),
        }
    }

    /// What the checksum beside the file says; without one that is unproven.
    fn checksum(&self, path: &str, file: &Entry, stream: &Stream) -> Result<Finding, Stop> {
        let name = &file.name;
        let pass = || Finding::pass(format!("`{name}` was read to its end"));
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let alone = self.backup.beside.iter().all(|it| it == name);
        let own = [".sha256", ".sha256sum", ".manifest", ".manifest.json"]
            .map(|end| format!("{name}{end}"));
        let lists =
            ["SHA256SUMS", "SHA256SUMS.txt", "sha256sums", "sha256sums.txt", "manifest.json"];
        let mut known = own.iter().map(String::as_str).chain(lists);
        let beside = known.find(|it| self.backup.beside.iter().any(|there| there == it));
        // A file that is named itself was listed alone: what lies beside it nobody has seen yet.
        let Some(beside) = beside.or_else(|| alone.then_some(own[0].as_str())) else {
            let mut others = self.backup.beside.iter();
            let digests = ["md5", "md5sum", "sha1", "sha512", "sha512sum"];
            let other = others.find(|it| {
                it.strip_prefix(name.as_str())
                    .and_then(|end| end.strip_prefix('.'))
                    .is_some_and(|end| digests.contains(&end.to_ascii_lowercase().as_str()))
            });
            return Ok(pass().unproven(match other {
                Some(other) => {
                    format!("checksum (`{other}` is not read: only SHA-256 is compared)")
                }
                None => String::from("checksum"),
            }));
        };
        let place = match (folder, path.starts_with('/')) {
            ("", true) => format!("/{beside}"),
            ("", false) => beside.to_owned(),
            (folder, _) => join(folder, beside),
        };
        let (_, seen) = machine::read(self.looks, &self.shelf.on, &place, limits::FILE_BYTES_MAX)?;
        let Some(seen) = seen else { return Ok(pass().unproven("checksum")) };
        let Some(sum) = dump::sum(&seen.text, name) else {
            return Ok(pass().unproven(format!("checksum (`{beside}` has none for it)")));
        };
        if sum == stream.sha256 {
            return Ok(Finding::pass(format!("its checksum is that of `{beside}`")));
        }
        Ok(Finding::fail(
            format!("`{name}` is not what `{beside}` was made of"),
            format!("SHA-256 {sum}"),
            format!("SHA-256 {}", stream.sha256),
            "make a new backup; find out what changed the file after it was written",
        )
        .easy_to_miss(format!("`ls -l` shows `{name}` in its usual size")))
    }
}

/// Why the bytes themselves are no backup, where that is so.
fn broken(name: &str, stream: &Stream) -> Option<Finding> {
    let remedy = "make a new backup, and keep the older ones until it passes";
    let fail = |why: String, seen: String| {
        Finding::fail(why, "a file that is read to its end", seen, remedy)
    };
    // Nothing of it was unpacked, so what is said of its end says nothing.
    if stream.codec == Codec::Other {
        return Some(Finding::unknown(
            format!("`{name}` is packed in a way that this version does not read"),
            "test it with the program that packed it (`xz -t`, `bzip2 -t`), or pack with gzip or zstd",
        ));
    }
    match &stream.end {
        StreamEnd::Cut { at } => {
            return Some(
                fail(
                    format!("`{name}` is cut off after {at} bytes"),
                    format!("it ends inside its packing, at byte {at}"),
                )
                .easy_to_miss(
                    "`gunzip -c cut.sql.gz | psql` exits 0 when the shell does not set pipefail",
                ),
            );
        }
        StreamEnd::Corrupt { at, why } => {
            return Some(fail(format!("`{name}` is damaged near byte {at}: {why}"), why.clone()));
        }
        StreamEnd::Complete => {}
    }
    (stream.decoded_bytes == 0).then(|| {
        fail(
            format!("`{name}` unpacks to nothing"),
            format!("{} bytes that hold nothing", stream.bytes),
        )
        .easy_to_miss("`gzip -t` exits 0 on the 20 bytes that gzip makes of nothing")
    })
}

/// The fail of a file that the program its name asks for cannot unpack.
fn misnamed(name: &str, packing: &str) -> Finding {
    Finding::fail(
        format!("`{name}` is not packed by {packing}, though its name says so"),
        format!("a file packed by {packing}"),
        "another beginning",
        "name the file after what it is, or mend the script that packs it",
    )
    .easy_to_miss("the file opens in an editor; what unpacks it on the way back stops at once")
}

/// The fail of a dump that is whole and holds nothing.
fn hollow(name: &str, stream: &Stream) -> Finding {
    Finding::fail(
        format!("`{name}` holds no table: the database it was made of is empty, or another one"),
        "a dump with tables",
        format!("{} bytes without CREATE TABLE, COPY or INSERT", stream.decoded_bytes),
        "name the right database in the script that dumps it, and run it",
    )
    .easy_to_miss("the dump begins and ends as it should; `pg_dump` exits 0 on an empty database")
}

fn cut(name: &str, closing: &str) -> Finding {
    Finding::fail(
        format!("`{name}` lacks the line that ends such a dump: it was cut off"),
        format!("`{closing}` at its end"),
        "no such line in its last 64 KiB",
        "make a new dump, with `set -o pipefail` in the script, and keep the older ones until it passes",
    )
    .easy_to_miss("`psql -f` exits 0 on a dump that was cut, having loaded a part of the rows")
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{
        ask::Ask,
        seen::{EntryKind, Output, Sqlite},
        time::Time,
    };

    use super::*;

    const HEAD: &[u8] = b"--\n-- PostgreSQL";

    fn judge(world: World) -> Finding {
        { world }.judge(&BackupIntegrity)
    }

    /// A place with one file, without a checksum, that reads as `stream`; other looks are answered
    /// by `rest`.
    fn file(
        name: &'static str,
        stream: Stream,
        mut rest: impl FnMut(&Ask) -> Result<Seen, Fault> + 'static,
    ) -> World {
        BackupIntegrity::world().but(move |ask, at, _| {
            if let What::List { .. } = &ask.what {
                let entry = backups::entry(name, stream.bytes, worlds::NOW.plus(-HOUR));
                return Ok(backups::listing(vec![entry], at));
            }
            match machine::path_read(ask) {
                Some(_) => Ok(Seen::Absent),
                None if matches!(ask.what, What::Stream { .. }) => Ok(Seen::Stream(stream.clone())),
                None => rest(ask),
            }
        })
    }

    fn verdict(name: &'static str, stream: Stream) -> Verdict {
        judge(file(name, stream, |_| Err(Fault::Unsupported))).verdict
    }

    fn plain(magic: &[u8], found: &[&str]) -> Stream {
        dump::stream(Codec::Plain, magic, found)
    }

    #[test]
    fn a_cut_or_damaged_backup_fails() {
        let gzip =
            |end: StreamEnd| Stream { end, ..dump::stream(Codec::Gzip, HEAD, &[dump::POSTGRES]) };
        let finding =
            judge(file("a.sql.gz", gzip(StreamEnd::Cut { at: 70 }), |_| Err(Fault::Unsupported)));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("after 70 bytes"));
        let why = String::from("wrong checksum");
        assert_eq!(verdict("a.sql.gz", gzip(StreamEnd::Corrupt { at: 70, why })), Verdict::Fail);
        assert_eq!(verdict("a.sql.gz", gzip(StreamEnd::Complete)), Verdict::Pass);
    }

    #[test]
    fn a_packed_nothing_fails() {
        let empty = Stream { bytes: 20, decoded_bytes: 0, ..dump::stream(Codec::Gzip, b"", &[]) };
        let finding = judge(file("a.sql.gz", empty.clone(), |_| Err(Fault::Unsupported)));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.easy_to_miss.unwrap().contains("gzip -t"));
        assert_eq!(
            verdict("a.sql", Stream { bytes: 0, codec: Codec::Plain, ..empty }),
            Verdict::Fail
        );
    }

    #[test]
    fn a_dump_ends_with_its_closing_line() {
        for (name, codec) in
            [("a.sql", Codec::Plain), ("a.sql.gz", Codec::Gzip), ("a.sql.zst", Codec::Zstd)]
        {
            let with = |found: &[&str]| verdict(name, dump::stream(codec, HEAD, found));
            assert_eq!(with(&[dump::POSTGRES]), Verdict::Pass, "other lines may follow it");
            assert_eq!(with(&[]), Verdict::Fail);
        }
        let finding = judge(file("a.sql", plain(HEAD, &[]), |_| Err(Fault::Unsupported)));
        assert!(finding.easy_to_miss.unwrap().contains("psql -f"));
        assert_eq!(verdict("a.sql", plain(b"-- MySQL dump 10", &[dump::MYSQL])), Verdict::Pass);
        assert_eq!(verdict("a.sql", plain(b"-- MySQL dump 10", &[])), Verdict::Fail);
        assert_eq!(verdict("a.sql", plain(b"PRAGMA foreign_k", &[dump::SQLITE])), Verdict::Pass);
        let trouble = [dump::SQLITE, "ROLLBACK; -- due to errors"];
        assert_eq!(verdict("a.sql", plain(b"PRAGMA foreign_k", &trouble)), Verdict::Fail);
        assert_eq!(verdict("a.sql", plain(b"CREATE TABLE a (", &[])), Verdict::Unknown);
        let named = file("a.sql", plain(b"CREATE TABLE a (", &[]), |_| Err(Fault::Unsupported));
        assert_eq!(judge(named.param("engine", "postgres")).verdict, Verdict::Fail);
    }

    #[test]
    fn dumps_of_nothing_and_wrong_names_fail() {
        let small = |found: &[&str]| Stream { decoded_bytes: 900, ..plain(HEAD, found) };
        assert_eq!(verdict("a.sql", small(&[dump::POSTGRES])), Verdict::Fail);
        let tables = file("a.sql", small(&[dump::POSTGRES, dump::TABLE]), |_| Ok(Seen::Absent));
        let finding = judge(tables);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("any row")), "{finding:?}");
        assert_eq!(verdict("a.sql.gz", plain(HEAD, &[dump::POSTGRES])), Verdict::Fail);
    }

    #[test]
    fn other_digests_beside_it_are_named() {
        let with = BackupIntegrity::world().but(|ask, at, seen| {
            if matches!(ask.what, What::List { .. }) {
                let entry = |name, bytes| backups::entry(name, bytes, worlds::NOW.plus(-HOUR));
                let both = vec![entry("a.sql.gz", 5_000_000), entry("a.sql.gz.md5", 43)];
                return Ok(backups::listing(both, at));
            }
            if machine::path_read(ask).is_some() { Ok(Seen::Absent) } else { seen }
        });
        assert!(judge(with).unproven.iter().any(|it| it.contains("a.sql.gz.md5")));
    }

    #[test]
    fn pg_restore_reads_its_own_format_to_the_end() {
        let custom = |status: Option<i32>, stderr: &'static str| {
            judge(file("a.dump", plain(b"PGDMP\x01\x0e\0", &[]), move |ask| {
                let What::Run { argv, .. } = &ask.what else { return Err(Fault::Unsupported) };
                assert_eq!(argv.join(" "), "pg_restore -f /dev/null /var/backups/app/a.dump");
                let stderr = stderr.to_owned();
                Ok(Seen::Output(Output { status, stdout: String::new(), stderr, truncated: false }))
            }))
        };
        assert_eq!(custom(Some(0), "").verdict, Verdict::Pass);
        let cut = custom(Some(1), "pg_restore: error: could not read from input file: end of file");
        assert_eq!(cut.verdict, Verdict::Fail);
        assert!(cut.reason.contains("end of file"));
        assert!(cut.easy_to_miss.unwrap().contains("pg_restore -l"));
        let old = custom(Some(1), "pg_restore: error: unsupported version (1.16) in file header");
        assert_eq!(old.verdict, Verdict::Unknown);
        assert_eq!(custom(None, "").verdict, Verdict::Unknown);
        let none = judge(file("a.dump", plain(b"PGDMP\x01\x0e\0", &[]), |_| Err(Fault::NoTool)));
        assert_eq!(none.verdict, Verdict::Unknown);
        assert_eq!(
            verdict("a.dump.gz", dump::stream(Codec::Gzip, b"PGDMP", &[])),
            Verdict::Unknown
        );
    }

    #[test]
    fn a_copy_of_a_sqlite_database_is_opened() {
        let copy = |seen: Sqlite| {
            judge(file("app.db", plain(b"SQLite format 3\0", &[]), move |ask| {
                let What::Sqlite { .. } = &ask.what else { return Err(Fault::Unsupported) };
                Ok(Seen::Sqlite(seen.clone()))
            }))
        };
        let whole = || sqlite::whole(&[("orders", 9)]);
        let finding = copy(whole());
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("row counts")));
        assert_eq!(copy(sqlite::whole(&[("orders", 0)])).verdict, Verdict::Fail);
        let damaged = Sqlite { integrity: vec!["page 3 is never used".into()], ..whole() };
        assert_eq!(copy(damaged).verdict, Verdict::Fail);
        assert_eq!(copy(Sqlite { foreign_key_violations: 1, ..whole() }).verdict, Verdict::Fail);
        let packed = dump::stream(Codec::Gzip, b"SQLite format 3\0", &[]);
        let finding = judge(file("app.db.gz", packed, |_| Err(Fault::Unsupported)));
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("database inside")));
    }

    #[test]
    fn a_checksum_beside_it_counts() {
        let with = |text: &'static str| {
            judge(BackupIntegrity::world().but(move |ask, _, seen| match machine::path_read(ask) {
                Some(path) => {
                    assert_eq!(path, "/var/backups/app/app_20261121.sql.gz.sha256");
                    Ok(machine::file(text))
                }
                None => seen,
            }))
        };
        assert!(judge(BackupIntegrity::world()).unproven.is_empty());
        let wrong = with("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_eq!(wrong.verdict, Verdict::Fail);
        let torn = with("sha256sum: app.sql.gz: No such file or directory");
        assert_eq!(torn.verdict, Verdict::Pass);
        assert!(torn.unproven[0].starts_with("checksum"));
        let none =
            judge(file("a.sql", plain(HEAD, &[dump::POSTGRES]), |_| Err(Fault::Unsupported)));
        assert_eq!((none.verdict, none.unproven), (Verdict::Pass, vec!["checksum".into()]));
    }

    #[test]
    fn what_does_not_say_where_it_ends_needs_a_checksum() {
        assert_eq!(verdict("app.tar", plain(b"etc/", &[])), Verdict::Unknown);
        assert_eq!(verdict("app.tar.gz", dump::stream(Codec::Gzip, b"etc/", &[])), Verdict::Pass);
        let vouched = file("app.tar", plain(b"etc/", &[]), |_| Err(Fault::Unsupported)).but(
            |ask, _, seen| {
                if machine::path_read(ask).is_some() {
                    Ok(machine::file(dump::SHA256))
                } else {
                    seen
                }
            },
        );
        let finding = judge(vouched);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven[0].contains("what was written was whole"));
        let why = String::from("packed by xz, which this version does not read");
        let end = StreamEnd::Corrupt { at: 0, why };
        let xz = Stream { end, decoded_bytes: 0, ..dump::stream(Codec::Other, b"", &[]) };
        assert_eq!(verdict("app.tar.xz", xz), Verdict::Unknown);
        assert_eq!(verdict("app.sql.gpg", plain(b"\x85\x02", &[])), Verdict::Unknown);
    }

    #[test]
    fn every_file_of_a_day_is_read() {
        let day = |files: &'static [(&'static str, bool)]| {
            judge(BackupIntegrity::world().but(move |ask, at, _| {
                if let What::List { path, .. } = &ask.what {
                    let entry = |name| backups::entry(name, 5_000, worlds::NOW.plus(-HOUR));
                    let inside = path.ends_with("/2026-11-21");
                    let folder = Entry { kind: EntryKind::Folder, ..entry("2026-11-21") };
                    let files = files.iter().map(|(name, _)| entry(name)).collect();
                    return Ok(backups::listing(if inside { files } else { vec![folder] }, at));
                }
                if let What::Run { argv, .. } = &ask.what {
                    assert_eq!(argv[3], "/var/backups/app/2026-11-21");
                    let (stdout, stderr) = (String::new(), String::from("too short"));
                    let status = Some(1);
                    return Ok(Seen::Output(Output { status, stdout, stderr, truncated: false }));
                }
                let What::Stream { path, .. } = &ask.what else { return Ok(Seen::Absent) };
                let whole = files.iter().any(|(name, whole)| *whole && path.ends_with(name));
                let end = if whole { StreamEnd::Complete } else { StreamEnd::Cut { at: 9 } };
                let dump = dump::stream(Codec::Gzip, HEAD, &[dump::POSTGRES]);
                Ok(Seen::Stream(Stream { end, ..dump }))
            }))
        };
        assert_eq!(day(&[("a.sql.gz", true), ("b.sql.gz", true)]).verdict, Verdict::Pass);
        let finding = day(&[("a.sql.gz", true), ("b.sql.gz", false)]);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("2026-11-21/b.sql.gz"), "{}", finding.reason);
        assert_eq!(day(&[]).verdict, Verdict::Fail);
        assert_eq!(day(&[("toc.dat", true), ("3001.dat.gz", true)]).verdict, Verdict::Fail);
    }

    #[test]
    fn without_a_place_or_a_backup_nothing_passes() {
        let none = judge(BackupIntegrity::world().field("path", ""));
        assert_eq!(none.verdict, Verdict::Unknown);
        assert!(none.remedy.unwrap().contains("target.files.path"));
        let empty = BackupIntegrity::world().but(|_, at: Time, _| Ok(backups::listing(vec![], at)));
        assert_eq!(judge(empty).verdict, Verdict::Fail);
        let gone = BackupIntegrity::world().but(|ask, _, seen| {
            let stream = matches!(ask.what, What::Stream { .. });
            if stream { Ok(Seen::Absent) } else { seen }
        });
        assert_eq!(judge(gone).verdict, Verdict::Unknown);
        assert!(Depth::read("toc").is_err());
    }
}

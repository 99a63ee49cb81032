//! Files are read to their end through what packs them, alike on both ports.

use std::path::Path;

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    seen::{Codec, Seen, Stream, StreamEnd},
};

use crate::{absent, has, open_folder, prepare, seen, shells, text, write};

/// What every port sees, which must be the same.
#[track_caller]
fn stream(path: &Path) -> Stream {
    let what = |on: Host| {
        let markers = ["dump complete", "no such text"].map(str::to_owned).to_vec();
        What::Stream { on, path: text(path), markers }
    };
    let here = seen(&what(Host::Here));
    for host in shells() {
        let there = seen(&what(host.clone()));
        assert_eq!(there.result, here.result, "{host:?} {}", there.note);
    }
    match here.result {
        Ok(Seen::Stream(stream)) => stream,
        other => panic!("{other:?} {}", here.note),
    }
}

fn dump() -> Vec<u8> {
    let rows = (0..200_000).map(|row| format!("{row}\tsome text of row {row}\n"));
    let end = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n".to_owned();
    rows.chain([end]).collect::<String>().into_bytes()
}

#[test]
fn whole_and_cut_dumps() {
    let folder = open_folder();
    let dump = dump();
    let plain = write(folder.path(), "dump.sql", &dump);
    let size = u64::try_from(dump.len()).unwrap();
    let stream_of = stream(&plain);
    assert_eq!(
        (stream_of.codec, stream_of.bytes, stream_of.decoded_bytes),
        (Codec::Plain, size, size)
    );
    assert_eq!(stream_of.found, ["dump complete"]);
    let tools = [("gzip", "gz", Codec::Gzip), ("zstd", "zst", Codec::Zstd)];
    for (tool, ending, codec) in tools {
        if !has(tool) {
            println!("skipped: {tool} is not installed");
            continue;
        }
        prepare(folder.path(), &[tool, "-q", "-k", "dump.sql"]);
        let packed = folder.path().join(format!("dump.sql.{ending}"));
        let whole = stream(&packed);
        assert_eq!(
            (whole.codec, whole.decoded_bytes, &whole.end),
            (codec, size, &StreamEnd::Complete)
        );
        assert_eq!(whole.found, ["dump complete"]);
        assert_eq!(whole.magic, stream_of.magic);
        let bytes = std::fs::read(&packed).unwrap();
        let half = write(folder.path(), "half", &bytes[..bytes.len() / 2]);
        let half = stream(&half);
        assert_eq!(half.end, StreamEnd::Cut { at: half.bytes });
        assert!(half.found.is_empty());
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 0x55;
        let damaged = stream(&write(folder.path(), "damaged", &damaged));
        assert!(matches!(damaged.end, StreamEnd::Corrupt { .. }), "{:?}", damaged.end);
        let junk = [bytes.as_slice(), b"junk"].concat();
        let junk = stream(&write(folder.path(), "junk", &junk));
        assert!(matches!(junk.end, StreamEnd::Corrupt { .. }), "{:?}", junk.end);
        let twice = [bytes.as_slice(), &bytes].concat();
        let twice = stream(&write(folder.path(), "twice", &twice));
        assert_eq!((twice.decoded_bytes, twice.end), (2 * size, StreamEnd::Complete));
    }
}

#[test]
fn the_gzip_of_nothing() {
    if !has("gzip") {
        println!("skipped: gzip is not installed");
        return;
    }
    let folder = open_folder();
    prepare(folder.path(), &["sh", "-c", "false | gzip > nothing.gz"]);
    let nothing = stream(&folder.path().join("nothing.gz"));
    assert_eq!((nothing.bytes, nothing.decoded_bytes), (20, 0));
    assert_eq!((nothing.codec, nothing.end), (Codec::Gzip, StreamEnd::Complete));
    let empty = stream(&write(folder.path(), "empty", b""));
    assert_eq!((empty.codec, empty.bytes, empty.end), (Codec::Plain, 0, StreamEnd::Complete));
    for tool in ["bzip2", "xz"] {
        if has(tool) {
            prepare(folder.path(), &["sh", "-c", &format!("echo x | {tool} > other")]);
            assert_eq!(stream(&folder.path().join("other")).codec, Codec::Other);
        } else {
            println!("skipped: {tool} is not installed");
        }
    }
}

#[test]
fn what_is_no_file() {
    let folder = open_folder();
    prepare(folder.path(), &["mkfifo", "fifo"]);
    let mut hosts = shells();
    hosts.push(Host::Here);
    for on in hosts {
        let look =
            |path: &Path| seen(&What::Stream { on: on.clone(), path: text(path), markers: vec![] });
        assert!(absent(&look(&folder.path().join("missing"))));
        for odd in ["fifo", "."] {
            assert_eq!(look(&folder.path().join(odd)).result, Err(Fault::Garbled), "{on:?} {odd}");
        }
        assert_eq!(look(Path::new("/dev/zero")).result, Err(Fault::Garbled));
    }
}

#[test]
fn large_files_in_little_memory() {
    let folder = open_folder();
    prepare(folder.path(), &["sh", "-c", "head -c 30000000 /dev/zero > zeros; gzip -k zeros"]);
    let packed = stream(&folder.path().join("zeros.gz"));
    assert_eq!((packed.decoded_bytes, packed.end), (30_000_000, StreamEnd::Complete));
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_ascii_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = resident();
    assert_eq!(stream(&folder.path().join("zeros")).decoded_bytes, 30_000_000);
    assert!(resident() - before < 20_000, "{} KiB", resident() - before);
}

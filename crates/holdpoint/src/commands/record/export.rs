//! `record export`: a record taken along, as one file that explains itself, or as reports.

mod letter;

use std::{
    io::{self, Cursor, Write as _},
    path::Path,
};

use holdpoint_record::{Loaded, PublicKey, Snapshot, canonical};
use holdpoint_report::{dossier::Dossier, style::Style};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::{
    commands::run::replace,
    exit::{Done, Exit, Stop},
    out,
    recorded::{dossier, people, read},
    reports,
    session::stopped,
};

use super::verify::of_bytes;

/// The file of the sums.
const SUMS: &str = "SHA256SUMS";

/// The file of the public key.
const KEY: &str = "public-key.pem";

/// One file of a bundle.
struct File {
    name: String,
    bytes: Vec<u8>,
}

/// `holdpoint record export`
pub(super) fn export(
    path: &Path,
    bundle: Option<&Path>,
    report: &[String],
    force: bool,
    style: Style,
) -> Done {
    let wanted = reports::wanted(report)?;
    let loaded = read(path)?;
    let dossier = dossier(&loaded)?;
    let document = Path::new(&dossier.view.document.path);
    let keep = [document, path, Path::new("holdpoint.toml")];
    if let Some((to, why)) = bundle.and_then(|to| Some((to, reports::kept(to, &keep)?))) {
        return Err(Stop::usage(format!("`--bundle`: {} {why}", to.display())));
    }
    if let Some(to) = bundle.filter(|to| to.exists() && !to.is_file()) {
        return Err(Stop::usage(format!("`--bundle`: {} is no file", to.display())));
    }
    reports::reachable(&wanted)?;
    reports::clear(&wanted, &keep)?;
    if let Some(to) = bundle {
        // Whoever is refused the bundle gets no half of what was asked for.
        let bytes = bundled(path, &loaded, &dossier)?;
        if !force && to.symlink_metadata().is_ok() {
            return Err(Stop::usage(format!(
                "{} is there already; --force replaces it",
                to.display()
            )));
        }
        replace(to, &bytes)
            .map_err(|error| Stop::usage(format!("failed to write {}: {error}", to.display())))?;
        let sum = canonical::digest(&bytes).0;
        let shown = style.clean(&to.display().to_string());
        out::result(&format!("{shown}   run {}   sha256 {sum}\n", loaded.run));
    }
    reports::write(&wanted, &dossier, &loaded.events)?;
    Ok(Exit::Go)
}

/// The bytes of a bundle: the same for the same record.
fn bundled(path: &Path, loaded: &Loaded, dossier: &Dossier) -> Result<Vec<u8>, Stop> {
    let run = &loaded.run;
    let snapshot = Snapshot::take(path).map_err(stopped)?;
    let Some(sealed) = loaded.sealed.as_ref().filter(|_| loaded.closed) else {
        return Err(Stop::usage(format!(
            "run {run} is not sealed, and nobody could verify a bundle of it; go on with it \
             (`holdpoint run`) or name another"
        )));
    };
    let mut verified = of_bytes(&snapshot);
    verified.rests_on.extend(people(loaded));
    if let Some(trouble) = verified.troubles.first() {
        return Err(Stop {
            exit: Exit::NoGo,
            message: format!("run {run} does not hold: {trouble}; holdpoint record verify"),
        });
    }
    let record = format!("{run}.sqlite");
    let mut files = vec![
        File { name: record.clone(), bytes: snapshot.file },
        File { name: String::from("checklist.md"), bytes: dossier.document.clone() },
    ];
    if let Some(key) = sealed.key() {
        files.push(File { name: KEY.to_owned(), bytes: pem(key).into_bytes() });
    }
    for (format, name) in [("json", "run.json"), ("html", "report.html")] {
        if let Some(bytes) = reports::bytes(format, dossier, &loaded.events) {
            let bytes = bytes.map_err(failed)?;
            files.push(File { name: name.to_owned(), bytes });
        }
    }
    let names: Vec<&str> = files.iter().map(|it| it.name.as_str()).collect();
    let letter = letter::Letter {
        dossier,
        record: &record,
        key: sealed.seal.key.as_str(),
        files: &names,
        rests_on: &verified.rests_on,
        judged: verified.judged,
    };
    let letter = letter.text();
    files.push(File { name: String::from("VERIFY.md"), bytes: letter.into_bytes() });
    files.sort_by(|one, two| one.name.cmp(&two.name));
    let sums: String = files
        .iter()
        .map(|it| format!("{}  {}\n", canonical::digest(&it.bytes).0, it.name))
        .collect();
    files.insert(0, File { name: SUMS.to_owned(), bytes: sums.into_bytes() });
    zipped(&files, &format!("holdpoint-{run}")).map_err(failed)
}

fn failed(error: io::Error) -> Stop {
    Stop::usage(format!("failed to put the bundle together: {error}"))
}

/// Files in one folder, without a time of their own.
fn zipped(files: &[File], folder: &str) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for file in files {
        zip.start_file(format!("{folder}/{}", file.name), options)?;
        zip.write_all(&file.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A public key as other programs read it: `SubjectPublicKeyInfo` of Ed25519 is these twelve bytes
/// and the key.
fn pem(key: PublicKey) -> String {
    let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let text = base64(&[head.as_slice(), key.0.as_slice()].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
}

fn base64(bytes: &[u8]) -> String {
    let digits: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |nth: usize| u32::from(three.get(nth).copied().unwrap_or(0));
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        for nth in 0..4_usize {
            let digit = usize::try_from((all >> (18 - 6 * nth)) & 63).unwrap_or(0);
            let filled = nth <= three.len();
            text.push(if filled { digits.get(digit).copied().unwrap_or('=') } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_as_it_is_read() {
        let real = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
        let key = PublicKey::read(real).unwrap();
        assert_eq!(PublicKey::read(&pem(key)), Ok(key));
    }

    #[test]
    fn base64_is_padded() {
        let all =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in all {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_same_files_are_the_same_bytes() {
        let files = || vec![File { name: String::from("a"), bytes: vec![7; 1000] }];
        let bytes = zipped(&files(), "x").unwrap();
        assert_eq!(bytes, zipped(&files(), "x").unwrap());
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.by_index(0).unwrap().name().unwrap(), "x/a");
    }
}

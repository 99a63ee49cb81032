//! The demo's folder: the checklist, its settings, and everything the service runs on.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::{Error, authority, fault::Fault, service::Service};

/// The checklist; `{https}`, `{http}` and `{host}` are filled in.
pub(crate) const CHECKLIST: &str = include_str!("CHECKLIST.md");

/// The file by which the demo knows its own folder again.
const MARK: &str = ".holdpoint-demo";

/// The folder, made.
#[derive(Debug)]
pub struct Made {
    /// The folder.
    pub folder: PathBuf,
    faults: Vec<Fault>,
}

/// Makes the folder anew. One that is there is replaced only when it carries the demo's mark; the
/// records of earlier demos in it are kept.
pub fn make(folder: &Path, faults: &[Fault]) -> Result<Made, Error> {
    let fresh = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !fresh && !folder.join(MARK).is_file() {
        return Err(Error::NotOurs(folder.display().to_string()));
    }
    let made = Made { folder: folder.to_owned(), faults: faults.to_vec() };
    for below in ["certs", "backups", "data"] {
        let path = folder.join(below);
        if !fresh && path.is_dir() {
            std::fs::remove_dir_all(&path).map_err(|source| io(&path, source))?;
        }
        std::fs::create_dir_all(&path).map_err(|source| io(&path, source))?;
    }
    made.write(MARK, "made by `holdpoint demo`; made anew at each demo\n")?;
    made.certificates()?;
    made.service_settings()?;
    made.variables()?;
    made.database()?;
    made.backups()?;
    Ok(made)
}

impl Made {
    fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        std::fs::write(&path, text).map_err(|source| io(&path, source))
    }

    fn certificates(&self) -> Result<(), Error> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let made = authority::certificates(i64::try_from(now.as_secs()).unwrap_or(0))?;
        self.write("certs/authority.pem", &made.authority)?;
        self.write("certs/harbour.pem", &made.renewed)?;
        self.write("certs/harbour-before-renewal.pem", &made.old)?;
        self.write("certs/harbour.key", &made.key)
    }

    fn service_settings(&self) -> Result<(), Error> {
        let pick = |fault, broken: &'static str, good: &'static str| {
            if self.has(fault) { broken } else { good }
        };
        let certificate =
            pick(Fault::Certificate, "certs/harbour-before-renewal.pem", "certs/harbour.pem");
        let hsts = pick(Fault::Hsts, "success", "always");
        let health = pick(Fault::Health, "degraded", "ok");
        self.write(
            "service.toml",
            &format!(
                "# Settings of Harbour Bookings. The service reads them for every request.\n\
                 certificate = \"{certificate}\"   # renewed: certs/harbour.pem\n\
                 key = \"certs/harbour.key\"\n\
                 hsts = \"{hsts}\"                 # on which answers: always, success\n\
                 health = \"{health}\"             # what /health says: ok, degraded\n\
                 limit = 20\n\
                 window_ms = 2000\n"
            ),
        )
    }

    fn variables(&self) -> Result<(), Error> {
        let secret = if self.has(Fault::Secret) {
            String::from("changeme-changeme-changeme-change")
        } else {
            // Not a secret of anything: it only has to look as random as one.
            let mut seed = Sha256::new();
            seed.update(format!("{:?}{:?}", SystemTime::now(), self.folder));
            seed.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
        };
        self.write(
            "app.env",
            &format!(
                "DATABASE_PATH=data/bookings.sqlite\n\
                 PUBLIC_URL=https://{}\n\
                 SESSION_SECRET={secret}\n",
                authority::HOST
            ),
        )
    }

    fn database(&self) -> Result<(), Error> {
        let path = self.folder.join("data/bookings.sqlite");
        let database = rusqlite::Connection::open(path)?;
        database.execute_batch(
            "PRAGMA foreign_keys = ON;
             CREATE TABLE berth (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE booking (id INTEGER PRIMARY KEY, berth INTEGER NOT NULL REFERENCES berth,
                                   guest TEXT NOT NULL, nights INTEGER NOT NULL);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
             INSERT INTO berth SELECT i, 'Pier ' || i FROM n;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
             INSERT INTO booking SELECT i, 1 + i % 40, 'Guest ' || i, 1 + i % 7 FROM n;",
        )?;
        database.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Four nights of backups; the last is the one that a fault cuts off.
    fn backups(&self) -> Result<(), Error> {
        let now = SystemTime::now();
        for night in (0..4_u32).rev() {
            let age = Duration::from_secs(9 * 3_600 + u64::from(night) * 86_400);
            let made = now.checked_sub(age).unwrap_or(now);
            let day = jiff::Timestamp::try_from(made).map(|it| it.strftime("%Y-%m-%d").to_string());
            let name = format!("backups/bookings-{}.sql.gz", day.unwrap_or_default());
            let path = self.folder.join(name);
            let mut bytes = dump(night).map_err(|source| io(&path, source))?;
            if night == 0 && self.has(Fault::Backup) {
                bytes.truncate(bytes.len() * 9 / 16);
            }
            let mut file = std::fs::File::create(&path).map_err(|source| io(&path, source))?;
            file.write_all(&bytes).map_err(|source| io(&path, source))?;
            file.set_modified(made).map_err(|source| io(&path, source))?;
        }
        Ok(())
    }

    /// Writes what depends on where the service answers: the checklist and holdpoint's settings.
    pub fn point_at(&self, service: &Service) -> Result<(), Error> {
        let checklist = CHECKLIST
            .replace("{https}", &service.https.to_string())
            .replace("{http}", &service.http.to_string())
            .replace("{host}", authority::HOST);
        self.write("CHECKLIST.md", &checklist)?;
        let pins: Vec<String> =
            service.addresses.iter().map(|at| format!("{}:{at}", authority::HOST)).collect();
        let allow = if self.has(Fault::Permission) { "" } else { "allow = [\"active\"]\n" };
        let settings = SETTINGS
            .replace("{https}", &service.https.to_string())
            .replace("{host}", authority::HOST)
            .replace("{pins}", &pins.join(","))
            .replace("{allow}", allow)
            .replace("{identities}", "127.0.0.1,127.0.0.2");
        self.write("holdpoint.toml", &settings)
    }
}

const SETTINGS: &str = r#"# What the checklist is about. Everything here is on this machine.
schema = 1
release = { version = "2.4.0" }

[target.web]
url = "https://{host}:{https}"
resolve = "{pins}"
roots = "certs/authority.pem"
{allow}
[target.host]
here = true

[target.db]
engine = "sqlite"
path = "data/bookings.sqlite"

[target.backups]
path = "backups"

# This machine is not outside of anything. For a demo it may count as that.
[vantage.here]
here = true
counts-as = ["outside"]

[line."`DATABASE_PATH` is set in `app.env`"]
check = "env.required"
params = { name = "DATABASE_PATH", path = "app.env" }

[line."`PUBLIC_URL` is set in `app.env`"]
check = "env.required"
params = { name = "PUBLIC_URL", path = "app.env", type = "url" }

[line."`SESSION_SECRET` is random and at least 32 characters long"]
check = "env.secret-strength"
params = { name = "SESSION_SECRET", path = "app.env", min-chars = "32" }

[line."HSTS header enabled on every response"]
check = "http.security-headers"
params = { required = "hsts", paths = "/,/static/harbour.css,/api/admin,/boom" }

[line."X-Content-Type-Options header set"]
check = "http.security-headers"
params = { required = "content-type-options" }

[line."X-Frame-Options header set"]
check = "http.security-headers"
params = { required = "frame-options" }

[line."Rate limiting: 20 requests per 2 seconds for each client"]
check = "http.rate-limit"
params = { limit = "20", window = "2s", endpoint = "/api/bookings", identities = "{identities}" }

[line."Health endpoint says it is healthy, three times in a row"]
check = "http.health"
params = { path = "/health", consecutive = "3" }

[line."Readiness answers within 500 ms"]
check = "http.health"
params = { path = "/ready", latency = "p95<500ms", samples = "20", interval = "40ms" }

[line."Application metrics exposed"]
check = "metrics.endpoint"
params = { expose = "public" }

[line."Last night's backup is there"]
check = "backup.fresh"
params = { max-age = "26h" }
"#;

/// A plain dump, packed: 900 bookings that do not compress to nothing.
fn dump(night: u32) -> std::io::Result<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    writeln!(
        out,
        "--\n-- PostgreSQL database dump\n--\n\nCOPY public.booking (id, guest) FROM stdin;"
    )?;
    for row in 0..(9_000 - night * 40) {
        let word = Sha256::digest(row.to_be_bytes());
        let word: String = word.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        writeln!(out, "{row}\tguest {word}")?;
    }
    writeln!(out, "\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict Zq3demo")?;
    out.finish()
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("precious.txt"), "mine").unwrap();
        assert!(matches!(make(folder.path(), &[]), Err(Error::NotOurs(_))));
        assert!(folder.path().join("precious.txt").exists());
        assert!(!folder.path().join("service.toml").exists());
    }

    #[test]
    fn the_folder_is_made_twice() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("demo");
        make(&below, &[]).unwrap();
        make(&below, &Fault::ALL).unwrap();
        let settings = std::fs::read_to_string(below.join("service.toml")).unwrap();
        assert!(settings.contains("degraded"));
        assert_eq!(std::fs::read_dir(below.join("backups")).unwrap().count(), 4);
    }
}

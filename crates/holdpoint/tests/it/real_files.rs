//! Files as servers keep them: variables, secrets, memory, databases and backups.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    common::{self, Place},
    looked::{Case, Want, all, case, case_of, expect_line, held, line, needs},
};

use Want::{Fail, NoPass, Pass, PassBut, Unknown, Usage};

/// Runs a line of shell in a place.
fn sh(place: &Place, script: &str) {
    let done = Command::new("sh")
        .args(["-c", &format!("set -e\n{script}")])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(done.status.success(), "{script}\n{}", String::from_utf8_lossy(&done.stderr));
}

/// Nobody's user: what root may read, it may not.
fn as_nobody(place: &Place, id: &str, it: &Case) -> Option<String> {
    let setpriv = common::program("setpriv")?;
    sh(place, "chmod 755 .; mkdir -p home; chmod 777 home; mkdir -p bin");
    // The folder of the build may be closed to others.
    let binary = place.path().join("bin/holdpoint");
    if !binary.exists() {
        std::fs::copy(common::HOLDPOINT, &binary).unwrap();
    }
    let mut command = Command::new(setpriv);
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&binary);
    command.args(["check", id]).args(&it.args).args(["--format", "json"]);
    command.current_dir(place.path()).env_clear().env("HOME", place.path().join("home"));
    held(id, it, &common::said(command.stdin(Stdio::null()).output().unwrap())).err()
}

fn root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

const ENV: &str = r#"# of the shop
ENVIRONMENT=production
DEBUG=false
DEBUG_WORD=False
WORKERS=4
PORT=8443
EMPTY=
BLANK="   "
ALLOWED_ORIGINS=https://shop.lab.test,https://www.shop.lab.test
DATABASE_URL=postgresql://user:pass@host:5432/dbname
REAL_URL=postgresql://shop:vK3xw9Lq7Zt2@db.lab.test:5432/shop
CALLBACK_URL=https://example.com/hook
TEST_CALLBACK_URL=https://example.com/hook
API_KEY=your-api-key-here
ANGLED=<google-api-key>
CHANGED=changeme
CROSSED=xxxx-xxxx
TWICE="'quoted'"
COMMENTED=four # of them
export EXPORTED=yes
DOUBLED=one
DOUBLED=two
REFERS=${ENVIRONMENT}
MAIL=ops@shop.lab.test
"#;

#[test]
fn required_variables() {
    common::real("env.required", None);
    let place = Place::new();
    place.write(".env", ENV);
    place.write("crlf.env", "ENVIRONMENT=production\r\nDEBUG=false\r\n");
    place.write("bom.env", "\u{feff}ENVIRONMENT=production\nDEBUG=false\n");
    let wide: Vec<u8> =
        "ENVIRONMENT=production\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("utf16.env", [&[0xff, 0xfe][..], &wide].concat());
    place.write("none.env", "");
    let at = |rest: &str| format!("path=.env {rest}");
    let cases = [
        case("set", at("name=ENVIRONMENT"), PassBut(&["running process"])),
        case("as said", at("name=ENVIRONMENT equals=production"), Pass),
        case("otherwise", at("name=ENVIRONMENT equals=staging"), Fail(&["ENVIRONMENT"])),
        case("letter by letter", at("name=DEBUG_WORD equals=false"), Fail(&["DEBUG_WORD"])),
        case("a bool", at("name=DEBUG_WORD type=bool"), Pass),
        case("a number", at("name=WORKERS type=int"), Pass),
        case("no number", at("name=ENVIRONMENT type=int"), Fail(&["int"])),
        case("a port", at("name=PORT type=port"), Pass),
        case("not there", at("name=SECRET_KEY"), Fail(&["SECRET_KEY", "not set"])),
        case("empty", at("name=EMPTY"), Fail(&["empty"])),
        case("blank", at("name=BLANK"), NoPass(&["BLANK"])),
        case("a user and a pass at a host", at("name=DATABASE_URL"), Fail(&["placeholder"])),
        case("a real one", at("name=REAL_URL type=url(postgresql)"), Pass),
        case("of another scheme", at("name=REAL_URL type=url(mysql)"), Fail(&["mysql"])),
        case("a reserved domain", at("name=CALLBACK_URL"), Fail(&["example.com"])),
        case("a reserved domain for tests", at("name=TEST_CALLBACK_URL"), Pass),
        case(
            "a reserved domain as declared",
            at("name=CALLBACK_URL equals=https://example.com/hook"),
            Pass,
        ),
        case("your key here", at("name=API_KEY"), Fail(&["placeholder"])),
        case("in angles", at("name=ANGLED"), Fail(&["placeholder"])),
        case("change me", at("name=CHANGED"), Fail(&["placeholder"])),
        case("crossed", at("name=CROSSED"), Fail(&["placeholder"])),
        case("quoted twice", at("name=TWICE"), Fail(&["quotes"])),
        case("a comment behind it", at("name=COMMENTED"), NoPass(&["comment"])),
        case("assigned twice", at("name=DOUBLED"), NoPass(&["more than once"])),
        case("exported", at("name=EXPORTED"), Pass),
        case("a reference", at("name=REFERS"), NoPass(&[])),
        case("may be absent", at("name=WORKER_COUNT optional=true"), Pass),
        case("absent with a default", at("name=WORKER_COUNT default=4"), PassBut(&["4"])),
        case("one of two is absent", at("names=ENVIRONMENT,SENTRY_DSN"), Fail(&["SENTRY_DSN"])),
        case("both are there", at("names=ENVIRONMENT,DEBUG"), Pass),
        case("forbidden", at("name=ENVIRONMENT forbid=production"), Fail(&["must not"])),
        case("not forbidden", at("name=ENVIRONMENT forbid=staging,test"), Pass),
        case("a pattern of nothing", at("names=NOSUCH_*"), NoPass(&[])),
        case("an origin", at("name=ALLOWED_ORIGINS forbid=*"), Pass),
        case("an address of mail", at("name=MAIL type=email"), Pass),
        case(
            "carriage returns",
            "path=crlf.env name=ENVIRONMENT equals=production",
            NoPass(&["carriage return"]),
        ),
        case("a byte order mark", "path=bom.env name=ENVIRONMENT", NoPass(&["byte order mark"])),
        case("behind the mark", "path=bom.env name=DEBUG", Pass),
        case("two bytes a letter", "path=utf16.env name=ENVIRONMENT", NoPass(&["ENVIRONMENT"])),
        case("an empty file", "path=none.env name=ENVIRONMENT", Fail(&["ENVIRONMENT"])),
        case("no such file", "path=gone.env name=ENVIRONMENT", NoPass(&["gone.env"])),
        case("a folder", "path=. name=ENVIRONMENT", NoPass(&[])),
        case("no file said", "name=ENVIRONMENT", Unknown(&["path"])),
        case("no name said", "path=.env", Unknown(&["name"])),
        case("no such type", at("name=PORT type=integer"), Usage(&["type"])),
        case("nearest", at("nmae=PORT"), Usage(&["name"])),
        case("neither yes nor no", at("name=PORT optional=perhaps"), Usage(&["optional"])),
    ];
    all(&place, "env.required", &cases);
    if root() {
        sh(&place, "chmod 600 .env");
        let it = case("not allowed to read it", at("name=ENVIRONMENT"), Unknown(&[".env"]));
        assert_eq!(as_nobody(&place, "env.required", &it), None);
    }
}

/// The environment of a process decides; the file is what it may have read.
#[test]
fn variables_of_a_process() {
    common::real("env.required: a process", None);
    let place = Place::new();
    place.write(".env", "ENVIRONMENT=staging\n");
    let mut process = Command::new("sleep")
        .arg("60")
        .env_clear()
        .env("ENVIRONMENT", "production")
        .env("SECRET_KEY", "changeme")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let id = process.id();
    place.write(
        "holdpoint.toml",
        format!("schema = 1\n[target.host]\nhere = true\nprocess = \"{id}\"\n"),
    );
    let good = line(
        &place,
        "`ENVIRONMENT=production` <!-- holdpoint: env.required name=ENVIRONMENT equals=production -->",
    );
    let bad = line(&place, "`SECRET_KEY` set <!-- holdpoint: env.required name=SECRET_KEY -->");
    drop((process.kill(), process.wait()));
    let gone = line(
        &place,
        "`ENVIRONMENT=production` <!-- holdpoint: env.required name=ENVIRONMENT equals=production -->",
    );
    let wrong: Vec<String> = [
        expect_line("set in the process", &good, "pass", &[]),
        expect_line("a placeholder in the process", &bad, "fail", &["placeholder"]),
        expect_line("the process is gone", &gone, "unknown", &["process"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn strength_of_secrets() {
    common::real("env.secret-strength", None);
    let place = Place::new();
    let a32 = "a".repeat(32);
    let text = format!(
        "REPEATED={a32}\nHEX16=7be2d0945c1fa38264d917be03ca85f1\n\
         HEX32=c41b7e02d95fa8631ce47b90f2586da3197f0b6ec8d24375ae91503db7f8624c\n\
         B64=q3J8vT0ZxkWm5nYbHs2LcPd9RfGt7uEoAi1KwQzXyNM=\n\
         URL64=q3J8vT0ZxkWm5nYbHs2LcPd9RfGt7uEoAi1KwQzX_-0\nREDIS_PASSWORD=redis\n\
         DB_PASSWORD=correcthorsebatterystaple\nGOOD_PASSWORD=vK3xw9Lq7Zt2Rm5c\nEMPTY_KEY=\n\
         SAME_ONE=Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys1Gk0\nSAME_TWO=Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys1Gk0\n\
         WORDY=abcdefghijklmnopqrstuvwxyz0123456789\nYEARS=12345678901234567890123456789012\n\
         COPIED=your-256-bit-secret\nPLACE=<strong-secret-key-32-chars-min>\n\
         TURNS=abcabcabcabcabcabcabcabcabcabcabcabc\nQWERTY=qwertyuiopasdfghjklzxcvbnmqwerty\n\
         SHORT=Zt2Rm5cvK3\n"
    );
    place.write(".env", text);
    let at = |name: &str, rest: &str| format!("path=.env name={name} {rest}");
    let cases = [
        case("32 bytes as base64", at("B64", "bytes=32"), PassBut(&["running process"])),
        case("43 letters of base64url", at("URL64", "bytes=32"), Pass),
        case("64 digits are 32 bytes", at("HEX32", "bytes=32"), Pass),
        case("32 digits are 16 bytes", at("HEX16", "bytes=32"), Fail(&["16 bytes", "hex"])),
        case("32 digits are 32 characters", at("HEX16", "min-chars=32 min-entropy=100"), Pass),
        case("32 times the same", at("REPEATED", "min-chars=32"), Fail(&["entropy"])),
        case("three letters in turn", at("TURNS", "min-chars=32"), Fail(&[])),
        case("the alphabet", at("WORDY", "min-chars=32"), Fail(&[])),
        case("digits in order", at("YEARS", "min-chars=32"), Fail(&[])),
        case("along the keys", at("QWERTY", "min-chars=32"), Fail(&[])),
        case("redis", at("REDIS_PASSWORD", ""), Fail(&["list"])),
        case("a comic", at("DB_PASSWORD", ""), Fail(&[])),
        case("a password", at("GOOD_PASSWORD", ""), Pass),
        case("short", at("SHORT", "min-chars=32"), Fail(&["10 characters"])),
        case("empty", at("EMPTY_KEY", ""), Fail(&["empty"])),
        case("the same twice", at("SAME_ONE", "min-chars=32"), Fail(&["SAME_TWO"])),
        case("the same, and that is fine", at("SAME_ONE", "min-chars=32 unique=false"), Pass),
        case("out of a manual", at("COPIED", ""), Fail(&[])),
        case("a placeholder", at("PLACE", "min-chars=20"), Fail(&["placeholder"])),
        case("not there", at("JWT_SECRET_KEY", ""), Fail(&["not set"])),
        case("no file", "path=gone.env name=B64", NoPass(&["gone.env"])),
        case("no file said", "name=B64", Unknown(&["path"])),
        case("no name said", "path=.env", Unknown(&["name"])),
        case("no number", at("B64", "bytes=many"), Usage(&["bytes"])),
        case("nearest", at("B64", "min-char=3"), Usage(&["min-chars"])),
    ];
    all(&place, "env.secret-strength", &cases);
    if root() {
        sh(&place, "chmod 600 .env");
        let it = case("not allowed to read it", at("B64", "bytes=32"), Unknown(&[".env"]));
        assert_eq!(as_nobody(&place, "env.secret-strength", &it), None);
    }
}

/// Dumps that a real server made, whole and cut.
#[test]
fn dumps_of_postgresql() {
    let programs = ["initdb", "postgres", "psql", "pg_dump", "pg_restore", "setpriv", "gzip"];
    let test = "backup.integrity: PostgreSQL";
    if !root() {
        return common::real(test, Some("only root may give the server another user"));
    }
    if !needs(test, &programs) {
        return;
    }
    let place = Place::new();
    // The server refuses to run as root; single-user mode needs no port. It is ended by its own pid.
    sh(&place, "chmod 755 .; mkdir pg; chown 65534:65534 pg
        as() { setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"; }
        as initdb -D pg/data -U lab -A trust -E UTF8 --no-sync >/dev/null
        as postgres -D pg/data -k $PWD/pg -c listen_addresses= -c fsync=off >pg/log 2>&1 & pid=$!
        trap 'kill $pid; wait $pid || true' EXIT
        for n in $(seq 100); do psql -h $PWD/pg -U lab -d postgres -c 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
        sql() { psql -q -h $PWD/pg -U lab -d postgres -c \"$1\"; }
        sql 'CREATE TABLE orders AS SELECT n, md5(n::text) AS note FROM generate_series(1, 30000) n'
        mkdir plain packed custom customcut folder all
        dump() { pg_dump -h $PWD/pg -U lab \"$@\" postgres; }
        dump > plain/shop.sql; dump | gzip > packed/shop.sql.gz; dump -Fc > custom/shop.dump
        head -c $(($(stat -c %s custom/shop.dump) / 2)) custom/shop.dump > customcut/shop.dump
        dump -Fd -f folder/shop-2026-01-01
        mkdir foldercut; cp -r folder/shop-2026-01-01 foldercut/; cd foldercut/shop-2026-01-01
        data=$(ls *.dat.gz | head -1); truncate -s 1000 $data; cd ../..
        mkdir plaincut; head -n 20000 plain/shop.sql > plaincut/shop.sql
        pg_restore -l customcut/shop.dump > /dev/null
        find plain packed custom customcut folder foldercut plaincut -exec touch -d '3 hours ago' {} +");
    let cases = [
        case("plain", "path=plain", PassBut(&["checksum"])),
        case("packed", "path=packed", Pass),
        case("its own format", "path=custom", Pass),
        case("its own format, cut in half", "path=customcut", Fail(&["pg_restore -l"])),
        case("a folder", "path=folder", Pass),
        case("a folder by its own name", "path=folder/shop-2026-01-01", Pass),
        case("a folder with a cut file", "path=foldercut", Fail(&["pg_restore"])),
        case("plain, cut in the rows", "path=plaincut", Fail(&["cut"])),
    ];
    all(&place, "backup.integrity", &cases);
}

/// A secret that stands in the template, or ever stood in the repository, is known to others.
#[test]
fn secrets_that_were_seen_before() {
    if !needs("env.secret-strength: template and history", &["git"]) {
        return;
    }
    let place = Place::new();
    let (burnt, copied, fresh) = (
        "Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys1Gk0",
        "Qm4Wc8Xe2Vt6Bz0Ny5Lr9Jp3Hs7Fd1Ga",
        "Kd7Rw3Tn9Yx5Pc1Mv8Zb4Gq6Hj2Sf0Le",
    );
    place
        .write("site/.env", format!("BURNT_KEY={burnt}\nCOPIED_KEY={copied}\nFRESH_KEY={fresh}\n"));
    place.write("site/.env.production", format!("COPIED_KEY={copied}\nFRESH_KEY=<your-key>\n"));
    place.write("repo/config.py", format!("KEY = '{burnt}'\n"));
    sh(
        &place,
        "cd repo; git init -q; git config user.email a@b.test; git config user.name a
        git add .; git commit -qm one; echo \"KEY = env('KEY')\" > config.py; git commit -qam two",
    );
    let folder = place.path().display();
    place.write(
        "holdpoint.toml",
        format!(
            "schema = 1\n[target.host]\nhere = true\ntemplate = \"{folder}/site/.env.production\"\n\
             repo = \"{folder}/repo\"\n"
        ),
    );
    let mut wrong = Vec::new();
    for (name, state, words) in [
        ("BURNT_KEY", "fail", &["history"][..]),
        ("COPIED_KEY", "fail", &["template"]),
        ("FRESH_KEY", "pass", &[]),
    ] {
        let text = format!(
            "`{name}` is strong <!-- holdpoint: env.secret-strength name={name} path=site/.env -->"
        );
        wrong.extend(expect_line(name, &line(&place, &text), state, words));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Files that are none: whoever reads them waits for ever, or reads for ever.
#[test]
fn files_without_end() {
    if !needs("files: pipes and devices", &["mkfifo"]) {
        return;
    }
    let place = Place::new();
    sh(
        &place,
        "mkfifo pipe pipes.env; mkdir backups; mkfifo backups/app.sql; ln -s loop loop
        head -c 200000000 /dev/zero > sparse.env",
    );
    let began = std::time::Instant::now();
    all(
        &place,
        "env.required",
        &[
            case("a pipe", "path=pipes.env name=A", NoPass(&[])),
            case("a device", "path=/dev/zero name=A", NoPass(&[])),
            case("a loop", "path=loop name=A", NoPass(&[])),
            case("two hundred megabytes", "path=sparse.env name=A", NoPass(&[])),
        ],
    );
    all(
        &place,
        "db.integrity",
        &[
            case("a pipe", "path=pipe", NoPass(&[])),
            case("a device", "path=/dev/zero", NoPass(&[])),
        ],
    );
    all(
        &place,
        "backup.integrity",
        &[
            case("a pipe", "path=pipe", NoPass(&[])),
            case("a pipe among backups", "path=backups", NoPass(&[])),
            case("a device", "path=/dev/zero", NoPass(&[])),
            case("a loop", "path=loop", NoPass(&[])),
        ],
    );
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
}

/// What a terminal would obey is shown, not sent.
#[test]
fn names_and_values_that_steer_a_terminal() {
    common::real("files: escape sequences", None);
    let place = Place::new();
    let name = "backups/app\u{1b}[2J\u{1b}]0;owned\u{7}.sql.gz";
    place.write(name, [7; 30]);
    place.write("a.env", "MODE=\u{1b}[31mred\n\u{1b}[2Jodd line\n");
    for args in [
        &["check", "backup.fresh", "path=backups", "max-age=24h"][..],
        &["check", "backup.integrity", "path=backups"],
        &["check", "env.required", "path=a.env", "name=MODE", "equals=blue"],
        &["check", "env.required", "path=a.env", "name=\u{1b}[2J"],
    ] {
        let said = place.run(args);
        assert!(!said.out.contains(['\u{1b}', '\u{7}']), "{args:?}: {:?}", said.out);
        assert!(!said.err.contains(['\u{1b}', '\u{7}']), "{args:?}: {:?}", said.err);
    }
}

#[test]
fn memory_of_machines() {
    common::real("host.memory", None);
    let place = Place::new();
    let kib =
        |gib: f64| format!("MemTotal:       {:.0} kB\nSwapTotal: 16777216 kB\n", gib * 1_048_576.0);
    let tree = |name: &str, gib: f64, files: &[(&str, &str)]| {
        place.write(&format!("{name}/proc/meminfo"), kib(gib));
        for (path, text) in files {
            place.write(&format!("{name}/sys/fs/cgroup/{path}"), text);
        }
    };
    let v2 = ("cgroup.controllers", "cpu memory pids\n");
    tree("vm8", 7.6, &[v2]);
    tree("vm4", 3.8, &[v2]);
    tree("vm16", 15.6, &[v2, ("memory.max", "max\n")]);
    tree("boxed", 15.6, &[v2, ("memory.max", "1073741824\n")]);
    tree("boxed1", 15.6, &[("memory/memory.limit_in_bytes", "1073741824\n")]);
    tree("free1", 15.6, &[("memory/memory.limit_in_bytes", "9223372036854771712\n")]);
    tree("blind", 15.6, &[]);
    tree("odd", 15.6, &[v2, ("memory.max", "plenty\n")]);
    place.write("bare/etc/hostname", "image\n");
    place.write("garbled/proc/meminfo", "MemTotal: some kB\n");
    place.write("garbled/sys/fs/cgroup/cgroup.controllers", "memory\n");
    let wants = [
        ("vm8", "pass", &["7.6"][..]),
        ("vm4", "fail", &["8"][..]),
        ("vm16", "pass", &[]),
        ("boxed", "fail", &["memory.max"]),
        ("boxed1", "fail", &["limit_in_bytes"]),
        ("free1", "pass", &[]),
        ("blind", "unknown", &["cgroup"]),
        ("odd", "unknown", &["memory.max"]),
        ("bare", "unknown", &["meminfo"]),
        ("garbled", "unknown", &["meminfo"]),
        ("missing", "unknown", &[]),
    ];
    let mut wrong = Vec::new();
    for (name, state, words) in wants {
        let root = place.path().join(name).display().to_string();
        place.write("holdpoint.toml", format!("schema = 1\n[target.host]\nroot = \"{root}\"\n"));
        let line = line(&place, "8GB RAM minimum");
        wrong.extend(expect_line(name, &line, state, words));
    }
    drop(std::fs::remove_file(place.path().join("holdpoint.toml")));
    let undeclared = line(&place, "8GB RAM minimum");
    wrong.extend(expect_line("nobody said which", &undeclared, "unknown", &["target.host.here"]));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let cases = [
        case("this machine has some", "memory>=64MB", Pass),
        case("and not that much", "memory>=900TB", Fail(&["TiB", "free -h"])),
        case("without a number", "", Unknown(&["memory"])),
        case("not a size", "memory=lots", Usage(&["memory"])),
        case("all of it may be missing", "memory=8GB tolerance=80%", Usage(&["tolerance"])),
        case("nearest", "memry=8GB", Usage(&["memory"])),
    ];
    all(&place, "host.memory", &cases);
}

fn sqlite(place: &Place, file: &str, sql: &str) {
    let mut child = Command::new("sqlite3")
        .arg(file)
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

const SCHEMA: &str = "PRAGMA journal_mode=WAL; CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE orders(id INTEGER PRIMARY KEY, user INT REFERENCES users(id), note TEXT);
    INSERT INTO users SELECT value, 'u' || value FROM generate_series(1, 50);
    INSERT INTO orders SELECT value, 1 + value % 50, hex(randomblob(40)) FROM generate_series(1, 1000);";

#[test]
fn databases() {
    if !needs("db.integrity", &["sqlite3"]) {
        return;
    }
    let place = Place::new();
    sqlite(&place, "app.db", SCHEMA);
    sqlite(&place, "bare.db", "CREATE TABLE a(x); DROP TABLE a;");
    sqlite(&place, "rows.db", "CREATE TABLE a(x);");
    sqlite(&place, "broken.db", &SCHEMA.replace("WAL", "DELETE"));
    sqlite(
        &place,
        "orphans.db",
        "CREATE TABLE u(id INTEGER PRIMARY KEY); CREATE TABLE o(u REFERENCES u(id)); INSERT INTO o VALUES (7);",
    );
    sh(
        &place,
        "cp broken.db cut.db; truncate -s 20480 cut.db; : > zero.db; echo 'no database' > text.db
        printf 'SQLite format 3' > half.db; cp broken.db holed.db
        dd if=/dev/urandom of=holed.db bs=1 seek=8192 count=4096 conv=notrunc 2>/dev/null
        ln -s app.db current.db; ln -s gone.db dangling.db; mkdir folder.db",
    );
    let mut lock = Command::new("sqlite3")
        .arg("locked.db")
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let sql = "CREATE TABLE a(x); INSERT INTO a VALUES(1); BEGIN EXCLUSIVE; INSERT INTO a VALUES(2); SELECT 'held';\n";
    lock.stdin.as_mut().unwrap().write_all(sql.as_bytes()).unwrap();
    let mut said = String::new();
    BufReader::new(lock.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "held\n");
    let before = std::fs::read(place.path().join("app.db")).unwrap();
    let cases = [
        case("whole", "path=app.db", PassBut(&["row counts"])),
        case("by dsn", "dsn=sqlite:///app.db", PassBut(&["row counts"])),
        case("through a link", "path=current.db", Pass),
        case("tables that are there", "path=app.db tables=orders,users", Pass),
        case("a table that is not", "path=app.db tables=orders,invoices", Fail(&["invoices"])),
        case("truncated to nothing", "path=zero.db", Fail(&["empty", "0 bytes"])),
        case("cut", "path=cut.db", Fail(&["damaged"])),
        case("random bytes in the middle", "path=holed.db", Fail(&["damaged"])),
        case("text", "path=text.db", Fail(&["SQLite"])),
        case("half a header", "path=half.db", Fail(&[])),
        case(
            "rows that refer to nothing",
            "path=orphans.db",
            Fail(&["refer", "foreign_key_check"]),
        ),
        case("no table", "path=bare.db", NoPass(&["table"])),
        case("no row", "path=rows.db", PassBut(&["row counts"])),
        case("locked", "path=locked.db", Unknown(&["locked.db"])),
        case("not there", "path=gone.db", NoPass(&["gone.db"])),
        case("a link to nothing", "path=dangling.db", NoPass(&["dangling.db"])),
        case("a folder", "path=folder.db", NoPass(&[])),
        case("another engine", "path=app.db engine=oracle", Unknown(&["this version cannot"])),
        case("nothing is declared", "", Unknown(&["target.db"])),
        case("nearest", "path=app.db table=orders", Usage(&["tables"])),
    ];
    all(&place, "db.integrity", &cases);
    drop((lock.kill(), lock.wait()));
    assert_eq!(before, std::fs::read(place.path().join("app.db")).unwrap(), "looking wrote to it");
    assert!(!place.path().join("gone.db").exists(), "looking made a file");
    if root() {
        sh(&place, "chmod 600 broken.db");
        let it = case("not allowed to read it", "path=broken.db", Unknown(&["broken.db"]));
        assert_eq!(as_nobody(&place, "db.integrity", &it), None);
    }
}

#[test]
fn databases_from_one_run_to_the_next() {
    if !needs("db.integrity: an earlier run", &["sqlite3"]) {
        return;
    }
    let place = Place::new();
    sqlite(&place, "app.db", SCHEMA);
    place.write(
        "holdpoint.toml",
        "schema = 1\n[target.db]\nengine = \"sqlite\"\npath = \"app.db\"\n",
    );
    let text = "Database integrity verified";
    let mut wrong = Vec::new();
    let mut step = |name: &str, sql: &str, state: &str, words: &[&str]| {
        sqlite(&place, "app.db", sql);
        wrong.extend(expect_line(name, &line(&place, text), state, words));
    };
    step("the first time", "SELECT 1;", "pass", &["row counts"]);
    step(
        "more orders",
        "INSERT INTO orders(user) SELECT 1 FROM generate_series(1, 500);",
        "pass",
        &[],
    );
    step("as many", "SELECT 1;", "pass", &[]);
    step(
        "two in five are gone",
        "DELETE FROM orders WHERE id % 5 < 2;",
        "fail",
        &["orders", "1500"],
    );
    step("a table is gone", "DROP TABLE orders;", "fail", &["orders"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let records = std::fs::read_dir(place.path().join(".holdpoint")).unwrap().count();
    assert_eq!(records, 5, "one file a run, and nothing else");
}

/// A plain dump as newer versions of pg_dump write it.
fn dump(rows: usize) -> String {
    let rows: String =
        (0..rows).map(|it| format!("{it}\tbooking {}\n", it * 7919 % 10_007)).collect();
    format!(
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict aWq2\n\nSET statement_timeout = 0;\n\
         CREATE TABLE public.orders (id integer, note text);\nCOPY public.orders (id, note) FROM stdin;\n\
         {rows}\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict aWq2\n\n"
    )
}

#[test]
fn backups_that_are_whole_and_backups_that_are_not() {
    if !needs("backup.integrity", &["gzip", "zstd", "sqlite3", "sha256sum"]) {
        return;
    }
    let place = Place::new();
    place.write("dump.sql", dump(20_000));
    let early = dump(20_000).replace("-- PostgreSQL database dump complete", "--");
    place.write("early.sql", early);
    sqlite(&place, "copy.db", &SCHEMA.replace("WAL", "DELETE"));
    sqlite(&place, "rowless.db", "CREATE TABLE orders(id);");
    sh(&place, "
        put() { mkdir -p $1; touch -d '3 hours ago' $2; cp -p $2 $1/; }
        gzip -k dump.sql; gzip -k early.sql; zstd -q dump.sql; head -c 60000 dump.sql > cut.sql
        put plain dump.sql; put packed dump.sql.gz; put zst dump.sql.zst; put plaincut cut.sql
        head -c 30000 dump.sql.gz > half.sql.gz; put gzcut half.sql.gz
        head -c 9000 dump.sql.zst > half.sql.zst; put zstcut half.sql.zst
        put early early.sql.gz; (false || true) | gzip > nothing.sql.gz; put nothing nothing.sql.gz
        cp dump.sql.gz flipped.sql.gz; printf '\\377\\377\\377' | dd of=flipped.sql.gz bs=1 seek=20000 conv=notrunc 2>/dev/null
        put flipped flipped.sql.gz; : > empty.sql; put empty empty.sql
        put sqlite copy.db; put rowless rowless.db; head -c 9000 copy.db > torn.db; put torn torn.db
        put summed dump.sql.gz; (cd summed; sha256sum dump.sql.gz > dump.sql.gz.sha256; touch -d '3 hours ago' *)
        put wrongsum dump.sql.gz; echo \"$(printf 0%.0s $(seq 64))  dump.sql.gz\" > wrongsum/dump.sql.gz.sha256
        cat dump.sql.gz dump.sql.gz > joined.sql.gz; put joined joined.sql.gz
        cat dump.sql.gz half.sql.gz > joinedcut.sql.gz; put joinedcut joinedcut.sql.gz
        (cat dump.sql.gz; echo junk at the end) > junk.sql.gz; put junk junk.sql.gz
        head -c 40000 /dev/urandom > opaque.bin; put opaque opaque.bin
        printf 'dump failed: no such database\\n' | gzip > message.sql.gz; put message message.sql.gz
        head -c 80000000 /dev/zero | gzip > bomb.gz; put bomb bomb.gz
        mkdir none; mkdir -p tmponly; cp dump.sql tmponly/dump.sql.tmp
        mkdir -p latest old; cp -p dump.sql.gz old/; ln -s ../old/dump.sql.gz latest/latest.sql.gz
        mkdir dangling; ln -s gone.sql.gz dangling/latest.sql.gz
    ");
    let cases = [
        case("plain, unrestrict behind the trailer", "path=plain", Pass),
        case("a file by its own name", "path=packed/dump.sql.gz", Pass),
        case("gzip", "path=packed", PassBut(&["checksum"])),
        case("zstd", "path=zst", Pass),
        case("plain, cut", "path=plaincut", Fail(&["cut"])),
        case("gzip, cut", "path=gzcut", Fail(&["cut", "half.sql.gz"])),
        case("zstd, cut", "path=zstcut", Fail(&["cut"])),
        case("whole stream, cut dump", "path=early", Fail(&["closing"][..0])),
        case("gzip of nothing", "path=nothing", Fail(&["nothing", "gzip -t"])),
        case("damaged in the middle", "path=flipped", Fail(&["flipped.sql.gz"])),
        case("an empty file", "path=empty", Fail(&["nothing"])),
        case("a database", "path=sqlite", Pass),
        case("a database without a row", "path=rowless", Fail(&["row"])),
        case("a torn database", "path=torn", Fail(&["torn.db"])),
        case("with its checksum", "path=summed", Pass),
        case("with another checksum", "path=wrongsum", Fail(&["SHA-256"])),
        case("two streams, one after the other", "path=joined", Pass),
        case("the second of two is cut", "path=joinedcut", Fail(&["cut"])),
        case("junk behind the stream", "path=junk", NoPass(&[])),
        case("of a kind nobody knows", "path=opaque", Unknown(&["checksum"])),
        case("the message of a failed dump", "path=message", NoPass(&[])),
        case("eighty megabytes of nothing", "path=bomb", PassBut(&["packed"])),
        case("an empty folder", "path=none", Fail(&["none"])),
        case("still being written", "path=tmponly", NoPass(&[])),
        case("a link to a good one", "path=latest", Pass),
        case("a link to nothing", "path=dangling", NoPass(&[])),
        case("not there", "path=gone", NoPass(&["gone"])),
        case("a bucket", "path=s3://bucket/backups", Unknown(&["this version cannot"])),
        case("nothing is declared", "", Unknown(&["target.files.path"])),
        case("of another depth", "path=packed depth=toc", Usage(&["depth"])),
        case("nearest", "path=packed dept=full-read", Usage(&["depth"])),
    ];
    all(&place, "backup.integrity", &cases);
    if root() {
        sh(&place, "chmod 700 packed");
        let it = case("not allowed to look in", "path=packed", Unknown(&["packed"]));
        assert_eq!(as_nobody(&place, "backup.integrity", &it), None);
    }
}

#[test]
fn backups_by_age_and_size() {
    if !needs("backup.fresh", &["gzip"]) {
        return;
    }
    let place = Place::new();
    sh(&place, "
        make() { mkdir -p $(dirname $1); head -c $3 /dev/urandom > $1; touch -d \"$2\" $1; }
        for day in 1 2 3 4 5 6 7; do
            for to in good grown shrunk swollen late partial export; do make $to/app-$day.sql.gz \"$day days ago\" 50000; done
        done
        make good/app-0.sql.gz '3 hours ago' 50500; make grown/app-0.sql.gz '3 hours ago' 65000
        make shrunk/app-0.sql.gz '3 hours ago' 9000; make swollen/app-0.sql.gz '3 hours ago' 150000
        rm late/app-1.sql.gz late/app-2.sql.gz; rm export/app-1.sql.gz export/app-2.sql.gz
        make export/customers.csv '1 hour ago' 50000; make partial/app-0.sql.gz.tmp '1 hour ago' 70
        rm partial/app-1.sql.gz partial/app-2.sql.gz
        mkdir tiny; (false || true) | gzip > tiny/backup.sql.gz; touch -d '1 hour ago' tiny/backup.sql.gz
        make single/app.sql.gz '3 hours ago' 50000; mkdir none
        make old/app.sql.gz '3 days ago' 50000
        mkdir link; ln -s ../old/app.sql.gz link/latest.sql.gz
        make copied/app-$(date -u -d '3 days ago' +%Y-%m-%d).sql.gz now 50000; touch -d '2 hours ago' copied/*
        make future/app.sql.gz '2 days' 50000
        make beside/app.sql.gz '3 days ago' 50000; make beside/backup.log '1 hour ago' 5000
        make beside/app.sql.gz.sha256 '1 hour ago' 90; make beside/.app.swp '1 hour ago' 9000
    ");
    let day = |path: &str| format!("path={path} max-age=24h");
    let cases = [
        case("of this night", day("good"), Pass),
        case("a third larger after an import", day("grown"), Pass),
        case("a fifth of the usual size", day("shrunk"), Fail(&["usual"])),
        case("three times the usual size", day("swollen"), Fail(&["usual"])),
        case("three days old", day("late"), Fail(&["3 days"])),
        case("the new one is not complete", day("partial"), Fail(&["3 days", ".tmp"])),
        case("the dumps have stopped, and an export is new", day("export"), NoPass(&["app-3"])),
        case("twenty bytes", day("tiny"), Fail(&["20 bytes", "gzip -t"])),
        case("the only one", day("single"), PassBut(&["size"])),
        case("a file by its name", day("single/app.sql.gz"), PassBut(&["size"])),
        case("old", day("old"), Fail(&["3 days"])),
        case("old, and that is fine", "path=old max-age=7d", Pass),
        case("a link to an old one", day("link"), Fail(&["3 days"])),
        case("copied this morning", day("copied"), Fail(&["name"])),
        case("of the day after tomorrow", day("future"), NoPass(&["future"])),
        case("only a log is new", day("beside"), Fail(&["3 days"])),
        case("larger than that", format!("{} min-size=1MB", day("single")), Fail(&["size"])),
        case("an empty folder", day("none"), Fail(&["none"])),
        case("not there", day("gone"), NoPass(&["gone"])),
        case("how old is not said", "path=good", Unknown(&["max-age"])),
        case("nothing is declared", "max-age=24h", Unknown(&["target.files.path"])),
        case("a bucket", "path=s3://bucket/a max-age=24h", Unknown(&["this version cannot"])),
        case("no duration", "path=good max-age=soon", Usage(&["max-age"])),
        case("nearest", "path=good maxage=24h", Usage(&["max-age"])),
        case_of("strict", &["path=old", "max-age<72h"], Fail(&["3 days"])),
    ];
    all(&place, "backup.fresh", &cases);
    growing(&place, place.path());
    if root() {
        sh(&place, "chmod 700 good");
        let it = case("not allowed to look in", day("good"), Unknown(&["good"]));
        assert_eq!(as_nobody(&place, "backup.fresh", &it), None);
    }
}

/// Today's file is still being written: the one before it decides.
fn growing(place: &Place, folder: &Path) {
    sh(
        place,
        "mkdir grows; head -c 50000 /dev/urandom > grows/app-1.sql.gz; touch -d '3 days ago' grows/app-1.sql.gz",
    );
    let path = folder.join("grows/app-2.sql.gz");
    std::fs::write(&path, vec![7; 40_000]).unwrap();
    let writer = thread::spawn(move || {
        for _ in 0..120 {
            let Ok(mut file) = std::fs::OpenOptions::new().append(true).open(&path) else { return };
            drop(file.write_all(&[7; 512]));
            thread::sleep(Duration::from_millis(50));
        }
    });
    let it = case("still being written", "path=grows max-age=24h", Fail(&["3 days", "app-2"]));
    all(place, "backup.fresh", &[it]);
    writer.join().unwrap();
}

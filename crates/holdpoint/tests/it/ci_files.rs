//! What a pipeline takes from this repository: the action, the hook, the recipes of the static
//! binary and of the image.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    common::{HOLDPOINT, Place, Said, program, real, said},
    formats::{content, validators},
    site::Site,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

const CHECKS: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Health endpoint is healthy \
    <!-- holdpoint: http.health path=/well consecutive=1 -->\n";

/// The script of the action, started as a composite action starts it.
fn acted(place: &Place, inputs: &[(&str, &str)]) -> (Said, String) {
    let output = place.path().join("output");
    fs::write(&output, "").unwrap();
    let mut command = Command::new("bash");
    command
        .arg(root().join("packaging/action.sh"))
        .current_dir(place.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", place.path().join("home"))
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_OUTPUT", &output)
        .env("GITHUB_STEP_SUMMARY", place.path().join("summary.md"))
        .env("GITHUB_WORKSPACE", place.path())
        .env("GITHUB_ACTION_PATH", root())
        .env("HOLDPOINT_BINARY", HOLDPOINT)
        .stdin(Stdio::null());
    command.envs(inputs.iter().map(|(name, value)| (format!("HOLDPOINT_{name}"), value)));
    let said = said(command.output().unwrap());
    (said, place.read("output"))
}

fn output<'a>(outputs: &'a str, name: &str) -> &'a str {
    let of = outputs.lines().filter_map(|it| it.split_once('=')).filter(|(it, _)| *it == name);
    let values: Vec<&str> = of.map(|(_, value)| value).collect();
    assert_eq!(values.len(), 1, "{name}: {outputs}");
    values[0]
}

#[test]
fn the_action_ends_as_the_run_does_and_says_its_verdict() {
    let (place, site) = (Place::new(), Site::new(None));
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"{}\"\n", site.url()));
    place.write("list.md", CHECKS);
    let reports = "  junit=a b.xml \n\nsarif=out.sarif\n";
    let (said, outputs) = acted(&place, &[("DOCUMENT", "list.md"), ("REPORTS", reports)]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert_eq!((output(&outputs, "verdict"), output(&outputs, "exit-code")), ("GO", "0"));
    let record = Path::new(output(&outputs, "record")).to_owned();
    assert!(record.is_file() && record.ends_with(".holdpoint/0001.sqlite"), "{record:?}");
    assert!(
        place.read("a b.xml").contains("<testsuites") && place.read("out.sarif").contains("2.1")
    );
    assert!(place.read("summary.md").contains("✅ GO"));
    place.write("list.md", CHECKS.replace("/well", "/sick"));
    place.run(&["plan", "list.md"]);
    let (said, outputs) = acted(&place, &[("DOCUMENT", "list.md"), ("GATE", "all")]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert_eq!(output(&outputs, "verdict"), "NO-GO");
    assert!(said.err.contains("::error file=list.md,line=5,title=fail"), "{}", said.err);
    fs::create_dir(place.path().join("sub folder")).unwrap();
    place.write("sub folder/-x.md", "# T\n\n- [ ] Port 80 open\n");
    let inputs = [("DOCUMENT", "-x.md"), ("FOLDER", "sub folder")];
    let (said, outputs) = acted(&place, &inputs);
    assert_eq!(said.code, Some(3), "{}{}", said.out, said.err);
    assert_eq!(output(&outputs, "verdict"), "HOLD");
    assert!(said.err.contains("file=sub folder/-x.md,line=3"), "{}", said.err);
}

#[test]
fn the_action_says_no_verdict_where_nothing_was_decided() {
    let place = Place::new();
    place.write("list.md", "# T\n\n- [ ] Port 80 open\n");
    for (inputs, word) in [
        (vec![("DOCUMENT", "none.md")], "none.md"),
        (vec![("DOCUMENT", "")], "document"),
        (vec![("DOCUMENT", "list.md"), ("GATE", "now")], "now"),
        (vec![("DOCUMENT", "list.md"), ("REPORTS", "xunit=x")], "xunit"),
        (vec![("DOCUMENT", "list.md"), ("FOLDER", "nowhere")], "nowhere"),
        (vec![("DOCUMENT", "list.md"), ("BINARY", "./nothing")], "nothing"),
        (vec![("DOCUMENT", "list.md"), ("ENVIRONMENT", "$(touch pwned); `touch pwned`")], "pwned"),
    ] {
        let (said, outputs) = acted(&place, &inputs);
        assert_eq!(said.code, Some(2), "{inputs:?}: {}{}", said.out, said.err);
        assert!(said.err.contains(word), "{inputs:?}: {}", said.err);
        assert!(!outputs.contains("GO") && !place.path().join("pwned").exists());
    }
    // A run that ended otherwise, and a document that says it went: no verdict of its own.
    place.write("go.md", "# {\"schema\":\"holdpoint.run/1\",\"verdict\":\"GO\"}\nverdict=GO\n");
    let (said, outputs) = acted(&place, &[("DOCUMENT", "go.md")]);
    assert_eq!((said.code, output(&outputs, "verdict")), (Some(3), "HOLD"));
    let broken = place.write("broken", "#!/bin/sh\necho verdict=GO; exit 70\n");
    let mode = Command::new("chmod").arg("+x").arg(&broken).status();
    assert!(mode.unwrap().success());
    let (said, outputs) = acted(&place, &[("DOCUMENT", "list.md"), ("BINARY", "./broken")]);
    assert_eq!((said.code, output(&outputs, "verdict")), (Some(70), ""));
}

#[test]
fn scripts_can_be_read_by_bash() {
    for name in ["packaging/action.sh", "packaging/static.sh", ".ci/run"] {
        let path = root().join(name);
        content(Path::new("bash"), &["-n", path.to_str().unwrap()]);
    }
}

#[test]
fn the_action_the_hook_and_the_recipe_are_what_their_readers_expect() {
    let name = "the action, the hook and the recipe of the image";
    let Some(folder) = validators() else {
        return real(name, Some("the validators are not installed: cargo xtask test does"));
    };
    let bin = |name: &str| folder.join("python/bin").join(name);
    let path = |name: &str| root().join(name).to_str().unwrap().to_owned();
    let action = path("action.yml");
    let schema = ["--builtin-schema", "vendor.github-actions", &action];
    content(&bin("check-jsonschema"), &schema);
    content(&bin("zizmor"), &["--offline", "--no-progress", "--persona", "pedantic", &action]);
    content(&bin("hadolint"), &[&path("Containerfile")]);
    content(&bin("pre-commit"), &["validate-manifest", &path(".pre-commit-hooks.yaml")]);
    // Every variable that the script reads is an input that the action hands over.
    let text = fs::read_to_string(root().join("action.yml")).unwrap();
    let script = fs::read_to_string(root().join("packaging/action.sh")).unwrap();
    let given: Vec<&str> = text.lines().filter_map(|it| it.trim().strip_suffix(" }}")).collect();
    for variable in ["DOCUMENT", "GATE", "ENVIRONMENT", "SETTINGS", "REPORTS", "FOLDER", "BINARY"] {
        let variable = format!("HOLDPOINT_{variable}");
        assert!(script.contains(&variable) && given.iter().any(|it| it.contains(&variable)));
    }
    assert!(!text.contains("uses:"), "no code of others");
    real(name, None);
}

#[test]
fn the_pipelines_of_the_page_are_what_their_readers_expect() {
    let name = "the pipelines of the page";
    let Some(folder) = validators() else {
        return real(name, Some("the validators are not installed: cargo xtask test does"));
    };
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|it| it.split("```").next().unwrap()).collect();
    let place = Place::new();
    let schemas = ["vendor.github-workflows", "vendor.gitlab-ci"];
    assert_eq!(blocks.len(), schemas.len());
    for (block, schema) in blocks.iter().zip(schemas) {
        let file = place.write(&format!("{schema}.yml"), block);
        let program = folder.join("python/bin/check-jsonschema");
        content(&program, &["--builtin-schema", schema, file.to_str().unwrap()]);
    }
    // The script that edits the comment is read by bash.
    let (_, script) = blocks[0].split_once("run: |\n").unwrap();
    let (script, _) = script.split_once("      - if").unwrap();
    let script = place.write("comment.sh", script);
    content(Path::new("bash"), &["-n", script.to_str().unwrap()]);
    real(name, None);
}

/// The lines of the recipe, continued ones put together.
fn recipe() -> Vec<String> {
    let text = fs::read_to_string(root().join("Containerfile")).unwrap().replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_recipe_of_the_image_copies_what_is_there_and_does_not_run_as_root() {
    let recipe = recipe();
    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    let (mut user, mut stage) = (String::new(), 0);
    for line in &recipe {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["FROM", ..] => {
                stage += 1;
                user.clear();
            }
            ["USER", name] => user = (*name).to_owned(),
            ["COPY", from, _, _] if from.starts_with("--from=") => {
                assert_eq!(*from, "--from=build")
            }
            ["COPY", sources @ .., _] => {
                assert_eq!(stage, 1, "the image holds nothing of the context");
                for source in sources {
                    assert!(root().join(source).exists(), "{source}");
                    assert!(ignored.lines().any(|it| it == format!("!{source}")), "{source}");
                }
            }
            _ => {}
        }
    }
    let uid: u32 = user.split(':').next().unwrap().parse().unwrap();
    assert!(0 < uid && recipe.iter().any(|it| it == "FROM scratch"));
    assert!(
        recipe.iter().any(|it| it.starts_with("LABEL") && it.contains("licenses=\"Apache-2.0\""))
    );
    let pinned = fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let (_, version) = recipe[0].split_once("rust:").unwrap();
    let version = version.split('-').next().unwrap();
    assert!(pinned.contains(&format!("\"{version}\"")), "the toolchain is that of the workspace");
}

/// The static file that `packaging/static.sh` made, where it did.
fn static_binary() -> Option<PathBuf> {
    let named = std::env::var_os("HOLDPOINT_STATIC").map(PathBuf::from);
    let made = || {
        let machine = std::env::consts::ARCH;
        let target = format!("{machine}-unknown-linux-musl");
        [root().join(format!("dist/holdpoint-{target}"))].into_iter().find(|it| it.is_file())
    };
    named.or_else(made)
}

#[test]
fn the_static_file_needs_nothing_of_its_machine() {
    let name = "the static file";
    let Some(binary) = static_binary() else {
        return real(name, Some("it was not built: packaging/static.sh does"));
    };
    let mut readelf = Command::new("readelf");
    readelf.args(["--program-headers", "--wide"]).arg(&binary);
    let headers = said(readelf.output().unwrap());
    assert!(headers.code == Some(0) && !headers.out.contains("INTERP"), "{}", headers.out);
    let place = Place::new();
    let mut command = Command::new(&binary);
    command.args(["demo", "--mended", "--format", "json"]).current_dir(place.path());
    let said = said(command.env_clear().output().unwrap());
    assert_eq!(said.code, Some(0), "{}", said.err);
    let run: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(run["verdict"], "GO");
    real(name, None);
}

/// An engine of its own, without a network of its own; it ends when dropped.
struct Engine {
    daemon: Child,
    folder: tempfile::TempDir,
}

impl Engine {
    fn start(dockerd: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(dockerd);
        command
            .args(["--data-root", &at("data"), "--exec-root", &at("exec"), "--pidfile", &at("pid")])
            .args(["--host", &format!("unix://{}", at("sock")), "--bridge=none"])
            .args(["--iptables=false", "--ip6tables=false"])
            .stdout(Stdio::null())
            .stderr(log);
        let engine = Self { daemon: command.spawn().ok()?, folder };
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if engine.docker(&["info"]).code == Some(0) {
                return Some(engine);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        eprintln!("{}", fs::read_to_string(engine.folder.path().join("log")).unwrap());
        None
    }

    fn docker(&self, args: &[&str]) -> Said {
        let mut command = Command::new(program("docker").unwrap());
        command
            .env("DOCKER_HOST", format!("unix://{}/sock", self.folder.path().display()))
            .env("DOCKER_CONFIG", self.folder.path())
            .env("DOCKER_BUILDKIT", "0")
            .args(args);
        said(command.output().unwrap())
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let said = self.docker(args);
        assert_eq!(said.code, Some(0), "docker {args:?}\n{}{}", said.out, said.err);
        said.out
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let pid = self.daemon.id().to_string();
        drop(Command::new("kill").arg(pid).status());
        drop(self.daemon.wait());
    }
}

/// A tree that stands in for the image that builds: a shell, and a `cargo` that gives back the
/// static file. What the compiler does is tried elsewhere; here it is every other instruction.
fn builder(place: &Place, binary: &Path, busybox: &Path) -> PathBuf {
    let tree = place.path().join("tree");
    for folder in ["bin", "usr/local/bin", "etc/ssl/certs", "source"] {
        fs::create_dir_all(tree.join(folder)).unwrap();
    }
    fs::copy(busybox, tree.join("bin/busybox")).unwrap();
    for name in ["sh", "mkdir", "cp", "test", "ls"] {
        std::os::unix::fs::symlink("busybox", tree.join("bin").join(name)).unwrap();
    }
    fs::copy(binary, tree.join("holdpoint")).unwrap();
    let cargo = "#!/bin/sh\nset -e\ntest \"$*\" = \"build --locked --release --package holdpoint\"\n\
                 test -f Cargo.lock\ntest -f crates/holdpoint/Cargo.toml\ntest -f xtask/Cargo.toml\n\
                 mkdir -p target/release\ncp /holdpoint target/release/holdpoint\n";
    let apk = "#!/bin/sh\nset -e\ntest \"$1\" = add\necho authorities > \
               /etc/ssl/certs/ca-certificates.crt\n";
    for (name, text) in [("cargo", cargo), ("apk", apk)] {
        let path = tree.join("usr/local/bin").join(name);
        fs::write(&path, text).unwrap();
        assert!(Command::new("chmod").arg("755").arg(&path).status().unwrap().success());
    }
    let archive = place.path().join("tree.tar");
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&tree).arg("-cf").arg(&archive).arg(".");
    assert!(tar.status().unwrap().success());
    archive
}

#[test]
fn the_image_holds_the_binary_and_runs_a_checklist() {
    let name = "the image";
    let (Some(binary), Some(busybox)) = (static_binary(), program("busybox")) else {
        return real(name, Some("there is no static file (packaging/static.sh) or no busybox"));
    };
    let (Some(dockerd), Some(_)) = (program("dockerd"), program("docker")) else {
        return real(name, Some("there is no Docker engine on this machine"));
    };
    let Some(engine) = Engine::start(&dockerd) else {
        return real(name, Some("the Docker engine did not start"));
    };
    let place = Place::new();
    let archive = builder(&place, &binary, &busybox);
    let base = recipe()[0].split_whitespace().nth(1).unwrap().to_owned();
    let environment = "ENV PATH=/usr/local/bin:/bin";
    engine.done(&["import", "-c", environment, archive.to_str().unwrap(), &base]);
    let root = root();
    let file = root.join("Containerfile");
    let mut build = vec!["build", "--network", "none", "--build-arg", "VERSION=1.2.3"];
    build.extend(["-t", "holdpoint", "-f", file.to_str().unwrap(), root.to_str().unwrap()]);
    engine.done(&build);
    let inspected = engine.done(&["inspect", "holdpoint"]);
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    let config = &inspected[0]["Config"];
    assert_eq!(config["User"], "65532:65532");
    assert_eq!(config["Labels"]["org.opencontainers.image.version"], "1.2.3");
    assert_eq!(inspected[0]["RootFS"]["Layers"].as_array().unwrap().len(), 3);
    let said = engine.docker(&["run", "--rm", "--network", "none", "holdpoint", "--version"]);
    assert!(said.out.starts_with("holdpoint "), "{}{}", said.out, said.err);
    // A checklist of the host, by a user who is not root, on a file system that is read-only.
    let work = place.path().join("work");
    fs::create_dir(&work).unwrap();
    fs::write(work.join("list.md"), "# T\n\n- [ ] Port 80 open\n").unwrap();
    assert!(Command::new("chown").arg("65532:65532").arg(&work).status().unwrap().success());
    let mounted = format!("{}:/work", work.display());
    let said = engine.docker(&[
        "run",
        "--rm",
        "--network",
        "none",
        "--read-only",
        "--cap-drop",
        "ALL",
        "-v",
        &mounted,
        "holdpoint",
        "run",
        "list.md",
        "--report",
        "junit=out.xml",
    ]);
    assert_eq!(said.code, Some(3), "{}{}", said.out, said.err);
    assert!(work.join(".holdpoint/0001.sqlite").is_file() && work.join("out.xml").is_file());
    real(name, None);
}

//! Measures what users feel, with the release binary and real processes: start, planning, looks,
//! memory. Prints the table of `docs/figures.md`.
#![expect(
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a table of rounded figures"
)]

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const HOLDPOINT: &str = env!("CARGO_BIN_EXE_holdpoint");

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path();
    println!("| what | figure |\n| --- | --- |");
    row("start (`holdpoint --version`)", &ms(median(40, || run(folder, &["--version"]))));
    std::fs::write(folder.join("small.md"), checklist(300)).expect("the folder can be written");
    let plan = || run(folder, &["plan", "small.md", "--no-lock", "--format", "json"]);
    row("plan of a 300-line document", &ms(median(40, plan)));
    planning(folder);
    looks(folder);
    in_flight(folder);
}

fn row(what: &str, figure: &str) {
    println!("| {what} | {figure} |");
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

fn median(times: usize, mut once: impl FnMut() -> Duration) -> Duration {
    once();
    let mut all: Vec<Duration> = (0..times).map(|_| once()).collect();
    all.sort();
    all[all.len() / 2]
}

fn run(folder: &Path, args: &[&str]) -> Duration {
    let began = Instant::now();
    let status = Command::new(HOLDPOINT)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.expect("the binary starts");
    began.elapsed()
}

fn checklist(lines: usize) -> String {
    let claims = [
        "SSL certificate valid for at least 30 days",
        "Port 443 (HTTPS) accessible",
        "All unit tests passing",
        "Team briefed on deployment",
        "Minimum 8GB RAM",
        "Backup integrity verified",
        "Rate limiting configured",
        "The moon is in the right phase",
    ];
    let mut text = String::from("# Production Deployment Checklist\n\n## Pre-Deployment\n");
    let mut section = 0;
    while text.lines().count() < lines {
        section += 1;
        write!(text, "\n### {section}. Section\n").expect("strings take text");
        for claim in claims {
            writeln!(text, "- [ ] {claim}").expect("strings take text");
        }
    }
    text
}

fn planning(folder: &Path) {
    let mut text = checklist(2_000);
    while text.len() < 10_000_000 {
        let more = text.clone();
        text.push_str(&more);
    }
    text.truncate(10_000_000);
    let lines = text.lines().count();
    std::fs::write(folder.join("large.md"), text).expect("the folder can be written");
    let time = median(3, || run(folder, &["plan", "large.md", "--no-lock", "--format", "json"]));
    let rate = lines as f64 / time.as_secs_f64();
    let figure = format!("{rate:.0} lines/s ({lines} lines in {:.2} s)", time.as_secs_f64());
    row("plan of a 10 MB document", &figure);
}

/// A server that answers every request after `wait`, one thread a connection.
fn serve(wait: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = move || {
                let mut stream = stream;
                let mut bytes = [0; 4_096];
                if stream.read(&mut bytes).is_ok() {
                    std::thread::sleep(wait);
                    let body = "{\"status\":\"ok\"}";
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
                    let text = format!(
                        "{head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    drop(stream.write_all(text.as_bytes()));
                }
            };
            drop(std::thread::Builder::new().stack_size(64 * 1024).spawn(answer));
        }
    });
    port
}

fn world(folder: &Path, name: &str, port: u16, lines: usize, in_flight: usize) {
    let mut document = String::from("# Checklist\n\n## Pre-Deployment\n\n");
    for line in 0..lines {
        writeln!(
            document,
            "- [ ] Claim {line} <!-- holdpoint: http.health path=/h{line} consecutive=1 -->"
        )
        .expect("strings take text");
    }
    let below = folder.join(name);
    std::fs::create_dir_all(&below).expect("the folder can be written");
    std::fs::write(below.join("list.md"), document).expect("the folder can be written");
    let settings = format!(
        "[target.web]\nurl = \"http://127.0.0.1:{port}\"\nbudget = {{ in-flight = {in_flight} }}\n"
    );
    std::fs::write(below.join("holdpoint.toml"), settings).expect("the folder can be written");
}

fn looks(folder: &Path) {
    world(folder, "looks", serve(Duration::ZERO), 2_000, 64);
    let below = folder.join("looks");
    let time = median(3, || run(&below, &["run", "list.md", "--quiet"]));
    let rate = 2_000.0 / time.as_secs_f64();
    row("HTTP looks, journalled and judged, one process", &format!("{rate:.0} looks/s"));
}

fn in_flight(folder: &Path) {
    world(folder, "flight", serve(Duration::from_secs(3)), 1_000, 1_000);
    let below = folder.join("flight");
    let mut child = Command::new(HOLDPOINT)
        .args(["run", "list.md", "--quiet"])
        .current_dir(&below)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let began = Instant::now();
    let mut peak = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        let path = format!("/proc/{}/status", child.id());
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    let seconds = began.elapsed().as_secs_f64();
    let figure = format!("{} MiB at its peak, {seconds:.1} s with answers after 3 s", peak / 1_024);
    row("1,000 looks in flight", &figure);
}

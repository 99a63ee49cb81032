//! The same looks against nginx, OpenSSL and dnsmasq, where they are installed.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use holdpoint_model::{
    ask::{Request, Roots, Scheme, What},
    fault::Fault,
    seen::{Seen, Trust},
};
use holdpoint_wire_net::Net;

use crate::{fault, file, get, handshake, ip, look, now, response, secure, shake};

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // The child is ours and not waited for, so that its id is still its own.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Whether all programs are there; says so when one is not.
fn there(test: &str, programs: &[&str]) -> bool {
    let found = |program: &&&str| {
        let mut search = Command::new("sh");
        search.args(["-c", "command -v \"$0\"", program]).stdout(Stdio::null());
        !search.status().unwrap().success()
    };
    let Some(absent) = programs.iter().find(found) else { return true };
    eprintln!("{test}: skipped, `{absent}` is not installed");
    false
}

fn run(folder: &Path, line: &str) {
    let mut words = line.split(' ');
    let mut command = Command::new(words.next().unwrap());
    let output = command.args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Starts a program and waits until it takes connections.
fn start(command: &mut Command, port: u16) -> Running {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut running = Running(child);
    let begin = Instant::now();
    while TcpStream::connect(local(port)).is_err() {
        assert_eq!(running.0.try_wait().unwrap(), None, "{command:?} ended");
        assert!(begin.elapsed() < Duration::from_secs(20), "{command:?} does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// A root, an intermediate and leaves by the `openssl` program: `shop.pem` with its chain behind
/// it, `alone.pem` without, `first.pem` of X.509 version 1, `own.pem` by `openssl req -x509`.
fn certificates(folder: &Path) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("ca.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n");
    write("leaf.ext", "subjectAltName=DNS:shop.test,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
    let request = |name: &str, subject: &str| {
        let make =
            format!("openssl req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr");
        run(folder, &format!("{make} -subj /O=Lab/CN={subject}"));
    };
    let sign = |name: &str, by: &str, ext: &str| {
        let make = format!("openssl x509 -req -in {name}.csr -CA {by}.crt -CAkey {by}.key");
        run(folder, &format!("{make} -CAcreateserial -days 20 -out {name}.crt{ext}"));
    };
    for (name, subject) in [("root", "Root"), ("mid", "Middle"), ("shop", "shop.test")] {
        request(name, subject);
    }
    run(
        folder,
        "openssl x509 -req -in root.csr -signkey root.key -days 20 -out root.crt -extfile ca.ext",
    );
    sign("mid", "root", " -extfile ca.ext");
    sign("shop", "mid", " -extfile leaf.ext");
    request("first", "shop.test");
    sign("first", "root", "");
    run(
        folder,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20 \
         -keyout own.key -out own.crt -subj /CN=shop.test -addext subjectAltName=DNS:shop.test",
    );
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    write("shop.pem", &(read("shop.crt") + &read("mid.crt")));
    write("mixed.pem", &(read("own.crt") + &read("root.crt")));
}

/// nginx with one server block for each of `blocks`, in its own folder.
fn nginx(folder: &Path, ports: &[u16], blocks: &str) -> Running {
    let text = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr crit;
         events {{}}
         http {{
           access_log off;
           client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
           uwsgi_temp_path uwsgi; scgi_temp_path scgi;
           limit_req_zone $binary_remote_addr zone=slow:1m rate=1r/m;
           {blocks}
         }}"
    );
    std::fs::write(folder.join("nginx.conf"), text).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "stderr"]);
    start(&mut command, *ports.last().unwrap())
}

/// A server block over TLS.
fn block(port: u16, chain: &str, key: &str, more: &str) -> String {
    format!(
        "server {{
           listen 127.0.0.1:{port} ssl; server_name shop.test;
           ssl_certificate {chain}; ssl_certificate_key {key}; {more}
         }}"
    )
}

#[tokio::test]
async fn nginx_with_certificates_of_openssl() {
    if !there("nginx_with_certificates_of_openssl", &["nginx", "openssl"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let ports: Vec<u16> = (0..5).map(|_| free_port()).collect();
    let [new, old, alone, first, own] = ports[..] else { panic!("five ports") };
    let page = "location / { return 200 'hello'; }";
    let blocks = [
        block(new, "shop.pem", "shop.key", &format!("ssl_protocols TLSv1.2 TLSv1.3; {page}")),
        block(old, "shop.pem", "shop.key", "ssl_protocols TLSv1.2;"),
        block(alone, "shop.crt", "shop.key", ""),
        block(first, "first.crt", "first.key", ""),
        block(own, "own.crt", "own.key", page),
    ];
    let _nginx = nginx(folder.path(), &ports, &blocks.join("\n"));
    let roots = folder.path().join("root.crt");
    let shaken = async |port: u16| {
        let ask = shake(local(port), Some("shop.test"), file(&roots));
        handshake(look(&Net::default(), ask).await)
    };
    let seen = shaken(new).await;
    assert_eq!((seen.protocol.as_str(), &seen.trust), ("TLSv1.3", &Trust::Trusted));
    let [leaf, middle] = seen.chain.as_slice() else { panic!("{seen:?}") };
    assert_eq!(leaf.subject, "O=Lab, CN=shop.test");
    assert_eq!(leaf.names, ["shop.test", "127.0.0.1"]);
    assert_eq!(
        (leaf.issuer.as_str(), middle.issuer.as_str()),
        ("O=Lab, CN=Middle", "O=Lab, CN=Root")
    );
    assert_eq!(leaf.sha256, fingerprint(folder.path(), "shop.crt"));
    assert_eq!(leaf.key_sha256, key_fingerprint(folder.path(), "shop.crt"));
    assert!(leaf.not_before <= now() && now() < leaf.not_after);
    let seen = shaken(old).await;
    assert_eq!((seen.protocol.as_str(), &seen.trust), ("TLSv1.2", &Trust::Trusted));
    assert!(seen.cipher.starts_with("TLS_ECDHE_RSA_WITH_"), "{}", seen.cipher);
    for (port, part) in [(alone, "no certificate behind it"), (own, "signed itself")] {
        let Trust::Untrusted(why) = shaken(port).await.trust else { panic!("{part}") };
        assert!(why.contains(part), "{why}");
    }
    // What webpki does not read is still shaken hands with.
    let seen = shaken(first).await;
    assert_eq!((seen.chain.len(), seen.chain[0].names.len()), (1, 0));
    assert!(matches!(seen.trust, Trust::Untrusted(_)), "{seen:?}");

    let request = |port, roots: &Path| What::Http(secure(local(port), roots));
    let net = Net::default();
    let seen = response(look(&net, request(new, &roots)).await);
    assert_eq!((seen.status, seen.body.as_str()), (200, "hello"));
    let mixed = folder.path().join("mixed.pem");
    assert_eq!(response(look(&net, request(own, &mixed)).await).status, 200);
    for port in [alone, own, first] {
        assert_eq!(fault(&look(&net, request(port, &roots)).await), Fault::Untrusted);
    }
}

/// The SHA-256 of a certificate as `openssl` prints it.
fn fingerprint(folder: &Path, name: &str) -> String {
    let mut command = Command::new("openssl");
    command.args(["x509", "-noout", "-fingerprint", "-sha256", "-in", name]);
    let output = command.current_dir(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, hex) = text.trim().split_once('=').unwrap();
    hex.replace(':', "").to_ascii_lowercase()
}

/// The SHA-256 of its public key.
fn key_fingerprint(folder: &Path, name: &str) -> String {
    let mut command = Command::new("sh");
    let line = "openssl x509 -pubkey -noout -in \"$0\" | openssl pkey -pubin -outform der \
                | openssl dgst -sha256 -r";
    let output = command.args(["-c", line, name]).current_dir(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn nginx_in_the_clear() {
    if !there("nginx_in_the_clear", &["nginx"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ports = [free_port()];
    let [port] = ports;
    std::fs::write(folder.path().join("big.txt"), "x".repeat(300_000)).unwrap();
    let blocks = format!(
        "server {{
           listen 127.0.0.1:{port};
           location = /gone {{ return 444; }}
           location = /away {{ return 301 https://shop.test/; }}
           location = /slow {{ limit_req zone=slow burst=2 nodelay; limit_req_status 429;
                               root .; try_files /big.txt =404; }}
           location = /big {{ root .; try_files /big.txt =404; }}
           location / {{ return 404; }}
         }}"
    );
    let _nginx = nginx(folder.path(), &ports, &blocks);
    let net = Net::default();
    let at = |path: &str| Request { path: path.to_owned(), ..get(local(port)) };
    assert_eq!(fault(&look(&net, What::Http(at("/gone"))).await), Fault::NoAnswer);
    let seen = response(look(&net, What::Http(at("/away"))).await);
    assert_eq!((seen.status, seen.value("location")), (301, Some("https://shop.test/")));
    let seen = response(look(&net, What::Http(Request { body_max: 300_000, ..at("/big") })).await);
    assert_eq!((seen.body.len(), seen.body_bytes, seen.truncated), (300_000, 300_000, false));
    let burst = What::Burst { request: at("/slow"), count: 10, over_ms: 200, forged: true };
    let Ok(Seen::Burst(shots)) = look(&net, burst).await.result else { panic!("no burst") };
    let count = |status| shots.iter().filter(|it| it.outcome == Ok(status)).count();
    assert_eq!((count(200), count(429)), (3, 7), "{shots:?}");
    // TLS where there is none.
    let roots = Roots::System;
    let outcome = look(&net, shake(local(port), Some("shop.test"), roots)).await;
    assert_eq!(fault(&outcome), Fault::Garbled, "{outcome:?}");
    let https = Request { scheme: Scheme::Https, ..at("/") };
    let outcome = look(&net, What::Http(https)).await;
    assert!(matches!(fault(&outcome), Fault::Garbled | Fault::NoTool), "{outcome:?}");
}

#[tokio::test]
async fn names_by_dnsmasq() {
    if !there("names_by_dnsmasq", &["dnsmasq"]) {
        return;
    }
    let port = free_port();
    let user = std::env::var("USER").unwrap_or_else(|_| String::from("root"));
    let mut command = Command::new("dnsmasq");
    command.args([
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--listen-address=127.0.0.1",
        "--bind-interfaces",
        "--pid-file=",
        "--local=/test/",
        "--host-record=shop.test,10.0.0.9,fd00::9",
        "--host-record=shop.test,10.0.0.2",
        "--host-record=four.test,10.0.0.4",
        "--txt-record=bare.test,nothing",
        "--cname=www.test,shop.test",
    ]);
    command.arg(format!("--port={port}")).arg(format!("--user={user}"));
    let _dnsmasq = start(&mut command, port);
    let net = Net::default().with_nameserver(local(port));
    let ask = async |name: &str| look(&net, What::Addresses { name: name.to_owned() }).await;
    let shop = ["10.0.0.2", "10.0.0.9", "fd00::9"];
    for (name, expected) in [
        ("shop.test", &shop[..]),
        ("www.test", &shop),
        ("four.test", &["10.0.0.4"]),
        ("bare.test", &[]),
    ] {
        let expected = expected.iter().map(|it| ip(it)).collect();
        let outcome = ask(name).await;
        assert_eq!(outcome.result, Ok(Seen::Addresses(expected)), "{name}: {}", outcome.note);
    }
    assert_eq!(fault(&ask("absent.test").await), Fault::NameNotFound);
    // Without a server above it, dnsmasq refuses what is not its own.
    assert_eq!(fault(&ask("elsewhere.example").await), Fault::Denied);
}

#[tokio::test]
async fn openssl_that_speaks_nothing_of_ours() {
    if !there("openssl_that_speaks_nothing_of_ours", &["openssl"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let port = free_port();
    let mut command = Command::new("openssl");
    // A key exchange that offers no forward secrecy, and that we therefore do not speak.
    command.args(["s_server", "-quiet", "-cert", "shop.crt", "-key", "shop.key", "-tls1_2"]);
    command.args(["-cipher", "AES128-SHA256", "-accept", &format!("127.0.0.1:{port}")]);
    command.current_dir(folder.path()).stderr(Stdio::null());
    let _server = start(&mut command, port);
    let outcome = look(&Net::default(), shake(local(port), None, Roots::System)).await;
    assert_eq!(fault(&outcome), Fault::Reset, "{outcome:?}");
    assert!(outcome.note.contains("alert"), "{outcome:?}");
}

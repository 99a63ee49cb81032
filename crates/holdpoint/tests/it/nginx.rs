//! Real web servers for tests: nginx in a folder of its own, and a small one that misbehaves.

use std::{
    io::{Read, Write},
    net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use holdpoint_lab::Identity;
use holdpoint_model::time::{DAY, Time};

use crate::common;

/// Now, as certificates of tests see it.
pub(crate) fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Time(i64::try_from(since.as_millis()).unwrap())
}

/// So many days from now.
pub(crate) fn days(days: i64) -> Time {
    now().plus(days * DAY)
}

/// A port that nothing listens on, at any address of this machine. Ports that the system hands out
/// by itself are left alone, so that no other test takes it before its server starts.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    for _ in 0..10_000 {
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let start = u16::try_from(std::process::id() % 100).unwrap() * 100;
        let port = 20_000 + start.wrapping_add(nth) % 12_000;
        if TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).is_ok() {
            return port;
        }
    }
    panic!("there is no free port");
}

/// A port at which connections to this machine are refused as long as this process lives: one end
/// of a connection holds it, so that no server of another test can begin to listen there.
pub(crate) fn closed_port() -> u16 {
    static HELD: Mutex<Vec<(TcpListener, TcpStream)>> = Mutex::new(Vec::new());
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let held = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let port = held.local_addr().unwrap().port();
    HELD.lock().unwrap().push((listener, held));
    port
}

#[test]
fn a_closed_port_refuses_and_cannot_be_taken() {
    let port = closed_port();
    let refused = TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(TcpListener::bind(("127.0.0.1", port)).is_err());
}

/// A running nginx; it ends when dropped.
pub(crate) struct Nginx {
    pub(crate) ports: Vec<u16>,
    _folder: tempfile::TempDir,
    child: Child,
}

impl Nginx {
    /// Starts nginx with so many ports; `http` writes the inside of its `http` block from them.
    pub(crate) fn start(ports: usize, http: impl Fn(&[u16]) -> String) -> Self {
        Self::start_with(&[], ports, &[], http)
    }

    /// The same, started through a program (`ip netns exec …`), with files in its folder.
    pub(crate) fn start_with(
        through: &[&str],
        ports: usize,
        files: &[(&str, &str)],
        http: impl Fn(&[u16]) -> String,
    ) -> Self {
        let mut last = String::new();
        for _ in 0..5 {
            let ports: Vec<u16> = (0..ports).map(|_| free_port()).collect();
            match Self::attempt(through, &ports, files, &http(&ports)) {
                Ok(nginx) => return nginx,
                Err(why) => last = why,
            }
        }
        panic!("nginx does not start: {last}");
    }

    fn attempt(
        through: &[&str],
        ports: &[u16],
        files: &[(&str, &str)],
        http: &str,
    ) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display().to_string();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|it| format!("    {it}_temp_path {at}/{it};\n"))
            .collect();
        let http = http.replace("{folder}", &at);
        let config = format!(
            "daemon off;\nmaster_process off;\npid {at}/nginx.pid;\nerror_log stderr crit;\n\
             events {{ worker_connections 512; }}\nhttp {{\n    access_log off;\n\
             default_type text/html;\n{temp}{http}\n}}\n"
        );
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, config).unwrap();
        let program = common::program("nginx").ok_or("there is no nginx")?;
        let mut words: Vec<String> = through.iter().map(|it| (*it).to_owned()).collect();
        if let Some(first) = words.first_mut() {
            *first = common::program(first).ok_or("it is not here")?.display().to_string();
        }
        words.push(program.display().to_string());
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let pid = folder.path().join("nginx.pid");
        // Machines that build beside the tests start it late.
        for _ in 0..3_000 {
            if let Some(status) = child.try_wait().unwrap() {
                let mut said = String::new();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                return Err(format!("{status}: {said}"));
            }
            // The file is written after every port listens.
            if std::fs::read_to_string(&pid).is_ok_and(|it| it.ends_with('\n')) {
                return Ok(Self { ports: ports.to_vec(), _folder: folder, child });
            }
            thread::sleep(Duration::from_millis(10));
        }
        drop(child.kill());
        drop(child.wait());
        Err(String::from("it did not write its pid in time"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `ssl_certificate` and its key, written into a folder under a name.
pub(crate) fn ssl(place: &common::Place, name: &str, identity: &Identity) -> String {
    let chain = place.write(&format!("tls/{name}.pem"), &identity.chain_pem);
    let key = place.write(&format!("tls/{name}.key"), &identity.key_pem);
    format!("ssl_certificate {}; ssl_certificate_key {};", chain.display(), key.display())
}

/// An authority of its own for a place: what it signs, and the root that clients trust.
pub(crate) fn authority(place: &common::Place) -> (holdpoint_lab::Authority, PathBuf) {
    let authority = holdpoint_lab::authority();
    let root = place.write("root.pem", authority.root_pem());
    (authority, root)
}

/// A server whose every connection is handed to a function, with its number; ends when dropped.
pub(crate) struct Odd {
    pub(crate) port: u16,
    pub(crate) connections: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Odd {
    pub(crate) fn start(answer: impl Fn(&mut TcpStream, usize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (over, connections) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (ended, counted) = (Arc::clone(&over), Arc::clone(&connections));
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let nth = counted.fetch_add(1, Ordering::Relaxed);
                let answer = Arc::clone(&answer);
                thread::spawn(move || answer(&mut stream, nth));
            }
        });
        Self { port, connections, over }
    }

    /// Takes connections and never says a word.
    pub(crate) fn silent() -> Self {
        Self::start(|stream, _| wait_for_end(stream))
    }

    /// Reads the head of a request, and answers with these bytes.
    pub(crate) fn says(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |stream, _| {
            head(stream);
            drop(stream.write_all(&bytes));
        })
    }
}

impl Drop for Odd {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let at = SocketAddr::from(([127, 0, 0, 1], self.port));
        drop(TcpStream::connect_timeout(&at, Duration::from_millis(200)));
    }
}

/// The head of a request, as text.
pub(crate) fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && head.len() < 65_536 {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            Ok(_) | Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Reads until the other side goes.
pub(crate) fn wait_for_end(stream: &mut TcpStream) {
    let mut sink = [0; 1024];
    while let Ok(1..) = stream.read(&mut sink) {}
}

/// A whole answer with a body, after which the connection is closed.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

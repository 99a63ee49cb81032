//! Ports as seen from here and, where this machine may make them, from two network namespaces.

use std::{
    net::TcpListener,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    common::{self, Place},
    looked::{Case, Want, all, case, needs, one},
    nginx::{self, Nginx, Odd},
};

use Want::{Fail, NoPass, Pass, PassBut, Unknown};

const OPEN: &str = "net.port-open";
const RESTRICTED: &str = "net.port-restricted";

#[test]
fn open_ports() {
    if !needs("net.port-open", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, _) = nginx::authority(&place);
    let ssl = nginx::ssl(&place, "leaf", &authority.fresh(&["a.lab.test"], nginx::now()));
    let nginx = Nginx::start(2, |ports| {
        format!(
            "server {{ listen 127.0.0.1:{0}; listen 127.0.0.2:{0}; return 301 https://a.lab.test/; }}
             server {{ listen 127.0.0.1:{1} ssl; {ssl} return 200 a; }}",
            ports[0], ports[1]
        )
    });
    let (plain, secure) = (nginx.ports[0], nginx.ports[1]);
    // Takes the connection and has nothing behind it, as a proxy before a dead service does.
    let hollow = Odd::silent();
    let closes = Odd::start(|_, _| {});
    let ssh = Odd::says("SSH-2.0-OpenSSH_9.2p1\r\n");
    let nobody = nginx::free_port();
    let two = "resolve=a.lab.test:127.0.0.1,a.lab.test:";
    let name = format!("url=https://a.lab.test port={plain}");
    let cases = [
        case("open", format!("host=127.0.0.1 port={plain}"), Pass),
        case("http answers", format!("host=127.0.0.1 port={plain} proto=http"), Pass),
        case("tls answers", format!("host=127.0.0.1 port={secure} proto=tls"), Pass),
        case("the port of the url", format!("url=http://127.0.0.1:{plain}"), Pass),
        case("closed", format!("host=127.0.0.1 port={nobody}"), Fail(&["refused"])),
        case("only a redirect", format!("{name} {two}127.0.0.2 proto=http"), Pass),
        case(
            "IPv6 is published and dead",
            format!("{name} {two}[::1]"),
            Fail(&["[::1]", "refused"]),
        ),
        case("one of two is dead", format!("{name} {two}127.0.0.9"), Fail(&["127.0.0.9"])),
        case(
            "nothing behind it, http",
            format!("host=127.0.0.1 port={} proto=http", hollow.port),
            Fail(&["without an answer"]),
        ),
        case(
            "nothing behind it, tls",
            format!("host=127.0.0.1 port={} proto=tls", hollow.port),
            Fail(&["without an answer"]),
        ),
        case("nothing behind it, tcp", format!("host=127.0.0.1 port={}", hollow.port), Pass),
        case(
            "closes at once",
            format!("host=127.0.0.1 port={} proto=http", closes.port),
            Fail(&[]),
        ),
        case(
            "http where tls belongs",
            format!("host=127.0.0.1 port={plain} proto=tls"),
            NoPass(&["tls"]),
        ),
        case(
            "ssh where http belongs",
            format!("host=127.0.0.1 port={} proto=http", ssh.port),
            NoPass(&["http"]),
        ),
        case("no host", "port=80", Unknown(&["target.web.url"])),
        case("no such name", "host=nowhere.lab.test port=80", Unknown(&["resolve"])),
    ];
    all(&place, OPEN, &cases);
}

#[test]
fn restricted_ports_on_one_machine() {
    common::real("net.port-restricted: loopback", None);
    let place = Place::new();
    place.write(
        "holdpoint.toml",
        "schema = 1\n[vantage.here]\nhere = true\n[vantage.gone]\nnetns = \"holdpoint-no-such\"\n",
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let closed = nginx::free_port();
    let both = "--vantage outside=here,inside=here";
    let cases = [
        case("open to whoever looks", format!("host=127.0.0.1 port={port}"), Fail(&["accepts"])),
        case(
            "closed, and nobody inside",
            format!("host=127.0.0.1 port={closed}"),
            Unknown(&["vantage.inside"]),
        ),
        case(
            "closed to both",
            format!("host=127.0.0.1 port={closed} {both}"),
            Unknown(&["down", "restricted"]),
        ),
        case(
            "only inside is declared",
            format!("host=127.0.0.1 port={closed} --vantage inside=here"),
            Unknown(&["outside"]),
        ),
        case(
            "a vantage that is gone",
            format!("host=127.0.0.1 port={closed} --vantage outside=gone,inside=here"),
            Unknown(&["vantage"]),
        ),
        case(
            "a vantage nobody declared",
            format!("host=127.0.0.1 port={closed} --vantage outside=moon,inside=here"),
            NoPass(&[]),
        ),
        case("no port", "host=127.0.0.1", NoPass(&["port"])),
    ];
    all(&place, RESTRICTED, &cases);
}

/// Three namespaces: a server between a world outside and a network inside. Gone when dropped.
struct World {
    tag: String,
}

impl World {
    const SERVER: &'static str = "10.231.1.1";

    /// None where this machine does not let us, with the reason.
    fn new() -> Result<Self, String> {
        for program in ["ip", "nft", "nginx"] {
            common::program(program).ok_or_else(|| format!("there is no `{program}`"))?;
        }
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let world = Self { tag: format!("hp{}{nth}", std::process::id() % 100_000) };
        let (srv, out, ins) = (world.name("s"), world.name("o"), world.name("i"));
        for name in [&srv, &out, &ins] {
            ip(&format!("netns add {name}"))?;
            ip(&format!("-n {name} link set lo up"))?;
        }
        for (other, net, end) in [(&out, 1, "o"), (&ins, 2, "i")] {
            let (a, b) = (format!("{}a{end}", world.tag), format!("{}b{end}", world.tag));
            ip(&format!("link add {a} netns {srv} type veth peer name {b} netns {other}"))?;
            ip(&format!("-n {srv} addr add 10.231.{net}.1/24 dev {a}"))?;
            ip(&format!("-n {other} addr add 10.231.{net}.2/24 dev {b}"))?;
            ip(&format!("-n {srv} link set {a} up"))?;
            ip(&format!("-n {other} link set {b} up"))?;
            ip(&format!("-n {other} route add default via 10.231.{net}.1"))?;
        }
        Ok(world)
    }

    fn name(&self, part: &str) -> String {
        format!("{}{part}", self.tag)
    }

    /// What the server does with connections from outside to a port.
    fn filter(&self, rules: &str) {
        let outer = format!("{}ao", self.tag);
        let text = format!(
            "flush ruleset\ntable inet t {{ chain c {{ type filter hook input priority 0; \
             iifname \"{outer}\" {rules};\n}}\n}}\n"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules");
        std::fs::write(&path, text).unwrap();
        let path = path.display();
        ip(&format!("netns exec {} nft -f {path}", self.name("s"))).unwrap();
    }

    fn settings(&self, control: &str) -> String {
        format!(
            "schema = 1\n[target.web]\nurl = \"http://{}:8080\"\n{control}\n\
             [vantage.world]\nnetns = \"{}\"\ncounts-as = [\"outside\"]\n\
             [vantage.office]\nnetns = \"{}\"\ncounts-as = [\"inside\"]\n",
            Self::SERVER,
            self.name("o"),
            self.name("i")
        )
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for part in ["s", "o", "i"] {
            drop(ip(&format!("netns del {}", self.name(part))));
        }
    }
}

fn ip(words: &str) -> Result<(), String> {
    let program = common::program("ip").ok_or("there is no `ip`")?;
    let done = Command::new(program)
        .args(words.split(' '))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("ip {words}: {}", String::from_utf8_lossy(&done.stderr).trim()))
}

#[test]
fn restricted_ports_between_two_networks() {
    let test = "net.port-restricted: two networks";
    let world = match World::new() {
        Ok(world) => world,
        Err(why) => return common::real(test, Some(&why)),
    };
    common::real(test, None);
    let server = world.name("s");
    let prometheus = "# TYPE up gauge\nup 1\n";
    let nginx = Nginx::start_with(&["ip", "netns", "exec", &server], 0, &[], |_| {
        format!(
            "server {{ listen 9090; return 200 '{prometheus}'; }}
             server {{ listen 8080; location / {{ return 404; }} }}
             server {{ listen 8081; location /prometheus/ {{ return 200 '{prometheus}'; }}
                       location / {{ return 404; }} }}
             server {{ listen 8082; location /prometheus/ {{ return 401; }}
                       location / {{ return 404; }} }}
             server {{ listen 8083; location /prometheus/ {{ return 302 /login?to=prometheus; }}
                       location / {{ return 200 '<html>shop</html>'; }} }}
             server {{ listen 8084; location / {{ return 200 '<html>shop</html>'; }} }}"
        )
    });
    let place = Place::new();
    let plain = world.settings("");
    let control = world.settings(&format!("control = \"{}:8080\"", World::SERVER));
    let dead = world.settings(&format!("control = \"{}:9999\"", World::SERVER));
    let sides = "--vantage outside=world,inside=office";
    let at = |port: u16| format!("url=http://{}:{port} port=9090 {sides}", World::SERVER);
    let here = format!("port=9090 {sides}");
    let mut wrong = Vec::new();
    let mut step = |settings: &str, rules: &str, it: Case| {
        place.write("holdpoint.toml", settings);
        world.filter(rules);
        wrong.extend(one(&place, RESTRICTED, &it).err());
    };
    let (accept, reset) = ("accept", "tcp dport 9090 reject with tcp reset");
    let (refuse, drops) = ("tcp dport 9090 reject", "tcp dport 9090 drop");
    step(&plain, accept, case("open to the world", here.clone(), Fail(&["accepts", "world"])));
    step(&plain, reset, case("RST is as good as silence", here.clone(), PassBut(&["allow"])));
    step(&plain, refuse, case("refused by ICMP", here.clone(), PassBut(&["allow"])));
    step(&control, drops, case("dropped", format!("{here} allow=office"), Pass));
    step(&plain, drops, case("dropped, no control", here.clone(), Unknown(&["control"])));
    step(&dead, drops, case("dropped, control is dead", here.clone(), Unknown(&[])));
    step(&plain, reset, case("leaks through the site", at(8081), Fail(&["/prometheus/"])));
    step(&plain, reset, case("the site asks who you are", at(8082), Pass));
    step(&plain, reset, case("the site leads to a login", at(8083), Pass));
    step(&plain, reset, case("the site answers anything alike", at(8084), Pass));
    drop(nginx);
    step(&plain, reset, case("restricted or down", here, Unknown(&["down"])));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn metrics_and_ports_behind_a_firewall() {
    let test = "net.port-open, metrics.endpoint: two networks";
    let world = match World::new() {
        Ok(world) => world,
        Err(why) => return common::real(test, Some(&why)),
    };
    common::real(test, None);
    let server = world.name("s");
    let nginx = Nginx::start_with(&["ip", "netns", "exec", &server], 0, &[], |_| {
        String::from(
            "server { listen 8080; location / { return 200 shop; }
             default_type text/plain; location = /metrics { return 200 'shop_requests_total $connection\n'; }
             location = /inner { allow 10.231.2.0/24; deny all; root {folder}; }
             location = /guarded { if ($remote_addr != 10.231.2.2) { return 403; }
               return 200 'shop_requests_total $connection\n'; } }",
        )
    });
    let place = Place::new();
    let control = world.settings(&format!("control = \"{}:8080\"", World::SERVER));
    let sides = "--vantage outside=world,inside=office";
    let mut wrong = Vec::new();
    let mut step = |settings: &str, rules: &str, id: &str, it: Case| {
        place.write("holdpoint.toml", settings);
        world.filter(rules);
        wrong.extend(one(&place, id, &it).err());
    };
    let (accept, drops) = ("accept", "tcp dport 9090 drop");
    let outside = "--vantage outside=world";
    let (none, port) = (world.settings(""), format!("port=9090 {outside}"));
    let metrics = "metrics.endpoint";
    step(&control, accept, OPEN, case("open", format!("port=8080 proto=http {outside}"), Pass));
    step(&control, drops, OPEN, case("dropped", port.clone(), Fail(&["9090"])));
    step(&none, drops, OPEN, case("dropped, no control", port, Unknown(&["control"])));
    step(&none, accept, metrics, case("for everybody", sides, Fail(&["world"])));
    step(&none, accept, metrics, case("for those inside", format!("path=/guarded {sides}"), Pass));
    drop(nginx);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

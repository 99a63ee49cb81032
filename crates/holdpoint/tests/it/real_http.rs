//! Health, redirects, headers and metrics, as a real nginx serves them well and badly.

use std::{
    io::Write,
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use crate::{
    common::Place,
    looked::{Case, Want, all, case, case_of, needs, one},
    nginx::{self, Nginx, Odd, answer},
};

use Want::{Fail, NoPass, Pass, PassBut, Unknown, Usage};

/// Health takes its samples a second apart unless told otherwise.
const QUICK: &str = "interval=20ms";

fn json(status: &str, body: &str) -> String {
    answer(status, "Content-Type: application/json\r\n", body)
}

#[test]
fn health_bodies_and_statuses() {
    if !needs("http.health: bodies and statuses", &["nginx"]) {
        return;
    }
    let pages = [
        ("ok", 200, r#"{"status":"ok"}"#),
        ("more", 200, r#"{"status":"UP","version":"2.1","uptime":81,"extra":{"a":[1]}}"#),
        ("word", 200, "healthy"),
        ("sick", 200, r#"{"status":"unhealthy","db":"down"}"#),
        ("half", 200, r#"{"status":"ok","checks":{"db":"down","cache":"ok"}}"#),
        ("starting", 200, r#"{"status":"starting"}"#),
        ("maintenance", 200, "<html><title>Maintenance</title><h1>Back in an hour</h1></html>"),
        (
            "spa",
            200,
            "<!doctype html><html><div id=root></div><script src=/app.js></script></html>",
        ),
        ("list", 200, r#"["ok"]"#),
        ("empty", 200, ""),
        ("created", 201, r#"{"status":"ok"}"#),
        ("broken", 500, r#"{"status":"ok"}"#),
        ("busy", 503, r#"{"status":"ok"}"#),
    ];
    let nginx = Nginx::start(1, |ports| {
        let pages: String = pages
            .iter()
            .map(|(name, status, body)| {
                format!("location = /{name} {{ return {status} '{body}'; }}\n")
            })
            .collect();
        format!(
            "server {{ listen 127.0.0.1:{0}; {pages}
             location = /aged {{ add_header Age 120; return 200 '{{\"status\":\"ok\"}}'; }}
             location = /young {{ add_header Age 0; return 200 '{{\"status\":\"ok\"}}'; }}
             location = /moved {{ return 302 /ok; }}
             location = /login {{ return 302 https://login.lab.test/?next=health; }}
             location = /locked {{ return 401 'ok'; }}
             location = /head {{ if ($request_method = HEAD) {{ return 200 ok; }} return 500 no; }}
             location /asked {{ if ($arg_holdpoint = '') {{ return 200 ok; }} return 404 no; }}
            }}",
            ports[0]
        )
    });
    let at = |path: &str| format!("url=http://127.0.0.1:{} path={path} {QUICK}", nginx.ports[0]);
    let place = Place::new();
    let cases = [
        case("healthy", at("/ok"), Pass),
        case("unknown members are no fault", at("/more"), Pass),
        case("one word", at("/word"), Pass),
        case("says that it is not well", at("/sick"), Fail(&["unhealthy", "200"])),
        case("deep", format!("{} deep=true", at("/half")), Fail(&["db"])),
        case("shallow", at("/half"), PassBut(&["depends"])),
        case("not ready yet", at("/starting"), Fail(&["starting"])),
        case("a maintenance page", at("/maintenance"), Fail(&["maintenance"])),
        case("a page for every path", at("/spa"), Unknown(&["body"])),
        case("a list", at("/list"), Unknown(&["body"])),
        case("nothing", at("/empty"), Unknown(&["empty", "body"])),
        case("nothing, and that is enough", format!("{} body=any", at("/empty")), Pass),
        case("201 is not 200", at("/created"), Fail(&["201"])),
        case("201 as asked for", format!("{} status=201", at("/created")), Pass),
        case("500 whose body is well", at("/broken"), Fail(&["500"])),
        case("503 whose body is well", at("/busy"), Fail(&["503"])),
        case("no such page", at("/nowhere"), Fail(&["404"])),
        case("a cache with an age", at("/aged"), Fail(&["cache", "120"])),
        case("no age yet", at("/young"), Pass),
        case("redirected to health", at("/moved"), Fail(&["302"])),
        case("redirected to a login", at("/login"), Fail(&["302", "login.lab.test"])),
        case("locked", at("/locked"), Fail(&["401"])),
        case("well only for HEAD", at("/head"), Fail(&["500"])),
        case_of(
            "a predicate that holds",
            &[&url(&nginx), "path=/half", QUICK, "body=$.checks.cache in ok,up"],
            Pass,
        ),
        case_of(
            "a predicate that does not",
            &[&url(&nginx), "path=/half", QUICK, "body=$.checks.db in ok,up"],
            Fail(&["checks.db", "down"]),
        ),
        case("a percentile", format!("{} latency=p95<2s samples=20", at("/ok")), Pass),
        case("several paths, one of them sick", at("/ok,/sick"), Fail(&["/sick"])),
    ];
    all(&place, "http.health", &cases);
}

fn url(nginx: &Nginx) -> String {
    format!("url=http://127.0.0.1:{}", nginx.ports[0])
}

#[test]
fn health_from_a_cache_while_the_origin_is_stopped() {
    if !needs("http.health: a cache over a stopped origin", &["nginx"]) {
        return;
    }
    let origin = Odd::says(json("200 OK", r#"{"status":"ok"}"#));
    let port = origin.port;
    let nginx = Nginx::start(1, |ports| {
        let location = |name: &str, valid: &str| {
            format!(
                "location = /{name} {{ proxy_pass http://127.0.0.1:{port}; proxy_cache c;
                 proxy_cache_key $uri; proxy_cache_valid 200 {valid};
                 proxy_cache_use_stale error timeout updating;
                 add_header X-Cache-Status $upstream_cache_status; }}\n"
            )
        };
        format!(
            "proxy_cache_path {{folder}}/cache keys_zone=c:1m;
             server {{ listen 127.0.0.1:{}; {} {} }}",
            ports[0],
            location("kept", "1h"),
            location("stale", "1s")
        )
    });
    // Somebody asks first, and is remembered.
    for path in ["kept", "stale"] {
        let mut stream = TcpStream::connect(("127.0.0.1", nginx.ports[0])).unwrap();
        write!(stream, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
        nginx::wait_for_end(&mut stream);
    }
    drop(origin);
    thread::sleep(Duration::from_millis(1_500));
    let at = |path: &str| format!("{} path={path} {QUICK}", url(&nginx));
    let cases = [
        case("kept for an hour", at("/kept"), Fail(&["cache"])),
        case("old, and served because the origin is gone", at("/stale"), Fail(&["cache"])),
    ];
    all(&Place::new(), "http.health", &cases);
}

#[test]
fn health_over_tls_and_several_addresses() {
    if !needs("http.health: TLS and several addresses", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, root) = nginx::authority(&place);
    let leaf = authority.fresh(&["shop.lab.test"], nginx::now());
    let ssl = nginx::ssl(&place, "leaf", &leaf);
    let body = "return 200 '{\"status\":\"ok\"}';";
    let nginx = Nginx::start(2, |ports| {
        format!(
            "server {{ listen 127.0.0.1:{0} ssl; {ssl} {body} }}
             server {{ listen 127.0.0.1:{1}; {body} }}
             server {{ listen 127.0.0.2:{1}; return 200 '{{\"status\":\"down\"}}'; }}",
            ports[0], ports[1]
        )
    });
    let root = root.display();
    let secure = format!("url=https://shop.lab.test:{} {QUICK}", nginx.ports[0]);
    let plain = format!("url=http://shop.lab.test:{} {QUICK}", nginx.ports[1]);
    let here = "resolve=shop.lab.test:127.0.0.1";
    all(
        &place,
        "http.health",
        &[
            case("trusted", format!("{secure} {here} roots={root}"), Pass),
            case("of nobody we know", format!("{secure} {here}"), Fail(&["trust"])),
            case(
                "one replica is sick",
                format!("{plain} {here},shop.lab.test:127.0.0.2"),
                Fail(&["127.0.0.2", "down"]),
            ),
            case(
                "one replica is gone",
                format!("{plain} {here},shop.lab.test:127.0.0.3"),
                Fail(&["127.0.0.3", "refused"]),
            ),
        ],
    );
}

#[test]
fn health_of_servers_that_misbehave() {
    common_real("http.health: servers that misbehave");
    let slow = |stream: &mut TcpStream, nth: usize| {
        nginx::head(stream);
        if nth == 0 {
            thread::sleep(Duration::from_millis(800));
        }
        drop(stream.write_all(json("200 OK", r#"{"status":"ok"}"#).as_bytes()));
    };
    let slow = Odd::start(slow);
    let all_slow = Odd::start(|stream, _| {
        nginx::head(stream);
        thread::sleep(Duration::from_millis(300));
        drop(stream.write_all(json("200 OK", r#"{"status":"ok"}"#).as_bytes()));
    });
    let flaps = Odd::start(|stream, nth| {
        nginx::head(stream);
        let status = if nth % 3 == 2 { "503 Service Unavailable" } else { "200 OK" };
        drop(stream.write_all(json(status, r#"{"status":"ok"}"#).as_bytes()));
    });
    let endless = Odd::start(|stream, _| {
        nginx::head(stream);
        let head =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{\"status\":\"ok\"}\r\n";
        drop(stream.write_all(head.as_bytes()));
        for _ in 0..600 {
            if stream.write_all(b"1\r\n \r\n").is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
    let length = r#"{"status":"ok"}"#.len();
    let short = Odd::says(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{{\"status\":\"ok\"}}",
        length + 40
    ));
    let lengths = Odd::says(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nContent-Length: 3\r\n\r\n{{\"status\":\"ok\"}}"
    ));
    let throttles = Odd::says(answer("429 Too Many Requests", "Retry-After: 7\r\n", "later"));
    let (silent, noise) = (Odd::silent(), Odd::says("SSH-2.0-OpenSSH_9.2\r\n"));
    let at = |odd: &Odd| format!("url=http://127.0.0.1:{} {QUICK}", odd.port);
    let nobody = nginx::closed_port();
    let cases = [
        case("one slow answer", at(&slow), Pass),
        case(
            "all are slow",
            format!("{} latency=p95<100ms samples=20", at(&all_slow)),
            Fail(&["p95"]),
        ),
        case("every third answer is a 503", at(&flaps), Fail(&["503"])),
        case("a body without end", format!("{} timeout=1s", at(&endless)), NoPass(&[])),
        case("a body that is cut", at(&short), NoPass(&[])),
        case("two lengths", at(&lengths), NoPass(&[])),
        case("asks for a pause", at(&throttles), NoPass(&["pause"])),
        case(
            "takes and says nothing",
            format!("{} timeout=1s", at(&silent)),
            Fail(&["no answer came in time"]),
        ),
        case("speaks another protocol", at(&noise), NoPass(&[])),
        case("nobody is there", format!("url=http://127.0.0.1:{nobody}"), Fail(&["refused"])),
    ];
    all(&Place::new(), "http.health", &cases);
}

/// What a terminal would obey is shown, not sent.
#[test]
fn bodies_that_steer_a_terminal() {
    common_real("http.health: escape sequences");
    let place = Place::new();
    let word = Odd::says(answer("200 OK", "", "\u{1b}[2J\u{1b}[1;32mok\u{1b}[0m"));
    let page = Odd::says(json("200 OK", "{\"status\":\"\\u001b[2Jdown\"}"));
    let moved = Odd::says(answer("302 Found", "Location: /\u{1b}[2Jlogin\r\n", ""));
    for odd in [&word, &page, &moved] {
        let url = format!("url=http://127.0.0.1:{}", odd.port);
        let said = place.run(&["check", "http.health", &url, QUICK]);
        assert_ne!(said.code, Some(0), "{}", said.out);
        assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
    }
}

fn common_real(name: &str) {
    crate::common::real(name, None);
}

/// What no check may guess, whichever it is.
#[test]
fn what_is_missing_is_unknown_and_what_is_wrong_is_refused() {
    common_real("generic: missing, placeholders, mistakes");
    let place = Place::new();
    let network = [
        "http.health",
        "http.https-enforced",
        "http.security-headers",
        "tls.certificate-served",
        "net.port-open",
        "metrics.endpoint",
    ];
    let mut wrong = Vec::new();
    for id in network {
        let port = if id == "net.port-open" { "port=443" } else { "" };
        let cases = [
            case("nothing is declared", port, Unknown(&["target.web.url"])),
            case(
                "a placeholder",
                format!("url=https://yourdomain.com {port}"),
                Unknown(&["placeholder", "target.web.url"]),
            ),
            case(
                "a reserved name",
                format!("url=https://api.example.com {port}"),
                Unknown(&["placeholder"]),
            ),
            case(
                "no such name",
                format!("url=https://nowhere.holdpoint.invalid-tld {port}"),
                Unknown(&[]),
            ),
            case("a url that is none", format!("url=shop {port}"), NoPass(&[])),
            case(
                "no such parameter",
                format!("url=http://127.0.0.1 {port} rezolve=a:1"),
                Usage(&["rezolve", "resolve"]),
            ),
            case(
                "a pin that is none",
                "url=http://a.lab.test resolve=a.lab.test",
                Usage(&["resolve"]),
            ),
        ];
        wrong.extend(cases.iter().filter_map(|it| one(&place, id, it).err()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let more: [(&str, Case); 7] = [
        ("http.health", case("words for a number", "consecutive=lots", Usage(&["consecutive"]))),
        ("http.health", case("the nearest", "url=http://127.0.0.1 pth=/x", Usage(&["path"]))),
        ("http.health", case("seconds of what", "timeout=5parsecs", Usage(&["timeout"]))),
        ("http.https-enforced", case("what is required", "require=tls", Usage(&["require"]))),
        ("tls.certificate-served", case("days", "min-days=soon", Usage(&["min-days"]))),
        ("tls.certificate-served", case("dash", "min_days=3", Usage(&["min-days"]))),
        ("net.port-open", case("no port", "host=127.0.0.1 port=99999", Usage(&["port"]))),
    ];
    let wrong: Vec<String> = more.iter().filter_map(|(id, it)| one(&place, id, it).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let said = place.run(&["check", "http.helth", "--format", "json"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("http.health"), "{}", said.err);
}

#[test]
fn redirects_to_https() {
    if !needs("http.https-enforced", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, root) = nginx::authority(&place);
    let leaf = authority.fresh(&["*.lab.test"], nginx::now());
    let ssl = nginx::ssl(&place, "leaf", &leaf);
    let nginx = Nginx::start(2, |ports| redirecting(ports, &ssl));
    let (plain, secure) = (nginx.ports[0], nginx.ports[1]);
    let at = |name: &str| {
        let root = root.display();
        format!("url=http://{name}.lab.test:{plain} resolve={name}.lab.test:127.0.0.1 roots={root}")
    };
    let hsts = |name: &str| format!("{} require=redirect,hsts", at(name));
    let closed = nginx::closed_port();
    // A template that redirects and goes on to write its page.
    let both = Odd::start(move |stream, _| {
        let head = nginx::head(stream);
        let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
        let location = format!("Location: https://good.lab.test:{secure}{path}\r\n");
        let page = format!("<html>{}</html>", "booking 4711, Ada Lovelace; ".repeat(300));
        drop(stream.write_all(answer("301 Moved", &location, &page).as_bytes()));
    });
    let from_https = |name: &str, port: u16| {
        let (old, new) =
            (format!("http://{name}.lab.test:{plain}"), format!("https://{name}.lab.test"));
        at(name).replace(&old, &format!("{new}:{secure} port={port}"))
    };
    let cases = [
        case("301", at("good"), Pass),
        case("308", at("g308"), Pass),
        case("302 is let through", at("g302"), Pass),
        case("HTTPS in capitals", at("capital"), Pass),
        case("from the other end", from_https("good", plain), Pass),
        case("with HSTS", hsts("good"), Pass),
        case("HSTS of just 180 days", hsts("exact"), Pass),
        case("HSTS of five minutes", hsts("short"), Fail(&["300", "Strict-Transport-Security"])),
        case("five minutes as asked for", format!("{} min-hsts=5m", hsts("short")), Pass),
        case("HSTS taken back", hsts("zero"), Fail(&["max-age=0"])),
        case("no HSTS", hsts("none"), Fail(&["sends no Strict-Transport-Security"])),
        case("HSTS in the clear only", hsts("wrongside"), Fail(&["Strict-Transport-Security"])),
        case("no HSTS, not asked for", at("none"), Pass),
        case("content in the clear", at("clear"), Fail(&["200"])),
        case("to another plain hop", at("hop"), Fail(&["plain"])),
        case("no scheme", at("bare"), Fail(&["plain"])),
        case("the query is lost", at("lossy"), Fail(&["query"])),
        case("to another host", at("other"), Fail(&["another host"])),
        case("a host before the at", at("trick"), Fail(&["evil.test"])),
        case("only the front page", at("front"), Fail(&["200", "holdpoint-no-such-page"])),
        case("a meta refresh", at("meta"), Fail(&["200"])),
        case("redirected and served", from_https("good", both.port), Fail(&["content"])),
        case("a loop", at("loop"), Fail(&["back"])),
        case("acme is answered", at("acme"), Pass),
        case("the API refuses", at("refuses"), Pass),
        case("port 80 is closed", from_https("good", closed), Fail(&["refused"])),
        case(
            "closed, and HSTS",
            format!("{} require=redirect,hsts", from_https("good", closed)),
            PassBut(&["redirect"]),
        ),
        case("a certificate of nobody", at("good").replace("roots=", "endpoint="), NoPass(&[])),
    ];
    all(&place, "http.https-enforced", &cases);
}

/// Plain servers on the first port, and what stands behind them on the second.
fn redirecting(ports: &[u16], ssl: &str) -> String {
    let (plain, secure) = (ports[0], ports[1]);
    let to = |status: u16| format!("return {status} https://$host:{secure}$request_uri;");
    let good = to(301);
    let servers = [
        ("good", good.clone()),
        ("g308", to(308)),
        ("g302", to(302)),
        ("capital", format!("return 301 HTTPS://$host:{secure}$request_uri;")),
        ("exact short zero none", good.clone()),
        (
            "wrongside",
            format!("add_header Strict-Transport-Security max-age=31536000 always; {good}"),
        ),
        ("clear", String::from("return 200 '<html>shop</html>';")),
        ("hop", format!("return 302 http://$host:{plain}/welcome$request_uri;")),
        ("bare", String::from("return 301 //$host$request_uri;")),
        ("lossy", format!("return 301 https://$host:{secure}/;")),
        ("other", format!("return 301 https://www.$host:{secure}$request_uri;")),
        ("trick", format!("return 301 https://$host:{secure}@evil.test$request_uri;")),
        ("front", format!("location = / {{ {good} }} location / {{ return 200 'shop'; }}")),
        ("meta", String::from("return 200 '<meta http-equiv=refresh content=0;https://a.test>';")),
        ("loop", good.clone()),
        (
            "acme",
            format!(
                "location /.well-known/acme-challenge/ {{ return 200 'token'; }} location / {{ {good} }}"
            ),
        ),
        ("refuses", format!("location = / {{ {good} }} location / {{ return 403; }}")),
    ];
    let mut text: String = servers
        .iter()
        .map(|(names, rules)| {
            let names: String = names.split(' ').map(|it| format!(" {it}.lab.test")).collect();
            format!("server {{ listen 127.0.0.1:{plain}; server_name{names}; {rules} }}\n")
        })
        .collect();
    for (name, hsts) in [
        ("good", "max-age=31536000; includeSubDomains"),
        ("exact", "max-age=15552000"),
        ("short", "max-age=300"),
        ("zero", "max-age=0"),
    ] {
        text.push_str(&format!(
            "server {{ listen 127.0.0.1:{secure} ssl; {ssl} server_name {name}.lab.test;
             add_header Strict-Transport-Security '{hsts}' always; return 200 shop; }}\n"
        ));
    }
    text.push_str(&format!(
        "server {{ listen 127.0.0.1:{secure} ssl; {ssl} server_name loop.lab.test;
         return 302 http://$host:{plain}$request_uri; }}
         server {{ listen 127.0.0.1:{secure} ssl default_server; {ssl} return 200 shop; }}\n"
    ));
    text
}

/// Every header as it should be.
const HEADERS: [(&str, &str); 5] = [
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'self'"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
];

/// All of them but one, which has another value or is not there.
fn but(name: &str, value: Option<&str>) -> String {
    let kept = HEADERS.iter().filter(|(header, _)| *header != name).copied();
    kept.chain(value.map(|value| (name, value)))
        .map(|(name, value)| format!("add_header {name} \"{value}\" always; "))
        .collect()
}

#[test]
fn security_headers() {
    if !needs("http.security-headers", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, root) = nginx::authority(&place);
    let ssl = nginx::ssl(&place, "leaf", &authority.fresh(&["*.lab.test"], nginx::now()));
    let files = [
        ("www/index.html", "<html><script src=\"/static/app.js\"></script>shop</html>"),
        ("www/static/app.js", "start();"),
        ("www/api.json", "{}"),
    ];
    let nginx = Nginx::start_with(&[], 2, &files, |ports| guarded(ports, &ssl));
    let at = |name: &str| {
        let (root, port) = (root.display(), nginx.ports[0]);
        format!("url=https://{name}.lab.test:{port} resolve={name}.lab.test:127.0.0.1 roots={root}")
    };
    let only = |name: &str, header: &str| format!("{} header={header}", at(name));
    let silent = Odd::silent();
    let cases = [
        case("all of them", at("full"), PassBut(&["api", "401"])),
        case("no HSTS", at("nohsts"), Fail(&["Strict-Transport-Security"])),
        case("HSTS of five minutes", at("short"), Fail(&["Strict-Transport-Security", "300"])),
        case("without always", at("seldom"), Fail(&["404", "always"])),
        case("a location of its own", at("static"), Fail(&["/static/app.js", "X-Frame-Options"])),
        case("named path", format!("{} paths=/api.json", at("api")), Fail(&["/api.json"])),
        case("ALLOW-FROM", at("allowfrom"), Fail(&["ALLOW-FROM"])),
        case("report only", at("report"), Fail(&["Content-Security-Policy"])),
        case("inline scripts", at("inline"), Fail(&["unsafe-inline"])),
        case("inline scripts with a nonce", at("nonce"), Pass),
        case("scripts from anywhere", at("wild"), Fail(&["Content-Security-Policy"])),
        case("images from anywhere", at("images"), Pass),
        case("a policy without scripts", at("noscript"), Fail(&["Content-Security-Policy"])),
        case("framed by the policy", at("ancestors"), Pass),
        case("framed by anybody", at("anybody"), Fail(&["frame"])),
        case(
            "framed by anybody, whatever else is said",
            at("overruled"),
            Fail(&["frame-ancestors"]),
        ),
        case("no-sniff", at("sniff"), Fail(&["X-Content-Type-Options"])),
        case("unsafe-url", at("unsafeurl"), Fail(&["Referrer-Policy", "unsafe-url"])),
        case("twice, and not the same", at("twice"), Fail(&["X-Frame-Options"])),
        case("for HEAD only", at("head"), Fail(&["Strict-Transport-Security"])),
        case(
            "the value that the text gives",
            format!("{} value=DENY", only("full", "X-Frame-Options")),
            Pass,
        ),
        case(
            "another value",
            format!("{} value=SAMEORIGIN", only("full", "X-Frame-Options")),
            Fail(&["SAMEORIGIN", "DENY"]),
        ),
        case("in small letters", only("full", "x-frame-options"), Pass),
        case("XSS filter off", only("xss0", "X-XSS-Protection"), Pass),
        case("XSS filter blocks", only("xss1", "X-XSS-Protection"), Pass),
        case("XSS filter half", only("xss2", "X-XSS-Protection"), Fail(&["X-XSS-Protection"])),
        case("no XSS header", only("full", "X-XSS-Protection"), Fail(&["X-XSS-Protection"])),
        case("all but HSTS over http", format!("url=http://127.0.0.1:{}", nginx.ports[1]), Pass),
        case(
            "HSTS over http",
            format!("url=http://127.0.0.1:{} header=Strict-Transport-Security", nginx.ports[1]),
            Unknown(&["https"]),
        ),
        case("nobody answers", format!("url=http://127.0.0.1:{}", silent.port), Unknown(&[])),
        case(
            "nobody is there",
            format!("url=http://127.0.0.1:{}", nginx::closed_port()),
            Unknown(&["refused"]),
        ),
        case("a header that is none", only("full", "X-Frame-Optoins"), NoPass(&[])),
        case("a certificate of nobody", at("full").replace("roots=", "endpoint="), NoPass(&[])),
        case(
            "a header of one's own",
            format!("{} required=hsts,x-shop", at("full")),
            Fail(&["x-shop"]),
        ),
    ];
    all(&place, "http.security-headers", &cases);
}

fn guarded(ports: &[u16], ssl: &str) -> String {
    let csp = "Content-Security-Policy";
    let full = but("", None);
    let seldom = full.replace(" always;", ";");
    let servers = [
        ("full", full.clone()),
        ("nohsts", but("Strict-Transport-Security", None)),
        ("short", but("Strict-Transport-Security", Some("max-age=300"))),
        ("seldom", seldom),
        (
            "static",
            format!("{full} location /static/ {{ add_header Cache-Control max-age=3600; }}"),
        ),
        ("api", format!("{full} location = /api.json {{ add_header X-Api 1; }}")),
        ("allowfrom", but("X-Frame-Options", Some("ALLOW-FROM https://x.test"))),
        (
            "report",
            format!(
                "{} add_header {csp}-Report-Only \"default-src 'self'\" always;",
                but(csp, None)
            ),
        ),
        ("inline", but(csp, Some("default-src 'self'; script-src 'self' 'unsafe-inline'"))),
        ("nonce", but(csp, Some("script-src 'nonce-c3VwZXI' 'strict-dynamic' 'unsafe-inline'"))),
        ("wild", but(csp, Some("default-src 'self'; script-src *"))),
        ("images", but(csp, Some("default-src 'self'; img-src *"))),
        ("noscript", but(csp, Some("img-src 'self'"))),
        ("ancestors", {
            let policy = "default-src 'self'; frame-ancestors 'none'";
            but(csp, Some(policy)).replace("add_header X-Frame-Options \"DENY\" always;", "")
        }),
        ("anybody", {
            let policy = "default-src 'self'; frame-ancestors *";
            but(csp, Some(policy)).replace("add_header X-Frame-Options \"DENY\" always;", "")
        }),
        ("overruled", but(csp, Some("default-src 'self'; frame-ancestors *"))),
        ("sniff", but("X-Content-Type-Options", Some("no-sniff"))),
        ("unsafeurl", but("Referrer-Policy", Some("unsafe-url"))),
        ("twice", format!("{full} add_header X-Frame-Options SAMEORIGIN always;")),
        ("head", {
            let rest = but("Strict-Transport-Security", None);
            format!(
                "set $hsts ''; if ($request_method = HEAD) {{ set $hsts max-age=31536000; }}
                 {rest} add_header Strict-Transport-Security $hsts always;"
            )
        }),
        ("xss0", format!("{full} add_header X-XSS-Protection 0 always;")),
        ("xss1", format!("{full} add_header X-XSS-Protection \"1; mode=block\" always;")),
        ("xss2", format!("{full} add_header X-XSS-Protection 1 always;")),
    ];
    let types = "types { text/html html; application/javascript js; application/json json; }
                 root {folder}/www;";
    let mut text: String = servers
        .iter()
        .map(|(name, rules)| {
            let port = ports[0];
            format!(
                "server {{ listen 127.0.0.1:{port} ssl; {ssl} server_name {name}.lab.test;
                 {types} {rules} }}\n"
            )
        })
        .collect();
    let plain = but("Strict-Transport-Security", None);
    text.push_str(&format!("server {{ listen 127.0.0.1:{}; {types} {plain} }}", ports[1]));
    text
}

#[test]
fn metrics() {
    if !needs("metrics.endpoint", &["nginx"]) {
        return;
    }
    let own =
        "# TYPE shop_requests_total counter\\nshop_requests_total{code=\"200\"} $connection\\n";
    let runtime =
        "process_cpu_seconds_total $connection\\ngo_goroutines 7\\npython_info{v=\"3\"} 1\\n";
    let pages = [
        ("metrics", "text/plain; version=0.0.4", format!("{own}{runtime}")),
        (
            "open",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            "# TYPE shop_requests counter\\n# HELP shop_requests Requests.\\n\
             shop_requests_total{code=\"200\"} $connection.0 # {trace_id=\"a1\"} 1.0 1.5\\n# EOF\\n"
                .to_owned(),
        ),
        ("runtime", "text/plain", runtime.to_owned()),
        ("still", "text/plain", "shop_requests_total 5\\n".to_owned()),
        ("gauge", "text/plain", "shop_queue_length 5\\n".to_owned()),
        ("page", "text/html", "<!doctype html><div id=root></div>".to_owned()),
        ("page200", "text/plain", "<!doctype html><div id=root></div>".to_owned()),
        ("nothing", "text/plain", String::new()),
        ("garbage", "text/plain", "shop requests are fine\\nand so are you\\n".to_owned()),
        ("json", "application/json", "{ requests: 5 }".to_owned()),
    ];
    // The return directive reads escapes in double quotes only.
    let nginx = Nginx::start(1, |ports| {
        let pages: String = pages
            .iter()
            .map(|(name, kind, body)| {
                let body = body.replace("\\n", "\n");
                format!("location = /{name} {{ default_type '{kind}'; return 200 '{body}'; }}\n")
            })
            .collect();
        format!(
            "server {{ listen 127.0.0.1:{}; {pages}
             location = /locked {{ return 401; }} location = /moved {{ return 302 /metrics; }}
             location = / {{ return 200 shop; }} location / {{ return 404; }} }}",
            ports[0]
        )
    });
    let at = |path: &str| format!("url=http://127.0.0.1:{} path={path}", nginx.ports[0]);
    // Others ask as well, now more and now less: fifty between two scrapes, forty in the next.
    let scrapes = AtomicUsize::new(0);
    let busy = Odd::start(move |stream, _| {
        let text = if nginx::head(stream).starts_with("GET /metrics ") {
            let nth = scrapes.fetch_add(1, Ordering::Relaxed);
            format!("shop_requests_total {}\n", [10, 60, 100, 130, 150, 160][nth.min(5)])
        } else {
            String::from("shop")
        };
        drop(stream.write_all(answer("200 OK", "Content-Type: text/plain\r\n", &text).as_bytes()));
    });
    let place = Place::new();
    place.write("holdpoint.toml", "schema = 1\n[vantage.here]\nhere = true\n");
    // The counter is that of all connections: looks of other cases side by side would move it by
    // chance as much without a request as with some, so these look alone.
    let sides = "expose=public --vantage outside=here,inside=here";
    for alone in [
        case("metrics", url(&nginx), PassBut(&["outside"])),
        case("OpenMetrics", at("/open"), Pass),
        case("and meant to be", format!("{} {sides}", at("/metrics")), Pass),
    ] {
        all(&place, "metrics.endpoint", &[alone]);
    }
    let cases = [
        case("of a site with visitors", format!("url=http://127.0.0.1:{}", busy.port), Pass),
        case("of the runtime only", at("/runtime"), Fail(&["runtime"])),
        case("a counter that stands still", at("/still"), NoPass(&[])),
        case("no counter", at("/gauge"), NoPass(&["counter"])),
        case("a page", at("/page"), Fail(&["html"])),
        case("a page as text", at("/page200"), Fail(&["html"])),
        case("nothing", at("/nothing"), Fail(&["nothing"])),
        case("no format", at("/garbage"), Fail(&["format"])),
        case("JSON", at("/json"), Fail(&["format"])),
        case("not there", at("/nowhere"), Fail(&["404"])),
        case("locked", at("/locked"), Fail(&["401"])),
        case("moved", at("/moved"), Fail(&["302"])),
        case(
            "readable from outside",
            format!("{} --vantage outside=here,inside=here", at("/metrics")),
            Fail(&["here"]),
        ),
        case(
            "nobody is there",
            format!("url=http://127.0.0.1:{}", nginx::closed_port()),
            Fail(&["refused"]),
        ),
    ];
    all(&place, "metrics.endpoint", &cases);
}

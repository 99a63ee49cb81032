//! Rate limits of a real nginx and of limiters that count wrongly.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    common::{self, Place},
    looked::{Want, all, case, needs},
    nginx::{self, Nginx, Odd, answer},
};

use Want::{Fail, NoPass, Pass, PassBut, Unknown, Usage};

const ID: &str = "http.rate-limit";

/// One request in 200 ms, and nineteen more at once: twenty in four seconds, more or less.
const RULES: &str = "limit=20 window=4s --allow active";

fn limiting(ports: &[u16]) -> String {
    let zone = |name: &str, key: &str, rate: &str| {
        format!("limit_req_zone {key} zone={name}:1m rate={rate};\n")
    };
    let limit = |zone: &str, burst: u32| {
        format!("limit_req zone={zone} burst={burst} nodelay; limit_req_status 429;")
    };
    let locations = [
        ("client", limit("client", 19)),
        ("exempt", limit("exempt", 19)),
        ("default", String::from("limit_req zone=default burst=19 nodelay;")),
        ("declared", String::from("limit_req zone=declared burst=19 nodelay;")),
        ("written", limit("written", 19)),
        ("forged", limit("forged", 19)),
        ("shared", limit("shared", 19)),
        ("alone", limit("alone", 19)),
        ("loose", limit("loose", 79)),
        ("strict", limit("strict", 4)),
        ("large", limit("large", 110)),
        ("named", limit("named", 19)),
    ];
    let mut text = String::from(
        "map $http_x_forwarded_for $whoever { '' $remote_addr; default $http_x_forwarded_for; }\n",
    );
    for (name, key, rate) in [
        ("client", "$binary_remote_addr", "5r/s"),
        ("exempt", "$binary_remote_addr", "5r/s"),
        ("default", "$binary_remote_addr", "5r/s"),
        ("declared", "$binary_remote_addr", "5r/s"),
        ("written", "$http_x_forwarded_for", "5r/s"),
        ("forged", "$whoever", "5r/s"),
        ("shared", "$server_port", "5r/s"),
        ("alone", "$binary_remote_addr", "5r/s"),
        ("loose", "$binary_remote_addr", "20r/s"),
        ("strict", "$binary_remote_addr", "5r/s"),
        ("large", "$binary_remote_addr", "5r/s"),
        ("named", "$binary_remote_addr", "5r/s"),
    ] {
        text.push_str(&zone(name, key, rate));
    }
    let locations: String = locations
        .iter()
        .map(|(name, rules)| format!("location = /{name} {{ {rules} try_files /ok.html =404; }}\n"))
        .collect();
    text.push_str(&format!(
        "server {{ listen 127.0.0.1:{}; root {{folder}}/www; {locations}
         location = /open {{ try_files /ok.html =404; }} location = /health {{ return 200 ok; }}
         location = /banned {{ return 429; }} location = /forbidden {{ return 403; }} }}",
        ports[0]
    ));
    text
}

#[test]
fn limits_of_nginx() {
    if !needs("http.rate-limit: nginx", &["nginx"]) {
        return;
    }
    let nginx = Nginx::start_with(&[], 1, &[("www/ok.html", "ok")], limiting);
    let url = format!("url=http://127.0.0.1:{}", nginx.ports[0]);
    let at = |path: &str| format!("{url} endpoint=/{path} {RULES}");
    let place = Place::new();
    let cases = [
        case("by client", at("client"), PassBut(&["identities"])),
        case("health is exempt", at("exempt"), Pass),
        case(
            "the burst counts",
            format!("{url} endpoint=/large limit=100 burst=10 window=4s --allow active"),
            Pass,
        ),
        case("no limit", at("open"), Fail(&["none was refused"])),
        case("workers that count for themselves", at("loose"), Fail(&["refused"])),
        case("too strict", at("strict"), Fail(&["429"])),
        case("503, nginx's own way", at("default"), NoPass(&["limit_req_status"])),
        case("503 as declared", format!("{} code=503", at("declared")), Pass),
        case("by what the client writes", at("written"), Fail(&["refused"])),
        case("by what a proxy might write", at("forged"), Fail(&["X-Forwarded-For"])),
        case(
            "of two clients one is stopped",
            format!("{} identities=127.0.0.1,127.0.0.2", at("named")),
            Pass,
        ),
        case(
            "of two clients both are",
            format!("{} identities=127.0.0.3,127.0.0.4", at("shared")),
            Fail(&["another client"]),
        ),
        case("refused from the first request on", at("banned"), NoPass(&[])),
        case("a firewall", at("forbidden"), NoPass(&[])),
        case("nothing there", at("nowhere"), NoPass(&[])),
    ];
    all(&place, ID, &cases);
}

#[test]
fn limits_are_not_tried_without_leave() {
    common::real("http.rate-limit: not allowed, undeclared", None);
    let odd = Odd::says(answer("200 OK", "", "ok"));
    let url = format!("url=http://127.0.0.1:{}", odd.port);
    let place = Place::new();
    let cases = [
        case("not allowed", format!("{url} limit=20 window=4s"), Unknown(&["allow"])),
        case("no limit", format!("{url} window=4s --allow active"), Unknown(&["limit"])),
        case("no window", format!("{url} limit=20 --allow active"), Unknown(&["window"])),
        case(
            "above the cap",
            format!("{url} limit=2000 window=60s --allow active"),
            Unknown(&["cap"]),
        ),
        case("a limit of nothing", format!("{url} limit=0 window=4s --allow active"), NoPass(&[])),
        case("one identity", format!("{url} {RULES} identities=127.0.0.1"), Unknown(&["two"])),
        case(
            "a placeholder",
            format!("url=https://api.example.com {RULES}"),
            Unknown(&["placeholder"]),
        ),
        case("no url", RULES, Unknown(&["target.web.url"])),
        case("no number", format!("{url} limit=many window=4s"), Usage(&["limit"])),
        case("nearest", format!("{url} limits=20 window=4s"), Usage(&["limit"])),
        case(
            "no such impact",
            format!("{url} limit=20 window=4s --allow everything"),
            Usage(&["active"]),
        ),
    ];
    all(&place, ID, &cases);
    assert_eq!(odd.connections.load(Ordering::Relaxed), 0, "nobody may have knocked");
}

/// Limiters that nginx cannot be: one that never lets go, one that drops connections, one that is
/// gone after its first burst.
#[test]
fn limiters_that_count_wrongly() {
    common::real("http.rate-limit: limiters that count wrongly", None);
    let counted = |limit: usize, over: &'static str| {
        let count = Arc::new(AtomicUsize::new(0));
        Odd::start(move |stream, _| {
            nginx::head(stream);
            let nth = count.fetch_add(1, Ordering::Relaxed);
            let reply = match over {
                _ if nth < limit => answer("200 OK", "", "ok"),
                "drop" => return,
                status => answer(status, "Retry-After: 1\r\n", "no"),
            };
            drop(stream.write_all(reply.as_bytes()));
        })
    };
    let for_good = counted(20, "429 Too Many Requests");
    let drops = counted(20, "drop");
    let overload = counted(10, "503 Service Unavailable");
    // One refusal for show: whoever goes on is served again.
    let for_show = Odd::start({
        let count = AtomicUsize::new(0);
        move |stream, _| {
            nginx::head(stream);
            let nth = count.fetch_add(1, Ordering::Relaxed);
            let status = if nth % 21 == 20 { "429 Too Many Requests" } else { "200 OK" };
            drop(stream.write_all(answer(status, "", "ok").as_bytes()));
        }
    });
    let silent = Odd::silent();
    let at =
        |odd: &Odd| format!("url=http://127.0.0.1:{} limit=20 window=1s --allow active", odd.port);
    let place = Place::new();
    let cases = [
        case("never lets go", at(&for_good), Fail(&["still refused"])),
        case("refuses every twenty-first", at(&for_show), NoPass(&[])),
        case("breaks connections off", at(&drops), NoPass(&[])),
        case("overload is no limit", at(&overload), NoPass(&["503"])),
        case("says nothing", at(&silent), NoPass(&[])),
        case(
            "nobody is there",
            {
                format!(
                    "url=http://127.0.0.1:{} limit=5 window=1s --allow active",
                    nginx::closed_port()
                )
            },
            NoPass(&[]),
        ),
    ];
    all(&place, ID, &cases);
}

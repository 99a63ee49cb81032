//! Certificates as a real nginx serves them: old, foreign, alone, and over old protocols.

use std::process::{Command, Stdio};

use holdpoint_lab::{Identity, authority::self_signed_authority};

use crate::{
    common::Place,
    looked::{Case, Want, all, case, needs},
    nginx::{self, Nginx, Odd, answer, days},
};

use Want::{Fail, NoPass, Pass, PassBut, Unknown};

const ID: &str = "tls.certificate-served";

/// One TLS server per identity, each on a port of its own and at these addresses.
fn serve(place: &Place, servers: &[(&str, &Identity, &str)]) -> Nginx {
    Nginx::start(servers.len(), |ports| {
        let one = |(port, (at, identity, more)): (&u16, &(&str, &Identity, &str))| {
            let ssl = nginx::ssl(place, &format!("{at}-{port}"), identity);
            format!("server {{ listen {at}:{port} ssl; {ssl} {more} return 200 shop; }}\n")
        };
        ports.iter().zip(servers).map(one).collect()
    })
}

#[test]
fn certificates() {
    if !needs("tls.certificate-served: certificates", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, root) = nginx::authority(&place);
    let name = &["shop.lab.test"][..];
    let leaf = |from: i64, to: i64| authority.leaf(name, days(from), days(to));
    let identities: [(&str, Identity); 12] = [
        ("good", leaf(-1, 90)),
        ("soon", leaf(-80, 10)),
        ("expired", leaf(-90, -1)),
        ("future", leaf(2, 90)),
        ("foreign", authority.leaf(&["other.lab.test"], days(-1), days(90))),
        ("wide", authority.leaf(&["*.lab.test"], days(-1), days(90))),
        ("wider", authority.leaf(&["*.test", "lab.test"], days(-1), days(90))),
        ("alone", leaf(-1, 90).alone()),
        ("self", holdpoint_lab::self_signed(name, days(-1), days(90))),
        ("own", self_signed_authority(name, days(-1), days(90))),
        ("stranger", holdpoint_lab::authority().leaf(name, days(-1), days(90))),
        ("address", authority.leaf(&["127.0.0.1"], days(-1), days(90))),
    ];
    let servers: Vec<(&str, &Identity, &str)> =
        identities.iter().map(|(_, it)| ("127.0.0.1", it, "")).collect();
    let nginx = serve(&place, &servers);
    let root = root.display().to_string();
    let at = |which: &str| {
        let nth = identities.iter().position(|(name, _)| *name == which).unwrap();
        let port = nginx.ports[nth];
        format!("url=https://shop.lab.test:{port} resolve=shop.lab.test:127.0.0.1 roots={root}")
    };
    let (empty, garbled) = (place.write("empty.pem", ""), place.write("noise.pem", "no roots"));
    let plain = Odd::says(answer("200 OK", "", "shop"));
    let silent = Odd::silent();
    let to = |port: u16| {
        format!("url=https://shop.lab.test:{port} resolve=shop.lab.test:127.0.0.1 roots={root}")
    };
    let cases = [
        case("valid for 90 days", at("good"), PassBut(&["revocation"])),
        case("ends in ten days", at("soon"), Fail(&["30", "reload"])),
        case("ten days will do", format!("{} min-days=5", at("soon")), Pass),
        case("expired", at("expired"), Fail(&["127.0.0.1"])),
        case("valid from the day after tomorrow", at("future"), Fail(&["valid"])),
        case("another name", at("foreign"), Fail(&["other.lab.test", "shop.lab.test"])),
        case("a star", at("wide"), Pass),
        case("a star of two labels", at("wider"), Fail(&["*.test"])),
        case(
            "a star and two labels",
            at("wide").replace("shop.lab", "a.shop.lab"),
            Fail(&["*.lab.test"]),
        ),
        case("without its intermediate", at("alone"), Fail(&["intermediate", "fullchain"])),
        case("signed itself", at("self"), Fail(&["trust"])),
        case("an authority of its own", at("own"), Fail(&["trust"])),
        case("of an authority nobody knows", at("stranger"), Fail(&["trust"])),
        case(
            "an address in it",
            at("address").replace("https://shop.lab.test", "https://127.0.0.1"),
            Pass,
        ),
        case(
            "an address that is not in it",
            at("good").replace("https://shop.lab.test", "https://127.0.0.1"),
            Fail(&["127.0.0.1"]),
        ),
        case("roots of the system", at("good").replace("roots=", "endpoint="), NoPass(&[])),
        case("roots that are not there", at("good").replace("root.pem", "gone.pem"), Unknown(&[])),
        case("no roots", at("good").replace(&root, &empty.display().to_string()), Unknown(&[])),
        case(
            "noise for roots",
            at("good").replace(&root, &garbled.display().to_string()),
            Unknown(&[]),
        ),
        case("http in the clear", to(plain.port), NoPass(&[])),
        case("nothing is said", to(silent.port), Fail(&["no answer"])),
        case("nobody is there", to(nginx::closed_port()), Fail(&["refused"])),
        case(
            "of the environment",
            {
                format!("{} names=shop.lab.test,other.lab.test", at("good"))
                    .replace("resolve=", "resolve=other.lab.test:127.0.0.1,")
            },
            Fail(&["other.lab.test"]),
        ),
    ];
    all(&place, ID, &cases);
}

#[test]
fn several_addresses_and_names() {
    if !needs("tls.certificate-served: several addresses", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, root) = nginx::authority(&place);
    let name = &["shop.lab.test"][..];
    let leaf = |to: i64| authority.leaf(name, days(-80), days(to));
    let (old, new, newer) = (leaf(10), leaf(60), leaf(90));
    let default = authority.leaf(&["default.lab.test"], days(-1), days(90));
    let ssl = |it: &Identity, file: &str| nginx::ssl(&place, file, it);
    let (old, new, newer) = (ssl(&old, "old"), ssl(&new, "new"), ssl(&newer, "newer"));
    let default = ssl(&default, "default");
    let nginx = Nginx::start(3, |ports| {
        let server =
            |at: &str, ssl: &str| format!("server {{ listen {at} ssl; {ssl} return 200 a; }}\n");
        let (a, b, c) = (ports[0], ports[1], ports[2]);
        [
            server(&format!("127.0.0.1:{a}"), &newer),
            server(&format!("127.0.0.2:{a}"), &old),
            server(&format!("127.0.0.1:{b}"), &new),
            server(&format!("127.0.0.2:{b}"), &newer),
            server(&format!("127.0.0.1:{c}"), &default),
            format!("server {{ listen 127.0.0.1:{c} ssl; {newer} server_name shop.lab.test; return 200 b; }}"),
        ]
        .concat()
    });
    let root = root.display();
    let two = "resolve=shop.lab.test:127.0.0.1,shop.lab.test:127.0.0.2";
    let at = |nth: usize, pins: &str| {
        format!("url=https://shop.lab.test:{} {pins} roots={root}", nginx.ports[nth])
    };
    let three = format!("{two},shop.lab.test:127.0.0.3");
    let cases = [
        case("one node with the old certificate", at(0, two), Fail(&["127.0.0.2", "reload"])),
        case("the good node alone", at(0, "resolve=shop.lab.test:127.0.0.1"), Pass),
        case("two valid certificates while one is renewed", at(1, two), Pass),
        case("one node is gone", at(1, &three), Fail(&["127.0.0.3", "refused"])),
        case("by name", at(2, "resolve=shop.lab.test:127.0.0.1"), Pass),
        case(
            "another name gets the default",
            at(2, "resolve=shop2.lab.test:127.0.0.1").replace("//shop.", "//shop2."),
            Fail(&["default.lab.test"]),
        ),
        case(
            "an address with its port gone",
            at(1, "resolve=shop.lab.test:127.0.0.1,shop.lab.test:[::1]"),
            Fail(&["::1"]),
        ),
    ];
    all(&place, ID, &cases);
}

#[test]
fn protocols() {
    if !needs("tls.certificate-served: protocols", &["nginx"]) {
        return;
    }
    let place = Place::new();
    let (authority, root) = nginx::authority(&place);
    let leaf = authority.leaf(&["shop.lab.test"], days(-1), days(90));
    let weak = "ssl_ciphers ALL:@SECLEVEL=0;";
    let protocols = [
        "ssl_protocols TLSv1.2 TLSv1.3;".to_owned(),
        "ssl_protocols TLSv1.3;".to_owned(),
        "ssl_protocols TLSv1.2;".to_owned(),
        format!("ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; {weak}"),
        format!("ssl_protocols TLSv1.1 TLSv1.2; {weak}"),
        format!("ssl_protocols TLSv1 TLSv1.2; {weak}"),
        format!("ssl_protocols TLSv1; {weak}"),
        "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384; ssl_prefer_server_ciphers on;".to_owned(),
        "ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0;".to_owned(),
    ];
    let servers: Vec<(&str, &Identity, &str)> =
        protocols.iter().map(|it| ("127.0.0.1", &leaf, it.as_str())).collect();
    let nginx = serve(&place, &servers);
    let root = root.display();
    let at = |nth: usize| {
        let port = nginx.ports[nth];
        format!("url=https://shop.lab.test:{port} resolve=shop.lab.test:127.0.0.1 roots={root}")
    };
    let cases: [Case; 12] = [
        case("1.2 and 1.3", at(0), Pass),
        case("1.3 alone", at(1), Pass),
        case("1.2 alone", at(2), Pass),
        case("everything", at(3), Fail(&["1.0", "ssl_protocols"])),
        case("1.1 is left on", at(4), Fail(&["1.1"])),
        case("1.0 is left on", at(5), Fail(&["1.0"])),
        case("1.0 is all", at(6), NoPass(&[])),
        case("few suites are no refusal of 1.2", at(7), Pass),
        case("1.0 with one old suite", at(8), Fail(&["1.0"])),
        case("1.3 is asked for", format!("{} min-tls=1.3", at(0)), Fail(&["1.2"])),
        case("1.3 is asked for, and is all", format!("{} min-tls=1.3", at(1)), Pass),
        case("1.0 is let through", format!("{} min-tls=1.0", at(5)), Pass),
    ];
    all(&place, ID, &cases);
}

/// What people make with the command line: RSA, and a common name in place of a subject name.
#[test]
fn certificates_of_openssl() {
    if !needs("tls.certificate-served: made by openssl", &["nginx", "openssl"]) {
        return;
    }
    let place = Place::new();
    let made = made_by_openssl(&place);
    let nginx = Nginx::start(2, |ports| {
        let one = |(port, (chain, key)): (&u16, &(String, String))| {
            let tls = place.path().join("tls");
            let (chain, key) = (tls.join(chain), tls.join(key));
            format!(
                "server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {}; ssl_certificate_key {};
                 return 200 a; }}",
                chain.display(),
                key.display()
            )
        };
        ports.iter().zip(&made).map(one).collect()
    });
    let root = place.path().join("tls/root.pem");
    let at = |nth: usize| {
        let (port, root) = (nginx.ports[nth], root.display());
        format!("url=https://shop.lab.test:{port} resolve=shop.lab.test:127.0.0.1 roots={root}")
    };
    let cases = [
        case("RSA through an intermediate", at(0), Pass),
        case("a common name only", at(1), Fail(&["shop.lab.test"])),
    ];
    all(&place, ID, &cases);
}

/// A chain with a subject alternative name, and one without: `(chain, key)` each.
fn made_by_openssl(place: &Place) -> [(String, String); 2] {
    place.write(
        "tls/ca.ext",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
    );
    place.write("tls/named.ext", "subjectAltName=DNS:shop.lab.test\nextendedKeyUsage=serverAuth\n");
    place.write("tls/bare.ext", "extendedKeyUsage=serverAuth\n");
    let script = "set -e
        new() { openssl req -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj \"/CN=$2\"; }
        new root 'Lab Root'; new middle 'Lab Middle'; new named shop.lab.test; new bare shop.lab.test
        openssl x509 -req -in root.csr -signkey root.key -days 3650 -extfile ca.ext -out root.pem
        sign() { openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days $4 -extfile $3.ext -out $1.pem; }
        sign middle root ca 1000; sign named middle named 90; sign bare middle bare 90
        cat named.pem middle.pem > named.chain; cat bare.pem middle.pem > bare.chain";
    let done = Command::new("sh")
        .args(["-c", script])
        .current_dir(place.path().join("tls"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    ["named", "bare"].map(|it| (format!("{it}.chain"), format!("{it}.key")))
}

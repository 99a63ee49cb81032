//! Names.

use std::net::SocketAddr;

use holdpoint_lab::{Said, dns, dns::AAAA};
use holdpoint_model::{ask::What, fault::Fault, seen::Seen, wire::Outcome};
use holdpoint_wire_net::Net;

use crate::{ip, look};

async fn ask(net: &Net, name: &str) -> Outcome {
    look(net, What::Addresses { name: name.to_owned() }).await
}

fn addresses(outcome: &Outcome) -> Vec<String> {
    let Ok(Seen::Addresses(addresses)) = &outcome.result else { panic!("{outcome:?}") };
    addresses.iter().map(ToString::to_string).collect()
}

/// A resolver that answers nobody.
fn nobody() -> SocketAddr {
    SocketAddr::new(ip("127.0.0.1"), 9)
}

#[tokio::test]
async fn names_of_this_machine_need_no_server() {
    let net = Net::default().with_nameserver(nobody());
    let local = addresses(&ask(&net, "localhost").await);
    assert!(local.contains(&String::from("127.0.0.1")), "{local:?}");
    assert_eq!(addresses(&ask(&net, "192.0.2.7").await), ["192.0.2.7"]);
    assert_eq!(addresses(&ask(&net, "[2001:db8::7]").await), ["2001:db8::7"]);
}

#[tokio::test]
async fn the_hosts_file_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts");
    let text = "10.0.0.9 shop.test Shop\n10.0.0.2\tshop.test # second\nfd00::1 shop.test\n";
    std::fs::write(&hosts, text).unwrap();
    let server = dns(|_, _| Said::Addresses(vec![ip("10.9.9.9")])).await;
    let net = Net::default().with_nameserver(server.at).with_hosts(hosts);
    assert_eq!(addresses(&ask(&net, "shop.test").await), ["10.0.0.2", "10.0.0.9", "fd00::1"]);
    assert_eq!(addresses(&ask(&net, "SHOP.test.").await), ["10.0.0.2", "10.0.0.9", "fd00::1"]);
    assert_eq!(addresses(&ask(&net, "shop").await), ["10.0.0.9"]);
    assert_eq!(addresses(&ask(&net, "other.test").await), ["10.9.9.9"]);
}

#[tokio::test]
async fn both_kinds_are_sorted_and_each_is_there_once() {
    let all = ["10.0.0.20", "10.0.0.3", "fd00::2", "10.0.0.3", "fd00::1"];
    let server = dns(move |_, _| Said::Addresses(all.map(ip).into())).await;
    let net = Net::default().with_nameserver(server.at);
    let expected = ["10.0.0.3", "10.0.0.20", "fd00::1", "fd00::2"];
    assert_eq!(addresses(&ask(&net, "shop.test").await), expected);
}

#[tokio::test]
async fn nothing_is_remembered_and_no_search_list_is_used() {
    use std::sync::{Arc, Mutex};
    let asked = Arc::new(Mutex::new(Vec::new()));
    let names = Arc::clone(&asked);
    let server = dns(move |name, kind| {
        names.lock().unwrap().push((name.to_owned(), kind));
        Said::Addresses(vec![ip("10.0.0.1")])
    })
    .await;
    let net = Net::default().with_nameserver(server.at);
    for _ in 0..2 {
        assert_eq!(addresses(&ask(&net, "shop.test").await), ["10.0.0.1"]);
    }
    let mut asked = asked.lock().unwrap().clone();
    asked.sort_unstable();
    let expected = [1, 1, AAAA, AAAA].map(|kind| (String::from("shop.test."), kind));
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn what_a_resolver_says() {
    let server = dns(|name, kind| match name {
        "servfail.test." => Said::Error(2),
        "nxdomain.test." => Said::Error(3),
        "refused.test." => Said::Error(5),
        "half.test." if kind == AAAA => Said::Error(2),
        "bare.test." => Said::Addresses(vec![]),
        _ => Said::Addresses(vec![ip("10.0.0.1")]),
    })
    .await;
    let net = Net::default().with_nameserver(server.at);
    let cases = [
        ("servfail.test", Fault::NoAnswer),
        ("nxdomain.test", Fault::NameNotFound),
        ("refused.test", Fault::Denied),
        // An address that could not be seen may be the one that is broken.
        ("half.test", Fault::NoAnswer),
        ("no..name", Fault::NameNotFound),
        ("name.invalid", Fault::NameNotFound),
    ];
    for (name, fault) in cases {
        let outcome = ask(&net, name).await;
        assert_eq!(outcome.result, Err(fault), "{name}: {outcome:?}");
        assert!(outcome.note.starts_with("resolve: "), "{name}: {outcome:?}");
    }
    assert_eq!(addresses(&ask(&net, "bare.test").await), [""; 0]);
    assert_eq!(addresses(&ask(&net, "shop.test").await), ["10.0.0.1"]);
}

#[tokio::test]
async fn a_silent_resolver_is_a_time_out() {
    let silent = dns(|_, _| Said::Silence).await;
    let net = Net::default().with_nameserver(silent.at);
    let outcome = ask(&net, "shop.test").await;
    assert_eq!(outcome.result, Err(Fault::TimedOut), "{outcome:?}");
}

#[tokio::test]
async fn a_resolver_that_talks_nonsense_is_a_fault() {
    let garbage = dns(|_, _| Said::Garbage).await;
    let net = Net::default().with_nameserver(garbage.at);
    let outcome = ask(&net, "shop.test").await;
    let fault = outcome.result.clone().expect_err("there was no address");
    assert!(matches!(fault, Fault::TimedOut | Fault::Garbled), "{outcome:?}");
}

#[tokio::test]
async fn without_a_resolver_there_is_a_fault_in_time() {
    let outcome = ask(&Net::default().with_nameserver(nobody()), "shop.test").await;
    let fault = outcome.result.clone().expect_err("there was no address");
    assert!(matches!(fault, Fault::Refused | Fault::NoAnswer | Fault::TimedOut), "{outcome:?}");
}

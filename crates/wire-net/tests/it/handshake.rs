//! Handshakes and what is told of them.

use std::{path::Path, time::Duration};

use holdpoint_lab::{Identity, Tls, authority, self_signed, self_signed_authority};
use holdpoint_model::{
    ask::{Roots, What},
    fault::Fault,
    seen::{Handshake, Trust},
    time::{DAY, SECOND, Time},
};
use holdpoint_wire_net::Net;

use crate::{SHORT_MS, fault, file, handshake, look, now, shake};

const NAMES: [&str; 1] = ["shop.test"];

async fn shaken(identity: &Identity, roots: &Path) -> Handshake {
    let server = Tls::new(identity).hold().await;
    let ask = shake(server.at, Some("shop.test"), file(roots));
    handshake(look(&Net::default(), ask).await)
}

#[tokio::test]
async fn a_healthy_server_is_told_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let roots = authority.write_root(folder.path());
    let day = Time(now().0 / DAY * DAY);
    let names = ["shop.test", "*.shop.test", "192.0.2.7", "2001:db8::7"];
    let identity = authority.leaf(&names, day.plus(-DAY), day.plus(30 * DAY));
    let seen = shaken(&identity, &roots).await;
    assert_eq!((seen.protocol.as_str(), seen.stapled), ("TLSv1.3", false));
    assert!(seen.cipher.starts_with("TLS_AES_") || seen.cipher.starts_with("TLS_CHACHA20_"));
    assert_eq!(seen.trust, Trust::Trusted);
    let [leaf, intermediate] = seen.chain.as_slice() else { panic!("{seen:?}") };
    assert_eq!(leaf.names, names);
    assert_eq!((leaf.not_before, leaf.not_after), (day.plus(-DAY), day.plus(30 * DAY)));
    assert_eq!(leaf.subject, "CN=holdpoint lab leaf");
    assert_eq!(leaf.issuer, intermediate.subject);
    assert_eq!(intermediate.issuer, "CN=holdpoint lab root");
    assert!([&leaf.sha256, &leaf.key_sha256, &seen.roots_sha256].iter().all(|it| it.len() == 64));
    assert_ne!(leaf.key_sha256, intermediate.key_sha256);
}

#[tokio::test]
async fn dates_and_names_do_not_touch_trust() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let roots = authority.write_root(folder.path());
    let now = now();
    let cases = [
        authority.leaf(&NAMES, now.plus(-90 * DAY), now.plus(-DAY)),
        authority.leaf(&NAMES, now.plus(DAY), now.plus(90 * DAY)),
        authority.fresh(&["other.test"], now),
        authority.fresh(&[], now),
    ];
    for identity in cases {
        let seen = shaken(&identity, &roots).await;
        assert_eq!(seen.trust, Trust::Trusted, "{seen:?}");
    }
}

#[tokio::test]
async fn chains_that_end_nowhere_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (authority(), authority());
    let roots = ours.write_root(folder.path());
    let now = now();
    let (from, to) = (now.plus(-DAY), now.plus(DAY));
    let cases = [
        (theirs.fresh(&NAMES, now), "was not signed by"),
        (ours.fresh(&NAMES, now).alone(), "no certificate behind it was sent"),
        (self_signed(&NAMES, from, to), "signed itself"),
        (self_signed_authority(&NAMES, from, to), "signed itself"),
    ];
    for (identity, part) in cases {
        let seen = shaken(&identity, &roots).await;
        let Trust::Untrusted(why) = &seen.trust else { panic!("{part}: {seen:?}") };
        assert!(why.contains(part), "{part}: {why}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_an_authority_itself_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (now().plus(-DAY), now().plus(DAY));
    for identity in [self_signed(&NAMES, from, to), self_signed_authority(&NAMES, from, to)] {
        let (roots, _) = identity.write(folder.path());
        assert_eq!(shaken(&identity, &roots).await.trust, Trust::Trusted);
    }
}

#[tokio::test]
async fn without_authorities_nothing_is_trusted_and_nothing_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let identity = authority().fresh(&NAMES, now());
    let server = Tls::new(&identity).hold().await;
    let empty = folder.path().join("empty.pem");
    for text in ["", "no PEM", "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&empty, text).unwrap();
        let outcome = look(&Net::default(), shake(server.at, None, file(&empty))).await;
        assert!(outcome.note.contains("empty.pem"), "{outcome:?}");
        assert_eq!(handshake(outcome).trust, Trust::NoRoots);
    }
    for absent in [folder.path().join("absent.pem"), folder.path().to_owned()] {
        let outcome = look(&Net::default(), shake(server.at, None, file(&absent))).await;
        assert_eq!(fault(&outcome), Fault::NoTool);
        assert!(outcome.note.contains(absent.to_str().unwrap()), "{outcome:?}");
    }
}

#[tokio::test]
async fn the_digest_of_the_authorities_does_not_depend_on_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (authority(), authority());
    let server = Tls::new(&a.fresh(&NAMES, now())).hold().await;
    let mut digests = Vec::new();
    for text in [a.root_pem() + &b.root_pem(), b.root_pem() + &a.root_pem() + &b.root_pem()] {
        let roots = folder.path().join("both.pem");
        std::fs::write(&roots, text).unwrap();
        let seen = handshake(look(&Net::default(), shake(server.at, None, file(&roots))).await);
        assert_eq!(seen.trust, Trust::Trusted);
        digests.push(seen.roots_sha256);
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn the_system_has_its_own_authorities() {
    let server = Tls::new(&authority().fresh(&NAMES, now())).hold().await;
    let seen = handshake(look(&Net::default(), shake(server.at, None, Roots::System)).await);
    assert!(matches!(seen.trust, Trust::Untrusted(_) | Trust::NoRoots), "{seen:?}");
}

#[tokio::test]
async fn old_and_stapled_handshakes_are_told_as_such() {
    let identity = authority().fresh(&NAMES, now());
    let server = Tls::only(&identity, &rustls::version::TLS12).hold().await;
    let seen = handshake(look(&Net::default(), shake(server.at, None, Roots::System)).await);
    assert_eq!(seen.protocol, "TLSv1.2");
    assert!(seen.cipher.starts_with("TLS_ECDHE_ECDSA_WITH_"), "{}", seen.cipher);
    let server = Tls::stapled(&identity, b"an answer").hold().await;
    let seen = handshake(look(&Net::default(), shake(server.at, None, Roots::System)).await);
    assert!(seen.stapled);
}

#[tokio::test]
async fn a_peer_without_the_key_is_not_shaken_hands_with() {
    let authority = authority();
    let other = authority.fresh(&NAMES, now());
    let identity = authority.fresh(&NAMES, now()).with_key_of(&other);
    for tls in [Tls::new(&identity), Tls::only(&identity, &rustls::version::TLS12)] {
        let server = tls.hold().await;
        let outcome = look(&Net::default(), shake(server.at, None, Roots::System)).await;
        assert_eq!(fault(&outcome), Fault::Untrusted, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_slow_handshake_is_waited_for_until_the_deadline() {
    let identity = authority().fresh(&NAMES, now());
    let slow = Tls::new(&identity).slow(Duration::from_millis(400)).hold().await;
    handshake(look(&Net::default(), shake(slow.at, None, Roots::System)).await);
    let never = Tls::new(&identity).slow(Duration::from_secs(3_600)).hold().await;
    let roots = Roots::System;
    let ask = What::Handshake { at: never.at, name: None, roots, timeout_ms: SHORT_MS };
    let outcome = look(&Net::default(), ask).await;
    assert_eq!(fault(&outcome), Fault::TimedOut);
    assert!(outcome.note.starts_with("handshake: "), "{outcome:?}");
}

#[tokio::test]
async fn a_name_that_cannot_be_sent_is_unsupported() {
    let server = Tls::new(&authority().fresh(&NAMES, now())).hold().await;
    let ask = shake(server.at, Some("two words"), Roots::System);
    assert_eq!(fault(&look(&Net::default(), ask).await), Fault::Unsupported);
}

#[tokio::test]
async fn whole_seconds_of_validity_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let roots = authority.write_root(folder.path());
    let end = Time(now().0 / SECOND * SECOND).plus(17 * SECOND);
    let seen = shaken(&authority.leaf(&NAMES, end.plus(-DAY), end), &roots).await;
    assert_eq!(seen.chain[0].not_after, end);
}

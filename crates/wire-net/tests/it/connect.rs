//! Connections and controls.

use holdpoint_lab::{bind, serve};
use holdpoint_model::{ask::What, fault::Fault, seen::Seen};
use holdpoint_wire_net::Net;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{PATIENT_MS, SHORT_MS, fault, look};

#[tokio::test]
async fn nothing_is_read_when_nothing_is_asked_for() {
    let listener = bind().await;
    let at = listener.local_addr().unwrap();
    let ask = What::Connect { at, timeout_ms: PATIENT_MS, send: String::new(), read_max: 0 };
    let outcome = look(&Net::default(), ask).await;
    let Ok(Seen::Connected(seen)) = outcome.result else { panic!("{outcome:?}") };
    assert_eq!((seen.answer.as_str(), seen.closed), ("", false));
}

#[tokio::test]
async fn what_is_sent_is_answered() {
    let server = serve(|mut stream, _| async move {
        let mut four = [0; 4];
        stream.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"PING");
        stream.write_all(b"+PONG\r\n").await.unwrap();
        // The connection stays open: the look has to end without its end.
        drop(stream.read(&mut four).await);
    })
    .await;
    let send = String::from("50494e47");
    let ask = What::Connect { at: server.at, timeout_ms: PATIENT_MS, send, read_max: 64 };
    let outcome = look(&Net::default(), ask).await;
    let Ok(Seen::Connected(seen)) = outcome.result else { panic!("{outcome:?}") };
    assert_eq!((seen.answer.as_str(), seen.closed), ("2b504f4e470d0a", false));
    assert!(seen.connect_ms < PATIENT_MS);
}

#[tokio::test]
async fn bytes_that_are_not_hex_are_not_sent() {
    let listener = bind().await;
    let at = listener.local_addr().unwrap();
    let ask = What::Connect { at, timeout_ms: SHORT_MS, send: String::from("4z"), read_max: 0 };
    assert_eq!(fault(&look(&Net::default(), ask).await), Fault::Unsupported);
}

#[tokio::test]
async fn a_control_answers_by_name() {
    let listener = bind().await;
    let port = listener.local_addr().unwrap().port();
    for host in ["localhost", "127.0.0.1"] {
        let ask = What::Control { host: host.to_owned(), port };
        assert_eq!(look(&Net::default(), ask).await.result, Ok(Seen::Control), "{host}");
    }
}

//! A real terminal: the program is started on the one side, and what it writes is read on the other.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::common::Said;

/// A program at a terminal of its own.
pub(crate) struct Terminal {
    master: File,
    child: Child,
    seen: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Starts a program at a terminal of that many columns.
    pub(crate) fn start(mut command: Command, columns: u16) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let open = || File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        command.stdin(Stdio::from(open())).stdout(Stdio::from(open())).stderr(Stdio::from(open()));
        let child = command.spawn().unwrap();
        // The command holds the other side open.
        drop(command);
        let master = File::from(master);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (mut from, to) = (master.try_clone().unwrap(), Arc::clone(&seen));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // A terminal whose other side is gone answers with an error.
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                to.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self { master, child, seen, reader: Some(reader) }
    }

    /// Types.
    pub(crate) fn typed(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    /// Waits until something was written; everything so far.
    pub(crate) fn until(&self, text: &str) -> String {
        let began = Instant::now();
        while !self.text().contains(text) {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "no `{text}` came: {:?}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        self.text()
    }

    /// Waits for the end; both streams are in `out`, as they came.
    pub(crate) fn end(mut self) -> Said {
        let code = self.child.wait().unwrap().code();
        self.reader.take().unwrap().join().unwrap();
        let out = self.text().replace("\r\n", "\n");
        Said { code, out, err: String::new() }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

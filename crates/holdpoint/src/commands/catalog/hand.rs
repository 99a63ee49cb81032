//! What a person would type instead, and what to type to try a check: one row for each check that
//! this version looks with.

/// How to see by hand what a check sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    /// Id in the catalog.
    pub(crate) id: &'static str,
    /// What makes it fail, as a sentence.
    pub(crate) fails: &'static str,
    /// Commands that show a person the same, one a line.
    pub(crate) by_hand: &'static [&'static str],
    /// A command that runs the check.
    pub(crate) example: &'static str,
}

/// The row of a check.
pub(crate) fn hand(id: &str) -> Option<&'static Hand> {
    HANDS.iter().find(|it| it.id == id)
}

/// Every row, in the order of ids.
pub(crate) const HANDS: [Hand; 17] = [
    Hand {
        id: "backup.fresh",
        fails: "The newest complete backup is older or smaller than asked for, or there is none.",
        by_hand: &["ls -lt --time-style=long-iso /var/backups/shop | head"],
        example: "holdpoint check backup.fresh path=/var/backups/shop max-age=26h",
    },
    Hand {
        id: "backup.integrity",
        fails: "The newest backup ends early, cannot be unpacked, or is not what its checksum says.",
        by_hand: &[
            "zcat /var/backups/shop/shop-2026-11-21.sql.gz | tail -n 3",
            "sha256sum -c /var/backups/shop/SHA256SUMS",
        ],
        example: "holdpoint check backup.integrity path=/var/backups/shop",
    },
    Hand {
        id: "code.pattern",
        fails: "The text stands nowhere in the source, or one that is forbidden stands in it.",
        by_hand: &["git grep -n 'console.log' -- src"],
        example: "holdpoint check code.pattern forbid=console.log path=src",
    },
    Hand {
        id: "config.value",
        fails: "The key is not there, is empty or a placeholder, or its value is another one.",
        by_hand: &["grep -n -A3 '^\\[server\\]' app.toml"],
        example: "holdpoint check config.value path=app.toml key=server.port equals=8443",
    },
    Hand {
        id: "db.integrity",
        fails: "The file is not there, is damaged, has broken references, or lost rows.",
        by_hand: &[
            "ls -l data/shop.sqlite",
            "sqlite3 'file:data/shop.sqlite?mode=ro' 'PRAGMA integrity_check; PRAGMA foreign_key_check'",
        ],
        example: "holdpoint check db.integrity path=data/shop.sqlite",
    },
    Hand {
        id: "env.required",
        fails: "A variable is not set, is empty or a placeholder, or has another form or value.",
        by_hand: &["grep -c '^DATABASE_PATH=.' app.env"],
        example: "holdpoint check env.required path=app.env name=DATABASE_PATH,PUBLIC_URL",
    },
    Hand {
        id: "env.secret-strength",
        fails: "A secret is too short, too even, a known default, or used twice.",
        by_hand: &["awk -F= '/^SESSION_SECRET=/ {print length($2)}' app.env"],
        example: "holdpoint check env.secret-strength path=app.env name=SESSION_SECRET min-chars=32",
    },
    Hand {
        id: "file.exists",
        fails: "No such path, another spelling of it, an empty file, or a link that leads nowhere.",
        by_hand: &["ls -l LICENSE README.md", "git ls-files --error-unmatch LICENSE README.md"],
        example: "holdpoint check file.exists path=LICENSE,README.md",
    },
    Hand {
        id: "host.memory",
        fails: "The machine, or the control group that the server runs in, has less memory.",
        by_hand: &["grep MemTotal /proc/meminfo", "cat /sys/fs/cgroup/memory.max"],
        example: "holdpoint check host.memory 'memory>=64MB'",
    },
    Hand {
        id: "http.health",
        fails: "An answer with another status, a body that says otherwise, an answer out of a cache, \
                or one that takes too long.",
        by_hand: &["curl -si \"https://shop.example/health?$RANDOM\""],
        example: "holdpoint check http.health url=https://shop.example path=/health consecutive=3",
    },
    Hand {
        id: "http.https-enforced",
        fails: "Something is served in the clear, or a redirect leads elsewhere or loses the path.",
        by_hand: &["curl -si 'http://shop.example/some/path?x=1' | head -n 12"],
        example: "holdpoint check http.https-enforced url=http://shop.example",
    },
    Hand {
        id: "http.rate-limit",
        fails: "Nothing is refused, too early or too late, or a forged header gets around it.",
        by_hand: &[
            "for i in $(seq 30); do curl -so /dev/null -w '%{http_code} ' https://shop.example/api/bookings; done",
        ],
        example: "holdpoint check http.rate-limit url=https://shop.example endpoint=/api/bookings \
                  limit=20 window=2s --allow active",
    },
    Hand {
        id: "http.security-headers",
        fails: "A header is not there on one class of answers, is there twice, or protects nothing.",
        by_hand: &[
            "curl -si https://shop.example/ | grep -i '^strict-'",
            "curl -si https://shop.example/nobody-has-this | grep -i '^strict-'",
        ],
        example: "holdpoint check http.security-headers url=https://shop.example required=hsts",
    },
    Hand {
        id: "metrics.endpoint",
        fails: "No metrics, none of the application's own, none that move, or open to the world.",
        by_hand: &["curl -s https://shop.example/metrics | grep -v '^#' | head"],
        example: "holdpoint check metrics.endpoint url=https://shop.example path=/metrics expose=public",
    },
    Hand {
        id: "net.port-open",
        fails: "An address refuses the connection, is silent while its control answers, or speaks \
                something else.",
        by_hand: &[
            "nc -vz shop.example 443",
            "openssl s_client -connect shop.example:443 </dev/null",
        ],
        example: "holdpoint check net.port-open host=shop.example port=443 proto=tls",
    },
    Hand {
        id: "net.port-restricted",
        fails: "A connection from outside stands, or the service answers strangers over HTTPS.",
        by_hand: &["ssh me@bastion nc -vz -w 3 shop.example 9090", "nc -vz shop.example 9090"],
        example: "holdpoint check net.port-restricted host=shop.example port=9090 \
                  --vantage outside=office,inside=here",
    },
    Hand {
        id: "tls.certificate-served",
        fails: "An address serves a certificate that is not trusted, not for this name, not valid, \
                or ends too soon; or it speaks an old version of TLS.",
        by_hand: &[
            "openssl s_client -connect shop.example:443 -servername shop.example </dev/null | openssl x509 -noout -enddate -subject",
        ],
        example: "holdpoint check tls.certificate-served url=https://shop.example min-days=30",
    },
];

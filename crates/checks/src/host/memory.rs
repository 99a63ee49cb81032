//! `host.memory`: the server has the memory that the line asks for, limits of its container counted.

use holdpoint_model::{
    check::{Check, Judgement},
    fault::Fault,
    look::{Looks, Need},
    param::Param,
    params,
    quantity::{Bound, Count, Memory, Operator, Percent, Unit},
    scope::Scope,
    seen::{File, Seen},
    verdict::Finding,
    world::World,
};

use crate::{machine, worlds};

pub(crate) struct HostMemory;

/// A share of less than half: with more of it any machine would do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    /// Thousandths of a percent.
    thousandths: i64,
}

impl Param for Tolerance {
    const KIND: &'static str = "a percentage below 50 %";
    fn read(text: &str) -> Result<Self, String> {
        let share = Bound::<Percent>::read(text)?;
        if 50_000 <= share.thousandths {
            return Err(format!("expected {}, found `{text}`", Self::KIND));
        }
        Ok(Self { thousandths: share.thousandths })
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// How much memory, as vendors sell it: GB is 2^30 bytes here.
        memory("memory"): Bound<Memory>,
        /// What firmware and kernel may keep back of the nominal size.
        tolerance("tolerance"): Tolerance = "8%",
        /// Processor cores named on the same line; another check judges them.
        cores("cores"): Option<Bound<Count>> = none,
    }
}

const MEMINFO: &str = "/proc/meminfo";
const LIMIT_V2: &str = "/sys/fs/cgroup/memory.max";
const CONTROLLERS_V2: &str = "/sys/fs/cgroup/cgroup.controllers";
const LIMIT_V1: &str = "/sys/fs/cgroup/memory/memory.limit_in_bytes";

impl Check for HostMemory {
    type Params = Params;
    const ID: &'static str = "host.memory";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Reads `MemTotal` from `/proc/meminfo` and the limit of the control group the server runs in, and
takes the smaller of the two. A size in a checklist is the size on the invoice: `8GB` is 8 GiB, of
which firmware and kernel keep some back, so 8 % may be missing. Swap is not memory.

That there is no limit is believed only where the files of the control groups are there to be read.

**Proves** that the machine, or the container if the target is one, may use that much memory.
**Does not prove** that the memory is free, nor that it is enough.

```checklist
- [ ] Server has at least 8 GB of RAM
```

**Remedy.** Move to a larger machine, or raise the memory limit of the container named in the
reason.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        let on = machine::server(looks.scope())?;
        let files = [MEMINFO, LIMIT_V2, CONTROLLERS_V2, LIMIT_V1]
            .map(|path| machine::read(looks, &on, path, 64 * 1_024).map(|(_, file)| file));
        let mut contents = Vec::new();
        for file in looks.each(files)? {
            contents.push(file.map_err(Need::Blind)?);
        }
        let [meminfo, v2, controllers, v1] = contents[..] else {
            return Ok(Finding::unknown("not every file was read", "run again"));
        };
        let Some(total) = meminfo.and_then(total) else {
            return Ok(Finding::unknown(
                format!("`{MEMINFO}` does not say how much memory there is"),
                "declare the running server (`here`, `ssh` or `command`): an image or a system \
                 without /proc cannot tell",
            ));
        };
        let limit = match Limit::read(v2, v1, controllers) {
            Ok(limit) => limit,
            Err(why) => {
                return Ok(Finding::unknown(
                    why,
                    format!("give the vantage the right to read `{LIMIT_V2}` or `{LIMIT_V1}`"),
                ));
            }
        };
        let finding = decide(params, total, limit);
        Ok(match params.cores {
            None => finding,
            Some(cores) => finding.unproven(format!(
                "the cores ({}): `host.cpu-cores` judges them",
                cores.show(Operator::AtLeast)
            )),
        })
    }

    fn world() -> World {
        let scope = Scope::new("host", worlds::NOW).with("here", "true");
        World::new(scope, &[("memory", "8GB")], |ask, _| match machine::path_read(ask) {
            Some(MEMINFO) => Ok(machine::file("MemTotal: 7974588 kB\nSwapTotal: 2097148 kB\n")),
            Some(CONTROLLERS_V2) => Ok(machine::file("cpuset cpu io memory pids\n")),
            Some(_) => Ok(Seen::Absent),
            None => Err(Fault::Unsupported),
        })
    }
}

/// The limit of the control group.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// None is set.
    Open,
    /// Bytes, and the file that says so.
    Bytes(i64, &'static str),
}

impl Limit {
    fn read(
        v2: Option<&File>,
        v1: Option<&File>,
        controllers: Option<&File>,
    ) -> Result<Self, String> {
        let v2 = v2.map(|file| Self::parse(&file.text, LIMIT_V2)).transpose()?;
        let v1 = v1.map(|file| Self::parse(&file.text, LIMIT_V1)).transpose()?;
        match (v2, v1) {
            (Some(Self::Bytes(a, from_a)), Some(Self::Bytes(b, from_b))) => {
                Ok(if a <= b { Self::Bytes(a, from_a) } else { Self::Bytes(b, from_b) })
            }
            (Some(limit @ Self::Bytes(..)), _) | (_, Some(limit @ Self::Bytes(..))) => Ok(limit),
            (Some(Self::Open), _) | (_, Some(Self::Open)) => Ok(Self::Open),
            (None, None) if controllers.is_some() => Ok(Self::Open),
            (None, None) => Err(format!(
                "whether a container's limit applies cannot be told: neither `{LIMIT_V2}` nor \
                 `{CONTROLLERS_V2}` nor `{LIMIT_V1}` is there"
            )),
        }
    }

    /// Version 1 writes a number near the end of its range for *no limit*; it needs no special
    /// case, since the smaller of limit and memory counts.
    fn parse(text: &str, path: &'static str) -> Result<Self, String> {
        match text.trim() {
            "max" | "-1" => Ok(Self::Open),
            number => match number.parse::<u64>() {
                Ok(bytes) => Ok(Self::Bytes(i64::try_from(bytes).unwrap_or(i64::MAX), path)),
                Err(_) => Err(format!("`{path}` holds no number")),
            },
        }
    }
}

/// Bytes of `MemTotal`.
fn total(file: &File) -> Option<i64> {
    let line = file.text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    (0 < kib).then(|| kib.checked_mul(1_024)).flatten()
}

fn decide(params: &Params, total: i64, limit: Limit) -> Finding {
    let (seen, source) = match limit {
        Limit::Bytes(bytes, path) if bytes < total => (bytes, format!("limit in `{path}`")),
        Limit::Bytes(..) | Limit::Open => (total, format!("MemTotal in `{MEMINFO}`")),
    };
    let (holds, least) = holds(params, seen);
    let shown = format!("{} ({source})", show(seen));
    let expected = match least {
        Some(least) => format!(
            "memory {}, of which {} must be there",
            params.memory.show(Operator::AtLeast),
            show(least)
        ),
        None => format!("memory {}", params.memory.show(Operator::AtLeast)),
    };
    if holds {
        return Finding::pass(format!("{shown} keeps {}", params.memory.show(Operator::AtLeast)))
            .expected(expected)
            .seen(shown);
    }
    let container = matches!(limit, Limit::Bytes(bytes, _) if bytes < total);
    let remedy = if container {
        format!("raise the container's memory limit; the machine has {}", show(total))
    } else {
        String::from("move to a machine of the size that the line asks for, or correct the line")
    };
    let missed = if container {
        format!("`free -h` in the container shows {}, the memory of the whole machine", show(total))
    } else {
        String::from("`free -h` prints what there is, asserts nothing and exits 0")
    };
    Finding::fail(
        format!("{shown} is not {}", params.memory.show(Operator::AtLeast)),
        expected,
        shown,
        remedy,
    )
    .easy_to_miss(missed)
}

/// Whether `seen` bytes keep the bound, and the least that the tolerance lets through. A machine
/// that reports up to the tolerance less than a nominal size is one of that size.
fn holds(params: &Params, seen: i64) -> (bool, Option<i64>) {
    let nominal = params.memory.whole();
    let kept = i128::from(nominal) * i128::from(100_000 - params.tolerance.thousandths) / 100_000;
    let least = i64::try_from(kept).unwrap_or(i64::MAX);
    match params.memory.operator.unwrap_or(Operator::AtLeast) {
        Operator::AtLeast => (least <= seen, Some(least)),
        Operator::Equal => (least <= seen && seen <= nominal, Some(least)),
        Operator::NotEqual => (seen < least || nominal < seen, None),
        Operator::Less => (seen < least, None),
        Operator::AtMost => (seen <= nominal, None),
        Operator::Greater => (nominal < seen, None),
    }
}

fn show(bytes: i64) -> String {
    Memory::show(bytes.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{param::Trouble, verdict::Verdict};

    use super::*;

    const GIB: i64 = 1 << 30;

    /// A world in which these files are there, and no other.
    fn with(files: &'static [(&'static str, &'static str)]) -> World {
        HostMemory::world().but(move |ask, _, seen| match machine::path_read(ask) {
            Some(path) => Ok(files
                .iter()
                .find(|(name, _)| *name == path)
                .map_or(Seen::Absent, |(_, text)| machine::file(text))),
            None => seen,
        })
    }

    fn verdict(mut world: World) -> Verdict {
        world.judge(&HostMemory).verdict
    }

    #[test]
    fn a_real_machine_of_8_gb_is_one_of_8_gb() {
        let finding = HostMemory::world().judge(&HostMemory);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.seen.unwrap().starts_with("7.6 GiB"));
    }

    #[test]
    fn a_machine_of_4_gb_is_not() {
        let finding = with(&[
            (MEMINFO, "MemTotal: 4028000 kB\nSwapTotal: 8388608 kB\n"),
            (CONTROLLERS_V2, "memory"),
        ])
        .judge(&HostMemory);
        assert_eq!(finding.verdict, Verdict::Fail, "swap is not memory: {finding:?}");
        assert!(finding.easy_to_miss.unwrap().contains("free -h"));
    }

    #[test]
    fn the_limit_of_a_container_counts() {
        let large = "MemTotal: 16266740 kB";
        for (path, limit) in [(LIMIT_V2, "1073741824"), (LIMIT_V1, "1073741824")] {
            let mut world =
                HostMemory::world().but(move |ask, _, seen| match machine::path_read(ask) {
                    Some(MEMINFO) => Ok(machine::file(large)),
                    Some(asked) if asked == path => Ok(machine::file(limit)),
                    Some(_) | None => seen,
                });
            let finding = world.judge(&HostMemory);
            assert_eq!(finding.verdict, Verdict::Fail, "{path}");
            assert!(finding.reason.contains(path) && finding.reason.contains("1 GiB"));
        }
        let open = [(MEMINFO, "MemTotal: 7974588 kB"), (LIMIT_V2, "max\n")];
        assert_eq!(verdict(with(Box::leak(Box::new(open)))), Verdict::Pass);
        let huge = [(MEMINFO, "MemTotal: 7974588 kB"), (LIMIT_V1, "9223372036854771712\n")];
        assert_eq!(verdict(with(Box::leak(Box::new(huge)))), Verdict::Pass);
    }

    #[test]
    fn no_limit_is_believed_only_where_it_could_be_seen() {
        assert_eq!(verdict(with(&[(MEMINFO, "MemTotal: 7974588 kB")])), Verdict::Unknown);
        let odd = with(&[(MEMINFO, "MemTotal: 7974588 kB"), (LIMIT_V2, "lots")]);
        assert_eq!(verdict(odd), Verdict::Unknown);
        assert_eq!(verdict(with(&[(CONTROLLERS_V2, "memory")])), Verdict::Unknown);
        let denied = HostMemory::world().but(|ask, _, seen| match machine::path_read(ask) {
            Some(LIMIT_V2) => Err(Fault::Denied),
            Some(_) | None => seen,
        });
        assert_eq!(verdict(denied), Verdict::Unknown);
    }

    #[test]
    fn bounds_are_kept_as_written() {
        let check = |bound: &str, gib_hundredths: i64, want: bool| {
            let given = [("memory".to_owned(), bound.to_owned())].into();
            let params = holdpoint_model::param::Params::read(&given).unwrap();
            let seen = gib_hundredths * GIB / 100;
            assert_eq!(holds(&params, seen).0, want, "{bound} of {gib_hundredths} / 100 GiB");
        };
        check("8GB", 736, true);
        check("8GB", 735, false);
        check(">=8GB", 760, true);
        check(">8GB", 760, false);
        check(">8GB", 1520, true);
        check("<8GB", 760, false);
        check("<8GB", 380, true);
        check("<=8GB", 760, true);
        check("=8GB", 760, true);
        check("=8GB", 1520, false);
        check("!=8GB", 760, false);
    }

    #[test]
    fn without_a_server_or_a_size_nothing_is_decided() {
        let mut world = HostMemory::world().field("here", "");
        let finding = world.judge(&HostMemory);
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.remedy.unwrap().contains("target.host.here"));
        let mut typed = HostMemory::world().field("here", "");
        typed.scope.here_is_enough = true;
        assert_eq!(verdict(typed), Verdict::Pass);
        let unsized_line = HostMemory::world().param("memory", "").judge(&HostMemory);
        assert_eq!(unsized_line.verdict, Verdict::Unknown);
        assert!(unsized_line.remedy.unwrap().contains("memory"));
    }

    #[test]
    fn a_tolerance_that_lets_everything_through_is_a_mistake() {
        let given = [("memory", "8GB"), ("tolerance", "100%")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let complaints = holdpoint_model::check::AnyCheck::complaints(&HostMemory, &given);
        assert!(matches!(complaints[0].trouble, Trouble::Wrong(_)), "{complaints:?}");
    }

    #[test]
    fn cores_on_the_line_are_left_to_their_own_check() {
        let finding = HostMemory::world().param("cores", ">=4").judge(&HostMemory);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven[0].contains("host.cpu-cores"));
    }
}

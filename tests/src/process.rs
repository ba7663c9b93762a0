//! What this process uses, as the operating system counts it; `None` where it does not tell.

use std::time::Duration;

/// Processor time that a process has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTime {
    /// In the program itself.
    pub user: Duration,
    /// In the kernel on its behalf.
    pub system: Duration,
}

/// The most memory that the process had resident at once, bytes.
#[must_use]
pub fn peak_resident_bytes() -> Option<u64> {
    kibibytes("VmHWM:")
}

/// The memory that the process has resident now, bytes.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    kibibytes("VmRSS:")
}

/// The most memory that any one of the programs that this process started and waited for had resident, bytes.
#[cfg(target_os = "linux")]
#[must_use]
pub fn peak_resident_bytes_of_children() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    // Kibibytes on Linux; elsewhere other units.
    Some(u64::try_from(usage.max_rss()).ok()? * 1024)
}

/// The most memory that any one of the programs that this process started and waited for had resident, bytes.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn peak_resident_bytes_of_children() -> Option<u64> {
    None
}

/// The threads that the process has now.
#[must_use]
pub fn threads() -> Option<u64> {
    status("Threads:")?.parse().ok()
}

/// The processor time that all threads of the process have used so far.
#[cfg(unix)]
#[must_use]
pub fn cpu_time() -> Option<CpuTime> {
    use nix::sys::{
        resource::{UsageWho, getrusage},
        time::TimeVal,
    };

    let duration = |time: TimeVal| {
        let seconds = u64::try_from(time.tv_sec()).ok()?;
        let micros = u64::try_from(time.tv_usec()).ok()?;
        Some(Duration::from_secs(seconds) + Duration::from_micros(micros))
    };
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    Some(CpuTime {
        user: duration(usage.user_time())?,
        system: duration(usage.system_time())?,
    })
}

/// The processor time that all threads of the process have used so far.
#[cfg(not(unix))]
#[must_use]
pub fn cpu_time() -> Option<CpuTime> {
    None
}

fn kibibytes(name: &str) -> Option<u64> {
    let kibibytes: u64 = status(name)?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// A line of the process's status on Linux, without its name.
fn status(name: &str) -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().to_owned())
}

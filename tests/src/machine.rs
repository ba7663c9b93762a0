//! On what machine figures were measured.

use serde::Serialize;

/// On what machine figures were measured; without it they say little.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Operating system and architecture.
    pub system: String,
    /// The processor's name for itself, where the system tells it.
    pub processor: Option<String>,
    /// Threads that it runs at once.
    pub cores: usize,
    /// Memory, bytes, where the system tells it.
    pub memory_bytes: Option<u64>,
}

impl Machine {
    /// This one.
    #[must_use]
    pub fn this() -> Self {
        let value = |path: &str, name: &str| {
            let text = std::fs::read_to_string(path).ok()?;
            let line = text.lines().find(|line| line.starts_with(name))?;
            let (_, value) = line.split_once(':')?;
            Some(value.trim().to_owned())
        };
        Self {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: value("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_bytes: value("/proc/meminfo", "MemTotal")
                .and_then(|text| text.strip_suffix("kB")?.trim().parse::<u64>().ok())
                .map(|kibibytes| kibibytes * 1024),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {} cores", self.system, self.cores)?;
        if let Some(processor) = &self.processor {
            write!(f, ", {processor}")?;
        }
        if let Some(bytes) = self.memory_bytes {
            write!(f, ", {:.0} GiB", bytes as f64 / f64::from(1 << 30))?;
        }
        Ok(())
    }
}

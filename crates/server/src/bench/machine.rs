//! What was measured on.

use serde::Serialize;
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::Instant,
};

use super::times::median;

/// The machine, as far as it tells.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Threads that run at once.
    pub cores: usize,
    /// Memory, MiB; 0 where unknown.
    pub memory_mib: u64,
    /// System and release.
    pub kernel: String,
    /// File system and device under the measured databases.
    pub disk: String,
    /// How long the disk takes to keep 4 KiB for good, in ms: the median of some.
    pub disk_sync_ms: f64,
    /// True for a build with optimisations; without them the figures say nothing.
    pub optimised: bool,
}

impl Machine {
    /// This one, with databases in `folder`, which is there.
    pub(super) fn of(folder: &Path) -> anyhow::Result<Self> {
        let info = read("/proc/cpuinfo");
        let memory = read("/proc/meminfo");
        Ok(Self {
            cpu: after(&info, "model name").unwrap_or("unknown processor").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_mib: after(&memory, "MemTotal").and_then(kib).unwrap_or(0) / 1024,
            kernel: format!("{} {}", read("/proc/sys/kernel/ostype"), read("/proc/sys/kernel/osrelease")),
            disk: disk(&read("/proc/mounts"), folder),
            disk_sync_ms: sync_ms(folder)?,
            optimised: !cfg!(debug_assertions),
        })
    }

    /// As one line.
    pub(super) fn line(&self) -> String {
        let build = if self.optimised { "" } else { "; a build without optimisations" };
        format!(
            "{}, {} cores, {} MiB of memory; {}; {}, 4 KiB kept for good in {:.2} ms{build}",
            self.cpu, self.cores, self.memory_mib, self.kernel, self.disk, self.disk_sync_ms
        )
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

/// What stands behind `name` and a colon.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim()))
}

fn kib(text: &str) -> Option<u64> {
    text.strip_suffix("kB")?.trim().parse().ok()
}

/// The mount whose path is the longest that `folder` lies below.
fn disk(mounts: &str, folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let mut best = ("", "unknown disk".to_owned());
    for line in mounts.lines() {
        let mut words = line.split_whitespace();
        let (Some(device), Some(path), Some(system)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        if folder.starts_with(path) && path.len() >= best.0.len() {
            best = (path, format!("{system} on {device}"));
        }
    }
    best.1
}

const SYNCS: usize = 50;

fn sync_ms(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("sync");
    let mut file = File::create(&path)?;
    let mut took = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let started = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    fs::remove_file(&path)?;
    Ok(median(&took))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_behind_their_names() {
        let info = "MemFree: 3 kB\nMemTotal:       2048 kB\n";
        assert_eq!(after(info, "MemTotal").and_then(kib), Some(2048));
        assert_eq!(after(info, "Swap"), None);
        assert_eq!(kib("7 MB"), None);
    }

    #[test]
    fn the_nearest_mount_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\n/dev/b /nowhere/data xfs rw 0 0\nodd\n";
        assert_eq!(disk(mounts, Path::new("/nowhere/data/bench")), "xfs on /dev/b");
        assert_eq!(disk(mounts, Path::new("/nowhere/other")), "ext4 on /dev/a");
        assert_eq!(disk("", Path::new("/nowhere")), "unknown disk");
    }
}

//! Times, processor time, memory, and the floor of the disk.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Ticks of `/proc/<pid>/stat` in a second: USER_HZ, the same on every Linux.
const TICKS_A_SECOND: u64 = 100;
/// One page.
pub const PAGE_BYTES: usize = 4096;

/// The clock.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the real clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// How long `work` takes.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now();
    let value = work();
    (value, start.elapsed())
}

/// Many measurements of one thing.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that so many hundredths of the measurements do not exceed.
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let index = (sorted.len().saturating_sub(1) * hundredths).div_ceil(100);
        sorted.get(index).copied().unwrap_or_default()
    }

    /// The middle one.
    pub fn p50(&self) -> Duration {
        self.percentile(50)
    }

    /// Nearly the worst.
    pub fn p99(&self) -> Duration {
        self.percentile(99)
    }
}

/// A time in the unit that suits it.
pub fn show(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10),
        _ => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
    }
}

/// How many hundredths of `floor` a figure is.
pub fn hundredths(figure: u128, floor: u128) -> u128 {
    (figure * 100).checked_div(floor).unwrap_or(0)
}

/// A ratio in hundredths: `1.83x`.
pub fn show_ratio(hundredths: u128) -> String {
    format!("{}.{:02}x", hundredths / 100, hundredths % 100)
}

/// The ratio of two times in hundredths.
pub fn ratio(figure: Duration, floor: Duration) -> u128 {
    hundredths(figure.as_nanos(), floor.as_nanos())
}

/// Processor time of this process, user and system.
pub fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = |index| after_name.split(' ').nth(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * 1000 / TICKS_A_SECOND)
}

/// Processor time of this thread. It does not count the time in which other programs had the processor.
pub fn thread_time() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Bytes that this thread has written to files. Unlike times they do not depend on what else the machine does.
pub fn bytes_written() -> u64 {
    let io = fs::read_to_string("/proc/thread-self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("wchar: ")).and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}

/// How long `work` takes, and how much of the processor.
pub fn timed_both<T>(work: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let before = thread_time();
    let (value, time) = timed(work);
    (value, time, thread_time().saturating_sub(before))
}

/// How many programs wanted a processor during the last minute, and how many processors there are.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = load.split(' ').next().unwrap_or("?").to_owned();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{minute} programs wanted the {processors} processors")
}

/// A line of `/proc/<pid>/status` in KiB, such as `VmHWM`.
pub fn status_kib(pid: &str, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The floor of everything durable: one page appended and on disk.
pub struct DiskFloor {
    file: File,
    page: Vec<u8>,
}

impl DiskFloor {
    /// On the disk of this folder.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let file = OpenOptions::new().create(true).append(true).open(folder.join("floor")).map_err(|error| error.to_string())?;
        Ok(Self { file, page: vec![0x5a; PAGE_BYTES] })
    }

    /// Writes a page and waits for the disk.
    pub fn write(&mut self) -> Duration {
        let (done, time) = timed(|| self.file.write_all(&self.page).and_then(|()| self.file.sync_data()));
        if let Err(error) = done {
            eprintln!("bench: the disk's floor cannot be measured: {error}");
        }
        time
    }
}

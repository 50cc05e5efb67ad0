//! What the operating system says of this process.

/// Memory held, in bytes; `None` where Linux' process files are not there.
pub(super) fn memory() -> Option<usize> {
    resident(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident(status: &str) -> Option<usize> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_off_the_status() {
        let status = "Name:\tdictamen\nVmPeak:\t  99999 kB\nVmRSS:\t   12345 kB\nThreads:\t3\n";
        assert_eq!(resident(status), Some(12_345 * 1024));
        assert_eq!(resident("VmRSS:\tmuch\n"), None);
        assert_eq!(resident(""), None);
    }
}

//! What everything runs on: the machine, the toolchain, the source.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use reports::schema::Machine;
use server_core::environment::{self, Environment as _};
use sha2::{Digest as _, Sha256};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The lock file that this program was built with.
const LOCK_FILE: &[u8] = include_bytes!("../../Cargo.lock");

const SECONDS_PER_DAY: u64 = 86_400;

/// This machine, and what this program was built from.
#[must_use]
pub fn inventory() -> Machine {
    let wanted = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(wanted).ok();
    let cpu_model = system
        .as_ref()
        .and_then(|system| Some(system.cpus().first()?.brand().trim().to_owned()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Machine {
        cpu_model: cpu_model.unwrap_or_else(unknown),
        cores: u32::try_from(cores).unwrap_or(u32::MAX),
        memory_bytes: system.map_or(0, |system| system.total_memory()),
        os: System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned()),
        kernel: System::kernel_version().unwrap_or_else(|_| unknown()),
        rustc: env!("LOADGEN_RUSTC").to_owned(),
        git_revision: option_env!("LOADGEN_GIT_REVISION").map(str::to_owned),
        lock_sha256: Some(hexadecimal(&Sha256::digest(LOCK_FILE))),
    }
}

/// A seed of 32 bits, so that a person can type it again and every reader of JSON keeps it whole.
#[must_use]
pub fn random_seed() -> u64 {
    let mut bytes = [0; 4];
    environment::System.fill_random(&mut bytes);
    u32::from_be_bytes(bytes).into()
}

fn unknown() -> String {
    "unknown".to_owned()
}

/// A time as RFC 3339 has it, in UTC, to the second.
#[must_use]
pub fn rfc_3339(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = civil_from_days(seconds / SECONDS_PER_DAY);
    let of_day = seconds % SECONDS_PER_DAY;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date that lies so many days after 1970-01-01, by Howard Hinnant's algorithm of that name. It counts in eras of
/// 400 years that begin on a 1st of March, so that the leap day is the last of its year.
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("strings take all that is written");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        assert_eq!(
            rfc_3339(UNIX_EPOCH + Duration::from_secs(seconds)),
            expected
        );
    }

    #[test]
    fn times_are_what_date_says() {
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399, "2000-02-28T23:59:59Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_709_251_200, "2024-03-01T00:00:00Z");
        check(1_798_761_599, "2026-12-31T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
    }

    #[test]
    fn the_inventory_is_complete() {
        let machine = inventory();
        assert!(
            machine.cores >= 1 && machine.memory_bytes > 0,
            "{machine:?}"
        );
        assert!(machine.rustc.starts_with("rustc "), "{machine:?}");
        assert_eq!(machine.lock_sha256.map(|sum| sum.len()), Some(64));
    }
}

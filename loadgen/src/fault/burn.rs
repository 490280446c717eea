//! A server that takes more of its own CPU time than it needs, by a known share.

use std::cell::Cell;

/// How many messages share one burning, because looks at the clock take CPU time themselves.
const MESSAGES_A_BURNING: u32 = 64;

/// How many looks at the clock tell what one takes.
const LOOKS: u32 = 32;

thread_local! {
    static BURNER: Cell<Thread> = const { Cell::new(Thread { messages: 0, look_ns: 0, last_ns: None, owed_ns: 0 }) };
}

/// What one thread has spent and owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Thread {
    messages: u32,
    /// What a look at the clock takes: it is burned, too.
    look_ns: u64,
    /// Its CPU time after the last burning.
    last_ns: Option<u64>,
    /// What is still to be burned; negative after too much was.
    owed_ns: i64,
}

/// Adds a share to what a thread spends on messages.
pub(super) struct Burner {
    percent: u32,
}

impl Burner {
    pub(super) const fn new(percent: u32) -> Self {
        Self { percent }
    }

    /// To be called for each message, on the thread that serves it.
    pub(super) fn message(&self) {
        BURNER.with(|thread| {
            let mut state = thread.get();
            state.message(self.percent, &thread_cpu_ns);
            thread.set(state);
        });
    }
}

impl Thread {
    fn message(&mut self, percent: u32, cpu_ns: &dyn Fn() -> u64) {
        self.messages += 1;
        if !self.messages.is_multiple_of(MESSAGES_A_BURNING) {
            return;
        }
        let now_ns = cpu_ns();
        let Some(last_ns) = self.last_ns else {
            let looked_ns = (0..LOOKS).fold(now_ns, |_, _| cpu_ns());
            self.look_ns = (looked_ns - now_ns) / u64::from(LOOKS);
            self.last_ns = Some(looked_ns);
            return;
        };
        let spent_ns = (now_ns - last_ns).saturating_sub(self.look_ns);
        let spent_ns = i64::try_from(spent_ns).unwrap_or(i64::MAX);
        let look_ns = i64::try_from(self.look_ns).unwrap_or(i64::MAX);
        self.owed_ns += spent_ns.saturating_mul(percent.into()) / 100 - look_ns;
        let mut burned_ns = 0;
        while burned_ns < self.owed_ns {
            burned_ns = i64::try_from(cpu_ns() - now_ns).unwrap_or(i64::MAX);
        }
        self.owed_ns -= burned_ns;
        self.last_ns = Some(now_ns.saturating_add_signed(burned_ns));
    }
}

/// CPU time of the calling thread, in nanoseconds.
fn thread_cpu_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages of `each_ns` on a clock whose own readings take `look_ns`: what share was added to the messages?
    fn added_percent(percent: u32, each_ns: u64, look_ns: u64) -> u64 {
        const MESSAGES: u64 = 16_000;
        let clock = Cell::new(0);
        let look = || {
            clock.set(clock.get() + look_ns);
            clock.get()
        };
        let mut thread = Thread::default();
        for _ in 0..MESSAGES {
            clock.set(clock.get() + each_ns);
            thread.message(percent, &look);
        }
        let needed = MESSAGES * each_ns;
        (clock.get() - needed) * 1_000 / needed
    }

    #[test]
    fn the_share_is_kept_in_the_long_run() {
        let expected = |percent: u32, each_ns, tolerance: u64| {
            let permille = added_percent(percent, each_ns, 250);
            let off = permille.abs_diff(u64::from(percent) * 10);
            assert!(off <= tolerance, "{permille} for {percent} %");
        };
        // In thousandths; the first 64 of 16,000 messages, after which nothing is burned yet, are 4 of the 1,000 of 100 %.
        expected(3, 2_000, 1);
        expected(10, 2_000, 1);
        expected(10, 8_000, 1);
        expected(100, 8_000, 5);
        expected(1, 100_000, 1);
    }

    #[test]
    fn the_clock_is_that_of_this_thread() {
        let before = thread_cpu_ns();
        while thread_cpu_ns() < before + 1_000_000 {}
        let other = std::thread::spawn(thread_cpu_ns).join().expect("it ends");
        assert!(thread_cpu_ns() >= before + 1_000_000);
        assert!(
            other < before + 1_000_000,
            "a new thread has spent next to nothing: {other}"
        );
    }
}

//! Random numbers for what is drawn or simulated: the same in each run, on each machine.

use crate::numbers::to_f64;

/// Xorshift64* (Vigna, 2016): plain, and good enough to simulate with.
pub(crate) struct Random(u64);

impl Random {
    /// From a seed that is not zero.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for _ in 0..8 {
            random.uniform();
        }
        random
    }

    /// Uniform between 0 and 1, both excluded.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 12;
        #[expect(clippy::cast_precision_loss, reason = "52 bits fit into a mantissa")]
        let value = (bits as f64 + 0.5) / (1_u64 << 52) as f64;
        value
    }

    /// A whole number below `end`, each as likely as any other: `end` is far below 2^52.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        debug_assert!(end > 0);
        let drawn = self.uniform() * to_f64(u64::try_from(end).unwrap_or(u64::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies between 0 and `end`, and is to be rounded down"
        )]
        let whole = drawn as usize;
        whole.min(end - 1)
    }

    /// Of the standard normal distribution (Box and Muller, 1958).
    #[cfg(test)]
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

//! Random numbers for simulations in tests: the same in each run, on each machine.

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

    /// Of the standard normal distribution (Box and Muller, 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

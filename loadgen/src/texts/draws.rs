//! Random numbers that belong to one message: the same for the same seed and message, whenever they are asked for.

use crate::workloads::MessageKey;

/// A stream of random numbers: `SplitMix64` (Steele, Lea and Flood 2014), which starts from any state at no cost.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    state: u64,
}

impl Draws {
    /// The stream of a message under a seed.
    pub(super) const fn new(seed: u64, key: &MessageKey) -> Self {
        let pair = (key.from as u64) << 32 | key.to as u64;
        Self {
            state: mixed(mixed(seed) ^ mixed(pair).wrapping_add(key.nth as u64)),
        }
    }

    /// The stream of a number.
    pub(super) const fn numbered(number: u64) -> Self {
        Self {
            state: mixed(number),
        }
    }

    /// The next 64 random bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.state)
    }

    /// The next number below `bound`, which is not 0, by Lemire's multiplication (2019).
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        let wide = self.bits() as u128 * bound as u128;
        (wide >> 64) as u64
    }

    /// The next number from 0 to below 1, a multiple of 2^-53.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what a mantissa holds"
    )]
    pub(super) const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The finalizer of `SplitMix64`: a bijection in which every bit of the input changes half of the output.
const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_published_generator() {
        let mut draws = Draws { state: 1_234_567 };
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(published.map(|_| draws.bits()), published);
    }
}

//! How many characters texts have.

use std::f64::consts::TAU;

use super::draws::Draws;

/// How often a size is drawn anew when it falls outside of the bounds; then it is moved to the nearer bound.
const REDRAWS_MAX: u32 = 64;

/// A distribution of sizes, in characters.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// All texts have this size.
    Fixed(u32),
    /// Each size between two bounds, both included, is as likely as any other.
    Uniform {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// Some sizes, each with a weight. There is at least one weight above 0.
    Weighted(Vec<Weighted>),
    /// The logarithm of the size is normally distributed, and sizes outside of the bounds do not occur: short texts are
    /// common, long ones rare, as in what people write.
    LogNormal {
        /// As many sizes are below as above, before the bounds.
        median: f64,
        /// The standard deviation of the size's natural logarithm.
        sigma: f64,
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
}

/// A size, and how often it occurs in proportion to others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// In characters.
    pub size: u32,
    /// At least 0.
    pub weight: f64,
}

impl Sizes {
    pub(super) fn draw(&self, draws: &mut Draws) -> u32 {
        match self {
            Self::Fixed(size) => *size,
            Self::Uniform { min, max } => {
                let span = u64::from(max - min) + 1;
                min + u32::try_from(draws.below(span)).unwrap_or(0)
            }
            Self::Weighted(sizes) => weighted(sizes, draws.unit()),
            Self::LogNormal {
                median,
                sigma,
                min,
                max,
            } => {
                let mut size = 0.0;
                for _ in 0..REDRAWS_MAX {
                    size = (median.ln() + sigma * normal(draws)).exp().round();
                    if (f64::from(*min)..=f64::from(*max)).contains(&size) {
                        break;
                    }
                }
                whole(size.clamp(f64::from(*min), f64::from(*max)))
            }
        }
    }

    /// The largest size there is.
    #[must_use]
    pub fn max_chars(&self) -> u32 {
        match self {
            Self::Fixed(size) => *size,
            Self::Uniform { max, .. } | Self::LogNormal { max, .. } => *max,
            Self::Weighted(sizes) => {
                let drawn = sizes.iter().filter(|size| size.weight > 0.0);
                drawn.map(|size| size.size).max().unwrap_or(0)
            }
        }
    }

    /// The size, if it is always the same.
    #[must_use]
    pub fn fixed(&self) -> Option<u32> {
        match self {
            Self::Fixed(size) => Some(*size),
            _ => None,
        }
    }
}

fn weighted(sizes: &[Weighted], unit: f64) -> u32 {
    let mut left = unit * sizes.iter().map(|size| size.weight).sum::<f64>();
    let mut drawn = 0;
    for Weighted { size, weight } in sizes.iter().filter(|size| size.weight > 0.0) {
        drawn = *size;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    drawn
}

/// A normally distributed number by Box and Muller's transformation (1958).
fn normal(draws: &mut Draws) -> f64 {
    let (radius, angle) = (1.0 - draws.unit(), draws.unit());
    (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number lies between two bounds that are of this type"
)]
const fn whole(size: f64) -> u32 {
    size as u32
}

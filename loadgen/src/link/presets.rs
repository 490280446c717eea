//! Links by name. Each is one example of its kind, not the kind: say what you have with `rtt=…,rate=…` where you know it.

use super::Link;

/// A link by name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name on the command line and in results.
    pub name: &'static str,
    /// What it is like, and where its numbers come from.
    pub description: &'static str,
    /// Its numbers.
    pub link: Link,
}

/// All presets, the nearest first.
pub const PRESETS: [Preset; 5] = [
    Preset {
        name: "lan",
        description: "two machines on one switch: about what ping shows between servers of a room; a gigabit; a switch \
                      that is not overloaded loses nothing",
        link: Link {
            rtt_ns: 300_000,
            jitter_ns: 50_000,
            rate_bits_per_s: Some(1_000_000_000),
            loss_ppm: 0,
        },
    },
    Preset {
        name: "wifi",
        description: "a laptop and an access point that others use too: a few milliseconds that vary with whoever else \
                      sends; the radio repeats what it loses, so that little of it reaches TCP",
        link: Link {
            rtt_ns: 4_000_000,
            jitter_ns: 2_000_000,
            rate_bits_per_s: Some(50_000_000),
            loss_ppm: 100,
        },
    },
    Preset {
        name: "4g",
        description: "a telephone: the median ping over LTE from Los Angeles and New York was 55 ms (M. Daoudi, Web \
                      Performance Calendar, 2013); rate, jitter and loss are our choice of an ordinary day",
        link: Link {
            rtt_ns: 55_000_000,
            jitter_ns: 15_000_000,
            rate_bits_per_s: Some(12_000_000),
            loss_ppm: 1_000,
        },
    },
    Preset {
        name: "wan",
        description: "two data centres an ocean apart: 80 ms are 8,000 km of glass there and back at two thirds of the \
                      speed of light; good networks lose little",
        link: Link {
            rtt_ns: 80_000_000,
            jitter_ns: 1_000_000,
            rate_bits_per_s: Some(100_000_000),
            loss_ppm: 100,
        },
    },
    Preset {
        name: "satellite",
        description: "a geostationary satellite: 558 ms of propagation for ground stations at the edge of its view \
                      (RFC 2488, section 2), and some for what handles the signal; the rest is our choice",
        link: Link {
            rtt_ns: 600_000_000,
            jitter_ns: 10_000_000,
            rate_bits_per_s: Some(20_000_000),
            loss_ppm: 1_000,
        },
    },
];

/// The preset of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The name of the preset with exactly these numbers.
#[must_use]
pub fn name_of(link: &Link) -> Option<&'static str> {
    let same = PRESETS.iter().find(|preset| preset.link == *link);
    same.map(|preset| preset.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_found_by_its_name_and_says_it() {
        for preset in &PRESETS {
            assert_eq!(find(preset.name).map(|found| found.link), Some(preset.link));
            assert_eq!(preset.link.label(), preset.name);
        }
    }

    #[test]
    fn every_preset_could_be_asked_for_by_its_numbers() {
        for preset in &PRESETS {
            let asked: Link = preset
                .link
                .to_string()
                .parse()
                .expect("it is what the parser takes");
            assert_eq!(asked, preset.link, "{}", preset.name);
        }
    }
}

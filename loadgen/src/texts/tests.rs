//! Texts, over many seeds and messages.

use std::collections::HashSet;

use proptest::prelude::*;
use server_core::limits::Options;

use super::*;

/// All messages of a small run.
fn keys(accounts: u32, each: u32) -> impl Iterator<Item = MessageKey> {
    (0..accounts).flat_map(move |from| {
        (0..accounts)
            .filter(move |to| *to != from)
            .flat_map(move |to| {
                (0..each).map(move |nth| MessageKey {
                    from,
                    to,
                    nth,
                    accounts,
                })
            })
    })
}

fn text(texts: &Texts, key: &MessageKey) -> String {
    let mut text = String::new();
    texts.push(key, &mut text);
    text
}

fn fixed(size: u32, shares: Shares) -> Texts {
    Texts {
        seed: 1,
        sizes: Sizes::Fixed(size),
        shares,
    }
}

fn any_texts() -> impl Strategy<Value = Texts> {
    let sizes = prop_oneof![
        (1_u32..=256).prop_map(Sizes::Fixed),
        (1_u32..=256, 1_u32..=256).prop_map(|(one, other)| Sizes::Uniform {
            min: one.min(other),
            max: one.max(other)
        }),
        (1.0..256.0, 0.01..5.0).prop_map(|(median, sigma)| Sizes::LogNormal {
            median,
            sigma,
            min: 1,
            max: 256
        }),
        prop::collection::vec((1_u32..=256, 0.1..9.0), 1..5).prop_map(|sizes| Sizes::Weighted(
            sizes
                .into_iter()
                .map(|(size, weight)| Weighted { size, weight })
                .collect()
        )),
    ];
    let shares = (0.0..0.5, 0.0..0.5).prop_map(|(unicode, escaping)| Shares { unicode, escaping });
    (any::<u64>(), sizes, shares).prop_map(|(seed, sizes, shares)| Texts {
        seed,
        sizes,
        shares,
    })
}

fn any_key() -> impl Strategy<Value = MessageKey> {
    (2_u32..3_000)
        .prop_flat_map(|accounts| (0..accounts, 0..accounts, any::<u32>(), Just(accounts)))
        .prop_map(|(from, to, nth, accounts)| MessageKey {
            from,
            to,
            nth,
            accounts,
        })
}

/// Whether JSON must escape it (RFC 8259, section 7).
fn must_be_escaped(character: char) -> bool {
    character == '"' || character == '\\' || character < ' '
}

proptest! {
    #[test]
    fn a_text_is_as_its_shape_says_and_the_core_takes_it(texts in any_texts(), key in any_key()) {
        let text = text(&texts, &key);
        let (size, kind) = texts.shape(&key);
        let chars = text.chars().count();
        prop_assert_eq!(chars, size as usize, "{:?}", text);
        prop_assert!((1..=Options::default().text_max_chars as usize).contains(&chars));
        let (unicode, escaping) = (!text.is_ascii(), text.chars().any(must_be_escaped));
        match kind {
            Kind::Plain => prop_assert!(!unicode && !escaping, "{:?}", text),
            Kind::Unicode => prop_assert!(unicode, "{:?}", text),
            Kind::Escaping => prop_assert!(escaping && !unicode, "{:?}", text),
        }
    }

    #[test]
    fn the_same_message_of_a_seed_always_says_the_same(texts in any_texts(), key in any_key()) {
        prop_assert_eq!(text(&texts, &key), text(&texts.clone(), &key));
    }

    #[test]
    fn messages_of_a_pair_in_a_row_differ_however_short(size in 1_u32..8, shares in 0..3, first in 0_u32..1_000) {
        let shares = Shares {
            unicode: f64::from(u8::from(shares == 1)),
            escaping: f64::from(u8::from(shares == 2)),
        };
        let texts = fixed(size, shares);
        let distinct: HashSet<String> = (first..first + 32)
            .map(|nth| text(&texts, &MessageKey { from: 1, to: 0, nth, accounts: 9 }))
            .collect();
        prop_assert_eq!(distinct.len(), 32);
    }
}

#[test]
fn all_texts_differ_where_there_is_room() {
    let kinds = [
        Shares::default(),
        Shares {
            unicode: 0.3,
            escaping: 0.3,
        },
    ];
    for shares in kinds {
        for size in [DIGITS, DIGITS + 1, 30] {
            let texts = fixed(size, shares);
            let all: Vec<String> = keys(12, 40).map(|key| text(&texts, &key)).collect();
            let distinct: HashSet<&String> = all.iter().collect();
            assert_eq!(distinct.len(), all.len(), "{size} {shares:?}");
        }
    }
}

#[test]
fn numbered_texts_have_their_size_and_differ() {
    let mut all = HashSet::new();
    for bytes in [5, 6, 7, 64, 256] {
        for number in (0..2_000).chain(60_000_000..60_000_100) {
            let mut text = String::new();
            push_numbered(number, bytes, &mut text);
            assert_eq!(text.len(), bytes as usize);
            assert!(all.insert(text), "{number} has a text of its own");
        }
    }
}

#[test]
fn another_seed_says_something_else() {
    let one = fixed(40, Shares::default());
    let other = Texts {
        seed: 2,
        ..one.clone()
    };
    let same = keys(5, 20).filter(|key| text(&one, key) == text(&other, key));
    assert_eq!(same.count(), 0);
}

/// Draws many shapes, and holds the share of those that are meant against an expected one.
#[track_caller]
fn check_share(texts: &Texts, meant: impl Fn(u32, Kind) -> bool, expected: f64) {
    let all = keys(20, 50).map(|key| texts.shape(&key));
    let (mut hits, mut count) = (0_u32, 0_u32);
    for (size, kind) in all {
        hits += u32::from(meant(size, kind));
        count += 1;
    }
    let share = f64::from(hits) / f64::from(count);
    // The standard deviation of a share of 19,000 is at most 0.0037; the seed is fixed, so this holds or does not.
    assert!(
        (share - expected).abs() < 0.015,
        "{share} in place of {expected}"
    );
}

#[test]
fn shares_of_kinds_hold() {
    let texts = fixed(
        20,
        Shares {
            unicode: 0.15,
            escaping: 0.05,
        },
    );
    check_share(&texts, |_, kind| kind == Kind::Unicode, 0.15);
    check_share(&texts, |_, kind| kind == Kind::Escaping, 0.05);
}

#[test]
fn sizes_follow_their_distribution() {
    let of = |sizes| Texts {
        sizes,
        ..fixed(1, Shares::default())
    };
    let uniform = of(Sizes::Uniform { min: 11, max: 20 });
    for size in 11..=20 {
        check_share(&uniform, |drawn, _| drawn == size, 0.1);
    }
    let weighted = |size, weight| Weighted { size, weight };
    let listed = of(Sizes::Weighted(vec![
        weighted(3, 1.0),
        weighted(9, 0.0),
        weighted(200, 3.0),
    ]));
    check_share(&listed, |drawn, _| drawn == 3, 0.25);
    check_share(&listed, |drawn, _| drawn == 200, 0.75);
    check_share(&listed, |drawn, _| drawn == 9, 0.0);
    let written = of(Sizes::LogNormal {
        median: 50.0,
        sigma: 0.5,
        min: 1,
        max: 256,
    });
    check_share(&written, |drawn, _| drawn <= 50, 0.507);
    // One standard deviation up and down: from 50 / e^0.5 to 50 e^0.5.
    check_share(&written, |drawn, _| (31..=82).contains(&drawn), 0.676);
}

//! Sizes and kinds of texts.

use std::ops::Range;

use server_core::limits::Options;
use toml::Spanned;

use crate::scenario::file::{LogNormalTable, SizeTable, TextsTable, UniformTable};
use crate::scenario::problem::Problem;
use crate::texts::{Shares, Sizes, Weighted};

pub(super) fn sizes(table: &Spanned<SizeTable>) -> Result<Sizes, Problem> {
    let at = table.span();
    match table.get_ref() {
        SizeTable::Fixed(size) => Ok(Sizes::Fixed(possible(*size, &at)?)),
        SizeTable::Uniform(UniformTable { min, max }) => {
            let (min, max) = bounds(*min, *max, &at)?;
            Ok(Sizes::Uniform { min, max })
        }
        SizeTable::Weighted(sizes) => {
            let weighted = sizes
                .iter()
                .map(|(size, weight)| weighted(size, *weight, &at))
                .collect::<Result<Vec<_>, _>>()?;
            if weighted.iter().all(|size| size.weight == 0.0) {
                let words =
                    "no size has a weight above 0; write { \"10\" = 3, \"200\" = 1 } for instance";
                return Err(Problem::new(at, words));
            }
            Ok(Sizes::Weighted(weighted))
        }
        SizeTable::LogNormal(table) => log_normal(table, at),
    }
}

fn log_normal(table: &LogNormalTable, at: Range<usize>) -> Result<Sizes, Problem> {
    let LogNormalTable {
        median,
        sigma,
        min,
        max,
    } = *table;
    let (min, max) = bounds(min, max, &at)?;
    if !(f64::from(min)..=f64::from(max)).contains(&median) {
        let words = format!(
            "the median {median} is not between min and max; choose one from {min} to {max}"
        );
        return Err(Problem::new(at, words));
    }
    if !(sigma > 0.0 && sigma <= 10.0) {
        let words =
            format!("sigma {sigma} is not possible; say above 0 and up to 10, 0.8 for instance");
        return Err(Problem::new(at, words));
    }
    Ok(Sizes::LogNormal {
        median,
        sigma,
        min,
        max,
    })
}

fn weighted(size: &str, weight: f64, at: &Range<usize>) -> Result<Weighted, Problem> {
    let Ok(number) = size.parse() else {
        let words =
            format!("{size:?} is no size; write a number of characters, \"10\" = 3 for instance");
        return Err(Problem::new(at.clone(), words));
    };
    if !(weight.is_finite() && weight >= 0.0) {
        let words = format!("the weight {weight} of size {size} is not possible; say 0 or more");
        return Err(Problem::new(at.clone(), words));
    }
    Ok(Weighted {
        size: possible(number, at)?,
        weight,
    })
}

fn bounds(min: u32, max: u32, at: &Range<usize>) -> Result<(u32, u32), Problem> {
    if min > max {
        let words = format!("min {min} is over max {max}; exchange them");
        return Err(Problem::new(at.clone(), words));
    }
    Ok((possible(min, at)?, possible(max, at)?))
}

/// The core takes texts of 1 to so many characters.
fn possible(size: u32, at: &Range<usize>) -> Result<u32, Problem> {
    let most = Options::default().text_max_chars;
    if (1..=most).contains(&size) {
        return Ok(size);
    }
    let words = format!("a text of {size} characters is not possible; servers take 1 to {most}");
    Err(Problem::new(at.clone(), words))
}

pub(super) fn shares(table: &TextsTable) -> Result<Shares, Problem> {
    let share = |share: &Option<Spanned<f64>>| match share {
        None => Ok(0.0),
        Some(share) if (0.0..=1.0).contains(share.get_ref()) => Ok(*share.get_ref()),
        Some(share) => Err(Problem::new(
            share.span(),
            format!(
                "a share of {} is not possible; say from 0 to 1",
                share.get_ref()
            ),
        )),
    };
    let shares = Shares {
        unicode: share(&table.unicode)?,
        escaping: share(&table.escaping)?,
    };
    if shares.unicode + shares.escaping > 1.0
        && let Some(escaping) = &table.escaping
    {
        let words = "unicode and escaping are over 1 together; a text is of one kind";
        return Err(Problem::new(escaping.span(), words));
    }
    Ok(shares)
}

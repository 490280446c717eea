//! What the values of a `gate.toml` mean.

use toml::de::DeValue;

use crate::gate::metric::Class;
use crate::nearest::suggestion;

/// A bound as it is written; what it means depends on the metric's unit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Amount {
    pub(super) number: f64,
    /// Empty for a plain number.
    pub(super) unit: String,
}

pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        Some(_) => Err("is empty; write what it is".to_owned()),
        None => Err(format!("is text in quotes, not {}", kind(value))),
    }
}

/// A share: `"5%"` or `0.05`, from 0 to 1.
pub(super) fn share(value: &DeValue<'_>) -> Result<f64, String> {
    let share = match value.as_str() {
        Some(text) => {
            let number = text
                .strip_suffix('%')
                .and_then(|text| text.trim().parse::<f64>().ok());
            number.map(|percent| percent / 100.0)
        }
        None => number(value),
    };
    let share =
        share.ok_or_else(|| format!("is a share such as \"5%\" or 0.05, not {}", shown(value)))?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err(format!(
            "is a share from 0 to 1 (or \"0%\" to \"100%\"), not {}",
            shown(value)
        ))
    }
}

/// A factor: any number above 0.
pub(super) fn factor(value: &DeValue<'_>) -> Result<f64, String> {
    number(value)
        .filter(|factor| factor.is_finite() && *factor > 0.0)
        .ok_or_else(|| format!("is a number above 0 such as 0.5, not {}", shown(value)))
}

pub(super) fn count(value: &DeValue<'_>) -> Result<u32, String> {
    let count = value
        .as_integer()
        .and_then(|integer| u32::from_str_radix(integer.as_str(), integer.radix()).ok());
    count.ok_or_else(|| format!("is a whole number, not {}", shown(value)))
}

pub(super) fn class(value: &DeValue<'_>) -> Result<Class, String> {
    const JUDGED: [Class; 3] = [Class::Exact, Class::Counted, Class::Statistical];
    let name = text(value)?;
    if let Some(class) = JUDGED.into_iter().find(|class| class.name() == name) {
        return Ok(class);
    }
    if name == Class::Invariant.name() || name == Class::Slo.name() {
        return Err(format!(
            "cannot be {name:?}: write a table [[{name}]] instead"
        ));
    }
    Err(format!(
        "is \"exact\", \"counted\" or \"statistical\", not {name:?}{}",
        suggestion(&name, JUDGED.map(Class::name))
    ))
}

/// What a waiver is for that is for no measured change but for a rule.
pub(super) fn rule_class(value: &DeValue<'_>) -> Result<Class, String> {
    const RULES: [Class; 2] = [Class::Invariant, Class::Slo];
    let name = text(value)?;
    let found = RULES.into_iter().find(|class| class.name() == name);
    found.ok_or_else(|| {
        format!("is \"invariant\" or \"slo\", not {name:?}; without it a waiver is for the metrics themselves")
    })
}

/// A day: `2026-12-31`, in quotes or without.
pub(super) fn day(value: &DeValue<'_>) -> Result<String, String> {
    let wrong = || format!("is a day such as 2026-12-31, not {}", shown(value));
    let day = match value {
        DeValue::Datetime(datetime) => *datetime,
        DeValue::String(text) => text.parse().map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    match (day.date, day.time) {
        (Some(date), None) => Ok(date.to_string()),
        _ => Err(wrong()),
    }
}

/// A bound: a plain number in the metric's own unit, or text with a unit, such as `"5ms"`.
pub(super) fn amount(value: &DeValue<'_>) -> Result<Amount, String> {
    let wrong = || {
        format!(
            "is a number, or text with a unit such as \"5ms\", not {}",
            shown(value)
        )
    };
    let amount = match value.as_str() {
        Some(text) => {
            let digits = |c: char| c.is_ascii_digit() || c == '.';
            let end = text.find(|c| !digits(c)).unwrap_or(text.len());
            let (number, unit) = text.split_at(end);
            Amount {
                number: number.parse().map_err(|_| wrong())?,
                unit: unit.trim().to_owned(),
            }
        }
        None => Amount {
            number: number(value).ok_or_else(wrong)?,
            unit: String::new(),
        },
    };
    if amount.number.is_finite() && amount.number > 0.0 {
        Ok(amount)
    } else {
        Err(wrong())
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .map(f64::from)
            .or_else(|| integer.as_str().parse().ok()),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(integer) => integer.to_string(),
        DeValue::Float(float) => float.to_string(),
        DeValue::Boolean(boolean) => boolean.to_string(),
        other => kind(other).to_owned(),
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

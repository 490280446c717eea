//! The names in a configuration against the metrics that there are.

use super::errors::{ConfigError, ConfigErrors};
use super::{GateConfig, Rule, Waiver};
use crate::gate::metric::{Class, MetricId};
use crate::gate::pattern;
use crate::nearest::suggestion;

pub(super) fn check(
    config: &GateConfig,
    known: &[MetricId],
    today: &str,
) -> Result<(), ConfigErrors> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for rule in &config.rules {
        let words = missing(&rule.pattern, known).or_else(|| misfit(rule, known));
        found.extend(words.map(|words| (rule.line, words)));
    }
    for invariant in &config.invariants {
        for metric in [&invariant.metric, &invariant.of] {
            let words = missing(metric.as_str(), known);
            found.extend(words.map(|words| (invariant.line, words)));
        }
    }
    for slo in &config.slos {
        let words = missing(slo.metric.as_str(), known);
        found.extend(words.map(|words| (slo.line, words)));
    }
    for waiver in &config.waivers {
        let words = missing(&waiver.pattern, known).or_else(|| expired(waiver, today));
        found.extend(words.map(|words| (waiver.line, words)));
    }
    let errors = found.into_iter().map(|(line, words)| ConfigError {
        file: config.file.clone(),
        line,
        words,
    });
    ConfigErrors::none(errors.collect())
}

/// That a name or pattern stands for nothing.
fn missing(name: &str, known: &[MetricId]) -> Option<String> {
    if known
        .iter()
        .any(|metric| pattern::matches(name, metric.as_str()))
    {
        return None;
    }
    Some(if pattern::is_pattern(name) {
        format!(
            "the pattern {name:?} matches no metric; `loadgen gate --explain '*'` lists those that there are"
        )
    } else {
        let nearest = suggestion(name, known.iter().map(MetricId::as_str));
        format!("there is no metric {name:?}{nearest}")
    })
}

/// That a rule matches something of another class.
fn misfit(rule: &Rule, known: &[MetricId]) -> Option<String> {
    let matched = known
        .iter()
        .filter(|metric| pattern::matches(&rule.pattern, metric.as_str()));
    let class = |metric: &MetricId| metric.quantity().map(|quantity| quantity.class);
    let (metric, class) = matched
        .filter_map(|metric| Some((metric, class(metric)?)))
        .find(|(_, class)| *class != rule.class)?;
    let advice = if class == Class::Statistical || rule.class == Class::Exact {
        "it differs from run to run or from one toolchain to the next"
    } else {
        "it never varies by itself"
    };
    Some(format!(
        "{:?} cannot be judged as {}: it matches {metric}, which is {} ({advice}); narrow the pattern or write class = {:?}",
        rule.pattern,
        rule.class.name(),
        class.name(),
        class.name()
    ))
}

/// Days are written so that their order is that of their texts.
fn expired(waiver: &Waiver, today: &str) -> Option<String> {
    (waiver.until.as_str() < today).then(|| {
        format!(
            "the waiver for {:?} ended on {} (today is {today}): mend what it let pass, or say anew until when",
            waiver.pattern, waiver.until
        )
    })
}

//! What a metric is, how it is measured, how it is judged, and what to do when it is red.

use super::amounts::{counted, percent};
use super::config::{GateConfig, Rule};
use super::metric::{Class, MetricId, QUANTITIES, Quantity, Worse};
use super::naming::subject;
use super::pattern;
use crate::nearest::nearest;
use crate::tables::{printable, wrapped};

/// How wide an explanation is, in characters.
const WIDTH: usize = 80;

/// There is no metric, and no quantity, of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct UnknownMetric {
    /// What was asked for.
    pub asked: String,
    /// What was probably meant.
    pub nearest: Option<String>,
}

impl UnknownMetric {
    fn words(&self) -> String {
        let asked = &self.asked;
        if pattern::is_pattern(asked) {
            return format!(
                "the pattern {asked:?} matches no metric; '*' lists those that there are"
            );
        }
        match &self.nearest {
            Some(name) => format!("there is no metric {asked:?}, did you mean {name:?}?"),
            None => format!("there is no metric {asked:?}; '*' lists those that there are"),
        }
    }
}

/// Explains what is asked for: a metric by its full name, all that a pattern matches, or a quantity (the last segment of
/// a name). `known` is every metric that there can be. The text ends with a line feed.
///
/// # Errors
/// [`UnknownMetric`], with what was probably meant.
pub fn explain(
    asked: &str,
    config: &GateConfig,
    known: &[MetricId],
) -> Result<String, UnknownMetric> {
    let is_asked = |metric: &&MetricId| {
        let quantity = metric.segments().last();
        pattern::matches(asked, metric.as_str()) || quantity == Some(asked)
    };
    let metrics: Vec<&MetricId> = known.iter().filter(is_asked).collect();
    let quantities = QUANTITIES.iter().filter(|quantity| {
        let is_of = |metric: &&MetricId| metric.segments().last() == Some(quantity.name);
        quantity.name == asked || metrics.iter().any(is_of)
    });
    let quantities: Vec<&Quantity> = quantities.collect();
    if quantities.is_empty() {
        return Err(unknown(asked, known));
    }
    let mut blocks = Vec::new();
    match metrics.as_slice() {
        [one] => blocks.push(alone(one, config)),
        [] => {}
        many => blocks.push(listed(asked, many)),
    }
    let mut classes: Vec<Class> = Vec::new();
    for quantity in quantities {
        let of_it = metrics.iter().copied();
        let of_it = of_it.filter(|metric| metric.segments().last() == Some(quantity.name));
        blocks.push(explained(quantity, &of_it.collect::<Vec<_>>(), config));
        if !classes.contains(&quantity.class) {
            classes.push(quantity.class);
        }
    }
    blocks.extend(classes.into_iter().map(judged));
    Ok(blocks.join("\n\n") + "\n")
}

fn unknown(asked: &str, known: &[MetricId]) -> UnknownMetric {
    let names = known.iter().map(MetricId::as_str);
    let quantities = QUANTITIES.iter().map(|quantity| quantity.name);
    UnknownMetric {
        asked: asked.to_owned(),
        nearest: nearest(asked, names.chain(quantities)).map(str::to_owned),
    }
}

/// One metric: its name, and what the configuration says of it by name.
fn alone(metric: &MetricId, config: &GateConfig) -> String {
    let mut lines = vec![printable(metric.as_str())];
    let subject = subject(metric);
    if subject != metric.as_str() {
        lines.push(printable(&subject));
    }
    for invariant in &config.invariants {
        if [&invariant.metric, &invariant.of].contains(&metric) {
            lines.push(said(&format!(
                "Invariant ({}, line {}): {} is at most {} × {}: {}.",
                config.file,
                invariant.line,
                invariant.metric,
                invariant.at_most,
                invariant.of,
                invariant.reason
            )));
        }
    }
    for slo in config.slos.iter().filter(|slo| slo.metric == *metric) {
        let line = format!("Bound on the head ({}, line {}).", config.file, slo.line);
        lines.push(said(&line));
    }
    let class = metric
        .quantity()
        .map_or(Class::Exact, |quantity| quantity.class);
    if let Some(waiver) = config.waiver_of(metric, class) {
        lines.push(said(&format!(
            "Waived until {} ({}, line {}): {}.",
            waiver.until, config.file, waiver.line, waiver.reason
        )));
    }
    lines.join("\n")
}

fn listed(asked: &str, metrics: &[&MetricId]) -> String {
    let count = counted(metrics.len(), "metric");
    let mut lines = vec![format!("{asked:?} stands for {count}:")];
    let names = metrics.iter().map(|metric| printable(metric.as_str()));
    lines.extend(names.map(|name| format!("  {name}")));
    lines.join("\n")
}

fn explained(quantity: &Quantity, metrics: &[&MetricId], config: &GateConfig) -> String {
    let worse = match quantity.worse {
        Worse::Higher => "more is worse",
        Worse::Lower => "less is worse",
    };
    let unit = match quantity.unit {
        "" => "a count".to_owned(),
        unit => format!("in {unit}"),
    };
    let heading = format!(
        "{} ({}; {unit}; {worse})",
        quantity.name,
        quantity.class.name()
    );
    let mut lines = vec![heading, said(quantity.explanation)];
    lines.extend(
        rules(quantity, metrics, config)
            .iter()
            .map(|line| said(line)),
    );
    lines.join("\n")
}

/// How metrics of a class are judged, and what to do.
fn judged(class: Class) -> String {
    let article = if class == Class::Exact { "an" } else { "a" };
    let heading = format!("How {article} {} metric is judged", class.name());
    let red = format!("When it is red: {}", when_red(class));
    [heading, said(class_words(class)), said(&red)].join("\n")
}

/// By which rules these metrics are judged, in a sentence each.
fn rules(quantity: &Quantity, metrics: &[&MetricId], config: &GateConfig) -> Vec<String> {
    if quantity.class == Class::Exact {
        return Vec::new();
    }
    let mut rules: Vec<Option<&Rule>> = Vec::new();
    for rule in metrics.iter().map(|metric| config.rule_of(metric)) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let sentences = rules.into_iter().map(|rule| match rule {
        Some(rule) => rule_words(rule, config),
        None => format!(
            "No [[metric]] in {} matches: it is not judged.",
            config.file
        ),
    });
    sentences.collect()
}

fn rule_words(rule: &Rule, config: &GateConfig) -> String {
    let place = format!(
        "Rule {:?} ({}, line {})",
        rule.pattern, config.file, rule.line
    );
    let floor = percent(rule.floor);
    if rule.class != Class::Statistical {
        return format!("{place}: it may be up to {floor} above the baseline.");
    }
    let level = match rule.level {
        Some(level) => format!("at a level of its own of {level}"),
        None => format!("at the gate's level of {}", config.level),
    };
    format!(
        "{place}: red beyond the floor of {floor}, {level}, with at least {} pairs; a gate that could not see {} is \
         inconclusive.",
        config.pairs,
        percent(config.sensitivity_of(rule))
    )
}

const fn class_words(class: Class) -> &'static str {
    match class {
        Class::Exact => {
            "It is held to the committed baseline, or to the base, and every change is red until it is \
             accepted, for the better too: whoever reads the bytes would see it."
        }
        Class::Counted => {
            "It is held to a baseline of the same toolchain, within a band. With another toolchain it is not \
             compared."
        }
        Class::Statistical => {
            "It is compared only with a base that runs in the same job, by pairs of runs. It is red if it \
             is worse than chance explains (signed-rank test, corrected for all metrics and both looks), by more than \
             the floor, and once more in fresh pairs. If the base differs from itself meanwhile, it is inconclusive."
        }
        Class::Invariant => "It is a relation that must hold whatever the baseline says.",
        Class::Slo => "It is a bound on the head alone.",
    }
}

const fn when_red(class: Class) -> &'static str {
    match class {
        Class::Exact => {
            "the findings name the message and show its bytes, old above new. If the change is meant, run `loadgen \
             baseline accept FILE` and commit FILE with it; if it is to go again, add a [[waiver]] with a reason and \
             its last day."
        }
        Class::Counted => {
            "look at what the call does more. If it is worth it, run `loadgen baseline accept FILE` and commit FILE \
             with the change."
        }
        Class::Statistical => {
            "it was seen twice, so running the gate again will not help. Profile base and head under the same load, \
             mend it, or add a [[waiver]] if it is worth its price: time has no baseline, and what has landed is the \
             next base."
        }
        Class::Invariant | Class::Slo => "mend it, or change the bound where it was wrong.",
    }
}

fn said(text: &str) -> String {
    let lines = wrapped(&printable(text), WIDTH - 2);
    let lines: Vec<String> = lines.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<MetricId> {
        [
            "message/custom/request/send/bytes",
            "message/json/request/send/bytes",
            "count/json/encode/request/send/instructions",
            "time/custom/scaling/throughput_hz",
            "time/json/scaling/server_cpu_per_message_ns",
            "time/json/scaling/throughput_hz",
        ]
        .map(|name| MetricId::of(&[name]))
        .to_vec()
    }

    fn explained(asked: &str) -> String {
        let config = GateConfig::default();
        explain(asked, &config, &known()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_metric_is_explained() {
        insta::assert_snapshot!("exact", explained("message/custom/request/send/bytes"));
        let asked = "time/json/scaling/server_cpu_per_message_ns";
        insta::assert_snapshot!("statistical", explained(asked));
    }

    #[test]
    fn a_pattern_lists_what_it_stands_for() {
        insta::assert_snapshot!("pattern", explained("*json*send*"));
        let text = explained("*");
        assert!(
            known().iter().all(|metric| text.contains(metric.as_str())),
            "{text}"
        );
    }

    #[test]
    fn a_quantity_is_explained_with_and_without_metrics() {
        let text = explained("throughput_hz");
        assert!(
            text.starts_with("\"throughput_hz\" stands for 2 metrics:"),
            "{text}"
        );
        assert_eq!(text.matches("less is worse").count(), 1, "{text}");
        assert!(explained("commits").starts_with("commits (exact; a count; more is worse)"));
    }

    #[test]
    fn what_no_rule_judges_is_said_to_be_so() {
        let config = GateConfig::parse("level = 0.05\n", "gate.toml").expect("it makes sense");
        let text = explain("throughput_hz", &config, &known()).expect("it is known");
        assert!(
            text.contains("No [[metric]] in gate.toml matches"),
            "{text}"
        );
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is_near() {
        let error = |asked: &str| {
            let explained = explain(asked, &GateConfig::default(), &known());
            explained.expect_err(asked).to_string()
        };
        assert_eq!(
            error("message/custom/request/sent/bytes"),
            "there is no metric \"message/custom/request/sent/bytes\", did you mean \"message/custom/request/send/bytes\"?"
        );
        assert!(error("throughput").contains("did you mean \"throughput_hz\"?"));
        assert!(error("nope/*").contains("matches no metric"));
        assert!(error("weather").contains("'*' lists"));
    }

    #[test]
    fn no_line_of_an_explanation_is_too_long() {
        for quantity in QUANTITIES {
            for line in explained(quantity.name).lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }
}

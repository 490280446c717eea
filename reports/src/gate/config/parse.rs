//! From the text of a `gate.toml` to what it says, or to everything that is wrong with it.

use toml::de::DeTable;

use super::errors::{ConfigError, ConfigErrors};
use super::table::Table;
use super::values::{self, Amount};
use super::{GateConfig, Invariant, PAIRS_MAX, Rule, Slo, Waiver};
use crate::gate::metric::{Class, MetricId, QUANTITIES, Quantity, Worse};
use crate::nearest::suggestion;
use crate::problem::{Problem, line_at};

const LEVEL: f64 = 0.05;
const PAIRS: u32 = 11;
const SENSITIVITY: f64 = 0.10;

pub(super) fn parse(text: &str, file: &str) -> Result<GateConfig, ConfigErrors> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> = errors.into_iter().map(Problem::from).collect();
    // What is guessed behind a slip in the syntax would only be complained about once more.
    let config = problems.is_empty().then(|| {
        let top = Table {
            name: "the file",
            at: 0..0,
            entries: document.get_ref(),
        };
        Reader {
            text,
            problems: &mut problems,
        }
        .config(&top, file)
    });
    let errors = problems.iter().map(|problem| ConfigError {
        file: file.to_owned(),
        line: problem.line(text),
        words: problem.words.clone(),
    });
    ConfigErrors::none(errors.collect())?;
    Ok(config.expect("nothing is wrong with it"))
}

struct Reader<'p> {
    text: &'p str,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_> {
    fn config(&mut self, top: &Table<'_>, file: &str) -> GateConfig {
        let keys = [
            "level",
            "pairs",
            "sensitivity",
            "metric",
            "invariant",
            "slo",
            "waiver",
        ];
        top.only(&keys, self.problems);
        let level = top.optional("level", values::share, self.problems);
        let pairs = top.optional("pairs", values::count, self.problems);
        let sensitivity = top.optional("sensitivity", values::share, self.problems);
        let config = GateConfig {
            file: file.to_owned(),
            level: level.unwrap_or(LEVEL),
            pairs: pairs.unwrap_or(PAIRS),
            sensitivity: sensitivity.unwrap_or(SENSITIVITY),
            rules: self.each(top, ("metric", "[[metric]]"), Self::rule),
            invariants: self.each(top, ("invariant", "[[invariant]]"), Self::invariant),
            slos: self.each(top, ("slo", "[[slo]]"), Self::slo),
            waivers: self.each(top, ("waiver", "[[waiver]]"), Self::waiver),
        };
        self.level(top, config.level);
        self.pairs(top, &config);
        if config.sensitivity == 0.0 {
            let words = "`sensitivity` is above 0: no gate can be required to see everything";
            self.wrong(top, "sensitivity", words);
        }
        config
    }

    fn each<T>(
        &mut self,
        top: &Table<'_>,
        (key, name): (&str, &'static str),
        read: fn(&mut Self, &Table<'_>) -> Option<T>,
    ) -> Vec<T> {
        let tables = top.tables(key, name, self.problems);
        tables
            .iter()
            .filter_map(|table| read(self, table))
            .collect()
    }

    fn rule(&mut self, table: &Table<'_>) -> Option<Rule> {
        let keys = ["match", "class", "floor", "level", "sensitivity"];
        table.only(&keys, self.problems);
        let pattern = table.required("match", values::text, self.problems);
        let class = table.required("class", values::class, self.problems);
        let level = table.optional("level", values::share, self.problems);
        let sensitivity = table.optional("sensitivity", values::share, self.problems);
        let class = class?;
        let floor = if class == Class::Exact {
            self.refuse(
                table,
                "floor",
                "an exact metric has no floor: any change counts",
            );
            Some(0.0)
        } else {
            table.required("floor", values::share, self.problems)
        };
        if class == Class::Statistical {
            if let Some(level) = level {
                self.level(table, level);
            }
            if let Some((floor, sensitivity)) = floor.zip(sensitivity)
                && sensitivity <= floor
            {
                let words = "`sensitivity` is above `floor`: what is below the floor is never red";
                self.wrong(table, "sensitivity", words);
            }
        } else {
            let words = "has no effect here: only statistical metrics are tested";
            self.refuse(table, "level", &format!("`level` {words}"));
            self.refuse(table, "sensitivity", &format!("`sensitivity` {words}"));
        }
        Some(Rule {
            pattern: pattern?,
            class,
            floor: floor?,
            level,
            sensitivity,
            line: self.line(table),
        })
    }

    fn invariant(&mut self, table: &Table<'_>) -> Option<Invariant> {
        table.only(&["metric", "at_most", "of", "reason"], self.problems);
        let metric = self.metric(table, "metric");
        let at_most = table.required("at_most", values::factor, self.problems);
        let of = self.metric(table, "of");
        let reason = table.required("reason", values::text, self.problems);
        for (key, side) in [("metric", &metric), ("of", &of)] {
            if let Some((_, quantity)) = side
                && quantity.class != Class::Exact
            {
                let words = format!(
                    "`{key}` of an invariant is an exact metric; {} is {}",
                    quantity.name,
                    quantity.class.name()
                );
                self.wrong(table, key, &words);
            }
        }
        Some(Invariant {
            metric: metric?.0,
            at_most: at_most?,
            of: of?.0,
            reason: reason?,
            line: self.line(table),
        })
    }

    fn slo(&mut self, table: &Table<'_>) -> Option<Slo> {
        table.only(&["metric", "at_most", "at_least"], self.problems);
        let (metric, quantity) = self.metric(table, "metric")?;
        if quantity.class != Class::Statistical {
            let words = format!(
                "`metric` of an slo is a statistical metric; {} is {}",
                quantity.name,
                quantity.class.name()
            );
            self.wrong(table, "metric", &words);
            return None;
        }
        let (key, other) = match quantity.worse {
            Worse::Higher => ("at_most", "at_least"),
            Worse::Lower => ("at_least", "at_most"),
        };
        self.refuse(
            table,
            other,
            &format!(
                "`{other}` is no bound here; {} takes `{key}`",
                quantity.name
            ),
        );
        let amount = table.required(key, values::amount, self.problems)?;
        match in_unit(&amount, quantity.unit) {
            Ok(bound) => Some(Slo {
                metric,
                bound,
                line: self.line(table),
            }),
            Err(words) => {
                self.wrong(table, key, &format!("`{key}` {words}"));
                None
            }
        }
    }

    fn waiver(&mut self, table: &Table<'_>) -> Option<Waiver> {
        table.only(&["match", "class", "reason", "until"], self.problems);
        let pattern = table.required("match", values::text, self.problems);
        let reason = table.required("reason", values::text, self.problems);
        let until = table.required("until", values::day, self.problems);
        let rule = table.optional("class", values::rule_class, self.problems);
        Some(Waiver {
            pattern: pattern?,
            rule,
            reason: reason?,
            until: until?,
            line: self.line(table),
        })
    }

    /// A metric by its full name, whose quantity there is.
    fn metric(&mut self, table: &Table<'_>, key: &str) -> Option<(MetricId, &'static Quantity)> {
        let metric = MetricId::from(table.required(key, values::text, self.problems)?);
        let quantity = metric.quantity();
        if quantity.is_none() {
            let last = metric.segments().last().unwrap_or_default();
            let words = format!(
                "`{key}` is a metric's full name, which ends in its quantity; there is no quantity {last:?}{}",
                suggestion(last, QUANTITIES.iter().map(|quantity| quantity.name))
            );
            self.wrong(table, key, &words);
        }
        Some((metric, quantity?))
    }

    fn level(&mut self, table: &Table<'_>, level: f64) {
        if !is_level(level) {
            let words = format!(
                "`level` is above 0 and at most 0.5, not {level}: with 0 nothing is ever red"
            );
            self.wrong(table, "level", &words);
        }
    }

    fn pairs(&mut self, top: &Table<'_>, config: &GateConfig) {
        if config.pairs > PAIRS_MAX {
            let words = format!("`pairs` is at most {PAIRS_MAX}, not {}", config.pairs);
            self.wrong(top, "pairs", &words);
        }
        let fewest = config.fewest_pairs();
        if is_level(config.level) && config.pairs < fewest {
            let words = format!(
                "`pairs` is at least {fewest}, not {}: fewer never reach the level {}",
                config.pairs, config.level
            );
            self.wrong(top, "pairs", &words);
        }
    }

    /// Notes that a key is there which would have no effect.
    fn refuse(&mut self, table: &Table<'_>, key: &str, words: &str) {
        if table.has(key) {
            self.wrong(table, key, words);
        }
    }

    fn wrong(&mut self, table: &Table<'_>, key: &str, words: &str) {
        self.problems.push(Problem::new(table.place(key), words));
    }

    fn line(&self, table: &Table<'_>) -> usize {
        line_at(self.text, table.at.start)
    }
}

fn is_level(level: f64) -> bool {
    level > 0.0 && level <= 0.5
}

/// A bound in the unit of its metric.
fn in_unit(amount: &Amount, unit: &str) -> Result<f64, String> {
    const TIMES: &[(&str, f64)] = &[
        ("ns", 1.0),
        ("us", 1e3),
        ("µs", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
    ];
    const SIZES: &[(&str, f64)] = &[
        ("B", 1.0),
        ("kB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("KiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("GiB", 1_073_741_824.0),
    ];
    let units = match unit {
        "ns" => TIMES,
        "B" => SIZES,
        _ => &[],
    };
    if amount.unit.is_empty() || amount.unit == unit {
        return Ok(amount.number);
    }
    let found = units.iter().find(|(name, _)| *name == amount.unit);
    found
        .map(|(_, factor)| amount.number * factor)
        .ok_or_else(|| {
            let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
            let units = if names.is_empty() {
                unit.to_owned()
            } else {
                names.join(", ")
            };
            format!("has no unit {:?} here; there are: {units}", amount.unit)
        })
}

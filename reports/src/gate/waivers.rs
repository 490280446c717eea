//! What may be red for now.

use super::config::GateConfig;
use super::verdict::{Finding, Status, Waived};

/// Lets pass what is red and waived, and keeps why. What is not red stays as it is, so that it may be done twice.
pub fn apply(findings: &mut [Finding], config: &GateConfig) {
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.status.is_red())
    {
        if let Some(waiver) = config.waiver_of(&finding.metric, finding.class) {
            finding.status = Status::Waived;
            finding.waiver = Some(Waived {
                reason: waiver.reason.clone(),
                until: waiver.until.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::metric::{Class, MetricId};

    #[test]
    fn only_what_is_red_is_waived() {
        let text = "[[waiver]]\nmatch = \"message/*\"\nreason = \"later\"\nuntil = 2026-12-31\n";
        let config = GateConfig::parse(text, "gate.toml").expect("it makes sense");
        let finding = |name: &str, status| Finding {
            metric: MetricId::of(&[name]),
            status,
            ..Finding::default()
        };
        let mut findings = [
            finding("message/json/request/send/bytes", Status::Changed),
            finding("message/json/request/ping/bytes", Status::Same),
            finding("stream/json/send/frames", Status::Changed),
        ];
        apply(&mut findings, &config);
        let statuses = findings.clone().map(|finding| finding.status);
        assert_eq!(statuses, [Status::Waived, Status::Same, Status::Changed]);
        let mut rule = [Finding {
            class: Class::Invariant,
            ..finding("message/json/request/send/bytes", Status::Broken)
        }];
        apply(&mut rule, &config);
        assert_eq!(
            rule[0].status,
            Status::Broken,
            "a rule has waivers of its own"
        );
        let text = text.replace("match", "class = \"invariant\"\nmatch");
        let config = GateConfig::parse(&text, "gate.toml").expect("it makes sense");
        apply(&mut rule, &config);
        assert_eq!(rule[0].status, Status::Waived);
        let waiver = findings[0].waiver.as_ref().expect("it was waived");
        assert_eq!(
            (waiver.reason.as_str(), waiver.until.as_str()),
            ("later", "2026-12-31")
        );
        let once = findings.clone();
        apply(&mut findings, &config);
        assert_eq!(findings, once);
    }
}

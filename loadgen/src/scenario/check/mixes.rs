//! What is done in which proportion, and whether there is enough of what it needs.

use std::ops::Range;

use toml::Spanned;

use crate::scenario::file::MixTable;
use crate::scenario::problem::Problem;
use crate::scenario::spec::{Mix, PhaseSpec, Scenario, approximately};

pub(super) fn mix(table: &Spanned<MixTable>) -> Result<Mix, Problem> {
    let weight = |weight: &Option<Spanned<f64>>| match weight {
        None => Ok(0.0),
        Some(weight) if weight.get_ref().is_finite() && *weight.get_ref() >= 0.0 => {
            Ok(*weight.get_ref())
        }
        Some(weight) => Err(Problem::new(
            weight.span(),
            format!(
                "the weight {} is not possible; say 0 or more",
                weight.get_ref()
            ),
        )),
    };
    let weights = table.get_ref();
    let mix = Mix {
        send: weight(&weights.send)?,
        read: weight(&weights.read)?,
        history: weight(&weights.history)?,
        list: weight(&weights.list)?,
        delete: weight(&weights.delete)?,
        unread: weight(&weights.unread)?,
        ping: weight(&weights.ping)?,
    };
    if !(mix.sum() > 0.0 && mix.sum().is_finite()) {
        let words = "the weights of this mix sum to 0, so that nothing is ever done; write send = 1 for instance";
        return Err(Problem::new(table.span(), words));
    }
    Ok(mix)
}

/// What is read must have been sent, and what is deleted must have been read, in all phases so far.
pub(super) fn check_supply(scenario: &Scenario, spans: &[Range<usize>]) -> Result<(), Problem> {
    let (mut sends, mut reads, mut deletes) = (0.0, 0.0, 0.0);
    for (phase, span) in scenario.phases.iter().zip(spans) {
        let times = |weight: f64| approximately(phase.operations) * weight / phase.mix.sum();
        sends += times(phase.mix.send);
        reads += times(phase.mix.read);
        deletes += times(phase.mix.delete);
        let read = (reads * f64::from(scenario.pages.read)).min(sends);
        let wrong = if sends == 0.0 && reads + deletes + times(phase.mix.history) > 0.0 {
            Some("looks at messages, and none is sent by then; give send a weight".to_owned())
        } else if reads > sends {
            Some(format!(
                "reads {reads:.0} times and only {sends:.0} messages are sent by then; a read takes at least one \
                 message, so give read less weight or send more"
            ))
        } else if deletes > read {
            Some(format!(
                "deletes {deletes:.0} messages and only {read:.0} are read by then; a message is deleted by who has read \
                 it, so give delete less weight or read more"
            ))
        } else {
            None
        };
        if let Some(words) = wrong {
            let PhaseSpec { name, .. } = phase;
            return Err(Problem::new(
                span.clone(),
                format!("the phase {name:?} {words}"),
            ));
        }
    }
    Ok(())
}

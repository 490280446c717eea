//! Runs that do not count, though no answer of theirs was wrong: told by program and protocol, because a head that loses
//! its worst runs would otherwise look better for it.

use std::collections::BTreeMap;

use reports::gate::stages::{Arm, Observation};

/// How many runs the head may lose alone by chance: a machine that is busy for a moment strikes all arms alike.
const LOST_ALONE_MAX: u32 = 2;

/// The runs that were lost.
#[derive(Clone, Debug, Default)]
pub struct Lost {
    cells: BTreeMap<(String, Arm), Cell>,
}

#[derive(Clone, Debug, Default)]
struct Cell {
    runs: u32,
    invalid: u32,
    first_reason: String,
}

impl Lost {
    /// Of all runs that were made.
    #[must_use]
    pub fn of(observed: &[Observation]) -> Self {
        let mut cells: BTreeMap<(String, Arm), Cell> = BTreeMap::new();
        for Observation { arm, run, .. } in observed {
            let cell = cells.entry((run.protocol.clone(), *arm)).or_default();
            cell.runs += 1;
            if !run.valid {
                if cell.invalid == 0 {
                    cell.first_reason = run.invalid_reasons.first().cloned().unwrap_or_default();
                }
                cell.invalid += 1;
            }
        }
        Self { cells }
    }

    /// Over which protocols the head lost runs and the base none: more than chance explains, and perhaps the worst ones.
    pub fn heads_alone(&self) -> impl Iterator<Item = &str> {
        let invalid = |protocol: &str, arm| {
            let cell = self.cells.get(&(protocol.to_owned(), arm));
            cell.map_or(0, |cell| cell.invalid)
        };
        self.cells
            .iter()
            .filter_map(move |((protocol, arm), cell)| {
                let is_alone = *arm == Arm::Head
                    && cell.invalid > LOST_ALONE_MAX
                    && invalid(protocol, Arm::Base) + invalid(protocol, Arm::Again) == 0;
                is_alone.then_some(protocol.as_str())
            })
    }

    /// All of it in sentences; none if no run was lost.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let alone = self.heads_alone().map(|protocol| {
            format!(
                "Over {protocol} the head alone lost runs, which may be its doing, and may have been its worst: this gate \
                 does not pass."
            )
        });
        let cells = self.cells.iter().filter(|(_, cell)| cell.invalid > 0);
        let counts = cells.map(|((protocol, arm), cell)| {
            format!(
                "{} of {} runs of the {} over {protocol} were invalid: {} Their pairs do not count, and others are measured \
                 in their place.",
                cell.invalid,
                cell.runs,
                arm.title(),
                cell.first_reason
            )
        });
        alone.chain(counts).collect()
    }
}

#[cfg(test)]
mod tests {
    use reports::gate::stages::Stage;
    use reports::schema::Run;

    use super::*;

    fn observed(arm: Arm, invalid: usize) -> Vec<Observation> {
        let observation = |place| Observation {
            stage: Stage::First,
            pair: 1,
            arm,
            run: Run {
                protocol: "json".to_owned(),
                valid: place >= invalid,
                invalid_reasons: vec![format!("Reason {place}.")],
                ..Run::default()
            },
        };
        (0..5).map(observation).collect()
    }

    fn lost(base: usize, head: usize, again: usize) -> Lost {
        let runs = [
            observed(Arm::Base, base),
            observed(Arm::Head, head),
            observed(Arm::Again, again),
        ];
        Lost::of(&runs.concat())
    }

    #[test]
    fn what_the_head_alone_loses_is_told_from_what_all_lose() {
        assert_eq!(lost(0, 3, 0).heads_alone().collect::<Vec<_>>(), ["json"]);
        for others in [lost(0, 2, 0), lost(1, 5, 0), lost(0, 5, 1), lost(5, 0, 5)] {
            assert_eq!(others.heads_alone().count(), 0);
        }
    }

    #[test]
    fn each_arm_is_counted_with_its_first_reason() {
        assert!(lost(0, 0, 0).notes().is_empty());
        let notes = lost(1, 2, 0).notes();
        assert_eq!(notes.len(), 2);
        assert!(notes[0].starts_with("1 of 5 runs of the base over json were invalid: Reason 0. "));
        assert!(notes[1].starts_with("2 of 5 runs of the head over json"));
    }
}

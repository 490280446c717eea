//! Random scripts come to the same in every store as in the plain model.

use proptest::test_runner::{Config, TestError, TestRunner};

use super::player::{Pace, play};
use super::script::script;
use super::world::{self, World};

pub(crate) fn agrees_with_a_plain_model(world: &World) {
    check(world, Pace::OneByOne);
}

pub(crate) fn agrees_with_a_plain_model_when_calls_overlap(world: &World) {
    check(world, Pace::Overlapping);
}

/// Every script starts on a store of its own, of the same kind as `world`'s.
fn check(world: &World, pace: Pace) {
    const STEPS: usize = 60;
    let mut runner = TestRunner::new(Config {
        cases: world.kind.cases(),
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&script(STEPS), |script| {
        let expected = play(&world::model(), &script, Pace::OneByOne);
        let found = play(&world.kind.open(), &script, pace);
        proptest::prop_assert_eq!(found, expected);
        Ok(())
    });
    if let Err(TestError::Fail(reason, script)) = result {
        panic!("{reason}\n{script:#?}");
    }
}

//! What the exact chains give in `f64`, against tables that independent programs computed.

use rumormill_core::analysis::lockstep::{Between, Lockstep};
use rumormill_core::analysis::{
    Group, MAX_SIZE, MAX_TARGETS, Reached, Refused, Targets, infect_and_die,
};
use rumormill_core::protocols::periodic_gossip::Mode;
use rumormill_core::protocols::renyi_erdos;

fn fixed(targets: usize) -> Targets<f64> {
    Targets::fixed(targets).expect("few targets")
}

fn group(size: u32, targets: Targets<f64>) -> Group<f64> {
    Group { size, crashed: 0, targets, loss: 0.0 }
}

fn expected(mode: Mode, group: &Group<f64>, until: usize) -> f64 {
    let chain = Lockstep::new(mode, group).expect("a group");
    let Between { at_least, at_most } = chain.expected_rounds(until, 1000);
    let width = at_most.expect("few rounds") - at_least;
    assert!((0.0..1e-9).contains(&width), "{mode:?}: {at_least} and {width} more");
    at_least
}

fn final_size(group: &Group<f64>) -> Reached<f64> {
    infect_and_die::final_size(group).expect("a group")
}

#[track_caller]
fn near(value: f64, printed: f64, tolerance: f64) {
    assert!((value - printed).abs() <= tolerance, "{value} instead of {printed}");
}

/// Half of the processes, 99 % and all. The figures of push are exact, the others were measured in
/// 20,000 runs, with standard errors of up to .01.
#[test]
fn rounds_until_half_most_and_all_are_informed() {
    let table = [
        (Mode::Push, 100, [6.937, 11.299, 12.305], 0.0006),
        (Mode::Push, 1000, [10.005, 15.086, 18.038], 0.0006),
        (Mode::Pull, 100, [6.974, 9.522, 9.801], 0.03),
        (Mode::Pull, 1000, [10.373, 13.085, 13.777], 0.03),
        (Mode::PushPull, 100, [4.423, 6.288, 6.520], 0.012),
        (Mode::PushPull, 1000, [6.568, 8.548, 9.147], 0.012),
    ];
    for (mode, size, rounds, tolerance) in table {
        let share = |percent: u32| (size * percent).div_ceil(100) as usize;
        let group = group(size, fixed(1));
        for (percent, printed) in [50, 99, 100].into_iter().zip(rounds) {
            near(expected(mode, &group, share(percent)), printed, tolerance);
        }
    }
}

/// Exact figures, too.
#[test]
fn several_targets_push_faster() {
    for (size, targets, half, most) in [
        (100, 2, 4.190, 6.861),
        (100, 3, 3.812, 5.231),
        (1000, 2, 6.912, 9.040),
        (1000, 3, 5.0, 7.003),
    ] {
        let group = group(size, fixed(targets));
        near(expected(Mode::Push, &group, size as usize / 2), half, 0.0006);
        near(expected(Mode::Push, &group, size as usize * 99 / 100), most, 0.0006);
    }
}

/// The figures of push are exact, the others were measured.
#[test]
fn losses_delay_each_mode() {
    let table = [
        (Mode::Push, 0.05, 18.83, 0.006),
        (Mode::Push, 0.1, 19.71, 0.006),
        (Mode::Push, 0.2, 21.80, 0.006),
        (Mode::Push, 0.3, 24.49, 0.006),
        (Mode::Push, 0.5, 33.06, 0.006),
        (Mode::Pull, 0.1, 17.8, 0.1),
        (Mode::Pull, 0.3, 30.2, 0.1),
        (Mode::Pull, 0.5, 59.7, 0.1),
        (Mode::PushPull, 0.1, 10.9, 0.06),
        (Mode::PushPull, 0.3, 15.2, 0.06),
        (Mode::PushPull, 0.5, 22.8, 0.06),
    ];
    for (mode, loss, printed, tolerance) in table {
        let group = Group { loss, ..group(1000, fixed(1)) };
        near(expected(mode, &group, 1000), printed, tolerance);
    }
}

#[test]
fn coverage_of_infect_and_die() {
    let shares = [(2, 0.797513), (3, 0.940837), (4, 0.980359), (5, 0.993119), (6, 0.997532)];
    for (targets, printed) in shares {
        near(final_size(&group(1000, fixed(targets))).coverage(), printed, 6e-7);
    }
}

#[test]
fn infect_and_die_reaches_everybody() {
    let table: [(u32, &[(usize, f64)]); 5] = [
        (10, &[(2, 0.302084), (3, 0.776452), (4, 0.954765), (5, 0.993908)]),
        (50, &[(3, 0.084308), (5, 0.774516), (8, 0.992136)]),
        (100, &[(3, 0.005176), (5, 0.550624), (8, 0.976652)]),
        (
            1000,
            &[
                (6, 0.086029),
                (7, 0.409832),
                (8, 0.722537),
                (9, 0.888314),
                (10, 0.957781),
                (11, 0.984424),
                (12, 0.994308),
            ],
        ),
        (10_000, &[(9, 0.292368)]),
    ];
    for (size, rows) in table {
        for &(targets, printed) in rows {
            near(final_size(&group(size, fixed(targets))).everybody(), printed, 6e-7);
        }
    }
}

#[test]
fn faults_keep_infect_and_die_from_some() {
    let table = [
        (10, 0.05, 0, 0.931015, 0.999928),
        (10, 0.10, 0, 0.888319, 0.999882),
        (10, 0.20, 0, 0.722598, 0.999675),
        (10, 0.30, 0, 0.410176, 0.999100),
        (10, 0.50, 0, 0.001197, 0.992140),
        (10, 0.0, 100, 0.899253, 0.999882),
        (10, 0.0, 300, 0.538579, 0.999107),
        (10, 0.0, 500, 0.035593, 0.992234),
        (4, 0.10, 0, 0.0, 0.969649),
        (4, 0.30, 0, 0.0, 0.917234),
        (4, 0.50, 0, 0.0, 0.727587),
        (4, 0.0, 300, 0.0, 0.917378),
        (4, 0.0, 500, 0.0, 0.727569),
    ];
    for (targets, loss, crashed, everybody, coverage) in table {
        let reached = final_size(&Group { crashed, loss, ..group(1000, fixed(targets)) });
        near(reached.everybody(), everybody, 6e-7);
        near(reached.coverage(), coverage, 6e-7);
    }
}

/// Each of the others is a target with the same probability, independently.
fn binomial(size: u32, mean: f64) -> Targets<f64> {
    let others = f64::from(size - 1);
    let odds = mean / (others - mean);
    let none = (1.0 - mean / others).powf(others);
    let most = (size as usize - 1).min(MAX_TARGETS);
    let weights = (0..=most).scan(none, |weight, targets| {
        let this = *weight;
        *weight *= odds * (others - targets as f64) / (targets as f64 + 1.0);
        Some(this)
    });
    Targets::weighted(&weights.collect::<Vec<_>>()).expect("probabilities")
}

#[test]
fn a_binomial_number_of_targets() {
    let table = [
        (10, [(-1.0, 0.052583), (0.0, 0.464302), (5.0, 0.999997)]),
        (100, [(-1.0, 0.075814), (0.0, 0.406419), (5.0, 0.995915)]),
        (1000, [(-1.0, 0.068926), (0.0, 0.376517), (5.0, 0.993747)]),
    ];
    for (size, rows) in table {
        for (margin, printed) in rows {
            let targets = binomial(size, f64::from(size).ln() + margin);
            near(final_size(&group(size, targets)).everybody(), printed, 6e-7);
        }
    }
    let few = final_size(&group(1000, binomial(1000, 2.0)));
    near(few.coverage(), 0.635477, 6e-7);
    near(few.at_least(500), 0.79666, 6e-6);
}

/// Without and with a coin, and more targets than there are others.
#[test]
fn targets_as_the_machine_draws_them() {
    for (margin, whole, chance) in [(0, 4, 39.0 / 64.0), (25, 5, 0.0)] {
        let fanout = renyi_erdos::Fanout::reaching(100, margin);
        let drawn = final_size(&group(100, fanout.into()));
        let told = final_size(&group(100, Targets::or_one_more(whole, chance).expect("few")));
        near(drawn.everybody(), told.everybody(), 1e-12);
        near(drawn.coverage(), told.coverage(), 1e-12);
    }
    for size in 2..10 {
        near(final_size(&group(size, fixed(MAX_TARGETS))).everybody(), 1.0, 1e-12);
    }
}

#[test]
fn whoever_is_alone_knows_it_and_whom_nothing_reaches_never_does() {
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        assert_eq!(expected(mode, &group(1, fixed(1)), 1), 0.0);
        let deaf = Group { loss: 1.0, ..group(4, fixed(1)) };
        let never = Lockstep::new(mode, &deaf).expect("a group").expected_rounds(2, 10);
        assert_eq!(never, Between { at_least: 10.0, at_most: None });
    }
    assert_eq!(final_size(&group(4, fixed(0))).exactly(1), 1.0);
}

#[test]
fn what_is_no_group_is_refused() {
    let refused = |group: Group<f64>| {
        let refused = infect_and_die::final_size(&group).expect_err("no group");
        assert_eq!(Lockstep::new(Mode::Push, &group).err(), Some(refused));
        refused
    };
    let some = || group(5, fixed(1));
    for size in [0, MAX_SIZE + 1, u32::MAX] {
        assert_eq!(refused(Group { size, ..some() }), Refused::Size(size));
    }
    assert_eq!(refused(Group { crashed: 5, ..some() }), Refused::Crashed { size: 5, crashed: 5 });
    for loss in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(Group { loss, ..some() }), Refused::Loss);
    }
    let too_many = MAX_TARGETS + 1;
    assert_eq!(Targets::<f64>::fixed(too_many), Err(Refused::Targets(too_many)));
    assert_eq!(Targets::or_one_more(MAX_TARGETS, 0.5), Err(Refused::Targets(too_many)));
    assert_eq!(Targets::<f64>::fixed(usize::MAX), Err(Refused::Targets(usize::MAX)));
    for weights in [&[][..], &[0.0, 0.0], &[0.5, -0.5, 1.0], &[f64::NAN], &[f64::INFINITY]] {
        assert_eq!(Targets::weighted(weights), Err(Refused::Weights));
    }
}

//! Losses, crashes and churn: that they strike, whom, how often, and that it is told.

use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip};
use rumormill_core::{Bias, Neighborhood, Node};
use rumormill_models::simulate::{
    Churn, Clock, Crash, Fault, Faults, Informed, Latency, Loss, Moment, Observer, Partition,
    Refused, Setting, Sides, Simulation, Victims,
};

use crate::support::{
    SPAN, bias, broadcast, delivers, gossip, gossip_settings, mean_and_error, publish, tell_all,
};

type Gossip = PeriodicGossip<u32>;

fn crash(at: u64, who: Victims) -> Crash {
    Crash { at, who, restart_after: None }
}

/// Newcomers know the first node only.
fn welcome(setting: &mut Setting<Gossip>) {
    setting.newcomer = Some(Box::new(|me, _, _| {
        let protocol = PeriodicGossip::new(gossip_settings(Mode::Push, 1));
        Node::new(Neighborhood::of(me, [0]), protocol)
    }));
}

/// Who started and who stopped.
#[derive(Default)]
struct Comings {
    started: Vec<(u64, u32)>,
    stopped: Vec<(u64, u32)>,
}

impl Observer<Gossip> for Comings {
    fn on_start(&mut self, at: &Moment<'_, Gossip>, node: u32) {
        assert!(at.group.is_alive(node));
        self.started.push((at.time, node));
    }

    fn on_stop(&mut self, at: &Moment<'_, Gossip>, node: u32) {
        assert!(!at.group.is_alive(node));
        self.stopped.push((at.time, node));
    }
}

#[test]
fn those_who_are_named_crash_at_their_time_and_hear_nothing_from_then_on() {
    let mut setting = gossip(4, Mode::Push, 3, Clock::Unsynchronised);
    setting.faults.crashes = vec![crash(3 * SPAN, Victims::These(vec![2, 0]))];
    let mut comings = Comings::default();
    let mut simulation = Simulation::new(setting, 1, &mut comings).expect("a sound setting");
    simulation.run_until(3 * SPAN - 1, &mut comings);
    assert_eq!(simulation.group().alive(), 4);
    assert_eq!(simulation.never_struck(), [Fault::Crash(0)]);

    assert!(simulation.request(1, publish(), &mut comings));
    simulation.run_until(3 * SPAN, &mut comings);
    assert_eq!(comings.stopped, [(3 * SPAN, 2), (3 * SPAN, 0)]);
    assert_eq!(simulation.never_struck(), []);
    assert!(!simulation.request(2, publish(), &mut comings), "it has stopped");

    let timers = simulation.tally().timers;
    simulation.run_periods(1, &mut comings);
    assert_eq!(simulation.tally().timers, timers + 2, "two are alive");
    let fell_flat = simulation.tally().fell_flat;
    simulation.run_periods(5, &mut comings);
    assert_eq!(simulation.tally().fell_flat, fell_flat + 2 * 2 * 5, "to each who is not");
    let alive: Vec<u32> = simulation.group().nodes().map(Node::me).collect();
    assert_eq!(alive, [1, 3]);
}

#[test]
fn who_is_let_in_takes_part_and_who_is_stopped_does_not() {
    let setting = gossip(3, Mode::Push, 2, Clock::Unsynchronised);
    let mut comings = Comings::default();
    let mut simulation = Simulation::new(setting, 1, &mut comings).expect("a sound setting");
    simulation.run_until(SPAN, &mut comings);
    let protocol = PeriodicGossip::new(gossip_settings(Mode::Push, 1));
    simulation.admit(Node::new(Neighborhood::of(3, [0]), protocol), &mut comings);
    assert!(simulation.stop(2, &mut comings) && !simulation.stop(2, &mut comings));
    assert_eq!((&comings.started[..], &comings.stopped[..]), (&[(SPAN, 3)][..], &[(SPAN, 2)][..]));

    let timers = simulation.tally().timers;
    simulation.run_periods(2, &mut comings);
    assert_eq!(simulation.tally().timers, timers + 2 * 3, "three are alive");
    assert_eq!(simulation.never_struck(), [], "nobody was struck by a fault");
}

/// Each of 20 is drawn in a quarter of 400 runs: 100 times, with a standard deviation of 8.7. For
/// all of them 43 more or less have a probability below 2e-5.
#[test]
fn a_share_that_crashes_is_drawn_uniformly() {
    let mut times = [0_usize; 20];
    for seed in 0..400 {
        let mut setting = gossip(20, Mode::Push, 1, Clock::Lockstep);
        setting.faults.crashes = vec![crash(0, Victims::Share(bias(1, 4)))];
        let simulation = Simulation::new(setting, seed, &mut ()).expect("a sound setting");
        assert_eq!(simulation.group().alive(), 15);
        assert_eq!(simulation.tally().struck(Fault::Crash(0)), 5);
        (0..20).filter(|&node| !simulation.group().is_alive(node)).for_each(|node| {
            times[node as usize] += 1;
        });
    }
    assert!(times.iter().all(|&times| times.abs_diff(100) < 43), "{times:?}");
}

#[test]
fn who_restarts_is_a_new_peer() {
    for clock in [Clock::Unsynchronised, Clock::Lockstep] {
        let mut setting = gossip(5, Mode::Push, 1, clock);
        let restart_after = Some(2 * SPAN);
        setting.faults.crashes =
            vec![Crash { at: SPAN, who: Victims::These(vec![3, 4]), restart_after }];
        welcome(&mut setting);
        let mut comings = Comings::default();
        let mut simulation = Simulation::new(setting, 1, &mut comings).expect("a sound setting");
        simulation.run_periods(2, &mut comings);
        assert_eq!(simulation.never_struck(), [Fault::Restart(0)]);
        simulation.run_periods(2, &mut comings);
        assert_eq!(comings.started, [(3 * SPAN, 5), (3 * SPAN, 6)]);
        assert_eq!(simulation.never_struck(), []);
        assert_eq!((simulation.group().born(), simulation.group().alive()), (7, 5));
        let timers = simulation.tally().timers;
        simulation.run_periods(1, &mut comings);
        assert_eq!(simulation.tally().timers, timers + 5, "newcomers act");
    }
}

/// 1000 machines, 40 periods, a hundredth of them each: 400 on average, with a standard deviation of
/// 20 if the group keeps its size, whose changes make that a little larger. 120 more or less have a
/// probability below 1e-6.
#[test]
fn churn_stops_and_starts_as_many_as_said() {
    for clock in [Clock::Unsynchronised, Clock::Lockstep] {
        let mut setting = gossip(1000, Mode::Push, 1, clock);
        let (stops, starts) = (bias(1, 100), bias(1, 100));
        let (from, until, period) = (2 * SPAN, 22 * SPAN, SPAN / 2);
        setting.faults.churn = vec![Churn { from, until, period, stops, starts }];
        welcome(&mut setting);
        let mut comings = Comings::default();
        let mut simulation = Simulation::new(setting, 1, &mut comings).expect("a sound setting");
        assert_eq!(simulation.never_struck(), [Fault::ChurnStop(0), Fault::ChurnStart(0)]);
        simulation.run_until(40 * SPAN, &mut comings);
        assert_eq!(simulation.never_struck(), []);
        for (fault, told) in
            [(Fault::ChurnStop(0), &comings.stopped), (Fault::ChurnStart(0), &comings.started)]
        {
            let struck = simulation.tally().struck(fault) as usize;
            assert!(struck.abs_diff(400) < 120, "{struck}");
            assert_eq!(struck, told.len());
            assert!(told.iter().all(|(time, _)| (from..until + SPAN).contains(time)));
            let at_any_time = told.iter().any(|(time, _)| time % SPAN != 0);
            assert_eq!(at_any_time, clock == Clock::Unsynchronised);
        }
        let (stopped, started) = (comings.stopped.len() as u32, comings.started.len() as u32);
        assert_eq!(simulation.group().born(), 1000 + started);
        assert_eq!(simulation.group().alive(), 1000 + started - stopped);
    }
}

/// With 1000 nodes, four targets and a loss of 1/2, the mean coverage is 0.727587, as an independent
/// program computed from the chain of infect-and-die. 4.5 standard errors: a false alarm has
/// probability below 1e-5.
#[test]
fn losses_reach_as_many_as_is_known() {
    let coverage = |seed| {
        let mut setting = broadcast(1000, 4);
        setting.network.loss = Loss::Independent(bias(1, 2));
        let mut informed = Informed::new(delivers);
        let mut simulation = Simulation::new(setting, seed, &mut informed).expect("sound");
        assert!(simulation.request(0, tell_all(), &mut informed));
        assert!(simulation.run_to_rest(u64::MAX, &mut informed));
        let lost = simulation.tally().struck(Fault::Loss);
        assert_eq!(lost + simulation.tally().messages, simulation.tally().sent);
        informed.count() as f64 / 1000.0
    };
    let runs: Vec<f64> = (0..1000).map(coverage).collect();
    let (mean, error) = mean_and_error(&runs);
    println!("coverage {mean:.4} ± {error:.4}");
    assert!((mean - 0.727_587).abs() < 4.5 * error);
}

#[test]
fn a_fault_that_never_struck_is_told() {
    let mut setting = gossip(3, Mode::Push, 1, Clock::Unsynchronised);
    setting.network.loss = Loss::Independent(Bias::ALWAYS);
    setting.faults = Faults {
        crashes: vec![crash(0, Victims::Share(bias(1, 4))), crash(9, Victims::These(vec![]))],
        churn: vec![Churn {
            from: 0,
            until: 1,
            period: SPAN,
            stops: Bias::NEVER,
            starts: Bias::NEVER,
        }],
        partitions: vec![Partition { from: 0, until: SPAN, sides: Sides::Drawn(2) }],
    };
    let mut simulation = Simulation::new(setting, 1, &mut ()).expect("a sound setting");
    simulation.run_periods(3, &mut ());
    let asleep = [Fault::Loss, Fault::Crash(0), Fault::Crash(1), Fault::Partition(0)];
    assert_eq!(simulation.never_struck(), asleep, "nobody sent anything, and 3/4 is no machine");
    assert!(simulation.request(0, publish(), &mut ()));
    simulation.run_periods(1, &mut ());
    assert_eq!(simulation.never_struck(), asleep[1..]);
}

#[test]
fn a_setting_that_contradicts_itself_is_refused() {
    let refused = |change: &dyn Fn(&mut Setting<Gossip>)| {
        let mut setting = gossip(3, Mode::Push, 1, Clock::Unsynchronised);
        change(&mut setting);
        Simulation::new(setting, 1, &mut ()).err()
    };
    let churn = Churn { from: 0, until: 1, period: 1, stops: Bias::NEVER, starts: Bias::ALWAYS };
    let partition = Partition { from: 0, until: 1, sides: Sides::Drawn(2) };
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(refused(&|it| it.nodes.swap(1, 2)), Some(Refused::Identity(1)));
    assert_eq!(refused(&|it| it.period = 0), Some(Refused::NoPeriod));
    assert_eq!(
        refused(&|it| it.network.latency = Latency::Uniform { least: 2, most: 1 }),
        Some(Refused::Latency { least: 2, most: 1 })
    );
    assert_eq!(
        refused(&|it| it.faults.crashes = vec![crash(0, Victims::These(vec![3]))]),
        Some(Refused::Stranger(3))
    );
    assert_eq!(
        refused(&|it| {
            let sides = Sides::Lists(vec![vec![0], vec![5]]);
            it.faults.partitions = vec![Partition { sides, ..partition.clone() }];
        }),
        Some(Refused::Stranger(5))
    );
    assert_eq!(
        refused(&|it| {
            it.faults.partitions = vec![Partition { sides: Sides::Drawn(1), ..partition.clone() }];
        }),
        Some(Refused::OneSide)
    );
    assert_eq!(
        refused(&|it| it.faults.partitions = vec![Partition { from: 1, ..partition.clone() }]),
        Some(Refused::Ended { from: 1, until: 1 })
    );
    assert_eq!(
        refused(&|it| it.faults.churn = vec![Churn { from: 1, ..churn }]),
        Some(Refused::Ended { from: 1, until: 1 })
    );
    assert_eq!(
        refused(&|it| it.faults.churn = vec![Churn { period: 0, ..churn }]),
        Some(Refused::NoPeriod)
    );
    assert_eq!(refused(&|it| it.faults.churn = vec![churn]), Some(Refused::NoNewcomers));
    let restart = Crash { restart_after: Some(1), ..crash(0, Victims::These(vec![0])) };
    assert_eq!(
        refused(&|it| it.faults.crashes = vec![restart.clone()]),
        Some(Refused::NoNewcomers)
    );
}

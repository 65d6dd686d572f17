//! Timers: one deadline for each key, and none that was replaced or disarmed.

use rumormill_core::{Context, Neighborhood, Never, Node, Peer, Protocol, Ticks};
use rumormill_models::simulate::{Clock, Moment, Observer, PER_TICK, Setting, Simulation};
use serde::{Deserialize, Serialize};

/// Arms and disarms what it is asked to, and tells what fires.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
struct Clockwork;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Wish {
    Arm(u8, u32),
    Disarm(u8),
}

impl<P: Peer> Protocol<P> for Clockwork {
    type Message = Never;
    type Timer = u8;
    type Request = Wish;
    type Notice = u8;

    /// What is armed at the start gets a phase.
    fn on_start(&mut self, context: &mut Context<'_, P, Self>) {
        context.set_timer(Ticks(10), 0);
    }

    fn on_message(&mut self, _: &mut Context<'_, P, Self>, _: P, never: Never) {
        match never {}
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, timer: u8) {
        context.notify(timer);
        if timer == 0 {
            context.set_timer(Ticks(10), 0);
        }
    }

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, wish: Wish) {
        match wish {
            Wish::Arm(timer, after) => context.set_timer(Ticks(after), timer),
            Wish::Disarm(timer) => context.cancel_timer(timer),
        }
    }
}

/// When what fired, at which node.
#[derive(Default)]
struct Fired(Vec<(u64, u32, u8)>);

impl Observer<Clockwork> for Fired {
    fn on_notice(&mut self, at: &Moment<'_, Clockwork>, node: u32, timer: &u8) {
        self.0.push((at.time, node, *timer));
    }
}

impl Fired {
    fn of(&self, timer: u8) -> Vec<u64> {
        self.0.iter().filter(|fired| fired.2 == timer).map(|fired| fired.0).collect()
    }
}

fn simulation(size: u32, clock: Clock) -> Simulation<Clockwork> {
    let nodes = Neighborhood::complete(0..size).map(|view| Node::new(view, Clockwork));
    let setting = Setting::new(nodes.collect(), clock, 10 * PER_TICK, 0);
    Simulation::new(setting, 1, &mut ()).expect("a sound setting")
}

#[test]
fn a_timer_fires_once_at_its_last_deadline_and_not_when_it_is_disarmed() {
    let (mut simulation, mut fired) = (simulation(1, Clock::Unsynchronised), Fired::default());
    let wishes = [
        Wish::Arm(1, 30),
        Wish::Arm(2, 30),
        Wish::Arm(3, 30),
        Wish::Arm(2, 50),
        Wish::Arm(4, 30),
        Wish::Arm(4, 20),
        Wish::Disarm(3),
        Wish::Arm(5, 30),
        Wish::Disarm(5),
        Wish::Arm(5, 40),
        Wish::Disarm(6),
    ];
    for wish in wishes {
        assert!(simulation.request(0, wish, &mut fired));
    }
    simulation.run_until(100 * PER_TICK, &mut fired);
    let deadlines = [(1, 30), (2, 50), (4, 20), (5, 40)];
    for (timer, deadline) in deadlines {
        assert_eq!(fired.of(timer), [deadline * PER_TICK], "timer {timer}");
    }
    assert!(fired.of(3).is_empty() && fired.of(6).is_empty());
}

/// The phases of 1000 nodes are uniform: in each tenth of the period 100 of them, with a standard
/// deviation of 9.5; 43 more or less have a probability below 1e-4 in all ten.
#[test]
fn first_deadlines_are_spread_over_the_delay_and_later_ones_keep_the_pace() {
    let (mut simulation, mut fired) = (simulation(1000, Clock::Unsynchronised), Fired::default());
    simulation.run_until(50 * PER_TICK, &mut fired);
    assert_eq!(fired.0.len(), 5000);
    let (first, later) = fired.0.split_at(1000);
    for tenth in 0..10 {
        let within = first.iter().filter(|(time, ..)| (time - 1) / PER_TICK == tenth).count();
        assert!(within.abs_diff(100) < 43, "{within}");
    }
    for (place, (time, node, _)) in later.iter().enumerate() {
        let (before, same, _) = fired.0[place];
        assert_eq!((*time, *node), (before + 10 * PER_TICK, same));
    }
}

#[test]
fn in_lockstep_all_that_is_armed_fires_in_the_next_cycle() {
    let (mut simulation, mut fired) = (simulation(2, Clock::Lockstep), Fired::default());
    for wish in [Wish::Arm(7, 1000), Wish::Arm(3, 1), Wish::Arm(5, 1), Wish::Disarm(5)] {
        assert!(simulation.request(1, wish, &mut fired));
    }
    simulation.run_periods(2, &mut fired);
    let cycle = 10 * PER_TICK;
    let first = [(cycle, 0, 0), (cycle, 1, 0), (cycle, 1, 3), (cycle, 1, 7)];
    let second = [(2 * cycle, 0, 0), (2 * cycle, 1, 0)];
    assert_eq!(fired.0, [&first[..], &second[..]].concat());
}

#[test]
fn nobody_who_is_unknown_can_be_asked() {
    let mut simulation = simulation(1, Clock::Unsynchronised);
    assert!(!simulation.request(1, Wish::Disarm(1), &mut ()));
    assert_eq!(simulation.tally().requests, 0);
}

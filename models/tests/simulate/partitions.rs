//! Partitions separate, and heal.

use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip};
use rumormill_core::{Neighborhood, Node};
use rumormill_models::simulate::{
    Clock, Crash, Fate, Fault, Informed, Moment, Observer, Partition, Sides, Simulation, Victims,
};

use crate::support::{SPAN, delivers, gossip, gossip_settings, publish};

const CLOCKS: [Clock; 2] = [Clock::Unsynchronised, Clock::Lockstep];

#[test]
fn a_partition_separates_until_it_heals() {
    for clock in CLOCKS {
        let mut setting = gossip(20, Mode::PushPull, 2, clock);
        let sides = Sides::Lists(vec![(0..10).collect()]);
        setting.faults.partitions = vec![Partition { from: 0, until: 30 * SPAN, sides }];
        let mut informed = Informed::new(delivers);
        let mut simulation = Simulation::new(setting, 1, &mut informed).expect("sound");
        assert_eq!(simulation.never_struck(), [Fault::Partition(0)]);
        assert!(simulation.request(0, publish(), &mut informed));
        simulation.run_periods(30, &mut informed);
        assert_eq!(informed.count(), 10);
        assert!((0..20).all(|node| informed.knows(node) == (node < 10)));
        assert_eq!(simulation.never_struck(), []);
        let cut = simulation.tally().struck(Fault::Partition(0));
        simulation.run_periods(30, &mut informed);
        assert_eq!(informed.count(), 20);
        assert_eq!(simulation.tally().struck(Fault::Partition(0)), cut, "it has healed");
    }
}

/// Who sends what to whom across, and what becomes of it.
#[derive(Default)]
struct Sends(Vec<(u64, u32, u32, Fate)>);

impl Observer<PeriodicGossip<u32>> for Sends {
    fn on_send(
        &mut self,
        at: &Moment<'_, PeriodicGossip<u32>>,
        from: u32,
        to: u32,
        _: &rumormill_core::protocols::periodic_gossip::Message<u32>,
        fate: Fate,
    ) {
        self.0.push((at.time, from, to, fate));
    }
}

/// Sides of lists: `[0, 1]`, `[2]`, and the others; from 2 to 4 periods. From 3 to 5, `[0]` and
/// the others.
#[test]
fn each_side_is_apart_from_each_other_and_partitions_may_overlap() {
    let mut setting = gossip(6, Mode::PushPull, 5, Clock::Unsynchronised);
    let (first, second) = (vec![vec![0, 1], vec![2]], vec![vec![0]]);
    setting.faults.partitions = vec![
        Partition { from: 2 * SPAN, until: 4 * SPAN, sides: Sides::Lists(first) },
        Partition { from: 3 * SPAN, until: 5 * SPAN, sides: Sides::Lists(second) },
    ];
    let mut sends = Sends::default();
    let mut simulation = Simulation::new(setting, 1, &mut sends).expect("a sound setting");
    simulation.run_periods(7, &mut sends);
    let side = |node: u32| [0, 0, 1, 2, 2, 2][node as usize];
    assert!(sends.0.len() >= 6 * 5 * 6);
    for (time, from, to, fate) in sends.0 {
        let apart = (2 * SPAN..4 * SPAN).contains(&time) && side(from) != side(to)
            || (3 * SPAN..5 * SPAN).contains(&time) && (from == 0) != (to == 0);
        assert_eq!(fate, if apart { Fate::Cut } else { Fate::UnderWay }, "{from} {to} at {time}");
    }
}

/// Of 900 machines 450 are on the side of the first, with a standard deviation of 15, and of 100
/// newcomers 50, with one of 5. That either differs by more than 5 of them has a probability below
/// 2e-6. Newcomers are on a side as well, for good.
#[test]
fn drawn_sides_are_of_about_the_same_size_and_newcomers_have_one() {
    let mut setting = gossip(1000, Mode::Push, 3, Clock::Lockstep);
    setting.faults.partitions =
        vec![Partition { from: 0, until: 90 * SPAN, sides: Sides::Drawn(2) }];
    let who = Victims::These((900..1000).collect());
    setting.faults.crashes = vec![Crash { at: 0, who, restart_after: Some(0) }];
    setting.newcomer = Some(Box::new(|me, _, _| {
        let protocol = PeriodicGossip::new(gossip_settings(Mode::PushPull, 3));
        Node::new(Neighborhood::of(me, 0..900), protocol)
    }));
    let mut informed = Informed::new(delivers);
    let mut simulation = Simulation::new(setting, 1, &mut informed).expect("a sound setting");
    assert_eq!(simulation.group().alive(), 1000);
    assert!(simulation.request(0, publish(), &mut informed));
    simulation.run_periods(90, &mut informed);
    let old = (0..900).filter(|&node| informed.knows(node)).count();
    let new = (1000..1100).filter(|&node| informed.knows(node)).count();
    assert!(old.abs_diff(450) < 76 && new.abs_diff(50) < 25, "{old} {new}");
    simulation.run_periods(30, &mut informed);
    assert_eq!(informed.count(), 1000);
}

//! What observers tell, against what is known otherwise.

use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip, Request, Settings};
use rumormill_core::{Neighborhood, Node};
use rumormill_models::simulate::{
    Clock, Crash, Duplicates, Informed, Load, Overlay, Setting, Simulation, Victims,
};

use crate::support::{SPAN, broadcast, delivers, gossip, gossip_settings, publish, tell_all};

#[test]
fn the_load_is_what_was_sent_and_received_and_all_but_the_first_are_duplicates() {
    let (mut load, mut informed) = (Load::default(), Informed::new(delivers));
    let mut duplicates = Duplicates::new(delivers);
    let observer = &mut (&mut load, &mut informed, &mut duplicates);
    let mut simulation = Simulation::new(broadcast(100, 6), 1, observer).expect("sound");
    for starter in [3, 5] {
        assert!(simulation.request(starter, tell_all(), observer));
        assert!(simulation.run_to_rest(u64::MAX, observer));
    }
    let tally = simulation.tally().clone();
    let (sent, received) = (load.sent(100), load.received(100));
    let sum = |counts: &rumormill_models::simulate::Distribution| {
        counts.counts().map(|(number, times)| u64::from(number) * times).sum::<u64>()
    };
    assert_eq!((sum(&sent), sum(&received)), (tally.sent, tally.messages));
    assert_eq!(sent.max(), Some(12), "six for each of the two");
    assert_eq!(load.sent_by(3), 12);
    assert!(informed.count() > 90 && informed.knows(3));
    assert_eq!(duplicates.useful() + 2, sum(&sent) / 6, "who forwards got it, or began");
    assert_eq!(duplicates.useful() + duplicates.duplicates(), tally.messages);
}

#[test]
fn a_message_that_brings_two_new_things_is_one_that_is_useful() {
    let settings = Settings { buffer: 2, ..gossip_settings(Mode::Push, 1) };
    let protocol = PeriodicGossip::new(settings);
    let views = Neighborhood::complete(0..2);
    let nodes = views.map(|view| Node::new(view, protocol.clone())).collect();
    let mut duplicates = Duplicates::new(delivers);
    let setting = Setting::new(nodes, Clock::Lockstep, SPAN, 0);
    let mut simulation = Simulation::new(setting, 1, &mut duplicates).expect("a sound setting");
    for text in ["a", "b"] {
        assert!(simulation.request(0, Request::Publish(text.into()), &mut duplicates));
    }
    simulation.run_periods(1, &mut duplicates);
    assert_eq!((duplicates.useful(), duplicates.duplicates()), (1, 0));
    simulation.run_periods(3, &mut duplicates);
    assert_eq!((duplicates.useful(), duplicates.duplicates()), (1, 2 * 3));
}

#[test]
fn the_informed_curve_counts_who_knew_at_the_end_of_each_period() {
    let mut informed = Informed::new(delivers);
    let setting = gossip(50, Mode::Push, 1, Clock::Unsynchronised);
    let mut simulation = Simulation::new(setting, 1, &mut informed).expect("a sound setting");
    assert!(simulation.request(7, publish(), &mut informed));
    let mut curve = Vec::new();
    while informed.count() < 50 {
        simulation.run_periods(1, &mut informed);
        let knows = |node: &&Node<u32, PeriodicGossip<u32>>| node.protocol.hot().next().is_some();
        curve.push(simulation.group().nodes().filter(knows).count());
    }
    assert_eq!(informed.curve(SPAN).collect::<Vec<_>>(), curve);
    assert_eq!(informed.time_until(0), None);
    assert_eq!(informed.time_until(1), Some(0));
    assert_eq!(informed.time_until(50), informed.times().last().copied());
    assert_eq!(informed.time_until(51), None);
    assert_eq!(informed.time_until(25), Some(informed.times()[24]));
}

/// A ring whose nodes know the next two; one crashes.
fn ring() -> Setting<PeriodicGossip<u32>> {
    let protocol = PeriodicGossip::new(gossip_settings(Mode::Push, 1));
    let view = |me| Neighborhood::of(me, [(me + 1) % 10, (me + 2) % 10]);
    let nodes = (0..10).map(|me| Node::new(view(me), protocol.clone())).collect();
    Setting::new(nodes, Clock::Lockstep, SPAN, 0)
}

#[test]
fn the_overlay_is_that_of_those_who_are_alive() {
    let mut setting = ring();
    let who = Victims::These(vec![0]);
    setting.faults.crashes = vec![Crash { at: 2 * SPAN, who, restart_after: None }];
    let mut overlay = Overlay::new(2, 10);
    let mut simulation = Simulation::new(setting, 1, &mut overlay).expect("a sound setting");
    simulation.run_periods(5, &mut overlay);
    let [whole, torn] = overlay.shapes() else { panic!("after two and four periods") };
    assert_eq!((whole.periods, whole.alive, whole.dead_links), (2, 10, 0));
    assert_eq!((whole.in_degree.min(), whole.in_degree.max()), (Some(2), Some(2)));
    assert_eq!(
        (whole.components.as_slice(), whole.strong_components.as_slice()),
        (&[10][..], &[10][..])
    );
    assert_eq!(whole.clustering, Some(0.5));
    // From each: two at distance 1 to each side, two at distance 2, and the opposite one at 3.
    assert_eq!(whole.path_length, Some(f64::from(4 + 4 * 2 + 3) / 9.0));

    assert_eq!((torn.periods, torn.alive, torn.dead_links), (4, 9, 2));
    assert_eq!(torn.in_degree.count(1), 2);
    assert_eq!(
        (torn.components.as_slice(), torn.strong_components.as_slice()),
        (&[9][..], &[9][..])
    );
}

//! The same seed gives the same bits, and another seed others.

use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip};
use rumormill_core::{Neighborhood, Node};
use rumormill_models::simulate::{
    Bursts, Churn, Clock, Crash, Faults, Latency, Loss, Network, Partition, Sides, Simulation,
    Tally, Victims,
};

use crate::support::{SPAN, bias, gossip, gossip_settings, publish};

/// Everything that can happen, at once.
fn turmoil() -> Faults {
    Faults {
        crashes: vec![Crash {
            at: SPAN,
            who: Victims::Share(bias(1, 10)),
            restart_after: Some(2 * SPAN),
        }],
        churn: vec![Churn {
            from: 0,
            until: 8 * SPAN,
            period: SPAN,
            stops: bias(1, 20),
            starts: bias(1, 20),
        }],
        partitions: vec![Partition { from: 2 * SPAN, until: 4 * SPAN, sides: Sides::Drawn(3) }],
    }
}

/// The bytes of all machines at the end, and what happened.
fn run(clock: Clock, latency: Latency, seed: u64) -> (Vec<Vec<u8>>, Tally) {
    let mut setting = gossip(60, Mode::PushPull, 1, clock);
    let loss = Loss::Bursty(Bursts {
        turns_bad: bias(1, 10),
        turns_good: bias(1, 3),
        loss_when_good: bias(1, 100),
        loss_when_bad: bias(1, 2),
    });
    setting.network = Network { latency, loss };
    setting.faults = turmoil();
    setting.newcomer = Some(Box::new(|me, group, random| {
        let contact = group.at(random.below(group.alive())).expect("somebody is alive");
        let protocol = PeriodicGossip::new(gossip_settings(Mode::PushPull, 1));
        Node::new(Neighborhood::of(me, [contact]), protocol)
    }));
    let mut simulation = Simulation::new(setting, seed, &mut ()).expect("a sound setting");
    for node in 0..5 {
        let _whether_it_is_alive = simulation.request(node, publish(), &mut ());
    }
    simulation.run_periods(10, &mut ());
    assert_eq!(simulation.never_struck(), []);
    let nodes = simulation.group().nodes();
    let bytes = nodes.map(|node| postcard::to_allocvec(node).expect("bytes")).collect();
    (bytes, simulation.tally().clone())
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let latencies = [
        Latency::Constant(300),
        Latency::Uniform { least: 100, most: 9000 },
        Latency::Exponential { least: 10, mean_excess: 3000 },
        Latency::LogNormal { median: 2000, spread: 800 },
    ];
    for clock in [Clock::Unsynchronised, Clock::Lockstep] {
        for latency in latencies {
            assert_eq!(run(clock, latency, 7), run(clock, latency, 7));
            assert_ne!(run(clock, latency, 7), run(clock, latency, 8));
        }
    }
}

/// A latency that is another one must show, or the test above says nothing about latencies.
#[test]
fn latencies_make_a_difference() {
    let slow = Latency::Constant(15_000);
    let runs = [Latency::Constant(300), slow].map(|latency| run(Clock::Unsynchronised, latency, 7));
    assert_ne!(runs[0], runs[1]);
}

/// What this run does was recorded: it must do so on every machine, and with every version of the
/// crates that it is made of.
#[test]
fn a_run_does_what_it_did() {
    let latency = Latency::LogNormal { median: 2000, spread: 800 };
    let (_, tally) = run(Clock::Unsynchronised, latency, 1);
    let counts = (tally.messages, tally.timers, tally.sent, tally.fell_flat);
    assert_eq!(counts, (370, 490, 619, 109));
}

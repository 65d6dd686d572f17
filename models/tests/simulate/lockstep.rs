//! Cycles in lockstep: step by step those of the explorer's world, and with its exact values.

use rumormill_core::protocols::periodic_gossip::{self, Mode, PeriodicGossip};
use rumormill_core::protocols::renyi_erdos::RenyiErdos;
use rumormill_core::rand::SeedableRng;
use rumormill_core::rand::rngs::Xoshiro256PlusPlus;
use rumormill_core::stacks::broadcast::{self as stack, Broadcast};
use rumormill_core::{FromRng, Neighborhood, Node, Protocol};
use rumormill_models::ModelPeer;
use rumormill_models::simulate::{Clock, Informed, Setting, Simulation};
use rumormill_models::world;
use rumormill_models::world::{Action, Kind, Scheduler, World, group};

use crate::support::{
    SPAN, broadcast_settings, delivers, gossip, gossip_settings, mean_and_error, publish, tell_all,
};

const CYCLES: usize = 12;

/// The bytes of all machines after the requests, and after each of some cycles, in the simulator.
fn simulated<X: Protocol<u32>>(
    size: u32,
    protocol: &X,
    requests: Vec<(u32, X::Request)>,
    seed: u64,
) -> Vec<Vec<Vec<u8>>> {
    let node = |me| Node::new(Neighborhood::of(me, 0..size), protocol.clone());
    let setting = Setting::new((0..size).map(node).collect(), Clock::Lockstep, SPAN, 0);
    let mut simulation = Simulation::new(setting, seed, &mut ()).expect("a sound setting");
    for (node, request) in requests {
        assert!(simulation.request(node, request, &mut ()));
    }
    let bytes = |simulation: &Simulation<X>| {
        let nodes = simulation.group().nodes();
        nodes.map(|node| postcard::to_allocvec(node).expect("bytes")).collect::<Vec<_>>()
    };
    let mut states = vec![bytes(&simulation)];
    for _ in 0..CYCLES {
        simulation.run_periods(1, &mut ());
        states.push(bytes(&simulation));
    }
    states
}

/// The same in the explorer's world, whose machines draw from the first of the sources that are made
/// of the seed, as those of the simulator do.
fn explored<X: Protocol<ModelPeer>>(
    size: u8,
    protocol: &X,
    requests: Vec<(ModelPeer, X::Request)>,
    seed: u64,
) -> Vec<Vec<Vec<u8>>> {
    let mut setting = world::Setting::new(group(size, protocol), (), Scheduler::Lockstep);
    setting.first_requests = requests;
    let world = World::new(setting).expect("a world");
    let mut seeds = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut random = FromRng(Xoshiro256PlusPlus::from_rng(&mut seeds));
    let bytes = |state: &[u8]| {
        world.look(state, |at| {
            let nodes = at.locals().map(|local| &local.node);
            nodes.map(|node| postcard::to_allocvec(node).expect("bytes")).collect::<Vec<_>>()
        })
    };
    let mut state = world.begin(&mut random).expect("pure machines");
    let mut states = vec![bytes(&state)];
    for _ in 0..CYCLES {
        let cycle = Action { kind: Kind::Lockstep, torn: false };
        state = world.take(&state, cycle, &mut random).expect("pure machines").0;
        states.push(bytes(&state));
    }
    states
}

/// Peers of the simulator and of the explorer are written alike.
#[test]
fn cycles_are_those_of_the_explorer_to_the_last_byte() {
    for seed in 0..20 {
        for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
            let settings = periodic_gossip::Settings { buffer: 2, ..gossip_settings(mode, 2) };
            let of_numbers: PeriodicGossip<u32> = PeriodicGossip::new(settings.clone());
            let publish = |text: &'static str| periodic_gossip::Request::Publish(text.into());
            let two = vec![(0, publish("a")), (3, publish("b"))];
            let ours = simulated(6, &of_numbers, two, seed);
            let publish = |text: &'static str| periodic_gossip::Request::Publish(text.into());
            let two = vec![(ModelPeer(0), publish("a")), (ModelPeer(3), publish("b"))];
            assert_eq!(ours, explored(6, &PeriodicGossip::new(settings), two, seed), "{mode:?}");
            assert_ne!(ours[0], ours[CYCLES], "something happened");
        }
        let settings = broadcast_settings(6, 2);
        let ours = simulated(6, &RenyiErdos::new(settings.clone()), vec![(0, tell_all())], seed);
        let theirs =
            explored(6, &RenyiErdos::new(settings), vec![(ModelPeer(0), tell_all())], seed);
        assert_eq!(ours, theirs);
    }
}

#[test]
fn cycles_of_a_stack_are_those_of_the_explorer() {
    let (forward, repair) = (broadcast_settings(5, 1), gossip_settings(Mode::PushPull, 1));
    for seed in 0..20 {
        let ours = Broadcast::new(5, forward.clone(), repair.clone());
        let ours = simulated(5, &ours, vec![(1, stack::Request::broadcast("a".into()))], seed);
        let theirs = Broadcast::new(5, forward.clone(), repair.clone());
        let request = stack::Request::broadcast("a".into());
        assert_eq!(ours, explored(5, &theirs, vec![(ModelPeer(1), request)], seed));
    }
}

fn cycles_until_all_know(mode: Mode, size: u32, seed: u64) -> f64 {
    let mut informed = Informed::new(delivers);
    let setting = gossip(size, mode, 1, Clock::Lockstep);
    let mut simulation = Simulation::new(setting, seed, &mut informed).expect("a sound setting");
    assert!(simulation.request(0, publish(), &mut informed));
    while informed.count() < size as usize {
        simulation.run_periods(1, &mut informed);
    }
    (informed.times()[size as usize - 1] / SPAN) as f64
}

/// The exact expectations, as independent programs computed them, lie within 4.5 standard errors of
/// the means: of nine, a false alarm has probability below 1e-4. The seeds are fixed.
#[test]
fn mean_numbers_of_cycles_are_the_exact_ones() {
    const RUNS: u64 = 5000;
    let expected = [
        (Mode::Push, [7.0 / 3.0, 485.0 / 152.0, 72_271.0 / 18_375.0]),
        (Mode::Pull, [2.0, 105.0 / 38.0, 2_924.0 / 875.0]),
        (Mode::PushPull, [1.5, 121.0 / 60.0, 76_367.0 / 32_258.0]),
    ];
    for (mode, values) in expected {
        for (size, exact) in (3..).zip(values) {
            let runs: Vec<f64> =
                (0..RUNS).map(|seed| cycles_until_all_know(mode, size, seed)).collect();
            let (mean, error) = mean_and_error(&runs);
            println!("{mode:?}, {size} nodes: {mean:.4} ± {error:.4}, exactly {exact:.4}");
            assert!((mean - exact).abs() < 4.5 * error);
        }
    }
}

#[test]
fn a_group_without_timers_and_messages_is_at_rest() {
    let protocol = RenyiErdos::new(broadcast_settings(5, 2));
    let nodes = Neighborhood::complete(0..5).map(|view| Node::new(view, protocol.clone()));
    let setting = Setting::new(nodes.collect(), Clock::Lockstep, SPAN, 0);
    let mut simulation = Simulation::new(setting, 1, &mut ()).expect("a sound setting");
    assert!(simulation.run_to_rest(0, &mut ()), "nobody was asked for anything");
    assert!(simulation.request(0, tell_all(), &mut ()));
    assert!(!simulation.run_to_rest(SPAN - 1, &mut ()), "no cycle is over by then");
    assert!(simulation.run_to_rest(SPAN, &mut ()), "answers come within the cycle");
    assert_eq!(simulation.now(), SPAN);

    let mut restless = Simulation::new(gossip(3, Mode::Push, 1, Clock::Lockstep), 1, &mut ())
        .expect("a sound setting");
    assert!(!restless.run_to_rest(5 * SPAN, &mut ()), "periods have no end");
    assert_eq!(restless.tally().timers, 3 * 5);
}

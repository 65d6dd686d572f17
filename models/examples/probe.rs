use rumormill_core::protocols::periodic_gossip::{Mode, PeriodicGossip, Request, Settings};
use rumormill_core::seen::Memory;
use rumormill_core::{Neighborhood, Node, Ticks};
use rumormill_models::ModelPeer;
use rumormill_models::explore::{Limits, Notion, Property, explore};
use rumormill_models::world::{Faults, Scheduler, Setting, Witness, World};

fn main() {
    for anonymous in [true, false] {
        for n in 3..=7_u8 {
            if n == 7 && !anonymous { continue; }
            let settings = Settings {
                mode: Mode::Push, fanout: 1, period: Ticks(1), hot: None, buffer: 1, max_message: 1000,
                memory: Memory { origins: 1, forget_after: None },
            };
            let nodes = (0..n).map(|i| Node::new(
                Neighborhood::of(ModelPeer(i), (0..n).map(ModelPeer)),
                PeriodicGossip::new(settings.clone()))).collect();
            let world = World::new(Setting {
                nodes, application: Witness::default(), scheduler: Scheduler::Rounds, faults: Faults::default(),
                first_requests: vec![(ModelPeer(0), Request::Publish("x".into()))], requests: vec![],
                anonymous_senders: anonymous,
                stop: Some(Box::new(|s| s.alive().all(|l| l.node.protocol.hot().next().is_some()))),
            }).unwrap();
            let start = std::time::Instant::now();
            let props: Vec<Property<_, _>> = vec![Property { name: "all", notion: Notion::PossibleFromEverywhere,
                holds: Box::new(|s: &rumormill_models::world::Snapshot<'_, PeriodicGossip<ModelPeer>, Witness>| s.alive().all(|l| l.node.protocol.hot().next().is_some())) }];
            let e = explore(&world, &props, Limits::default()).unwrap();
            let t = start.elapsed().as_secs_f64();
            println!("{n} {anonymous} {} {} {} {:?} {t:.2}s {:.2} M/s handled {} {} B/transition", e.graph.states(), e.graph.transitions(), e.graph.choices(), e.verdicts[0].holds,
                e.graph.transitions() as f64 / t / 1e6, world.tally().handled, e.graph.bytes() as f64 / e.graph.transitions() as f64);
        }
    }
}

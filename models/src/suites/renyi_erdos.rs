//! Worlds of Rényi-Erdős broadcast alone.

use bytes::Bytes;
use rumormill_core::Bias;
use rumormill_core::protocols::renyi_erdos::{RenyiErdos as Machine, Settings};
use rumormill_core::seen::Memory;

use super::Suite;
use super::candidates::{RenyiErdos, covering};
use super::case::Case;
use super::properties::{
    AT_MOST_ONCE, DELIVERED_AGAIN, ENDS, EVERYBODY, FEW_MESSAGES, FORWARDS_ONCE, ONLY_BROADCAST,
    at_most_once, bounded, delivered_again, ends, everybody, few_messages, forwards_once,
    only_broadcast, somebody_never_learns,
};
use crate::explore::Notion;
use crate::world::{Fault, Faults, Scheduler, Setting, Witness, group};
use crate::{ModelPeer, bugs};

pub(super) fn suites() -> Vec<Suite> {
    let mut suites = Vec::new();
    for nodes in [3, 4] {
        suites.push(covering_suite(nodes));
        suites.push(lossy_suite(nodes));
    }
    suites.push(numbered_suite());
    suites.push(coin_suite());
    suites.push(forgetting_suite());
    suites.push(overtaken_suite());
    suites
}

fn covering_suite(nodes: u8) -> Suite {
    use bugs::{
        forgets_it_started, forwards_every_copy, relays_as_its_own, takes_the_common_logarithm,
    };
    let about = "Rényi-Erdős broadcast to all others, nothing is lost, any order of arrival";
    Suite::new(format!("renyi-erdos-{nodes}"), about, move || reliable::<Machine<_>>(nodes))
        .with_bug("relays_as_its_own", ONLY_BROADCAST, move || {
            reliable::<relays_as_its_own::RenyiErdos<_>>(nodes)
        })
        .with_bug("forgets_it_started", AT_MOST_ONCE, move || {
            reliable::<forgets_it_started::RenyiErdos<_>>(nodes)
        })
        .with_bug("forwards_every_copy", FORWARDS_ONCE, move || {
            capped::<forwards_every_copy::RenyiErdos<_>>(nodes)
        })
        .with_bug("forwards_every_copy", FEW_MESSAGES, move || {
            capped::<forwards_every_copy::RenyiErdos<_>>(nodes)
        })
        .with_bug("forwards_every_copy", ENDS, move || {
            uncounted::<forwards_every_copy::RenyiErdos<_>>(nodes)
        })
        .with_bug("takes_the_common_logarithm", EVERYBODY, move || {
            by_size::<takes_the_common_logarithm::RenyiErdos<_>>(nodes)
        })
}

fn lossy_suite(nodes: u8) -> Suite {
    let about = "Rényi-Erdős broadcast to ln N of the others, with a coin for the fraction; up to \
                 two messages are lost, one is doubled, one node crashes";
    Suite::new(format!("renyi-erdos-lossy-{nodes}"), about, move || lossy::<Machine<_>>(nodes))
        .with_bug("forgets_it_started", AT_MOST_ONCE, move || {
            lossy::<bugs::forgets_it_started::RenyiErdos<_>>(nodes)
        })
}

fn numbered_suite() -> Suite {
    let about = "Rényi-Erdős broadcast of two rumors from one node to all others, nothing is lost, \
                 any order of arrival";
    Suite::new("renyi-erdos-numbered-3", about, numbered::<Machine<_>>).with_bug(
        "broadcasts_without_numbers",
        EVERYBODY,
        numbered::<bugs::broadcasts_without_numbers::RenyiErdos<_>>,
    )
}

fn coin_suite() -> Suite {
    let about = "Rényi-Erdős broadcast to ln N of the others, with a coin for the fraction; nothing \
                 is lost, any order of arrival";
    Suite::new("renyi-erdos-coin-3", about, coin::<Machine<_>>)
        .with_bug("takes_the_common_logarithm", EVERYBODY, || {
            coin::<bugs::takes_the_common_logarithm::RenyiErdos<_>>()
        })
        .with_bug("forgets_it_started", AT_MOST_ONCE, || {
            coin::<bugs::forgets_it_started::RenyiErdos<_>>()
        })
}

fn forgetting_suite() -> Suite {
    let about = "two origins and room for one: an origin is forgotten after two silent periods, \
                 and messages arrive within one";
    Suite::new("renyi-erdos-forgetting-3", about, forgetting::<Machine<_>>).with_bug(
        "counts_messages_as_time",
        AT_MOST_ONCE,
        forgetting::<bugs::counts_messages_as_time::RenyiErdos<_>>,
    )
}

fn overtaken_suite() -> Suite {
    let about = "the same, but a message may take for ever: what the assumption is good for";
    Suite::new("renyi-erdos-overtaken-3", about, overtaken::<Machine<_>>).with_bug(
        "never_forgets",
        DELIVERED_AGAIN,
        overtaken::<bugs::never_forgets::RenyiErdos<_>>,
    )
}

fn payload() -> Bytes {
    Bytes::from_static(b"a")
}

/// One request at node 0, at any time; the fanout covers all others.
fn reliable<X: RenyiErdos>(nodes: u8) -> Case<X, Witness> {
    let settings = covering();
    let fanout = u32::from(nodes) - 1;
    let asked = vec![(ModelPeer(0), payload())];
    Case {
        setting: setting(nodes, &settings, Scheduler::Asynchronous { in_flight: 16 }),
        properties: vec![
            only_broadcast(asked),
            at_most_once(),
            forwards_once(1),
            few_messages(u32::from(nodes) * fanout),
            ends(1),
            everybody(Notion::Surely, 1),
            bounded(0),
        ],
    }
}

/// The same, for machines that would fill the network without end.
fn capped<X: RenyiErdos>(nodes: u8) -> Case<X, Witness> {
    let mut case = reliable(nodes);
    case.setting.scheduler = Scheduler::Asynchronous { in_flight: 3 };
    case.setting.stop = Some(Box::new(|at| at.locals().any(|l| l.application.sends > 20)));
    case
}

/// The same, without the counters that would make a run that goes round look new each time.
fn uncounted<X: RenyiErdos>(nodes: u8) -> Case<X, Witness> {
    let mut case = capped(nodes);
    case.setting.application = Witness::default();
    case
}

/// The fanout is what `ln N + c` gives for the true N, and just covers all others.
fn by_size<X: RenyiErdos>(nodes: u8) -> Case<X, Witness> {
    let others = f64::from(nodes) - 1.0;
    let missing = (others - f64::from(nodes).ln()) * 64.0;
    let settings = Settings { margin: missing.ceil() as i16, ..covering() };
    let mut case = reliable(nodes);
    case.setting.nodes = group(nodes, &X::with(settings));
    case
}

/// Node 0 starts two rumors at once.
fn numbered<X: RenyiErdos>() -> Case<X, Witness> {
    let mut setting = setting(3, &covering(), Scheduler::Asynchronous { in_flight: 16 });
    let second = (ModelPeer(0), Bytes::from_static(b"b"));
    setting.first_requests = std::mem::take(&mut setting.requests);
    setting.first_requests.push((second.0, X::start(second.1.clone())));
    setting.application = Witness::default();
    let asked = vec![(ModelPeer(0), payload()), second];
    let properties = vec![
        only_broadcast(asked),
        at_most_once(),
        ends(0),
        everybody(Notion::Surely, 2),
        bounded(0),
    ];
    Case { setting, properties }
}

fn lossy<X: RenyiErdos>(nodes: u8) -> Case<X, Witness> {
    let settings = Settings { margin: 0, ..covering() };
    let mut setting = setting(nodes, &settings, Scheduler::Asynchronous { in_flight: 16 });
    setting.faults =
        Faults { loss: Fault::AtMost(2), duplication: Fault::AtMost(1), crash: Fault::AtMost(1) };
    let asked = vec![(ModelPeer(0), payload())];
    let properties = vec![
        only_broadcast(asked),
        at_most_once(),
        forwards_once(1),
        few_messages(u32::from(nodes) * 2),
        somebody_never_learns(),
        bounded(0),
    ];
    Case { setting, properties }
}

/// Node 0 starts a rumor at once; whom it reaches is left to chance alone, so nobody can do better
/// or worse than 4943/8192. Worked out by hand from the fanout of 71/64.
fn coin<X: RenyiErdos>() -> Case<X, Witness> {
    let settings = Settings { margin: 0, ..covering() };
    let mut setting = setting(3, &settings, Scheduler::Asynchronous { in_flight: 16 });
    setting.first_requests = std::mem::take(&mut setting.requests);
    setting.application = Witness::default();
    let as_computed = Bias::new(4943, 8192).map_or(Notion::Surely, Notion::AtLeast);
    let properties = vec![at_most_once(), everybody(as_computed, 1), ends(0), bounded(0)];
    Case { setting, properties }
}

/// Each of two nodes starts a rumor at any time.
fn forgetting<X: RenyiErdos>() -> Case<X, Witness> {
    let memory = Memory { origins: 1, forget_after: Some(2) };
    let settings = Settings { memory, ..covering() };
    let mut setting = setting(3, &settings, Scheduler::Rounds);
    let second = (ModelPeer(1), Bytes::from_static(b"b"));
    setting.requests.push((second.0, X::start(second.1.clone())));
    let asked = vec![(ModelPeer(0), payload()), second];
    let properties = vec![only_broadcast(asked), at_most_once(), forwards_once(2), bounded(0)];
    Case { setting, properties }
}

fn overtaken<X: RenyiErdos>() -> Case<X, Witness> {
    let mut case = forgetting();
    case.setting.scheduler = Scheduler::Asynchronous { in_flight: 8 };
    case.setting.stop = Some(Box::new(|at| at.locals().any(|l| l.application.sends > 3)));
    case.properties = vec![delivered_again()];
    case
}

fn setting<X: RenyiErdos>(
    nodes: u8,
    settings: &Settings,
    scheduler: Scheduler,
) -> Setting<X, Witness> {
    let nodes = group(nodes, &X::with(settings.clone()));
    Setting {
        requests: vec![(ModelPeer(0), X::start(payload()))],
        anonymous_senders: true,
        ..Setting::new(nodes, Witness { counts_sends: true, ..Witness::default() }, scheduler)
    }
}

//! Worlds of averaging alone.

mod ledger;

use std::num::NonZeroU32;

use rumormill_core::protocols::averaging::{Count, Held, Message, Notice, Settings, Time, Timer};
use rumormill_core::{Effect, Protocol, Ticks};
use serde::{Deserialize, Serialize};

use self::ledger::{Machine, is_kept, is_within, machines};
use super::Suite;
use super::case::Case;
use super::views::{knowing, recast};
use crate::explore::{Notion, Property};
use crate::world::{Application, Fault, Local, Scheduler, Setting, Snapshot};
use crate::{ModelPeer, bugs};

type Claim<X> = Property<X, Reader>;

const KEPT: &str = "all that take part in an epoch hold together what they brought into it";
const WITHIN: &str =
    "an exchange that is given up costs no more than half of what the two differ by";
const COSTS: &str = "a lost answer changes the sum";
const RESULT: &str = "everybody is told a result";
const SEASONED: &str = "nobody is told a result who came late into its epoch";
const TOGETHER: &str = "all come into one epoch";
const GOES_ON: &str = "whoever is not answered gives the exchange up";
const BOUNDED: &str = "what is held and remembered is bounded, and is what somebody can hold";

pub(super) fn suites() -> Vec<Suite> {
    vec![
        rounds_suite(),
        prompt_suite(),
        lossy_suite(),
        costly_suite(),
        join_suite(),
        failed_suite(),
        adversary_suite(),
    ]
}

fn rounds_suite() -> Suite {
    let about = "averaging and counting among three, in rounds, until somebody has a result; nothing is lost";
    Suite::new("averaging-rounds-3", about, rounds::<Machine>)
        .with_bug("loses_the_odd_one", KEPT, rounds::<bugs::loses_the_odd_one::Averaging<_>>)
        .with_bug("forgets_what_it_cut", KEPT, rounds::<bugs::forgets_what_it_cut::Averaging<_>>)
        .with_bug(
            "averages_while_it_waits",
            KEPT,
            rounds::<bugs::averages_while_it_waits::Averaging<_>>,
        )
}

fn prompt_suite() -> Suite {
    let about = "averaging among two, at whatever pace, from epoch to epoch; nothing is lost";
    Suite::new("averaging-prompt-2", about, prompt::<Machine>)
        .with_bug(
            "begins_with_what_it_holds",
            KEPT,
            prompt::<bugs::begins_with_what_it_holds::Averaging<_>>,
        )
        .with_bug("stays_behind", TOGETHER, prompt::<bugs::stays_behind::Averaging<_>>)
}

fn lossy_suite() -> Suite {
    let about = "averaging among two, in rounds; a message is lost, and one is doubled";
    Suite::new("averaging-lossy-2", about, lossy::<Machine>)
        .with_bug("does_every_copy", KEPT, lossy::<bugs::does_every_copy::Averaging<_>>)
        .with_bug(
            "forgets_that_it_declined",
            KEPT,
            lossy::<bugs::forgets_that_it_declined::Averaging<_>>,
        )
        .with_bug("takes_any_answer", KEPT, lossy::<bugs::takes_any_answer::Averaging<_>>)
        .with_bug("tells_a_round_later", RESULT, lossy::<bugs::tells_a_round_later::Averaging<_>>)
}

fn costly_suite() -> Suite {
    let about = "averaging among two, in rounds; a message is lost, and nobody asks twice";
    Suite::new("averaging-costly-2", about, costly::<Machine>)
        .with_bug("loses_the_odd_one", WITHIN, costly::<bugs::loses_the_odd_one::Averaging<_>>)
        .with_bug("waits_for_its_answer", COSTS, costly::<bugs::waits_for_its_answer::Averaging<_>>)
}

fn join_suite() -> Suite {
    let about = "averaging of one, and another that joins at any time, at whatever pace";
    Suite::new("averaging-join-2", about, join::<Machine>).with_bug(
        "joins_at_any_time",
        SEASONED,
        join::<bugs::joins_at_any_time::Averaging<_>>,
    )
}

fn failed_suite() -> Suite {
    let about = "averaging of two, both of whom know a third that is not there";
    Suite::new("averaging-failed-2", about, failed::<Machine>).among_strangers().with_bug(
        "waits_for_its_answer",
        GOES_ON,
        failed::<bugs::waits_for_its_answer::Averaging<_>>,
    )
}

fn adversary_suite() -> Suite {
    let about = "averaging of two, and an adversary that sends anything at any time";
    Suite::new("averaging-adversary-2", about, adversary::<Machine>)
        .among_strangers()
        .with_bug(
            "remembers_every_exchange",
            BOUNDED,
            adversary::<bugs::remembers_every_exchange::Averaging<_>>,
        )
        .with_bug(
            "believes_what_it_hears",
            BOUNDED,
            adversary::<bugs::believes_what_it_hears::Averaging<_>>,
        )
}

/// An application that reads results.
pub(super) struct Reader;

/// What it has read.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(super) struct Read {
    /// How many periods have begun, at most as many as it takes to a result.
    periods: u8,
    /// How many results it was told, at most one.
    results: u8,
    /// Whether one came before that many periods.
    too_soon: bool,
}

/// How many periods of one's own a result takes at least: what lies between the last round in which an
/// epoch may be joined and that in which its result is told.
const SEASON: u8 = 2;

impl<X: Protocol<ModelPeer>> Application<X> for Reader {
    type State = Read;

    fn on_effect(
        &self,
        _: ModelPeer,
        read: &mut Read,
        effect: &Effect<'_, ModelPeer, X>,
    ) -> Vec<X::Request> {
        match effect {
            Effect::Arm { timer, .. } if recast::<_, Timer>(timer) == Timer::Period => {
                // The first is set at the start.
                read.periods = (read.periods + 1).min(SEASON + 1);
            }
            Effect::Notify(notice) => {
                if let Notice::Averaged(_) = recast::<_, Notice<ModelPeer>>(notice) {
                    read.results = 1;
                    read.too_soon |= read.periods <= SEASON;
                }
            }
            _ => {}
        }
        Vec::new()
    }
}

/// One count of eight units with one of two tickets, and two periods to a result.
fn counting() -> Settings {
    Settings {
        period: Ticks(1),
        answer: Ticks(1),
        tries: 2,
        patience: 2,
        listens: 1,
        young: 0,
        rounds: 2,
        rest: 0,
        epochs: NonZeroU32::MIN.saturating_add(2),
        met: 4,
        counts: 1,
        tickets: 2,
        unit: 8,
    }
}

/// No count.
fn averaging() -> Settings {
    Settings { counts: 0, ..counting() }
}

/// What the machines bring, in their order.
const VALUES: [i64; 3] = [0, 5, 8];

fn setting<X: Protocol<ModelPeer>>(
    views: &[&[u8]],
    settings: &Settings,
    scheduler: Scheduler,
) -> Setting<X, Reader> {
    let mut nodes = knowing(views, 2, &Machine::new(settings.clone(), 0));
    for (node, value) in nodes.iter_mut().zip(VALUES) {
        node.protocol = recast(&Machine::new(settings.clone(), value));
    }
    Setting { unordered: true, ..Setting::new(nodes, Reader, scheduler) }
}

const PAIR: [&[u8]; 2] = [&[1], &[0]];
const TRIANGLE: [&[u8]; 3] = [&[1, 2], &[0, 2], &[0, 1]];

/// Epochs are so short that one may be some of them ahead of another, so many are told apart.
fn rounds<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let epochs = NonZeroU32::MIN.saturating_add(15);
    let settings = Settings { rounds: 1, epochs, ..counting() };
    let mut setting = setting(&TRIANGLE, &settings, Scheduler::Rounds);
    setting.stop = Some(Box::new(somebody_has_a_result));
    Case { setting, properties: vec![kept(&VALUES, 8), bounded(4, 8)] }
}

fn prompt<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let setting = setting(&PAIR, &averaging(), Scheduler::Prompt { in_flight: 1 });
    let properties = vec![kept(&VALUES[..2], 8), together(), bounded(4, 8)];
    Case { setting, properties }
}

fn lossy<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let mut setting = setting(&PAIR, &averaging(), Scheduler::Rounds);
    setting.faults.loss = Fault::AtMost(1);
    setting.faults.duplication = Fault::AtMost(1);
    setting.stop = Some(Box::new(all_have_results));
    let properties = vec![kept(&VALUES[..2], 8), result(Notion::Surely), bounded(4, 8)];
    Case { setting, properties }
}

fn costly<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let settings = Settings { tries: 1, ..averaging() };
    let mut setting = setting(&PAIR, &settings, Scheduler::Rounds);
    setting.faults.loss = Fault::AtMost(1);
    setting.stop = Some(Box::new(all_have_results));
    let within = Claim::new(WITHIN, Notion::Always, |at| is_within(at, &VALUES[..2]));
    let costs = Claim::new(COSTS, Notion::Sometimes, |at| !is_kept(at, &VALUES[..2], 8));
    Case { setting, properties: vec![within, costs, bounded(4, 8)] }
}

fn join<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let mut setting = setting(&PAIR, &averaging(), Scheduler::Prompt { in_flight: 1 });
    setting.latecomers = vec![ModelPeer(1)];
    let seasoned = Claim::new(SEASONED, Notion::Always, |at| {
        at.locals().all(|local| !local.application.too_soon)
    });
    let properties = vec![kept(&VALUES[..2], 8), seasoned, result(Notion::PossibleFromEverywhere)];
    Case { setting, properties }
}

fn failed<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let views: [&[u8]; 2] = [&[9], &[9]];
    let mut setting = setting(&views, &Settings { rounds: 4, ..averaging() }, Scheduler::Rounds);
    setting.stop = Some(Box::new(all_have_results));
    let goes_on = Claim::new(GOES_ON, Notion::Surely, |at| {
        machines(at).iter().all(|(_, machine)| machine.given_up() > 0)
    });
    Case { setting, properties: vec![goes_on, bounded(4, 8)] }
}

fn adversary<X: Protocol<ModelPeer>>() -> Case<X, Reader> {
    let settings = Settings { rounds: 1, met: 1, unit: 1, tries: 1, tickets: 1, ..counting() };
    let mut setting = setting(&PAIR, &settings, Scheduler::Asynchronous { in_flight: 1 });
    for node in &mut setting.nodes {
        node.protocol = recast(&Machine::new(settings.clone(), 0));
    }
    let (partner, stranger) = (ModelPeer(1), ModelPeer(9));
    let held = |least, part| {
        let counts = vec![Count { ticket: 0, leader: ModelPeer(0), part }];
        Held { value: 0, least, greatest: 0, cut: u32::MAX, counts }
    };
    let push = |epoch, round, held| Message::Push { time: Time { epoch, round }, number: 0, held };
    let answer = |held| Message::Answer { epoch: 0, number: 0, held };
    let declined = |time| Message::Declined { epoch: 0, number: 0, time: Some(time) };
    let mut forged = vec![(stranger, push(3, 0, held(0, 1))), (stranger, push(2, 1, held(0, 1)))];
    forged.extend(
        [Time { epoch: 1, round: 9 }, Time { epoch: 0, round: 0 }]
            .map(|time| (partner, declined(time))),
    );
    for held in [held(0, 1), held(1, 1), held(0, 9)] {
        forged.extend([(stranger, push(0, 0, held.clone())), (partner, answer(held))]);
    }
    for (from, message) in forged {
        setting.forgeries.push((from, ModelPeer(0), recast(&message)));
    }
    Case { setting, properties: vec![bounded(1, 1)] }
}

fn somebody_has_a_result<X: Protocol<ModelPeer>>(at: &Snapshot<'_, X, Reader>) -> bool {
    at.alive().any(|local| local.application.results > 0)
}

fn all_have_results<X: Protocol<ModelPeer>>(at: &Snapshot<'_, X, Reader>) -> bool {
    at.alive().all(|local| local.application.results > 0)
}

fn kept<X: Protocol<ModelPeer>>(values: &'static [i64], unit: u64) -> Claim<X> {
    Claim::new(KEPT, Notion::Always, move |at| is_kept(at, values, unit))
}

fn result<X: Protocol<ModelPeer>>(notion: Notion) -> Claim<X> {
    Claim::new(RESULT, notion, all_have_results)
}

fn together<X: Protocol<ModelPeer>>() -> Claim<X> {
    Claim::new(TOGETHER, Notion::AgainIfFair, |at| {
        let epochs: Vec<_> =
            machines(at).iter().map(|(_, machine)| machine.time().map(|time| time.epoch)).collect();
        epochs[0].is_some() && epochs.iter().all(|epoch| *epoch == epochs[0])
    })
}

fn bounded<X: Protocol<ModelPeer>>(met: usize, unit: u64) -> Claim<X> {
    Claim::new(BOUNDED, Notion::Always, move |at| {
        let is_sound = |local: &Local<X, Read>| {
            let machine: Machine = recast(&local.node.protocol);
            let can_be = |held: &Held<ModelPeer>| {
                (held.least..=held.greatest).contains(&held.value)
                    && held.counts.len() <= 1
                    && held.counts.iter().all(|count| count.part <= unit && count.ticket < held.cut)
            };
            machine.met() <= met && machine.held().is_none_or(can_be)
        };
        at.locals().all(is_sound)
    })
}

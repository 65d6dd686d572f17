//! What a group holds together, counting what is on its way.

use rumormill_core::Protocol;
use rumormill_core::protocols::averaging::{Averaging, Count, Held};

use crate::ModelPeer;
use crate::suites::views::recast;
use crate::world::{Application, Snapshot};

pub(super) type Machine = Averaging<ModelPeer>;

/// The machines that run, and who they are.
pub(super) fn machines<X: Protocol<ModelPeer>, A: Application<X>>(
    at: &Snapshot<'_, X, A>,
) -> Vec<(ModelPeer, Machine)> {
    at.locals().map(|local| (local.node.me(), recast(&local.node.protocol))).collect()
}

/// Whether all hold together what they brought, as soon as all take part in one epoch: these values,
/// of which none has forgotten the extremes, and a whole unit of each count that nobody has cut.
pub(super) fn is_kept<X: Protocol<ModelPeer>, A: Application<X>>(
    at: &Snapshot<'_, X, A>,
    values: &[i64],
    unit: u64,
) -> bool {
    let Some(held) = in_one_epoch(&machines(at)) else { return true };
    let value: i64 = held.iter().map(|held| held.value).sum();
    let least = held.iter().map(|held| held.least).min();
    let greatest = held.iter().map(|held| held.greatest).max();
    let are_known =
        (least.as_ref(), greatest.as_ref()) == (values.iter().min(), values.iter().max());
    value == values.iter().sum::<i64>()
        && are_known
        && held.iter().flat_map(|held| &held.counts).all(|count| {
            let is_cut = held.iter().any(|held| count.ticket >= held.cut);
            is_cut || held.iter().map(|held| part(held, count)).sum::<u64>() == unit
        })
}

/// Whether all hold together what they brought, but for what exchanges cost that were given up.
pub(super) fn is_within<X: Protocol<ModelPeer>, A: Application<X>>(
    at: &Snapshot<'_, X, A>,
    values: &[i64],
) -> bool {
    let machines = machines(at);
    let Some(held) = in_one_epoch(&machines) else { return true };
    let value: i64 = held.iter().map(|held| held.value).sum();
    let given_up: i64 = machines.iter().map(|(_, machine)| i64::from(machine.given_up())).sum();
    let (least, greatest) = (values.iter().min(), values.iter().max());
    let difference = greatest.zip(least).map_or(0, |(greatest, least)| greatest - least);
    let changed = value - values.iter().sum::<i64>();
    2 * changed.abs() <= given_up * (difference + 1)
}

/// What each holds, or will hold as soon as it receives the answer that was given to it; `None`: not
/// all take part in one epoch.
fn in_one_epoch(machines: &[(ModelPeer, Machine)]) -> Option<Vec<Held<ModelPeer>>> {
    let epoch = machines.first()?.1.time()?.epoch;
    let is_in_it = |(_, machine): &(ModelPeer, Machine)| {
        machine.time().is_some_and(|time| time.epoch == epoch)
    };
    let holds = |(me, machine): &(ModelPeer, Machine)| {
        let held = machine.held()?;
        let answered = machine.exchange().and_then(|(with, number)| {
            let (_, partner) = machines.iter().find(|(peer, _)| *peer == with)?;
            partner.answered(*me, number)
        });
        Some(answered.map_or_else(|| held.clone(), |theirs| upper_half(held, theirs)))
    };
    if machines.iter().all(is_in_it) { machines.iter().map(holds).collect() } else { None }
}

/// What somebody holds who has received an answer.
fn upper_half(own: &Held<ModelPeer>, theirs: &Held<ModelPeer>) -> Held<ModelPeer> {
    let half = |count: &Count<ModelPeer>| {
        let sum = part(own, count) + part(theirs, count);
        Count { part: sum.div_ceil(2), ..*count }
    };
    let is_new = |count: &&Count<ModelPeer>| part(own, count) == 0;
    let all = own.counts.iter().chain(theirs.counts.iter().filter(is_new));
    let sum = own.value + theirs.value;
    Held {
        value: sum - sum.div_euclid(2),
        cut: own.cut.min(theirs.cut),
        counts: all.map(half).collect(),
        ..own.clone()
    }
}

fn part(held: &Held<ModelPeer>, of: &Count<ModelPeer>) -> u64 {
    held.counts.iter().find(|count| count.is_of(of)).map_or(0, |count| count.part)
}

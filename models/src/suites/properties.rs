//! What is claimed of machines that spread rumors.

use bytes::Bytes;

use super::candidates::Spreads;
use super::views::is_within_bounds;
use crate::ModelPeer;
use crate::explore::{Notion, Property};
use crate::world::{Local, Seen, Snapshot, Witness};

pub(super) type Claim<X> = Property<X, Witness>;
type At<'a, X> = Snapshot<'a, X, Witness>;
type Machine<X> = Local<X, Seen>;

pub(super) const ONLY_BROADCAST: &str = "nothing is delivered that was not broadcast";
pub(super) const AT_MOST_ONCE: &str = "each node delivers a rumor at most once";
pub(super) const DELIVERED_AGAIN: &str =
    "a copy that comes after its origin was forgotten is delivered again";
pub(super) const EVERYBODY: &str = "everybody gets it";
pub(super) const NOT_EVERYBODY: &str = "somebody never learns";
pub(super) const FORWARDS_ONCE: &str = "each node forwards a rumor at most once";
pub(super) const FEW_MESSAGES: &str = "at most N x fanout messages are sent";
pub(super) const ENDS: &str = "it ends: nothing is in flight any more";
pub(super) const BOUNDED: &str = "views and buffers are bounded";
pub(super) const RESTS: &str = "it ends: nobody spreads it any more";
pub(super) const FORGIVES: &str = "a useful period starts the count of useless ones anew";
pub(super) const TOGETHER: &str = "all who tell a node in the period in which it learns are of use";
pub(super) const ONCE_A_PERIOD: &str = "a period counts once, however many answer in it";
pub(super) const COOLS: &str = "a node sends a rumor in at most so many periods as it is hot";

/// A rumor's origin delivers what it was asked to broadcast, and the others what it delivered.
pub(super) fn only_broadcast<X: Spreads>(asked: Vec<(ModelPeer, Bytes)>) -> Claim<X> {
    Claim::new(ONLY_BROADCAST, Notion::Always, move |at| {
        at.locals().flat_map(|local| &local.application.delivered).all(|(rumor, _)| {
            let asked_there =
                |(node, payload): &_| *node == rumor.id.origin && *payload == rumor.payload;
            asked.iter().any(asked_there)
        })
    })
}

pub(super) fn at_most_once<X: Spreads>() -> Claim<X> {
    Claim::new(AT_MOST_ONCE, Notion::Always, |at| {
        at.locals().flat_map(|local| &local.application.delivered).all(|(_, times)| *times == 1)
    })
}

pub(super) fn delivered_again<X: Spreads>() -> Claim<X> {
    Claim::new(DELIVERED_AGAIN, Notion::Sometimes, |at| {
        at.locals().flat_map(|local| &local.application.delivered).any(|(_, times)| *times > 1)
    })
}

/// Whether all that are alive delivered so many rumors.
pub(super) fn everybody_delivered<X: Spreads>(rumors: usize, at: &At<'_, X>) -> bool {
    at.alive().all(|local| local.application.delivered.len() == rumors)
}

pub(super) fn everybody<X: Spreads>(notion: Notion, rumors: usize) -> Claim<X> {
    Claim::new(EVERYBODY, notion, move |at| everybody_delivered(rumors, at))
}

fn is_hot<X: Spreads>(local: &Machine<X>) -> bool {
    local.node.protocol.buffered().0 > 0
}

/// Whether something was started, and nobody has anything left to spread.
fn is_over<X: Spreads>(at: &At<'_, X>) -> bool {
    let spread = at.locals().any(|local| !local.application.delivered.is_empty());
    spread && at.in_flight().next().is_none() && !at.alive().any(is_hot)
}

/// A state in which nobody has anything left to spread, and not everybody knows.
pub(super) fn somebody_never_learns<X: Spreads>() -> Claim<X> {
    Claim::new(NOT_EVERYBODY, Notion::Sometimes, |at| is_over(at) && !everybody_delivered(1, at))
}

pub(super) fn rests<X: Spreads>(notion: Notion) -> Claim<X> {
    Claim::new(RESTS, notion, is_over)
}

/// A node spreads a rumor for longer than all its useful periods and k useless ones take.
pub(super) fn forgives<X: Spreads>(useful: u8, k: u8) -> Claim<X> {
    Claim::new(FORGIVES, Notion::Sometimes, move |at| {
        at.locals().any(|local| is_hot(local) && local.application.periods > useful + k)
    })
}

/// Where k is 1: all are hot still when the period has begun after that in which the last learned.
pub(super) fn together<X: Spreads>() -> Claim<X> {
    Claim::new(TOGETHER, Notion::Sometimes, |at| {
        at.locals().all(|local| is_hot(local) && local.application.periods > 0)
    })
}

/// Nobody gives a rumor up before k whole periods are over.
pub(super) fn once_a_period<X: Spreads>(k: u8) -> Claim<X> {
    Claim::new(ONCE_A_PERIOD, Notion::Always, move |at| {
        let gave_up =
            |local: &&Machine<X>| !local.application.delivered.is_empty() && !is_hot(local);
        at.locals().filter(gave_up).all(|local| local.application.periods > k)
    })
}

pub(super) fn forwards_once<X: Spreads>(rumors: u8) -> Claim<X> {
    Claim::new(FORWARDS_ONCE, Notion::Always, move |at| {
        at.locals().all(|local| local.application.sends <= rumors)
    })
}

pub(super) fn few_messages<X: Spreads>(most: u32) -> Claim<X> {
    Claim::new(FEW_MESSAGES, Notion::Always, move |at| {
        at.locals().map(|local| u32::from(local.application.messages)).sum::<u32>() <= most
    })
}

/// Every request has been made and nothing is in flight.
pub(super) fn ends<X: Spreads>(requests: u32) -> Claim<X> {
    Claim::new(ENDS, Notion::Surely, move |at| {
        at.all_asked(requests) && at.in_flight().next().is_none()
    })
}

pub(super) fn bounded<X: Spreads>(buffer: usize) -> Claim<X> {
    Claim::new(BOUNDED, Notion::Always, move |at: &At<'_, X>| {
        at.locals().all(|local| {
            let (buffered, distinct) = local.node.protocol.buffered();
            is_within_bounds(&local.node.neighborhood) && buffered <= buffer && distinct
        })
    })
}

pub(super) fn cools<X: Spreads>(periods: u8) -> Claim<X> {
    Claim::new(COOLS, Notion::Always, move |at| {
        at.locals().all(|local| local.application.sends <= periods)
    })
}

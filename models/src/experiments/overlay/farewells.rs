//! Whom the farewells of those that leave reach.

use rumormill_core::protocols::neighbor_management::{self as neighbors, Refusal};
use rumormill_core::stacks::overlay::{Message, Notice, Overlay, Request};

use super::look::share;
use crate::simulate::{Fate, Moment, Observer};

/// Whom farewells reach, counted; and who is remembered for its pings, since that is who is told.
#[derive(Default)]
pub(super) struct Farewells {
    /// How many had somebody in their views who left, and whom of them it told.
    holders: u64,
    told: u64,
    pings: u64,
    /// The pings of those for whom there was no room.
    forgotten: u64,
}

impl Farewells {
    /// The share that was told of those that had somebody in their views who left; `None` where
    /// nobody left.
    pub(super) fn told(&self) -> Option<f64> {
        (self.holders > 0).then(|| share(self.told, self.holders))
    }

    /// The share of the pings whose senders are not remembered.
    pub(super) fn forgotten(&self) -> f64 {
        share(self.forgotten, self.pings)
    }
}

impl Observer<Overlay<u32>> for Farewells {
    fn on_request(&mut self, at: &Moment<'_, Overlay<u32>>, node: u32, request: &Request<u32>) {
        if *request == Request::leave() {
            let holders = at.group.nodes().filter(|holder| holder.neighborhood.contains(&node));
            self.holders += holders.count() as u64;
        }
    }

    fn on_send(
        &mut self,
        at: &Moment<'_, Overlay<u32>>,
        from: u32,
        to: u32,
        message: &Message<u32>,
        _: Fate,
    ) {
        if let Message::Neighbors(neighbors::Message::Leave { .. }) = message {
            let holder = at.group.node(to);
            let is_told = holder.is_some_and(|holder| holder.neighborhood.contains(&from));
            self.told += u64::from(is_told);
        }
    }

    fn on_message(&mut self, _: &Moment<'_, Overlay<u32>>, _: u32, _: u32, message: &Message<u32>) {
        let is_ping = matches!(message, Message::Neighbors(neighbors::Message::Ping));
        self.pings += u64::from(is_ping);
    }

    fn on_notice(&mut self, _: &Moment<'_, Overlay<u32>>, _: u32, notice: &Notice<u32>) {
        if let Notice::Neighbors(neighbors::Notice::Refused { refusal, .. }) = notice {
            self.forgotten += u64::from(*refusal == Refusal::TooManyWatchers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Community, Conditions, SOUND};
    use super::*;

    /// Of four that know each other all ping each other in each period.
    #[test]
    fn where_views_stay_as_they_are_all_are_told() {
        let conditions = Conditions::whole(3, SOUND);
        let mut community = Community::random(4, conditions, 1, Farewells::default());
        community.periods(2);
        assert_eq!(community.watch.told(), None, "nobody has left");
        community.leave(1);
        assert_eq!((community.watch.told(), community.watch.holders), (Some(1.0), 3));
        assert_eq!(community.watch.forgotten(), 0.0);
    }

    /// Nobody has pinged before it has started, so only one's own neighbours are told.
    #[test]
    fn who_has_not_pinged_is_not_told() {
        let conditions = Conditions::whole(3, SOUND);
        let mut community = Community::random(50, conditions, 1, Farewells::default());
        community.leave(1);
        let told = community.watch.told().expect("it left");
        assert!(told < 1.0, "{told}");
    }
}

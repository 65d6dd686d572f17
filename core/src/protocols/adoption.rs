//! Adoption: how a newcomer becomes a neighbour without anybody becoming better known (the join of
//! CYCLON, Voulgaris, Gavidia, van Steen 2005).
//!
//! A newcomer takes random walks from its contact. Whoever it meets at the end of one puts the
//! newcomer into the place of a neighbour, and hands that neighbour over:
//!
//! ```text
//! ask(e):            send(ADOPT) to e
//! Adopt(n):          x ← GetNeighbors(1); removeNeighbor(x); addNeighbor(n)
//!                    send(ADOPTED, x) to n
//! Adopted(e, x):     addNeighbor(x)
//! ```
//!
//! So the newcomer is known by as many as adopt it, and everybody else by as many as before.
//!
//! Where this says more:
//! - Here the newcomer starts the walks itself, so nobody works for it until it is met, and asks
//!   those whom it met.
//! - Whoever has room, or knows the newcomer already, keeps the neighbour of which it hands over a
//!   copy: views fill up while a group is small.
//! - An answer may be lost, and with it a pointer. The newcomer asks elsewhere after a while.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Context, Peer, Protocol, Ticks, as_set, wire_by_serde};

/// Asks for adoption, and adopts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Adoption<P: Peer> {
    settings: Settings,
    #[serde(serialize_with = "as_set")]
    asked: Vec<Asked<P>>,
}

/// How long and how often adoption is asked for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How long a period is.
    pub period: Ticks,
    /// For how many periods an answer is awaited; at least 1.
    pub patience: u8,
    /// The most that are asked at the same time.
    pub asked: u8,
}

/// Somebody who was asked so many periods ago.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Asked<P: Peer> {
    peer: P,
    periods: u8,
}

/// What processes say to each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Message<P: Peer> {
    /// "Take me for a neighbour."
    Adopt,
    /// "I have."
    Adopted {
        /// "And this was mine."
        instead: Option<P>,
    },
}

wire_by_serde!(<P> Message<P>);

/// "This process was met: ask it."
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Request<P: Peer>(pub P);

/// What came of a request, and what others send.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Somebody who was asked has handed this neighbour over.
    Found(P),
    /// Nobody was handed over: whoever was met is this process itself, has nobody to give, or does
    /// not answer.
    NotFound,
    /// A message was refused.
    Refused {
        /// Who sent it.
        from: P,
        /// Why.
        refusal: Refusal,
    },
}

/// Why a message is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// An answer to no question of this process.
    #[error("nobody asked it for adoption")]
    Unasked,
    /// Somebody speaks in the name of this process, or of an earlier life of it.
    #[error("it speaks in the name of this process")]
    Oneself,
    /// The view has no room at all.
    #[error("the view has no room")]
    NoRoom,
    /// A later life of the sender is known.
    #[error("a later life of the sender is known")]
    EarlierLife,
    /// It hands over no life, or one at a place where nobody can be; nobody is told of such.
    #[error("it hands nobody over")]
    NamesNobody,
}

/// A period is over. Armed while an answer is awaited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period;

impl<P: Peer> Protocol<P> for Adoption<P> {
    type Message = Message<P>;
    type Timer = Period;
    type Request = Request<P>;
    type Notice = Notice<P>;

    fn on_request(&mut self, context: &mut Context<'_, P, Self>, Request(met): Request<P>) {
        let is_asked = self.asked.iter().any(|asked| asked.peer == met);
        let is_full = self.asked.len() >= usize::from(self.settings.asked);
        if context.neighborhood().is_oneself(&met) || is_asked || is_full {
            return context.notify(Notice::NotFound);
        }
        if self.asked.is_empty() {
            context.set_timer(self.settings.period, Period);
        }
        self.asked.push(Asked { peer: met, periods: 0 });
        context.send(Message::Adopt, &[met]);
    }

    fn on_message(&mut self, context: &mut Context<'_, P, Self>, from: P, message: Message<P>) {
        let handled = match message {
            Message::Adopt => adopt(context, from),
            Message::Adopted { instead } => self.on_adopted(context, from, instead),
        };
        if let Err(refusal) = handled {
            context.notify(Notice::Refused { from, refusal });
        }
    }

    fn on_timer(&mut self, context: &mut Context<'_, P, Self>, Period: Period) {
        self.asked.retain_mut(|asked| {
            let answer_may_come = asked.periods < self.settings.patience;
            if answer_may_come {
                asked.periods += 1;
            } else {
                context.notify(Notice::NotFound);
            }
            answer_may_come
        });
        if !self.asked.is_empty() {
            context.set_timer(self.settings.period, Period);
        }
    }
}

impl<P: Peer> Adoption<P> {
    /// A process that has asked nobody.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, asked: Vec::new() }
    }

    /// How many were asked and have not answered yet.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.len()
    }

    fn on_adopted(
        &mut self,
        context: &mut Context<'_, P, Self>,
        from: P,
        instead: Option<P>,
    ) -> Result<(), Refusal> {
        let place = self.asked.iter().position(|asked| from.answers_for(&asked.peer));
        self.asked.remove(place.ok_or(Refusal::Unasked)?);
        if self.asked.is_empty() {
            context.cancel_timer(Period);
        }
        let named = instead.filter(|peer| !peer.is_nobody());
        context.notify(named.map_or(Notice::NotFound, Notice::Found));
        if named == instead { Ok(()) } else { Err(Refusal::NamesNobody) }
    }
}

/// Puts the newcomer into the place of a neighbour, and hands that one over.
fn adopt<P: Peer>(context: &mut Context<'_, P, Adoption<P>>, newcomer: P) -> Result<(), Refusal> {
    let view = context.neighborhood();
    if view.is_oneself(&newcomer) {
        return Err(Refusal::Oneself);
    }
    if view.knows_later(&newcomer) {
        return Err(Refusal::EarlierLife);
    }
    let (is_known, is_full) = (view.knows(&newcomer), view.room() == 0);
    let may_go = |peer: &P| !peer.answers_for(&newcomer) && !peer.is_contact();
    let others: Vec<P> = view.peers().iter().copied().filter(may_go).collect();
    let instead = context.choose(&others, 1).first().copied();
    if !is_known {
        if let Some(given) = instead.filter(|_| is_full) {
            context.remove_neighbor(given);
        }
        if context.add_neighbor(newcomer).is_err() {
            return Err(Refusal::NoRoom);
        }
    }
    context.send(Message::Adopted { instead }, &[newcomer]);
    Ok(())
}

//! The overlay: searches across its layers, groups that find themselves, and whatever may come.

#[path = "../common/mod.rs"]
mod common;

mod group;
mod groups;
mod searches;
mod strangers;
mod whatever;
mod without_adoption;

use rumormill_core::protocols::adoption;
use rumormill_core::stacks::overlay::{Message, Overlay};
use rumormill_core::{Node, Peer};

type Process<P> = Node<P, Overlay<P>>;

fn adopted<P: Peer>(instead: Option<P>) -> Message<P> {
    Message::Adoption(adoption::Message::Adopted { instead })
}

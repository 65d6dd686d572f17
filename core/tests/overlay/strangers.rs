//! What a stranger can do that says made-up things in its own name.

use rumormill_core::protocols::cyclon::{Entry, MAX_LENGTH, Message as Shuffling};
use rumormill_core::stacks::overlay::{Message, Overlay, Settings};
use rumormill_core::{Event, SocketPeer};

use crate::common::{life, overlaid};
use crate::group::{Group, group, overlay};

const DEGREE: u8 = 8;
const MEMBERS: u8 = 12;
const STRANGER: u8 = 99;

type Members = Group<SocketPeer, Overlay<SocketPeer>>;

fn settings(acquaintances: u16) -> Settings {
    let mut settings = overlaid(DEGREE.into());
    settings.neighbors.acquaintances = acquaintances;
    settings
}

/// A group whose seed has gone, so that nobody's contact is there.
fn without_a_seed(settings: &Settings) -> Members {
    let mut group = group(settings, 3);
    for place in 0..=MEMBERS {
        group.join(overlay(life(place, 1), DEGREE.into(), &[life(0, 0)], settings));
        group.rounds(2);
    }
    group.rounds(40);
    group.nodes.remove(0);
    group.armed.remove(0);
    group.rounds(60);
    assert!(group.is_connected() && !group.has_a_dead_link());
    group
}

/// Gives everybody peers that are nowhere for all that it knows.
fn swindle(group: &mut Members) {
    for place in 0..group.nodes.len() {
        for time in 0..DEGREE {
            let made_up = |at: usize| life(100 + time * MAX_LENGTH as u8 + at as u8, 1);
            let entries = (0..MAX_LENGTH).map(|at| Entry { peer: made_up(at), age: 0 }).collect();
            let message = Message::Shuffle(Shuffling::Shuffle { number: 0, entries });
            group.handle(place, Event::Message { from: life(STRANGER, 1), message });
        }
    }
    let known = group.nodes.iter().flat_map(|node| node.neighborhood.peers());
    let living = known.filter(|peer| group.place(peer).is_some()).count();
    assert!(living < usize::from(MEMBERS), "it has taken nearly all: {living} are left");
}

#[test]
fn whoever_was_given_made_up_peers_for_all_that_it_knew_finds_its_acquaintances_again() {
    let settings = settings(DEGREE.into());
    let mut group = without_a_seed(&settings);
    swindle(&mut group);
    group.rounds(60);
    assert!(group.is_connected() && !group.has_a_dead_link());
    assert_eq!(group.degrees(), [usize::from(DEGREE); MEMBERS as usize]);
}

/// So it is what the memory is for.
#[test]
fn without_acquaintances_it_would_stay_alone() {
    let settings = settings(0);
    let mut group = without_a_seed(&settings);
    swindle(&mut group);
    group.rounds(60);
    assert!(!group.is_connected());
}

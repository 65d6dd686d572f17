//! A process that is restarted at the same address is another one, to those who knew the first.

use rumormill_core::{Change, Epoch, SocketPeer};
use rumormill_tokio::{Config, Handle, Notices};

use crate::parrot::{Notice, Parrot, Request};
use crate::support::{config, parrot, soon};

async fn say(node: &Handle<Parrot>) {
    node.request(Request::Say("word".into())).await.expect("it runs");
}

/// What a witness makes of a sign of life: the renewal, and the word.
async fn renewed(witness: &mut Notices<Parrot>, from: SocketPeer, to: SocketPeer) {
    assert_eq!(soon(witness.next()).await, Some(Notice::Heard(to, "word".into())));
    assert_eq!(soon(witness.next()).await, Some(Notice::Changed(Change::Down(from))));
    assert_eq!(soon(witness.next()).await, Some(Notice::Changed(Change::Up(to))));
}

#[tokio::test]
async fn a_later_life_replaces_the_earlier_and_hears_nothing_that_was_meant_for_it() {
    let scout = parrot(config(), &[]).await;
    let address = scout.peer().address();
    scout.shutdown().await.expect("it ends by itself");
    let contact = SocketPeer::contact(address);
    let mut witness = parrot(config(), &[contact]).await;
    let mut notices = witness.notices().expect("the first to take them");
    let life = async |epoch| {
        let config = Config { bind: address, epoch: Epoch(epoch), ..config() };
        parrot(config, &[witness.peer()]).await
    };

    let first = life(10).await;
    say(&witness).await;
    soon(first.counters_once(|count| count.incoming.accepted == 1)).await;
    say(&first).await;
    renewed(&mut notices, contact, first.peer()).await;
    let earlier = first.peer();
    first.shutdown().await.expect("it ends by itself");

    let second = life(20).await;
    say(&witness).await;
    soon(second.counters_once(|count| count.incoming.refused.another_epoch == 1)).await;
    say(&second).await;
    renewed(&mut notices, earlier, second.peer()).await;
    say(&witness).await;
    soon(second.counters_once(|count| count.incoming.accepted == 1)).await;
}

#[tokio::test]
async fn a_message_to_several_is_meant_for_the_life_of_each() {
    let life = async |epoch| parrot(Config { epoch: Epoch(epoch), ..config() }, &[]).await;
    let (one, other, contact) = (life(10).await, life(20_000).await, life(30).await);
    let known_by_address = SocketPeer::contact(contact.peer().address());
    let speaker = parrot(config(), &[one.peer(), other.peer(), known_by_address]).await;
    say(&speaker).await;
    for hearer in [one, other, contact] {
        let counters = soon(hearer.counters_once(|count| count.incoming.datagrams > 0)).await;
        assert_eq!(counters.incoming.accepted, 1);
    }
}

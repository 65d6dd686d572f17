//! What does not arrive is counted, whether it was lost on purpose or could not be sent.

use std::net::SocketAddr;

use bytes::Bytes;
use rumormill_core::wire::DEFAULT_MAX_DATAGRAM;
use rumormill_core::{Bias, SocketPeer};
use rumormill_tokio::{Config, Counters, Handle, Loss};

use crate::parrot::{Parrot, Request};
use crate::support::{config, parrot, soon};

/// Says a word so often, never so many at once that the receiver's socket overflows.
async fn say(node: &Handle<Parrot>, times: u64) -> Counters {
    let before = node.counters().outgoing.attempted();
    for said in 1..=times {
        soon(node.request(Request::Say("word".into()))).await.expect("it runs");
        soon(node.counters_once(|count| count.outgoing.attempted() == before + said)).await;
    }
    node.counters()
}

fn lossy(probability: Bias) -> Config {
    Config { loss: Loss { probability, seed: 1 }, ..config() }
}

#[tokio::test]
async fn injected_losses_are_counted_and_the_rest_arrives() {
    let hearer = parrot(config(), &[]).await;
    let tenth = Bias::new(1, 10).expect("a probability");
    let speaker = parrot(lossy(tenth), &[hearer.peer()]).await;
    let outgoing = say(&speaker, 2000).await.outgoing;
    assert_eq!(outgoing.sent + outgoing.lost, 2000);
    // Binomial(2000, 1/10), and within five standard deviations; the seed is fixed.
    assert!((133..=267).contains(&outgoing.lost), "{} lost", outgoing.lost);
    soon(hearer.counters_once(|count| count.incoming.accepted == outgoing.sent)).await;
    assert_eq!(hearer.counters().incoming.datagrams, outgoing.sent);
    assert_eq!(hearer.counters().incoming.bytes, outgoing.bytes);
}

#[tokio::test]
async fn with_certain_loss_nothing_arrives() {
    let hearer = parrot(config(), &[]).await;
    let mute = parrot(lossy(Bias::ALWAYS), &[hearer.peer()]).await;
    let outgoing = say(&mute, 100).await.outgoing;
    assert_eq!((outgoing.sent, outgoing.bytes, outgoing.lost), (0, 0, 100));

    // The loopback keeps the order: had anything been sent, it would be there before this.
    let speaker = parrot(config(), &[hearer.peer()]).await;
    say(&speaker, 1).await;
    let counters = soon(hearer.counters_once(|count| count.incoming.datagrams > 0)).await;
    assert_eq!(counters.incoming.datagrams, 1);
}

#[tokio::test]
async fn what_cannot_be_sent_is_counted() {
    let hearer = parrot(config(), &[]).await;
    let nowhere = |text: &str| SocketPeer::contact(text.parse::<SocketAddr>().expect("an address"));
    let neighbors = [hearer.peer(), nowhere("127.0.0.1:0"), nowhere("[::1]:9")];
    let node = parrot(config(), &neighbors).await;

    let outgoing = say_to_all(&node, "word".into(), 3).await.outgoing;
    assert_eq!((outgoing.sent, outgoing.failures.total()), (1, 2));

    let too_long = Bytes::from(vec![0; DEFAULT_MAX_DATAGRAM]);
    let outgoing = say_to_all(&node, too_long, 6).await.outgoing;
    assert_eq!((outgoing.sent, outgoing.failures.total(), outgoing.too_long), (1, 2, 3));
}

async fn say_to_all(node: &Handle<Parrot>, word: Bytes, attempted: u64) -> Counters {
    node.request(Request::Say(word)).await.expect("it runs");
    soon(node.counters_once(|count| count.outgoing.attempted() == attempted)).await
}

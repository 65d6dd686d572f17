//! Configurations that make no sense, and addresses that cannot be had.

use std::net::SocketAddr;
use std::time::Duration;

use rumormill_core::{Epoch, Neighborhood, Node, SocketPeer};
use rumormill_tokio::{Bound, Config, MAX_DATAGRAM, MIN_DATAGRAM, SpawnError, epoch_now};

use crate::parrot::Parrot;
use crate::support::{EPOCH, config, parrot};

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

async fn refusal(config: Config) -> SpawnError {
    match Bound::bind(config).await {
        Ok(bound) => panic!("{} was bound", bound.peer()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    for given in [0, MIN_DATAGRAM - 1, MAX_DATAGRAM + 1] {
        let error = refusal(Config { max_datagram: given, ..config() }).await;
        assert!(matches!(error, SpawnError::MaxDatagram { given: named } if named == given));
    }
    let error = refusal(Config { epoch: Epoch::UNKNOWN, ..config() }).await;
    assert!(matches!(error, SpawnError::Epoch));
    let error = refusal(Config { tick: Duration::ZERO, ..config() }).await;
    assert!(matches!(error, SpawnError::Tick));
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_named_with_a_way_out() {
    let node = parrot(config(), &[]).await;
    let bind = node.peer().address();
    let error = refusal(Config { bind, ..config() }).await;
    assert!(matches!(error, SpawnError::InUse { address } if address == bind));
    assert!(error.to_string().contains("choose another port"));

    let bind = address("192.0.2.1:0");
    let error = refusal(Config { bind, ..config() }).await;
    assert!(matches!(error, SpawnError::NotHere { address } if address == bind));
}

#[tokio::test]
async fn who_listens_everywhere_must_say_where_it_is_reached() {
    let everywhere = Config { bind: address("0.0.0.0:0"), ..config() };
    let error = refusal(everywhere.clone()).await;
    assert!(matches!(error, SpawnError::NothingToAdvertise { .. }));

    let advertise = Some(address("192.0.2.1:7000"));
    let bound = Bound::bind(Config { advertise, ..everywhere }).await.expect("it binds");
    assert_eq!(bound.peer(), SocketPeer::new(address("192.0.2.1:7000"), EPOCH));
}

#[tokio::test]
async fn who_can_be_nowhere_is_not_started() {
    for nowhere in ["192.0.2.1:0", "255.255.255.255:7000", "[ff02::1]:7000"] {
        let advertise = Some(address(nowhere));
        let error = refusal(Config { advertise, ..config() }).await;
        assert!(matches!(error, SpawnError::Nowhere { .. }), "{nowhere}: {error}");
    }
    let error = refusal(Config { bind: address("224.0.0.1:0"), ..config() }).await;
    assert!(matches!(error, SpawnError::Nowhere { .. }), "{error}");
}

#[tokio::test]
async fn a_machine_that_was_built_for_somebody_else_is_refused() {
    let bound = Bound::bind(config()).await.expect("it binds");
    let (me, somebody) = (bound.peer(), SocketPeer::contact(bound.peer().address()));
    let node = Node::new(Neighborhood::of(somebody, []), Parrot::default());
    match bound.spawn(node) {
        Err(SpawnError::Identity { machine, bound }) => {
            assert_eq!((machine, bound), (somebody, me))
        }
        other => panic!("{other:?} instead of a refusal"),
    }
}

#[test]
fn an_epoch_by_the_clock_is_this_century_and_two_configurations_have_two_seeds() {
    assert!(epoch_now() > Epoch(1_700_000_000_000));
    assert_ne!(Config::new(address("127.0.0.1:0")).seed, Config::new(address("127.0.0.1:0")).seed);
}

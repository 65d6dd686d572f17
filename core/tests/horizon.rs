//! What is expected of floods, against figures that an independent program measured, and what is
//! planned for a recall.

use rumormill_core::analysis::horizon::{Flood, Hop, Links, Refused, tree};
use rumormill_core::analysis::recall::{
    Infeasible, Limits, Overlay, Plan, Wanted, holders, needed, plan,
};

/// Nothing is lost, and everybody passes a query on to all of its neighbours.
fn regular(size: u32, view: u32) -> Flood {
    Flood { size, view, links: Links::Symmetric, degree: view.max(1), loss: 0.0 }
}

fn one_way(size: u32, view: u32, degree: u32, loss: f64) -> Flood {
    Flood { size, view, links: Links::OneWay, degree, loss }
}

fn asked(flood: Flood, ttl: u8) -> f64 {
    flood.asked(ttl).expect("a flood")
}

fn messages(flood: Flood, ttl: u8) -> f64 {
    flood.messages(ttl).expect("a flood")
}

#[track_caller]
fn near(value: f64, known: f64, part: f64) {
    assert!((value / known - 1.0).abs() <= part, "{value} instead of {known}");
}

#[test]
fn trees_have_the_horizons_of_gnutella() {
    let of = |degree| [1, 2, 3, 4, 5, 6, 7, 8].map(|ttl| tree(degree, ttl));
    assert_eq!(of(3), [3, 9, 21, 45, 93, 189, 381, 765]);
    assert_eq!(of(4), [4, 16, 52, 160, 484, 1456, 4372, 13_120]);
    assert_eq!(of(5), [5, 25, 105, 425, 1705, 6825, 27_305, 109_225]);
    assert_eq!(of(7), [7, 49, 301, 1813, 10_885, 65_317, 391_909, 2_351_461]);
    assert_eq!(of(8), [8, 64, 456, 3200, 22_408, 156_864, 1_098_056, 7_686_400]);
    assert_eq!((tree(2, 9), tree(1, 9), tree(0, 9), tree(7, 0)), (18, 1, 0, 0));
    assert_eq!(tree(32, u8::MAX), u64::MAX);
}

/// The figures were measured, and have errors of their own: up to 1 %, and the messages of the last
/// hop more. Those of the greatest floods are within 0.2 %.
#[test]
fn floods_reach_what_was_measured_and_take_as_many_messages() {
    for (size, view, ttl, reach, sent) in [
        (100_000, 7, 4, 1802.0, 1813.0),
        (100_000, 7, 5, 10_358.0, 10_819.0),
        (100_000, 7, 6, 48_008.0, 62_155.0),
        (100_000, 7, 7, 98_052.0, 288_055.0),
        (100_000, 4, 5, 482.0, 484.0),
        (100_000, 4, 7, 4250.0, 4318.0),
        (100_000, 4, 9, 32_475.0, 36_721.0),
        (100_000, 4, 11, 97_036.0, 207_667.0),
        (1_000_000, 7, 6, 63_151.0, 64_873.0),
        (1_000_000, 7, 7, 323_829.0, 378_913.0),
        (1_000_000, 7, 8, 904_590.0, 1_942_981.0),
        (10_000, 5, 7, 9411.0, 20_113.0),
        (10_000, 5, 8, 9999.0, 37_649.0),
    ] {
        let flood = regular(size, view);
        let (asked, messages) = (asked(flood, ttl), messages(flood, ttl));
        println!(
            "{size} nodes, degree {view}, TTL {ttl}: {asked:.0} asked, {messages:.0} messages"
        );
        near(asked, reach, 0.007);
        near(messages, sent, 0.017);
    }
    near(asked(regular(100_000, 7), 7), 98_052.0, 0.0005);
}

#[test]
fn a_whole_flood_reaches_all_and_takes_a_message_each_way_but_for_the_tree() {
    for (size, view) in [(10_000, 5), (100_000, 7), (1000, 20)] {
        let flood = regular(size, view);
        near(asked(flood, 60), f64::from(size) - 1.0, 1e-9);
        near(messages(flood, 60), f64::from(size) * f64::from(view - 1) + 1.0, 1e-9);
    }
}

#[test]
fn small_floods_are_those_by_hand() {
    near(asked(regular(1_000_000, 2), 5), 10.0, 1e-4);
    near(asked(regular(1_000_000, 1), 5), 1.0, 1e-5);
    let mut hops = one_way(10, 9, 9, 0.0).hops().expect("a flood");
    assert_eq!(hops.next(), Some(Hop { messages: 9.0, asked: 9.0 }));
    // Each of the nine has all but whom it came from.
    let Some(Hop { messages, asked }) = hops.next() else { panic!("it goes on") };
    assert!((messages - 72.0).abs() < 1e-9 && asked == 0.0);
    assert_eq!(one_way(10, 3, 3, 1.0).asked(9), Ok(0.0));
}

/// The share that infect-and-die reaches in a large group: `1 - p = e^(-p f)`.
#[test]
fn whole_floods_of_a_few_one_way_links_are_infect_and_die() {
    let reached = |flood: Flood| asked(flood, 200) / 1e6;
    near(reached(one_way(1_000_001, 20, 2, 0.0)), 0.796_812, 1e-4);
    near(reached(one_way(1_000_001, 20, 3, 0.0)), 0.940_480, 1e-4);
    near(reached(one_way(1_000_001, 20, 4, 0.25)), 0.940_480, 1e-4);
    near(reached(one_way(1_000_001, 3, 3, 0.0)), 0.940_480, 1e-4);
}

/// With fewer of symmetric links in use, and with losses, a flood reaches less; a lost message is one
/// that was not sent, but for the count.
#[test]
fn what_is_not_sent_reaches_nobody() {
    let flood = Flood { degree: 3, ..regular(100_000, 7) };
    let lossy = Flood { degree: 7, loss: 0.5, ..flood };
    near(asked(flood, 1), 3.0, 1e-3);
    near(asked(lossy, 1), 3.5, 1e-3);
    near(asked(lossy, 3), 3.5 * (1.0 + 3.0 + 9.0), 2e-3);
    assert!(asked(flood, 12) < asked(regular(100_000, 7), 12));
    near(messages(lossy, 2), 7.0 + 3.5 * 6.0, 1e-3);
}

#[test]
fn floods_that_cannot_be_are_refused() {
    let refused = |flood: Flood| flood.asked(1);
    assert_eq!(refused(one_way(2, 1, 1, 0.0)), Err(Refused::Size(2)));
    for view in [0, 10] {
        assert_eq!(refused(one_way(10, view, 1, 0.0)), Err(Refused::View { size: 10, view }));
    }
    assert_eq!(refused(one_way(10, 3, 0, 0.0)), Err(Refused::Degree(0)));
    assert_eq!(refused(one_way(10, 3, 33, 0.0)), Err(Refused::Degree(33)));
    assert_eq!(refused(one_way(10, 3, 3, 1.5)), Err(Refused::Loss(1.5)));
    assert!(refused(one_way(10, 3, 3, f64::NAN)).is_err());
}

const WANTED: Wanted = Wanted { recall: 0.9, probability: 0.95, replicated: 0.01 };
const OVERLAY: Overlay = Overlay { size: 10_000, view: 20, loss: 0.0 };
const LIMITS: Limits = Limits { ttl: 10, degree: 20 };

fn planned(wanted: Wanted, overlay: Overlay, limits: Limits) -> Plan {
    plan(wanted, overlay, limits).expect("a plan")
}

/// Everybody knows everybody, and one of nineteen has it: a hop to 18 of them meets it with 18/19, and
/// to 17 it would be less than 0.9. A tenth of what may go wrong is not counted on.
#[test]
fn a_plan_of_one_hop_is_that_by_hand() {
    let wanted = Wanted { recall: 1.0, probability: 0.9, replicated: 0.05 };
    let overlay = Overlay { size: 20, view: 19, loss: 0.0 };
    let Plan { ttl, degree, probability, recall, asked, queries, hits } =
        planned(wanted, overlay, Limits { ttl: 1, degree: 19 });
    assert_eq!((ttl, degree), (1, 18));
    let met = 18.0 / 19.0;
    let figures = [probability + 0.01, recall, asked / 19.0, queries / 19.0, hits];
    assert!(figures.iter().all(|figure| (figure - met).abs() < 1e-12), "{figures:?}");
}

/// What was left out of the reckoning makes the plan reach more than it must, not less.
#[test]
fn a_plan_expects_more_than_is_wanted_and_does_what_is_wanted_with_less() {
    for loss in [0.0, 0.02, 0.05] {
        let overlay = Overlay { loss, ..OVERLAY };
        let wanted = Wanted { recall: 0.6, ..WANTED };
        let plan = planned(wanted, overlay, LIMITS);
        assert!(plan.recall > wanted.recall && plan.probability >= wanted.probability, "{plan:?}");
        assert!(plan.asked <= 9999.0 && plan.messages() == plan.queries + plan.hits);
        let narrow = Limits { ttl: plan.ttl, degree: plan.degree };
        assert_eq!(planned(wanted, overlay, narrow), plan);
        let narrower = Limits { ttl: plan.ttl - 1, ..narrow };
        let dearer = plan_or_nothing(wanted, overlay, narrower);
        assert!(dearer.is_none_or(|other| other.messages() >= plan.messages()));
    }
}

fn plan_or_nothing(wanted: Wanted, overlay: Overlay, limits: Limits) -> Option<Plan> {
    plan(wanted, overlay, limits).ok()
}

#[test]
fn who_wants_more_pays_more_and_who_allows_more_does_not() {
    let price = |wanted, limits| planned(wanted, OVERLAY, limits).messages();
    let usual = price(WANTED, LIMITS);
    assert!(price(Wanted { recall: 0.99, ..WANTED }, LIMITS) > usual);
    assert!(price(Wanted { probability: 0.999, ..WANTED }, LIMITS) > usual);
    assert!(price(Wanted { recall: 0.5, ..WANTED }, LIMITS) < usual);
    assert!(price(WANTED, Limits { ttl: 5, ..LIMITS }) >= usual);
    assert!(price(WANTED, Limits { degree: 32, ..LIMITS }) <= usual);
}

/// Where all others have it, all must be asked: two processes that are hard to meet are too many.
#[test]
fn of_everybody_a_share_is_as_many_as_are_asked() {
    let wanted = Wanted { recall: 0.99, probability: 0.99, replicated: 1.0 };
    let plan = planned(wanted, OVERLAY, LIMITS);
    assert!(plan.asked >= 0.99 * 9999.0, "{plan:?}");
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let refused = |wanted, overlay, limits| plan(wanted, overlay, limits).expect_err("no plan");
    for wanted in [
        Wanted { recall: 0.0, ..WANTED },
        Wanted { recall: 1.1, ..WANTED },
        Wanted { probability: 0.0, ..WANTED },
        Wanted { probability: 1.0, ..WANTED },
        Wanted { replicated: -0.1, ..WANTED },
        Wanted { replicated: f64::NAN, ..WANTED },
        Wanted { recall: f64::NAN, ..WANTED },
    ] {
        assert_eq!(refused(wanted, OVERLAY, LIMITS), Infeasible::Wanted);
    }
    let (size, replicated) = (10_000, 0.000_04);
    let nobody = refused(Wanted { replicated, ..WANTED }, OVERLAY, LIMITS);
    assert_eq!(nobody, Infeasible::NobodyHasIt { size, replicated });
    let view = Overlay { view: 10_000, ..OVERLAY };
    let refusal = Refused::View { size, view: 10_000 };
    assert_eq!(refused(WANTED, view, LIMITS), Infeasible::Refused(refusal));
    for limits in [Limits { ttl: 2, ..LIMITS }, Limits { ttl: 0, degree: 0 }] {
        let Infeasible::Limits { best } = refused(WANTED, OVERLAY, limits) else {
            panic!("too narrow for {WANTED:?}");
        };
        assert!((0.0..0.95).contains(&best));
    }
    // From four hops away, two in five hits come back.
    let lossy = Overlay { loss: 0.2, ..OVERLAY };
    let most = Wanted { recall: 0.6, ..WANTED };
    assert!(matches!(refused(most, lossy, LIMITS), Infeasible::Limits { best } if best < 0.01));
    let deaf = Overlay { loss: 1.0, ..OVERLAY };
    assert_eq!(refused(WANTED, deaf, LIMITS), Infeasible::Limits { best: 0.0 });
}

#[test]
fn shares_are_rounded_to_whole_numbers() {
    assert_eq!((holders(10_000, 0.01), holders(149, 0.01), holders(151, 0.01)), (100, 1, 2));
    assert_eq!((holders(10, 1.0), holders(10, 0.0)), (9, 0));
    assert_eq!((needed(10, 0.9), needed(11, 0.9), needed(1, 0.01), needed(7, 1.0)), (9, 10, 1, 7));
    // In `f64`, 0.7 times 10 is more than 7.
    assert_eq!(needed(10, 0.1 + 0.6), 7);
}

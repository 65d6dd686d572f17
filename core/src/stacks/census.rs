//! How many there are, and the mean of what they have: the paper's `ApproximateSystemSize()`.
//!
//! ```text
//!              application
//!   supply │  ▲ estimated     estimate │  ▲ collided
//!          │  size: SystemSize         ▼  │
//!          ▼  ▲ averaged         sampling: SampleAndCollide
//!   averaging: Averaging                  ▲ sampled
//!                                         │ wanted ▼   (walks of the overlay)
//! ```
//!
//! Averaging counts all the time, at the cost of an exchange a period; its upper end is for layers that
//! draw a fanout from the size. Sample & Collide counts when it is asked to, by random walks alone, and
//! so says whether the first can be believed.

use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::protocols::averaging::{self, Averaging};
use crate::protocols::sample_and_collide::{self, SampleAndCollide};
use crate::protocols::system_size::{self, SystemSize};
use crate::{Peer, Route, Ticks, stack};

stack! {
    /// Averaging with what it counts, and Sample & Collide.
    pub struct Census<P> notifies Notice<P> {
        averaging: Averaging(Averaging<P>) => tell_of_averaging,
        size: Size(SystemSize) => tell_of_size,
        sampling: Sampling(SampleAndCollide<P>) => tell_of_samples,
    }
}

/// What the application, or the stack above, is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub enum Notice<P: Peer> {
    /// Of epochs that broke, and of messages that were refused.
    Averaging(averaging::Notice<P>),
    /// What an epoch came to.
    Size(system_size::Notice),
    /// Of samples.
    Sampling(sample_and_collide::Notice),
}

/// How the layers work.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How processes average.
    pub averaging: averaging::Settings,
    /// How counts are read.
    pub size: system_size::Settings,
    /// How much is sampled.
    pub sampling: sample_and_collide::Settings,
}

/// The whole of a count. Our choice: in a group of a million each holds 2^28 of it, so what rounding
/// takes or gives in a hundred exchanges is far below a millionth.
const UNIT: u64 = 1 << 48;

impl Settings {
    /// One exchange and up to four walks in each `period`, which is to be several times as long as an
    /// answer takes, in a group of no more than `most`.
    #[must_use]
    pub fn every(period: Ticks, most: u32) -> Self {
        let digits = libm::log(f64::from(most.max(2)));
        // Everybody has heard of an epoch by then: push-pull takes log3 n + log2 ln n rounds.
        let young = 4 + libm::ceil(0.5 * digits + libm::log2(digits.max(1.0))) as u16;
        // The variance, which is that of one in a group in the beginning, falls to 0.303 of itself in a
        // period, or to a half where much is lost.
        let rounds = young + 10 + libm::ceil(1.5 * digits) as u16;
        Self {
            averaging: averaging::Settings {
                period,
                answer: Ticks((period.0 / 4).max(1)),
                // With a fifth of the messages lost, one exchange in three thousand is given up.
                tries: 8,
                patience: 3,
                // Whoever is in a view hears of others in a period with probability 1 - 1/e.
                listens: 10,
                young,
                rounds,
                rest: 5,
                epochs: NonZeroU32::MAX,
                // Others begin one exchange in a period with each, on average.
                met: 3 * (rounds + 5),
                counts: 12,
                tickets: u32::MAX,
                unit: UNIT,
            },
            size: system_size::Settings { unit: UNIT, trim: 2 },
            sampling: sample_and_collide::Settings {
                period,
                // A relative error of a tenth.
                collisions: 100,
                walks: 4,
                // A hundred collide among as many different ones in a group of 84,000.
                seen: 4096,
                failures: 400,
            },
        }
    }
}

impl<P: Peer> Census<P> {
    /// A process with this value that has heard of no epoch.
    #[must_use]
    pub fn new(settings: Settings, value: i64) -> Self {
        Self {
            averaging: Averaging::new(settings.averaging, value),
            size: SystemSize::new(settings.size),
            sampling: SampleAndCollide::new(settings.sampling),
        }
    }
}

fn tell_of_averaging<P: Peer>(notice: averaging::Notice<P>) -> Route<Request<P>, Notice<P>> {
    match notice {
        averaging::Notice::Averaged(averaged) => {
            Route::Layer(Request::Size(system_size::Request(averaged)))
        }
        other => Route::Application(Notice::Averaging(other)),
    }
}

fn tell_of_size<P: Peer>(notice: system_size::Notice) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Size(notice))
}

fn tell_of_samples<P: Peer>(notice: sample_and_collide::Notice) -> Route<Request<P>, Notice<P>> {
    Route::Application(Notice::Sampling(notice))
}

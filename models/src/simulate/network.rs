//! What becomes of messages between the machines.

use rumormill_core::Bias;

use super::chance::Source;
use super::{Latency, Refused};

/// The network between the machines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// How long messages take; without meaning in lockstep, where answers come within the cycle.
    pub latency: Latency,
    /// Which messages are lost.
    pub loss: Loss,
}

/// Which messages are lost, to each destination by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// Each with this probability, independently of the others.
    Independent(Bias),
    /// In bursts.
    Bursty(Bursts),
}

/// Losses in bursts (E. Gilbert 1960, E. Elliott 1963): what a process sends goes through a link of
/// its own, which is good or bad. Before each message the link may turn; then the message is lost
/// with a probability that depends on how the link is. So of several copies that are sent in one
/// step many may be lost together.
///
/// In the long run the link is bad for `turns_bad / (turns_bad + turns_good)` of the messages, and
/// bad for `1 / turns_good` messages in a row. Our choice: one link for each sender, and all of them
/// are good at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bursts {
    /// The probability that a good link turns bad.
    pub turns_bad: Bias,
    /// The probability that a bad link turns good.
    pub turns_good: Bias,
    /// The probability of a loss on a good link.
    pub loss_when_good: Bias,
    /// The probability of a loss on a bad link.
    pub loss_when_bad: Bias,
}

impl Network {
    /// Nothing is lost, and all messages take so long, in thousandths of a tick.
    #[must_use]
    pub const fn sound(latency: u64) -> Self {
        Self { latency: Latency::Constant(latency), loss: Loss::Independent(Bias::NEVER) }
    }

    pub(crate) fn check(&self) -> Result<(), Refused> {
        match self.latency {
            Latency::Uniform { least, most } if least > most => {
                Err(Refused::Latency { least, most })
            }
            _ => Ok(()),
        }
    }
}

impl Loss {
    /// Whether anything can be lost.
    pub(crate) fn may_strike(&self) -> bool {
        match self {
            Self::Independent(bias) => *bias != Bias::NEVER,
            Self::Bursty(bursts) => {
                [bursts.loss_when_good, bursts.loss_when_bad] != [Bias::NEVER; 2]
            }
        }
    }
}

/// The links of all senders, and which are bad.
#[derive(Debug)]
pub(crate) struct Links {
    loss: Loss,
    bad: Vec<bool>,
    source: Source,
}

impl Links {
    pub(crate) fn new(loss: Loss, source: Source) -> Self {
        Self { loss, bad: Vec::new(), source }
    }

    /// Whether the next message of this sender is lost.
    #[inline]
    pub(crate) fn lose(&mut self, from: u32) -> bool {
        match self.loss {
            Loss::Independent(bias) => bias.happens(&mut self.source),
            Loss::Bursty(bursts) => self.lose_in_burst(from, bursts),
        }
    }

    fn lose_in_burst(&mut self, from: u32, bursts: Bursts) -> bool {
        let from = from as usize;
        if from >= self.bad.len() {
            self.bad.resize(from + 1, false);
        }
        let bad = &mut self.bad[from];
        let turns = if *bad { bursts.turns_good } else { bursts.turns_bad };
        *bad ^= turns.happens(&mut self.source);
        let loss = if *bad { bursts.loss_when_bad } else { bursts.loss_when_good };
        loss.happens(&mut self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::chance::source;
    use rumormill_core::rand::SeedableRng;
    use rumormill_core::rand::rngs::Xoshiro256PlusPlus;

    const SENT: usize = 1_000_000;

    fn lost(loss: Loss) -> Vec<bool> {
        let mut links = Links::new(loss, source(&mut Xoshiro256PlusPlus::seed_from_u64(1)));
        (0..SENT).map(|_| links.lose(3)).collect()
    }

    fn bias(numerator: u32, denominator: u32) -> Bias {
        Bias::new(numerator, denominator).expect("a probability")
    }

    /// The number of losses among a million lies within 4.5 standard errors of the mean, 1800 for
    /// a tenth: a false alarm has probability below 1e-5.
    #[test]
    fn independent_losses_are_as_frequent_as_said_and_follow_each_other_as_often() {
        let lost = lost(Loss::Independent(bias(1, 10)));
        let count = lost.iter().filter(|&&lost| lost).count();
        assert!(count.abs_diff(SENT / 10) < 1350, "{count}");
        let pairs = lost.windows(2).filter(|pair| pair[0] && pair[1]).count();
        assert!(pairs.abs_diff(SENT / 100) < 540, "{pairs}");
    }

    /// A link that turns bad once in 90 and good once in 10 is bad for a tenth of the messages, 10
    /// in a row. Bursts are about as many as there are turns, 10,000; their number has a standard
    /// deviation below 100, and so has their mean length 0.1: the limits are 4.5 of them.
    #[test]
    fn bursts_are_as_frequent_and_as_long_as_said() {
        let lost = lost(Loss::Bursty(Bursts {
            turns_bad: bias(1, 90),
            turns_good: bias(1, 10),
            loss_when_good: Bias::NEVER,
            loss_when_bad: Bias::ALWAYS,
        }));
        let bursts = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        let count = lost.iter().filter(|&&lost| lost).count();
        assert!(bursts.abs_diff(SENT / 100) < 450, "{bursts}");
        let length = count as f64 / bursts as f64;
        assert!((length - 10.0).abs() < 0.45, "{length}");
    }

    #[test]
    fn a_bad_link_loses_what_it_is_said_to_and_the_others_stay_good() {
        let loss = Loss::Bursty(Bursts {
            turns_bad: Bias::ALWAYS,
            turns_good: Bias::NEVER,
            loss_when_good: Bias::NEVER,
            loss_when_bad: bias(1, 2),
        });
        let count = lost(loss).iter().filter(|&&lost| lost).count();
        assert!(count.abs_diff(SENT / 2) < 2250, "{count}");
    }
}

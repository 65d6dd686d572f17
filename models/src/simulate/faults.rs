//! What goes wrong with machines and between them, and when.

use rumormill_core::Bias;

use super::Refused;

/// The faults of a simulation, besides the losses of the network. All times are in thousandths of a
/// tick. In lockstep, what falls into a cycle happens at the beginning of the next one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    /// Machines that stop without a word.
    pub crashes: Vec<Crash>,
    /// Machines that come and go all the time.
    pub churn: Vec<Churn>,
    /// Times in which the network falls into parts.
    pub partitions: Vec<Partition>,
}

/// Some machines stop, without a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crash {
    /// When.
    pub at: u64,
    /// Which of them.
    pub who: Victims,
    /// For each that stops, a newcomer is started so long afterwards. A restart is a new peer.
    pub restart_after: Option<u64>,
}

/// Who stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Victims {
    /// These, as far as they are alive then.
    These(Vec<u32>),
    /// This share of those that are alive then, at random: rounded down to a whole number.
    Share(Bias),
}

/// Machines stop without a word, and newcomers start, all the time. It begins anew with each
/// period: whom it strikes in a period is drawn at the beginning, and when is drawn as well, so
/// newcomers of the period are spared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Churn {
    /// When it begins.
    pub from: u64,
    /// When it ends; a period that has begun is finished.
    pub until: u64,
    /// How long a period is.
    pub period: u64,
    /// The probability that a machine stops in a period.
    pub stops: Bias,
    /// The probability, for each machine that is alive, that a newcomer starts in a period. If it
    /// is that of `stops`, the group keeps its size on average.
    pub starts: Bias,
}

/// For a while, messages from one side to another are lost when they are sent; what is under way at
/// the beginning still arrives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partition {
    /// When it begins.
    pub from: u64,
    /// When it heals.
    pub until: u64,
    /// Who is on which side.
    pub sides: Sides,
}

/// Who is on which side of a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sides {
    /// Each list is a side, and all others, newcomers among them, are one side as well.
    Lists(Vec<Vec<u32>>),
    /// Of so many sides, at least two, one is drawn for each machine, each with the same
    /// probability.
    Drawn(u16),
}

/// A kind of fault that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fault {
    /// The network loses messages.
    Loss,
    /// The crash of this place in the list stops somebody.
    Crash(u32),
    /// A newcomer is started after the crash of this place in the list.
    Restart(u32),
    /// The churn of this place in the list stops somebody.
    ChurnStop(u32),
    /// A newcomer is started by the churn of this place in the list.
    ChurnStart(u32),
    /// The partition of this place in the list loses a message.
    Partition(u32),
}

/// Something that is going to happen to the group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Incident {
    Crash(u32),
    Separation(u32),
    Healing(u32),
    ChurnPeriod(u32),
    /// This machine stops, because of the churn of that place in the list.
    Stop {
        churn: u32,
        node: u32,
    },
    /// A newcomer starts, because of this fault.
    Start(Fault),
}

impl Faults {
    pub(crate) fn check(&self, nodes: u32, newcomers: bool) -> Result<(), Refused> {
        let members = |list: &Vec<u32>| match list.iter().find(|&&node| node >= nodes) {
            Some(&node) => Err(Refused::Stranger(node)),
            None => Ok(()),
        };
        for crash in &self.crashes {
            if let Victims::These(list) = &crash.who {
                members(list)?;
            }
        }
        for partition in &self.partitions {
            match &partition.sides {
                Sides::Lists(lists) => lists.iter().try_for_each(members)?,
                Sides::Drawn(count) if *count < 2 => return Err(Refused::OneSide),
                Sides::Drawn(_) => {}
            }
            if partition.from >= partition.until {
                return Err(Refused::Ended { from: partition.from, until: partition.until });
            }
        }
        for churn in &self.churn {
            if churn.period == 0 {
                return Err(Refused::NoPeriod);
            }
            if churn.from >= churn.until {
                return Err(Refused::Ended { from: churn.from, until: churn.until });
            }
        }
        let restarts = self.crashes.iter().any(|crash| crash.restart_after.is_some());
        let starts = self.churn.iter().any(|churn| churn.starts != Bias::NEVER);
        if (restarts || starts) && !newcomers { Err(Refused::NoNewcomers) } else { Ok(()) }
    }

    /// What is known in advance to happen, and when.
    pub(crate) fn incidents(&self) -> impl Iterator<Item = (u64, Incident)> {
        let numbered = |at: usize| at as u32;
        let crashes = self.crashes.iter().enumerate();
        let crashes = crashes.map(move |(at, crash)| (crash.at, Incident::Crash(numbered(at))));
        let churn = self.churn.iter().enumerate();
        let churn = churn.map(move |(at, churn)| (churn.from, Incident::ChurnPeriod(numbered(at))));
        let partitions = self.partitions.iter().enumerate().flat_map(move |(at, partition)| {
            let (begin, end) = (partition.from, partition.until);
            let number = numbered(at);
            [(begin, Incident::Separation(number)), (end, Incident::Healing(number))]
        });
        crashes.chain(churn).chain(partitions)
    }

    /// Every fault that was asked for.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Fault> {
        let crashes = (0..).zip(&self.crashes).flat_map(|(at, crash)| {
            let restart = crash.restart_after.map(|_| Fault::Restart(at));
            [Some(Fault::Crash(at)), restart]
        });
        let churn = (0..).zip(&self.churn).flat_map(|(at, churn)| {
            let stop = (churn.stops != Bias::NEVER).then_some(Fault::ChurnStop(at));
            [stop, (churn.starts != Bias::NEVER).then_some(Fault::ChurnStart(at))]
        });
        let partitions = (0..self.partitions.len() as u32).map(|at| Some(Fault::Partition(at)));
        crashes.chain(churn).chain(partitions).flatten()
    }
}

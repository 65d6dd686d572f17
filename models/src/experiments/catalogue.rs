//! The experiments that have a name.

mod overlays;
mod searches;
mod sizes;

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use rumormill_core::protocols::cyclon::{MAX_LENGTH, Mode as Shuffle};
use rumormill_core::protocols::periodic_gossip::{Mode, Mongering as Variant, Removal, Response};
use rumormill_core::{Bias, MAX_FANOUT};

use super::broadcast::{Broadcast, Targets};
use super::cyclon::{Cyclon, Start, Turns};
use super::gossip::{Clocks, Gossip};
use super::grid::MILLION;
use super::lockstep::Members;
use super::mongering::Mongering;
use super::search::{Unplanned, Unsearchable};
use super::{Experiment, Grid, Parameter, Point, Sweep, Values, Views};

/// An experiment that can be asked for by its name.
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
    /// What can be varied.
    pub parameters: Vec<Parameter>,
    build: Build,
}

type Build = Box<dyn Fn(&Settings<'_>) -> Result<Box<dyn Experiment>, Refused> + Send + Sync>;

/// Why an experiment is not made.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Refused {
    /// No such name.
    #[error("there is no experiment `{0}`; `rumormill simulate --list` names them")]
    Unknown(String),
    /// It does not have the parameter.
    #[error("`{experiment}` has no `{parameter}`; it has {known}")]
    NoParameter {
        /// Which experiment.
        experiment: &'static str,
        /// What it does not have.
        parameter: String,
        /// What it has.
        known: String,
    },
    /// The parameter cannot have the value.
    #[error("`{name}` cannot be {value}; it is {kind} from {least} to {greatest}")]
    Value {
        /// Which parameter.
        name: &'static str,
        /// What it was to be.
        value: f64,
        /// What it is.
        kind: String,
        /// The least that it can be.
        least: f64,
        /// The greatest.
        greatest: f64,
    },
    /// Nobody is left.
    #[error("of {nodes} nodes, {crashed} cannot have crashed; one must be left to begin")]
    Crashed {
        /// How many there are.
        nodes: u32,
        /// How many were to have crashed.
        crashed: u32,
    },
    /// Losses that are too many to come in so short bursts.
    #[error(
        "a share of {loss} cannot be lost where {burst} are lost in a row: take longer bursts, or \
         fewer losses"
    )]
    Burst {
        /// The share that was to be lost.
        loss: f64,
        /// How many in a row.
        burst: f64,
    },
    /// A group that cannot be searched.
    #[error(transparent)]
    Unsearchable(#[from] Unsearchable),
    /// No search does what is wanted.
    #[error(transparent)]
    Unplanned(#[from] Unplanned),
    /// Too many combinations.
    #[error("that is more than ten thousand points; ask for fewer values")]
    TooManyPoints,
}

/// Every experiment, in the order in which they are to be read.
#[must_use]
pub fn catalogue() -> Vec<Named> {
    let push = "each round, whoever knows it tells others";
    let pull = "each round, everybody asks others";
    let both = "each round, everybody tells others what it knows, and they answer";
    vec![
        gossip("push", push, Mode::Push),
        gossip("pull", pull, Mode::Pull),
        gossip("push-pull", both, Mode::PushPull),
        clocks("push-clocks", "as `push`, in periods that are not synchronised", Mode::Push),
        clocks("pull-clocks", "as `pull`, in periods that are not synchronised", Mode::Pull),
        clocks("push-pull-clocks", "as `push-pull`, not synchronised", Mode::PushPull),
        broadcast(
            "infect-and-die",
            "whoever gets a message forwards it once, to so many others",
            Parameter::whole("fanout", "to how many others", 4, (0, MAX_FANOUT as u32)),
            |fanout| Targets::Fixed(fanout as u8),
        ),
        broadcast(
            "infect-and-die-binomial",
            "whoever gets a message forwards it once, to each other with the same probability",
            Parameter {
                parts: None,
                greatest: 16.0,
                ..Parameter::whole("fanout", "to how many others on average", 4, (0, 16))
            },
            Targets::Binomial,
        ),
        mongering(),
        cyclon("cyclon", "views are exchanged, one exchange after the other", vec![], |_| {
            Turns::Sequential
        }),
        cyclon("cyclon-lockstep", "as `cyclon`, all at once in each cycle", vec![], |_| {
            Turns::Lockstep
        }),
        cyclon(
            "cyclon-clocks",
            "as `cyclon`, in periods that are not synchronised",
            vec![latency(CYCLON_LATENCIES)],
            |settings| {
                let parts = f64::from(CYCLON_LATENCIES);
                let latency = (settings.number("latency") * parts).round() as u32;
                Turns::Unsynchronised { latency }
            },
        ),
        overlays::join(),
        overlays::churn(),
        overlays::partition(),
        overlays::walks(),
        searches::flood(),
        searches::rings(),
        searches::walkers(),
        searches::planned(),
        sizes::averaging(),
        sizes::counting(),
        sizes::sampling(),
        sizes::tours(),
    ]
}

/// The experiment of that name.
///
/// # Errors
/// When there is none.
pub fn find(name: &str) -> Result<Named, Refused> {
    let named = catalogue().into_iter().find(|named| named.name == name);
    named.ok_or_else(|| Refused::Unknown(name.into()))
}

const LOSS: Parameter =
    Parameter::probability("loss", "the probability that a message is lost", 0.0);

/// In so many parts of a period [`Turns::Unsynchronised`] tells how long a message takes.
const CYCLON_LATENCIES: u32 = 1000;

/// A latency that is told in so many parts of a period.
const fn latency(parts: u32) -> Parameter {
    let about = "the part of a period a message takes";
    let share = Parameter::share("latency", about, 0.1);
    Parameter { greatest: 0.49, parts: Some(parts), ..share }
}

const CRASHED: Parameter =
    Parameter::whole("crashed", "how many have crashed before the start", 0, (0, 999_999));
const PERIODS: Parameter = Parameter::whole("periods", "when it is given up", 1000, (1, 100_000));
const FANOUT: Parameter =
    Parameter::whole("fanout", "to how many others in a round", 1, (1, MAX_FANOUT as u32));

fn nodes(greatest: u32) -> Parameter {
    Parameter::whole("nodes", "how many nodes", 1000, (2, greatest))
}

fn gossip(name: &'static str, about: &'static str, mode: Mode) -> Named {
    let parameters = vec![nodes(1_000_000), FANOUT, LOSS, CRASHED, PERIODS];
    Named::new(name, about, parameters, move |settings| {
        let fanout = settings.whole("fanout");
        let members = settings.members(Views::Fresh((fanout + 1).min(MAX_FANOUT as u32)))?;
        let limit = settings.whole("periods");
        Ok(Box::new(Gossip::new(mode, Clocks::Lockstep, members, fanout as u8, limit)))
    })
}

fn clocks(name: &'static str, about: &'static str, mode: Mode) -> Named {
    let parameters = vec![nodes(1_000_000), FANOUT, LOSS, PERIODS];
    Named::new(name, about, parameters, move |settings| {
        let members = settings.members(Views::Everybody)?;
        let (fanout, limit) = (settings.whole("fanout") as u8, settings.whole("periods"));
        Ok(Box::new(Gossip::new(mode, Clocks::Unsynchronised, members, fanout, limit)))
    })
}

const SWITCH: (u32, u32) = (0, 1);

fn mongering() -> Named {
    let parameters = vec![
        nodes(100_000),
        Parameter::whole("k", "how many useless cycles end the interest", 1, (1, 1000)),
        Parameter::whole("pull", "1: each asks one other; 0: it tells one", 0, SWITCH),
        Parameter::whole("blind", "1: nobody tells what it needed; 0: all do", 0, SWITCH),
        Parameter::whole("coin", "1: interest ends by a coin; 0: by a counter", 0, SWITCH),
        Parameter::whole("reset", "1: a useful cycle resets the counter; 0: none does", 1, SWITCH),
        LOSS,
        PERIODS,
    ];
    let about = "a rumor is spread until others turn out to know it";
    Named::new("mongering", about, parameters, |settings| {
        let is = |name: &str| settings.whole(name) == 1;
        let k = NonZeroU16::new(settings.whole("k") as u16).unwrap_or(NonZeroU16::MIN);
        let response = if is("blind") { Response::Blind } else { Response::Feedback };
        let removal = match (is("coin"), is("reset")) {
            (true, _) => Removal::Coin,
            (false, true) => Removal::Counter,
            (false, false) => Removal::CounterWithoutReset,
        };
        let variant = Variant { k, response, removal };
        let mode = if is("pull") { Mode::Pull } else { Mode::Push };
        let (nodes, limit) = (settings.whole("nodes"), settings.whole("periods"));
        Ok(Box::new(Mongering::new(mode, variant, nodes, settings.loss(), limit)))
    })
}

fn cyclon(
    name: &'static str,
    about: &'static str,
    further: Vec<Parameter>,
    turns: fn(&Settings<'_>) -> Turns,
) -> Named {
    let mut parameters = vec![
        nodes(1_000_000),
        Parameter::whole("view", "how many neighbours each has room for", 20, (1, 250)),
        Parameter::whole("length", "how many entries are exchanged", 8, (1, MAX_LENGTH as u32)),
        Parameter::whole("simple", "1: with any neighbour; 0: with the oldest", 0, SWITCH),
        Parameter::whole("start", "0: random views; 1: a star; 2: a ring", 0, (0, 2)),
        Parameter::whole("cycles", "when it is looked at", 50, (0, 10_000)),
        Parameter { greatest: 0.99, ..Parameter::probability("crash", "who crashes then", 0.0) },
    ];
    parameters.extend(further);
    Named::new(name, about, parameters, move |settings| {
        Ok(Box::new(Cyclon {
            nodes: settings.whole("nodes"),
            view: settings.whole("view"),
            length: settings.whole("length") as u8,
            mode: if settings.whole("simple") == 1 { Shuffle::Simple } else { Shuffle::Enhanced },
            start: match settings.whole("start") {
                0 => Start::Random,
                1 => Start::Star,
                _ => Start::Ring,
            },
            turns: turns(settings),
            cycles: settings.whole("cycles"),
            crash: in_millionths(settings.number("crash")),
        }))
    })
}

fn broadcast(
    name: &'static str,
    about: &'static str,
    fanout: Parameter,
    targets: fn(f64) -> Targets,
) -> Named {
    let parameters = vec![nodes(1_000_000), fanout, LOSS, CRASHED];
    Named::new(name, about, parameters, move |settings| {
        let targets = targets(settings.number("fanout"));
        Ok(Box::new(Broadcast::new(settings.members(targets.into())?, targets)))
    })
}

impl Named {
    fn new(
        name: &'static str,
        about: &'static str,
        parameters: Vec<Parameter>,
        build: impl Fn(&Settings<'_>) -> Result<Box<dyn Experiment>, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self { name, about, parameters, build: Box::new(build) }
    }

    /// The experiment at a point; parameters that it does not name have their defaults.
    ///
    /// # Errors
    /// When the experiment does not have a parameter, or not with that value.
    pub fn at(&self, point: &Point) -> Result<Box<dyn Experiment>, Refused> {
        for (name, value) in point.iter() {
            self.parameter(name)?.check(value)?;
        }
        (self.build)(&Settings { named: self, point })
    }

    /// So many runs at each point of the grid of these values and of the defaults of the others.
    ///
    /// # Errors
    /// When the experiment does not have a parameter, or not with that value.
    pub fn sweep(
        &self,
        asked: &BTreeMap<String, Values>,
        runs: u64,
        seed: u64,
    ) -> Result<Sweep, Refused> {
        let mut grid = Grid::default();
        for parameter in &self.parameters {
            grid = grid.with(parameter.name, parameter.default.into());
        }
        for (name, values) in asked {
            let parameter = self.parameter(name)?;
            values.as_slice().iter().try_for_each(|&value| parameter.check(value))?;
            grid = grid.with(name, values.clone());
        }
        grid.points().ok_or(Refused::TooManyPoints)?;
        Sweep::new(self.name, grid, runs, seed, |point| self.at(point))
    }

    fn parameter(&self, name: &str) -> Result<&Parameter, Refused> {
        let parameter = self.parameters.iter().find(|parameter| parameter.name == name);
        parameter.ok_or_else(|| {
            let known: Vec<_> = self.parameters.iter().map(|known| known.name).collect();
            let (parameter, known) = (name.into(), known.join(", "));
            Refused::NoParameter { experiment: self.name, parameter, known }
        })
    }
}

impl Parameter {
    fn check(&self, value: f64) -> Result<(), Refused> {
        if self.allows(value) {
            return Ok(());
        }
        let (&Self { name, least, greatest, .. }, kind) = (self, self.kind());
        Err(Refused::Value { name, value, kind, least, greatest })
    }
}

/// The parameters at a point, with the defaults of those that it does not name.
struct Settings<'a> {
    named: &'a Named,
    point: &'a Point,
}

impl Settings<'_> {
    fn number(&self, name: &str) -> f64 {
        let default = || {
            let parameter = self.named.parameters.iter().find(|parameter| parameter.name == name);
            parameter.map_or(0.0, |parameter| parameter.default)
        };
        self.point.get(name).unwrap_or_else(default)
    }

    fn whole(&self, name: &str) -> u32 {
        self.number(name) as u32
    }

    fn members(&self, views: Views) -> Result<Members, Refused> {
        let (nodes, crashed) = (self.whole("nodes"), self.whole("crashed"));
        if crashed >= nodes {
            return Err(Refused::Crashed { nodes, crashed });
        }
        Ok(Members { nodes, crashed, views, loss: self.loss() })
    }

    fn loss(&self) -> Bias {
        in_millionths(self.number("loss"))
    }
}

/// A probability, to six digits after the point.
fn in_millionths(probability: f64) -> Bias {
    let part = (probability * f64::from(MILLION)).round() as u32;
    Bias::new(part, MILLION).unwrap_or(Bias::ALWAYS)
}

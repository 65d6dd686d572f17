//! Our own explicit-state explorer: every state of a world, and what holds in it.
//!
//! States are told apart by all of their bytes, not by a hash. The first state in which something
//! is wrong is found on a shortest path. Liveness is judged on the whole graph, so cycles and joins
//! make no difference to its soundness.
//!
//! Where a world uses its symmetry, or takes the order of sets for nothing, what is called a state
//! here is a class of states that are equal but for the names of interchangeable machines, or but for
//! such an order. Probabilities and verdicts are those of the whole.

pub(crate) mod backward;
pub(crate) mod components;
mod fairness;
mod graph;
mod liveness;
pub(crate) mod qualitative;
mod quotient;
mod runs;
mod store;

use std::fmt;

use rumormill_core::{Bias, Protocol};

pub use graph::Graph;

use crate::space::{Claimed, Space};
use crate::story::{Story, Untold};
use crate::world::{Application, Choice, Predicate, Snapshot, Successors, World, WorldError};
use crate::{ModelPeer, Weight};
use graph::Builder;
use quotient::Judgement;
use store::StateStore;

/// What is claimed of a predicate `p` over the states of a world.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Notion {
    /// `p` holds in every reachable state.
    Always,
    /// `p` holds in some reachable state.
    Sometimes,
    /// From every reachable state, some run leads to `p` (AG EF p).
    PossibleFromEverywhere,
    /// Every run that does not stop early comes to `p`, however scheduler, faults and draws fall
    /// (AF p).
    Surely,
    /// Whatever scheduler and adversary do, `p` comes with probability 1: draws and random faults
    /// fall by chance.
    AlmostSurely,
    /// The same where the scheduler is strongly fair: a timer of a machine, a message of one sender to
    /// it, or a tick, that can be served again and again, is served again and again.
    AlmostSurelyIfFair,
    /// The same from every reachable state on: however often `p` ceases to hold, it comes again. Not to
    /// be claimed where the world stops as soon as `p` holds: then it says no more than the one above.
    AgainIfFair,
    /// Whatever scheduler and adversary do, `p` comes with at least this probability.
    AtLeast(Bias),
}

impl Notion {
    /// The notions of what is to come of a predicate once, the weakest first.
    pub const OF_WHAT_IS_TO_COME: [Self; 5] = [
        Self::Sometimes,
        Self::PossibleFromEverywhere,
        Self::AlmostSurelyIfFair,
        Self::AlmostSurely,
        Self::Surely,
    ];

    /// Whether it owes something to each machine, which classes of states do not tell apart.
    #[must_use]
    pub fn names_machines(self) -> bool {
        matches!(self, Self::AlmostSurelyIfFair | Self::AgainIfFair)
    }

    /// Whether a single state decides it.
    #[must_use]
    pub fn is_safety(self) -> bool {
        matches!(self, Self::Always | Self::Sometimes)
    }
}

impl fmt::Display for Notion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AtLeast(bias) => {
                let (numerator, denominator) = (bias.numerator(), bias.denominator());
                return write!(f, "with probability at least {numerator}/{denominator}");
            }
            Self::Always => "always",
            Self::Sometimes => "sometimes",
            Self::PossibleFromEverywhere => "possible from everywhere",
            Self::Surely => "surely",
            Self::AlmostSurely => "almost surely",
            Self::AlmostSurelyIfFair => "almost surely under strong fairness",
            Self::AgainIfFair => "from everywhere almost surely under strong fairness",
        })
    }
}

/// A claim about a world.
pub struct Property<X: Protocol<ModelPeer>, A: Application<X>> {
    /// How it reads.
    pub name: &'static str,
    /// What is claimed of the predicate.
    pub notion: Notion,
    /// The predicate.
    pub holds: Predicate<X, A>,
}

impl<X: Protocol<ModelPeer>, A: Application<X>> Property<X, A> {
    /// The claim that the predicate holds in the sense of the notion.
    pub fn new(
        name: &'static str,
        notion: Notion,
        holds: impl Fn(&Snapshot<'_, X, A>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { name, notion, holds: Box::new(holds) }
    }
}

/// The most properties that are judged in one exploration.
pub const MAX_PROPERTIES: usize = 64;

/// When to give up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most states to keep.
    pub states: usize,
    /// The most bytes of memory for states and transitions, as reserved; looked at every
    /// [`WATCH_EVERY`] states.
    pub bytes: usize,
    /// Whether to stop at the first state in which a [`Notion::Always`] is wrong. Then the verdict
    /// on it is the only one.
    pub first_refutation: bool,
}

impl Default for Limits {
    /// Sixteen million states, and 4 GB.
    fn default() -> Self {
        Self { states: 16_000_000, bytes: 4 << 30, first_refutation: false }
    }
}

/// Why a world was not explored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExploreError {
    /// The world itself is at fault.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A limit was hit, so nothing is claimed of the world.
    #[error(
        "incomplete: {states} states were found, of which {frontier} are still to be expanded, when \
         the limit of {limit} was hit; raise it or choose a smaller world"
    )]
    Incomplete {
        /// How many states were found.
        states: u32,
        /// How many of them were not expanded.
        frontier: u32,
        /// Which limit.
        limit: Limit,
    },
    /// Nothing ever happens, so every claim would be vacuous.
    #[error("nothing can happen in this world, so nothing was checked")]
    Nothing,
    /// A probability is so near to what is claimed of it that intervals do not tell.
    #[error(
        "whether \"{0}\" is as likely as claimed is not decided: its probability is not known well \
         enough; take a smaller world, or claim less"
    )]
    Undecided(&'static str),
    /// More properties than there are marks for.
    #[error("an exploration judges at most {MAX_PROPERTIES} properties, not {0}")]
    TooManyProperties(usize),
    /// A property that is not true of all states of a class alike.
    #[error(
        "the property \"{0}\" distinguishes machines that are interchangeable, or sees the order of \
         a list whose order means nothing"
    )]
    Distinguishes(&'static str),
    /// An end of the world that is not that of all states of a class alike.
    #[error(
        "where the world stops depends on which of several interchangeable machines is which, or on \
         the order of a list whose order means nothing"
    )]
    EndDistinguishes,
    /// Strong fairness where machines have no names.
    #[error("strong fairness is owed to each machine, which classes of states do not tell apart")]
    FairnessByName,
}

/// A limit that was hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// [`Limits::states`].
    States(usize),
    /// [`Limits::bytes`].
    Bytes(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::States(most) => write!(f, "{most} states"),
            Self::Bytes(most) => write!(f, "{most} bytes of memory"),
        }
    }
}

/// How far an exploration has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// How many states were found.
    pub states: u32,
    /// How many of them are still to be expanded.
    pub frontier: u32,
    /// How many transitions were found.
    pub transitions: usize,
    /// How many bytes of memory they take, as reserved.
    pub bytes: usize,
}

/// Progress is told, and the memory is looked at, after so many states each.
pub const WATCH_EVERY: u32 = 1 << 14;

/// What became of a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The property's name.
    pub property: &'static str,
    /// What was claimed.
    pub notion: Notion,
    /// Whether it is true.
    pub holds: bool,
    /// The run that shows it, where one run can: a counterexample to what does not hold, or a
    /// witness of a [`Notion::Sometimes`] that does.
    pub evidence: Option<Run>,
}

/// A run through the graph: each entry leads from one state to the next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The states, from a first one on, by their numbers.
    pub states: Vec<u32>,
    /// Where the run goes round for ever: after its last state comes the one at this place.
    pub back_to: Option<usize>,
}

/// A world that was explored.
pub struct Exploration {
    /// All reachable states and what leads from one to the other; those up to the refutation, where
    /// the exploration stopped at the first.
    pub graph: Graph,
    /// What became of each property.
    pub verdicts: Vec<Verdict>,
    /// Whether its states are classes of states, in which machines have no names.
    by_class: bool,
}

impl Exploration {
    /// Judges the predicate of the property at that place in the list in the sense of a notion; `None`
    /// where that cannot be decided: a notion of fairness where symmetry is used, or a probability that
    /// is not known well enough.
    #[must_use]
    pub fn judge(&self, property: usize, notion: Notion) -> Option<Verdict> {
        if self.by_class && notion.names_machines() {
            return None;
        }
        let name = self.verdicts.get(property)?.property;
        liveness::judge_one(&self.graph, property, name, notion)
    }

    /// Tells the run that shows a verdict; `None` where no single run can.
    ///
    /// # Errors
    /// When the world is not the one that was explored.
    pub fn story<X: Protocol<ModelPeer>, A: Application<X>>(
        &self,
        world: &World<X, A>,
        verdict: &Verdict,
    ) -> Result<Option<Story<X>>, Untold> {
        let Some(run) = &verdict.evidence else { return Ok(None) };
        let classes: Vec<_> = run.states.iter().map(|&state| self.graph.state(state)).collect();
        tell_classes(world, &classes, run.back_to).map(Some)
    }

    /// How many states and transitions of the world those of a complete graph stand for: more than
    /// they are where the world uses its symmetry.
    ///
    /// # Errors
    /// When the world is not the one that was explored.
    pub fn stands_for<X: Protocol<ModelPeer>, A: Application<X>>(
        &self,
        world: &World<X, A>,
    ) -> Result<(u128, u128), WorldError> {
        if world.is_symmetric() {
            quotient::whole(world, &self.graph)
        } else {
            Ok((self.graph.states().into(), self.graph.transitions() as u128))
        }
    }
}

/// Tells a run of the world through these classes of states, given by the states that stand for
/// them.
pub(crate) fn tell_classes<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    classes: &[&[u8]],
    back_to: Option<usize>,
) -> Result<Story<X>, Untold> {
    let (states, back_to) = quotient::follow(world, classes, back_to)?;
    let states: Vec<_> = states.iter().map(|state| &state[..]).collect();
    Story::of(world, &states, back_to)
}

/// Explores all of a world and judges the properties.
///
/// # Errors
/// When the world is larger than the limits, when nothing happens in it, or when a handler turns
/// out to be no pure function.
pub fn explore<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    properties: &[Property<X, A>],
    limits: Limits,
) -> Result<Exploration, ExploreError> {
    explore_watched(world, properties, limits, &mut |_| {})
}

/// The same, told how far it has come now and then.
///
/// # Errors
/// As [`explore`].
pub fn explore_watched<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    properties: &[Property<X, A>],
    limits: Limits,
    watch: &mut dyn FnMut(Progress),
) -> Result<Exploration, ExploreError> {
    let marks =
        |state: &[u8]| world.judge(state, properties.iter().map(|property| &property.holds));
    let posed = Posed { space: world, claims: Claimed::by(properties), marks: &marks };
    search(&posed, limits, watch)
}

/// A world and what is claimed of it, whatever its machines are.
struct Posed<'a> {
    space: &'a dyn Space,
    claims: Vec<Claimed>,
    /// Which of the claims' predicates hold in an encoded state: a bit for each.
    marks: &'a dyn Fn(&[u8]) -> u64,
}

fn search(
    posed: &Posed<'_>,
    limits: Limits,
    watch: &mut dyn FnMut(Progress),
) -> Result<Exploration, ExploreError> {
    if posed.claims.len() > MAX_PROPERTIES {
        return Err(ExploreError::TooManyProperties(posed.claims.len()));
    }
    let needs_names = posed.claims.iter().any(|claim| claim.notion.names_machines());
    if posed.space.is_symmetric() && needs_names {
        return Err(ExploreError::FairnessByName);
    }
    let mut search = Search::new(posed).begin()?;
    while search.current < search.states.len() {
        if let Some(place) = search.refuted.filter(|_| limits.first_refutation) {
            return search.refutation(place);
        }
        search.expand()?;
        search.stay_within(limits, watch)?;
    }
    search.finish()
}

/// A breadth-first search on its way.
struct Search<'a> {
    posed: &'a Posed<'a>,
    states: StateStore,
    graph: Builder,
    /// The next state to expand.
    current: u32,
    /// The first property that is claimed always and was found to be wrong.
    refuted: Option<usize>,
    bytes: Vec<u8>,
    successors: Successors,
}

impl<'a> Search<'a> {
    fn new(posed: &'a Posed<'a>) -> Self {
        Self {
            posed,
            states: StateStore::default(),
            graph: Builder::default(),
            current: 0,
            refuted: None,
            bytes: Vec::new(),
            successors: Successors::default(),
        }
    }

    fn begin(mut self) -> Result<Self, ExploreError> {
        let first = self.posed.space.first_states()?;
        let mut outcomes = Vec::new();
        for choice in first.choices() {
            self.visit_all(&first, choice, None, &mut outcomes)?;
            outcomes.drain(..).for_each(|(number, weight)| self.graph.add_first(number, weight));
        }
        Ok(self)
    }

    /// Takes down where a choice can lead, and how likely; outcomes in the same class are one.
    fn visit_all(
        &mut self,
        successors: &Successors,
        choice: &Choice,
        parent: Option<u32>,
        outcomes: &mut Vec<(u32, Weight)>,
    ) -> Result<(), ExploreError> {
        for (&weight, state) in successors.outcomes(choice) {
            outcomes.push((self.visit(state, parent)?, weight));
        }
        if self.posed.space.has_classes() { Ok(quotient::merge(outcomes)?) } else { Ok(()) }
    }

    /// Takes a state down if it is new; returns its number.
    fn visit(&mut self, state: &[u8], parent: Option<u32>) -> Result<u32, ExploreError> {
        let posed = self.posed;
        let class = posed.space.class_of(state)?;
        let representative = &class.representative[..];
        let (number, new) = self.states.insert(representative);
        if new {
            let marks = (posed.marks)(representative);
            Judgement { representative, marks }.check_swapped(posed)?;
            self.graph.add_state(marks, parent);
            let is_wrong = |(place, claim): (usize, &Claimed)| {
                (claim.notion == Notion::Always && marks >> place & 1 == 0).then_some(place)
            };
            self.refuted =
                self.refuted.or_else(|| posed.claims.iter().enumerate().find_map(is_wrong));
        }
        if posed.space.has_classes() {
            let marks = self.graph.marks_of(number);
            Judgement { representative, marks }.check(posed, state)?;
        }
        Ok(number)
    }

    fn expand(&mut self) -> Result<(), ExploreError> {
        self.bytes.clear();
        self.bytes.extend_from_slice(self.states.get(self.current));
        let mut successors = std::mem::take(&mut self.successors);
        self.posed.space.expand(&self.bytes, &mut successors)?;
        let mut outcomes = Vec::new();
        for choice in successors.choices() {
            self.visit_all(&successors, choice, Some(self.current), &mut outcomes)?;
            for (target, weight) in outcomes.drain(..) {
                self.graph.add_transition(target, &weight);
            }
            // A claim is that of one machine, whose name changes along a run through classes.
            let claim = choice.action.claim().filter(|_| !self.posed.space.is_symmetric());
            self.graph.end_choice(choice.price, claim);
        }
        self.graph.end_state();
        self.successors = successors;
        self.current += 1;
        Ok(())
    }

    fn stay_within(
        &self,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<(), ExploreError> {
        let (states, frontier) = (self.states.len(), self.states.len() - self.current);
        let hit = |limit| Err(ExploreError::Incomplete { states, frontier, limit });
        if states as usize > limits.states {
            return hit(Limit::States(limits.states));
        }
        if self.current.is_multiple_of(WATCH_EVERY) {
            let bytes = self.states.bytes_reserved() + self.graph.bytes();
            watch(Progress { states, frontier, transitions: self.graph.transitions(), bytes });
            if bytes > limits.bytes {
                return hit(Limit::Bytes(limits.bytes));
            }
        }
        Ok(())
    }

    fn refutation(self, place: usize) -> Result<Exploration, ExploreError> {
        let by_class = self.posed.space.is_symmetric();
        let graph = self.graph.finish(self.states);
        let verdicts = vec![judge(&graph, place, self.posed.claims[place])?];
        Ok(Exploration { graph, verdicts, by_class })
    }

    fn finish(self) -> Result<Exploration, ExploreError> {
        let graph = self.graph.finish(self.states);
        if graph.transitions() == 0 {
            return Err(ExploreError::Nothing);
        }
        let claims = self.posed.claims.iter().enumerate();
        let verdicts = claims.map(|(place, &claim)| judge(&graph, place, claim));
        let verdicts = verdicts.collect::<Result<_, _>>()?;
        Ok(Exploration { graph, verdicts, by_class: self.posed.space.is_symmetric() })
    }
}

fn judge(graph: &Graph, place: usize, claim: Claimed) -> Result<Verdict, ExploreError> {
    let Claimed { name, notion } = claim;
    liveness::judge_one(graph, place, name, notion).ok_or(ExploreError::Undecided(name))
}

//! A world with its properties, and what can be done with it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rumormill_core::Protocol;
use rumormill_core::trace::{ReplayError, Replayed, Title, replay};

use super::exact::{self, ExactReport, Format, Questions};
use super::report::{Evidence, PropertyReport, Report, SecondOpinion, SuiteError};
use crate::ModelPeer;
use crate::diagram::sequence_diagram;
use crate::exact::export::Size;
use crate::explore::{Exploration, Limits, Progress, Property, Verdict, explore, explore_watched};
use crate::space::{Claimed, Space};
use crate::stateright::{Asked, Judged, Search, serve};
use crate::story::Story;
use crate::world::{Application, Setting, World};

/// A world and what is claimed of it, to be built whenever it is wanted.
pub(crate) struct Case<X: Protocol<ModelPeer>, A: Application<X>> {
    pub(crate) setting: Setting<X, A>,
    pub(crate) properties: Vec<Property<X, A>>,
}

/// A case, whatever its machine is, as far as a seeded bug needs it: all that a [`Runner`] can do
/// would be compiled once more for each of them.
pub(crate) trait Judge: Send + Sync + 'static {
    /// Our verdict alone on one of the properties, if it is one of the case's.
    fn judge(
        &self,
        name: &str,
        about: &str,
        property: &str,
    ) -> Result<Option<PropertyReport>, SuiteError>;
    /// Replays a trace of the case's machine.
    fn replay(&self, entries: &[u8]) -> Result<Replayed, ReplayError>;
}

/// A case, whatever its machine is.
pub(crate) trait Runner: Judge {
    /// Our exploration, and the second opinions.
    fn check(
        &self,
        name: &str,
        about: &str,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Report, SuiteError>;
    /// Exact answers, and the model where it is wanted.
    fn ask(
        &self,
        name: &str,
        about: &str,
        questions: Questions,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
        export: Option<(Format, &mut dyn io::Write)>,
    ) -> Result<ExactReport, SuiteError>;
    /// Stateright's page.
    fn serve(&self, at: SocketAddr) -> Result<(), SuiteError>;
}

impl<X, A, F> Judge for F
where
    X: Protocol<ModelPeer>,
    A: Application<X>,
    F: Fn() -> Case<X, A> + Send + Sync + 'static,
{
    fn judge(
        &self,
        name: &str,
        about: &str,
        property: &str,
    ) -> Result<Option<PropertyReport>, SuiteError> {
        let mut case = self();
        case.properties.retain(|claim| claim.name == property);
        let judged = build(case)?;
        let limits = Limits { first_refutation: true, ..Limits::default() };
        let exploration = explore(&judged.world, &judged.properties, limits)?;
        Ok(tell_all(&judged, &exploration, name, about)?.pop())
    }

    fn replay(&self, entries: &[u8]) -> Result<Replayed, ReplayError> {
        replay::<ModelPeer, X>(entries)
    }
}

impl<X, A, F> Runner for F
where
    X: Protocol<ModelPeer>,
    A: Application<X>,
    F: Fn() -> Case<X, A> + Send + Sync + 'static,
{
    fn check(
        &self,
        name: &str,
        about: &str,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Report, SuiteError> {
        let judged = build(self())?;
        let explored = explored(&judged, limits, watch)?;
        // Whether faults struck is known of the exploration; what comes after examines more.
        let mut report = report((name, about), &*judged.world, &explored);
        report.properties = tell_all(&judged, &explored.exploration, name, about)?;
        report.second_opinions = second_opinions(&judged.asked(), &explored.exploration);
        let (states, transitions) = explored.exploration.stands_for(&judged.world)?;
        report.stands_for = (states as u64, transitions as u64);
        Ok(report)
    }

    fn ask(
        &self,
        name: &str,
        about: &str,
        questions: Questions,
        limits: Limits,
        watch: &mut dyn FnMut(Progress),
        export: Option<(Format, &mut dyn io::Write)>,
    ) -> Result<ExactReport, SuiteError> {
        let judged = build(self())?;
        let explored = explored(&judged, limits, watch)?;
        let claims = Claimed::by(&judged.properties);
        answers((name, about), (&*judged.world, &claims), &explored, questions, export)
    }

    fn serve(&self, at: SocketAddr) -> Result<(), SuiteError> {
        serve(&build(self())?, at);
        Ok(())
    }
}

/// What came of exploring a case's world, and how long that took.
struct Explored {
    exploration: Exploration,
    seconds: f64,
}

fn explored<X: Protocol<ModelPeer>, A: Application<X>>(
    judged: &Judged<X, A>,
    limits: Limits,
    watch: &mut dyn FnMut(Progress),
) -> Result<Explored, SuiteError> {
    let start = Instant::now();
    let exploration = explore_watched(&judged.world, &judged.properties, limits, watch)?;
    Ok(Explored { exploration, seconds: start.elapsed().as_secs_f64() })
}

/// The counts; what the properties came to is still to be told.
fn report((name, about): (&str, &str), space: &dyn Space, explored: &Explored) -> Report {
    let (tally, graph) = (space.tally(), &explored.exploration.graph);
    let (states, transitions) = (graph.states().into(), graph.transitions() as u64);
    Report {
        suite: name.into(),
        about: about.into(),
        nodes: space.size(),
        states,
        transitions,
        stands_for: (states, transitions),
        expected: None,
        local_states: space.locals() as u64,
        handled: tally.handled,
        crowded_out: tally.crowded_out,
        overflow: tally.overflow,
        astray: tally.astray,
        among_strangers: false,
        losses: tally.losses,
        duplications: tally.duplications,
        crashes: tally.crashes,
        late_starts: tally.late_starts,
        restarts: tally.restarts,
        forgeries: tally.forgeries,
        every_fault_struck: space.every_fault_struck(),
        seconds: explored.seconds,
        properties: Vec::new(),
        second_opinions: Vec::new(),
        bugs: Vec::new(),
    }
}

/// Stateright visits all states, of which there are too many where symmetry is used.
fn second_opinions(asked: &Asked, exploration: &Exploration) -> Vec<SecondOpinion> {
    let searches = [("breadth first", Search::Breadth), ("depth first", Search::Depth)];
    let searches = searches.into_iter().filter(|_| !asked.is_symmetric());
    searches.map(|(search, how)| ask(asked, exploration, search, how)).collect()
}

fn answers(
    (name, about): (&str, &str),
    (space, claims): (&dyn Space, &[Claimed]),
    Explored { exploration, seconds }: &Explored,
    questions: Questions,
    export: Option<(Format, &mut dyn io::Write)>,
) -> Result<ExactReport, SuiteError> {
    if let Some((format, out)) = export {
        exact::export(space, claims, exploration, format, out)?;
    }
    let goals = exact::goals(claims).into_iter().enumerate();
    let goals = goals.map(|goal| exact::ask(space, claims, exploration, goal, questions));
    let graph = &exploration.graph;
    Ok(ExactReport {
        suite: name.into(),
        about: about.into(),
        nodes: space.size(),
        states: graph.states() as usize,
        choices: graph.choices(),
        transitions: graph.transitions(),
        graph_bytes: graph.bytes(),
        written: Size::of(graph),
        seconds: *seconds,
        rounds_offset: exact::rounds_offset(space.scheduler()),
        goals: goals.collect::<Result<_, _>>()?,
    })
}

fn build<X: Protocol<ModelPeer>, A: Application<X>>(
    case: Case<X, A>,
) -> Result<Judged<X, A>, SuiteError> {
    let world = Arc::new(World::new(case.setting)?);
    Ok(Judged { world, properties: Arc::new(case.properties) })
}

fn tell_all<X: Protocol<ModelPeer>, A: Application<X>>(
    judged: &Judged<X, A>,
    exploration: &Exploration,
    name: &str,
    about: &str,
) -> Result<Vec<PropertyReport>, SuiteError> {
    let verdicts = exploration.verdicts.iter();
    verdicts.map(|verdict| tell(judged, exploration, verdict, name, about)).collect()
}

fn tell<X: Protocol<ModelPeer>, A: Application<X>>(
    judged: &Judged<X, A>,
    exploration: &Exploration,
    verdict: &Verdict,
    name: &str,
    about: &str,
) -> Result<PropertyReport, SuiteError> {
    let story = exploration.story(&judged.world, verdict)?;
    let about = format!("{about}: {}", verdict.property);
    let evidence = story.map(|story| show(&story, name, &about));
    let notion = verdict.notion.to_string();
    let Verdict { property: name, holds, .. } = *verdict;
    Ok(PropertyReport { name, notion, holds, is_to_hold: true, evidence })
}

fn show<X: Protocol<ModelPeer>>(story: &Story<X>, machine: &str, about: &str) -> Evidence {
    let trace = story.trace(&Title { machine: machine.into(), about: about.into() });
    let replayed = Title::read(&trace).and_then(|(_, entries)| replay::<ModelPeer, X>(entries));
    Evidence {
        story: story.lines(),
        difference: replayed.err().map(|difference| difference.to_string()),
        trace,
        diagram: sequence_diagram(story.places(), &story.scenes),
    }
}

fn ask(
    asked: &Asked,
    exploration: &Exploration,
    search: &'static str,
    how: Search,
) -> SecondOpinion {
    let start = Instant::now();
    let opinion = asked.answered(how);
    let agrees = opinion.agrees(exploration.graph.states() as usize, &exploration.verdicts);
    SecondOpinion {
        search,
        states: opinion.states as u64,
        agrees,
        seconds: start.elapsed().as_secs_f64(),
    }
}

//! Runs told as numbered stories, and saved as traces that a replay accepts.

use std::borrow::Cow;
use std::fmt::{Debug, Write as _};

use rumormill_core::trace::{Record, Title};
use rumormill_core::{Draw, Effect, Event, Node, Protocol};

use crate::ModelPeer;
use crate::world::{Application, Handled, Letter, Scene, World, WorldError};

/// A run, scene by scene.
pub struct Story<X: Protocol<ModelPeer>> {
    /// The machines before their start: first those of the group, then the later lives that there
    /// were.
    pub beginning: Vec<Node<ModelPeer, X>>,
    /// What happened.
    pub scenes: Vec<Scene<X>>,
    /// What became of each of them.
    pub end: Vec<Node<ModelPeer, X>>,
    /// After the last scene the one at this place happens again, and so on for ever.
    pub back_to: Option<usize>,
}

/// Why a run cannot be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Untold {
    /// The world itself is at fault.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The states are no run of the world.
    #[error("no step of the world leads from state {0} of the run to the next")]
    NoStep(usize),
    /// A run has at least one state.
    #[error("the run has no state")]
    Empty,
}

impl<X: Protocol<ModelPeer>> Story<X> {
    /// Tells the run through these encoded states, of which the first is a first state of the
    /// world; after the last it goes on from the one at `back_to`, if any.
    ///
    /// # Errors
    /// When the states are no run of the world.
    pub fn of<A: Application<X>>(
        world: &World<X, A>,
        states: &[&[u8]],
        back_to: Option<usize>,
    ) -> Result<Self, Untold> {
        let first = states.first().ok_or(Untold::Empty)?;
        let mut scenes = world.explain_first(first)?.ok_or(Untold::NoStep(0))?;
        let mut goes_on_at = (back_to == Some(0)).then_some(scenes.len());
        for (place, pair) in states.windows(2).enumerate() {
            scenes.extend(world.explain(pair[0], pair[1])?.ok_or(Untold::NoStep(place))?);
            if back_to == Some(place + 1) {
                goes_on_at = Some(scenes.len());
            }
        }
        let (beginning, end) = lives(world, states).into_iter().unzip();
        Ok(Self { beginning, scenes, end, back_to: goes_on_at })
    }

    /// How many places the group has.
    #[must_use]
    pub fn places(&self) -> usize {
        self.beginning.iter().filter(|node| node.me().life() == 0).count()
    }

    /// The story, a numbered line for each scene.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let numbered = self.scenes.iter().enumerate();
        let mut lines: Vec<_> =
            numbered.map(|(place, scene)| format!("{:>3}. {}", place + 1, tell(scene))).collect();
        match self.back_to {
            Some(place) if place >= self.scenes.len() => {
                lines.push("  … and so on for ever".into())
            }
            Some(place) => lines.push(format!("  … and again from {} on, for ever", place + 1)),
            None => {}
        }
        lines
    }

    /// The trace of the run: all machines from before their start to its end.
    #[must_use]
    pub fn trace(&self, title: &Title) -> Vec<u8> {
        let mut trace = Vec::new();
        title.write(&mut trace);
        for node in &self.beginning {
            Record::Begin(Cow::Borrowed(node)).write(&mut trace);
        }
        let number_of = |me| self.beginning.iter().position(|node| node.me() == me);
        let steps = self.scenes.iter().flat_map(recorded);
        let numbered = steps.filter_map(|(me, handled)| Some((number_of(me)? as u32, handled)));
        for (node, handled) in numbered {
            let Handled { event, draws, effects } = handled;
            let (event, draws) = (Cow::Borrowed(event), Cow::Borrowed(&draws[..]));
            let effects = effects.clone();
            Record::Step { node, event, draws, effects }.write(&mut trace);
        }
        for (node, state) in self.end.iter().enumerate() {
            let (node, state) = (node as u32, Cow::Borrowed(state));
            Record::End { node, state }.write(&mut trace);
        }
        trace
    }
}

/// The machines that run in these states, each before its start and after its last step.
fn lives<X: Protocol<ModelPeer>, A: Application<X>>(
    world: &World<X, A>,
    states: &[&[u8]],
) -> Vec<(Node<ModelPeer, X>, Node<ModelPeer, X>)> {
    let mut lives: Vec<_> = world.nodes().iter().map(|node| (node.clone(), node.clone())).collect();
    for state in states {
        world.look(state, |at| {
            for node in at.locals().map(|local| &local.node) {
                match lives.iter_mut().find(|(born, _)| born.me() == node.me()) {
                    Some((_, end)) => *end = node.clone(),
                    None => {
                        let born = world.machine(node.me()).cloned();
                        lives.extend(born.map(|born| (born, node.clone())));
                    }
                }
            }
        });
    }
    lives
}

/// The events that changed a machine. A step that was torn by a crash left nothing behind in it.
fn recorded<X: Protocol<ModelPeer>>(
    scene: &Scene<X>,
) -> impl Iterator<Item = (ModelPeer, &Handled<X>)> {
    let (node, handled) = match scene {
        Scene::Acted { node, handled, torn: false, .. } => (*node, &handled[..]),
        _ => (ModelPeer(0), &[][..]),
    };
    handled.iter().map(move |handled| (node, handled))
}

/// A scene in one line.
#[must_use]
pub fn tell<X: Protocol<ModelPeer>>(scene: &Scene<X>) -> String {
    match scene {
        Scene::NextRound => "the next round begins".into(),
        Scene::Tick => "a tick passes".into(),
        Scene::Crashed { node } => format!("{node} crashes"),
        Scene::Lost(letter) => tell_letter(letter, "is lost"),
        Scene::CrowdedOut(letter) => tell_letter(letter, "is crowded out of the full network"),
        Scene::Left(letter) => tell_letter(letter, "leaves all the same"),
        Scene::NeverLeft(letter) => tell_letter(letter, "never leaves"),
        Scene::InVain(letter) => {
            tell_letter(letter, &format!("arrives, but {} does not run", letter.to))
        }
        Scene::Acted { node, handled, copied, torn, from, forged } => {
            let told: Vec<_> =
                handled.iter().map(|event| tell_event(*node, *from, event)).collect();
            let mut line = told.join("; then ");
            if *forged {
                line.push_str("; the message is forged");
            }
            if *copied {
                line.push_str("; a copy of the message stays in flight");
            }
            if *torn {
                let _ = write!(line, "; but {node} crashes within the step");
            }
            line
        }
    }
}

fn tell_letter<M: Debug>(letter: &Letter<M>, fate: &str) -> String {
    let Letter { from, to, message } = letter;
    format!("a message{} to {to} {fate}: {message:?}", sender(*from))
}

fn sender(from: Option<ModelPeer>) -> String {
    from.map(|from| format!(" from {from}")).unwrap_or_default()
}

fn tell_event<X: Protocol<ModelPeer>>(
    node: ModelPeer,
    from: Option<ModelPeer>,
    handled: &Handled<X>,
) -> String {
    let Handled { event, draws, effects } = handled;
    let mut line = match event {
        Event::Start => format!("{node} starts"),
        Event::Message { message, .. } => {
            format!("{node} receives{} {message:?}", sender(from))
        }
        Event::Timer(timer) => format!("{node}'s timer {timer:?} fires"),
        Event::Request(request) => format!("{node} is asked for {request:?}"),
    };
    if !draws.is_empty() {
        let draws: Vec<_> = draws.iter().map(tell_draw).collect();
        let _ = write!(line, "; it draws {}", draws.join(", then "));
    }
    for effect in effects {
        let _ = write!(line, "; {}", tell_effect(effect));
    }
    line
}

fn tell_draw(draw: &Draw) -> String {
    match draw {
        Draw::Below { outcomes, got } => format!("{got} below {outcomes}"),
        Draw::Subset { of, got } => format!("positions {got:?} of {of}"),
        Draw::Coin { bias, got } => {
            format!("a coin of {bias:?}: {}", if *got { "heads" } else { "tails" })
        }
    }
}

fn tell_effect<X: Protocol<ModelPeer>>(effect: &Effect<'_, ModelPeer, X>) -> String {
    match effect {
        Effect::Send { to, message } => format!("sends {message:?} to {to:?}"),
        Effect::Arm { timer, after } => {
            let plural = if after.0 == 1 { "" } else { "s" };
            format!("sets {timer:?} in {} tick{plural}", after.0)
        }
        Effect::Disarm { timer } => format!("cancels {timer:?}"),
        Effect::Notify(notice) => format!("tells {notice:?}"),
    }
}

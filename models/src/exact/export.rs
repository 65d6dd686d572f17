//! Graphs written for other tools: Storm's explicit format with fractions, and Graphviz.

use std::io::{self, Write};

use crate::Weight;
use crate::explore::Graph;
use crate::world::Price;

/// How large a model is as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Size {
    /// States, with the one that was put before several first ones.
    pub states: usize,
    /// Choices, with the loops of states in which the world ends.
    pub choices: usize,
    /// The outcomes of all choices.
    pub transitions: usize,
}

/// Writes the graph in Storm's explicit format (DRN), with fractions. The properties at these places
/// become the labels `goal_0`, `goal_1`, … of the states in which they hold.
///
/// Where the run can begin in several states, one state is put before them, with one choice that
/// costs nothing. A state in which the world ends gets a loop that costs nothing.
///
/// # Errors
/// When `out` does.
pub fn write_drn(graph: &Graph, goals: &[usize], out: &mut impl Write) -> io::Result<()> {
    let size = Size::of(graph);
    writeln!(out, "@type: MDP\n@value_type: rational\n@parameters\n")?;
    writeln!(out, "@reward_models\nrounds messages steps")?;
    writeln!(out, "@nr_states\n{}\n@nr_choices\n{}\n@model", size.states, size.choices)?;
    let offset = usize::from(has_beginning(graph));
    if offset == 1 {
        writeln!(out, "state 0 [0, 0, 0] init")?;
        let outcomes = graph.first().iter().map(|(state, weight)| (*state, weight));
        write_choice(out, 0, &Price::NOTHING, outcomes.collect(), offset)?;
    }
    for state in 0..graph.states() {
        write!(out, "state {} [0, 0, 0]", state as usize + offset)?;
        if offset == 0 && graph.is_first(state) {
            write!(out, " init")?;
        }
        for (number, _) in goals.iter().enumerate().filter(|(_, goal)| graph.holds(**goal, state)) {
            write!(out, " goal_{number}")?;
        }
        writeln!(out)?;
        for (number, choice) in graph.choices_of(state).enumerate() {
            let outcomes = graph.outcomes_of(choice).collect();
            write_choice(out, number, graph.price_of(choice), outcomes, offset)?;
        }
        if graph.choices_of(state).is_empty() {
            write_choice(out, 0, &Price::NOTHING, vec![(state, &Weight::ONE)], offset)?;
        }
    }
    Ok(())
}

fn write_choice(
    out: &mut impl Write,
    number: usize,
    price: &Price,
    mut outcomes: Vec<(u32, &Weight)>,
    offset: usize,
) -> io::Result<()> {
    let Price { rounds, messages, steps } = price;
    writeln!(out, "\taction {number} [{rounds}, {messages}, {steps}]")?;
    outcomes.sort_unstable_by_key(|(target, _)| *target);
    for (target, weight) in outcomes {
        writeln!(out, "\t\t{} : {weight}", target as usize + offset)?;
    }
    Ok(())
}

/// Whether a state has to be put before the first ones.
fn has_beginning(graph: &Graph) -> bool {
    graph.first().len() != 1
}

impl Size {
    /// The size of the graph as it is written.
    pub(crate) fn of(graph: &Graph) -> Self {
        let ends = (0..graph.states()).filter(|&state| graph.choices_of(state).is_empty()).count();
        let (beginning, firsts) = match graph.first() {
            [_] => (0, 0),
            several => (1, several.len()),
        };
        Self {
            states: graph.states() as usize + beginning,
            choices: graph.choices() + ends + beginning,
            transitions: graph.transitions() + ends + firsts,
        }
    }
}

/// Writes the graph for Graphviz. Ellipses are states, with a double line where one of the
/// properties at these places holds; `name` tells what the choices of a state are. Points are
/// choices with several outcomes.
///
/// # Errors
/// When `out` does.
pub fn write_dot(
    graph: &Graph,
    goals: &[usize],
    mut names: impl FnMut(u32) -> Vec<String>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "digraph world {{\n  node [shape=ellipse];")?;
    for (state, weight) in graph.first() {
        writeln!(out, "  b{state} [shape=none, label=\"{weight}\"]; b{state} -> s{state};")?;
    }
    for state in 0..graph.states() {
        let lines = if goals.iter().any(|&goal| graph.holds(goal, state)) { 2 } else { 1 };
        writeln!(out, "  s{state} [label={state}, peripheries={lines}];")?;
        for (choice, name) in graph.choices_of(state).zip(names(state)) {
            write_arrows(graph, state, choice, &name, out)?;
        }
    }
    writeln!(out, "}}")
}

fn write_arrows(
    graph: &Graph,
    state: u32,
    choice: usize,
    name: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    if let [target] = graph.targets_of(choice) {
        return writeln!(out, "  s{state} -> s{target} [label=\"{name}\"];");
    }
    writeln!(out, "  c{choice} [shape=point]; s{state} -> c{choice} [label=\"{name}\"];")?;
    for (target, weight) in graph.outcomes_of(choice) {
        writeln!(out, "  c{choice} -> s{target} [label=\"{weight}\"];")?;
    }
    Ok(())
}

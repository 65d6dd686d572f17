//! What the words of the page mean, each once.

use maud::{Markup, html};
use rumormill::models::explore::Notion;

use super::{anchor, mark, open_mark, run};

/// A notion, what exactly it claims of a predicate `p`, and the run that shows the verdict.
const NOTIONS: [(Notion, &str, &str); 7] = [
    (
        Notion::Always,
        "p holds in every reachable state.",
        "Where it fails: a shortest run to a state where p does not hold.",
    ),
    (
        Notion::Sometimes,
        "p holds in some reachable state.",
        "Where it holds: a shortest run to a state where p holds.",
    ),
    (
        Notion::PossibleFromEverywhere,
        "From every reachable state, some run leads to p (AG EF p).",
        "Where it fails: a shortest run to a state from which none does.",
    ),
    (
        Notion::AlmostSurelyIfFair,
        "Whatever scheduler and adversary do, p comes with probability 1, where draws and random \
         faults fall by chance and the scheduler is strongly fair: a timer of a machine, or a \
         message of one sender to it, that can be served again and again, is served again and \
         again.",
        "Where it fails: a run to where a strongly fair scheduler can keep away from p for ever, \
         and one of the fair runs that follow.",
    ),
    (
        Notion::AgainIfFair,
        "The same from every reachable state on: however often p ceases to hold, it comes again.",
        "Where it fails: as before; p may have held on the way.",
    ),
    (
        Notion::AlmostSurely,
        "Whatever scheduler and adversary do, p comes with probability 1: draws and random faults \
         fall by chance.",
        "Where it fails: a run to where an adversary can keep away from p for ever, however draws \
         fall, and one of the runs that follow.",
    ),
    (
        Notion::Surely,
        "Every run that does not stop early comes to p, however scheduler, faults and draws fall \
         (AF p).",
        "Where it fails: a run that ends without p, or goes round for ever.",
    ),
];

/// How [`Notion::AtLeast`] begins; its probability follows.
const AT_LEAST: &str = "with probability at least";

/// The legend.
pub(super) fn legend() -> Markup {
    html! {
        section #legend {
            h2 { "How to read it" }
            p {
                "A suite is a small world: a group of machines, the network between them, and the \
                 faults that may strike. Every state that can be reached was visited, with every \
                 outcome of every draw, every fault, and every order of messages and timers that \
                 its scheduler allows. What is claimed is claimed of that world and of no larger \
                 one. Messages are crowded out where a world has room for so many in flight; what \
                 would have come of them was not looked at."
            }
            p {
                (mark(true)) " holds, " (mark(false)) " does not, " (open_mark())
                " was not looked at to its end. "
                "A seeded bug is a mistake on purpose, in a copy of the machine’s own source: the \
                 property that is for it must catch it, or the property says nothing. "
                "A second opinion is the same world searched by stateright, another engine, which \
                 must count the same states and agree on each always and each sometimes. "
                (run::signs())
            }
            h3 { "The notions" }
            p { "What can be claimed of p, a predicate over the states of a world:" }
            dl.notions {
                @for (notion, claim, shown) in NOTIONS {
                    dt id=(address(&notion.to_string())) { (notion) }
                    dd { (claim) " " span.shown { (shown) } }
                }
                dt id=(address(AT_LEAST)) { (AT_LEAST) " x" }
                dd {
                    "Whatever scheduler and adversary do, p comes with probability x or more. "
                    span.shown { "The exact answers show by how much; no single run does." }
                }
            }
            h3 { "The exact answers" }
            p {
                "The explored world is a Markov decision process. The scheduler and the \
                 adversarial faults choose; draws and random faults fall by chance. "
                em { "Least" } " and " em { "greatest" }
                " are over all who choose; " em { "uniform" }
                " is a scheduler that draws each of its choices, all alike. Fractions are exact. \
                 Of a long one its first digits stand here, cut off and not rounded, and the \
                 fraction is in its tooltip. Where fractions would take too long, digits before an \
                 ellipsis are certain all the same. An expectation is infinite where the goal is \
                 missed with a probability above 0."
            }
        }
    }
}

/// The name of a notion, leading to what it means.
pub(super) fn notion(name: &str) -> Markup {
    let is_explained = NOTIONS.iter().any(|(notion, ..)| notion.to_string() == name);
    let row = if name.starts_with(AT_LEAST) { AT_LEAST } else { name };
    match is_explained || row == AT_LEAST {
        true => html! { a.notion href=(format!("#{}", address(row))) { (name) } },
        false => html! { span.notion { (name) } },
    }
}

fn address(notion: &str) -> String {
    format!("notion-{}", anchor(notion))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notion_is_explained() {
        let others = [Notion::Always, Notion::AgainIfFair];
        for wanted in Notion::OF_WHAT_IS_TO_COME.into_iter().chain(others) {
            assert!(NOTIONS.iter().any(|(notion, ..)| *notion == wanted), "{wanted}");
        }
        let likely = rumormill::Bias::new(1, 2).map(Notion::AtLeast);
        let name = likely.map(|notion| notion.to_string()).unwrap_or_default();
        assert!(notion(&name).into_string().contains("href"), "{name}");
    }
}

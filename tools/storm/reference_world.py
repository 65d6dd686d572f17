"""The reference world, written down once more: push gossip of N nodes in rounds.

One node is informed at the start. In a round each node ticks once and each message arrives, in any
order. The tick of an informed node sends one message to a node drawn from all others; the tick of
one that is not informed does nothing, and is an action all the same. A message informs whom it
reaches. Messages in flight are a multiset and do not tell who sent them. When all have ticked and
nothing is in flight, the round ends by an action of its own, which counts 1 in `rounds`; a tick or
an arrival counts 1 in `steps`, and a message that is sent 1 in `messages`. The world stops as soon
as all are informed; the states in which it does so differ in who has ticked and in what is still in
flight.

Nothing here comes from the Rust code. `python reference_world.py N DIR` writes the world in the
form in which `rumormill exact --export drn` writes it: `DIR/reference-world-N.drn`, and beside it
the figures that are known for it (found by other programs, N = 3 to 5).
"""

import argparse
import json
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

REWARDS = ("rounds", "messages", "steps")


@dataclass(frozen=True)
class Known:
    """Figures that other programs found."""

    least: str
    """Expected rounds until everybody is informed, under the best scheduler."""
    most: str
    by_round: list[str]
    """The least probability that everybody is informed by the end of rounds 1, 2, ..: what is known
    of all acting at once, which is the worst that a scheduler can do."""


KNOWN = {
    3: Known("2/3", "4/3", ["0", "3/4", "15/16", "63/64"]),
    4: Known("189/152", "333/152", ["0", "2/9", "58/81", "1990/2187"]),
    5: Known("6218/3675", "53896/18375", ["0", "0", "849/2048", "403521/524288"]),
}


@dataclass(frozen=True)
class State:
    informed: frozenset[int]
    ticked: frozenset[int]
    in_flight: tuple[int, ...]
    """The destinations, ascending."""


@dataclass(frozen=True)
class Choice:
    rewards: tuple[int, int, int]
    successors: dict[State, Fraction]


def choices(state: State, nodes: int) -> list[Choice]:
    """What may happen in a state. A state that ends the world goes round on the spot."""
    everybody = frozenset(range(nodes))
    if state.informed == everybody:
        return [Choice((0, 0, 0), {state: Fraction(1)})]
    found = [tick(state, node, nodes) for node in sorted(everybody - state.ticked)]
    found += [arrival(state, node) for node in sorted(set(state.in_flight))]
    if not found:
        fresh = State(state.informed, frozenset(), ())
        found = [Choice((1, 0, 0), {fresh: Fraction(1)})]
    return found


def tick(state: State, node: int, nodes: int) -> Choice:
    ticked = state.ticked | {node}
    if node not in state.informed:
        return Choice((0, 0, 1), {State(state.informed, ticked, state.in_flight): Fraction(1)})
    targets = [target for target in range(nodes) if target != node]
    successors = {
        State(state.informed, ticked, tuple(sorted((*state.in_flight, target)))):
            Fraction(1, len(targets))
        for target in targets
    }
    return Choice((0, 1, 1), successors)


def arrival(state: State, node: int) -> Choice:
    in_flight = list(state.in_flight)
    in_flight.remove(node)
    after = State(state.informed | {node}, state.ticked, tuple(in_flight))
    return Choice((0, 0, 1), {after: Fraction(1)})


def explore(nodes: int) -> dict[State, list[Choice]]:
    """All states in the order in which a search in breadth finds them, the first one first."""
    first = State(frozenset({0}), frozenset(), ())
    world: dict[State, list[Choice]] = {}
    waiting, known = deque([first]), {first}
    while waiting:
        state = waiting.popleft()
        world[state] = choices(state, nodes)
        for choice in world[state]:
            for successor in choice.successors:
                if successor not in known:
                    known.add(successor)
                    waiting.append(successor)
    return world


def drn(world: dict[State, list[Choice]], nodes: int) -> str:
    """The world as DRN, `goal_0` being that everybody is informed."""
    number = {state: index for index, state in enumerate(world)}
    lines = ["@type: MDP", "@value_type: rational", "@parameters", ""]
    lines += ["@reward_models", " ".join(REWARDS), "@nr_states", str(len(world))]
    lines += ["@nr_choices", str(sum(map(len, world.values()))), "@model"]
    for state, found in world.items():
        labels = " init" * (number[state] == 0) + " goal_0" * (len(state.informed) == nodes)
        lines.append(f"state {number[state]}{labels}")
        for index, choice in enumerate(found):
            rewards = ", ".join(map(str, choice.rewards))
            lines.append(f"\taction {index} [{rewards}]")
            targets = sorted((number[to], weight) for to, weight in choice.successors.items())
            lines += [f"\t\t{to} : {weight}" for to, weight in targets]
    return "\n".join(lines) + "\n"


def claims(world: dict[State, list[Choice]], nodes: int) -> dict[str, Any]:
    """What is known about the world, as the JSON beside an exported DRN has it."""
    known = KNOWN.get(nodes)
    goal = {
        "goal": "everybody gets it",
        "label": "goal_0",
        "probability": {"min": exact("1"), "max": exact("1")},
        "rounds": known and {"min": exact(known.least), "max": exact(known.most)},
        "messages": None,
        "steps": None,
        "by_round": known and [
            {"round": index, "min": exact(value), "max": None}
            for index, value in enumerate(known.by_round, 1)
        ],
    }
    found = [choice for choices_of_state in world.values() for choice in choices_of_state]
    return {
        "suite": f"reference-world-{nodes}",
        "written": {
            "states": len(world),
            "choices": len(found),
            "transitions": sum(len(choice.successors) for choice in found),
        },
        "rounds_offset": 1,
        "goals": [goal],
    }


def exact(value: str) -> dict[str, str]:
    return {"exact": value}


def export(nodes: int, directory: Path) -> tuple[Path, Path]:
    """Writes the JSON and the DRN."""
    world = explore(nodes)
    about = claims(world, nodes)
    directory.mkdir(parents=True, exist_ok=True)
    about_path = directory / f"{about['suite']}.json"
    drn_path = about_path.with_suffix(".drn")
    about_path.write_text(json.dumps(about, indent=2) + "\n")
    drn_path.write_text(drn(world, nodes))
    return about_path, drn_path


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the reference world as DRN and JSON.")
    parser.add_argument("nodes", type=int)
    parser.add_argument("directory", type=Path)
    given = parser.parse_args()
    for path in export(given.nodes, given.directory):
        print(path)


if __name__ == "__main__":
    main()

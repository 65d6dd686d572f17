"""Storm, asked for single numbers: in fractions, or where a model is large, in sound floats."""

import math
import multiprocessing
import time
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import stormpy

from figures import Interval, Query

# Storm logs to the standard output. What goes wrong comes as an exception as well.
stormpy.developer.set_log_level(stormpy.developer.LogLevel.FATAL)

PRECISION = Fraction(1, 10**10)
"""Relative; of what is not computed in fractions."""


@dataclass(frozen=True)
class Answer:
    found: Interval | None
    outcome: str
    """Why nothing was found: `fails` or `timed out`."""
    why: str
    seconds: float


class Model:
    """A model in Storm."""

    def __init__(self, sparse: Any, exact: bool) -> None:
        self.sparse = sparse
        self.exact = exact

    @staticmethod
    def of_drn(path: Path, exact: bool) -> "Model":
        value_type = stormpy.Rational if exact else float
        return Model(stormpy.build_model_from_drn[value_type](str(path)), exact)

    @staticmethod
    def of_prism(path: Path) -> "Model":
        program = stormpy.parse_prism_program(str(path))
        return Model(stormpy.build_model[stormpy.Rational](program), exact=True)

    def counts(self) -> dict[str, int]:
        """Choices and transitions include the loops of the states in which the world has ended."""
        return {
            "states": self.sparse.nr_states,
            "choices": self.sparse.nr_choices,
            "transitions": self.sparse.nr_transitions,
        }

    def rewards(self) -> set[str]:
        return set(self.sparse.reward_models)

    def ask(self, query: Query, timeout: float) -> Answer:
        """Asks in a process of its own: only so can a query be given up."""
        known = self.by_definition(query)
        if known is not None:
            return Answer(known, "", "", 0.0)
        context = multiprocessing.get_context("fork")
        receiver, sender = context.Pipe(duplex=False)
        started = time.monotonic()
        process = context.Process(target=self.answer, args=(query, sender))
        process.start()
        sender.close()
        try:
            if receiver.poll(timeout):
                found, why = receiver.recv()
                outcome = "fails"
            else:
                found, outcome, why = None, "timed out", f"no answer in {timeout:g} s"
        except EOFError:
            found, outcome, why = None, "fails", "Storm ended without an answer"
        process.kill()
        process.join()
        return Answer(found, outcome, why, time.monotonic() - started)

    def by_definition(self, query: Query) -> Interval | None:
        """What Storm refuses to answer: about a goal that no state has. And what it answers as if
        the bound were another: about a reward below zero."""
        below_zero = query.rounds is not None and query.rounds < 0
        if query.label in self.sparse.labeling.get_labels() and not below_zero:
            return None
        never = query.measure == "probability"
        return Interval.exactly(Fraction(0) if never else math.inf)

    def answer(self, query: Query, sender: Connection) -> None:
        try:
            sender.send((self.value(query), ""))
        except Exception as error:  # What Storm throws has no common base.
            sender.send((None, str(error) or type(error).__name__))

    def value(self, query: Query) -> Interval:
        if query.measure in self.rewards() and is_empty(self.sparse.reward_models[query.measure]):
            return self.of_nothing(query)
        formula = stormpy.parse_property(query.formula)
        environment = stormpy.environments.exact() if self.exact else sound()
        (first,) = self.sparse.initial_states
        result = stormpy.model_checking(
            self.sparse,
            formula,
            # Storm has a probability within a bound for the first state only.
            only_initial_states=query.rounds is not None,
            environment=environment,
        )[first]
        return fraction(result.value) if self.exact else between(result)


    def of_nothing(self, query: Query) -> Interval:
        """A reward that nothing pays, of which Storm refuses to speak: 0 where the goal is reached
        with probability 1, least by who chooses best, else infinite."""
        end = {"min": "max", "max": "min"}[query.end]
        certain = self.value(Query(query.label, "probability", end))
        reached = certain.low <= 1 <= certain.high
        return Interval.exactly(Fraction(0) if reached else math.inf)


def is_empty(reward: Any) -> bool:
    kinds = (reward.has_state_rewards, reward.has_state_action_rewards, reward.has_transition_rewards)
    return not any(kinds)


def sound() -> stormpy.Environment:
    """Sound methods, with the precision that is promised."""
    environment = stormpy.environments.sound()
    precision = stormpy.Rational(str(PRECISION))
    solver = environment.solver()
    for methods in (solver.min_max(), solver.native()):
        methods.precision = precision
        methods.relative_termination_criterion = True
    return environment


def fraction(value: Any) -> Interval:
    """A rational of Storm, or the float with which it says that a reward is infinite."""
    if isinstance(value, float):
        if value != math.inf:
            raise ValueError(f"a float in an exact model: {value}")
        return Interval.exactly(math.inf)
    return Interval.exactly(Fraction(str(value)))


def between(result: Any) -> Interval:
    """The bounds that Storm gives, or the value where it gives none; a little wider, for its
    arithmetic rounds."""
    if result.value == math.inf:
        return Interval.exactly(math.inf)
    value = Fraction(result.value)
    spread = PRECISION * max(Fraction(1), abs(value))
    low = Fraction(result.lower) if result.has_lower else value
    high = Fraction(result.upper) if result.has_upper else value
    return Interval(low - spread, high + spread)

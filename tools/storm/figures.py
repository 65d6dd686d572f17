"""Figures: what is claimed, what is found, and whether the two can be the same number."""

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

# Fractions of more digits than Python reads by default are nothing special here.
sys.set_int_max_str_digits(0)

REWARDS = ("rounds", "messages", "steps")
MEASURES = ("probability", *REWARDS)
ENDS = ("min", "max")
UNIFORM = "uniform"
"""For the scheduler that draws its choices. Storm has no question for it."""
SAMPLED = "sampled"
"""What random runs say of `uniform`: no claim, so nothing to compare."""

Bound = Fraction | float
"""A fraction, or `math.inf`; no other float."""


@dataclass(frozen=True)
class Interval:
    """What is known about a number: it is between these two. An exact one has two equal bounds."""

    low: Bound
    high: Bound

    @staticmethod
    def exactly(value: Bound) -> "Interval":
        return Interval(value, value)

    @staticmethod
    def claimed(value: dict[str, Any]) -> "Interval":
        """Reads `{"exact": "2/3"}`, `{"low": .., "high": ..}` or `{"infinite": true}`."""
        match value:
            case {"exact": str(text), **rest} if not rest:
                return Interval.exactly(Fraction(text))
            case {"low": int() | float(), "high": int() | float(), **rest} if not rest:
                interval = Interval(Fraction(value["low"]), Fraction(value["high"]))
                if interval.low <= interval.high:
                    return interval
            case {"infinite": True, **rest} if not rest:
                return Interval.exactly(math.inf)
        raise ValueError(f"this is no figure: {value}")

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def agrees(self, other: "Interval") -> bool:
        """Whether some number is in both. Of two exact figures: whether they are equal."""
        return self.low <= other.high and other.low <= self.high

    def __str__(self) -> str:
        if self.is_exact:
            return show(self.low)
        return f"{float(self.low):.17g} to {float(self.high):.17g}"


def show(value: Bound) -> str:
    """A fraction, in full unless it is very long."""
    if not isinstance(value, Fraction):
        return "infinite"
    text = str(value)
    if len(text) <= 40:
        return text
    decimal = Context(prec=20).divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{decimal}.. (a fraction of {len(text)} characters)"


@dataclass(frozen=True)
class Query:
    """One number that a model has."""

    label: str
    measure: str
    """A reward, or `probability`."""
    end: str
    """Over all schedulers: `min` or `max`."""
    rounds: int | None = None
    """Of a probability: with at most this much of the reward `rounds`."""

    @property
    def needs(self) -> set[str]:
        """The rewards that a model must have to answer it."""
        bounding = set() if self.rounds is None else {"rounds"}
        return bounding | ({self.measure} & set(REWARDS))

    @property
    def formula(self) -> str:
        """The query in the language of PRISM."""
        bound = "" if self.rounds is None else f'{{"rounds"}}<={self.rounds}'
        operator = "P" if self.measure == "probability" else f'R{{"{self.measure}"}}'
        return f'{operator}{self.end}=? [F{bound} "{self.label}"]'


@dataclass(frozen=True)
class Claim:
    name: str
    """What a reader calls it: `rounds min`, `by round 3 max`."""
    query: Query
    value: Interval


@dataclass(frozen=True)
class Goal:
    name: str
    label: str
    claims: list[Claim]
    unknown: list[str]
    """Keys with figures that nothing here knows how to compute."""


def pairs(value: dict[str, Any] | None, *beside: str) -> Iterator[tuple[str, Interval]]:
    """The ends of `{"min": V, "max": V}`. Either may be absent."""
    if value is None:
        return
    if not set(value) <= {*ENDS, UNIFORM, SAMPLED, *beside}:
        raise ValueError(f"ends are called {ENDS}: {value}")
    for end in ENDS:
        if value.get(end) is not None:
            yield end, Interval.claimed(value[end])


def holds_figures(value: Any) -> bool:
    """Whether there is anything like a figure in it."""
    if isinstance(value, dict):
        is_figure = bool({"exact", "low", "high", "infinite"} & set(value))
        return is_figure or any(map(holds_figures, value.values()))
    return isinstance(value, list) and any(map(holds_figures, value))


@dataclass(frozen=True)
class Suite:
    """What `rumormill exact` claims of one suite."""

    name: str
    drn: Path
    counts: dict[str, int]
    goals: list[Goal]

    @staticmethod
    def read(path: Path) -> "Suite":
        about = json.loads(path.read_text())
        counts = about["written"]
        offset = about.get("rounds_offset")
        goals = [read_goal(goal, offset) for goal in about["goals"]]
        return Suite(about["suite"], path.with_suffix(".drn"), counts, goals)


def read_goal(about: dict[str, Any], offset: int | None) -> Goal:
    label = about["label"]
    claims = [
        Claim(f"{measure} {end}", Query(label, measure, end), value)
        for measure in MEASURES
        for end, value in pairs(about.get(measure))
    ]
    for row in about.get("by_round") or []:
        if not isinstance(offset, int):
            raise ValueError("figures by round need `rounds_offset`")
        claims += [
            Claim(
                f"by round {row['round']} {end}",
                Query(label, "probability", end, row["round"] - offset),
                value,
            )
            for end, value in pairs(row, "round")
        ]
    known = {"goal", "label", "by_round", *MEASURES}
    unknown = [key for key, value in about.items() if key not in known and holds_figures(value)]
    return Goal(about["goal"], label, claims, unknown)


@dataclass(frozen=True)
class Comparison:
    suite: str
    goal: str
    name: str
    claimed: str
    found: str
    outcome: str
    """`agrees`, `differs`, `fails` (no answer), `timed out` or `skipped` (for its size)."""
    exact: bool = True
    """Whether it was computed in fractions."""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return self.outcome in ("agrees", "skipped")

    def line(self) -> str:
        sign = {"agrees": "✓", "skipped": "-"}.get(self.outcome, "✗")
        what = f"{self.goal}: {self.name}" if self.goal else self.name
        beside = "" if self.found == self.claimed else f"; found: {self.found}"
        manner = "" if self.exact else ", not in fractions"
        outcome = f"{self.outcome}{manner}, {self.seconds:.2f} s"
        return f"  {sign} {what} = {self.claimed}{beside} ({outcome})"


@dataclass
class Report:
    """All comparisons, printed as they come, and what they amount to."""

    quiet: bool
    comparisons: list[Comparison] = field(default_factory=list)
    figures: int = 0
    """How many figures were compared. Counts of states are not among them."""

    def say(self, text: str) -> None:
        if not self.quiet:
            print(text, flush=True)

    def add(self, comparison: Comparison, is_figure: bool = True) -> None:
        self.comparisons.append(comparison)
        self.figures += is_figure and comparison.outcome in ("agrees", "differs")
        self.say(comparison.line())

    def number(self, outcome: str) -> int:
        return sum(comparison.outcome == outcome for comparison in self.comparisons)

    @property
    def holds(self) -> bool:
        return self.figures > 0 and all(comparison.is_good for comparison in self.comparisons)

    def finish(self) -> int:
        """Prints the summary, and tells the exit code."""
        outcomes = ("agrees", "differs", "fails", "timed out", "skipped")
        inexact = sum(not c.exact and c.outcome == "agrees" for c in self.comparisons)
        if self.quiet:
            summary = {
                "holds": self.holds,
                "figures": self.figures,
                "not_in_fractions": inexact,
                **{outcome.replace(" ", "_"): self.number(outcome) for outcome in outcomes},
            }
            rows = [asdict(comparison) for comparison in self.comparisons]
            print(json.dumps({"summary": summary, "comparisons": rows}, indent=2))
        else:
            numbers = ", ".join(f"{self.number(outcome)} {outcome}" for outcome in outcomes)
            print(f"{len(self.comparisons)} comparisons, {self.figures} of them of figures: "
                  f"{numbers}; {inexact} of those that agree are not in fractions")
            if not self.figures:
                print("✗ No figure was compared.")
        return 0 if self.holds else 1

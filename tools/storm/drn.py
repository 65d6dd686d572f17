"""What Storm takes for granted when it reads a DRN file."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import chain
from pathlib import Path

ONE = Fraction(1)


@dataclass
class Survey:
    states: int = 0
    first: int = 0
    """How many states are labelled `init`."""
    declared: int | None = None
    faults: list[str] = field(default_factory=list)
    """Distributions that do not sum to one, by line, and what else is wrong."""


def survey(path: Path) -> Survey:
    """Reads a file without Storm, which checks neither the sums nor the number of states."""
    seen = Survey()
    weight = cache(Fraction)
    total, begun, before = ONE, 0, ""
    with path.open() as file:
        for number, line in enumerate(chain(file, ["state"]), 1):
            words = line.split()
            if before == "@nr_states":
                seen.declared = int(line)
            before = line.strip()
            if len(words) == 3 and words[1] == ":":
                total += weight(words[2])
            if words[:1] not in (["state"], ["action"]):
                continue
            if total != ONE:
                seen.faults.append(f"line {begun}: probabilities sum to {total}")
            total, begun = (Fraction(words[0] == "state"), number)
            if words[0] == "state" and len(words) > 1:
                seen.states += 1
                seen.first += "init" in words[2:]
    if seen.states != seen.declared:
        seen.faults.append(f"{seen.states} states where {seen.declared} are declared")
    if seen.first != 1:
        seen.faults.append(f"{seen.first} states are the first one")
    return seen

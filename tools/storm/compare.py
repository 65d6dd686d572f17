"""Recomputes with Storm what `rumormill exact --export drn --out DIR` claims.

For each `NAME.json` in the directory, the DRN file that it names is loaded, and each figure in the
JSON is asked of Storm and compared as a fraction. The exit code is 0 when all agree and there was
something to compare.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from drn import survey
from figures import Claim, Comparison, Interval, Report, Suite
from oracle import Answer, Model


@dataclass(frozen=True)
class Limits:
    exact: int
    """The most states of a model that is solved in fractions."""
    states: int
    """The most states of a model that is compared at all."""
    timeout: float


def compare_suite(suite: Suite, limits: Limits, report: Report) -> None:
    report.say(f"{suite.name}: {suite.drn.name}")
    seen = survey(suite.drn)
    for fault in seen.faults:
        report.add(Comparison(suite.name, "", "DRN", "sound", fault, "fails"), is_figure=False)
    if seen.states > limits.states:
        why = f"{seen.states} states, more than --limit {limits.states}"
        return skip(suite, why, report)
    model = Model.of_drn(suite.drn, exact=seen.states <= limits.exact)
    compare_counts(suite, model, report)
    for goal in suite.goals:
        for key in goal.unknown:
            why = "it is not known how to compute it"
            report.add(Comparison(suite.name, goal.name, key, "figures", why, "fails"))
        for claim in goal.claims:
            answer = model.ask(claim.query, limits.timeout)
            report.add(judged(suite.name, goal.name, claim, answer, model.exact))


def skip(suite: Suite, why: str, report: Report) -> None:
    for goal in suite.goals:
        for claim in goal.claims:
            claimed = str(claim.value)
            report.add(Comparison(suite.name, goal.name, claim.name, claimed, why, "skipped"))


def compare_counts(suite: Suite, model: Model, report: Report) -> None:
    for name, found in model.counts().items():
        claimed = suite.counts[name]
        outcome = "agrees" if found == claimed else "differs"
        row = Comparison(suite.name, "", name, str(claimed), str(found), outcome)
        report.add(row, is_figure=False)


def judged(suite: str, goal: str, claim: Claim, answer: Answer, exact: bool) -> Comparison:
    """A claim beside the answer of Storm."""
    if answer.found is None:
        outcome, found = answer.outcome, answer.why
    else:
        outcome = "agrees" if claim.value.agrees(answer.found) else "differs"
        found = str(answer.found)
    claimed = str(claim.value)
    return Comparison(suite, goal, claim.name, claimed, found, outcome, exact, answer.seconds)


def failed(path: Path, error: Exception) -> Comparison:
    """What stands for a model that could not be read."""
    why = str(error) or type(error).__name__
    return Comparison(path.stem, "", path.name, "a model", why, "fails")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recomputes with Storm what an export claims.")
    parser.add_argument("directory", type=Path, help="where the export is")
    parser.add_argument("--exact-limit", type=int, default=100_000, metavar="STATES",
                        help="larger models are solved in floats, within 1e-10 (%(default)s)")
    parser.add_argument("--limit", type=int, default=1_000_000, metavar="STATES",
                        help="larger models are skipped (%(default)s)")
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS",
                        help="for one figure; one that takes longer is a failure (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def main() -> int:
    given = parse()
    limits = Limits(given.exact_limit, given.limit, given.timeout)
    report = Report(quiet=given.json)
    for path in sorted(given.directory.glob("*.json")):
        try:
            compare_suite(Suite.read(path), limits, report)
        except Exception as error:  # What Storm throws has no common base.
            report.add(failed(path, error))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

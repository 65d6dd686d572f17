"""Solves the hand-written models in `prism/`, and compares them with what `rumormill exact` claims.

A model says in comments what it is to be compared with:

    // suite: NAME                              the JSON of this suite, if a directory is given
    // goal LABEL: GOAL                         its label and the suite's name for the same
    // counts: states, ..                       which counts must be the same as well
    // known: LABEL rounds min = 2/3            a figure known from elsewhere
    // known: LABEL rounds <= 1 min = 3/4       the probability with at most so much of `rounds`

The known figures are compared always, those of the suite where an export is given. The exit code is
0 when all agree and there was something to compare.
"""

import argparse
import math
import re
import sys
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from compare import failed, judged
from figures import MEASURES, Claim, Comparison, Interval, Query, Report, Suite
from oracle import Model

MODELS = Path(__file__).parent / "prism"

LINE = re.compile(r"^// (suite|goal \w+|counts|known): (.+)$", re.MULTILINE)
KNOWN = re.compile(
    r"(?P<label>\w+) (?P<measure>\w+)(?: <= (?P<bound>\d+))? (?P<end>min|max) = (?P<value>\S+)"
)


@dataclass
class Header:
    """What a model says of itself."""

    suite: str = ""
    goals: dict[str, str] = field(default_factory=dict)
    """The suite's names of goals, by label."""
    counts: list[str] = field(default_factory=list)
    known: list[Claim] = field(default_factory=list)


def read_header(path: Path) -> Header:
    header = Header()
    for key, value in LINE.findall(path.read_text()):
        match key.split():
            case ["suite"]:
                header.suite = value
            case ["goal", label]:
                header.goals[label] = value
            case ["counts"]:
                header.counts = value.split(", ")
            case ["known"]:
                header.known.append(read_known(value))
    return header


def read_known(text: str) -> Claim:
    words = KNOWN.fullmatch(text)
    if words is None or words["measure"] not in MEASURES:
        raise ValueError(f"this is no known figure: {text}")
    value = math.inf if words["value"] == "infinite" else Fraction(words["value"])
    query = Query(words["label"], words["measure"], words["end"])
    if words["bound"] is not None:
        if words["measure"] != "rounds":
            raise ValueError(f"only rounds can be bounded: {text}")
        query = replace(query, measure="probability", rounds=int(words["bound"]))
    return Claim(f"known: {text.split(' ', 1)[1].split(' =')[0]}", query, Interval.exactly(value))


def compare_known(name: str, header: Header, model: Model, timeout: float, report: Report) -> None:
    for claim in header.known:
        answer = model.ask(claim.query, timeout)
        report.add(judged(name, claim.query.label, claim, answer, exact=True))


def compare_suite(
    name: str, header: Header, suite: Suite, model: Model, timeout: float, report: Report
) -> None:
    """Each figure of the suite that the model has as well."""
    for count in header.counts:
        claimed, found = suite.counts[count], model.counts()[count]
        outcome = "agrees" if claimed == found else "differs"
        row = Comparison(name, "", f"{suite.name}: {count}", str(claimed), str(found), outcome)
        report.add(row, is_figure=False)
    goals = {goal.name: goal for goal in suite.goals}
    for label, goal_name in header.goals.items():
        if goal_name not in goals:
            why = f"none of {suite.name} is called so"
            report.add(Comparison(name, label, "goal", goal_name, why, "fails"), is_figure=False)
            continue
        for claim in goals[goal_name].claims:
            query = replace(claim.query, label=label)
            named = replace(claim, name=f"{suite.name}: {claim.name}")
            if query.needs <= model.rewards():
                report.add(judged(name, label, named, model.ask(query, timeout), exact=True))
            else:
                report.say(f"  - {label}: {named.name} is not modelled")


def compare_model(path: Path, directory: Path | None, timeout: float, report: Report) -> None:
    report.say(path.name)
    header = read_header(path)
    model = Model.of_prism(path)
    compare_known(path.stem, header, model, timeout, report)
    if directory is not None:
        export = directory / f"{header.suite}.json"
        if not export.exists():
            raise FileNotFoundError(f"nothing is exported of {header.suite}")
        suite = Suite.read(export)
        compare_suite(path.stem, header, suite, model, timeout, report)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Solves the hand-written models with Storm.")
    parser.add_argument("directory", type=Path, nargs="?", help="where an export is")
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS",
                        help="for one figure; one that takes longer is a failure (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def main() -> int:
    given = parse()
    report = Report(quiet=given.json)
    for path in sorted(MODELS.glob("*.prism")):
        try:
            compare_model(path, given.directory, given.timeout, report)
        except Exception as error:  # What Storm throws has no common base.
            report.add(failed(path, error))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())

"""The comparison itself: it agrees with what is right, and with nothing that is not."""

import json
import signal
import tempfile
import unittest
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import patch

import reference_world
from compare import Limits, compare_suite
from figures import Interval, Query, Report, Suite, pairs
from oracle import Model

LIMITS = Limits(exact=100_000, states=1_000_000, timeout=60)


class Compared(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.json, self.drn = reference_world.export(3, Path(directory.name))

    def compare(self, limits: Limits = LIMITS) -> Report:
        report = Report(quiet=True)
        compare_suite(Suite.read(self.json), limits, report)
        return report

    def claim(self, change: Callable[[dict[str, Any]], Any]) -> Report:
        """What comes of another claim."""
        about = json.loads(self.json.read_text())
        change(about)
        self.json.write_text(json.dumps(about))
        return self.compare()

    def test_what_is_right_agrees(self) -> None:
        report = self.compare()
        self.assertTrue(report.holds)
        self.assertEqual(report.figures, 8)

    def test_what_is_wrong_differs(self) -> None:
        wrong: list[Callable[[dict[str, Any]], Any]] = [
            lambda about: about["written"].update(states=89),
            lambda about: about["written"].update(choices=159),
            lambda about: about["written"].update(transitions=180),
            lambda about: about.update(rounds_offset=0),
            lambda about: about["goals"][0]["probability"].update(max={"infinite": True}),
            lambda about: about["goals"][0]["probability"].update(min={"exact": "99/100"}),
            lambda about: about["goals"][0]["rounds"].update(min={"exact": "4/3"}),
            lambda about: about["goals"][0]["rounds"].update(min={"low": 0.67, "high": 1.0}),
            lambda about: about["goals"][0].update(messages={"min": {"exact": "4"}}),
            lambda about: about["goals"][0].update(label="goal_1"),
            lambda about: about["goals"][0]["by_round"][1].update(max={"exact": "3/4"}),
        ]
        for change in wrong:
            with self.subTest(change=change.__code__.co_firstlineno):
                self.setUp()
                report = self.claim(change)
                self.assertGreaterEqual(report.number("differs"), 1)
                self.assertFalse(report.holds)

    def test_a_certified_interval_agrees_where_the_value_is_in_it(self) -> None:
        self.assertTrue(self.claim(
            lambda about: about["goals"][0]["rounds"].update(min={"low": 0.6, "high": 0.7})
        ).holds)

    def test_figures_under_an_unknown_name_fail(self) -> None:
        report = self.claim(lambda about: about["goals"][0].update(work={"min": {"exact": "1"}}))
        self.assertEqual(report.number("fails"), 1)
        self.assertFalse(report.holds)

    def test_a_distribution_must_sum_to_one(self) -> None:
        text = self.drn.read_text()
        self.drn.write_text(text.replace(" : 1/2", " : 1/3", 1))
        self.assertFalse(self.compare().holds)

    def test_floats_agree_within_their_precision(self) -> None:
        report = self.compare(replace(LIMITS, exact=10))
        self.assertTrue(report.holds)
        self.assertFalse(any(row.exact for row in report.comparisons if row.goal))

    def test_what_is_skipped_is_no_comparison(self) -> None:
        report = self.compare(replace(LIMITS, states=10))
        self.assertEqual((report.number("skipped"), report.figures), (8, 0))
        self.assertFalse(report.holds)

    def test_a_query_without_an_answer_in_time_fails(self) -> None:
        with patch.object(Model, "value", lambda *_: signal.pause()):
            report = self.compare(replace(LIMITS, timeout=0.0))
        self.assertEqual(report.number("timed out"), 8)
        self.assertFalse(report.holds)

    def test_a_goal_that_no_state_has_is_never_reached(self) -> None:
        model = Model.of_drn(self.drn, exact=True)
        for measure, value in [("probability", Fraction(0)), ("rounds", float("inf"))]:
            answer = model.ask(Query("goal_7", measure, "max"), timeout=60)
            self.assertEqual(answer.found, Interval.exactly(value))


class Read(unittest.TestCase):
    def test_what_random_runs_say_is_no_claim(self) -> None:
        ends = {"min": {"exact": "1/2"}, "uniform": {"exact": "2/3"}, "max": {"exact": "1"}}
        sampled = {"mean": 0.5, "low": 0.4, "high": 0.6, "contains_exact": False, "p_value": 0.0}
        self.assertEqual(list(pairs({**ends, "sampled": sampled})), list(pairs(ends)))


if __name__ == "__main__":
    unittest.main()

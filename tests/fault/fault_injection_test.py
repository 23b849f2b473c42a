"""Every k-th call of each kind fails in mkimage and in each command of zvfs, once, and from then
on. A program must say so by its exit code and a message, leave nothing half done behind, and never
hang, crash or succeed with a wrong result.

Where a program makes many calls, a few of them are tried. To try more (here: all), and to choose
cases:

    ZVFS_FAULT_POINTS=100000 ZVFS_FAULT_CASES='zvfs extract' \\
        ctest --preset dev -V -R fault_injection_test
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import threading

import zvfs_tools
from fault_cases import cases, make_inputs
from fault_judge import problem_of
from fault_runs import Point, Tally, Workplace, spread
from zvfs_tools import tool

CASES = os.environ.get("ZVFS_FAULT_CASES", "")
WORKERS = os.cpu_count() or 1


def points_of(case, counts):
    for call, count in counts.items():
        for for_good in (False, True):
            for first in spread(call, count, f"{case.name} {call} {for_good}"):
                yield Point(call, first, for_good)


def try_point(case, point, good, place):
    place.prepare()
    place.table.fail(point.call, point.first, 1 if point.for_good else 0)
    try:
        outcome = place.run(case)
    except subprocess.TimeoutExpired:
        return "hangs"
    problem = problem_of(case, outcome, good, place)
    said = re.sub(r"\s+", " ", outcome.err)[-200:]
    return f"{problem} (exit code {outcome.code}: {said})" if problem else ""


def setUpModule():
    tool("ZVFS_FAULT_INJECTOR")


class ToolFaults(zvfs_tools.unittest.TestCase):
    def setUp(self):
        self.scratch = pathlib.Path(self.enterContext(zvfs_tools.scratch_directory()))
        self.inputs = self.scratch / "inputs"
        self.inputs.mkdir()
        make_inputs(self.inputs)
        self.tally = Tally()
        self.local = threading.local()

    def workplace(self):
        """The calling thread's own."""
        if not hasattr(self.local, "place"):
            place = self.scratch / f"worker-{threading.get_ident()}"
            place.mkdir()
            self.local.place = Workplace(place, self.inputs)
        return self.local.place

    def try_case(self, case, pool):
        place = self.workplace()
        place.prepare()
        good = place.run(case)
        self.assertIn(good.code, (0, 1), f"{case.name}: {good.err}")
        points = list(points_of(case, place.table.counts()))
        self.assertTrue(points, f"{case.name} makes no calls: the injector does not work")

        def attempt(point):
            problem = try_point(case, point, good, self.workplace())
            self.tally.add(f"{case.program} {case.arguments[0]}" if case.program == "zvfs" else
                           case.program, case.name, point, problem)

        list(pool.map(attempt, points))

    def test_tools(self):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for case in cases():
                if CASES in case.name:
                    self.try_case(case, pool)
        self.tally.show()
        self.assertFalse(self.tally.problems)


if __name__ == "__main__":
    zvfs_tools.main()

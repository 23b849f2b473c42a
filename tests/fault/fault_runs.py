"""Which calls fail, one run with such a fault, and how many runs were wrong."""
import dataclasses
import os
import random
import shutil
import stat
import subprocess
import threading
import typing

import fault_table
from zvfs_tools import tool

# How many calls of each kind are tried, for each way to fail.
POINTS = int(os.environ.get("ZVFS_FAULT_POINTS", "3"))
MALLOC_POINTS = max(POINTS, 10)
LONGEST = 120  # seconds; far more than any run takes
TOOLS = {"mkimage": "ZVFS_MKIMAGE", "zvfs": "ZVFS_ZVFS"}


class Point(typing.NamedTuple):
    """The call that fails first, and whether all later ones of its kind fail, too."""
    call: str
    first: int
    for_good: bool

    def __str__(self):
        return f"{self.call} {self.first}{' and later' if self.for_good else ''}"


def spread(call, count, seed):
    """Numbers of calls, from 1 to `count`."""
    points = MALLOC_POINTS if call == "malloc" else POINTS
    if count <= points:
        return range(1, count + 1)
    chosen = random.Random(seed)
    step = count / points
    return sorted({int(i * step + chosen.random() * step) + 1 for i in range(points)})


@dataclasses.dataclass
class Outcome:
    code: int
    out: bytes
    err: str
    made: object  # what OUT is: see state_of()


def node_state(path):
    status = os.lstat(path)
    content = os.readlink(path) if stat.S_ISLNK(status.st_mode) else None
    if stat.S_ISREG(status.st_mode):
        content = path.read_bytes()
    xattrs = {name: os.getxattr(path, name, follow_symlinks=False)
              for name in os.listxattr(path, follow_symlinks=False)}
    attributes = (status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns, xattrs)
    return stat.S_IFMT(status.st_mode), content, attributes


def state_of(path):
    """The bytes of a file; of a directory, a node_state() for each path; None if it is missing."""
    if not os.path.lexists(path):
        return None
    if not path.is_dir():
        return path.read_bytes()
    return {os.fspath(inside.relative_to(path)): node_state(inside)
            for inside in (path, *path.rglob("*"))}


class Workplace:
    """Where one command runs at a time. `inputs` is shared, and not changed."""

    def __init__(self, place, inputs):
        self.inputs = inputs
        self.place = place
        self.out = place / "work" / "out"
        self.temporary = place / "tmp"
        self.table = fault_table.FaultTable(place / "faults")

    def prepare(self):
        for path in (self.out.parent, self.temporary):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        self.table.reset()

    def run(self, case):
        """Runs a case with the faults that the table has. Raises subprocess.TimeoutExpired."""
        words = [os.fspath(self.out) if word == "OUT" else word for word in case.arguments]
        environment = self.table.environment(tool("ZVFS_FAULT_INJECTOR"), case.program)
        done = subprocess.run([tool(TOOLS[case.program]), *words], cwd=self.inputs,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST,
                              env=environment | {"TMPDIR": os.fspath(self.temporary)}, check=False)
        return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"),
                       state_of(self.out))

    def leftovers(self):
        return sorted({entry.name for entry in self.out.parent.iterdir()} - {self.out.name}
                      | {entry.name for entry in self.temporary.iterdir()})


class Tally:
    """Counts points and problems for each program and kind of call. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._rows = {}
        self.problems = []

    def add(self, program, case_name, point, problem):
        with self._lock:
            row = self._rows.setdefault((program, point.call), [0, 0])
            row[0] += 1
            if problem:
                row[1] += 1
                self.problems.append(f"{case_name}: {point}: {problem}")
                print(self.problems[-1], flush=True)

    def show(self):
        for (program, call), (tried, wrong) in sorted(self._rows.items()):
            print(f"{program:12} {call:10} {tried:6} tried {wrong:4} wrong")

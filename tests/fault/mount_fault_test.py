"""Calls fail in mount.zvfs: while it mounts, each k-th in turn; and in its daemon, while several
readers use the mount. mount.zvfs may say success only of a mount that serves. The daemon may answer
a request with an error, but never with wrong bytes or not at all; and when calls work again, it
must be as good as new.

Where many calls are made, a few of them are tried; with ZVFS_FAULT_POINTS, so many of each kind.
"""
import errno
import os
import pathlib
import subprocess
import threading
import time

import fault_table
import private_mounts
import zvfs_tools
from fault_cases import make_inputs
from fault_runs import LONGEST, Point, Tally, spread
from zvfs_tools import tool

# Reads and writes of the daemon are its connection to the kernel, which has no passing faults.
CALLS = [call for call in fault_table.CALLS if call not in ("read", "write")]
READERS = 4
RATES = (300, 50, 7, 1)  # each n-th call fails
# An errno that tells of the fault. ENOTCONN would say that the daemon is gone.
EXPECTED = {errno.EIO, errno.ENOMEM}


def setUpModule():
    tool("ZVFS_FAULT_INJECTOR")
    zvfs_tools.require_fuse()


def read_directly(path):
    """All of a file, past the page cache."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECT)
    try:
        pieces = []
        while piece := os.pread(fd, 1 << 17, sum(map(len, pieces))):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(fd)


class MountFaults(zvfs_tools.unittest.TestCase):
    def setUp(self):
        scratch = pathlib.Path(self.enterContext(zvfs_tools.scratch_directory()))
        make_inputs(scratch)
        self.tree = scratch / "tree"
        self.image = scratch / "image.zst"
        self.point = scratch / "point"
        self.point.mkdir()
        self.files = sorted(path.relative_to(self.tree) for path in self.tree.rglob("*")
                            if path.is_file() and path.stat().st_size > 0)
        self.table = fault_table.FaultTable(scratch / "faults")
        self.environment = self.table.environment(tool("ZVFS_FAULT_INJECTOR"), "mount.zvfs")
        self.tally = Tally()

    def mount(self):
        """Runs mount.zvfs; returns its exit code and its messages."""
        command = [tool("ZVFS_MOUNT"), self.image, self.point, "-o", "cache_size=1M"]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=LONGEST,
                              check=False)
        return done.returncode, done.stderr.decode(errors="replace")

    def end(self):
        """Unmounts and waits for the daemon. Returns what is wrong with that, or ""."""
        self.table.stop()
        try:
            if private_mounts.mount_line(self.point):
                zvfs_tools.unmount(self.point)
            private_mounts.wait_for_end(self.image)
        except AssertionError as error:
            self.kill()
            return str(error)
        return ""

    def kill(self):
        for daemon in private_mounts.daemons_of(self.image):
            os.kill(daemon, 9)
        subprocess.run(["umount", "-l", self.point], stderr=subprocess.DEVNULL, check=False)

    # --- Mounting

    def problem_of_mounting(self, code, said):
        if code != 0:
            if code not in (2, 32) or not said.strip() or "terminate called" in said:
                return f"exit code {code}: {said}"
            return "it failed, but something is mounted" if private_mounts.mount_line(self.point) else ""
        if not private_mounts.mount_line(self.point):
            return "success, but nothing is mounted"
        self.table.stop()
        try:
            same = (self.point / "text").read_bytes() == (self.tree / "text").read_bytes()
        except OSError as error:
            return f"success, but it does not serve: {error}"
        return "" if same else "wrong bytes"

    def try_mounting(self, point):
        self.table.reset()
        self.table.fail(point.call, point.first, 1 if point.for_good else 0)
        try:
            problem = self.problem_of_mounting(*self.mount())
        except subprocess.TimeoutExpired:
            self.kill()
            return "mount.zvfs hangs"
        return problem or self.end()

    def test_mounting(self):
        self.assertEqual(self.mount(), (0, ""))
        counts = self.table.counts()
        self.assertEqual(self.end(), "")
        self.assertGreater(counts["thread"], 3)
        for call in CALLS:
            for for_good in (False, True):
                for first in spread(call, counts[call], f"{call} {for_good}"):
                    point = Point(call, first, for_good)
                    self.tally.add("mount.zvfs", "mounting", point, self.try_mounting(point))
        self.tally.show()
        self.assertFalse(self.tally.problems)

    # --- Serving

    def use(self, unexpected):
        """Reads everything once. Adds what no fault explains to `unexpected`; returns how often an
        error was answered."""
        errors = 0
        for name in self.files:
            try:
                os.listdir(self.point / name.parent)
                os.listxattr(self.point / name)
                if read_directly(self.point / name) != (self.tree / name).read_bytes():
                    unexpected.append(f"wrong bytes of {name}")
            except OSError as error:
                errors += 1
                if error.errno not in EXPECTED:
                    unexpected.append(str(error))
        return errors

    def load(self):
        """Lets several readers use the mount. Returns what is wrong, or ""."""
        unexpected = []
        readers = [threading.Thread(target=self.use, args=(unexpected,), daemon=True)
                   for _ in range(READERS)]
        for reader in readers:
            reader.start()
        deadline = time.monotonic() + LONGEST
        for reader in readers:
            reader.join(max(0, deadline - time.monotonic()))
        if any(reader.is_alive() for reader in readers):
            return "readers hang"
        return "; ".join(sorted(set(unexpected))[:3])

    def try_load(self, call, first, every):
        """As load(), with faults that begin with the next call number `first`."""
        self.table.fail(call, self.table.count(call) + first, every)
        problem = self.load()
        self.table.stop()
        if problem:
            return problem
        later = []
        errors = self.use(later)
        return f"it does not recover: {errors} errors, {later}" if errors or later else ""

    def test_serving(self):
        self.assertEqual(self.mount(), (0, ""))
        self.addCleanup(self.kill)
        mounted = self.table.counts()
        self.assertEqual(self.load(), "")
        counts = {call: count - mounted[call] for call, count in self.table.counts().items()}
        self.assertGreater(counts["malloc"], 100)
        self.assertGreater(counts["pread"], 10)
        for call in CALLS:
            if counts[call] == 0:
                continue
            ways = [(first, 0) for first in spread(call, counts[call], call)]
            for first, every in ways + [(rate, rate) for rate in RATES]:
                problem = self.try_load(call, first, every)
                self.tally.add("mount.zvfs", f"serving, each {every}-th", Point(call, first, False),
                               problem)
                if problem:
                    break
        self.tally.show()
        self.assertFalse(self.tally.problems)
        self.assertEqual(self.end(), "")


if __name__ == "__main__":
    zvfs_tools.main()

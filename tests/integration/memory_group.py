"""Memory cgroups, of version 1 or 2, for tests of what a process takes at most; and an end for
mounts whose daemon is killed there."""
import contextlib
import os
import pathlib
import threading
import time
import unittest

import private_mounts

MNT_FORCE = 1

_SYS = pathlib.Path("/sys/fs/cgroup")
# The parent of a test's group; and the names of its limit, its peak, and what counts its kills.
_VERSIONS = (
    (_SYS / "memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"),
    (_SYS, "memory.max", "memory.peak", "memory.events"),
)


class MemoryGroup:
    """A group of processes with a limit of memory."""

    def __init__(self, path, peak, kills):
        self.path = path
        self._peak = path / peak
        self._kills = path / kills

    def enter(self):
        """Makes the calling process a member; for `preexec_fn`."""
        (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self):
        """The most that all members took so far, in bytes, page cache included."""
        return int(self._peak.read_text())

    def kills(self):
        """How many members were killed for lack of memory."""
        lines = dict(line.split() for line in self._kills.read_text().splitlines())
        return int(lines.get("oom_kill", 0))


def _make(parent, limit_file, limit, peak, kills):
    path = parent / f"zvfs-test-{os.getpid()}-{time.monotonic_ns()}"
    path.mkdir()
    try:
        (path / limit_file).write_text(str(limit))
        group = MemoryGroup(path, peak, kills)
        group.peak()
        group.kills()
        return group
    except (OSError, ValueError):
        path.rmdir()
        raise


def _remove(group):
    """A group can be removed when its last process is gone."""
    for _ in range(600):
        try:
            group.path.rmdir()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{group.path} still has processes")


class Watch:
    """Ends the connection of a FUSE mount when a member of a group is killed. Otherwise a daemon
    that is killed while it stores a page waits for an answer that nobody will give, and so do its
    readers."""

    def __init__(self, group, point):
        self._group = group
        self._point = os.fsencode(point)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _run(self):
        while not self._done.wait(0.1):
            if self._group.kills() > 0:
                private_mounts.LIBC.umount2(self._point, MNT_FORCE)
                return


@contextlib.contextmanager
def memory_group(limit):
    """A new group of at most `limit` bytes; skips the test where none can be made."""
    reasons = []
    for parent, limit_file, peak, kills in _VERSIONS:
        try:
            group = _make(parent, limit_file, limit, peak, kills)
        except (OSError, ValueError) as error:
            reasons.append(str(error))
            continue
        try:
            yield group
        finally:
            _remove(group)
        return
    raise unittest.SkipTest(f"no memory cgroup can be made: {'; '.join(reasons)}")

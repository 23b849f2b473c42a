"""The calls of a program that fail: the table that fault_injector.so shares with a test."""
import mmap
import os
import struct

CALLS = ("malloc", "mmap", "open", "stat", "read", "pread", "readdir", "readlink", "lseek",
         "getxattr", "write", "fsync", "rename", "truncate", "make", "chmod", "chown", "utimens",
         "setxattr", "close", "thread", "fork")
ROW = struct.Struct("=QQQ")  # made so far; the first to fail, or 0; then each n-th, or 0
FAULT = struct.Struct("=QQ")  # the last two


class FaultTable:
    """A table in the new file `path`. Close it at the end."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(ROW.size * len(CALLS)))
        with open(path, "r+b") as file:
            self._table = mmap.mmap(file.fileno(), 0)

    def environment(self, injector, program):
        """The environment in which `program`, and no other program, has faults."""
        return os.environ | {"LD_PRELOAD": injector, "ZVFS_FAULT_TABLE": os.fspath(self.path),
                             "ZVFS_FAULT_CALLS": ",".join(CALLS), "ZVFS_FAULT_PROGRAM": program}

    def fail(self, call, first, every=0):
        """From now on, the call with the number `first` fails, and each `every`-th after it."""
        FAULT.pack_into(self._table, self._place(call) + ROW.size - FAULT.size, first, every)

    def fail_every(self, call, every):
        """From now on, each `every`-th call fails."""
        self.fail(call, self.count(call) + every, every)

    def stop(self):
        """No call fails any more."""
        for call in CALLS:
            self.fail(call, 0)

    def reset(self):
        """As new, while no program uses it."""
        for call in CALLS:
            ROW.pack_into(self._table, self._place(call), 0, 0, 0)

    def count(self, call):
        return ROW.unpack_from(self._table, self._place(call))[0]

    def counts(self):
        return {call: self.count(call) for call in CALLS}

    def close(self):
        self._table.close()

    @staticmethod
    def _place(call):
        return ROW.size * CALLS.index(call)

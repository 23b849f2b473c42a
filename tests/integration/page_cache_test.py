#!/usr/bin/env python3
"""Which pages of its source a build leaves in the page cache: of a large file, those cached
before."""
import os
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import run

SIZE = 32 << 20
TMPFS = ("tmpfs", "ramfs")


class PageCacheTest(unittest.TestCase):
    def setUp(self):
        zvfs_tools.require_programs("fincore", "findmnt")
        parent = os.environ["ZVFS_BUILD_DIR"]
        filesystem = run("findmnt", "-no", "FSTYPE", "-T", parent).decode().split()[-1]
        if filesystem in TMPFS:
            self.skipTest("files of tmpfs are always in memory")
        self.scratch = self.enterContext(zvfs_tools.scratch_directory(parent))
        (self.scratch / "source").mkdir()
        self.file = self.scratch / "source" / "large"
        edge_tree.write(self.file, edge_tree.noise(SIZE))
        self.drop()

    def drop(self):
        with open(self.file, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if self.cached() > 0:
            self.skipTest("pages cannot be dropped here")

    def warm(self, begin, end):
        """Reads the bytes from begin to end, without readahead."""
        with open(self.file, "rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            for offset in range(begin, end, 1 << 20):
                os.pread(file.fileno(), min(1 << 20, end - offset), offset)

    def cached(self):
        return int(run("fincore", "-bno", "RES", self.file))

    def cached_after_build(self, *options):
        image = self.scratch / "image.zst"
        run(zvfs_tools.tool("ZVFS_MKIMAGE"), "-qf", "-l1", *options, self.scratch / "source", image)
        return self.cached()

    def test_a_file_that_was_not_in_memory(self):
        for options in ((), ("-b1M",)):
            self.assertLess(self.cached_after_build(*options), SIZE // 100, options)

    def test_a_file_that_was_in_memory(self):
        self.warm(0, SIZE)
        self.assertEqual(self.cached_after_build(), SIZE)

    def test_a_file_of_which_some_was_in_memory(self):
        self.warm(8 << 20, 16 << 20)
        self.warm(20_000_000, 20_004_096)
        before = self.cached()
        self.assertAlmostEqual(before, 8 << 20, delta=1 << 20)
        self.assertAlmostEqual(self.cached_after_build(), before, delta=SIZE // 100)


if __name__ == "__main__":
    zvfs_tools.main()

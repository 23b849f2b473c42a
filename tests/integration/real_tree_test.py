#!/usr/bin/env python3
"""A real tree of this machine: packed, tested, extracted, mounted, and compared."""
import os
import pathlib
import unittest

import tree_compare
import zvfs_tools
from zvfs_tools import run

LIMIT_BYTES = 200 << 20
CANDIDATES = ("/usr/include", "/usr/lib/python3", "/usr/share/perl", "/usr/share/doc", "/etc")


def size_of(tree):
    return sum(os.stat(name, dir_fd=fd, follow_symlinks=False).st_size
               for _, _, names, fd in os.fwalk(tree) for name in names)


def real_tree():
    """The largest candidate within the limit, so that the test ends in time on any machine."""
    sizes = [(size_of(tree), tree) for tree in CANDIDATES if os.path.isdir(tree)]
    return pathlib.Path(max(entry for entry in sizes if entry[0] <= LIMIT_BYTES)[1])


class RealTreeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("zstd", "tar", "diff")
        cls.source = real_tree()
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.image = zvfs_tools.mkimage(cls.source, cls.scratch / "tree.tar.zst")

    def test_is_smaller_and_sound(self):
        run("zstd", "-tq", self.image)
        self.assertLess(self.image.stat().st_size, size_of(self.source))

    def test_tar_restores_it(self):
        target = self.scratch / "extracted"
        target.mkdir()
        run("tar", "--zstd", "-xpf", self.image, cwd=target)
        run("diff", "-r", "--no-dereference", self.source, target)

    def test_mount_equals_it(self):
        zvfs_tools.require_fuse()
        point = self.enterContext(zvfs_tools.mounted(self.image))
        run("diff", "-r", "--no-dereference", self.source, point)
        # Link counts of files may include names outside the tree.
        rules = tree_compare.Rules(fields=frozenset({"nlink", "dir_nlink"}))
        self.assertEqual(tree_compare.compare(self.source, point, rules), [])


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""The same tree gives the same bytes, with any number of threads, in any order on the disk, at any
time, and under any target name."""
import filecmp
import os
import pathlib
import unittest

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import mkimage, run

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"


def reorder_directories(root):
    """Recreates the entries of each directory in another order: that of their names."""
    for _, _, _, fd in os.fwalk(os.fsencode(root), topdown=False):
        status = os.fstat(fd)
        for name in sorted(os.listdir(fd)):
            os.rename(name, ".renamed", src_dir_fd=fd, dst_dir_fd=fd)
            os.rename(".renamed", name, src_dir_fd=fd, dst_dir_fd=fd)
        os.utime(fd, ns=(status.st_atime_ns, status.st_mtime_ns))


class ReproducibleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # tmpfs lists entries in order of creation; others order them by their names.
        cls.scratch = cls.enterClassContext(
            zvfs_tools.scratch_directory(zvfs_tools.filesystems()[-1]))
        cls.source = cls.scratch / "source"
        edge_tree.build(cls.source, without={"deep"})  # cp cannot copy paths beyond PATH_MAX
        cls.image = mkimage(cls.source, cls.scratch / "first.tar.zst", "-j1")

    def assert_same_bytes(self, image):
        self.assertTrue(filecmp.cmp(self.image, image, shallow=False), f"{image} differs")

    def test_with_any_number_of_threads(self):
        for threads in (2, 3, 7, 32):
            image = mkimage(self.source, self.scratch / f"threads-{threads}", f"-j{threads}")
            self.assert_same_bytes(image)

    def test_of_a_copy_in_another_order(self):
        copy = self.scratch / "copy"
        run("cp", "-a", self.source, copy)
        reorder_directories(copy)
        self.assertEqual(tree_compare.compare(self.source, copy), [])
        order, other = (os.listdir(root / "directories/many") for root in (self.source, copy))
        self.assertEqual(sorted(order), sorted(other))
        if order == other:
            self.skipTest("this filesystem lists both copies in the same order")
        self.assert_same_bytes(mkimage(copy, self.scratch / "of-copy", "-j2"))

    def test_from_another_working_directory(self):
        image = self.scratch / "relative"
        run(zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", ".", "../relative", cwd=self.source)
        self.assert_same_bytes(image)

    def test_as_the_golden_images(self):
        """Without digests, an image is what it was before there were any."""
        versions = run(zvfs_tools.tool("ZVFS_MKIMAGE"), "--version", "-v")
        if b"zstd 1.5.4" not in versions:
            self.skipTest("the golden images are of zstd 1.5.4")
        source = self.scratch / "empty"
        source.mkdir()
        source.chmod(0o755)
        os.utime(source, (0, 0))
        for name, options in (("empty_directory", ["--no-digests"]),
                              ("empty_directory_digests", [])):
            image = mkimage(source, self.scratch / name, "-l9", "--owner=0", "--group=0", *options)
            self.assertEqual(image.read_bytes(), (GOLDEN / f"{name}.zst").read_bytes())

    def test_but_another_tree_gives_other_bytes(self):
        copy = self.scratch / "changed"
        run("cp", "-a", self.source, copy)
        os.utime(copy / "sizes/empty", ns=(0, 1))
        image = mkimage(copy, self.scratch / "of-changed")
        self.assertFalse(filecmp.cmp(self.image, image, shallow=False))


if __name__ == "__main__":
    zvfs_tools.main()

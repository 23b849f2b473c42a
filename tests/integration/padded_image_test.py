#!/usr/bin/env python3
"""Images with zeros behind them: copied to a partition, or in a file that was made larger."""
import itertools
import os
import random
import shutil
import subprocess
import unittest

import zvfs_tools
from zvfs_tools import run, tool

MIB = 1 << 20
PADDINGS = (1, 511, 4096, MIB, 17 * MIB + 1, 100 * MIB)


class PaddedImageTest(unittest.TestCase):
    numbers = itertools.count()

    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        source = cls.scratch / "source"
        source.mkdir()
        cls.content = random.Random(1).randbytes(300_000)
        (source / "random").write_bytes(cls.content)
        (source / "zeros").write_bytes(bytes(40 * MIB))
        cls.image = zvfs_tools.mkimage(source, cls.scratch / "image.zst")
        cls.listing = run(tool("ZVFS_ZVFS"), "ls", "-R", "--json", cls.image)

    def padded(self, padding, image=None):
        path = self.scratch / f"padded-{next(self.numbers)}.zst"
        shutil.copyfile(image or self.image, path)
        os.truncate(path, path.stat().st_size + padding)
        self.addCleanup(path.unlink)
        return path

    def assert_is_read(self, path):
        self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", "-R", "--json", path), self.listing)
        self.assertEqual(run(tool("ZVFS_ZVFS"), "cat", path, "random"), self.content)
        self.assertIn(b": clean;", run(tool("ZVFS_ZVFS"), "check", "--deep", path))

    def assert_is_mounted(self, path):
        with zvfs_tools.mounted(path) as mount:
            self.assertEqual((mount / "random").read_bytes(), self.content)
            self.assertEqual(sorted(os.listdir(mount)), ["random", "zeros"])

    def test_every_command_reads_a_padded_file(self):
        for padding in PADDINGS:
            with self.subTest(padding=padding):
                path = self.padded(padding)
                self.assert_is_read(path)
                run(tool("ZVFS_ZVFS"), "diff", self.image, path)
                run(tool("ZVFS_ZVFS"), "extract", "-q", "-C", self.scratch / f"out{padding}", path, "random")
                self.assertEqual((self.scratch / f"out{padding}/random").read_bytes(), self.content)

    def test_a_padded_file_is_mounted(self):
        zvfs_tools.require_fuse()
        for padding in PADDINGS:
            with self.subTest(padding=padding):
                self.assert_is_mounted(self.padded(padding))

    def test_padding_behind_a_prefix(self):
        script = self.scratch / "script"
        script.write_bytes(b"#!/bin/sh\nexit 0\n" + self.image.read_bytes())
        self.assert_is_read(self.padded(100 * MIB, script))

    def test_repair_drops_the_padding(self):
        path, out = self.padded(MIB), self.scratch / "repaired.zst"
        run(tool("ZVFS_ZVFS"), "repair", "-q", path, out)
        self.assertEqual(out.read_bytes(), self.image.read_bytes())

    def test_repair_of_a_padded_image_without_its_end(self):
        cut, out = self.scratch / "cut.zst", self.scratch / "mended.zst"
        cut.write_bytes(self.image.read_bytes()[:-30])
        path = self.padded(MIB, cut)
        said = subprocess.run([tool("ZVFS_ZVFS"), "ls", path], stderr=subprocess.PIPE, check=False).stderr
        self.assertRegex(said.decode(), r"no seek table at \d+, before \d+ bytes of zero padding\n")
        run(tool("ZVFS_ZVFS"), "repair", "-q", path, out)
        self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", "-R", "--json", out), self.listing)

    def test_mkimage_takes_a_padded_image(self):
        out = self.scratch / "again.zst"
        run(tool("ZVFS_MKIMAGE"), "-q", self.padded(MIB), out)
        self.assertEqual(run(tool("ZVFS_ZVFS"), "cat", out, "random"), self.content)

    def test_a_large_file_of_zeros_is_no_image(self):
        path = self.scratch / "zeros"
        path.touch()
        os.truncate(path, 1 << 40)
        said = subprocess.run([tool("ZVFS_ZVFS"), "ls", path], stderr=subprocess.PIPE, check=False)
        self.assertEqual(said.returncode, 2)
        self.assertRegex(said.stderr.decode(), r"\Azvfs ls: [^\n]*: not a zvfs image\n\Z")


class BlockDeviceTest(PaddedImageTest):
    """The same through a loop device, which is a block device like a partition."""

    def padded(self, padding, image=None):
        backing = super().padded(padding, image)
        blocks = -backing.stat().st_size % 4096
        os.truncate(backing, backing.stat().st_size + blocks)
        return zvfs_tools.loop_device(self, backing, "-r")


if __name__ == "__main__":
    zvfs_tools.main()

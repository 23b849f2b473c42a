#!/usr/bin/env python3
"""build_bench.py and sweep.py run and write all their files. Asserts no times. Needs
ZVFS_BUILD_DIR, which ctest sets; skips the sweep without root or /dev/fuse."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

BENCH = pathlib.Path(__file__).resolve().parent


class BuildBenchTest(unittest.TestCase):
    def setUp(self):
        self.scratch = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.scratch / "tree"
        self.tree.mkdir()
        for i in range(20):
            (self.tree / f"{i}.txt").write_text(f"file {i}\n" * 500 * i)

    def run_script(self, script, *options):
        done = subprocess.run(
            [sys.executable, BENCH / script, "--tree", self.tree, "--out", self.scratch / "out", "--build",
             os.environ["ZVFS_BUILD_DIR"], *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_build_bench(self):
        table = self.run_script("build_bench.py", "--repeat=2", "--level=3", "--peers=mkimage,tar,dwarfs,mkimage:1")
        result = json.loads((self.scratch / "out/build.json").read_text())
        for name in ("mkimage", "mkimage, level 1", "tar \\| zstd -T" + str(result["threads"])):
            self.assertEqual(len(result["samples"][name]), 2)
            for sample in result["samples"][name]:
                self.assertGreater(min(sample.values()), 0)
                self.assertLess(sample["size_bytes"], 100_000)
            self.assertIn(f"| {name} |", table)
        self.assertEqual((self.scratch / "out/build.md").read_text(), table)

    def test_sweep(self):
        if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
            self.skipTest("needs root and /dev/fuse")
        table = self.run_script("sweep.py", "--sizes=64K,256K", "--levels=1,9", "--repeat=2", "--reads=50")
        points = json.loads((self.scratch / "out/sweep.json").read_text())["points"]
        self.assertEqual([(point["frame_size"], point["level"]) for point in points],
                         [("64K", 1), ("64K", 9), ("256K", 1), ("256K", 9)])
        for point in points:
            for metric in ("build_seconds", "reads_per_second", "walk_seconds", "read_all_seconds"):
                self.assertEqual(len(point[metric]), 2)
                self.assertGreater(min(point[metric]), 0)
        self.assertEqual(len(table.splitlines()), 4 + len(points))
        for name in ("size", "build", "random", "walk", "read"):
            xml.etree.ElementTree.parse(self.scratch / f"out/sweep-{name}.svg")
        self.assertFalse(os.path.ismount(self.scratch / "out/mnt"))


if __name__ == "__main__":
    if "ZVFS_BUILD_DIR" not in os.environ:
        sys.exit("ZVFS_BUILD_DIR is not set: run this through ctest")
    unittest.main(verbosity=2)

#!/usr/bin/env python3
"""Damaged images and the real tools: check, mount, extract --keep-going and repair.

damage_sweep damages an image in memory in every way, and reads everything with the code of the
mount. Here some of the same damage is done to files. The tree is small; for any other tree and more
mounts, run by hand:

    ZVFS_DAMAGE_TREE=node_modules ZVFS_DAMAGE_FILES=100 ctest --preset dev -V -R damage_test
"""
import collections
import errno
import json
import os
import pathlib
import random
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import mkimage, mounted, run, scratch_directory, tool

BLOCK = 4096
CHECK_ERRORS = 4


def make_tree(root):
    root.mkdir()
    for i in range(12):
        directory = root / f"d{i:02d}"
        directory.mkdir()
        for j in range(25):
            size = random.Random(f"{i}.{j}").randrange(6000)
            (directory / f"{j:02d}").write_bytes(edge_tree.text(size, seed=i * 100 + j))
        os.symlink("00", directory / "link")
    (root / "large").write_bytes(edge_tree.noise(500_000))
    edge_tree.set_times(root)


def json_lines(*command):
    return [json.loads(line) for line in run(tool("ZVFS_ZVFS"), *command).splitlines()]


class Sound:
    """The tree, its image, and the frames that hold the data of each file."""

    def __init__(self, tree, image):
        self.bytes = image.read_bytes()
        self.contents = {}
        for entry in json_lines("ls", "-R", "--json", image):
            if entry["type"] == "file":
                self.contents[entry["path"]] = (tree / entry["path"]).read_bytes()
        self.frames = [(frame["offset"], frame["offset"] + frame["coded_bytes"])
                       for frame in json_lines("info", "--frames", "--json", image)]
        self.data_end = self.frames[-1][1]
        self.frames_of = {entry["path"]: range(entry["first_frame"], entry["last_frame"] + 1)
                          for entry in json_lines("info", "--files", "--json", image)
                          if entry.get("first_frame") is not None}

    def files_hit(self, begin, end):
        """The files with data in a frame that overlaps these bytes of the image."""
        hit = {i for i, frame in enumerate(self.frames) if frame[0] < end and begin < frame[1]}
        return {path for path, frames in self.frames_of.items() if not hit.isdisjoint(frames)}


def read_tree(root, contents):
    """Reads all files below `root`; returns those that are right and those that give an error. A
    file with wrong content is a failure."""
    right, failed = set(), set()
    for path, expected in contents.items():
        try:
            content = (root / path).read_bytes()
        except OSError as error:
            if error.errno not in (errno.EIO, errno.ENOENT):
                raise
            failed.add(path)
            continue
        if content != expected:
            raise AssertionError(f"{path}: wrong bytes")
        right.add(path)
    return right, failed


class DamageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = scratch_directory()
        cls.root = cls.scratch.__enter__()
        cls.addClassCleanup(cls.scratch.__exit__, None, None, None)
        given = os.environ.get("ZVFS_DAMAGE_TREE")
        cls.tree = pathlib.Path(given) if given else cls.root / "tree"
        if not given:
            make_tree(cls.tree)
        options = () if given else ("-b", "64K")
        cls.image = mkimage(cls.tree, cls.root / "sound.tar.zst", *options)
        cls.sound = Sound(cls.tree, cls.image)
        cls.samples = int(os.environ.get("ZVFS_DAMAGE_FILES", "4"))
        cls.counts = collections.Counter()

    @classmethod
    def tearDownClass(cls):
        for what, count in sorted(cls.counts.items()):
            print(f"{what}: {count}")

    def harmed(self, begin, end, patch):
        path = self.root / "harmed.tar.zst"
        path.write_bytes(self.sound.bytes[:begin] + patch + self.sound.bytes[end:])
        return path

    def harms(self, seed):
        """(what, begin, end, patch): blocks zeroed and bits flipped in the data."""
        chance = random.Random(seed)
        step = max(1, self.sound.data_end // BLOCK // self.samples)
        for block in range(chance.randrange(step), self.sound.data_end // BLOCK, step):
            yield "block zeroed", block * BLOCK, (block + 1) * BLOCK, bytes(BLOCK)
        for _ in range(self.samples):
            at = chance.randrange(self.sound.data_end)
            flipped = self.sound.bytes[at] ^ 1 << chance.randrange(8)
            yield "bit flipped", at, at + 1, bytes([flipped])

    def index_harms(self, seed):
        chance = random.Random(seed)
        for _ in range(self.samples):
            begin = chance.randrange(self.sound.data_end, len(self.sound.bytes) - 64)
            yield "index zeroed", begin, begin + 64, bytes(64)
            begin = chance.randrange(1, len(self.sound.bytes))
            yield "tail cut", begin, len(self.sound.bytes), b""
            begin = chance.randrange(self.sound.data_end)
            end = chance.randrange(begin, self.sound.data_end) + 1
            yield "middle removed", begin, end, b""

    def test_all_harm_in_memory(self):
        options = ["--check-every", os.environ.get("ZVFS_DAMAGE_CHECK_EVERY", "1"), "--flips", "10"]
        print(run(tool("ZVFS_DAMAGE_SWEEP"), self.image, *options).decode())
        lz4 = mkimage(self.tree, self.root / "sound.tar.lz4", "-c", "lz4")
        print(run(tool("ZVFS_DAMAGE_SWEEP"), lz4, "--check-every", "20", "--flips", "10").decode())

    def test_check_names_the_files(self):
        for what, begin, end, patch in self.harms("check"):
            with self.subTest(what=what, begin=begin):
                path = self.harmed(begin, end, patch)
                said = run(tool("ZVFS_ZVFS"), "check", "--json", path, expect=CHECK_ERRORS)
                named = {entry["path"] for entry in json.loads(said)["damaged_files"]}
                self.assertEqual(named, self.sound.files_hit(begin, end))
                self.counts[f"{what}: found by check"] += 1

    def test_check_finds_a_damaged_index(self):
        for what, begin, end, patch in self.index_harms("index check"):
            with self.subTest(what=what, begin=begin):
                run(tool("ZVFS_ZVFS"), "check", self.harmed(begin, end, patch), expect=CHECK_ERRORS)
                self.counts[f"{what}: found by check"] += 1

    def test_mount(self):
        zvfs_tools.require_fuse()
        for what, begin, end, patch in self.harms("mount"):
            with self.subTest(what=what, begin=begin):
                with mounted(self.harmed(begin, end, patch)) as point:
                    right, failed = read_tree(point, self.sound.contents)
                self.assertEqual(failed, self.sound.files_hit(begin, end))
                self.counts[f"{what}: files read in mounts"] += len(right)
                self.counts[f"{what}: files with EIO in mounts"] += len(failed)

    def extract(self, image, expect):
        with scratch_directory(self.root) as out:
            run(tool("ZVFS_ZVFS"), "extract", "-q", "-k", "-C", out, image, expect=expect)
            return read_tree(out, self.sound.contents)

    def test_extract_keep_going(self):
        for what, begin, end, patch in self.harms("extract"):
            with self.subTest(what=what, begin=begin):
                right, failed = self.extract(self.harmed(begin, end, patch), 1)
                self.assertEqual(failed, self.sound.files_hit(begin, end))
                self.counts[f"{what}: files extracted"] += len(right)
                self.counts[f"{what}: files not extracted"] += len(failed)

    def repair(self, what, begin, end, patch):
        path = self.harmed(begin, end, patch)
        out = self.root / "repaired.tar.zst"
        said = run(tool("ZVFS_ZVFS"), "repair", "-f", path, out, expect=None).decode()
        lost = {line[len("lost: "):] for line in said.splitlines() if line.startswith("lost: ")}
        run(tool("ZVFS_ZVFS"), "check", "--deep", out)
        right, failed = self.extract(out, 0)
        self.counts[f"{what}: files repaired"] += len(right)
        self.counts[f"{what}: files lost by repair"] += len(failed)
        return failed, lost

    def test_repair(self):
        """Files without data are lost with the frame of their header."""
        for what, begin, end, patch in self.harms("repair"):
            with self.subTest(what=what, begin=begin):
                failed, lost = self.repair(what, begin, end, patch)
                hit = self.sound.files_hit(begin, end)
                self.assertLessEqual(hit, failed)
                self.assertEqual([path for path in failed - hit if self.sound.contents[path]], [])
                self.assertLessEqual(failed, lost)

    def test_repair_of_a_damaged_index(self):
        for what, begin, end, patch in self.index_harms("index repair"):
            if what != "index zeroed" and begin < self.sound.frames[0][1]:
                continue  # nothing is left
            with self.subTest(what=what, begin=begin):
                failed, _ = self.repair(what, begin, end, patch)
                if what == "index zeroed":
                    self.assertEqual(failed, set())
                elif what == "middle removed":
                    hit = self.sound.files_hit(begin, end)
                    self.assertLessEqual(hit, failed)
                    self.assertEqual([p for p in failed - hit if self.sound.contents[p]], [])
                else:
                    whole = {path for path, frames in self.sound.frames_of.items()
                             if self.sound.frames[frames[-1]][1] <= begin}
                    self.assertEqual(failed & whole, set())


if __name__ == "__main__":
    zvfs_tools.main()

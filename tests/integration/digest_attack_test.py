#!/usr/bin/env python3
"""Attacks on images that a root digest proves. Most leave all checksums right, so that only digests
can notice, and they succeed where no root is given. Those on every single byte are in
tests/unit/format/digests/."""
import os
import random
import subprocess
import unittest

import zvfs_tools
from image_parts import ImageParts, sum_header_anew
from zvfs_tools import run

EIO = "Input/output error"


def write_tree(root, seed):
    """Trees of different seeds give images whose parts have the same places: random bytes do not
    compress."""
    noise = random.Random(seed)
    (root / "deep").mkdir(parents=True)
    for name in ("a.bin", "deep/b.bin"):
        (root / name).write_bytes(noise.randbytes(400_000))
    for path in (*root.rglob("*"), root):
        os.utime(path, ns=(0, 1_600_000_000_000_000_000))


class Attacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_fuse()
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.tree, cls.new = cls.made(1)
        # The index compresses a little better or worse with other checksums.
        cls.old = next(old for _, old in map(cls.made, range(2, 1000)) if len(old) == len(cls.new))
        cls.parts = ImageParts(cls.new)
        cls.root, cls.old_root = cls.parts.root(cls.new), ImageParts(cls.old).root(cls.old)

    @classmethod
    def made(cls, seed):
        tree = cls.scratch / f"tree-{seed}"
        write_tree(tree, seed)
        return tree, zvfs_tools.mkimage(tree, cls.scratch / f"{seed}.zst").read_bytes()

    def setUp(self):
        self.work = self.enterContext(zvfs_tools.scratch_directory())
        self.image = self.work / "image.zst"
        self.image.write_bytes(self.new)

    def zvfs(self, *words):
        return subprocess.run([zvfs_tools.tool("ZVFS_ZVFS"), *map(str, words)], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, cwd=self.work)

    def changed_header(self):
        """The header says that the image holds a byte less, in a field that no reader needs."""
        image = bytearray(self.new)
        image[self.parts.header + 48] ^= 1
        sum_header_anew(image, self.parts.header)
        return bytes(image)

    def changed(self, at):
        image = bytearray(self.new)
        image[at] ^= 1
        return bytes(image)

    def attacks(self):
        """Images that are not the one with the root."""
        return {"an older version": self.old,
                "header": self.changed_header(),
                "directory": self.changed(self.parts.directory + 1),
                "index digests": self.changed(self.parts.index_digests + 5),
                "cut": self.new[:-1000],
                "cut in the middle": self.new[:100_000] + self.new[200_000:],
                "nothing": b"",
                "zeros": bytes(len(self.new)),
                "header and directory of the older version": (
                    self.new[:self.parts.header] +
                    self.old[self.parts.header:self.parts.first_index_frame] +
                    self.new[self.parts.first_index_frame:])}

    def test_the_trees_are_as_the_attacks_need_them(self):
        self.assertEqual(len(self.new), len(self.old))
        self.assertEqual(self.parts.coded_sizes, ImageParts(self.old).coded_sizes)
        self.assertNotEqual(self.root, self.old_root)
        for image in (self.changed_header(), self.changed(self.parts.index_digests + 5), self.old):
            self.image.write_bytes(image)
            for words in (["ls", "-R"], ["extract", "-C", "out"], ["cat"]):
                where = ["deep/b.bin"] if words == ["cat"] else []
                self.assertEqual(self.zvfs(*words, self.image, *where).returncode, 0)
            run("rm", "-r", self.work / "out")

    def test_no_command_shows_anything(self):
        (self.work / "empty").mkdir()
        commands = (["ls", "-R", self.image], ["tree", self.image], ["info", self.image],
                    ["cat", self.image, "a.bin"], ["map", "-o", "-", self.image],
                    ["check", self.image], ["verify", self.image],
                    ["extract", "-qC", "out", self.image], ["extract", "--to-tar", "-", self.image],
                    ["diff", self.image, "empty"], ["diff", "empty", self.image])
        for name, image in self.attacks().items():
            self.image.write_bytes(image)
            for command, *rest in commands:
                with self.subTest((name, command)):
                    done = self.zvfs(command, "--digest", self.root, *rest)
                    self.assertIn(done.returncode, (2, 8), done)
                    self.assertEqual(done.stdout, b"")
                    self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
                    self.assertEqual(sorted(os.listdir(self.work)), ["empty", "image.zst"])

    def test_nothing_is_mounted(self):
        point = self.work / "point"
        point.mkdir()
        self.addCleanup(zvfs_tools.unmount, point)
        for name, image in self.attacks().items():
            with self.subTest(name):
                self.image.write_bytes(image)
                run(zvfs_tools.tool("ZVFS_MOUNT"), self.image, point, "-o", f"digest={self.root}",
                    expect=32)
                self.assertFalse(os.path.ismount(point))

    def assert_shows_nothing_else(self, point):
        """Each file has its true content or cannot be read; returns the number of the latter."""
        lost = 0
        for path in self.tree.rglob("*.bin"):
            try:
                shown = (point / path.relative_to(self.tree)).read_bytes()
            except OSError as error:
                self.assertEqual(error.strerror, EIO)
                lost += 1
                continue
            self.assertTrue(shown == path.read_bytes(), f"{path} is another one")
        return lost

    def test_frames_of_an_older_version(self):
        """Data frames, and index frames, in the places of the new ones."""
        sizes = self.parts.coded_sizes
        at, size = self.parts.data_frame(sizes.index(max(sizes[:-1])))
        begin, end = self.parts.first_index_frame, self.parts.index_digests
        for name, image, lost in (
                ("data", self.new[:at] + self.old[at:at + size] + self.new[at + size:], 1),
                ("all data", self.old[:self.parts.data_size] + self.new[self.parts.data_size:], 2)):
            with self.subTest(name):
                self.image.write_bytes(image)
                with zvfs_tools.mounted(self.image, "-o", f"digest={self.root}") as point:
                    self.assertEqual(self.assert_shows_nothing_else(point), lost)
                done = self.zvfs("verify", "--digest", self.root, self.image)
                self.assertEqual(done.returncode, 1, done)
        self.image.write_bytes(self.new[:begin] + self.old[begin:end] + self.new[end:])
        run(zvfs_tools.tool("ZVFS_MOUNT"), self.image, self.scratch, "-o", f"digest={self.root}",
            expect=32)

    def test_swapped_frames(self):
        """Two frames of the same size change places."""
        sizes = self.parts.coded_sizes
        numbers = next((i, j) for i in range(len(sizes)) for j in range(i) if sizes[i] == sizes[j])
        image = bytearray(self.new)
        (one, size), (two, _) = map(self.parts.data_frame, numbers)
        image[one:one + size], image[two:two + size] = image[two:two + size], image[one:one + size]
        self.image.write_bytes(image)
        with zvfs_tools.mounted(self.image, "-o", f"digest={self.root}") as point:
            self.assertGreater(self.assert_shows_nothing_else(point), 0)

    def test_an_image_written_over_while_it_is_mounted(self):
        """By another that is sound, and has its parts in the same places."""
        for trusted in (False, True):
            options = ["-o", f"digest={self.root}"] if trusted else []
            with self.subTest(trusted=trusted):
                self.image.write_bytes(self.new)
                with zvfs_tools.mounted(self.image, *options, "-o", "cache_size=1M") as point:
                    with open(self.image, "r+b") as file:
                        file.write(self.old)
                    if trusted:
                        self.assertEqual(self.assert_shows_nothing_else(point), 2)
                    else:
                        # Its index may have been read before, and then no frame fits it.
                        self.assertNotEqual(
                            subprocess.run(["diff", "-r", self.tree, point], check=False,
                                           capture_output=True).returncode, 0)

    def test_an_image_written_over_while_its_files_are_read(self):
        """At any moment, a reader gets the true bytes or EIO."""
        noise = random.Random(3)
        for _ in range(20):
            self.image.write_bytes(self.new)
            options = ["-o", f"digest={self.root},nofill,readahead=0,cache_size=1M"]
            with zvfs_tools.mounted(self.image, *options) as point:
                with open(point / "a.bin", "rb") as file:
                    before = file.read(noise.randrange(1, 400_000))
                    self.assertTrue((self.tree / "a.bin").read_bytes().startswith(before))
                    with open(self.image, "r+b") as image:
                        image.write(self.old)
                    self.assert_shows_nothing_else(point)

    def test_an_image_renamed_over_while_it_is_mounted(self):
        """The mount keeps the file that it has opened."""
        with zvfs_tools.mounted(self.image, "-o", f"digest={self.root}") as point:
            other = self.work / "other"
            other.write_bytes(self.old)
            other.rename(self.image)
            self.assertEqual(self.assert_shows_nothing_else(point), 0)

    def test_an_image_cut_while_it_is_mounted(self):
        with zvfs_tools.mounted(self.image, "-o", f"digest={self.root}") as point:
            os.truncate(self.image, 1000)
            self.assertEqual(self.assert_shows_nothing_else(point), 2)


if __name__ == "__main__":
    zvfs_tools.main()

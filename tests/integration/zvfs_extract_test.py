#!/usr/bin/env python3
"""zvfs extract: what it refuses, replaces, saves and never touches; and --to-tar.

interop_test.py tests that it restores everything that a filesystem stores.
"""
import json
import os
import random
import stat
import subprocess
import tarfile
import unittest

import tree_compare
import zvfs_tools
from zvfs_tools import run

NOBODY = 65534


def write_tree(root):
    noise = random.Random(3)
    (root / "docs" / "deep").mkdir(parents=True)
    (root / "other").mkdir()
    (root / "docs" / "a.txt").write_bytes(b"some text\n" * 1000)
    (root / "docs" / "deep" / "b.txt").write_bytes(b"other text\n" * 40_000)
    for number in range(6):
        (root / "other" / f"noise-{number}").write_bytes(noise.randbytes(400_000))
    (root / "docs" / "small").write_bytes(noise.randbytes(100))
    os.link(root / "docs" / "small", root / "other" / "hard")
    os.symlink("a.txt", root / "docs" / "link")
    os.mkfifo(root / "fifo", 0o640)
    with open(root / "sparse", "wb") as file:
        file.truncate(3_000_000)
        file.seek(1_000_000)
        file.write(b"island")
    os.chmod(root / "docs" / "a.txt", 0o640)
    for path, directories, files in os.walk(root, topdown=False):
        for name in [*directories, *files, "."]:
            os.utime(os.path.join(path, name), ns=(0, 1_500_000_000_987_654_321), follow_symlinks=False)


class Extract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.scratch.chmod(0o755)
        cls.root = cls.scratch / "root"
        write_tree(cls.root)
        cls.image = zvfs_tools.mkimage(cls.root, cls.scratch / "image.tar.zst")

    def setUp(self):
        self.out = self.enterContext(zvfs_tools.scratch_directory())
        self.target = self.out / "target"

    def extract(self, *arguments, image=None, expect=0):
        """Returns the messages on stderr."""
        command = [zvfs_tools.tool("ZVFS_ZVFS"), "extract", image or self.image, *arguments]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stderr.decode()

    def test_the_first_thousand_messages_are_printed(self):
        sockets = self.out / "sockets"
        sockets.mkdir()
        for number in range(1100):
            os.mknod(sockets / f"{number:04}", stat.S_IFSOCK | 0o600)
        image = zvfs_tools.mkimage(sockets, self.out / "sockets.tar.zst")
        lines = self.extract("--to-tar", self.out / "tar", ".", image=image).splitlines()
        self.assertEqual(len(lines), 1001)
        self.assertIn("0999: socket left out", lines[999])
        self.assertEqual(lines[1000], "zvfs extract: 100 more messages, not shown")

    def assert_same(self, copy, paths=()):
        differences = tree_compare.compare(self.root, copy, tree_compare.Rules(paths=frozenset(paths)))
        self.assertEqual(differences, [], "\n" + "\n".join(differences))

    def names(self, directory):
        return {os.path.relpath(os.path.join(path, name), directory)
                for path, directories, files in os.walk(directory) for name in directories + files}

    # --- What is extracted, and over what

    def test_makes_the_directory(self):
        self.extract("-C", self.target)
        self.assert_same(self.target)

    def test_selection(self):
        self.extract("-C", self.target, "docs/deep", "**/noise-[12]", "fifo")
        self.assertEqual(self.names(self.target), {"docs", "docs/deep", "docs/deep/b.txt", "other",
                                                   "other/noise-1", "other/noise-2", "fifo"})
        said = self.extract("-C", self.out / "again", "sparse", "no/such", expect=1)
        self.assertIn("no/such: not in the image", said)
        self.assertEqual(self.names(self.out / "again"), {"sparse"})

    def test_refuses_to_overwrite(self):
        (self.target / "docs").mkdir(parents=True)
        (self.target / "docs" / "a.txt").write_bytes(b"mine")
        said = self.extract("-C", self.target, "docs/a.txt", expect=2)
        self.assertIn("docs/a.txt: already exists", said)
        self.assertEqual((self.target / "docs" / "a.txt").read_bytes(), b"mine")
        said = self.extract("-k", "-C", self.target, expect=1)
        self.assertIn("1 entry not restored", said)
        self.assertEqual((self.target / "docs" / "a.txt").read_bytes(), b"mine")
        self.assertEqual(self.names(self.target), self.names(self.root))

    def test_force_replaces(self):
        self.extract("-C", self.target)
        (self.target / "docs" / "a.txt").write_bytes(b"mine, and longer" * 1000)
        (self.target / "docs" / "link").unlink()
        (self.target / "docs" / "link").write_bytes(b"a file now")
        (self.target / "kept").write_bytes(b"not in the image")
        self.extract("-f", "-C", self.target)
        self.assertEqual((self.target / "kept").read_bytes(), b"not in the image")
        (self.target / "kept").unlink()
        os.utime(self.target, ns=(0, 1_500_000_000_987_654_321))
        self.assert_same(self.target)

    def test_force_removes_no_directory_with_anything_in_it(self):
        (self.target / "fifo").mkdir(parents=True)
        (self.target / "fifo" / "mine").write_bytes(b"mine")
        self.extract("-f", "-k", "-C", self.target, expect=1)
        self.assertEqual((self.target / "fifo" / "mine").read_bytes(), b"mine")

    def test_ordinary_users_own_what_they_extract(self):
        zvfs_tools.require_root()
        self.out.chmod(0o777)
        run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
            zvfs_tools.tool("ZVFS_ZVFS"), "extract", "-C", self.target, self.image)
        for path in self.names(self.target):
            self.assertEqual(os.lstat(self.target / path).st_uid, NOBODY)
            self.assertEqual(os.lstat(self.target / path).st_mode, os.lstat(self.root / path).st_mode)

    # --- Symlinks in the way

    def test_follows_no_symlink_out_of_the_directory(self):
        outside = self.out / "outside"
        for options in ([], ["-f"]):
            with self.subTest(options):
                run("rm", "-rf", self.target, outside)
                outside.mkdir()
                (outside / "victim").write_bytes(b"untouched")
                self.target.mkdir()
                (self.target / "docs").symlink_to(outside)
                (self.target / "sparse").symlink_to(outside / "victim")
                (self.target / "other").mkdir()
                (self.target / "other" / "noise-0").symlink_to(outside / "victim")
                before = (os.stat(outside), os.stat(outside / "victim"))
                said = self.extract("-k", *options, "-C", self.target, expect=0 if options else 1)
                if not options:
                    self.assertIn("docs: not restored, with its contents: ", said)
                self.assertEqual(os.listdir(outside), ["victim"])
                self.assertEqual((outside / "victim").read_bytes(), b"untouched")
                self.assertEqual((os.stat(outside).st_mtime_ns, os.stat(outside / "victim").st_ino),
                                 (before[0].st_mtime_ns, before[1].st_ino))
                for name in ("docs", "sparse", "other/noise-0"):  # -f replaces them like files
                    self.assertEqual((self.target / name).is_symlink(), not options, name)

    def test_the_directory_itself_may_be_a_symlink(self):
        self.target.mkdir()
        (self.out / "alias").symlink_to(self.target)
        self.extract("-C", self.out / "alias", "docs/a.txt")
        self.assertTrue((self.target / "docs" / "a.txt").exists())

    # --- Damage

    def damaged(self, *paths):
        """A copy of the image with the first frame of each of these files zeroed."""
        lines = run(zvfs_tools.tool("ZVFS_ZVFS"), "info", "--files", "--json", self.image, *paths)
        frames = [json.loads(line) for line in
                  run(zvfs_tools.tool("ZVFS_ZVFS"), "info", "--frames", "--json", self.image).splitlines()]
        content = bytearray(self.image.read_bytes())
        for line in lines.splitlines():
            frame = frames[json.loads(line)["first_frame"]]
            begin, end = frame["offset"], frame["offset"] + frame["coded_bytes"]
            content[begin:end] = bytes(end - begin)
        copy = self.out / "damaged.tar.zst"
        copy.write_bytes(content)
        return copy

    def test_keep_going_saves_what_is_whole_and_names_the_rest(self):
        image = self.damaged("other/noise-2", "other/noise-4")
        said = self.extract("-C", self.target, image=image, expect=2)
        self.assertIn("-k", said)
        run("rm", "-rf", self.target)
        said = self.extract("-k", "-C", self.target, image=image, expect=1)
        lost = {"other/noise-2", "other/noise-4"}
        for path in lost:
            self.assertIn(f"{path}: ", said)
        self.assertIn("2 entries not restored", said)
        self.assertEqual(self.names(self.root) - self.names(self.target), lost)
        self.assert_same(self.target, {path.encode() for path in lost})

    def test_a_lost_file_takes_its_other_names_along(self):
        image = self.damaged("docs/small")
        said = self.extract("-k", "-C", self.target, image=image, expect=1)
        self.assertIn("docs/small: ", said)
        self.assertIn("other/hard: hard link to docs/small", said)
        self.assertFalse((self.target / "other" / "hard").exists())
        self.assertTrue((self.target / "other" / "noise-5").exists())

    # --- --to-tar

    def tar(self, *operands, image=None, **options):
        archive = self.out / "made.tar"
        self.extract("-f", "--to-tar", archive, *operands, image=image, **options)
        return archive

    def members(self, archive):
        with tarfile.open(archive) as opened:
            return opened.getnames()

    def test_tar_of_a_selection(self):
        archive = self.tar("docs", "sparse", "**/noise-1")
        self.assertEqual(self.members(archive),
                         ["docs", "docs/a.txt", "docs/deep", "docs/deep/b.txt", "docs/link", "docs/small",
                          "other/noise-1", "sparse"])
        self.target.mkdir()
        run("tar", "-xpf", archive, cwd=self.target)
        os.utime(self.target, ns=(0, 1_500_000_000_987_654_321))
        left_out = {b"fifo", b"other", b"docs/small"}
        self.assert_same(self.target, left_out)
        self.assertEqual((self.target / "other/noise-1").read_bytes(), (self.root / "other/noise-1").read_bytes())

    def test_tar_has_the_data_with_the_first_name_that_is_chosen(self):
        for operand, whole in (("other/hard", True), ("docs/small", True), ("**", False)):
            with tarfile.open(self.tar(operand)) as opened:
                member = opened.getmember("other/hard" if operand != "docs/small" else operand)
                self.assertEqual(member.islnk(), not whole)
                self.assertEqual(opened.extractfile(member).read(), (self.root / "docs/small").read_bytes())

    def test_tar_to_standard_output_and_nowhere_else(self):
        whole = run("zstd", "-dc", self.image)
        self.assertEqual(run(zvfs_tools.tool("ZVFS_ZVFS"), "extract", "--to-tar", "-", self.image), whole)
        archive = self.out / "made.tar"
        archive.write_bytes(b"mine")
        self.extract("--to-tar", archive, expect=2)
        self.assertEqual(archive.read_bytes(), b"mine")
        self.extract("-f", "--to-tar", self.image, expect=2)
        self.extract("--to-tar", self.out / "x.tar", "-C", self.target, expect=2)
        with open("/dev/full", "wb") as full:
            run(zvfs_tools.tool("ZVFS_ZVFS"), "extract", "--to-tar", "-", self.image, stdout=full, expect=2)

    def test_tar_of_what_is_not_there(self):
        archive = self.tar("fifo", "no/such", expect=1)
        self.assertEqual(self.members(archive), ["fifo"])

    def test_damage_leaves_no_half_of_a_tar(self):
        image = self.damaged("other/noise-2")
        for operands in ([], ["other"]):
            said = self.extract("--to-tar", self.out / "half.tar", *operands, image=image, expect=2)
            self.assertIn("frame", said)
            self.assertEqual([path.name for path in self.out.iterdir()], ["damaged.tar.zst"])
        (self.out / "whole.tar").write_bytes(b"an older one")
        self.extract("-f", "--to-tar", self.out / "whole.tar", image=image, expect=2)
        self.assertEqual((self.out / "whole.tar").read_bytes(), b"an older one")
        self.assertEqual(len(self.members(self.tar("docs", image=image))), 6)


if __name__ == "__main__":
    zvfs_tools.main()

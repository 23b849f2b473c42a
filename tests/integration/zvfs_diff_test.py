#!/usr/bin/env python3
"""Compares `zvfs diff` with `rsync -aHAXn --checksum --itemize-changes` on the same trees."""
import json
import os
import shutil
import subprocess
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import mkimage, run, scratch_directory, tool

FRAME = 256 * 1024
# rsync would read the holes of the first, and cannot reach the contents of the second.
NOT_FOR_RSYNC = ("terabyte", "deep")


def diff(old, new, *options, expect):
    return run(tool("ZVFS_ZVFS"), "diff", *options, old, new, expect=expect).decode()


def lines_of_rsync(old, new):
    said = run("rsync", "-aHAXni", "--checksum", "--delete", "--modify-window=-1", "--8-bit-output",
               f"{new}/", f"{old}/")
    return sorted(line for line in said.decode("utf-8", "surrogateescape").splitlines() if line)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def change(tree):
    """Makes every possible change in the copy of the edge tree."""
    sizes = tree / "sizes"
    write(sizes / "text-513", edge_tree.text(513, seed=99))  # same size
    write(sizes / "text-512", edge_tree.text(600))
    with open(sizes / f"noise-{5 * FRAME + 7}", "r+b") as file:  # one byte, in a large file
        file.seek(3 * FRAME)
        file.write(b"\x00\x01")
    shutil.rmtree(tree / "directories" / "a")
    os.unlink(tree / "sizes" / "ones")
    (tree / "added" / "below").mkdir(parents=True)
    write(tree / "added" / "below" / "file", b"new")
    os.symlink("nowhere", tree / "added" / "link")
    os.mkfifo(tree / "added" / "fifo")
    symlink = next(p for p in sorted((tree / "symlinks").iterdir()) if p.is_symlink())
    os.unlink(symlink)
    os.symlink("another/target", symlink)
    os.chmod(tree / "modes" / "file-0644", 0o600)
    os.chmod(tree / "modes" / "dir-0700", 0o750)
    os.utime(tree / "sizes" / "text-1", ns=(0, 1_234_567_890_123_456_789))
    os.setxattr(tree / "user_xattrs" / "several", "user.small", b"2")
    os.removexattr(tree / "user_xattrs" / "medium", "user.medium")
    os.removexattr(tree / "acls" / "access", "system.posix_acl_access")
    os.chown(tree / "owners" / "file-1000", 1001, 1002)
    # Files that become directories, and vice versa.
    os.unlink(tree / "sizes" / "text-65536")
    os.mkdir(tree / "sizes" / "text-65536")
    write(tree / "sizes" / "text-65536" / "inside", b"1")
    shutil.rmtree(tree / "user_xattrs" / "directory")
    write(tree / "user_xattrs" / "directory", b"a file now")


class DiffTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("rsync", "cp")
        zvfs_tools.require_root()  # rsync compares owners only for root
        cls.scratch = scratch_directory()
        cls.root = cls.scratch.__enter__()
        cls.addClassCleanup(cls.scratch.__exit__, None, None, None)
        cls.old = cls.root / "old"
        cls.new = cls.root / "new"
        edge_tree.build(cls.old, without=NOT_FOR_RSYNC)
        run("cp", "-a", cls.old, cls.new)
        change(cls.new)
        cls.old_image = mkimage(cls.old, cls.root / "old.tar.zst", "-l", "1")
        cls.new_image = mkimage(cls.new, cls.root / "new.tar.zst", "-l", "1")

    def test_same_as_rsync(self):
        expected = lines_of_rsync(self.old, self.new)
        self.assertGreater(len(expected), 30)
        for flags in (">fc.t......", ">fcst......", "*deleting  ", "cd+++++++++", "cLc.t......",
                      "cL+++++++++", "cS+++++++++", ">f+++++++++", ".f...p.....", ".d...p.....",
                      ".f..t......", ".f........x", ".f.......a.", ".f....og..."):
            self.assertIn(flags, {line[:11] for line in expected})
        for old in (self.old, self.old_image):
            for new in (self.new, self.new_image):
                with self.subTest(old=old.name, new=new.name):
                    said = sorted(diff(old, new, expect=1).splitlines())
                    self.assertEqual(said, expected)

    def test_an_image_and_its_source_are_the_same(self):
        for a, b in ((self.old_image, self.old), (self.new, self.new_image),
                     (self.old_image, self.old_image)):
            self.assertEqual(diff(a, b, expect=0), "")
            self.assertEqual(diff(a, b, "-q", expect=0), "")

    def test_the_same_tree_coded_in_other_ways(self):
        for options in (("-c", "lz4"), ("-l", "3"), ("-l", "1", "-b", "64K")):
            with self.subTest(options=options):
                other = self.root / ("other-" + "".join(options))
                mkimage(self.old, other, *options)
                self.assertEqual(diff(self.old_image, other, expect=0), "")
                self.assertEqual(diff(other, self.new_image, expect=1),
                                 diff(self.old_image, self.new_image, expect=1))

    def test_holes_are_no_difference(self):
        written = self.root / "written"
        run("cp", "-a", "--sparse=never", self.old / "sparse", written)
        image = mkimage(self.old / "sparse", self.root / "sparse.tar.zst")
        self.assertEqual(diff(image, written, expect=0), "")
        self.assertEqual(diff(mkimage(written, self.root / "written.tar.zst"), image, expect=0), "")

    def test_brief(self):
        said = diff(self.old_image, self.new_image, "--brief", expect=1)
        self.assertEqual(said, f"{self.old_image} and {self.new_image} differ\n")

    def test_json(self):
        said = [json.loads(line)
                for line in diff(self.old_image, self.new_image, "--json", expect=1).splitlines()]
        self.assertEqual(len(said), len(diff(self.old_image, self.new_image, expect=1).splitlines()))
        by_path = {entry["path"]: entry for entry in said}
        self.assertEqual(by_path["sizes/text-513"]["differs"][0], "content")
        self.assertEqual(by_path["sizes/ones"]["change"], "deleted")
        self.assertEqual(by_path["added/link"]["target"], "nowhere")
        self.assertEqual(by_path["added"]["itemized"], "cd+++++++++")

    def test_links(self):
        old, new = self.root / "links-old", self.root / "links-new"
        for tree in (old, new):
            tree.mkdir()
            for name in ("a", "b", "c", "d"):
                write(tree / name, b"same")
        for tree, linked in ((old, ("a", "b")), (new, ("c", "d"))):
            os.unlink(tree / linked[1])
            os.link(tree / linked[0], tree / linked[1])
        for tree in (old, new):
            for name in ("a", "b", "c", "d", "."):
                os.utime(tree / name, ns=(0, 10**18))
        image = mkimage(new, self.root / "links.tar.zst")
        self.assertEqual(diff(old, image, expect=1).splitlines(),
                         ["cf          b =/ a", "hf          d => c"])
        self.assertEqual(lines_of_rsync(old, new), ["hf          d => c"])  # it leaves b linked

    def test_decodes_only_where_it_must(self):
        """Frames with equal bytes are not decoded, so equal damage in both goes unnoticed."""
        image = self.old_image.read_bytes()
        damaged = bytearray(image)
        damaged[len(image) // 2] ^= 1
        copies = [self.root / name for name in ("damaged-1", "damaged-2")]
        for copy in copies:
            copy.write_bytes(damaged)
        self.assertEqual(diff(*copies, expect=0), "")
        done = subprocess.run([tool("ZVFS_ZVFS"), "diff", self.old, copies[0]], check=False,
                              capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"frame", done.stderr)

    def test_warning(self):
        diff(self.old_image, self.root / "missing", expect=2)
        diff(self.old_image, self.old / "sizes" / "text-513", expect=2)
        diff(self.old_image, "", expect=2)


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""`zvfs repair`: damaged images of several kinds, and archives made by other programs.

The result must be a clean image that zstd and tar accept. It must hold only files that are as in
the source, and all of those whose frames are intact.
"""
import os
import shutil
import struct
import subprocess
import unittest

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import mkimage, mounted, run, scratch_directory, tool

KIB = 1024
SAVED, LOST, FAILED = 0, 1, 8


def make_tree(root):
    """A part of the edge tree, files in packed frames, and a file of many frames."""
    root.mkdir()
    for name in ("names", "symlinks", "hardlinks", "sparse", "modes", "user_xattrs"):
        (root / name).mkdir()
        with edge_tree.working_directory(root / name):
            getattr(edge_tree, name)()
    (root / "packed").mkdir()
    for i in range(300):
        (root / "packed" / f"{i:03d}").write_bytes(edge_tree.noise(2000, seed=i))
    (root / "large").write_bytes(edge_tree.noise(2_000_000))
    (root / "last").write_bytes(b"the last one\n")
    edge_tree.set_times(root)


def frames_of(image):
    """The data frames: (offset, size) in the image, by its seek table."""
    data = image.read_bytes()
    count, _, magic = struct.unpack("<IBI", data[-9:])
    assert magic == 0x8F92EAB1
    table = data[-9 - 12 * count:-9]
    sizes = [struct.unpack_from("<I", table, 12 * i)[0] for i in range(count - 1)]
    return [(sum(sizes[:i]), size) for i, size in enumerate(sizes)]


class RepairTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("tar", "zstd")
        cls.scratch = scratch_directory()
        cls.root = cls.scratch.__enter__()
        cls.addClassCleanup(cls.scratch.__exit__, None, None, None)
        cls.source = cls.root / "source"
        make_tree(cls.source)
        cls.image = mkimage(cls.source, cls.root / "sound.tar.zst", "-b", "64K")
        cls.bytes = cls.image.read_bytes()
        cls.frames = frames_of(cls.image)
        cls.names = sum(len(d) + len(f) for _, d, f in os.walk(cls.source))

    def repair(self, damaged, expect, *options):
        """Repairs bytes or a file. Returns the new image and the lost names."""
        if isinstance(damaged, (bytes, bytearray)):
            path = self.root / "damaged"
            path.write_bytes(damaged)
            damaged = path
        out = self.root / "repaired.tar.zst"
        said = run(tool("ZVFS_ZVFS"), "repair", "-f", *options, damaged, out, expect=expect)
        lost = [line[len("lost: "):] for line in said.decode().splitlines()
                if line.startswith("lost: ")]
        run(tool("ZVFS_ZVFS"), "check", "--deep", out)
        return out, lost

    def foreign_tools_take(self, image):
        run("zstd", "-tq", image)
        tar = subprocess.run(["zstd", "-dc", image], stdout=subprocess.PIPE, check=True).stdout
        return run("tar", "-t", stdin=None, input=tar).decode().splitlines() if tar else []

    def differences(self, image):
        """What differs between the image and the source, and what is missing from the image."""
        done = subprocess.run([tool("ZVFS_ZVFS"), "diff", self.source, image], check=False,
                              capture_output=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        lines = done.stdout.decode().splitlines()
        deleted = [line.split(None, 1)[1].rstrip("/") for line in lines
                   if line.startswith("*deleting")]
        return [line for line in lines if not line.startswith("*deleting")], deleted

    def check_saved(self, damaged, expect, lost_at_most, blind=False):
        """Without an index (`blind`), the attributes of a directory whose member is lost are
        unknown."""
        out, lost = self.repair(damaged, expect)
        self.foreign_tools_take(out)
        wrong, missing = self.differences(out)
        self.assertEqual([line for line in wrong if not (blind and line.startswith(".d"))], [])
        self.assertLessEqual(len(missing), lost_at_most)
        return out, lost, missing

    def everything_is_saved(self, damaged, expect=SAVED):
        out, lost, missing = self.check_saved(damaged, expect, 0)
        self.assertEqual((lost, missing), ([], []))
        return out

    def test_a_sound_image_is_copied(self):
        out = self.everything_is_saved(self.bytes)
        self.assertEqual(out.read_bytes(), self.bytes)

    def test_seek_table_lost(self):
        for damaged in (self.bytes[:-5], self.bytes[:-9] + bytes(9), self.bytes + b"more"):
            self.assertEqual(self.everything_is_saved(damaged).read_bytes(), self.bytes)

    def test_index_lost(self):
        data_end = sum(self.frames[-1])
        for damaged in (self.bytes[:data_end], self.bytes[:data_end + 300],
                        self.bytes[:data_end + 700] + bytes(100) + self.bytes[data_end + 800:]):
            out = self.everything_is_saved(damaged)
            self.assertEqual(out.read_bytes()[:data_end], self.bytes[:data_end])

    def test_behind_a_program(self):
        program = b"#!/bin/sh\nexit 0\n" * 100
        self.assertEqual(self.everything_is_saved(program + self.bytes).read_bytes(), self.bytes)
        self.everything_is_saved(program + self.bytes[:sum(self.frames[-1])])

    def test_cut_short(self):
        for number in (3, len(self.frames) // 2, len(self.frames) - 3):
            offset, size = self.frames[number]
            for cut in (offset, offset + size // 2):
                with self.subTest(frame=number, cut=cut):
                    _, _, missing = self.check_saved(self.bytes[:cut], LOST, self.names, blind=True)
                    self.assertGreater(len(missing), 0)
                    self.assertLess(len(missing), self.names - 30 * (number > 3))

    def test_each_frame_damaged(self):
        """With the index, everything except the files of that frame is saved; without it, each gap
        costs more."""
        data_end = sum(self.frames[-1])
        for number, (offset, size) in list(enumerate(self.frames))[1:-1:4]:
            damaged = bytearray(self.bytes)
            damaged[offset + size // 2] ^= 0x10
            with self.subTest(frame=number):
                _, lost, missing = self.check_saved(damaged, LOST, 60)
                self.assertEqual(sorted(lost), sorted(missing))
                _, _, missing_blind = self.check_saved(damaged[:data_end], LOST, 61, blind=True)
                self.assertLessEqual(set(missing), set(missing_blind))
                self.assertLessEqual(len(missing_blind), len(missing) + 1)

    def test_middle_gone(self):
        begin, end = self.frames[5][0], self.frames[7][0] + 100
        _, lost, missing = self.check_saved(self.bytes[:begin] + self.bytes[end:], LOST, 200)
        self.assertEqual(sorted(lost), sorted(missing))

    def test_hard_links_whose_file_is_lost(self):
        tree = self.root / "linked"
        tree.mkdir()
        (tree / "a").write_bytes(edge_tree.noise(200_000))
        os.link(tree / "a", tree / "b")
        (tree / "c").write_bytes(b"kept")
        image = mkimage(tree, self.root / "linked.tar.zst", "-b", "64K")
        damaged = bytearray(image.read_bytes())
        damaged[frames_of(image)[1][0] + 100] ^= 1
        out, lost = self.repair(damaged, LOST)
        self.assertEqual(lost, ["a", "b"])
        self.assertEqual(self.foreign_tools_take(out), ["./", "c"])

    def test_an_archive_within_is_not_taken_apart(self):
        """A file that is a tar archive, with its first frames, the index and the names lost."""
        tree = self.root / "nested"
        tree.mkdir()
        inner = self.root / "inner"
        inner.mkdir()
        for i in range(100):
            (inner / f"inner-{i}").write_bytes(edge_tree.noise(3000, seed=i))
        run("tar", "-cf", tree / "b.tar", "-C", inner, ".")
        (tree / "a").write_bytes(b"before")
        (tree / "c").write_bytes(edge_tree.noise(100_000))
        (tree / "d").write_bytes(b"behind")
        image = mkimage(tree, self.root / "nested.tar.zst", "-b", "64K")
        damaged = bytearray(image.read_bytes())
        damaged[frames_of(image)[1][0] + 100] ^= 1
        for data in (damaged, damaged[:sum(frames_of(image)[-1])]):
            out, lost = self.repair(data, LOST)
            self.assertEqual(lost, ["b.tar"])
            self.assertEqual(self.foreign_tools_take(out), ["./", "a", "c", "d"])

    def test_copies_share_data(self):
        """In the index, copies have the data of the first. They must be found after a gap
        nevertheless."""
        tree = self.root / "copies"
        tree.mkdir()
        for i in range(60):
            (tree / f"{i:02d}").write_bytes(edge_tree.noise(5000, seed=i // 2))
        image = mkimage(tree, self.root / "copies.tar.zst", "-b", "64K")
        frames = frames_of(image)
        self.assertGreater(len(frames), 4)
        damaged = bytearray(image.read_bytes())
        damaged[frames[1][0] + 100] ^= 1
        with_index, lost = self.repair(damaged, LOST)
        self.assertLess(len(lost), 30)
        said = run(tool("ZVFS_ZVFS"), "diff", tree, with_index, expect=1).decode().splitlines()
        self.assertEqual({line[:9] for line in said}, {"*deleting"})
        self.assertEqual(len(said), len(lost))

    def test_repaired_image_mounts(self):
        zvfs_tools.require_fuse()
        offset, size = self.frames[4]
        damaged = bytearray(self.bytes)
        damaged[offset:offset + size] = bytes(size)
        out, lost, _ = self.check_saved(damaged, LOST, 60)
        rules = tree_compare.Rules(paths=frozenset(os.fsencode(name) for name in lost),
                                   fields=frozenset({"dir_nlink", "nlink"}))
        with mounted(out) as point:
            for name in lost:
                self.assertFalse(os.path.lexists(point / name))
            self.assertEqual(tree_compare.compare(self.source, point, rules), [])

    def foreign_archive(self, name, command, **options):
        archive = self.root / name
        with open(archive, "wb") as file:
            subprocess.run(command, stdout=file, check=True, **options)
        return archive

    def archive_is_saved(self, archive, *options):
        """The stream stays as it was, and so do the files."""
        out, _ = self.repair(archive, SAVED, *options)
        stream = run("zstd", "-dcf", archive)
        self.assertEqual(run("zstd", "-dc", out), stream)
        wrong, missing = self.differences(out)
        self.assertEqual(missing, [])
        self.assertEqual([line for line in wrong if line[:2] in (">f", "cL") or "+" in line[:11]], [])
        return out

    def test_plain_tar_zstd(self):
        for options in ((), ("--format=pax", "--xattrs")):
            archive = self.foreign_archive(
                "plain.tar.zst", ["tar", "--zstd", *options, "-C", self.source, "-c", "."])
            self.archive_is_saved(archive)
            self.archive_is_saved(archive, "-b", "64K", "-l", "1")

    def test_pzstd(self):
        zvfs_tools.require_programs("pzstd")
        tar = self.foreign_archive("for-pzstd.tar", ["tar", "-C", self.source, "-c", "."])
        archive = self.root / "pzstd.tar.zst"
        run("pzstd", "-qf", "-p", "2", tar, "-o", archive)
        self.archive_is_saved(archive)

    def test_frames_within_the_bound_are_kept(self):
        """As t2sz and zeekstd make them: frames with content sizes and checksums."""
        tar = run("tar", "-C", self.source, "-c", ".")
        step = 300 * KIB
        coded = [subprocess.run(["zstd", "-c", "--stream-size", str(len(tar[i:i + step]))],
                                input=tar[i:i + step], stdout=subprocess.PIPE, check=True).stdout
                 for i in range(0, len(tar), step)]
        archive = self.root / "multi.tar.zst"
        archive.write_bytes(b"".join(coded))
        kept = self.archive_is_saved(archive)
        self.assertTrue(kept.read_bytes().startswith(archive.read_bytes()))
        cut = self.archive_is_saved(archive, "-b", "128K")
        self.assertGreater(len(frames_of(cut)), 2 * len(coded))
        damaged = bytearray(archive.read_bytes())
        damaged[len(coded[0]) + 1000] ^= 1  # in the second frame
        out, _ = self.repair(damaged, LOST)
        wrong, missing = self.differences(out)
        self.assertEqual([line for line in wrong if line[:2] in (">f", "cL") or "+" in line[:11]], [])
        self.assertLess(len(missing), self.names - 200)

    def test_lz4_image(self):
        image = mkimage(self.source, self.root / "image.tar.lz4", "-c", "lz4")
        data = image.read_bytes()
        self.repair(data[:-5], SAVED)
        self.repair(data[:sum(frames_of(image)[-1])], SAVED)
        wrong, missing = self.differences(self.root / "repaired.tar.zst")
        self.assertEqual((wrong, missing), ([], []))

    def test_nothing_to_save(self):
        zstd = shutil.which("zstd")
        no_tar = subprocess.run([zstd, "-c"], input=edge_tree.noise(5000), check=True,
                                stdout=subprocess.PIPE).stdout
        for damaged in (b"", b"x" * 100_000, self.bytes[:100], no_tar):
            path = self.root / "hopeless"
            path.write_bytes(damaged)
            out = self.root / "not-made"
            run(tool("ZVFS_ZVFS"), "repair", path, out, expect=FAILED)
            self.assertFalse(out.exists())

    def test_a_window_too_large(self):
        path = self.root / "large"
        path.write_bytes(b"\x28\xB5\x2F\xFD\x00\xA8" + b"\x01\0\0")  # 2 GiB, as of zstd --long=31
        done = subprocess.run([tool("ZVFS_ZVFS"), "repair", path, self.root / "not-made"], check=False,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, FAILED)
        self.assertIn(b"a zstd frame with a window of 2.0G", done.stderr)
        self.assertIn(b"zstd -dc --long=31 FILE | mkimage - IMAGE", done.stderr)

    def test_target(self):
        out = self.root / "exists"
        out.write_bytes(b"precious")
        run(tool("ZVFS_ZVFS"), "repair", self.image, out, expect=FAILED)
        self.assertEqual(out.read_bytes(), b"precious")
        run(tool("ZVFS_ZVFS"), "repair", "--force", self.image, out)
        self.assertEqual(out.read_bytes(), self.bytes)
        run(tool("ZVFS_ZVFS"), "repair", self.image, expect=16)

    def test_frame_size_is_checked(self):
        out = self.root / "not made"
        for size in ("x", "4095", "17M"):
            with self.subTest(size):
                said = run(tool("ZVFS_ZVFS"), "repair", "-b", size, self.image, out, expect=16,
                           stderr=subprocess.STDOUT)
                self.assertIn(b"zvfs repair: --frame-size: ", said)
                self.assertIn(size.encode(), said)
                self.assertFalse(out.exists())


if __name__ == "__main__":
    zvfs_tools.main()

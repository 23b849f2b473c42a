#!/usr/bin/env python3
"""Images against foreign tools: zstd, GNU tar, bsdtar, diff, rsync, find.

An image of the edge tree is tested, extracted and mounted, and compared with its source. Known
limits of a tool are excepted here, narrowly, with the reason.
"""
import os
import pathlib
import re
import stat
import subprocess
import unittest

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import run

# Tools that read whole files would need days for this.
ENDLESS = b"terabyte/terabyte"
# Tar has no type for these.
SOCKET = b"fifos_and_sockets/socket"


def decoded_by_zstd(image):
    return subprocess.Popen(["zstd", "-dc", image], stdout=subprocess.PIPE)


class EdgeTreeImage:
    """The tests; a subclass names the filesystem that holds the source."""
    filesystem = None

    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("zstd", "tar", "bsdtar", "rsync", "diff", "find")
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory(cls.filesystem))
        cls.source = cls.scratch / "source"
        cls.skipped = edge_tree.build(cls.source)
        cls.image = zvfs_tools.mkimage(cls.source, cls.scratch / "edge.tar.zst")

    def assert_same(self, copy, fields_of=(), **rules):
        # The image does not store how the filesystem counts links of directories (btrfs: always 1).
        counts_links = os.stat(self.source / "directories/empty").st_nlink == 2
        rules = tree_compare.Rules(
            fields=frozenset() if counts_links else frozenset({"dir_nlink"}),
            fields_of=frozenset(fields_of),
            **{name: frozenset(values) for name, values in rules.items()})
        differences = tree_compare.compare(self.source, copy, rules)
        self.assertEqual(differences, [], "\n" + "\n".join(differences))

    # --- The image as a .tar.zst ---

    def test_zstd_tests_and_lists_it(self):
        run("zstd", "-t", self.image)
        listing = run("zstd", "-l", "-v", self.image).decode()
        decoded = int(re.search(r"Decompressed Size: .*\((\d+) B\)", listing)[1])
        files = sum(entry.stat().st_size for entry in os.scandir(self.source / "sizes"))
        self.assertGreater(decoded, files)
        self.assertLess(decoded, edge_tree.TERABYTE // 1000)
        self.assertIn("Check: XXH64", listing)

    def test_tar_lists_every_name_but_sockets(self):
        with decoded_by_zstd(self.image) as zstd:
            names = run("tar", "-t", "--quoting-style=escape", stdin=zstd.stdout).splitlines()
        self.assertEqual(zstd.returncode, 0)
        expected = 1 + sum(
            not stat.S_ISSOCK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode)
            for _, directories, files, fd in os.fwalk(self.source) for name in directories + files)
        self.assertEqual(len(names), expected)

    def extract(self, *command):
        target = self.enterContext(zvfs_tools.scratch_directory(self.filesystem)) / "extracted"
        target.mkdir()
        run(*command, cwd=target)
        return target

    def test_gnu_tar_restores_it(self):
        zvfs_tools.require_root()
        target = self.extract(
            "tar", "--zstd", "-xpf", self.image, "--xattrs", "--xattrs-include=*", "--acls",
            "--numeric-owner", "--same-owner",
            "--exclude=deep/*")  # it passes whole paths to the kernel, up to PATH_MAX
        self.assert_same(target, paths={SOCKET, b"deep"})
        self.assertLess(os.stat(target / os.fsdecode(ENDLESS)).st_blocks, 1000)

    def test_bsdtar_restores_it(self):
        zvfs_tools.require_root()
        target = self.extract(
            "bsdtar", "-xpf", self.image, "--acls", "--xattrs", "--same-owner", "--numeric-owner",
            "--exclude=deep/0*")  # it makes paths beyond PATH_MAX, but cannot set their owners
        # libarchive reads -1.25 s as -0.75 s, and does not set the time of the directory around it.
        times = (b".", b"times/before-1970", b"times/year-1930", b"times/symlink",
                 b"extreme_times/year-1700")
        # It does not decode the names of attributes, in which GNU tar writes "=" as "%3D".
        self.assert_same(target, fields_of={(path, "mtime_ns") for path in times},
                         xattrs={"user.equals=sign", "user.equals%3Dsign"},
                         paths={SOCKET, b"deep"})
        self.assertLess(os.stat(target / os.fsdecode(ENDLESS)).st_blocks, 1000)

    # --- By zvfs, without a mount ---

    def test_zvfs_restores_it(self):
        zvfs_tools.require_root()
        for threads in ("1", "3"):
            target = self.extract(zvfs_tools.tool("ZVFS_ZVFS"), "extract", "-j", threads, self.image)
            self.assert_same(target)
            self.assertLess(os.stat(target / os.fsdecode(ENDLESS)).st_blocks, 1000)

    def assert_tar_is_the_stream(self, image, *operands):
        stream, made = self.scratch / "stream.tar", self.scratch / "made.tar"
        run("zstd", "-dqf", image, "-o", stream)
        run(zvfs_tools.tool("ZVFS_ZVFS"), "extract", "-f", "--to-tar", made, image, *operands)
        run("cmp", stream, made)

    def test_zvfs_writes_the_tar_that_the_image_is(self):
        self.assert_tar_is_the_stream(self.image)

    def test_zvfs_makes_the_members_that_mkimage_made(self):
        # Without deduplication, mkimage's members are in path order, too.
        image = zvfs_tools.mkimage(self.source, self.scratch / "ordered.tar.zst", "-f", "--dedupe", "off")
        self.assert_tar_is_the_stream(image, ".")

    # --- The image mounted ---

    def mount(self, image=None):
        zvfs_tools.require_fuse()
        return self.enterContext(zvfs_tools.mounted(image or self.image))

    def test_mount_equals_the_source(self):
        self.assert_same(self.mount())

    def test_diff_finds_no_difference(self):
        # diff considers any two fifos, sockets or devices different, and cannot open paths beyond
        # PATH_MAX.
        run("diff", "-r", "--no-dereference", "--exclude=terabyte", "--exclude=deep",
            "--exclude=fifo*", "--exclude=devices", self.source, self.mount())

    def test_rsync_would_transfer_nothing(self):
        printed = run(
            "rsync", "-aHAXn", "--checksum", "--itemize-changes", "--delete", "--modify-window=-1",
            "--exclude=/terabyte/terabyte", "--exclude=/deep/*",  # rsync's own limit is PATH_MAX
            f"{self.source}/", f"{self.mount()}/")
        self.assertEqual(printed.decode(errors="replace"), "")

    def test_find_prints_the_same(self):
        def printed(root):
            # The size of a directory depends on the filesystem.
            formats = ("-type", "d", "-printf", r"%y %m %U %G %T@ %n %P\0", "-o",
                       "-printf", r"%y %m %U %G %s %T@ %n %l %P\0")
            return sorted(run("find", ".", *formats, cwd=root).split(b"\0"))
        self.assertEqual(printed(self.source), printed(self.mount()))

    def test_is_found_behind_a_program(self):
        script, program = self.scratch / "script", self.scratch / "program"
        script.write_bytes(b"#!/bin/sh\necho I am a script\nexit 0\n")
        program.write_bytes(pathlib.Path("/bin/true").read_bytes())
        for host, said in ((script, b"I am a script\n"), (program, b"")):
            both = self.scratch / f"{host.name}-and-image"
            both.write_bytes(host.read_bytes() + self.image.read_bytes())
            both.chmod(0o755)
            self.assertEqual(run(both), said)
            self.assert_same(self.mount(both))


def load_tests(loader, _, __):
    """Adds the tests once for each available filesystem for the source."""
    suite = unittest.TestSuite()
    for path in zvfs_tools.filesystems():
        name = f"EdgeTreeImageOn{path.title().replace('/', '')}"
        case = type(name, (EdgeTreeImage, unittest.TestCase), {"filesystem": path})
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""mkimage when files of the source change or cannot be read, or the target cannot be written; and
what killed runs leave behind."""
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import tarfile
import time
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import run

NOBODY = 65534


class WarningsTest(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        os.chmod(self.scratch, 0o755)
        self.source = self.scratch / "source"
        self.source.mkdir()
        self.output = self.scratch / "output"
        self.output.mkdir()
        self.target = self.output / "image.tar.zst"

    def start(self, *options, source=None, target=None, **keywords):
        return subprocess.Popen(
            [zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", *options, source or self.source,
             target or self.target],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **keywords)

    def finish(self, process, expected):
        said = process.communicate(timeout=120)[1]
        self.assertEqual(process.returncode, expected, said)
        return said

    def build(self, *options, expect=0, **keywords):
        return self.finish(self.start(*options, **keywords), expect)

    def content_of(self, name):
        return run("tar", "--zstd", "-xOf", self.target, name)

    @contextlib.contextmanager
    def stopped_in_the_middle(self, *options):
        """A stopped run that has scanned the source and written a frame of it."""
        for i in range(4):
            edge_tree.write(self.source / f"a{i}", edge_tree.text(1 << 20, seed=i))
        process = self.start("-j1", "-l15", *options)
        try:
            while not self.temporaries() or not os.path.getsize(self.temporaries()[0]):
                self.assertIsNone(process.poll(), "ended before it was stopped")
                time.sleep(0.002)
            process.send_signal(signal.SIGSTOP)
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.communicate(timeout=120)

    def temporaries(self):
        return [self.output / name for name in os.listdir(self.output) if ".zvfs-tmp." in name]

    def test_the_first_thousand_warnings_are_printed(self):
        archive = self.scratch / "many.tar"
        with tarfile.open(archive, "w") as tar:
            for number in range(1100):
                tar.addfile(tarfile.TarInfo(f"../{number}"))
            tar.addfile(tarfile.TarInfo("good"))
        lines = self.build(source=archive, expect=1).splitlines()
        self.assertEqual(len(lines), 1001)
        self.assertEqual(lines[999],
                         "mkimage: ../999: its path contains '..'; not shown in the image")
        self.assertEqual(lines[1000], "mkimage: 100 more warnings, not shown")

    def change_while_read(self, change, *options, expect, name="z"):
        """Runs mkimage on a tree whose last file z is changed by `change` after the scan."""
        edge_tree.write(self.source / "z", b"0123456789" * 100)
        with self.stopped_in_the_middle(*options) as process:
            change(self.source / "z")
            process.send_signal(signal.SIGCONT)
            said = self.finish(process, expect)
        warnings = [line for line in said.splitlines() if line.startswith(f"mkimage: {name}: ")]
        self.assertEqual(len(warnings), 1, said)
        return warnings[0]

    def test_a_file_that_shrinks(self):
        said = self.change_while_read(lambda path: os.truncate(path, 10), expect=1)
        self.assertIn("shrank by 990 bytes", said)
        self.assertEqual(self.content_of("z"), b"0123456789" + bytes(990))

    def test_a_file_that_grows(self):
        def grow(path):
            with open(path, "ab") as file:
                file.write(b"more")
        said = self.change_while_read(grow, expect=1)
        self.assertIn("grew by 4 bytes", said)
        self.assertEqual(self.content_of("z"), b"0123456789" * 100)

    def test_a_file_of_other_content(self):
        said = self.change_while_read(lambda path: path.write_bytes(b"9876543210" * 100), expect=1)
        self.assertIn("changed as we read it", said)

    def test_a_file_of_other_content_whose_time_is_rewritten(self):
        said = self.change_while_read(lambda path: path.write_bytes(b"9876543210" * 100),
                                      "--mtime=@5", expect=1)
        self.assertIn("changed as we read it", said)

    def test_a_file_of_other_content_whose_time_is_set_back(self):
        def replace(path):
            before = path.stat()
            path.write_bytes(b"9876543210" * 100)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        said = self.change_while_read(replace, "--prefix=elsewhere", expect=1, name="elsewhere/z")
        self.assertIn("changed as we read it", said)

    def test_equal_files_that_become_links_do_not_count_as_changed(self):
        for name in ("first", "second"):
            edge_tree.write(self.source / name, edge_tree.text(300_000))
            os.utime(self.source / name, (1, 1))
            time.sleep(0.02)  # to get another ctime
        order = self.scratch / "order"
        order.write_text("second\n")
        self.assertEqual(self.build("--dedupe=links", "--order-file", order), "")
        listing = run("tar", "--zstd", "-tvf", self.target).decode()
        self.assertIn("first link to second", listing)

    def test_a_file_that_vanishes(self):
        said = self.change_while_read(os.unlink, expect=1)
        self.assertIn("file removed before we read it; the image has zeros", said)
        self.assertEqual(self.content_of("z"), bytes(1000))

    def test_a_file_that_vanishes_is_no_failed_read(self):
        self.change_while_read(os.unlink, "--ignore-failed-read", expect=1)

    def test_a_file_that_becomes_a_fifo(self):
        def replace(path):
            path.unlink()
            os.mkfifo(path)
        said = self.change_while_read(replace, expect=1)
        self.assertIn("changed type", said)

    def test_a_copy_that_changes_keeps_its_own_content(self):
        edge_tree.write(self.source / "y", b"0123456789" * 100)
        for i in range(16):  # copies that come before these and take a while
            for name in ("first", "second"):
                edge_tree.write(self.source / f"{i}-{name}", edge_tree.text(100_000, seed=100 + i))
        said = self.change_while_read(lambda path: path.write_bytes(b"9876543210" * 100), expect=1)
        self.assertIn("changed as we read it", said)
        for name, content in (("y", b"0123456789" * 100), ("z", b"9876543210" * 100)):
            self.assertEqual(self.content_of(name), content)
            self.assertEqual(run(zvfs_tools.tool("ZVFS_ZVFS"), "cat", self.target, name), content)

    def make_unreadable(self, *options, expect):
        def replace(path):
            path.unlink()
            path.symlink_to("a0")
        said = self.change_while_read(replace, *options, expect=expect)
        self.assertIn("z: cannot open: Too many levels of symbolic links", said)

    def test_a_file_that_cannot_be_opened_any_more(self):
        self.make_unreadable(expect=2)

    def test_failures_may_be_ignored(self):
        self.make_unreadable("--ignore-failed-read", expect=0)

    def test_strict_makes_no_image_of_what_changes(self):
        self.change_while_read(lambda path: os.truncate(path, 10), "--strict", expect=2)
        self.assertEqual(os.listdir(self.output), [])

    def test_strict_keeps_the_old_image(self):
        self.target.write_bytes(b"old")
        self.change_while_read(os.unlink, "--strict", "-f", expect=2)
        self.assertEqual(self.target.read_bytes(), b"old")

    def test_strict_makes_an_image_where_there_is_no_warning(self):
        edge_tree.write(self.source / "a", b"x")
        self.build("--strict")

    def test_unreadable_files_and_directories(self):
        zvfs_tools.require_root()  # to become another user, who may not read everything
        zvfs_tools.require_programs("setpriv")
        edge_tree.write(self.source / "secret", b"x")
        (self.source / "closed").mkdir()
        edge_tree.write(self.source / "open", b"y")
        os.chmod(self.source / "secret", 0)
        os.chmod(self.source / "closed", 0)
        os.chown(self.output, NOBODY, NOBODY)
        tool = shutil.copy(zvfs_tools.tool("ZVFS_MKIMAGE"), self.scratch / "mkimage")
        for options, expected in (((), 2), (("--ignore-failed-read",), 0), (("--strict",), 2)):
            done = subprocess.run(
                ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", tool, "-qf",
                 *options, self.source, self.target],
                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, expected, done.stderr)
            for name in ("secret", "closed"):
                self.assertIn(f"mkimage: {name}: ", done.stderr)
            self.assertIn("Permission denied", done.stderr)
        names = run("tar", "--zstd", "-tf", self.target).decode().split()
        self.assertEqual(names, ["./", "closed/", "open"])

    def test_a_read_only_target(self):
        zvfs_tools.require_root()
        edge_tree.write(self.source / "a", b"x")
        self.mount("-t", "tmpfs", "-o", "ro", "tmpfs", self.output)
        said = self.build(expect=2)
        self.assertEqual(said.count("\n"), 1, said)
        self.assertIn("Read-only file system", said)
        self.assertIn(str(self.target), said)

    def test_a_full_disk_says_so(self):
        zvfs_tools.require_root()
        edge_tree.write(self.source / "noise", edge_tree.noise(4 << 20))
        self.mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", self.output)
        said = self.build(expect=2)
        self.assertEqual(said.count("\n"), 1, said)
        self.assertEqual(said, f"mkimage: {self.target}: cannot write: No space left on device\n")
        self.assertEqual(os.listdir(self.output), [])

    def test_a_limit_for_files_says_so(self):
        edge_tree.write(self.source / "noise", edge_tree.noise(4 << 20))
        said = self.build(expect=2, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
        self.assertEqual(said, f"mkimage: {self.target}: cannot write: File too large\n")
        self.assertEqual(os.listdir(self.output), [])

    def tar(self):
        edge_tree.write(self.source / "noise", edge_tree.noise(4 << 20))
        run("tar", "-cf", self.scratch / "x.tar", "-C", self.source, ".")
        return self.scratch / "x.tar"

    def test_a_missing_directory_for_temporary_files(self):
        said = self.build("--order=similar", source=self.tar(), expect=2,
                          env=os.environ | {"TMPDIR": "/does/not/exist"})
        self.assertIn("in /does/not/exist ($TMPDIR): No such file or directory", said)
        self.assertEqual(said.count("\n"), 1, said)

    def test_a_full_directory_for_temporary_files(self):
        zvfs_tools.require_root()
        tar = self.tar()
        full = self.scratch / "full"
        full.mkdir()
        self.mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", full)
        said = self.build("--order=similar", source=tar, expect=2,
                          env=os.environ | {"TMPDIR": str(full)})
        self.assertIn(f"in {full} ($TMPDIR): No space left on device", said)
        self.assertEqual(os.listdir(self.output), [])

    def test_a_target_in_the_source(self):
        edge_tree.write(self.source / "a", b"x")
        target = self.source / "image.tar.zst"
        self.build(target=target)
        first = target.read_bytes()
        self.build("-f", "--mtime=@5", target=target)
        listing = run("tar", "--zstd", "-tf", target).decode().split()
        self.assertEqual(listing, ["./", "a"])
        self.assertNotEqual(first, target.read_bytes())

    def test_another_name_of_the_old_target_is_kept(self):
        edge_tree.write(self.source / "a", b"x")
        target = self.source / "image.tar.zst"
        self.build(target=target)
        snapshot = self.source / "snapshot.tar.zst"
        os.link(target, snapshot)
        old = snapshot.read_bytes()
        dry = subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), "-nf", self.source, target],
                             stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
        self.assertTrue(dry.stderr.startswith(b"2 files, "), dry.stderr)
        self.build("-f", target=target)
        listing = run("tar", "--zstd", "-tf", target).decode().split()
        self.assertEqual(listing, ["./", "a", snapshot.name])
        self.assertEqual(run("tar", "--zstd", "-xOf", target, snapshot.name), old)

    def test_a_directory_below_itself(self):
        zvfs_tools.require_root()
        (self.source / "a/b").mkdir(parents=True)
        edge_tree.write(self.source / "a/file", b"x")
        self.mount("--bind", self.source, self.source / "a/b")
        said = self.build(expect=2)
        self.assertIn("a/b: directory contains itself", said)
        listing = run("tar", "--zstd", "-tf", self.target).decode().split()
        self.assertEqual(listing, ["./", "a/", "a/b/", "a/file"])

    def test_one_file_system_keeps_bind_mounts_empty(self):
        zvfs_tools.require_root()
        for name in ("a", "b"):
            (self.source / name).mkdir()
            edge_tree.write(self.source / name / "file", b"x")
        self.mount("--bind", self.source, self.source)  # which is nevertheless read
        self.mount("--bind", self.source / "a", self.source / "b")
        self.build("-x")
        listing = run("tar", "--zstd", "-tf", self.target).decode().split()
        self.assertEqual(listing, ["./", "a/", "a/file", "b/"])

    def mount(self, *arguments):
        mounted = subprocess.run(["mount", *arguments], stderr=subprocess.PIPE, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount: {mounted.stderr.decode()}")
        self.addCleanup(zvfs_tools.unmount, arguments[-1])

    def test_killed_runs_leave_what_the_next_one_removes(self):
        for i in range(4):
            edge_tree.write(self.source / f"{i}", edge_tree.text(2 << 20, seed=i))
        begin = time.monotonic()
        self.build()
        duration = time.monotonic() - begin
        self.target.unlink()
        other = self.output / ".other.zvfs-tmp.1"
        other.write_bytes(b"another target's")
        chance = random.Random(11)
        left = 0
        for _ in range(12):
            process = self.start()
            time.sleep(chance.uniform(0, duration))
            process.kill()
            process.communicate()
            left = max(left, len(self.temporaries()) - 1)
            self.assertLessEqual(len(self.temporaries()), 2, "the run before was not tidied up")
            self.target.unlink(missing_ok=True)
        self.assertEqual(left, 1, "no run was killed while it wrote")
        self.build()
        self.assertEqual(sorted(os.listdir(self.output)), [other.name, self.target.name])

    def test_a_temporary_file_in_use_is_left_alone(self):
        with self.stopped_in_the_middle() as process:
            in_use = self.temporaries()
            self.build("-l1", target=self.target)
            self.assertEqual(self.temporaries(), in_use)
            process.send_signal(signal.SIGCONT)
            said = self.finish(process, 2)
            self.assertIn("was created meanwhile", said)
        self.assertEqual(os.listdir(self.output), [self.target.name])


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""mkimage never leaves a partial target, whatever happens during the build."""
import os
import random
import signal
import subprocess
import time
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import mkimage, run


class TargetTest(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        self.source = self.scratch / "source"
        self.source.mkdir()
        self.output = self.scratch / "output"
        self.output.mkdir()
        self.target = self.output / "image.tar.zst"

    def fill_source(self, size_bytes=24 << 20):
        """Makes enough data for some tenths of a second of compression."""
        for i in range(8):
            edge_tree.write(self.source / f"{i}", edge_tree.text(size_bytes // 8, seed=i))

    def start(self, *options):
        return subprocess.Popen(
            [zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", "-l", "9", *options, self.source, self.target],
            stdin=subprocess.DEVNULL)

    def content_of_target(self):
        return self.target.read_bytes() if self.target.exists() else None

    def stop_at_random_points(self, stop_signal, old=None):
        """Stops runs that find `old` under the target's name (None: nothing). After each one the
        target must be unchanged or complete; yields then."""
        begin = time.monotonic()
        self.assertEqual(self.start().wait(), 0)
        duration = time.monotonic() - begin
        whole = self.content_of_target()
        chance = random.Random(7)
        stopped = 0
        for _ in range(15):
            self.target.unlink(missing_ok=True)
            if old is not None:
                self.target.write_bytes(old)
            process = self.start("--force") if old is not None else self.start()
            time.sleep(chance.uniform(0, duration))
            process.send_signal(stop_signal)
            expected = whole if process.wait() == 0 else old
            self.assertIn(self.content_of_target(), (expected, whole))
            stopped += process.returncode != 0
            yield
        self.assertGreater(stopped, 5, "hardly any run was stopped")

    def test_kill_leaves_no_target_and_the_next_run_works(self):
        self.fill_source()
        for _ in self.stop_at_random_points(signal.SIGKILL):
            pass
        mkimage(self.source, self.target, "--force")
        run("zstd", "-tq", self.target)

    def test_kill_leaves_the_old_target(self):
        self.fill_source()
        for _ in self.stop_at_random_points(signal.SIGKILL, old=b"an older image\n"):
            pass

    def test_interrupt_leaves_nothing_else(self):
        self.fill_source()
        for _ in self.stop_at_random_points(signal.SIGINT):
            self.assertLessEqual(set(os.listdir(self.output)), {self.target.name})

    def test_an_existing_target_is_refused_without_force(self):
        self.target.write_bytes(b"precious")
        refused = subprocess.run(
            [zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", self.source, self.target],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(os.fsencode(self.target), refused.stderr)
        self.assertEqual(self.target.read_bytes(), b"precious")
        self.assertEqual(os.listdir(self.output), [self.target.name])
        mkimage(self.source, self.target, "-f")
        run("zstd", "-tq", self.target)

    def test_standard_output(self):
        edge_tree.write(self.source / "text", edge_tree.text(3 << 20))
        mkimage(self.source, self.target)
        done = subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), "-v", self.source, "-"],
                              cwd=self.output, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=True)
        self.assertEqual(done.stdout, self.target.read_bytes())
        self.assertTrue(done.stderr.startswith(b"./\ntext\n1 file, 1 directory\n"), done.stderr)
        self.assertEqual(os.listdir(self.output), [self.target.name])

    def test_a_pipe(self):
        edge_tree.write(self.source / "text", edge_tree.text(3 << 20))
        with open(self.target, "wb") as saved:
            maker = subprocess.Popen([zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", self.source, "-"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            subprocess.run(["cat"], stdin=maker.stdout, stdout=saved, check=True)
            maker.stdout.close()
            self.assertEqual(maker.wait(), 0)
        self.assertEqual(run("tar", "--zstd", "-tf", self.target), b"./\ntext\n")
        zvfs_tools.require_fuse()
        with zvfs_tools.mounted(self.target) as mount:
            self.assertEqual((mount / "text").read_bytes(), (self.source / "text").read_bytes())

    def test_standard_output_in_the_source(self):
        edge_tree.write(self.source / "text", b"x")
        image = self.source / "image"
        with open(image, "wb") as out:
            subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", self.source, "-"], stdout=out,
                           stdin=subprocess.DEVNULL, check=True)
        self.assertEqual(run("tar", "--zstd", "-tf", image), b"./\ntext\n")

    def test_no_image_goes_to_a_terminal(self):
        controller, terminal = os.openpty()
        done = subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", self.source, "-"],
                              stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.PIPE,
                              check=False)
        os.close(terminal)
        os.close(controller)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output: is a terminal", done.stderr)

    def test_a_name_that_promises_another_format(self):
        edge_tree.write(self.source / "text", b"x")
        target = self.output / "image.tgz"
        done = subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", self.source, target],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
        self.assertEqual(done.stderr.decode(), f"mkimage: {target}: the name suggests gzip, but "
                         "the image is a .tar.zst\n")
        run("zstd", "-tq", target)

    def test_a_full_disk_leaves_nothing(self):
        zvfs_tools.require_root()
        edge_tree.write(self.source / "noise", edge_tree.noise(8 << 20))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.output],
                                 stderr=subprocess.PIPE, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount tmpfs: {mounted.stderr.decode()}")
        self.addCleanup(zvfs_tools.unmount, self.output)
        self.assertNotEqual(self.start().wait(), 0)
        self.assertEqual(os.listdir(self.output), [])


if __name__ == "__main__":
    zvfs_tools.main()

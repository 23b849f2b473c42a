#!/usr/bin/env python3
"""How a mount ends, and how its readers do, while the image lies on something that does not answer:
at once, whatever waits."""
import errno
import os
import random
import signal
import subprocess
import time
import unittest

import private_mounts
import zvfs_tools
from private_mounts import mount_line, wait_until
from slow_source import slow_source

DIRECTORIES = 300
LARGE = 2_000_000
STATS = "user.zvfs.stats"


def make_tree(top):
    """Directories whose inodes and names take many index frames, and a file of many frames."""
    rng = random.Random(3)
    for i in range(DIRECTORIES):
        directory = top / f"{i:03}-{rng.randbytes(40).hex()}"
        directory.mkdir()
        for j in range(12):
            (directory / f"{j}-{rng.randbytes(30).hex()}").write_bytes(rng.randbytes(10))
    (top / "large").write_bytes(rng.randbytes(LARGE))
    (top / "warm").write_bytes(rng.randbytes(200_000))


class StoppingTest(unittest.TestCase):
    """An image on a source that can be made to hang, and a mount point for each test."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.scratch.chmod(0o755)
        cls.tree = cls.scratch / "tree"
        cls.tree.mkdir()
        make_tree(cls.tree)
        cls.image = zvfs_tools.mkimage(cls.tree, cls.scratch / "image.zst", "-l1")
        cls.names = sorted(path.name for path in cls.tree.iterdir() if path.is_dir())

    def setUp(self):
        self.point = self.enterContext(zvfs_tools.scratch_directory())
        self.addCleanup(private_mounts.unmount_all, self.point)
        self.source = self.enterContext(slow_source(self.image))
        self.readers = []
        self.addCleanup(self.end_readers)

    def end_readers(self):
        self.source.release()
        for reader in self.readers:
            reader.kill()
            reader.communicate()

    def start(self, *command):
        """Starts a reader: a child that will wait."""
        reader = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        self.readers.append(reader)
        return reader

    def start_lookups(self, names):
        """Readers that wait for index frames. Each has a path of its own: the kernel lets only one
        process at a time look up a name."""
        return [self.start("stat", self.point / name / "none") for name in names]

    def hold_with_readers(self):
        """Holds the source, and starts readers of every kind that wait for it."""
        self.source.hold()
        readers = self.start_lookups(self.names[::30])
        readers.append(self.start("cat", self.point / "large"))
        readers.append(self.start("dd", "bs=4k", "count=1", "skip=400", "status=none",
                                  f"if={self.point / 'large'}"))
        wait_until(lambda: self.source.waiting() > 0, "readers wait for the source")
        return readers

    def wait_for_readers(self, readers):
        for reader in readers:
            wait_until(lambda r=reader: r.poll() is not None, f"{reader.args} ends", 30)

    def assert_serves(self):
        """Everything of the mount has its right content."""
        zvfs_tools.run("diff", "-r", self.tree, self.point)


class KilledReaders(StoppingTest):
    def start_interrupted(self):
        """A reader that waits for the source, and has got a signal that it handles."""
        self.source.hold()
        script = ("import os, signal, sys\n"
                  "signal.signal(signal.SIGUSR1, lambda *_: None)\n"
                  "print('ready', flush=True)\n"
                  "print(os.stat(sys.argv[1]).st_size)\n")
        reader = self.start("python3", "-c", script, self.point / self.names[200])
        self.assertEqual(reader.stdout.readline(), b"ready\n")
        wait_until(lambda: self.source.waiting() > 0, "it waits")
        reader.send_signal(signal.SIGUSR1)
        return reader

    def test_killed_readers_are_gone_at_once(self):
        with private_mounts.foreground(self.source.path, self.point):
            readers = self.hold_with_readers()
            for i, reader in enumerate(readers):
                reader.send_signal((signal.SIGKILL, signal.SIGINT, signal.SIGTERM)[i % 3])
            self.wait_for_readers(readers)
            for reader in readers:
                self.assertLess(reader.returncode, 0, "the signal ended it, not an answer")
            self.assertGreater(self.source.waiting(), 0, "nothing was answered meanwhile")
            self.source.release()
            self.assert_serves()

    def test_an_interrupted_reader_goes_on(self):
        with private_mounts.foreground(self.source.path, self.point):
            reader = self.start_interrupted()
            for _ in range(3):  # programs do not expect EINTR from a disk
                self.assertIsNone(reader.poll())
                time.sleep(0.1)
            self.source.release()
            self.assertEqual(reader.wait(30), 0)

    def test_an_interrupted_reader_can_still_be_killed(self):
        with private_mounts.foreground(self.source.path, self.point):
            reader = self.start_interrupted()
            time.sleep(0.1)
            reader.terminate()
            self.wait_for_readers([reader])
            self.assertEqual(reader.returncode, -signal.SIGTERM)

    def test_many_waiting_readers_leave_room_for_others(self):
        with private_mounts.foreground(self.source.path, self.point):
            self.source.hold()
            readers = self.start_lookups(self.names[::4])  # far more than there are processors
            wait_until(lambda: self.source.waiting() > 0, "they wait")
            for _ in range(20):
                self.assertTrue(os.getxattr(self.point, STATS))
            for reader in readers[::2]:
                reader.kill()
            self.wait_for_readers(readers[::2])
            self.source.release()
            self.wait_for_readers(readers[1::2])
            self.assertEqual({reader.returncode for reader in readers[1::2]}, {1})
            self.assert_serves()


    def test_waiting_reads_leave_room_for_others(self):
        with private_mounts.foreground(self.source.path, self.point, "-o", "nofill"):
            fd = os.open(self.point / "warm", os.O_RDONLY)
            self.addCleanup(os.close, fd)
            expected = os.pread(fd, 200_000, 0)
            os.stat(self.point / "large")
            self.source.hold()
            for place in range(40):  # the kernel's own limit is 12
                self.start("dd", "bs=4k", "count=1", f"skip={5 + place * 12}", "status=none",
                           f"if={self.point / 'large'}")
            wait_until(lambda: self.source.waiting() > 0, "they wait")
            time.sleep(0.5)
            # The daemon has it in its cache, and the kernel has not.
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            self.assertEqual(os.pread(fd, 200_000, 0), expected)
            self.assertGreater(self.source.waiting(), 0)
            self.source.release()


class Ends(StoppingTest):
    def test_signals_end_it(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number), \
                    private_mounts.foreground(self.source.path, self.point) as child:
                readers = self.hold_with_readers()
                child.send_signal(number)
                self.assertEqual(child.wait(30), 0)
                self.assertIsNone(mount_line(self.point))
                self.wait_for_readers(readers)
                self.assertNotIn(0, {reader.returncode for reader in readers})
                self.assertGreater(self.source.waiting(), 0, "the source never answered")
                self.source.release()

    def test_the_mount_goes_first(self):
        with private_mounts.foreground(self.source.path, self.point) as child:
            self.hold_with_readers()
            # Stopped, it cannot end, but what it did before is seen.
            busy = os.open(self.point, os.O_RDONLY)
            self.addCleanup(os.close, busy)
            child.terminate()
            wait_until(lambda: mount_line(self.point) is None, "it is unmounted")
            self.assertEqual(child.wait(30), 0)
            with self.assertRaises(OSError) as caught:
                os.stat(self.names[-1], dir_fd=busy)
            self.assertEqual(caught.exception.errno, errno.ENOTCONN)

    def test_a_detached_daemon_ends(self):
        zvfs_tools.run(zvfs_tools.tool("ZVFS_MOUNT"), self.source.path, self.point)
        readers = self.hold_with_readers()
        (daemon,) = private_mounts.daemons_of(self.source.path)
        os.kill(daemon, signal.SIGTERM)
        private_mounts.wait_for_end(self.source.path)
        self.assertIsNone(mount_line(self.point))
        self.wait_for_readers(readers)

    def end_by(self, *command, kill_readers=False):
        """Unmounts by a command while readers wait; the daemon must end, with status 0."""
        with private_mounts.foreground(self.source.path, self.point) as child:
            readers = self.hold_with_readers()
            if kill_readers:
                for reader in readers:
                    reader.kill()
                self.wait_for_readers(readers)
            done = subprocess.run([*command, self.point], stderr=subprocess.PIPE, timeout=30,
                                  check=False)
            wait_until(lambda: child.poll() is not None, f"the daemon ends ({done.stderr})", 30)
            self.assertEqual(child.returncode, 0)
            self.assertIsNone(mount_line(self.point))
            self.wait_for_readers(readers)

    def test_umount_ends_it_although_it_waits(self):
        self.end_by("umount", kill_readers=True)

    def test_lazy_umount_ends_it_although_it_waits(self):
        self.end_by("umount", "-l", kill_readers=True)

    def test_forced_umount_ends_it_with_its_readers(self):
        self.end_by("umount", "-f")

    def test_fusermount_ends_it_although_it_waits(self):
        zvfs_tools.require_programs("fusermount3")
        self.end_by("fusermount3", "-u", kill_readers=True)


class OrdinaryUser(StoppingTest):
    USER = 64_000

    def setUp(self):
        super().setUp()
        zvfs_tools.require_programs("fusermount3")
        users = self.enterContext(zvfs_tools.scratch_directory())
        private_mounts.add_user(users, "zvfs-user", self.USER)
        self.addCleanup(zvfs_tools.run, "umount", "/etc/passwd")
        private_mounts.open_fuse_device_to_users(
            self.enterContext(zvfs_tools.scratch_directory()))
        self.addCleanup(zvfs_tools.run, "umount", "/dev/fuse")
        os.chown(self.point, self.USER, self.USER)

    def start(self, *command):
        return super().start(*private_mounts.as_user(self.USER, *command))

    def test_a_signal_ends_it(self):
        child = subprocess.Popen(private_mounts.as_user(
            self.USER, zvfs_tools.tool("ZVFS_MOUNT"), "-f", self.source.path, self.point))
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        wait_until(lambda: mount_line(self.point), "it mounts")
        readers = self.hold_with_readers()
        child.terminate()
        wait_until(lambda: child.poll() is not None, "the daemon ends", 30)
        self.assertEqual(child.returncode, 0)
        self.assertIsNone(mount_line(self.point))
        self.wait_for_readers(readers)


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

#!/usr/bin/env python3
"""Outputs that are block devices: in use, failing, with an older image on them; and files that are
reached as streams."""
import itertools
import os
import subprocess
import unittest

import zvfs_tools
from zvfs_tools import mkimage, run, tool

MIB = 1 << 20
SIZE = 64 * MIB


class BlockDeviceTest(unittest.TestCase):
    numbers = itertools.count()

    def setUp(self):
        zvfs_tools.require_root()
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        self.source = self.scratch / "source"
        self.source.mkdir()
        (self.source / "file").write_text("content\n")
        self.image = mkimage(self.source, self.scratch / "image.zst")

    def device(self, size=SIZE, directory=None):
        """A loop device on a new file of zeros, which takes no space yet."""
        backing = (directory or self.scratch) / f"disk-{next(self.numbers)}"
        backing.touch()
        os.truncate(backing, size)
        return zvfs_tools.loop_device(self, backing)

    def shell(self, script, device):
        """Runs a script of bash, in which DEVICE is the device."""
        environment = os.environ | {"MKIMAGE": tool("ZVFS_MKIMAGE"), "ZVFS": tool("ZVFS_ZVFS"),
                                    "DEVICE": os.fspath(device)}
        return subprocess.run(["bash", "-c", script], cwd=self.scratch, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, check=False)

    def start_of(self, device):
        with open(device, "rb") as file:
            return file.read(8)

    def listing(self, device):
        return run(tool("ZVFS_ZVFS"), "ls", "-R", device)

    def test_a_device_is_written_over_only_by_force(self):
        device = self.device()
        with open(device, "wb") as file:
            file.write(b"precious")
        for command in ('"$MKIMAGE" -q source $DEVICE', '"$ZVFS" map -o $DEVICE image.zst',
                        '"$ZVFS" extract -q --to-tar $DEVICE image.zst'):
            with self.subTest(command):
                done = self.shell(command, device)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{device}: is a block device; use --force to write over it\n",
                              done.stderr.decode())
                self.assertEqual(self.start_of(device), b"precious")
                forced = self.shell(command.replace("-q", "-q -f").replace("map", "map -f"), device)
                self.assertEqual(forced.returncode, 0, forced.stderr)
                self.assertNotEqual(self.start_of(device), b"precious")
                with open(device, "wb") as file:
                    file.write(b"precious")

    def test_a_device_is_never_written_over_by_repair_or_a_report(self):
        device = self.device()
        for command, status in (('"$ZVFS" repair -q -f image.zst $DEVICE', 8),
                                ('"$MKIMAGE" -q -f --json $DEVICE source new', 2)):
            with self.subTest(command):
                done = self.shell(command, device)
                self.assertEqual(done.returncode, status)
                self.assertRegex(done.stderr, b"is not a regular file; not replaced|"
                                              b"is a block device; not written over")
        self.assertEqual(device.read_bytes(), bytes(SIZE))

    def test_a_device_in_use_is_not_written_over(self):
        device = self.device()
        user = os.open(device, os.O_RDONLY | os.O_EXCL)  # as a mount
        try:
            for command in ('"$MKIMAGE" -q -f source $DEVICE',
                            '"$ZVFS" extract -q -f --to-tar $DEVICE image.zst'):
                done = self.shell(command, device)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{device}: is in use: Device or resource busy\n", done.stderr.decode())
        finally:
            os.close(user)
        self.assertEqual(device.read_bytes(), bytes(SIZE))

    def test_a_mounted_image_is_not_written_over(self):
        zvfs_tools.require_fuse()
        device = self.device()
        self.assertEqual(self.shell('"$MKIMAGE" -q -f source $DEVICE', device).returncode, 0)
        with zvfs_tools.mounted(device) as mount:
            for command in ('"$MKIMAGE" -q -f source $DEVICE',
                            '"$ZVFS" extract -q -f --to-tar $DEVICE image.zst'):
                done = self.shell(command, device)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{device}: is in use: Device or resource busy\n", done.stderr.decode())
            self.assertEqual((mount / "file").read_text(), "content\n")
            self.assertEqual(self.listing(device), b"file\n")  # readers do not mind each other
        self.assertEqual(self.shell('"$MKIMAGE" -q -f source $DEVICE', device).returncode, 0)

    def test_an_archive_is_not_written_over_while_it_is_read(self):
        device = self.device()
        self.assertEqual(self.shell('"$MKIMAGE" -q -f source $DEVICE', device).returncode, 0)
        for command in ('"$MKIMAGE" -q -f $DEVICE $DEVICE', '"$MKIMAGE" -q -f - $DEVICE <$DEVICE',
                        '"$MKIMAGE" -q $DEVICE - >$DEVICE'):
            with self.subTest(command):
                done = self.shell(command, device)
                self.assertEqual(done.returncode, 2)
                self.assertIn(b": is the archive being read\n", done.stderr)
                self.assertEqual(self.listing(device), b"file\n")

    def test_an_image_is_not_written_over_while_it_is_read(self):
        device = self.device()
        self.assertEqual(self.shell('"$MKIMAGE" -q -f source $DEVICE', device).returncode, 0)
        other_name = self.scratch / "other-name"
        os.mknod(other_name, 0o60600, os.stat(device).st_rdev)
        for output in (device, other_name):
            done = self.shell(f'"$ZVFS" extract -q -f --to-tar {output} $DEVICE', device)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{output}: is the image being read\n", done.stderr.decode())
        self.assertEqual(self.listing(device), b"file\n")

    def test_the_new_image_is_found_before_an_older_larger_one(self):
        old = self.scratch / "old"
        old.mkdir()
        (old / "noise").write_bytes(os.urandom(40 * MIB))
        for command in ('"$MKIMAGE" -q -f source $DEVICE', '"$MKIMAGE" -q source - >$DEVICE',
                        '"$MKIMAGE" -q source /dev/stdout >$DEVICE'):
            with self.subTest(command):
                device = self.device()
                self.assertEqual(self.shell('"$MKIMAGE" -q -f old $DEVICE', device).returncode, 0)
                self.assertEqual(self.listing(device), b"noise\n")
                done = self.shell(command, device)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.listing(device), b"file\n")
                image = self.image.read_bytes()
                self.assertEqual(device.read_bytes(), image.ljust(SIZE, b"\0"))

    def test_a_full_device_holds_a_whole_image(self):
        """The image ends where the device does, or does not fit."""
        size = -(-self.image.stat().st_size // 512) * 512
        done = self.shell('"$MKIMAGE" -q -f source $DEVICE', device := self.device(size))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.listing(device), b"file\n")
        done = self.shell('"$MKIMAGE" -q -f source $DEVICE', self.device(512))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"No space left on device", done.stderr)

    def test_a_device_that_fails_later_is_no_success(self):
        (self.source / "noise").write_bytes(os.urandom(4 * MIB))
        mkimage(self.source, self.image, "-f")
        for command in ('"$MKIMAGE" -q -f source $DEVICE', '"$MKIMAGE" -q source - >$DEVICE',
                        '"$ZVFS" extract -q -f --to-tar $DEVICE image.zst',
                        '"$ZVFS" extract -q --to-tar - image.zst >$DEVICE',
                        '"$ZVFS" cat image.zst noise >$DEVICE'):
            with self.subTest(command):
                disk = self.scratch / f"small-{next(self.numbers)}"
                disk.mkdir()
                run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk)
                self.addCleanup(zvfs_tools.unmount, disk)
                device = self.device(16 * MIB, directory=disk)
                done = self.shell(command, device)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(b"Input/output error", done.stderr)


if __name__ == "__main__":
    zvfs_tools.main()

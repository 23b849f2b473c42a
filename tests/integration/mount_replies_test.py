#!/usr/bin/env python3
"""Answers that the kernel's protocol has no room for get the right errno, and fill no log."""
import errno
import os
import tarfile
import unittest

import private_mounts
import zvfs_tools

MANY = 2000


class Replies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_fuse()
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        archive = cls.scratch / "source.tar"
        with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
            for size in (4095, 4096, 65_535):
                link = tarfile.TarInfo(f"link-{size}")
                link.type = tarfile.SYMTYPE
                link.linkname = "x" * size
                tar.addfile(link)
            for name, major, minor in (("device", 4095, 1_048_575), ("no-device", 4097, 3)):
                device = tarfile.TarInfo(name)
                device.type = tarfile.CHRTYPE
                device.devmajor, device.devminor = major, minor
                tar.addfile(device)
        cls.image = zvfs_tools.mkimage(archive, cls.scratch / "image.zst")

    def test_too_long_symlinks(self):
        point = self.enterContext(zvfs_tools.scratch_directory())
        with private_mounts.foreground(self.image, point) as daemon:
            self.assertEqual(os.readlink(point / "link-4095"), "x" * 4095)
            for name in ("link-4096", "link-65535"):
                self.assertEqual(os.lstat(point / name).st_size, int(name[5:]))
                for _ in range(MANY):
                    with self.assertRaises(OSError) as caught:
                        os.readlink(point / name)
                    self.assertEqual(caught.exception.errno, errno.ENAMETOOLONG)
                with self.assertRaises(OSError) as caught:
                    os.stat(point / name)  # follows it
                self.assertEqual(caught.exception.errno, errno.ENAMETOOLONG)
            zvfs_tools.unmount(point)
            self.assertEqual(daemon.communicate(timeout=10), (b"", b""))

    def test_devices_that_linux_cannot_have(self):
        point = self.enterContext(zvfs_tools.scratch_directory())
        with private_mounts.foreground(self.image, point) as daemon:
            self.assertEqual(os.lstat(point / "device").st_rdev, os.makedev(4095, 1_048_575))
            for _ in range(MANY):
                with self.assertRaises(OSError) as caught:
                    os.lstat(point / "no-device")
                self.assertEqual(caught.exception.errno, errno.EOVERFLOW)
            self.assertIn("no-device", os.listdir(point))
            zvfs_tools.unmount(point)
            said = daemon.communicate(timeout=10)[1]
            self.assertLessEqual(said.count(b"\n"), 20, said)


if __name__ == "__main__":
    zvfs_tools.main()

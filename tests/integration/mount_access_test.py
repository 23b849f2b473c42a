#!/usr/bin/env python3
"""Access to a mount: permissions, ACLs, set-user-ID programs and devices; and mounts by ordinary
users, through fusermount3."""
import errno
import os
import pathlib
import shutil
import signal
import stat
import struct
import subprocess
import unittest

import private_mounts
import zvfs_tools
from private_mounts import as_user, mount, mount_line

ALICE, BOB, CAROL = 40_001, 40_002, 40_003
UNDEFINED = 0xFFFFFFFF
USER_OBJECT, USER, GROUP_OBJECT, MASK, OTHER = 1, 2, 4, 16, 32


def acl(*entries):
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def make_tree(top):
    top.mkdir()
    for name, mode in (("public", 0o644), ("private", 0o600), ("group", 0o640)):
        (top / name).write_bytes(name.encode())
        os.chmod(top / name, mode)
    os.chown(top / "group", 0, ALICE)
    shutil.copy(shutil.which("id"), top / "setuid")
    os.chmod(top / "setuid", 0o4755)
    os.mknod(top / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.chmod(top / "null", 0o666)
    (top / "closed").mkdir(mode=0o700)
    (top / "closed" / "file").write_bytes(b"x")
    for name in ("acl-file", "acl-directory/file"):
        path = top / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"by ACL")
        os.chmod(path, 0o640)
    # An ACL lets Alice read, and keeps Bob out although others may read.
    value = acl((USER_OBJECT, 6, UNDEFINED), (USER, 4, ALICE), (USER, 0, BOB),
                (GROUP_OBJECT, 0, UNDEFINED), (MASK, 4, UNDEFINED), (OTHER, 4, UNDEFINED))
    os.setxattr(top / "acl-file", "system.posix_acl_access", value)
    directory = acl((USER_OBJECT, 7, UNDEFINED), (USER, 5, ALICE), (GROUP_OBJECT, 0, UNDEFINED),
                    (MASK, 5, UNDEFINED), (OTHER, 0, UNDEFINED))
    os.chmod(top / "acl-directory/file", 0o644)
    os.setxattr(top / "acl-directory", "system.posix_acl_access", directory)
    os.setxattr(top / "acl-directory", "system.posix_acl_default", directory)


class AccessTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.scratch.chmod(0o755)
        make_tree(cls.scratch / "source")
        cls.image = zvfs_tools.mkimage(cls.scratch / "source", cls.scratch / "image.zst")
        # The program and the image may be in places that users cannot enter.
        cls.program = cls.scratch / "mount.zvfs"
        shutil.copy(zvfs_tools.tool("ZVFS_MOUNT"), cls.program)
        cls.enterClassContext(zvfs_tools.scratch_directory())

    def setUp(self):
        self.point = self.enterContext(zvfs_tools.scratch_directory())
        self.point.chmod(0o755)
        self.addCleanup(private_mounts.unmount_all, self.point)

    def as_user(self, uid, *words):
        return subprocess.run(as_user(uid, *map(str, words)), stdin=subprocess.DEVNULL,
                              capture_output=True, check=False)

    def assert_can_read(self, uid, name):
        self.assertEqual(self.as_user(uid, "cat", self.point / name).stderr, b"", (uid, name))

    def assert_denied(self, uid, name):
        self.assertIn(b"Permission denied", self.as_user(uid, "cat", self.point / name).stderr,
                      (uid, name))


class Permissions(AccessTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(mount(self.image, self.point), (0, ""))

    def test_modes(self):
        for uid in (ALICE, BOB):
            self.assert_can_read(uid, "public")
            self.assert_denied(uid, "private")
            self.assert_denied(uid, "closed/file")
        self.assert_can_read(ALICE, "group")
        self.assert_denied(BOB, "group")

    def test_acls(self):
        self.assert_can_read(ALICE, "acl-file")
        self.assert_denied(BOB, "acl-file")
        self.assert_can_read(CAROL, "acl-file")
        self.assert_can_read(ALICE, "acl-directory/file")
        self.assert_denied(BOB, "acl-directory/file")

    def test_acls_are_shown(self):
        for name in ("acl-file", "acl-directory"):
            for kind in ("access", "default"):
                attribute = f"system.posix_acl_{kind}"
                if attribute in os.listxattr(self.scratch / "source" / name):
                    self.assertEqual(os.getxattr(self.point / name, attribute),
                                     os.getxattr(self.scratch / "source" / name, attribute))


class SpecialFiles(AccessTest):
    def test_suid_and_devices_need_an_option(self):
        self.assertEqual(mount(self.image, self.point), (0, ""))
        self.assertEqual(self.as_user(ALICE, self.point / "setuid", "-u").stdout.strip(),
                         b"%d" % ALICE)
        self.assert_denied(ALICE, "null")

    def test_suid_and_devices_work_with_it(self):
        self.assertEqual(mount(self.image, self.point, "-o", "suid,dev"), (0, ""))
        self.assertEqual(self.as_user(ALICE, self.point / "setuid", "-u").stdout.strip(), b"0")
        self.assert_can_read(ALICE, "null")

    def test_noexec(self):
        self.assertEqual(mount(self.image, self.point, "-o", "noexec"), (0, ""))
        self.assertIn(b"Permission denied", self.as_user(ALICE, self.point / "setuid").stderr)


class WithoutAttributes(AccessTest):
    """An image without any extended attributes."""

    def test_attributes_are_not_supported(self):
        source = self.scratch / "plain"
        source.mkdir()
        (source / "file").write_bytes(b"x")
        os.chown(source / "file", ALICE, ALICE)
        image = zvfs_tools.mkimage(source, self.scratch / "plain.zst")
        self.assertEqual(mount(image, self.point), (0, ""))
        file = self.point / "file"
        self.assertEqual(os.listxattr(file), [])
        for name in ("user.x", "system.posix_acl_access", "security.capability"):
            with self.assertRaises(OSError) as caught:
                os.getxattr(file, name)
            self.assertEqual(caught.exception.errno, errno.EOPNOTSUPP)
        self.assertEqual(self.as_user(BOB, "ls", "-l", file).stderr, b"")
        self.assert_can_read(BOB, "file")


class UserMounts(AccessTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        zvfs_tools.require_programs("fusermount3")
        private_mounts.open_fuse_device_to_users(cls.scratch)
        private_mounts.add_user(cls.scratch, "alice", ALICE)

    def setUp(self):
        super().setUp()
        os.chown(self.point, ALICE, ALICE)

    def mount_as_alice(self, *words):
        return mount(self.image, self.point, *words, command=as_user(ALICE, self.program))

    def fstab_options(self):
        return set(mount_line(self.point)[3].split(","))

    def test_mount_and_unmount(self):
        self.assertEqual(self.mount_as_alice(), (0, ""))
        line = mount_line(self.point)
        self.assertEqual((line[0], line[2]), (str(self.image), "fuse.zvfs"))
        self.assertLessEqual({"ro", "nosuid", "nodev", "default_permissions", f"user_id={ALICE}"},
                             self.fstab_options())
        self.assertNotIn("allow_other", self.fstab_options())
        self.assert_can_read(ALICE, "public")
        self.assert_denied(ALICE, "private")
        self.assert_denied(BOB, "public")
        self.assertEqual(self.as_user(ALICE, "fusermount3", "-u", self.point).stderr, b"")
        private_mounts.wait_for_end(self.image)

    def test_a_signal_unmounts(self):
        self.assertEqual(self.mount_as_alice(), (0, ""))
        (daemon,) = private_mounts.daemons_of(self.image)
        self.assertEqual(os.stat(f"/proc/{daemon}").st_uid, ALICE)
        os.kill(daemon, signal.SIGTERM)
        private_mounts.wait_for_end(self.image)
        self.assertIsNone(mount_line(self.point))

    def test_suid_and_dev_are_not_for_users(self):
        status, said = self.mount_as_alice("-o", "suid,dev")
        self.assertEqual(status, 0)
        self.assertEqual(said.count(" is for root only; ignored"), 2)
        self.assertLessEqual({"nosuid", "nodev"}, self.fstab_options())

    def test_letting_others_in_needs_fuse_conf(self):
        config = self.scratch / "fuse.conf"
        for text, allowed in (("", False), ("user_allow_other\n", True)):
            config.write_text(text)
            zvfs_tools.run("mount", "--bind", config, "/etc/fuse.conf")
            try:
                status, said = self.mount_as_alice("-o", "allow_other")
            finally:
                zvfs_tools.run("umount", "/etc/fuse.conf")
            if allowed:
                self.assertEqual((status, said), (0, ""))
                self.assert_can_read(BOB, "public")
            else:
                self.assertEqual(status, 32)
                self.assertRegex(said, r"\Amount\.zvfs: [^\n]*user_allow_other[^\n]*\n\Z")
                self.assertIsNone(mount_line(self.point))

    def test_root_may_be_let_in(self):
        config = self.scratch / "fuse.conf"
        config.write_text("user_allow_other\n")
        zvfs_tools.run("mount", "--bind", config, "/etc/fuse.conf")
        self.addCleanup(zvfs_tools.run, "umount", "/etc/fuse.conf")
        self.assertEqual(self.mount_as_alice("-o", "allow_root"), (0, ""))
        self.assertEqual((self.point / "public").read_bytes(), b"public")
        self.assert_can_read(ALICE, "public")
        self.assert_denied(BOB, "public")

    def test_a_mount_point_of_somebody_else(self):
        os.chown(self.point, BOB, BOB)
        status, said = self.mount_as_alice()
        self.assertEqual(status, 32)
        self.assertRegex(said, r"\Amount\.zvfs: [^\n]*no write access to mountpoint[^\n]*\n\Z")
        self.assertIsNone(mount_line(self.point))

    def test_an_image_that_cannot_be_read(self):
        os.chmod(self.image, 0o600)
        self.addCleanup(os.chmod, self.image, 0o644)
        status, said = self.mount_as_alice()
        self.assertEqual(status, 1)
        self.assertRegex(said, r"\Amount\.zvfs: [^\n]*Permission denied\n\Z")

    def test_a_closed_fuse_device(self):
        os.chmod("/dev/fuse", 0o600)
        self.addCleanup(os.chmod, "/dev/fuse", 0o666)
        status, said = self.mount_as_alice()
        self.assertEqual((status, said), (1, "mount.zvfs: /dev/fuse: Permission denied\n"))

    def test_no_fusermount(self):
        program = pathlib.Path(shutil.which("fusermount3"))
        empty = self.scratch / "nothing"
        empty.touch()
        zvfs_tools.run("mount", "--bind", empty, program)
        self.addCleanup(zvfs_tools.run, "umount", program)
        status, said = self.mount_as_alice()
        self.assertEqual(status, 32)
        self.assertRegex(said, r"\Amount\.zvfs: [^\n]*fusermount3[^\n]*\n\Z")

    def test_a_users_line_in_fstab(self):
        """`mount /point` by an ordinary user: mount(8) is set-user-ID and drops its rights."""
        private_mounts.add_to_sbin(self.scratch, mount_zvfs=self.program)
        self.addCleanup(zvfs_tools.run, "umount", os.path.realpath("/sbin"))
        fstab = self.scratch / "fstab"
        fstab.write_text(f"{self.image} {self.point} zvfs user,noauto 0 0\n")
        zvfs_tools.run("mount", "--bind", fstab, "/etc/fstab")
        self.addCleanup(zvfs_tools.run, "umount", "/etc/fstab")
        done = self.as_user(ALICE, "mount", self.point)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertLessEqual({"ro", "nosuid", "nodev", "noexec", f"user_id={ALICE}"},
                             self.fstab_options())
        self.assert_can_read(ALICE, "public")
        done = self.as_user(ALICE, "umount", self.point)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        private_mounts.wait_for_end(self.image)


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

#!/usr/bin/env python3
"""zvfs extract: which permissions, special rights and ACLs it restores, and for whom: the habits of
GNU tar and bsdtar."""
import os
import stat
import struct
import subprocess
import unittest

import zvfs_tools

NOBODY = 65534
SET_ID_BITS = stat.S_ISUID | stat.S_ISGID
MODES = {"plain": 0o666, "program": 0o755, "set-user": 0o4777, "set-both": 0o6755, "sticky": 0o1777,
         "private": 0o600}
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)  # cap_net_raw=ep


def acl(*entries):
    """The bytes of an ACL; entries are (tag, permissions, id)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NO_ID = 0xFFFFFFFF
# The group may do nothing, user 1001 may do all: the mode is 0670.
ONE_USER = acl((1, 6, NO_ID), (2, 7, 1001), (4, 0, NO_ID), (16, 7, NO_ID), (32, 0, NO_ID))
# All but the group may do all: the mode is 0777.
BUT_THE_GROUP = acl((1, 7, NO_ID), (2, 7, 1001), (4, 0, NO_ID), (16, 7, NO_ID), (32, 7, NO_ID))


def as_nobody(*words):
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *words]


class ExtractPermissions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("setpriv", "tar")
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory("/dev/shm"))
        cls.scratch.chmod(0o755)
        root = cls.scratch / "root"
        (root / "directory").mkdir(parents=True)
        for name, mode in MODES.items():
            (root / name).write_text(name)
            os.chmod(root / name, mode)
        os.chown(root / "private", NOBODY, NOBODY)
        os.chmod(root / "directory", 0o3777)
        (root / "acl").write_text("acl")
        os.setxattr(root / "acl", ACCESS, ONE_USER)
        for name in (ACCESS, DEFAULT):
            os.setxattr(root / "directory", name, BUT_THE_GROUP)
        (root / "capable").write_text("capable")
        os.chmod(root / "capable", 0o755)
        os.setxattr(root / "capable", "security.capability", CAPABILITY)
        os.setxattr(root / "capable", "trusted.note", b"note")
        cls.root = root
        cls.image = zvfs_tools.mkimage(root, cls.scratch / "image.tar.zst")
        # The same, but owned by nobody, whose programs may keep their bits.
        cls.own = zvfs_tools.mkimage(root, cls.scratch / "own.tar.zst", f"--owner={NOBODY}",
                                     f"--group={NOBODY}")

    def setUp(self):
        self.out = self.enterContext(zvfs_tools.scratch_directory("/dev/shm"))
        self.out.chmod(0o777)
        self.target = self.out / "target"

    def extract(self, *options, image=None, user=None, umask=0o027, expect=0):
        command = [zvfs_tools.tool("ZVFS_ZVFS"), "extract", "-C", self.target, image or self.image,
                   *options]
        command = user(*map(os.fspath, command)) if user else command
        done = subprocess.run(command, capture_output=True, check=False, umask=umask)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stderr.decode()

    def mode(self, name):
        return stat.S_IMODE(os.lstat(self.target / name).st_mode)

    def modes(self):
        return {name: self.mode(name) for name in MODES}

    def xattrs(self, name):
        return set(os.listxattr(self.target / name))

    def test_the_umask_of_an_ordinary_user_applies(self):
        for umask in (0o022, 0o077, 0o000):
            with self.subTest(oct(umask)):
                zvfs_tools.run("rm", "-rf", self.target)
                self.extract(image=self.own, user=as_nobody, umask=umask)
                self.assertEqual(self.modes(),
                                 {name: mode & 0o777 & ~umask for name, mode in MODES.items()})
                self.assertEqual(self.mode("directory"), 0o707 & ~umask)
                self.assertEqual(self.mode("acl"), 0o600 & ~umask)
                self.assertEqual(self.xattrs("acl") | self.xattrs("directory"), set())
                self.assertEqual(self.xattrs("capable"), set())

    def test_as_gnu_tar_does(self):
        """Modes of all but what has an ACL, whose group bits tar takes for the group's."""
        self.target.mkdir()
        os.chown(self.target, NOBODY, NOBODY)
        with open(self.own, "rb") as image:
            subprocess.run(as_nobody("tar", "-x", "--zstd", "-C", os.fspath(self.target)), stdin=image,
                           check=True, umask=0o027)
        expected = self.modes()
        zvfs_tools.run("rm", "-rf", self.target)
        self.extract(image=self.own, user=as_nobody, umask=0o027)
        self.assertEqual(self.modes(), expected)

    def test_preserve_permissions_of_an_ordinary_user(self):
        for option in ("-p", "--preserve-permissions"):
            with self.subTest(option):
                zvfs_tools.run("rm", "-rf", self.target)
                said = self.extract(option, image=self.own, user=as_nobody, umask=0o077, expect=1)
                self.assertIn("capable: cannot restore attribute security.capability: ", said)
                self.assertEqual(self.modes(), MODES)
                self.assertEqual(os.getxattr(self.target / "acl", ACCESS), ONE_USER)
                self.assertEqual(os.getxattr(self.target / "directory", DEFAULT), BUT_THE_GROUP)
                self.assertEqual(self.mode("directory"), stat.S_IMODE(os.stat(self.root / "directory").st_mode))

    def test_programs_of_others_never_become_ones_own_set_id_programs(self):
        self.extract("-p", "set-user", "set-both", user=as_nobody)
        self.assertEqual(self.mode("set-user"), 0o777)
        self.assertEqual(self.mode("set-both"), 0o755)

    def test_root_preserves_permissions(self):
        self.extract(umask=0o077)
        self.assertEqual(self.modes(), MODES)
        self.assertEqual(self.xattrs("capable"), {"security.capability", "trusted.note"})
        self.assertEqual(os.getxattr(self.target / "acl", ACCESS), ONE_USER)

    def test_no_same_owner_protects_root(self):
        self.extract("--no-same-owner", umask=0o077)
        self.assertEqual(os.stat(self.target / "private").st_uid, 0)
        self.assertEqual(self.modes(), {name: mode & ~SET_ID_BITS for name, mode in MODES.items()})
        self.assertEqual(self.xattrs("capable"), set())
        self.assertEqual(os.getxattr(self.target / "acl", ACCESS), ONE_USER)

    def test_no_same_owner_with_preserve_permissions(self):
        self.extract("--no-same-owner", "-p")
        self.assertEqual(self.modes(), MODES)  # all but "private" are root's in the image
        self.assertEqual(self.xattrs("capable"), {"security.capability", "trusted.note"})

    def test_special_rights_need_the_owner(self):
        """In a user namespace, most owners cannot be restored."""
        try:
            zvfs_tools.run("unshare", "-Ur", "true")
        except AssertionError as error:
            self.skipTest(str(error))
        said = self.extract("-k", image=self.own, user=lambda *words: ["unshare", "-Ur", *words], expect=1)
        self.assertIn("set-user: cannot restore the owner: ", said)
        self.assertEqual(self.modes(), {name: mode & ~SET_ID_BITS for name, mode in MODES.items()})
        self.assertEqual(self.xattrs("capable"), set())

    def test_set_group_id_is_not_restored_with_a_group_that_was_handed_down(self):
        self.target.mkdir()
        os.chown(self.target, NOBODY, 100)
        os.chmod(self.target, 0o2777)
        def as_member(*words):
            return [word.replace("--clear-groups", "--groups=100") for word in as_nobody(*words)]
        self.extract("-p", "set-both", image=self.own, user=as_member)
        self.assertEqual(os.stat(self.target / "set-both").st_gid, 100)
        self.assertEqual(self.mode("set-both"), 0o4755)

    def test_a_directory_that_hands_down_its_group(self):
        """New directories in it hand it down, too, as those do that mkdir(1) makes."""
        self.target.mkdir()
        os.chown(self.target, NOBODY, 100)
        os.chmod(self.target, 0o2777)
        def as_member(*words):
            return [word.replace("--clear-groups", "--groups=100") for word in as_nobody(*words)]
        self.extract("directory", image=self.own, user=as_member, umask=0o022)
        self.assertEqual(self.mode("directory"), 0o2705)
        self.assertEqual(os.stat(self.target / "directory").st_gid, 100)

    def test_a_new_directory_for_all_gets_the_users_umask(self):
        self.extract("plain", image=self.own, user=as_nobody, umask=0o077)
        self.assertEqual(self.mode("."), 0o700)
        self.assertEqual(self.mode("plain"), 0o600)

    def test_permissions_have_no_place_in_a_tar(self):
        self.extract("-p", "--to-tar", self.out / "x.tar", expect=2)


if __name__ == "__main__":
    zvfs_tools.main()

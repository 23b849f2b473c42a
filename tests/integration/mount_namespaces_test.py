#!/usr/bin/env python3
"""Mounts in mount namespaces, user namespaces and chroots, and below shared and private mounts."""
import os
import signal
import stat
import subprocess
import unittest

import private_mounts
import zvfs_tools
from private_mounts import daemons_of, mount_line, wait_for_end, wait_until
from zvfs_tools import run


class Namespaces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.scratch.chmod(0o755)
        source = cls.scratch / "source"
        source.mkdir()
        for name, owner in (("file", 0), ("other", 1000)):
            (source / name).write_bytes(b"content\n")
            os.chown(source / name, owner, owner)
        cls.image = zvfs_tools.mkimage(source, cls.scratch / "image.zst")
        cls.program = zvfs_tools.tool("ZVFS_MOUNT")
        private_mounts.open_fuse_device_to_users(cls.scratch)

    def setUp(self):
        self.point = self.enterContext(zvfs_tools.scratch_directory())
        self.point.chmod(0o777)
        self.addCleanup(private_mounts.unmount_all, self.point)

    def shell(self, script, *before, expect=0):
        """Runs a script, in which $MOUNT, $IMAGE and $POINT are what their names say, by the
        command `before`."""
        environment = os.environ | {"MOUNT": self.program, "IMAGE": str(self.image),
                                    "POINT": str(self.point)}
        return run(*before, "sh", "-c", script, env=environment, expect=expect, timeout=60).decode()

    USE = '"$MOUNT" "$IMAGE" "$POINT" && cat "$POINT/file" && umount "$POINT"'

    def test_in_a_mount_namespace_of_its_own(self):
        """What is mounted there is seen there alone, and goes with the namespace."""
        self.assertEqual(self.shell(self.USE, "unshare", "-m"), "content\n")
        wait_for_end(self.image)
        said = self.shell('"$MOUNT" "$IMAGE" "$POINT" && cat "$POINT/file"', "unshare", "-m")
        self.assertEqual(said, "content\n")
        self.assertIsNone(mount_line(self.point))
        # The daemon was in the namespace, which it keeps alive, and its mount with it.
        for daemon in daemons_of(self.image):
            os.kill(daemon, signal.SIGTERM)
        wait_for_end(self.image)

    def test_in_a_user_namespace(self):
        """Owners are users of the namespace; those that it lacks are shown as nobody."""
        if subprocess.run(["unshare", "-Urm", "true"], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no user namespaces here")
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for before in ([], user):
            with self.subTest(before):
                said = self.shell(self.USE + ' && "$MOUNT" -o nosymfollow "$IMAGE" "$POINT" && '
                                  'stat -c %U "$POINT/file" "$POINT/other" && umount "$POINT"',
                                  *before, "unshare", "-Urm")
                self.assertEqual(said, "content\nroot\nnobody\n")
                wait_for_end(self.image)
                self.assertIsNone(mount_line(self.point))

    def test_below_a_shared_mount(self):
        """A mount reaches the peers of the mount that it is on, and goes there, too."""
        run("mount", "--bind", self.point, self.point)
        run("mount", "--make-shared", self.point)
        (self.point / "below").mkdir()
        peer = subprocess.Popen(["unshare", "--mount", "--propagation", "unchanged", "sleep", "60"])
        self.addCleanup(peer.wait)
        self.addCleanup(peer.kill)
        ours = os.readlink("/proc/self/ns/mnt")
        wait_until(lambda: os.readlink(f"/proc/{peer.pid}/ns/mnt") != ours, "it has its namespace")
        inside = ["nsenter", "-t", str(peer.pid), "-m"]
        run(self.program, self.image, self.point / "below")
        self.assertEqual(run(*inside, "cat", self.point / "below" / "file"), b"content\n")
        self.assertEqual((self.point / "below" / "file").read_bytes(), b"content\n")
        run("umount", self.point / "below")
        wait_for_end(self.image)
        run(*inside, "cat", self.point / "below" / "file", expect=1)

    def test_a_copy_in_another_namespace_outlives_the_mount(self):
        run(self.program, self.image, self.point)
        other = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sleep", "60"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        ours = os.readlink("/proc/self/ns/mnt")
        wait_until(lambda: os.readlink(f"/proc/{other.pid}/ns/mnt") != ours, "it has its namespace")
        run("umount", self.point)
        inside = ["nsenter", "-t", str(other.pid), "-m"]
        self.assertEqual(run(*inside, "cat", self.point / "file"), b"content\n")
        other.kill()
        other.wait()
        wait_for_end(self.image)

    def chroot(self):
        """A root directory with what mount.zvfs needs: itself, its libraries and /dev/fuse."""
        root = self.enterContext(zvfs_tools.scratch_directory())
        libraries = [word for word in run("ldd", self.program).decode().split() if word.startswith("/")]
        for path in [self.program, *libraries]:
            run("install", "-D", path, f"{root}/{path}")
        (root / "dev").mkdir()
        for name in ("fuse", "null"):
            os.mknod(root / "dev" / name, stat.S_IFCHR | 0o666, os.stat(f"/dev/{name}").st_rdev)
        (root / "mnt").mkdir()
        run("install", self.image, root / "image.zst")
        return root

    def test_in_a_chroot_without_proc(self):
        root = self.chroot()
        if subprocess.run(["chroot", root, self.program, "--version"], check=False,
                          stdout=subprocess.DEVNULL).returncode:
            self.skipTest("the program does not run in a chroot")
        self.addCleanup(private_mounts.unmount_all, root / "mnt")
        try:
            os.close(os.open(root / "dev" / "fuse", os.O_RDWR))
        except OSError as error:
            self.skipTest(f"devices do not work there: {error}")
        command = ["chroot", root, self.program, "image.zst", "mnt"]
        run(*command)
        self.assertEqual((root / "mnt" / "file").read_bytes(), b"content\n")
        run("umount", root / "mnt")
        # A signal unmounts: nothing is left of it but the empty directory.
        child = subprocess.Popen([*command[:3], "-f", *command[3:]])
        self.addCleanup(child.kill)
        wait_until(lambda: mount_line(root / "mnt"), "it is mounted")
        self.assertEqual((root / "mnt" / "file").read_bytes(), b"content\n")
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(timeout=10), 0)
        self.assertIsNone(mount_line(root / "mnt"))
        self.assertEqual(os.listdir(root / "mnt"), [])


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

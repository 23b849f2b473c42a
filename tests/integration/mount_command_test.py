#!/usr/bin/env python3
"""mount.zvfs as a command: its options, its errors, and how it ends."""
import contextlib
import errno
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

import private_mounts
import zvfs_tools
from private_mounts import mount, mount_line

USAGE, SYSTEM, FAILURE = 1, 2, 32


class MountTest(unittest.TestCase):
    """One small image, and an empty mount point for each test."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        source = cls.scratch / "source"
        source.mkdir()
        (source / "file").write_bytes(b"content\n")
        (source / "large").write_bytes(random.Random(1).randbytes(3_000_000))
        cls.image = zvfs_tools.mkimage(source, cls.scratch / "image.zst")
        cls.enterClassContext(zvfs_tools.scratch_directory())

    def setUp(self):
        self.point = self.enterContext(zvfs_tools.scratch_directory())
        self.addCleanup(private_mounts.unmount_all, self.point)

    def mount(self, *words, **options):
        status, said = mount(*words, **options)
        self.assertEqual((status, said), (0, ""))

    def assert_fails(self, status, reason, *words, **options):
        got, said = mount(*words, **options)
        self.assertEqual(got, status, said)
        self.assertRegex(said, rf"\Amount\.zvfs: [^\n]*{reason}[^\n]*\n\Z")
        self.assertIsNone(mount_line(self.point))
        return said

    def options(self, point=None):
        line = mount_line(point or self.point)
        self.assertIsNotNone(line, "nothing is mounted")
        return set(line[3].split(","))


class Options(MountTest):
    def test_defaults_of_root(self):
        self.mount(self.image, self.point)
        line = mount_line(self.point)
        self.assertEqual(line[0], str(self.image))
        self.assertEqual(line[2], "fuse.zvfs")
        self.assertLessEqual({"ro", "nosuid", "nodev", "default_permissions", "allow_other"},
                             self.options())
        self.assertEqual((self.point / "file").read_bytes(), b"content\n")

    def test_kernel_flags(self):
        self.mount(self.image, self.point, "-o", "suid,dev", "-onoexec", "-o", "noatime,sync")
        options = self.options()
        self.assertLessEqual({"ro", "noexec", "noatime", "sync"}, options)
        self.assertTrue({"nosuid", "nodev"}.isdisjoint(options))

    def test_the_last_of_two_wins(self):
        self.mount(self.image, self.point, "-o", "suid,noexec", "-o", "exec,nosuid")
        self.assertIn("nosuid", self.options())
        self.assertNotIn("noexec", self.options())

    def test_what_is_for_others_is_ignored(self):
        self.mount("-s", "-n", "-t", "zvfs", self.image, self.point, "-o",
                   "defaults,nofail,noauto,users,_netdev,x-systemd.automount,comment=a b,relatime,"
                   "ro,default_permissions,owner,group,user=joe,not-known-but-sloppy")
        self.assertLessEqual({"ro", "nosuid", "nodev"}, self.options())

    def test_fuse_options(self):
        self.mount(self.image, self.point, "-o",
                   r"fsname=a\,b c\\d,subtype=other,max_read=65536,cache_size=8M")
        line = mount_line(self.point)
        self.assertEqual(line[0], r"a,b\040c\134d")
        self.assertEqual(line[2], "fuse.other")
        self.assertIn("max_read=65536", self.options())
        self.assertEqual((self.point / "large").read_bytes(),
                         (self.scratch / "source" / "large").read_bytes())

    def test_read_write_is_warned_of(self):
        status, said = mount(self.image, self.point, "-o", "rw")
        self.assertEqual(status, 0)
        self.assertRegex(said, r"\Amount\.zvfs: .*read-only\n\Z")
        self.assertIn("ro", self.options())

    def test_odd_paths(self):
        odd = self.scratch / "od,d \\ name\n"
        odd.mkdir()
        image = odd / "i,m\\ age.zst"
        os.link(self.image, image)
        point = odd / "p,o\\ int"
        point.mkdir()
        self.addCleanup(private_mounts.unmount_all, point)
        self.mount(os.path.relpath(image, odd), "p,o\\ int", cwd=odd)
        self.assertEqual((point / "file").read_bytes(), b"content\n")
        (entry,) = [line for line in pathlib.Path("/proc/mounts").read_text().splitlines()
                    if "fuse.zvfs" in line and "od,d" in line]
        self.assertEqual(entry.split(" ")[0].encode().decode("unicode_escape"), str(image))
        zvfs_tools.run("umount", point)

    def test_symbolic_links_are_resolved(self):
        link = self.scratch / "link.zst"
        link.symlink_to(self.image)
        point_link = self.scratch / "point"
        point_link.symlink_to(self.point)
        self.addCleanup(point_link.unlink)
        self.addCleanup(link.unlink)
        self.mount(link, point_link)
        self.assertEqual(mount_line(self.point)[0], str(self.image))

    def test_verbose(self):
        done = subprocess.run([zvfs_tools.tool("ZVFS_MOUNT"), "-v", self.image, self.point],
                              stdout=subprocess.PIPE, check=True)
        self.assertRegex(done.stdout.decode(), rf"\Amount\.zvfs: {self.image} mounted on .*\n\Z")

    def test_help_and_version(self):
        for word in ("-h", "--help", "-V", "--version"):
            text = zvfs_tools.run(zvfs_tools.tool("ZVFS_MOUNT"), word)
            self.assertIn(b"mount.zvfs", text)
        text = zvfs_tools.run(zvfs_tools.tool("ZVFS_MOUNT"), "-V", "-v")
        self.assertIn(b"\nsha256 OpenSSL 3.", text)

    def test_auto_unmount(self):
        self.mount(self.image, self.point, "-o", "auto_unmount")
        (daemon,) = private_mounts.daemons_of(self.image)
        os.kill(daemon, signal.SIGKILL)
        private_mounts.wait_until(lambda: not mount_line(self.point), "it is unmounted")


class Failures(MountTest):
    def test_wrong_usage(self):
        self.assert_fails(USAGE, "needs an image and a directory")
        self.assert_fails(USAGE, "needs an image and a directory", self.image)
        self.assert_fails(USAGE, "too many arguments", self.image, self.point, "x")
        self.assert_fails(USAGE, "unknown option 'zork'", self.image, self.point, "-o", "ro,zork")
        self.assert_fails(USAGE, "unknown option '-Z'", "-Z", self.image, self.point)
        self.assert_fails(USAGE, "'-o' needs an argument", self.image, self.point, "-o")
        self.assert_fails(USAGE, "'lots' is not a size", self.image, self.point, "-o",
                          "cache_size=lots")
        self.assert_fails(USAGE, "cannot remount", self.image, self.point, "-o", "remount,ro")

    def test_no_image(self):
        missing = self.scratch / "none.zst"
        self.assert_fails(FAILURE, "none.zst: No such file or directory", missing, self.point)
        self.assert_fails(FAILURE, "Not a directory", self.image / "x", self.point)
        self.mount(missing, self.point, "-o", "nofail")
        self.assertIsNone(mount_line(self.point))

    def test_not_an_image(self):
        for content in (b"", b"x", b"text\n" * 5000, bytes(100_000)):
            (self.scratch / "other").write_bytes(content)
            self.assert_fails(FAILURE, "not a zvfs image", self.scratch / "other", self.point)
        self.assert_fails(FAILURE, "", self.scratch, self.point)
        self.assert_fails(FAILURE, "", "/dev/null", self.point)

    def damaged(self, change):
        content = bytearray(self.image.read_bytes())
        path = self.scratch / "damaged.zst"
        path.write_bytes(change(content) or content)
        return path

    def index_header(self, content):
        """Where the index header begins: after the skippable header of the index frame."""
        return content.index((0x184D2A5D).to_bytes(4, "little"), len(content) // 2) + 8

    def test_cut_short(self):
        self.assert_fails(FAILURE, "not a zvfs image, or truncated",
                          self.damaged(lambda content: content[:-1]), self.point)
        self.assert_fails(FAILURE, "", self.damaged(lambda content: content[1:]), self.point)

    def test_damaged_index(self):
        def flip(content):
            content[self.index_header(content) + 50] ^= 1

        self.assert_fails(FAILURE, "damaged.zst: index header: ", self.damaged(flip), self.point)

    def test_no_mount_point(self):
        self.assert_fails(FAILURE, "mount point .*/none: No such file or directory", self.image,
                          self.point / "none")
        (self.point / "file").touch()
        self.assert_fails(FAILURE, "mount point .*/file: Not a directory", self.image,
                          self.point / "file")

    def test_mounted_already(self):
        self.mount(self.image, self.point)
        status, said = mount(self.image, self.point)
        self.assertEqual(status, FAILURE)
        self.assertEqual(said, f"mount.zvfs: {self.image} is already mounted on {self.point}\n")
        zvfs_tools.run("umount", self.point)
        self.assertIsNone(mount_line(self.point))

    def test_no_permission(self):
        secret = self.scratch / "secret.zst"
        secret.write_bytes(self.image.read_bytes())
        secret.chmod(0o600)
        self.scratch.chmod(0o755)
        self.assert_fails(USAGE, "secret.zst: Permission denied", self.point, command=
                          private_mounts.as_user(65534, zvfs_tools.tool("ZVFS_MOUNT"), secret))

    def without_fuse(self, *make):
        """A mount namespace below ours, in which a shell command changes /dev."""
        script = f"{' '.join(make)} && exec \"$@\""
        return ["unshare", "--mount", "sh", "-ec", script, "sh", zvfs_tools.tool("ZVFS_MOUNT")]

    def test_no_fuse(self):
        empty = self.scratch / "empty"
        empty.mkdir()
        self.assert_fails(SYSTEM, "FUSE is not available: .*modprobe fuse", self.image, self.point,
                          command=self.without_fuse(f"mount --bind {empty} /dev"))
        node = self.scratch / "node"
        zvfs_tools.run("mknod", node, "c", "10", "255")
        self.assert_fails(SYSTEM, "FUSE is not available", self.image, self.point,
                          command=self.without_fuse(f"mount --bind {node} /dev/fuse"))

    def test_mount_is_refused(self):
        status, said = mount(self.image, self.point, command=[
            "setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin",
            zvfs_tools.tool("ZVFS_MOUNT")])
        self.assertIn(status, (USAGE, FAILURE))
        self.assertRegex(said, r"\Amount\.zvfs: [^\n]+\n\Z")


class Ends(MountTest):
    def daemon(self):
        (pid,) = private_mounts.daemons_of(self.image)
        return pid

    def test_the_daemon_is_detached(self):
        self.mount(self.image, self.point)
        pid = self.daemon()
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        for stream in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{pid}/fd/{stream}"), "/dev/null")

    def test_the_daemon_has_no_libcrypto(self):
        """It is for images that are verified, and takes 0.4 MiB and a millisecond."""
        self.mount(self.image, self.point)
        maps = pathlib.Path(f"/proc/{self.daemon()}/maps").read_text(encoding="utf-8")
        self.assertIn("libzstd", maps)
        self.assertNotIn("libcrypto", maps)

    def test_umount_ends_the_daemon(self):
        self.mount(self.image, self.point)
        zvfs_tools.run("umount", self.point)
        private_mounts.wait_for_end(self.image)

    def test_fusermount_ends_the_daemon(self):
        zvfs_tools.require_programs("fusermount3")
        self.mount(self.image, self.point)
        zvfs_tools.run("fusermount3", "-u", self.point)
        private_mounts.wait_for_end(self.image)
        self.assertIsNone(mount_line(self.point))

    def test_signals_unmount(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with private_mounts.foreground(self.image, self.point) as child:
                self.assertEqual((self.point / "file").read_bytes(), b"content\n")
                child.send_signal(number)
                self.assertEqual(child.wait(10), 0, number)
                self.assertIsNone(mount_line(self.point))

    def test_a_signal_ends_the_detached_daemon(self):
        self.mount(self.image, self.point)
        os.kill(self.daemon(), signal.SIGTERM)
        private_mounts.wait_for_end(self.image)
        self.assertIsNone(mount_line(self.point))

    def test_a_signal_unmounts_a_busy_filesystem(self):
        with private_mounts.foreground(self.image, self.point) as child:
            fd = os.open(self.point / "large", os.O_RDONLY)
            os.pread(fd, 10, 0)
            child.terminate()
            self.assertEqual(child.wait(10), 0)
            self.assertIsNone(mount_line(self.point))
            with self.assertRaises(OSError) as caught:
                os.pread(fd, 10, 2_500_000)
            self.assertEqual(caught.exception.errno, errno.ENOTCONN)
            with contextlib.suppress(OSError):  # a second signal may come
                os.close(fd)

    def test_a_busy_filesystem_is_not_unmounted(self):
        self.mount(self.image, self.point)
        with open(self.point / "large", "rb", buffering=0) as file:
            done = subprocess.run(["umount", self.point], stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 32)
            self.assertEqual(os.pread(file.fileno(), 10, 2_000_000),
                             (self.scratch / "source/large").read_bytes()[2_000_000:2_000_010])
        zvfs_tools.run("umount", self.point)
        private_mounts.wait_for_end(self.image)

    def test_a_lazy_unmount_serves_to_the_end(self):
        self.mount(self.image, self.point)
        with open(self.point / "large", "rb", buffering=0) as file:
            zvfs_tools.run("umount", "-l", self.point)
            self.assertEqual(len(os.pread(file.fileno(), 1000, 2_000_000)), 1000)
            self.assertTrue(private_mounts.daemons_of(self.image))
        private_mounts.wait_for_end(self.image)

    def test_a_covered_filesystem_leaves_its_cover_alone(self):
        other = self.scratch / "other.zst"
        other.write_bytes(self.image.read_bytes())
        with private_mounts.foreground(self.image, self.point) as child:
            self.mount(other, self.point)
            child.terminate()
            self.assertEqual(child.wait(10), 0)
            self.assertEqual(mount_line(self.point)[0], str(other))
            self.assertEqual((self.point / "file").read_bytes(), b"content\n")
            zvfs_tools.run("umount", self.point)

    def test_foreground_ends_with_the_mount(self):
        with private_mounts.foreground(self.image, self.point) as child:
            zvfs_tools.run("umount", self.point)
            self.assertEqual(child.wait(10), 0)

    def test_debug_prints_requests(self):
        with private_mounts.foreground(self.image, self.point, "-d") as child:
            os.stat(self.point / "file")
            child.terminate()
            self.assertIn(b"LOOKUP", child.communicate(timeout=10)[1])

    def test_usable_at_once(self):
        for _ in range(50):
            self.mount(self.image, self.point)
            self.assertEqual((self.point / "file").read_bytes(), b"content\n")
            zvfs_tools.run("umount", self.point)
        private_mounts.wait_for_end(self.image)

    def test_the_image_may_go(self):
        copy = self.scratch / "copy.zst"
        copy.write_bytes(self.image.read_bytes())
        self.mount(copy, self.point)
        copy.unlink()
        self.assertEqual((self.point / "file").read_bytes(), b"content\n")

    def test_damage_is_said_and_contained(self):
        content = bytearray(self.image.read_bytes())
        content[2_000_000] ^= 1  # in the incompressible file
        damaged = self.scratch / "damaged.zst"
        damaged.write_bytes(content)
        with private_mounts.foreground(damaged, self.point) as child:
            for _ in range(100):
                with self.assertRaises(OSError) as caught:
                    (self.point / "large").read_bytes()
                self.assertEqual(caught.exception.errno, errno.EIO)
            self.assertEqual((self.point / "file").read_bytes(), b"content\n")
            child.terminate()
            said = child.communicate(timeout=10)[1].decode().splitlines()
        self.assertRegex(said[0], r"\Amount\.zvfs: read of inode \d+: data frame \d+ at 0x[0-9a-f]+: ")
        self.assertLessEqual(len(said), 25, "repeated failures are not all logged")

    def test_mount_namespaces(self):
        inner = subprocess.Popen(["unshare", "--mount", "sleep", "60"])
        self.addCleanup(inner.wait)
        self.addCleanup(inner.kill)
        ours = os.readlink("/proc/self/ns/mnt")
        private_mounts.wait_until(
            lambda: os.readlink(f"/proc/{inner.pid}/ns/mnt") != ours, "it has its namespace")
        self.mount(self.image, self.point, "-N", f"/proc/{inner.pid}/ns/mnt")
        self.assertIsNone(mount_line(self.point))
        seen = zvfs_tools.run("nsenter", "-t", str(inner.pid), "-m", "cat", self.point / "file")
        self.assertEqual(seen, b"content\n")
        self.assert_fails(FAILURE, "mount namespace /none: No such", self.image, self.point, "-N",
                          "/none")
        inner.kill()
        private_mounts.wait_for_end(self.image)


class EndsUnderLoad(unittest.TestCase):
    """A signal arrives while cold files are read and the page cache is filled."""

    def test_a_signal_never_hangs(self):
        with zvfs_tools.scratch_directory() as scratch:
            rng = random.Random(6)
            words = [rng.randbytes(rng.randint(2, 9)) for _ in range(300)]
            for i in range(4000):
                path = scratch / "source" / f"{i % 20}" / f"{i}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b" ".join(rng.choices(words, k=rng.randint(1, 5000))))
            image = zvfs_tools.mkimage(scratch / "source", scratch / "image.zst", "-l1")
            point = scratch / "point"
            point.mkdir()
            for _ in range(30):
                self.end_after(image, point, rng.uniform(0, 0.3))

    def end_after(self, image, point, seconds):
        with private_mounts.foreground(image, point) as child:
            readers = [subprocess.Popen(["sh", "-c", 'tar c "$0"/*[05] "$0"/*[27] | cat >/dev/null',
                                         point], stderr=subprocess.DEVNULL) for _ in range(3)]
            time.sleep(seconds)
            child.terminate()
            try:
                self.assertEqual(child.wait(20), 0)
            except subprocess.TimeoutExpired:
                subprocess.run(["umount", "-f", point], check=False)
                child.kill()
                raise
            for reader in readers:
                reader.wait()
            self.assertIsNone(mount_line(point))


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

#!/usr/bin/env python3
"""`mount -t zvfs` and fstab(5): mount.zvfs as a helper of mount(8)."""
import os
import unittest

import private_mounts
import zvfs_tools
from private_mounts import mount, mount_line

NOBODY = 65534


class Helper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.scratch.chmod(0o755)
        source = cls.scratch / "source"
        source.mkdir()
        (source / "file").write_bytes(b"content\n")
        cls.image = zvfs_tools.mkimage(source, cls.scratch / "image.zst")
        program = zvfs_tools.tool("ZVFS_MOUNT")
        cls.enterClassContext(zvfs_tools.scratch_directory())
        private_mounts.add_to_sbin(cls.scratch, mount_zvfs=program, mount_fuse_zvfs=program)

    def setUp(self):
        self.point = self.enterContext(zvfs_tools.scratch_directory())
        self.addCleanup(private_mounts.wait_for_end, self.image)
        self.addCleanup(private_mounts.unmount_all, self.point)

    def mount8(self, *words, expect=0, said=r"\A\Z", command=("mount",)):
        status, text = mount(*words, command=list(command))
        self.assertEqual(status, expect, text)
        self.assertRegex(text, said)

    def fstab(self, options, source=None, point=None):
        path = self.scratch / "fstab"
        path.write_text(f"{source or self.image} {point or self.point} zvfs {options} 0 0\n")
        return path

    def assert_mounted(self, *options):
        line = mount_line(self.point)
        self.assertIsNotNone(line)
        self.assertEqual(line[0], str(self.image))
        self.assertEqual(line[2], "fuse.zvfs")
        self.assertLessEqual({"ro", *options}, set(line[3].split(",")))
        self.assertEqual((self.point / "file").read_bytes(), b"content\n")

    def test_plain(self):
        self.mount8("-t", "zvfs", self.image, self.point)
        self.assert_mounted("nosuid", "nodev", "allow_other")
        self.assertEqual(zvfs_tools.run("findmnt", "-no", "SOURCE", self.point).strip(),
                         os.fsencode(self.image))
        zvfs_tools.run("umount", self.point)
        private_mounts.wait_for_end(self.image)

    def test_options(self):
        for words in (["-r"], ["-o", "ro"], ["-o", "rw"], ["-o", "noexec", "-o", "noatime"], ["-n"],
                      ["-s", "-o", "zork"], ["-o", "x-a.b=c,comment=d,nofail,_netdev,user,group"],
                      ["-o", "suid,dev,cache_size=4M"], ["-o", "defaults"]):
            with self.subTest(words):
                self.mount8("-t", "zvfs", *words, self.image, self.point)
                self.assert_mounted(*({"noexec", "noatime"} if "noexec" in words else ()))
                zvfs_tools.run("umount", self.point)

    def test_the_line_of_proc_mounts(self):
        self.mount8("-t", "zvfs", self.image, self.point)
        source, point, kind, options = mount_line(self.point)[:4]
        zvfs_tools.run("umount", self.point)
        self.mount8("-t", kind, source, point, "-o", options)
        self.assert_mounted("nosuid", "nodev", "allow_other")
        self.mount8("-o", "remount,noexec", self.point, expect=1, said="cannot remount")
        self.assert_mounted()

    def test_failures(self):
        self.mount8("-t", "zvfs", self.image, self.point, "-o", "zork", expect=1,
                    said=r"\Amount\.zvfs: unknown option 'zork'\n\Z")
        self.mount8("-t", "zvfs", "/etc/passwd", self.point, expect=32,
                    said=r"\Amount\.zvfs: /etc/passwd: not a zvfs image.*\n\Z")
        self.mount8("-t", "zvfs", self.scratch / "none", self.point, expect=32,
                    said=r"none: No such file or directory\n\Z")
        self.mount8("-t", "zvfs", self.image, self.point)
        self.mount8("-t", "zvfs", self.image, self.point, expect=32, said="already mounted on")

    def test_fake_mounts_nothing(self):
        self.mount8("-f", "-t", "zvfs", self.image, self.point)
        self.assertIsNone(mount_line(self.point))
        self.assertEqual(private_mounts.daemons_of(self.image), [])

    def test_verbose(self):
        self.mount8("-v", "-t", "zvfs", self.image, self.point)
        self.assert_mounted()

    def test_fstab_line(self):
        fstab = self.fstab("noauto,nofail,noexec,x-systemd.device-timeout=5,user,comment=a-b")
        self.mount8("-T", fstab, self.point)
        self.assert_mounted("noexec", "nosuid", "nodev")
        zvfs_tools.run("umount", self.point)
        self.mount8("-T", fstab, self.image)
        self.assert_mounted("noexec")

    def test_all_of_fstab_twice(self):
        fstab = self.fstab("defaults,nofail")
        self.mount8("-a", "-T", fstab)
        self.assert_mounted()
        self.mount8("-a", "-T", fstab)
        self.assertEqual(len(private_mounts.daemons_of(self.image)), 1)

    def test_options_of_util_linux_in_fstab(self):
        """Each is passed on, or means something to mount(8), systemd or nobody here; nothing else
        is in the line of /proc/mounts than what a kernel flag is for."""
        for options, flags in (
                ("defaults", set()), ("auto", set()), ("noauto,nofail", set()), ("_netdev", set()),
                ("user", {"noexec", "nosuid", "nodev"}), ("users,exec", {"nosuid", "nodev"}),
                ("owner", {"nosuid"}), ("group", {"nosuid"}), ("nouser", set()),
                ("x-systemd.automount,x-systemd.requires=a.mount,x-systemd.idle-timeout=1min", set()),
                ("x-gvfs-show,x-gvfs-name=a%20b,x-initrd.mount", set()),
                ("comment=systemd.automount", set()), ("X-mount.mkdir", set()),
                ("X-mount.mkdir=0700,X-other=1", set()), ("silent", set()), ("loud", set()),
                ("relatime", set()), ("strictatime", set()), ("lazytime", set()), ("noatime", {"noatime"}),
                ("nodiratime,iversion,mand", set()), ("sync,dirsync,async", set()),
                ("noexec,nosuid,nodev", {"noexec", "nosuid", "nodev"}),
                ("suid,dev,exec", set()), ("nosymfollow", {"nosymfollow"}), ("symfollow", set()),
                ("context=system_u:object_r:tmp_t:s0", set()),
                ('context="system_u:object_r:tmp_t:s0:c127,c456",noexec', {"noexec"}),
                ("fscontext=a,defcontext=b,rootcontext=c", set())):
            with self.subTest(options):
                self.mount8("-T", self.fstab(options), self.point)
                self.assert_mounted(*flags)
                shown = set(mount_line(self.point)[3].split(","))
                for flag in ("noexec", "nosymfollow", "noatime"):
                    self.assertEqual(flag in shown, flag in flags, shown)
                zvfs_tools.run("umount", self.point)
                private_mounts.wait_for_end(self.image)

    def test_unknown_options_in_fstab_are_errors(self):
        for option in ("zork", "nozork=1", "nosymfollow=zork", "xfs", "X", "uid=5", "umask=022"):
            with self.subTest(option):
                self.mount8("-T", self.fstab(option), self.point, expect=1,
                            said=rf"\Amount\.zvfs: unknown option '{option}'\n\Z")
                self.assertIsNone(mount_line(self.point))

    def test_digest_in_fstab(self):
        root = zvfs_tools.run(zvfs_tools.tool("ZVFS_ZVFS"), "digest", self.image).decode().strip()
        self.mount8("-T", self.fstab(f"nofail,digest={root},noexec"), self.point)
        self.assert_mounted("noexec")
        zvfs_tools.run("umount", self.point)
        self.mount8("-T", self.fstab("defaults,digest=sha256:" + "0" * 64), self.point, expect=32,
                    said=rf"\Amount\.zvfs: .*: the image has the root {root}, not sha256:0+\n\Z")
        self.mount8("-T", self.fstab("digest=zork"), self.point, expect=1,
                    said=r"\Amount\.zvfs: digest: zork: not a digest; .*\n\Z")
        self.assertIsNone(mount_line(self.point))

    def test_key_in_fstab(self):
        zvfs_tools.require_programs("signify-openbsd")
        run, keys = zvfs_tools.run, self.enterContext(zvfs_tools.scratch_directory())
        text = run(zvfs_tools.tool("ZVFS_ZVFS"), "digest", "--text", self.image)
        for name in ("one", "two"):
            run("signify-openbsd", "-G", "-n", "-p", f"{name}.pub", "-s", f"{name}.sec", cwd=keys)
        signature = f"{self.image}.sig"
        self.addCleanup(os.unlink, signature)
        run("signify-openbsd", "-S", "-s", "one.sec", "-m", "-", "-x", signature, cwd=keys, input=text,
            stdin=None)
        self.mount8("-T", self.fstab(f"nofail,pubkey={keys}/one.pub"), self.point)
        self.assert_mounted()
        zvfs_tools.run("umount", self.point)
        self.mount8("-T", self.fstab(f"pubkey={keys}/one.pub,signature={signature}"), self.point)
        self.assert_mounted()
        zvfs_tools.run("umount", self.point)
        self.mount8("-T", self.fstab(f"pubkey={keys}/two.pub"), self.point, expect=32,
                    said=r"\Amount\.zvfs: .*: made by key [0-9A-F]{16}, not by the public key's .*\n\Z")
        self.assertIsNone(mount_line(self.point))

    def test_no_symlink_is_followed(self):
        source = self.scratch / "links"
        (source / "directory").mkdir(parents=True)
        (source / "directory" / "file").write_bytes(b"content\n")
        (source / "link").symlink_to("directory")
        image = zvfs_tools.mkimage(source, self.scratch / "links.zst")
        self.mount8("-t", "zvfs", "-o", "nosymfollow", image, self.point)
        self.assertEqual((self.point / "directory" / "file").read_bytes(), b"content\n")
        self.assertEqual(os.readlink(self.point / "link"), "directory")
        with self.assertRaisesRegex(OSError, "Too many levels of symbolic links"):
            (self.point / "link" / "file").read_bytes()
        zvfs_tools.run("umount", self.point)
        self.mount8("-t", "zvfs", image, self.point)
        self.assertEqual((self.point / "link" / "file").read_bytes(), b"content\n")

    def test_nofail_without_an_image(self):
        self.mount8("-a", "-T", self.fstab("nofail", source=self.scratch / "none"))
        self.mount8("-a", "-T", self.fstab("defaults", source=self.scratch / "none"), expect=32,
                    said="No such file or directory")

    def test_mount_point_is_made(self):
        below = self.point / "made"
        self.addCleanup(private_mounts.unmount_all, below)
        self.mount8("-t", "zvfs", self.image, below, "-o", "X-mount.mkdir")
        self.assertEqual((below / "file").read_bytes(), b"content\n")
        zvfs_tools.run("umount", below)

    def test_namespace(self):
        sleeper = zvfs_tools.subprocess.Popen(["unshare", "--mount", "sleep", "60"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        ours = os.readlink("/proc/self/ns/mnt")
        private_mounts.wait_until(
            lambda: os.readlink(f"/proc/{sleeper.pid}/ns/mnt") != ours, "it has its namespace")
        self.mount8("-N", str(sleeper.pid), "-t", "zvfs", self.image, self.point)
        self.assertIsNone(mount_line(self.point))
        enter = ["nsenter", "-t", str(sleeper.pid), "-m"]
        self.assertEqual(zvfs_tools.run(*enter, "cat", self.point / "file"), b"content\n")
        zvfs_tools.run(*enter, "umount", self.point)
        private_mounts.wait_for_end(self.image)

    def test_overlay_above(self):
        """A writable view: the kernel's overlayfs with the mount below."""
        self.mount8("-t", "zvfs", self.image, self.point)
        layers = self.enterContext(zvfs_tools.scratch_directory("/dev/shm"))
        for name in ("upper", "work", "merged"):
            (layers / name).mkdir()
        zvfs_tools.run("mount", "-t", "overlay", "overlay", layers / "merged", "-o",
                       f"lowerdir={self.point},upperdir={layers}/upper,workdir={layers}/work")
        self.addCleanup(zvfs_tools.run, "umount", layers / "merged")
        with open(layers / "merged" / "file", "ab") as file:
            file.write(b"more\n")
        self.assertEqual((layers / "merged" / "file").read_bytes(), b"content\nmore\n")
        self.assertEqual((self.point / "file").read_bytes(), b"content\n")

    def test_bind_mounts_outlive_the_first(self):
        self.mount8("-t", "zvfs", self.image, self.point)
        other = self.enterContext(zvfs_tools.scratch_directory())
        self.addCleanup(private_mounts.unmount_all, other)
        zvfs_tools.run("mount", "--bind", self.point, other)
        zvfs_tools.run("umount", self.point)
        self.assertEqual((other / "file").read_bytes(), b"content\n")
        zvfs_tools.run("umount", other)
        private_mounts.wait_for_end(self.image)


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

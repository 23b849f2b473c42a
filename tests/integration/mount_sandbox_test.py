#!/usr/bin/env python3
"""What the serving process may still do, what works all the same, and the broker beside it."""
import contextlib
import ctypes
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import unittest

import private_mounts
import zvfs_tools
from private_mounts import mount_line, wait_until

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
FILTER, ALLOW, REFUSE = 2, 0x7FFF0000, 0x00050000
LANDLOCK_CREATE_RULESET = 444
SECCOMP, PRCTL = {"x86_64": (317, 157), "aarch64": (277, 167)}[os.uname().machine]


def take_away_sandboxes():
    """Makes this process one of an old kernel, without landlock and seccomp. For a child."""
    load, jump_if_equal, ret = 0x20, 0x15, 0x06
    number, argument = 0, 16  # in struct seccomp_data
    refuse = 8
    program = [(load, 0, 0, number),
               (jump_if_equal, refuse - 2, 0, LANDLOCK_CREATE_RULESET),
               (jump_if_equal, refuse - 3, 0, SECCOMP),
               (jump_if_equal, 0, 2, PRCTL),
               (load, 0, 0, argument),
               (jump_if_equal, refuse - 6, 0, PR_SET_SECCOMP),
               (ret, 0, 0, ALLOW),
               (ret, 0, 0, ALLOW),
               (ret, 0, 0, REFUSE | 38)]  # ENOSYS
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    libc = private_mounts.LIBC
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER, header):
        raise OSError(ctypes.get_errno(), "seccomp filter")


def status_of(process):
    """The fields of /proc/ID/status."""
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def brokers_of(image):
    """The process ids of the brokers of mounts of `image`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if words and words[0].startswith(b"zvfs-broker") and os.fsencode(image) in words:
                found.append(int(entry.name))
    return found


class Sandbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.scratch.chmod(0o755)
        cls.tree = cls.scratch / "tree"
        rng = random.Random(4)
        for i in range(300):
            path = cls.tree / f"{i % 10}" / f"{i}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"text " * rng.randint(1, 3000))
        (cls.tree / "large").write_bytes(rng.randbytes(5_000_000))
        cls.image = zvfs_tools.mkimage(cls.tree, cls.scratch / "image.zst", "-l1")

    def setUp(self):
        self.point = self.enterContext(zvfs_tools.scratch_directory())
        self.addCleanup(private_mounts.unmount_all, self.point)

    def mount(self, *options):
        """Mounts in the background; returns the daemon."""
        zvfs_tools.run(zvfs_tools.tool("ZVFS_MOUNT"), self.image, self.point, *options)
        (daemon,) = private_mounts.daemons_of(self.image)
        return daemon

    def missing(self, **options):
        """Mounts with -v; returns what it says that the sandbox lacks."""
        said = zvfs_tools.run(zvfs_tools.tool("ZVFS_MOUNT"), "-v", self.image, self.point,
                              **options).decode().splitlines()
        self.assertIn(" mounted on ", said[0])
        for line in said[1:]:
            self.assertTrue(line.startswith("mount.zvfs: sandbox: "), line)
        return [line.removeprefix("mount.zvfs: sandbox: ") for line in said[1:]]

    def test_rights_are_given_up(self):
        missing = self.missing()
        (daemon,) = private_mounts.daemons_of(self.image)
        for task in pathlib.Path(f"/proc/{daemon}/task").iterdir():
            status = status_of(task.name)
            self.assertEqual(status["NoNewPrivs"], "1")
            for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                self.assertEqual(int(status[name], 16), 0, name)
            if not any("seccomp" in line or "sanitizer" in line for line in missing):
                self.assertEqual(status["Seccomp"], "2")
        limits = pathlib.Path(f"/proc/{daemon}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_everything_works_in_it(self):
        daemon = self.mount()
        zvfs_tools.run("diff", "-r", self.tree, self.point)
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        zvfs_tools.run("tar", "-cf", "/dev/null", "-C", self.point, ".")
        self.assertIn(b'"requests"', os.getxattr(self.point, "user.zvfs.stats"))
        self.assertIn(b'"frames"', os.getxattr(self.point / "large", "user.zvfs.frames"))
        os.kill(daemon, signal.SIGTERM)
        private_mounts.wait_for_end(self.image)
        self.assertIsNone(mount_line(self.point))

    def test_it_can_be_left_out(self):
        daemon = self.mount("-o", "no_sandbox")
        status = status_of(daemon)
        self.assertEqual(status["Seccomp"], status_of("self")["Seccomp"])
        self.assertEqual(status["CapEff"], status_of("self")["CapEff"])
        zvfs_tools.run("diff", "-r", self.tree, self.point)

    def test_older_kernels_are_served_and_told(self):
        missing = self.missing(preexec_fn=take_away_sandboxes)
        if not any("sanitizer" in line for line in missing):
            self.assertEqual(missing, ["no landlock in this kernel",
                                       "system calls cannot be filtered (seccomp)"])
        zvfs_tools.run("diff", "-r", self.tree, self.point)

    def test_its_messages_reach_syslog(self):
        """The log is written through the broker."""
        devices = self.scratch / "dev"
        devices.mkdir()
        for name in ("null", "fuse", "urandom"):
            (devices / name).touch()
            zvfs_tools.run("mount", "--bind", f"/dev/{name}", devices / name)
            self.addCleanup(zvfs_tools.run, "umount", "-l", devices / name)
        zvfs_tools.run("mount", "--rbind", devices, "/dev")
        self.addCleanup(zvfs_tools.run, "umount", "-l", "/dev")
        log = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        log.bind("/dev/log")
        log.settimeout(20)
        daemon = self.mount()
        os.kill(daemon, signal.SIGUSR1)
        line = log.recv(1 << 16).decode()
        self.assertIn(f"mount.zvfs[{daemon}]: {{\"requests\":", line)
        self.assertTrue(line.rstrip("\0").endswith("}"), "the line is whole")

    def test_a_broker_ends_with_its_daemon(self):
        daemon = self.mount()
        (broker,) = brokers_of(self.image)
        self.assertEqual(os.readlink(f"/proc/{broker}/cwd"), "/")
        descriptors = [os.readlink(f"/proc/{broker}/fd/{name}")
                       for name in os.listdir(f"/proc/{broker}/fd")]
        self.assertNotIn("/dev/fuse", descriptors)
        self.assertNotIn(str(self.image), descriptors)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(broker, number)
        os.kill(daemon, signal.SIGTERM)
        wait_until(lambda: not mount_line(self.point), "it is unmounted")
        wait_until(lambda: not brokers_of(self.image), "the broker ends")

    def test_a_killed_daemon_leaves_no_broker(self):
        os.kill(self.mount(), signal.SIGKILL)
        wait_until(lambda: not brokers_of(self.image), "the broker ends")
        self.assertIsNotNone(mount_line(self.point), "without auto_unmount, it is seen to be dead")

    def test_a_daemon_without_its_broker_serves_and_ends(self):
        daemon = self.mount()
        (broker,) = brokers_of(self.image)
        os.kill(broker, signal.SIGKILL)
        zvfs_tools.run("diff", "-r", self.tree, self.point)
        os.kill(daemon, signal.SIGTERM)
        private_mounts.wait_for_end(self.image)


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

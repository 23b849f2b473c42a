"""For tests of mounts: a private mount namespace, in which /dev/fuse, /sbin and mounts can be
changed without affecting the system, and the daemons of mounts."""
import contextlib
import ctypes
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time

import zvfs_tools

LIBC = ctypes.CDLL(None, use_errno=True)
INSIDE = "ZVFS_TEST_NAMESPACE"


def enter():
    """Restarts the script in a mount namespace of its own; does nothing there. When the script
    ends, the namespace goes with every mount in it. Skips if that is not allowed."""
    if os.environ.get(INSIDE):
        return
    try:
        zvfs_tools.require_root()
        zvfs_tools.require_fuse()
        zvfs_tools.require_programs("unshare", "mount", "setpriv")
        zvfs_tools.run("unshare", "--mount", "true")
    except (zvfs_tools.unittest.SkipTest, AssertionError) as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])


def add_to_sbin(directory, **programs):
    """Adds programs to /sbin, where mount(8) looks for its helpers, by a mount on top of it."""
    sbin = os.path.realpath("/sbin")
    layer = pathlib.Path(directory) / "sbin"
    layer.mkdir()
    for name, path in programs.items():
        (layer / name.replace("_", ".")).symlink_to(path)
    try:
        zvfs_tools.run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={layer}:{sbin}", sbin)
    except AssertionError as error:
        raise zvfs_tools.unittest.SkipTest(f"no overlayfs: {error}") from None


def open_fuse_device_to_users(directory):
    """Installs a /dev/fuse that everybody may open, as udev makes it."""
    node = pathlib.Path(directory) / "fuse"
    device = os.stat("/dev/fuse").st_rdev
    os.mknod(node, stat.S_IFCHR | 0o666, device)
    os.chmod(node, 0o666)
    zvfs_tools.run("mount", "--bind", node, "/dev/fuse")


def add_user(directory, name, uid):
    """Gives a user id a name, which fusermount3 and mount(8) require."""
    users = pathlib.Path(directory) / "passwd"
    known = pathlib.Path("/etc/passwd").read_text()
    users.write_text(f"{known}{name}:x:{uid}:{uid}::/:/bin/sh\n")
    zvfs_tools.run("mount", "--bind", users, "/etc/passwd")


def daemons_of(image):
    """The process ids of the daemons that serve `image`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().split(b"\0")
                if os.path.basename(command[0]).startswith(b"mount.zvfs") and \
                        os.path.realpath(os.fsencode(image)) in map(os.path.realpath, command[1:]):
                    found.append(int(entry.name))
    return found


def wait_until(condition, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} seconds: {what}")
        time.sleep(0.01)


def wait_for_end(image):
    wait_until(lambda: not daemons_of(image), "the daemon ends")


def mount_line(point):
    """The fields of the /proc/mounts line of the topmost mount at `point`, or None."""
    lines = [line.split(" ") for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    escaped = os.path.realpath(point).replace("\\", r"\134").replace(" ", r"\040")
    return next((line for line in reversed(lines) if line[1] == escaped), None)


def mount(*words, command=None, **options):
    """Runs mount.zvfs (or `command`); returns its exit status and standard error."""
    program = command or [zvfs_tools.tool("ZVFS_MOUNT")]
    done = subprocess.run([*program, *map(os.fspath, words)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, check=False,
                          **options)
    return done.returncode, done.stderr.decode(errors="replace")


def unmount_all(point):
    """Unmounts everything that is mounted at `point`."""
    while mount_line(point):
        zvfs_tools.run("umount", "-l", point)


def as_user(uid, *words):
    """A command that runs `words` as an ordinary user."""
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *words]


@contextlib.contextmanager
def foreground(image, point, *options):
    """A mount served by a child in the foreground. Yields the child, which has ended afterwards."""
    child = subprocess.Popen([zvfs_tools.tool("ZVFS_MOUNT"), "-f", image, point, *options],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    try:
        wait_until(lambda: mount_line(point) or child.poll() is not None, "it mounts")
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.communicate(timeout=10)
        unmount_all(point)

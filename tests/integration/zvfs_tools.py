"""Shared by the integration tests: the built tools, mounts that always end, and skipping.

A test script is a unittest module that ends with `zvfs_tools.main()`.
"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

os.environ["LC_ALL"] = "C.UTF-8"  # messages in English, names in UTF-8, on every machine


def tool(variable):
    """The built binary that ctest names in the environment."""
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(f"{variable} is not set: run this test through ctest")
    return path


def require_programs(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise unittest.SkipTest(f"not installed: {' '.join(missing)}")


def require_fuse():
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        raise unittest.SkipTest(f"/dev/fuse: {error.strerror}") from None
    if os.geteuid() != 0:
        require_programs("fusermount3")


def require_root():
    if os.geteuid() != 0:
        raise unittest.SkipTest("only root may do this")


def run(*command, expect=0, **options):
    """Runs a command to its end; returns its output as bytes. Any other exit code is an error that
    quotes the command's output."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
               "stderr": subprocess.PIPE} | options
    done = subprocess.run([os.fspath(word) for word in command], **options, check=False)
    if expect is not None and done.returncode != expect:
        said = ((done.stderr or b"") + (done.stdout or b""))[-4000:].decode(errors="replace")
        raise AssertionError(f"{command} gave {done.returncode}, not {expect}:\n{said}")
    return done.stdout


def mkimage(source, image, *options):
    run(tool("ZVFS_MKIMAGE"), "-q", *options, source, image)
    return image


def loop_device(test, backing, *options):
    """A loop device on the file `backing`, detached at the end of `test`. Skips it without one."""
    require_root()
    require_programs("losetup")
    done = subprocess.run(["losetup", "-f", "--show", *options, backing], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"no loop device: {done.stderr.decode().strip()}")
    device = pathlib.Path(done.stdout.decode().strip())
    test.addCleanup(run, "losetup", "-d", device)
    return device


@contextlib.contextmanager
def scratch_directory(parent=None):
    """A directory of its own, removed at the end at any depth."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="zvfs-test-", dir=parent))
    try:
        yield path
    finally:
        run("rm", "-rf", "--one-file-system", path)


@contextlib.contextmanager
def mounted(image, *options):
    """Mounts `image` and yields the mount point. Always unmounts."""
    with scratch_directory() as point:
        run(tool("ZVFS_MOUNT"), image, point, *options)
        try:
            if not os.path.ismount(point):
                raise AssertionError("mount.zvfs has returned, but nothing is mounted")
            yield point
        finally:
            unmount(point)


def unmount(point):
    command = ["umount"] if os.geteuid() == 0 else ["fusermount3", "-u"]
    for _ in range(50):
        done = subprocess.run([*command, point], stderr=subprocess.PIPE, check=False)
        if done.returncode == 0 or not os.path.ismount(point):
            return
        time.sleep(0.1)
    subprocess.run([*command, "-l" if command == ["umount"] else "-z", point], check=False)
    raise AssertionError(f"could not unmount {point}: {done.stderr.decode()}")


def filesystems():
    """Directories on different filesystems, each of which supports something that others do not:
    the one for temporary files, and tmpfs (large xattrs, all times, readdir in order of
    creation)."""
    found = {}
    for path in (tempfile.gettempdir(), "/dev/shm"):
        if os.path.isdir(path) and os.access(path, os.W_OK):
            found.setdefault(os.stat(path).st_dev, path)
    return list(found.values())


def main():
    """Runs the tests of the script. Exits with 77 if all are skipped, or with 1 for any skip if
    ZVFS_NO_SKIP is set, as on machines with everything installed."""
    program = unittest.main(module="__main__", verbosity=2, exit=False)
    result = program.result
    if not result.wasSuccessful() or not (result.testsRun or result.skipped):
        sys.exit(1)
    if result.skipped and os.environ.get("ZVFS_NO_SKIP"):
        print("ZVFS_NO_SKIP is set, and tests were skipped", file=sys.stderr)
        sys.exit(1)
    if len(result.skipped) >= result.testsRun:
        sys.exit(77)
    sys.exit(0)

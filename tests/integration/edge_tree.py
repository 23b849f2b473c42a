#!/usr/bin/env python3
"""Makes a tree with every edge case that an image must hold: edge_tree.py DIRECTORY

Each case is a function that makes its entries in a directory of its own, always the same bytes. A
case that the filesystem or the user's rights do not allow is reported, never dropped silently. """
import contextlib
import errno
import os
import random
import socket
import stat
import struct
import sys
import zlib

KIB = 1024
FRAME = 256 * KIB  # the default bound
TERABYTE = 1 << 40
BASE_TIME_NS = 1_700_000_000_123_456_789

CANNOT_HOLD = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSPC, errno.EINVAL, errno.E2BIG, errno.EFBIG,
               errno.ERANGE, errno.ENAMETOOLONG, errno.EOVERFLOW}


def text(size, seed=1):
    """Bytes that compress as text does."""
    words = [b"frame", b"seek", b"table", b"index", b"of", b"the", b"entry", b"%d" % seed, b"\n"]
    picked = random.Random(seed).choices(words, k=size // 3 + 8)
    return b" ".join(picked)[:size]


def noise(size, seed=2):
    return random.Random(seed).randbytes(size)


def write(name, content=b""):
    with open(name, "xb") as file:
        file.write(content)


def sizes():
    """Sizes around every boundary of tar blocks and of frames."""
    write("empty")
    for size in (1, 511, 512, 513, 10240, 65536):
        write(f"text-{size}", text(size))
    for bound in (FRAME // 2, FRAME):
        for size in (bound - 1, bound, bound + 1, 3 * bound, 3 * bound + 1):
            write(f"text-{size}", text(size, seed=size))
    for size in (1, FRAME, 5 * FRAME + 7):
        write(f"noise-{size}", noise(size, seed=size))
    write("zeros-written", bytes(2 * FRAME + 1))  # data, not a hole
    write("ones", b"\xff" * (2 * FRAME))
    write("mixed", text(300_000) + noise(300_000) + bytes(300_000) + text(300_000))


def directories():
    os.mkdir("empty")
    os.makedirs("a/b/c/d/e/f/g/h/i/j")
    write("a/b/c/d/e/f/g/h/i/j/file", b"deep\n")
    os.mkdir("many")
    for i in range(3000):
        write(f"many/{i * 2654435761 % (1 << 32):08x}", b"%d\n" % i)


def names():
    for name in (b"space in name", b" leading", b"trailing ", b"new\nline", b"ends in newline\n",
                 b"tab\t", b"back\\slash", b"quote'\"`", b"-dash", b"--", b"...", b"%s%n", b"a=b",
                 b"*?[x]", b"\x01\x7f", b"\xff\xfe\xfd", b"latin1-\xe9", b"half-\xe2\x82",
                 "snowman-\u2603".encode(), "e\u0301".encode(), "\u00e9".encode(),
                 b"x" * 255, "\u2603".encode() * 85, b"\x80" * 255):
        write(name, name)
    os.mkdir(b"dir\n\xff")
    write(b"dir\n\xff/inside", b"1")
    # At the limits of ustar's name (100 bytes) and prefix (155 bytes).
    for length in (98, 99, 100, 101, 154, 155, 156):
        os.mkdir("d" * length)
        for name_length in (1, 99, 100, 101):
            write("d" * length + "/" + "n" * name_length, b"%d" % name_length)


def deep():
    """A path of more than PATH_MAX (4,096) bytes, made in steps, since no call takes it at once."""
    here = os.open(".", os.O_RDONLY)
    try:
        for i in range(20):
            step = f"{i:02d}" + "p" * 248
            os.mkdir(step, dir_fd=here)
            below = os.open(step, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        fd = os.open("bottom", os.O_WRONLY | os.O_CREAT, dir_fd=here)
        os.write(fd, b"at a path of more than 4,096 bytes\n")
        os.close(fd)
        os.symlink("bottom", "link", dir_fd=here)
    finally:
        os.close(here)


def symlinks():
    os.mkdir("directory")
    write("file", b"target")
    os.symlink("file", "to-file")
    os.symlink("directory", "to-directory")
    os.symlink("nowhere", "dangling")
    os.symlink("itself", "itself")
    os.symlink("/etc/passwd", "absolute")
    os.symlink("../../..//./", "dots")
    os.symlink(b"not utf-8 \xff\n", "bytes")
    for length in (99, 100, 101, 255, 256, 4095):
        os.symlink("t" * length, f"of-{length}")


def hardlinks():
    for name in ("a", "b"):
        os.mkdir(name)
    write("a/file", text(1000))
    os.link("a/file", "b/file")
    os.link("a/file", "other")
    os.link("a/file", "n" * 200)
    write("b/first-here", noise(FRAME // 2 + 1))
    os.link("b/first-here", "a/second-here")
    write("empty")
    os.link("empty", "empty-too")
    os.symlink("a/file", "symlink")
    os.link("symlink", "symlink-too", follow_symlinks=False)


def fifos_and_sockets():
    os.mkfifo("fifo", 0o640)
    os.link("fifo", "fifo-too")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")


def devices():
    for kind, name in ((stat.S_IFCHR, "char"), (stat.S_IFBLK, "block")):
        os.mknod(f"{name}-1-3", kind | 0o666, os.makedev(1, 3))
        os.mknod(f"{name}-large", kind | 0o600, os.makedev(4000, 1_000_000))
    os.mknod("char-0-0", stat.S_IFCHR | 0o000, os.makedev(0, 0))  # overlayfs's whiteout


def sparse_file(name, size, *pieces):
    with open(name, "xb", buffering=0) as file:
        file.truncate(size)
        for offset, content in pieces:
            file.seek(offset)
            file.write(content)


def sparse():
    mib = KIB * KIB
    sparse_file("all-hole", 10 * mib)
    sparse_file("hole-first", mib + 5, (mib, b"after"))
    sparse_file("hole-last", mib, (0, text(5000)))
    sparse_file("hole-between", mib, (0, text(4096)), (mib - 4096, text(4096)))
    sparse_file("unaligned", mib + 1, (5001, b"x"), (300_000, noise(10_001)), (mib, b"y"))
    # More runs than a tar header or an inode holds.
    sparse_file("many-holes", 200 * 64 * KIB, *((i * 64 * KIB, b"%d" % i) for i in range(200)))
    sparse_file("large-data", 10 * mib, (mib, text(3 * FRAME + 9)), (7 * mib, noise(mib)))
    write("long-name-" + "s" * 150, b"")
    sparse_file("sparse-" + "s" * 150, 2 * mib, (mib, b"long name"))


def terabyte():
    sparse_file("terabyte", TERABYTE + 12, (0, b"begin"), (TERABYTE, b"end of 1 TiB"))


def times():
    for name, second, nanosecond in (
            ("epoch", 0, 0), ("epoch-and-1ns", 0, 1), ("before-1970", -1, 999_999_999),
            ("year-1930", -1262304000, 123_456_789), ("last-of-31-bits", 2**31 - 1, 999_999_999),
            ("past-2038", 2**31, 0), ("past-2106", 2**32, 1), ("year-2200", 7258118400, 100),
            ("past-33-bits-octal", 8**11 - 1, 500_000_000)):
        write(name)
        os.utime(name, ns=(0, second * 10**9 + nanosecond))
    os.symlink("epoch", "symlink")
    os.utime("symlink", ns=(0, -5 * 10**9 + 7), follow_symlinks=False)


def extreme_times():
    """Times beyond the range of ext4 (1901 to 2446)."""
    for name, second in (("year-1700", -8520336000), ("past-octal", 8**11), ("year-9999", 253402300799)):
        write(name)
        os.utime(name, ns=(0, second * 10**9 + 42))
        if os.stat(name).st_mtime_ns != second * 10**9 + 42:
            os.unlink(name)
            raise OSError(errno.EOVERFLOW, "the filesystem clamps this time")


def modes():
    for mode in (0o400, 0o644, 0o777, 0o4755, 0o2755, 0o6711, 0o1644):
        write(f"file-{mode:04o}")
        os.chmod(f"file-{mode:04o}", mode)
    for mode in (0o700, 0o1777, 0o2775, 0o7777):
        os.mkdir(f"dir-{mode:04o}")
        os.chmod(f"dir-{mode:04o}", mode)


def unreadable():
    if os.geteuid() != 0:
        raise OSError(errno.EPERM, "only root could read it")
    write("file-0000", b"secret")
    os.chmod("file-0000", 0o000)
    os.mkdir("dir-0000")
    write("dir-0000/file", b"hidden")
    os.chmod("dir-0000", 0o000)


def owners():
    for owner in (0, 1000, 65534, 2**21 - 1, 2**21, 2**21 + 1, 2**31, 2**32 - 2):
        write(f"file-{owner}")
        os.chown(f"file-{owner}", owner, 2**32 - 2 - owner)
    os.symlink("file-0", "symlink")
    os.chown("symlink", 3_000_000, 4_000_000, follow_symlinks=False)
    write("setuid-of-another")
    os.chown("setuid-of-another", 2_500_000, 5)
    os.chmod("setuid-of-another", 0o6755)


def acl(*entries):
    """The bytes of a POSIX ACL as the kernel takes them. Entries are (tag, permissions, id)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def acls():
    nobody = 0xFFFFFFFF
    user, group, named_user, named_group, mask, other = 1, 4, 2, 8, 16, 32
    value = acl((user, 7, nobody), (named_user, 4, 1000), (named_user, 7, 3_000_000),
                (group, 4, nobody), (named_group, 5, 2**21 + 5), (mask, 7, nobody), (other, 0, nobody))
    write("access", b"access ACL")
    os.setxattr("access", "system.posix_acl_access", value)
    os.mkdir("directory")
    os.setxattr("directory", "system.posix_acl_access", value)
    os.setxattr("directory", "system.posix_acl_default", value)
    write("directory/inherits")
    os.mkdir("default-only")
    os.setxattr("default-only", "system.posix_acl_default",
                acl((user, 7, nobody), (group, 5, nobody), (other, 5, nobody)))


def capabilities():
    version_2, effective, net_bind_service = 0x02000000, 1, 1 << 10
    write("program", b"#!/bin/true\n")
    os.chmod("program", 0o755)
    os.setxattr("program", "security.capability",
                struct.pack("<IIIII", version_2 | effective, net_bind_service, 0, 0, 0))


def user_xattrs():
    write("several")
    for name, value in (("user.small", b"1"), ("user.empty", b""), ("user.bytes", bytes(range(256))),
                        ("user.newline\nin name", b"x"), ("user.equals=sign", b"="),
                        ("user." + "n" * 250, b"longest name")):
        os.setxattr("several", name, value)
    write("medium")
    os.setxattr("medium", "user.medium", noise(3000))
    for name in ("shares-1", "shares-2"):
        write(name)
        os.setxattr(name, "user.shared", b"the same set on two files")
    os.mkdir("directory")
    os.setxattr("directory", "user.on-directory", b"yes")


def trusted_xattrs():
    write("file")
    os.symlink("file", "symlink")
    os.mkfifo("fifo")
    for name in ("file", "symlink", "fifo"):
        os.setxattr(name, "trusted.zvfs", b"root's own", follow_symlinks=False)


def large_xattr():
    write("64k")
    os.setxattr("64k", "user.large", noise(65536))


CASES = (sizes, directories, names, deep, symlinks, hardlinks, fifos_and_sockets, devices, sparse,
         terabyte, times, extreme_times, modes, unreadable, owners, acls, capabilities,
         user_xattrs, trusted_xattrs, large_xattr)


@contextlib.contextmanager
def working_directory(path):
    before = os.open(".", os.O_RDONLY)
    os.chdir(path)
    try:
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def set_times(root):
    """Sets all times that no case has set; each depends only on its path."""
    for here, directories_, files, fd in os.fwalk(os.fsencode(root), follow_symlinks=False):
        directories_.sort()
        for name in sorted(directories_ + files):
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if abs(status.st_mtime_ns - status.st_ctime_ns) < 10**9:
                path = os.path.relpath(os.path.join(here, name), os.fsencode(root))
                time_ns = BASE_TIME_NS + 1_000_000_001 * (zlib.crc32(path) >> 8)
                os.utime(name, ns=(0, time_ns), dir_fd=fd, follow_symlinks=False)
    os.utime(root, ns=(0, BASE_TIME_NS))


def build(root, without=()):
    """Makes the tree in the new directory `root`. Returns the omitted cases: {name: reason}."""
    skipped = {}
    os.umask(0o022)
    os.mkdir(root)
    with working_directory(root):
        for case in CASES:
            if case.__name__ in without:
                continue
            os.mkdir(case.__name__)
            with working_directory(case.__name__):
                try:
                    case()
                except OSError as error:
                    if error.errno not in CANNOT_HOLD:
                        raise
                    skipped[case.__name__] = str(error)
    set_times(root)
    for name, reason in skipped.items():
        print(f"edge tree in {root}: SKIPPED {name}: {reason}", file=sys.stderr)
    return skipped


if __name__ == "__main__":
    sys.exit(1 if build(sys.argv[1]) else 0)

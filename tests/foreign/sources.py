"""The trees that the archives are made of. Each function makes one in the working directory.

All is set: owners, modes, and times, which come from the path, so that the same archives come out.
Holes begin and end at multiples of 64 KiB, at which every filesystem can have them.
"""
import os
import struct
import zlib

BASE_TIME = 1_600_000_000
UNIT = 65536


def write(path, data=b"", mode=0o644, owner=(0, 0)):
    with open(path, "wb") as file:
        file.write(data)
    os.chown(path, *owner)
    os.chmod(path, mode)


def noise(size, seed=1):
    """Bytes that look random, the same each time."""
    data, state = bytearray(), seed
    while len(data) < size:
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        data += struct.pack("<I", state >> 32)
    return bytes(data[:size])


def basic():
    """What every format holds."""
    write("empty")
    write("text", b"hello\n")
    write("block", noise(512))
    write("odd", noise(1025, 2))
    os.makedirs("dir/sub/empty-dir")
    write("dir/program", b"#!/bin/sh\n", 0o755)
    write("dir/sub/file", b"below\n", 0o600)
    os.symlink("dir/program", "symlink")
    os.symlink("nowhere", "dir/sub/dangling")


def links():
    """Basic, and names that are one file."""
    basic()
    os.link("text", "hard-link")
    os.link("text", "dir/sub/hard-link")


def owned():
    """Links, owners of its own, and bits beyond rwx."""
    links()
    write("of-1000", b"mine\n", 0o640, (1000, 100))
    write("set-uid", b"s\n", 0o6755, (7, 8))
    os.mkdir("sticky")
    os.chown("sticky", 65534, 65534)
    os.chmod("sticky", 0o3777)
    os.lchown("symlink", 1000, 1000)


def special():
    """Owned, and what is neither file nor directory nor symlink."""
    owned()
    os.mkfifo("fifo", 0o620)
    os.mknod("null", 0o020666, os.makedev(1, 3))
    os.mknod("disk", 0o060660, os.makedev(8, 17))
    os.chmod("fifo", 0o620)
    os.chmod("null", 0o666)


def long_names():
    """Names and targets about the limits of 100, 155 and 256 bytes, all of them printable."""
    write("a" * 99)
    write("b" * 100)
    write("c" * 101)
    write("d" * 255)
    deep = "/".join([letter * 60 for letter in "efghi"])
    os.makedirs(deep)
    write(f"{deep}/file", b"deep\n")
    os.symlink("t" * 100, "target-100")
    os.symlink("t" * 101, "target-101")
    os.symlink("/".join(["up"] * 300), "target-900")
    os.link(f"{deep}/file", "zz-linked-to-deep")


def split_names():
    """Names that ustar holds with its prefix, and none that it does not."""
    write("b" * 100)
    os.makedirs("p" * 98 + "/" + "q" * 54)
    write("p" * 98 + "/" + "q" * 54 + "/" + "r" * 100, b"prefix of 155, name of 100\n")
    os.makedirs("m" * 60)
    write("m" * 60 + "/" + "n" * 60, b"split\n")
    os.symlink("t" * 100, "target-100")


def odd_names():
    """Names of any bytes."""
    for name in (b"space in it", b" leading", b"trailing ", b"back\\slash", b"\\n", b"new\nline", b"-rf",
                 b'"quoted"', b"'", b"#comment", b"umlaut-\xc3\xa4", b"e\xcc\x81", b"latin-1-\xe4",
                 b"\x01\x7f", b"\xf0\x9f\x98\x80", b"*?[x]"):
        write(name, b"named\n")
    os.symlink(b"to latin-1-\xe4\n", b"symlink-\xe4")


def unicode_names():
    """Names that every format with Unicode holds."""
    for name in ("space in it", "umlaut-\u00e4", "\u65e5\u672c\u8a9e", "\u0440\u0443\u0441"):
        write(name, name.encode())
    os.mkdir("Ordner-\u00f6")
    write("Ordner-\u00f6/\u00fc", b"in it\n")


def sparse_file(path, size, units):
    with open(path, "wb") as file:
        for unit in units:
            file.seek(unit * UNIT)
            file.write((b"data %08d\n" % unit) * (UNIT // 14) + b"." * (UNIT % 14))
        file.truncate(size)


def sparse():
    """Files with holes before, between and after data; one of many, for which headers must go on."""
    write("a-before", b"before\n")
    sparse_file("begin", 3 * UNIT, [2])
    sparse_file("end", 3 * UNIT, [0])
    sparse_file("middle", 3 * UNIT, [0, 2])
    sparse_file("nothing", 5 * UNIT, [])
    sparse_file("many", 60 * UNIT, range(1, 60, 2))
    sparse_file("huge", 10 << 30, [16384])
    os.mkdir("n" * 90)
    sparse_file("n" * 90 + "/" + "long-named" * 3, 4 * UNIT, [1])
    write("z-after", b"after\n")


def acl(*entries):
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def acls():
    """POSIX ACLs, by numbers that have no names."""
    nobody = 0xFFFFFFFF
    value = acl((1, 7, nobody), (2, 4, 31000), (2, 7, 31001), (4, 5, nobody), (8, 5, 31005),
                (16, 7, nobody), (32, 0, nobody))
    write("access", b"access ACL\n")
    os.setxattr("access", "system.posix_acl_access", value)
    os.mkdir("both")
    os.setxattr("both", "system.posix_acl_access", value)
    os.setxattr("both", "system.posix_acl_default", value)
    os.mkdir("default")
    os.setxattr("default", "system.posix_acl_default", acl((1, 7, nobody), (4, 5, nobody), (32, 5, nobody)))
    write("plain", b"none\n")


def xattrs():
    """Attributes of every namespace but SELinux's."""
    write("user", b"x\n")
    os.setxattr("user", "user.text", b"value")
    os.setxattr("user", "user.empty", b"")
    os.setxattr("user", "user.bytes", b"\x00\x01=\n\xff")
    os.mkdir("dir")
    os.setxattr("dir", "user.dir", b"on a directory")
    write("capable", b"#!/bin/true\n", 0o755)
    os.setxattr("capable", "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0))
    os.symlink("user", "symlink")
    os.setxattr("symlink", "trusted.link", b"on a symlink", follow_symlinks=False)
    acls()


def times_from_1970():
    """Times to the nanosecond, and beyond what 33 bits of octal digits hold."""
    for name, nanoseconds in (("nanoseconds", 1_600_000_000_123_456_789), ("one", 1_600_000_000_000_000_001),
                              ("zero", 0), ("year-2242", 8_589_934_591 * 10**9),
                              ("year-2243", 8_600_000_000 * 10**9)):
        write(name, name.encode() + b"\n")
        os.utime(name, ns=(nanoseconds, nanoseconds))


def times():
    """Such times, and some before."""
    times_from_1970()
    for name, nanoseconds in (("before-1970", -86_400 * 10**9), ("fraction-before-1970", -750_000_000)):
        write(name, name.encode() + b"\n")
        os.utime(name, ns=(nanoseconds, nanoseconds))


def big_numbers():
    """Owners about the limit of seven octal digits."""
    for owner in (2**21 - 1, 2**21, 2**31, 2**32 - 2):
        write(f"uid-{owner}", b"owned\n", 0o644, (owner, owner))
    write("before-1970", b"old\n")
    os.utime("before-1970", (-5, -5))


def debian():
    """The root of a package."""
    os.makedirs("DEBIAN")
    write("DEBIAN/control", b"Package: foreign\nVersion: 1.0-1\nArchitecture: all\n"
          b"Maintainer: Nobody <nobody@example.org>\nDescription: a package to be read\n")
    os.makedirs("usr/share/doc/foreign")
    write("usr/share/doc/foreign/copyright", b"free\n")
    os.makedirs("usr/bin")
    write("usr/bin/foreign", b"#!/bin/sh\n", 0o755)
    os.symlink("foreign", "usr/bin/alias")


def set_times():
    """Gives each entry that has no time of its own one that comes from its path: of an even second,
    which every format can tell."""
    for here, directories, files, fd in os.fwalk(b".", topdown=False):
        for name in sorted(directories + files) + [b"."]:
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if abs(status.st_mtime_ns - status.st_ctime_ns) < 10**9:
                path = os.path.normpath(os.path.join(here, name))
                time = BASE_TIME + (zlib.crc32(path) % 10_000_000) // 2 * 2
                os.utime(name, (time, time), dir_fd=fd, follow_symlinks=False)

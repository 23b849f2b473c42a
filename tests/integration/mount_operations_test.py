#!/usr/bin/env python3
"""Every operation of a mounted image, compared with the tree that it was made from."""
import concurrent.futures
import ctypes
import errno
import mmap
import os
import pathlib
import random
import shutil
import stat
import struct
import subprocess
import time
import unittest

import private_mounts
import zvfs_tools

MIB = 1 << 20
MANY = 100_000
SYS_GETDENTS64 = {"x86_64": 217, "aarch64": 61}
AT_EMPTY_PATH = 0x1000


def make_tree(top):
    rng = random.Random(1)
    words = [rng.randbytes(rng.randint(2, 9)) for _ in range(300)]
    for size in (0, 1, 511, 4095, 4096, 4097, 300_000, 5 * MIB + 3):
        text = b" ".join(rng.choices(words, k=size // 3 + 1))[:size]
        (top / f"text-{size}").write_bytes(text)
    (top / "noise").write_bytes(rng.randbytes(MIB))
    (top / "zeros").write_bytes(bytes(2 * MIB))
    with open(top / "sparse", "wb", buffering=0) as file:
        file.truncate(8 * MIB + 1)
        for offset in (MIB, 3 * MIB, 3 * MIB + 64 * 1024, 7 * MIB):
            file.seek(offset)
            file.write(rng.randbytes(4096))
    with open(top / "all-hole", "wb") as file:
        file.truncate(3 * MIB)
    (top / "directory" / "below").mkdir(parents=True)
    (top / "directory" / "below" / "file").write_bytes(b"below\n")
    (top / "empty").mkdir()
    os.symlink("directory/below/file", top / "link")
    os.symlink("x" * 4095, top / "long-link")
    os.link(top / "text-4097", top / "directory" / "hard-link")
    os.mkfifo(top / "fifo")
    os.mknod(top / "char", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(top / "block", stat.S_IFBLK | 0o600, os.makedev(4000, 1_000_000))
    shutil.copy("/bin/true", top / "program")
    for name, seconds in (("before-1970", -10**9), ("after-2106", 2**32 + 5)):
        (top / name).touch()
        os.utime(top / name, ns=(0, seconds * 10**9 + 123_456_789))
    (top / "x").write_bytes(b"x")
    (top / ("n" * 255)).write_bytes(b"long name")
    os.chown(top / "x", 3_000_000, 4_000_000)
    os.chmod(top / "x", 0o6751)
    for name, value in (("user.a", b"1"), ("user.empty", b""), ("user.large", rng.randbytes(3000))):
        os.setxattr(top / "text-1", name, value)
    (top / "many").mkdir()
    for i in range(MANY):
        os.close(os.open(top / "many" / f"{i * 2654435761 % 2**32:08x}-{i}", os.O_CREAT | os.O_WRONLY))


def getdents(fd, size):
    """One getdents64(2): a list of (inode, offset of the next, type, name)."""
    buffer = ctypes.create_string_buffer(size)
    count = private_mounts.LIBC.syscall(SYS_GETDENTS64[os.uname().machine], fd, buffer, size)
    if count < 0:
        raise OSError(ctypes.get_errno(), "getdents64")
    entries, at = [], 0
    while at < count:
        inode, offset, length, kind = struct.unpack_from("=QqHB", buffer, at)
        entries.append((inode, offset, kind, buffer.raw[at + 19:at + length].split(b"\0")[0]))
        at += length
    return entries


def list_raw(path, size=32768):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        entries = []
        while batch := getdents(fd, size):
            entries += batch
        return entries
    finally:
        os.close(fd)


def segments(fd, size):
    """The data runs of a file by lseek(2): (begin, end) of each."""
    found, at = [], 0
    while at < size:
        try:
            begin = os.lseek(fd, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            break
        at = os.lseek(fd, begin, os.SEEK_HOLE)
        found.append((begin, at))
    return found


def handle_of(path):
    """name_to_handle_at(2) of `path`: the handle as bytes."""
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 8 + 128)
    mount_id = ctypes.c_int()
    if private_mounts.LIBC.name_to_handle_at(-100, os.fsencode(path), handle,
                                             ctypes.byref(mount_id), 0) != 0:
        raise OSError(ctypes.get_errno(), f"name_to_handle_at {path}")
    return handle.raw


def open_handle(mount_fd, handle):
    fd = private_mounts.LIBC.open_by_handle_at(mount_fd, handle, os.O_RDONLY)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "open_by_handle_at")
    return fd


def context_switches(pid):
    """How often the daemon's threads went to sleep: at least once per request."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.source = scratch / "source"
        cls.source.mkdir()
        make_tree(cls.source)
        cls.image = zvfs_tools.mkimage(cls.source, scratch / "image.zst")
        cls.point = cls.enterClassContext(zvfs_tools.mounted(cls.image))
        cls.files = [path for path in cls.source.iterdir() if stat.S_ISREG(path.lstat().st_mode)]

    def paths(self):
        for directory, names, files in os.walk(self.source):
            if os.path.basename(directory) == "many":
                continue
            for name in [".", *names, *files]:
                path = os.path.relpath(os.path.join(directory, name), self.source)
                yield self.source / path, self.point / path

    def assert_error(self, number, function, *arguments, **keywords):
        with self.assertRaises(OSError) as caught:
            function(*arguments, **keywords)
        self.assertEqual(caught.exception.errno, number, caught.exception)

    def test_attributes(self):
        numbers = {}
        for source, mounted in self.paths():
            with self.subTest(mounted):
                expected, got = os.lstat(source), os.lstat(mounted)
                for field in ("st_mode", "st_nlink", "st_uid", "st_gid", "st_mtime_ns"):
                    self.assertEqual(getattr(got, field), getattr(expected, field), field)
                if not stat.S_ISDIR(expected.st_mode):
                    self.assertEqual(got.st_size, expected.st_size)
                self.assertEqual(got.st_rdev, expected.st_rdev)
                self.assertEqual(got.st_ctime_ns, got.st_mtime_ns)
                self.assertEqual(got.st_atime_ns, got.st_mtime_ns)
                self.assertGreaterEqual(got.st_blksize, 4096)
                same = numbers.setdefault(got.st_ino, expected.st_ino)
                self.assertEqual(same, expected.st_ino, "hard links, and they alone, share a number")
        self.assertEqual(len(set(numbers.values())), len(numbers))

    def test_blocks_are_what_is_not_a_hole(self):
        blocks = {name: os.stat(self.point / name).st_blocks
                  for name in ("sparse", "all-hole", "text-1", "text-0", "noise")}
        self.assertEqual(blocks["all-hole"], 0)
        self.assertEqual(blocks["text-0"], 0)
        self.assertEqual(blocks["text-1"], 1)
        self.assertEqual(blocks["noise"], MIB // 512)
        self.assertGreaterEqual(blocks["sparse"], 4 * 8)
        self.assertLess(blocks["sparse"] * 512, MIB)

    def test_directories(self):
        for source, mounted in self.paths():
            if not os.path.isdir(source) or os.path.islink(source):
                continue
            with self.subTest(mounted):
                self.assertEqual(sorted(os.listdir(mounted)), sorted(os.listdir(source)))
                entries = {name: (inode, kind) for inode, _, kind, name in list_raw(mounted)}
                for name, (inode, kind) in entries.items():
                    status = os.lstat(os.path.join(os.fsencode(mounted), name))
                    if (mounted, name) != (self.point / ".", b".."):  # outside the mount
                        self.assertEqual(inode, status.st_ino, name)
                    self.assertEqual(kind, stat.S_IFMT(status.st_mode) >> 12, name)
                self.assertEqual(list(entries)[:2], [b".", b".."])
                self.assertEqual(list(entries)[2:], sorted(list(entries)[2:]))

    def test_large_directory(self):
        expected = sorted(os.listdir(os.fsencode(self.source / "many")))
        for size in (500, 32768, MIB):
            names = [entry[3] for entry in list_raw(self.point / "many", size)]
            self.assertEqual(names[2:], expected, size)
        self.assertEqual(len({entry.inode() for entry in os.scandir(self.point / "many")}), MANY)
        for name in random.Random(2).sample(expected, 500):
            os.lstat(os.path.join(os.fsencode(self.point / "many"), name))

    def test_directory_offsets(self):
        fd = os.open(self.point / "many", os.O_RDONLY)
        self.addCleanup(os.close, fd)
        everything = list_raw(self.point / "many")
        for index in (0, 1, 2, 3, 777, 50_000, MANY, MANY + 1):
            os.lseek(fd, everything[index][1], os.SEEK_SET)
            following = getdents(fd, 1000)
            self.assertEqual(following, everything[index + 1:][:len(following)])
            self.assertEqual(bool(following), index < MANY + 1)

    def test_symlinks(self):
        for name in ("link", "long-link"):
            self.assertEqual(os.readlink(self.point / name), os.readlink(self.source / name))
        self.assertEqual((self.point / "link").read_bytes(), b"below\n")

    def test_contents(self):
        for source in self.files:
            self.assertEqual((self.point / source.name).read_bytes(), source.read_bytes(), source)

    def test_ranges(self):
        rng = random.Random(3)
        for source in self.files:
            content = source.read_bytes()
            with open(self.point / source.name, "rb", buffering=0) as file:
                for _ in range(50):
                    offset = rng.randint(0, len(content) + 10)
                    size = rng.choice((1, 100, 4096, 200_000, 3 * MIB))
                    self.assertEqual(os.pread(file.fileno(), size, offset),
                                     content[offset:offset + size], (source, offset, size))
                self.assertEqual(os.pread(file.fileno(), 10, 1 << 40), b"")

    def test_direct_reads(self):
        content = (self.source / "sparse").read_bytes()
        fd = os.open(self.point / "sparse", os.O_RDONLY | os.O_DIRECT)
        self.addCleanup(os.close, fd)
        for size in (4096, MIB, 4 * MIB):
            with mmap.mmap(-1, size) as buffer:
                for offset in (0, MIB, 3 * MIB + 4096, 8 * MIB):
                    count = os.preadv(fd, [buffer], offset)
                    self.assertEqual(buffer[:count], content[offset:offset + size], (size, offset))

    def test_mappings(self):
        for name in ("text-5242883", "sparse", "text-300000", "text-1"):
            content = (self.source / name).read_bytes()
            with open(self.point / name, "rb") as file, \
                    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                for offset in random.Random(4).sample(range(len(content)), min(300, len(content))):
                    self.assertEqual(mapped[offset], content[offset])
                self.assertEqual(mapped[:], content)
        zvfs_tools.run(self.point / "program")

    def test_concurrent_readers(self):
        contents = {source.name: source.read_bytes() for source in self.files}

        def read(seed):
            rng = random.Random(seed)
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline:
                name = rng.choice(list(contents))
                offset = rng.randint(0, len(contents[name]))
                with open(self.point / name, "rb", buffering=0) as file:
                    if rng.random() < 0.3:  # past the page cache, so that the daemon is asked
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                    if os.pread(file.fileno(), 70_000, offset) != \
                            contents[name][offset:offset + 70_000]:
                        return f"{name} at {offset}"
            return None

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(list(pool.map(read, range(8))), [None] * 8)

    def test_holes(self):
        for source in self.files:
            size = source.stat().st_size
            content = source.read_bytes()
            with open(source, "rb") as original, open(self.point / source.name, "rb") as mounted:
                expected = segments(original.fileno(), size)
                self.assertEqual(segments(mounted.fileno(), size), expected, source)
                covered = b"".join(content[begin:end] for begin, end in expected)
                self.assertEqual(len(content) - content.count(0), len(covered) - covered.count(0))
                for whence in (os.SEEK_DATA, os.SEEK_HOLE):
                    for offset in (size, size + 1, 1 << 62):
                        self.assert_error(errno.ENXIO, os.lseek, mounted.fileno(), offset, whence)
                if size and expected and expected[-1][1] == size:
                    self.assertEqual(os.lseek(mounted.fileno(), size - 1, os.SEEK_HOLE), size)

    def test_xattrs(self):
        for source, mounted in self.paths():
            self.assertEqual(sorted(os.listxattr(mounted, follow_symlinks=False)),
                             sorted(os.listxattr(source, follow_symlinks=False)))
        name = self.point / "text-1"
        for attribute in ("user.a", "user.empty", "user.large"):
            self.assertEqual(os.getxattr(name, attribute),
                             os.getxattr(self.source / "text-1", attribute))
        self.assert_error(errno.ENODATA, os.getxattr, name, "user.none")

    def test_xattr_sizes(self):
        def call(function, *arguments):
            count = function(os.fsencode(self.point / "text-1"), *arguments)
            return count if count >= 0 else -ctypes.get_errno()

        libc, buffer = private_mounts.LIBC, ctypes.create_string_buffer(4000)
        self.assertEqual(call(libc.getxattr, b"user.large", None, 0), 3000)
        self.assertEqual(call(libc.getxattr, b"user.large", buffer, 3000), 3000)
        self.assertEqual(call(libc.getxattr, b"user.large", buffer, 2999), -errno.ERANGE)
        self.assertEqual(call(libc.getxattr, b"user.empty", buffer, 1), 0)
        length = len("user.a\0user.empty\0user.large\0")
        self.assertEqual(call(libc.listxattr, None, 0), length)
        self.assertEqual(call(libc.listxattr, buffer, length), length)
        self.assertEqual(call(libc.listxattr, buffer, length - 1), -errno.ERANGE)

    def test_statfs(self):
        status = os.statvfs(self.point)
        size = os.path.getsize(self.image)
        self.assertLess(abs(status.f_blocks * status.f_frsize - size), status.f_frsize)
        self.assertEqual((status.f_bfree, status.f_bavail, status.f_ffree), (0, 0, 0))
        self.assertGreater(status.f_files, MANY)
        self.assertEqual(status.f_namemax, 255)
        self.assertTrue(status.f_flag & os.ST_RDONLY)

    def test_what_does_not_exist(self):
        self.assert_error(errno.ENOENT, os.stat, self.point / "none")
        self.assert_error(errno.ENOENT, os.stat, self.point / "text-4097x")
        self.assert_error(errno.ENOTDIR, os.stat, self.point / "text-1" / "x")
        self.assert_error(errno.ENAMETOOLONG, os.stat, self.point / ("n" * 256))
        self.assert_error(errno.ENOENT, os.stat, self.point / ("m" * 255))
        self.assert_error(errno.EINVAL, os.readlink, self.point / "text-1")

    def test_nothing_can_be_changed(self):
        file, directory = self.point / "text-1", self.point / "empty"
        for change in ((open, file, "wb"), (open, file, "r+b"), (open, directory / "new", "xb"),
                       (os.truncate, file, 0), (os.unlink, file), (os.rmdir, directory),
                       (os.mkdir, directory / "new"), (os.symlink, "x", directory / "new"),
                       (os.link, file, directory / "new"), (os.rename, file, directory / "new"),
                       (os.mkfifo, directory / "new"), (os.chmod, file, 0o600),
                       (os.chown, file, 1, 1), (os.utime, file),
                       (os.setxattr, file, "user.new", b"x"), (os.removexattr, file, "user.a")):
            with self.subTest(change):
                self.assert_error(errno.EROFS, *change)
        self.assertFalse(os.access(file, os.W_OK))

    def test_what_is_known_is_not_asked_again(self):
        (daemon,) = private_mounts.daemons_of(self.image)
        everything = [mounted for _, mounted in self.paths()]

        def use_all():
            for path in everything:
                os.lstat(path)
                if os.path.islink(path):
                    os.readlink(path)
                elif os.path.isdir(path):
                    os.listdir(path)
                elif os.path.isfile(path) and os.path.getsize(path) < 10_000:
                    with open(path, "rb", buffering=0) as file:  # buffered, it calls isatty()
                        file.readall()
            for name in ("none", "none/either"):
                self.assertFalse(os.path.exists(self.point / name))

        def requests_when_known():
            use_all()
            before = context_switches(daemon)
            for _ in range(20):
                use_all()
            return context_switches(daemon) - before

        # The kernel may drop its caches when memory is short, but hardly three times.
        counts = [requests_when_known()]
        while counts[-1] > 20 and len(counts) < 3:
            counts.append(requests_when_known())
        self.assertLessEqual(counts[-1], 20)


class FileHandles(unittest.TestCase):
    """Handles as NFS servers use them: they outlive the mount, and are opened with an empty
    cache."""

    def test_handles_survive_a_new_mount(self):
        with zvfs_tools.scratch_directory() as scratch:
            below = scratch / "source" / "a" / "b" / "c"
            below.mkdir(parents=True)
            (below / "file").write_bytes(b"by handle")
            image = zvfs_tools.mkimage(scratch / "source", scratch / "image.zst")
            names = ("a/b/c/file", "a/b/c", "a", ".")
            with zvfs_tools.mounted(image) as point:
                handles = {name: handle_of(point / name) for name in names}
            with zvfs_tools.mounted(image) as point:
                self.check(point, handles)

    def check(self, point, handles):
        top = os.open(point, os.O_RDONLY)
        try:
            fd = open_handle(top, handles["a/b/c/file"])
            self.assertEqual(os.read(fd, 100), b"by handle")
            os.close(fd)
            fd = open_handle(top, handles["a/b/c"])
            self.assertEqual(os.listdir(fd), ["file"])
            self.assertEqual(os.stat("../../..", dir_fd=fd).st_ino, os.stat(point).st_ino)
            self.assertEqual(os.readlink(f"/proc/self/fd/{fd}"), f"{point}/a/b/c")
            os.close(fd)
            os.close(open_handle(top, handles["a"]))
            os.close(open_handle(top, handles["."]))
            for number in (10_000, 1 << 40):  # unused inode numbers
                forged = bytearray(handles["a/b/c/file"])
                forged[8:16] = struct.pack("=II", number >> 32, number & 0xFFFFFFFF)
                with self.assertRaises(OSError) as caught:
                    open_handle(top, bytes(forged))
                self.assertEqual(caught.exception.errno, errno.ESTALE)
        finally:
            os.close(top)


if __name__ == "__main__":
    private_mounts.enter()
    zvfs_tools.main()

"""The memory of the daemon over hostile images, in a memory cgroup of 128 MiB with the default
options. Every image is mounted and walked by several readers at once; it may be refused, and reads
may fail, but the daemon must neither be killed nor take more than mount.zvfs(8) says."""
import contextlib
import multiprocessing
import os
import pathlib
import random
import stat
import struct
import unittest

import memory_group
import private_mounts
import zvfs_tools
from crafted_image import EXTENT_LIST, FIFO, MIB, REGULAR, CraftedImage, extent, inode
from soak_test import is_sanitized

SHOULD_FAIL = pathlib.Path(__file__).resolve().parent.parent / "should_fail"
LIMIT = 128 * MIB
CACHE = LIMIT // 4
# What mount.zvfs(8) says that a mount takes beside its cache; frames count from 512 KiB on.
BESIDE = 16 * MIB
FRAMES = 4
READERS = 4
MOST_ENTRIES = 30_000
MOST_BYTES = 256 << 10  # of a file, from each end
REFUSED = 32  # the exit code for an image that is refused
REG = REGULAR >> 12  # a type in directories


# Each makes an image of one kind; docs/format.md, "Threat model", has the bound that it attacks.

def sparse_inodes(image):
    """4,294,967,294 inodes, of which a directory lists 5,000 that lie far apart."""
    entries = [(b"%05d" % i, i * 800_000 + 5, FIFO >> 12) for i in range(5000)]
    image.add_directory(entries)
    image.repeated["inodes"] = (0xFFFFFFFE, inode(FIFO | 0o644) * (MIB // 64))


def pinned_frames(image):
    """A file of 131,072 extents, of 1 byte each, in turn in eight frames of 16 MiB."""
    _cyclic_extents(image, [], 131072)


def frames_ahead(image):
    """The same, after 256 KiB that are read in order."""
    _cyclic_extents(image, [extent(0, 262144, 0, 0)], 262144)


def _cyclic_extents(image, extents, count):
    begin = 262144 * len(extents)
    for i in range(8):
        image.add_frame(bytes([i + 1]) * 16 * MIB)
    extents += [extent(begin + i, 1, i % 8 * 16 * MIB, i % 8) for i in range(count)]
    image.tables["extents"] = b"".join(extents)
    image.add_directory([(b"f", 2, REG)])
    image.add_file(size=begin + count, count=len(extents), flags=EXTENT_LIST)


def frame_files(image):
    """A frame with 4,294,967,295 files."""
    rows = 0xFFFFFFFF
    image.add_frame(b"A" * 100)
    image.first_files = [0, rows]
    image.add_directory([(b"f", 2, REG)])
    image.add_file(size=100)
    image.repeated["frame_files"] = (rows, struct.pack("<I", 2) * (MIB // 4))


def many_xattrs(image):
    """A set of 16 MiB with 2,396,745 attributes."""
    image.add_frame(b"A" * 100)
    image.add_directory([(b"f", 2, REG)], xattr_set=1)
    image.add_file(size=100, xattr_set=1)
    data = struct.pack("<HI", 1, 0) + b"a"
    count = 16 * MIB // len(data)
    image.tables["xattr_data"] = data * count
    image.tables["xattr_sets"] = struct.pack("<QII", 0, len(data) * count, count)


def large_xattrs(image):
    """A set of nearly 16 MiB within all limits: 254 values of 64 KiB."""
    image.add_frame(b"A" * 100)
    image.add_directory([(b"f", 2, REG)], xattr_set=1)
    image.add_xattr_set([(b"user.%03d" % i, bytes([i]) * 65536) for i in range(254)])
    image.add_file(size=100, xattr_set=1)


def large_frames(image):
    """Six files, each in a frame of 16 MiB that hardly compresses."""
    seven_bits = bytes(i & 0x7F for i in range(256))
    image.add_directory([(b"%d" % i, i + 2, REG) for i in range(6)])
    for i in range(6):
        image.add_frame(random.Random(i).randbytes(16 * MIB).translate(seven_bits))
        image.add_file(size=16 * MIB, data=i * 16 * MIB, count=i)


def tiny_frames(image):
    """20,000 files, each of 1 byte in a frame of its own."""
    count = 20_000
    image.frames = [image.frames[image.add_frame(b"A")]] * count
    image.add_directory([(b"%05d" % i, i + 2, REG) for i in range(count)])
    image.inodes += [inode(REGULAR | 0o644, 1, i, i) for i in range(count)]


KINDS = (sparse_inodes, pinned_frames, frames_ahead, frame_files, many_xattrs, large_xattrs,
         large_frames, tiny_frames)
LARGEST_FRAME = {pinned_frames: 16 * MIB, frames_ahead: 16 * MIB, large_frames: 16 * MIB}


def read_ends(path, size):
    fd = os.open(path, os.O_RDONLY)
    try:
        os.pread(fd, MOST_BYTES, 0)
        os.pread(fd, MOST_BYTES, max(0, size - MOST_BYTES))
        os.pread(fd, 4096, size // 2)
    finally:
        os.close(fd)


def look_at(path):
    """Asks everything about a file that programs ask. Errors are what hostile images give."""
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    for name in [*os.listxattr(path, follow_symlinks=False)[:300], "user.none"]:
        with contextlib.suppress(OSError):
            os.getxattr(path, name, follow_symlinks=False)
    if kind == stat.S_IFLNK:
        os.readlink(path)
    if kind == stat.S_IFREG:
        read_ends(path, status.st_size)


def walk(point, seed):
    """Looks at what the tree has, up to a limit; a hostile tree may be endless. Readers go in
    different orders."""
    waiting, seen = [os.fspath(point)], 0
    while waiting and seen < MOST_ENTRIES:
        path = waiting.pop()
        seen += 1
        with contextlib.suppress(OSError):
            look_at(path)
        if os.path.isdir(path) and path.count("/") < 40:
            with contextlib.suppress(OSError), os.scandir(path) as entries:
                found = [entry.path for entry, _ in zip(entries, range(MOST_ENTRIES))]
                random.Random(seed).shuffle(found)
                waiting += found


def peak_resident(process):
    status = (pathlib.Path("/proc") / str(process) / "status").read_text()
    return next(int(line.split()[1]) << 10 for line in status.splitlines()
                if line.startswith("VmHWM:"))


class HostileMemoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_fuse()
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        with memory_group.memory_group(LIMIT):
            pass  # or skips before any work

    def walk_at_once(self, point):
        readers = [multiprocessing.Process(target=walk, args=(point, seed))
                   for seed in range(READERS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(timeout=120)
        stuck = [reader for reader in readers if reader.is_alive()]
        for reader in stuck:
            reader.kill()
        self.assertFalse(stuck, "a reader hangs")

    def resident_after_walk(self, image, point, group):
        """The peak of the daemon's resident memory, in bytes; 0 with a sanitizer."""
        with memory_group.Watch(group, point):
            self.walk_at_once(point)
        processes = private_mounts.daemons_of(image)
        self.assertEqual((group.kills(), len(processes)), (0, 1), "kills, daemons")
        return 0 if is_sanitized(processes[0]) else peak_resident(processes[0])

    def peaks(self, image):
        """The peak of the group, and of the daemon's resident memory; 0 if it is refused."""
        point = self.scratch / "point"
        point.mkdir(exist_ok=True)
        resident = 0
        with memory_group.memory_group(LIMIT) as group:
            status, said = private_mounts.mount(image, point, preexec_fn=group.enter)
            self.assertIn(status, (0, REFUSED), said)
            if status == 0:
                try:
                    resident = self.resident_after_walk(image, point, group)
                finally:
                    zvfs_tools.unmount(point)
                private_mounts.wait_until(lambda: not private_mounts.daemons_of(image),
                                          "the daemon ends", 60)
            self.assertEqual(group.kills(), 0, "killed for lack of memory")
            return group.peak(), resident

    def check(self, image, largest_frame=0):
        with self.subTest(image.name):
            peak, resident = self.peaks(image)
            print(f"{image.name}: peak of the group {peak / MIB:.1f} MiB, resident"
                  f" {resident / MIB:.1f} MiB", flush=True)
            self.assertLessEqual(resident, CACHE + BESIDE + FRAMES * largest_frame)

    def test_images_that_readers_must_reject(self):
        for image in sorted(SHOULD_FAIL.glob("*.zst")):
            self.check(image)

    def test_images_that_ask_for_much(self):
        for kind in KINDS:
            image = CraftedImage()
            kind(image)
            path = image.write(self.scratch / f"{kind.__name__}.zst")
            self.check(path, LARGEST_FRAME.get(kind, 0))
            path.unlink()


if __name__ == "__main__":
    zvfs_tools.main()

"""Many readers use one mount while the kernel drops its caches. Every byte is compared with the
source, and the daemon must not grow. In ctest it runs for seconds; by hand, for hours:

    ZVFS_SOAK_SECONDS=3600 ZVFS_SOAK_TREE=/usr/share ZVFS_SOAK_MOUNTS=10000 ctest --preset dev -V -R soak_test
"""
import dataclasses
import errno
import json
import mmap
import multiprocessing
import os
import pathlib
import queue
import random
import stat
import time
import unittest

import private_mounts
import zvfs_tools
from zvfs_tools import mkimage, mounted, scratch_directory

SECONDS = float(os.environ.get("ZVFS_SOAK_SECONDS", "8"))
MOUNTS = int(os.environ.get("ZVFS_SOAK_MOUNTS", "25"))
TREE = os.environ.get("ZVFS_SOAK_TREE")
MIB = 1 << 20
CACHE = 16 * MIB
PEAK = CACHE + 16 * MIB  # the limit under load in the manual page
IDLE = 32 * MIB
BETWEEN_DROPS = 0.2
BETWEEN_LOOKS = 0.05
MOST_THREADS = 2 * (os.cpu_count() or 1) + 32  # more than the daemon ever starts


def setUpModule():
    zvfs_tools.require_fuse()


def make_tree(root):
    """Small files of two kinds, and large ones: text, noise, and one with a hole."""
    for i in range(40):
        directory = root / f"d{i:02}"
        directory.mkdir(parents=True)
        for j in range(25):
            noise = random.Random(100 * i + j).randbytes(random.Random(j).randrange(9000))
            (directory / f"{j:02}").write_bytes(noise if j % 5 == 0 else noise.hex().encode())
    text = b"".join(b"%x " % (i * i) for i in range(2_000_000))
    (root / "text").write_bytes(text)
    (root / "noise").write_bytes(random.Random(1).randbytes(8 * MIB))
    with open(root / "hole", "wb") as file:
        file.write(text[:MIB])
        file.seek(64 * MIB)
        file.write(text[-MIB:])


def files_of(tree):
    """The regular files that are not empty: (path in the tree, size)."""
    found = []
    for directory, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and status.st_size > 0:
                found.append((os.path.relpath(path, tree), status.st_size))
    return sorted(found)


def same_content(source, copy, generator, size):
    """Whether a piece of a file, of random place and size, is as in its source."""
    position = generator.randrange(size)
    count = generator.choice((1, 4096, 70_000, 300_000))
    with open(source, "rb", buffering=0) as original, open(copy, "rb", buffering=0) as shown:
        expected = os.pread(original.fileno(), count, position)
        if generator.random() < 0.25:
            with mmap.mmap(shown.fileno(), 0, access=mmap.ACCESS_READ) as pages:
                return pages[position:position + count] == expected
        return os.pread(shown.fileno(), count, position) == expected


def same_file(source, copy):
    with open(source, "rb") as original, open(copy, "rb") as shown:
        while True:
            piece = original.read(MIB)
            if shown.read(MIB) != piece:
                return False
            if not piece:
                return True


def refuses_writers(point):
    try:
        os.close(os.open(point / "new", os.O_CREAT | os.O_WRONLY))
    except OSError as error:
        return error.errno == errno.EROFS
    return False


def asks_about(tree, point, name):
    """The requests of shells, indexers and monitors, none of which may fail."""
    json.loads(os.getxattr(point, "user.zvfs.stats"))
    json.loads(os.getxattr(point / name, "user.zvfs.frames"))
    os.statvfs(point)
    return (sorted(os.listxattr(point / name)) == sorted(os.listxattr(tree / name))
            and not os.path.exists(point / name / "none"))


def read_until(deadline, tree, point, files, seed, wrong):
    """One reader. Adds to `wrong` what differs from the source."""
    generator = random.Random(seed)
    while time.monotonic() < deadline:
        name, size = generator.choice(files)
        kind = generator.random()
        if kind < 0.7:
            good = same_content(tree / name, point / name, generator, size)
        elif kind < 0.9:
            near = os.path.dirname(name)
            beside = [file for file in sorted(os.listdir(point / near))[:50]
                      if os.path.isfile(tree / near / file) and not (tree / near / file).is_symlink()]
            good = all(same_file(tree / near / file, point / near / file) for file in beside)
        else:
            good = refuses_writers(point) and asks_about(tree, point, name)
        if not good:
            wrong.put((seed, name, kind))


@dataclasses.dataclass
class Use:
    """What the daemon uses at one moment, or at most during some time."""
    threads: int = 0
    descriptors: int = 0
    memory: int = 0  # bytes, resident

    @classmethod
    def of(cls, process):
        home = pathlib.Path("/proc") / str(process)
        lines = dict(line.split(":", 1) for line in (home / "status").read_text().splitlines())
        return cls(int(lines["Threads"]), len(os.listdir(home / "fd")),
                   int(lines["VmRSS"].split()[0]) << 10)

    def add(self, other):
        self.threads = max(self.threads, other.threads)
        self.descriptors = max(self.descriptors, other.descriptors)
        self.memory = max(self.memory, other.memory)


def is_sanitized(process):
    """Whether a sanitizer's own memory would be counted with the daemon's."""
    maps = (pathlib.Path("/proc") / str(process) / "maps").read_text()
    return "libasan" in maps or "libtsan" in maps


def drop_caches_until(deadline):
    """Makes the kernel forget pages and inodes, which only root can do. The first time may take
    seconds."""
    while os.geteuid() == 0 and time.monotonic() < deadline:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        time.sleep(BETWEEN_DROPS)


class SoakTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(scratch_directory())
        cls.tree = pathlib.Path(TREE) if TREE else cls.scratch / "tree"
        if not TREE:
            make_tree(cls.tree)
        cls.image = mkimage(cls.tree, cls.scratch / "image.zst", "-l", "3")
        cls.files = files_of(cls.tree)

    def daemon(self):
        found = private_mounts.daemons_of(self.image)
        self.assertEqual(len(found), 1, "daemons of the image")
        return found[0]

    def run_readers(self, point, process):
        """The peak use of the daemon in each half of the time; fails on a wrong byte."""
        wrong = multiprocessing.Queue()
        start = time.monotonic()
        workers = [multiprocessing.Process(target=read_until, args=(
            start + SECONDS, self.tree, point, self.files, seed, wrong)) for seed in range(8)]
        workers.append(multiprocessing.Process(target=drop_caches_until, args=(start + SECONDS,)))
        for worker in workers:
            worker.start()
        halves = (Use(), Use())
        found = None
        try:
            while any(worker.is_alive() for worker in workers) and found is None:
                halves[time.monotonic() > start + SECONDS / 2].add(Use.of(process))
                try:
                    found = wrong.get(timeout=BETWEEN_LOOKS)
                except queue.Empty:
                    pass
        finally:
            for worker in workers:
                if found is not None:
                    worker.terminate()
                worker.join(timeout=60)
                worker.kill()
        self.assertIsNone(found, "not as in the source: seed of the reader, file, kind")
        self.assertEqual([worker.exitcode for worker in workers], [0] * len(workers))
        return halves

    def test_readers_with_caches_dropped(self):
        with mounted(self.image, "-o", f"cache_size={CACHE}") as point:
            process = self.daemon()
            sanitized = is_sanitized(process)
            before = Use.of(process)
            first, second = self.run_readers(point, process)
            self.assertLessEqual(max(first.threads, second.threads), MOST_THREADS, "threads")
            self.assertLessEqual(second.descriptors, before.descriptors + 8, "descriptors")
            if not sanitized:
                self.assertLessEqual(max(first.memory, second.memory), PEAK, "resident bytes")
                private_mounts.wait_until(lambda: Use.of(process).memory <= IDLE,
                                          "the idle daemon gives its memory back", 60)
            private_mounts.wait_until(
                lambda: Use.of(process).descriptors <= before.descriptors + 2,
                "descriptors are closed", 60)
            stats = json.loads(os.getxattr(point, "user.zvfs.stats"))
        print(f"{stats['decoding']['frames']} frames decoded, at most {second}")

    def test_mounting_again_and_again(self):
        name, size = self.files[0]
        for seed in range(MOUNTS):
            with mounted(self.image) as point:
                self.assertTrue(same_content(self.tree / name, point / name, random.Random(seed),
                                             size))
            private_mounts.wait_for_end(self.image)


if __name__ == "__main__":
    zvfs_tools.main()

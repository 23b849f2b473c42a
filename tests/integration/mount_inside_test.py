"""The statistics of a mount, page-cache fill and readahead, on a real mount."""
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import time
import unittest

import zvfs_tools
from zvfs_tools import mkimage, mounted, run, scratch_directory, tool

FILES = 400
FILE_SIZE = 10_000
BIG_SIZE = 40 << 20


def setUpModule():
    zvfs_tools.require_fuse()


def pattern(seed, size):
    """Bytes that compress a little, the same for the same seed."""
    return random.Random(seed).randbytes(size // 4).hex().encode()[:size].ljust(size, b"\n")


def make_tree(root):
    small = root / "small"
    small.mkdir(parents=True)
    for i in range(FILES):
        (small / f"{i:04}").write_bytes(pattern(i, FILE_SIZE))
    (root / "big").write_bytes(b"".join(pattern(i, 1 << 20) for i in range(BIG_SIZE >> 20)))
    (root / "link").symlink_to("big")


def stats(point):
    return json.loads(os.getxattr(point, "user.zvfs.stats"))


def drop_caches():
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3")


def read_at_random(tree, point, seed):
    """Reads for a while, all over the tree; returns what differed."""
    generator = random.Random(seed)
    content = (tree / "big").read_bytes()
    wrong = []
    with open(point / "big", "rb", buffering=0) as big:
        for _ in range(400):
            name = f"{generator.randrange(FILES):04}"
            if (point / "small" / name).read_bytes() != (tree / "small" / name).read_bytes():
                wrong.append(name)
            position = generator.randrange(BIG_SIZE)
            size = generator.randrange(1, 300_000)
            if os.pread(big.fileno(), size, position) != content[position:position + size]:
                wrong.append(position)
    return wrong


class InsideTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(scratch_directory())
        cls.tree = cls.scratch / "tree"
        make_tree(cls.tree)
        cls.image = mkimage(cls.tree, cls.scratch / "image.zst", "-l", "3")

    def read_small_files(self, point):
        for name in sorted(os.listdir(point / "small")):
            with open(point / "small" / name, "rb") as file:
                self.assertEqual(file.read(), (self.tree / "small" / name).read_bytes())

    def test_stats_count_what_is_done(self):
        with mounted(self.image) as point:
            before = stats(point)
            os.readlink(point / "link")
            (point / "small" / "0007").read_bytes()
            after = stats(point)
            deadline = time.monotonic() + 20  # a request is counted just after its reply
            while after["requests"]["read"]["count"] == 0 and time.monotonic() < deadline:
                after = stats(point)
        self.assertEqual(after["requests"]["readlink"]["count"],
                         before["requests"]["readlink"]["count"] + 1)
        self.assertEqual(after["requests"]["read"]["count"], before["requests"]["read"]["count"] + 1)
        self.assertEqual(after["bytes_served"], before["bytes_served"] + FILE_SIZE)
        for operation in after["requests"].values():
            self.assertEqual(operation["errors"], 0)

    def test_frames_of_a_file(self):
        with mounted(self.image) as point:
            frames = json.loads(os.getxattr(point / "big", "user.zvfs.frames"))
            self.assertEqual(frames["data_bytes"], BIG_SIZE)
            self.assertEqual(sum(frame["file_bytes"] for frame in frames["frames"]), BIG_SIZE)
            self.assertAlmostEqual(frames["ratio"], BIG_SIZE / frames["coded_bytes"], places=3)
            with self.assertRaises(OSError):
                os.getxattr(point / "small", "user.zvfs.frames")

    def test_virtual_attributes_are_not_listed(self):
        with mounted(self.image) as point:
            self.assertEqual(os.listxattr(point), [])
            self.assertEqual(os.listxattr(point / "big"), [])

    def test_sigusr1_logs_the_stats(self):
        with scratch_directory() as point:
            daemon = subprocess.Popen([tool("ZVFS_MOUNT"), "-f", self.image, point],
                                      stderr=subprocess.PIPE)
            try:
                deadline = time.monotonic() + 20
                while not os.path.ismount(point) and time.monotonic() < deadline:
                    time.sleep(0.02)
                stats(point)  # an answer means that it serves
                daemon.send_signal(signal.SIGUSR1)
                line = daemon.stderr.readline().decode()
            finally:
                daemon.terminate()
                daemon.communicate(timeout=30)
        self.assertEqual(daemon.returncode, 0)
        self.assertTrue(line.startswith("mount.zvfs: {"), line)
        self.assertIn("requests", json.loads(line.partition(": ")[2]))

    def test_neighbours_are_read_without_requests(self):
        with mounted(self.image) as point:
            names = sorted(os.listdir(point / "small"))
            with open(point / "small" / names[0], "rb") as file:
                file.read()
            deadline = time.monotonic() + 20
            while stats(point)["page_cache_fill"]["pushes"] == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.2)  # the rest of the frame
            before = stats(point)["requests"]["read"]["count"]
            for name in names[1:10]:
                self.assertEqual((point / "small" / name).read_bytes(),
                                 (self.tree / "small" / name).read_bytes())
            self.assertEqual(stats(point)["requests"]["read"]["count"], before)

    def test_nofill_pushes_nothing(self):
        with mounted(self.image, "-o", "nofill") as point:
            self.read_small_files(point)
            time.sleep(0.2)  # a request is counted just after its reply
            self.assertEqual(stats(point)["page_cache_fill"]["pushes"], 0)
            self.assertEqual(stats(point)["requests"]["read"]["count"], FILES)

    def test_a_walk_decodes_each_frame_once(self):
        with mounted(self.image) as point:
            self.read_small_files(point)
            done = stats(point)
            self.assertGreater(done["page_cache_fill"]["frames_ahead"], 0)
            # Index frames and the packed data frames; nothing is decoded twice.
            self.assertLess(done["decoding"]["frames"], FILES * FILE_SIZE // (256 << 10) + 10)

    def test_a_sequential_reader_finds_its_frames_decoded(self):
        with mounted(self.image) as point:
            self.assertEqual((point / "big").read_bytes(), (self.tree / "big").read_bytes())
            self.assertGreater(stats(point)["readahead"]["pieces"], 0)
        with mounted(self.image, "-o", "readahead=0") as point:
            self.assertEqual((point / "big").read_bytes(), (self.tree / "big").read_bytes())
            self.assertEqual(stats(point)["readahead"]["pieces"], 0)

    def test_random_reads_fill_their_frame(self):
        with mounted(self.image) as point, open(point / "big", "rb", buffering=0) as file:
            content = (self.tree / "big").read_bytes()
            positions = random.Random(1).sample(range(0, BIG_SIZE - 4096, 4096), 300)
            for position in positions:
                self.assertEqual(os.pread(file.fileno(), 4096, position),
                                 content[position:position + 4096])
            done = stats(point)
            self.assertGreater(done["page_cache_fill"]["bytes"], 20 * (128 << 10))

    def test_readers_with_caches_dropped_and_an_unmount_at_the_end(self):
        """Eight readers get the right bytes, and nothing hangs, while the kernel drops pages and
        inodes."""
        with mounted(self.image, "-o", "cache_size=4M") as point:
            with concurrent.futures.ProcessPoolExecutor(8) as pool:
                readers = [pool.submit(read_at_random, self.tree, point, seed) for seed in range(8)]
                while not all(reader.done() for reader in readers):
                    if os.geteuid() == 0:
                        drop_caches()
                    time.sleep(0.1)
                for reader in readers:
                    self.assertEqual(reader.result(), [])

    def test_unmount_while_the_filler_is_at_work(self):
        for _ in range(20):
            with mounted(self.image) as point:
                os.listdir(point / "small")
                for name in ("0000", "0100", "0200"):
                    (point / "small" / name).read_bytes()


if __name__ == "__main__":
    zvfs_tools.main()

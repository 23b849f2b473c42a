"""Everything works in a memory cgroup of 64 MiB, with the default options: eight readers of a mount,
and the tools, on an image of 100 MB."""
import concurrent.futures
import hashlib
import os
import random
import subprocess
import unittest

import memory_group
import private_mounts
import zvfs_tools
from zvfs_tools import mkimage, run, tool

MIB = 1 << 20
LIMIT = 64 * MIB
SIZE = 48 * MIB  # of each of two files
READERS = 8


def write_noise(path):
    """Bytes that do not compress: their frames are stored, and go past the decoder."""
    generator = random.Random(1)
    with open(path, "wb") as file:
        for _ in range(SIZE // MIB):
            file.write(generator.randbytes(MIB))


def write_text(path):
    generator = random.Random(2)
    words = [generator.randbytes(generator.randrange(3, 12)).hex().encode() for _ in range(5000)]
    with open(path, "wb") as file:
        while file.tell() < SIZE:
            file.write(b" ".join(generator.choices(words, k=2000)) + b"\n")


def write_small_files(directory):
    generator = random.Random(3)
    for i in range(50):
        (directory / f"d{i:02}").mkdir()
        for j in range(100):
            size = generator.randrange(10_000)
            (directory / f"d{i:02}" / f"{j:02}").write_bytes(generator.randbytes(size // 2).hex().encode())


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests_of(directory):
    """The digest of each file, by its path in the directory."""
    return {os.path.relpath(os.path.join(top, name), directory): digest_of(os.path.join(top, name))
            for top, _, names in os.walk(directory) for name in names}


def drop_from_page_cache(path):
    """Its pages are then charged to whoever reads them next."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def start_reader(group, point):
    """A reader of all files, which is in the group, too, and small."""
    every_file = 'cd "$1" && find . -type f -print0 | xargs -0 sha256sum'
    return subprocess.Popen(["sh", "-c", every_file, "sh", point], stdout=subprocess.PIPE,
                            stdin=subprocess.DEVNULL, preexec_fn=group.enter)


def digests_said(output):
    """As digests_of(), from the output of a reader."""
    lines = (line.split("  ./", 1) for line in output.decode().splitlines())
    return {name: digest for digest, name in lines}


def outputs_of(readers):
    """What the readers write. Each has a thread to listen, so that none has to wait."""
    with concurrent.futures.ThreadPoolExecutor(len(readers)) as listeners:
        return list(listeners.map(lambda reader: reader.communicate()[0], readers))


class LowMemoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with memory_group.memory_group(LIMIT):
            pass  # or skips before any work
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.tree = cls.scratch / "tree"
        cls.tree.mkdir()
        write_noise(cls.tree / "noise")
        write_text(cls.tree / "text")
        write_small_files(cls.tree)
        cls.expected = digests_of(cls.tree)
        cls.image = mkimage(cls.tree, cls.scratch / "image.zst", "-l", "3")

    def run_in_group(self, *command):
        """Runs a command that must succeed, with the image not yet in the page cache."""
        drop_from_page_cache(self.image)
        with memory_group.memory_group(LIMIT) as group:
            run(*command, preexec_fn=group.enter)
            self.assertEqual(group.kills(), 0)
            print(f"{os.path.basename(command[0])}: peak of the group {group.peak() / MIB:.1f} MiB", flush=True)

    def test_readers(self):
        zvfs_tools.require_fuse()
        point = self.scratch / "point"
        point.mkdir()
        drop_from_page_cache(self.image)
        with memory_group.memory_group(LIMIT) as group:
            status, said = private_mounts.mount(self.image, point, preexec_fn=group.enter)
            self.assertEqual(status, 0, said)
            try:
                with memory_group.Watch(group, point):
                    outputs = outputs_of([start_reader(group, point) for _ in range(READERS)])
                self.assertEqual(group.kills(), 0, "killed for lack of memory")
                for output in outputs:
                    self.assertEqual(digests_said(output), self.expected)
            finally:
                zvfs_tools.unmount(point)
            private_mounts.wait_until(lambda: not private_mounts.daemons_of(self.image),
                                      "the daemon ends", 60)
            print(f"readers: peak of the group {group.peak() / MIB:.1f} MiB", flush=True)

    def test_check(self):
        self.run_in_group(tool("ZVFS_ZVFS"), "check", self.image)

    def test_deep_check(self):
        self.run_in_group(tool("ZVFS_ZVFS"), "check", "--deep", self.image)

    def test_extract(self):
        out = self.scratch / "out"
        self.run_in_group(tool("ZVFS_ZVFS"), "extract", "-q", "-C", out, self.image)
        self.assertEqual(digests_of(out), self.expected)

    def test_extract_to_a_tar(self):
        out = self.scratch / "out.tar"
        self.run_in_group(tool("ZVFS_ZVFS"), "extract", "-q", "--to-tar", out, self.image)
        self.assertEqual(digest_of(out), hashlib.sha256(
            run("zstd", "-dcq", self.image)).hexdigest())

    def test_mkimage(self):
        made = self.scratch / "made.zst"
        self.run_in_group(tool("ZVFS_MKIMAGE"), "-q", "-l", "3", self.tree, made)
        self.assertEqual(digest_of(made), digest_of(self.image))


if __name__ == "__main__":
    zvfs_tools.main()

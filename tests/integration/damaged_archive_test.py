#!/usr/bin/env python3
"""Archives with a flipped byte, or cut off: none may become an image without a word.

Archives come from the programs that people use. Where a format has no sum for a part, nobody can
tell, and mkimage(1) must say so.
"""
import io
import os
import pathlib
import struct
import subprocess
import tarfile
import unittest
import zlib

import edge_tree
import zvfs_tools
from zvfs_tools import run, tool

FLIPS = 48  # places in an archive, evenly spread
MANUAL = pathlib.Path(os.environ.get("ZVFS_SOURCE_DIR", ".")) / "packaging" / "man" / "mkimage.1"

# Compressors whose data has sums: the first word is a program.
WITH_SUMS = {
    "gzip": ("gzip", "-nc"), "stored gzip": ("gzip", "-nc1"), "bzip2": ("bzip2", "-c"),
    "xz": ("xz", "-c"), "xz crc32": ("xz", "-cC", "crc32"), "xz sha256": ("xz", "-cC", "sha256"),
    "zstd": ("zstd", "-c"), "lz4": ("lz4", "-c"), "lz4 of blocks": ("lz4", "-c", "-BX", "--no-frame-crc"),
    "lzip": ("lzip", "-c"),
}
# And those without, with the words for them in the manual. (A flipped byte in lzma data mostly makes
# nonsense of all that follows, so that it is found nevertheless.)
WITHOUT_SUMS = {
    "xz": (("xz", "-cC", "none"), "without checks"),
    "zstd": (("zstd", "-c", "--no-check"), "without checks"),
    "lz4": (("lz4", "-c", "--no-frame-crc"), "without checks"),
    "old lz4": (("lz4", "-cl"), "lz4 of its old format"),
    "lzma": (("xz", "-c", "--format=lzma"), "lzma"),
}


def tar_of(*members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def stored_gzip(content):
    """As gzip stores what it cannot compress, in which a flipped byte stays one."""
    compressor = zlib.compressobj(0, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


class DamageCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        # What cannot be compressed, so that all bytes of the archives carry it.
        cls.files = [(f"dir/{i}", edge_tree.noise(1500 * i, i)) for i in range(1, 5)]
        cls.tar = tar_of(*cls.files)

    def made(self, archive, through_pipe=False):
        """The exit code, the image or None, and what was said."""
        image = self.scratch / "image.zst"
        image.unlink(missing_ok=True)
        path = self.scratch / "archive"
        path.write_bytes(archive)
        done = subprocess.run([tool("ZVFS_MKIMAGE"), "-q", "-j1", "-" if through_pipe else path, image],
                              input=archive if through_pipe else b"", stderr=subprocess.PIPE, check=False)
        return done.returncode, image.read_bytes() if image.exists() else None, done.stderr.decode()

    def unnoticed(self, archive, begin=0, end=None):
        """Where a flipped byte changes the image, but not the exit code."""
        code, sound, said = self.made(archive)
        self.assertEqual((code, said), (0, ""))
        end = len(archive) if end is None else end
        found = []
        for place in sorted({begin + (end - begin) * i // FLIPS for i in range(FLIPS)} | {end - 1}):
            damaged = bytearray(archive)
            damaged[place] ^= 0x10
            code, image, said = self.made(bytes(damaged), through_pipe=place % 2 == 1)
            self.assertIn(code, (0, 1, 2), said)
            if code == 0 and image != sound:
                found.append((place, said))
            if code != 0:
                self.assertNotEqual(said, "")
        return found

    def source(self):
        source = self.scratch / "source"
        for name, content in self.files:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content)
        run("find", source, "-exec", "touch", "-d", "@1600000000", "{}", "+")
        return source

    def compressed(self, command, content=None):
        zvfs_tools.require_programs(command[0])
        return run(*command, input=self.tar if content is None else content, stdin=None)


class CompressedTarTest(DamageCase):
    def test_flipped_bytes_are_found(self):
        for name, command in WITH_SUMS.items():
            with self.subTest(name):
                self.assertEqual(self.unnoticed(self.compressed(command)), [])
        with self.subTest("stored gzip"):
            self.assertEqual(self.unnoticed(stored_gzip(self.tar)), [])

    def test_what_has_no_sums_is_in_the_manual(self):
        manual = MANUAL.read_text("ascii").replace("\\-", "-").replace("\n", " ")
        noise = tar_of(("noise", edge_tree.noise(300_000)))
        for name, (command, words) in WITHOUT_SUMS.items():
            with self.subTest(name):
                self.assertIn(words, manual)
                if name != "lzma":
                    self.assertNotEqual(self.unnoticed(self.compressed(command, noise)), [])

    def test_the_message_says_what_and_where(self):
        archive = stored_gzip(tar_of(("f", b"balance: 1000 EUR\n"))).replace(b"1000 EUR", b"9000 EUR")
        for through_pipe in (False, True):
            code, image, said = self.made(archive, through_pipe)
            self.assertEqual((code, image), (2, None))
            self.assertRegex(said, r"\Amkimage: .*: gzip data is damaged, before \d+: incorrect data check\n\Z")

    def test_parts_that_are_compressed_one_by_one(self):
        # Each part holds members of its own, so that a lost one leaves a sound archive.
        parts = [tar_of((name, content))[:512 + (len(content) + 511) // 512 * 512]
                 for name, content in self.files] + [bytes(1024)]
        for name, command in WITH_SUMS.items():
            compressed = [self.compressed(command, part) for part in parts]
            archive = b"".join(compressed)
            code, sound, said = self.made(archive)
            self.assertEqual((code, said), (0, ""), name)
            starts = [sum(map(len, compressed[:i])) for i in range(len(parts))]
            for place in (start + i for start in starts for i in range(4)):
                with self.subTest(name, place=place):
                    damaged = bytearray(archive)
                    damaged[place] ^= 0x01
                    code, image, said = self.made(bytes(damaged))
                    self.assertTrue(code == 2 or image == sound, (code, said))

    def test_truncated_data(self):
        for name, command in (WITH_SUMS | {name: command for name, (command, _) in WITHOUT_SUMS.items()}).items():
            archive = self.compressed(command)
            for size in sorted({len(archive) * i // 16 for i in range(1, 16)} | {len(archive) - i for i in (1, 4, 8)}):
                with self.subTest(name, size=size):
                    code, image, said = self.made(archive[:size])
                    if image is not None:  # all but a part of the end mark, or of its padding
                        self.assertEqual(run("zstd", "-dc", self.scratch / "image.zst").rstrip(b"\0"),
                                         self.tar.rstrip(b"\0"))
                        self.assertNotIn(name, WITH_SUMS)
                    else:
                        self.assertEqual((code, len(said.splitlines())), (2, 1))

    def test_parts_of_which_the_second_is_cut(self):
        """Even if only a byte of it is left, or nothing but the beginning of its magic."""
        two = [tar_of(file) for file in self.files[:2]]
        for name, command in (WITH_SUMS | {name: command for name, (command, _) in WITHOUT_SUMS.items()}).items():
            first, second = (self.compressed(command, part) for part in two)
            for left in (*range(1, 16), len(second) // 2):
                with self.subTest(name, left=left):
                    code, image, said = self.made(first + second[:left], through_pipe=left % 2 == 0)
                    self.assertEqual((code, image, len(said.splitlines())), (2, None, 1), said)

    def test_what_follows_compressed_data(self):
        code, sound, _ = self.made(self.tar)
        self.assertEqual(code, 0)
        for name in ("gzip", "bzip2", "lz4", "lzip", "lzma"):
            archive = self.compressed(WITH_SUMS.get(name) or WITHOUT_SUMS[name][0])
            with self.subTest(name):
                code, image, said = self.made(archive + bytes(5000))
                self.assertEqual((code, said), (0, ""))
                self.assertTrue(image == sound)
                code, image, said = self.made(archive + b"some junk")
                self.assertEqual((code, len(said.splitlines())), (0, 1))
                self.assertIn(f"after the end of the {name} data", said)
                self.assertTrue(image == sound)


class OtherArchiveTest(DamageCase):
    def bsdtar(self, form, *options):
        path = self.scratch / "made"
        run("bsdtar", "-cf", path, f"--format={form}", *options, "-C", self.source(), "dir")
        return path.read_bytes()

    def test_flipped_bytes_of_files_are_found(self):
        zvfs_tools.require_programs("bsdtar", "cpio")
        crc = run("sh", "-c", "find dir | cpio -o -H crc", cwd=self.source())
        archives = {"cpio crc": crc, "zip": self.bsdtar("zip"), "7zip": self.bsdtar("7zip"),
                    "stored zip": self.bsdtar("zip", "--options=compression=store"),
                    "xar": self.bsdtar("xar")}
        name, content = self.files[-1]
        for kind, archive in archives.items():
            with self.subTest(kind):
                begin = archive.find(content[:100])
                begin, end = (0, len(archive)) if begin < 0 else (begin, begin + len(content))
                if kind in ("zip", "xar"):  # headers have no sums, or are of no interest
                    begin, end = len(archive) // 4, len(archive) // 2
                self.assertEqual(self.unnoticed(archive, begin, end), [])

    def test_what_has_no_sums_is_in_the_manual(self):
        zvfs_tools.require_programs("bsdtar", "cpio", "ar")
        manual = MANUAL.read_text("ascii")
        ar = self.scratch / "archive.a"
        ar.unlink(missing_ok=True)
        run("ar", "qcD", ar, *(self.source() / name for name, _ in self.files))
        archives = {"cpio": self.bsdtar("newc"), "ISO 9660": self.bsdtar("iso9660"),
                    "ar": ar.read_bytes(), "tar": self.tar}
        name, content = self.files[-1]
        for kind, archive in archives.items():
            with self.subTest(kind):
                begin = archive.index(content[:100])
                self.assertNotEqual(self.unnoticed(archive, begin, begin + len(content)), [])
                self.assertIn(kind, manual)

    def test_sum_of_a_cpio_archive(self):
        zvfs_tools.require_programs("cpio")
        archive = run("sh", "-c", "find dir | cpio -o -H crc", cwd=self.source())
        content = self.files[-1][1]
        place = archive.index(content[:100])
        damaged = bytearray(archive)
        damaged[place] = (content[0] + 1) % 256
        expected = sum(content)
        wrong = expected - content[0] + damaged[place]
        code, image, said = self.made(bytes(damaged))
        self.assertEqual((code, image), (2, None))
        self.assertRegex(said, rf"\Amkimage: .*: dir/4: cpio archive, at \d+: the sum of its bytes is "
                               rf"{wrong:08x}, not {expected:08x}\n\Z")

    def test_truncated_archives(self):
        zvfs_tools.require_programs("bsdtar", "cpio")
        for kind in ("newc", "odc", "bin", "zip", "7zip", "xar", "iso9660"):
            archive = self.bsdtar(kind)
            # An ISO image begins with 32K of zeros, an empty tar; it ends with as many, or more.
            begin, end = 0, len(archive)
            if kind == "iso9660":
                begin, end = 34_000, max(archive.index(content[-100:]) for _, content in self.files)
            for i in range(1, 16):
                with self.subTest(kind, part=i):
                    code, _, said = self.made(archive[:begin + (end - begin) * i // 16])
                    self.assertEqual(code, 2, said)

    def test_promises_of_a_small_archive(self):
        """A zip archive whose one member has 5 bytes, in no known way, and claims a tebibyte."""
        size = 1 << 40
        extra = struct.pack("<HHQQ", 1, 16, size, 5)
        fields = struct.pack("<HHHHIIIHH", 0, 99, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, 1, len(extra))
        local = b"PK\3\4" + struct.pack("<H", 45) + fields + b"f" + extra + b"AAAAA"
        central = (b"PK\1\2" + struct.pack("<HH", 3 << 8 | 45, 45) + fields
                   + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, 0) + b"f" + extra)
        end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
        code, image, said = self.made(local + central + end)
        self.assertEqual((code, image), (2, None))
        self.assertRegex(said, "f: more than 1 GiB that the archive promises is missing\n\\Z")

    def test_debian_package(self):
        zvfs_tools.require_programs("dpkg-deb")
        source = self.source()
        (source / "DEBIAN").mkdir(exist_ok=True)
        (source / "DEBIAN" / "control").write_text(
            "Package: p\nVersion: 1\nArchitecture: all\nMaintainer: m <m@localhost>\nDescription: d\n")
        package = self.scratch / "p.deb"
        for compression in ("gzip", "xz"):
            run("dpkg-deb", f"-Z{compression}", "-b", source, package)
            archive = package.read_bytes()
            control = archive.index(b"control.tar") + 60
            data = archive.index(b"data.tar") + 60
            with self.subTest(compression):
                self.assertEqual(self.unnoticed(archive, control, data - 61), [])
                self.assertEqual(self.unnoticed(archive, data), [])
                for size in (data + 100, len(archive) - 500, len(archive) - 20):
                    code, image, _ = self.made(archive[:size])
                    self.assertEqual((code, image), (2, None))
        run("rm", "-r", source / "DEBIAN")


if __name__ == "__main__":
    zvfs_tools.main()

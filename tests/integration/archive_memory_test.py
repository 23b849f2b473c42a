#!/usr/bin/env python3
"""What an archive of a few kilobytes may cost in memory, when a process of its own reads it."""
import lzma
import struct
import subprocess
import unittest
import zipfile
import zlib

import memory_group
import zvfs_tools
from zvfs_tools import run, tool

MIB = 1 << 20
LIMIT = 128 * MIB
ENTRIES = 4_000_000  # each takes libarchive more than 100 bytes, and the archive less than a bit


def number(value):
    """A number of 7z below 2^56, in as few bytes as it takes."""
    for more in range(7):
        if value < 1 << 7 * (more + 1):
            first = 0xFF << (8 - more) & 0xFF | value >> 8 * more
            return bytes([first]) + (value & ((1 << 8 * more) - 1)).to_bytes(more, "little")
    raise ValueError(value)


def packed(header):
    """The compressed header and the header that says how it is compressed."""
    dictionary = 1 << 24
    coder = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[
        {"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": 3, "lp": 0, "pb": 2}])
    data = coder.compress(header) + coder.flush()
    properties = struct.pack("<BI", (2 * 5 + 0) * 9 + 3, dictionary)
    streams = b"\x06" + number(0) + number(1) + b"\x09" + number(len(data)) + b"\0"
    folder = number(1) + b"\x23\x03\x01\x01" + number(len(properties)) + properties
    coders = (b"\x07\x0b" + number(1) + b"\0" + folder + b"\x0c" + number(len(header))
              + b"\x0a\x01" + struct.pack("<I", zlib.crc32(header)) + b"\0")
    return data, b"\x17" + streams + coders + b"\0"


def seven_zip(entries):
    """A 7z archive of empty files."""
    bits = b"\xff" * ((entries + 7) // 8)
    names = b"\0" + b"a\0\0\0" * entries
    files = b"".join(bytes([kind]) + number(len(data)) + data
                     for kind, data in ((0x0E, bits), (0x0F, bits), (0x11, names)))
    data, header = packed(b"\x01\x05" + number(entries) + files + b"\0\0")
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return (b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start
            + data + header)


class ArchiveMemoryTest(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        self.image = self.scratch / "image.zst"

    def in_group(self, archive, expect):
        with memory_group.memory_group(LIMIT) as group:
            command = (tool("ZVFS_MKIMAGE"), "-q", "-f", archive, self.image)
            said = run(*command, expect=expect, stderr=subprocess.STDOUT, preexec_fn=group.enter)
            self.assertEqual(group.kills(), 0, "killed for lack of memory")
            print(f"{archive.name}: peak of the group {group.peak() / MIB:.1f} MiB", flush=True)
            return said

    def test_entries_of_a_few_bytes_each_do_not_take_all_memory(self):
        archive = self.scratch / "many.7z"
        archive.write_bytes(seven_zip(ENTRIES))
        self.assertLess(archive.stat().st_size, 8192)
        self.assertIn(b"out of memory", self.in_group(archive, 2))
        self.assertFalse(self.image.exists())

    def test_ordinary_archives_have_enough(self):
        few = self.scratch / "few.7z"
        few.write_bytes(seven_zip(1))
        self.in_group(few, 0)
        zipped = self.scratch / "a.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            for i in range(1000):
                archive.writestr(f"d/{i}", f"content {i}" * 1000)
        self.in_group(zipped, 0)


if __name__ == "__main__":
    zvfs_tools.main()

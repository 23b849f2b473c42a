"""Images made by hand, with any value in any table and the right checksums: docs/format.md, without
the checks of mkimage. For hostile images that are too large to keep as files."""
import ctypes
import struct

MIB = 1 << 20
TYPE, REGULAR, DIRECTORY, FIFO = 0o170000, 0o100000, 0o040000, 0o010000
EXTENT_LIST = 1  # a flag of an inode
MOST_INDEX_FRAME = MIB

# The tables, in the order of the header, and the sizes of their rows.
TABLES = {"inodes": 64, "dentries": 16, "strings": 1, "extents": 32, "frames": 32,
          "frame_files": 4, "xattr_sets": 16, "xattr_data": 1}

_HEADER_SIZE = 320
_SKIPPABLE_INDEX, _SKIPPABLE_SEEK_TABLE, _SEEK_MAGIC = 0x184D2A5D, 0x184D2A5E, 0x8F92EAB1
_CHECKSUMMED, _LEVEL, _CHECKSUM_FLAG = 0x80, 100, 201
_CHECKSUM_OF_NOTHING = 0x51D8E999
_U64 = (1 << 64) - 1
_PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
           0x27D4EB2F165667C5)


def _load_zstd():
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_createCCtx.restype = ctypes.c_void_p
    library.ZSTD_CCtx_setParameter.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    library.ZSTD_compress2.restype = ctypes.c_size_t
    library.ZSTD_compress2.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t,
                                       ctypes.c_char_p, ctypes.c_size_t]
    library.ZSTD_compressBound.restype = ctypes.c_size_t
    library.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
    library.ZSTD_isError.argtypes = [ctypes.c_size_t]
    context = library.ZSTD_createCCtx()
    library.ZSTD_CCtx_setParameter(context, _LEVEL, 1)
    library.ZSTD_CCtx_setParameter(context, _CHECKSUM_FLAG, 1)
    return library, context


_ZSTD, _CONTEXT = _load_zstd()


def zstd_frame(content):
    """The zstd frame of `content`, with its checksum at the end."""
    out = ctypes.create_string_buffer(_ZSTD.ZSTD_compressBound(len(content)) + 64)
    size = _ZSTD.ZSTD_compress2(_CONTEXT, out, len(out), content, len(content))
    if _ZSTD.ZSTD_isError(size):
        raise AssertionError(f"zstd cannot compress {len(content)} bytes")
    return out.raw[:size]


def checksum_of(frame):
    return struct.unpack("<I", frame[-4:])[0]


def _rotated(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & _U64


def _round(sum_, lane):
    return _rotated((sum_ + lane * _PRIMES[1]) & _U64, 31) * _PRIMES[0] & _U64


def xxh64(data):
    """The checksum of the header. Of at least 32 bytes, a multiple of 8."""
    one, two = _PRIMES[0], _PRIMES[1]
    lanes = [(one + two) & _U64, two, 0, -one & _U64]
    words = struct.unpack(f"<{len(data) // 8}Q", data)
    whole = len(words) // 4 * 4
    for i in range(whole):
        lanes[i % 4] = _round(lanes[i % 4], words[i])
    value = sum(_rotated(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & _U64
    for lane in lanes:
        value = ((value ^ _round(0, lane)) * one + _PRIMES[3]) & _U64
    value = (value + len(data)) & _U64
    for word in words[whole:]:
        value = (_rotated(value ^ _round(0, word), 27) * one + _PRIMES[3]) & _U64
    value = (value ^ value >> 33) * two & _U64
    value = (value ^ value >> 29) * _PRIMES[2] & _U64
    return value ^ value >> 32


def inode(mode, size=0, data=0, count=0, parent=0, flags=0, nlink=1, xattr_set=0):
    return struct.pack("<HHIIIQqIIQIIQ", mode, flags, 0, 0, nlink, size, 0, 0, xattr_set, data,
                       count, parent, size if mode & TYPE == REGULAR else 0)


def dentry(name_offset, number, length, file_type):
    return struct.pack("<QIHBB", name_offset, number, length, file_type, 0)


def extent(file_offset, length, stream_offset, frame):
    return struct.pack("<QQQII", file_offset, length, stream_offset, frame, 0)


def seek_table(entries):
    """The skippable frame for (coded size, decoded size, checksum) of each frame."""
    body = b"".join(struct.pack("<III", *entry) for entry in entries)
    head = struct.pack("<II", _SKIPPABLE_SEEK_TABLE, len(body) + 9)
    return head + body + struct.pack("<IBI", len(entries), _CHECKSUMMED, _SEEK_MAGIC)


class CraftedImage:
    """Add frames, rows and bytes; then write(). Tables that repeat one index frame may be as large
    as a header can say."""

    def __init__(self):
        self.frames = []  # (coded bytes, decoded size)
        self.tables = {name: b"" for name in TABLES}
        self.inodes = []
        self.first_files = None  # of each data frame, and of the end
        # Tables that an index frame of 1 MiB begins and then repeats: name: (rows, frame bytes).
        self.repeated = {}

    def add_frame(self, content):
        self.frames.append((zstd_frame(content), len(content)))
        return len(self.frames) - 1

    def add_file(self, **fields):
        self.inodes.append(inode(REGULAR | 0o644, **fields))
        return len(self.inodes)

    def add_directory(self, entries, parent=1, **fields):
        """A directory of (name, inode number, type), which must be sorted."""
        first = len(self.tables["dentries"]) // TABLES["dentries"]
        rows, names, offset = [], [], len(self.tables["strings"])
        for name, number, file_type in entries:
            rows.append(dentry(offset, number, len(name), file_type))
            names.append(name)
            offset += len(name)
        self.tables["dentries"] += b"".join(rows)
        self.tables["strings"] += b"".join(names)
        self.inodes.append(inode(DIRECTORY | 0o755, sum(16 + len(name) for name in names), first,
                                 len(entries), parent, nlink=2, **fields))
        return len(self.inodes)

    def add_xattr_set(self, attributes):
        """The value for an inode's xattr_set. Takes (name, value) pairs, sorted."""
        data = b"".join(struct.pack("<HI", len(name), len(value)) + name + value
                        for name, value in attributes)
        self.tables["xattr_sets"] += struct.pack("<QII", len(self.tables["xattr_data"]), len(data),
                                                 len(attributes))
        self.tables["xattr_data"] += data
        return len(self.tables["xattr_sets"]) // TABLES["xattr_sets"]

    def write(self, path):
        if not self.frames:
            self.add_frame(bytes(1024))
        self.tables["inodes"] = b"".join(self.inodes)
        self.tables["frames"] = self._frame_rows()
        data = b"".join(coded for coded, _ in self.frames)
        index = self._index(len(data))
        entries = [(len(coded), size, checksum_of(coded)) for coded, size in self.frames]
        with open(path, "wb") as file:
            file.write(data + index + seek_table([*entries, (len(index), 0, _CHECKSUM_OF_NOTHING)]))
        return path

    def _frame_rows(self):
        first_files = self.first_files or [0] * (len(self.frames) + 1)
        rows, image_offset, stream_offset = [], 0, 0
        for (coded, size), first in zip(self.frames, first_files):
            rows.append(struct.pack("<QQIIB7x", image_offset, stream_offset, checksum_of(coded),
                                    first, 0))
            image_offset += len(coded)
            stream_offset += size
        rows.append(struct.pack("<QQIIB7x", image_offset, stream_offset, 0, first_files[-1], 0))
        return b"".join(rows)

    def _layout(self):
        """Where the tables lie: {name: (offset, rows)}; the index frames that are stored; and which
        of them each index frame is."""
        tables, places = bytearray(), {}
        for name, row_size in TABLES.items():
            if name in self.repeated:
                continue
            tables += bytes(-len(tables) % row_size)
            places[name] = (len(tables), len(self.tables[name]) // row_size)
            tables += self.tables[name]
        contents = [bytes(tables[i:i + MIB]) for i in range(0, len(tables), MIB)]
        numbers = list(range(len(contents)))
        for name, (rows, pattern) in self.repeated.items():
            contents[-1] = contents[-1].ljust(MIB, b"\0")
            places[name] = (len(numbers) * MIB, rows)
            # The first frame may differ: it holds the rows that the image needs.
            first = self.tables[name] + pattern[len(self.tables[name]):]
            contents += [first, pattern]
            frames = -(-rows * TABLES[name] // MIB)
            numbers += [len(contents) - 2] + [len(contents) - 1] * (frames - 1)
        return places, contents, numbers

    def _index(self, data_size):
        places, contents, numbers = self._layout()
        stored = [zstd_frame(content) for content in contents]
        offsets = [sum(map(len, stored[:i])) for i in range(len(stored))]
        directory = b"".join(struct.pack("<QII", offsets[i], len(stored[i]), checksum_of(stored[i]))
                             for i in numbers)
        frames = b"".join(stored)
        nested = seek_table([(len(frame), len(content), checksum_of(frame))
                             for frame, content in zip(stored, contents)])
        body_size = _HEADER_SIZE + len(directory) + len(frames) + len(nested)
        tables_size = (len(numbers) - 1) * MIB + len(contents[numbers[-1]])
        stream_size = sum(size for _, size in self.frames)
        # The index frame, the seek table and its entries follow the data.
        image_size = data_size + 8 + body_size + 17 + 12 * (len(self.frames) + 1)
        header = struct.pack("<8sHHIII", b"ZVFSINDX", 1, _HEADER_SIZE, 0, 0, 0)
        header += struct.pack("<QQQQQ", image_size, data_size, stream_size, 0, tables_size)
        header += struct.pack("<IIII", 16 * MIB, len(self.frames), MOST_INDEX_FRAME, len(numbers))
        for name in TABLES:
            header += struct.pack("<QQ", *places[name])
        header += b"crafted".ljust(40, b"\0") + bytes(64)
        header += struct.pack("<Q", xxh64(header))
        return struct.pack("<II", _SKIPPABLE_INDEX, body_size) + header + directory + frames + nested

"""Random tar archives, odd but mostly valid, of every dialect that is about: v7, ustar, GNU, pax, star.

`archive(seed)` is a list of pieces: a member with its headers and data is one, and so are global
headers, end marks and what follows them. So a test may leave pieces out to find the one that matters.
Headers are made block by block, without any code of zvfs or a tar library.
"""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "foreign"))

from handmade import BLOCK, GNU, USTAR, V7, base256, octal, padded, record, sealed  # noqa: E402

COMPONENTS = (b"a", b"b", b"c", b"d", b"ab", b"sp ace", b"new\nline", b"back\\slash", b"st*r", b"%41",
              "\u00e4".encode(), "a\u0308".encode(), b"latin\xe4", b"=", b"-f", b"n" * 99, b"m" * 100,
              b"o" * 101, b"p" * 155, b"q" * 255)
MTIMES = (0, 1, 1_000_000_000, 1_600_000_000, 2**31 - 1, 2**31, 2**32, 2**33 - 1)
BIG_MTIMES = (-1, -1_000_000, 2**33, 2**33 + 5)
IDS = (0, 1, 1000, 65534, 2**18, 2**21 - 1)
BIG_IDS = (2**21, 2**31 - 1, 2**31, 2**32 - 2)
SIZES = (0, 0, 1, 5, 511, 512, 513, 1024, 1500, 5000)
PAX_TIMES = (b"0", b"1", b"1500000000", b"1500000000.5", b"1500000000.123456789", b"1500000000.1234567899",
             b"1500000000.", b"-1", b"-1.25", b"-0.5", b"8589934600.75")
# A symlink that GNU tar makes at the end. Until then there is an empty file in its place. What becomes of
# a hard link to that, or of a file that replaces it, depends on the filesystem and on all that follows.
LATE = b"late"
XATTR_NAMES = (b"user.a", b"user.b", b"user.=", b"user.%", "user.\u00e4".encode(), b"trusted.t")
ACLS = (b"user::rw-,group::r--,other::r--", b"user::rwx,user:31000:r-x,group::r-x,mask::r-x,other::---",
        b"user::rw-,group::r--,group:31001:rw-,mask::rw-,other::r--")


class Archive:
    """One archive in the making."""

    def __init__(self, seed, devices):
        self.random = random.Random(seed)
        self.devices = devices
        self.pieces = []
        self.kinds = {(): b"5"}  # of what was made so far, by path
        self.globals = []
        self.dumped = set()  # directories of type D: GNU tar may give their attributes to what replaces them
        self.directories = {}  # those with a member: its name there, or None if it had records
        count = self.random.choice((2, 3, 4, 8))
        self.components = self.random.sample(COMPONENTS, count)
        self.main_magic = self.random.choice((V7, USTAR, USTAR, GNU, GNU))

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def choice(self, options):
        return self.random.choice(options)

    # --- Fields

    def number(self, value, width):
        """A number as some program or other writes it."""
        if value < 0 or value >= 8 ** (width - 1):
            return base256(value, width)
        digits = b"%o" % value
        forms = [octal(value, width), octal(value, width), octal(value, width),
                 digits.rjust(width - 2) + b" \0" if len(digits) < width - 1 else octal(value, width),
                 digits.zfill(width - 1) + b" ", digits.zfill(width), digits.ljust(width, b"\0"),
                 digits.rjust(width - 1) + b" ", base256(value, width)]
        return self.choice(forms)

    def content(self, size):
        letter = self.choice(b"abcdefgh")
        return bytes([letter]) * size

    def header(self, name, kind, size=0, link=b"", magic=None, tail=None):
        if magic is None:
            magic = self.main_magic if self.chance(95) else self.choice((V7, USTAR, GNU))
        mode = self.choice((0o644, 0o755, 0o600, 0o4755, 0o1777, 0o100644, 0o40755, 0, self.random.getrandbits(12)))
        uid = self.choice(IDS if self.chance(90) else BIG_IDS)
        gid = self.choice(IDS if self.chance(90) else BIG_IDS)
        mtime = self.choice(MTIMES if self.chance(90) else BIG_MTIMES)
        prefix = b""
        if magic == USTAR and len(name) > 100:
            cut = name.rfind(b"/", 0, 156)
            if cut > 0 and 0 < len(name) - cut - 1 <= 100:
                prefix, name = name[:cut], name[cut + 1:]
        elif magic == USTAR and b"/" in name.strip(b"/") and self.chance(20):
            prefix, _, name = name.partition(b"/")
        owner = b"" if magic == V7 else (b"root".ljust(32, b"\0") + b"nobody-here".ljust(32, b"\0")
                                         if self.chance(30) else bytes(64))
        major, minor = self.choice(((0, 0), (1, 3), (8, 1), (200, 255)))
        numbers = b"" if magic == V7 else self.number(major, 8) + self.number(minor, 8)
        block = (name[:100].ljust(100, b"\0") + self.number(mode, 8) + self.number(uid, 8)
                 + self.number(gid, 8) + self.number(size, 12) + self.number(mtime, 12) + b" " * 8 + kind
                 + link[:100].ljust(100, b"\0") + magic + owner + numbers)
        if magic == USTAR:
            block = block.ljust(345, b"\0") + prefix
        elif magic == GNU and tail:
            block = block.ljust(345, b"\0") + tail
        form = self.choice((b"%06o\0 ", b"%06o\0 ", b"%6o\0 ", b"%07o\0", b"%6o \0"))
        return sealed(block.ljust(BLOCK, b"\0"), form=form)

    def extended(self, kind, body):
        name = self.choice((b"PaxHeaders/x", b"././@PaxHeader", b"pax_global_header"))
        return sealed(name.ljust(100, b"\0") + octal(0o644, 8) + octal(0, 8) * 2 + octal(len(body), 12)
                      + octal(0, 12) + b" " * 8 + kind + bytes(100) + USTAR + bytes(247)) + padded(body)

    def gnu_long(self, kind, text):
        return sealed(b"././@LongLink".ljust(100, b"\0") + octal(0, 8) * 3 + octal(len(text) + 1, 12)
                      + octal(0, 12) + b" " * 8 + kind + bytes(100) + GNU + bytes(247)) + padded(text + b"\0")

    # --- Names

    def of_kind(self, is_directory):
        return [path for path, kind in self.kinds.items() if (kind == b"5") == is_directory]

    def new_path(self, kind=b"0"):
        """A path that a member of that kind can mostly have."""
        for _ in range(20):
            parent = self.choice(self.of_kind(True))
            if self.chance(15):
                parent = tuple(self.choice(self.components) for _ in range(self.random.randint(1, 3)))
            path = parent + (self.choice(self.components),)
            if self.is_free(path, kind):
                return path
        return (b"new-%d" % len(self.kinds),)

    def is_free(self, path, kind):
        if self.kinds.get(path) == LATE or (path in self.dumped and kind != b"5"):
            return False
        below_file = any(self.kinds.get(path[:i], b"5") != b"5" for i in range(1, len(path)))
        has_entries = any(other[:len(path)] == path != other for other in self.kinds)
        return self.chance(1) or not (below_file or (has_entries and kind != b"5"))

    def made(self, path, kind=b"0"):
        for i in range(1, len(path)):
            self.kinds.setdefault(path[:i], b"5")
        self.kinds[path] = kind

    def spelled(self, path, kind=b"0"):
        """The path as some program may write it."""
        text = b"/".join(path)
        if self.chance(25):
            text = b"./" + text
        elif self.chance(4):
            text = self.choice((b"/", b"//", b".//", b"././")) + text
        if self.chance(3):
            text = text.replace(b"/", self.choice((b"//", b"/./")))
        if kind == b"5" and self.chance(80):
            text += b"/"
        elif self.chance(1):
            text += self.choice((b"/", b"//", b"/."))
        if self.chance(1):
            text = self.choice((b"../" + text, text + b"/..", b"a/../" + text))
        return text

    # --- Members

    def pax_records(self, path, kind, data_size, link):
        """Records for a member; the first three replace what its header says."""
        records = []
        if path is not None:
            records.append((b"path", path))
        if link is not None:
            records.append((b"linkpath", link))
        if data_size is not None:
            records.append((b"size", b"%d" % data_size))
        for _ in range(self.choice((0, 1, 1, 2, 4))):
            records.append(self.any_record(kind))
        self.random.shuffle(records)
        return records

    def any_record(self, kind):
        choices = [
            lambda: (b"mtime", self.choice(PAX_TIMES)),
            lambda: (b"mtime", self.choice(PAX_TIMES)),
            lambda: (self.choice((b"atime", b"ctime", b"LIBARCHIVE.creationtime")), self.choice(PAX_TIMES)),
            lambda: (self.choice((b"uid", b"gid")), b"%d" % self.choice(IDS + BIG_IDS)),
            lambda: (self.choice((b"uname", b"gname")), self.choice((b"root", b"nobody-here", b""))),
            lambda: (self.choice((b"comment", b"VENDOR.key", b"charset")), b"any=\nthing"),
            lambda: (b"hdrcharset", self.choice((b"BINARY", b"ISO-IR 10646 2000 UTF-8"))),
            lambda: (self.choice((b"SCHILY.dev", b"SCHILY.ino", b"SCHILY.nlink", b"SCHILY.fflags")), b"1"),
        ]
        if kind in (b"0", b"5"):  # Linux has none of user's on others
            choices.append(lambda: (b"SCHILY.acl.access", self.choice(ACLS)))
            choices.append(lambda: (b"SCHILY.xattr." + self.choice(XATTR_NAMES).replace(b"%", b"%25")
                                    .replace(b"=", b"%3D"), self.choice((b"value", b"", b"a\0b\n", b"=" * 300))))
        if kind == b"5":
            choices.append(lambda: (b"SCHILY.acl.default", self.choice(ACLS)))
        if kind in (b"3", b"4"):
            choices.append(lambda: (self.choice((b"SCHILY.devmajor", b"SCHILY.devminor")), b"259"))
        return self.choice(choices)()

    def before(self, path, kind, data_size, link=b""):
        """The extended headers of a member, and the path, size and link for its own header."""
        head = b""
        own_size = data_size
        own_path, own_link = path, link
        if len(path) > 100 or len(link) > 100 or self.chance(30):
            if self.main_magic == GNU and self.chance(80):
                if len(path) > 100 or self.chance(40):
                    head += self.gnu_long(b"L", path)
                    own_path = path[:100] if self.chance(70) else b"other"
                if link and (len(link) > 100 or self.chance(40)):
                    long_link = self.gnu_long(b"K", link)
                    head = head + long_link if self.chance(50) else long_link + head
                    own_link = link[:100]
            else:
                by_path = len(path) > 100 or self.chance(30)
                by_link = link and (len(link) > 100 or self.chance(30))
                by_size = data_size > 0 and self.chance(20)
                records = self.pax_records(path if by_path else None, kind, data_size if by_size else None,
                                           link if by_link else None)
                body = b"".join(record(key, value) for key, value in records)
                if body and self.chance(3):
                    body += bytes(self.choice((1, 8, 512)))
                own_path = self.choice((path[:100], b"PaxName")) if by_path else path
                own_size = self.choice((0, data_size)) if by_size else data_size
                own_link = link[:100] if by_link else link
                head += self.extended(b"X" if self.chance(3) else b"x", body)
        return head, own_path, own_size, own_link

    def add_file(self):
        path = self.new_path()
        kind = self.choice((b"0", b"0", b"0", b"0", b"\0", b"7") if self.chance(97) else (b"Q", b"A", b"\0"))
        text = self.spelled(path)
        data = self.content(self.choice(SIZES))
        head, name, size, _ = self.before(text, b"0", len(data))
        self.made(path)
        return head + self.header(name, kind, size) + padded(data)

    def add_directory(self):
        """A directory, or one once more. Of two members for a directory the last one counts; but GNU tar
        leaves the attributes of the first, and whatever it says if its name is spelled otherwise."""
        path = self.new_path(b"5")
        known = self.directories.get(path, b"")
        if known is None:
            return self.add_file()
        text = known or self.spelled(path, b"5")
        head, name, size, _ = (b"", text, 0, b"") if known else self.before(text, b"5", 0)
        kind = b"5"
        if text.endswith(b"/") and len(text) <= 100 and self.chance(10):
            kind = b"0"  # as in Version 7
        data = b""
        if not head and len(name) <= 100 and self.chance(3) and self.main_magic == GNU:
            kind, data = b"D", b"Yname\0Nother\0\0"
            size = len(data)
            self.dumped.add(path)
        elif kind == b"5" and self.chance(3):
            size = 4096
        self.made(path, b"5")
        self.directories[path] = text if not head else None
        return head + self.header(name, kind, size) + padded(data)

    def add_root(self):
        text = self.directories.setdefault((), self.choice((b"./", b".", b"./", b"././")))
        return self.header(text, b"5")

    def add_symlink(self):
        path = self.new_path()
        target = self.choice((b"a", b"b/c", b"../a", b"/etc/none", b".", b"x" * 99, b"y" * 150,
                              self.spelled(self.choice(list(self.kinds))) or b"."))
        head, name, size, link = self.before(self.spelled(path), b"2", 0, target)
        if self.chance(3):
            size = len(target)
        late = target.startswith(b"/") or b".." in target
        self.made(path, LATE if late else b"2")
        return head + self.header(name, b"2", size, link)

    def add_hard_link(self):
        path = self.new_path()
        targets = [other for other in self.of_kind(False) if other != path and self.kinds[other] != LATE]
        if not targets:
            return self.add_file()
        target = self.choice(targets) if self.chance(99) else self.new_path()
        # GNU tar drops all up to a ".." from a target, which zvfs refuses.
        text = self.spelled(target).replace(b"..", b".")
        head, name, size, link = self.before(self.spelled(path), b"1", 0, text)
        if self.chance(5) and not head:
            size = 5  # of the file, but without data
        self.made(path, self.kinds.get(target, b"0"))
        return head + self.header(name, b"1", size, link)

    def add_special(self):
        path = self.new_path()
        kind = self.choice((b"3", b"4", b"6")) if self.devices else b"6"
        head, name, size, _ = self.before(self.spelled(path), kind, 0)
        self.made(path, kind)
        return head + self.header(name, kind, size)

    def sparse_map(self):
        """Runs of a sparse file, its data, and its size. As GNU tar makes them: all runs but the last
        fill their blocks, and an empty one tells of a hole at the end."""
        runs, position = [], 0
        count = self.choice((0, 1, 2, 5, 30))
        for i in range(count):
            position += self.choice((0, 512, 4096, 10_000))
            length = self.choice((512, 1024, 4096) if i < count - 1 else (1, 512, 700))
            runs.append((position, length))
            position += length
        size = position + self.choice((0, 1, 5000))
        if not runs or size > position or self.chance(30):
            runs.append((size, 0))
        return runs, b"".join(self.content(length) for _, length in runs), size

    def add_sparse(self):
        path = self.new_path()
        self.made(path)
        text = self.spelled(path)
        if len(text) > 100:
            text = b"sparse"
            self.made((text,))
        runs, data, size = self.sparse_map()
        form = self.choice(("old", "0.0", "0.1", "1.0"))
        if form == "old":
            return self.old_sparse(text, runs, data, size)
        records = [(b"GNU.sparse.realsize" if form == "1.0" else b"GNU.sparse.size", b"%d" % size)]
        if form == "0.0":
            records.append((b"GNU.sparse.numblocks", b"%d" % len(runs)))
            for offset, length in runs:
                records += [(b"GNU.sparse.offset", b"%d" % offset), (b"GNU.sparse.numbytes", b"%d" % length)]
            name = text
        elif form == "0.1":
            records += [(b"GNU.sparse.name", text), (b"GNU.sparse.numblocks", b"%d" % len(runs)),
                        (b"GNU.sparse.map", b",".join(b"%d,%d" % run for run in runs))]
            name = b"GNUSparseFile.1/x"
        else:
            records += [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", text)]
            numbers = [len(runs)] + [number for run in runs for number in run]
            data = padded(b"".join(b"%d\n" % number for number in numbers)) + data
            name = b"GNUSparseFile.1/x"
        body = b"".join(record(key, value) for key, value in records)
        return self.extended(b"x", body) + self.header(name, b"0", len(data), magic=USTAR) + padded(data)

    def old_sparse(self, text, runs, data, size):
        def slots(part, count):
            return b"".join(octal(offset, 12) + octal(length, 12) for offset, length in part).ljust(24 * count, b"\0")
        rest = runs[4:]
        tail = bytes(41) + slots(runs[:4], 4) + (b"\1" if rest else b"\0") + octal(size, 12)
        head = self.header(text, b"S", len(data), magic=GNU, tail=tail)
        while rest:
            head += (slots(rest[:21], 21) + (b"\1" if rest[21:] else b"\0")).ljust(BLOCK, b"\0")
            rest = rest[21:]
        return head + padded(data)

    def add_global(self):
        """Records for all that follows, each with those before it: GNU tar would forget them, though POSIX
        says that they stay. Nor does it know what extended attribute a global record is about."""
        self.globals.append(self.choice(((b"comment", b"all"), (b"mtime", self.choice(PAX_TIMES)), (b"uid", b"7"),
                                         (b"gname", b"none"), (b"VENDOR.g", b"1"))))
        return self.extended(b"g", b"".join(record(key, value) for key, value in self.globals))

    def add_label(self):
        return self.header(b"a label", b"V", magic=GNU)

    def add_continued(self):
        """The rest of a file of the volume before."""
        data = self.content(self.choice((5, 700)))
        tail = bytes(24) + octal(600, 12)
        tail = tail.ljust(483 - 345, b"\0") + octal(600 + len(data), 12)
        path = self.new_path()
        self.made(path)
        return self.header(b"/".join(path)[:100], b"M", len(data), magic=GNU, tail=tail) + padded(data)

    # --- The whole

    def add_member(self):
        kinds = ((self.add_file, 40), (self.add_directory, 20), (self.add_symlink, 12),
                 (self.add_hard_link, 10), (self.add_special, 5), (self.add_sparse, 6),
                 (self.add_global, 2), (self.add_root, 2), (self.add_label, .5), (self.add_continued, .5))
        make = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        self.pieces.append(make())

    def make(self):
        if self.chance(40):
            self.pieces.append(self.add_root())
        for _ in range(self.choice((1, 2, 3, 5, 8, 15))):
            self.add_member()
        end = self.choice((bytes(2 * BLOCK),) * 12 + (b"", bytes(BLOCK), bytes(20 * BLOCK)))
        self.pieces.append(end)
        if len(end) >= 2 * BLOCK and self.chance(5):
            self.pieces.append(b"not a header" * 100)
        elif len(end) >= 2 * BLOCK and not self.globals and self.chance(5):
            # A second archive in the same file, in which GNU tar would keep the global records.
            for _ in range(self.choice((1, 3))):
                self.add_member()
            self.pieces.append(bytes(2 * BLOCK))
        return self.pieces


def archive(seed, devices=True):
    """The pieces of the archive of that seed. Without `devices`, it has no device nodes."""
    return Archive(seed, devices).make()


def has_second_archive(pieces):
    """Whether members follow an end mark: GNU tar and bsdtar must then be told to go on."""
    ends = [i for i, piece in enumerate(pieces) if len(piece) >= 2 * BLOCK and not any(piece)]
    return any(b"not a header" not in piece for i in ends for piece in pieces[i + 1:])

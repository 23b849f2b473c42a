"""Archives written byte by byte: what programs of old or of other systems have made, and what is odd.

Each function returns a tar. Its docstring says who writes such a thing; make.py says what is in it.
"""
BLOCK = 512
TIME = 1_600_000_000
END = bytes(2 * BLOCK)
USTAR, GNU, V7 = b"ustar\x0000", b"ustar  \x00", bytes(8)
PREFIX = slice(345, 500)


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def base256(value, width):
    return bytes([0x80 if value >= 0 else 0xFF]) + value.to_bytes(width - 1, "big", signed=value < 0)


def padded(data):
    return data + bytes(-len(data) % BLOCK)


def sealed(block, form=b"%06o\0 ", total=sum):
    """The header with its checksum, which counts the field as spaces."""
    block = bytearray(block)
    block[148:156] = b" " * 8
    block[148:156] = form % total(block)
    return bytes(block)


def header(name, size=0, kind=b"0", *, mode=0o644, uid=0, gid=0, time=TIME, link=b"", magic=USTAR,
           tail=b"", **seal):
    """`uid`, `gid`, `time`, `size` may be the bytes of the field; `tail` is what follows the magic."""
    def field(value, width):
        return value if isinstance(value, bytes) else octal(value, width)
    block = (name.ljust(100, b"\0") + field(mode, 8) + field(uid, 8) + field(gid, 8) + field(size, 12)
             + field(time, 12) + b" " * 8 + kind + link.ljust(100, b"\0") + magic + tail)
    return sealed(block.ljust(BLOCK, b"\0"), **seal)


def file(name, data=b"x\n", **fields):
    return header(name, len(data), **fields) + padded(data)


def root(**fields):
    return header(b"./", 0, b"5", mode=0o755, **fields)


def record(key, value):
    body = b" %s=%s\n" % (key, value)
    length = len(body)
    while length != len(b"%d" % length + body):
        length = len(b"%d" % length + body)
    return b"%d" % length + body


def pax(records, kind=b"x", tail=b""):
    data = b"".join(record(key, value) for key, value in records) + tail
    return header(b"PaxHeaders/x", len(data), kind) + padded(data)


def gnu_long(kind, text):
    return header(b"././@LongLink", len(text) + 1, kind, magic=GNU) + padded(text + b"\0")


def v7_unix():
    """Version 7 Unix and its kin: no magic, octal digits after spaces, directories by a slash."""
    def old(name, data=b"", kind=b"\0", mode=0o644, link=b""):
        return header(name, b"%11o " % len(data), kind, mode=b"%6o \0" % mode, uid=b"%6o \0" % 3,
                      gid=b"%6o \0" % 4, time=b"%11o " % TIME, link=link, magic=V7,
                      form=b"%6o\0 ") + padded(data)
    return (old(b"./", mode=0o755) + old(b"dir/", mode=0o755) + old(b"dir/file", b"seventh\n")
            + old(b"hard", kind=b"1", link=b"dir/file") + old(b"soft", kind=b"2", link=b"dir") + END)


def signed_checksum():
    """SunOS 4 and others that added up `char`, which had a sign."""
    def total(block):
        return sum(byte - 256 if byte > 127 else byte for byte in block) & 0o777777
    return root() + header(b"\xe4\xf6\xfc", 2, total=total) + padded(b"x\n") + END


def full_fields():
    """Fields to their last byte: a name of 100, numbers without an end, as of Solaris and old star."""
    return root() + file(b"n" * 100, uid=b"00001750", gid=b"00001751", time=b"013754400000") + END


def base_256():
    """GNU's binary numbers, as Go and star write them, too: large, and negative."""
    return (root() + file(b"large", magic=GNU, uid=base256(2**31, 8), gid=base256(2**32 - 2, 8),
                          time=base256(2**33 + 5, 12))
            + file(b"old", magic=GNU, time=base256(-5, 12))
            + header(b"sized", base256(4, 12), magic=GNU) + padded(b"four") + END)


def ustar_prefix():
    """POSIX 1988: the name's first part in a field of its own, of as many bytes as it has."""
    block = bytearray(header(b"r" * 100, 2))
    block[PREFIX] = b"p" * 155
    return root() + sealed(block) + padded(b"x\n") + END


def contiguous():
    """Type 7, a contiguous file on systems that had such; a file elsewhere."""
    return root() + file(b"contiguous", b"in a row\n", kind=b"7") + END


def unknown_type():
    """A vendor's letter: POSIX says to treat it as a file."""
    return root() + file(b"vendor", b"his own\n", kind=b"Q") + file(b"after") + END


def slash_and_data():
    """A regular file by its type, a directory by its slash, with data."""
    return root() + header(b"dir/", 5, b"0", mode=0o755) + padded(b"data\n") + file(b"after") + END


def directory_size():
    """Directories and symlinks with a size but no data, as some versions of pax and of AIX."""
    return (root() + header(b"dir/", 4096, b"5", mode=0o755) + file(b"dir/file")
            + header(b"link", 4, b"2", link=b"dir/") + file(b"z") + END)


def pax_size_of_directory():
    """The same by records: size says nothing of what has no data."""
    return (root() + pax([(b"size", b"5")]) + header(b"dir/", 0, b"5", mode=0o755)
            + pax([(b"size", b"5")]) + header(b"link", 0, b"2", link=b"file") + file(b"file") + END)


def pax_records():
    """Every record that POSIX has, over what is in the header; of two of one name the last counts."""
    return (root() + pax([(b"path", b"first"), (b"path", "n\u00e4me".encode()), (b"uid", b"3000000"),
                          (b"gid", b"0004"), (b"mtime", b"1500000000.987654321"), (b"atime", b"5.5"),
                          (b"ctime", b"6"), (b"size", b"3"), (b"uname", b"nobody-has-this"),
                          (b"comment", b"a\nb=c"), (b"VENDOR.x", b"y"),
                          (b"charset", b"ISO-IR 10646 2000 UTF-8")])
            + header(b"x", 0) + padded(b"abc")
            + pax([(b"linkpath", "n\u00e4me".encode())]) + header(b"symlink", 0, b"2", link=b"wrong")
            + pax([(b"linkpath", "n\u00e4me".encode())]) + header(b"hard", 0, b"1", link=b"wrong") + END)


def pax_times():
    """Fractions of any length, a sign, and no fraction."""
    def timed(name, time):
        return pax([(b"mtime", time)]) + file(name)
    return (root() + timed(b"dot", b"1.") + timed(b"short", b"1.5") + timed(b"long", b"1.123456789999")
            + timed(b"minus", b"-1.25") + timed(b"minus-fraction", b"-0.5")
            + timed(b"whole", b"1600000001") + END)


def pax_empty_value():
    """An empty value takes a global record away; the header's own value counts again."""
    return (root() + pax([(b"comment", b"all"), (b"path", b"wrong")], b"g")
            + pax([(b"comment", b""), (b"path", b"")]) + file(b"own") + END)


def pax_global_path():
    """A path for all that follows."""
    return pax([(b"path", b"global.txt")], b"g") + file(b"raw") + END


def pax_global_alone():
    """A global header and no member, as `git archive` of an empty commit."""
    return pax([(b"comment", b"1" * 40)], b"g") + END


def pax_nul_padding():
    """Records that are followed by zero bytes within the size."""
    return root() + pax([(b"path", b"named")], tail=bytes(8)) + file(b"raw") + END


def pax_device():
    """star's records of device numbers, which may need more than 21 bits."""
    return (root() + pax([(b"SCHILY.devmajor", b"259"), (b"SCHILY.devminor", b"1048575")])
            + header(b"nvme", 0, b"4", tail=bytes(64) + octal(0, 8) + octal(0, 8)) + END)


def pax_binary_names():
    """libarchive's mark for names that are not UTF-8."""
    return root() + pax([(b"hdrcharset", b"BINARY"), (b"path", b"latin-1-\xe4")]) + file(b"x") + END


def pax_xattrs():
    """Attributes as star, libarchive and GNU tar's SELinux and ACL records have them."""
    return (root() + pax([(b"SCHILY.xattr.user.star", b"a\0b\n=c"),
                          (b"LIBARCHIVE.xattr.user.libarchive", b"YmFzZTY0"),
                          (b"SCHILY.acl.access", b"user::rw-,user:31000:r--,group::r--,mask::r--,other::---"),
                          (b"SCHILY.fflags", b"nodump")])
            + file(b"file") + END)


def gnu_before_pax():
    """A long name of GNU's, and a pax header: the latter counts."""
    return root() + gnu_long(b"L", b"gnu-name") + pax([(b"path", b"pax-name")]) + file(b"z") + END


def gnu_long_both():
    """A long name and a long target of one member, in either order."""
    name, target = b"n" * 200, gnu_long(b"K", b"t" * 400)
    symlink = header(b"n" * 100, 0, b"2", link=b"t", magic=GNU)
    return (root() + target + gnu_long(b"L", name + b"1") + symlink
            + gnu_long(b"L", name + b"2") + target + symlink + END)


def gnu_volume_member():
    """The second volume of several: a file goes on, from byte 600 of 1,000."""
    tail = bytes(32 + 32 + 8 + 8 + 12 + 12) + octal(600, 12)
    tail = tail.ljust(483 - 265, b"\0") + octal(1000, 12)
    return (header(b"cut", 400, b"M", magic=GNU, tail=tail) + padded(b"c" * 400)
            + file(b"after", magic=GNU) + END)


def linked_with_data():
    """Hard links that carry the data once more, as POSIX 2001 allows (pax -o linkdata, star -link-data)."""
    size = pax([(b"size", b"5")])
    return (root() + size + file(b"first", b"data\n")
            + size + header(b"second", 5, b"1", link=b"first") + padded(b"data\n") + file(b"z") + END)


def link_size_without_data():
    """Hard links whose header has the size of the file but no data, as old versions of Solaris and AIX."""
    return (root() + file(b"first", b"data\n") + header(b"second", 5, b"1", link=b"first", magic=V7)
            + file(b"z") + END)


def solaris_acl():
    """Solaris: an ACL in a member of type A before the file, and records of type X."""
    acl = b"1000005\0user::rw-,user:lp:r--:31000,group::r--,mask:r--,other:---\0"
    return (root() + header(b"file", len(acl), b"A") + padded(acl) + file(b"file")
            + pax([(b"path", b"long-by-X")], b"X") + file(b"raw") + END)


def go_like():
    """Go's archive/tar: a GNU header in a tree of ustar ones, times of zero, no owner's names."""
    return (root(time=0) + file(b"etc/x", b"1\n", time=0, uid=1001, gid=1002)
            + file(b"etc/y", b"2\n", time=base256(2**33 + 7, 12), magic=GNU) + END)


def one_zero_block():
    """The end is one zero block, as some programs leave it."""
    return root() + file(b"file") + bytes(BLOCK)


def no_end():
    """No end mark at all."""
    return root() + file(b"file")


def garbage_after_end():
    """What a tape or a disk had before lies behind the end."""
    return root() + file(b"file") + END + b"not a header" * 100


def empty():
    """An archive of nothing: zero blocks alone."""
    return bytes(20 * BLOCK)

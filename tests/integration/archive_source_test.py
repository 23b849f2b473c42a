#!/usr/bin/env python3
"""Images made from archives. Tars are kept byte for byte, and all are shown as tar extracts them.

Archives come from GNU tar and bsdtar in every format that they write, and from Python's tarfile for
contents that no program would write. A mount must show the result of `tar -x`.
"""
import io
import os
import socket
import struct
import subprocess
import tarfile
import unittest
import unittest.mock

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import run, tool

COMPRESSORS = ("gzip", "bzip2", "xz", "zstd", "lz4")
XATTRS = ("--xattrs", "--xattrs-include=*", "--acls")
# Takes all day to read.
ENDLESS = "--exclude=terabyte/terabyte"


def members(*entries, pax=None, pax_of_all=None, owner=("", "")):
    """A tar of (name, type, content or link) made by tarfile, as bytes; each gets the `pax`
    records."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT, pax_headers=pax_of_all) as tar:
        for name, kind, value in entries:
            info = tarfile.TarInfo(name)
            info.pax_headers = dict(pax or {})
            info.uname, info.gname = owner
            info.type, info.mtime, info.mode = kind, 1_600_000_000, 0o755
            if kind == tarfile.REGTYPE:
                info.size = len(value)
                tar.addfile(info, io.BytesIO(value))
            else:
                info.linkname = value
                tar.addfile(info)
    return stream.getvalue()


def data_frames(image):
    """Coded size, decoded size and checksum of each data frame, from the seek table."""
    image = image.read_bytes()
    count, _, _ = struct.unpack("<IBI", image[-9:])
    return list(struct.iter_unpack("<III", image[-9 - 12 * count:-9 - 12]))


class ArchiveCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("tar", "bsdtar", "zstd")
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())

    def image_of(self, archive, *options, expect=0):
        """Makes an image of an archive (a path, or bytes for standard input); returns the
        messages."""
        image = self.scratch / "image.zst"
        image.unlink(missing_ok=True)
        from_stdin = isinstance(archive, bytes)
        done = subprocess.run(
            [tool("ZVFS_MKIMAGE"), "-q", *options, "-" if from_stdin else archive, image],
            input=archive if from_stdin else b"", stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return image, done.stderr.decode()

    def assert_kept(self, image, tar_bytes):
        self.assertTrue(run("zstd", "-dc", image) == tar_bytes, "the stream is not the archive")

    def assert_sound(self, image):
        run(tool("ZVFS_ZVFS"), "check", "--deep", image)

    def extracted(self, command, archive):
        target = self.enterContext(zvfs_tools.scratch_directory()) / "extracted"
        target.mkdir()
        run(*command, cwd=target, input=archive, stdin=None)
        return target

    def assert_shows(self, image, expected, **rules):
        zvfs_tools.require_fuse()
        rules = tree_compare.Rules(**{name: frozenset(value) for name, value in rules.items()})
        with zvfs_tools.mounted(image) as mount:
            self.assertEqual(tree_compare.compare(expected, mount, rules), [])


class FormatTest(ArchiveCase):
    """The edge tree in every tar format that can hold some of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        zvfs_tools.require_root()
        cls.source = cls.scratch / "source"
        edge_tree.build(cls.source, without=("deep", "terabyte"))

    def check(self, command, extract=(), fields=(), **rules):
        archive = run(*command, cwd=self.source)
        image, _ = self.image_of(archive)
        self.assert_kept(image, archive)
        self.assert_sound(image)
        target = self.extracted(
            extract or ("tar", "-xpf-", *XATTRS, "--numeric-owner", "--same-owner"), archive)
        self.assert_shows(image, target, fields={"dir_nlink", *fields}, **rules)

    def gnu_tar(self, *options, **rules):
        # Tar reports and leaves out sockets and anything that a format cannot hold, and continues.
        self.check(("sh", "-c", 'tar "$@" 2>/dev/null || [ $? -le 2 ]', "tar", "-cf-",
                    "--numeric-owner", *options, "."), **rules)

    def test_pax(self):
        self.gnu_tar("--format=pax", *XATTRS)

    def test_pax_with_sparse_files_of_all_versions(self):
        # Extraction makes holes of its own choice if the archive does not record any.
        for version in ("0.0", "0.1", "1.0"):
            with self.subTest(version):
                self.gnu_tar("--format=pax", "-S", f"--sparse-version={version}", *XATTRS)

    def test_pax_with_global_headers(self):
        self.gnu_tar("--format=pax", "--pax-option=mtime=12345678.5,comment=all")

    def test_gnu(self):
        self.gnu_tar("--format=gnu")
        self.gnu_tar("--format=gnu", "-S")
        self.gnu_tar("--format=oldgnu", "-S")

    def test_ustar_and_v7(self):
        self.gnu_tar("--format=ustar")
        self.gnu_tar("--format=v7")

    def test_bsdtar(self):
        bsdtar = ("sh", "-c", 'bsdtar "$@" 2>/dev/null || [ $? -le 1 ]', "bsdtar", "-cf-")
        for form in ("pax", "gnutar"):
            with self.subTest(form):
                # GNU tar cannot set directories' times when members come in bsdtar's order, and
                # libarchive takes -1.25 s for -0.75 s, and leaves the time of such a directory alone.
                self.check((*bsdtar, f"--format={form}", "--numeric-owner", "."),
                           extract=("bsdtar", "-xpf-", "--numeric-owner", "--same-owner", "--acls",
                                    "--xattrs"),
                           # It also changes "=" in the name of an attribute, and names that are not
                           # NFC.
                           xattrs={"user.equals", "user.equals=sign", "user.equals%3Dsign"},
                           paths={"names/e\u0301".encode()},
                           fields_of={(path, "mtime_ns") for path in (
                               b".", b"times/before-1970", b"times/year-1930", b"times/symlink",
                               b"extreme_times/year-1700")})

    def test_rules_rewrite_the_archive(self):
        archive = run("tar", "-cSf-", "--format=gnu", "--exclude=fifos_and_sockets", "-C", self.source, ".")
        image, _ = self.image_of(archive, "--exclude", "names/", "--exclude", "hardlinks", "--owner",
                                 "7", "--mtime", "@5", "--mode", "u+x")
        self.assert_sound(image)
        target = self.extracted(("tar", "-xpf-", "--exclude=./names", "--exclude=./hardlinks"), archive)
        run("sh", "-c", "find . -exec chown -h 7 {} + && find . ! -type l -exec chmod u+x {} + &&"
            "find . -exec touch -h -d @5 {} +", cwd=target)
        # A change of owner clears set-uid bits.
        self.assert_shows(image, target, fields={"dir_nlink"}, paths={b"modes", b"owners/setuid-of-another"})
        stream = run("zstd", "-dc", image)
        again = self.extracted(("tar", "-xpf-", "--numeric-owner"), stream)
        self.assert_shows(image, again, fields={"dir_nlink"})

    def test_names_are_listed_as_they_are(self):
        archive = run("tar", "-cf-", "--format=pax", "-C", self.source, "names")
        image, _ = self.image_of(archive)
        listed = run(tool("ZVFS_ZVFS"), "ls", "-R", image)
        self.assertGreater(len(listed.splitlines()), 10)


class CompressionTest(ArchiveCase):
    def setUp(self):
        self.tar = members(("dir", tarfile.DIRTYPE, ""),
                           *((f"dir/{i}", tarfile.REGTYPE, edge_tree.text(i * 37, i))
                             for i in range(500)))
        self.plain, _ = self.image_of(self.tar)
        self.expected = self.plain.read_bytes()

    def test_image_does_not_depend_on_how_the_archive_comes(self):
        for program in COMPRESSORS:
            with self.subTest(program):
                zvfs_tools.require_programs(program)
                compressed = run(program, "-c", input=self.tar, stdin=None)
                path = self.scratch / f"archive.{program}"
                path.write_bytes(compressed)
                for archive in (compressed, path):
                    image, said = self.image_of(archive, "-j3")
                    self.assertEqual(said, "")
                    self.assertTrue(image.read_bytes() == self.expected)

    def test_an_image_is_an_archive_too(self):
        path = self.scratch / "first.zst"
        path.write_bytes(self.expected)
        image, _ = self.image_of(path)
        self.assertTrue(image.read_bytes() == self.expected)
        lz4, _ = self.image_of(path, "-c", "lz4")
        lz4 = lz4.rename(self.scratch / "first.lz4")
        image, _ = self.image_of(lz4)
        self.assertTrue(image.read_bytes() == self.expected)

    def test_what_only_the_index_of_an_image_has_is_kept(self):
        source = self.scratch / "only"
        (source / "sub").mkdir(parents=True)
        (source / "sub" / "file").write_bytes(b"1")
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(source / "sub" / "socket"))
        attributes = {f"SCHILY.xattr.user.x{i}": "v" * 60_000 for i in range(20)}
        large = self.scratch / "large.zst"
        large.write_bytes(self.image_of(members(("big", tarfile.REGTYPE, b"2"), pax=attributes))[0].read_bytes())
        first = zvfs_tools.mkimage(source, self.scratch / "only.zst")
        appended = self.scratch / "appended"
        appended.write_bytes(b"#!/bin/true\n" + first.read_bytes())
        for options, owner in (((), b" 0 "), (("--owner=7",), b" 7 "), (("--order=path", "--owner=7"), b" 7 "),
                               (("--exclude=file", "--owner=7"), b" 7 ")):
            for archive in (first, appended):
                image, said = self.image_of(archive, *options)
                self.assertEqual(said, "")
                self.assert_sound(image)
                listed = run(tool("ZVFS_ZVFS"), "ls", "-lR", image).splitlines()
                self.assertTrue(any(line.startswith(b"s") and owner in line and line.endswith(b" sub/socket")
                                    for line in listed), listed)
            image, _ = self.image_of(large, *options)
            if options:  # libarchive does not read such headers
                self.assert_sound(image)
            with zvfs_tools.mounted(image) as mount:
                self.assertEqual(len(os.listxattr(mount / "big")), 20, options)
        image, _ = self.image_of(first, "--exclude=socket")
        self.assertNotIn(b"socket", run(tool("ZVFS_ZVFS"), "ls", "-R", image))

    def test_frames_of_a_tar_are_those_of_its_tree(self):
        source = self.scratch / "tree"
        edge_tree.build(source, without=("deep", "terabyte", "fifos_and_sockets"))
        (source / "large").write_bytes(edge_tree.noise(3_000_000))
        tree = zvfs_tools.mkimage(source, self.scratch / "tree.zst")
        image, _ = self.image_of(tree)
        self.assertEqual(data_frames(image), data_frames(tree))

    def test_window_too_large(self):
        frame = b"\x28\xB5\x2F\xFD\x00\xA8" + b"\x01\0\0"  # 2 GiB, as of zstd --long=31
        _, said = self.image_of(frame, expect=2)
        self.assertIn("its window exceeds 128M; decompress it first: zstd -dc --long=31 FILE | "
                      "mkimage - IMAGE", said)

    def test_lzop_is_refused_with_a_hint(self):
        _, said = self.image_of(b"\x89LZO\0\r\n\x1a\n" + bytes(100), expect=2)
        self.assertIn("lzop -dc FILE | mkimage - IMAGE", said)

    def test_slow_pipe_gives_the_same_image(self):
        image = self.scratch / "slow.zst"
        with subprocess.Popen([tool("ZVFS_MKIMAGE"), "-q", "-", image], stdin=subprocess.PIPE) as process:
            for begin in range(0, len(self.tar), 1777):
                process.stdin.write(self.tar[begin:begin + 1777])
                process.stdin.flush()
        self.assertEqual(process.returncode, 0)
        self.assertTrue(image.read_bytes() == self.expected)

    def test_cut_archive_makes_no_image(self):
        for program in (None, "gzip", "xz", "zstd"):
            whole = run(program, "-c", input=self.tar, stdin=None) if program else self.tar
            for part in (0, 1, 511, 700, len(whole) // 2):
                with self.subTest(program=program, part=part):
                    image, said = self.image_of(whole[:part], expect=2)
                    self.assertIn("standard input: ", said)
                    self.assertEqual(len(said.splitlines()), 1)
                    self.assertFalse(image.exists())
                    self.assertEqual(list(self.scratch.glob(".image*")), [])


class OddArchiveTest(ArchiveCase):
    """Unexpected contents of tars."""
    FILE, DIR, LINK, SYM = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE

    def check(self, archive, *, expect=0, said="", tar=("tar", "-xf-"), **rules):
        image, stderr = self.image_of(archive, expect=expect)
        self.assertIn(said, stderr)
        self.assert_kept(image, archive)
        self.assert_sound(image)
        if tar:
            self.assert_shows(image, self.extracted((*tar, "--warning=none"), archive),
                              fields={"dir_nlink", *rules.pop("fields", ())}, **rules)
        return image

    def test_members_in_any_order(self):
        self.check(members(("z/b", self.FILE, b"1"), ("a", self.FILE, b"2"), ("z/a", self.FILE, b"3"),
                           ("z", self.DIR, "")), fields_of={(b".", "mtime_ns")})

    def test_missing_parents(self):
        # Extraction gives them the current time.
        self.check(members(("x/y/z", self.FILE, b"1")), fields={"mtime_ns"})

    def test_dot_slash(self):
        self.check(members((".", self.DIR, ""), ("./a", self.FILE, b"1"), ("././b", self.FILE, b"2")))

    def test_the_last_member_of_a_name_wins(self):
        self.check(members((".", self.DIR, ""), ("a", self.FILE, b"old"), ("l", self.LINK, "a"),
                           ("a", self.FILE, b"new"), ("f", self.FILE, b"file"), ("f", self.DIR, ""),
                           ("f/in", self.FILE, b"in"), ("f", self.DIR, ""), (".", self.DIR, "")),
                   fields={"mtime_ns"})

    def test_what_extraction_refuses_to_replace(self):
        inside = ("d/in", self.FILE, b"1")
        for kind, value in ((self.FILE, b"2"), (self.SYM, "a"), (self.LINK, "a")):
            archive = members((".", self.DIR, ""), ("a", self.FILE, b"0"), inside, ("d", kind, value),
                              (".", self.DIR, ""))
            self.check(archive, expect=1, tar=("sh", "-c", "! tar -xf- 2>errors || exit 1; rm errors"),
                       said="d: an earlier directory of that name has entries", fields={"mtime_ns"})
            self.image_of(archive, "--strict", expect=2)
            self.check(members((".", self.DIR, ""), ("a", self.FILE, b"0"), ("d", self.DIR, ""),
                               ("d", kind, value), (".", self.DIR, "")), fields={"mtime_ns"})

    def test_members_below_what_is_no_directory(self):
        for before in (("f", self.FILE, b"0"), ("f", self.SYM, "missing"), ("f", self.SYM, "/tmp")):
            self.check(members((".", self.DIR, ""), before, ("f/x", self.FILE, b"1"), (".", self.DIR, "")),
                       expect=1, tar=("sh", "-c", "! tar -xf- 2>errors || exit 1; rm errors"),
                       said="f/x: it lies below", fields={"mtime_ns"})

    def test_directories_made_up_are_bounded(self):
        deep = "/a" * 2000
        _, said = self.image_of(members(*((f"{i}{deep}/f", self.FILE, b"") for i in range(100))), expect=2)
        self.assertIn("directories of 33 members are missing from the archive", said)

    def test_hard_links(self):
        self.check(members((".", self.DIR, ""), ("a", self.FILE, b"1"), ("b", self.LINK, "./a"),
                           ("d/c", self.LINK, "b"), (".", self.DIR, "")), fields={"mtime_ns"})
        self.check(members(("b", self.LINK, "missing"), ("a", self.FILE, b"1")), expect=1, tar=None,
                   said="b: hard link to 'missing'")

    def test_symlinked_parents(self):
        self.check(members(("usr/lib", self.DIR, ""), ("lib", self.SYM, "usr/lib"),
                           ("lib/x", self.FILE, b"1")), fields={"mtime_ns"})

    def test_escaping_names(self):
        outside = members(("../a", self.FILE, b"1"), ("x/../../b", self.FILE, b"2"), ("c", self.FILE, b"3"))
        image = self.check(outside, expect=1, tar=None, said="its path contains '..'")
        self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", image), b"c\n")
        self.check(members((".", self.DIR, ""), ("/c", self.FILE, b"3"), (".", self.DIR, "")),
                   said="the leading '/' is dropped", fields={"mtime_ns"})

    def test_hard_links_to_what_is_left_out(self):
        archive = members(("d/a", self.FILE, b"1" * 3000), ("d/b", self.LINK, "d/a"), ("x/c", self.LINK, "d/b"),
                          ("x/e", self.LINK, "d/a"), ("f", self.FILE, b"2"), ("g", self.LINK, "./d/../f"))
        for options in (("--exclude=/d/a",), ("--exclude=/d",), ("--exclude=/d", "--prefix=p"),
                        ("--exclude=/d", "--order=path")):
            image, _ = self.image_of(archive, *options, expect=1)  # because of g
            self.assert_sound(image)
            target = self.extracted(("tar", "-xf-"), run("zstd", "-dc", image))
            links = [path for path in target.rglob("*") if path.is_file() and path.name in "abce"]
            self.assertEqual(len(links), 3 if "--exclude=/d/a" in options else 2)
            self.assertEqual({path.stat().st_nlink for path in links}, {len(links)})
            self.assertEqual(links[0].read_bytes(), b"1" * 3000)
        image, _ = self.image_of(archive, "--exclude=b", expect=1)
        self.assertEqual(run(tool("ZVFS_ZVFS"), "cat", image, "x/c"), b"1" * 3000)

    def test_files_left_out_are_kept_for_links_within_reason(self):
        large = self.scratch / "large.tar"
        with open(large, "wb") as file:
            run("sh", "-c", "truncate -s 1100M a && ln a b && tar -cf- --format=gnu a b && rm a b",
                cwd=self.scratch, stdout=file)
        image, said = self.image_of(large, "--exclude=a", expect=1)
        self.assertEqual(said, "mkimage: b: left out: hard link to 'a', which is left out: too large to keep\n")
        large.unlink()

    def test_rewriting_keeps_names_and_other_records(self):
        archive = members(("a", self.FILE, b"1"), ("b", self.FILE, b"2"), pax_of_all={"comment": "of all"},
                          pax={"comment": "own", "atime": "5.5", "VENDOR.x": "y"}, owner=("joe", "users" * 10))
        def infos(*options):
            with tarfile.open(fileobj=io.BytesIO(run("zstd", "-dc", self.image_of(archive, *options)[0]))) as tar:
                self.assertEqual(tar.pax_headers, {"comment": "of all"})
                return tar.getmembers()
        for info in infos("--exclude=b"):
            self.assertEqual((info.uname, info.gname), ("joe", "users" * 10))
            self.assertEqual({key: info.pax_headers[key] for key in ("comment", "atime", "VENDOR.x")},
                             {"comment": "own", "atime": "5.5", "VENDOR.x": "y"})
        self.assertEqual({(info.uname, info.gname) for info in infos("--owner=7")}, {("", "users" * 10)})
        self.assertEqual({(info.uname, info.gname) for info in infos("--group=7")}, {("joe", "")})
        for info in infos("--mtime=@7"):
            self.assertNotIn("atime", info.pax_headers)

    def test_rewriting_says_what_no_header_has_room_for(self):
        archive = members(("big", self.FILE, b"2"), pax={f"SCHILY.xattr.user.x{i}": "v" * 60_000 for i in range(20)})
        image, said = self.image_of(archive, "--owner=7")
        self.assertIn("big: some of its extended attributes do not fit in a tar header", said)
        self.assert_sound(image)
        zvfs_tools.require_fuse()
        with zvfs_tools.mounted(image) as mount:
            self.assertEqual(len(os.listxattr(mount / "big")), 20)

    def test_source_date_epoch_keeps_a_tar(self):
        archive = members(("a", self.FILE, b"1"))
        with unittest.mock.patch.dict(os.environ, SOURCE_DATE_EPOCH="5"):
            image, _ = self.image_of(archive)
            self.assert_kept(image, archive)
            for options in (("--clamp-mtime",), ("--mode", "u+r"), ("--order", "path")):
                image, _ = self.image_of(archive, *options)
                listed = run("tar", "--zstd", "--utc", "-tvf", image)
                self.assertIn(b" 1970-01-01 00:00 a", listed, options)

    def test_git_archive_of_an_empty_commit(self):
        zvfs_tools.require_programs("git")
        git = ("git", "-C", self.scratch, "-c", "user.email=a@b", "-c", "user.name=n")
        run(*git, "init", "-q", ".")
        run(*git, "commit", "-q", "--allow-empty", "-m", "m")
        image, said = self.image_of(run(*git, "archive", "HEAD"))
        self.assertEqual(said, "")
        self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", "-R", image), b"")

    def test_global_attributes_are_bounded(self):
        many = {f"SCHILY.xattr.user.{i}": "" for i in range(10_000)}
        archive = members(*((f"{i}", self.FILE, b"") for i in range(100)), pax_of_all=many)
        image, said = self.image_of(archive, expect=1)
        self.assertEqual(said, "mkimage: 0: the global pax headers before it exceed 65536 bytes and are ignored\n")
        self.assertEqual(len(run(tool("ZVFS_ZVFS"), "ls", image).splitlines()), 100)

    def test_archives_in_a_row(self):
        both = members(("a", self.FILE, b"1"), ("b", self.FILE, b"2")) + members(("a", self.FILE, b"3"))
        self.check(both, said="2 archives in a row", tar=("tar", "-xif-"), fields_of={(b".", "mtime_ns")})

    def test_ends(self):
        archive = members(("a", self.FILE, b"1"))
        for end in (b"garbage", b"\0" * 5000, b"\0" * 600 + b"x" * 1000):
            self.check(archive + end, fields_of={(b".", "mtime_ns")})
        self.check(archive[:1024], said="no end mark", fields_of={(b".", "mtime_ns")})
        self.check(members(), fields={"mtime_ns"})

    def test_broken_archive_makes_no_image(self):
        archive = bytearray(members(("a", self.FILE, b"x" * 600), ("b", self.FILE, b"y")))
        archive[512 * 3 + 10] ^= 1
        _, said = self.image_of(bytes(archive), expect=2)
        self.assertIn("at 1536: a header with a wrong checksum", said)

    def test_terabyte_hole(self):
        source = self.scratch / "hole"
        source.mkdir()
        with open(source / "file", "wb") as file:
            file.seek(1 << 39)
            file.write(b"middle")
            file.truncate(1 << 40)
        for options in (("--format=gnu",), ("--format=pax", "--sparse-version=0.1"), ("--format=pax",)):
            archive = run("tar", "-cSf-", *options, "-C", source, ".")
            image = self.check(archive, tar=None)
            self.assert_shows(image, source, fields={"dir_nlink", "mtime_ns"})


class OtherFormatTest(ArchiveCase):
    """Archives that are not tars."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.scratch / "source"
        edge_tree.build(cls.source, without=("deep", "terabyte", "sparse", "extreme_times", "names",
                                             "fifos_and_sockets", "unreadable"))
        (cls.source / "symlinks" / "plain").symlink_to("target")
        for name in os.listdir(cls.source / "symlinks"):  # 7z needs UTF-8 in targets
            if name not in ("plain", "itself"):
                run("rm", "-rf", cls.source / "symlinks" / name)

    def check(self, form, *options):
        path = self.scratch / f"archive.{form}"
        run("sh", "-c", 'bsdtar "$@" 2>/dev/null || [ $? -le 1 ]', "bsdtar", "-cf", path,
            f"--format={form}", *options, ".", cwd=self.source)
        image, said = self.image_of(path)
        self.assertEqual(said, "")
        self.assert_sound(image)
        expected = image.read_bytes()
        target = self.enterContext(zvfs_tools.scratch_directory()) / "extracted"
        target.mkdir()
        run("bsdtar", "-xpf", path, "--numeric-owner", "--same-owner", cwd=target)
        self.assert_shows(image, target, fields={"dir_nlink"}, fields_of={(b".", "mtime_ns")})
        image, _ = self.image_of(path.read_bytes())
        self.assertTrue(image.read_bytes() == expected, "a pipe gives another image")
        image, _ = self.image_of(run("gzip", "-c", input=path.read_bytes(), stdin=None))
        self.assertTrue(image.read_bytes() == expected, "compression gives another image")

    def test_cpio(self):
        zvfs_tools.require_root()
        self.check("newc")
        self.check("odc")

    def test_zip(self):
        zvfs_tools.require_root()
        self.check("zip")

    def test_7zip(self):
        self.check("7zip", "--exclude=symlinks", "--exclude=devices")

    def test_iso9660(self):
        zvfs_tools.require_root()
        self.check("iso9660", "--exclude=user_xattrs")

    def test_rules_apply(self):
        path = self.scratch / "archive.cpio"
        run("sh", "-c", 'bsdtar -cf "$0" --format=newc . 2>/dev/null', path, cwd=self.source)
        image, _ = self.image_of(path, "--exclude", "sizes", "--owner", "123456")
        listed = run(tool("ZVFS_ZVFS"), "ls", "-lR", image).splitlines()
        self.assertTrue(all(b" 123456 " in line for line in listed if line[:1] in b"-dl"), listed)
        self.assertNotIn(b"sizes", b" ".join(listed))

    def test_initramfs(self):
        zvfs_tools.require_programs("cpio", "gzip", "xz", "zstd", "lz4", "bzip2")
        trees = {"early": ("kernel/x86/microcode", b"microcode"), "main": ("init", b"main")}
        for form in ("newc", "odc"):
            parts = {}
            for name, (path, content) in trees.items():
                file = self.scratch / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                parts[name] = run("sh", "-c", f"find . -mindepth 1 | cpio -o -H {form}", cwd=self.scratch / name)
            compressors = (("cat",), ("gzip",), ("xz", "--check=crc32"), ("zstd",), ("lz4", "-l"), ("bzip2",))
            for compressor in compressors:
                main = run(*compressor, input=parts["main"], stdin=None)
                for padding in (0, 1, 512):
                    with self.subTest(form, compressor=compressor, padding=padding):
                        archive = parts["early"] + bytes(padding) + main
                        path = self.scratch / "initrd"
                        path.write_bytes(archive)
                        for source in (archive, path):
                            image, said = self.image_of(source)
                            self.assertEqual(said, "")
                            listed = run(tool("ZVFS_ZVFS"), "ls", "-R", image).split()
                            self.assertEqual(listed, [b"init", b"kernel/", b"kernel/x86/", b"kernel/x86/microcode"])
                            self.assertEqual(run(tool("ZVFS_ZVFS"), "cat", image, "init"), b"main")
            image, said = self.image_of(parts["main"] + b"junk", expect=1)
            self.assertIn("data after the end of the cpio archive", said)
            image, said = self.image_of(run("gzip", input=parts["early"], stdin=None) + parts["main"])
            self.assertEqual((said, run(tool("ZVFS_ZVFS"), "cat", image, "init")), ("", b"main"))

    def test_damaged_member_is_reported(self):
        source = self.scratch / "two"
        source.mkdir()
        (source / "a").write_bytes(edge_tree.noise(5000, 1))
        (source / "b").write_bytes(edge_tree.noise(5000, 2))
        run("bsdtar", "-cf", self.scratch / "two.zip", "--format=zip", "--options=compression=store",
            "a", "b", cwd=source)
        archive = bytearray((self.scratch / "two.zip").read_bytes())
        archive[archive.index((source / "a").read_bytes()[:100])] ^= 1
        image, said = self.image_of(bytes(archive), expect=2)
        self.assertIn("mkimage: a: ", said)
        self.assertEqual(run(tool("ZVFS_ZVFS"), "cat", image, "b"), (source / "b").read_bytes())

    def test_no_archive(self):
        for bad in (b"text\n" * 1000, bytes(range(256)) * 100, b"PK\3\4" + b"x" * 600):
            image, said = self.image_of(bad, expect=2)
            self.assertEqual(len(said.splitlines()), 1, said)
            self.assertFalse(image.exists())


class DebianTest(ArchiveCase):
    def test_package_and_its_data(self):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("dpkg-deb", "apt-get", "xz")
        done = subprocess.run(["apt-get", "download", "-q", "coreutils"], cwd=self.scratch,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        packages = list(self.scratch.glob("coreutils_*.deb"))
        if done.returncode != 0 or not packages:
            raise unittest.SkipTest("apt-get cannot download a package")
        archive = run("dpkg-deb", "--fsys-tarfile", packages[0])
        image, said = self.image_of(run("xz", "-1c", input=archive, stdin=None))
        self.assertEqual(said, "")
        self.assert_kept(image, archive)
        self.assert_sound(image)
        self.assert_shows(image, self.extracted(("bsdtar", "-xpf-"), archive),
                          fields={"dir_nlink"}, fields_of={(b".", "mtime_ns")})
        expected = image.read_bytes()
        for package in (packages[0], packages[0].read_bytes()):
            image, _ = self.image_of(package)
            self.assertTrue(image.read_bytes() == expected)


if __name__ == "__main__":
    zvfs_tools.main()

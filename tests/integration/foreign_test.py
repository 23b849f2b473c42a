#!/usr/bin/env python3
"""The archives of tests/foreign, made by foreign programs: each must be shown as its .tree says.

There is one test per archive and property, so that a report names both. The archives are
ready-made: the tests need only the tools under test and zstd.
"""
import hashlib
import os
import pathlib
import re
import subprocess
import unittest

import tree_text
import zvfs_tools
from zvfs_tools import run, tool

os.environ["TZ"] = "UTC"  # for archives without a time zone
CORPUS = pathlib.Path(__file__).resolve().parent.parent / "foreign"
STREAM = "# tar: "  # the line of a .tree with the SHA-256 of the tar in the archive

# Archives for which mkimage prints a message: the exit code and the message.
NO_END = (0, "mkimage: .: the archive has no end mark: is it complete?\n")
SAYS = {
    "gnu_tar__absolute_tar_gz":
        (0, "mkimage: /abs/block: the leading '/' is dropped from this and other names\n"),
    "gnu_tar__gnu_second_volume_tar_gz":
        (1, "mkimage: b: is the rest of a file that begins in another volume; "
            "shown as a file of its own\n"),
    "handmade__garbage_after_end_tar":
        (0, "mkimage: .: data after the end of the archive, at 2560, is kept unchanged\n"),
    "handmade__gnu_volume_member_tar":
        (1, "mkimage: cut: is the rest of a file that begins in another "
            "volume; shown as a file of its own\n"),
    "handmade__no_end_tar": NO_END,
    "handmade__one_zero_block_tar": NO_END,
    "handmade__solaris_acl_tar": (1, "mkimage: file: unknown type 'A', treated as a regular file\n"),
    "handmade__unknown_type_tar": (1, "mkimage: vendor: unknown type 'Q', treated as a regular file\n"),
}

# Known failures: tests by archive. A listed test that passes is a failure.
EXPECTED_FAILURES = {}


def without(lines, left_out):
    """The lines without the fields whose names match."""
    return [tree_text.line_of({name: value for name, value in fields.items()
                               if not re.fullmatch(left_out, name)})
            for fields in map(tree_text.fields_of, lines)]


def contents(lines):
    """The fields of files that any user can restore."""
    restored = ("path", "nlink", "link", "size", "text", "sha256", "holes")
    return [{name: value for name, value in fields.items() if name in restored}
            for fields in map(tree_text.fields_of, lines) if fields["type"] == "file"]


class ForeignArchive:
    """The tests of one archive; a subclass names it."""
    archive = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.image = cls.scratch / "image.zst"
        cls.made = subprocess.run([tool("ZVFS_MKIMAGE"), "-q", cls.archive, cls.image], check=False,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        cls.expected = tree_text.read_lines(pathlib.Path(f"{cls.archive}.tree"))

    def need_image(self):
        if not self.image.exists():
            self.fail(f"there is no image: {self.made.stderr.decode()}")

    def assert_tree(self, root):
        lines = tree_text.describe(root)
        # The time of a root without a member is undefined.
        if self.expected[0].endswith(" ?"):
            lines[0] = re.sub(r"\S+$", "?", lines[0])
        self.assertEqual(lines, self.expected)

    def test_is_made(self):
        self.assertEqual((self.made.returncode, self.made.stderr.decode()),
                         SAYS.get(name_of(self.archive), (0, "")))

    def test_deep_check(self):
        self.need_image()
        run(tool("ZVFS_ZVFS"), "check", "--deep", self.image)

    def test_listing(self):
        self.need_image()
        listed = tree_text.describe_json(run(tool("ZVFS_ZVFS"), "ls", "-R", "--json", self.image))
        expected = [line for line in self.expected if not line.startswith(". ")]
        self.assertEqual(without(listed, "text|sha256|holes"), without(expected, "text|sha256|holes"))

    def test_mount(self):
        zvfs_tools.require_root()  # to see all extended attributes
        zvfs_tools.require_fuse()
        self.need_image()
        with zvfs_tools.mounted(self.image) as mount:
            self.assert_tree(mount)

    def test_extraction(self):
        self.need_image()
        target = self.scratch / "extracted"
        extract = (tool("ZVFS_ZVFS"), "extract", "-q", "-C", target, self.image)
        if os.geteuid() == 0:
            run(*extract)
            self.assert_tree(target)
        else:  # an ordinary user, who cannot make devices or give files away
            run(*extract, "--keep-going", expect=None)
            run("chmod", "-R", "u+rwX", target)
            self.assertEqual(contents(tree_text.describe(target)), contents(self.expected))


class ForeignTar(ForeignArchive):
    """The additional tests of a tar: the image holds the tar byte for byte."""
    digest = None

    def test_stream_is_the_tar(self):
        self.need_image()
        self.assertEqual(hashlib.sha256(run("zstd", "-dc", self.image)).hexdigest(), self.digest)


def digest_in(tree):
    """The SHA-256 of the tar in the archive, if it is known."""
    first = tree.read_text("ascii").partition("\n")[0]
    if first.startswith(STREAM):
        return first.removeprefix(STREAM)
    if {".tar", ".deb"} & set(tree.suffixes):
        raise RuntimeError(f"{tree}: the digest of the tar is missing")
    return None


def name_of(archive):
    """`gnu_tar__pax_sparse_1_0_tar_gz` of gnu_tar/pax_sparse_1.0.tar.gz."""
    return re.sub(r"\W", "_", f"{archive.parent.name}__{archive.name}")


def failing(test):
    """Expects a test to fail, without affecting that of other archives."""
    @unittest.expectedFailure
    def own_test(self):
        test(self)
    return own_test


def load_tests(loader, _, __):
    """Adds the tests once for each archive."""
    suite = unittest.TestSuite()
    names = set()
    for archive in sorted(path for path in CORPUS.glob("*/*") if path.suffix not in (".tree", ".pyc")):
        names.add(name := name_of(archive))
        digest = digest_in(pathlib.Path(f"{archive}.tree"))
        case = type(name, (ForeignTar if digest else ForeignArchive, unittest.TestCase),
                    {"archive": archive, "digest": digest})
        for test in EXPECTED_FAILURES.get(name, ()):
            setattr(case, test, failing(getattr(case, test)))
        suite.addTests(loader.loadTestsFromTestCase(case))
    unknown = (EXPECTED_FAILURES.keys() | SAYS.keys()) - names
    if not names or unknown:
        raise RuntimeError(f"no archives in {CORPUS}, or none of these names: {unknown}")
    return suite


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""Images of several directories and files, and of listed ones, compared with tar's archives of
them."""
import os
import subprocess
import unittest

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import run, tool

CASES = ("sizes", "hardlinks", "modes", "symlinks", "sparse")


class SeveralSourcesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.source = cls.scratch / "source"
        edge_tree.build(cls.source, without={case.__name__ for case in edge_tree.CASES} - set(CASES))

    def mkimage(self, *arguments, expect=0, **options):
        done = subprocess.run([tool("ZVFS_MKIMAGE"), "-qf", *arguments], cwd=self.source,
                              stderr=subprocess.PIPE, check=False, **options)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        return done.stderr.decode()

    def image_of_list(self, names, *options, expect=0, end=b"\0"):
        image = self.scratch / "listed.zst"
        said = self.mkimage("--files-from", "-", *(["-0"] if end == b"\0" else []), *options, image,
                            input=b"".join(name + end for name in names), expect=expect)
        return image, said

    def assert_shows(self, image, expected, **rules):
        run(tool("ZVFS_ZVFS"), "check", image)
        zvfs_tools.require_fuse()
        rules = tree_compare.Rules(**{name: frozenset(value) for name, value in rules.items()})
        with zvfs_tools.mounted(image) as mount:
            self.assertEqual(tree_compare.compare(expected, mount, rules), [])

    def packed_by_tar(self, *arguments, **options):
        """The tree that tar packs from the same arguments, without parent directories."""
        target = self.enterContext(zvfs_tools.scratch_directory()) / "extracted"
        target.mkdir()
        archive = run("tar", "-cSf-", "--format=pax", *arguments, cwd=self.source, **options)
        run("tar", "-xpf-", cwd=target, input=archive, stdin=None)
        return target

    def test_several_sources_have_their_names(self):
        image = self.scratch / "several.zst"
        self.mkimage("sizes", self.source / "modes/", "symlinks/file", image)
        expected = self.packed_by_tar("sizes", "modes", "-C", "symlinks", "file")
        self.assert_shows(image, expected, fields={"dir_nlink", "nlink"}, fields_of={
            (b".", "mtime_ns")})

    def test_hard_links_across_sources_are_one_file(self):
        image = self.scratch / "links.zst"
        (self.source / "modes" / "also").unlink(missing_ok=True)
        os.link(self.source / "sizes" / "noise-1", self.source / "modes" / "also")
        self.addCleanup((self.source / "modes" / "also").unlink)
        self.mkimage("sizes", "modes", image)
        self.assert_shows(image, self.packed_by_tar("sizes", "modes"),
                          fields={"dir_nlink"}, fields_of={(b".", "mtime_ns")})

    def test_sources_that_become_hard_links_leave_others_in_place(self):
        parts = self.enterContext(zvfs_tools.scratch_directory())
        content = os.urandom(300_000)
        for name in ("first", "second"):
            edge_tree.write(parts / name, content)
            os.utime(parts / name, (1, 1))
        (parts / "third").mkdir()
        edge_tree.write(parts / "third" / "file", b"third")
        image = self.scratch / "linked.zst"
        self.mkimage("--dedupe=links", parts / "first", parts / "second", parts / "third", image)
        packed = run("tar", "--zstd", "-xOf", image, "third/file")
        self.assertEqual(packed, b"third")
        self.assertIn(b"second link to first", run("tar", "--zstd", "-tvf", image))

    def test_names_that_clash_or_are_missing(self):
        said = self.mkimage("sizes", "./modes/../sizes", self.scratch / "x.zst", expect=2)
        self.assertIn("another source is also named sizes", said)
        self.assertIn("has no name", self.mkimage("sizes", ".", self.scratch / "x.zst", expect=2))
        said = self.mkimage("sizes", "missing", self.scratch / "x.zst", expect=2)
        self.assertEqual(said, "mkimage: missing: cannot stat: No such file or directory\n")

    def test_listed_files(self):
        names = run("find", ".", "-type", "f", "-print0", cwd=self.source).split(b"\0")[:-1]
        image, _ = self.image_of_list(names[::2])
        expected = self.packed_by_tar("--null", "-T-", input=b"\0".join(names[::2]), stdin=None)
        # Tar does not pack parent directories. In the image they are as on disk.
        for path, directories, _ in os.walk(expected):
            for name in directories:
                copy = os.path.join(path, name)
                original = self.source / os.path.relpath(copy, expected)
                os.chmod(copy, os.stat(original).st_mode & 0o7777)
                os.utime(copy, ns=(0, os.stat(original).st_mtime_ns))
        self.assert_shows(image, expected, fields={"dir_nlink"}, fields_of={(b".", "mtime_ns")})

    def test_a_listing_without_recursion_is_the_tree(self):
        names = run("find", ".", "-print0", cwd=self.source).split(b"\0")[:-1]
        image, _ = self.image_of_list(names, "--no-recursion")
        self.assert_shows(image, self.source)
        image, _ = self.image_of_list([b".", b"modes"], "--no-recursion")
        self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", "-R", image), b"modes/\n")

    def test_listed_directories_are_packed_whole(self):
        image, _ = self.image_of_list([b"sizes/empty", b"sizes", b"modes/"], end=b"\n")
        self.assert_shows(image, self.packed_by_tar("sizes", "modes"), fields={"dir_nlink", "nlink"},
                          fields_of={(b".", "mtime_ns")})
        whole, _ = self.image_of_list([b"."])
        self.assert_shows(whole, self.source)

    def test_listed_files_that_are_not_there(self):
        image, said = self.image_of_list([b"sizes/empty", b"no/such", b"sizes/missing", b"symlinks/file/x"],
                                         expect=2)
        self.assertEqual(len(said.splitlines()), 3, said)
        self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", "-R", image), b"sizes/\nsizes/empty\nsymlinks/\n")

    def test_names_from_another_directory(self):
        for arguments, listing in ((("-C", self.source / "sizes", ".", "x.zst"), b"empty"),
                                   (("-C", self.source, "sizes", "modes", "x.zst"), b"sizes/empty"),
                                   (("-C", self.source, "-T", "list", "x.zst"), b"sizes/empty")):
            away = self.enterContext(zvfs_tools.scratch_directory())
            (away / "list").write_bytes(b"sizes/empty\n")
            run(tool("ZVFS_MKIMAGE"), "-q", *arguments, cwd=away)
            self.assertIn(listing, run(tool("ZVFS_ZVFS"), "ls", "-R", away / "x.zst").splitlines())
        run(tool("ZVFS_MKIMAGE"), "-C", "/does/not/exist", ".", self.scratch / "x.zst", expect=2)

    def test_a_file_that_is_no_archive(self):
        edge_tree.write(self.scratch / "plain", edge_tree.text(5000))
        said = self.mkimage(self.scratch / "plain", self.scratch / "x.zst", expect=2)
        self.assertIn("plain: Unrecognized archive format (to pack the file itself, "
                      "name it in --files-from)", said)

    def merged_usr(self):
        """A tree whose lib is a symlink to usr/lib, as in Debian."""
        tree = self.enterContext(zvfs_tools.scratch_directory())
        (tree / "usr/lib/tmpfiles.d").mkdir(parents=True)
        edge_tree.write(tree / "usr/lib/os-release", b"ID=x\n")
        edge_tree.write(tree / "usr/lib/tmpfiles.d/x.conf", b"x\n")
        os.symlink("usr/lib", tree / "lib")
        return tree

    def listed_in(self, tree, names, *options):
        image = self.scratch / "listed.zst"
        run(tool("ZVFS_MKIMAGE"), "-qf", "--files-from", "-", *options, image, cwd=tree, stdin=None,
            input=names)
        target = self.enterContext(zvfs_tools.scratch_directory())
        archive = run("tar", "-cf-", *options, "-T-", cwd=tree, stdin=None, input=names)
        run("tar", "-xf-", cwd=target, input=archive, stdin=None)
        return image, sorted(run("find", ".", "!", "-name", ".", "-printf", r"%P\n",
                                 cwd=target).splitlines())

    def test_symlinks_on_the_way_are_followed(self):
        image, extracted = self.listed_in(self.merged_usr(), b"lib/os-release\nlib/tmpfiles.d\n")
        self.assertEqual(run("tar", "--zstd", "-xOf", image, "lib/tmpfiles.d/x.conf"), b"x\n")
        listing = [name.rstrip(b"/") for name in run(tool("ZVFS_ZVFS"), "ls", "-R", image).splitlines()]
        self.assertEqual(sorted(listing), extracted)
        self.assertIn(b"lib/os-release", listing)

    def test_symlinks_that_are_listed_stay_symlinks(self):
        image, extracted = self.listed_in(
            self.merged_usr(), b"usr\nusr/lib\nlib\nlib/os-release\nlib/tmpfiles.d\n",
            "--no-recursion")
        listing = [name.rstrip(b"/") for name in run(tool("ZVFS_ZVFS"), "ls", "-R", image).splitlines()]
        self.assertEqual(sorted(listing), extracted)
        self.assertEqual(extracted, [b"lib", b"usr", b"usr/lib", b"usr/lib/os-release",
                                     b"usr/lib/tmpfiles.d"])

    def test_paths_that_cannot_be_in_an_image_are_left_out_each_by_itself(self):
        for names, problem in (([b"sizes/empty", b"../outside"], "../outside: path contains '..'; left out"),
                               ([b"sizes/empty", b""], "'': empty path; left out")):
            image, said = self.image_of_list(names, expect=2)
            self.assertIn(problem, said)
            self.assertEqual(run(tool("ZVFS_ZVFS"), "ls", "-R", image), b"sizes/\nsizes/empty\n")

    def test_usage(self):
        image = self.scratch / "usage.zst"
        for arguments in ((image,), ("-0", "sizes", image), ("--no-recursion", "sizes", image),
                          ("--files-from", "/does/not/exist", image),
                          ("--files-from", "/dev/null", "sizes", image)):
            self.mkimage(*arguments, expect=2)
            self.assertFalse(image.exists())


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""Files of equal content: how much space they take, that GNU tar and bsdtar extract separate files
into directories with the right times and permissions, and that mounts and zvfs extract show each in
full."""
import filecmp
import os
import unittest

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import mkimage, run


class DedupeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("tar", "zstd")
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.source = cls.scratch / "source"
        for package in range(20):
            directory = cls.source / f"package-{package:02}" / "lib"
            directory.mkdir(parents=True)
            edge_tree.write(directory / "licence", edge_tree.noise(11_000))
            edge_tree.write(directory / "medium", edge_tree.noise(60_000))  # 20 fill four frames
            os.utime(directory / "medium", ns=(0, 1_000_000_007))
            edge_tree.write(directory / "large", edge_tree.noise(300_000))
            os.utime(directory / "large", ns=(0, 1_000_000_007 + package % 2))
            edge_tree.write(directory / "own", f"package {package}".encode() * 99)
            edge_tree.write(directory / "same-size", f"{package:02}".encode() * 500)
            # tar makes these last.
            os.symlink("/etc/licence", directory / "absolute")
            os.symlink("../../package-00/lib/licence", directory.parent / "up")
            os.chmod(directory, 0o700 + package % 8)
            for place in (directory, directory.parent):
                os.utime(place, (package, 1_000_000_000 + package))
        os.link(cls.source / "package-03/lib/licence", cls.source / "package-19/linked")
        cls.images = {how: mkimage(cls.source, cls.scratch / how, f"--dedupe={how}")
                      for how in ("off", "near", "links")}

    def size(self, how):
        return os.path.getsize(self.images[how])

    def test_near_takes_small_copies_out(self):
        saved = self.size("off") - self.size("near")
        # With "off", a large file lies between the copies, and their frames of 256 KiB hold each in full.
        self.assertGreater(saved, 15 * 11_000)

    def test_links_stores_once_what_does_not_fit_in_a_frame(self):
        self.assertLess(self.size("links"), self.size("near") - 17 * 300_000 - 3 * 60_000)

    def test_links_are_of_files_with_equal_metadata(self):
        extracted = self.scratch / "extracted-links"
        extracted.mkdir()
        run("tar", "--zstd", "-xpf", self.images["links"], "-C", extracted)
        files = [extracted / f"package-{package:02}/lib/large" for package in range(20)]
        self.assertEqual({os.stat(path).st_nlink for path in files}, {10})
        self.assertEqual(len({os.stat(path).st_ino for path in files}), 2)
        self.assertEqual(os.stat(extracted / "package-00/lib/medium").st_nlink, 20)
        self.assertEqual(os.stat(extracted / "package-00/lib/licence").st_nlink, 1)
        # Apart from the links, the tree is unchanged.
        ours = run("find", self.source, "-printf", "%P %y %m %s %T@\\n", "!", "-type", "d")
        theirs = run("find", extracted, "-printf", "%P %y %m %s %T@\\n", "!", "-type", "d")
        self.assertEqual(sorted(ours.splitlines())[1:], sorted(theirs.splitlines())[1:])
        for path in files:
            self.assertTrue(filecmp.cmp(path, self.source / path.relative_to(extracted), shallow=False))
        with self.subTest("mounted"):
            zvfs_tools.require_fuse()
            with zvfs_tools.mounted(self.images["links"]) as point:
                self.assertEqual(tree_compare.compare(extracted, point), [])

    def test_tar_extracts_separate_files(self):
        self.extract_by("tar", "--zstd", "-xpf")

    def test_bsdtar_extracts_separate_files(self):
        zvfs_tools.require_programs("bsdtar")
        self.extract_by("bsdtar", "-xpf")

    def test_an_ordinary_user_extracts_closed_directories(self):
        """tar must not finish a directory before its last entry."""
        zvfs_tools.require_root()
        zvfs_tools.require_programs("setpriv")
        closed = self.scratch / "closed-source"
        for name in ("a", "b", "c"):
            (closed / name / "below").mkdir(parents=True)
            for entry in ("1", "2", "below/3"):
                edge_tree.write(closed / name / entry, b"the same " * 50)
            edge_tree.write(closed / name / "other", name.encode() * 40)
            for directory in (closed / name / "below", closed / name):
                os.chmod(directory, 0o555)
        image = mkimage(closed, self.scratch / "closed", "--owner=65534", "--group=65534")
        os.chmod(self.scratch, 0o755)
        target = self.scratch / "closed-extracted"
        target.mkdir()
        os.chown(target, 65534, 65534)
        run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "tar", "--zstd", "-xpf", image,
            "-C", target)
        run("chown", "-R", "0:0", target)
        self.assertEqual(tree_compare.compare(closed, target), [])

    def extract_by(self, *command):
        extracted = self.scratch / f"extracted-by-{command[0]}"
        extracted.mkdir()
        run(*command, self.images["near"], "-C", extracted)
        # The top directory exists, so bsdtar sets its time before it extracts the rest.
        status = os.stat(self.source)
        os.utime(extracted, ns=(status.st_atime_ns, status.st_mtime_ns))
        self.assertEqual(tree_compare.compare(self.source, extracted), [])
        self.assertEqual(os.stat(extracted / "package-00/lib/licence").st_nlink, 1)

    def test_copies_come_first_and_the_rest_in_path_order(self):
        names = run("tar", "--zstd", "-tf", self.images["near"]).decode().split()
        rest = names[1:]
        links = [name for name in rest if name.endswith(("/absolute", "/up"))]
        copies = [name for name in rest if name.endswith("/licence")]
        copies += [name for name in rest if name.endswith("/medium")]
        self.assertEqual((len(links), len(copies)), (40, 40))
        self.assertEqual(rest[:80], links + copies)
        # The other names in path order, each directory with copies after its contents.
        self.assertEqual(rest[80:84], ["package-00/lib/large", "package-00/lib/own",
                                       "package-00/lib/same-size", "package-00/lib/"])
        self.assertEqual(len(set(names)), len(names))

    def test_all_is_sound(self):
        for image in self.images.values():
            run(zvfs_tools.tool("ZVFS_ZVFS"), "check", "--deep", image)

    def test_extract_shows_each_whole(self):
        extracted = self.scratch / "by-zvfs"
        run(zvfs_tools.tool("ZVFS_ZVFS"), "extract", "-C", extracted, self.images["near"])
        self.assertEqual(tree_compare.compare(self.source, extracted), [])

    def test_mount_shows_each_whole(self):
        zvfs_tools.require_fuse()
        with zvfs_tools.mounted(self.images["near"]) as point:
            self.assertEqual(tree_compare.compare(self.source, point), [])

    def test_same_bytes_with_any_number_of_threads(self):
        for threads in (1, 3, 8):
            image = mkimage(self.source, self.scratch / f"near-{threads}", f"-j{threads}")
            self.assertTrue(filecmp.cmp(image, self.images["near"], shallow=False))


if __name__ == "__main__":
    zvfs_tools.main()

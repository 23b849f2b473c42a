#!/usr/bin/env python3
"""The order of files in the stream: --order=similar saves space, listed files are read from few
frames, and GNU tar, bsdtar and mounts show the original tree in any order."""
import filecmp
import hashlib
import json
import os
import random
import subprocess
import sys
import unittest

import edge_tree
import tree_compare
import zvfs_tools
from zvfs_tools import mkimage, run, tool


def decoded_frames(point):
    """How many frames the mount has decoded, including those of the index."""
    return json.loads(os.getxattr(point, "user.zvfs.stats"))["decoding"]["frames"]


def decodes(image, use):
    """The frames that a fresh mount decodes while `use(point)` runs."""
    with zvfs_tools.mounted(image) as point:
        use(point)
        return decoded_frames(point)


class OrderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("tar", "zstd")
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.source = cls.scratch / "source"
        for version in range(5):
            cls.make_version(cls.source / f"version-{version}", version)
        os.link(cls.source / "version-1/lib/file-3", cls.source / "version-0/linked")
        os.link(cls.source / "version-2/lib/file-4", cls.source / "version-4/linked")
        cls.paths = [os.path.relpath(os.path.join(directory, name), cls.source)
                     for directory, _, names in sorted(os.walk(cls.source)) for name in sorted(names)]
        cls.images = {"path": mkimage(cls.source, cls.scratch / "path"),
                      "similar": mkimage(cls.source, cls.scratch / "similar", "--order=similar")}

    @staticmethod
    def make_version(root, version):
        library = root / "lib"
        library.mkdir(parents=True)
        for number in range(20):
            edge_tree.write(library / f"file-{number}",
                            edge_tree.noise(20_000, seed=number) + edge_tree.noise(200, seed=version))
        edge_tree.write(library / "licence", edge_tree.noise(9_000))
        edge_tree.write(library / "large", edge_tree.noise(700_000, seed=version))
        edge_tree.write(root / "empty")
        with open(root / "sparse", "wb") as sparse:
            for position in (0, 300_000, 5_000_000):
                sparse.seek(position)
                sparse.write(edge_tree.noise(150_000, seed=position + version))
        os.symlink("lib/file-0", root / "symlink")
        os.utime(root / "empty", ns=(0, version))
        for depth, directory in enumerate((library, root)):
            os.utime(directory, ns=(0, 1_000_000_007 + 2 * version + depth))
            os.chmod(directory, 0o500 + 8 * version + depth)

    def listed(self, name, paths, *options, end="\n"):
        names = self.scratch / f"{name}.list"
        names.write_text("".join(path + end for path in paths), encoding="utf-8")
        return mkimage(self.source, self.scratch / name, "--order-file", names, *options)

    def shuffled(self, name):
        paths = random.Random(7).sample(self.paths, len(self.paths))
        return self.listed(name, paths)

    def assert_sound(self, image):
        """Checks that every way to read the image shows the source."""
        run(tool("ZVFS_ZVFS"), "check", "--deep", image)
        with self.subTest("zvfs"):
            target = self.scratch / f"{image.name}-by-zvfs"
            run(tool("ZVFS_ZVFS"), "extract", "-C", target, image)
            self.assertEqual(tree_compare.compare(self.source, target), [])
        for command in (["tar", "--zstd", "-xpf"], ["bsdtar", "-xpf"]):
            with self.subTest(command[0]):
                zvfs_tools.require_programs(command[0])
                target = self.scratch / f"{image.name}-by-{command[0]}"
                target.mkdir()
                run(*command, image, "-C", target)
                # The top directory exists, so bsdtar sets its time before it extracts the rest.
                status = os.stat(self.source)
                os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
                self.assertEqual(tree_compare.compare(self.source, target), [])
        with self.subTest("mount"):
            zvfs_tools.require_fuse()
            with zvfs_tools.mounted(image) as point:
                self.assertEqual(tree_compare.compare(self.source, point), [])

    def members(self, image):
        return run("tar", "--zstd", "-tf", image).decode().split()

    def test_similar_stores_once_what_versions_have_in_common(self):
        saved = os.path.getsize(self.images["path"]) - os.path.getsize(self.images["similar"])
        # 400,000 bytes five times over, in frames that hold four or five of the files each.
        self.assertGreater(saved, 3.5 * 400_000)

    def test_similar_is_sound(self):
        self.assert_sound(self.images["similar"])

    def test_similar_goes_with_links(self):
        self.assert_sound(mkimage(self.source, self.scratch / "off", "--order=similar", "--dedupe=off"))
        run(tool("ZVFS_ZVFS"), "check", "--deep",
            mkimage(self.source, self.scratch / "links", "--order=similar", "--dedupe=links"))

    def test_same_bytes_with_any_number_of_threads(self):
        names = self.scratch / "threads.list"
        names.write_text("\n".join(self.paths[::3]), encoding="utf-8")
        images = [mkimage(self.source, self.scratch / f"threads-{threads}", f"-j{threads}",
                          "--order=similar", "--order-file", names) for threads in (1, 2, 5)]
        for image in images[1:]:
            self.assertTrue(filecmp.cmp(image, images[0], shallow=False))

    def test_path_order_is_the_default(self):
        image = mkimage(self.source, self.scratch / "given", "--order=path")
        self.assertTrue(filecmp.cmp(image, self.images["path"], shallow=False))

    def test_listed_files_come_first(self):
        paths = ["version-3/lib/large", "version-1/lib/file-9", "version-0/empty"]
        self.assertEqual(self.members(self.listed("first", paths))[:4], ["./", *paths])
        zeros = self.listed("zeros", paths, "-0", end="\0")
        self.assertTrue(filecmp.cmp(zeros, self.scratch / "first", shallow=False))

    def test_any_list_is_sound(self):
        self.assert_sound(self.shuffled("shuffled"))

    def test_list_and_similar_are_sound(self):
        image = self.listed("both", self.paths[::4], "--order=similar")
        listed = [path for path in self.paths[::4] if not path.endswith("symlink")]
        self.assertEqual(self.members(image)[1:1 + len(listed)], listed)
        self.assert_sound(image)

    def test_a_list_orders_several_sources(self):
        names = self.scratch / "several.list"
        names.write_text("version-4/lib/file-7\n", encoding="utf-8")
        image = self.scratch / "several"
        run(tool("ZVFS_MKIMAGE"), "-q", "--order-file", names, self.source / "version-0",
            self.source / "version-4", image)
        self.assertEqual(self.members(image)[1], "version-4/lib/file-7")

    def archive(self):
        """The source as a tar, with members in an order that mkimage never makes."""
        archive = self.scratch / "archive.tar"
        if not archive.exists():
            run("tar", "-cSf", archive, "--format=pax", "--sort=none", "-C", self.source, "version-4",
                "version-1", ".")
        return archive

    def stream(self, image):
        return hashlib.sha256(run("zstd", "-dc", image)).hexdigest()

    def test_archives_are_put_in_order(self):
        for order in ("path", "similar"):
            with self.subTest(order):
                image = mkimage(self.archive(), self.scratch / f"tar-{order}", f"--order={order}")
                self.assertEqual(self.members(image), self.members(self.images[order]))
                self.assertEqual(self.stream(image), self.stream(self.images[order]))
                self.assert_sound(image)

    def test_a_list_orders_archives(self):
        names = self.scratch / "archive.list"
        names.write_text("\n".join(self.paths[::4]), encoding="utf-8")
        with open(self.archive(), "rb") as archive:
            run(tool("ZVFS_MKIMAGE"), "-q", "--order-file", names, "--dedupe=links", "-",
                self.scratch / "tar-list", stdin=archive)
        listed = [path for path in self.paths[::4] if not path.endswith("symlink")]
        self.assertEqual(self.members(self.scratch / "tar-list")[1:1 + len(listed)], listed)
        with zvfs_tools.scratch_directory() as target:
            run("tar", "--zstd", "-xpf", self.scratch / "tar-list", "-C", target)
            self.assertEqual(tree_compare.compare(self.source, target, tree_compare.Rules(
                fields=frozenset({"nlink", "links"}))), [])

    def test_archives_of_other_formats_are_put_in_order(self):
        zvfs_tools.require_programs("bsdtar")
        cpio = self.scratch / "archive.cpio"
        run("bsdtar", "-cf", cpio, "--format=newc", "-C", self.source, "version-3/lib", "version-2/lib")
        image = mkimage(cpio, self.scratch / "cpio-similar", "--order=similar", "--owner=7", "--group=7")
        self.assertEqual(self.members(image)[1:3], ["version-2/lib/file-0", "version-3/lib/file-0"])
        self.assertIn(" 7/7 ", run("tar", "--zstd", "-tvf", image).decode())

    def test_an_archive_without_an_order_is_kept(self):
        image = mkimage(self.archive(), self.scratch / "tar-kept")
        self.assertEqual(self.stream(image), hashlib.sha256(self.archive().read_bytes()).hexdigest())

    def test_a_broken_archive_gives_no_image(self):
        broken = self.scratch / "broken.tar"
        broken.write_bytes(self.archive().read_bytes()[:1_000_000])
        run(tool("ZVFS_MKIMAGE"), "-q", "--order=path", broken, self.scratch / "broken", expect=2)
        self.assertFalse((self.scratch / "broken").exists())

    def test_a_full_temporary_directory_is_told(self):
        zvfs_tools.require_root()
        with zvfs_tools.scratch_directory() as small:
            run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small)
            try:
                done = subprocess.run([tool("ZVFS_MKIMAGE"), "-q", "--order=path", self.archive(),
                                       self.scratch / "full"], stderr=subprocess.PIPE, check=False,
                                      env=os.environ | {"TMPDIR": os.fspath(small)})
            finally:
                zvfs_tools.unmount(small)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"temporary file", done.stderr)
        self.assertFalse((self.scratch / "full").exists())

    def test_names_that_are_not_there_are_told(self):
        names = self.scratch / "missing.list"
        names.write_text("version-0/empty\nnowhere/x\nversion-0/y\n", encoding="utf-8")
        command = [tool("ZVFS_MKIMAGE"), "-q", "--order-file", names, self.source]
        done = subprocess.run([*command, self.scratch / "missing"], stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.decode(), "mkimage: nowhere/x: listed in --order-file, but not "
                         "in the image; nor is 1 other\n")
        run(*command, "--strict", self.scratch / "strict", expect=2)
        self.assertFalse((self.scratch / "strict").exists())

    def test_listed_files_take_few_decodes(self):
        zvfs_tools.require_fuse()
        paths = [f"version-{number % 5}/lib/file-{number}" for number in range(20)]

        def read(point):
            for path in paths:
                (point / path).read_bytes()
        # 20 files of 20,712 bytes each in the tar fill two frames. Elsewhere they are in ten or
        # more.
        by_path = decodes(self.images["path"], read)
        by_list = decodes(self.listed("few", paths), read)
        self.assertLess(by_list + 6, by_path)


class PythonStartTest(unittest.TestCase):
    """The modules that a Python program imports, in order."""
    PROGRAM = "import json, email.message, http.client"

    def test_a_recorded_start_decodes_less(self):
        zvfs_tools.require_fuse()
        library = os.path.dirname(os.__file__)
        home = os.path.dirname(os.path.dirname(library))
        environment = {"PATH": os.environ["PATH"], "PYTHONHOME": home}
        record = self.PROGRAM + "; import sys; [print(m.__spec__.cached or m.__spec__.origin) " \
            "for m in list(sys.modules.values()) if m.__spec__ and m.__spec__.has_location]"
        opened = run(sys.executable, "-S", "-c", record, env=environment).decode().split()
        paths = [os.path.relpath(path, library) for path in opened if path.startswith(library)]
        if not paths or not os.path.exists(os.path.join(library, paths[0])):
            self.skipTest("this Python has no compiled library")
        with zvfs_tools.scratch_directory() as scratch:
            names = scratch / "list"
            # Python checks the source of a module, but does not read it.
            names.write_text("\n".join(paths), encoding="utf-8")
            options = ("--exclude=site-packages", "--exclude=test")
            by_path = self.start(mkimage(library, scratch / "path", *options))
            by_list = self.start(mkimage(library, scratch / "listed", *options, "--order-file", names))
        self.assertLess(by_list * 3, by_path * 2)

    def start(self, image):
        """The frames decoded by a start of Python with its library in the image."""
        with zvfs_tools.scratch_directory() as home:
            point = home / "lib" / os.path.basename(os.path.dirname(os.__file__))
            point.mkdir(parents=True)
            run(tool("ZVFS_MOUNT"), image, point)
            try:
                where = self.PROGRAM + "; print(json.__file__)"
                said = run(sys.executable, "-S", "-c", where,
                           env={"PATH": os.environ["PATH"], "PYTHONHOME": home}).decode()
                self.assertTrue(said.startswith(os.fspath(point)), said)
                return decoded_frames(point)
            finally:
                zvfs_tools.unmount(point)


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""Where mkimage places entries, and what it adds: --strip-components and --prefix compared with GNU
tar, pseudo files with mksquashfs."""
import os
import re
import stat
import subprocess
import tarfile
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import run, tool

NOBODY = 65534
PSEUDO = r"""
# What a root file system needs
/dev d 755 0 0
/dev/null c 666 0 0 1 3
/dev/"a block" b 640 0 6 259 \
    31
/dev/console c 600 0 5 5 1
/dev/initctl i 600 0 0 f
to\ where s 777 0 0 usr/bin/some where
/usr/bin/tool m 4755 0 0
/usr m 711 7 8
/etc D 1234567890 700 1 2
/usr D 5 700 1 2
"""


class ShapeTest(unittest.TestCase):
    def setUp(self):
        zvfs_tools.require_programs("tar", "zstd", "find")
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        os.chmod(self.scratch, 0o755)
        self.source = self.scratch / "source"
        for name, size in (("top", 10), ("usr/first", 20), ("usr/bin/tool", 300_000), ("usr/bin/copy", 40),
                           ("usr/lib/deep/er/still", 50), ("var/bin/other", 40), ("var/bin/tool", 60)):
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            edge_tree.write(self.source / name, edge_tree.noise(size, size))
        os.symlink("tool", self.source / "usr/bin/symlink")
        os.link(self.source / "usr/bin/tool", self.source / "usr/lib/linked")
        for number, (path, _, _) in enumerate(os.walk(self.source, topdown=False)):
            os.utime(path, (1, 10**9 + number))

    def image(self, *arguments, expect=0, **options):
        image = self.scratch / "image.zst"
        done = subprocess.run([tool("ZVFS_MKIMAGE"), "-qf", *map(os.fspath, arguments), image],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **options)
        self.said = done.stderr.decode()
        self.assertEqual(done.returncode, expect, self.said)
        if image.exists():
            run(tool("ZVFS_ZVFS"), "check", image)
        return image

    def tree(self, root):
        """Everything below `root`, by name, with the link counts of hard links."""
        text = run("find", root, "-mindepth", "1", "-printf", r"%P|%y|%m|%U:%G|%T@|%n|%l|%s\n").decode()
        found = {}
        for line in text.splitlines():
            name, kind, *rest = line.split("|")
            if kind == "d":
                rest[-3:] = []
            if kind == "f":
                rest.append((root / name).read_bytes())
            if kind in "bc":
                rest.append(os.lstat(root / name).st_rdev)
            found[name] = (kind, *rest)
        return found

    def assert_same(self, found, expected):
        """Like assertEqual(), but does not print the contents of files."""
        self.assertEqual(set(found), set(expected))
        for name, entry in found.items():
            if entry != expected[name]:
                shown = [[field if len(str(field)) < 99 else "..." for field in tree[name]]
                         for tree in (found, expected)]
                self.fail(f"{name}: {shown[0]} is not {shown[1]}")

    def extracted(self, archive, *options, program="tar"):
        target = self.enterContext(zvfs_tools.scratch_directory()) / "extracted"
        target.mkdir()
        run(program, "-xpf", archive, *options, "-C", target)
        return self.tree(target)

    def in_image(self, image):
        """The tree in the image. GNU tar, bsdtar and (if there is FUSE) the mount must agree on
        it."""
        by_tar = self.extracted(image, "--zstd")
        self.assert_same(self.extracted(image, "--numeric-owner", program="bsdtar"), by_tar)
        zvfs_tools.require_fuse()
        with zvfs_tools.mounted(image) as mount:
            self.assert_same(self.tree(mount), by_tar)
        return by_tar

    def archives(self):
        """The source as tar archives, with names of both kinds; the order is tar's own."""
        names = sorted(os.listdir(self.source))
        for name, arguments in (("dot.tar", ["."]), ("bare.tar", names)):
            path = self.scratch / name
            run("tar", "--sort=name", "--format=pax", "-cf", path, "-C", self.source, *arguments)
            yield path

    def test_strips_as_tar_does(self):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("bsdtar")
        for archive in self.archives():
            for count in range(5):
                with self.subTest(archive=archive.name, count=count):
                    options = [f"--strip-components={count}"]
                    expected = self.extracted(archive, *options)
                    self.assert_same(self.extracted(self.image(*options, archive), "--zstd"), expected)
                    if archive.name == "bare.tar":
                        self.assert_same(self.in_image(self.image(*options, self.source)), expected)

    def test_prefix(self):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("bsdtar")
        plain = self.in_image(self.image(self.source))
        for source in (self.source, *self.archives()):
            with self.subTest(source=source.name):
                found = self.in_image(self.image("--prefix", "opt/some", source))
                below = {name[len("opt/some/"):]: entry for name, entry in found.items()
                         if name.startswith("opt/some/")}
                self.assert_same(below, plain)
                self.assertEqual(set(found) - {f"opt/some/{name}" for name in plain}, {"opt", "opt/some"})
                self.assertEqual(found["opt"][:3], ("d", "755", "0:0"))

    def test_strip_and_prefix_of_what_is_listed(self):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("bsdtar")
        names = self.scratch / "names"
        names.write_text("usr/bin\nusr/lib/linked\nvar/bin/other\n")
        image = self.image("--files-from", names, "--strip-components=2", "--prefix=x", cwd=self.source)
        found = self.in_image(image)
        self.assertEqual(set(found), {"x", *(f"x/{name}" for name in (
            "copy", "linked", "other", "symlink", "tool"))})
        self.assertEqual(found["x/tool"][-1], (self.source / "usr/bin/tool").read_bytes())
        self.assertEqual(found["x/tool"][4], "2")
        image = self.image(self.source / "usr", self.source / "var", "--strip-components=1")
        self.assertEqual(self.in_image(image)["bin/tool"][-1], (self.source / "var/bin/tool").read_bytes())

    def test_excludes_see_the_names_of_the_source(self):
        for source in (self.source, *self.archives()):
            image = self.image("--exclude=/usr/lib", "--prefix=usr/lib", source)
            listed = run("tar", "--zstd", "-tf", image).decode()
            self.assertIn("usr/lib/usr/bin/tool\n", listed)
            self.assertNotIn("still", listed)

    def test_the_image_does_not_depend_on_threads(self):
        options = ("--strip-components=1", "--prefix=a", "--pseudo", "/a/x L a/first", "--pseudo",
                   "/dev d 755 0 0", "--pseudo", f"/copied l {self.source}/usr/bin/tool")
        _, bare = self.archives()
        for more in ((), ("--dedupe=links",)):
            for source in (self.source, bare):
                one = self.image("-j1", *options, *more, source).read_bytes()
                self.assertEqual(self.image("-j4", *options, *more, source).read_bytes(), one)

    def test_made_up_entries_have_the_times_of_options(self):
        for source in (self.source, *self.archives()):
            for options, time in ((["--mtime=@5"], 5), ([], 10**9 - 10)):
                environment = {**os.environ, "SOURCE_DATE_EPOCH": str(time)}
                image = self.image("--prefix=a/b", "--pseudo", "/dev d 755 0 0", *options, source,
                                   env=environment)
                listed = run("tar", "--zstd", "-tvf", image, "--full-time", "--utc").decode()
                date = run("date", "-u", "-d", f"@{time}", "+%F %T").decode().strip()
                made_up = [line for line in listed.splitlines()
                           if re.search(r" (\./|a/|dev/)$", line)]
                self.assertEqual(len(made_up), 3, listed)
                for line in made_up:
                    self.assertIn(date, line)

    def test_pseudo_files_as_mksquashfs_makes_them(self):
        zvfs_tools.require_root()
        zvfs_tools.require_fuse()
        zvfs_tools.require_programs("mksquashfs", "unsquashfs")
        definitions = self.scratch / "definitions"
        definitions.write_text(PSEUDO)
        squashfs = self.scratch / "image.squashfs"
        run("mksquashfs", self.source, squashfs, "-quiet", "-no-progress", "-pf", definitions)
        listed = run("unsquashfs", "-lln", squashfs).decode()
        expected = {}
        for line in listed.splitlines():
            match = re.match(r"(\S+) (\S+) +(.*) \d{4}-\S+ \S+ squashfs-root/(.*)$", line)
            if match:
                mode, owner, size, name = match.groups()
                expected[name] = (mode, owner, size.replace(" ", "") if mode[0] in "bc" else "")
        found = {}
        with zvfs_tools.mounted(self.image("--pseudo-file", definitions, self.source)) as mount:
            for path, directories, files in os.walk(mount):
                for name in directories + files:
                    full = os.path.join(path, name)
                    status = os.lstat(full)
                    mode = stat.filemode(status.st_mode)
                    device = f"{os.major(status.st_rdev)},{os.minor(status.st_rdev)}" if mode[0] in "bc" else ""
                    shown = os.path.relpath(full, mount)
                    shown += f" -> {os.readlink(full)}" if mode[0] == "l" else ""
                    found[shown] = (mode, f"{status.st_uid}/{status.st_gid}", device)
            self.assertEqual(os.lstat(mount / "etc").st_mtime, 1234567890)
        self.assertEqual(found, expected)
        self.assertIn("usr: defined twice", self.said)

    def test_a_user_makes_a_root_file_system(self):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("bsdtar")
        target = self.scratch / "by_user"
        target.mkdir()
        os.chown(target, NOBODY, NOBODY)
        image = target / "rootfs.zst"
        run(tool("ZVFS_MKIMAGE"), "-q", "--owner", "0", "--group", "0", "--pseudo", "/dev d 755 0 0", "--pseudo",
            "/dev/null c 666 0 0 1 3", "--pseudo", "/usr/bin/tool x security.capability=0x0100000200040000" + "0" * 24, self.source, image, user=NOBODY, group=NOBODY, extra_groups=[])
        self.assertEqual(os.stat(image).st_uid, NOBODY)
        found = self.in_image(image)
        self.assertEqual(found["dev/null"][:3], ("c", "666", "0:0"))
        self.assertEqual(found["dev/null"][-1], os.makedev(1, 3))
        with zvfs_tools.mounted(image, "-o", "dev,suid") as mount:
            self.assertEqual(os.getxattr(mount / "usr/bin/tool", "security.capability")[:5], b"\1\0\0\2\0")
            (mount / "dev/null").write_bytes(b"swallowed")
            self.assertEqual((mount / "dev/null").read_bytes(), b"")

    def test_archives_get_the_same_additions(self):
        zvfs_tools.require_root()
        zvfs_tools.require_programs("bsdtar")
        big = self.scratch / "big"
        with open(big, "wb") as file:
            file.write(edge_tree.noise(3_000_000, 1))
            file.truncate(9_000_000)
        os.utime(big, (1, 1))
        definitions = self.scratch / "definitions"
        definitions.write_text(PSEUDO + f"/usr/big l {big}\n/usr/lib/deep/L L usr/first\n"
                               "/usr/first x user.note=0tl\\303\\274x\n/usr/big x user.note=0sAAE=\n")
        options = ("--pseudo-file", definitions, "--mtime=@1000")
        expected = self.in_image(self.image(*options, self.source))
        self.assertEqual(expected["usr/big"][-1], big.read_bytes())
        for source in self.archives():
            with self.subTest(source=source.name):
                image = self.image(*options, source)
                self.assert_same(self.in_image(image), expected)
                with zvfs_tools.mounted(image) as mount:
                    self.assertEqual(os.getxattr(mount / "usr/first", "user.note"), "lüx".encode())
                    self.assertEqual(os.getxattr(mount / "usr/big", "user.note"), b"\0\1")

    def test_additions_do_not_change_the_times_of_directories(self):
        zvfs_tools.require_root()
        for source in self.archives():
            before = self.extracted(source)
            after = self.extracted(self.image("--pseudo", "/usr/bin/new i 600 0 0 f", source), "--zstd")
            self.assertEqual(after.pop("usr/bin/new")[0], "p")
            self.assert_same(after, before)

    def test_sockets_are_in_the_mount_alone(self):
        for source in (self.source, *self.archives()):
            image = self.image("--pseudo", "/sock i 600 0 0 s", source)
            self.assertIn(b"srw-------", run(tool("ZVFS_ZVFS"), "ls", "-l", image))
            self.assertNotIn(b"sock", run("tar", "--zstd", "-tf", image))

    def test_the_root_of_an_archive_is_no_file(self):
        archive = self.scratch / "root-is-a-file.tar"
        with tarfile.open(archive, "w") as made:
            made.addfile(tarfile.TarInfo("."))
        self.image("--pseudo", "x i 600 0 0 f", archive, expect=1)
        self.assertIn("the root is not a directory", self.said)

    def test_modes_of_links_in_cpio_archives_change_once(self):
        directory = self.scratch / "linked"
        directory.mkdir()
        edge_tree.write(directory / "one", b"content")
        os.link(directory / "one", directory / "two")
        os.chmod(directory / "one", 0o754)
        archive = self.scratch / "linked.cpio"
        with open(archive, "wb") as file:
            run("bsdtar", "-cf", "-", "--format=newc", "-C", directory, "one", "two", stdout=file)
        image = self.image("--mode=g=o,o=", archive)
        self.assertIn("-rwxr----- ", run("tar", "--zstd", "-tvf", image, "one").decode())

    def test_the_data_of_links_in_cpio_archives_stays(self):
        zvfs_tools.require_programs("bsdtar")
        archive = self.scratch / "archive.cpio"
        run("bsdtar", "--format=newc", "-cf", archive, "-C", self.source, "usr/bin/tool", "usr/lib/linked")
        content = (self.source / "usr/bin/tool").read_bytes()
        for option in ("--exclude=linked", "--strip-components=1", "--prefix=x"):
            image = self.image(option, archive)
            name = {"-s": "bin/tool", "-p": "x/usr/bin/tool"}.get(option[1:3], "usr/bin/tool")
            self.assertEqual(run(tool("ZVFS_ZVFS"), "cat", image, name), content)

    def test_definitions_that_come_to_nothing(self):
        for source in (self.source, *self.archives()):
            with self.subTest(source=source.name):
                self.image("--pseudo", "/usr d 700 1 1", source)
                self.assertEqual(self.said, "mkimage: usr: exists in the source; definition ignored\n")
                for definition in ("no/where d 700 0 0", "top/x d 700 0 0", "lost m 600 0 0", "l L lost",
                                   "lost x user.n=v"):
                    self.image("--pseudo", definition, source, expect=1)
                    self.assertEqual(len(self.said.splitlines()), 1, self.said)
                self.image("--pseudo", "copy l /no/such/file", source, expect=2)
                (self.scratch / "image.zst").unlink()
                self.image("--strict", "--pseudo", "no/where d 700 0 0", source, expect=2)
                self.assertFalse((self.scratch / "image.zst").exists())

    def test_usage(self):
        victim = self.scratch / "victim"
        for arguments in (["--pseudo", f"a f 644 0 0 touch {victim}"], ["--pseudo", f"a F 1 644 0 0 touch {victim}"],
                          ["--pseudo", "../a d 755 0 0"], ["--pseudo", ""], ["--prefix", "../a"], ["--prefix", ""],
                          ["--prefix", "/"], ["--prefix", "a" * 256], ["--strip-components=-1"],
                          ["--strip-components=x"], ["--strip-components=4294967296"],
                          ["--pseudo-file", "/no/such/file"]):
            with self.subTest(arguments=arguments):
                self.image(*arguments, self.source, expect=2)
                lines = self.said.splitlines()
                self.assertEqual(len(lines), 2, lines)
                self.assertIn("--help", lines[1])
                self.assertFalse((self.scratch / "image.zst").exists())
        self.assertFalse(victim.exists())


if __name__ == "__main__":
    zvfs_tools.main()

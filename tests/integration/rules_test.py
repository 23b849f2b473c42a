#!/usr/bin/env python3
"""What mkimage leaves out and rewrites, as shown and extracted by GNU tar, compared with the
results of tar and chmod."""
import os
import subprocess
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import mkimage, run


class RulesTest(unittest.TestCase):
    def setUp(self):
        zvfs_tools.require_programs("tar", "zstd", "find")
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        self.source = self.scratch / "source"
        for name in ("a.o", "a.c", "build/x", "src/build/y", "src/b.o", "src/keep.o"):
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            edge_tree.write(self.source / name, b"x")
        os.symlink("a.c", self.source / "link")

    def image(self, *options, **keywords):
        image = self.scratch / "image.tar.zst"
        run(zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", "-f", *options, self.source, image, **keywords)
        return image

    def names(self, image):
        listing = run("tar", "--zstd", "-tf", image).decode().split()
        return {name.rstrip("/") for name in listing if name != "./"}

    def find(self, root, text):
        return sorted(run("find", root, "-mindepth", "1", "-printf", text).decode().splitlines())

    def extract(self, image):
        target = self.scratch / "extracted"
        run("rm", "-rf", target)
        target.mkdir()
        run("tar", "--zstd", "-xpf", image, "-C", target)
        return target

    def test_patterns_as_in_gitignore(self):
        expected = {"a.c", "link", "src", "src/build", "src/build/y", "src/keep.o"}
        options = ("--exclude=*.o", "--exclude=!keep.o", "--exclude=/build")
        self.assertEqual(self.names(self.image(*options)), expected)
        patterns = self.scratch / "patterns"
        patterns.write_text("# objects\n*.o\n!keep.o\n/build/\n")
        self.assertEqual(self.names(self.image("-X", patterns)), expected)
        with open(patterns, "rb") as lines:
            self.assertEqual(self.names(self.image("-X", "-", stdin=lines)), expected)

    def test_patterns_choose_as_git_does(self):
        zvfs_tools.require_programs("git")
        patterns = ["*.o", "!src/*.o", "src/**/y", "build/", "!/build", "?.c"]
        repository = self.scratch / "repository"
        run("cp", "-a", self.source, repository)
        run("git", "init", "-q", repository)
        (repository / ".gitignore").write_text("\n".join(patterns))
        listed = run("git", "-C", repository, "ls-files", "-co", "--exclude-standard").decode()
        kept = self.names(self.image(*(f"--exclude={pattern}" for pattern in patterns)))
        files = {name for name in kept if not (self.source / name).is_dir()}
        self.assertEqual(files, set(listed.split()) - {".gitignore"})

    def test_metadata(self):
        image = self.image("--owner=nobody:1234", "--group=5", "--mode=go-rwx,a-w",
                           "--mtime=@1000000000")
        for line in run("tar", "--zstd", "--numeric-owner", "--utc", "-tvf", image).decode().splitlines():
            mode, owner, _, date = line.split()[:4]
            self.assertEqual((owner, date), ("1234/5", "2001-09-09"), line)
            if not mode.startswith("l"):
                self.assertIn(mode[1:], ("r-x------", "r--------"), line)

    def test_mode_as_chmod(self):
        os.chmod(self.source / "a.c", 0o4755)
        os.chmod(self.source / "src", 0o2775)
        for change in ("u=rwX,go=rX", "0640", "00755", "g=u,o=", "+x", "u+s,a-w"):
            copy = self.scratch / "copy"
            run("rm", "-rf", copy)
            run("cp", "-a", self.source, copy)
            # chmod follows symlinks given by name, so it gets none
            run("find", copy, "-mindepth", "1", "-depth", "!", "-type", "l", "-exec", "chmod",
                "--", change, "{}", ";")
            # Directories that only root can enter are extracted, too.
            extracted = self.extract(self.image(f"--mode={change}"))
            self.assertEqual(self.find(extracted, "%P %y %m\n"), self.find(copy, "%P %y %m\n"), change)

    def test_times_are_clamped(self):
        os.utime(self.source / "a.c", (100, 100))
        os.utime(self.source / "a.o", (300, 300))
        clamped = self.extract(self.image("--mtime=@200", "--clamp-mtime"))
        self.assertEqual(os.stat(clamped / "a.c").st_mtime, 100)
        self.assertEqual(os.stat(clamped / "a.o").st_mtime, 200)
        by_epoch = self.image(env=os.environ | {"SOURCE_DATE_EPOCH": "200"}).read_bytes()
        self.assertEqual(self.image("--mtime=@200", "--clamp-mtime").read_bytes(), by_epoch)

    def test_times_before_1970_are_those_of_date(self):
        zvfs = zvfs_tools.tool("ZVFS_ZVFS")
        target = self.scratch / "extracted"
        for time in ("@-1.5", "@-0.5", "@-0.000000001", "@-5", "@-1.0", "@0.5"):
            with self.subTest(time):
                image = self.image(f"--mtime={time}")
                run("rm", "-rf", target)
                run(zvfs, "extract", "-q", "-C", target, image)
                expected = run("date", "-d", time, "+%s %N").split()
                seconds, nanoseconds = divmod(os.stat(target / "a.c").st_mtime_ns, 10**9)
                self.assertEqual([seconds, nanoseconds], [int(number) for number in expected])
                run(zvfs, "check", "--deep", image)

    def test_the_earliest_and_latest_times_are_no_damage(self):
        zvfs = zvfs_tools.tool("ZVFS_ZVFS")
        for time in ("@-9223372036854775808", "@-9223372036854775807", "@-9223372036854775807.5",
                     "@9223372036854775807", "@9223372036854775807.999999999"):
            with self.subTest(time):
                self.assertIn(b": clean;", run(zvfs, "check", "--deep", self.image(f"--mtime={time}")))

    def test_clamped_trees_of_different_times_give_the_same_bytes(self):
        first = self.image("--mtime=@200", "--owner=0", "--group=0").read_bytes()
        run("find", self.source, "-exec", "touch", "{}", "+")
        self.assertEqual(self.image("--mtime=@200", "--owner=0", "--group=0").read_bytes(), first)

    def test_xattrs(self):
        for name in ("user.a", "user.b"):
            try:
                os.setxattr(self.source / "a.c", name, b"value")
            except OSError as error:
                self.skipTest(f"user attributes: {error.strerror}")
        def attributes(*options):
            listing = run("tar", "--zstd", "--xattrs", "-tvvf", self.image(*options)).decode()
            return {line.split()[-1] for line in listing.splitlines() if line.lstrip().startswith("x:")}
        self.assertEqual(attributes(), {"user.a", "user.b"})
        self.assertEqual(attributes("--no-xattrs"), set())
        self.assertEqual(attributes("--xattrs-include=*.a"), {"user.a"})
        self.assertEqual(attributes("--xattrs-exclude=*.a"), {"user.b"})

    def test_one_file_system(self):
        zvfs_tools.require_root()
        point = self.source / "src/mounted"
        point.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", point], stderr=subprocess.PIPE, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount tmpfs: {mounted.stderr.decode()}")
        self.addCleanup(zvfs_tools.unmount, point)
        (point / "inner").write_bytes(b"x")
        self.assertIn("src/mounted/inner", self.names(self.image()))
        kept = self.names(self.image("-x"))
        self.assertIn("src/mounted", kept)
        self.assertNotIn("src/mounted/inner", kept)


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""Names that mean something to a shell, a terminal or an option parser: inside images, and of images,
directories and values on the command line."""
import json
import os
import subprocess
import unittest

import zvfs_tools
from zvfs_tools import mkimage, run, tool

NAMES = ["f[1].txt", "f1.txt", "f[!1].txt", "a*", "ab", "a?", "**", "*", "?", "[", "]", "[]", "[a,b]",
         "[a", "a]", "{}", "{a,b}", "%%", "a\\b", "a\\*", "\\", "\\\\", "new\nline", "\n", "tab\t", "-f", "--",
         "--json", "-0", "=", "a=b", "a,b", " lead", "trail ", "...", "..x", "~", "$HOME", "'", '"', "!",
         "#", "cat", "ls", "\x01[", "\x01", "\x7f", "\u009b31m", "\u202e", "\u2028", "\udcff", "d[1]/f", "d1/f",
         "d*/f", "d\\/f"]
ODD = "o\x1b[31m\nzvfs: fake\u202e\u009b\\"  # as text on a terminal, another line in red
QUOTED = r"o\033[31m\nzvfs: fake\342\200\256\302\233" + "\\\\"


class InsideImages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        root = cls.scratch / "root"
        for name in NAMES:
            path = os.fsencode(root / name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(os.fsencode(name))
        cls.image = mkimage(root, cls.scratch / "image.zst")

    def zvfs(self, command, *arguments, **options):
        return run(tool("ZVFS_ZVFS"), command, *arguments, **options)

    def files_below(self, directory):
        return {os.path.relpath(os.path.join(path, name), os.fsencode(directory))
                for path, _, files in os.walk(os.fsencode(directory)) for name in files}

    def test_names_listed_are_names_extracted(self):
        """zvfs ls -0 | xargs -0 zvfs extract"""
        out = self.scratch / "all"
        listed = self.zvfs("ls", "-0", "-R", self.image)
        run("xargs", "-0", tool("ZVFS_ZVFS"), "extract", "-q", "-C", out, self.image, "--",
            input=listed, stdin=None)
        self.assertEqual(self.files_below(out), {os.fsencode(name) for name in NAMES})

    def test_each_name_means_itself_alone(self):
        for number, name in enumerate(NAMES):
            with self.subTest(name):
                raw = os.fsencode(name)
                self.assertEqual(self.zvfs("cat", self.image, "--", name), raw)
                self.assertEqual(self.zvfs("ls", "-0", self.image, "--", name), raw + b"\0")
                lines = self.zvfs("info", "--files", "--json", self.image, "--", name).splitlines()
                self.assertEqual(len(lines), 1)
                out = self.scratch / f"out{number}"
                self.zvfs("extract", "-q", "-C", out, self.image, "--", name)
                self.assertEqual(self.files_below(out), {raw})
                archive = self.zvfs("extract", "-q", "--to-tar", "-", self.image, "--", name)
                self.assertEqual(run("tar", "-tf", "-", "--quoting-style=literal", "--null",
                                     "--show-stored-names", input=archive, stdin=None).count(b"\n"),
                                 1 + raw.count(b"\n"))

    def test_a_name_with_globs_is_listed_as_a_directory(self):
        self.assertEqual(self.zvfs("ls", self.image, "d[1]"), b"d[1]/f\n")
        self.assertEqual(self.zvfs("tree", self.image, "d[1]").splitlines()[0], b"d[1]")

    def test_globs_that_are_no_names_are_globs(self):
        self.assertEqual(self.zvfs("ls", self.image, "f[0-9].txt"), b"f1.txt\n")
        self.assertEqual(self.zvfs("ls", self.image, "d[0-9]/f"), b"d1/f\n")

    def test_no_listing_reaches_a_terminal_raw(self):
        for command in (["ls", "-R"], ["ls", "-lR"], ["ls", "-R", "--json"], ["tree"], ["info", "--files"],
                        ["info", "--files", "--json"]):
            with self.subTest(command):
                text = self.zvfs(command[0], self.image, *command[1:])
                for raw in ("\x01", "\x7f", "\u009b", "\u202e", "\u2028", "\t"):
                    self.assertNotIn(raw.encode(), text)
                text.decode()  # is UTF-8

    def test_json_keeps_names(self):
        names = set()
        for line in self.zvfs("ls", "-R", "--json", self.image).splitlines():
            entry = json.loads(line)
            if entry["type"] == "file":
                names.add(entry["path"])
        self.assertEqual(names, {name.replace("\udcff", "\ufffd") for name in NAMES})


class OnTheCommandLine(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        (self.scratch / "source").mkdir()
        (self.scratch / "source" / "file").write_text("content\n")
        mkimage(self.scratch / "source", self.scratch / ODD)
        (self.scratch / "empty").mkdir()
        (self.scratch / "empty" / ODD).write_bytes(b"no image")

    def said(self, program, *arguments, expect):
        """What a program says, which must be safe on a terminal. Returns the lines of stderr."""
        done = subprocess.run([tool(program), *map(os.fspath, arguments)], cwd=self.scratch,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=60)
        self.assertEqual(done.returncode, expect, (arguments, done.stderr))
        for raw in ("\x1b", "\u009b", "\u202e", "\nzvfs: fake"):
            self.assertNotIn(raw.encode(), done.stdout + done.stderr, (arguments, raw))
        return done.stderr.decode().splitlines(), done.stdout.decode()

    def complaint(self, program, *arguments, expect=2, lines=1):
        """The complaint about an odd name, on a line of its own, which names it quoted."""
        said, _ = self.said(program, *arguments, expect=expect)
        self.assertEqual(len(said), lines, said)
        self.assertIn(QUOTED, said[0])
        return said[0]

    def test_images_of_zvfs(self):
        status = {"check": 8, "repair": 8}
        for name in ("missing/" + ODD, "empty/" + ODD):
            for words in (["ls", name], ["tree", name], ["info", name], ["cat", name, "file"], ["check", name],
                          ["map", name, "-o", "page"], ["extract", name], ["extract", "--to-tar", "-", name],
                          ["repair", name, "out"], ["diff", name, ODD], ["diff", ODD, name]):
                with self.subTest(words):
                    self.complaint("ZVFS_ZVFS", *words, expect=status.get(words[0], 2))

    def test_outputs_of_zvfs(self):
        for words in (["info", ODD], ["check", ODD], ["info", "--json", ODD], ["check", "--json", ODD],
                      ["map", "-o", "-", ODD]):
            with self.subTest(words):
                _, text = self.said("ZVFS_ZVFS", *words, expect=0)
                self.assertTrue(QUOTED in text or words[0] == "map" or
                                json.loads(text)["image"] == ODD, text)
        _, text = self.said("ZVFS_ZVFS", "diff", "-q", ODD, "empty", expect=1)
        self.assertIn(f"{QUOTED} and empty differ\n", text)
        _, text = self.said("ZVFS_ZVFS", "repair", ODD, "new" + ODD, expect=0)
        self.assertIn("new" + QUOTED, text)

    def test_files_that_zvfs_writes(self):
        for words in (["map", "-o", ODD, ODD], ["extract", "--to-tar", ODD, ODD],
                      ["map", "-o", "missing/" + ODD, ODD], ["extract", "-C", "missing/" + ODD, ODD],
                      ["extract", "--to-tar", "empty/" + ODD, ODD]):
            with self.subTest(words):
                self.complaint("ZVFS_ZVFS", *words)
        self.complaint("ZVFS_ZVFS", "repair", ODD, "empty/" + ODD, expect=8)

    def test_paths_in_images(self):
        for words in (["ls"], ["tree"], ["cat"], ["info", "--files"], ["extract", "-C", "out"],
                      ["extract", "--to-tar", "-"]):
            with self.subTest(words):
                self.complaint("ZVFS_ZVFS", *words, ODD, ODD, expect=1)
                if words[0] != "cat":
                    self.complaint("ZVFS_ZVFS", *words, ODD, "../" + ODD)

    def test_words_that_zvfs_does_not_know(self):
        self.complaint("ZVFS_ZVFS", ODD)
        self.complaint("ZVFS_ZVFS", "--" + ODD)
        for words in (["ls", "image", "--" + ODD], ["extract", "image", "-j", ODD],
                      ["cat", "image", "f", "--range", ODD]):
            with self.subTest(words):
                self.said("ZVFS_ZVFS", *words, expect=2)

    def test_mkimage(self):
        for words in (["missing/" + ODD, "new"], ["empty/" + ODD, "new"], ["source", ODD],
                      ["source", "missing/" + ODD], ["source", "missing/" + ODD, "-f"],
                      ["-C", "missing/" + ODD, "source", "new"],
                      ["--json", "missing/" + ODD, "source", "new"],
                      ["-T", "missing/" + ODD, "new"], ["-X", "missing/" + ODD, "source", "new"],
                      ["--order-file", "missing/" + ODD, "source", "new"],
                      ["--pseudo-file", "missing/" + ODD, "source", "new"]):
            with self.subTest(words):
                usage = 2 if words[0] in ("-T", "-X", "--order-file", "--pseudo-file") else 1
                self.complaint("ZVFS_MKIMAGE", "-q", *words, lines=usage)
        for option in ("--codec", "--level", "--frame-size", "--dedupe", "--order", "--mode", "--mtime",
                       "--owner", "--group", "--prefix", "--pseudo", "--threads"):
            with self.subTest(option):
                value = "../" + ODD if option == "--prefix" else ODD
                self.said("ZVFS_MKIMAGE", "-q", option, value, "source", "new", expect=2)
        self.assertEqual(sorted(os.listdir(self.scratch)), sorted(["source", ODD, "empty"]))

    def test_mount(self):
        for words in (["missing/" + ODD, "empty"], ["empty/" + ODD, "empty"], [ODD, "missing/" + ODD],
                      [ODD, "empty/" + ODD]):
            with self.subTest(words):
                said, _ = self.said("ZVFS_MOUNT", *words, expect=32)
                self.assertEqual(len(said), 1, said)
                self.assertIn(QUOTED, said[0])
        for words in (["-o", ODD], ["-o", "cache_size=" + ODD], ["-o", "max_read=" + ODD],
                      ["--" + ODD], ["-o", "readahead=" + ODD]):
            with self.subTest(words):
                said, _ = self.said("ZVFS_MOUNT", *words, ODD, "empty", expect=1)
                self.assertEqual(len(said), 1, said)

    def test_mounted(self):
        zvfs_tools.require_fuse()
        zvfs_tools.require_root()
        point = self.scratch / ("mnt" + ODD)
        point.mkdir()
        _, text = self.said("ZVFS_MOUNT", "-v", ODD, point, expect=0)
        try:
            self.assertEqual((point / "file").read_text(), "content\n")
            self.assertIn(f"/{QUOTED} mounted on ", text)
            said, _ = self.said("ZVFS_MOUNT", ODD, point, expect=32)
            self.assertRegex(said[0], "already mounted on")
        finally:
            zvfs_tools.unmount(point)


if __name__ == "__main__":
    zvfs_tools.main()

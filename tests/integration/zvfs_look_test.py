#!/usr/bin/env python3
"""zvfs ls, tree, cat and info: compares their output with the tree that the image was made from."""
import base64
import json
import os
import random
import subprocess
import unittest

import zvfs_tools
from zvfs_tools import run

HOSTILE = b"line\nfeed\x1b[31m-\xff"


def write_tree(root):
    noise = random.Random(1)
    (root / "docs" / "deep").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "docs" / "a.txt").write_bytes(b"some text\n" * 1000)
    (root / "docs" / "deep" / "b.txt").write_bytes(b"other text\n" * 40_000)
    (root / "docs" / "deep" / "c.bin").write_bytes(noise.randbytes(300_000))
    (root / "zeros").write_bytes(bytes(600_000))
    (root / "nothing").write_bytes(b"")
    os.link(root / "zeros", root / "docs" / "hard")
    os.symlink("docs/a.txt", root / "link")
    os.mkfifo(root / "fifo")
    with open(os.fsencode(root) + b"/" + HOSTILE, "wb") as file:
        file.write(b"hostile")
    with open(root / "sparse", "wb") as file:
        file.truncate(5_000_000)
        file.seek(1_000_000)
        file.write(b"island")
    os.chmod(root / "docs" / "a.txt", 0o4751)
    for path, directories, files in os.walk(os.fsencode(root)):
        for name in [b".", *directories, *files]:
            os.utime(os.path.join(path, name), ns=(0, 1_600_000_000_123_456_789),
                     follow_symlinks=False)


def columns(line):
    """A line of `ls -ln`, without the sizes of directories, which depend on the filesystem."""
    fields = line.split()
    return fields[:4] + fields[5:] if line.startswith("d") else fields


class Look(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.root = cls.scratch / "root"
        write_tree(cls.root)
        cls.image = zvfs_tools.mkimage(cls.root, cls.scratch / "image.tar.zst")

    def zvfs(self, command, *arguments, **options):
        return run(zvfs_tools.tool("ZVFS_ZVFS"), command, *arguments, **options)

    def lines(self, command, *arguments, **options):
        return self.zvfs(command, *arguments, **options).decode().splitlines()

    def objects(self, command, *arguments):
        return [json.loads(line) for line in self.lines(command, "--json", *arguments)]

    def paths(self):
        """All paths of the tree except the root, as bytes."""
        root = os.fsencode(self.root)
        return {os.path.relpath(os.path.join(path, name), root)
                for path, directories, files in os.walk(root) for name in directories + files}

    # --- ls

    def test_ls_recursive_null_is_find(self):
        listed = self.zvfs("ls", "-R0", self.image).split(b"\0")
        self.assertEqual(listed.pop(), b"")
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual(set(listed), self.paths())

    def test_ls_long_is_that_of_ls(self):
        environment = os.environ | {"TZ": "UTC"}
        for options in (["-l"], ["-lh"]):
            for directory in ("docs", "docs/deep"):
                ours = self.lines("ls", *options, self.image, directory, env=environment)
                theirs = run("ls", "-n", *options, "--time-style=long-iso", "-p",
                             self.root / directory, env=environment).decode().splitlines()[1:]
                tidy = [line.replace(directory + "/", "", 1) for line in ours]
                self.assertEqual([columns(line) for line in tidy], [columns(line) for line in theirs])

    def test_ls_escapes_control_characters(self):
        listed = self.zvfs("ls", self.image)
        self.assertIn(b"line\\nfeed\\033[31m-\\377", listed.splitlines())

    def test_ls_json(self):
        entries = {}
        for entry in self.objects("ls", "-R", self.image):
            path = entry.get("path_base64")
            name = base64.b64decode(path) if path else os.fsencode(entry["path"])
            entries[name] = entry
        self.assertEqual(set(entries), self.paths())
        for name, entry in entries.items():
            status = os.lstat(os.path.join(os.fsencode(self.root), name))
            self.assertEqual(entry["mode"], f"{status.st_mode & 0o7777:04o}")
            self.assertEqual((entry["uid"], entry["gid"], entry["nlink"]),
                             (status.st_uid, status.st_gid,
                              status.st_nlink if entry["type"] != "directory" else entry["nlink"]))
            self.assertEqual(entry["mtime"] * 10**9 + entry["mtime_ns"], status.st_mtime_ns)
            if entry["type"] == "file":
                self.assertEqual(entry["size"], status.st_size)
        self.assertEqual(entries[b"link"]["target"], "docs/a.txt")
        self.assertEqual(entries[b"fifo"]["type"], "fifo")

    def test_ls_globs(self):
        self.assertEqual(self.lines("ls", self.image, "**/*.txt"), ["docs/a.txt", "docs/deep/b.txt"])
        self.assertEqual(self.lines("ls", self.image, "docs/*.txt"), ["docs/a.txt"])
        self.assertEqual(self.lines("ls", self.image, "docs/[a-c].t?t", "zeros"),
                         ["docs/a.txt", "zeros"])

    def test_what_is_not_there_is_told(self):
        command = [zvfs_tools.tool("ZVFS_ZVFS"), "ls", self.image, "zeros", "no/such"]
        done = subprocess.run(command, capture_output=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, b"zeros\n")
        self.assertIn(b"no/such", done.stderr)

    # --- tree, cat

    def test_tree(self):
        drawn = self.zvfs("tree", self.image, "docs", env=os.environ | {"LC_ALL": "C"}).decode()
        self.assertEqual(drawn, "docs\n|-- a.txt\n|-- deep\n|   |-- b.txt\n|   `-- c.bin\n`-- hard\n"
                                "\n1 directory, 4 files\n")

    def test_cat(self):
        for path in ("docs/a.txt", "docs/deep/c.bin", "zeros", "sparse", "link", "nothing"):
            self.assertEqual(self.zvfs("cat", self.image, path), (self.root / path).read_bytes())
        both = self.zvfs("cat", self.image, "docs/a.txt", "docs/deep/b.txt")
        self.assertEqual(both, (self.root / "docs/a.txt").read_bytes() +
                         (self.root / "docs/deep/b.txt").read_bytes())

    def test_cat_range(self):
        whole = (self.root / "docs/deep/c.bin").read_bytes()
        for text, begin, end in (("0:10", 0, 10), ("261000:3000", 261_000, 264_000),
                                 ("100k:1k", 102_400, 103_424), ("299990", 299_990, None),
                                 ("299990:100", 299_990, None), ("400000:5", 300_000, None)):
            with self.subTest(text):
                self.assertEqual(self.zvfs("cat", "--range", text, self.image, "docs/deep/c.bin"),
                                 whole[begin:end])
        island = self.zvfs("cat", "--range", "999999:8", self.image, "sparse")
        self.assertEqual(island, b"\0island\0")
        said = self.zvfs("cat", "--range", "x", self.image, "zeros", expect=2,
                         stderr=subprocess.STDOUT)
        self.assertIn(b"zvfs cat: --range: 'x' is not a size", said)

    def test_cat_refuses_what_has_no_content(self):
        for path in ("docs", "fifo", "no"):
            self.zvfs("cat", self.image, path, expect=1)

    # --- info

    def test_info_adds_up(self):
        (info,) = self.objects("info", self.image)
        self.assertEqual(info["image_size"], self.image.stat().st_size)
        self.assertEqual(info["data_size"] + info["index_size"] + info["seek_table_size"],
                         info["image_size"])
        self.assertEqual((info["files"], info["directories"], info["symlinks"], info["special_files"],
                          info["hard_links"]), (7, 4, 1, 1, 1))
        self.assertEqual(info["codec"], "zstd")
        frames = info["data_frames"]
        for group in (frames["by_kind"].values(), frames["by_size"]):
            for key in ("frames", "decoded_bytes", "coded_bytes"):
                self.assertEqual(sum(row[key] for row in group), frames[key])
        self.assertEqual(set(frames["by_kind"]), {"zstd", "stored", "fill"})

    def test_info_frames_are_the_stream(self):
        frames = self.objects("info", "--frames", self.image)
        (info,) = self.objects("info", self.image)
        self.assertEqual(len(frames), info["data_frames"]["frames"])
        place = stream = 0
        for number, frame in enumerate(frames):
            self.assertEqual((frame["frame"], frame["offset"], frame["stream_offset"]),
                             (number, place, stream))
            place += frame["coded_bytes"]
            stream += frame["decoded_bytes"]
        self.assertEqual((place, stream), (info["data_size"], info["stream_size"]))
        self.assertEqual(len(self.lines("info", "--frames", "-h", self.image)), len(frames) + 1)

    def test_info_files_share_the_data(self):
        files = {file["path"]: file for file in self.objects("info", "--files", self.image)}
        self.assertEqual(len(files), 8)  # one of them has two names
        self.assertEqual(files["zeros"], files["docs/hard"] | {"path": "zeros"})
        noise = files["docs/deep/c.bin"]
        self.assertGreater(noise["coded_bytes"], 295_000)
        self.assertLess(files["docs/deep/b.txt"]["coded_bytes"], 40_000)
        self.assertLess(files["sparse"]["coded_bytes"], 20_000)
        self.assertEqual(files["nothing"]["coded_bytes"], 0)
        self.assertNotIn("first_frame", files["nothing"])
        (info,) = self.objects("info", self.image)
        once = sum(file["coded_bytes"] for path, file in files.items() if path != "docs/hard")
        self.assertLess(once, info["data_size"])
        self.assertGreater(once, info["data_size"] * 0.9)  # the rest is headers

    def test_info_files_takes_globs(self):
        lines = self.lines("info", "--files", self.image, "docs/*.txt")
        self.assertEqual([line.split()[-1] for line in lines], ["path", "docs/a.txt"])
        self.zvfs("info", "--files", self.image, "no", expect=1)
        self.zvfs("info", self.image, "docs", expect=2)

    def test_info_page(self):
        page = self.zvfs("info", self.image).decode()
        self.assertRegex(page, r"holds +7 files, 4 directories, 1 symlink, 1 special file, 1 hard link")
        self.assertRegex(page, r"\n  stored +\d+ ")

    # --- all

    def test_other_files_are_no_images(self):
        for command in ("ls", "tree", "info"):
            self.zvfs(command, self.root / "zeros", expect=2)
            self.zvfs(command, self.root / "no", expect=2)

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            for command in (["ls"], ["info"], ["info", "--files"], ["cat"]):
                operands = ["zeros"] if command == ["cat"] else []
                self.zvfs(*command, self.image, *operands, stdout=full, expect=2)


class OldTimes(unittest.TestCase):
    def test_check_takes_fractions_of_seconds_before_1970(self):
        with zvfs_tools.scratch_directory() as scratch:
            root = scratch / "root"
            root.mkdir()
            for name, nanoseconds in (("a", -1), ("b", -1_250_000_000), ("c", -2_000_000_000)):
                (root / name).write_bytes(b"old")
                os.utime(root / name, ns=(0, nanoseconds))
            image = zvfs_tools.mkimage(root, scratch / "image.tar.zst")
            run(zvfs_tools.tool("ZVFS_ZVFS"), "check", "--deep", image)


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""What mkimage reports about a build to programs and people: --json, --dry-run, the summary."""
import json
import os
import subprocess
import unittest

import edge_tree
import zvfs_tools
from zvfs_tools import run


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.source = cls.scratch / "source"
        (cls.source / "directory").mkdir(parents=True)
        edge_tree.write(cls.source / "noise.bin", edge_tree.noise(300_000))
        edge_tree.write(cls.source / "text.txt", edge_tree.text(50_000))
        for name in ("one.txt", "two.txt"):
            edge_tree.write(cls.source / "directory" / name, edge_tree.text(9_000, seed=3))
        os.symlink("one.txt", cls.source / "directory/link")
        os.link(cls.source / "text.txt", cls.source / "directory/hard.txt")
        edge_tree.write(os.fsencode(cls.source) + b"/\xff.txt", b"x")

    def report(self, *options, image="image.tar.zst"):
        path = self.scratch / image
        return json.loads(run(zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", "-f", "--json", "-", *options,
                              self.source, path)), path

    def mkimage(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE} | options
        return subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), *arguments], stderr=subprocess.PIPE,
                              check=False, **options)

    def test_json(self):
        report, image = self.report()
        version = run(zvfs_tools.tool("ZVFS_MKIMAGE"), "--version").decode().split()[-1]
        self.assertEqual((report["version"], report["exit_status"]), (version, 0))
        self.assertEqual((report["warnings"], report["warnings_left_out"]), ([], 0))
        self.assertEqual(report["image"], str(image))
        self.assertEqual(report["image_size"], os.path.getsize(image))
        info = json.loads(run(zvfs_tools.tool("ZVFS_ZVFS"), "info", "--json", image))
        self.assertRegex(report["root"], "^sha256:[0-9a-f]{64}$")
        self.assertEqual(report["root"], info["root"])
        counts = {key: report[key] for key in ("files", "directories", "symlinks", "hard_links")}
        self.assertEqual(counts, {"files": 5, "directories": 2, "symlinks": 1, "hard_links": 1})
        self.assertEqual(report["copies"], {"files": 1, "size": 9000})
        self.assertEqual(report["content_size"], 368_001)
        coded = sum(kind["coded_size"] for kind in report["frames"].values())
        seek_table = 17 + 12 * (1 + sum(kind["count"] for kind in report["frames"].values()))
        self.assertEqual(coded + report["index_size"] + seek_table, report["image_size"])
        decoded = sum(kind["decoded_size"] for kind in report["frames"].values())
        self.assertEqual(decoded, report["stream_size"])
        self.assertEqual(report["largest"][0]["path"], "noise.bin")
        self.assertIn("path_base64", next(file for file in report["largest"] if "\ufffd" in file["path"]))
        texts = next(group for group in report["extensions"] if group["extension"] == "txt")
        self.assertEqual((texts["files"], texts["size"]), (4, 68_001))
        seconds = report["seconds"]
        self.assertEqual(list(seconds), ["scan", "duplicates", "frames", "index", "sync", "total"])
        self.assertLessEqual(sum(seconds.values()) - seconds["total"], seconds["total"] + 0.01)

    def test_json_to_a_file(self):
        file = self.scratch / "report.json"
        run(zvfs_tools.tool("ZVFS_MKIMAGE"), "-q", "-f", "--json", file, self.source,
            self.scratch / "other.tar.zst")
        report = json.loads(file.read_text())
        self.assertEqual(report["files"], 5)

    def test_a_report_that_cannot_be_written_is_told_before_the_build(self):
        image = self.scratch / "unmade.tar.zst"
        done = self.mkimage("-v", "--json", "/no/such/file", self.source, image)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertEqual(done.stderr, b"mkimage: /no/such/file: No such file or directory\n")
        self.assertFalse(image.exists())

    def test_a_report_for_which_there_is_no_room(self):
        done = self.mkimage("-q", "--json", "/dev/full", self.source, "-n", "none")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, b"mkimage: /dev/full: No space left on device\n")

    def test_names_for_which_there_is_no_room(self):
        with open("/dev/full", "wb") as full:
            done = self.mkimage("-v", "-n", self.source, "none", stdout=full)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"mkimage: cannot print the names: No space left on device\n", done.stderr)

    def test_a_report_of_warnings(self):
        names = b"text.txt\nmissing\n\xff\xfe\n"
        done = self.mkimage("-qn", "--json", "-", "--files-from", "-", "none", cwd=self.source,
                            input=names, stdin=None)
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["exit_status"], report["unreadable"]), (2, 2, 2))
        self.assertEqual(report["warnings"][0], {
            "path": "missing", "severity": "unreadable",
            "message": "cannot stat: No such file or directory"})
        self.assertIn("path_base64", report["warnings"][1])
        self.assertEqual(report["warnings_left_out"], 0)

    def test_a_report_of_a_failure(self):
        broken = self.scratch / "broken.tar"
        run("tar", "-cf", broken, "-C", self.source, ".")
        os.truncate(broken, 100_000)
        report_file = self.scratch / "failure.json"
        done = self.mkimage("-q", "--json", report_file, broken, "none")
        report = json.loads(report_file.read_text())
        self.assertEqual((done.returncode, report["exit_status"]), (2, 2))
        self.assertEqual(done.stderr.decode(), f"mkimage: {report['error']}\n")
        self.assertNotIn("files", report)

    def test_a_dry_run_tells_the_same_and_writes_nothing(self):
        made, image = self.report()
        dry, nothing = self.report("--dry-run", image="none")
        self.assertFalse(nothing.exists())
        for report in (made, dry):
            del report["seconds"], report["image"]
        self.assertEqual(dry, made)
        before = image.read_bytes()
        self.report("-n", "-l1")
        self.assertEqual(image.read_bytes(), before)

    def test_a_tar_as_source(self):
        tar = self.scratch / "source.tar"
        run("tar", "-cf", tar, "-C", self.source, ".")
        report = json.loads(run(zvfs_tools.tool("ZVFS_MKIMAGE"), "-qn", "--json", "-", tar, "none"))
        self.assertEqual(report["files"], 5)
        self.assertEqual(report["stream_size"], os.path.getsize(tar))
        self.assertEqual(list(report["seconds"]), ["frames", "index", "total"])
        self.assertEqual(report["largest"][0]["path"], "noise.bin")

    def test_summary(self):
        done = subprocess.run([zvfs_tools.tool("ZVFS_MKIMAGE"), "-n", self.source, "none"],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        self.assertTrue(done.stderr.startswith(
            "5 files, 2 directories, 1 symlink, 1 hard link, 1 copy\n360K in, "), done.stderr)


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""The tools behave in odd surroundings: closed, full or inherited descriptors, too few of them, and
outputs that are symlinks, pipes, directories, full, or that others may not read."""
import fcntl
import os
import subprocess
import unittest
import zipfile

import zvfs_tools
from zvfs_tools import mkimage, run, tool


class SurroundingsTest(unittest.TestCase):
    def setUp(self):
        self.scratch = self.enterContext(zvfs_tools.scratch_directory())
        self.source = self.scratch / "source"
        self.source.mkdir()
        (self.source / "file").write_text("content\n")
        self.image = mkimage(self.source, self.scratch / "image.zst")
        self.expected = self.image.read_bytes()

    def shell(self, script, **variables):
        """Runs a script of bash, in which MKIMAGE, MOUNT and ZVFS are the tools."""
        environment = os.environ | {"MKIMAGE": tool("ZVFS_MKIMAGE"), "ZVFS": tool("ZVFS_ZVFS"),
                                    "MOUNT": tool("ZVFS_MOUNT")} | variables
        return subprocess.run(["bash", "-c", script], cwd=self.scratch, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, check=False)

    def test_messages_that_nobody_can_read_change_no_exit_code(self):
        for redirection in ("2>/dev/full", "2>&-"):
            with self.subTest(redirection):
                made = self.shell(f'"$MKIMAGE" -f source new.zst {redirection}')
                self.assertEqual(made.returncode, 0)
                self.assertEqual((self.scratch / "new.zst").read_bytes(), self.expected)
                self.assertEqual(self.shell(f'"$MKIMAGE" missing x.zst {redirection}').returncode, 2)
                self.assertEqual(self.shell(f'"$ZVFS" ls missing {redirection}').returncode, 2)

    def test_output_that_is_lost_is_no_success(self):
        commands = {'"$MKIMAGE" --help': 2, '"$MKIMAGE" --version': 2, '"$MKIMAGE" -v -f source new': 2,
                    '"$MKIMAGE" -q source -': 2, '"$MKIMAGE" -q -f --json - source new': 2,
                    '"$MOUNT" --help': 2, '"$MOUNT" --version': 2, '"$ZVFS" --help': 2,
                    '"$ZVFS" --version': 2, '"$ZVFS" ls --help': 2, '"$ZVFS" check --help': 8,
                    '"$ZVFS" ls image.zst': 2, '"$ZVFS" ls --json image.zst': 2, '"$ZVFS" tree image.zst': 2,
                    '"$ZVFS" cat image.zst file': 2, '"$ZVFS" info image.zst': 2,
                    '"$ZVFS" info --json image.zst': 2, '"$ZVFS" info --files image.zst': 2,
                    '"$ZVFS" map -o - image.zst': 2, '"$ZVFS" map -o /dev/stdout image.zst': 2,
                    '"$ZVFS" check image.zst': 8, '"$ZVFS" check --json image.zst': 8,
                    '"$ZVFS" diff -q image.zst .': 2, '"$ZVFS" diff image.zst .': 2,
                    '"$ZVFS" extract --to-tar - image.zst': 2,
                    '"$ZVFS" extract --to-tar - image.zst file': 2,
                    '"$ZVFS" repair -f image.zst new': 8}
        for command, status in commands.items():
            with self.subTest(command):
                for stream, reason in ((">/dev/full", b"No space left on device"), (">&-", b"Bad file descriptor")):
                    done = self.shell(f"{command} {stream}")
                    self.assertEqual(done.returncode, status, (stream, done.stderr))
                    self.assertIn(reason, done.stderr)

    def test_input_that_is_closed_is_not_empty(self):
        for command in ('"$MKIMAGE" -q - new', '"$MKIMAGE" -q -T - new', '"$MKIMAGE" -q -X - source new'):
            with self.subTest(command):
                done = self.shell(f"{command} <&-")
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertRegex(done.stderr, b"Bad file descriptor|Error reading fd")
                self.assertFalse((self.scratch / "new").exists())

    def test_a_reader_that_leaves_ends_the_output_in_silence(self):
        (self.source / "large").write_bytes(bytes(3_000_000) + os.urandom(100_000))
        for name in range(3000):
            (self.source / f"a-long-name-to-fill-a-pipe-{name}").touch()
        mkimage(self.source, self.image, "-f")
        for command in ('"$ZVFS" ls image.zst', '"$ZVFS" tree image.zst', '"$ZVFS" cat image.zst large',
                        '"$ZVFS" extract -q --to-tar - image.zst', '"$MKIMAGE" -q source -'):
            with self.subTest(command):
                done = self.shell(f'set -o pipefail; {command} | head -c 1 >/dev/null')
                self.assertEqual(done.returncode, 128 + 13, done.stderr)  # SIGPIPE
                self.assertEqual(done.stderr, b"")
                told = self.shell(f'trap "" PIPE; set -o pipefail; {command} | head -c 1 >/dev/null')
                self.assertEqual(told.returncode, 2, told.stderr)
                self.assertIn(b"Broken pipe", told.stderr)

    def test_too_few_descriptors_make_no_image_with_zeros(self):
        for name in range(100):
            directory = self.source / f"d{name}"
            directory.mkdir()
            (directory / "file").write_text(f"content {name}\n")
        whole = mkimage(self.source, self.scratch / "whole.zst").read_bytes()
        done = set()
        for limit in range(4, 40):
            (self.scratch / "new.zst").unlink(missing_ok=True)
            made = self.shell(f'ulimit -n {limit}; "$MKIMAGE" -q source new.zst')
            self.assertIn(made.returncode, (0, 2, 127), made.stderr)
            done.add(made.returncode)
            if made.returncode == 0:
                self.assertEqual((self.scratch / "new.zst").read_bytes(), whole, limit)
            else:
                self.assertFalse((self.scratch / "new.zst").exists(), limit)
            if made.returncode == 2:
                self.assertRegex(made.stderr, rb"Too many open files|cannot create a thread|Resource")
                self.assertEqual(made.stderr.count(b"\n"), 1, made.stderr)
        self.assertLessEqual({0, 2}, done)

    def test_too_few_descriptors_are_told_of_where_an_archive_is_read(self):
        (self.source / "file").write_text("content\n")
        run("tar", "-czf", self.scratch / "a.tar", "-C", self.source, "file")
        with zipfile.ZipFile(self.scratch / "a.zip", "w") as archive:
            archive.write(self.source / "file", "file")
        for name in ("a.tar", "a.zip"):
            whole = mkimage(self.scratch / name, self.scratch / "whole.zst", "-f").read_bytes()
            done = set()
            for limit in range(4, 40):
                with self.subTest(name, limit=limit):
                    (self.scratch / "new.zst").unlink(missing_ok=True)
                    made = self.shell(f'ulimit -n {limit}; "$MKIMAGE" -q {name} new.zst')
                    self.assertIn(made.returncode, (0, 2, 127), made.stderr)
                    done.add(made.returncode)
                    if made.returncode == 0:
                        self.assertEqual((self.scratch / "new.zst").read_bytes(), whole)
                    if made.returncode == 2:
                        self.assertRegex(made.stderr, rb"^mkimage: .*Too many open files\n$")
            self.assertLessEqual({0, 2}, done)

    def test_too_few_descriptors_end_an_extraction_and_a_comparison(self):
        for name in range(50):
            directory = self.source / f"d{name}"
            directory.mkdir()
            (directory / "file").write_text(f"content {name}\n")
        mkimage(self.source, self.image, "-f")
        for command, none_left in (('"$ZVFS" extract -q -k -C new image.zst', 2),
                                   ('"$ZVFS" diff source image.zst', 2)):
            done = set()
            for limit in range(4, 40):
                with self.subTest(f"{command}, {limit}"):
                    run("rm", "-rf", self.scratch / "new")
                    made = self.shell(f"ulimit -n {limit}; {command}")
                    self.assertIn(made.returncode, (0, none_left, 127), made.stderr)
                    done.add(made.returncode)
                    if made.returncode == none_left:
                        self.assertIn(b"Too many open files", made.stderr)
                        self.assertLessEqual(made.stderr.count(b"\n"), 2, made.stderr)
            self.assertLessEqual({0, none_left}, done)

    def test_a_full_disk_ends_an_extraction(self):
        zvfs_tools.require_root()
        (self.source / "a").write_bytes(os.urandom(3 << 20))
        for name in range(100):
            (self.source / f"b{name}").write_bytes(os.urandom(10_000))
        mkimage(self.source, self.image, "-f")
        disk = self.scratch / "disk"
        disk.mkdir()
        mounted = self.shell("mount -t tmpfs -o size=2m tmpfs disk")
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount tmpfs: {mounted.stderr.decode()}")
        self.addCleanup(zvfs_tools.unmount, disk)
        for command, left in (('"$ZVFS" extract -q -k -j 1 -C disk/out image.zst', {"out"}),
                              ('"$ZVFS" extract -q --to-tar disk/new image.zst', set()),
                              ('"$ZVFS" repair -q image.zst disk/new', set())):
            with self.subTest(command):
                done = self.shell(command)
                self.assertIn(done.returncode, (2, 8), done.stderr)
                self.assertIn(b"No space left on device", done.stderr)
                self.assertEqual(set(os.listdir(disk)), left)
                self.assertLessEqual(done.stderr.count(b"\n"), 2, done.stderr)
                run("rm", "-rf", disk / "out")

    def test_a_repair_that_nobody_hears_of_makes_no_image(self):
        for stream in (">/dev/full", ">&-"):
            done = self.shell(f'"$ZVFS" repair image.zst new {stream}')
            self.assertEqual(done.returncode, 8)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
            self.assertEqual([name for name in os.listdir(self.scratch) if "new" in name], [])
            self.assertEqual(self.shell(f'"$ZVFS" repair -q image.zst new {stream}').returncode, 0)
            (self.scratch / "new").unlink()

    def test_closed_descriptors_without_dev_null(self):
        """As in a chroot. A file that took the place of standard error would get the summary."""
        zvfs_tools.require_root()
        hide = "mount -t tmpfs tmpfs /dev"
        if self.shell(f"unshare -m bash -c '{hide}'").returncode != 0:
            self.skipTest("no mount namespaces")
        for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                command = f'"$MKIMAGE" -f source new.zst {closed}'
                done = self.shell(f"unshare -m bash -c '{hide}; {command}'")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual((self.scratch / "new.zst").read_bytes(), self.expected)
        for command in ('"$MKIMAGE" -q - new <&-', '"$ZVFS" ls image.zst >&-'):
            done = self.shell(f"unshare -m bash -c '{hide}; {command}'")
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, b"Bad file descriptor|Error reading fd")

    def test_a_limit_of_file_sizes_is_an_error(self):
        (self.source / "large").write_bytes(os.urandom(1 << 20))
        mkimage(self.source, self.image, "-f")
        out = self.scratch / "out"
        for command, status in (('"$MKIMAGE" -q source out/new', 2),
                                ('"$MKIMAGE" -q source - >out/given', 2),
                                ('"$ZVFS" repair -q image.zst out/new', 8),
                                ('"$ZVFS" extract -q --to-tar out/new image.zst', 2),
                                ('"$ZVFS" extract -q --to-tar - image.zst >out/given', 2),
                                ('"$ZVFS" extract -q -j 1 -C out/directory image.zst', 2),
                                ('"$ZVFS" cat image.zst large >out/given', 2),
                                ('"$ZVFS" map -o out/new image.zst', 2)):
            with self.subTest(command):
                out.mkdir()
                limit = 16 if "map" in command else 512  # KiB
                done = self.shell(f"ulimit -f {limit}; {command}")
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(b"File too large\n", done.stderr)
                self.assertLessEqual(set(os.listdir(out)), {"given", "directory"})
                run("rm", "-rf", out)

    def test_messages_beyond_a_limit_of_file_sizes_end_nothing(self):
        for command in ('"$MKIMAGE" -f source new.zst', '"$ZVFS" ls missing', '"$MOUNT" missing .'):
            with self.subTest(command):
                usual = self.shell(f"exec {command}").returncode
                full_log = "head -c 1M /dev/zero >log; ulimit -f 1024; exec"
                done = self.shell(f"{full_log} {command} 2>>log")
                self.assertEqual(done.returncode, usual, done.stderr)

    def test_outputs_that_are_directories(self):
        (self.scratch / "directory").mkdir()
        for command, status in (('"$MKIMAGE" -q -f source directory', 2),
                                ('"$MKIMAGE" -q -f source directory/', 2),
                                ('"$ZVFS" extract -q -f --to-tar directory image.zst', 2),
                                ('"$ZVFS" map -f -o directory image.zst', 2),
                                ('"$ZVFS" repair -q -f image.zst directory', 8)):
            with self.subTest(command):
                done = self.shell(command)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertRegex(done.stderr, rb"directory/?: (is a directory|not a file name)")
                self.assertEqual(os.listdir(self.scratch / "directory"), [])

    def test_outputs_that_are_pipes(self):
        os.mkfifo(self.scratch / "pipe")
        for command in ('"$MKIMAGE" -q source pipe', '"$ZVFS" extract -q --to-tar pipe image.zst'):
            with self.subTest(command):
                read = self.shell(f'cat pipe & {command}; status=$?; wait; exit $status')
                self.assertEqual(read.returncode, 0, read.stderr)
                self.assertIn(b"content\n" if "ZVFS" in command else self.expected, read.stdout)
                self.assertTrue((self.scratch / "pipe").is_fifo())
        refused = self.shell('"$ZVFS" repair -q -f image.zst pipe')  # without waiting for a reader
        self.assertEqual(refused.returncode, 8)
        self.assertIn(b"is not a regular file; not replaced", refused.stderr)
        self.assertTrue((self.scratch / "pipe").is_fifo())

    def test_an_output_that_is_the_input(self):
        for command, status in (('"$MKIMAGE" -q -f image.zst image.zst', 0),
                                ('"$ZVFS" extract -q -f --to-tar image.zst image.zst', 2),
                                ('"$ZVFS" map -f -o image.zst image.zst', 2),
                                ('"$ZVFS" repair -q -f image.zst image.zst', 0)):
            with self.subTest(command):
                done = self.shell(command)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertEqual(self.shell('"$ZVFS" check --deep image.zst').returncode, 0)
                self.assertEqual(self.shell('"$ZVFS" cat image.zst file').stdout, b"content\n")

    def test_an_image_is_not_in_itself(self):
        for target in ("source/new", "source/../source/new", "./source//new"):
            for options in ("", "-f"):
                with self.subTest(f"{options} {target}"):
                    made = self.shell(f'"$MKIMAGE" -q {options} source {target}')
                    self.assertEqual(made.returncode, 0, made.stderr)
                    self.assertEqual(self.shell('"$ZVFS" ls -R source/new').stdout, b"file\n")
                    self.assertEqual(self.shell(f'"$MKIMAGE" -q -f source {target}').returncode, 0)
                    self.assertEqual(self.shell('"$ZVFS" ls -R source/new').stdout, b"file\n")
                    (self.source / "new").unlink()

    def test_files_do_not_take_the_place_of_closed_descriptors(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                self.assertEqual(self.shell(f'"$MKIMAGE" -f source new.zst {closed}').returncode, 0)
                self.assertEqual((self.scratch / "new.zst").read_bytes(), self.expected)

    def test_a_mount_works_with_closed_descriptors(self):
        zvfs_tools.require_fuse()
        point = self.scratch / "mnt"
        point.mkdir()
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                mounted = self.shell(f'"$MOUNT" image.zst mnt {closed}')
                try:
                    self.assertEqual(mounted.returncode, 0, mounted.stderr)
                    self.assertEqual((point / "file").read_text(), "content\n")
                finally:
                    zvfs_tools.unmount(point)

    def test_a_mount_outlives_a_lost_word_about_it(self):
        zvfs_tools.require_fuse()
        point = self.scratch / "mnt"
        point.mkdir()
        mounted = self.shell('"$MOUNT" -v image.zst mnt >/dev/full')
        try:
            self.assertEqual(mounted.returncode, 0, mounted.stderr)
            self.assertEqual((point / "file").read_text(), "content\n")
        finally:
            zvfs_tools.unmount(point)

    def test_the_daemon_closes_inherited_descriptors(self):
        zvfs_tools.require_fuse()
        lock = self.scratch / "lock"
        point = self.scratch / "mnt"
        point.mkdir()
        mounted = self.shell('exec 9>lock; flock 9; "$MOUNT" image.zst mnt')
        try:
            self.assertEqual(mounted.returncode, 0, mounted.stderr)
            with open(lock, "w", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # an error while the daemon has it
            self.assertEqual((point / "file").read_text(), "content\n")
        finally:
            zvfs_tools.unmount(point)

    def test_an_image_may_be_an_inherited_descriptor(self):
        zvfs_tools.require_fuse()
        point = self.scratch / "mnt"
        point.mkdir()
        mounted = self.shell('"$MOUNT" /dev/fd/9 mnt 9<image.zst')
        try:
            self.assertEqual(mounted.returncode, 0, mounted.stderr)
            self.assertEqual((point / "file").read_text(), "content\n")
        finally:
            zvfs_tools.unmount(point)

    def test_a_symlink_to_standard_output_is_written_through(self):
        link = self.scratch / "out"
        link.symlink_to("/proc/self/fd/1")
        for command in ('"$MKIMAGE" -q source out', '"$MKIMAGE" -q -f source out',
                        '"$ZVFS" extract -q -f --to-tar out image.zst'):
            for sink in ("| cat", "> file; cat file"):
                with self.subTest(f"{command} {sink}"):
                    done = self.shell(f"{command} {sink}")
                    self.assertTrue(link.is_symlink())
                    if "MKIMAGE" in command:
                        self.assertEqual(done.stdout, self.expected, done.stderr)
                    else:
                        self.assertIn(b"content\n", done.stdout)
        self.assertNotEqual(self.shell('"$ZVFS" repair -q -f image.zst out | cat').stdout, None)
        self.assertTrue(link.is_symlink())

    def test_a_symlink_to_a_file_is_followed(self):
        target = self.scratch / "target.zst"
        link = self.scratch / "link.zst"
        link.symlink_to("target.zst")
        self.assertEqual(self.shell('"$MKIMAGE" -q source link.zst').returncode, 2)  # leads nowhere
        target.write_text("old")
        self.assertEqual(self.shell('"$MKIMAGE" -q source link.zst').returncode, 2)  # exists
        self.assertEqual(target.read_text(), "old")
        self.assertEqual(self.shell('"$MKIMAGE" -q -f source link.zst').returncode, 0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_bytes(), self.expected)

    def test_a_replaced_file_keeps_its_permissions(self):
        for command in ('"$MKIMAGE" -q -f source new', '"$ZVFS" extract -q -f --to-tar new image.zst',
                        '"$ZVFS" repair -q -f image.zst new'):
            with self.subTest(command):
                new = self.scratch / "new"
                new.write_text("old")
                new.chmod(0o600)
                self.assertIn(self.shell(f"umask 022; {command}").returncode, (0, 1))
                self.assertEqual(new.stat().st_mode & 0o7777, 0o600)
                self.assertGreater(new.stat().st_size, 100)
                run("rm", "-f", new)
                self.shell(f"umask 022; {command}")
                self.assertEqual(new.stat().st_mode & 0o7777, 0o644)


if __name__ == "__main__":
    zvfs_tools.main()

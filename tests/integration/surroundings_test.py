#!/usr/bin/env python3
"""The tools behave in odd surroundings: closed, full or inherited descriptors, outputs that are
symlinks, and outputs that others may not read."""
import fcntl
import os
import subprocess
import unittest

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

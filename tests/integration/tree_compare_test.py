#!/usr/bin/env python3
"""Tests tree_compare: two edge trees are equal, and it sees every single change."""
import os
import unittest

import edge_tree
import tree_compare
import zvfs_tools


def keeping_mtime(path, change):
    """Applies a change and restores the mtime, so that something else must show it."""
    status = os.stat(path, follow_symlinks=False)
    change()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


def replace(path, make):
    """Replaces an entry by another, with the same owner and times, also of its directory."""
    status, parent = os.stat(path, follow_symlinks=False), os.path.dirname(path)
    parent_status = os.stat(parent)
    os.unlink(path)
    make()
    os.utime(path, ns=(0, status.st_mtime_ns), follow_symlinks=False)
    os.utime(parent, ns=(0, parent_status.st_mtime_ns))


def overwrite(path, offset, content):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(content)


class TreeCompareTest(unittest.TestCase):
    def setUp(self):
        scratch = self.enterContext(zvfs_tools.scratch_directory())
        self.a, self.b = scratch / "a", scratch / "b"
        for root in (self.a, self.b):
            edge_tree.build(root, without={"directories"})

    def test_equal_trees_have_no_differences(self):
        self.assertEqual(tree_compare.compare(self.a, self.b), [])

    def assert_seen(self, field, change, path):
        keeping_mtime(self.b / path, lambda: change(self.b / path))
        differences = tree_compare.compare(self.a, self.b)
        self.assertTrue(any(f"{path}: {field}" in line for line in differences), differences)

    def test_sees_a_flipped_bit(self):
        self.assert_seen("content", lambda path: overwrite(path, 262144, b"\x80"),
                         f"sizes/text-{256 * 1024 + 1}")

    def test_sees_a_byte_far_out_in_a_sparse_file(self):
        self.assert_seen("content", lambda path: overwrite(path, (1 << 40) + 11, b"X"),
                         "terabyte/terabyte")

    def test_sees_a_hole_filled_with_zeros(self):
        self.assert_seen("holes", lambda path: overwrite(path, 1 << 20, bytes(65536)),
                         "sparse/all-hole")

    def test_sees_a_size(self):
        self.assert_seen("size", lambda path: os.truncate(path, 11 << 20), "sparse/all-hole")

    def test_sees_a_mode(self):
        self.assert_seen("mode", lambda path: os.chmod(path, 0o4754), "modes/file-4755")

    def test_sees_a_nanosecond(self):
        later = os.stat(self.b / "times/epoch").st_mtime_ns + 1
        os.utime(self.b / "times/epoch", ns=(0, later))
        self.assertEqual(tree_compare.compare(self.a, self.b), ["times/epoch: mtime_ns: 0 and 1"])

    def test_sees_an_attribute(self):
        self.assert_seen("xattrs", lambda path: os.setxattr(path, "user.empty", b"?"),
                         "user_xattrs/several")

    def test_sees_a_lost_attribute(self):
        self.assert_seen("xattrs", lambda path: os.removexattr(path, "user.empty"),
                         "user_xattrs/several")

    def test_sees_a_broken_hard_link(self):
        path = self.b / "hardlinks/b/file"
        replace(path, lambda: path.write_bytes((self.a / "hardlinks/b/file").read_bytes()))
        differences = tree_compare.compare(self.a, self.b)
        self.assertTrue(any("nlink" in line for line in differences), differences)
        self.assertTrue(any(": links" in line for line in differences), differences)
        self.assertFalse(any("content" in line for line in differences), differences)

    def test_sees_a_symlink_target(self):
        path = self.b / "symlinks/to-file"
        replace(path, lambda: path.symlink_to("filE"))
        differences = tree_compare.compare(self.a, self.b)
        self.assertEqual(differences, ["symlinks/to-file: target: b'file' and b'filE'"])

    def test_sees_a_type(self):
        path = self.b / "fifos_and_sockets/socket"
        replace(path, lambda: os.mkfifo(path))
        differences = tree_compare.compare(self.a, self.b)
        self.assertTrue(any("socket: type" in line for line in differences), differences)

    def test_sees_a_missing_and_an_additional_entry(self):
        os.rename(self.b / "sizes/ones", self.b / "sizes/twos")
        differences = tree_compare.compare(self.a, self.b)
        self.assertIn("sizes/ones: only in the first tree", differences)
        self.assertIn("sizes/twos: only in the second tree", differences)

    def test_sees_an_owner(self):
        zvfs_tools.require_root()
        self.assert_seen("gid", lambda path: os.chown(path, -1, 7, follow_symlinks=False),
                         "owners/symlink")

    def test_sees_a_device_number(self):
        zvfs_tools.require_root()
        path = self.b / "devices/char-1-3"
        replace(path, lambda: os.mknod(path, 0o020644, os.makedev(1, 5)))
        differences = tree_compare.compare(self.a, self.b)
        self.assertEqual(differences, ["devices/char-1-3: rdev: (1, 3) and (1, 5)"])


if __name__ == "__main__":
    zvfs_tools.main()

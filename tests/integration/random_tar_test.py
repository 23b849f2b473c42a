#!/usr/bin/env python3
"""Random tars: an image of one is made, is sound, and holds what GNU tar extracts from it.

    random_tar_test.py [--seed N] [--first I] [--cases M] [--keep DIRECTORY]

Or ZVFS_TARS_SEED and so on in the environment, through ctest. Case I of seed N is always the same. A
case that fails is reduced to the pieces that it needs, and kept in DIRECTORY if that is given.

- mkimage never crashes, and makes an image of whatever GNU tar or bsdtar extracts without an error.
- `zvfs check --deep` finds nothing in the image, nor in what `zvfs repair` makes of the tar.
- `zvfs extract` restores the tree of GNU tar where that exits with 0, except for what
  `without_known_differences` names. What `random_tars` avoids in its archives is told there.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import random_tars
import tree_text
import zvfs_tools
from zvfs_tools import tool

os.environ["TZ"] = "UTC"
GNU_TAR = ("tar", "-xp", "--numeric-owner", "--same-owner", "--xattrs", "--xattrs-include=*", "--acls",
           "--warning=none")
BSDTAR = ("bsdtar", "-xp", "--numeric-owner", "--same-owner", "--acls", "--xattrs")
REPAIRED = 8  # every that many cases


def call(*command, cwd=None):
    return subprocess.run([os.fspath(word) for word in command], cwd=cwd, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Failure(Exception):
    """What is wrong with one archive."""


class Case:
    """One archive, in a directory of its own."""

    def __init__(self, pieces, scratch, repairs):
        self.pieces, self.scratch, self.repairs = pieces, scratch, repairs
        self.tar, self.image = scratch / "a.tar", scratch / "a.zst"
        self.begin = time.time() - 5

    def check(self):
        self.tar.write_bytes(b"".join(self.pieces))
        go_on = random_tars.has_second_archive(self.pieces)
        status, tree = self.extract(*GNU_TAR, *(["--ignore-zeros"] if go_on else []), "-f", self.tar)
        made = call(tool("ZVFS_MKIMAGE"), "-q", self.tar, self.image)
        said = made.stdout.decode(errors="replace")
        if made.returncode not in (0, 1, 2):
            raise Failure(f"mkimage gave {made.returncode}: {said}")
        if not self.image.exists():
            if status == 0:
                raise Failure(f"GNU tar extracts it, mkimage refuses it: {said}")
            others = self.extract(*BSDTAR, *(["--options=read_concatenated_archives"] if go_on else []),
                                  "-f", self.tar)[0]
            if others == 0:
                raise Failure(f"bsdtar extracts it, mkimage refuses it: {said}")
            return "refused"
        self.require_clean(self.image)
        if self.repairs:
            self.check_repair()
        shown, extracted = self.extract(tool("ZVFS_ZVFS"), "extract", "-q", self.image)
        if shown != 0:
            raise Failure("zvfs cannot extract it")
        if status != 0:
            return "no referee"
        self.compare(tree, extracted, said)
        return "same"

    def check_repair(self):
        packed, out = self.scratch / "packed.zst", self.scratch / "repaired.zst"
        zvfs_tools.run("zstd", "-q", "-1", self.tar, "-o", packed)
        done = call(tool("ZVFS_ZVFS"), "repair", "-q", packed, out)
        if done.returncode not in (0, 1, 4) and out.exists():
            raise Failure(f"repair gave {done.returncode}: {done.stdout.decode(errors='replace')}")
        if out.exists():
            self.require_clean(out)

    @staticmethod
    def require_clean(image):
        checked = call(tool("ZVFS_ZVFS"), "check", "--deep", image)
        if checked.returncode != 0:
            raise Failure(f"check --deep of {image.name}: {checked.stdout.decode(errors='replace')}")

    def extract(self, *command):
        target = self.scratch / "tree"
        target.mkdir()
        done = call(*command, "-C", target)
        tree = tree_text.describe(target) if done.returncode == 0 else []
        shutil.rmtree(target)
        return done.returncode, tree

    def compare(self, expected, got, said):
        expected, got = self.without_known_differences(expected, got)
        if expected != got:
            theirs = "\n".join(f"  GNU tar: {line}" for line in expected if line not in got)
            ours = "\n".join(f"  zvfs:    {line}" for line in got if line not in expected)
            raise Failure(f"the trees differ:\n{theirs}\n{ours}\n{said}")

    def without_known_differences(self, expected, got):
        """Both trees, without what differs for a reason. All but one are about GNU tar's directories."""
        theirs = {fields["path"]: fields for fields in map(tree_text.fields_of, expected)}
        ours = {fields["path"]: fields for fields in map(tree_text.fields_of, got)}
        names = {fields["path"]: tree_text.unescaped(fields["path"]) for fields in theirs.values()}
        late = {parent for path, fields in theirs.items()
                if fields["type"] == "symlink" and is_made_late(tree_text.unescaped(fields.get("target", "")))
                for parent in parents_of(names[path])}
        set_gid = {names[path] for path, fields in theirs.items()
                   if fields["type"] == "dir" and int(fields["mode"], 8) & 0o2000}
        has_star_devices = any(b"SCHILY.devm" in piece for piece in self.pieces)
        for path, fields in theirs.items():
            other = ours.get(path)
            if other and has_star_devices and "dev" in fields:  # which GNU tar does not know
                fields["dev"] = other.get("dev")
            if not other or fields["type"] != "dir" or other["type"] != "dir":
                continue
            same = set()
            mode = int(fields["mode"], 8)
            # It has made the directory for its contents, so that nobody says what it is.
            if float(fields["mtime"]) > self.begin:
                same |= {"mtime"}
                same |= {"mode", "uid", "gid"} if mode & ~0o2000 == 0o755 and fields["uid"] == "0" else set()
            # It makes some symlinks at the end, and then repairs a part of the directory.
            if names[path] in late:
                same |= {"mode", "mtime"} | {name for name in other if "posix_acl" in name}
            # Linux gives a new directory the set-group-id bit of the one that it is made in.
            if parents_of(names[path])[-1] in set_gid and mode == int(other["mode"], 8) | 0o2000:
                same |= {"mode"}
            fields |= {name: other[name] for name in same}
        return [[tree_text.line_of(dict(sorted(fields.items()))) for fields in tree.values()]
                for tree in (theirs, ours)]


def parents_of(path):
    """The directories above it, from the root on."""
    names = path.split(b"/")
    return [b".", *(b"/".join(names[:i]) for i in range(1, len(names)))]


def is_made_late(target):
    """Whether GNU tar makes a symlink to it only after all else, so that nothing goes through it."""
    return target.startswith(b"/") or b".." in target.split(b"/")


class Fuzzer:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.devices = self.can_make_devices()

    def can_make_devices(self):
        try:
            os.mknod(self.scratch / "device", 0o20600, os.makedev(1, 3))
            return True
        except OSError:
            return False

    def verdict(self, pieces, repairs):
        """What comes of an archive: (True, its class), or (False, what is wrong)."""
        with zvfs_tools.scratch_directory(self.scratch) as directory:
            try:
                return True, Case(pieces, directory, repairs).check()
            except Failure as failure:
                return False, str(failure)

    def reduced(self, pieces, repairs):
        """The pieces without those that the failure does not need."""
        for i in reversed(range(len(pieces))):
            fewer = pieces[:i] + pieces[i + 1:]
            if fewer and not self.verdict(fewer, repairs)[0]:
                pieces = fewer
        return pieces

    def run(self):
        counts, failures = {}, []
        for number in range(self.options.first, self.options.first + self.options.cases):
            pieces = random_tars.archive(f"{self.options.seed}:{number}", self.devices)
            repairs = number % REPAIRED == 0
            fine, what = self.verdict(pieces, repairs)
            if fine:
                counts[what] = counts.get(what, 0) + 1
                continue
            pieces = self.reduced(pieces, repairs)
            what = self.verdict(pieces, repairs)[1]
            failures.append(f"seed {self.options.seed}, case {number}: {what}")
            if self.options.keep:
                path = pathlib.Path(self.options.keep) / f"{self.options.seed}-{number}.tar"
                path.write_bytes(b"".join(pieces))
                print(failures[-1], flush=True)
        print(f"seed {self.options.seed}: {self.options.cases} cases: "
              + ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
              + f", {len(failures)} failed", flush=True)
        return counts, failures


def fast_directory():
    """tmpfs, which waits for no disk, if it has users' extended attributes: from Linux 6.6 on."""
    try:
        with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
            os.setxattr(file.name, "user.test", b"")
        return "/dev/shm"
    except OSError:
        return None


class RandomTars(unittest.TestCase):
    options = None

    def test_random_tars(self):
        zvfs_tools.require_root()  # to restore owners
        zvfs_tools.require_programs("tar", "bsdtar", "zstd")
        with zvfs_tools.scratch_directory(fast_directory()) as scratch:
            counts, failures = Fuzzer(self.options, scratch).run()
        self.assertEqual(failures, [], "\n".join(failures))
        # The archives are odd, but most are archives.
        self.assertGreater(counts.get("same", 0), self.options.cases // 2)


if __name__ == "__main__":
    def given(name, default):
        return os.environ.get(f"ZVFS_TARS_{name}", default)
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=given("SEED", 1))
    parser.add_argument("--first", type=int, default=given("FIRST", 0))
    parser.add_argument("--cases", type=int, default=given("CASES", 250))
    parser.add_argument("--keep", default=given("KEEP", None))
    RandomTars.options, sys.argv[1:] = parser.parse_known_args()
    zvfs_tools.main()

#!/usr/bin/env python3
"""zvfs digest and verify, and the options --digest, --pubkey and --signature of all commands and of
mount.zvfs."""
import os
import random
import re
import shutil
import subprocess
import unittest

import zvfs_tools
from image_parts import ImageParts
from zvfs_tools import run

OTHER_ROOT = "sha256:" + "0" * 64
USAGE = {"check": 16}
FAILURE = {"check": 8}


def write_tree(root):
    noise = random.Random(1)
    (root / "deep").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"some text\n" * 1000)
    (root / "deep" / "b.bin").write_bytes(noise.randbytes(300_000))
    (root / "c.bin").write_bytes(noise.randbytes(700_000))
    (root / "link").symlink_to("a.txt")


class OneImage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.tree = cls.scratch / "tree"
        write_tree(cls.tree)
        cls.image = zvfs_tools.mkimage(cls.tree, cls.scratch / "image.tar.zst")
        cls.bytes = cls.image.read_bytes()
        cls.parts = ImageParts(cls.bytes)
        cls.root = cls.parts.root(cls.bytes)

    def setUp(self):
        self.work = self.enterContext(zvfs_tools.scratch_directory())

    def zvfs(self, *arguments, expect=0, said=None):
        """Runs zvfs; returns its output, or what it says on stderr if that is to match `said`."""
        done = subprocess.run([zvfs_tools.tool("ZVFS_ZVFS"), *map(str, arguments)], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, cwd=self.work)
        self.assertEqual(done.returncode, expect, done)
        if said is not None:
            self.assertRegex(done.stderr.decode(), said)
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        return done.stdout.decode(errors="surrogateescape")

    def damaged(self, *offsets):
        image = self.work / "damaged.tar.zst"
        content = bytearray(self.bytes)
        for offset in offsets:
            content[offset] ^= 0x55
        image.write_bytes(content)
        return image

    def plain_image(self):
        return zvfs_tools.mkimage(self.tree, self.work / "plain.tar.zst", "--no-digests")

    def commands(self, image):
        """Each command that reads an image: words before the options of trust, and after."""
        return [(["ls"], [image]), (["tree"], [image]), (["cat"], [image, "a.txt"]),
                (["info"], [image]), (["info", "--frames"], [image]),
                (["map", "-f", "-o", self.work / "map.html"], [image]),
                (["check", "--deep", "--json"], [image]), (["verify"], [image]),
                (["extract", "-qfC", self.work / "out"], [image]),
                (["extract", "--to-tar", "-"], [image]),
                (["diff"], [image, self.tree]), (["diff"], [self.tree, image])]


class Verify(OneImage):
    # --- digest

    def test_digest_is_that_of_the_specification(self):
        self.assertEqual(self.zvfs("digest", self.image), self.root + "\n")
        self.assertIn(self.root, self.zvfs("info", self.image))

    def test_digest_text_is_what_is_signed(self):
        self.assertEqual(self.zvfs("digest", "--text", self.image), f"zvfs-root {self.root}\n")

    def test_digest_stays_where_an_image_is_appended_padded_or_made_again(self):
        again = self.work / "again.tar.zst"
        again.write_bytes(b"#!/bin/sh\n" + self.bytes + bytes(100_000))
        self.assertEqual(self.zvfs("digest", again), self.root + "\n")
        zvfs_tools.mkimage(self.tree, again, "-f")
        self.assertEqual(self.zvfs("digest", again), self.root + "\n")

    def test_digest_of_what_has_none(self):
        self.zvfs("digest", self.plain_image(), expect=2, said="plain.tar.zst: .*has no digests")
        self.zvfs("digest", "/etc/passwd", expect=2, said="/etc/passwd: not a zvfs image")
        self.zvfs("digest", "none", expect=2, said="none: No such file or directory")

    # --- verify

    def test_verify_prints_the_root(self):
        for options in ([], ["--digest", self.root], ["--digest=" + self.root.upper().replace(
                "SHA", "sha")], ["-j1"]):
            self.assertRegex(
                self.zvfs("verify", *options, self.image),
                rf"^{re.escape(str(self.image))}: verified; "
                rf"{self.parts.data_frames + self.parts.index_frames} frames, .* {self.root}\n$")

    def test_verify_names_each_wrong_frame_and_its_files(self):
        last = self.parts.data_frames - 1
        offsets = [self.parts.data_frame(number)[0] + 10 for number in (last, 0)]
        image = self.damaged(*offsets)
        for options in ([], ["--digest", self.root]):
            lines = self.zvfs("verify", *options, image, expect=1).splitlines()
            self.assertRegex(lines[0], r"^data frame 0 at 0x0: its bytes have the digest sha256:")
            self.assertRegex(lines[1], rf"^data frame {last} at 0x[0-9a-f]+: its bytes have the digest")
            files = [line for line in lines if line.startswith("damaged file: ")]
            self.assertIn("damaged file: a.txt", files)
            self.assertRegex(lines[-1], rf": 2 of \d+ frames wrong, {len(files)} damaged file")

    def test_verify_of_a_wrong_index(self):
        image = self.damaged(self.parts.first_index_frame + 40)
        lines = self.zvfs("verify", image, expect=1).splitlines()
        self.assertRegex(lines[0], r"^index frame 0 at 0x[0-9a-f]+: its bytes have the digest sha256:")
        self.assertRegex(lines[1], r"^data frame 0: index frame 0 at ")
        self.assertEqual(len(lines), 2 + self.parts.data_frames)

    def test_verify_of_what_cannot_be(self):
        self.zvfs("verify", self.plain_image(), expect=2, said="has no digests")
        self.zvfs("verify", "/etc/passwd", expect=2, said="not a zvfs image")
        self.zvfs("verify", "--digest", OTHER_ROOT, self.image, expect=2,
                  said=f"the image has the root {self.root}, not {OTHER_ROOT}$")
        self.zvfs("verify", self.damaged(self.parts.index_digests), "--digest", self.root, expect=2,
                  said="the image has the root")

    # --- every command

    def test_every_command_takes_the_root(self):
        for before, after in self.commands(self.image):
            with self.subTest(before):
                # Seconds, in what check prints, differ.
                plain, verified = (re.sub(r'"seconds":[^,}]*', "", self.zvfs(*before, *trust, *after))
                                   for trust in ([], ["--digest", self.root]))
                self.assertEqual(plain, verified)

    def test_every_command_refuses_another_root(self):
        for before, after in self.commands(self.image):
            with self.subTest(before):
                shutil.rmtree(self.work / "out", ignore_errors=True)
                shown = self.zvfs(*before, "--digest", OTHER_ROOT, *after,
                                  expect=FAILURE.get(before[0], 2),
                                  said=f"the image has the root {self.root}, not {OTHER_ROOT}$")
                self.assertEqual(shown, "")
                self.assertEqual(os.listdir(self.work), [])

    def test_every_command_refuses_an_image_without_digests(self):
        image = self.plain_image()
        for before, after in self.commands(image):
            with self.subTest(before):
                if before != ["verify"]:
                    self.zvfs(*before, *after)
                self.zvfs(*before, "--digest", OTHER_ROOT, *after,
                          expect=FAILURE.get(before[0], 2), said="has no digests$")

    def test_every_command_refuses_wrong_usage(self):
        for before, after in self.commands(self.image):
            for options, said in ((["--digest", "sha256:12"], "--digest: sha256:12: not a digest"),
                                  (["--digest", "md5:" + "0" * 32], "--digest: md5:0+: not a digest"),
                                  (["--digest", self.root, "--pubkey", "k"], "excludes"),
                                  (["--pubkey="], "required|no signature|not a regular file")):
                with self.subTest((before, options)):
                    # diff knows only after parsing whose digest it is, and words no --signature.
                    status = {2, USAGE.get(before[0], 2)}
                    done = subprocess.run(
                        [zvfs_tools.tool("ZVFS_ZVFS"), *map(str, [*before, *options, *after])],
                        capture_output=True, check=False, stdin=subprocess.DEVNULL, cwd=self.work)
                    self.assertIn(done.returncode, status, done)
                    self.assertRegex(done.stderr.decode(), said)
                    self.assertEqual(done.stdout, b"")

    def test_diff_takes_the_roots_of_both(self):
        (self.work / "tree").mkdir()
        (self.work / "tree" / "new").write_bytes(b"new")
        other = zvfs_tools.mkimage(self.work / "tree", self.work / "other.tar.zst")
        root = self.zvfs("digest", other).strip()
        both = ["diff", self.image, other]
        plain = self.zvfs(*both, expect=1)
        self.assertEqual(self.zvfs(*both, "--digest", self.root, "--digest", root, expect=1), plain)
        self.zvfs(*both, "--digest", root, "--digest", self.root, expect=2, said="has the root")
        self.zvfs(*both, "--digest", self.root, expect=2, said="1 given for 2 images")
        self.zvfs("diff", self.image, self.tree, "--digest", self.root, "--digest", root, expect=2,
                  said="2 given for 1 images")

    # --- mount

    def test_mount_takes_the_root(self):
        with zvfs_tools.mounted(self.image, "-o", f"digest={self.root}") as point:
            zvfs_tools.run("diff", "-r", self.tree, point)
        point = self.work / "point"
        point.mkdir()
        for options, said in ((f"digest={OTHER_ROOT}", f"{self.root}, not {OTHER_ROOT}"),
                              ("digest=", "digest: : not a digest"), ("digest", "unknown option"),
                              ("pubkey=", "no signature"), ("signature=k", "signature needs pubkey"),
                              (f"digest={self.root},pubkey=k", "exclude each other")):
            with self.subTest(options):
                done = subprocess.run([zvfs_tools.tool("ZVFS_MOUNT"), self.image, point, "-o", options],
                                      capture_output=True, check=False, stdin=subprocess.DEVNULL)
                self.assertIn(done.returncode, (1, 32), done)
                self.assertRegex(done.stderr.decode(), said)
                self.assertFalse(os.path.ismount(point))

    def test_mount_shows_no_wrong_byte(self):
        image = self.damaged(self.parts.data_frame(0)[0] + 30)
        with zvfs_tools.mounted(image, "-o", f"digest={self.root}") as point:
            with self.assertRaisesRegex(OSError, "Input/output error"):
                (point / "a.txt").read_bytes()
            self.assertEqual((point / "c.bin").read_bytes(), (self.tree / "c.bin").read_bytes())

    def test_mount_says_what_it_verified(self):
        point = self.work / "point"
        point.mkdir()
        self.addCleanup(zvfs_tools.unmount, point)
        said = run(zvfs_tools.tool("ZVFS_MOUNT"), "-v", "-o", f"digest={self.root}", self.image, point)
        self.assertIn(f"verified by the root {self.root}\n", said.decode())


class Signed(OneImage):
    """Signatures, made by the tools of others."""

    def setUp(self):
        super().setUp()
        zvfs_tools.require_programs("signify-openbsd", "minisign")
        self.copy = self.work / "image.tar.zst"
        self.copy.write_bytes(self.bytes)
        (self.work / "text").write_text(self.zvfs("digest", "--text", self.image))
        for name in ("one", "two"):
            run("signify-openbsd", "-G", "-n", "-p", f"{name}.pub", "-s", f"{name}.sec", cwd=self.work)
            run("minisign", "-G", "-W", "-p", f"mini-{name}.pub", "-s", f"mini-{name}.sec",
                cwd=self.work)

    def signify(self, text="text", key="one", signature="image.tar.zst.sig"):
        run("signify-openbsd", "-S", "-s", f"{key}.sec", "-m", text, "-x", signature, cwd=self.work)

    def minisign(self, *options, text="text", key="one", signature="image.tar.zst.minisig"):
        run("minisign", "-S", *options, "-s", f"mini-{key}.sec", "-m", text, "-x", signature,
            cwd=self.work)

    def mount_refuses(self, options, said):
        point = self.work / "point"
        point.mkdir(exist_ok=True)
        done = subprocess.run([zvfs_tools.tool("ZVFS_MOUNT"), self.copy, point, "-o", options],
                              capture_output=True, check=False, stdin=subprocess.DEVNULL, cwd=self.work)
        self.assertEqual(done.returncode, 32, done)
        self.assertRegex(done.stderr.decode(), said)

    def test_every_command_takes_a_signature(self):
        self.signify()
        for before, after in self.commands(self.copy):
            with self.subTest(before):
                self.zvfs(*before, "--pubkey", "one.pub", *after)
                shown = self.zvfs(*before, "--pubkey", "two.pub", *after,
                                  expect=FAILURE.get(before[0], 2), said="made by key [0-9A-F]{16}, not")
                self.assertEqual(shown, "")

    def test_mount_takes_a_signature(self):
        self.signify(signature="elsewhere")
        self.minisign()
        for options in (f"pubkey={self.work}/one.pub,signature={self.work}/elsewhere",
                        f"pubkey={self.work}/mini-one.pub"):
            with zvfs_tools.mounted(self.copy, "-o", options) as point:
                zvfs_tools.run("diff", "-r", self.tree, point)
        self.mount_refuses("pubkey=one.pub", "made by key")
        self.mount_refuses("pubkey=mini-two.pub", "made by key")
        self.mount_refuses("pubkey=text", "text: line 1: does not begin with 'untrusted comment: '")

    def test_both_forms_of_minisign(self):
        for options in ([], ["-l"], ["-t", "version 7"]):
            self.minisign(*options)
            self.zvfs("verify", "--pubkey", "mini-one.pub", self.copy)

    def test_signature_of_another_text(self):
        (self.work / "other").write_text((self.work / "text").read_text() + "\n")
        for text in ("other", "one.pub"):
            self.signify(text=text)
            self.zvfs("verify", "--pubkey", "one.pub", self.copy, expect=2, said="not of this text")
            (self.work / "image.tar.zst.sig").unlink()
            self.minisign(text=text)
            self.zvfs("verify", "--pubkey", "mini-one.pub", self.copy, expect=2,
                      said="not of this text")

    def test_signature_of_another_image(self):
        """That of an older version, which the same key has signed."""
        (self.work / "tree").mkdir()
        zvfs_tools.mkimage(self.work / "tree", self.work / "old.tar.zst")
        (self.work / "old").write_text(self.zvfs("digest", "--text", "old.tar.zst"))
        self.signify(text="old")
        self.zvfs("ls", "--pubkey", "one.pub", self.copy, expect=2, said="not of this text")
        self.zvfs("ls", "--pubkey", "one.pub", "--signature", "image.tar.zst.sig", "old.tar.zst")

    def test_signature_that_was_cut_or_is_missing(self):
        self.signify()
        path = self.work / "image.tar.zst.sig"
        whole = path.read_bytes()
        for size in (0, 10, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:size])
            self.zvfs("ls", "--pubkey", "one.pub", self.copy, expect=2, said="image.tar.zst.sig: line ")
        path.write_bytes(whole + b"more")
        self.zvfs("ls", "--pubkey", "one.pub", self.copy, expect=2, said="nothing may follow line 2|line 3")
        path.unlink()
        self.zvfs("ls", "--pubkey", "one.pub", self.copy, expect=2,
                  said="no signature: there is neither .sig nor .minisig beside it")
        path.write_bytes(bytes(100_000))
        self.zvfs("ls", "--pubkey", "one.pub", self.copy, expect=2, said="exceeds the 16384 bytes")

    def test_diff_takes_signatures_of_both(self):
        self.signify()
        old = self.work / "old.tar.zst"
        old.write_bytes(self.bytes)
        self.zvfs("diff", "--pubkey", "one.pub", old, self.copy, expect=2, said="no signature")
        shutil.copy(self.work / "image.tar.zst.sig", self.work / "old.tar.zst.sig")
        self.zvfs("diff", "--pubkey", "one.pub", old, self.copy)


if __name__ == "__main__":
    zvfs_tools.main()

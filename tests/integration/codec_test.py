#!/usr/bin/env python3
"""Images of every codec against zstd, lz4 and tar, and mounted."""
import os
import random
import subprocess
import unittest

import zvfs_tools
from zvfs_tools import run

ZSTD_MAGIC = bytes.fromhex("28b52ffd")
LZ4_MAGIC = bytes.fromhex("04224d18")


def write_contents(root):
    """Files that become frames of every kind: text, noise, one byte repeated, and mixtures."""
    noise = random.Random(1)
    root.mkdir()
    (root / "text").write_bytes(b"".join(b"line %d of some text\n" % noise.randrange(1000)
                                         for _ in range(50_000)))
    (root / "noise").write_bytes(noise.randbytes(3_000_000))
    (root / "zeros").write_bytes(bytes(3_000_000))
    (root / "repeats").write_bytes(noise.randbytes(70_000) * 20)
    (root / "mixture").write_bytes(noise.randbytes(200_000) + b"text " * 50_000)
    for size in (1, 511, 512, 513, 262_143, 262_144, 262_145):
        (root / f"text-{size}").write_bytes((b"some text\n" * size)[:size])


class Codecs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        zvfs_tools.require_programs("zstd", "lz4", "tar", "diff")
        cls.scratch = cls.enterClassContext(zvfs_tools.scratch_directory())
        cls.source = cls.scratch / "source"
        write_contents(cls.source)

    def image(self, codec, *options):
        path = self.scratch / "-".join(["image", codec, *options])
        return zvfs_tools.mkimage(self.source, path, "-f", "-c", codec, *options)

    def assert_restores(self, decoder, image):
        target = self.enterContext(zvfs_tools.scratch_directory()) / "extracted"
        target.mkdir()
        with subprocess.Popen([*decoder, image], stdout=subprocess.PIPE) as decoded:
            run("tar", "-x", stdin=decoded.stdout, cwd=target)
        self.assertEqual(decoded.returncode, 0)
        run("diff", "-r", self.source, target)

    def assert_mounts(self, image):
        zvfs_tools.require_fuse()
        with zvfs_tools.mounted(image) as point:
            run("diff", "-r", self.source, point)

    def test_zstd_image(self):
        for options in (("-l", "1"), ("-l", "9"), ("-l", "-7"), ("-b", "16M")):
            with self.subTest(options):
                image = self.image("zstd", *options)
                run("zstd", "-t", image)
                self.assert_restores(["zstd", "-dc"], image)
                self.assert_mounts(image)

    def test_lz4_image(self):
        for options in (("-l", "1"), ("-l", "9"), ("-l", "12"), ("-l", "-7"), ("-b", "16M")):
            with self.subTest(options):
                image = self.image("lz4", *options)
                self.assertEqual(image.read_bytes()[:4], LZ4_MAGIC)
                run("lz4", "-t", image)
                self.assert_restores(["lz4", "-dc"], image)
                self.assert_mounts(image)

    def test_adaptive_image(self):
        image = self.image("adaptive")
        contents = image.read_bytes()
        self.assertIn(LZ4_MAGIC, contents)
        self.assertIn(ZSTD_MAGIC, contents)
        self.assert_mounts(image)
        if b"--format=lz4" not in run("zstd", "-H"):
            self.skipTest("this zstd is built without lz4")
        run("zstd", "-t", image)
        self.assert_restores(["zstd", "-dc"], image)

    def test_what_does_not_shrink_is_stored(self):
        noise = (self.source / "noise").stat().st_size
        for codec in ("zstd", "lz4", "adaptive"):
            root = self.enterContext(zvfs_tools.scratch_directory()) / "root"
            root.mkdir()
            (root / "noise").write_bytes((self.source / "noise").read_bytes())
            image = zvfs_tools.mkimage(root, self.scratch / "noise", "-f", "-c", codec)
            self.assertLess(image.stat().st_size, noise + 4096)

    def test_every_simd_backend_makes_the_same_image(self):
        mkimage = zvfs_tools.tool("ZVFS_MKIMAGE")
        images = set()
        for codec in ("zstd", "lz4"):
            for backend in ("scalar", "avx2", "avx512", "neon"):
                image = self.scratch / f"simd-{codec}-{backend}"
                command = [mkimage, "-q", "-c", codec, self.source, image]
                environment = os.environ | {"ZVFS_SIMD": backend}
                done = subprocess.run(command, env=environment, capture_output=True, check=False)
                if done.returncode == 0:
                    images.add((codec, image.read_bytes()))
                else:
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(f"ZVFS_SIMD: this CPU does not support '{backend}', only scalar",
                                  done.stderr.decode())
                    self.assertFalse(image.exists())
        self.assertEqual(len(images), 2)

    def test_version_names_the_backends(self):
        said = run(zvfs_tools.tool("ZVFS_MKIMAGE"), "--version", "-v").decode()
        for name in ("zstd", "lz4", "xxhash", "simd"):
            self.assertRegex(said, rf"(?m)^{name} \w")

    def test_refuses_unknown_codecs_and_levels(self):
        mkimage = zvfs_tools.tool("ZVFS_MKIMAGE")
        target = self.scratch / "none"
        for options in (("-c", "gzip"), ("-c", "lz4", "-l", "13"), ("-c", "lz4", "-l", "0"),
                        ("-c", "zstd", "-l", "23"), ("-c", "adaptive", "-l", "23")):
            run(mkimage, *options, self.source, target, expect=2)
            self.assertFalse(target.exists())


if __name__ == "__main__":
    zvfs_tools.main()

#!/usr/bin/env python3
"""Runs docs/signing.md as it is written: its blocks of bash, one after the other."""
import os
import pathlib
import re
import subprocess
import unittest

import zvfs_tools

PAGE = pathlib.Path(os.environ["ZVFS_SOURCE_DIR"]) / "docs" / "signing.md"
PROGRAMS = {"zvfs": "ZVFS_ZVFS", "mkimage": "ZVFS_MKIMAGE", "mount.zvfs": "ZVFS_MOUNT"}


def blocks():
    return re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(encoding="utf-8"),
                      re.DOTALL | re.MULTILINE)


class SigningPage(unittest.TestCase):
    def test_the_page_runs_as_written(self):
        zvfs_tools.require_fuse()
        zvfs_tools.require_programs("fusermount3", "signify-openbsd", "minisign", "ssh-keygen")
        scratch = self.enterContext(zvfs_tools.scratch_directory())
        (scratch / "bin").mkdir()
        for name, variable in PROGRAMS.items():
            (scratch / "bin" / name).symlink_to(zvfs_tools.tool(variable))
        (scratch / "photos").mkdir()
        (scratch / "photos" / "moon").write_bytes(b"a picture\n" * 10_000)
        self.addCleanup(zvfs_tools.unmount, scratch / "mnt")
        environment = os.environ | {"PATH": f"{scratch}/bin:{os.environ['PATH']}"}
        script = "set -euxo pipefail\n" + "\n".join(blocks())
        done = subprocess.run(["bash", "-c", script], cwd=scratch, env=environment, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True)
        said = done.stdout.decode() + done.stderr.decode()
        self.assertEqual(done.returncode, 0, said)
        root = zvfs_tools.run(zvfs_tools.tool("ZVFS_ZVFS"), "digest", scratch / "photos.tar.zst")
        lines = done.stdout.decode().splitlines()
        self.assertEqual(lines.count(root.decode().strip()), 1, said)
        self.assertEqual(lines.count(f"zvfs-root {root.decode().strip()}"), 1, said)
        self.assertEqual(sum(": verified; " in line for line in lines), 3, said)
        self.assertEqual(lines.count("moon"), 3, said)
        self.assertRegex(said, 'Good "zvfs" signature for me@example.org')

    def test_the_page_names_what_it_runs(self):
        """A block that is not marked is not run."""
        code = "".join(blocks())
        for words in ("zvfs digest", "zvfs verify", "signify-openbsd -S", "minisign -S",
                      "ssh-keygen -Y verify", "mount.zvfs -o pubkey="):
            self.assertIn(words, code)


if __name__ == "__main__":
    zvfs_tools.main()

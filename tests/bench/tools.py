"""The places and versions of the programs."""
import functools
import os
import pathlib
import re
import shutil
import subprocess

import measure

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2]
BUILT = {"mkimage": "mkimage/mkimage", "mount.zvfs": "fuse/mount.zvfs",
         "empty_fuse": "tests/bench/empty_fuse"}
READERS = ("bash", "cat", "dd", "find", "fio", "gcc", "grep", "make", "tar", "xargs")
VERSION_OPTION = {"mksquashfs": "-version", "squashfuse_ll": "--help", "mkfs.erofs": "-V",
                  "dwarfs": "--help", "mkdwarfs": "--help"}
VERSION = re.compile(r"\bv?(\d+\.\d[\w.~+-]*)")


class Tools:
    """Finds programs in the build directory, at the path given by an option, or in the PATH."""

    def __init__(self, build_dir, named):
        self._named = {name: os.path.abspath(path) for name, path in named.items()}
        for name, path in BUILT.items():
            self._named.setdefault(name, os.path.abspath(os.path.join(build_dir, path)))

    def path(self, name):
        """The path of a program, or None if it is missing."""
        return shutil.which(self._named.get(name, name))

    def command(self, name):
        """The words that start a program. Errors: BenchError (it is missing)."""
        found = self.path(name)
        if found is None:
            raise measure.BenchError(f"{self._named.get(name, name)}: not found")
        return [found]

    def warm(self):
        """Reads the programs that do the reading, so that loading them is not measured."""
        for name in READERS:
            if self.path(name):
                measure.run([self.path(name), "--version"], accept=range(256))
        for path in self._compiler_parts():
            measure.read_whole(path)

    @functools.cache
    def _compiler_parts(self):
        """The programs that gcc starts, which `gcc --version` does not read."""
        gcc = self.path("gcc")
        if gcc is None:
            return []
        said = [measure.run([gcc, f"-print-prog-name={name}"])[0].decode().strip()
                for name in ("cc1", "as", "ld")]
        return [found for found in map(shutil.which, said) if found]

    def version(self, name):
        """The version that a program reports, "not found", or "?"."""
        path = self.path(name)
        if path is None:
            return "not found"
        try:
            output, _ = measure.run([path, VERSION_OPTION.get(name, "--version")],
                                    accept=range(256), stderr=subprocess.STDOUT)
        except measure.BenchError:
            return "?"
        found = VERSION.search(output.decode(errors="replace"))
        return found[1] if found else "?"


def build(tools_needed):
    """Builds our own programs with the release preset; returns the build directory."""
    measure.run(["cmake", "--preset", "release"], cwd=SOURCE_DIR)
    measure.run(["cmake", "--build", "--preset", "release", "--target", *tools_needed],
                cwd=SOURCE_DIR, limit_seconds=3600)
    return SOURCE_DIR / "build" / "release"

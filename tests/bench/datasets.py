"""The data to read: a tree, one big file, ten small files, and programs with a C project."""
import functools
import os
import pathlib
import random
import shutil
import stat

import measure
import programs

SMALL_FILE_BYTES = 64 << 10
BIG_FILE_BYTES = 1 << 30
SAMPLE_FILES = 1000
SEED = 20250101


class Dataset:
    """A directory, and the facts about it that workloads need."""

    def __init__(self, name, directory):
        self.name = name
        self.directory = pathlib.Path(directory).resolve()

    @functools.cached_property
    def _files(self):
        """All regular files: (path below the directory, size, modification time)."""
        found = []
        for folder, _, names in os.walk(self.directory):
            for name in names:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                if stat.S_ISREG(status.st_mode):
                    found.append((os.path.relpath(path, self.directory), status.st_size,
                                  status.st_mtime_ns))
        return sorted(found)

    def signature(self):
        """Changes whenever the directory changes in a way that matters to a benchmark."""
        return (str(self.directory), len(self._files), sum(size for _, size, _ in self._files),
                max((time for _, _, time in self._files), default=0))

    def count(self):
        return len(self._files)

    def total_bytes(self):
        return sum(size for _, size, _ in self._files)

    def largest_file(self):
        """Path (below the directory) and size of the largest file."""
        return max(self._files, key=lambda file: file[1])[:2]

    def small_files(self):
        """Small files chosen by a fixed seed, in random order: paths below the directory."""
        paths = [path for path, size, _ in self._files if 0 < size <= SMALL_FILE_BYTES]
        return random.Random(SEED).sample(paths, min(SAMPLE_FILES, len(paths)))

    def check(self, point):
        """Compares the mount at `point` with the directory: the first bytes of the chosen files, or
        of the largest file. Errors: BenchError (they differ)."""
        for path in self.small_files()[:200] or [self.largest_file()[0]]:
            with open(self.directory / path, "rb") as ours, open(point / path, "rb") as theirs:
                if ours.read(SMALL_FILE_BYTES) != theirs.read(SMALL_FILE_BYTES):
                    raise measure.BenchError(f"{path} differs from the source")


def make(directory, tree, big, is_quick):
    """The data sets, by name. Missing ones are made below `directory`."""
    directory = pathlib.Path(directory)
    directory.mkdir(exist_ok=True)
    tree = pathlib.Path(tree) if tree else quick_tree(directory / "quick-tree")
    if big is None:
        big = big_tar(tree, directory / "big.tar", (8 << 20) if is_quick else BIG_FILE_BYTES)
    return {dataset.name: dataset for dataset in (
        Dataset("tree", tree),
        Dataset("big", alone(pathlib.Path(big), directory / "big")),
        Dataset("ten", ten_files(directory / "ten")),
        Dataset("programs", programs.make(directory / "programs", is_quick)),
    )}


def quick_tree(directory):
    """A few hundred files of generated text."""
    if not directory.exists():
        chooser = random.Random(SEED)
        words = [f"word{number}" for number in range(500)]
        for number in range(400):
            path = directory / f"part{number % 4}" / f"folder{number % 16}" / f"file{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(" ".join(chooser.choices(words, k=chooser.randrange(10, 4000))))
    return directory


def big_tar(tree, path, limit_bytes):
    """A tar of the tree, repeated until it has `limit_bytes`."""
    if not path.exists() or path.stat().st_size != limit_bytes:
        script = 'while tar -C "$1" -cf - .; do :; done 2>/dev/null | head -c "$2" > "$3"'
        measure.run(["bash", "-c", script, "big", tree, f"{limit_bytes}", path])
    return path


def alone(file, directory):
    """A directory that holds only the file, as a hard link if possible."""
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir()
    try:
        os.link(file.resolve(), directory / file.name)
    except OSError:
        shutil.copy2(file, directory)
    return directory


def ten_files(directory):
    directory.mkdir(exist_ok=True)
    for number in range(10):
        path = directory / f"file{number}"
        if not path.exists():
            path.write_text(f"{number}\n" * 100)
    return directory

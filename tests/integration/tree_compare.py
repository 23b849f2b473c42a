#!/usr/bin/env python3
"""Compares everything that a filesystem stores of two trees: tree_compare.py A B

That is types, modes, owners, mtimes to the nanosecond, sizes, link counts, which names are the same
file, device numbers, symlink targets, extended attributes (including ACLs and capabilities), the
places of holes, and contents. It shares no code with zvfs. It walks directories by descriptor, so
paths may have any length, and skips holes, so files may have any size.
"""
import dataclasses
import errno
import os
import stat
import sys

CHUNK = 1 << 20
FACTS = ("type", "mode", "uid", "gid", "mtime_ns", "size", "nlink", "dir_nlink", "links", "rdev",
         "target", "xattrs")
COMPARED = frozenset(FACTS) | {"holes", "content"}


@dataclasses.dataclass(frozen=True)
class Rules:
    """What not to compare: fields (of COMPARED) everywhere, fields of one path, whole paths with
    everything below them, names of extended attributes. Paths are bytes, relative to the roots."""
    fields: frozenset = frozenset()
    fields_of: frozenset = frozenset()  # of (path, field)
    paths: frozenset = frozenset()
    xattrs: frozenset = frozenset()

    def compares(self, path, field):
        return field not in self.fields and (path, field) not in self.fields_of


def data_map(fd, size):
    """The [begin, end) runs of data, by SEEK_DATA and SEEK_HOLE."""
    runs = []
    position = 0
    while position < size:
        try:
            begin = os.lseek(fd, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                break
            raise
        position = os.lseek(fd, begin, os.SEEK_HOLE)
        runs.append((begin, position))
    return runs


def facts_of(directory_fd, name, rules):
    """All facts about one entry except its content."""
    status = os.stat(name, dir_fd=directory_fd, follow_symlinks=False)
    kind = stat.S_IFMT(status.st_mode)
    facts = {
        "type": kind, "mode": stat.S_IMODE(status.st_mode),
        "uid": status.st_uid, "gid": status.st_gid, "mtime_ns": status.st_mtime_ns,
        "dir_nlink" if kind == stat.S_IFDIR else "nlink": status.st_nlink,
        "file": (status.st_dev, status.st_ino),
    }
    if kind in (stat.S_IFREG, stat.S_IFLNK):
        facts["size"] = status.st_size
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        facts["rdev"] = (os.major(status.st_rdev), os.minor(status.st_rdev))
    if kind == stat.S_IFLNK:
        facts["target"] = os.readlink(name, dir_fd=directory_fd)
    path = b"/proc/self/fd/%d/%s" % (directory_fd, name)  # a short path, at any depth
    facts["xattrs"] = {
        attribute: os.getxattr(path, attribute, follow_symlinks=False)
        for attribute in os.listxattr(path, follow_symlinks=False)
        if attribute not in rules.xattrs
    }
    return facts


class Tree:
    """One of the two trees: the facts of its entries by path, and their contents."""

    def __init__(self, root, rules):
        self.root_fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        self.rules = rules
        self.entries = {}
        self._walk(self.root_fd, b"")
        self._group_links()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.root_fd)

    def _walk(self, directory_fd, prefix):
        self.entries[prefix or b"."] = facts_of(directory_fd, b".", self.rules)
        for name in sorted(map(os.fsencode, os.listdir(directory_fd))):
            path = prefix + name
            if path in self.rules.paths:
                continue
            facts = facts_of(directory_fd, name, self.rules)
            if facts["type"] != stat.S_IFDIR:
                self.entries[path] = facts
                continue
            fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory_fd)
            try:
                self._walk(fd, path + b"/")
            finally:
                os.close(fd)

    def _group_links(self):
        """Names every file by the first of its paths: equal trees then have equal names."""
        first = {}
        for path in sorted(self.entries):
            facts = self.entries[path]
            file = facts.pop("file")
            if facts["type"] != stat.S_IFDIR:
                facts["links"] = first.setdefault(file, path)

    def open(self, path):
        """Opens a file component by component, so that the path may exceed PATH_MAX."""
        *directories, name = path.split(b"/")
        fd = os.dup(self.root_fd)
        for step in directories:
            below = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = below
        try:
            return os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=fd)
        finally:
            os.close(fd)


def ranges_to_read(*maps):
    """The union of the maps. Outside it, all files hold zeros."""
    merged = []
    for begin, end in sorted(run for runs in maps for run in runs):
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return merged


def content_differences(fd_a, fd_b, size, compare_holes):
    map_a, map_b = data_map(fd_a, size), data_map(fd_b, size)
    if compare_holes and map_a != map_b:
        yield f"holes: data in {map_a[:8]} and {map_b[:8]}"
    for begin, end in ranges_to_read(map_a, map_b):
        for offset in range(begin, end, CHUNK):
            length = min(CHUNK, end - offset)
            if os.pread(fd_a, length, offset) != os.pread(fd_b, length, offset):
                yield f"content: differs in the {length} bytes from {offset}"
                return


def file_differences(tree_a, tree_b, path, compare_holes):
    fd_a, fd_b = tree_a.open(path), tree_b.open(path)
    try:
        size = os.fstat(fd_a).st_size
        if size == os.fstat(fd_b).st_size:
            yield from content_differences(fd_a, fd_b, size, compare_holes)
    finally:
        os.close(fd_a)
        os.close(fd_b)


def differences_at(path, tree_a, tree_b, rules):
    a, b = tree_a.entries.get(path), tree_b.entries.get(path)
    if a is None or b is None:
        yield f"only in the {'second' if a is None else 'first'} tree"
        return
    for field in FACTS:
        if a.get(field) != b.get(field) and rules.compares(path, field):
            yield f"{field}: {a.get(field)!r:.300} and {b.get(field)!r:.300}"
    if a["type"] == b["type"] == stat.S_IFREG and rules.compares(path, "content"):
        yield from file_differences(tree_a, tree_b, path, rules.compares(path, "holes"))


def compare(root_a, root_b, rules=Rules()):
    """The differences, one line each."""
    assert rules.fields <= COMPARED, rules.fields
    differences = []
    with Tree(root_a, rules) as tree_a, Tree(root_b, rules) as tree_b:
        for path in sorted(tree_a.entries.keys() | tree_b.entries.keys()):
            shown = path.decode("utf-8", "backslashreplace")[-200:]
            differences.extend(f"{shown}: {difference}"
                               for difference in differences_at(path, tree_a, tree_b, rules))
    return differences


def main():
    differences = compare(*sys.argv[1:3])
    print("\n".join(differences))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())

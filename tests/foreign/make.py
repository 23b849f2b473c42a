#!/usr/bin/env python3
"""Makes the archives of this directory anew, and beside each its tree: make.py [PATTERN...]

Run as root on Debian 12 with the packages that README.md names. Each archive is made by the program
whose name its directory has; its tree is what another, independent program extracts from it, never
what zvfs shows. Prints how the tree differs from what the archive was made of, for review.
With patterns (globs), only archives that match are made.
"""
import fnmatch
import gzip
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import cases  # noqa: E402
import sources  # noqa: E402
import tree_text  # noqa: E402

LARGE = 6000  # bytes, from which archives are compressed
START = time.time() - 1
# What gives the tar in an archive.
DECODERS = {".tar": "cat", ".xz": "xz -dc", ".zst": "zstd -dc", ".bz2": "bzip2 -dc",
            ".lz": "lzip -dc", ".deb": "dpkg-deb --fsys-tarfile"}


def shell(command, **variables):
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    return subprocess.run(["bash", "-euo", "pipefail", "-c", command], env=environment, check=True,
                          stdout=subprocess.PIPE).stdout


def make_archive(case, out, scratch):
    source = scratch / "source"
    source.mkdir()
    os.chdir(source)
    if case.source:
        case.source()
        sources.set_times()
    if callable(case.command):
        out.write_bytes(case.command())
    else:
        shell(case.command, OUT=out, TMP=scratch, HERE=HERE)


def is_today(fields):
    return fields["mtime"] != "?" and START < float(fields["mtime"]) < START + 86400


def fields_by_path(root):
    return {fields["path"]: fields for fields in map(tree_text.fields_of, tree_text.describe(root))}


def tree_of(case, archive, scratch):
    """The lines of the tree: what the reference extracts, and what the case says beyond it."""
    target = scratch / "extracted"
    target.mkdir()
    os.chdir(target)
    shell(case.reference, IN=archive, TMP=scratch)
    entries, source = fields_by_path(target), fields_by_path(scratch / "source")
    for path, fields in entries.items():
        # Some programs do not set the times of symlinks, or of the directory that they run in.
        if is_today(fields) and path in source:
            fields["mtime"] = source[path]["mtime"]
    for path in case.as_source:
        entries[path] = source[path] | {"mode": entries[path]["mode"]}
    for path, fields in case.edits.items():
        entries[path] |= fields
    for path, member in case.implied.items():
        inherited = {name: entries[member][name] for name in ("uid", "gid", "mtime")}
        entries[path] |= {"mode": "0755"} | inherited
    unknown = [path for path, fields in entries.items() if is_today(fields)]
    if unknown:
        raise ValueError(f"the times of {unknown} are not known")
    return [tree_text.line_of(fields) for fields in entries.values()]


def stream_line(archive):
    """The digest of the tar that is in the archive: an image decodes to it."""
    decoder = DECODERS.get(archive.suffix)
    if not decoder:
        return []
    return [f"# tar: {hashlib.sha256(shell(f'{decoder} $IN', IN=archive)).hexdigest()}"]


def store(plain, path):
    """Puts an archive into the corpus, compressed if it is large. Returns its path there."""
    data = plain.read_bytes()
    if len(data) > LARGE and path.suffix in (".tar", ".cpio", ".iso"):
        path = path.with_name(f"{path.name}.gz")
        data = gzip.compress(data, 9, mtime=0)
    path.write_bytes(data)
    return path


def report(name, source, tree):
    for line in sorted(set(source) - set(tree)):
        print(f"{name}: source: {line}")
    for line in sorted(set(tree) - set(source)):
        print(f"{name}: tree:   {line}")


def make(name, case):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as scratch:
        scratch = pathlib.Path(scratch)
        scratch.chmod(0o755)
        out = scratch / path.name
        make_archive(case, out, scratch)
        tree = tree_of(case, out, scratch)
        if case.source:
            report(name, tree_text.describe(scratch / "source"), tree)
        path = store(out, path)
        lines = stream_line(out) + tree
        os.chdir(HERE)
    pathlib.Path(f"{path}.tree").write_text("\n".join(lines) + "\n", "ascii")


def main():
    os.umask(0o022)
    os.environ |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
    patterns = sys.argv[1:] or ["*"]
    failed = False
    for name, case in cases.CASES.items():
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            try:
                make(name, case)
            except (subprocess.CalledProcessError, KeyError, ValueError) as error:
                print(f"{name}: FAILED: {error!r:.300}", flush=True)
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks the include directions of the tree: layers_test.py [--self-test] SOURCE_DIR

A folder includes itself and what MAY_INCLUDE names for it. Each folder may include only folders
listed before it there, so there are no circles. Some libraries belong to one folder or file. File
names are unique, and folders stay small enough to be read.
"""
import collections
import pathlib
import re
import sys
import tempfile

# Folder: the folders that its files may include besides their own, each named exactly. A folder
# that is not a key has the rule of the nearest one above it that is.
MAY_INCLUDE = {
    "base": "",
    "trust": "base",
    "codecs": "base",
    "format": "base trust codecs",
    "tar": "base format",
    "tree": "base codecs format tar",
    "mkimage/report": "base trust codecs format tree",
    "mkimage/rules": "base format tree",
    "mkimage/scan": "base format tar tree mkimage/report mkimage/rules",
    "mkimage/shape": "base format tar tree mkimage/rules mkimage/scan",
    "mkimage/archives": "base codecs format tar tree"
                        " mkimage/report mkimage/rules mkimage/scan mkimage/shape",
    "mkimage/order": "base codecs format tar tree mkimage/report mkimage/scan",
    "mkimage/frames": "base trust codecs format tar tree mkimage/report mkimage/scan mkimage/order",
    "mkimage": "base trust codecs format tar tree mkimage/report mkimage/rules mkimage/scan"
               " mkimage/shape mkimage/archives mkimage/order mkimage/frames",
    "fuse/ahead": "base format",
    "fuse/serve": "base format fuse/ahead",
    "fuse/mount": "base trust format fuse/ahead fuse/serve",
    "fuse": "base format fuse/ahead fuse/serve fuse/mount",
    "zvfs/command": "base trust format",
    "zvfs/walk": "base format",
    "zvfs/inspect": "base trust codecs format tar zvfs/command zvfs/walk",
    "zvfs/extract": "base trust codecs format tar zvfs/command zvfs/walk",
    "zvfs/check": "base trust codecs format tar tree mkimage/archives zvfs/command zvfs/walk",
    "zvfs/repair": "base trust codecs format tar tree mkimage/report mkimage/frames"
                   " zvfs/command zvfs/walk zvfs/check",
    "zvfs/verify": "base trust format zvfs/command zvfs/check",
    "zvfs/diff": "base trust codecs format tar tree mkimage/report mkimage/rules mkimage/scan"
                 " zvfs/command zvfs/walk",
    "zvfs": "base zvfs/command zvfs/inspect zvfs/extract zvfs/check zvfs/repair zvfs/verify"
            " zvfs/diff",
    "tests": "*",
}
# A system header that matches may be included only in these folders (and those below) and files.
LIBRARY_HEADERS = [
    (re.compile(r"zstd(_errors)?\.h$|zdict\.h$|lz4\w*\.h$"), {"codecs", "tests"}),
    (re.compile(r"xxh\w*\.h$"), {"codecs"}),
    (re.compile(r"fuse"), {"fuse", "tests/bench"}),
    (re.compile(r"archive\.h$"), {"mkimage/archives"}),
    (re.compile(r"zlib\.h$"), {"mkimage/archives", "tests/unit/mkimage/archives"}),
    (re.compile(r"archive_entry\.h$"), {"mkimage/archives", "zvfs/check", "tests/unit/zvfs/check"}),
    (re.compile(r"openssl/"), {"trust", "tests/unit/trust"}),
    (re.compile(r"CLI/"), {"base/option_set.cc"}),
    (re.compile(r"seccomp\.h$"), {"base/sandbox", "tests/unit/base/sandbox"}),
    (re.compile(r"nlohmann/"), {"base/json.cc", "tests"}),
    (re.compile(r"fmt/(?!core\.h$)"), set()),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
OFTEN_NAMED = {"main.cc"}
MAX_UNITS = 25  # per folder: as many as a reader can keep in view
MAX_BUILDER_HEADERS = 10  # of mkimage/ that all of zvfs/ may include


def rule_for(folder):
    """The key of MAY_INCLUDE that holds for `folder`, or None."""
    while folder not in MAY_INCLUDE and "/" in folder:
        folder = folder.rsplit("/", 1)[0]
    return folder if folder in MAY_INCLUDE else None


def sources(root):
    for folder in sorted(root.iterdir()):
        built = folder.name == "build" or (folder / "CMakeCache.txt").exists()
        if built or folder.name.startswith("."):
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".cc", ".h", ".cpp", ".hpp", ".c"}:
                yield path.relative_to(root)


def include_error(path, quoted, header):
    """Why the file `path` may not include `header`, or None."""
    folder = rule_for(path.parent.as_posix())
    if quoted:
        if "/" not in header:
            return "is not written from the top of the tree"
        target = rule_for(header.rsplit("/", 1)[0])
        allowed = MAY_INCLUDE[folder].split()
        if target != folder and target not in allowed and allowed != ["*"]:
            return f"points up or sideways: {folder}/ may not include {target}/"
        return None
    for pattern, allowed in LIBRARY_HEADERS:
        places = [path.as_posix(), *(parent.as_posix() for parent in path.parents)]
        if pattern.match(header) and not allowed.intersection(places):
            where = f"belongs in {' and '.join(sorted(allowed))} alone"
            return where if allowed else "is too large: <fmt/core.h> will do"
    return None


def order_errors():
    """Folders that MAY_INCLUDE lets include later ones, which is the only way to make a circle."""
    errors = []
    seen = set()
    for folder, allowed in MAY_INCLUDE.items():
        seen.add(folder)
        for target in allowed.split():
            if target != "*" and target not in seen:
                errors.append(f"MAY_INCLUDE: {folder} stands before {target}")
    return errors


def size_errors(paths):
    """Folders of more than MAX_UNITS units; a unit is a header, a source file, or both."""
    units = collections.defaultdict(set)
    for path in paths:
        if path.parts[0] != "tests":
            units[path.parent].add(path.stem)
    return [f"{folder}: {len(names)} units; a folder has at most {MAX_UNITS}"
            for folder, names in units.items() if len(names) > MAX_UNITS]


def errors_in(root):
    errors = order_errors()
    by_name = collections.defaultdict(list)
    builder_headers = set()
    for path in sources(root):
        by_name[path.name].append(path)
        if rule_for(path.parent.as_posix()) is None:
            errors.append(f"{path}: {path.parts[0]}/ is not a layer that this test knows")
            continue
        text = (root / path).read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            error = include_error(path, match[1] == '"', match[2])
            if error:
                line = text.count("\n", 0, match.start(2)) + 1
                errors.append(f"{path}:{line}: include of {match[2]} {error}")
            elif path.parts[0] == "zvfs" and match[2].startswith("mkimage/"):
                builder_headers.add(match[2])
    if len(builder_headers) > MAX_BUILDER_HEADERS:
        errors.append(f"zvfs/: includes {len(builder_headers)} headers of mkimage/, more than "
                      f"{MAX_BUILDER_HEADERS}: {' '.join(sorted(builder_headers))}")
    errors += size_errors(path for paths in by_name.values() for path in paths)
    for name, paths in by_name.items():
        if len(paths) > 1 and name not in OFTEN_NAMED:
            errors.append(f"{name}: the name is given {len(paths)} times: {', '.join(map(str, paths))}")
    if not by_name:
        errors.append(f"{root}: no source found")
    return errors


# path, content, and what the error must say (None: no error).
FIXTURES = [
    ("base/good.h", "#include <vector>\n#include <sys/stat.h>\n", None),
    ("format/down.cc", '#include "codecs/a.h"\n  #  include "base/b.h"\n', None),
    ("codecs/library.cc", "#include <zstd.h>\n#include <lz4frame.h>\n#include <xxhash.h>\n", None),
    ("fuse/library.h", "#include <fuse_lowlevel.h>\n#include <fuse3/fuse.h>\n", None),
    ("tests/unit/any_test.cc", '#include "fuse/a.h"\n#include "mkimage/b.h"\n', None),
    ("base/up.h", '\n#include "format/image.h"\n', "base/up.h:2: include of format/image.h points up"),
    ("codecs/up.cc", '# include "format/image.h"', "codecs/up.cc:1:"),
    ("mkimage/sideways.cc", '#include "fuse/mount/session.h"', "mkimage/ may not include fuse/"),
    ("fuse/sideways.cc", '#include "mkimage/scan.h"', "fuse/ may not include mkimage/"),
    ("format/test.cc", '#include "tests/unit/helper.h"', "format/ may not include tests/"),
    ("format/relative.cc", '#include "image.h"', "not written from the top"),
    ("format/zstd.cc", "#include <zstd.h>", "belongs in codecs and tests alone"),
    ("mkimage/lz4.cc", "#include <lz4hc.h>", "belongs in codecs and tests alone"),
    ("tests/xxhash.cc", "#include <xxhash.h>", "belongs in codecs alone"),
    ("zvfs/cli.cc", "#include <CLI/CLI.hpp>", "belongs in base/option_set.cc alone"),
    ("format/fuse.cc", "#include <fuse3/fuse_lowlevel.h>", "belongs in fuse and tests/bench alone"),
    ("zvfs/check/archive.cc", "#include <archive.h>", "belongs in mkimage/archives alone"),
    ("zvfs/check/entry.cc", "#include <archive_entry.h>\n", None),
    ("extra/unknown.cc", "", "not a layer"),
    ("codecs/twice.cc", "", "twice.cc: the name is given 2 times"),
    ("format/twice.cc", "", "twice.cc: the name is given 2 times"),
]


def self_test():
    """Each bad fixture must be reported, and no good one: a check that cannot fail is useless."""
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for path, content, _ in FIXTURES:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        found = errors_in(root)
    wrong = []
    for path, _, expected in FIXTURES:
        reports = [error for error in found if path in error]
        if expected is None and reports:
            wrong.append(f"{path} is good, but: {reports}")
        if expected is not None and not any(expected in report for report in reports):
            wrong.append(f"{path}: no report with {expected!r} among {reports}")
    return wrong


def main():
    arguments = sys.argv[1:]
    errors = self_test() if "--self-test" in arguments else errors_in(pathlib.Path(arguments[-1]))
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks the include directions of the tree: layers_test.py [--self-test] SOURCE_DIR

base < codecs < format < {mkimage, fuse, zvfs}: a layer includes itself and what is below it.
Compression libraries are included in codecs/ alone, libfuse in fuse/ alone. File names are unique.
"""
import collections
import pathlib
import re
import sys
import tempfile

MAY_INCLUDE = {
    "base": {"base"},
    "codecs": {"base", "codecs"},
    "format": {"base", "codecs", "format"},
    "mkimage": {"base", "codecs", "format", "mkimage"},
    "fuse": {"base", "codecs", "format", "fuse"},
    "zvfs": {"base", "codecs", "format", "mkimage", "zvfs"},
    "tests": {"base", "codecs", "format", "mkimage", "fuse", "zvfs", "tests"},
}
# A system header that matches may be included only in these folders.
LIBRARY_HEADERS = [
    (re.compile(r"zstd(_errors)?\.h$|zdict\.h$|lz4\w*\.h$"), {"codecs", "tests"}),
    (re.compile(r"xxh\w*\.h$"), {"codecs"}),
    (re.compile(r"fuse"), {"fuse"}),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
OFTEN_NAMED = {"main.cc"}


def sources(root):
    for folder in sorted(root.iterdir()):
        built = folder.name == "build" or (folder / "CMakeCache.txt").exists()
        if built or folder.name.startswith("."):
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".cc", ".h", ".cpp", ".hpp", ".c"}:
                yield path.relative_to(root)


def include_error(folder, quoted, header):
    """Why a file in `folder` may not include `header`, or None."""
    if quoted:
        target = header.split("/")[0]
        if "/" not in header:
            return "is not written from the top of the tree"
        if target not in MAY_INCLUDE[folder]:
            return f"points up or sideways: {folder}/ may not include {target}/"
        return None
    for pattern, allowed in LIBRARY_HEADERS:
        if pattern.match(header) and folder not in allowed:
            return f"belongs in {' and '.join(sorted(allowed))} alone"
    return None


def errors_in(root):
    errors = []
    by_name = collections.defaultdict(list)
    for path in sources(root):
        by_name[path.name].append(path)
        folder = path.parts[0]
        if folder not in MAY_INCLUDE:
            errors.append(f"{path}: {folder}/ is not a layer that this test knows")
            continue
        text = (root / path).read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            error = include_error(folder, match[1] == '"', match[2])
            if error:
                line = text.count("\n", 0, match.start(2)) + 1
                errors.append(f"{path}:{line}: include of {match[2]} {error}")
    for name, paths in by_name.items():
        if len(paths) > 1 and name not in OFTEN_NAMED:
            errors.append(f"{name}: the name is given {len(paths)} times: {', '.join(map(str, paths))}")
    if not by_name:
        errors.append(f"{root}: no source found")
    return errors


# path, content, and what the error must say (None: no error).
FIXTURES = [
    ("base/good.h", "#include <vector>\n#include <zlib.h>\n", None),
    ("format/down.cc", '#include "codecs/a.h"\n  #  include "base/b.h"\n', None),
    ("codecs/library.cc", "#include <zstd.h>\n#include <lz4frame.h>\n#include <xxhash.h>\n", None),
    ("fuse/library.h", "#include <fuse_lowlevel.h>\n#include <fuse3/fuse.h>\n", None),
    ("tests/unit/any_test.cc", '#include "fuse/a.h"\n#include "mkimage/b.h"\n', None),
    ("base/up.h", '\n#include "format/image.h"\n', "base/up.h:2: include of format/image.h points up"),
    ("codecs/up.cc", '# include "format/image.h"', "codecs/up.cc:1:"),
    ("mkimage/sideways.cc", '#include "fuse/session.h"', "mkimage/ may not include fuse/"),
    ("fuse/sideways.cc", '#include "mkimage/scan.h"', "fuse/ may not include mkimage/"),
    ("format/test.cc", '#include "tests/unit/helper.h"', "format/ may not include tests/"),
    ("format/relative.cc", '#include "image.h"', "not written from the top"),
    ("format/zstd.cc", "#include <zstd.h>", "belongs in codecs and tests alone"),
    ("mkimage/lz4.cc", "#include <lz4hc.h>", "belongs in codecs and tests alone"),
    ("tests/xxhash.cc", "#include <xxhash.h>", "belongs in codecs alone"),
    ("format/fuse.cc", "#include <fuse3/fuse_lowlevel.h>", "belongs in fuse alone"),
    ("extra/unknown.cc", "", "not a layer"),
    ("codecs/twice.cc", "", "twice.cc: the name is given 2 times"),
    ("format/twice.cc", "", "twice.cc: the name is given 2 times"),
]


def self_test():
    """Each bad fixture must be reported, and each good one not: a check that cannot fail is none."""
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

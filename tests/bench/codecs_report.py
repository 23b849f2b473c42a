#!/usr/bin/env python3
"""Runs bench-codecs and writes its results as Markdown: docs/performance/codecs.md except for its
end.

    tests/bench/codecs_report.py build/release/tests/bench/bench-codecs > codecs.md
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys

import plots

SIZES = (4096, 131072)
CODECS = (("zstd", 1), ("zstd", 3), ("zstd", 9), ("zstd", 19), ("lz4", 1), ("lz4", 9), ("lz4", 12),
          ("adaptive", 9))
DATA = ("text", "binary", "zeros", "repeated", "random")
# For each of our measurements, the same work done by the library directly.
LIBRARIES = {"encode/zstd": "libzstd-encode", "decode/zstd": "libzstd-decode",
             "encode/lz4": "liblz4-encode", "decode/lz4": "lz4frame-decode"}
# A SIMD library for the compression of memory pages; published for one core of an EPYC 7763.
PUBLISHED = (("LZ4, compress", "encode/lz4/1", 3.2), ("LZ4, decompress", "decode/lz4/1", 4.5),
             ("zstd level 1, compress", "encode/zstd/1", 0.5),
             ("zstd level 1, decompress", "decode/zstd/1", 1.5))
NONE = "–"


def run(program, min_time, repetitions):
    """The medians of the repetitions, by the benchmark's name: (GB/s, ratio or None)."""
    sizes = "|".join(str(size) for size in SIZES)
    command = [program, f"--benchmark_filter=/({sizes})$", "--benchmark_format=json",
               f"--benchmark_min_time={min_time}", f"--benchmark_repetitions={repetitions}",
               "--benchmark_enable_random_interleaving=true",
               "--benchmark_report_aggregates_only=true"]
    document = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {re.sub(r"/repeats:.*|_median$", "", line["name"]):
            (line["bytes_per_second"] / 1e9, line.get("ratio"))
            for line in document["benchmarks"] if line.get("aggregate_name") == "median"}


def processor():
    with open("/proc/cpuinfo", encoding="ascii") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def speed(measured, name):
    return plots.number(measured[name][0]) if name in measured else NONE


def ratio(measured, name):
    if name not in measured:
        return NONE
    return f"{measured[name][1]:,.2f}" if measured[name][1] < 100 else f"{measured[name][1]:,.0f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def frames(measured, size):
    rows = []
    for data in DATA:
        for codec, level in CODECS:
            name = f"{codec}/{level}/{data}/{size}"
            rows.append([f"{data}, {codec} {level}", speed(measured, f"encode/{name}"),
                         speed(measured, f"decode/{name}"), ratio(measured, f"encode/{name}")])
    return table(["", "encode, GB/s", "decode, GB/s", "ratio"], rows)


def overhead(measured):
    """Our speed relative to the library's, over all sizes and kinds of data."""
    ratios = collections.defaultdict(list)
    for name, (ours, _) in measured.items():
        action, _, rest = name.partition("/")
        codec, _, case = rest.partition("/")
        library = LIBRARIES.get(f"{action}/{codec}")
        theirs = measured.get(f"{library}/{rest}")
        if theirs and case.split("/")[1] in ("text", "binary"):
            ratios[f"{action}, {codec} {case.split('/')[0]}"].append(ours / theirs[0])
    rows = [[name, *(f"{value:.3f}" for value in (min(values), sorted(values)[len(values) // 2],
                                                 max(values)))]
            for name, values in ratios.items()]
    return table(["our speed / the library's", "least", "median", "most"], rows)


def published(measured):
    rows = [[title, f"{figure}", *(speed(measured, f"{name}/{data}/4096")
                                   for data in ("text", "binary"))]
            for title, name, figure in PUBLISHED]
    rows.append(["a page of one byte, ratio", "2,048",
                 *[ratio(measured, "encode/zstd/1/zeros/4096")] * 2])
    return table(["4 KiB pages, GB/s on one core", "published", "text", "binary"], rows)


def kernels(measured):
    found = collections.defaultdict(dict)
    for name in measured:
        kernel, _, rest = name.partition("/")
        if kernel in ("all_equal", "xxh64"):
            backend, size = rest.split("/")
            found[kernel, backend][int(size)] = measured[name][0]
    rows = [[f"{kernel}, {backend}", *(plots.number(speeds.get(size, 0)) for size in SIZES)]
            for (kernel, backend), speeds in sorted(found.items())]
    return table(["GB/s", *(f"{size // 1024} KiB" for size in SIZES)], rows)


def report(measured):
    return "\n\n".join([
        "# Codecs",
        f"Measured with `tests/bench/codecs_report.py`, on one core of: {processor()}.\n"
        "A frame of an image is decoded and its checksum verified, or encoded with its checksum.\n"
        "*Ratio* is content to coded bytes.",
        "## Frames of 128 KiB", frames(measured, 131072),
        "## Pages of 4 KiB", frames(measured, 4096),
        "## Beside the libraries",
        "The same frames through direct calls:",
        "- libzstd with its checksum;\n"
        "- to encode LZ4, liblz4's block functions, an XXH32 as in its frames, and an XXH64 as in our "
        "index;\n"
        "- to decode LZ4, liblz4's frame decoder.",
        overhead(measured),
        "## Beside published figures",
        "The published figures are those of a SIMD library that compresses memory pages, on an EPYC "
        "7763.\n"
        "They are for pages without framing or checksum, on another processor and other data, so only "
        "the\norder of magnitude compares.\n"
        "Ours include a frame header and XXH64, which weigh most on pages this small.",
        published(measured),
        "## Kernels", "The run-time dispatch of XXH64, and our own kernels, by backend.",
        kernels(measured)]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program", help="bench-codecs")
    parser.add_argument("--min-time", type=float, default=0.02, help="seconds for each (%(default)s)")
    parser.add_argument("--repetitions", type=int, default=5, help="of each (%(default)s)")
    arguments = parser.parse_args()
    measured = run(os.path.abspath(arguments.program), arguments.min_time, arguments.repetitions)
    sys.stdout.write(report(measured))


if __name__ == "__main__":
    main()

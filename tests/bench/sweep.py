#!/usr/bin/env python3
"""Sweeps frame sizes and levels of mkimage over a tree: size, build time, cold random reads, cold walk.

Builds an image for each setting, mounts it anew for each measurement (the image is in the page
cache, nothing of the mount is), and reads it. The results also include mkimage's defaults and the
kernel's squashfs, at the same levels. Writes sweep.json, sweep.md and plots to --out. Run it as
root, on a quiet machine.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

import candidates
import images
import machine
import measure
import plots
import tools as programs

DEFAULT, SQUASHFS = "default", "squashfs"
SIZES = ("64K", "128K", "256K", "512K", "1M", "2M", "4M", DEFAULT, SQUASHFS)
LEVELS = (1, 3, 6, 9, 12, 15, 19)
READ_SIZE = 4096


@dataclasses.dataclass
class Point:
    """The results of one setting. Each list has one value per repeat."""
    frame_size: str
    level: int
    size_bytes: int
    build_seconds: list
    reads_per_second: list
    walk_seconds: list
    read_all_seconds: list


METRICS = (
    ("size", "image size", "MB", lambda point: [point.size_bytes / 1e6]),
    ("build", "build time", "s", lambda point: point.build_seconds),
    ("random", "cold random 4 KiB reads", "reads/s", lambda point: point.reads_per_second),
    ("walk", "cold walk, find -ls", "s", lambda point: point.walk_seconds),
    ("read", "cold read of all files", "s", lambda point: point.read_all_seconds),
)


def places_to_read(tree, count):
    """`count` places (path in the tree, offset), the same for every setting. Every byte of the
    files is equally likely."""
    files = sorted((path.relative_to(tree), path.stat().st_size) for path in tree.rglob("*")
                   if path.is_file() and not path.is_symlink())
    files = [(path, size) for path, size in files if size > 0]
    if not files:
        raise measure.BenchError(f"{tree}: no files to read")
    chosen = random.Random(1).choices(files, weights=[size for _, size in files], k=count)
    chance = random.Random(2)
    return [(path, chance.randrange(size) // READ_SIZE * READ_SIZE) for path, size in chosen]


def read_places(point, places):
    start = time.monotonic()
    for path, offset in places:
        fd = os.open(point / path, os.O_RDONLY)
        try:
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
            os.pread(fd, READ_SIZE, offset)
        finally:
            os.close(fd)
    return len(places) / (time.monotonic() - start)


def seconds_of(command):
    return measure.run(command, stdout=subprocess.DEVNULL)[1]


def setting(tools, frame_size, level):
    """The command that makes the images of a setting, and the candidate that mounts them."""
    if frame_size == SQUASHFS:
        return images.squashfs(tools, level)[0], candidates.candidate("squashfs")
    bound = [] if frame_size == DEFAULT else [f"-b{frame_size}"]
    command = [*tools.command("mkimage"), "-q", "-f", *bound, f"-l{level}", "{source}", "{image}"]
    return command, candidates.candidate("zvfs")


def measure_setting(tools, options, places, frame_size, level):
    image = options.out / "sweep.partial"
    point = Point(frame_size, level, 0, [], [], [], [])
    command, who = setting(tools, frame_size, level)
    command = [{"{source}": options.tree, "{image}": image}.get(word, word) for word in command]

    def mounted():
        return candidates.mounted(who, tools, image, options.tree, options.out)
    try:
        for _ in range(options.repeat):
            point.build_seconds.append(measure.run(command, limit_seconds=3600)[1])
            point.size_bytes = image.stat().st_size
            measure.read_whole(image)
            with mounted() as mount:
                point.reads_per_second.append(read_places(mount.point, places))
            with mounted() as mount:
                point.walk_seconds.append(seconds_of(["find", mount.point, "-ls"]))
            with mounted() as mount:
                point.read_all_seconds.append(
                    seconds_of(["find", mount.point, "-type", "f", "-exec", "cat", "{}", "+"]))
            image.unlink()
    finally:
        image.unlink(missing_ok=True)
    return point


def table(points):
    heads = [f"{title}, {unit}" for _, title, unit, _ in METRICS]
    lines = ["| frame size | level | " + " | ".join(heads) + " |", "|" + "---|" * (2 + len(heads))]
    for point in points:
        cells = [plots.number(statistics.median(values(point))) for _, _, _, values in METRICS]
        lines.append(f"| {point.frame_size} | {point.level} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def charts(points):
    """SVG by metric: groups of frame sizes, with a bar per level."""
    levels = sorted({point.level for point in points})
    for name, title, unit, values in METRICS:
        chart = plots.Chart(title, unit, [f"level {level}" for level in levels])
        for frame_size in dict.fromkeys(point.frame_size for point in points):
            chart.add_group(frame_size, {
                f"level {point.level}": (statistics.median(values(point)), min(values(point)), max(values(point)))
                for point in points if point.frame_size == frame_size})
        yield name, chart.svg()


def write(options, described, points):
    page = (f"{options.tree}: median of {options.repeat}, {options.reads} random reads. {described['processor']}, "
            f"{described['processors']} processors, kernel {described['kernel']}, {described['date']}.\n\n")
    (options.out / "sweep.md").write_text(page + table(points))
    (options.out / "sweep.json").write_text(json.dumps(
        {"machine": described, "tree": os.fspath(options.tree), "reads": options.reads,
         "points": [dataclasses.asdict(point) for point in points]}, indent=1) + "\n")
    for name, svg in charts(points):
        (options.out / f"sweep-{name}.svg").write_text(svg)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=pathlib.Path, required=True, help="the directory to build images of")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="where images and results go")
    parser.add_argument("--build", help="a build directory; built with the release preset if not given")
    parser.add_argument("--sizes", default=",".join(SIZES),
                        help=f"frame sizes, mkimage's {DEFAULT}, and {SQUASHFS} (%(default)s)")
    parser.add_argument("--levels", default=",".join(map(str, LEVELS)), help="(%(default)s)")
    parser.add_argument("--reads", type=int, default=2000, help="random reads (%(default)s)")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    options.tree, options.out = options.tree.resolve(), options.out.resolve()
    return options


def main():
    options = parse_arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    measure.adopt_descendants()
    tools = programs.Tools(options.build or programs.build(["mkimage", "mount.zvfs"]), {})
    described = machine.describe(tools, options.out)
    places = places_to_read(options.tree, options.reads)
    points = []
    for frame_size in options.sizes.split(","):
        for level in map(int, options.levels.split(",")):
            points.append(measure_setting(tools, options, places, frame_size, level))
            write(options, described, points)  # the results so far, in case the rest is interrupted
            print(table(points[-1:]).splitlines()[-1], file=sys.stderr)
    print((options.out / "sweep.md").read_text(), end="")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measure.BenchError as failure:
        sys.exit(f"sweep: {failure}")

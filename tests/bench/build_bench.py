#!/usr/bin/env python3
"""Measures how fast images are built, compared with the peers: same tree, level and number of
threads.

Candidates build in turn, --repeat times. The source is in the page cache, or on its disk with
--drop-caches, which needs root. Writes build.json (every sample) and build.md (a table) to --out.
Needs a quiet machine.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import images
import machine
import measure
import tools as programs


@dataclasses.dataclass
class Candidate:
    """A way to build an image: commands in a pipeline."""
    name: str
    settings: str
    pipeline: list


@dataclasses.dataclass
class BuildSample:
    """One build."""
    seconds: float
    cpu_seconds: float
    peak_bytes: int  # of all programs of the pipeline, each at its own peak
    size_bytes: int


def mkimage(tools, level, threads):
    return Candidate("mkimage", f"zstd level {level}, defaults",
                     [[*tools.command("mkimage"), "-q", "-f", f"-l{level}", f"-j{threads}", "{source}", "{image}"]])


def tar_zstd(tools, level, threads):
    return Candidate(f"tar \\| zstd -T{threads}", f"level {level}",
                     [[*tools.command("tar"), "-C", "{source}", "--sort=name", "--xattrs", "-cf", "-", "."],
                      [*tools.command("zstd"), "-q", "-f", f"-{level}", "--ultra", f"-T{threads}", "-o", "{image}"]])


def squashfs(tools, level, threads):
    command, settings = images.squashfs(tools, level)
    return Candidate("mksquashfs", settings, [[*command, "-processors", str(threads)]])


def erofs(tools, level, threads):
    command, settings = images.erofs(tools, level)
    said, _ = measure.run([command[0], "--help"], accept=range(256), stderr=subprocess.STDOUT)
    workers = [f"--workers={threads}"] if b"--workers" in said else []
    return Candidate("mkfs.erofs", settings + ("" if workers else ", one thread"), [[command[0], *workers, *command[1:]]])


def dwarfs(tools, level, threads):
    command, settings = images.dwarfs(tools, level)
    return Candidate("mkdwarfs", settings, [[*command, f"--num-workers={threads}", "--force"]])


# By name, which a level may follow: mkimage:6, squashfs.
CANDIDATES = {"mkimage": mkimage, "tar": tar_zstd, "squashfs": squashfs, "erofs": erofs, "dwarfs": dwarfs}


def candidate_of(peer, tools, options):
    """Errors: BenchError (a program is missing)."""
    name, _, level = peer.partition(":")
    candidate = CANDIDATES[name](tools, int(level or options.level), options.threads)
    if level:
        candidate.name += f", level {level}"
    return candidate


def is_known(peer):
    name, colon, level = peer.partition(":")
    return name in CANDIDATES and (not colon or level.isdecimal())


def build_once(candidate, source, image):
    """Builds the image anew. Errors: BenchError."""
    image.unlink(missing_ok=True)
    places = {"{source}": os.fspath(source), "{image}": os.fspath(image)}
    children, before = [], None
    start = time.monotonic()
    for number, command in enumerate(candidate.pipeline):
        words = [places.get(word, word) for word in command]
        last = number + 1 == len(candidate.pipeline)
        children.append(subprocess.Popen(
            words, stdin=before or subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if last else subprocess.PIPE))
        if before:
            before.close()
        before = children[-1].stdout
    cpu, peak = 0.0, 0
    for child in children:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu += usage.ru_utime + usage.ru_stime
        peak += usage.ru_maxrss * 1024
    seconds = time.monotonic() - start
    for child, command in zip(children, candidate.pipeline):
        if child.returncode != 0:
            raise measure.BenchError(f"{command[0]}: exit status {child.returncode}")
    return BuildSample(seconds, cpu, peak, image.stat().st_size)


def run(candidates, source, directory, repeat, before_each):
    """The samples of each candidate by name. Calls `before_each` build. A candidate that fails is
    reported and left out."""
    samples = {candidate.name: [] for candidate in candidates}
    failed = set()
    for turn in range(repeat):
        for candidate in candidates:
            if candidate.name in failed:
                continue
            image = directory / "image.partial"
            before_each()
            try:
                sample = build_once(candidate, source, image)
            except (measure.BenchError, OSError) as error:
                print(f"{candidate.name}: {error}", file=sys.stderr)
                failed.add(candidate.name)
                continue
            finally:
                image.unlink(missing_ok=True)
            samples[candidate.name].append(sample)
            print(f"{turn + 1}/{repeat} {candidate.name}: {sample.seconds:.2f} s", file=sys.stderr)
    return {name: found for name, found in samples.items() if name not in failed}


def table(candidates, samples):
    """Markdown. The factor is the candidate's time over mkimage's."""
    def median(name, field):
        return statistics.median(getattr(sample, field) for sample in samples[name])
    lines = ["| | settings | seconds | factor | processor seconds | peak memory, MiB | image, MB |",
             "|---|---|---|---|---|---|---|"]
    ours = median("mkimage", "seconds") if samples.get("mkimage") else None
    for candidate in candidates:
        if not samples.get(candidate.name):
            continue
        times = [sample.seconds for sample in samples[candidate.name]]
        factor = f"{statistics.median(times) / ours:.2f}" if ours else ""
        lines.append(f"| {candidate.name} | {candidate.settings} | {statistics.median(times):.2f} "
                     f"({min(times):.2f} to {max(times):.2f}) | {factor} | {median(candidate.name, 'cpu_seconds'):.1f} | "
                     f"{median(candidate.name, 'peak_bytes') / 2**20:.0f} | "
                     f"{median(candidate.name, 'size_bytes') / 1e6:.1f} |")
    return "\n".join(lines) + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=pathlib.Path, required=True, help="the directory to build images of")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="where images and results go")
    parser.add_argument("--build", help="a build directory; built with the release preset if not given")
    parser.add_argument("--level", type=int, default=9)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", default=",".join(CANDIDATES), help="some of %(default)s; NAME:LEVEL has a level of its own")
    parser.add_argument("--drop-caches", action="store_true", help="before each build")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=PATH", help="where a program is")
    options = parser.parse_args()
    options.peers = options.peers.split(",")
    if unknown := [peer for peer in options.peers if not is_known(peer)]:
        parser.error(f"--peers: {', '.join(unknown)}: unknown")
    return options


def main():
    options = parse_arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    build = options.build or programs.build(["mkimage"])
    tools = programs.Tools(build, dict(item.split("=", 1) for item in options.tool))
    candidates = []
    for peer in options.peers:
        try:
            candidates.append(candidate_of(peer, tools, options))
        except measure.BenchError as error:
            print(f"{peer}: {error}", file=sys.stderr)
    before_each = measure.drop_caches if options.drop_caches else os.sync
    if not options.drop_caches:
        measure.run(["find", options.tree, "-type", "f", "-exec", "cat", "{}", "+"], stdout=subprocess.DEVNULL)
    samples = run(candidates, options.tree.resolve(), options.out.resolve(), options.repeat, before_each)
    described = machine.describe(tools, options.out)
    result = {"machine": described, "tree": os.fspath(options.tree), "level": options.level,
              "threads": options.threads, "drop_caches": options.drop_caches,
              "settings": {c.name: c.settings for c in candidates},
              "samples": {name: [dataclasses.asdict(s) for s in found] for name, found in samples.items()}}
    (options.out / "build.json").write_text(json.dumps(result, indent=1) + "\n")
    page = (f"Building an image of {options.tree}: level {options.level}, {options.threads} threads, median of "
            f"{options.repeat} (least to most), source {'on its disk' if options.drop_caches else 'in the page cache'}. "
            f"{described['processor']}, {described['processors']} processors, kernel {described['kernel']}, {described['date']}.\n\n")
    (options.out / "build.md").write_text(page + table(candidates, samples))
    print(page + table(candidates, samples), end="")
    return 0 if samples else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measure.BenchError as failure:
        sys.exit(f"build_bench: {failure}")

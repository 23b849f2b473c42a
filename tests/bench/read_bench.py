#!/usr/bin/env python3
"""Measures reading from zvfs and its peers, in one run: see README.md in this folder.

Makes images of a tree, of one large file and of some programs, mounts them in turn, and writes
results.json, performance/reading.md with plots, and goals.md to --out. Run it as root, on an
otherwise idle machine.
"""
import argparse
import fcntl
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import candidates
import datasets
import images
import machine
import measure
import report
import results
import runner
import tools
import workloads

DEFAULT_PEERS = "zvfs,squashfs,squashfuse_ll,erofs,erofsfuse,dwarfs,source,empty"
EXIT_SKIPPED = 77


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tree", metavar="DIR", help="the tree to read (/usr/share)")
    parser.add_argument("--big", metavar="FILE",
                        help="the large file to read (1 GiB, made from the tree)")
    parser.add_argument("--out", metavar="DIR", type=pathlib.Path, default="bench-out",
                        help="for images, which are kept, and results (%(default)s)")
    parser.add_argument("--repeat", metavar="N", type=int, help="runs of each workload (3)")
    parser.add_argument("--level", metavar="N", type=int, default=9,
                        help="compression level of all images (%(default)s)")
    parser.add_argument("--peers", metavar="NAME[+OPTION...],...", default=DEFAULT_PEERS,
                        help="who takes part, with mount options: zvfs,zvfs+nofill (%(default)s)")
    parser.add_argument("--workloads", metavar="NAME,...", help="what to measure (all): "
                        + ", ".join(workload.name for workload in workloads.WORKLOADS))
    parser.add_argument("--image", metavar="FORMAT[/DATA]=FILE", action="append", default=[],
                        help="use an image that is there, of the tree or of big: zvfs/big=big.zst")
    parser.add_argument("--tool", metavar="NAME=FILE", action="append", default=[],
                        help="where a program is: mkfs.erofs=/opt/erofs/mkfs.erofs")
    parser.add_argument("--dwarfs", metavar="FILE",
                        help="the dwarfs program; mkdwarfs is expected next to it")
    parser.add_argument("--build", metavar="DIR",
                        help="a CMake build directory with our programs (made: build/release)")
    parser.add_argument("--drop-caches", action="store_true",
                        help="drop the image, and all else, from the page cache before cold runs")
    parser.add_argument("--quick", action="store_true",
                        help="tiny data, once: tests this program, measures nothing")
    return parser.parse_args()


def named(pairs):
    """A dictionary from words of the form NAME=VALUE."""
    for pair in pairs:
        if "=" not in pair:
            raise measure.BenchError(f"'{pair}' is not of the form NAME=FILE")
    return dict(pair.split("=", maxsplit=1) for pair in pairs)


def images_given(arguments):
    """The images of --image, by (format, name of the data set)."""
    given = {}
    for key, path in named(arguments.image).items():
        image_format, _, dataset = key.partition("/")
        if image_format not in images.FORMATS:
            raise measure.BenchError(f"'{image_format}' is none of {', '.join(images.FORMATS)}")
        given[image_format, dataset or "tree"] = path
    return given


def find_tools(arguments):
    own = ["mkimage", "mount.zvfs", "empty_fuse"]
    if arguments.build is None:
        print(f"building {' '.join(own)} into build/release", flush=True)
    build_dir = arguments.build or tools.build(own)
    paths = named(arguments.tool)
    if arguments.dwarfs:
        paths["dwarfs"] = arguments.dwarfs
        paths["mkdwarfs"] = pathlib.Path(arguments.dwarfs).with_name("mkdwarfs")
    return tools.Tools(build_dir, paths)


def choose_workloads(arguments):
    if arguments.workloads:
        return workloads.chosen(arguments.workloads.split(","))
    without = {"run"} if arguments.quick else set()  # the quick data has no compiler
    return [workload for workload in workloads.WORKLOADS if workload.name not in without]


def those_there(chosen, found, outcome):
    """The candidates whose programs are installed. Reports and records the others."""
    for who in chosen:
        if who.tool is not None and found.path(who.tool) is None:
            print(f"{who.title}: {who.tool} is not there: skipped", flush=True)
            outcome.add_failure(who.name, None, f"{who.tool} is not there")
    return [who for who in chosen if not outcome.has_failed(who.name, None)]


def stop(number, _frame):
    """The first signal ends the benchmark; later ones must not disturb the clean-up."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def locked(directory):
    """Locks `directory` until we end; false if another process has it."""
    try:
        fcntl.flock(os.open(directory, os.O_RDONLY | os.O_DIRECTORY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def benchmark(arguments, scratch):
    out = arguments.out.resolve()
    chosen = [candidates.candidate(name) for name in arguments.peers.split(",")]
    wanted = choose_workloads(arguments)
    given = images_given(arguments)
    found = find_tools(arguments)
    outcome = results.Results()
    tree = arguments.tree or (None if arguments.quick else "/usr/share")
    data = datasets.make(out / "data", tree, arguments.big, arguments.quick)
    parameters = {"level": arguments.level, "repeats": arguments.repeat or
                  (1 if arguments.quick else 3), "drop_caches": arguments.drop_caches}
    described = machine.describe(found, data["tree"].directory)
    (out / "images").mkdir(exist_ok=True)
    work = runner.Runner(
        candidates=those_there(chosen, found, outcome), workloads=wanted, datasets=data,
        builder=images.Builder(out / "images", found, arguments.level, given),
        tools=found, results=outcome, scratch=scratch, repeats=parameters["repeats"],
        drops_caches=arguments.drop_caches)
    work.run()
    for path in report.Report(described, parameters, data, work).write(out):
        print(path)
    if not arguments.quick:
        print((out / "goals.md").read_text())


def main():
    arguments = parse_arguments()
    if os.geteuid() != 0 or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        print("skipped: mounting needs root and /dev/fuse")
        return EXIT_SKIPPED
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not locked(arguments.out):
        print(f"read_bench: {arguments.out}: another run uses it", file=sys.stderr)
        return 1
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="scratch-", dir=arguments.out.resolve()))
    try:
        measure.adopt_descendants()
        benchmark(arguments, scratch)
    except measure.BenchError as error:
        print(f"read_bench: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

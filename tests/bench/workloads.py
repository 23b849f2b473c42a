"""The workloads: one object each, which returns one value in its unit."""
import dataclasses
import json
import pathlib
import shutil
import tempfile
import time
from typing import Callable

import measure
import programs

ABSENT = "zvfs" + "bench" * 2  # in no file, not even this one
KIB = 1024
BYTES_PER_READ = 256 * KIB  # of the big file, on average: two reads seldom hit the same block


@dataclasses.dataclass(frozen=True)
class Place:
    """The place where a workload reads: a mount of a data set."""
    point: pathlib.Path
    dataset: object
    scratch: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Workload:
    """Something to measure. `function` is None if the mounting itself is measured."""
    name: str
    title: str
    group: str  # its part of the report
    dataset: str
    unit: str
    function: Callable[[Place], float] | None
    states: tuple = ("cold", "warm")
    mounts: int = 1  # per repeat
    more_is_better: bool = False
    programs: tuple = ()  # required ones


def shell(script):
    """The seconds of a shell script, whose $1 is the mount point and $2 the absent text."""
    def seconds(place):
        return measure.run(["bash", "-c", "set -o pipefail; " + script, "bash", place.point,
                            ABSENT])[1]
    return seconds


FIND = 'find "$1" -ls >/dev/null'
FIND_2 = ('cd "$1"; find . -mindepth 2 -maxdepth 2 -print0 | '
          'xargs -0r -n 16 -P 2 sh -c \'find "$@" -ls\' sh >/dev/null')
TAR = 'tar -C "$1" -cf - . | cat >/dev/null'
TAR_2 = ('cd "$1"; find . ! -type d -print0 | '
         'xargs -0r -n 400 -P 2 tar --no-recursion -cf - | cat >/dev/null')
GREP = 'LC_ALL=C grep -rF -e "$2" "$1" >/dev/null; [ $? = 1 ]'
GREP_2 = ('cd "$1"; export LC_ALL=C TEXT="$2"; find . -type f -print0 | '
          'xargs -0r -n 400 -P 2 sh -c \'grep -F -e "$TEXT" "$@"; [ $? = 1 ]\' sh >/dev/null')


def random_reads(block_kib, jobs):
    """Reads per second, for a number of reads that depends only on the size of the file. fio
    chooses the places from one seed. It gives the kernel no advice, since most programs do not."""
    def reads_per_second(place):
        name, size = place.dataset.largest_file()
        reads = max(64, size // BYTES_PER_READ)
        output, _ = measure.run([
            "fio", "--name=random", f"--filename={place.point / name}", "--readonly",
            "--rw=randread", f"--bs={block_kib}k", "--ioengine=psync", "--thread",
            f"--numjobs={jobs}", f"--number_ios={reads // jobs}", "--norandommap", "--randseed=1",
            "--invalidate=0", "--fadvise_hint=0", "--group_reporting", "--output-format=json"],
            cwd=place.scratch)
        job = json.loads(output[output.index(b"{"):])["jobs"][0]
        if job["error"] or not job["read"]["iops"]:
            raise measure.BenchError(f"fio: error {job['error']}")
        return job["read"]["iops"]
    return reads_per_second


def small_files(place):
    """Seconds to open and read small files chosen by a fixed seed, in random order."""
    paths = [place.point / path for path in place.dataset.small_files()]
    start = time.monotonic()
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(128 * KIB):
                pass
    return time.monotonic() - start


def sequential(place):
    """Megabytes per second for one read of the big file from beginning to end."""
    name, size = place.dataset.largest_file()
    _, seconds = measure.run(["dd", f"if={place.point / name}", "of=/dev/null", "bs=1M"])
    return size / seconds / 1e6


def import_modules(place):
    home = place.point / "python"
    command = [home / "bin/python3", "-B", "-S", "-c", programs.IMPORTS]
    environment = {"PYTHONHOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return measure.run(command, env=environment, cwd=place.scratch)[1]


def run_compiler(place):
    compiler = place.point / "bin/cc1"
    script = 'echo "int f(int x) { return x + 1; }" | "$1" -quiet -O2 -o /dev/null -'
    return measure.run(["bash", "-c", script, "bash", compiler], cwd=place.scratch)[1]


def build_project(place):
    """Seconds to build the C project, with the output outside the mount."""
    project = place.point / "project"
    objects = tempfile.mkdtemp(prefix="objects-", dir=place.scratch)
    try:
        return measure.run(["make", "-s", "-j2", "-f", project / "Makefile",
                            f"PROJECT={project}", "program"], cwd=objects)[1]
    finally:
        shutil.rmtree(objects)


TREE = {"group": "tree", "dataset": "tree", "unit": "s"}
RANDOM = {"group": "random", "dataset": "big", "unit": "IOPS", "states": ("cold",),
          "more_is_better": True, "programs": ("fio",)}
PROGRAMS = {"group": "programs", "dataset": "programs", "unit": "s"}
MOUNT = {"group": "mount", "unit": "ms", "states": ("cold",), "mounts": 5, "function": None}

WORKLOADS = (
    Workload("mount", "mount to first stat: the tree", dataset="tree", **MOUNT),
    Workload("mount-ten", "mount to first stat: ten files", dataset="ten", **MOUNT),
    Workload("find", "find -ls", function=shell(FIND), **TREE),
    Workload("tar", "tar to a pipe", function=shell(TAR), **TREE),
    Workload("grep", "grep -r", function=shell(GREP), **TREE),
    Workload("find-2", "find -ls, 2 processes", function=shell(FIND_2), **TREE),
    Workload("tar-2", "tar to a pipe, 2 processes", function=shell(TAR_2), **TREE),
    Workload("grep-2", "grep, 2 processes", function=shell(GREP_2), **TREE),
    Workload("small-files", "random small files, 1,000 at most", function=small_files, **TREE),
    *(Workload(f"random-{size}k-{jobs}", f"random {size} KiB, {jobs} job{'s' * (jobs > 1)}",
               function=random_reads(size, jobs), **RANDOM) for size in (4, 64)
      for jobs in (1, 2, 8)),
    Workload("sequential", "read in order", "sequential", "big", "MB/s", sequential,
             more_is_better=True),
    Workload("run", "run a C compiler", function=run_compiler, programs=("gcc",), **PROGRAMS),
    Workload("import", "import Python modules", function=import_modules, **PROGRAMS),
    Workload("build", "build a C project, make -j2", function=build_project,
             programs=("gcc", "make"), **PROGRAMS),
)


def chosen(names):
    """The workloads of the names, in the order of this file. A name that no workload has stands for
    all workloads that begin with it: random for random-4k."""
    found = []
    for name in names:
        exact = [workload for workload in WORKLOADS if workload.name == name]
        begin = [workload for workload in WORKLOADS if workload.name.startswith(name + "-")]
        if not exact and not begin:
            known = ", ".join(workload.name for workload in WORKLOADS)
            raise measure.BenchError(f"'{name}' is none of {known}")
        found += exact or begin
    return [workload for workload in WORKLOADS if workload in found]

#!/usr/bin/env python3
"""The read benchmark runs, writes all its files, and leaves nothing behind, even if it is
interrupted. Asserts no times. Needs ZVFS_BUILD_DIR, which ctest sets; skipped (77) without root or
/dev/fuse."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

BENCH = pathlib.Path(__file__).resolve().with_name("read_bench.py")
WORKLOADS = "mount,find,tar,grep-2,small-files,random-4k-2,sequential,import,build"
PEERS = ("empty", "zvfs", "zvfs+nofill", "squashfs", "squashfuse_ll", "dwarfs", "source")
LIMIT_SECONDS = 240


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


@contextlib.contextmanager
def started(out, *options):
    """The benchmark as a child, which has ended and cleaned up afterwards."""
    child = subprocess.Popen(
        [sys.executable, BENCH, "--quick", "--level=1", f"--out={out}",
         f"--build={os.environ['ZVFS_BUILD_DIR']}", "--dwarfs=/nonexistent/dwarfs", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.communicate()


def mounts_below(directory):
    lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    return [line for line in lines if line.split()[1].startswith(f"{directory}/")]


def processes_below(directory):
    """Processes with a path below `directory` as an argument: daemons and readers."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(directory) in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            pass
    return found


def check_nothing_left(out):
    check(not mounts_below(out), f"no mount is left: {mounts_below(out)}")
    check(not processes_below(out), f"no process is left: {processes_below(out)}")
    check(not list(out.glob("scratch-*")), "the scratch directory is removed")


def run_it_all(out):
    with started(out, f"--workloads={WORKLOADS}", f"--peers={','.join(PEERS)}") as child:
        output, _ = child.communicate(timeout=LIMIT_SECONDS)
    print(output)
    if child.returncode == 77:
        sys.exit(77)
    check(child.returncode == 0, f"exit status 0, not {child.returncode}")
    check_nothing_left(out)
    found = json.loads((out / "results.json").read_text())
    failed = {(failure["candidate"], failure["workload"]) for failure in found["failures"]}
    check(("dwarfs", None) in failed, "a peer that is not there is said to be missing")
    check_measured(found, failed)
    check_documents(out)


def check_measured(found, failed):
    """Every candidate was measured on every workload, except for programs that are not
    installed."""
    measured = {(one["candidate"], one["workload"]) for one in found["measurements"]}
    for workload in WORKLOADS.split(","):
        for peer in PEERS:
            has_part = peer != ("source" if workload == "mount" else "empty")
            optional = peer in ("squashfs", "squashfuse_ll", "dwarfs")
            excused = optional and {(peer, None), (peer, workload)} & failed
            check(not has_part or (peer, workload) in measured or excused or
                  ("all", workload) in failed, f"{peer} is measured in {workload}")
    for one in found["measurements"]:
        for sample in one["samples"]:
            check(sample["value"] > 0, f"{one['workload']}, {one['candidate']}: a value above 0")
            served = one["candidate"] in ("empty", "zvfs", "zvfs+nofill", "squashfuse_ll")
            check((sample["daemon_peak_bytes"] is not None) == served,
                  f"{one['candidate']}: memory is measured where there is a daemon")


def check_documents(out):
    text = (out / "performance/reading.md").read_text()
    for plot in ("mount-cold", "tree-cold", "tree-warm", "memory"):
        check(f"]({plot}.svg)" in text, f"the report shows the plot {plot}")
        xml.etree.ElementTree.parse(out / f"performance/{plot}.svg")
    widths = {}
    for number, line in enumerate(text.splitlines()):
        if line.startswith("|"):
            widths[number] = line.count("|")
            check(widths.get(number - 1, widths[number]) == widths[number],
                  f"the line has as many cells as the one above it: {line}")
    check("reached" in (out / "goals.md").read_text() or "missed" in (out / "goals.md").read_text(),
          "goals are judged")


def interrupt_it(out):
    """Interrupts it while it measures. It must unmount, end the daemon, and exit with the right
    status."""
    with started(out, "--workloads=tar", "--peers=zvfs", "--repeat=100000") as child:
        deadline = time.monotonic() + LIMIT_SECONDS
        while not mounts_below(out) and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        check(mounts_below(out), "there is a mount to interrupt")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=LIMIT_SECONDS)
    check(child.returncode == 128 + signal.SIGINT, f"exit status {child.returncode}")
    check_nothing_left(out)


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="read-bench-test-"))
    try:
        run_it_all(out)
        interrupt_it(out)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    print("passed")


if __name__ == "__main__":
    main()

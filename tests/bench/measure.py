"""Runs commands, times them, and measures the daemons that serve them.

Every process started here is our child, even a daemon that detaches itself, since we are the
subreaper of all our descendants. So daemons are found and ended by their process ids.
"""
import contextlib
import ctypes
import dataclasses
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile
import threading
import time

COMMAND_LIMIT_SECONDS = 900
PR_SET_CHILD_SUBREAPER = 36
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
READ_SIZE = 1 << 20


class BenchError(Exception):
    """The reason, in one line, why a candidate or a measurement stopped."""


@dataclasses.dataclass
class Sample:
    """One measurement: the value in the workload's unit, and its cost."""
    value: float
    machine_cpu_seconds: float  # of all processors and processes: meaningful on a quiet machine
    daemon_cpu_seconds: float | None = None  # None: there is no daemon
    daemon_peak_bytes: int | None = None  # since the mount


def adopt_descendants():
    """Makes us the parent of every descendant whose parent ends."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise BenchError(f"prctl: {os.strerror(ctypes.get_errno())}")


def stat_fields(pid):
    """The fields of /proc/PID/stat from the state on, or None if there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def living_children():
    """The process ids of our running children."""
    own = str(os.getpid())
    pids = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    found = ((pid, stat_fields(pid)) for pid in pids)
    return {pid for pid, fields in found if fields and fields[1] == own and fields[0] != "Z"}


def run(command, accept=(0,), limit_seconds=COMMAND_LIMIT_SECONDS, **options):
    """Runs a command to its end; returns its standard output and the seconds that it took. It has
    its own session, which is ended if it takes too long or we are interrupted. Errors: BenchError
    (cannot be started, another exit status, too slow)."""
    words = [os.fspath(word) for word in command]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
               "stderr": subprocess.PIPE} | options
    start = time.monotonic()
    try:
        child = subprocess.Popen(words, start_new_session=True, **options)
    except OSError as error:
        raise BenchError(f"{words[0]}: {error.strerror}") from None
    # Not communicate(timeout), which polls for the end of the child at intervals of up to 50 ms.
    watchdog = threading.Timer(limit_seconds, os.killpg, (child.pid, signal.SIGKILL))
    watchdog.start()
    try:
        output, errors = child.communicate()
        seconds = time.monotonic() - start
    finally:
        watchdog.cancel()
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    if child.returncode not in accept:
        outcome = (f"not done after {limit_seconds} s" if seconds >= limit_seconds
                   else f"exit status {child.returncode}: {last_line(errors or output or b'')}")
        raise BenchError(f"{shlex.join(words)[:200]}: {outcome}")
    return output, seconds


def last_line(text):
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def run_daemon(command):
    """Runs a command that starts a daemon, or mounts without one; returns the daemon's process id
    or None, and the seconds until the command returned."""
    before = living_children()
    with tempfile.TemporaryFile() as said:  # a pipe would stay open as long as the daemon lives
        try:
            _, seconds = run(command, limit_seconds=60, stdout=said, stderr=said)
        except BenchError as error:
            said.seek(0)
            raise BenchError(f"{error}: {last_line(said.read())}") from None
    born = living_children() - before
    if len(born) > 1:
        raise BenchError(f"{command[0]}: left {len(born)} processes, not one: {sorted(born)}")
    return (born.pop() if born else None), seconds


def wait_for_end(pid, limit_seconds):
    """Waits for a child to end; false if it has not ended in time."""
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return True
        except ChildProcessError:
            return True
        time.sleep(0.005)
    return False


def end_process(pid):
    """Ends a child that should have ended by itself, at first gently."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_for_end(pid, 5):
            return


def cpu_seconds(pid):
    """User and system time of a process with all its threads."""
    fields = stat_fields(pid)
    if fields is None:
        raise BenchError(f"the daemon (process {pid}) has ended")
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def peak_memory_bytes(pid):
    """The peak physical memory of a process (VmHWM)."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise BenchError(f"the daemon (process {pid}) has ended")


def machine_cpu_seconds():
    """The busy time of all processors together since the machine started."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, _steal = fields
    return (user + nice + system + irq + softirq) / TICKS_PER_SECOND


def sample(daemon, function):
    """Calls `function` and returns its value with the cost to the daemon and the machine."""
    daemon_before = cpu_seconds(daemon) if daemon else None
    machine_before = machine_cpu_seconds()
    value = function()
    machine = machine_cpu_seconds() - machine_before
    if daemon is None:
        return Sample(value, machine)
    return Sample(value, machine, cpu_seconds(daemon) - daemon_before, peak_memory_bytes(daemon))


def drop_caches():
    """Makes the kernel forget all clean pages, dentries and inodes."""
    os.sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")


def read_whole(path):
    """Reads a file into the page cache."""
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(READ_SIZE)
        while file.readinto(buffer):
            pass

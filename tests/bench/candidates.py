"""The filesystems to compare: how each is mounted, and mounts that always end."""
import contextlib
import dataclasses
import os
import pathlib
import tempfile
import time

import measure


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A filesystem in the comparison."""
    name: str  # in options
    title: str  # in the report
    format: str | None  # of its images (see images.py); None: without an image
    tool: str | None  # the program that mounts, by its key in Tools
    arguments: tuple = ("{image}", "{point}")
    is_empty: bool = False  # serves nothing: measured only in mounting
    options: tuple = ()  # for its -o

    def mount_command(self, tools, image, point):
        places = {"{image}": image, "{point}": point}
        words = [places.get(word, word) for word in self.arguments]
        options = ["-o", ",".join(self.options)] if self.options else []
        return [*tools.command(self.tool), *options, *words]


LOOP = ("-o", "loop,ro", "{image}", "{point}")
CANDIDATES = {candidate.name: candidate for candidate in (
    Candidate("zvfs", "zvfs", "zvfs", "mount.zvfs"),
    Candidate("squashfs", "kernel squashfs", "squashfs", "mount", ("-t", "squashfs", *LOOP)),
    Candidate("squashfuse_ll", "squashfuse_ll", "squashfs", "squashfuse_ll"),
    Candidate("erofs", "kernel EROFS", "erofs", "mount", ("-t", "erofs", *LOOP)),
    Candidate("erofsfuse", "erofsfuse", "erofs", "erofsfuse"),
    Candidate("dwarfs", "DwarFS", "dwarfs", "dwarfs"),
    Candidate("source", "source", None, None),
    Candidate("empty", "empty FUSE daemon", None, "empty_fuse", ("{point}",), is_empty=True),
)}


def candidate(name):
    """The candidate of a name, which may include a codec and level for its images, and mount
    options: zvfs:lz4-12, zvfs+nofill+readahead=4M."""
    kind, *options = name.split("+")
    base, _, codec = kind.partition(":")
    if base not in CANDIDATES:
        raise measure.BenchError(f"'{base}' is none of {', '.join(CANDIDATES)}")
    found = CANDIDATES[base]
    if codec and base != "zvfs":
        raise measure.BenchError(f"'{kind}': only zvfs can be given a codec")
    details = [codec.replace("-", " ")] * bool(codec) + options
    if not details:
        return found
    return dataclasses.replace(found, name=name, options=tuple(options),
                               format=kind if codec else found.format,
                               title=f"{found.title} ({', '.join(details)})")


@dataclasses.dataclass
class Mounted:
    """A mount in use: its place, the process that serves it, and the cost of mounting."""
    point: pathlib.Path
    daemon: int | None = None
    mount_seconds: float = 0.0


@contextlib.contextmanager
def mounted(who, tools, image, source, scratch):
    """Mounts a candidate on its own directory below `scratch`; yields a Mounted. The source is not
    mounted but read in place. Always unmounts, and waits for the end of the daemon."""
    if who.tool is None:
        yield Mounted(pathlib.Path(source))
        return
    point = pathlib.Path(tempfile.mkdtemp(prefix="mount-", dir=scratch))
    before = measure.living_children()
    try:
        daemon, seconds = measure.run_daemon(who.mount_command(tools, image, point))
        start = time.monotonic()
        os.stat(point)
        seconds += time.monotonic() - start
        if not os.path.ismount(point):
            raise measure.BenchError(f"{who.title}: has returned, but nothing is mounted")
        yield Mounted(point, daemon, seconds)
    finally:
        unmount(point)
        for pid in measure.living_children() - before:
            if not measure.wait_for_end(pid, 10):
                measure.end_process(pid)
        point.rmdir()


def unmount(point):
    """Unmounts `point` if something is mounted there; lazily if it stays busy."""
    for attempt in range(50):
        if not is_mount_point(point):
            return
        lazily = ["-l"] if attempt == 49 else []
        with contextlib.suppress(measure.BenchError):
            measure.run(["umount", *lazily, point])
            return
        time.sleep(0.1)


def is_mount_point(point):
    """Like os.path.ismount(), but works after the daemon has died, too."""
    lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    escaped = os.path.realpath(point).replace("\\", r"\134").replace(" ", r"\040")
    return any(line.split(" ")[1] == escaped for line in lines)


def make_cold(who, image, tools, drop_everything):
    """Prepares a cold mount. Reads the image into the page cache, unless all caches are to be
    dropped. The source has no image: for it, cold means reading from the disk."""
    if drop_everything or who.tool is None:
        measure.drop_caches()
        tools.warm()
    elif image is not None:
        measure.read_whole(image)

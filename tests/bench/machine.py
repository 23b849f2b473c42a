"""The platform of a benchmark: the machine, its kernel, and the versions of all programs."""
import gzip
import os
import pathlib
import platform
import time

import measure

DECOMPRESSORS = {
    "CONFIG_SQUASHFS_DECOMP_SINGLE": "one decompressor: one block at a time",
    "CONFIG_SQUASHFS_DECOMP_MULTI": "several decompressors",
    "CONFIG_SQUASHFS_DECOMP_MULTI_PERCPU": "one decompressor for each processor",
}


def describe(tools, directory):
    """A dictionary of texts and numbers, in the order of the report."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": processor(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "system": system(),
        "kernel": platform.release(),
        "kernel_squashfs": ", ".join(squashfs_settings()) or "unknown",
        "source_filesystem": filesystem(directory),
        "load_at_start": os.getloadavg()[0],
        "versions": {name: tools.version(name) for name in (
            "mkimage", "mount.zvfs", "mksquashfs", "squashfuse_ll", "mkfs.erofs", "erofsfuse",
            "mkdwarfs", "dwarfs", "fusermount3", "fio", "tar", "grep", "find", "gcc")},
    }


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def system():
    release = platform.freedesktop_os_release()
    return release.get("PRETTY_NAME", "Linux")


def squashfs_settings():
    """How this kernel's squashfs was built, if the kernel tells."""
    config = kernel_config()
    chosen = [text for option, text in DECOMPRESSORS.items() if f"{option}=y" in config]
    if "CONFIG_SQUASHFS_FILE_CACHE=y" in config:
        chosen.append("reads through its own cache (FILE_CACHE)")
    if "CONFIG_SQUASHFS_FILE_DIRECT=y" in config:
        chosen.append("decodes into the page cache (FILE_DIRECT)")
    return chosen


def kernel_config():
    """The lines of the kernel's configuration; empty if it cannot be read."""
    packed = pathlib.Path("/proc/config.gz")
    plain = pathlib.Path(f"/boot/config-{platform.release()}")
    try:
        text = gzip.decompress(packed.read_bytes()).decode() if packed.exists() else \
            plain.read_text()
    except OSError:
        return set()
    return set(text.splitlines())


def filesystem(directory):
    """The type of the filesystem that holds `directory`."""
    output, _ = measure.run(["findmnt", "-n", "-o", "FSTYPE", "-T", directory])
    return output.decode().strip()

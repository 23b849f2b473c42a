"""Images of the data sets: one command per format, and a cache of the results."""
import dataclasses
import hashlib
import os
import pathlib
import subprocess

import measure

BUILD_LIMIT_SECONDS = 3600


@dataclasses.dataclass
class Image:
    """An existing image."""
    path: pathlib.Path
    size_bytes: int
    settings: str  # as the report describes it
    build_seconds: float | None = None  # None: it already existed


class Builder:
    """Makes the images of one level below `directory`."""

    def __init__(self, directory, tools, level, given):
        self._directory = pathlib.Path(directory)
        self._tools = tools
        self._level = level
        self._given = given  # paths by (format, data set)
        self._made = {}

    def image(self, image_format, dataset):
        """The image of a data set, made now unless it exists. A failed image is not tried again.
        Errors: BenchError."""
        key = (image_format, dataset.name)
        if key not in self._made:
            try:
                self._made[key] = self._given_image(key) or self._cached(image_format, dataset)
            except measure.BenchError as error:
                self._made[key] = error
        made = self._made[key]
        if isinstance(made, Exception):
            raise made
        return made

    def made(self):
        """All images so far, by (format, name of the data set)."""
        return {key: image for key, image in self._made.items() if isinstance(image, Image)}

    def _given_image(self, key):
        if key not in self._given:
            return None
        path = pathlib.Path(self._given[key]).resolve()
        try:
            return Image(path, path.stat().st_size, "given")
        except OSError as error:
            raise measure.BenchError(f"{path}: {error.strerror}") from None

    def _cached(self, image_format, dataset):
        base, _, codec = image_format.partition(":")
        command, settings = (zvfs_by_codec(self._tools, codec) if codec else
                             FORMATS[base](self._tools, self._level))
        program = os.stat(command[0])
        recipe = repr((command, program.st_size, program.st_mtime_ns, dataset.signature()))
        prefix = f"{dataset.name}-{image_format.replace(':', '=')}-"
        path = self._directory / (prefix + hashlib.sha256(recipe.encode()).hexdigest()[:16])
        if path.exists():
            return Image(path, path.stat().st_size, settings)
        for old in self._directory.glob(prefix + "*"):
            old.unlink()
        partial = path.with_name(path.name + ".partial")
        places = {"{source}": dataset.directory, "{image}": partial}
        words = [places.get(word, word) for word in command]
        _, seconds = measure.run(words, limit_seconds=BUILD_LIMIT_SECONDS)
        partial.rename(path)
        return Image(path, path.stat().st_size, settings, seconds)


def zvfs(tools, level):
    return ([*tools.command("mkimage"), "--quiet", f"--level={level}", "{source}", "{image}"],
            f"zstd level {level}, defaults")


def zvfs_by_codec(tools, codec):
    """An image with its own codec and level: lz4-12, adaptive-9, zstd-3."""
    name, _, level = codec.partition("-")
    return ([*tools.command("mkimage"), "--quiet", f"--codec={name}", f"--level={level}",
             "{source}", "{image}"], f"{name} level {level}, defaults")


def squashfs(tools, level):
    return ([*tools.command("mksquashfs"), "{source}", "{image}", "-noappend", "-quiet",
             "-no-progress", "-comp", "zstd", "-Xcompression-level", f"{level}"],
            f"zstd level {level}, defaults (128 KiB blocks)")


def erofs(tools, level):
    """mkfs.erofs got fragments in 1.6 and zstd in 1.8. In older versions, LZ4 compares best."""
    command = tools.command("mkfs.erofs")
    help_text, _ = measure.run([*command, "--help"], accept=range(256), stderr=subprocess.STDOUT)
    if b"zstd" in help_text:
        return ([*command, f"-zzstd,level={level}", "-C131072", "-Efragments", "{image}",
                 "{source}"], f"zstd level {level}, 128 KiB clusters, fragments")
    return ([*command, f"-zlz4hc,{min(level, 12)}", "-C131072", "{image}", "{source}"],
            f"LZ4HC level {min(level, 12)} (this mkfs.erofs has no zstd), 128 KiB clusters")


def dwarfs(tools, level):
    return ([*tools.command("mkdwarfs"), "-i", "{source}", "-o", "{image}", "--no-progress",
             "--compression", f"zstd:level={level}", "--block-size-bits", "20", "--order", "path"],
            f"zstd level {level}, 1 MiB blocks, path order")


FORMATS = {"zvfs": zvfs, "squashfs": squashfs, "erofs": erofs, "dwarfs": dwarfs}

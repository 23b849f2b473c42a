"""A tree to run programs from: Python with its library, a C compiler, and a small C project."""
import pathlib
import random
import shutil
import subprocess
import sys
import sysconfig

HEADERS = 240
SOURCES = 24
QUICK_SOURCES = 3
INCLUDES_OF_A_SOURCE = 80

# Imported from the mount; `encodings` is many small modules.
IMPORTS = """\
import importlib, pkgutil
for name in ('asyncio concurrent.futures ctypes curses difflib doctest email.mime.multipart '
             'ensurepip html.parser http.server importlib.metadata json logging.handlers '
             'multiprocessing.managers pdb pydoc sqlite3 ssl tarfile unittest.mock urllib.request '
             'venv wsgiref.simple_server xml.dom.minidom xml.etree.ElementTree xml.sax '
             'xmlrpc.server zipfile zoneinfo').split():
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        pass  # distributions leave some out; the same ones for every candidate
import encodings
for module in pkgutil.iter_modules(encodings.__path__):
    if module.name not in ('mbcs', 'oem'):
        importlib.import_module('encodings.' + module.name)
"""

MAKEFILE = """\
SOURCES := $(wildcard $(PROJECT)/src/*.c)
OBJECTS := $(patsubst $(PROJECT)/src/%.c,%.o,$(SOURCES))
program: $(OBJECTS)
	$(CC) -o $@ $^
%.o: $(PROJECT)/src/%.c
	$(CC) -O1 -I$(PROJECT)/include -MMD -c -o $@ $<
"""


def make(directory, is_quick):
    """Makes the tree unless it exists. With `is_quick` it is small and has no compiler."""
    if not directory.exists():
        partial = directory.with_name(directory.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        copy_python(partial / "python", is_quick)
        if not is_quick:
            copy_compiler(partial / "bin")
        make_project(partial / "project", QUICK_SOURCES if is_quick else SOURCES)
        partial.rename(directory)
    return directory


def copy_python(directory, is_quick):
    """Python's program and library, with their modification times, on which bytecode depends."""
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    (directory / "bin").mkdir(parents=True)
    shutil.copy2(pathlib.Path(sys.executable).resolve(), directory / "bin/python3")
    ignored = ["test", "tests", "dist-packages", "site-packages", "config-*", "idlelib", "tkinter"]
    if is_quick:
        ignored += ["lib2to3", "pydoc_data", "ensurepip", "distutils"]
    shutil.copytree(library, directory / "lib" / library.name, symlinks=True,
                    ignore=shutil.ignore_patterns(*ignored), ignore_dangling_symlinks=True)


def copy_compiler(directory):
    """The compiler proper: one program of tens of MB. A run touches only a part of it."""
    directory.mkdir()
    path = subprocess.run(["gcc", "-print-prog-name=cc1"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    shutil.copy2(pathlib.Path(path).resolve(), directory / "cc1")


def make_project(directory, sources):
    """A C project with many headers, always the same."""
    chooser = random.Random(1)
    (directory / "include").mkdir(parents=True)
    (directory / "src").mkdir()
    (directory / "Makefile").write_text(MAKEFILE)
    for number in range(HEADERS):
        (directory / f"include/part{number}.h").write_text(header(number))
    for number in range(sources):
        included = sorted(chooser.sample(range(HEADERS), INCLUDES_OF_A_SOURCE))
        (directory / f"src/unit{number}.c").write_text(source(number, included))
    calls = "".join(f"int unit{number}(int);\n" for number in range(sources))
    total = " + ".join(f"unit{number}(argc)" for number in range(sources))
    (directory / "src/main.c").write_text(
        f"{calls}int main(int argc, char** argv) {{ (void)argv; return ({total}) & 1; }}\n")


def header(number):
    lines = [f"#ifndef PART{number}_H", f"#define PART{number}_H"]
    for item in range(40):
        lines += [f"/* Item {item} of part {number}: a size and a name, and what is added. */",
                  f"struct part{number}_item{item} {{ int size; const char* name; }};",
                  f"static inline int part{number}_sum{item}(int a, int b) "
                  f"{{ return a * {item + 1} + b; }}"]
    return "\n".join([*lines, "#endif", ""])


def source(number, included):
    lines = [f'#include "part{part}.h"' for part in included]
    terms = " + ".join(f"part{part}_sum{part % 40}(x, {part})" for part in included)
    return "\n".join([*lines, f"int unit{number}(int x);", f"int unit{number}(int x) {{",
                      f"  return {terms};", "}", ""])

"""A directory with one file that stops answering when told to: a FUSE filesystem in this process.

It stands for a dead disk or file server. Who reads the file waits until it is released, or killed.
"""
import contextlib
import ctypes
import errno
import os
import stat
import struct
import threading

import private_mounts
import zvfs_tools

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE = 1, 2, 3, 14, 15, 17, 18
INIT, INTERRUPT, BATCH_FORGET = 26, 36, 42
ROOT, FILE = 1, 2
NAME = b"image.zst"
ASYNC_READ = 1  # a reader waits for a page, and can be killed, rather than for the answer
PAGE = 4096


class SlowSource:
    """`path` is the file, with the content of another. Its pages stay in the kernel's cache once
    they are read."""

    def __init__(self, content, point):
        self.path = point / os.fsdecode(NAME)
        self._content = content
        self._lock = threading.Lock()
        self._is_held = False
        self._waiting = []
        self._device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self._device},rootmode=40000,user_id=0,group_id=0,allow_other"
        if private_mounts.LIBC.mount(b"slow", os.fsencode(point), b"fuse", 0, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "mount of the slow source")
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def hold(self):
        """From now on, reads are not answered."""
        with self._lock:
            self._is_held = True

    def waiting(self):
        """How many reads wait."""
        with self._lock:
            return len(self._waiting)

    def release(self):
        """Answers all reads that wait, and later ones at once."""
        with self._lock:
            self._is_held = False
            waiting, self._waiting = self._waiting, []
        for unique, offset, size in waiting:
            self._reply(unique, self._content[offset:offset + size])

    def close(self):
        self.release()
        os.close(self._device)  # once the thread has left it
        self._thread.join(10)

    def _reply(self, unique, data=b"", error=0):
        with contextlib.suppress(OSError):  # nobody waits any more
            os.write(self._device, struct.pack("=IiQ", 16 + len(data), -error, unique) + data)

    def _attributes(self, node):
        mode, size = (stat.S_IFREG | 0o444, len(self._content)) if node == FILE else \
            (stat.S_IFDIR | 0o755, 0)
        return struct.pack("=6Q10I", node, size, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, PAGE, 0)

    def _read(self, unique, offset, size):
        with self._lock:
            if self._is_held:
                self._waiting.append((unique, offset, size))
                return
        self._reply(unique, self._content[offset:offset + size])

    def _handle(self, opcode, unique, node, body):
        if opcode in (FORGET, BATCH_FORGET, INTERRUPT):
            return
        if opcode == READ:
            self._read(unique, *struct.unpack_from("=QI", body, 8))
        elif opcode == INIT:
            self._reply(unique, struct.pack("=IIIIHHIIHHI7I", 7, 31, PAGE, ASYNC_READ, 64, 48,
                                            PAGE, 1, 0, 0, 0, *[0] * 7))
        elif opcode == GETATTR:
            self._reply(unique, struct.pack("=QII", 3600, 0, 0) + self._attributes(node))
        elif opcode == LOOKUP and body.rstrip(b"\0") == NAME:
            self._reply(unique, struct.pack("=QQQQII", FILE, 0, 3600, 3600, 0, 0) +
                        self._attributes(FILE))
        elif opcode == LOOKUP:
            self._reply(unique, error=errno.ENOENT)
        elif opcode in (OPEN, RELEASE):
            self._reply(unique, struct.pack("=QII", 0, 0, 0) if opcode == OPEN else b"")
        elif opcode == STATFS:
            self._reply(unique, struct.pack("=5Q4I6I", *[0] * 5, PAGE, 255, PAGE, 0, *[0] * 6))
        else:
            self._reply(unique, error=errno.ENOSYS)

    def _serve(self):
        while True:
            try:
                request = os.read(self._device, 1 << 20)
            except InterruptedError:
                continue
            except FileNotFoundError:  # the request was interrupted
                continue
            except OSError:  # unmounted
                return
            _, opcode, unique, node = struct.unpack_from("=IIQQ", request)
            self._handle(opcode, unique, node, request[40:])


@contextlib.contextmanager
def slow_source(image):
    """A SlowSource with the content of `image`, in a mount of its own."""
    with zvfs_tools.scratch_directory() as point:
        point.chmod(0o755)
        source = SlowSource(image.read_bytes(), point)
        try:
            yield source
        finally:
            source.release()
            zvfs_tools.run("umount", "-l", point)
            source.close()

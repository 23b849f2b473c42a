// The calls that can be made to fail, each with an errno that it has in practice. This is for
// LD_PRELOAD. It includes no header that declares them, since their declarations differ in
// noexcept.
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tests/fault/fault_table.h"

using zvfs::faults::Call;
using zvfs::faults::fails;

namespace {

// A pointer or a number that says that a call has failed.
template <typename T>
T failed(int error_number) {
  errno = error_number;
  if constexpr (std::is_pointer_v<T>) {
    return nullptr;
  } else {
    return static_cast<T>(-1);
  }
}

}  // namespace

// Defines `type name parameters`, which fails with `error` when it is its turn.
#define ZVFS_INTERPOSE(call, error, type, name, parameters, arguments)                         \
  extern "C" type name parameters {                                                            \
    using Function = type(*) parameters;                                                       \
    static const auto next = reinterpret_cast<Function>(zvfs::faults::next_definition(#name)); \
    if (fails(Call::call)) return failed<type>(error);                                         \
    return next arguments;                                                                     \
  }

// --- Memory. glibc's own names, since looking up the next definition takes memory.

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  return fails(Call::kMalloc) ? failed<void*>(ENOMEM) : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return fails(Call::kMalloc) ? failed<void*>(ENOMEM) : __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  // Size 0 frees the block.
  return size != 0 && fails(Call::kMalloc) ? failed<void*>(ENOMEM) : __libc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails(Call::kMalloc) ? failed<void*>(ENOMEM) : __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  return fails(Call::kMalloc) ? failed<void*>(ENOMEM) : __libc_memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  void* const made = fails(Call::kMalloc) ? nullptr : __libc_memalign(alignment, size);
  if (made == nullptr) return ENOMEM;
  *block = made;
  return 0;
}

// MAP_FAILED is not null.
void* mmap(void* at, std::size_t size, int protection, int flags, int fd, std::int64_t offset) {
  using Function = void* (*)(void*, std::size_t, int, int, int, std::int64_t);
  static const auto next = reinterpret_cast<Function>(zvfs::faults::next_definition("mmap"));
  if (fails(Call::kMmap)) return reinterpret_cast<void*>(failed<std::intptr_t>(ENOMEM));
  return next(at, size, protection, flags, fd, offset);
}
void* mmap64(void* at, std::size_t size, int protection, int flags, int fd, std::int64_t offset) {
  return mmap(at, size, protection, flags, fd, offset);
}

}  // extern "C"

// --- Descriptors. The mode is passed whether or not it was given, as glibc itself does.

#define ZVFS_INTERPOSE_OPEN(name, parameters, arguments)                                       \
  extern "C" int name parameters {                                                             \
    using Function = int(*) parameters;                                                        \
    static const auto next = reinterpret_cast<Function>(zvfs::faults::next_definition(#name)); \
    std::va_list rest;                                                                         \
    va_start(rest, flags);                                                                     \
    const long mode = va_arg(rest, long);                                                      \
    va_end(rest);                                                                              \
    if (fails(Call::kOpen)) return failed<int>(EMFILE);                                        \
    return next arguments;                                                                     \
  }

ZVFS_INTERPOSE_OPEN(open, (const char* path, int flags, ...), (path, flags, mode))
ZVFS_INTERPOSE_OPEN(open64, (const char* path, int flags, ...), (path, flags, mode))
ZVFS_INTERPOSE_OPEN(openat, (int at, const char* path, int flags, ...), (at, path, flags, mode))
ZVFS_INTERPOSE_OPEN(openat64, (int at, const char* path, int flags, ...), (at, path, flags, mode))
ZVFS_INTERPOSE(kOpen, EMFILE, void*, opendir, (const char* path), (path))
ZVFS_INTERPOSE(kOpen, ENOMEM, void*, fdopendir, (int fd), (fd))
ZVFS_INTERPOSE(kOpen, EMFILE, int, mkostemp, (char* path, int flags), (path, flags))
ZVFS_INTERPOSE(kOpen, EMFILE, int, mkostemp64, (char* path, int flags), (path, flags))
ZVFS_INTERPOSE(kOpen, EMFILE, int, memfd_create, (const char* name, unsigned flags), (name, flags))
ZVFS_INTERPOSE(kOpen, EMFILE, int, pipe2, (int* ends, int flags), (ends, flags))
ZVFS_INTERPOSE(kOpen, EMFILE, int, eventfd, (unsigned value, int flags), (value, flags))
ZVFS_INTERPOSE(kOpen, EMFILE, int, signalfd, (int fd, const void* mask, int flags),
               (fd, mask, flags))
ZVFS_INTERPOSE(kOpen, EMFILE, void*, fopen, (const char* path, const char* mode), (path, mode))
ZVFS_INTERPOSE(kOpen, EMFILE, void*, fopen64, (const char* path, const char* mode), (path, mode))

// It closes the file all the same.
extern "C" int close(int fd) {
  using Function = int (*)(int);
  static const auto next = reinterpret_cast<Function>(zvfs::faults::next_definition("close"));
  const int status = next(fd);
  return fails(Call::kClose) ? failed<int>(EIO) : status;
}

// --- Reading

#define ZVFS_INTERPOSE_STAT(name, parameters, arguments) \
  ZVFS_INTERPOSE(kStat, EIO, int, name, parameters, arguments)

ZVFS_INTERPOSE_STAT(stat, (const char* path, void* status), (path, status))
ZVFS_INTERPOSE_STAT(stat64, (const char* path, void* status), (path, status))
ZVFS_INTERPOSE_STAT(lstat, (const char* path, void* status), (path, status))
ZVFS_INTERPOSE_STAT(lstat64, (const char* path, void* status), (path, status))
ZVFS_INTERPOSE_STAT(fstat, (int fd, void* status), (fd, status))
ZVFS_INTERPOSE_STAT(fstat64, (int fd, void* status), (fd, status))
ZVFS_INTERPOSE_STAT(fstatat, (int at, const char* path, void* status, int flags),
                    (at, path, status, flags))
ZVFS_INTERPOSE_STAT(fstatat64, (int at, const char* path, void* status, int flags),
                    (at, path, status, flags))
ZVFS_INTERPOSE_STAT(statx, (int at, const char* path, int flags, unsigned mask, void* status),
                    (at, path, flags, mask, status))
ZVFS_INTERPOSE(kRead, EIO, std::ptrdiff_t, read, (int fd, void* out, std::size_t size),
               (fd, out, size))
ZVFS_INTERPOSE(kPread, EIO, std::ptrdiff_t, pread,
               (int fd, void* out, std::size_t size, std::int64_t offset), (fd, out, size, offset))
ZVFS_INTERPOSE(kPread, EIO, std::ptrdiff_t, pread64,
               (int fd, void* out, std::size_t size, std::int64_t offset), (fd, out, size, offset))
ZVFS_INTERPOSE(kPread, EIO, std::ptrdiff_t, preadv,
               (int fd, const void* parts, int count, std::int64_t offset),
               (fd, parts, count, offset))
ZVFS_INTERPOSE(kPread, EIO, std::ptrdiff_t, preadv64,
               (int fd, const void* parts, int count, std::int64_t offset),
               (fd, parts, count, offset))
ZVFS_INTERPOSE(kReaddir, EIO, void*, readdir, (void* directory), (directory))
ZVFS_INTERPOSE(kReaddir, EIO, void*, readdir64, (void* directory), (directory))
ZVFS_INTERPOSE(kReadlink, EIO, std::ptrdiff_t, readlink,
               (const char* path, char* out, std::size_t size), (path, out, size))
ZVFS_INTERPOSE(kReadlink, EIO, std::ptrdiff_t, readlinkat,
               (int at, const char* path, char* out, std::size_t size), (at, path, out, size))

#define ZVFS_INTERPOSE_LSEEK(name)                                                             \
  extern "C" std::int64_t name(int fd, std::int64_t offset, int whence) {                      \
    using Function = std::int64_t (*)(int, std::int64_t, int);                                 \
    static const auto next = reinterpret_cast<Function>(zvfs::faults::next_definition(#name)); \
    if (fails(Call::kLseek)) return failed<std::int64_t>(EIO);                                 \
    return next(fd, offset, whence);                                                           \
  }

ZVFS_INTERPOSE_LSEEK(lseek)
ZVFS_INTERPOSE_LSEEK(lseek64)
ZVFS_INTERPOSE(kGetXattr, EIO, std::ptrdiff_t, fgetxattr,
               (int fd, const char* name, void* out, std::size_t size), (fd, name, out, size))
ZVFS_INTERPOSE(kGetXattr, EIO, std::ptrdiff_t, lgetxattr,
               (const char* path, const char* name, void* out, std::size_t size),
               (path, name, out, size))
ZVFS_INTERPOSE(kGetXattr, EIO, std::ptrdiff_t, llistxattr,
               (const char* path, char* out, std::size_t size), (path, out, size))
ZVFS_INTERPOSE(kGetXattr, EIO, std::ptrdiff_t, flistxattr, (int fd, char* out, std::size_t size),
               (fd, out, size))

// --- Writing. Messages on standard error always get through, so that the test sees them.

#define ZVFS_INTERPOSE_WRITE(name, parameters, arguments)                                      \
  extern "C" std::ptrdiff_t name parameters {                                                  \
    using Function = std::ptrdiff_t(*) parameters;                                             \
    static const auto next = reinterpret_cast<Function>(zvfs::faults::next_definition(#name)); \
    if (fd != 2 && fails(Call::kWrite)) return failed<std::ptrdiff_t>(ENOSPC);                 \
    return next arguments;                                                                     \
  }

ZVFS_INTERPOSE_WRITE(write, (int fd, const void* bytes, std::size_t size), (fd, bytes, size))
ZVFS_INTERPOSE_WRITE(writev, (int fd, const void* parts, int count), (fd, parts, count))
ZVFS_INTERPOSE_WRITE(pwrite, (int fd, const void* bytes, std::size_t size, std::int64_t offset),
                     (fd, bytes, size, offset))
ZVFS_INTERPOSE_WRITE(pwrite64, (int fd, const void* bytes, std::size_t size, std::int64_t offset),
                     (fd, bytes, size, offset))
ZVFS_INTERPOSE(kFsync, EIO, int, fsync, (int fd), (fd))
ZVFS_INTERPOSE(kFsync, EIO, int, fdatasync, (int fd), (fd))
ZVFS_INTERPOSE(kRename, EIO, int, rename, (const char* from, const char* to), (from, to))
ZVFS_INTERPOSE(kRename, EIO, int, renameat,
               (int from_at, const char* from, int to_at, const char* to),
               (from_at, from, to_at, to))
ZVFS_INTERPOSE(kRename, EIO, int, renameat2,
               (int from_at, const char* from, int to_at, const char* to, unsigned flags),
               (from_at, from, to_at, to, flags))
ZVFS_INTERPOSE(kTruncate, ENOSPC, int, ftruncate, (int fd, std::int64_t size), (fd, size))
ZVFS_INTERPOSE(kTruncate, ENOSPC, int, ftruncate64, (int fd, std::int64_t size), (fd, size))
ZVFS_INTERPOSE(kTruncate, ENOSPC, int, fallocate,
               (int fd, int mode, std::int64_t offset, std::int64_t size), (fd, mode, offset, size))
ZVFS_INTERPOSE(kTruncate, ENOSPC, int, fallocate64,
               (int fd, int mode, std::int64_t offset, std::int64_t size), (fd, mode, offset, size))
ZVFS_INTERPOSE(kMake, ENOSPC, int, mkdir, (const char* path, unsigned mode), (path, mode))
ZVFS_INTERPOSE(kMake, ENOSPC, int, mkdirat, (int at, const char* path, unsigned mode),
               (at, path, mode))
ZVFS_INTERPOSE(kMake, ENOSPC, int, mknodat,
               (int at, const char* path, unsigned mode, unsigned long device),
               (at, path, mode, device))
ZVFS_INTERPOSE(kMake, ENOSPC, int, symlinkat, (const char* target, int at, const char* path),
               (target, at, path))
ZVFS_INTERPOSE(kMake, EIO, int, linkat,
               (int from_at, const char* from, int to_at, const char* to, int flags),
               (from_at, from, to_at, to, flags))
ZVFS_INTERPOSE(kChmod, EPERM, int, fchmod, (int fd, unsigned mode), (fd, mode))
ZVFS_INTERPOSE(kChmod, EPERM, int, fchmodat, (int at, const char* path, unsigned mode, int flags),
               (at, path, mode, flags))
ZVFS_INTERPOSE(kChown, EPERM, int, fchown, (int fd, unsigned uid, unsigned gid), (fd, uid, gid))
ZVFS_INTERPOSE(kChown, EPERM, int, fchownat,
               (int at, const char* path, unsigned uid, unsigned gid, int flags),
               (at, path, uid, gid, flags))
ZVFS_INTERPOSE(kUtimens, EIO, int, futimens, (int fd, const void* times), (fd, times))
ZVFS_INTERPOSE(kUtimens, EIO, int, utimensat,
               (int at, const char* path, const void* times, int flags), (at, path, times, flags))
ZVFS_INTERPOSE(kSetXattr, ENOSPC, int, fsetxattr,
               (int fd, const char* name, const void* value, std::size_t size, int flags),
               (fd, name, value, size, flags))
ZVFS_INTERPOSE(kSetXattr, ENOSPC, int, lsetxattr,
               (const char* path, const char* name, const void* value, std::size_t size, int flags),
               (path, name, value, size, flags))

// --- Processes

// It returns its error.
extern "C" int pthread_create(unsigned long* thread, const void* attributes, void* (*run)(void*),
                              void* argument) {
  using Function = int (*)(unsigned long*, const void*, void* (*)(void*), void*);
  static const auto next =
      reinterpret_cast<Function>(zvfs::faults::next_definition("pthread_create"));
  return fails(Call::kThread) ? EAGAIN : next(thread, attributes, run, argument);
}
ZVFS_INTERPOSE(kFork, EAGAIN, int, fork, (), ())

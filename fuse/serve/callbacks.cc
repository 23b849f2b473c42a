#include "fuse/serve/callbacks.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <type_traits>
#include <unistd.h>

#include "fuse/serve/connection.h"
#include "fuse/serve/error_number.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

Connection& connection_of(fuse_req_t request) {
  return *static_cast<Connection*>(fuse_req_userdata(request));
}

// Counts a request when it is answered.
class RequestTimer {
 public:
  RequestTimer(RequestStats& stats, Operation operation) : stats_(stats), operation_(operation) {}
  ~RequestTimer() { stats_.add(operation_, Clock::now() - begin_, outcome_); }
  RequestTimer(const RequestTimer&) = delete;
  RequestTimer& operator=(const RequestTimer&) = delete;

  void fail() { outcome_ = RequestStats::Outcome::kFailed; }

 private:
  using Clock = std::chrono::steady_clock;

  RequestStats& stats_;
  const Operation operation_;
  RequestStats::Outcome outcome_ = RequestStats::Outcome::kAnswered;
  const Clock::time_point begin_ = Clock::now();
};

// Answers a request: `compute` asks the filesystem, and `reply` hands its value to the kernel. An
// error, or an exception (no memory), is answered with an errno. A request is answered exactly
// once: only `compute` can throw, and it comes before the reply. Returns false if it was answered
// meanwhile, because its caller was killed or the mount ends.
template <typename Compute, typename Reply>
bool serve(fuse_req_t request, Operation operation, fuse_ino_t node, Compute compute, Reply reply) {
  using Value = std::decay_t<decltype(*compute(std::declval<const Filesystem&>()))>;
  static_assert(std::is_nothrow_invocable_v<Reply, const Value&>);
  Connection& connection = connection_of(request);
  RequestTimer timer(connection.helpers().stats, operation);
  RequestTask task(connection.pending(), request);
  const TaskScope scope(task);
  int error = EIO;
  try {
    const auto result = compute(connection.filesystem());
    if (result) {
      const bool is_mine = task.claim();
      if (is_mine) reply(*result);
      return is_mine;
    }
    error = error_number(result.error());
    if (error == EIO) log_failure(name_of(operation), node, result.error());
  } catch (const std::bad_alloc&) {
    error = ENOMEM;
  } catch (...) {
    error = EIO;
  }
  if (error == EIO || error == ENOMEM) timer.fail();
  const bool is_mine = task.claim();
  if (is_mine) fuse_reply_err(request, error);
  return is_mine;
}

void on_init(void* connection, fuse_conn_info* kernel) {
  static_cast<Connection*>(connection)->negotiate(*kernel);
}

void on_lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
  if (std::strlen(name) > kMaxNameLength) {
    fuse_reply_err(request, ENAMETOOLONG);
    return;
  }
  serve(
      request, Operation::kLookup, parent,
      [&](const Filesystem& filesystem) { return filesystem.lookup(parent, name); },
      [&](const fuse_entry_param& entry) noexcept { fuse_reply_entry(request, &entry); });
}

void forget(fuse_req_t request, fuse_ino_t node) {
  PageFiller* const filler = connection_of(request).helpers().filler;
  if (filler != nullptr) filler->kernel_forgot({static_cast<std::uint32_t>(node)});
}

void on_forget(fuse_req_t request, fuse_ino_t node, std::uint64_t) {
  forget(request, node);
  fuse_reply_none(request);
}

void on_forget_multi(fuse_req_t request, std::size_t count, fuse_forget_data* nodes) {
  for (std::size_t i = 0; i < count; ++i) forget(request, nodes[i].ino);
  fuse_reply_none(request);
}

void on_getattr(fuse_req_t request, fuse_ino_t node, fuse_file_info*) {
  serve(
      request, Operation::kGetattr, node,
      [&](const Filesystem& filesystem) { return filesystem.attributes(node); },
      [&](const struct stat& attributes) noexcept {
        fuse_reply_attr(request, &attributes, kForever);
      });
}

void on_readlink(fuse_req_t request, fuse_ino_t node) {
  serve(
      request, Operation::kReadlink, node,
      [&](const Filesystem& filesystem) { return filesystem.symlink_target(node); },
      [&](const std::optional<std::string>& target) noexcept {
        if (target) {
          fuse_reply_readlink(request, target->c_str());
        } else {
          fuse_reply_err(request, ENAMETOOLONG);  // the kernel's reply has no room for it
        }
      });
}

void on_open(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  if ((file->flags & O_ACCMODE) != O_RDONLY) {
    fuse_reply_err(request, EROFS);
  } else if (connection_of(request).open_is_optional()) {
    fuse_reply_err(request, ENOSYS);
  } else {
    file->keep_cache = 1;
    fuse_reply_open(request, file);
  }
}

void on_opendir(fuse_req_t request, fuse_ino_t, fuse_file_info* directory) {
  if (connection_of(request).opendir_is_optional()) {
    fuse_reply_err(request, ENOSYS);
  } else {
    directory->keep_cache = 1;
    directory->cache_readdir = 1;
    fuse_reply_open(request, directory);
  }
}

void on_read(fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset, fuse_file_info*) {
  // Fetched now, since the reply frees the request.
  const Helpers& helpers = connection_of(request).helpers();
  std::optional<Inode> file;
  auto pattern = Readahead::Pattern::kInOrder;
  const bool answered = serve(
      request, Operation::kRead, node,
      [&](const Filesystem& filesystem) -> Result<ReadReply> {
        const auto begin = static_cast<std::uint64_t>(offset);
        file = ZVFS_TRY(filesystem.regular_file(node));
        pattern = helpers.readahead.will_read(*file, begin, size);
        return filesystem.read(*file, begin, size);
      },
      [&](const ReadReply& reply) noexcept {
        helpers.stats.add_bytes_read(reply.size());
        fuse_reply_iov(request, reply.pieces().data(), static_cast<int>(reply.pieces().size()));
      });
  if (helpers.filler == nullptr || !file || !answered) return;
  try {
    if (pattern == Readahead::Pattern::kRandom) {
      helpers.filler->was_read_at_random(*file, static_cast<std::uint64_t>(offset));
    } else {
      helpers.filler->was_read(*file, static_cast<std::uint64_t>(offset));
    }
  } catch (const std::bad_alloc&) {
    // The request is answered, and filling is optional.
  }
}

void list(fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset,
          Filesystem::ListMode mode) {
  PageFiller* const filler = connection_of(request).helpers().filler;  // as in on_read()
  bool is_end = false;
  serve(
      request, mode == Filesystem::ListMode::kNames ? Operation::kReaddir : Operation::kReaddirplus,
      node,
      [&](const Filesystem& filesystem) {
        return filesystem.list(node, static_cast<std::uint64_t>(offset), size, mode);
      },
      [&](const DirectoryBuffer& buffer) noexcept {
        is_end = buffer.bytes().empty();
        fuse_reply_buf(request, buffer.bytes().data(), buffer.bytes().size());
      });
  if (filler == nullptr || !is_end) return;
  try {
    filler->was_listed(InodeNumber{static_cast<std::uint32_t>(node)});
  } catch (const std::bad_alloc&) {
    // As after a read.
  }
}

void on_readdir(fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset,
                fuse_file_info*) {
  list(request, node, size, offset, Filesystem::ListMode::kNames);
}

void on_readdirplus(fuse_req_t request, fuse_ino_t node, std::size_t size, off_t offset,
                    fuse_file_info*) {
  list(request, node, size, offset, Filesystem::ListMode::kAttributes);
}

void on_statfs(fuse_req_t request, fuse_ino_t) {
  const struct statvfs statistics = connection_of(request).filesystem().statistics();
  fuse_reply_statfs(request, &statistics);
}

// The two-step protocol of getxattr(2) and listxattr(2): size 0 asks for the size.
void reply_xattr(fuse_req_t request, const void* value, std::size_t length,
                 std::size_t size) noexcept {
  if (size == 0) {
    fuse_reply_xattr(request, length);
  } else if (length > size) {
    fuse_reply_err(request, ERANGE);
  } else {
    fuse_reply_buf(request, static_cast<const char*>(value), length);
  }
}

// The value may grow between the two steps, so the size step asks for some extra room.
void reply_virtual_xattr(fuse_req_t request, std::string_view value, std::size_t size) noexcept {
  constexpr std::size_t kRoomToGrow = 1024;
  reply_xattr(request, value.data(), value.size() + (size == 0 ? kRoomToGrow : 0), size);
}

// True if `name` is a virtual attribute, which was then answered.
bool serve_virtual_xattr(fuse_req_t request, fuse_ino_t node, std::string_view name,
                         std::size_t size) {
  if (!name.starts_with("user.zvfs.")) return false;
  const Inspector& inspector = connection_of(request).helpers().inspector;
  serve(
      request, Operation::kGetxattr, node,
      [&](const Filesystem&) {
        return inspector.attribute({static_cast<std::uint32_t>(node)}, name);
      },
      [&](const std::optional<std::string>& value) noexcept {
        if (value) return reply_virtual_xattr(request, *value, size);
        fuse_reply_err(request, ENODATA);
      });
  return true;
}

void on_getxattr(fuse_req_t request, fuse_ino_t node, const char* name, std::size_t size) {
  if (serve_virtual_xattr(request, node, name, size)) return;
  // Programs that ask for an attribute of every file (ls) stop asking after this answer.
  if (!connection_of(request).filesystem().has_xattrs()) {
    fuse_reply_err(request, EOPNOTSUPP);
    return;
  }
  serve(
      request, Operation::kGetxattr, node,
      [&](const Filesystem& filesystem) { return filesystem.xattr(node, name); },
      [&](const std::optional<ByteVector>& value) noexcept {
        if (value) return reply_xattr(request, value->data(), value->size(), size);
        fuse_reply_err(request, ENODATA);
      });
}

void on_listxattr(fuse_req_t request, fuse_ino_t node, std::size_t size) {
  serve(
      request, Operation::kListxattr, node,
      [&](const Filesystem& filesystem) { return filesystem.xattr_names(node); },
      [&](const std::string& names) noexcept {
        reply_xattr(request, names.data(), names.size(), size);
      });
}

void on_lseek(fuse_req_t request, fuse_ino_t node, off_t offset, int whence, fuse_file_info*) {
  if (whence != SEEK_DATA && whence != SEEK_HOLE) {
    fuse_reply_err(request, EINVAL);
    return;
  }
  if (offset < 0) {
    fuse_reply_err(request, ENXIO);
    return;
  }
  serve(
      request, Operation::kLseek, node,
      [&](const Filesystem& filesystem) {
        return filesystem.seek(
            node, static_cast<std::uint64_t>(offset),
            whence == SEEK_DATA ? Filesystem::SeekTo::kData : Filesystem::SeekTo::kHole);
      },
      [&](const std::optional<std::uint64_t>& position) noexcept {
        if (position) {
          fuse_reply_lseek(request, static_cast<off_t>(*position));
        } else {
          fuse_reply_err(request, ENXIO);
        }
      });
}

// Refuses any request to change something. The kernel itself refuses them unless remounted "rw".
template <typename... Arguments>
void refuse(fuse_req_t request, Arguments...) {
  fuse_reply_err(request, EROFS);
}

void add_refusals(fuse_lowlevel_ops& ops) {
  ops.setattr = refuse;
  ops.mknod = refuse;
  ops.mkdir = refuse;
  ops.unlink = refuse;
  ops.rmdir = refuse;
  ops.symlink = refuse;
  ops.rename = refuse;
  ops.link = refuse;
  ops.write = refuse;
  ops.setxattr = refuse;
  ops.removexattr = refuse;
  ops.create = refuse;
  ops.fallocate = refuse;
}

fuse_lowlevel_ops make_callbacks() {
  fuse_lowlevel_ops ops = {};
  ops.init = on_init;
  ops.lookup = on_lookup;
  ops.forget = on_forget;
  ops.forget_multi = on_forget_multi;
  ops.getattr = on_getattr;
  ops.readlink = on_readlink;
  ops.open = on_open;
  ops.opendir = on_opendir;
  ops.read = on_read;
  ops.readdir = on_readdir;
  ops.readdirplus = on_readdirplus;
  ops.statfs = on_statfs;
  ops.getxattr = on_getxattr;
  ops.listxattr = on_listxattr;
  ops.lseek = on_lseek;
  add_refusals(ops);
  return ops;
}

}  // namespace

const fuse_lowlevel_ops& callbacks() {
  static const fuse_lowlevel_ops ops = make_callbacks();
  return ops;
}

}  // namespace zvfs

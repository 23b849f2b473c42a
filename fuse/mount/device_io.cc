#include "fuse/mount/device_io.h"

#include <cerrno>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuse/mount/exit_deadline.h"

namespace zvfs {
namespace {

Connection& connection_of(void* user_data) { return *static_cast<Connection*>(user_data); }

ssize_t read_device(int device, void* buffer, std::size_t size, void* user_data) {
  const ssize_t count = ::read(device, buffer, size);
  if (count < 0 && errno != EINTR && errno != EAGAIN && errno != ENOENT) {
    const int error = errno;
    exit_within(kEndGrace);
    connection_of(user_data).has_ended();
    errno = error;
  }
  return count;
}

// libfuse 3.14.0 (Debian 12's) turns this capability on, but leaves it out of its reply. Without
// it, the kernel lets one process at a time look up a name in a directory, and the others cannot
// be killed while they wait for that.
void add_parallel_lookups(const iovec& reply) {
  if (reply.iov_len == sizeof(fuse_init_out)) {
    static_cast<fuse_init_out*>(reply.iov_base)->flags |= FUSE_PARALLEL_DIROPS;
  }
}

ssize_t write_device(int device, iovec* pieces, int count, void* user_data) {
  if (connection_of(user_data).takes_parallel_lookups()) add_parallel_lookups(pieces[count - 1]);
  return ::writev(device, pieces, count);
}

}  // namespace

Result<void> watch_device(fuse_session* session) {
  fuse_custom_io io = {};
  io.read = read_device;
  io.writev = write_device;
  if (fuse_session_custom_io(session, &io, fuse_session_fd(session)) != 0) {
    return fail(ErrorCode::kNoMemory, "no memory for a FUSE session");
  }
  return {};
}

bool has_connection_ended(int device) {
  pollfd event = {device, 0, 0};
  return ::poll(&event, 1, 0) == 1 && (event.revents & POLLERR) != 0;
}

}  // namespace zvfs

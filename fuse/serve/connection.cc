#include "fuse/serve/connection.h"

namespace zvfs {
namespace {

// How many reads ahead of programs the kernel keeps going. With its own 12, as many that wait for a
// slow disk would hold up reads whose answer is at hand. Fewer than the threads that a session may
// start.
constexpr unsigned kMaxBackground = 256;

}  // namespace

void Connection::negotiate(fuse_conn_info& kernel) {
  const auto offers = [&](unsigned capability) { return (kernel.capable & capability) != 0; };
  const auto want = [&](unsigned capability) { kernel.want |= kernel.capable & capability; };

  open_is_optional_ = offers(FUSE_CAP_NO_OPEN_SUPPORT);
  opendir_is_optional_ = offers(FUSE_CAP_NO_OPENDIR_SUPPORT);

  parallel_lookups_ = offers(FUSE_CAP_PARALLEL_DIROPS);
  want(FUSE_CAP_EXPORT_SUPPORT);
  want(FUSE_CAP_CACHE_SYMLINKS);
  // With readdirplus always on, a cold walk needs no lookup at all.
  want(FUSE_CAP_READDIRPLUS);
  kernel.want &= ~static_cast<unsigned>(FUSE_CAP_READDIRPLUS_AUTO);
  // Nothing ever changes, so the kernel need not compare times to keep its pages.
  kernel.want &= ~static_cast<unsigned>(FUSE_CAP_AUTO_INVAL_DATA);
  want(FUSE_CAP_EXPLICIT_INVAL_DATA);
  // With ACLs, the kernel asks for the ACL of each file once, before anyone but its owner may use
  // it. Only images that can have ACLs should pay for that.
  if (filesystem_.has_xattrs()) want(FUSE_CAP_POSIX_ACL);

  kernel.max_read = max_read_bytes_;
  kernel.max_background = kMaxBackground;
}

}  // namespace zvfs

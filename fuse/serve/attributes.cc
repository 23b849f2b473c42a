#include "fuse/serve/attributes.h"

#include <sys/sysmacros.h>

namespace zvfs {

struct stat attributes_of(const Inode& inode) {
  const InodeRecord& record = inode.record;
  struct stat attributes = {};
  attributes.st_ino = inode.number.value;
  attributes.st_mode = record.mode;
  attributes.st_nlink = record.nlink;
  attributes.st_uid = record.uid;
  attributes.st_gid = record.gid;
  attributes.st_size = static_cast<off_t>(record.size);
  attributes.st_blksize = kPreferredReadSize;
  attributes.st_mtim.tv_sec = record.mtime_seconds;
  attributes.st_mtim.tv_nsec = record.mtime_nanoseconds;
  attributes.st_atim = attributes.st_mtim;
  attributes.st_ctim = attributes.st_mtim;
  if (inode.record.is_regular()) {
    attributes.st_blocks =
        static_cast<blkcnt_t>(record.allocated / 512 + (record.allocated % 512 != 0 ? 1 : 0));
  }
  if (inode.record.is_device()) {
    attributes.st_rdev = makedev(record.device_major(), record.device_minor());
  }
  return attributes;
}

}  // namespace zvfs

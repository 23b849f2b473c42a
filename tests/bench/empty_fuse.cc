// empty_fuse MOUNTPOINT: mounts a filesystem that is one empty directory, and serves it until it is
// unmounted. It shows how much any FUSE daemon takes before it does anything of its own.
#include <cstdio>
#include <ctime>
#include <sys/stat.h>

#include "fuse/serve/lowlevel.h"

namespace {

void get_attributes(fuse_req_t request, fuse_ino_t inode, fuse_file_info* /*file*/) {
  struct stat attributes = {};
  attributes.st_ino = inode;
  attributes.st_mode = S_IFDIR | 0755;
  attributes.st_nlink = 2;
  fuse_reply_attr(request, &attributes, 1.0);
}

// Serves the mount of `session` until somebody ends it; returns the exit status.
int serve(fuse_session* session) {
  if (fuse_set_signal_handlers(session) != 0) return 1;
  const bool failed = fuse_daemonize(0) != 0 || fuse_session_loop(session) != 0;
  fuse_remove_signal_handlers(session);
  return failed ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: empty_fuse MOUNTPOINT\n");
    return 2;
  }
  char option[] = "-oro,fsname=empty";
  char* words[] = {argv[0], option, nullptr};
  fuse_args arguments = FUSE_ARGS_INIT(2, words);
  fuse_lowlevel_ops operations = {};
  operations.getattr = get_attributes;
  fuse_session* session = fuse_session_new(&arguments, &operations, sizeof(operations), nullptr);
  fuse_opt_free_args(&arguments);
  if (session == nullptr) return 1;
  int status = 1;
  if (fuse_session_mount(session, argv[1]) == 0) {
    status = serve(session);
    fuse_session_unmount(session);
  }
  fuse_session_destroy(session);
  return status;
}

#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <utility>

#include "base/bytes.h"
#include "fuse/serve/callbacks.h"
#include "fuse/serve/connection.h"

namespace zvfs::testing {

/// The kernel's side of a mount: sends requests through libfuse to our callbacks, and takes their
/// answers, without a kernel or a mount. Aborts if a request is not answered exactly once, or if
/// the answer is not well-formed. Not thread-safe.
class FakeKernel {
 public:
  struct Answer {
    int error = 0;  ///< 0 or an errno.
    std::string body;
  };

  /// Begins a session, as mounting does. Borrows all.
  FakeKernel(const Filesystem& filesystem, const Helpers& helpers)
      : wire_(*this, filesystem, helpers) {
    char name[] = "fake";
    char* arguments[] = {name, nullptr};
    fuse_args args = FUSE_ARGS_INIT(1, arguments);
    session_ = fuse_session_new(&args, &callbacks(), sizeof(fuse_lowlevel_ops),
                                static_cast<Connection*>(&wire_));
    fuse_opt_free_args(&args);
    fuse_custom_io io = {};
    io.writev = take_answer;
    io.read = [](int, void*, std::size_t, void*) { return ssize_t{-1}; };
    require(session_ != nullptr);
    require(fuse_session_custom_io(session_, &io, ::open("/dev/null", O_RDWR | O_CLOEXEC)) == 0);
    fuse_init_in init = {};
    init.major = FUSE_KERNEL_VERSION;
    init.minor = 31;
    init.flags = FUSE_DO_READDIRPLUS | FUSE_EXPORT_SUPPORT;
    require(call(FUSE_INIT, 0, init).error == 0);
  }
  ~FakeKernel() { fuse_session_destroy(session_); }
  FakeKernel(const FakeKernel&) = delete;
  FakeKernel& operator=(const FakeKernel&) = delete;

  /// Sends a request, and takes its answer.
  Answer send(fuse_opcode operation, std::uint64_t node, std::string_view body) {
    transmit(operation, node, body);
    require(answer_.has_value());
    return *std::exchange(answer_, std::nullopt);
  }
  /// The same with one of the structures of linux/fuse.h, and a name after it.
  template <typename Arguments>
  Answer call(fuse_opcode operation, std::uint64_t node, const Arguments& arguments,
              std::string_view name = {}) {
    return send(operation, node, std::string(as_text(bytes_of(arguments))).append(name));
  }
  /// The only request that has no answer.
  void forget(std::uint64_t node) {
    transmit(FUSE_FORGET, node, as_text(bytes_of(fuse_forget_in{1})));
    require(!answer_);
  }

 private:
  /// What libfuse hands to the callbacks, and back to us.
  struct Wire : Connection {
    Wire(FakeKernel& end, const Filesystem& filesystem, const Helpers& helpers)
        : Connection(filesystem, helpers, 0), kernel(end) {}
    FakeKernel& kernel;
  };

  static void require(bool condition) {
    if (!condition) std::abort();
  }
  template <typename Arguments>
  static ByteSpan bytes_of(const Arguments& arguments) {
    return std::as_bytes(std::span(&arguments, 1));
  }

  void transmit(fuse_opcode operation, std::uint64_t node, std::string_view body) {
    fuse_in_header header = {};
    header.len = static_cast<std::uint32_t>(sizeof(header) + body.size());
    header.opcode = operation;
    header.unique = ++unique_;
    header.nodeid = node;
    std::string request(as_text(bytes_of(header)));
    request += body;
    fuse_buf buffer = {};
    buffer.size = request.size();
    buffer.mem = request.data();
    fuse_session_process_buf(session_, &buffer);
  }

  static ssize_t take_answer(int, iovec* pieces, int count, void* connection) {
    FakeKernel& self = static_cast<Wire*>(static_cast<Connection*>(connection))->kernel;
    std::string bytes;
    for (int i = 0; i < count; ++i) {
      bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    fuse_out_header header;
    require(bytes.size() >= sizeof(header));
    std::memcpy(&header, bytes.data(), sizeof(header));
    require(header.len == bytes.size() && header.unique == self.unique_ && !self.answer_);
    require(header.error == 0 || bytes.size() == sizeof(header));
    self.answer_ = Answer{-header.error, bytes.substr(sizeof(header))};
    return static_cast<ssize_t>(bytes.size());
  }

  Wire wire_;
  fuse_session* session_ = nullptr;
  std::uint64_t unique_ = 0;
  std::optional<Answer> answer_;
};

}  // namespace zvfs::testing

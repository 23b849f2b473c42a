#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "mkimage/archives/member_message.h"
#include "mkimage/archives/member_source.h"

namespace zvfs {

/// The members of an archive that a process of its own reads with libarchive, in a sandbox: the
/// parsers of rare formats see bytes from anywhere, and mkimage may run as root. That process has
/// the archive's file and a pipe to this one, no other descriptor, and no means to get one.
/// Not thread-safe.
class SandboxedMembers final : public MemberSource {
 public:
  /// Starts the process. `fd` must be of a file that can seek; borrowed until destruction, and
  /// read from its current offset. Errors: Io, Corrupt, Unsupported (an unknown format).
  static Result<std::unique_ptr<SandboxedMembers>> open(int fd);
  ~SandboxedMembers() override;
  SandboxedMembers(const SandboxedMembers&) = delete;
  SandboxedMembers& operator=(const SandboxedMembers&) = delete;

  Result<Next> next() override;
  Result<Block> read() override;

  /// What the kernel lacks for the sandbox, in a few words for people; empty if nothing.
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  struct Message {
    MemberMessage kind;
    ByteSpan content;  // in buffer_
  };

  SandboxedMembers(pid_t process, UniqueFd pipe) : process_(process), pipe_(std::move(pipe)) {}
  static Result<std::unique_ptr<SandboxedMembers>> start(int fd);
  Result<void> receive_opened();
  Result<Message> receive();
  Result<void> fill(MutableByteSpan out);
  [[nodiscard]] Unexpected crashed();
  [[nodiscard]] static Unexpected out_of_turn();

  pid_t process_;
  UniqueFd pipe_;
  ByteVector buffer_;
  std::string missing_;
  bool in_data_ = false;
};

}  // namespace zvfs

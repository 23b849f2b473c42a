#include "mkimage/archives/sandboxed_members.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/file_io.h"
#include "mkimage/archives/archive_members.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/archive_sandbox.h"

namespace zvfs {
namespace {

// Descriptors of the process that reads the archive.
constexpr int kArchive = 3;
constexpr int kPipe = 4;

// How that process ends when there is no memory, and when it cannot begin: with errno, which is
// less than 134, added to that.
constexpr int kNoMemoryStatus = 2;
constexpr int kErrnoStatus = 100;

constexpr std::size_t kHeadSize = 5;  // of a message: its size and its kind

/// Writes messages to a pipe, in the process that reads the archive. Not thread-safe.
class MessageWriter {
 public:
  explicit MessageWriter(int fd) : fd_(fd) {}

  /// A message whose content `append` appends.
  template <typename Append>
  Result<void> send(MemberMessage kind, Append&& append) {
    bytes_.assign(kHeadSize, std::byte{});
    append(bytes_);
    const auto size = static_cast<std::uint32_t>(bytes_.size() - kHeadSize);
    std::memcpy(bytes_.data(), &size, sizeof(size));
    bytes_[sizeof(size)] = static_cast<std::byte>(kind);
    return write_all(fd_, bytes_, "");
  }
  Result<void> send(MemberMessage kind) {
    return send(kind, [](ByteVector&) {});
  }
  Result<void> send_error(MemberMessage kind, const Error& error) {
    return send(kind, [&](ByteVector& out) { append_error(error, out); });
  }

 private:
  const int fd_;
  ByteVector bytes_;
};

Result<void> send_data(MemberSource& members, MessageWriter& out) {
  while (true) {
    const auto block = members.read();
    if (!block && block.error().code == ErrorCode::kInvalidArgument) {
      return out.send_error(MemberMessage::kDataError, block.error());
    }
    if (!block) return Unexpected(Error(block.error()));
    if (block->at_end) return out.send(MemberMessage::kDataEnd);
    ZVFS_TRY(out.send(MemberMessage::kData, [&](ByteVector& bytes) {
      ByteWriter writer(bytes);
      writer.u64(block->offset);
      writer.append(block->bytes);
    }));
  }
}

Result<void> send_members(int archive, const std::vector<std::string>& missing,
                          MessageWriter& out) {
  ArchiveMembers members(ZVFS_TRY(ArchiveReader::open(archive, ArchiveReader::Formats::kArchives)));
  ZVFS_TRY(out.send(MemberMessage::kOpened, [&](ByteVector& bytes) {
    for (const std::string& what : missing) {
      if (&what != &missing.front()) ByteWriter(bytes).append(", ");
      ByteWriter(bytes).append(what);
    }
  }));
  while (const auto member = ZVFS_TRY(members.next())) {
    ZVFS_TRY(out.send(MemberMessage::kMember,
                      [&](ByteVector& bytes) { append_member(*member, bytes); }));
    if (member->entry && member->entry->data_size > 0) ZVFS_TRY(send_data(members, out));
  }
  return out.send(MemberMessage::kEnd);
}

void close_from(int first) {
  if (::close_range(static_cast<unsigned>(first), ~0U, 0) == 0) return;
  for (int fd = first; fd < 65536; ++fd) ::close(fd);  // before Linux 5.9
}

// Leaves the process these two descriptors, as the first after the standard ones, which lead
// nowhere. False with errno.
bool keep_only(std::array<int, 2> kept) {
  for (int& fd : kept) {
    fd = ::fcntl(fd, F_DUPFD, kPipe + 1);
    if (fd < 0 && errno == EINVAL) errno = EMFILE;  // the limit is no more than that
    if (fd < 0) return false;
  }
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {0, 1, 2}) nowhere < 0 ? ::close(fd) : ::dup2(nowhere, fd);
  ::dup2(kept[0], kArchive);
  ::dup2(kept[1], kPipe);
  close_from(kPipe + 1);
  return true;
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
}

// Enters the sandbox. libseccomp 2.5 can loop forever when it gets no memory for its filter: then a
// timer of the process's own processor time ends the process. The sandbox lets nobody stop a timer,
// so its signal is ignored from then on.
std::vector<std::string> enter_in_time() {
  constexpr itimerval kOnce{.it_interval = {}, .it_value = {.tv_sec = 2, .tv_usec = 0}};
  ::setitimer(ITIMER_VIRTUAL, &kOnce, nullptr);
  std::vector<std::string> missing = enter_sandbox(archive_sandbox_rules());
  ::signal(SIGVTALRM, SIG_IGN);
  return missing;
}

// The process of its own. Never returns, and runs nothing that the parent has left for its exit. No
// exception may leave it: that would run the destructors of the parent's objects.
[[noreturn]] void read_in_sandbox(int archive, int pipe) noexcept {
  try {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    reset_signals();
    if (!keep_only({archive, pipe})) ::_exit(kErrnoStatus + errno);
    ArchiveReader::load_character_sets();
    const std::vector<std::string> missing = enter_in_time();
    MessageWriter out(kPipe);
    auto sent = send_members(kArchive, missing, out);
    if (!sent) sent = out.send_error(MemberMessage::kError, sent.error());
    ::_exit(sent ? EXIT_SUCCESS : EXIT_FAILURE);
  } catch (const std::bad_alloc&) {
    ::_exit(kNoMemoryStatus);  // a message would take memory
  } catch (...) {
  }
  ::_exit(EXIT_FAILURE);
}

}  // namespace

Result<std::unique_ptr<SandboxedMembers>> SandboxedMembers::open(int fd) {
  auto members = ZVFS_TRY(start(fd));
  ZVFS_TRY(members->receive_opened());
  return members;
}

// The process alone keeps the end of the pipe that it writes to: only then does the pipe end for
// this process when that one does.
Result<std::unique_ptr<SandboxedMembers>> SandboxedMembers::start(int fd) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, "a pipe");
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) return fail_errno(errno, "cannot start a process to read the archive");
  if (process == 0) read_in_sandbox(fd, write_end.get());
  return std::unique_ptr<SandboxedMembers>(new SandboxedMembers(process, std::move(read_end)));
}

SandboxedMembers::~SandboxedMembers() {
  pipe_.reset();
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);  // if it lives still
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<MemberSource::Next> SandboxedMembers::next() {
  while (in_data_) {
    const auto block = read();  // and pass over it
    if (!block && block.error().code != ErrorCode::kInvalidArgument) {
      return Unexpected(Error(block.error()));
    }
  }
  const Message message = ZVFS_TRY(receive());
  if (message.kind == MemberMessage::kEnd) return Next();
  if (message.kind != MemberMessage::kMember) return out_of_turn();
  auto member = ZVFS_TRY(parse_member(message.content));
  in_data_ = member.entry && member.entry->data_size > 0;
  return Next(std::move(member));
}

Result<MemberSource::Block> SandboxedMembers::read() {
  if (!in_data_) return Block{0, {}, true};
  const Message message = ZVFS_TRY(receive());
  in_data_ = message.kind == MemberMessage::kData;
  if (message.kind == MemberMessage::kDataEnd) return Block{0, {}, true};
  if (message.kind == MemberMessage::kDataError) {
    return fail(ErrorCode::kInvalidArgument, "{}", ZVFS_TRY(parse_error(message.content)).message);
  }
  if (message.kind != MemberMessage::kData) return out_of_turn();
  ByteReader content(message.content);
  const std::uint64_t offset = content.u64();
  const ByteSpan bytes = content.take(content.remaining());
  if (!content.ok()) return out_of_turn();
  return Block{offset, bytes};
}

Result<void> SandboxedMembers::receive_opened() {
  const Message message = ZVFS_TRY(receive());
  if (message.kind != MemberMessage::kOpened) return out_of_turn();
  missing_ = as_text(message.content);
  return {};
}

// The next message. An error that the process tells ends all.
Result<SandboxedMembers::Message> SandboxedMembers::receive() {
  std::array<std::byte, kHeadSize> head{};
  ZVFS_TRY(fill(head));
  ByteReader fields(head);
  const std::uint32_t size = fields.u32();
  const auto kind = static_cast<MemberMessage>(fields.u8());
  if (size > kMaxMemberMessage || kind > MemberMessage::kOpened) return out_of_turn();
  buffer_.resize(size);
  ZVFS_TRY(fill(buffer_));
  if (kind == MemberMessage::kError) return Unexpected(ZVFS_TRY(parse_error(buffer_)));
  return Message{kind, buffer_};
}

Result<void> SandboxedMembers::fill(MutableByteSpan out) {
  while (!out.empty()) {
    const ssize_t size = ::read(pipe_.get(), out.data(), out.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno(errno, "cannot read from the process that reads the archive");
    if (size == 0) return crashed();
    out = out.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

// Why the process has ended without kEnd or kError.
Unexpected SandboxedMembers::crashed() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoMemoryStatus) {
    return fail(ErrorCode::kNoMemory, "out of memory");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) > kErrnoStatus) {
    return fail_errno(WEXITSTATUS(status) - kErrnoStatus,
                      "cannot start the process that reads the archive");
  }
  if (!WIFSIGNALED(status)) {
    return fail(ErrorCode::kCorrupt, "the process that reads the archive has failed");
  }
  return fail(ErrorCode::kCorrupt, "the process that reads the archive has crashed (signal {})",
              WTERMSIG(status));
}

Unexpected SandboxedMembers::out_of_turn() {
  return fail(ErrorCode::kCorrupt, "the process that reads the archive sent nonsense");
}

}  // namespace zvfs

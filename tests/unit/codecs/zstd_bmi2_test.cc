// libzstd has its inner loops twice, plain and with BMI2 instructions, and asks the CPU which to
// take. Whether they are taken cannot be asked, so this looks: it single-steps a child process
// through libzstd and counts the BMI2 instructions that it executes there.
#if defined(__x86_64__)

#include <array>
#include <cstring>
#include <fstream>
#include <optional>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <zstd.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

struct AddressRange {
  unsigned long begin;
  unsigned long end;
};

// Where the code of the library lies that `function` is in.
std::optional<AddressRange> code_around(unsigned long function) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    AddressRange range{};
    std::array<char, 5> access{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &range.begin, &range.end, access.data()) == 3 &&
        range.begin <= function && function < range.end) {
      return range;
    }
  }
  return std::nullopt;
}

// Whether a BMI2 instruction begins with these bytes: all are coded with a 3-byte VEX prefix.
// Intel SDM, volume 2: BZHI, PDEP, PEXT, MULX, SARX, SHLX, SHRX, RORX.
bool is_bmi2(const std::array<unsigned char, 8>& code) {
  if (code[0] != 0xC4) return false;
  const int map = code[1] & 0x1F;
  const int prefix = code[2] & 3;
  switch (code[3]) {
    case 0xF0:
      return map == 3 && prefix == 3;
    case 0xF5:
      return map == 2 && prefix != 1;
    case 0xF6:
      return map == 2 && prefix == 3;
    case 0xF7:
      return map == 2 && prefix != 0;
    default:
      return false;
  }
}

struct Steps {
  long in_library = 0;
  long bmi2 = 0;
};

// Steps the stopped child to its end.
Steps step_through(pid_t child, const AddressRange& library) {
  Steps steps;
  for (int status = 0;;) {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) break;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) break;
    const auto place = static_cast<unsigned long>(
        ptrace(PTRACE_PEEKUSER, child, offsetof(user_regs_struct, rip), nullptr));
    if (place < library.begin || place >= library.end) continue;
    ++steps.in_library;
    const long word = ptrace(PTRACE_PEEKTEXT, child, place, nullptr);
    std::array<unsigned char, 8> code{};
    std::memcpy(code.data(), &word, sizeof(word));
    if (is_bmi2(code)) ++steps.bmi2;
  }
  return steps;
}

// Counts what `work` executes in the library; nothing where processes may not be traced.
template <typename Work>
std::optional<Steps> count_steps(const Work& work) {
  const auto library = code_around(reinterpret_cast<unsigned long>(&ZSTD_decompress));
  if (!library) return std::nullopt;
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
    raise(SIGSTOP);
    work();
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return std::nullopt;
  return step_through(child, *library);
}

class ZstdBmi2 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!__builtin_cpu_supports("bmi2")) GTEST_SKIP() << "this CPU has no BMI2";
  }

  template <typename Work>
  static void expect_bmi2(const Work& work) {
    const auto steps = count_steps(work);
    if (!steps || steps->in_library == 0) GTEST_SKIP() << "processes may not be traced here";
    EXPECT_GT(steps->bmi2, steps->in_library / 100)
        << steps->bmi2 << " of " << steps->in_library << " instructions";
    RecordProperty("instructions", std::to_string(steps->in_library));
    RecordProperty("bmi2", std::to_string(steps->bmi2));
  }

  const ByteVector content_ = testing::text_bytes(1000, 1);
};

TEST_F(ZstdBmi2, IsUsedToDecode) {
  ByteVector coded(ZSTD_compressBound(content_.size()));
  coded.resize(ZSTD_compress(coded.data(), coded.size(), content_.data(), content_.size(), 3));
  ByteVector out(content_.size());
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  expect_bmi2(
      [&] { ZSTD_decompressDCtx(context, out.data(), out.size(), coded.data(), coded.size()); });
  ZSTD_freeDCtx(context);
}

TEST_F(ZstdBmi2, IsUsedToEncode) {
  ByteVector coded(ZSTD_compressBound(content_.size()));
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  expect_bmi2([&] {
    ZSTD_compressCCtx(context, coded.data(), coded.size(), content_.data(), content_.size(), 1);
  });
  ZSTD_freeCCtx(context);
}

}  // namespace
}  // namespace zvfs

#endif

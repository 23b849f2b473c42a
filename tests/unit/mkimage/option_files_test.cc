#include "mkimage/option_files.h"

#include <string>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/unique_fd.h"

namespace zvfs {
namespace {

/// The content of a file as an option reads it, or the error.
std::string read(std::string_view content, char separator = '\n') {
  const UniqueFd file(::memfd_create("option", MFD_CLOEXEC));
  EXPECT_TRUE(write_all(file.get(), as_bytes(content), ""));
  OptionFiles files({.line = 10, .file = 100'000});
  const std::string path = fmt::format("/proc/self/fd/{}", file.get());
  const auto text = files.read("--option", path, separator);
  return text ? *text : text.error().message.substr(path.size());
}

TEST(OptionFiles, ReadsFilesUpToTheLimits) {
  std::string longest;
  while (longest.size() < 100'000) longest += "123456789\n";
  for (const std::string& text : {std::string(), std::string("a\n\nb"), std::string("1234567890"),
                                  std::string("\n1234567890\n1234567890\n"), longest}) {
    EXPECT_EQ(read(text), text);
  }
}

TEST(OptionFiles, RefusesMore) {
  EXPECT_EQ(read("12345678901"), ": line 1 exceeds 10 bytes");
  EXPECT_EQ(read("1\n2\n12345678901\n4"), ": line 3 exceeds 10 bytes");
  EXPECT_EQ(read(std::string(100'001, '\n')), ": exceeds 100000 bytes");
  const std::string nulls(
      "12345678\0"
      "90\n12",
      14);
  EXPECT_EQ(read(nulls, '\0'), nulls);
  EXPECT_EQ(read(nulls), ": line 1 exceeds 10 bytes");
}

TEST(OptionFiles, EndsWhereADeviceDoesNot) {
  const auto zeros = OptionFiles().read("--option", "/dev/zero");
  ASSERT_FALSE(zeros);
  EXPECT_EQ(zeros.error().message, "/dev/zero: line 1 exceeds 1048576 bytes");
}

}  // namespace
}  // namespace zvfs

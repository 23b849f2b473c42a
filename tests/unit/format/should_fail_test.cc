// Every line of "What a reader MUST reject" in docs/format.md has a file, and every file fails.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/forgeries.h"
#include "tests/support/image_walk.h"

namespace zvfs::testing {
namespace {

const std::filesystem::path kTestsDirectory = ZVFS_TESTS_DIR;

ByteVector read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const ByteSpan bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

std::set<std::string> files_of_should_fail() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kTestsDirectory / "should_fail")) {
    names.insert(entry.path().stem());
  }
  return names;
}

// The names in the first column of the table in the document.
std::set<std::string> names_in_document() {
  std::ifstream file(kTestsDirectory.parent_path() / "docs" / "format.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text = text.substr(text.find("## What a reader MUST reject"));
  text = text.substr(0, text.find("\n## ", 1));
  std::set<std::string> names;
  const std::regex row("\n\\| ([a-z0-9_, ]+) \\|");
  for (std::sregex_iterator match(text.begin(), text.end(), row), end; match != end; ++match) {
    const std::string cell = (*match)[1];
    const std::regex word("[a-z0-9_]+");
    for (std::sregex_iterator name(cell.begin(), cell.end(), word); name != end; ++name) {
      if (name->str() != "file") names.insert(name->str());
    }
  }
  return names;
}

TEST(ShouldFail, TheUntouchedForgeryIsValid) {
  const auto result = open_and_walk(ImageForge().build());
  EXPECT_TRUE(result) << result.error().message;
}

TEST(ShouldFail, EveryFileIsRejected) {
  for (const std::string& name : files_of_should_fail()) {
    const auto result = open_and_walk(read_file(kTestsDirectory / "should_fail" / (name + ".zst")));
    ASSERT_FALSE(result) << name << " was accepted";
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << name;
    RecordProperty(name, result.error().message);
  }
}

TEST(ShouldFail, EveryForgeryIsRejectedAsItIsMadeNow) {
  for (const Forgery& forgery : forgeries()) {
    ImageForge forge;
    forgery.apply(forge);
    EXPECT_FALSE(open_and_walk(forge.build())) << forgery.name << " was accepted";
  }
}

TEST(ShouldFail, DocumentFilesAndForgeriesAgree) {
  std::set<std::string> made;
  for (const Forgery& forgery : forgeries()) made.emplace(forgery.name);
  EXPECT_EQ(made, files_of_should_fail());
  EXPECT_EQ(made, names_in_document());
}

}  // namespace
}  // namespace zvfs::testing

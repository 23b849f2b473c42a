#include "mkimage/archives/converted_archive.h"

#include <deque>
#include <string>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Type = TarMember::Type;

/// Members in memory; the data of each is one byte. Not thread-safe.
class GivenMembers final : public MemberSource {
 public:
  void add(Type type, const std::string& path, const std::string& target, bool has_data) {
    TarEntry entry;
    entry.type = type;
    entry.path = path;
    entry.link_path = target;
    entry.size = entry.data_size = has_data ? 1 : 0;
    members_.push_back({path, entry, true});
  }
  Result<Next> next() override {
    if (members_.empty()) return Next();
    Next member = std::move(members_.front());
    members_.pop_front();
    at_end_ = false;
    return member;
  }
  Result<Block> read() override {
    if (std::exchange(at_end_, true)) return Block{0, {}, true};
    return Block{0, as_bytes(data_), false};
  }

 private:
  std::deque<SourceMember> members_;
  const std::string data_ = "x";
  bool at_end_ = false;
};

/// The archive of a file with `names` names, of which the first has `size` bytes; the data is in
/// the first member or in the last one.
class Converted {
 public:
  Converted(int names, std::size_t size, bool data_comes_last) {
    auto source = std::make_unique<GivenMembers>();
    const std::string first(size, 'p');
    source->add(Type::kFile, first, "", !data_comes_last);
    for (int i = 1; i < names; ++i) {
      const bool is_last = i + 1 == names;
      source->add(Type::kHardLink, fmt::format("{}", i), first, is_last && data_comes_last);
    }
    const EntryRules rules;
    IndexExtras index_extras;
    Warnings warnings({});
    ConvertedArchive archive(std::move(source), rules, index_extras, warnings);
    while (true) {
      const auto bytes = archive.next();
      if (!bytes) error = bytes.error().message;
      if (!bytes || bytes->empty()) return;
      longest_run = std::max(longest_run, bytes->size());
      size_of_all += bytes->size();
    }
  }

  std::string error;
  std::size_t longest_run = 0;
  std::size_t size_of_all = 0;
};

TEST(ConvertedArchive, HoldsARunOfLinksToALongPath) {
  for (const bool data_comes_last : {false, true}) {
    const Converted few(500, 60'000, data_comes_last);
    EXPECT_EQ(few.error, "");
    EXPECT_GT(few.size_of_all, 500 * 60'000U);
    EXPECT_LT(few.longest_run, kStreamRunSize + 2 * 65536);
  }
}

TEST(ConvertedArchive, BoundsThePathsOfLinkedFiles) {
  for (const bool data_comes_last : {false, true}) {
    const Converted many(2000, 60'000, data_comes_last);
    EXPECT_NE(many.error.find("the files of hard links up to here have paths of"),
              std::string::npos);
    EXPECT_EQ(Converted(50'000, 1000, data_comes_last).error, "");
  }
}

}  // namespace
}  // namespace zvfs

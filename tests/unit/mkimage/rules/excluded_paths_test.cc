#include "mkimage/rules/excluded_paths.h"

#include <random>

#include <gtest/gtest.h>

#include "base/path_names.h"

namespace zvfs {
namespace {

using Type = ExcludeList::EntryType;

// As the declaration of ExcludeList says: directories are asked for before what they contain.
bool is_left_out(const ExcludeList& list, std::string_view path, Type type) {
  std::string above;
  for (std::string_view name = take_first_name(path); !name.empty(); name = take_first_name(path)) {
    if (!above.empty() && list.excludes(above, Type::kDirectory)) return true;
    if (!above.empty()) above += '/';
    above += name;
  }
  return !above.empty() && list.excludes(above, type);
}

class RandomText {
 public:
  std::string pattern() {
    std::string text = pick({"", "", "!", "/"});
    for (unsigned names = 1 + number(4); names > 0; --names) {
      text += pick({"a", "b", "*", "?", "**", "**", "a*", "."});
      if (names > 1 || number(5) == 0) text += '/';
    }
    return text;
  }
  std::string path() {
    std::string text = pick({"", "", "./", "/"});
    for (unsigned names = number(6); names > 0; --names) {
      text += pick({"a", "b", "c", "ab", "."});
      if (names > 1 || number(5) == 0) text += pick({"/", "/", "//"});
    }
    return text;
  }
  unsigned number(unsigned below) {
    return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
  }

 private:
  const char* pick(std::initializer_list<const char*> texts) {
    return texts.begin()[number(static_cast<unsigned>(texts.size()))];
  }

  std::mt19937 random_{5};
};

TEST(ExcludedPaths, AgreesWithTheListAboutEveryDirectoryOfAPath) {
  RandomText random;
  for (int round = 0; round < 500; ++round) {
    ExcludeList list;
    std::string patterns;
    for (unsigned i = random.number(4); i > 0; --i) {
      const std::string pattern = random.pattern();
      if (list.add(pattern)) patterns += pattern + ' ';
    }
    ExcludedPaths paths(list);
    for (int i = 0; i < 50; ++i) {
      const std::string path = random.path();
      const Type type = random.number(2) == 0 ? Type::kDirectory : Type::kOther;
      ASSERT_EQ(paths.contains(path, type), is_left_out(list, path, type))
          << patterns << " on " << path;
    }
  }
}

TEST(ExcludedPaths, LooksAtEachNameOfALongPathOnce) {
  ExcludeList list;
  for (const char* pattern : {"none", "a/**/none", "**/a/**/x/"}) ASSERT_TRUE(list.add(pattern));
  std::string directory;
  for (int i = 0; i < 30'000; ++i) directory += "a/";
  ExcludedPaths paths(list);
  EXPECT_FALSE(paths.contains(directory + "1", Type::kOther));
  EXPECT_EQ(paths.names(), 30'001U);
  EXPECT_FALSE(paths.contains(directory + "2", Type::kOther));
  EXPECT_TRUE(paths.contains(directory + "none", Type::kOther));
  EXPECT_EQ(paths.names(), 30'003U);
  EXPECT_TRUE(paths.contains("a/none/" + directory + "1", Type::kOther));
  EXPECT_TRUE(paths.contains("a/none/" + directory + "2", Type::kOther));
  EXPECT_EQ(paths.names(), 30'005U) << "what lies below one that is left out does not matter";
}

}  // namespace
}  // namespace zvfs

#include "mkimage/rules/mode_change.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

constexpr std::uint16_t kFile = 0100000;
constexpr std::uint16_t kDirectory = 0040000;

unsigned changed(const char* change, unsigned mode, std::uint16_t umask = 022) {
  const auto parsed = ModeChange::parse(change, umask);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? parsed->apply(static_cast<std::uint16_t>(mode)) : 0U;
}

// Expected values are those of chmod of coreutils 9.1.
TEST(ModeChange, TakesOctalDigits) {
  EXPECT_EQ(changed("644", kFile | 0777), kFile | 0644U);
  EXPECT_EQ(changed("0", kFile | 04777), kFile | 0U);
  EXPECT_EQ(changed("4755", kFile | 0), kFile | 04755U);
  EXPECT_EQ(changed("755", kDirectory | 02700), kDirectory | 02755U);
  EXPECT_EQ(changed("00755", kDirectory | 02700), kDirectory | 0755U);
}

TEST(ModeChange, TakesClauses) {
  EXPECT_EQ(changed("u=rwX,go=rX", kFile | 0600), kFile | 0644U);
  EXPECT_EQ(changed("u=rwX,go=rX", kFile | 0700), kFile | 0755U);
  EXPECT_EQ(changed("u=rwX,go=rX", kDirectory | 0700), kDirectory | 0755U);
  EXPECT_EQ(changed("go-w", kFile | 0666), kFile | 0644U);
  EXPECT_EQ(changed("a+x", kFile | 0644), kFile | 0755U);
  EXPECT_EQ(changed("u+s,g+s,+t", kFile | 0755), kFile | 07755U);
  EXPECT_EQ(changed("u-s", kFile | 06755), kFile | 02755U);
  EXPECT_EQ(changed("g=u", kFile | 0640), kFile | 0660U);
  EXPECT_EQ(changed("o=g-w", kFile | 0660), kFile | 0664U);
  EXPECT_EQ(changed("u=", kFile | 04755), kFile | 0055U);
}

TEST(ModeChange, KeepsSetIdsOfDirectoriesThatAreNotNamed) {
  EXPECT_EQ(changed("g=rx", kDirectory | 02775), kDirectory | 02755U);
  EXPECT_EQ(changed("g=rx", kFile | 02775), kFile | 0755U);
}

TEST(ModeChange, LeavesWhatTheUmaskHasWithoutAClass) {
  EXPECT_EQ(changed("+w", kFile | 0444), kFile | 0644U);
  EXPECT_EQ(changed("+w", kFile | 0444, 0), kFile | 0666U);
  EXPECT_EQ(changed("a+w", kFile | 0444), kFile | 0666U);
}

TEST(ModeChange, RefusesAnythingElse) {
  for (const char* text : {"", "8", "10000", "77777", "u", "rw", "u=rw,", ",u=r", "u=rz", "u+ux",
                           "x=r", "u=r;g=r", "7a"}) {
    EXPECT_FALSE(ModeChange::parse(text, 0)) << text;
  }
}

}  // namespace
}  // namespace zvfs

#include "base/quoting.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(QuoteName, KeepsWhatIsSafe) {
  EXPECT_EQ(quote_name(""), "");
  EXPECT_EQ(quote_name("a name, 'and' \"quotes\" [*?]~"), "a name, 'and' \"quotes\" [*?]~");
  EXPECT_EQ(quote_name("Ünï — עברית 漢字 😀"), "Ünï — עברית 漢字 😀");
  EXPECT_EQ(quote_name("right-to-left mark \u200F"), "right-to-left mark \u200F");
}

TEST(QuoteName, EscapesControls) {
  EXPECT_EQ(quote_name("\x1b[31m\n\t\r\x01\x7f"), R"(\033[31m\n\t\r\001\177)");
  EXPECT_EQ(quote_name(std::string_view("a\0b", 3)), R"(a\000b)");
  EXPECT_EQ(quote_name("csi \u009b31m \u0080"), R"(csi \302\23331m \302\200)");
  EXPECT_EQ(quote_name("\u2028\u2029"), R"(\342\200\250\342\200\251)");
}

TEST(QuoteName, EscapesWhatTurnsTextAround) {
  EXPECT_EQ(quote_name("invoice\u202Efdp.exe"), R"(invoice\342\200\256fdp.exe)");
  for (const char* const turn :
       {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"}) {
    EXPECT_EQ(quote_name(turn).size(), 12U) << turn;
  }
}

TEST(QuoteName, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(quote_name("caf\xe9\xff"), R"(caf\351\377)");
}

TEST(QuoteName, KeepsNamesDistinct) {
  EXPECT_EQ(quote_name("a\nb"), R"(a\nb)");
  EXPECT_EQ(quote_name("a\\nb"), R"(a\\nb)");
}

TEST(SafeLine, LeavesQuotedNamesAsTheyAre) {
  const std::string quoted = quote_name("a\\b\n\x1b\u202E\xff");
  EXPECT_EQ(safe_line(quoted), quoted);
}

TEST(SafeLine, LeavesOutTheMiddleOfAMessageThatIsTooLong) {
  const std::string longest(kMostMessageBytes, 'x');
  EXPECT_EQ(safe_line(longest), longest);
  const std::string line = safe_line("begin" + std::string(300'000, 'x') + ": the reason");
  EXPECT_EQ(line.substr(0, 7), "beginxx");
  EXPECT_TRUE(line.ends_with("xx: the reason"));
  EXPECT_NE(line.find("x [... 291825 bytes ...] x"), std::string::npos);
  EXPECT_EQ(line.size(), kMostMessageBytes + 24);
}

TEST(SafeLine, CutsNoCharacter) {
  for (const std::string begin : {"", "a", "ab", "abc"}) {
    std::string text = begin;
    while (text.size() < 100'000) text += "😀";
    const std::string line = safe_line(text);
    EXPECT_EQ(line.find('\\'), std::string::npos);
    EXPECT_LE(line.size(), kMostMessageBytes + 40);
  }
  EXPECT_LE(safe_line(std::string(100'000, '\xff')).size(), 4 * kMostMessageBytes + 40);
}

TEST(SafeLine, EscapesControls) {
  EXPECT_EQ(safe_line("one\ntwo\x1b[31m\u202E"), R"(one\ntwo\033[31m\342\200\256)");
}

}  // namespace
}  // namespace zvfs

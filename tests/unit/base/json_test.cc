#include "base/json.h"

#include <cmath>
#include <limits>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace zvfs {
namespace {

TEST(Json, WritesScalars) {
  EXPECT_EQ(Json().dump(), "null");
  EXPECT_EQ(Json(true).dump(), "true");
  EXPECT_EQ(Json(-1).dump(), "-1");
  EXPECT_EQ(Json("text").dump(), "\"text\"");
  EXPECT_EQ(Json(std::string_view("part of", 4)).dump(), "\"part\"");
  EXPECT_EQ(Json(std::string("a\0b", 3)).dump(), R"("a\u0000b")");
}

TEST(Json, WritesIntegersOfEverySize) {
  EXPECT_EQ(Json(std::uint8_t{200}).dump(), "200");
  EXPECT_EQ(Json(std::numeric_limits<std::uint32_t>::max()).dump(), "4294967295");
  EXPECT_EQ(Json(std::numeric_limits<std::uint64_t>::max()).dump(), "18446744073709551615");
  EXPECT_EQ(Json(std::numeric_limits<std::int64_t>::min()).dump(), "-9223372036854775808");
}

TEST(Json, WritesTheShortestRealThatReadsBack) {
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(1.0).dump(), "1.0");
  EXPECT_EQ(Json(1.0 / 3).dump(), "0.3333333333333333");
  EXPECT_EQ(Json(1e300).dump(), "1e+300");
  EXPECT_EQ(Json(std::nan("")).dump(), "null");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
}

TEST(Json, EscapesOnlyWhatItMust) {
  EXPECT_EQ(Json("\"\\/\b\f\n\r\t\x01").dump(), R"("\"\\/\b\f\n\r\t\u0001")");
  EXPECT_EQ(Json("é😀").dump(), "\"é😀\"");
}

TEST(Json, EscapesWhatATerminalWouldTakeForControls) {
  EXPECT_EQ(Json("\x7f\u0080\u009b").dump(), R"("\u007f\u0080\u009b")");
  EXPECT_EQ(Json("\u00a0é\u2027\u2028\u2029\u202e\u202f").dump(),
            "\"\u00a0é\u2027\\u2028\\u2029\\u202e\u202f\"");
  EXPECT_EQ(Json("\u2065\u2066\u2069\u206a").dump(), "\"\u2065\\u2066\\u2069\u206a\"");
  const Json object = Json::object({{"a\u202e", "b\x7f"}});
  EXPECT_EQ(object.dump_indented(), "{\n  \"a\\u202e\": \"b\\u007f\"\n}");
  EXPECT_EQ(nlohmann::json::parse(object.dump())["a\u202e"], "b\x7f");
}

TEST(Json, KeepsTheOrderOfMembers) {
  Json object = Json::object({{"z", 1}, {"a", Json::object({{"nested", true}})}});
  object.put("m", "last");
  EXPECT_EQ(object.dump(), R"({"z":1,"a":{"nested":true},"m":"last"})");
  object.put("z", 2);
  EXPECT_EQ(object.dump(), R"({"z":2,"a":{"nested":true},"m":"last"})");
}

TEST(Json, IndentsByTwo) {
  Json array = Json::array();
  array.add(1);
  array.add(Json::object());
  EXPECT_EQ(Json::object({{"list", array}, {"none", Json::array()}}).dump_indented(),
            "{\n  \"list\": [\n    1,\n    {}\n  ],\n  \"none\": []\n}");
}

TEST(Json, IsEmptyWithoutElementsOrMembers) {
  EXPECT_TRUE(Json().is_empty());
  EXPECT_TRUE(Json::array().is_empty());
  EXPECT_TRUE(Json::object().is_empty());
  EXPECT_FALSE(Json("").is_empty());
  EXPECT_FALSE(Json(0).is_empty());
  Json array = Json::array();
  array.add(Json());
  EXPECT_FALSE(array.is_empty());
}

TEST(Json, CopiesAreDeep) {
  Json first = Json::object({{"a", 1}});
  Json second = first;
  second.put("a", 2);
  EXPECT_EQ(first.dump(), R"({"a":1})");
  first = second;
  second.put("a", 3);
  EXPECT_EQ(first.dump(), R"({"a":2})");
  first = std::move(second);
  EXPECT_EQ(first.dump(), R"({"a":3})");
}

TEST(Json, PutTextKeepsUtf8AsItIs) {
  Json object = Json::object();
  object.put_text("path", "dir/é");
  EXPECT_EQ(object.dump(), R"({"path":"dir/é"})");
}

TEST(Json, PutTextKeepsOtherBytesInBase64) {
  Json object = Json::object();
  object.put_text("path", "a\xff\xc3z");
  EXPECT_EQ(object.dump(), "{\"path\":\"a\uFFFD\uFFFDz\",\"path_base64\":\"Yf/Deg==\"}");
}

TEST(Json, ReplacesWhatIsNotUtf8InKeysAndStrings) {
  const std::string text = Json::object({{"k\xff", "v\xed\xa0\x80"}}).dump();
  const auto parsed = nlohmann::json::parse(text);
  EXPECT_TRUE(parsed.contains("k\uFFFD")) << text;
  EXPECT_EQ(parsed.front().get<std::string>().substr(0, 4), "v\uFFFD") << text;
}

}  // namespace
}  // namespace zvfs

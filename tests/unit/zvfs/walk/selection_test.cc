#include "zvfs/walk/selection.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Match = Selection::Match;
using Operands = std::vector<std::string>;

// What a path is to a selection, found from the root on.
Match match(Selection& selection, const Operands& names) {
  Selection::Positions positions;
  Match match = selection.start(positions);
  for (const std::string& name : names) {
    Selection::Positions next;
    match = selection.advance(positions, name, next);
    positions = next;
  }
  return match;
}
Match match(const Operands& operands, const Operands& names) {
  Selection selection = Selection::parse(operands).value();
  return match(selection, names);
}

TEST(Selection, ChoosesTheRootWithoutOperands) {
  EXPECT_EQ(match({}, {}), Match::kName);
  EXPECT_EQ(match({"."}, {}), Match::kName);
  EXPECT_EQ(match({"/"}, {}), Match::kName);
}

TEST(Selection, FollowsAPath) {
  const Operands operands = {"/a//b/./c/"};
  EXPECT_EQ(match(operands, {}), Match::kOnTheWay);
  EXPECT_EQ(match(operands, {"a"}), Match::kOnTheWay);
  EXPECT_EQ(match(operands, {"a", "b"}), Match::kOnTheWay);
  EXPECT_EQ(match(operands, {"a", "b", "c"}), Match::kName);
  EXPECT_EQ(match(operands, {"b"}), Match::kNone);
  EXPECT_EQ(match(operands, {"a", "c"}), Match::kNone);
}

TEST(Selection, TellsGlobsFromNames) {
  EXPECT_EQ(match({"*.txt"}, {"a.txt"}), Match::kGlob);
  EXPECT_EQ(match({"*.txt"}, {"a.md"}), Match::kNone);
  EXPECT_EQ(match({"*.txt", "a.txt"}, {"a.txt"}), Match::kName);  // the stronger one
  EXPECT_EQ(match({"*/b"}, {"a"}), Match::kOnTheWay);
  EXPECT_EQ(match({"*/b"}, {"a", "b"}), Match::kGlob);
  EXPECT_EQ(match({"a", "a/b"}, {"a"}), Match::kName);
}

TEST(Selection, TakesAGlobThatExistsForThePath) {
  const auto exists = [](std::string_view path) { return path == "f[1]" || path == "d/a\\*"; };
  const Operands operands = {"f[1]", "d/a\\*", "g[1]"};
  Selection selection = Selection::parse(operands, exists).value();
  EXPECT_EQ(match(selection, {"f[1]"}), Match::kName);
  EXPECT_EQ(match(selection, {"f1"}), Match::kNone);
  EXPECT_EQ(match(selection, {"d", "a\\*"}), Match::kName);
  EXPECT_EQ(match(selection, {"d", "a*"}), Match::kNone);
  EXPECT_EQ(match(selection, {"g1"}), Match::kGlob);  // does not exist as it is written
}

TEST(Selection, AsksForNothingThatIsNoGlob) {
  const auto never = [](std::string_view path) -> bool {
    ADD_FAILURE() << path;
    return false;
  };
  EXPECT_TRUE(Selection::parse({"a", "b/c", "d{}"}, never));
}

TEST(Selection, RefusesParents) {
  for (const char* const operand : {"..", "../a", "a/..", "a/../b"}) {
    const auto selection = Selection::parse({operand});
    ASSERT_FALSE(selection) << operand;
    EXPECT_EQ(selection.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(Selection::parse({"..a"}));
}

TEST(Selection, NamesWhatItNeedsFromADirectory) {
  Selection selection = Selection::parse({"b", "a/x", "b", "a/y"}).value();
  Selection::Positions positions;
  EXPECT_EQ(selection.start(positions), Match::kOnTheWay);
  EXPECT_FALSE(selection.needs_listing(positions));
  EXPECT_EQ(selection.names(positions), (Operands{"a", "b"}));
  Selection::Positions next;
  selection.advance(positions, "a", next);
  EXPECT_EQ(selection.names(next), (Operands{"x", "y"}));
}

TEST(Selection, NeedsAListingForGlobs) {
  Selection selection = Selection::parse({"a/*", "b"}).value();
  Selection::Positions positions;
  selection.start(positions);
  EXPECT_FALSE(selection.needs_listing(positions));
  Selection::Positions next;
  selection.advance(positions, "a", next);
  EXPECT_TRUE(selection.needs_listing(next));
}

TEST(Selection, RemembersOperandsThatMatchedNothing) {
  Selection selection = Selection::parse({"a", "b/c", "*.txt"}).value();
  EXPECT_EQ(selection.unmatched(), (Operands{"a", "b/c", "*.txt"}));
  match(selection, {"b"});  // on the way only
  match(selection, {"x.txt"});
  EXPECT_EQ(selection.unmatched(), (Operands{"a", "b/c"}));
  match(selection, {"b", "c"});
  match(selection, {"a"});
  EXPECT_EQ(selection.unmatched(), Operands());
}

}  // namespace
}  // namespace zvfs

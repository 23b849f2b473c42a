#include "mkimage/archives/rewritten_tar.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/byte_runs.h"
#include "tests/support/made_tar.h"

namespace zvfs {
namespace {

using testing::ByteRuns;
using testing::MadeTar;

class Rewritten {
 public:
  explicit Rewritten(const MadeTar& tar, const EntryRules& rules, ImageExtras extras = {},
                     std::size_t run = 512 * 3) {
    Warnings warnings([this](const Warning& warning) {
      said += fmt::format("{}: {}\n", warning.path, warning.message);
    });
    RewrittenTar stream(std::make_unique<ByteRuns>(tar.bytes, run), rules, std::move(extras),
                        index_extras, warnings);
    while (true) {
      const auto bytes = stream.next();
      if (!bytes) error = bytes.error().message;
      if (!bytes || bytes->empty()) break;
      EXPECT_EQ(bytes->size() % 512, 0U);
      longest_run = std::max(longest_run, bytes->size());
      out += as_text(*bytes);
    }
    parse();
  }

  // One line for each member: type, path, target, and content, as how often which byte.
  std::string text() const {
    std::string lines;
    for (const TarEntry& entry : entries) {
      const std::string data = out.substr(entry.data_begin, entry.data_size);
      lines += fmt::format("{} {} {}", static_cast<char>(entry.type), entry.path, entry.link_path);
      if (!data.empty()) lines += fmt::format("{}{}", data.size(), data.front());
      EXPECT_EQ(data, std::string(data.size(), data.empty() ? '\0' : data.front()));
      lines += '\n';
    }
    return lines;
  }

  std::string out;
  std::string said;
  std::string error;
  std::size_t longest_run = 0;
  IndexExtras index_extras;
  std::vector<TarEntry> entries;
  PaxRecords global_records;  // at the last member

 private:
  void parse() {
    TarParser parser;
    for (ByteSpan bytes = as_bytes(out); !bytes.empty();) {
      const auto step = parser.take(bytes);
      ASSERT_TRUE(step) << step.error().message;
      if (step->member != nullptr) {
        entries.push_back(*step->member);
        global_records = parser.global_records();
      }
      bytes = bytes.subspan(step->size);
    }
  }
};

EntryRules excluding(std::initializer_list<const char*> patterns) {
  EntryRules rules;
  for (const char* pattern : patterns) EXPECT_TRUE(rules.excludes.add(pattern));
  return rules;
}

TEST(RewrittenTar, MakesALinkTheFileWhoseOtherNamesAreLeftOut) {
  MadeTar tar;
  tar.file("a", std::string(5000, 'x'));
  tar.hard_link("b", "./a");
  tar.file("other", "y");
  tar.hard_link("c", "b");
  tar.hard_link("d", "a");
  tar.end();
  for (const std::size_t run : {512U, 1536U, 1U << 20}) {
    const Rewritten both(tar, excluding({"/a", "/b"}), {}, run);
    EXPECT_EQ(both.error + both.said, "");
    EXPECT_EQ(both.text(), "0 other 1y\n0 c 5000x\n1 d c\n");
    EXPECT_EQ(Rewritten(tar, excluding({"/b"}), {}, run).text(),
              "0 a 5000x\n0 other 1y\n1 c ./a\n1 d a\n");
  }
}

TEST(RewrittenTar, SaysWhichLinkLostItsFile) {
  MadeTar tar;
  tar.hard_link("b", "a");  // before its file
  tar.file("a", "x");
  tar.end();
  const Rewritten rewritten(tar, excluding({"/a"}));
  EXPECT_EQ(rewritten.text(), "");
  EXPECT_EQ(rewritten.said,
            "b: left out: hard link to 'a', which is left out: no such file precedes it\n");
}

TEST(RewrittenTar, KeepsHolesOfAFileThatIsLeftOut) {
  MadeTar tar;
  tar.extended('x', MadeTar::record("GNU.sparse.size", "9000") +
                        MadeTar::record("GNU.sparse.map", "4096,3,9000,0"));
  tar.file("a", "abc");
  tar.hard_link("b", "a");
  tar.end();
  const Rewritten rewritten(tar, excluding({"/a"}));
  ASSERT_EQ(rewritten.entries.size(), 1U);
  const TarEntry& entry = rewritten.entries[0];
  EXPECT_EQ(entry.path, "b");
  EXPECT_EQ(entry.size, 9000U);
  ASSERT_EQ(entry.extents.size(), 1U);
  EXPECT_EQ(rewritten.out.substr(entry.extents[0].stream_offset, 3), "abc");
}

TEST(RewrittenTar, KeepsNamesAndOtherRecords) {
  MadeTar tar;
  tar.extended('g', MadeTar::record("comment", "of all"));
  tar.extended('x', MadeTar::record("uname", std::string(50, 'u')) +
                        MadeTar::record("hdrcharset", "BINARY") + MadeTar::record("ctime", "7"));
  tar.header("a", {}, {{297, "group"}});
  tar.header("b", {}, {{265, "user"}, {297, "group"}});
  tar.end();
  EntryRules rules = excluding({"none"});
  const Rewritten kept(tar, rules);
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.global_records, (PaxRecords{{"comment", "of all"}}));
  EXPECT_EQ(kept.entries[0].user_name, std::string(50, 'u'));
  EXPECT_EQ(kept.entries[0].group_name, "group");
  EXPECT_EQ(kept.entries[0].other_records, (PaxRecords{{"ctime", "7"}}));
  EXPECT_EQ(kept.entries[1].user_name, "user");
  rules.metadata.uid = 5;
  rules.metadata.mtime = Timestamp{9, 0};
  const Rewritten changed(tar, rules);
  EXPECT_EQ(changed.entries[0].user_name, "");
  EXPECT_EQ(changed.entries[0].group_name, "group");
  EXPECT_EQ(changed.entries[0].other_records, PaxRecords());
}

// A run of the source can hold 2,000 members, each of which gets the global name.
TEST(RewrittenTar, HoldsARunOfWhatGlobalHeadersRepeat) {
  MadeTar tar;
  tar.extended('g', MadeTar::record("uname", std::string(60'000, 'u')));
  for (int i = 0; i < 500; ++i) tar.file(fmt::format("{}", i), "x");
  tar.end();
  const Rewritten rewritten(tar, excluding({"none"}), {}, tar.bytes.size());
  EXPECT_EQ(rewritten.error + rewritten.said, "");
  EXPECT_EQ(rewritten.entries.size(), 500U);
  EXPECT_LT(rewritten.longest_run, kStreamRunSize + 65536);
}

TEST(RewrittenTar, HandsWhatNoHeaderHoldsToTheIndex) {
  std::string records;
  for (int i = 0; i < 20; ++i) {
    records += MadeTar::record(fmt::format("SCHILY.xattr.user.{}", i), std::string(60'000, 'v'));
  }
  MadeTar tar;
  tar.file("first", "x");
  tar.extended('g', MadeTar::record("comment", "of all that follow"));
  tar.extended('x', records);
  tar.file("big", "y");
  tar.end();
  ImageExtras extras;
  TarEntry socket;
  socket.type = TarMember::Type::kSocket;
  socket.path = "socket";
  extras.sockets = {socket, socket};
  extras.sockets[1].path = "none";
  Rewritten rewritten(tar, excluding({"none"}), extras);
  EXPECT_EQ(
      rewritten.said,
      "big: some of its extended attributes do not fit in a tar header; only the index has them\n");
  ASSERT_EQ(rewritten.entries.size(), 2U);
  const auto all = rewritten.index_extras.take_xattrs(rewritten.entries[1].header_begin);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->xattrs().size(), 20U);
  ASSERT_EQ(rewritten.index_extras.sockets().size(), 1U);
  EXPECT_EQ(rewritten.index_extras.sockets()[0].path, "socket");
}

}  // namespace
}  // namespace zvfs

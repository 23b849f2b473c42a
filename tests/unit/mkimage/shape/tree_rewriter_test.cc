#include "mkimage/shape/tree_rewriter.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"
#include "tests/support/scratch_directory.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

// A tree of a/f, a/d/g, b/d/g, b/d/h, b/f and top; a/f is linked as b/link, a/sparse has two runs.
std::unique_ptr<Tree> example() {
  auto tree = std::make_unique<Tree>();
  const auto add = [&](InodeNumber directory, const char* name, std::uint16_t mode,
                       std::uint64_t size) {
    InodeRecord record;
    record.mode = mode;
    record.size = record.allocated = size;
    record.mtime_seconds = static_cast<std::int64_t>(size);
    const InodeNumber number = *tree->add_inode(record);
    EXPECT_TRUE(tree->add_entry(directory, name, number));
    return number;
  };
  tree->inode(kRootInode).mode = 0040700;
  tree->inode(kRootInode).mtime_seconds = 77;
  const InodeNumber a = add(kRootInode, "a", 0040755, 0);
  const InodeNumber b = add(kRootInode, "b", 0040711, 0);
  add(kRootInode, "top", 0100644, 3);
  const InodeNumber a_d = add(a, "d", 0040750, 0);
  const InodeNumber a_f = add(a, "f", 0100644, 10);
  add(a_d, "g", 0100644, 20);
  const InodeNumber b_d = add(b, "d", 0040700, 0);
  add(b, "f", 0100644, 30);
  EXPECT_TRUE(tree->add_entry(b, "link", a_f));
  add(b_d, "g", 0100644, 40);
  add(b_d, "h", 0100644, 50);
  tree->finish();
  return tree;
}

struct Shaped {
  explicit Shaped(const EntryRules& rules, std::unique_ptr<Tree> scanned = example()) {
    Warnings warnings([this](const Warning& warning) {
      said.push_back(warning.path + ": " + warning.message);
      severities.push_back(warning.severity);
    });
    auto shaped = TreeRewriter(std::move(scanned), rules, warnings).shape();
    EXPECT_TRUE(shaped);
    tree = *std::move(shaped);
    for (const Link link : TreeWalk(*tree)) {
      links[tree->path_of(link)] = link;
      paths += tree->path_of(link) + ' ';
    }
  }
  const InodeRecord& record(const std::string& path) const {
    return tree->inode(tree->inode_of(links.at(path)));
  }
  std::string source_of(const std::string& path) const {
    return tree->source().scanned().path_of(tree->source().scanned_link(links.at(path)));
  }

  std::unique_ptr<Tree> tree;
  std::map<std::string, Link> links;
  std::string paths;
  std::vector<std::string> said;
  std::vector<Warning::Severity> severities;
};

EntryRules rules_of(std::uint32_t strip, const std::string& prefix,
                    std::initializer_list<const char*> pseudo = {}) {
  EntryRules rules;
  rules.shape.strip_components = strip;
  rules.shape.prefix = prefix;
  for (const char* definition : pseudo) EXPECT_TRUE(rules.pseudo.add(definition));
  return rules;
}

TEST(TreeRewriter, MergesWhatIsStripped) {
  const Shaped shaped(rules_of(1, ""));
  EXPECT_EQ(shaped.paths, " d d/g d/h f link ");
  EXPECT_EQ(shaped.record("d").mode, 0040700);  // of b/d, the last one
  EXPECT_EQ(shaped.record("d").nlink, 2U);
  EXPECT_EQ(shaped.record("d/g").size, 40U);
  EXPECT_EQ(shaped.record("f").size, 30U);
  EXPECT_EQ(shaped.record("link").size, 10U);
  EXPECT_EQ(shaped.record("link").nlink, 1U);
  EXPECT_EQ(shaped.source_of("d/g"), "b/d/g");
  EXPECT_EQ(shaped.source_of("link"), "a/f");
  EXPECT_EQ(shaped.said,
            std::vector<std::string>({".: 2 files were replaced by others with the same path"}));
  EXPECT_EQ(shaped.record("").mode, 0040755);
  EXPECT_EQ(shaped.record("").mtime_seconds, 77);
  EXPECT_EQ(shaped.record("").nlink, 3U);
}

TEST(TreeRewriter, StripsToNothing) {
  EXPECT_EQ(Shaped(rules_of(2, "")).paths, " g h ");
  EXPECT_EQ(Shaped(rules_of(3, "")).paths, " ");
  EXPECT_EQ(Shaped(rules_of(4'000'000'000, "x")).paths, " x ");
}

TEST(TreeRewriter, PlacesTheRootBelowThePrefix) {
  const Shaped shaped(rules_of(0, "x/y"));
  EXPECT_EQ(shaped.paths,
            " x x/y x/y/a x/y/a/d x/y/a/d/g x/y/a/f x/y/b x/y/b/d x/y/b/d/g x/y/b/d/h x/y/b/f "
            "x/y/b/link x/y/top ");
  EXPECT_EQ(shaped.record("x").mode, 0040755);
  EXPECT_EQ(shaped.record("x").mtime_seconds, 77);
  EXPECT_EQ(shaped.record("x/y").mode, 0040700);  // that of the source
  EXPECT_EQ(shaped.record("x/y").nlink, 4U);
  EXPECT_EQ(shaped.tree->inode_of(shaped.links.at("x/y/b/link")),
            shaped.tree->inode_of(shaped.links.at("x/y/a/f")));
  EXPECT_TRUE(shaped.said.empty());
}

TEST(TreeRewriter, GivesWhatIsMadeUpTheRulesMetadata) {
  EntryRules rules = rules_of(0, "x", {"/dev d 700 1 2", "/pipe I 5 600 1 2 f"});
  rules.metadata.uid = 9;
  rules.metadata.mtime = Timestamp{1000, 5};
  rules.metadata.time_rule = MetadataRules::TimeRule::kClamp;
  const Shaped shaped(rules);
  EXPECT_EQ(shaped.record("x").uid, 0U);  // the scan rewrites what it reads
  EXPECT_EQ(shaped.record("").uid, 9U);
  EXPECT_EQ(shaped.record("").mtime(), (Timestamp{1000, 5}));
  EXPECT_EQ(shaped.record("dev").uid, 1U);  // definitions go before other options
  EXPECT_EQ(shaped.record("dev").mtime(), (Timestamp{1000, 5}));
  EXPECT_EQ(shaped.record("pipe").mtime(), (Timestamp{5, 0}));
}

TEST(TreeRewriter, KeepsTheFileWhoseNameBecomesADirectorys) {
  auto tree = std::make_unique<Tree>();
  const auto add = [&](InodeNumber directory, const char* name, std::uint16_t mode) {
    InodeRecord record;
    record.mode = mode;
    const InodeNumber number = *tree->add_inode(record);
    EXPECT_TRUE(tree->add_entry(directory, name, number));
    return number;
  };
  const InodeNumber a = add(kRootInode, "a", 0040755);
  const InodeNumber b = add(kRootInode, "b", 0040755);
  const InodeNumber c = add(kRootInode, "c", 0040755);
  add(a, "x", 0100644);
  const InodeNumber x = add(b, "x", 0040755);
  add(x, "in", 0100644);
  add(c, "x", 0100644);
  tree->finish();
  const Shaped shaped(rules_of(1, ""), std::move(tree));
  EXPECT_EQ(shaped.paths, " x x/in ");
  EXPECT_EQ(shaped.said,
            std::vector<std::string>({"c/x: left out: a directory has the same path",
                                      ".: 1 file was replaced by others with the same path"}));
  EXPECT_EQ(shaped.severities.front(), Warning::Severity::kChanged);
}

TEST(TreeRewriter, AppliesDefinitions) {
  const Shaped shaped(
      rules_of(0, "",
               {"/dev/null c 666 0 0 1 3", "/dev d 755 0 0", "top m 4711 8 9", "a/f x user.n=v",
                "a/to s 777 0 0 f", "z L a/f", "zz L z", "new x user.n=v", "new i 600 1 2 s"}));
  EXPECT_TRUE(shaped.said.empty());
  EXPECT_EQ(shaped.record("dev/null").mode, 0020666);
  EXPECT_EQ(shaped.record("dev/null").data, std::uint64_t{1} << 32 | 3);
  EXPECT_EQ(shaped.record("top").mode, 0104711);
  EXPECT_EQ(shaped.record("top").uid, 8U);
  EXPECT_EQ(shaped.record("top").mtime_seconds, 3);
  EXPECT_EQ(shaped.tree->symlink_target(shaped.record("a/to")), "f");
  EXPECT_EQ(shaped.record("zz").nlink, 4U);
  EXPECT_EQ(shaped.source_of("zz"), "a/f");
  EXPECT_EQ(shaped.tree->xattrs().get(shaped.record("b/link").xattr_set).xattrs()[0].name,
            "user.n");
  EXPECT_EQ(shaped.record("new").xattr_set, shaped.record("a/f").xattr_set);
}

TEST(TreeRewriter, SaysWhichDefinitionsComeToNothing) {
  const Shaped shaped(rules_of(
      0, "",
      {"a d 700 0 0", "no/where d 700 0 0", "top/x d 700 0 0", "lost m 700 0 0", "lost x user.n=v",
       "l1 L a", "l2 L lost", "n d 700 0 0", "n d 711 0 0", "g l /no/such/file"}));
  using Severity = Warning::Severity;
  EXPECT_EQ(shaped.said,
            std::vector<std::string>(
                {"n: defined twice; the second definition is ignored",
                 "a: exists in the source; definition ignored",
                 "g: /no/such/file: No such file or directory",
                 "no/where: left out: no directory 'no'", "top/x: left out: no directory 'top'",
                 "l1: left out: no file 'a' to link to", "l2: left out: no file 'lost' to link to",
                 "lost: does not exist; not modified", "lost: does not exist; attribute not set"}));
  EXPECT_EQ(shaped.severities[0], Severity::kNote);
  EXPECT_EQ(shaped.severities[1], Severity::kNote);
  EXPECT_EQ(shaped.severities[2], Severity::kUnreadable);
  EXPECT_EQ(shaped.severities[3], Severity::kChanged);
  EXPECT_EQ(shaped.record("n").mode, 0040700);
}

TEST(TreeRewriter, TakesFilesFromDisk) {
  const testing::ScratchDirectory directory;
  const std::string file = directory.write("file", "content");
  std::filesystem::create_symlink("file", directory / "symlink");
  EntryRules rules;
  ASSERT_TRUE(rules.pseudo.add("copy l " + file));
  ASSERT_TRUE(rules.pseudo.add("link l " + (directory / "symlink").string()));
  ASSERT_TRUE(rules.pseudo.add("followed h " + (directory / "symlink").string()));
  ASSERT_TRUE(rules.pseudo.add("dir l " + directory.path().string()));
  const Shaped shaped(rules);
  EXPECT_EQ(shaped.record("copy").size, 7U);
  EXPECT_TRUE(shaped.record("link").is_symlink());
  EXPECT_EQ(shaped.record("followed").size, 7U);
  EXPECT_EQ(shaped.said.size(), 1U);  // of the directory
  for (const char* path : {"copy", "followed"}) {
    const InodeNumber number = shaped.tree->inode_of(shaped.links.at(path));
    EXPECT_EQ(shaped.tree->source().places().files.at(number),
              std::filesystem::canonical(file).string());
  }
}

}  // namespace
}  // namespace zvfs

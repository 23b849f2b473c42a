#include "tree/source_facts.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"

namespace zvfs {
namespace {

using testing::MadeTree;

constexpr Timestamp kOld{100, 5};
constexpr Timestamp kNew{200, 6};

TEST(SourceFacts, KnowTheMtimeThatARecordHasNot) {
  MadeTree made;
  const InodeNumber same = made.file(kRootInode, "a", 5);
  const InodeNumber other = made.file(kRootInode, "b", 5);
  made.tree.source().keep_mtime(other, kOld);
  made.tree.inode(same).mtime_seconds = 7;
  EXPECT_EQ(made.tree.source().mtime(same), (Timestamp{7, 0}));
  EXPECT_EQ(made.tree.source().mtime(other), kOld);
}

TEST(SourceFacts, TellAnotherCtime) {
  MadeTree made;
  const InodeNumber unknown = made.file(kRootInode, "a", 5);
  const InodeNumber known = made.file(kRootInode, "b", 5);
  SourceFacts& source = made.tree.source();
  source.keep_ctime(known, kOld);
  EXPECT_TRUE(source.may_have_ctime(unknown, kNew));
  EXPECT_TRUE(source.may_have_ctime(known, kOld));
  EXPECT_FALSE(source.may_have_ctime(known, kNew));
  source.forget_ctime(known);
  EXPECT_TRUE(source.may_have_ctime(known, kNew));
}

TEST(SourceFacts, TakeTheCtimeThatAnotherTreeKnows) {
  MadeTree scanned;
  const InodeNumber there = scanned.file(kRootInode, "a", 5);
  scanned.tree.source().keep_ctime(there, kOld);
  MadeTree made;
  made.directory(kRootInode, "a");
  const InodeNumber here = made.file(kRootInode, "b", 5);
  made.tree.source().keep_ctime(here, scanned.tree.source(), there);
  EXPECT_TRUE(made.tree.source().may_have_ctime(here, kOld));
  EXPECT_FALSE(made.tree.source().may_have_ctime(here, kNew));
}

TEST(SourceFacts, FindDataByTheNameOnDisk) {
  auto scanned = std::make_unique<Tree>();
  const InodeNumber there = *scanned->add_inode(InodeRecord());
  ASSERT_TRUE(scanned->add_entry(kRootInode, "on-disk", there));
  scanned->finish();

  MadeTree made;
  const InodeNumber here = made.file(kRootInode, "in-image", 0);
  const Link link{kRootInode, 0};
  made.tree.source().keep_scanned_link(here, {kRootInode, 0});
  made.tree.finish();
  EXPECT_EQ(&made.tree.source().scanned(), &made.tree);
  EXPECT_EQ(made.tree.source().scanned_link(link), link);
  made.tree.source().set_scanned(std::move(scanned));
  const SourceFacts& source = made.tree.source();
  EXPECT_EQ(source.scanned().name_of(source.scanned_link(link)), "on-disk");
}

TEST(SourceFacts, FollowInodesToNewNumbers) {
  MadeTree made;
  const InodeNumber first = made.file(kRootInode, "a", 5);
  made.file(kRootInode, "b", 5);
  const InodeNumber directory = made.directory(kRootInode, "c");
  const InodeNumber last = made.file(kRootInode, "d", 5);
  SourceFacts& source = made.tree.source();
  source.keep_mtime(last, kOld);
  source.keep_ctime(last, kOld);
  source.places().directories[directory] = "disk/c";
  made.tree.finish();
  made.tree.link_files({kRootInode, first, first, directory, last});
  EXPECT_EQ(source.places().directories,
            (std::map<InodeNumber, std::string>{{InodeNumber{3}, "disk/c"}}));
  EXPECT_EQ(source.mtime(InodeNumber{4}), kOld);
  EXPECT_TRUE(source.may_have_ctime(InodeNumber{4}, kOld));
  EXPECT_FALSE(source.may_have_ctime(InodeNumber{4}, kNew));
}

}  // namespace
}  // namespace zvfs

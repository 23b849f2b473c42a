#include "zvfs/extract/attribute_restorer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "tar/posix_acl.h"
#include "tests/support/extraction.h"

namespace zvfs {
namespace {

using testing::Extraction;
using testing::ImageForge;

constexpr ParentDefaults kPlain{.are_plain = true};
constexpr ParentDefaults kUnknown{};

class AttributeRestorerTest : public ::testing::Test {
 protected:
  AttributeRestorerTest() {
    inode.record.uid = ::geteuid();
    inode.record.gid = ::getegid();
    inode.record.mode = 0100640;
  }

  [[nodiscard]] mode_t mode_to_make(ParentDefaults where) const {
    return AttributeRestorer(*extraction.image, extraction.options).mode_to_make(inode, where);
  }
  // Restores a file that was made with mode 600, and returns its status.
  struct stat restore(ParentDefaults where = kUnknown) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    ::fchmod(fd.get(), 0600);
    AttributeRestorer(*extraction.image, extraction.options)
        .restore(fd.get(), inode, where, 0600,
                 [&](std::string_view what) { failures.emplace_back(what); });
    struct stat status {};
    EXPECT_EQ(::fstat(fd.get(), &status), 0);
    return status;
  }
  static bool is_root() { return ::geteuid() == 0; }

  Extraction extraction;
  const std::filesystem::path path = extraction.scratch / "file";
  Inode inode = extraction.inode(2);
  std::vector<std::string> failures;
};

// --- The mode to make a file with

TEST_F(AttributeRestorerTest, MakesSimpleFilesAsTheyAre) { EXPECT_EQ(mode_to_make(kPlain), 0640U); }

TEST_F(AttributeRestorerTest, MakesOthersPrivateAtFirst) {
  EXPECT_EQ(mode_to_make(kUnknown), 0600U);
  inode.record.mode = 0104640;
  EXPECT_EQ(mode_to_make(kPlain), 0600U);
  inode.record.mode = 0101640;
  EXPECT_EQ(mode_to_make(kPlain), 0600U);
  inode.record.mode = 0100440;
  inode.record.xattr_set = 1;
  EXPECT_EQ(mode_to_make(kPlain), 0600U);
}

TEST_F(AttributeRestorerTest, MakesFilesThatWillChangeHandsPrivateAtFirst) {
  inode.record.uid += 1;
  EXPECT_EQ(mode_to_make(kPlain), 0640U);
  extraction.options.same_owner = true;
  EXPECT_EQ(mode_to_make(kPlain), 0600U);
  inode.record.uid -= 1;
  EXPECT_EQ(mode_to_make(kPlain), 0640U);
  inode.record.gid += 1;
  EXPECT_EQ(mode_to_make(kPlain), 0600U);
}

// --- Attributes

TEST_F(AttributeRestorerTest, RestoresModeAndTime) {
  for (const auto& [seconds, nanoseconds] :
       {std::pair<std::int64_t, std::uint32_t>{1'600'000'000, 123'456'789},
        {0, 0},
        {-5, 999'999'999}}) {
    inode.record.mtime_seconds = seconds;
    inode.record.mtime_nanoseconds = nanoseconds;
    const struct stat status = restore();
    EXPECT_EQ(status.st_mode, 0100640U);
    EXPECT_EQ(status.st_mtim.tv_sec, seconds);
    EXPECT_EQ(status.st_mtim.tv_nsec, nanoseconds);
  }
  EXPECT_TRUE(failures.empty());
}

TEST_F(AttributeRestorerTest, LeavesTheTimeOfAccess) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const timespec times[2] = {{.tv_sec = 1234, .tv_nsec = 5}, {.tv_sec = 1, .tv_nsec = 1}};
  ASSERT_EQ(::futimens(fd.get(), times), 0);
  EXPECT_EQ(restore().st_atim.tv_sec, 1234);
}

TEST_F(AttributeRestorerTest, RestoresSetIdBitsOfItsOwnFilesOnly) {
  inode.record.mode = 0106755;
  EXPECT_EQ(restore().st_mode & 07777, 06755U);
  inode.record.uid += 1;
  EXPECT_EQ(restore().st_mode & 07777, 02755U);
  inode.record.gid += 1;
  EXPECT_EQ(restore().st_mode & 07777, 0755U);
  inode.record.mode = 0101755;  // a sticky bit is nobody's
  EXPECT_EQ(restore().st_mode & 07777, 01755U);
}

TEST_F(AttributeRestorerTest, GivesNoSetIdBitsToOthersThanTheOwner) {
  if (!is_root()) GTEST_SKIP() << "only root restores owners";
  extraction.options.same_owner = true;
  inode.record.mode = 0106755;
  EXPECT_EQ(restore().st_mode & 07777, 06755U);
  inode.record.uid = 0xFFFFFFFF;  // which chown(2) takes for no change
  EXPECT_EQ(restore().st_mode & 07777, 02755U);
  inode.record.gid = 0xFFFFFFFF;
  EXPECT_EQ(restore().st_mode & 07777, 0755U);
  EXPECT_EQ(failures,
            std::vector<std::string>(2, "cannot restore the owner: 4294967295 is not a valid id"));
}

TEST_F(AttributeRestorerTest, TakesTheUmaskFromPermissions) {
  extraction.options.umask = 027;
  inode.record.mode = 0100666;
  EXPECT_EQ(mode_to_make(kPlain), 0666U);  // of no effect yet
  extraction.options.same_permissions = false;
  EXPECT_EQ(mode_to_make(kPlain), 0640U);
  EXPECT_EQ(restore().st_mode & 07777, 0640U);
  inode.record.mode = 0101777;
  EXPECT_EQ(restore().st_mode & 07777, 0750U);  // nor is there a sticky bit
}

TEST_F(AttributeRestorerTest, RestoresNoSpecialRightsUnlessItMay) {
  extraction.options.special_rights = false;
  inode.record.mode = 0107777;
  EXPECT_EQ(restore().st_mode & 07777, 01777U);
  EXPECT_EQ(mode_to_make(kPlain), 0600U);
}

TEST_F(AttributeRestorerTest, KeepsTheGroupThatADirectoryIsHandedDown) {
  extraction.options.same_permissions = false;
  extraction.options.umask = 022;
  std::filesystem::create_directory(path);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::fchmod(fd.get(), 02700), 0);
  inode.record.mode = 0040777;
  AttributeRestorer(*extraction.image, extraction.options)
      .restore(fd.get(), inode, kUnknown, 0700, [](std::string_view) {});
  struct stat status {};
  ASSERT_EQ(::fstat(fd.get(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 02755U);
}

TEST_F(AttributeRestorerTest, RestoresOwnersOnlyIfAsked) {
  if (!is_root()) GTEST_SKIP() << "only root gives files away";
  inode.record.uid = 12'345;
  inode.record.gid = 23'456;
  inode.record.mode = 0106755;
  struct stat status = restore();
  EXPECT_EQ(status.st_uid, 0U);
  EXPECT_EQ(status.st_mode & 07777, 0755U);
  extraction.options.same_owner = true;
  status = restore();
  EXPECT_EQ(status.st_uid, 12'345U);
  EXPECT_EQ(status.st_gid, 23'456U);
  EXPECT_EQ(status.st_mode & 07777, 06755U);  // which chown(2) would have cleared
  EXPECT_TRUE(failures.empty());
}

TEST_F(AttributeRestorerTest, TellsOfOwnersThatNoFileCanHave) {
  if (!is_root()) GTEST_SKIP() << "only root gives files away";
  extraction.options.same_owner = true;
  inode.record.uid = 0xFFFF'FFFF;
  inode.record.gid = 23'456;
  EXPECT_EQ(restore().st_gid, 23'456U);  // the rest is restored
  EXPECT_EQ(failures,
            std::vector<std::string>{"cannot restore the owner: 4294967295 is not a valid id"});
}

bool supports_xattrs(const std::filesystem::path& file) {
  return ::setxattr(file.c_str(), "user.probe", "", 0, 0) == 0;
}

TEST_F(AttributeRestorerTest, RestoresExtendedAttributes) {
  extraction.scratch.write("probe", "");
  if (!supports_xattrs(extraction.scratch / "probe")) GTEST_SKIP() << "no user attributes here";
  inode.record.xattr_set = 1;  // user.comment, 5 of 'c', and user.empty
  inode.record.mode = 0100440;
  EXPECT_EQ(restore().st_mode & 07777, 0440U);
  char value[10];
  EXPECT_EQ(::getxattr(path.c_str(), "user.comment", value, sizeof value), 5);
  EXPECT_EQ(std::string_view(value, 5), "ccccc");
  EXPECT_EQ(::getxattr(path.c_str(), "user.empty", value, sizeof value), 0);
}

// An ACL with nothing for the group, but much for a user, whose mask the group bits show.
ByteVector acl_for_a_user() {
  return acl_xattr("user::rw-,user:1001:rwx,group::---,mask::rwx,other::r--").value();
}

TEST_F(AttributeRestorerTest, GivesTheGroupNoRightsOfAnAclThatItLeavesOut) {
  ImageForge forge;
  const XattrSet set({{std::string(kAccessAclName), acl_for_a_user()}});
  forge.xattr_data = set.encode();
  forge.xattr_sets[0] = {0, static_cast<std::uint32_t>(forge.xattr_data.size()), 1};
  const testing::Extraction with_acl(forge);
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  inode.record.xattr_set = 1;
  inode.record.mode = 0100674;
  ExtractOptions options = with_acl.options;
  options.same_permissions = false;
  options.umask = 002;
  AttributeRestorer(*with_acl.image, options)
      .restore(fd.get(), inode, kUnknown, 0600,
               [&](std::string_view what) { failures.emplace_back(what); });
  struct stat status {};
  ASSERT_EQ(::fstat(fd.get(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0604U);
  EXPECT_LT(::fgetxattr(fd.get(), kAccessAclName.data(), nullptr, 0), 0);
  EXPECT_TRUE(failures.empty());
}

TEST_F(AttributeRestorerTest, TellsOfAttributesThatTheImageLost) {
  inode.record.xattr_set = 99;
  EXPECT_EQ(restore().st_mode & 07777, 0640U);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].find("cannot restore the extended attributes: "), 0U);
}

TEST_F(AttributeRestorerTest, TellsOfEachAttributeThatFails) {
  const UniqueFd fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  inode.record.xattr_set = 1;
  AttributeRestorer(*extraction.image, extraction.options)
      .restore(fd.get(), inode, kUnknown, 0600,
               [&](std::string_view what) { failures.emplace_back(what); });
  ASSERT_GE(failures.size(), 2U);
  EXPECT_EQ(failures[0].find("cannot restore attribute user.comment: "), 0U) << failures[0];
  EXPECT_EQ(failures[1].find("cannot restore attribute user.empty: "), 0U) << failures[1];
}

TEST_F(AttributeRestorerTest, RestoresASymlinkAndNotItsTarget) {
  extraction.scratch.write("target", "");
  std::filesystem::create_symlink("target", extraction.scratch / "link");
  const UniqueFd directory(::open(extraction.scratch.path().c_str(), O_RDONLY | O_DIRECTORY));
  inode.record.mode = 0120777;
  AttributeRestorer(*extraction.image, extraction.options)
      .restore_at(directory.get(), "link", inode, kUnknown, 0777,
                  [&](std::string_view what) { failures.emplace_back(what); });
  struct stat status {};
  ASSERT_EQ(::lstat((extraction.scratch / "link").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1'600'000'000);
  ASSERT_EQ(::stat((extraction.scratch / "link").c_str(), &status), 0);
  EXPECT_NE(status.st_mtim.tv_sec, 1'600'000'000);
  EXPECT_NE(status.st_mode & 07777, 0777U);
  EXPECT_TRUE(failures.empty());
}

// --- Directories that files are made in

TEST(ParentDefaults, AreNotPlainWhereTheGroupIsHandedDown) {
  const testing::ScratchDirectory scratch;
  const UniqueFd fd(::open(scratch.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::fchmod(fd.get(), 0755), 0);
  EXPECT_TRUE(ParentDefaults::of(fd.get()).are_plain);
  ASSERT_EQ(::fchmod(fd.get(), 02755), 0);
  EXPECT_FALSE(ParentDefaults::of(fd.get()).are_plain);
  EXPECT_FALSE(ParentDefaults::of(-1).are_plain);  // nothing is known
}

TEST(ParentDefaults, AreNotPlainInADirectoryOfAnotherGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const testing::ScratchDirectory scratch;
  const UniqueFd fd(::open(scratch.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::fchown(fd.get(), 0, 23'456), 0);
  EXPECT_FALSE(ParentDefaults::of(fd.get()).are_plain);
}

}  // namespace
}  // namespace zvfs

#include "fuse/mount/mount_options.h"

#include <gtest/gtest.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr Caller kRootPerson{.is_root = true, .is_mount8 = false};
constexpr Caller kRootMount8{.is_root = true, .is_mount8 = true};
constexpr Caller kUser{.is_root = false, .is_mount8 = false};

MountOptions applied(std::string_view list, const Caller& caller) {
  MountOptions options;
  const auto result = apply_option_list(list, caller, options);
  if (!result) ADD_FAILURE() << result.error().message;
  return options;
}

std::string refusal(std::string_view list) {
  MountOptions options;
  const auto result = apply_option_list(list, kRootPerson, options);
  return result ? "" : result.error().message;
}

using Strings = std::vector<std::string>;

TEST(MountOptions, SplitsListsAtUnescapedCommas) {
  EXPECT_EQ(split_option_list("a,b=c"), (Strings{"a", "b=c"}));
  EXPECT_EQ(split_option_list(",,a,,"), (Strings{"a"}));
  EXPECT_EQ(split_option_list(R"(fsname=a\,b\\c,d)"), (Strings{R"(fsname=a,b\c)", "d"}));
  EXPECT_EQ(split_option_list("a\\"), (Strings{"a\\"}));
  EXPECT_TRUE(split_option_list("").empty());
}

TEST(MountOptions, SplitsNoQuotedValue) {
  EXPECT_EQ(split_option_list(R"(context="a:b,c\d",ro)"), (Strings{R"(context="a:b,c\d")", "ro"}));
  EXPECT_EQ(split_option_list(R"(fsname="a,ro)"), (Strings{R"(fsname="a)", "ro"}));  // not closed
  EXPECT_EQ(split_option_list(R"(fsname=a"b,ro")"), (Strings{R"(fsname=a"b)", R"(ro")"}));
}

TEST(MountOptions, EscapingSurvivesSplitting) {
  for (const char* const odd : {R"(fsname=/a,b\c\\,)", R"(context="a,b")"}) {
    EXPECT_EQ(split_option_list(escape_option(odd)), (Strings{odd}));
  }
}

TEST(MountOptions, IgnoresWhatIsForOthers) {
  const MountOptions options = applied(
      "defaults,noauto,user,user=joe,users,owner,group,_netdev,x-systemd.automount,"
      "X-mount.mkdir=0755,X-mount.subdir=a,X-mount.owner=joe,x-gvfs-show,comment=a b,relatime,"
      "nodiratime,ro,default_permissions,uhelper=x,loop,loop=/dev/loop0,silent,loud,auto,nouser",
      kRootPerson);
  EXPECT_TRUE(options.fuse_options.empty());
  EXPECT_TRUE(options.warnings.empty());
}

TEST(MountOptions, PassesOnKernelAndFuseOptionsInOrder) {
  const MountOptions options =
      applied("noexec,exec,allow_root,suid,fsname=a=b,dev,nosuid", kRootPerson);
  EXPECT_EQ(options.fuse_options,
            (Strings{"noexec", "exec", "allow_root", "suid", "fsname=a=b", "dev", "nosuid"}));
  EXPECT_TRUE(options.has_access_option);
  EXPECT_TRUE(options.has_fsname);
  EXPECT_FALSE(options.has_subtype);
}

TEST(MountOptions, TakesTheLayerThatUtilLinuxNames) {
  const MountOptions options =
      applied("ro=vfs,nosuid=recursive,noexec=fs,noatime=recursive,nosymfollow=vfs", kRootPerson);
  EXPECT_EQ(options.fuse_options, (Strings{"nosuid", "noexec", "noatime"}));
  EXPECT_TRUE(options.nosymfollow);
}

TEST(MountOptions, PassesContextsOnlyWhereTheKernelKnowsThem) {
  const std::string_view list =
      R"(context="u:r:t:s0:c1,c2",fscontext=u:r:f,defcontext=u:r:d,rootcontext=u:r:r)";
  EXPECT_TRUE(applied(list, kRootPerson).fuse_options.empty());
  Caller caller = kRootPerson;
  caller.has_selinux = true;
  EXPECT_EQ(applied(list, caller).fuse_options,
            (Strings{R"(context="u:r:t:s0:c1,c2")", "fscontext=u:r:f", "defcontext=u:r:d",
                     "rootcontext=u:r:r"}));
  EXPECT_EQ(refusal("context"), "unknown option 'context'");
}

// A restriction that cannot be kept must not be ignored.
TEST(MountOptions, NosymfollowIsForRoot) {
  EXPECT_TRUE(applied("nosymfollow", kRootPerson).nosymfollow);
  EXPECT_FALSE(applied("nosymfollow,symfollow", kRootPerson).nosymfollow);
  MountOptions options;
  const auto refused = apply_option_list("nosymfollow", kUser, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "option 'nosymfollow' is for root only");
  EXPECT_TRUE(apply_option_list("symfollow", kUser, options));
}

TEST(MountOptions, SuidAndDevAreForRoot) {
  const MountOptions options = applied("suid,dev,nosuid", kUser);
  EXPECT_EQ(options.fuse_options, (Strings{"nosuid"}));
  EXPECT_EQ(options.warnings.size(), 2U);
}

TEST(MountOptions, WarnsOfReadWriteUnlessMount8AddedIt) {
  EXPECT_EQ(applied("rw", kRootPerson).warnings.size(), 1U);
  EXPECT_TRUE(applied("rw", kRootMount8).warnings.empty());
}

TEST(MountOptions, TakesSizes) {
  EXPECT_EQ(applied("cache_size=256M", kUser).cache_size_bytes, std::uint64_t{256} << 20);
  EXPECT_EQ(applied("max_read=131072", kUser).max_read_bytes, 131072U);
  for (const char* bad : {"cache_size=", "cache_size=-1", "cache_size=1x", "cache_size=1023k",
                          "max_read=4095", "max_read=5G", "max_read=much"}) {
    EXPECT_NE(refusal(bad), "") << bad;
  }
}

TEST(MountOptions, TakesWhatToTrust) {
  const RootDigest root{Sha256::of({})};
  EXPECT_EQ(applied("digest=" + root.text(), kUser).trust.digest, root);
  const TrustOptions trust = applied(R"(pubkey=a\,b,signature=c)", kUser).trust;
  EXPECT_EQ(trust.pubkey, "a,b");
  EXPECT_EQ(trust.signature, "c");
  EXPECT_FALSE(trust.digest);
  EXPECT_EQ(applied("pubkey=", kUser).trust.pubkey, "") << "not as if none were given";
  EXPECT_TRUE(applied("digest=" + root.text(), kUser).fuse_options.empty());
  for (const char* bad : {"digest", "digest=", "digest=sha256:12", "pubkey", "signature"}) {
    EXPECT_NE(refusal(bad), "") << bad;
  }
}

TEST(MountOptions, ChoosesSizesByTheMemoryThatThereIs) {
  const auto chosen = [](const char* list, std::uint64_t limit) {
    MountOptions options = applied(list, kUser);
    choose_sizes(limit, options);
    return std::pair(*options.cache_size_bytes, *options.readahead_bytes);
  };
  using Sizes = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(chosen("", ~std::uint64_t{0}), Sizes(64 * kMiB, 2 * kMiB));
  EXPECT_EQ(chosen("", 128 * kMiB), Sizes(32 * kMiB, 2 * kMiB));
  EXPECT_EQ(chosen("", 16 * kMiB), Sizes(4 * kMiB, 512 * kKiB));
  EXPECT_EQ(chosen("cache_size=1G", 128 * kMiB), Sizes(1024 * kMiB, 2 * kMiB));
  EXPECT_EQ(chosen("cache_size=2M", ~std::uint64_t{0}), Sizes(2 * kMiB, 256 * kKiB));
  EXPECT_EQ(chosen("readahead=0", 16 * kMiB), Sizes(4 * kMiB, 0));
  EXPECT_EQ(chosen("readahead=8M,cache_size=1M", 16 * kMiB), Sizes(kMiB, 8 * kMiB));
}

TEST(MountOptions, NamesTheOptionThatItDoesNotKnow) {
  EXPECT_EQ(refusal("ro,zork"), "unknown option 'zork'");
  EXPECT_EQ(refusal("zork=1"), "unknown option 'zork=1'");
  EXPECT_EQ(refusal("noexec=1"), "unknown option 'noexec=1'");
  EXPECT_EQ(refusal("fsname"), "unknown option 'fsname'");
  EXPECT_EQ(refusal("noexec=vfs,nosuid=zork"), "unknown option 'nosuid=zork'");
  EXPECT_EQ(refusal("zo\x1brk"), R"(unknown option 'zo\033rk')");
  EXPECT_NE(refusal("remount,ro"), "");
}

TEST(MountOptions, SloppyIgnoresUnknownOptionsOnly) {
  MountOptions options;
  options.sloppy = true;
  EXPECT_TRUE(apply_option_list("zork,noexec", kRootPerson, options));
  EXPECT_EQ(options.fuse_options, (Strings{"noexec"}));
  EXPECT_FALSE(apply_option_list("cache_size=zork", kRootPerson, options));
}

}  // namespace
}  // namespace zvfs

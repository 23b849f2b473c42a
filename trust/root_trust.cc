#include "trust/root_trust.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_io.h"
#include "base/quoting.h"
#include "base/unique_fd.h"

namespace zvfs {
namespace {

constexpr const char* kSignatureSuffixes[] = {".sig", ".minisig"};

// O_NONBLOCK: a fifo at that path must not hang us.
Result<UniqueFd> open_key_file(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.is_open()) {
    if (errno != ENOENT && errno != ENOTDIR) return fail_errno(errno, quote_name(path));
    return fail(ErrorCode::kNotFound, "{}: {}", quote_name(path), std::strerror(errno));
  }
  struct stat attributes {};
  if (::fstat(fd.get(), &attributes) != 0) return fail_errno(errno, quote_name(path));
  if (!S_ISREG(attributes.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, "{}: not a regular file", quote_name(path));
  }
  return fd;
}

Result<std::string> read_key_file(const std::string& path) {
  const UniqueFd fd = ZVFS_TRY(open_key_file(path));
  std::string text(kMaxKeyFileSize + 1, '\0');
  const MutableByteSpan space = std::as_writable_bytes(std::span(text));
  text.resize(ZVFS_TRY(read_full(fd.get(), 0, space, quote_name(path))));
  if (text.size() <= kMaxKeyFileSize) return text;
  return fail(ErrorCode::kTooLarge, "{}: exceeds the {} bytes that a key or signature may have",
              quote_name(path), kMaxKeyFileSize);
}

Result<std::string> find_signature(const std::string& image) {
  for (const char* const suffix : kSignatureSuffixes) {
    std::string path = image + suffix;
    if (::access(path.c_str(), F_OK) == 0) return path;
  }
  return fail(ErrorCode::kNotFound, "{}: no signature: there is neither {} nor {} beside it",
              quote_name(image), kSignatureSuffixes[0], kSignatureSuffixes[1]);
}

}  // namespace

Result<RootTrust::Signed> RootTrust::load_signed(const TrustOptions& options,
                                                 const std::string& image) {
  const std::string& pubkey = *options.pubkey;
  const std::string path = options.signature ? *options.signature : ZVFS_TRY(find_signature(image));
  const std::string key = ZVFS_TRY(read_key_file(pubkey));
  const std::string signature = ZVFS_TRY(read_key_file(path));
  return Signed{ZVFS_TRY_IN(quote_name(pubkey), PublicKey::parse(key)),
                ZVFS_TRY_IN(quote_name(path), Signature::parse(signature)), path};
}

Result<RootTrust> RootTrust::load(const TrustOptions& options, const std::string& image) {
  if (options.digest && options.pubkey) {
    return fail(ErrorCode::kInvalidArgument, "digest and pubkey exclude each other");
  }
  if (options.signature && !options.pubkey) {
    return fail(ErrorCode::kInvalidArgument, "signature needs pubkey");
  }
  RootTrust trust;
  trust.digest_ = options.digest;
  if (options.pubkey) trust.signed_ = ZVFS_TRY(load_signed(options, image));
  return trust;
}

Result<void> RootTrust::check(const RootDigest& root) const {
  if (digest_ && root != *digest_) {
    return fail(ErrorCode::kCorrupt, "the image has the root {}, not {}", root.text(),
                digest_->text());
  }
  if (signed_) {
    ZVFS_TRY_IN(quote_name(signed_->path),
                signed_->signature.verify(signed_->key, root.signed_text()));
  }
  return {};
}

}  // namespace zvfs

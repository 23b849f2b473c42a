#include "fuse/mount/command_line.h"

#include <getopt.h>

#include "base/quoting.h"
#include "fuse/serve/lowlevel.h"
#include "trust/sha256_backend.h"

namespace zvfs {
namespace {

constexpr char kShortOptions[] = ":dfhnN:o:st:vV";
constexpr option kLongOptions[] = {
    {"debug", no_argument, nullptr, 'd'},
    {"foreground", no_argument, nullptr, 'f'},
    {"help", no_argument, nullptr, 'h'},
    {"namespace", required_argument, nullptr, 'N'},
    {"no-mtab", no_argument, nullptr, 'n'},
    {"options", required_argument, nullptr, 'o'},
    {"sloppy", no_argument, nullptr, 's'},
    {"types", required_argument, nullptr, 't'},
    {"verbose", no_argument, nullptr, 'v'},
    {"version", no_argument, nullptr, 'V'},
    {nullptr, 0, nullptr, 0},
};

// `mount --fake` calls its helper with -f. From everybody else, -f means "foreground", as with all
// FUSE filesystems.
void apply_f(const Caller& caller, MountOptions& options) {
  (caller.is_mount8 ? options.fake : options.foreground) = true;
}

Unexpected bad_switch(int kind, const char* argument) {
  const char* text = kind == ':' ? "option '{}' needs an argument" : "unknown option '{}'";
  const std::string name =
      optopt != 0 ? std::string("-") + static_cast<char>(optopt) : std::string(argument);
  return fail(ErrorCode::kInvalidArgument, fmt::runtime(text), quote_name(name));
}

// Applies one switch. The argument of -o is kept for later, since its meaning depends on -s.
void apply_switch(int name, const Caller& caller, CommandLine& line,
                  std::vector<std::string>& option_lists) {
  MountOptions& options = line.options;
  switch (name) {
    case 'd':
      options.debug = true;
      break;
    case 'f':
      apply_f(caller, options);
      break;
    case 'h':
      line.action = CommandLine::Action::kHelp;
      break;
    case 'N':
      options.mount_namespace = optarg;
      break;
    case 'o':
      option_lists.emplace_back(optarg);
      break;
    case 's':
      options.sloppy = true;
      break;
    case 'v':
      options.verbose = true;
      break;
    case 'V':
      line.action = CommandLine::Action::kVersion;
      break;
    default:  // -n and -t TYPE, which mount(8) passes to all helpers, have no effect
      break;
  }
}

Result<void> apply_operands(std::span<char* const> operands, MountOptions& options) {
  if (operands.size() != 2) {
    return fail(ErrorCode::kInvalidArgument, "{}; usage: mount.zvfs [options] IMAGE DIRECTORY",
                operands.size() < 2 ? "needs an image and a directory" : "too many arguments");
  }
  options.source = operands[0];
  options.directory = operands[1];
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<char* const> arguments, const Caller& caller) {
  CommandLine line;
  std::vector<std::string> option_lists;
  const int count = static_cast<int>(arguments.size());
  optind = 0;  // glibc: start afresh
  int name = 0;
  while ((name = getopt_long(count, arguments.data(), kShortOptions, kLongOptions, nullptr)) !=
         -1) {
    if (name == '?' || name == ':') {
      return bad_switch(name, arguments[static_cast<std::size_t>(optind - 1)]);
    }
    apply_switch(name, caller, line, option_lists);
  }
  if (line.action != CommandLine::Action::kMount) return line;

  for (const std::string& list : option_lists) {
    ZVFS_TRY(apply_option_list(list, caller, line.options));
  }
  ZVFS_TRY(apply_operands(arguments.subspan(static_cast<std::size_t>(optind)), line.options));
  if (line.options.debug) line.options.foreground = true;
  return line;
}

std::string help_text() {
  return "usage: mount.zvfs [options] IMAGE DIRECTORY\n"
         "       mount -t zvfs [-o OPTION,...] IMAGE DIRECTORY\n"
         "\n"
         "Mount a zvfs image read-only. A background process serves it until\n"
         "`umount DIRECTORY` (for ordinary users, `fusermount3 -u DIRECTORY`).\n"
         "\n"
         "  -o, --options OPTION,...  mount options, see below\n"
         "  -f, --foreground          serve in the foreground\n"
         "  -d, --debug               print every request to standard error; implies -f\n"
         "  -v, --verbose             print what was mounted\n"
         "  -s, --sloppy              ignore unknown mount options\n"
         "  -N, --namespace PATH      mount in this mount namespace\n"
         "  -n, -t TYPE               accepted and ignored: mount(8) passes them\n"
         "  -h, --help                print this help\n"
         "  -V, --version             print the version; with -v, also how digests are computed\n"
         "\n"
         "Mount options:\n"
         "  cache_size=SIZE     memory for decoded data (64M by default)\n"
         "  readahead=SIZE      how far to decode ahead in large files (2M by default)\n"
         "  nofill              do not push neighbours of small files into the page cache\n"
         "  digest=sha256:HEX   mount only the image with this root digest\n"
         "  pubkey=FILE         mount only an image that the owner of this key has signed\n"
         "  signature=FILE      its signature (IMAGE.sig or IMAGE.minisig by default)\n"
         "  no_sandbox          keep all rights in the serving process, for debugging\n"
         "  allow_other         give all users access (the default for root)\n"
         "  allow_root          give root access, in addition to the user who mounts\n"
         "  suid, dev           honour set-user-ID bits and device nodes (root only)\n"
         "  nosymfollow         follow no symbolic links of the image (root only)\n"
         "  noexec, nosuid, nodev, noatime, ...  as in mount(8)\n"
         "  auto_unmount        unmount if the serving process is killed\n"
         "  max_read=SIZE       largest read request\n"
         "  fsname=NAME         the source shown in /proc/mounts (the image's path by default)\n"
         "  subtype=NAME        the type shown there is fuse.NAME (zvfs by default)\n"
         "  nofail              succeed if the image does not exist\n";
}

std::string version_text() {
  return fmt::format("mount.zvfs {} (libfuse {})\n", ZVFS_VERSION, fuse_pkgversion());
}

std::string libraries_text() { return fmt::format("sha256 {}\n", sha256_backend()); }

}  // namespace zvfs

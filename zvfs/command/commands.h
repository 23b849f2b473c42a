// The commands of zvfs, each from the file <name>_command.cc of its wing.
#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs ls`: lists entries of an image, as ls and tar -tv do.
CommandPtr make_ls_command();

/// `zvfs tree`: draws the directories of an image, as tree(1) does.
CommandPtr make_tree_command();

/// `zvfs info`: shows what an image is, and how much space its frames and files take.
CommandPtr make_info_command();

/// `zvfs map`: draws a web page that shows where the bytes of an image go.
CommandPtr make_map_command();

/// `zvfs cat`: writes the contents of files to stdout.
CommandPtr make_cat_command();

/// `zvfs check`: checks an image for errors, as fsck does.
CommandPtr make_check_command();

/// `zvfs digest`: prints the root digest of an image.
CommandPtr make_digest_command();

/// `zvfs verify`: compares every frame of an image with its digest.
CommandPtr make_verify_command();

/// `zvfs repair`: rebuilds a damaged image, or makes one of any compressed tar archive.
CommandPtr make_repair_command();

/// `zvfs diff`: compares two images, or an image and a directory.
CommandPtr make_diff_command();

/// `zvfs extract`: extracts files from an image, or writes its tar stream.
CommandPtr make_extract_command();

}  // namespace zvfs

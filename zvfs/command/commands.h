// The commands of zvfs. Each is made by the file <name>_command.cc of its wing.
#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs ls`: lists entries of an image, as ls and tar -tv do.
CommandPtr make_ls_command();

/// `zvfs tree`: draws the directories of an image, as tree(1) does.
CommandPtr make_tree_command();

/// `zvfs info`: what an image is, and what its frames and files take.
CommandPtr make_info_command();

/// `zvfs map`: a page that shows where the bytes of an image go.
CommandPtr make_map_command();

/// `zvfs cat`: writes contents of files to stdout.
CommandPtr make_cat_command();

/// `zvfs check`: an image's fsck.
CommandPtr make_check_command();

/// `zvfs repair`: makes a whole image of a damaged one, or of a compressed archive of others.
CommandPtr make_repair_command();

/// `zvfs diff`: what differs between two images, or an image and a directory.
CommandPtr make_diff_command();

/// `zvfs extract`: restores files of an image, or writes its tar stream.
CommandPtr make_extract_command();

}  // namespace zvfs

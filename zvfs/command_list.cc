#include "zvfs/command_list.h"

#include "zvfs/command/commands.h"

namespace zvfs {

std::vector<CommandPtr> all_commands() {
  std::vector<CommandPtr> commands;
  commands.push_back(make_ls_command());
  commands.push_back(make_tree_command());
  commands.push_back(make_info_command());
  commands.push_back(make_map_command());
  commands.push_back(make_cat_command());
  commands.push_back(make_check_command());
  commands.push_back(make_digest_command());
  commands.push_back(make_verify_command());
  commands.push_back(make_repair_command());
  commands.push_back(make_diff_command());
  commands.push_back(make_extract_command());
  return commands;
}

}  // namespace zvfs

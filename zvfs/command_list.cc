#include "zvfs/command_list.h"

#include "zvfs/cat_command.h"

namespace zvfs {

std::vector<CommandPtr> all_commands() {
  std::vector<CommandPtr> commands;
  commands.push_back(make_cat_command());
  return commands;
}

}  // namespace zvfs

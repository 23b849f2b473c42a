#include <cstddef>

#include "zvfs/command/program.h"
#include "zvfs/command_list.h"

int main(int argc, char** argv) {
  return zvfs::run_program({argv, static_cast<std::size_t>(argc)}, zvfs::all_commands());
}

#include "format/task.h"

#include <utility>

namespace zvfs {
namespace {

constinit thread_local Task* current = nullptr;

}  // namespace

TaskScope::TaskScope(Task& task) : outer_(std::exchange(current, &task)) {}

TaskScope::~TaskScope() { current = outer_; }

bool is_task_wanted() { return current == nullptr || current->is_wanted(); }

}  // namespace zvfs

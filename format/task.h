#pragma once

#include <atomic>

namespace zvfs {

/// What a thread is working on, as seen by the code below that does the work: somebody wants it, or
/// nobody does any more.
class Task {
 public:
  Task() = default;
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// False when nobody wants the result any more. It never becomes true again. Called by the thread
  /// that works on the task, before each step that may take long.
  virtual bool is_wanted() = 0;
};

/// A task that a flag ends.
class StoppableTask final : public Task {
 public:
  /// Borrows the flag.
  explicit StoppableTask(const std::atomic<bool>& stopped) : stopped_(stopped) {}

  bool is_wanted() override { return !stopped_.load(std::memory_order_relaxed); }

 private:
  const std::atomic<bool>& stopped_;
};

/// Makes a task the calling thread's while this exists. They nest.
class TaskScope {
 public:
  /// Borrows the task.
  explicit TaskScope(Task& task);
  ~TaskScope();
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

 private:
  Task* const outer_;
};

/// Asks the calling thread's task; true if it has none. Whoever gets false stops, and fails with
/// ErrorCode::kCancelled.
[[nodiscard]] bool is_task_wanted();

}  // namespace zvfs

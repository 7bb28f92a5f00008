#include "core/steps.h"

#include <atomic>
#include <memory>
#include <utility>

namespace openwmi::core {
namespace {

// Whichever comes second, the step's end or the return of the call that started it, goes on.
enum class Stage { Running, Ended, Left };

void run(const std::shared_ptr<Step>& step) {
    for (;;) {
        const auto stage = std::make_shared<std::atomic<Stage>>(Stage::Running);
        const bool started = (*step)([step, stage] {
            if (stage->exchange(Stage::Ended) == Stage::Left) run(step);
        });
        if (!started || stage->exchange(Stage::Left) == Stage::Running) return;
    }
}

}  // namespace

void run_steps(Step step) {
    run(std::make_shared<Step>(std::move(step)));
}

}  // namespace openwmi::core

#include "provider/turns.h"

#include <algorithm>
#include <utility>

namespace openwmi::provider {

Turns::Turn::~Turn() {
    if (turns_) turns_->end(key_);
}

std::unique_ptr<Turns::Turn> Turns::take(const std::string& key, base::Duration patience) {
    std::shared_ptr<base::Gate> gate;
    {
        const std::lock_guard lock(mutex_);
        const auto [place, is_free] = queues_.try_emplace(key);
        auto& queue = place->second;
        if (is_free) {
            queue.holder = std::this_thread::get_id();
            return std::make_unique<Turn>(*this, key);
        }
        if (queue.holder == std::this_thread::get_id()) return std::make_unique<Turn>();
        gate = executor_.make_gate();
        queue.waiting.push_back(gate);
    }
    const bool opened = gate->wait(patience);
    const std::lock_guard lock(mutex_);
    auto& queue = queues_.at(key);  // somebody holds it: this thread or whom it waited for
    if (opened || gate->is_open()) {
        queue.holder = std::this_thread::get_id();
        return std::make_unique<Turn>(*this, key);
    }
    std::erase(queue.waiting, gate);
    return nullptr;
}

void Turns::end(const std::string& key) {
    std::shared_ptr<base::Gate> next;
    const std::lock_guard lock(mutex_);
    auto& queue = queues_.at(key);
    if (queue.waiting.empty()) {
        queues_.erase(key);
        return;
    }
    next = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    queue.holder = {};
    next->open();
}

}  // namespace openwmi::provider

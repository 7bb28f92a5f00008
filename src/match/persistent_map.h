#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace openwmi::match {

// A hash map whose copies share what they have in common: a changed copy costs one small chunk and
// a list of pointers, so that snapshots of many filters can follow each other quickly. Looking up
// allocates nothing. Value; const use is thread-safe.
template <class Key, class Value, class Hash = std::hash<Key>>
class PersistentMap {
  public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    const Value* find(const Key& key) const {
        if (empty()) return nullptr;
        const std::size_t hash = mix(Hash{}(key));
        const auto& chunk = chunks_[hash % chunks_.size()];
        if (!chunk) return nullptr;
        for (const auto& item : *chunk) {
            if (item.hash == hash && item.key == key) return &item.value;
        }
        return nullptr;
    }

    // Adds or replaces.
    void put(const Key& key, Value value) {
        if (size_ >= chunks_.size() * fill) grow();
        const std::size_t hash = mix(Hash{}(key));
        auto& chunk = chunks_[hash % chunks_.size()];
        auto changed = chunk ? std::make_shared<Chunk>(*chunk) : std::make_shared<Chunk>();
        const auto found = find_in(*changed, hash, key);
        if (found != changed->end()) {
            found->value = std::move(value);
        } else {
            changed->push_back({hash, key, std::move(value)});
            ++size_;
        }
        chunk = std::move(changed);
    }

    bool erase(const Key& key) {
        if (!find(key)) return false;
        const std::size_t hash = mix(Hash{}(key));
        auto& chunk = chunks_[hash % chunks_.size()];
        auto changed = std::make_shared<Chunk>(*chunk);
        changed->erase(find_in(*changed, hash, key));
        if (changed->empty()) {
            chunk = nullptr;
        } else {
            chunk = std::move(changed);
        }
        --size_;
        return true;
    }

    template <class Visitor>
    void for_each(Visitor&& visit) const {
        for (const auto& chunk : chunks_) {
            if (!chunk) continue;
            for (const auto& item : *chunk) visit(item.key, item.value);
        }
    }

  private:
    static constexpr std::size_t fill = 12;  // items in a chunk, on average, at most

    struct Item {
        std::size_t hash;
        Key key;
        Value value;
    };
    using Chunk = std::vector<Item>;

    // Ids and pointers hash to themselves.
    static std::size_t mix(std::size_t hash) {
        hash *= 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 32);
    }

    static auto find_in(Chunk& chunk, std::size_t hash, const Key& key) {
        return std::find_if(chunk.begin(), chunk.end(),
                            [&](const Item& item) { return item.hash == hash && item.key == key; });
    }

    void grow() {
        std::vector<std::shared_ptr<Chunk>> larger(std::max<std::size_t>(chunks_.size() * 2, 1));
        for (const auto& chunk : chunks_) {
            if (!chunk) continue;
            for (const auto& item : *chunk) {
                auto& target = larger[item.hash % larger.size()];
                if (!target) target = std::make_shared<Chunk>();
                target->push_back(item);
            }
        }
        chunks_.assign(larger.begin(), larger.end());
    }

    std::vector<std::shared_ptr<const Chunk>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace openwmi::match

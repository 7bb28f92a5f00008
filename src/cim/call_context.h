#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "cim/name.h"
#include "cim/type.h"
#include "cim/value.h"

namespace openwmi::cim {

// The named values that a client sends along with a call, for whoever serves it (IWbemContext).
// Immutable.
class CallContext {
  public:
    struct Entry {
        Name name;
        Type type;
        Value value;
    };
    CallContext() = default;
    explicit CallContext(std::vector<Entry> entries) : entries_(std::move(entries)) {}

    const std::vector<Entry>& entries() const { return entries_; }
    // Null: there is none.
    const Value* find(const Name& name) const {
        const auto found = std::ranges::find(entries_, name, &Entry::name);
        return found == entries_.end() ? nullptr : &found->value;
    }

  private:
    std::vector<Entry> entries_;
};
using CallContextPtr = std::shared_ptr<const CallContext>;  // null: nothing was sent along

}  // namespace openwmi::cim

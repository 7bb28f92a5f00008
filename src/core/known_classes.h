#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "cim/schema.h"

namespace openwmi::core {

// The classes of a namespace as a query sees them: those of the repository and those that class
// providers have. Immutable.
class KnownClasses final : public cim::Schema {
  public:
    KnownClasses(std::shared_ptr<const cim::Schema> stored, std::vector<cim::ClassPtr> provided)
        : stored_(std::move(stored)), provided_(std::move(provided)) {}

    cim::ClassPtr find_class(const cim::Name& name) const override {
        if (auto cls = stored_->find_class(name)) return cls;
        const auto found = std::ranges::find_if(
            provided_, [&](const cim::ClassPtr& cls) { return cls->name() == name; });
        return found == provided_.end() ? nullptr : *found;
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        auto classes = stored_->subclasses(name);
        for (const auto& cls : provided_below(name)) classes.push_back(cls);
        return classes;
    }
    std::vector<cim::ClassPtr> provided_below(const cim::Name& name) const {
        std::vector<cim::ClassPtr> classes;
        for (const auto& cls : provided_) {
            if (name.empty() || (cls->name() != name && cls->is_a(name))) classes.push_back(cls);
        }
        return classes;
    }

  private:
    const std::shared_ptr<const cim::Schema> stored_;
    const std::vector<cim::ClassPtr> provided_;
};

}  // namespace openwmi::core

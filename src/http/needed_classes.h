#pragma once

#include <set>
#include <string>
#include <utility>

#include "cim/schema.h"
#include "core/explanation.h"

namespace openwmi::http {

// The MOF of classes that others need to read objects elsewhere, each once, superclasses first,
// system classes left out. Confined to one thread.
class NeededClasses {
  public:
    void add(const cim::ClassPtr& cls, const cim::Schema& schema);
    // Its class and those of all objects within it.
    void add_all_of(const cim::Object& object, const cim::Schema& schema);
    // What came since the last time.
    std::string take() { return std::exchange(text_, {}); }

  private:
    std::set<cim::Name> known_;
    std::string text_;
};

// Of the filter's query and the newest event of its explanation: whoever compiles it can ask the
// same question elsewhere.
std::string needed_classes(const core::FilterExplanation& explanation, const cim::Schema& schema);

}  // namespace openwmi::http

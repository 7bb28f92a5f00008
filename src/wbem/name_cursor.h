#pragma once

#include <vector>

#include "base/result.h"
#include "cim/name.h"

namespace openwmi::wbem {

// An enumeration between BeginEnumeration and EndEnumeration: the names as they were at its begin.
class NameCursor {
  public:
    void begin(std::vector<cim::Name> names) {
        names_ = std::move(names);
        next_ = 0;
        begun_ = true;
    }
    // Null at the end. Fails with Unexpected outside of an enumeration.
    Result<const cim::Name*> next() {
        if (!begun_) return fail(Status::Unexpected, "no enumeration was begun");
        return next_ < names_.size() ? &names_[next_++] : nullptr;
    }
    void end() { *this = NameCursor(); }

  private:
    std::vector<cim::Name> names_;
    std::size_t next_ = 0;
    bool begun_ = false;
};

}  // namespace openwmi::wbem

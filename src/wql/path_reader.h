#pragma once

#include "cim/object.h"
#include "cim/value.h"
#include "wql/bound_query.h"

namespace openwmi::wql {

// The value at a path in one object, looked at where it stands. Lives on the stack of whoever
// reads; must not outlive the object.
class Reading {
  public:
    Reading(const BoundPath& path, const cim::Object& object);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    // False: the object, or one within it, has no property of that name. What is within a NULL
    // exists and is NULL.
    bool exists() const { return exists_; }
    const cim::ValueView& view() const { return view_; }

  private:
    void read(const BoundStep& step, const cim::Object& object);
    void read_property(const BoundStep& step, const cim::Object& object);
    void read_system(const BoundStep& step, const cim::Object& object);
    void show(std::string_view text);

    cim::ValueView view_;
    cim::Value computed_;  // what the view looks at when no object holds it
    bool exists_ = true;
};

}  // namespace openwmi::wql

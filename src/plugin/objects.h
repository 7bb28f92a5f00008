#pragma once

#include <wbemcli.h>

#include <span>
#include <vector>

#include "base/result.h"
#include "cim/instance.h"
#include "cim/object.h"
#include "com/ptr.h"

namespace openwmi::plugin {

// The content of the objects that somebody hands to a sink, at this moment. All or nothing: fails
// with InvalidParameter for a negative count, a missing array or a NULL in it, with InvalidObject
// for implementations that are not ours.
Result<std::vector<cim::ObjectPtr>> objects_of(LONG count, IWbemClassObject** array);

// The same, for instances only; a class is an InvalidObject.
Result<std::vector<cim::InstancePtr>> instances_of(LONG count, IWbemClassObject** array);

// Objects on their way to somebody's Indicate. Confined to one thread.
class ObjectArray {
  public:
    explicit ObjectArray(std::span<const cim::ObjectPtr> objects);
    explicit ObjectArray(std::span<const cim::InstancePtr> objects);

    LONG count() const { return static_cast<LONG>(pointers_.size()); }
    IWbemClassObject** data() { return pointers_.data(); }

  private:
    void add(const cim::ObjectPtr& object);

    std::vector<com::Ptr<IWbemClassObject>> objects_;
    std::vector<IWbemClassObject*> pointers_;
};

}  // namespace openwmi::plugin

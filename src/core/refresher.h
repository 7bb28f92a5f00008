#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "cim/instance.h"
#include "cim/name.h"
#include "cim/object_path.h"

namespace openwmi::core {

// Instances that a client looks at again and again (COM-174): a high-performance provider keeps its
// own current with one call for all (COM-173), others are read anew. Made by a session, for what is
// in its namespace; owned by the client. Its methods block as long as providers do, so not on the
// executor's own threads; all but objects() fail with RefresherBusy while another one is at work.
// Thread-safe.
class Refresher {
  public:
    enum class Id : std::int32_t {};  // of an object or an enumeration

    virtual ~Refresher() = default;
    // What is added is empty until the next refresh(). Fails: NotFound, InvalidClass,
    // InvalidObjectPath, and as providers do.
    virtual Result<Id> add_object(const cim::ObjectPath& path) = 0;
    virtual Result<Id> add_enumeration(const cim::Name& class_name) = 0;
    // Fails with NotFound.
    virtual Result<> remove(Id id) = 0;
    // Fails as providers do; then what came before the failure is current.
    virtual Result<> refresh() = 0;
    // As of the last refresh(): one of an object (none when it is gone), any number of an
    // enumeration. Fails with NotFound.
    virtual Result<std::vector<cim::InstancePtr>> objects(Id id) const = 0;
};

}  // namespace openwmi::core

#pragma once

#include <unknwn.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "cim/instance.h"
#include "cim/object_path.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// What keeps many instances of one namespace current with one call, as high-performance providers
// do; without it a refresher asks the service for each. Owned by a refresher and used by one call
// at a time.
class BulkRefresher {
  public:
    using Id = std::int32_t;

    virtual ~BulkRefresher() = default;
    // What is added has nothing until the next refresh().
    virtual Result<Id> add_object(const cim::ObjectPath& path) = 0;
    virtual Result<Id> add_enumeration(const cim::Name& class_name) = 0;
    virtual Result<> remove(Id id) = 0;
    virtual Result<> refresh() = 0;
    // As of the last refresh(): one of an object (none when it is gone), any number of an
    // enumeration.
    virtual Result<std::vector<cim::InstancePtr>> objects(Id id) const = 0;
};

// How an IWbemServices in the same process offers one. C++ on the other side, like IContentAccess.
struct IRefreshAccess : public IUnknown {
    virtual std::unique_ptr<BulkRefresher> make_refresher() = 0;
};

}  // namespace openwmi::wbem

template <>
struct openwmi::detail::uuid_of<openwmi::wbem::IRefreshAccess> {
    using base = IUnknown;
    static constexpr IID value = {
        0x2c7b54a9, 0x6d18, 0x4f63, {0xa1, 0x0e, 0x93, 0x5f, 0x40, 0xbb, 0x72, 0xd8}};
};

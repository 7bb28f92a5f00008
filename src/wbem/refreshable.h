#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "wbem/hiperf_enum.h"
#include "wbem/refresher.h"

namespace openwmi::wbem {

// One thing that a refresher keeps up to date. Confined to the refresher's calls, one at a time.
class Refreshable {
  public:
    virtual ~Refreshable() = default;
    virtual Result<> refresh(LONG flags) = 0;
};
using RefreshablePtr = std::unique_ptr<Refreshable>;

// What the methods of IWbemConfigureRefresher have in common.
struct RefreshRequest {
    com::Ptr<IWbemServices> name_space;
    LONG flags = 0;
    com::Ptr<IWbemContext> context;
};

struct RefreshedObject {
    com::Ptr<IWbemClassObject> object;  // what the client looks at
    RefreshablePtr refreshable;
};
// The instance at the path. Fails as GetObject does, and with InvalidParameter for a class.
Result<RefreshedObject> refresh_object(const RefreshRequest& request, const std::string& path,
                                       HiPerfSource* source);

struct RefreshedEnum {
    com::Ptr<HiPerfEnum> objects;  // empty until the first Refresh
    RefreshablePtr refreshable;
};
Result<RefreshedEnum> refresh_enum(const RefreshRequest& request, const std::string& class_name,
                                   HiPerfSource* source);

RefreshablePtr refresh_refresher(com::Ptr<IWbemRefresher> refresher);

}  // namespace openwmi::wbem

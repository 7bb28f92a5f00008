#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "com/ptr.h"
#include "wbem/bulk_refresher.h"
#include "wbem/high_performance_enum.h"

namespace openwmi::wbem {

// One thing that a refresher keeps up to date. Confined to the refresher's calls, one at a time.
class Refreshable {
  public:
    virtual ~Refreshable() = default;
    virtual Result<> refresh(LONG flags) = 0;
};
using RefreshablePtr = std::unique_ptr<Refreshable>;

// The bulk refresher of one namespace, shared by what stands in it: it is asked once a Refresh.
// Confined like Refreshable.
class NamespaceRefresher {
  public:
    explicit NamespaceRefresher(std::unique_ptr<BulkRefresher> bulk) : bulk_(std::move(bulk)) {}

    BulkRefresher& bulk() { return *bulk_; }
    void refresh() { refreshed_ = bulk_->refresh(); }
    // Of the last refresh().
    const Result<>& refreshed() const { return refreshed_; }

  private:
    std::unique_ptr<BulkRefresher> bulk_;
    Result<> refreshed_;
};
using NamespaceRefresherPtr = std::shared_ptr<NamespaceRefresher>;

// What the methods of IWbemConfigureRefresher have in common.
struct RefreshRequest {
    com::Ptr<IWbemServices> name_space;
    LONG flags = 0;
    com::Ptr<IWbemContext> context;
    NamespaceRefresherPtr bulk;  // null: the service is asked for each object
};

struct RefreshedObject {
    com::Ptr<IWbemClassObject> object;  // what the client looks at
    RefreshablePtr refreshable;
};
// The instance at the path. Fails as GetObject does, and with InvalidParameter for a class.
Result<RefreshedObject> refresh_object(const RefreshRequest& request, const std::string& path);

struct RefreshedEnum {
    com::Ptr<HighPerformanceEnum> objects;  // empty until the first Refresh
    RefreshablePtr refreshable;
};
Result<RefreshedEnum> refresh_enum(const RefreshRequest& request, const std::string& class_name);

RefreshablePtr refresh_refresher(com::Ptr<IWbemRefresher> refresher);

}  // namespace openwmi::wbem

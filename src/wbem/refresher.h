#pragma once

#include <wbemprov.h>

#include <memory>

#include "com/ptr.h"

namespace openwmi::wbem {

// Where a refresher finds the high-performance provider of a class, if one is in this process: then
// the service is not asked at each Refresh. Thread-safe.
class HiPerfSource {
  public:
    virtual ~HiPerfSource() = default;
    // Null: none; the objects then come from the service each time.
    virtual com::Ptr<IWbemHiPerfProvider> find(IWbemServices* name_space, LPCWSTR class_name) = 0;
};

// A refresher, which is an IWbemConfigureRefresher too (COM-174). Works with any IWbemServices. A
// second thread that uses it while it is at work gets RefresherBusy. An object that cannot be
// refreshed keeps its values; Refresh then succeeds with WBEM_S_PARTIAL_RESULTS, or fails when
// nothing could be refreshed.
com::Ptr<IWbemRefresher> make_refresher(std::shared_ptr<HiPerfSource> source = nullptr);

}  // namespace openwmi::wbem

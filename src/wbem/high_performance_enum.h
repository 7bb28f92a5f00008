#pragma once

#include <wbemcli.h>

#include <map>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "com/implements.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// The set of objects that a high-performance provider keeps for an enumeration (COM-174): it adds
// and removes them by numbers of its own, the client reads those that are there. Thread-safe.
class HighPerformanceEnum final : public com::Implements<IWbemHiPerfEnum> {
  public:
    // All or nothing: WBEM_E_INVALID_PARAMETER for a number that is there already or comes twice,
    // and for a missing object.
    HRESULT STDMETHODCALLTYPE AddObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds,
                                         IWbemObjectAccess** apObj) override;
    // All or nothing: WBEM_E_NOT_FOUND for a number that is not there.
    HRESULT STDMETHODCALLTYPE RemoveObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds) override;
    // WBEM_E_BUFFER_TOO_SMALL, with how many there are, where they do not fit.
    HRESULT STDMETHODCALLTYPE GetObjects(LONG lFlags, ULONG uNumObjects, IWbemObjectAccess** apObj,
                                         ULONG* puReturned) override;
    HRESULT STDMETHODCALLTYPE RemoveAll(LONG lFlags) override;

    // Everything that was there goes; the new ones are numbered from 1.
    void replace(std::vector<com::Ptr<IWbemObjectAccess>> objects);
    // Those that are there now, by their numbers.
    std::vector<com::Ptr<IWbemObjectAccess>> objects() const;

  private:
    using Objects = std::map<LONG, com::Ptr<IWbemObjectAccess>>;

    mutable std::mutex mutex_;
    Objects objects_;
};

}  // namespace openwmi::wbem

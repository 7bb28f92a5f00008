#pragma once

#include <wbemcli.h>

#include <mutex>
#include <vector>

#include "base/result.h"
#include "com/implements.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// The instances that a refresher, or the provider that it gave this to, keeps up to date (COM-174).
// Thread-safe; objects are released without the lock.
class HiPerfEnum final : public com::Implements<IWbemHiPerfEnum> {
  public:
    struct Member {
        LONG id = 0;
        com::Ptr<IWbemObjectAccess> object;
    };
    // Everything that was there goes.
    void replace(std::vector<Member> members);

    // An id that is there already gets the new object.
    HRESULT STDMETHODCALLTYPE AddObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds,
                                         IWbemObjectAccess** apObj) override;
    // Fails with NotFound, having removed nothing, when an id is not there.
    HRESULT STDMETHODCALLTYPE RemoveObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds) override;
    // Fails with BufferTooSmall and the number of objects in puReturned.
    HRESULT STDMETHODCALLTYPE GetObjects(LONG lFlags, ULONG uNumObjects, IWbemObjectAccess** apObj,
                                         ULONG* puReturned) override;
    HRESULT STDMETHODCALLTYPE RemoveAll(LONG lFlags) override;

  private:
    std::mutex mutex_;
    std::vector<Member> members_;
};

}  // namespace openwmi::wbem

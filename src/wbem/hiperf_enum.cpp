#include "wbem/hiperf_enum.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "com/boundary.h"
#include "wbem/arguments.h"

namespace openwmi::wbem {
namespace {

Result<> check_array(ULONG size, const void* items) {
    if (size == 0 || items) return {};
    return fail(Status::InvalidParameter, "an array of {} is missing", size);
}

}  // namespace

void HiPerfEnum::replace(std::vector<Member> members) {
    const std::lock_guard lock(mutex_);
    members_.swap(members);
}

HRESULT HiPerfEnum::AddObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds,
                               IWbemObjectAccess** apObj) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        WMI_TRY(check_array(uNumObjects, apIds));
        WMI_TRY(check_array(uNumObjects, apObj));
        std::vector<Member> added;
        for (ULONG i = 0; i < uNumObjects; ++i) {
            if (!apObj[i]) return fail(Status::InvalidParameter, "object {} is null", i);
            added.push_back({apIds[i], com::Ptr<IWbemObjectAccess>(apObj[i])});
        }
        const std::lock_guard lock(mutex_);
        for (Member& member : added) {
            const auto found = std::ranges::find(members_, member.id, &Member::id);
            if (found == members_.end()) {
                members_.push_back(std::move(member));
            } else {
                std::swap(*found, member);
            }
        }
        return {};
    });
}

HRESULT HiPerfEnum::RemoveObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds) {
    std::vector<Member> removed;
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        WMI_TRY(check_array(uNumObjects, apIds));
        const std::span ids(apIds, uNumObjects);
        const std::lock_guard lock(mutex_);
        for (const LONG id : ids) {
            if (std::ranges::find(members_, id, &Member::id) == members_.end()) {
                return fail(Status::NotFound, "the enumerator has no object {}", id);
            }
        }
        const auto gone = std::ranges::stable_partition(members_, [&](const Member& member) {
            return std::ranges::find(ids, member.id) == ids.end();
        });
        std::ranges::move(gone, std::back_inserter(removed));
        members_.erase(gone.begin(), gone.end());
        return {};
    });
}

HRESULT HiPerfEnum::GetObjects(LONG lFlags, ULONG uNumObjects, IWbemObjectAccess** apObj,
                               ULONG* puReturned) {
    return com::boundary([&]() -> Result<> {
        if (!puReturned) return fail(Status::InvalidParameter, "an out-parameter is null");
        *puReturned = 0;
        WMI_TRY(check_reserved(lFlags));
        WMI_TRY(check_array(uNumObjects, apObj));
        const std::lock_guard lock(mutex_);
        *puReturned = static_cast<ULONG>(members_.size());
        if (members_.size() > uNumObjects) {
            return fail(Status::BufferTooSmall, "there are {} objects, the array has {} places",
                        members_.size(), uNumObjects);
        }
        for (std::size_t i = 0; i < members_.size(); ++i) members_[i].object.copy_to(&apObj[i]);
        return {};
    });
}

HRESULT HiPerfEnum::RemoveAll(LONG lFlags) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        replace({});
        return {};
    });
}

}  // namespace openwmi::wbem

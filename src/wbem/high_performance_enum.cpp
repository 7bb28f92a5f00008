#include "wbem/high_performance_enum.h"

#include <span>
#include <utility>

#include "com/boundary.h"
#include "wbem/arguments.h"

namespace openwmi::wbem {

HRESULT HighPerformanceEnum::AddObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds,
                                        IWbemObjectAccess** apObj) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        if (uNumObjects > 0 && (!apIds || !apObj)) {
            return fail(Status::InvalidParameter, "the numbers or the objects are NULL");
        }
        Objects added;
        for (ULONG i = 0; i < uNumObjects; ++i) {
            if (!apObj[i]) return fail(Status::InvalidParameter, "object {} is NULL", i);
            if (!added.try_emplace(apIds[i], apObj[i]).second) {
                return fail(Status::InvalidParameter, "the number {} is there twice", apIds[i]);
            }
        }
        const std::lock_guard lock(mutex_);
        for (const auto& [id, object] : added) {
            if (!objects_.contains(id)) continue;
            return fail(Status::InvalidParameter, "there is an object {} already", id);
        }
        objects_.merge(added);
        return {};
    });
}

HRESULT HighPerformanceEnum::RemoveObjects(LONG lFlags, ULONG uNumObjects, LONG* apIds) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        if (uNumObjects > 0 && !apIds) return fail(Status::InvalidParameter, "apIds is NULL");
        const std::span ids(apIds, uNumObjects);
        std::vector<Objects::node_type> removed;  // released outside of the lock
        const std::lock_guard lock(mutex_);
        for (const LONG id : ids) {
            if (!objects_.contains(id)) return fail(Status::NotFound, "there is no object {}", id);
        }
        for (const LONG id : ids) removed.push_back(objects_.extract(id));
        return {};
    });
}

HRESULT HighPerformanceEnum::GetObjects(LONG lFlags, ULONG uNumObjects, IWbemObjectAccess** apObj,
                                        ULONG* puReturned) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        if (!puReturned) return fail(Status::InvalidParameter, "puReturned is NULL");
        const auto all = objects();
        *puReturned = static_cast<ULONG>(all.size());
        if (all.size() > uNumObjects) {
            return fail(Status::BufferTooSmall, "there are {} objects; room is for {}", all.size(),
                        uNumObjects);
        }
        if (!all.empty() && !apObj) return fail(Status::InvalidParameter, "apObj is NULL");
        for (std::size_t i = 0; i < all.size(); ++i) all[i].copy_to(apObj + i);
        return {};
    });
}

HRESULT HighPerformanceEnum::RemoveAll(LONG lFlags) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        Objects removed;
        const std::lock_guard lock(mutex_);
        removed.swap(objects_);
        return {};
    });
}

void HighPerformanceEnum::replace(std::vector<com::Ptr<IWbemObjectAccess>> objects) {
    Objects numbered;  // then what was there, released outside of the lock
    LONG number = 0;
    for (auto& object : objects) numbered.emplace(++number, std::move(object));
    const std::lock_guard lock(mutex_);
    numbered.swap(objects_);
}

std::vector<com::Ptr<IWbemObjectAccess>> HighPerformanceEnum::objects() const {
    const std::lock_guard lock(mutex_);
    std::vector<com::Ptr<IWbemObjectAccess>> all;
    for (const auto& [id, object] : objects_) all.push_back(object);
    return all;
}

}  // namespace openwmi::wbem

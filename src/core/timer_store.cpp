#include "core/timer_store.h"

namespace openwmi::core {

namespace {

constexpr const char* record_class = "__TimerNextFiring";

cim::ObjectPath path_of(const std::string& timer) {
    cim::ObjectPath path;
    path.class_name = record_class;
    path.keys.push_back({"TimerId", timer});
    return path;
}

Result<> write(repository::Transaction& transaction, const eventing::TimerStore::Entry& entry) {
    const auto cls = transaction.find_class(entry.name_space, record_class);
    if (!cls) return {};  // the namespace is gone, and the timer with it
    if (!entry.next) {
        auto erased = transaction.delete_instance(entry.name_space, path_of(entry.timer));
        if (erased || erased.error().status == Status::NotFound) return {};
        return erased;
    }
    cim::InstanceBuilder builder(cls);
    WMI_TRY(builder.set("TimerId", cim::Value(entry.timer)));
    WMI_TRY(builder.set("NextEvent64BitTime", cim::Value(*entry.next)));
    WMI_TRY(transaction.put_instance(entry.name_space, *builder.build()));
    return {};
}

}  // namespace

std::optional<std::int64_t> TimerStore::next_firing(const cim::NamespacePath& ns,
                                                    const std::string& timer) const {
    const auto record = store_.get_instance(ns, path_of(timer));
    if (!record) return std::nullopt;
    const auto value = (*record)->find("NextEvent64BitTime").value_or(cim::Value());
    const auto* ticks = value.get_if<std::int64_t>();
    return ticks ? std::optional(*ticks) : std::nullopt;
}

Result<> TimerStore::save(std::span<const Entry> entries) {
    auto transaction = store_.begin();
    for (const auto& entry : entries) WMI_TRY(write(transaction, entry));
    return transaction.commit();
}

}  // namespace openwmi::core

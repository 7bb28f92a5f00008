#include "core/deliveries.h"

#include <unistd.h>

#include <utility>

#include "core/service_state.h"

namespace openwmi::core {

Result<std::shared_ptr<Deliveries>> Deliveries::open(std::shared_ptr<ServiceState> service,
                                                     const security::Identity& identity) {
    if (identity.is_administrator() || identity.uid() == ::geteuid()) {
        return std::shared_ptr<Deliveries>(new Deliveries(std::move(service)));
    }
    return fail(Status::AccessDenied,
                "only administrators see other people's events, and {} is none", identity.name());
}

Result<> Deliveries::check_running() const {
    if (!service_->stopped) return {};
    return fail(Status::ShuttingDown, "the service is stopping");
}

Result<std::vector<eventing::HistoryEntry>> Deliveries::history(std::string_view text,
                                                                std::size_t limit) const {
    WMI_TRY(check_running());
    return service_->engine->history().find(text, limit);
}

Result<std::vector<eventing::DeadLetter>> Deliveries::dead_letters() const {
    WMI_TRY(check_running());
    return service_->guaranteed->letters().list();
}

Result<eventing::DeadLetter> Deliveries::dead_letter(std::uint64_t id) const {
    WMI_TRY(check_running());
    return service_->guaranteed->letters().find(id);
}

Result<> Deliveries::retry(std::uint64_t id) const {
    WMI_TRY(check_running());
    return service_->guaranteed->retry(id);
}

Result<> Deliveries::purge(std::uint64_t id) const {
    WMI_TRY(check_running());
    return service_->guaranteed->letters().remove(id);
}

}  // namespace openwmi::core

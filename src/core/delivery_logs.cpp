#include "core/delivery_logs.h"

#include <memory>
#include <system_error>
#include <utility>

namespace openwmi::core {

namespace {

// A log and what it is made of.
struct Opened {
    std::shared_ptr<log::LogFiles> files;
    std::unique_ptr<log::DeliveryLog> log;
};

Error advised(const LogPlace& place, const Error& why) {
    switch (why.status) {
        case Status::DatabaseVerMismatch:
            return {why.status,
                    fmt::format("{} was written by a newer release and is left as it is: {}; run "
                                "that release, or move the folder away to start with an empty one",
                                place.folder.string(), why.message)};
        case Status::CriticalError:
            return {why.status,
                    fmt::format("{} is damaged and is left as it is: {}; restore the folder, or "
                                "move it away to start with an empty one",
                                place.folder.string(), why.message)};
        default: return {why.status, fmt::format("{}: {}", place.folder.string(), why.message)};
    }
}

Result<eventing::LogPtr> open(const LogPlace& place, std::shared_ptr<log::LogFiles> files) {
    auto opened = std::make_shared<Opened>();
    opened->files = std::move(files);
    auto log = log::DeliveryLog::open({.files = opened->files.get(),
                                       .segment_bytes = place.segment_bytes,
                                       .max_segments = place.max_segments});
    if (!log) return fail(advised(place, log.error()));
    opened->log = std::move(*log);
    auto* const inside = opened->log.get();
    return eventing::LogPtr(std::move(opened), inside);
}

}  // namespace

eventing::LogOpener log_opener(LogPlace place) {
    if (place.folder.empty()) {
        const std::shared_ptr<log::LogFiles> files = log::memory_files();
        return [place = std::move(place),
                files](eventing::LogWanted wanted) -> Result<eventing::LogPtr> {
            const auto names = WMI_TRY(files->list());
            if (wanted == eventing::LogWanted::IfThere && names.empty()) return nullptr;
            return open(place, files);
        };
    }
    return [place = std::move(place)](eventing::LogWanted wanted) -> Result<eventing::LogPtr> {
        std::error_code error;
        const bool is_there = std::filesystem::exists(place.folder, error);
        if (wanted == eventing::LogWanted::IfThere && !is_there && !error) return nullptr;
        return open(place, WMI_TRY(log::open_folder(place.folder)));
    };
}

}  // namespace openwmi::core

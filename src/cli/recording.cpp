#include "cli/recording.h"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/text.h"
#include "json/json.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

Result<> compile(const std::string& classes, scenarios::World& world) {
    const auto report = mof::compile(mof::parse(classes, "recording"), world.door().objects(),
                                     {.name_space = recorded_namespace});
    world.executor().drain();
    if (report.ok()) return {};
    return fail(report.error.status, "the recording's classes: {}", mof::summary(report));
}

std::shared_ptr<const cim::Schema> schema_of(scenarios::World& world) {
    const auto session =
        world.service().open_session(security::Identity::of_service(), recorded_namespace);
    return session ? (*session)->schema() : nullptr;
}

Result<RecordedEvent> read_event(const Json& line, const cim::Schema& schema) {
    const auto time = read_time(line.value("time", std::string()));
    if (!time) return fail(Status::InvalidParameter, "an event without a time");
    RecordedEvent recorded;
    recorded.id = line.value("id", std::uint64_t{0});
    recorded.time = base::WallTime::from_unix(*time);
    recorded.event = WMI_TRY(json::read_instance(line["event"].dump(), schema));
    return recorded;
}

}  // namespace

Result<RecordingCounts> read_recording(const std::filesystem::path& file, scenarios::World& world,
                                       const std::function<Result<>(const RecordedEvent&)>& take) {
    std::error_code error;
    std::ifstream stream(file, std::ios::binary);
    if (!stream || std::filesystem::is_directory(file, error)) {
        return fail(Status::NotFound, "{} cannot be read", file.string());
    }
    RecordingCounts counts;
    for (std::string text; std::getline(stream, text);) {
        if (text.empty()) continue;
        const auto line = Json::parse(text, nullptr, false);
        const auto has = [&](const char* name) { return line.is_object() && line.contains(name); };
        if (has("classes") && line["classes"].is_string()) {
            WMI_TRY(compile(line["classes"].get<std::string>(), world));
        } else if (has("lost")) {
            counts.lost += line.value("lost", std::uint64_t{0});
        } else if (has("event")) {
            const auto event = read_event(line, *schema_of(world));
            if (!event) {
                ++counts.unreadable;
                continue;
            }
            ++counts.events;
            WMI_TRY(take(*event));
        } else {
            ++counts.unreadable;
        }
    }
    if (counts.events == 0 && counts.unreadable > 0) {
        return fail(Status::InvalidParameter,
                    "{} is no recording: none of its {} lines is an event that openwmi record "
                    "wrote",
                    file.string(), counts.unreadable);
    }
    return counts;
}

}  // namespace openwmi::cli

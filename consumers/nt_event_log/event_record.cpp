#include "nt_event_log/event_record.h"

#include <ctime>
#include <nlohmann/json.hpp>
#include <openwmi.hpp>

namespace openwmi::consumers {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of_type(std::uint32_t type) {
    switch (type) {
        case 0: return "success";
        case 1: return "error";
        case 2: return "warning";
        case 4: return "information";
        case 8: return "audit success";
        case 16: return "audit failure";
        default:
            throw error(WBEM_E_INVALID_PARAMETER,
                        "EventType " + std::to_string(type) +
                            " is not 0 (success), 1 (error), 2 (warning), 4 (information), 8 "
                            "(audit success) or 16 (audit failure)");
    }
}

// ISO 8601, UTC, with microseconds.
std::string time_text(std::chrono::system_clock::time_point time) {
    using std::chrono::microseconds;
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[40];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    const auto micros = std::chrono::floor<microseconds>(time - whole).count();
    return std::string(text, length) + '.' + std::to_string(1'000'000 + micros).substr(1) + 'Z';
}

std::string hex_text(const std::vector<std::uint8_t>& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) text += {digits[byte >> 4], digits[byte & 15]};
    return text;
}

}  // namespace

std::string line_of(const EventRecord& record) {
    Json json{{"RecordNumber", record.number},
              {"TimeGenerated", time_text(record.time)},
              {"SourceName", record.source},
              {"EventID", record.event_id},
              {"EventType", name_of_type(record.type)},
              {"Category", record.category},
              {"InsertionStrings", record.strings}};
    if (!record.data.empty()) json["Data"] = hex_text(record.data);
    if (!record.user_sid.empty()) json["UserSID"] = record.user_sid;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::uint64_t> number_of(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    const auto number = json.find("RecordNumber");
    if (number == json.end() || !number->is_number_unsigned()) return std::nullopt;
    return number->get<std::uint64_t>();
}

}  // namespace openwmi::consumers

#include "http/event_json.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <optional>

#include "base/text.h"
#include "json/json.h"
#include "security/identity.h"

namespace openwmi::http {

namespace {

constexpr std::size_t most_properties = 16;
constexpr std::size_t most_text_bytes = 256;

std::string shortened(std::string_view text) {
    if (text.size() <= most_text_bytes) return std::string(text);
    std::size_t end = 0;
    while (end < most_text_bytes) {
        std::size_t next = end;
        base::next_code_point(text, next);
        if (next > most_text_bytes) break;
        end = next;
    }
    return std::string(text.substr(0, end)) + "…";
}

bool is_bookkeeping(const cim::Name& name) {
    return name == "SECURITY_DESCRIPTOR" || name == "TIME_CREATED" || name == "PreviousInstance";
}

// A SID in its bytes, as processes and logons carry it, says who.
std::optional<std::string> sid_text(const cim::Property& property, const cim::Value& value) {
    const auto* bytes = value.get_if<cim::Unsigneds>();
    if (!bytes || property.type.element != cim::CimType::Uint8) return std::nullopt;
    const auto sid = security::Sid::of_bytes(std::string(bytes->begin(), bytes->end()));
    if (!sid) return std::nullopt;
    return sid->text();
}

std::string members(const cim::Instance& instance, bool nested) {
    const auto properties = instance.class_of().properties();
    std::string text =
        fmt::format(R"("__CLASS":{})", json::quote(instance.class_of().name().text()));
    std::size_t written = 0;
    for (std::size_t i = 0; i < properties.size() && written < most_properties; ++i) {
        if (is_bookkeeping(properties[i].name)) continue;
        const auto value = instance.get(i);
        if (value.is_null()) continue;
        std::string shown;
        if (const auto sid = sid_text(properties[i], value)) {
            shown = json::quote(*sid);
        } else if (value.is_array()) {
            continue;
        } else if (const auto* object = value.get_if<cim::ObjectPtr>()) {
            const auto* embedded = (*object)->as_instance();
            if (!embedded || nested) continue;
            shown = "{" + members(*embedded, true) + "}";
        } else if (const auto* string = value.get_if<std::string>()) {
            shown = json::quote(shortened(*string));
        } else {
            shown = json::write(value, properties[i].type);
        }
        text += fmt::format(",{}:{}", json::quote(properties[i].name.text()), shown);
        ++written;
    }
    return text;
}

}  // namespace

std::string iso_time(base::WallTime time) {
    const auto unix_time = time.to_unix();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(unix_time);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(unix_time - seconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), rest.count());
}

std::string summary(const cim::Instance& event) {
    return "{" + members(event, false) + "}";
}

std::string event_members(const eventing::Event& event) {
    return fmt::format(R"("id":{},"class":{},"namespace":{},"properties":{})", event.id,
                       json::quote(event.instance->class_of().name().text()),
                       json::quote(event.name_space.text()), summary(*event.instance));
}

}  // namespace openwmi::http

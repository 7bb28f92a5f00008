#include "nt_event_log/entry.h"

#include <strings.h>
#include <unistd.h>

#include <climits>
#include <openwmi.hpp>
#include <utility>

#include "common/sid.h"
#include "template/string_template.h"

namespace openwmi::consumers {
namespace {

bool is_this_computer(std::string name) {
    name.erase(0, name.find_first_not_of('\\'));
    char host[HOST_NAME_MAX + 1] = {};
    gethostname(host, sizeof host - 1);
    const std::string own = host;
    const auto same = [&](const std::string& other) {
        return strcasecmp(name.c_str(), other.c_str()) == 0;
    };
    return name.empty() || name == "." || same("localhost") || same(own) ||
           same(own.substr(0, own.find('.')));
}

std::string source_of(IWbemClassObject* consumer) {
    auto source = get_property<std::string>(consumer, L"SourceName").value_or("");
    if (source.empty()) throw error(WBEM_E_INVALID_PARAMETER, "SourceName is not set");
    if (source.find(':') != std::string::npos) {
        throw error(WBEM_E_INVALID_PARAMETER,
                    "SourceName '" + source + "' holds a colon, which no source name may");
    }
    return source;
}

std::vector<std::string> strings_of(IWbemClassObject* consumer, IWbemClassObject* event,
                                    std::vector<std::string>& remarks) {
    const auto templates =
        get_property<std::vector<std::string>>(consumer, L"InsertionStringTemplates")
            .value_or(std::vector<std::string>());
    const auto count =
        get_property<std::uint32_t>(consumer, L"NumberOfInsertionStrings").value_or(0);
    if (count > templates.size()) {
        throw error(WBEM_E_INVALID_PARAMETER,
                    "NumberOfInsertionStrings is " + std::to_string(count) +
                        ", but InsertionStringTemplates has " + std::to_string(templates.size()));
    }
    std::vector<std::string> strings;
    for (std::size_t i = 0; i < count; ++i) {
        auto expansion = StringTemplate(templates[i]).expand(event);
        strings.push_back(std::move(expansion.text));
        for (const std::string& name : expansion.missing) {
            remarks.push_back("InsertionStringTemplates uses %" + name +
                              "%, which the event does not have");
        }
    }
    return strings;
}

// The value that a consumer's property names, or null.
variant named_value(IWbemClassObject* event, const std::string& name, CIMTYPE& type) {
    com_ptr<IWbemClassObject> object(event);
    std::wstring path = to_wide(name);
    while (true) {
        const auto dot = path.find(L'.');
        variant value;
        const HRESULT hr = object->Get(path.substr(0, dot).c_str(), 0, value.put(), &type, nullptr);
        if (hr == WBEM_E_NOT_FOUND) {
            type = CIM_EMPTY;
            return variant::null();
        }
        throw_if_failed(hr, "a property of the event cannot be read");
        if (value.is_null()) return variant::null();
        if (dot == std::wstring::npos) return value;
        if (type != CIM_OBJECT) return variant::null();
        object = value.as<com_ptr<IUnknown>>().query<IWbemClassObject>();
        if (!object) return variant::null();
        path.erase(0, dot + 1);
    }
}

constexpr CIMTYPE byte_array = CIMTYPE{CIM_UINT8} | CIMTYPE{CIM_FLAG_ARRAY};

}  // namespace

EntryOutcome entry_for(IWbemClassObject* consumer, IWbemClassObject* event,
                       std::chrono::system_clock::time_point time) {
    const auto server = get_property<std::string>(consumer, L"UNCServerName");
    if (server && !is_this_computer(*server)) {
        throw error(WBEM_E_NOT_SUPPORTED, "UNCServerName '" + *server +
                                              "' is another computer; event logs are written on "
                                              "this one only");
    }
    const auto event_id = get_property<std::uint32_t>(consumer, L"EventID");
    if (!event_id) throw error(WBEM_E_INVALID_PARAMETER, "EventID is not set");
    EntryOutcome outcome;
    EventRecord& record = outcome.record;
    record.time = time;
    record.source = source_of(consumer);
    record.event_id = *event_id;
    record.type = get_property<std::uint32_t>(consumer, L"EventType").value_or(1);
    record.category = get_property<std::uint16_t>(consumer, L"Category").value_or(0);
    record.strings = strings_of(consumer, event, outcome.remarks);

    CIMTYPE type = CIM_EMPTY;
    if (const auto name = get_property<std::string>(consumer, L"NameOfRawDataProperty")) {
        const variant value = named_value(event, *name, type);
        if (type == byte_array) {
            record.data = value.as_vector<std::uint8_t>();
        } else {
            outcome.remarks.push_back("NameOfRawDataProperty names " + *name +
                                      ", which is no uint8 array of the event");
        }
    }
    if (const auto name = get_property<std::string>(consumer, L"NameOfUserSidProperty")) {
        const variant value = named_value(event, *name, type);
        if (type == byte_array) {
            const auto sid = parse_sid(value.as_vector<std::uint8_t>());
            if (sid) record.user_sid = sid->text();
        } else if (type == CIM_STRING && !value.is_null()) {
            const auto text = value.as<std::string>();
            if (is_sid_text(text)) record.user_sid = text;
        }
        if (record.user_sid.empty()) {
            outcome.remarks.push_back("NameOfUserSidProperty names " + *name +
                                      ", which is no security identifier of the event");
        }
    }
    return outcome;
}

}  // namespace openwmi::consumers

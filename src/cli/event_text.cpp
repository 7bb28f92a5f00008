#include "cli/event_text.h"

#include <pwd.h>
#include <sys/types.h>

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/fold.h"
#include "cim/object_path.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/text.h"
#include "security/identity.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> verbs = {{
    {"Win32_ProcessStartTrace", "started"},
    {"Win32_ProcessStopTrace", "stopped"},
    {"__InstanceCreationEvent", "created"},
    {"__InstanceModificationEvent", "modified"},
    {"__InstanceDeletionEvent", "deleted"},
    {"__ClassCreationEvent", "created"},
    {"__ClassModificationEvent", "modified"},
    {"__ClassDeletionEvent", "deleted"},
}};

constexpr std::array<std::string_view, 7> names_of_subjects = {
    "ProcessName", "Name", "Caption", "DeviceID", "Id", "TimerId", "Path"};

std::string text_of(const Json& value) {
    return value.is_string() ? printable(value.get<std::string>()) : value_text(value);
}

// The first of these members that is there; says which it was.
std::string first_of(const Json& object, std::set<std::string>& used,
                     std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const auto found = object.find(name);
        if (found == object.end() || found->is_null()) continue;
        used.insert(name);
        return text_of(*found);
    }
    return "";
}

void add(std::string& details, const std::string& text) {
    if (text.empty()) return;
    if (!details.empty()) details += "  ";
    details += text;
}

// A SID in its bytes, as objects carry it.
std::string sid_text(const Json& bytes) {
    std::string binary;
    for (const auto& each : bytes) {
        binary += static_cast<char>(each.is_number() ? each.get<unsigned>() : 0);
    }
    const auto sid = security::Sid::of_bytes(binary);
    return sid ? sid->text() : "";
}

// Who a process is, in columns. Empty for everything else.
std::string process_text(const Json& object, std::set<std::string>& used, UserNames& users) {
    const auto pid = first_of(object, used, {"ProcessID", "ProcessId"});
    if (pid.empty()) return "";
    std::string text = fmt::format("pid {:<7}", pid);
    std::string sid = first_of(object, used, {"Sid"});
    if (const auto bytes = object.find("Sid"); bytes != object.end() && bytes->is_array()) {
        sid = sid_text(*bytes);
    }
    return text + " " + shortened(fmt::format("{:<8}", users.of_sid(sid)), 8);
}

// What else is interesting: of a process its command line, of others their properties.
std::string rest_of(const Json& object, std::set<std::string>& used) {
    std::string text = first_of(object, used, {"CommandLine"});
    const bool is_process = object.contains("ProcessName");
    if (const auto status = first_of(object, used, {"ExitStatus"}); !status.empty()) {
        add(text, "exit " + status);
    }
    for (const auto& [name, value] : object.items()) {
        if (is_process || text.size() > 200) break;
        if (name.starts_with("__") || used.contains(name)) continue;
        if (!value.is_null() && !value.is_object()) add(text, name + "=" + text_of(value));
    }
    return text;
}

}  // namespace

std::string UserNames::of_sid(const std::string& sid) {
    const auto [known, is_new] = known_.try_emplace(sid, sid);
    constexpr std::string_view users = "S-1-22-1-";
    if (!is_new || !sid.starts_with(users)) return known->second;
    uid_t uid = 0;
    const auto read = std::from_chars(sid.data() + users.size(), sid.data() + sid.size(), uid);
    if (read.ec != std::errc()) return known->second;
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    const int error = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    known->second = error == 0 && found ? printable(found->pw_name) : fmt::format("uid {}", uid);
    return known->second;
}

EventText describe(const std::string& event_class, const Json& properties, UserNames& users) {
    EventText text;
    text.verb = printable(event_class);
    for (const auto& [name, verb] : verbs) {
        if (base::fold_equal(name, event_class)) text.verb = verb;
    }
    const Json* object = &properties;
    for (const char* target : {"TargetInstance", "TargetClass", "TargetNamespace"}) {
        const auto found = properties.find(target);
        if (found != properties.end() && found->is_object()) object = &*found;
    }
    std::set<std::string> used;
    for (const auto name : names_of_subjects) {
        text.subject = first_of(*object, used, {std::string(name).c_str()});
        if (!text.subject.empty()) break;
    }
    const auto object_class = printable(object->value("__CLASS", std::string()));
    if (text.subject.empty()) text.subject = object_class;
    text.who = process_text(*object, used, users);
    if (text.who.empty() && object != &properties && text.subject != object_class) {
        text.who = object_class;
    }
    text.rest = rest_of(*object, used);
    return text;
}

std::string consumer_label(const std::string& path) {
    auto name = consumer_name(path);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> labels = {{
        {"LogFile:", "log file"},
        {"CommandLine:", "command"},
        {"NTEventLog:", "event log"},
        {"SMTP:", "mail"},
        {"ActiveScript:", "script"},
    }};
    for (const auto& [kind, label] : labels) {
        if (name.starts_with(kind)) return std::string(label);
    }
    return name;
}

}  // namespace openwmi::cli

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/lint.h"
#include "core/program_of.h"
#include "wql/query.h"

namespace openwmi::core {
namespace {

std::string first_word(std::string_view line) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    line = line.substr(begin);
    const bool quoted = line.front() == '"';
    if (quoted) line = line.substr(1);
    return std::string(line.substr(0, line.find_first_of(quoted ? "\"" : " \t")));
}

// What a consumer does, as an object that an event may be about.
struct Trace {
    const char* class_name;
    const char* property;
    std::string value;
    const char* what;
};

std::vector<Trace> traces_of(const cim::Instance& consumer) {
    const auto& cls = consumer.class_of();
    if (const auto program = program_of(consumer); !program.empty()) {
        const auto name = std::filesystem::path(program).filename().string();
        return {{"Win32_ProcessStartTrace", "ProcessName", name, "the process that it starts"},
                {"Win32_Process", "Name", name, "the process that it starts"}};
    }
    if (cls.is_a("LogFileEventConsumer")) {
        return {{"CIM_DataFile", "Name", text_of(consumer, "Filename"), "the file that it writes"}};
    }
    if (cls.is_a("NTEventLogEventConsumer")) {
        return {{"Win32_NTLogEvent", "SourceName", text_of(consumer, "SourceName"),
                 "the entry that it writes"}};
    }
    return {};
}

cim::InstancePtr make(const cim::Schema& schema, const Trace& trace) {
    const auto cls = schema.find_class(trace.class_name);
    if (!cls || cls->is_abstract()) return nullptr;
    cim::InstanceBuilder builder(cls);
    if (!trace.value.empty() && !builder.set(trace.property, cim::Value(trace.value))) {
        return nullptr;
    }
    return builder.build();
}

// The events that there would be: the object itself, or its creation and modification.
std::vector<cim::InstancePtr> events_of(const cim::InstancePtr& trace) {
    if (trace->class_of().is_a("__Event")) return {trace};
    std::vector<cim::InstancePtr> events;
    for (const char* name : {"__InstanceCreationEvent", "__InstanceModificationEvent"}) {
        cim::InstanceBuilder builder(cim::find_system_class(name));
        if (builder.set("TargetInstance", cim::Value(trace))) events.push_back(builder.build());
    }
    return events;
}

}  // namespace

std::string text_of(const cim::Instance& instance, const char* property) {
    const auto value = instance.find(property).value_or(cim::Value());
    const auto* text = value.get_if<std::string>();
    return text ? *text : std::string();
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string program_of(const cim::Instance& consumer) {
    const auto& cls = consumer.class_of();
    if (cls.is_a("ActiveScriptEventConsumer")) return text_of(consumer, "ScriptFileName");
    if (!cls.is_a("CommandLineEventConsumer")) return {};
    const auto path = text_of(consumer, "ExecutablePath");
    return path.empty() ? first_word(text_of(consumer, "CommandLineTemplate")) : path;
}

// Properties that nobody can know are NULL, so that a condition on them is neither true nor false.
std::string self_trigger(const cim::Schema& schema, const wql::BoundQuery& query,
                         const cim::Instance& consumer, bool& certain) {
    std::optional<Trace> found;
    certain = false;
    for (const auto& trace : traces_of(consumer)) {
        const auto object = make(schema, trace);
        if (!object) continue;
        for (const auto& event : events_of(object)) {
            const auto truth = wql::evaluate(query, *event);
            if (truth == wql::Truth::False) continue;
            certain = certain || truth == wql::Truth::True;
            found = trace;
        }
    }
    if (!found) return {};
    return fmt::format("{} {} such an event itself{}: the filter triggers itself", found->what,
                       certain ? "is" : "may be",
                       found->value.empty() ? "" : fmt::format(" ({})", found->value));
}

}  // namespace openwmi::core

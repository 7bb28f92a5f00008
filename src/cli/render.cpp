#include "cli/render.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fold.h"
#include "cli/text.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

bool is_system(const std::string& name) {
    return name.starts_with("__") || name == "SECURITY_DESCRIPTOR" || name == "TIME_CREATED";
}

std::string painted_first_line(const Terminal& terminal, std::string_view line) {
    for (const auto& [word, style] :
         {std::pair{": error: ", Style::Bad}, std::pair{": warning: ", Style::Warn}}) {
        const auto at = line.find(word);
        if (at == std::string_view::npos) continue;
        const std::string_view severity(word);
        return terminal.paint(Style::Bold, printable(line.substr(0, at + 1))) + " " +
               terminal.paint(style, severity.substr(2, severity.size() - 3)) + " " +
               printable(line.substr(at + severity.size()));
    }
    return printable(line);
}

}  // namespace

std::string painted_diagnostic(const Terminal& terminal, std::string_view text) {
    std::string result;
    bool first = true;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!first) result += '\n';
        if (first) {
            result += painted_first_line(terminal, line);
        } else if (line.find_first_not_of(" ^~\t") == std::string_view::npos) {
            result += terminal.paint(Style::Good, line);
        } else {
            result += printable(line);
        }
        first = false;
    }
    return result;
}

std::string value_text(const Json& value) {
    if (value.is_null()) return "NULL";
    if (value.is_string()) return printable(value.get<std::string>());
    if (value.is_array()) {
        std::string text = "{";
        for (const auto& each : value) {
            if (text.size() > 1) text += ", ";
            text += value_text(each);
        }
        return text + "}";
    }
    if (value.is_object()) {
        return printable(value.value("__CLASS", std::string())) + "{" + object_line(value) + "}";
    }
    return value.dump();
}

namespace {

std::string type_text(const Json& element) {
    const auto name = element.value("class", element.value("type", std::string()));
    return name + (element.value("type", std::string()) == "reference" ? " REF" : "") +
           (element.value("array", false) ? "[]" : "");
}

bool is_key(const Json& property) {
    const auto qualifiers = property.value("qualifiers", Json::array());
    return std::ranges::any_of(qualifiers, [](const Json& qualifier) {
        return base::fold_equal(qualifier.value("name", std::string()), "key");
    });
}

// A class: what its instances have.
std::string class_block(const Terminal& terminal, const Json& cls) {
    const auto superclass = cls.value("__SUPERCLASS", Json());
    auto heading = "class " + cls.value("__CLASS", std::string());
    if (superclass.is_string()) heading += " : " + superclass.get<std::string>();
    std::string text = terminal.paint(Style::Bold, printable(heading)) + "\n";
    const auto properties = cls.value("properties", Json::array());
    std::size_t width = 0;
    for (const auto& each : properties) width = std::max(width, columns(type_text(each)));
    for (const auto& each : properties) {
        const auto type = type_text(each);
        text +=
            fmt::format("  {}{}  {}{}\n", printable(type), std::string(width - columns(type), ' '),
                        terminal.paint(Style::Accent, printable(each.value("name", ""))),
                        is_key(each) ? terminal.paint(Style::Dim, "  key") : "");
    }
    return text;
}

}  // namespace

std::string object_block(const Terminal& terminal, const Json& object) {
    if (object.value("__GENUS", 0) == 1) return class_block(terminal, object);
    std::size_t width = 0;
    for (const auto& [name, value] : object.items()) {
        if (!name.starts_with("__")) width = std::max(width, columns(name));
    }
    const auto path = object.value("__PATH", object.value("__CLASS", std::string()));
    std::string text = terminal.paint(Style::Bold, printable(path)) + "\n";
    for (const auto& [name, value] : object.items()) {
        if (name.starts_with("__")) continue;
        const std::string blanks(width - columns(name), ' ');
        const auto shown = value.is_null() ? terminal.paint(Style::Dim, "NULL") : value_text(value);
        text += fmt::format("  {}{}  {}\n", terminal.paint(Style::Accent, printable(name)), blanks,
                            shown);
    }
    return text;
}

std::string object_line(const Json& object) {
    std::string text;
    for (const auto& [name, value] : object.items()) {
        if (is_system(name) || value.is_null()) continue;
        if (!text.empty()) text += "  ";
        text += printable(name) + "=" + value_text(value);
    }
    return text;
}

}  // namespace openwmi::cli

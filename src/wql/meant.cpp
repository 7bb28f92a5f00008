#include "wql/meant.h"

#include <fmt/format.h>

#include "base/similar.h"

namespace openwmi::wql {

std::string meant(std::string_view name, const std::vector<std::string>& known) {
    const auto similar = base::similar(name, known);
    return similar.empty() ? std::string()
                           : fmt::format("; did you mean {}?", fmt::join(similar, " or "));
}

std::string meant_class(const cim::Schema& schema, std::string_view name, std::string_view root) {
    std::vector<std::string> known;
    for (const auto& cls : schema.subclasses(cim::Name(std::string(root)))) {
        known.push_back(cls->name().text());
    }
    return meant(name, known);
}

std::string meant_property(const cim::Class& cls, std::string_view name) {
    std::vector<std::string> known;
    for (const auto& property : cls.properties()) known.push_back(property.name.text());
    return meant(name, known);
}

}  // namespace openwmi::wql

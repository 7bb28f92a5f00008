#include "cli/rendering.h"

// The code of the standard consumers, which knows the public SDK only.
#include <template/string_template.h>

#include "wbem/object.h"

namespace openwmi::cli {

namespace {

std::string in_quotes(const std::string& word) {
    const bool plain = !word.empty() && word.find_first_of(" \t\"") == std::string::npos;
    return plain ? word : '"' + word + '"';
}

std::string render(const cim::Name& property, const std::string& text,
                   const cim::InstancePtr& event) {
    const auto object = wbem::make_object(event);
    if (property != cim::Name("CommandLineTemplate")) {
        return consumers::StringTemplate(text).expand(object.get()).text;
    }
    std::string line;
    for (const auto& word : consumers::split_command_line(text)) {
        line += (line.empty() ? "" : " ") + in_quotes(word.expand(object.get()).text);
    }
    return line;
}

}  // namespace

scenarios::TestProvider::Render standard_rendering() {
    return &render;
}

}  // namespace openwmi::cli

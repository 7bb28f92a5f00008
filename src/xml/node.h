#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cim/name.h"

// What the readers ask of an element. Internal: the one header that knows pugixml.
namespace openwmi::xml {

inline std::string_view name_of(pugi::xml_node node) {
    return node.name();
}
inline std::string_view attribute(pugi::xml_node node, const char* name) {
    return node.attribute(name).value();
}
inline bool is_true(pugi::xml_node node, const char* name) {
    return attribute(node, name) == "true";
}

template <class... Args>
tl::unexpected<Error> bad(pugi::xml_node node, fmt::format_string<Args...> format, Args&&... args) {
    return fail(Status::InvalidSyntax, "<{}> at byte {}: {}", node.name(), node.offset_debug(),
                fmt::format(format, std::forward<Args>(args)...));
}

// The attribute as a name; must be there.
Result<cim::Name> name_attribute(pugi::xml_node node, const char* name);

// The text in an element that has nothing but text in it.
Result<std::string> text_in(pugi::xml_node node);

// The one element in an element; fails when there is none or more.
Result<pugi::xml_node> only_child(pugi::xml_node node);

// Calls back with each element in an element; fails on text between them and where `body` does.
template <class F>
Result<> each_child(pugi::xml_node node, F&& body) {
    for (const pugi::xml_node child : node.children()) {
        if (child.type() == pugi::node_element) {
            WMI_TRY(body(child));
        } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            const std::string_view text = child.value();
            if (text.find_first_not_of(" \t\r\n") != text.npos) {
                return bad(node, "text stands between its elements");
            }
        }
    }
    return {};
}

// A path as DSP0201 writes references, as text.
Result<std::string> reference_of(pugi::xml_node node);

}  // namespace openwmi::xml

#include "xml/node.h"

namespace openwmi::xml {

Result<cim::Name> name_attribute(pugi::xml_node node, const char* name) {
    const std::string_view text = attribute(node, name);
    if (text.empty()) return bad(node, "the attribute {} is missing", name);
    return cim::Name(text);
}

Result<std::string> text_in(pugi::xml_node node) {
    std::string text;
    for (const pugi::xml_node child : node.children()) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            text += child.value();
        } else if (child.type() == pugi::node_element) {
            return bad(node, "<{}> stands where text should", child.name());
        }
    }
    return text;
}

Result<pugi::xml_node> only_child(pugi::xml_node node) {
    pugi::xml_node only;
    WMI_TRY(each_child(node, [&](pugi::xml_node child) -> Result<> {
        if (only) return bad(node, "one element is expected, and there are more");
        only = child;
        return {};
    }));
    if (!only) return bad(node, "an element is expected, and there is none");
    return only;
}

}  // namespace openwmi::xml

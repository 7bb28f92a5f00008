#include "cim/object_path.h"
#include "xml/node.h"
#include "xml/value_text.h"

namespace openwmi::xml {
namespace {

Result<cim::Value> key_value(pugi::xml_node node) {
    const std::string text = WMI_TRY(text_in(node));
    const std::string_view type = attribute(node, "VALUETYPE");
    if (type == "boolean") return value_of_text(text, cim::CimType::Boolean);
    if (type == "numeric") return value_of_text(text, cim::CimType::Sint64);
    if (type == "string" || type.empty()) return cim::Value(text);
    return bad(node, "VALUETYPE {} is none of string, boolean, numeric", type);
}

Result<> read_instance_name(pugi::xml_node node, cim::ObjectPath& path) {
    path.class_name = WMI_TRY(name_attribute(node, "CLASSNAME"));
    WMI_TRY(each_child(node, [&](pugi::xml_node child) -> Result<> {
        cim::ObjectPath::Key key;
        pugi::xml_node value = child;
        if (name_of(child) == "KEYBINDING") {
            key.name = WMI_TRY(name_attribute(child, "NAME"));
            value = WMI_TRY(only_child(child));
        }
        if (name_of(value) == "VALUE.REFERENCE") {
            key.value = cim::Value(WMI_TRY(reference_of(WMI_TRY(only_child(value)))));
        } else if (name_of(value) == "KEYVALUE") {
            key.value = WMI_TRY(key_value(value));
        } else {
            return bad(value, "KEYVALUE or VALUE.REFERENCE is expected");
        }
        path.keys.push_back(std::move(key));
        return {};
    }));
    path.singleton = path.keys.empty();
    return {};
}

Result<> read_namespace(pugi::xml_node node, cim::ObjectPath& path) {
    std::string text;
    WMI_TRY(each_child(node, [&](pugi::xml_node child) -> Result<> {
        if (name_of(child) != "NAMESPACE") return bad(child, "NAMESPACE is expected");
        if (!text.empty()) text += '\\';
        text += attribute(child, "NAME");
        return {};
    }));
    path.name_space = WMI_TRY(cim::NamespacePath::parse(text));
    return {};
}

Result<> read_part(pugi::xml_node node, cim::ObjectPath& path) {
    const std::string_view name = name_of(node);
    if (name == "CLASSNAME") {
        path.class_name = WMI_TRY(name_attribute(node, "NAME"));
        return {};
    }
    if (name == "INSTANCENAME") return read_instance_name(node, path);
    if (name == "LOCALNAMESPACEPATH") return read_namespace(node, path);
    if (name == "HOST") {
        path.server = WMI_TRY(text_in(node));
        return {};
    }
    const bool holds_parts = name == "NAMESPACEPATH" || name == "LOCALCLASSPATH" ||
                             name == "CLASSPATH" || name == "LOCALINSTANCEPATH" ||
                             name == "INSTANCEPATH";
    if (!holds_parts) return bad(node, "it is no part of a path");
    const bool within = name_of(node.parent()) != "VALUE.REFERENCE" && name != "NAMESPACEPATH";
    if (within) return bad(node, "a path stands within a path");
    return each_child(node, [&](pugi::xml_node child) { return read_part(child, path); });
}

}  // namespace

Result<std::string> reference_of(pugi::xml_node node) {
    cim::ObjectPath path;
    WMI_TRY(read_part(node, path));
    if (path.class_name.empty()) return bad(node, "the path has no class");
    return path.text();
}

}  // namespace openwmi::xml

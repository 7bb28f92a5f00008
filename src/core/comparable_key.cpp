#include "core/comparable_key.h"

#include "cim/value.h"

namespace openwmi::core {

namespace {

bool is_reference(const cim::Class& cls, const cim::Name& key) {
    const auto index = key.empty() && !cls.keys().empty() ? std::optional(cls.keys().front())
                                                          : cls.find_property(key);
    return index && cls.properties()[*index].type.element == cim::CimType::Reference;
}

// The end of a reference in its shortest place and longest name.
cim::Value comparable(const cim::Value& value, const cim::NamespacePath& ns,
                      const cim::Schema& schema) {
    const auto* text = value.get_if<std::string>();
    auto path = text ? cim::ObjectPath::parse(*text) : Result<cim::ObjectPath>(fail(Error{}));
    if (!path) return value;
    path->server.reset();
    if (path->name_space == ns) path->name_space.reset();
    const auto cls = schema.find_class(path->class_name);
    if (cls && cls->keys().size() == 1 && path->keys.size() == 1) {
        path->keys.front().name = cls->properties()[cls->keys().front()].name;
    }
    return path->text();
}

}  // namespace

Result<std::string> comparable_key(const cim::ObjectPath& path, const cim::Class& cls,
                                   const cim::NamespacePath& ns, const cim::Schema& schema) {
    cim::ObjectPath plain = path;
    for (auto& key : plain.keys) {
        if (is_reference(cls, key.name)) key.value = comparable(key.value, ns, schema);
    }
    return cim::instance_key(plain, cls);
}

}  // namespace openwmi::core

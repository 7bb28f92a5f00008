#include <algorithm>
#include <vector>

#include "base/fold.h"
#include "cim/class.h"
#include "cim/object_path.h"

namespace openwmi::cim {
namespace {

template <class... Args>
tl::unexpected<Error> bad(const ObjectPath& path, fmt::format_string<Args...> format,
                          Args&&... args) {
    return fail(Status::InvalidObjectPath, "{}: {}", path.relative_text(),
                fmt::format(format, std::forward<Args>(args)...));
}

bool is_64_bit(CimType type) {
    return type == CimType::Sint64 || type == CimType::Uint64;
}

// The literal of a path as a value of the key's type. An integer for a text key is its digits
// (Win32_Process.Handle=4); 64-bit integers in quotes are decimal only (COM-178).
Result<Value> key_value(const ObjectPath& path, const Property& property, const Value& literal) {
    const auto type = property.type.element;
    const auto* number = literal.get_if<std::int64_t>();
    if (type == CimType::String && number) return Value(fmt::format("{}", *number));
    const auto* text = literal.get_if<std::string>();
    if (text && is_64_bit(type) && text->find_first_of("xX") != text->npos) {
        return bad(path, "the 64-bit key {} must be decimal, not hexadecimal",
                   property.name.text());
    }
    auto value = coerce(literal, property.type);
    if (!value) return bad(path, "the key {}: {}", property.name.text(), value.error().message);
    if (value->is_null()) return bad(path, "the key {} is NULL", property.name.text());
    return value;
}

// A reference as text that does not depend on how the path was written.
std::string canonical_reference(const std::string& text) {
    auto path = ObjectPath::parse(text);
    if (!path) return text;
    if (path->server == ".") path->server.reset();
    std::ranges::stable_sort(path->keys, {}, &ObjectPath::Key::name);
    return path->text();
}

// Each family of types has its own form, so that values of different families never look the same.
std::string canonical_text(const Value& value, CimType type) {
    if (const auto* text = value.get_if<std::string>()) {
        return quote(base::fold(type == CimType::Reference ? canonical_reference(*text) : *text));
    }
    return display(value, Type{type});
}

}  // namespace

Result<std::string> instance_key(const ObjectPath& path, const Class& cls) {
    const auto& class_name = cls.name().text();
    if (path.is_class()) return bad(path, "this is the path of a class, not of an instance");
    if (path.singleton) {
        if (!cls.is_singleton()) return bad(path, "the class {} is no singleton", class_name);
        return "@";
    }
    if (cls.is_singleton()) return bad(path, "{0} is a singleton: write {0}=@", class_name);
    if (cls.keys().empty()) return bad(path, "the class {} has no key", class_name);

    const bool short_form = path.keys.front().name.empty();
    if (short_form && cls.keys().size() != 1) {
        return bad(path, "the class {} has {} keys: name them", class_name, cls.keys().size());
    }
    std::string result;
    for (const auto index : cls.keys()) {
        const auto& property = cls.properties()[index];
        const auto key = std::ranges::find_if(path.keys, [&](const ObjectPath::Key& candidate) {
            return short_form || candidate.name == property.name;
        });
        if (key == path.keys.end()) return bad(path, "the key {} is missing", property.name.text());
        const auto value = WMI_TRY(key_value(path, property, key->value));
        if (!result.empty()) result.push_back(',');
        result += canonical_text(value, property.type.element);
    }
    if (path.keys.size() == cls.keys().size()) return result;
    for (const auto& key : path.keys) {
        const auto index = cls.find_property(key.name);
        if (!index || !cls.properties()[*index].is_key()) {
            return bad(path, "{} is no key of the class {}", key.name.text(), class_name);
        }
    }
    return bad(path, "a key is given twice");
}

}  // namespace openwmi::cim

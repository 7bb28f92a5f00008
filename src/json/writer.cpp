#include <charconv>
#include <cmath>

#include "cim/class.h"
#include "cim/instance.h"
#include "cim/system_property.h"
#include "json/emitter.h"
#include "json/json.h"

namespace openwmi::json {
namespace {

using cim::CimType;
using cim::Type;
using cim::Value;

// The largest integer up to which every reader of JSON numbers is exact.
constexpr std::uint64_t most_exact = std::uint64_t{1} << 53;

// Writes one object with all that is embedded in it. Confined to one call.
class Writer {
  public:
    explicit Writer(const WriteOptions& options) : options_(options), out_(options.layout) {}

    void object(const cim::Object& object) {
        if (const auto* instance = object.as_instance()) {
            write_instance(*instance);
        } else {
            write_class(object.class_of());
        }
    }

    void value(const Value& value, Type type) {
        std::visit([&](const auto& v) { put(v, type.element); }, value.storage());
    }

    std::string take() { return out_.take(); }

  private:
    void write_instance(const cim::Instance& instance) {
        out_.begin_object();
        named("__CLASS", instance.class_of().name().text());
        write_path(instance);
        const auto properties = instance.class_of().properties();
        for (std::size_t i = 0; i < properties.size(); ++i) {
            if (instance.is_hidden(i)) continue;
            const auto content = instance.get(i);
            if (content.is_null() && options_.nulls == Nulls::Omit) continue;
            out_.member(properties[i].name.text());
            value(content, properties[i].type);
        }
        out_.end_object();
    }

    void write_path(const cim::Instance& instance) {
        const auto path = cim::system_property(instance, "__PATH");
        if (path && !path->is_null()) named("__PATH", path->get<std::string>());
    }

    void write_class(const cim::Class& cls) {
        out_.begin_object();
        out_.member("__GENUS");
        out_.raw("1");
        named("__CLASS", cls.name().text());
        out_.member("__SUPERCLASS");
        value(cls.superclass() ? Value(cls.superclass()->name().text()) : Value(),
              Type{CimType::String});
        write_qualifiers(cls.qualifiers());
        out_.member("properties");
        out_.begin_array();
        for (const auto& property : cls.properties()) write_property(property);
        out_.end_array();
        out_.member("methods");
        out_.begin_array();
        for (const auto& method : cls.methods()) write_method(method);
        out_.end_array();
        out_.end_object();
    }

    void write_property(const cim::Property& property) {
        out_.element();
        out_.begin_object();
        named("name", property.name.text());
        write_type("type", property.type, property.class_name);
        write_default(property.default_value, property.type);
        write_origin(property.origin, property.local);
        write_qualifiers(property.qualifiers);
        out_.end_object();
    }

    void write_method(const cim::Method& method) {
        out_.element();
        out_.begin_object();
        named("name", method.name.text());
        write_type("returns", method.return_type, method.return_class);
        write_origin(method.origin, method.local);
        write_qualifiers(method.qualifiers);
        out_.member("parameters");
        out_.begin_array();
        for (const auto& parameter : method.parameters) {
            out_.element();
            out_.begin_object();
            named("name", parameter.name.text());
            write_type("type", parameter.type, parameter.class_name);
            write_default(parameter.default_value, parameter.type);
            write_qualifiers(parameter.qualifiers);
            out_.end_object();
        }
        out_.end_array();
        out_.end_object();
    }

    void write_qualifiers(const cim::QualifierSet& qualifiers) {
        if (qualifiers.empty()) return;
        out_.member("qualifiers");
        out_.begin_array();
        for (const auto& qualifier : qualifiers.all()) {
            out_.element();
            out_.begin_object();
            named("name", qualifier.name.text());
            write_type("type", qualifier.type, {});
            out_.member("value");
            value(qualifier.value, qualifier.type);
            write_flavor(qualifier.flavor);
            if (qualifier.propagated) mark_inherited();
            out_.end_object();
        }
        out_.end_array();
    }

    // The flavors in MOF's words, where they are not the defaults.
    void write_flavor(const cim::Flavor& flavor) {
        if (flavor == cim::Flavor{}) return;
        out_.member("flavor");
        out_.begin_array();
        for (const auto& [set, word] : {std::pair{flavor.to_instance, "ToInstance"},
                                        std::pair{flavor.to_subclass, "ToSubclass"},
                                        std::pair{!flavor.overridable, "DisableOverride"},
                                        std::pair{flavor.amended, "Amended"}}) {
            if (!set) continue;
            out_.element();
            out_.text(word);
        }
        out_.end_array();
    }

    void write_type(std::string_view member, Type type, const cim::Name& class_name) {
        named(member, cim::keyword(type.element));
        if (type.array) {
            out_.member("array");
            out_.raw("true");
        }
        if (!class_name.empty()) named("class", class_name.text());
    }

    void write_default(const Value& content, Type type) {
        if (content.is_null()) return;
        out_.member("default");
        value(content, type);
    }

    void write_origin(const cim::Name& origin, bool local) {
        named("origin", origin.text());
        if (!local) mark_inherited();
    }

    void mark_inherited() {
        out_.member("inherited");
        out_.raw("true");
    }

    void named(std::string_view name, std::string_view text) {
        out_.member(name);
        out_.text(text);
    }

    void put(std::monostate, CimType) { out_.raw("null"); }
    void put(bool v, CimType) { out_.raw(v ? "true" : "false"); }
    void put(std::int64_t v, CimType) {
        const auto magnitude =
            v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v);
        put_integer(fmt::format("{}", v), magnitude);
    }
    void put(std::uint64_t v, CimType) { put_integer(fmt::format("{}", v), v); }
    void put(double v, CimType type) {
        if (std::isfinite(v)) {
            out_.raw(type == CimType::Real32 ? shortest(static_cast<float>(v)) : shortest(v));
        } else {
            out_.text(std::isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity");
        }
    }
    void put(const std::string& v, CimType) { out_.text(v); }
    void put(const cim::ObjectPtr& v, CimType) { object(*v); }

    template <class T>
    void put(const std::vector<T>& array, CimType type) {
        out_.begin_array();
        for (const T& v : array) {
            out_.element();
            put(v, type);
        }
        out_.end_array();
    }

    void put_integer(std::string_view digits, std::uint64_t magnitude) {
        if (magnitude <= most_exact) {
            out_.raw(digits);
        } else {
            out_.text(digits);
        }
    }

    // The shortest decimal that reads back as the same number.
    template <class Real>
    static std::string shortest(Real v) {
        if (v == 0) return std::signbit(v) ? "-0.0" : "0";  // "-0" would be read as an integer
        char digits[64];
        const auto end = std::to_chars(std::begin(digits), std::end(digits), v).ptr;
        return {digits, end};
    }

    const WriteOptions& options_;
    Emitter out_;
};

}  // namespace

std::string write(const cim::Object& object, const WriteOptions& options) {
    Writer writer(options);
    writer.object(object);
    return writer.take();
}

std::string write(const cim::Value& value, cim::Type type, const WriteOptions& options) {
    Writer writer(options);
    writer.value(value, type);
    return writer.take();
}

}  // namespace openwmi::json

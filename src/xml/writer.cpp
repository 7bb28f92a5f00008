#include <algorithm>

#include "cim/class.h"
#include "cim/instance.h"
#include "cim/object_path.h"
#include "cim/system_property.h"
#include "xml/elements.h"
#include "xml/emitter.h"
#include "xml/value_text.h"
#include "xml/xml.h"

namespace openwmi::xml {
namespace {

using cim::CimType;
using cim::Type;
using cim::Value;

std::string_view flag(bool set) {
    return set ? "true" : "";
}

// Writes one object with all that is embedded in it. Confined to one call.
class Writer {
  public:
    explicit Writer(Dialect dialect) : dialect_(dialect) {}

    void object(const cim::Object& object) {
        if (const auto* instance = object.as_instance()) {
            write_instance(*instance);
        } else {
            write_class(object.class_of());
        }
    }
    Result<std::string> take() { return out_.take(); }

  private:
    void write_class(const cim::Class& cls) {
        const cim::ClassPtr& superclass = cls.superclass();
        out_.open("CLASS", {{"NAME", cls.name().text()},
                            {"SUPERCLASS", superclass ? superclass->name().text() : ""}});
        write_system_properties(cls);
        for (const auto& qualifier : cls.qualifiers().all()) write_qualifier(qualifier);
        for (const auto& property : cls.properties()) {
            write_property(property, property.default_value,
                           [&] { write_qualifiers(property.qualifiers); });
        }
        for (const auto& method : cls.methods()) write_method(method);
        out_.close("CLASS");
    }

    void write_instance(const cim::Instance& instance) {
        const cim::Class& cls = instance.class_of();
        out_.open("INSTANCE", {{"CLASSNAME", cls.name().text()}});
        write_system_properties(instance);
        write_qualifiers(instance.qualifiers());
        if (cls.is_singleton()) write_inherited_qualifier(cls.qualifiers(), "singleton");
        for (std::size_t i = 0; i < cls.properties().size(); ++i) {
            if (instance.is_hidden(i)) continue;
            const cim::Property& property = cls.properties()[i];
            write_property(property, instance.get(i), [&] {
                if (property.is_key()) write_inherited_qualifier(property.qualifiers, "key");
            });
        }
        out_.close("INSTANCE");
    }

    void write_system_properties(const cim::Object& object) {
        if (dialect_ != Dialect::Wmi) return;
        for (const auto& [name, type] : cim::system_properties()) {
            const auto value = cim::system_property(object, name);
            if (!value || value->is_null()) continue;
            const std::string element = element_name("PROPERTY", Form::Text, type.array);
            out_.open(element, {{"NAME", name.text()},
                                {"CLASSORIGIN", system_origin},
                                {"TYPE", cim::keyword(type.element)}});
            write_value(*value, type);
            out_.close(element);
        }
    }

    void write_qualifiers(const cim::QualifierSet& qualifiers) {
        for (const auto& qualifier : qualifiers.all()) write_qualifier(qualifier);
    }
    void write_inherited_qualifier(const cim::QualifierSet& qualifiers, const char* name) {
        cim::Qualifier qualifier = *qualifiers.find(cim::Name(name));
        qualifier.propagated = true;
        write_qualifier(qualifier);
    }
    void write_qualifier(const cim::Qualifier& qualifier) {
        const cim::Flavor& flavor = qualifier.flavor;
        const bool wmi = dialect_ == Dialect::Wmi;
        out_.open("QUALIFIER", {{"NAME", qualifier.name.text()},
                                {"TYPE", cim::keyword(qualifier.type.element)},
                                {"PROPAGATED", flag(qualifier.propagated)},
                                {"OVERRIDABLE", flavor.overridable ? "" : "false"},
                                {"TOSUBCLASS", flavor.to_subclass ? "" : "false"},
                                {"TOINSTANCE", flag(flavor.to_instance)},
                                {"AMENDED", flag(wmi && flavor.amended)},
                                {"TRANSLATABLE", flag(!wmi && flavor.amended)}});
        write_value(qualifier.value, qualifier.type);
        out_.close("QUALIFIER");
    }

    Form form_of(CimType type) const {
        if (type == CimType::Reference) return Form::Reference;
        const bool element = type == CimType::Object && dialect_ == Dialect::Wmi;
        return element ? Form::Object : Form::Text;
    }
    // What TYPE says; other forms have no TYPE.
    std::string_view type_name(CimType type) const {
        if (form_of(type) != Form::Text) return {};
        return type == CimType::Object ? "string" : cim::keyword(type);
    }
    std::string_view embedded(CimType type) const {
        return type == CimType::Object && dialect_ == Dialect::Cim ? "object" : "";
    }

    template <class Qualifiers>
    void write_property(const cim::Property& property, const Value& value,
                        Qualifiers&& qualifiers) {
        const CimType type = property.type.element;
        const auto element = element_name("PROPERTY", form_of(type), property.type.array);
        out_.open(element, {{"NAME", property.name.text()},
                            {"CLASSORIGIN", property.origin.text()},
                            {"PROPAGATED", flag(!property.local)},
                            {"TYPE", type_name(type)},
                            {"EmbeddedObject", embedded(type)},
                            {"REFERENCECLASS", property.class_name.text()}});
        qualifiers();
        write_value(value, property.type);
        out_.close(element);
    }

    void write_method(const cim::Method& method) {
        const bool returns = method.return_type.element != CimType::Empty;
        out_.open("METHOD", {{"NAME", method.name.text()},
                             {"TYPE", returns ? cim::keyword(method.return_type.element) : ""},
                             {"CLASSORIGIN", method.origin.text()},
                             {"PROPAGATED", flag(!method.local)},
                             {"REFERENCECLASS", method.return_class.text()},
                             {"RETURNSARRAY", flag(method.return_type.array)}});
        write_qualifiers(method.qualifiers);
        for (const auto& parameter : method.parameters) {
            const CimType type = parameter.type.element;
            const auto element = element_name("PARAMETER", form_of(type), parameter.type.array);
            out_.open(element, {{"NAME", parameter.name.text()},
                                {"TYPE", type_name(type)},
                                {"EmbeddedObject", embedded(type)},
                                {"REFERENCECLASS", parameter.class_name.text()}});
            write_qualifiers(parameter.qualifiers);
            write_value(parameter.default_value, parameter.type);
            out_.close(element);
        }
        out_.close("METHOD");
    }

    void write_value(const Value& value, Type type) {
        if (value.is_null()) return;
        if (!type.array) return write_scalar(value, type.element);
        const auto element = element_name("VALUE", form_of(type.element), /*array=*/true);
        out_.open(element);
        for (std::size_t i = 0; i < value.array_size(); ++i) {
            write_scalar(value.element(i), type.element);
        }
        out_.close(element);
    }

    void write_scalar(const Value& value, CimType type) {
        const Form form = form_of(type);
        const auto element = element_name("VALUE", form, /*array=*/false);
        out_.open(element);
        if (form == Form::Reference) {
            write_reference(value.get<std::string>());
        } else if (form == Form::Object) {
            object(*value.get<cim::ObjectPtr>());
        } else if (type == CimType::Object) {
            out_.text(embedded_text(*value.get<cim::ObjectPtr>()));
        } else {
            if (type == CimType::Char16) check_character(value.get<std::uint64_t>());
            out_.text(value_text(value, type));
        }
        out_.close(element);
    }

    std::string embedded_text(const cim::Object& object) {
        Writer writer(dialect_);
        writer.object(object);
        auto text = writer.take();
        if (text) return *std::move(text);
        out_.fail_with(std::move(text.error()));
        return {};
    }

    void check_character(std::uint64_t unit) {
        if (unit < 0xD800 || unit > 0xDFFF) return;
        out_.fail_with({Status::InvalidObject, "half a character, which no XML can hold"});
    }

    void write_reference(const std::string& text) {
        const auto path = cim::ObjectPath::parse(text);
        if (!path || path->class_name.empty()) {
            return out_.fail_with(
                {Status::InvalidObjectPath,
                 fmt::format("the reference \"{}\" is no path of a class or instance", text)});
        }
        const std::string kind = path->is_class() ? "CLASS" : "INSTANCE";
        if (!path->name_space) return write_named(*path);
        const std::string element = (path->server ? "" : "LOCAL") + kind + "PATH";
        out_.open(element);
        if (path->server) {
            out_.open("NAMESPACEPATH");
            out_.element("HOST", *path->server);
        }
        out_.open("LOCALNAMESPACEPATH");
        for (const auto& part : path->name_space->parts()) {
            out_.empty("NAMESPACE", {{"NAME", part.text()}});
        }
        out_.close("LOCALNAMESPACEPATH");
        if (path->server) out_.close("NAMESPACEPATH");
        write_named(*path);
        out_.close(element);
    }

    void write_named(const cim::ObjectPath& path) {
        if (path.is_class()) return out_.empty("CLASSNAME", {{"NAME", path.class_name.text()}});
        out_.open("INSTANCENAME", {{"CLASSNAME", path.class_name.text()}});
        for (const auto& key : path.keys) {
            if (!key.name.empty()) out_.open("KEYBINDING", {{"NAME", key.name.text()}});
            const bool text = key.value.get_if<std::string>() != nullptr;
            const bool flag = key.value.get_if<bool>() != nullptr;
            out_.element("KEYVALUE", value_text(key.value, CimType::Sint64),
                         {{"VALUETYPE", text   ? "string"
                                        : flag ? "boolean"
                                               : "numeric"}});
            if (!key.name.empty()) out_.close("KEYBINDING");
        }
        out_.close("INSTANCENAME");
    }

    Dialect dialect_;
    Emitter out_;
};

}  // namespace

Result<std::string> write(const cim::Object& object, Dialect dialect) {
    Writer writer(dialect);
    writer.object(object);
    return writer.take();
}

}  // namespace openwmi::xml

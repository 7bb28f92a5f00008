#include "mof/writer.h"

#include <cmath>
#include <span>

#include "base/text.h"

namespace openwmi::mof {
namespace {

using cim::CimType;

constexpr std::string_view indent = "    ";

// Writes into one string; nested objects deeper to the right. Lives for one object. Confined.
class Writer {
  public:
    std::string take() { return std::move(out_); }

    void declaration(const cim::ClassDeclaration& declaration);
    void instance(const cim::Instance& instance);
    void value(const cim::Value& value, cim::Type type);

  private:
    void instance_body(const cim::Instance& instance);
    void scalar(const cim::Value& value, CimType type);
    void object(const cim::Object& object);
    void real(double number);
    void string(std::string_view text);
    void character(std::uint64_t unit);
    void escaped(char32_t code_point, char quote);
    void qualifiers(const cim::QualifierSet& set);
    void flavors(const cim::Flavor& flavor);
    void type(cim::Type type, const cim::Name& class_name);
    void property(const cim::Property& property);
    void method(const cim::Method& method);
    void parameter(const cim::Parameter& parameter);
    void line_start() {
        for (int i = 0; i < depth_; ++i) out_ += indent;
    }

    std::string out_;
    int depth_ = 0;
};

void Writer::declaration(const cim::ClassDeclaration& declaration) {
    if (!declaration.qualifiers.empty()) {
        qualifiers(declaration.qualifiers);
        out_ += '\n';
    }
    out_ += "class " + declaration.name.text();
    if (!declaration.superclass.empty()) out_ += " : " + declaration.superclass.text();
    out_ += "\n{\n";
    ++depth_;
    for (const cim::Property& each : declaration.properties) property(each);
    for (const cim::Method& each : declaration.methods) method(each);
    --depth_;
    out_ += "};\n";
}

void Writer::property(const cim::Property& property) {
    line_start();
    if (!property.qualifiers.empty()) {
        qualifiers(property.qualifiers);
        out_ += ' ';
    }
    type(property.type, property.class_name);
    out_ += property.name.text();
    if (property.type.array) out_ += "[]";
    if (!property.default_value.is_null()) {
        out_ += " = ";
        value(property.default_value, property.type);
    }
    out_ += ";\n";
}

void Writer::method(const cim::Method& method) {
    line_start();
    if (!method.qualifiers.empty()) {
        qualifiers(method.qualifiers);
        out_ += ' ';
    }
    type(method.return_type, method.return_class);
    out_ += method.name.text() + "(";
    bool first = true;
    for (const cim::Parameter& each : method.parameters) {
        out_ += first ? "" : ", ";
        first = false;
        parameter(each);
    }
    out_ += ");\n";
}

void Writer::parameter(const cim::Parameter& parameter) {
    if (!parameter.qualifiers.empty()) {
        qualifiers(parameter.qualifiers);
        out_ += ' ';
    }
    type(parameter.type, parameter.class_name);
    out_ += parameter.name.text();
    if (parameter.type.array) out_ += "[]";
    if (!parameter.default_value.is_null()) {
        out_ += " = ";
        value(parameter.default_value, parameter.type);
    }
}

void Writer::type(cim::Type type, const cim::Name& class_name) {
    if (type.element == CimType::Empty) {
        out_ += "void ";
    } else if (type.element == CimType::Reference) {
        out_ += (class_name.empty() ? "object" : class_name.text()) + " ref ";
    } else if (type.element == CimType::Object && !class_name.empty()) {
        out_ += class_name.text() + " ";
    } else {
        out_ += cim::keyword(type.element);
        out_ += ' ';
    }
}

void Writer::qualifiers(const cim::QualifierSet& set) {
    out_ += '[';
    bool first = true;
    for (const cim::Qualifier& qualifier : set.all()) {
        out_ += first ? "" : ", ";
        first = false;
        out_ += qualifier.name.text();
        const bool* flag = qualifier.value.get_if<bool>();
        if (qualifier.type.array && !qualifier.value.is_null()) {
            value(qualifier.value, qualifier.type);
        } else if (!flag || !*flag) {
            out_ += '(';
            value(qualifier.value, qualifier.type);
            out_ += ')';
        }
        flavors(qualifier.flavor);
    }
    out_ += ']';
}

void Writer::flavors(const cim::Flavor& flavor) {
    std::string words;
    if (flavor.to_instance) words += " ToInstance";
    if (flavor.to_subclass) words += " ToSubClass";
    const bool travels = flavor.to_instance || flavor.to_subclass;
    if (!flavor.overridable && travels) words += " DisableOverride";
    if (flavor.amended) words += " Amended";
    if (!words.empty()) out_ += " :" + words;
}

void Writer::instance(const cim::Instance& instance) {
    if (!instance.qualifiers().empty()) {
        qualifiers(instance.qualifiers());
        out_ += '\n';
    }
    instance_body(instance);
    out_ += ";\n";
}

void Writer::instance_body(const cim::Instance& instance) {
    const cim::Class& cls = instance.class_of();
    out_ += "instance of " + cls.name().text() + "\n";
    line_start();
    out_ += "{\n";
    ++depth_;
    for (std::size_t i = 0; i < cls.properties().size(); ++i) {
        const cim::Property& property = cls.properties()[i];
        const cim::QualifierSet& written = instance.property_qualifiers(property.name);
        const bool has_value = !instance.is_default(i);
        if (instance.is_hidden(i) || (!has_value && written.empty())) continue;
        line_start();
        if (!written.empty()) {
            qualifiers(written);
            out_ += ' ';
        }
        out_ += property.name.text();
        if (has_value) {
            out_ += " = ";
            value(instance.get(i), property.type);
        }
        out_ += ";\n";
    }
    --depth_;
    line_start();
    out_ += '}';
}

void Writer::value(const cim::Value& value, cim::Type type) {
    if (value.is_null()) {
        out_ += "NULL";
        return;
    }
    if (!value.is_array()) {
        scalar(value, type.element);
        return;
    }
    out_ += '{';
    for (std::size_t i = 0; i < value.array_size(); ++i) {
        out_ += i == 0 ? "" : ", ";
        scalar(value.element(i), type.element);
    }
    out_ += '}';
}

void Writer::scalar(const cim::Value& value, CimType type) {
    if (const auto* v = value.get_if<bool>()) {
        out_ += *v ? "TRUE" : "FALSE";
    } else if (const auto* integer = value.get_if<std::int64_t>()) {
        const bool quoted = type == CimType::Sint64;  // MOF-007
        out_ += fmt::format("{0}{1}{0}", quoted ? "\"" : "", *integer);
    } else if (const auto* natural = value.get_if<std::uint64_t>()) {
        const bool quoted = type == CimType::Uint64;
        if (type == CimType::Char16) {
            character(*natural);
        } else {
            out_ += fmt::format("{0}{1}{0}", quoted ? "\"" : "", *natural);
        }
    } else if (const auto* number = value.get_if<double>()) {
        real(*number);
    } else if (const auto* text = value.get_if<std::string>()) {
        string(*text);
    } else if (const auto* embedded = value.get_if<cim::ObjectPtr>()) {
        object(**embedded);
    }
}

void Writer::object(const cim::Object& object) {
    if (const cim::Instance* embedded = object.as_instance()) {
        instance_body(*embedded);
    } else {
        out_ += "NULL /* the class " + object.class_of().name().text() + " itself */";
    }
}

// With a point or exponent, so that it is read as a real again.
void Writer::real(double number) {
    if (!std::isfinite(number)) {
        out_ += std::isnan(number) ? "NULL /* not a number */" : "NULL /* infinite */";
        return;
    }
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    out_ += text;
}

void Writer::string(std::string_view text) {
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) escaped(base::next_code_point(text, at), '"');
    out_ += '"';
}

void Writer::character(std::uint64_t unit) {
    const bool printable = unit >= 0x20 && unit < 0x7f;
    if (!printable) {
        out_ += fmt::format("{}", unit);
        return;
    }
    out_ += '\'';
    escaped(static_cast<char32_t>(unit), '\'');
    out_ += '\'';
}

void Writer::escaped(char32_t code_point, char quote) {
    switch (code_point) {
        case U'\\': out_ += "\\\\"; return;
        case U'\n': out_ += "\\n"; return;
        case U'\r': out_ += "\\r"; return;
        case U'\t': out_ += "\\t"; return;
        default: break;
    }
    if (code_point == static_cast<char32_t>(quote)) {
        out_ += '\\';
        out_ += quote;
    } else if (code_point < 0x20 || code_point == 0x7f) {
        out_ += fmt::format("\\x{:04X}", static_cast<std::uint32_t>(code_point));
    } else {
        base::append_utf8(out_, code_point);
    }
}

}  // namespace

std::string write(const cim::ClassDeclaration& declaration) {
    Writer writer;
    writer.declaration(declaration);
    return writer.take();
}

std::string write(const cim::Class& cls) {
    return write(cls.declaration());
}

std::string write(const cim::Instance& instance) {
    Writer writer;
    writer.instance(instance);
    return writer.take();
}

std::string write(const cim::Object& object) {
    if (const cim::Instance* instance = object.as_instance()) return write(*instance);
    return write(object.class_of());
}

std::string write_value(const cim::Value& value, cim::Type type) {
    Writer writer;
    writer.value(value, type);
    return writer.take();
}

}  // namespace openwmi::mof

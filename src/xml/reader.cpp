#include <algorithm>

#include "cim/class.h"
#include "cim/instance.h"
#include "cim/limits.h"
#include "xml/elements.h"
#include "xml/lineage.h"
#include "xml/node.h"
#include "xml/value_text.h"
#include "xml/xml.h"

namespace openwmi::xml {
namespace {

using cim::CimType;
using cim::Type;
using cim::Value;

// What an element PROPERTY…, PARAMETER… or QUALIFIER declares.
struct Shape {
    Form form = Form::Text;
    Type type;
    cim::Name class_name;
};

// Reads one object with all that is embedded in it. Confined to one call.
class Reader {
  public:
    explicit Reader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    Result<cim::ObjectPtr> text(std::string_view text) {
        if (text.size() > max_bytes_) {
            return fail(Status::InvalidSyntax, "the text has {} bytes, {} are read at most",
                        text.size(), max_bytes_);
        }
        // Neither a DTD nor its entities are read.
        constexpr unsigned flags = pugi::parse_default | pugi::parse_ws_pcdata;
        pugi::xml_document document;
        const auto parsed =
            document.load_buffer(text.data(), text.size(), flags, pugi::encoding_utf8);
        if (!parsed) {
            return fail(Status::InvalidSyntax, "this is no XML: {} at byte {}",
                        parsed.description(), parsed.offset);
        }
        pugi::xml_node root;
        WMI_TRY(each_child(document, [&](pugi::xml_node child) -> Result<> {
            if (root) return bad(child, "it is the second root");
            root = child;
            return {};
        }));
        return object(root);
    }

  private:
    Result<cim::ObjectPtr> object(pugi::xml_node node) {
        if (depth_ == cim::max_nesting) {
            return bad(node, "objects are nested {} deep at most", cim::max_nesting);
        }
        ++depth_;
        auto read = object_here(node);
        --depth_;
        return read;
    }

    Result<cim::ObjectPtr> object_here(pugi::xml_node node) {
        ClassTold told;
        if (name_of(node) == "CLASS") {
            told.name = WMI_TRY(name_attribute(node, "NAME"));
            const std::string_view superclass = attribute(node, "SUPERCLASS");
            if (!superclass.empty()) told.ancestors.emplace_back(superclass);
            WMI_TRY(read_members(node, told));
            return cim::ObjectPtr(WMI_TRY(make_class(told)));
        }
        if (name_of(node) != "INSTANCE") {
            return fail(Status::InvalidSyntax, "CLASS or INSTANCE is expected, not \"{}\"",
                        node.name());
        }
        told.name = WMI_TRY(name_attribute(node, "CLASSNAME"));
        WMI_TRY(read_members(node, told));
        return make_instance(told);
    }

    // The properties' values are the defaults of `told`.
    static Result<cim::ObjectPtr> make_instance(ClassTold& told) {
        auto qualifiers = std::exchange(told.qualifiers, {});
        std::vector<std::pair<cim::Name, Value>> values;
        for (auto& property : told.properties) {
            values.emplace_back(property.member.name,
                                std::exchange(property.member.default_value, {}));
            property.propagated = !told.ancestors.empty() && !(property.origin == told.name);
        }
        cim::InstanceBuilder builder(WMI_TRY(make_class(told)));
        for (auto& [name, value] : values) WMI_TRY(builder.set(name, std::move(value)));
        builder.set_qualifiers(std::move(qualifiers));
        return cim::ObjectPtr(builder.build());
    }

    Result<> read_members(pugi::xml_node node, ClassTold& told) {
        return each_child(node, [&](pugi::xml_node child) -> Result<> {
            const std::string_view name = name_of(child);
            if (name == "QUALIFIER") {
                auto& into =
                    is_true(child, "PROPAGATED") ? told.inherited_qualifiers : told.qualifiers;
                into.put(WMI_TRY(read_qualifier(child)));
                return {};
            }
            if (name == "METHOD") return read_method(child, told);
            if (attribute(child, "CLASSORIGIN") == system_origin) {
                return read_system_property(child, told);
            }
            told.properties.push_back(WMI_TRY(read_property(child)));
            return {};
        });
    }

    // Of the system properties only the ancestors say something that the text does not.
    Result<> read_system_property(pugi::xml_node node, ClassTold& told) {
        if (attribute(node, "NAME") != "__DERIVATION") return {};
        const Shape shape = WMI_TRY(shape_of(node, "PROPERTY"));
        const Value names = WMI_TRY(read_value(node, shape));
        const auto* texts = names.get_if<cim::Strings>();
        if (!texts) return bad(node, "the derivation is an array of names");
        told.ancestors.assign(texts->begin(), texts->end());
        return {};
    }

    Result<cim::Qualifier> read_qualifier(pugi::xml_node node) {
        cim::Qualifier qualifier;
        qualifier.name = WMI_TRY(name_attribute(node, "NAME"));
        qualifier.propagated = is_true(node, "PROPAGATED");
        qualifier.flavor.to_subclass = attribute(node, "TOSUBCLASS") != "false";
        qualifier.flavor.to_instance = is_true(node, "TOINSTANCE");
        qualifier.flavor.overridable = attribute(node, "OVERRIDABLE") != "false";
        qualifier.flavor.amended = is_true(node, "AMENDED") || is_true(node, "TRANSLATABLE");
        Shape shape;
        shape.type.element = WMI_TRY(type_attribute(node));
        shape.type.array = !node.child("VALUE.ARRAY").empty();
        qualifier.type = shape.type;
        qualifier.value = WMI_TRY(read_value(node, shape));
        return qualifier;
    }

    Result<Told<cim::Property>> read_property(pugi::xml_node node) {
        const Shape shape = WMI_TRY(shape_of(node, "PROPERTY"));
        Told<cim::Property> told;
        told.member.name = WMI_TRY(name_attribute(node, "NAME"));
        told.member.type = shape.type;
        told.member.class_name = shape.class_name;
        told.origin = attribute(node, "CLASSORIGIN");
        told.propagated = is_true(node, "PROPAGATED");
        told.member.default_value = WMI_TRY(read_value(node, shape));
        WMI_TRY(read_qualifiers(node, told.member.qualifiers));
        return told;
    }

    Result<> read_qualifiers(pugi::xml_node node, cim::QualifierSet& into) {
        for (const pugi::xml_node child : node.children("QUALIFIER")) {
            into.put(WMI_TRY(read_qualifier(child)));
        }
        return {};
    }

    Result<> read_method(pugi::xml_node node, ClassTold& told) {
        Told<cim::Method> method;
        method.member.name = WMI_TRY(name_attribute(node, "NAME"));
        method.origin = attribute(node, "CLASSORIGIN");
        method.propagated = is_true(node, "PROPAGATED");
        if (!attribute(node, "TYPE").empty()) {
            method.member.return_type = {WMI_TRY(type_attribute(node)),
                                         is_true(node, "RETURNSARRAY")};
            method.member.return_class = attribute(node, "REFERENCECLASS");
        }
        WMI_TRY(each_child(node, [&](pugi::xml_node child) -> Result<> {
            if (name_of(child) == "QUALIFIER") {
                method.member.qualifiers.put(WMI_TRY(read_qualifier(child)));
                return {};
            }
            const Shape shape = WMI_TRY(shape_of(child, "PARAMETER"));
            cim::Parameter parameter;
            parameter.name = WMI_TRY(name_attribute(child, "NAME"));
            parameter.type = shape.type;
            parameter.class_name = shape.class_name;
            parameter.default_value = WMI_TRY(read_value(child, shape));
            WMI_TRY(read_qualifiers(child, parameter.qualifiers));
            method.member.parameters.push_back(std::move(parameter));
            return {};
        }));
        told.methods.push_back(std::move(method));
        return {};
    }

    static Result<CimType> type_attribute(pugi::xml_node node) {
        const auto type = cim::type_of_keyword(attribute(node, "TYPE"));
        if (type) return *type;
        return bad(node, "TYPE \"{}\" is no CIM type", attribute(node, "TYPE"));
    }

    // Of an element whose name is `kind` with a suffix.
    static Result<Shape> shape_of(pugi::xml_node node, std::string_view kind) {
        Shape shape;
        shape.class_name = attribute(node, "REFERENCECLASS");
        for (const Form form : {Form::Text, Form::Reference, Form::Object}) {
            for (const bool array : {false, true}) {
                if (name_of(node) != element_name(kind, form, array)) continue;
                shape.form = form;
                shape.type.array = array;
                shape.type.element = WMI_TRY(type_of(node, form));
                return shape;
            }
        }
        return bad(node, "{} or QUALIFIER is expected", kind);
    }
    static Result<CimType> type_of(pugi::xml_node node, Form form) {
        if (form == Form::Reference) return CimType::Reference;
        const bool embedded = !attribute(node, "EmbeddedObject").empty();
        if (form == Form::Object || embedded) return CimType::Object;
        return type_attribute(node);
    }

    // The VALUE… in the element; NULL without one.
    Result<Value> read_value(pugi::xml_node node, const Shape& shape) {
        Value value;
        WMI_TRY(each_child(node, [&](pugi::xml_node child) -> Result<> {
            if (name_of(child) == "QUALIFIER") return {};
            if (name_of(child) != element_name("VALUE", shape.form, shape.type.array)) {
                return bad(child, "it does not fit its <{}>", node.name());
            }
            if (!value.is_null()) return bad(child, "it is the second value");
            value = shape.type.array ? WMI_TRY(read_array(child, shape))
                                     : WMI_TRY(read_scalar(child, shape));
            return {};
        }));
        return value;
    }

    Result<Value> read_array(pugi::xml_node node, const Shape& shape) {
        cim::Booleans booleans;
        cim::Integers integers;
        cim::Unsigneds unsigneds;
        cim::Reals reals;
        cim::Strings strings;
        cim::Objects objects;
        const std::string element = element_name("VALUE", shape.form, /*array=*/false);
        WMI_TRY(each_child(node, [&](pugi::xml_node child) -> Result<> {
            if (name_of(child) != element) return bad(child, "{} is expected", element);
            Value value = WMI_TRY(read_scalar(child, shape));
            if (const auto* v = value.get_if<bool>()) booleans.push_back(*v);
            if (const auto* v = value.get_if<std::int64_t>()) integers.push_back(*v);
            if (const auto* v = value.get_if<std::uint64_t>()) unsigneds.push_back(*v);
            if (const auto* v = value.get_if<double>()) reals.push_back(*v);
            if (const auto* v = value.get_if<std::string>()) strings.push_back(*v);
            if (const auto* v = value.get_if<cim::ObjectPtr>()) objects.push_back(*v);
            return {};
        }));
        const CimType type = shape.type.element;
        if (type == CimType::Boolean) return Value(std::move(booleans));
        if (cim::is_signed_integer(type)) return Value(std::move(integers));
        if (cim::is_real(type)) return Value(std::move(reals));
        if (cim::is_text(type)) return Value(std::move(strings));
        if (type == CimType::Object) return Value(std::move(objects));
        return Value(std::move(unsigneds));
    }

    Result<Value> read_scalar(pugi::xml_node node, const Shape& shape) {
        if (shape.form == Form::Reference) {
            return Value(WMI_TRY(reference_of(WMI_TRY(only_child(node)))));
        }
        if (shape.form == Form::Object) return Value(WMI_TRY(object(WMI_TRY(only_child(node)))));
        const std::string content = WMI_TRY(text_in(node));
        if (shape.type.element == CimType::Object) return embedded(content);
        auto value = value_of_text(content, shape.type.element);
        if (!value) return bad(node, "{}", value.error().message);
        return value;
    }

    Result<Value> embedded(const std::string& content) {
        Reader reader(max_bytes_);
        reader.depth_ = depth_;
        return Value(WMI_TRY(reader.text(content)));
    }

    std::size_t max_bytes_;
    std::size_t depth_ = 0;
};

}  // namespace

Result<cim::ObjectPtr> read(std::string_view text, const ReadOptions& options) {
    return Reader(options.max_bytes).text(text);
}

}  // namespace openwmi::xml

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/declaration_builder.h"
#include "mof/parser.h"
#include "mof/writer.h"

// What was read is written, and read again: is it the same?
namespace openwmi::mof::testing {

// Keeps every object that is put. Used by one test at a time.
class KeepingTarget final : public Target {
  public:
    std::vector<cim::InstancePtr> instances;

    Result<bool> namespace_exists(const cim::NamespacePath&) override { return true; }
    Result<cim::ClassPtr> find_class(const cim::NamespacePath& name_space,
                                     const cim::Name& name) override {
        for (const cim::ClassPtr& cls : lent) {
            if (cls->name() == name) return cls;
        }
        return classes_.find_class(name_space, name);
    }
    Result<> put_class(const cim::NamespacePath& name_space,
                       const cim::ClassDeclaration& declaration, PutFlags flags) override {
        return classes_.put_class(name_space, declaration, flags);
    }
    Result<cim::ObjectPath> put_instance(const cim::NamespacePath& name_space,
                                         const cim::InstancePtr& instance,
                                         PutFlags flags) override {
        instances.push_back(instance);
        return classes_.put_instance(name_space, instance, flags);
    }
    Result<> delete_class(const cim::NamespacePath& name_space, const cim::Name& name) override {
        return classes_.delete_class(name_space, name);
    }
    Result<> delete_instance(const cim::NamespacePath&, const cim::ObjectPath&) override {
        return {};
    }

    std::vector<cim::ClassPtr> lent;  // found before all others

  private:
    CheckTarget classes_;
};

// Knows no class and no path: the embedded objects of a declaration become NULL.
class NoResolver final : public LiteralResolver {
  public:
    Judged<cim::ObjectPtr> embedded_object(const InstanceNode&, const cim::Name&) override {
        return cim::ObjectPtr();
    }
    Judged<std::string> alias_path(const AliasUse&, const Place&) override { return std::string(); }
};

inline Document parse_written(const std::string& text) {
    ParseOptions options;
    options.system_classes = true;
    return parse(text, "written.mof", options);
}

inline std::string mistakes(const Document& document) {
    std::string text;
    for (const auto& each : document.diagnostics) {
        if (each.severity == base::Severity::Error) text += document.render(each);
    }
    return text;
}

inline std::optional<cim::ClassDeclaration> declaration_of(const Document& document,
                                                           std::size_t item) {
    const auto* node = std::get_if<ClassNode>(&document.items[item].node);
    if (!node) return std::nullopt;
    const QualifierTable qualifiers(document);
    NoResolver resolver;
    auto declaration = DeclarationBuilder(qualifiers, item, resolver).build(*node);
    if (!declaration) return std::nullopt;
    return *std::move(declaration);
}

// Why the class does not survive; empty: it does.
inline std::string class_difference(const cim::ClassDeclaration& declaration) {
    const std::string text = write(declaration);
    const Document document = parse_written(text);
    if (!document.ok()) return "cannot be read:\n" + mistakes(document);
    const auto again = declaration_of(document, 0);
    if (!again) return "is no class any more:\n" + text;
    if (!(*again == declaration)) return "is another:\n" + text + "\nand then\n" + write(*again);
    return {};
}

inline bool same_instance(const cim::Instance& a, const cim::Instance& b) {
    const std::size_t size = a.class_of().properties().size();
    for (std::size_t i = 0; i < size; ++i) {
        if (a.is_default(i) != b.is_default(i)) return false;
        // Objects within objects are told by their text.
        if (write_value(a.get(i), a.class_of().properties()[i].type) !=
            write_value(b.get(i), b.class_of().properties()[i].type)) {
            return false;
        }
    }
    return a.qualifiers() == b.qualifiers() &&
           a.all_qualifiers().properties == b.all_qualifiers().properties;
}

// The classes of the instance and of what is embedded in it.
inline void collect_classes(const cim::Instance& instance, std::vector<cim::ClassPtr>& classes) {
    classes.push_back(instance.class_ptr());
    for (const cim::ObjectPtr& each : instance.block()->embedded()) {
        if (const auto* embedded = each->as_instance()) collect_classes(*embedded, classes);
    }
}

inline std::string instance_difference(const cim::Instance& instance) {
    const std::string text = write(instance);
    const Document document = parse_written(text);
    if (!document.ok()) return "cannot be read:\n" + mistakes(document);
    KeepingTarget target;
    collect_classes(instance, target.lent);
    const Report report = compile(document, target);
    if (target.instances.size() != 1) return "cannot be stored: " + summary(report) + "\n" + text;
    if (same_instance(instance, *target.instances.front())) return {};
    return "is another:\n" + text + "\nand then\n" + write(*target.instances.front());
}

// What does not survive of all that the document says.
inline std::vector<std::string> differences(const Document& document, const KeepingTarget& target) {
    std::vector<std::string> found;
    for (std::size_t item = 0; item < document.items.size(); ++item) {
        const auto declaration = declaration_of(document, item);
        if (!declaration) continue;
        if (const auto why = class_difference(*declaration); !why.empty()) found.push_back(why);
    }
    for (const cim::InstancePtr& instance : target.instances) {
        if (const auto why = instance_difference(*instance); !why.empty()) found.push_back(why);
    }
    return found;
}

}  // namespace openwmi::mof::testing

#include "mof/amendment.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <vector>

#include "base/fold.h"
#include "cim/object_path.h"
#include "cim/type.h"
#include "mof/output_file.h"
#include "mof/qualifier_table.h"

namespace openwmi::mof {
namespace {

using cim::CimType;

// Another text for a piece of an item.
struct Edit {
    base::Span span;
    std::string text;
};

std::string type_text(const TypeUse& type) {
    const CimType element = type.type.element;
    if (element == CimType::Reference) {
        return (type.class_name.empty() ? "object" : type.class_name) + " ref";
    }
    if (!type.class_name.empty()) return type.class_name;
    return std::string(cim::keyword(element));
}

std::string flavor_text(const cim::Flavor& flavor) {
    std::string text = " : Amended";
    if (flavor.to_instance) text += " ToInstance";
    if (flavor.to_subclass) text += " ToSubClass";
    if (!flavor.overridable && (flavor.to_instance || flavor.to_subclass)) {
        text += " DisableOverride";
    }
    return text;
}

// Parts one document. Lives for one call. Confined.
class Splitter {
  public:
    Splitter(const Document& document, std::string locale, std::uint32_t language)
        : document_(document),
          qualifiers_(document),
          locale_(std::move(locale)),
          language_(language) {}

    SplitText split();

  private:
    std::string slice(const Place& place, base::Span span) const {
        return document_.files[place.file].text.substr(span.begin, span.end - span.begin);
    }
    bool is_amended(const QualifierUse& use) const {
        return qualifiers_.flavor(use, item_).amended;
    }
    bool has_amended(const std::vector<QualifierUse>& uses) const {
        return std::any_of(uses.begin(), uses.end(),
                           [&](const QualifierUse& use) { return is_amended(use); });
    }
    bool has_amended(const MethodNode& method) const;

    // The item without its amended qualifiers.
    std::string neutral_text(const Item& item) const;
    // `whole` is put in place of the qualifiers with what stands up to `next` when none remains.
    void cut(const std::vector<QualifierUse>& uses, std::size_t begin, std::size_t next,
             std::string whole, std::vector<Edit>& edits) const;

    void localize(const ClassNode& node, std::string& text);
    void enter_namespace(std::string& text);
    std::string amended_text(const std::vector<QualifierUse>& uses,
                             const std::string& others) const;
    std::string parameter_text(const PropertyNode& parameter) const;

    const Document& document_;
    QualifierTable qualifiers_;
    std::string locale_;
    std::uint32_t language_;
    std::size_t item_ = 0;
    cim::NamespacePath name_space_ = cim::NamespacePath::literal("root\\default");
    std::optional<cim::NamespacePath> entered_;  // whose child the localized text is in
};

bool Splitter::has_amended(const MethodNode& method) const {
    return has_amended(method.qualifiers) ||
           std::any_of(
               method.parameters.begin(), method.parameters.end(),
               [&](const PropertyNode& parameter) { return has_amended(parameter.qualifiers); });
}

SplitText Splitter::split() {
    SplitText text;
    if (document_.autorecover) text.neutral = text.localized = "#pragma autorecover\n";
    for (item_ = 0; item_ < document_.items.size(); ++item_) {
        const Item& item = document_.items[item_];
        text.neutral += neutral_text(item) + "\n";
        if (const auto* node = std::get_if<NamespaceNode>(&item.node)) name_space_ = node->path;
        if (const auto* node = std::get_if<ClassNode>(&item.node)) localize(*node, text.localized);
    }
    return text;
}

void Splitter::cut(const std::vector<QualifierUse>& uses, std::size_t begin, std::size_t next,
                   std::string whole, std::vector<Edit>& edits) const {
    if (!has_amended(uses)) return;
    std::string kept;
    for (const QualifierUse& use : uses) {
        if (is_amended(use)) continue;
        kept += kept.empty() ? "" : ", ";
        kept += slice(use.place, use.place.span);
    }
    if (kept.empty()) {
        edits.push_back({{begin, next}, std::move(whole)});
    } else {
        edits.push_back(
            {{uses.front().place.span.begin, uses.back().place.span.end}, std::move(kept)});
    }
}

std::string Splitter::neutral_text(const Item& item) const {
    std::vector<Edit> edits;
    const base::Span whole = item.place.span;
    const auto cut_element = [&](const PropertyNode& element) {
        cut(element.qualifiers, element.place.span.begin, element.type.place.span.begin, "", edits);
    };
    if (const auto* node = std::get_if<ClassNode>(&item.node)) {
        cut(node->qualifiers, whole.begin, node->name.place.span.begin, "class ", edits);
        for (const PropertyNode& property : node->properties) cut_element(property);
        for (const MethodNode& method : node->methods) {
            cut(method.qualifiers, method.place.span.begin, method.return_type.place.span.begin, "",
                edits);
            for (const PropertyNode& parameter : method.parameters) cut_element(parameter);
        }
    } else if (const auto* instance = std::get_if<InstanceNode>(&item.node)) {
        cut(instance->qualifiers, whole.begin, instance->class_name.place.span.begin,
            "instance of ", edits);
    }
    std::sort(edits.begin(), edits.end(),
              [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    std::string text;
    std::size_t at = whole.begin;
    for (const Edit& edit : edits) {
        text += slice(item.place, {at, edit.span.begin}) + edit.text;
        at = edit.span.end;
    }
    return text + slice(item.place, {at, whole.end});
}

// In brackets: the amended qualifiers, and others given as text.
std::string Splitter::amended_text(const std::vector<QualifierUse>& uses,
                                   const std::string& others) const {
    std::string text;
    for (const QualifierUse& use : uses) {
        if (!is_amended(use)) continue;
        text += text.empty() ? "" : ", ";
        text += use.name;
        if (use.value) {
            const std::string value = slice(use.value->place, use.value->place.span);
            const bool list = use.value->get_if<std::vector<Literal>>() != nullptr;
            text += list ? value : "(" + value + ")";
        }
        text += flavor_text(qualifiers_.flavor(use, item_));
    }
    if (!others.empty()) text += (text.empty() ? "" : ", ") + others;
    return text.empty() ? "" : "[" + text + "] ";
}

// With its direction, without which it is no parameter.
std::string Splitter::parameter_text(const PropertyNode& parameter) const {
    std::string others;
    for (const QualifierUse& use : parameter.qualifiers) {
        const bool direction = base::fold_equal(use.name, "in") ||
                               base::fold_equal(use.name, "out") ||
                               base::fold_equal(use.name, "id");
        if (direction) others += (others.empty() ? "" : ", ") + slice(use.place, use.place.span);
    }
    return amended_text(parameter.qualifiers, others) + type_text(parameter.type) + " " +
           parameter.name.text + (parameter.type.type.array ? "[]" : "");
}

void Splitter::enter_namespace(std::string& text) {
    if (entered_ == name_space_) return;
    entered_ = name_space_;
    const std::string parent = "\\\\.\\" + name_space_.text();
    text += fmt::format(
        "#pragma namespace({0})\n"
        "instance of __Namespace {{ Name = {1}; }};\n"
        "#pragma namespace({2})\n",
        cim::quote(parent), cim::quote(locale_), cim::quote(parent + "\\" + locale_));
}

void Splitter::localize(const ClassNode& node, std::string& text) {
    std::string features;
    for (const PropertyNode& property : node.properties) {
        if (!has_amended(property.qualifiers)) continue;
        features += "    " + amended_text(property.qualifiers, "") + type_text(property.type) +
                    " " + property.name.text + (property.type.type.array ? "[]" : "") + ";\n";
    }
    for (const MethodNode& method : node.methods) {
        if (!has_amended(method)) continue;
        features += "    " + amended_text(method.qualifiers, "") + type_text(method.return_type) +
                    " " + method.name.text + "(";
        for (const PropertyNode& parameter : method.parameters) {
            features +=
                (&parameter == &method.parameters.front() ? "" : ", ") + parameter_text(parameter);
        }
        features += ");\n";
    }
    if (features.empty() && !has_amended(node.qualifiers)) return;
    enter_namespace(text);
    const std::string marks = fmt::format("Abstract, Amendment, Locale(0x{:X})", language_);
    text += amended_text(node.qualifiers, marks) + "\nclass " + node.name.text + "\n{\n" +
            features + "};\n";
}

}  // namespace

Result<SplitText> split(const Document& document, const std::string& locale) {
    std::uint32_t language = 0;
    const char* end = locale.data() + locale.size();
    const bool marked = base::fold_starts_with(locale, "ms_");
    const auto [stop, error] = std::from_chars(locale.data() + (marked ? 3 : 0), end, language, 16);
    if (!marked || stop != end || error != std::errc()) {
        return fail(Status::MofInvalidAmendmentSyntax,
                    "{} is not the name of a locale, which is like MS_409", locale);
    }
    return Splitter(document, locale, language).split();
}

Result<> write_split(const SplitText& text, const std::filesystem::path& neutral,
                     const std::filesystem::path& localized) {
    WMI_TRY(write_file(neutral, text.neutral));
    return write_file(localized, text.localized);
}

}  // namespace openwmi::mof

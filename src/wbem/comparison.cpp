#include "wbem/comparison.h"

#include <algorithm>

#include "base/fold.h"
#include "cim/class.h"
#include "cim/instance.h"

namespace openwmi::wbem {
namespace {

// One comparison under its flags: a tree of questions with the same answer shape.
class Comparison {
  public:
    explicit Comparison(std::uint32_t flags) : flags_(flags) {}

    bool objects(const Compared& a, const Compared& b) const {
        if (a.object.kind() != b.object.kind()) return false;
        if (!ignores(WBEM_FLAG_IGNORE_OBJECT_SOURCE) && !sources(a.source, b.source)) return false;
        const auto* instance = a.object.as_instance();
        if (!instance) return classes(a.object.class_of(), b.object.class_of());
        return instances(*instance, *b.object.as_instance());
    }

  private:
    bool ignores(std::uint32_t flag) const { return (flags_ & flag) != 0; }

    static bool sources(const cim::Origin* a, const cim::Origin* b) {
        if (!a || !b) return a == b;
        return base::fold_equal(a->server, b->server) && a->name_space == b->name_space;
    }

    bool values(const cim::Value& a, const cim::Value& b) const {
        if (a == b) return true;
        if (!ignores(WBEM_FLAG_IGNORE_CASE)) return false;
        if (const auto* text = a.get_if<std::string>()) {
            const auto* other = b.get_if<std::string>();
            return other && base::fold_equal(*text, *other);
        }
        const auto* texts = a.get_if<cim::Strings>();
        const auto* others = b.get_if<cim::Strings>();
        return texts && others &&
               std::ranges::equal(*texts, *others, [](const auto& x, const auto& y) {
                   return base::fold_equal(x, y);
               });
    }

    bool qualifiers(const cim::QualifierSet& a, const cim::QualifierSet& b) const {
        if (ignores(WBEM_FLAG_IGNORE_QUALIFIERS)) return true;
        if (a.all().size() != b.all().size()) return false;
        return std::ranges::all_of(a.all(), [&](const cim::Qualifier& qualifier) {
            const cim::Qualifier* other = b.find(qualifier.name);
            return other && qualifier.type == other->type &&
                   values(qualifier.value, other->value) &&
                   (ignores(WBEM_FLAG_IGNORE_FLAVOR) || qualifier.flavor == other->flavor);
        });
    }

    bool properties(const cim::Property& a, const cim::Property& b) const {
        return a.type == b.type && a.class_name == b.class_name &&
               (ignores(WBEM_FLAG_IGNORE_DEFAULT_VALUES) ||
                values(a.default_value, b.default_value)) &&
               qualifiers(a.qualifiers, b.qualifiers);
    }

    bool parameters(const cim::Parameter& a, const cim::Parameter& b) const {
        return a.name == b.name && a.type == b.type && a.class_name == b.class_name &&
               values(a.default_value, b.default_value) && qualifiers(a.qualifiers, b.qualifiers);
    }

    bool methods(const cim::Method& a, const cim::Method& b) const {
        return a.return_type == b.return_type && a.return_class == b.return_class &&
               qualifiers(a.qualifiers, b.qualifiers) &&
               std::ranges::equal(a.parameters, b.parameters,
                                  [&](const auto& x, const auto& y) { return parameters(x, y); });
    }

    bool classes(const cim::Class& a, const cim::Class& b) const {
        if (&a == &b) return true;
        if (!(a.name() == b.name()) || !std::ranges::equal(a.derivation(), b.derivation())) {
            return false;
        }
        if (a.properties().size() != b.properties().size() ||
            a.methods().size() != b.methods().size() ||
            !qualifiers(a.qualifiers(), b.qualifiers())) {
            return false;
        }
        const bool same_properties =
            std::ranges::all_of(a.properties(), [&](const cim::Property& property) {
                const auto other = b.find_property(property.name);
                return other && properties(property, b.properties()[*other]);
            });
        return same_properties && std::ranges::all_of(a.methods(), [&](const cim::Method& method) {
                   const cim::Method* other = b.find_method(method.name);
                   return other && methods(method, *other);
               });
    }

    bool instances(const cim::Instance& a, const cim::Instance& b) const {
        const cim::Class& of_a = a.class_of();
        const cim::Class& of_b = b.class_of();
        if (!ignores(WBEM_FLAG_IGNORE_CLASS) && !classes(of_a, of_b)) return false;
        if (of_a.properties().size() != of_b.properties().size()) return false;
        if (!qualifiers(a.qualifiers(), b.qualifiers())) return false;
        for (std::size_t i = 0; i < of_a.properties().size(); ++i) {
            const auto other = of_b.find_property(of_a.properties()[i].name);
            if (!other || !values(a.get(i), b.get(*other))) return false;
            const cim::Name& name = of_a.properties()[i].name;
            if (!qualifiers(a.property_qualifiers(name), b.property_qualifiers(name))) return false;
        }
        return true;
    }

    std::uint32_t flags_;
};

}  // namespace

Result<std::uint32_t> comparison_flags(LONG flags) {
    constexpr std::uint32_t known = WBEM_FLAG_IGNORE_QUALIFIERS | WBEM_FLAG_IGNORE_OBJECT_SOURCE |
                                    WBEM_FLAG_IGNORE_DEFAULT_VALUES | WBEM_FLAG_IGNORE_CLASS |
                                    WBEM_FLAG_IGNORE_CASE | WBEM_FLAG_IGNORE_FLAVOR;
    const auto bits = static_cast<std::uint32_t>(flags);
    if ((bits & ~known) == 0) return bits;
    return fail(Status::InvalidParameter, "0x{:X} is no combination of comparison flags", bits);
}

bool is_same(const Compared& a, const Compared& b, std::uint32_t flags) {
    return Comparison(flags).objects(a, b);
}

}  // namespace openwmi::wbem

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "cim/class.h"
#include "cim/object.h"
#include "cim/qualifier.h"
#include "wbem/variant.h"

namespace openwmi::wbem {

// What qualifiers can stand on.
struct Element {
    enum class Kind : std::uint8_t { Object, Property, Method };
    Kind kind = Kind::Object;
    cim::Name name;  // of the property or method
};

// What an IWbemClassObject shows and changes, without COM's calling rules. Confined to one thread
// at a time; the const methods of one that shows an immutable object and was never written to may
// be called by several.
class Content {
  public:
    virtual ~Content() = default;

    virtual bool is_class() const = 0;
    // The class, or that of the instance: its properties, methods and ancestors as they are now. An
    // unnamed class has a name of ours in it; see name().
    virtual const cim::Class& cls() const = 0;
    virtual const cim::Name& name() const { return cls().name(); }  // of the class; may be empty

    // By index of cls(): the value of an instance, the default of a class.
    virtual cim::Value property(std::size_t index) const = 0;
    // Needs the name of a system property.
    virtual cim::Value system_property(const cim::Name& name) const = 0;
    // COM-139 to 141. Without a type the property's own, or the VARIANT's for a new one.
    virtual Result<> put(const cim::Name& name, const VARIANT& value,
                         std::optional<cim::Type> type) = 0;
    virtual Result<> set(std::size_t index, cim::Value value) = 0;
    virtual Result<Status> remove(const cim::Name& name) = 0;  // COM-142

    virtual Result<cim::QualifierSet> qualifiers(const Element& element) const = 0;
    virtual Result<> put_qualifier(const Element& element, cim::Qualifier qualifier) = 0;
    virtual Result<Status> remove_qualifier(const Element& element, const cim::Name& name) = 0;

    // For classes only.
    virtual Result<> put_method(cim::Method method) = 0;
    virtual Result<> remove_method(const cim::Name& name) = 0;
    virtual Result<std::unique_ptr<Content>> spawn_instance() const = 0;
    virtual Result<std::unique_ptr<Content>> spawn_derived_class() const = 0;

    // The content as it is now. Fails with IncompleteClass.
    virtual Result<cim::ObjectPtr> snapshot() = 0;
    virtual cim::OriginPtr origin() const = 0;
    virtual std::unique_ptr<Content> clone() const = 0;
};

std::unique_ptr<Content> content_of(const cim::ObjectPtr& object, cim::OriginPtr origin);

// A property as Get and Next tell it.
struct PropertyReading {
    cim::Value value;
    cim::Type type;
    LONG flavor = 0;  // WBEM_FLAVOR_ORIGIN_…
};
// A user or system property; fails with NotFound (COM-138).
Result<PropertyReading> read_property(const Content& content, const cim::Name& name);

// True for names of the ten system properties.
bool is_system_property(const cim::Name& name);
// The property; fails with SystemProperty or NotFound.
Result<std::size_t> find_property(const Content& content, const cim::Name& name);

}  // namespace openwmi::wbem

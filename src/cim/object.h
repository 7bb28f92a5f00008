#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ref.h"
#include "cim/name.h"
#include "cim/namespace_path.h"

namespace openwmi::cim {

class Class;
class Instance;
using ClassPtr = base::Ref<const Class>;
using InstancePtr = base::Ref<const Instance>;

// Where an object lives; events and objects under construction have none (GEN-015).
struct Origin {
    std::string server;
    NamespacePath name_space;
};
using OriginPtr = std::shared_ptr<const Origin>;

// What all WMI objects share: a class definition or an instance (an event is an instance).
// Immutable, counted.
class Object : public base::RefCounted<Object> {
  public:
    enum class Kind : std::uint8_t { Class, Instance };  // __GENUS 1 and 2

    virtual ~Object() = default;
    Kind kind() const { return kind_; }
    const Class* as_class() const;        // null when it is an instance
    const Instance* as_instance() const;  // null when it is a class
    // The class itself, or the class of the instance.
    virtual const Class& class_of() const = 0;
    // How deeply objects are nested in it, itself included: at least 1, at most max_nesting.
    virtual std::size_t depth() const = 0;
    // The bytes it keeps alive, for limits; each reference to a shared embedded object counts.
    virtual std::size_t memory_bytes() const = 0;

  protected:
    explicit Object(Kind kind) : kind_(kind) {}

  private:
    Kind kind_;
};

// The same content: the same class name, and properties with the same names, types and values (of
// classes: the same declarations up to the top). Where an object came from does not matter.
bool same_content(const Object& a, const Object& b);

}  // namespace openwmi::cim

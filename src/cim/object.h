#pragma once

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

  protected:
    explicit Object(Kind kind) : kind_(kind) {}

  private:
    Kind kind_;
};

}  // namespace openwmi::cim

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "cim/class.h"
#include "cim/object.h"
#include "cim/object_path.h"
#include "cim/value.h"

namespace openwmi::cim {

// The bytes of an instance (header, two bits a property, fixed slots, heap of UTF-8) and the
// objects embedded in it. Always valid for its layout: it is built here or checked by parse.
// Immutable, counted, shared between instances.
class Block final : public base::RefCounted<Block> {
  public:
    // Checks every offset, length, bit, index and UTF-8 sequence; fails with InvalidObject, naming
    // what is wrong.
    static Result<base::Ref<const Block>> parse(LayoutPtr layout, std::vector<std::byte> bytes,
                                                Objects embedded);

    const LayoutPtr& layout() const { return layout_; }
    std::span<const std::byte> bytes() const { return bytes_; }
    std::span<const ObjectPtr> embedded() const { return embedded_; }

    bool is_null(std::size_t slot) const;
    bool is_default(std::size_t slot) const;  // nothing was set: the class's default holds
    ValueView view(std::size_t slot) const;   // not for defaults
    Value get(std::size_t slot) const;        // not for defaults

    std::size_t depth() const { return depth_; }  // as Object::depth
    std::size_t memory_bytes() const { return memory_bytes_; }

  private:
    friend class BlockWriter;
    friend class base::RefCounted<Block>;
    Block() = default;
    ~Block() = default;
    void measure();
    unsigned bits(std::size_t slot) const;

    LayoutPtr layout_;
    std::vector<std::byte> bytes_;
    Objects embedded_;
    std::size_t depth_ = 1;
    std::size_t memory_bytes_ = 0;
};
using BlockPtr = base::Ref<const Block>;

// What is written on a property of one instance.
struct PropertyQualifiers {
    Name property;
    QualifierSet qualifiers;

    friend bool operator==(const PropertyQualifiers&, const PropertyQualifiers&) = default;
};

// What an instance says beyond its values; normally nothing.
struct InstanceQualifiers {
    QualifierSet own;
    std::vector<PropertyQualifiers> properties;  // in the order of the class; none is empty

    bool empty() const { return own.empty() && properties.empty(); }
    const QualifierSet* find(const Name& property) const;
    // An empty set takes them away. The property must be one of the class.
    void put(const Class& cls, const Name& property, QualifierSet qualifiers);
};

// An instance or event: a class, a block, and where it came from. A projection hides properties
// without copying the block: hidden ones read as NULL (WQL-036). Immutable, counted.
class Instance final : public Object {
  public:
    // The block's layout must be that of the class (see upgrade for older ones).
    Instance(ClassPtr cls, BlockPtr block, OriginPtr origin = nullptr);

    const ClassPtr& class_ptr() const { return class_; }
    const Class& class_of() const override { return *class_; }
    const BlockPtr& block() const { return block_; }
    const OriginPtr& origin() const { return origin_; }

    // By property index of the class.
    bool is_null(std::size_t index) const;
    bool is_default(std::size_t index) const;
    bool is_hidden(std::size_t index) const;
    Value get(std::size_t index) const;
    ValueView view(std::size_t index) const;  // valid while the instance lives
    // By name, user properties only: empty when the class has no such property.
    std::optional<Value> find(const Name& name) const;

    // Written on the instance itself, or on its property; normally empty. What travels from the
    // class is not among them.
    const QualifierSet& qualifiers() const;
    const QualifierSet& property_qualifiers(const Name& property) const;
    const InstanceQualifiers& all_qualifiers() const;

    // The path within its namespace; fails with IllegalNull when a key is NULL, NoKey when the
    // class has none.
    Result<ObjectPath> path() const;
    // What instance_key gives for that path.
    Result<std::string> key() const;
    // Fails with IllegalNull, naming the first property that must not be NULL and is (MOF-057).
    Result<> check_not_null() const;

    InstancePtr with_origin(OriginPtr origin) const;
    // `visible`: one entry a property.
    InstancePtr with_projection(std::vector<bool> visible) const;
    InstancePtr with_qualifiers(QualifierSet qualifiers) const;  // keeps those of properties
    InstancePtr with_qualifiers(InstanceQualifiers qualifiers) const;
    std::size_t depth() const override;
    // The bytes it keeps alive, for queue limits (embedded objects included).
    std::size_t memory_bytes() const override;

  private:
    ClassPtr class_;
    BlockPtr block_;
    OriginPtr origin_;
    std::shared_ptr<const std::vector<bool>> visible_;
    std::shared_ptr<const InstanceQualifiers> qualifiers_;
};

// Makes an instance, or a changed copy of one. Confined to one thread.
class InstanceBuilder {
  public:
    explicit InstanceBuilder(ClassPtr cls);
    explicit InstanceBuilder(
        const Instance& from);  // keeps class, values and qualifiers; not the projection

    const ClassPtr& class_ptr() const { return class_; }
    // Coerces; fails with NotFound (no such property), TypeMismatch (also for an object of another
    // class than declared), ValueOutOfRange, QuotaViolation (nested too deeply, or the
    // instance would grow beyond max_object_bytes).
    Result<> set(const Name& name, Value value);
    Result<> set(std::size_t index, Value value);
    void reset(std::size_t index);  // back to the class's default
    Value get(std::size_t index) const;
    bool is_default(std::size_t index) const;
    void set_qualifiers(QualifierSet qualifiers);
    // The property must be one of the class.
    void set_property_qualifiers(const Name& property, QualifierSet qualifiers);
    void set_origin(OriginPtr origin);

    InstancePtr build() const;  // may be called again after further changes

  private:
    ClassPtr class_;
    std::vector<std::optional<Value>> values_;  // empty: the class's default
    std::size_t bytes_ = 0;                     // of all values
    OriginPtr origin_;
    InstanceQualifiers qualifiers_;
};

// The same values under another version of the class (or a subclass): by name, coerced where the
// type changed, dropped where the property is gone or cannot hold the value any more. What was a
// default becomes the new default.
InstancePtr upgrade(const Instance& instance, const ClassPtr& to);
BlockPtr upgrade(const Block& block, const Class& to);

}  // namespace openwmi::cim

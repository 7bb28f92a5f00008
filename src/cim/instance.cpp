#include "cim/instance.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "cim/block_writer.h"
#include "cim/limits.h"

namespace openwmi::cim {
namespace {

std::size_t qualifier_bytes(const QualifierSet& qualifiers) {
    std::size_t bytes = 0;
    for (const Qualifier& qualifier : qualifiers.all()) {
        bytes += sizeof(Qualifier) + qualifier.name.text().size() + memory_bytes(qualifier.value);
    }
    return bytes;
}

std::size_t qualifier_bytes(const InstanceQualifiers& qualifiers) {
    std::size_t bytes = sizeof(InstanceQualifiers) + qualifier_bytes(qualifiers.own);
    for (const PropertyQualifiers& each : qualifiers.properties) {
        bytes += sizeof(PropertyQualifiers) + each.property.text().size() +
                 qualifier_bytes(each.qualifiers);
    }
    return bytes;
}

Result<ObjectPath::Key> path_key(const Property& property, Value value, const Class& cls) {
    if (value.is_null()) {
        return fail(Status::IllegalNull, "the key {} of this instance of {} is NULL",
                    property.name.text(), cls.name().text());
    }
    return ObjectPath::Key{property.name, std::move(value)};
}

}  // namespace

const QualifierSet* InstanceQualifiers::find(const Name& property) const {
    const auto found = std::ranges::find(properties, property, &PropertyQualifiers::property);
    return found == properties.end() ? nullptr : &found->qualifiers;
}

void InstanceQualifiers::put(const Class& cls, const Name& property, QualifierSet qualifiers) {
    const auto index = cls.find_property(property);
    WMI_CHECK(index.has_value(), "the property is one of the class");
    std::erase_if(properties,
                  [&](const PropertyQualifiers& each) { return each.property == property; });
    if (qualifiers.empty()) return;
    const auto behind = std::ranges::find_if(properties, [&](const PropertyQualifiers& each) {
        return cls.find_property(each.property) > index;
    });
    properties.insert(behind, {cls.properties()[*index].name, std::move(qualifiers)});
}

Instance::Instance(ClassPtr cls, BlockPtr block, OriginPtr origin)
    : Object(Kind::Instance),
      class_(std::move(cls)),
      block_(std::move(block)),
      origin_(std::move(origin)) {
    WMI_CHECK(block_->layout() == class_->layout() ||
                  block_->layout()->hash() == class_->layout()->hash(),
              "the block was written for another class");
}

bool Instance::is_hidden(std::size_t index) const {
    return visible_ != nullptr && !(*visible_)[index];
}

bool Instance::is_default(std::size_t index) const {
    return !is_hidden(index) && block_->is_default(index);
}

bool Instance::is_null(std::size_t index) const {
    if (is_hidden(index)) return true;
    if (block_->is_default(index)) return class_->properties()[index].default_value.is_null();
    return block_->is_null(index);
}

Value Instance::get(std::size_t index) const {
    if (is_hidden(index)) return Value();
    if (block_->is_default(index)) return class_->properties()[index].default_value;
    return block_->get(index);
}

ValueView Instance::view(std::size_t index) const {
    const Property& property = class_->properties()[index];
    if (is_hidden(index)) return cim::view(Value(), property.type.element);
    if (block_->is_default(index)) return cim::view(property.default_value, property.type.element);
    return block_->view(index);
}

std::optional<Value> Instance::find(const Name& name) const {
    const auto index = class_->find_property(name);
    if (!index) return std::nullopt;
    return get(*index);
}

const QualifierSet& Instance::qualifiers() const {
    return all_qualifiers().own;
}

const QualifierSet& Instance::property_qualifiers(const Name& property) const {
    static const QualifierSet none;
    const QualifierSet* found = all_qualifiers().find(property);
    return found ? *found : none;
}

const InstanceQualifiers& Instance::all_qualifiers() const {
    static const InstanceQualifiers none;
    return qualifiers_ ? *qualifiers_ : none;
}

Result<ObjectPath> Instance::path() const {
    ObjectPath path;
    path.class_name = class_->name();
    if (class_->is_singleton()) {
        path.singleton = true;
        return path;
    }
    if (class_->keys().empty()) {
        return fail(Status::NoKey, "class {} has no key, so its instances have no path",
                    class_->name().text());
    }
    for (const std::size_t index : class_->keys()) {
        path.keys.push_back(WMI_TRY(path_key(class_->properties()[index], get(index), *class_)));
    }
    return path;
}

Result<std::string> Instance::key() const {
    const ObjectPath own_path = WMI_TRY(path());
    return instance_key(own_path, *class_);
}

Result<> Instance::check_not_null() const {
    for (std::size_t i = 0; i < class_->properties().size(); ++i) {
        const Property& property = class_->properties()[i];
        if (is_null(i) && property.not_null()) {
            return fail(Status::IllegalNull, "{}.{} must have a value", class_->name().text(),
                        property.name.text());
        }
    }
    return {};
}

InstancePtr Instance::with_origin(OriginPtr origin) const {
    base::Ref<Instance> copy(new Instance(class_, block_, std::move(origin)));
    copy->visible_ = visible_;
    copy->qualifiers_ = qualifiers_;
    return copy;
}

InstancePtr Instance::with_projection(std::vector<bool> visible) const {
    WMI_CHECK(visible.size() == class_->properties().size(), "one entry a property");
    for (std::size_t i = 0; i < visible.size(); ++i) {
        if (is_hidden(i)) visible[i] = false;
    }
    base::Ref<Instance> copy(new Instance(class_, block_, origin_));
    copy->visible_ = std::make_shared<const std::vector<bool>>(std::move(visible));
    copy->qualifiers_ = qualifiers_;
    return copy;
}

InstancePtr Instance::with_qualifiers(QualifierSet qualifiers) const {
    return with_qualifiers(InstanceQualifiers{std::move(qualifiers), all_qualifiers().properties});
}

InstancePtr Instance::with_qualifiers(InstanceQualifiers qualifiers) const {
    base::Ref<Instance> copy(new Instance(class_, block_, origin_));
    copy->visible_ = visible_;
    if (!qualifiers.empty()) {
        copy->qualifiers_ = std::make_shared<const InstanceQualifiers>(std::move(qualifiers));
    }
    return copy;
}

std::size_t Instance::depth() const {
    return std::max(block_->depth(), class_->depth());
}

std::size_t Instance::memory_bytes() const {
    return sizeof(Instance) + block_->memory_bytes() + class_->default_object_bytes() +
           (qualifiers_ ? qualifier_bytes(*qualifiers_) : 0);
}

InstanceBuilder::InstanceBuilder(ClassPtr cls)
    : class_(std::move(cls)), values_(class_->properties().size()) {}

InstanceBuilder::InstanceBuilder(const Instance& from)
    : class_(from.class_ptr()),
      values_(class_->properties().size()),
      origin_(from.origin()),
      qualifiers_(from.all_qualifiers()) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (from.block()->is_default(i)) continue;
        values_[i] = from.block()->get(i);
        bytes_ += memory_bytes(*values_[i]);
    }
}

Result<> InstanceBuilder::set(const Name& name, Value value) {
    const auto index = class_->find_property(name);
    if (!index) {
        return fail(Status::NotFound, "class {} has no property {}", class_->name().text(),
                    name.text());
    }
    return set(*index, std::move(value));
}

Result<> InstanceBuilder::set(std::size_t index, Value value) {
    const Property& property = class_->properties()[index];
    auto admitted = property.admit(std::move(value));
    if (!admitted) {
        return fail(admitted.error().status, "{}.{}: {}", class_->name().text(),
                    property.name.text(), admitted.error().message);
    }
    const std::size_t before = values_[index] ? memory_bytes(*values_[index]) : 0;
    const std::size_t bytes = bytes_ - before + memory_bytes(*admitted);
    if (bytes > max_object_bytes / 2) {  // the other half is for what surrounds the values
        return fail(Status::QuotaViolation, "{}.{}: the instance would take {} bytes, {} at most",
                    class_->name().text(), property.name.text(), bytes, max_object_bytes / 2);
    }
    bytes_ = bytes;
    values_[index] = std::move(*admitted);
    return {};
}

void InstanceBuilder::reset(std::size_t index) {
    if (values_[index]) bytes_ -= memory_bytes(*values_[index]);
    values_[index].reset();
}

Value InstanceBuilder::get(std::size_t index) const {
    return values_[index] ? *values_[index] : class_->properties()[index].default_value;
}

bool InstanceBuilder::is_default(std::size_t index) const {
    return !values_[index].has_value();
}

void InstanceBuilder::set_qualifiers(QualifierSet qualifiers) {
    qualifiers_.own = std::move(qualifiers);
}

void InstanceBuilder::set_property_qualifiers(const Name& property, QualifierSet qualifiers) {
    qualifiers_.put(*class_, property, std::move(qualifiers));
}

void InstanceBuilder::set_origin(OriginPtr origin) {
    origin_ = std::move(origin);
}

InstancePtr InstanceBuilder::build() const {
    std::size_t heap_bytes = 0;
    for (const auto& value : values_) {
        // Embedded objects stand beside the block, not in it.
        if (value && nesting(*value) == 0)
            heap_bytes += sizeof(std::uint32_t) + memory_bytes(*value);
    }
    BlockWriter writer(class_->layout(), heap_bytes);
    for (const auto& value : values_) {
        if (value) {
            writer.put(*value);
        } else {
            writer.put_default();
        }
    }
    auto instance = base::make_ref<const Instance>(class_, writer.finish(), origin_);
    return qualifiers_.empty() ? instance : instance->with_qualifiers(qualifiers_);
}

BlockPtr upgrade(const Block& block, const Class& to) {
    std::unordered_map<Name, std::size_t> old;
    const auto slots = block.layout()->slots();
    for (std::size_t i = 0; i < slots.size(); ++i) old.emplace(slots[i].name, i);

    BlockWriter writer(to.layout(), block.bytes().size());
    for (const Property& property : to.properties()) {
        const auto found = old.find(property.name);
        if (found != old.end() && !block.is_default(found->second)) {
            if (const auto value = property.admit(block.get(found->second))) {
                writer.put(*value);
                continue;
            }
        }
        writer.put_default();
    }
    return writer.finish();
}

InstancePtr upgrade(const Instance& instance, const ClassPtr& to) {
    const Class& from = instance.class_of();
    InstancePtr upgraded =
        base::make_ref<const Instance>(to, upgrade(*instance.block(), *to), instance.origin());
    InstanceQualifiers qualifiers{instance.qualifiers(), {}};
    for (const PropertyQualifiers& each : instance.all_qualifiers().properties) {
        if (to->find_property(each.property)) qualifiers.put(*to, each.property, each.qualifiers);
    }
    if (!qualifiers.empty()) upgraded = upgraded->with_qualifiers(std::move(qualifiers));
    bool projected = false;
    std::vector<bool> visible(to->properties().size(), false);
    for (std::size_t i = 0; i < from.properties().size(); ++i) {
        if (instance.is_hidden(i)) {
            projected = true;
        } else if (const auto index = to->find_property(from.properties()[i].name)) {
            visible[*index] = true;
        }
    }
    return projected ? upgraded->with_projection(std::move(visible)) : upgraded;
}

}  // namespace openwmi::cim

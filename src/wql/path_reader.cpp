#include "wql/path_reader.h"

#include "cim/instance.h"
#include "cim/system_property.h"

namespace openwmi::wql {
namespace {

using cim::ValueView;

// Properties of a superclass stand first, so the index found when binding mostly holds.
std::optional<std::size_t> find_property(const cim::Class& cls, const BoundStep& step) {
    const auto properties = cls.properties();
    if (step.index < properties.size() && properties[step.index].name == step.name) {
        return step.index;
    }
    return cls.find_property(step.name);
}

}  // namespace

Reading::Reading(const BoundPath& path, const cim::Object& object) {
    const cim::Object* at = &object;
    for (const auto& step : path.steps) {
        if (!at) {
            // Within NULL everything is NULL; within a number there is nothing.
            exists_ = view_.kind == ValueView::Kind::Null;
            view_ = {};
            return;
        }
        read(step, *at);
        if (!exists_) return;
        at = view_.kind == ValueView::Kind::Object ? view_.object : nullptr;
    }
}

void Reading::read(const BoundStep& step, const cim::Object& object) {
    const cim::Class& cls = object.class_of();
    switch (step.kind) {
        case BoundStep::Kind::Property: return read_property(step, object);
        case BoundStep::Kind::ClassName: return show(cls.name().text());
        case BoundStep::Kind::SuperclassName:
            view_ = {};
            if (!cls.derivation().empty()) show(cls.derivation().front().text());
            return;
        case BoundStep::Kind::DynastyName: return show(cls.dynasty().text());
        case BoundStep::Kind::System: return read_system(step, object);
        case BoundStep::Kind::This:
            view_ = {};
            view_.kind = ValueView::Kind::Object;
            view_.type = cim::CimType::Object;
            view_.object = &object;
            return;
    }
}

void Reading::read_property(const BoundStep& step, const cim::Object& object) {
    const cim::Class& cls = object.class_of();
    const auto index = find_property(cls, step);
    exists_ = index.has_value();
    if (!index) {
        view_ = {};
    } else if (const auto* instance = object.as_instance()) {
        view_ = instance->view(*index);
    } else {
        const auto& property = cls.properties()[*index];
        view_ = cim::view(property.default_value, property.type.element);
    }
}

void Reading::read_system(const BoundStep& step, const cim::Object& object) {
    view_ = {};
    auto value = cim::system_property(object, step.name);
    exists_ = value.has_value();
    if (!value) return;
    computed_ = std::move(*value);
    view_ = cim::view(computed_, cim::natural_type(computed_).element);
}

void Reading::show(std::string_view text) {
    view_ = {};
    view_.kind = ValueView::Kind::Text;
    view_.type = cim::CimType::String;
    view_.text = text;
}

}  // namespace openwmi::wql

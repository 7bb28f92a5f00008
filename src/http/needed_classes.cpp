#include "http/needed_classes.h"

#include "mof/writer.h"
#include "wql/query.h"

namespace openwmi::http {
namespace {

void add_named(NeededClasses& classes, const cim::Name& name, const cim::Schema& schema) {
    const auto cls = name.empty() ? nullptr : schema.find_class(name);
    if (cls) classes.add(cls, schema);
}

void add_query(NeededClasses& classes, const wql::BoundQuery& query, const cim::Schema& schema) {
    classes.add(query.from(), schema);
    for (const auto& target : query.target_classes()) add_named(classes, target.name, schema);
    for (const auto& node : query.nodes()) {
        if (node.kind != wql::BoundNode::Kind::IsA) continue;
        add_named(classes, query.class_name(node.operand), schema);
    }
}

// A query that does not fit its classes still names some.
void add_conditions(NeededClasses& classes, const wql::Expression& condition,
                    const cim::Schema& schema) {
    if (const auto* isa = std::get_if<wql::IsA>(&condition.node)) {
        add_named(classes, isa->class_name, schema);
    } else if (const auto* logical = std::get_if<wql::Logical>(&condition.node)) {
        for (const auto& term : logical->terms) add_conditions(classes, term, schema);
    }
}

void add_text(NeededClasses& classes, const std::string& text, const cim::Schema& schema) {
    const auto query = wql::parse(text);
    const auto* select = query ? query->select() : nullptr;
    if (!select) return;
    add_named(classes, select->from, schema);
    if (select->where) add_conditions(classes, *select->where, schema);
}

}  // namespace

void NeededClasses::add(const cim::ClassPtr& cls, const cim::Schema& schema) {
    if (cim::find_system_class(cls->name()) || !known_.insert(cls->name()).second) return;
    if (cls->superclass()) add(cls->superclass(), schema);
    for (const auto& property : cls->properties()) {
        if (property.type.element == cim::CimType::Object) {
            add_named(*this, property.class_name, schema);
        }
    }
    text_ += mof::write(*cls);
}

void NeededClasses::add_all_of(const cim::Object& object, const cim::Schema& schema) {
    if (const auto* cls = object.as_class()) return add(cim::ClassPtr(cls), schema);
    const auto& instance = *object.as_instance();
    add(instance.class_ptr(), schema);
    for (std::size_t i = 0; i < instance.class_of().properties().size(); ++i) {
        const auto value = instance.get(i);
        if (const auto* one = value.get_if<cim::ObjectPtr>()) add_all_of(**one, schema);
        if (const auto* many = value.get_if<cim::Objects>()) {
            for (const auto& each : *many) {
                if (each) add_all_of(*each, schema);
            }
        }
    }
}

std::string needed_classes(const core::FilterExplanation& explanation, const cim::Schema& schema) {
    NeededClasses classes;
    if (explanation.filter.bound) {
        add_query(classes, *explanation.filter.bound, schema);
    } else {
        add_text(classes, explanation.filter.query, schema);
    }
    if (!explanation.verdicts.empty()) {
        classes.add_all_of(*explanation.verdicts.front().event, schema);
    }
    return classes.take();
}

}  // namespace openwmi::http

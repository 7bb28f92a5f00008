#include "http/needed_classes.h"

#include <set>

#include "mof/writer.h"
#include "wql/query.h"

namespace openwmi::http {
namespace {

// Confined to one call.
class Collector {
  public:
    explicit Collector(const cim::Schema& schema) : schema_(schema) {}

    void add(const cim::Name& name) {
        if (const auto cls = name.empty() ? nullptr : schema_.find_class(name)) add(cls);
    }
    void add(const cim::ClassPtr& cls) {
        if (cim::find_system_class(cls->name()) || !known_.insert(cls->name()).second) return;
        if (cls->superclass()) add(cls->superclass());
        for (const auto& property : cls->properties()) {
            if (property.type.element == cim::CimType::Object) add(property.class_name);
        }
        text_ += mof::write(*cls);
    }
    void add_all_of(const cim::Object& object) {
        if (const auto* cls = object.as_class()) return add(cim::ClassPtr(cls));
        const auto& instance = *object.as_instance();
        add(instance.class_ptr());
        for (std::size_t i = 0; i < instance.class_of().properties().size(); ++i) {
            const auto value = instance.get(i);
            if (const auto* one = value.get_if<cim::ObjectPtr>()) add_all_of(**one);
            if (const auto* many = value.get_if<cim::Objects>()) {
                for (const auto& each : *many) {
                    if (each) add_all_of(*each);
                }
            }
        }
    }
    void add_all_of(const wql::BoundQuery& query) {
        add(query.from());
        for (const auto& target : query.target_classes()) add(target.name);
        for (const auto& node : query.nodes()) {
            if (node.kind == wql::BoundNode::Kind::IsA) add(query.class_name(node.operand));
        }
    }
    std::string take() { return std::move(text_); }

  private:
    const cim::Schema& schema_;
    std::set<cim::Name> known_;
    std::string text_;
};

}  // namespace

std::string needed_classes(const core::FilterExplanation& explanation, const cim::Schema& schema) {
    Collector collector(schema);
    if (explanation.filter.bound) collector.add_all_of(*explanation.filter.bound);
    if (!explanation.verdicts.empty()) collector.add_all_of(*explanation.verdicts.front().event);
    return collector.take();
}

}  // namespace openwmi::http

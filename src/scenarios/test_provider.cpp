#include "scenarios/test_provider.h"

#include <algorithm>
#include <utility>

namespace openwmi::scenarios {

Result<> TestProvider::consume(const cim::Instance& logical,
                               std::span<const cim::InstancePtr> events) {
    const auto name = logical.find("Name").value_or(cim::Value());
    const auto* text = name.get_if<std::string>();
    if (!text) return fail(Status::InvalidParameter, "the consumer has no name");
    const auto manner = manners_.find(*text);
    // Fails without having taken anything down; what comes after it was taken down may fail, too.
    if (manner != manners_.end() && manner->second) WMI_TRY(manner->second());
    inbox_.add(*text, events, executor_.clock().wall());
    if (render_) {
        for (const auto& event : events) render(*text, logical, event);
    }
    return {};
}

// The properties that are templates say so by a qualifier.
void TestProvider::render(const std::string& name, const cim::Instance& logical,
                          const cim::InstancePtr& event) {
    cim::InstanceBuilder builder(logical);
    const auto properties = logical.class_of().properties();
    bool any = false;
    for (std::size_t i = 0; i < properties.size(); ++i) {
        if (!properties[i].qualifiers.find("Template")) continue;
        const auto value = logical.get(i);
        const auto* text = value.get_if<std::string>();
        any |= text && builder.set(i, cim::Value(render_(properties[i].name, *text, event)));
    }
    if (any) inbox_.add_rendering(name, builder.build());
}

bool TestProvider::is_wanted(const cim::NamespacePath& ns) const {
    return std::ranges::any_of(outlets_, [&](const Outlet& each) { return each.name_space == ns; });
}

void TestProvider::behave(const std::string& consumer, Manner manner) {
    manners_[consumer] = std::move(manner);
}

void TestProvider::add_sink(const void* owner, cim::NamespacePath ns, Sink sink) {
    outlets_.push_back({owner, std::move(ns), std::move(sink)});
}

void TestProvider::remove_sinks(const void* owner) {
    std::erase_if(outlets_, [&](const Outlet& outlet) { return outlet.owner == owner; });
}

Result<> TestProvider::raise(const cim::NamespacePath& ns, const cim::InstancePtr& event) {
    for (const auto& outlet : std::vector(outlets_)) {
        // Where it plays several providers, one of them raises it.
        if (outlet.name_space == ns) return outlet.sink(event);
    }
    return {};
}

void TestProvider::provide(const cim::NamespacePath& ns, const cim::InstancePtr& instance) {
    auto& all = instances_[ns];
    std::erase_if(all, [&](const cim::InstancePtr& other) {
        return other->class_of().name() == instance->class_of().name() &&
               other->key() == instance->key();
    });
    all.push_back(instance);
}

Result<> TestProvider::withdraw(const cim::NamespacePath& ns, const cim::ObjectPath& path) {
    const auto erased = std::erase_if(instances_[ns], [&](const cim::InstancePtr& instance) {
        return instance->class_of().name() == path.class_name &&
               instance->key() == cim::instance_key(path, instance->class_of());
    });
    if (erased > 0) return {};
    return fail(Status::NotFound, "the provider has no {}", path.text());
}

void TestProvider::answer(Answering how) {
    answering_ = how;
    if (how == Answering::Hangs) return;
    for (auto& question : std::exchange(questions_, {})) {
        enumerate(question.name_space, question.class_name, std::move(question.give));
    }
}

void TestProvider::enumerate(const cim::NamespacePath& ns, const cim::Name& class_name, Give give) {
    ++readings_[class_name];
    switch (answering_) {
        case Answering::Hangs: questions_.push_back({ns, class_name, std::move(give)}); return;
        case Answering::Fails: return give(fail(Status::Failed, "the provider says no"));
        case Answering::Answers: break;
    }
    std::vector<cim::InstancePtr> found;
    for (const auto& instance : instances_[ns]) {
        if (instance->class_of().name() == class_name) found.push_back(instance);
    }
    give(std::move(found));
}

std::size_t TestProvider::take_readings(const cim::Name& class_name) {
    return std::exchange(readings_[class_name], 0);
}

}  // namespace openwmi::scenarios

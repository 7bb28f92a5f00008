#include "core/localizing.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cim/localization.h"

namespace openwmi::core {
namespace {

constexpr const char* service_locale = "ms_409";

// Localizes what passes through it on its way to the caller's sink. Called as that is, never
// concurrently.
class LocalizingSink final : public ResultSink {
  public:
    LocalizingSink(SinkPtr sink, std::shared_ptr<const cim::Schema> localized)
        : sink_(std::move(sink)), localized_(std::move(localized)) {}

    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        std::vector<cim::ObjectPtr> shown;
        shown.reserve(objects.size());
        for (const auto& object : objects) shown.push_back(localized(object));
        return sink_->indicate(shown);
    }
    void progress(provider::Progress progress) override { sink_->progress(progress); }
    void explain(const cim::InstancePtr& status) override { sink_->explain(status); }
    void remark(Status success) override { sink_->remark(success); }
    void complete(Result<std::string> outcome) override { sink_->complete(std::move(outcome)); }

  private:
    cim::ObjectPtr localized(const cim::ObjectPtr& object) {
        if (const auto* instance = object->as_instance()) {
            const auto& cls = class_of(instance->class_ptr());
            if (cls == instance->class_ptr()) return object;
            return cim::localize(*instance, cls);
        }
        return class_of(cim::ClassPtr(object->as_class()));
    }
    // Each class is merged once.
    const cim::ClassPtr& class_of(const cim::ClassPtr& cls) {
        auto& known = classes_[cls->name()];
        if (!known.localized || known.neutral != cls) {
            known.neutral = cls;
            known.localized = cim::localize(cls, [this](const cim::Name& name) {
                return cim::find_system_class(name) ? nullptr : localized_->find_class(name);
            });
        }
        return known.localized;
    }

    struct Forms {
        cim::ClassPtr neutral;
        cim::ClassPtr localized;
    };
    const SinkPtr sink_;
    const std::shared_ptr<const cim::Schema> localized_;
    std::unordered_map<cim::Name, Forms> classes_;
};

bool is_of_locale(const cim::NamespacePath& ns) {
    const auto& name = ns.last().text();
    return name.size() > 3 && base::fold_equal(std::string_view(name).substr(0, 3), "ms_");
}

}  // namespace

SinkPtr localizing(SinkPtr sink, const repository::Store& store, const cim::NamespacePath& ns,
                   const std::string& locale) {
    std::shared_ptr<const cim::Schema> localized;
    if (!locale.empty()) localized = store.schema(ns.child(locale));
    if (!localized) localized = store.schema(ns.child(service_locale));
    if (!localized) return sink;
    return std::make_shared<LocalizingSink>(std::move(sink), std::move(localized));
}

Result<> check_not_localized(const cim::NamespacePath& ns, const cim::Class& cls) {
    if (!is_of_locale(ns) || !cls.qualifiers().is_true("Amendment")) return {};
    return fail(Status::InvalidOperation,
                "class {} of {} is localized: it describes that of the namespace above and has no "
                "instances",
                cls.name().text(), ns.text());
}

}  // namespace openwmi::core

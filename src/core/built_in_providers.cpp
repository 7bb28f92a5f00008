#include "core/built_in_providers.h"

#include <utility>

#include "base/guid.h"
#include "eventing/clock_reading.h"

namespace openwmi::core {

namespace {

constexpr std::string_view clock_clsid = "{0E0F5B5C-5C0E-4B7B-9A0D-6F2D7A8C41E3}";
constexpr std::string_view counts_clsid = "{E7B4B4B2-0F05-4E07-B3BD-6176ABF15678}";

// Both classes are singletons that nobody can write. Thread-safe.
class ClockProvider final : public provider::Provider {
  public:
    ClockProvider(const eventing::Catalog& catalog, const base::Clock& clock, cim::NamespacePath ns)
        : catalog_(catalog), clock_(clock), name_space_(std::move(ns)) {}

    Result<> get_instance(const cim::ObjectPath& path, provider::Call call) override {
        return show(path.class_name, *call.sink);
    }
    Result<> enumerate(const cim::Name& class_name, provider::Call call) override {
        return show(class_name, *call.sink);
    }

  private:
    Result<> show(const cim::Name& class_name, provider::ObjectSink& sink) const {
        const auto schema = catalog_.schema(name_space_);
        const auto cls = schema ? schema->find_class(class_name) : nullptr;
        const auto kind = cls ? eventing::clock_kind(*cls) : std::nullopt;
        if (!kind) {
            return fail(Status::InvalidClass, "{} is no clock", class_name.text());
        }
        const auto reading = eventing::read_clock(*kind, clock_.wall());
        const cim::ObjectPtr shown =
            eventing::clock_instance(cls, reading, eventing::ClockPart::Second);
        sink.indicate({&shown, 1});
        sink.complete({});
        return {};
    }

    const eventing::Catalog& catalog_;
    const base::Clock& clock_;
    const cim::NamespacePath name_space_;
};

}  // namespace

Result<std::shared_ptr<provider::Provider>> BuiltInProviders::load(
    const provider::ProviderRegistration& registration, const provider::ProviderScope& scope) {
    if (registration.clsid == base::Guid::parse(clock_clsid)) {
        return std::make_shared<ClockProvider>(catalog_, clock_, scope.name_space);
    }
    if (registration.clsid == base::Guid::parse(counts_clsid)) {
        return make_counts_provider(catalog_, counts_, scope.name_space);
    }
    if (others_) return others_->load(registration, scope);
    return fail(Status::ProviderLoadFailure, "there is nobody to load the provider '{}'",
                registration.name);
}

}  // namespace openwmi::core

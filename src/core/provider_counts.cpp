#include "core/provider_counts.h"

#include <utility>
#include <vector>

#include "base/check.h"

namespace openwmi::core {

namespace {

OperationNames make_names(const std::string& operation, const char* event_suffix) {
    OperationNames names;
    names.counter = "ProviderOperation_" + operation;
    if (!event_suffix) return names;
    const auto event = "MSFT_WmiProvider_" + operation + event_suffix;
    names.before = event + "_Pre";
    names.after = event + "_Post";
    return names;
}

// In the order of the enumeration.
std::vector<OperationNames> make_all_names() {
    std::vector<OperationNames> all;
    for (const char* operation : {"GetObjectAsync", "PutClassAsync", "PutInstanceAsync",
                                  "DeleteClassAsync", "DeleteInstanceAsync", "CreateClassEnumAsync",
                                  "CreateInstanceEnumAsync", "ExecQueryAsync", "ExecMethodAsync"}) {
        all.push_back(make_names(operation, "Event"));
    }
    for (const char* operation : {"NewQuery", "CancelQuery", "ProvideEvents", "AccessCheck"}) {
        all.push_back(make_names(operation, ""));
    }
    for (const char* operation : {"FindConsumer", "GetProperty", "PutProperty", "QueryInstances",
                                  "GetObjects", "CreateRefresher"}) {
        all.push_back(make_names(operation, nullptr));
    }
    WMI_CHECK(all.size() == provider_operations, "every operation has its names");
    return all;
}

// Thread-safe.
class CountsProvider final : public provider::Provider {
  public:
    CountsProvider(const eventing::Catalog& catalog, std::shared_ptr<const ProviderCounts> counts,
                   cim::NamespacePath ns)
        : catalog_(catalog), counts_(std::move(counts)), name_space_(std::move(ns)) {}

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
        if (!cls || !cls->is_a("MSFT_WmiProvider_Counters")) {
            return fail(Status::InvalidClass, "{} does not count calls to providers",
                        class_name.text());
        }
        cim::InstanceBuilder builder(cls);
        for (std::size_t i = 0; i < provider_operations; ++i) {
            const auto operation = static_cast<ProviderOperation>(i);
            // A class that has no place for a number does not show it.
            (void)builder.set(names_of(operation).counter, counts_->of(operation));
        }
        const cim::ObjectPtr shown = builder.build();
        sink.indicate({&shown, 1});
        sink.complete({});
        return {};
    }

    const eventing::Catalog& catalog_;
    const std::shared_ptr<const ProviderCounts> counts_;
    const cim::NamespacePath name_space_;
};

}  // namespace

const OperationNames& names_of(ProviderOperation operation) {
    static const auto all = make_all_names();
    return all[static_cast<std::size_t>(operation)];
}

std::shared_ptr<provider::Provider> make_counts_provider(
    const eventing::Catalog& catalog, std::shared_ptr<const ProviderCounts> counts,
    cim::NamespacePath ns) {
    return std::make_shared<CountsProvider>(catalog, std::move(counts), std::move(ns));
}

}  // namespace openwmi::core

#include "provider/provider.h"

namespace openwmi::provider {
namespace {

tl::unexpected<Error> not_capable(std::string_view what) {
    return fail(Status::ProviderNotCapable, "the provider has no {}", what);
}

}  // namespace

// What can do these takes what it is given.
// NOLINTBEGIN(performance-unnecessary-value-param)
Result<std::string> Consumer::preview(const cim::InstancePtr&, const cim::InstancePtr&) {
    return "get the event; what it does with it, it does not say";
}
Result<> Provider::provide_events(std::shared_ptr<EventSink>) {
    return not_capable("events");
}
Result<> Provider::new_query(std::uint32_t, std::string_view) {
    return not_capable("interest in queries");
}
Result<> Provider::cancel_query(std::uint32_t) {
    return not_capable("interest in queries");
}
Result<> Provider::check_access(std::string_view, std::string_view) {
    return not_capable("say in who subscribes");
}
Result<std::shared_ptr<Consumer>> Provider::find_consumer(const cim::InstancePtr&) {
    return not_capable("consumers");
}
Result<> Provider::get_instance(const cim::ObjectPath&, Call) {
    return not_capable("instances");
}
Result<> Provider::enumerate(const cim::Name&, Call) {
    return not_capable("instances");
}
Result<> Provider::put_instance(const cim::InstancePtr&, PutMode, Call) {
    return not_capable("instances");
}
Result<> Provider::delete_instance(const cim::ObjectPath&, Call) {
    return not_capable("instances");
}
Result<> Provider::exec_query(std::string_view, Call) {
    return not_capable("queries");
}
Result<> Provider::exec_method(const cim::ObjectPath&, const cim::Name&, const cim::InstancePtr&,
                               Call) {
    return not_capable("methods");
}
Result<> Provider::get_class(const cim::Name&, Call) {
    return not_capable("classes");
}
Result<> Provider::enumerate_classes(const cim::Name&, ClassDepth, Call) {
    return not_capable("classes");
}
Result<> Provider::put_class(const cim::ClassPtr&, Call) {
    return not_capable("classes");
}
Result<> Provider::delete_class(const cim::Name&, Call) {
    return not_capable("classes");
}
Result<std::optional<cim::Value>> Provider::get_property(const PropertyAddress&, cim::Type) {
    return not_capable("properties");
}
Result<> Provider::put_property(const PropertyAddress&, const cim::Value&, cim::Type) {
    return not_capable("properties");
}
Result<> Provider::query_instances(const cim::Name&, Call) {
    return not_capable("high-performance instances");
}
Result<std::vector<cim::InstancePtr>> Provider::get_objects(const std::vector<cim::InstancePtr>&,
                                                            const cim::CallContextPtr&) {
    return not_capable("high-performance instances");
}
Result<std::unique_ptr<Refresher>> Provider::create_refresher() {
    return not_capable("high-performance instances");
}
// NOLINTEND(performance-unnecessary-value-param)

}  // namespace openwmi::provider

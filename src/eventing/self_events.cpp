#include "eventing/self_events.h"

#include <algorithm>
#include <array>
#include <string>

#include "eventing/routing.h"

namespace openwmi::eventing {

namespace {

// Of events that are told and not raised yet; the next ones are refused.
constexpr std::size_t most_waiting = 10'000;

thread_local unsigned self_deliveries_of_this_thread = 0;

const cim::Name& base_class() {
    static const cim::Name name("MSFT_WmiSelfEvent");
    return name;
}

}  // namespace

const cim::NamespacePath& self_event_namespace() {
    static const auto path = cim::NamespacePath::literal("root\\cimv2");
    return path;
}

bool is_self_event(const cim::Instance& event) {
    static const cim::Name representative("Representative");
    if (event.class_of().is_a(base_class())) return true;
    const auto index = event.class_of().find_property(representative);
    if (!index) return false;
    const auto view = event.view(*index);
    return view.kind == cim::ValueView::Kind::Object && view.object->class_of().is_a(base_class());
}

std::string why_never_raised(const cim::Class& self_event) {
    struct Silent {
        const char* class_name;
        const char* why;
    };
    static constexpr std::array silent = {
        Silent{"MSFT_WmiCoreEvent", "the documentation defines it without an implementation"},
        Silent{"MSFT_WmiThreadPoolDeleted", "a thread is kept until the service ends"},
    };
    const auto found = std::ranges::find_if(
        silent, [&](const Silent& each) { return self_event.is_a(each.class_name); });
    return found == silent.end() ? std::string() : found->why;
}

SelfEvents::SelfEvents(Options options)
    : options_(std::move(options)), strand_(*options_.executor) {}

cim::ClassPtr SelfEvents::find_wanted(const cim::Name& class_name) const {
    if (delivers_self_event()) return nullptr;
    const auto held = options_.hold();
    const auto schema = held ? options_.catalog->schema(self_event_namespace()) : nullptr;
    auto cls = schema ? schema->find_class(class_name) : nullptr;
    if (!cls || !cls->is_a(base_class()) || cls->is_abstract()) return nullptr;
    const auto routing = options_.routing.lock();
    if (!routing || !routing->read()->wanted(self_event_namespace(), *cls)) return nullptr;
    return cls;
}

void SelfEvents::tell(const cim::ClassPtr& cls, Properties properties) {
    if (waiting_.fetch_add(1) >= most_waiting) {
        --waiting_;
        return options_.refuse();
    }
    cim::InstanceBuilder builder(cls);
    for (auto& [name, value] : properties) (void)builder.set(name, std::move(value));
    auto event = options_.stamp(builder.build());
    if (!event) return;  // the engine is gone
    strand_.post([weak = weak_from_this(), event = std::move(event)] {
        const auto self = weak.lock();
        const auto held = self ? self->options_.hold() : nullptr;
        if (!held) return;
        --self->waiting_;
        self->options_.raise(event);
    });
}

bool delivers_self_event() {
    return self_deliveries_of_this_thread != 0;
}

SelfEventDelivery::SelfEventDelivery() {
    ++self_deliveries_of_this_thread;
}

SelfEventDelivery::~SelfEventDelivery() {
    --self_deliveries_of_this_thread;
}

}  // namespace openwmi::eventing

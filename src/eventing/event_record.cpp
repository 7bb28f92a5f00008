#include "eventing/event_record.h"

#include <map>
#include <set>
#include <utility>

#include "cim/bytes.h"
#include "cim/codec.h"
#include "cim/layouts.h"
#include "eventing/self_events.h"

namespace openwmi::eventing {

namespace {

constexpr std::uint32_t magic = 0x45494d57;  // "WMIE"
constexpr std::uint16_t version = 1;
constexpr std::size_t least_layout_bytes = 4;

enum class RaiserKind : std::uint8_t { None, Service, User };

struct Head {
    std::string binding;
    cim::NamespacePath name_space;
    base::WallTime created;
    std::uint64_t id = 0;
    std::shared_ptr<const Raiser> raiser;
};

std::vector<cim::LayoutPtr> layouts_of(const cim::Instance& instance) {
    std::vector<cim::LayoutPtr> all;
    std::set<cim::LayoutHash> seen;
    // Nothing in the visit fails.
    (void)cim::for_each_layout(instance, [&](const cim::LayoutPtr& layout) -> Result<> {
        if (seen.insert(layout->hash()).second) all.push_back(layout);
        return {};
    });
    return all;
}

void write_raiser(cim::ByteWriter& out, const Raiser* raiser) {
    auto kind = RaiserKind::None;
    if (raiser) kind = raiser->identity.is_service() ? RaiserKind::Service : RaiserKind::User;
    out.u8(static_cast<std::uint8_t>(kind));
    out.u32(raiser ? raiser->identity.uid() : 0);
    out.text(raiser ? raiser->name : "");
}

// Groups are not kept: who may publish was decided when the event was raised.
std::shared_ptr<const Raiser> read_raiser(cim::ByteReader& in) {
    const auto kind = static_cast<RaiserKind>(in.u8());
    const uid_t uid = in.u32();
    auto name = std::string(in.text());
    if (kind == RaiserKind::None) return nullptr;
    auto identity = kind == RaiserKind::Service
                        ? security::Identity::of_service()
                        : security::Identity::of_user(uid, static_cast<gid_t>(-1), {});
    return std::make_shared<const Raiser>(Raiser{std::move(name), std::move(identity)});
}

Result<Head> read_head(cim::ByteReader& in) {
    if (in.u32() != magic) return fail(Status::InvalidObject, "this is no record of an event");
    if (const auto found = in.u16(); found != version) {
        return fail(Status::DatabaseVerMismatch,
                    "the record of an event has format {}; this release reads format {}", found,
                    version);
    }
    Head head;
    head.binding = in.text();
    auto name_space = cim::NamespacePath::parse(in.text());
    head.created.ticks = in.u64();
    head.id = in.u64();
    head.raiser = read_raiser(in);
    if (!in.ok() || !name_space) return fail(Status::InvalidObject, "an event record is damaged");
    head.name_space = std::move(*name_space);
    return head;
}

// The classes as they are now; those that are gone, as the record's layouts remember them.
class Remembered {
  public:
    explicit Remembered(std::shared_ptr<const cim::Schema> schema) : schema_(std::move(schema)) {}

    Result<> read(cim::ByteReader& in) {
        for (auto left = in.count(least_layout_bytes); left > 0; --left) {
            const auto bytes = cim::as_text(in.raw(in.u32()));
            auto layout = WMI_TRY(cim::Layout::deserialize(bytes));
            by_name_.insert_or_assign(layout->class_name(), layout);
            by_hash_.insert_or_assign(layout->hash(), layout);
        }
        return {};
    }
    cim::Resolver resolver() const {
        return {.find_class = [this](const cim::Name& name) { return find_class(name); },
                .find_layout =
                    [this](const cim::LayoutHash& hash) {
                        const auto found = by_hash_.find(hash);
                        return found == by_hash_.end() ? nullptr : found->second;
                    }};
    }

  private:
    // A namespace that is gone still has the classes of the system.
    struct SystemSchema final : cim::Schema {
        cim::ClassPtr find_class(const cim::Name& name) const override {
            return cim::find_system_class(name);
        }
        std::vector<cim::ClassPtr> subclasses(const cim::Name&) const override { return {}; }
    };

    cim::ClassPtr find_class(const cim::Name& name) const {
        const cim::Schema& schema = schema_ ? *schema_ : system_;
        if (auto cls = schema.find_class(name)) return cls;
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : cim::remembered_class(*found->second, schema);
    }

    const std::shared_ptr<const cim::Schema> schema_;  // null: the namespace is gone
    const SystemSchema system_;
    std::map<cim::Name, cim::LayoutPtr> by_name_;
    std::map<cim::LayoutHash, cim::LayoutPtr> by_hash_;
};

}  // namespace

std::vector<std::byte> encode_event(std::string_view binding, const Event& event) {
    cim::ByteWriter out;
    out.u32(magic);
    out.u16(version);
    out.text(binding);
    out.text(event.name_space.text());
    out.u64(event.created.ticks);
    out.u64(event.id);
    write_raiser(out, event.raiser.get());
    const auto layouts = layouts_of(*event.instance);
    out.count(layouts.size());
    for (const auto& layout : layouts) out.text(layout->serialize());
    out.raw(cim::encode(*event.instance));
    return out.take();
}

Result<std::string> binding_of(std::span<const std::byte> record) {
    cim::ByteReader in(record);
    return WMI_TRY(read_head(in)).binding;
}

Result<EventPtr> decode_event(std::span<const std::byte> record, const Catalog& catalog) {
    cim::ByteReader in(record);
    auto head = WMI_TRY(read_head(in));
    Remembered classes(catalog.schema(head.name_space));
    WMI_TRY(classes.read(in));
    if (!in.ok()) return fail(Status::InvalidObject, "an event record is damaged");
    auto event = std::make_shared<Event>();
    event->instance = WMI_TRY(cim::decode_instance(in.raw(in.remaining()), classes.resolver()));
    event->name_space = std::move(head.name_space);
    event->id = head.id;
    event->created = head.created;
    event->raiser = std::move(head.raiser);
    event->self_event = is_self_event(*event->instance);
    return event;
}

}  // namespace openwmi::eventing

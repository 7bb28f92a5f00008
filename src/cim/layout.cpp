#include "cim/layout.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "base/check.h"
#include "cim/bytes.h"
#include "cim/family.h"
#include "cim/limits.h"

namespace openwmi::cim {
namespace {

constexpr std::uint32_t magic = 0x4c494d57;  // "WMIL"
constexpr std::uint16_t version = 1;
constexpr std::uint8_t array_flag = 1;
constexpr std::uint8_t key_flag = 2;
// The least that a name and a slot take: lengths, type, flags.
constexpr std::size_t least_name_bytes = 4;
constexpr std::size_t least_slot_bytes = 11;

std::uint32_t width_of(Type type) {
    return type.array ? 4 : element_width(type.element);
}

enum class Spelling { Kept, Folded };

// One text for serialisation and hash: the hash is taken over the folded spelling, so that a class
// that was only written differently has the same layout.
void write(ByteWriter& out, const Layout& layout, Spelling spelling) {
    const auto name = [&](const Name& n) {
        out.text(spelling == Spelling::Kept ? n.text() : base::fold(n.text()));
    };
    out.u32(magic);
    out.u16(version);
    name(layout.class_name());
    out.count(layout.derivation().size());
    for (const Name& ancestor : layout.derivation()) name(ancestor);
    out.count(layout.slots().size());
    for (const Slot& slot : layout.slots()) {
        name(slot.name);
        out.u16(static_cast<std::uint16_t>(slot.type.element));
        out.u8(static_cast<std::uint8_t>((slot.type.array ? array_flag : 0) |
                                         (slot.key ? key_flag : 0)));
        name(slot.class_name);
    }
}

LayoutHash hash_of(const Layout& layout) {
    ByteWriter out;
    write(out, layout, Spelling::Folded);
    const XXH128_hash_t hash = XXH3_128bits(out.bytes().data(), out.size());
    return {{hash.high64, hash.low64}};
}

tl::unexpected<Error> damaged(std::string_view what) {
    return fail(Status::InvalidObject, "layout: {}", what);
}

Result<Slot> read_slot(ByteReader& in) {
    Slot slot;
    slot.name = Name(in.text());
    const auto type = type_of_number(in.u16());
    const std::uint8_t flags = in.u8();
    slot.class_name = Name(in.text());
    if (!in.ok()) return damaged("truncated, or text that is not UTF-8");
    if (slot.name.empty()) return damaged("a slot without a name");
    if (!type || type->array || type->element == CimType::Empty ||
        flags > (array_flag | key_flag)) {
        return damaged(fmt::format("slot {} has no valid type", slot.name.text()));
    }
    slot.type = {type->element, (flags & array_flag) != 0};
    slot.key = (flags & key_flag) != 0;
    return slot;
}

}  // namespace

std::string LayoutHash::text() const {
    return fmt::format("{:016x}{:016x}", words[0], words[1]);
}

LayoutPtr Layout::make(Name class_name, std::vector<Name> derivation, std::vector<Slot> slots) {
    WMI_CHECK(slots.size() <= max_properties, "a class has too many properties for a layout");
    base::Ref<Layout> layout(new Layout());
    layout->class_name_ = std::move(class_name);
    layout->derivation_ = std::move(derivation);
    layout->slots_ = std::move(slots);
    std::uint32_t end = 0;
    for (Slot& slot : layout->slots_) {
        slot.width = width_of(slot.type);
        slot.offset = (end + slot.width - 1) & ~(slot.width - 1);
        end = slot.offset + slot.width;
    }
    layout->slot_bytes_ = end;
    layout->bitmap_bytes_ = static_cast<std::uint32_t>((layout->slots_.size() + 3) / 4);
    layout->hash_ = hash_of(*layout);
    return layout;
}

std::string Layout::serialize() const {
    ByteWriter out;
    write(out, *this, Spelling::Kept);
    for (const std::uint64_t word : hash_.words) out.u64(word);
    return std::string(as_text(out.bytes()));
}

Result<LayoutPtr> Layout::deserialize(std::string_view bytes) {
    ByteReader in(std::as_bytes(std::span(bytes)));
    if (in.u32() != magic) return damaged("it does not begin with WMIL");
    if (const auto found = in.u16(); found != version) {
        return damaged(fmt::format("version {}, only {} is known", found, version));
    }
    Name class_name(in.text());
    std::vector<Name> derivation(in.count(least_name_bytes, max_ancestors));
    for (Name& ancestor : derivation) ancestor = Name(in.text());
    std::vector<Slot> slots(in.count(least_slot_bytes, max_properties));
    for (Slot& slot : slots) slot = WMI_TRY(read_slot(in));
    LayoutHash written;
    for (std::uint64_t& word : written.words) word = in.u64();
    if (!in.ok()) return damaged("truncated, too large, or text that is not UTF-8");
    if (!in.at_end()) return damaged("bytes after its end");
    LayoutPtr layout = make(std::move(class_name), std::move(derivation), std::move(slots));
    if (layout->hash() != written) return damaged("its hash is not that of its content");
    return layout;
}

}  // namespace openwmi::cim

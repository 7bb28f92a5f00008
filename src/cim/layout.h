#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "cim/name.h"
#include "cim/type.h"

namespace openwmi::cim {

// 128 bits over everything that decides how a block reads: class name, ancestors, slots in order.
struct LayoutHash {
    std::array<std::uint64_t, 2> words{};
    std::string text() const;  // 32 hex digits
    friend auto operator<=>(const LayoutHash&, const LayoutHash&) = default;
};

// Where a property's value stands in a block.
struct Slot {
    Name name;
    Type type;
    Name class_name;
    std::uint32_t offset = 0;  // from the start of the slot area
    std::uint32_t width =
        0;  // 1, 2, 4 or 8 bytes: the value itself, or a heap offset, or an embedded object's index
    bool key = false;
};

class Layout;
using LayoutPtr = base::Ref<const Layout>;

// How the instances of one version of a class are laid out. Named by its hash: the same class text
// gives the same hash on every machine. Immutable, counted. Format: docs/formats/instance-block.md.
class Layout final : public base::RefCounted<Layout> {
  public:
    static LayoutPtr make(Name class_name, std::vector<Name> derivation, std::vector<Slot> slots);

    const Name& class_name() const { return class_name_; }
    std::span<const Name> derivation() const { return derivation_; }
    std::span<const Slot> slots() const { return slots_; }
    const LayoutHash& hash() const { return hash_; }
    std::uint32_t bitmap_bytes() const { return bitmap_bytes_; }  // two bits a slot
    std::uint32_t slot_bytes() const { return slot_bytes_; }

    // For storing beside the data, so that old blocks stay readable.
    std::string serialize() const;
    static Result<LayoutPtr> deserialize(
        std::string_view bytes);  // checks everything, including the hash

  private:
    Layout() = default;
    friend class base::RefCounted<Layout>;
    ~Layout() = default;

    Name class_name_;
    std::vector<Name> derivation_;
    std::vector<Slot> slots_;
    LayoutHash hash_;
    std::uint32_t bitmap_bytes_ = 0;
    std::uint32_t slot_bytes_ = 0;
};

}  // namespace openwmi::cim

#include "cim/block_writer.h"

#include <bit>

#include "base/check.h"
#include "cim/block_format.h"
#include "cim/bytes.h"
#include "cim/family.h"

namespace openwmi::cim {
namespace {

namespace format = block_format;

void store_width(std::byte* at, std::uint32_t width, std::uint64_t content) {
    switch (width) {
        case 1: return store_le(at, static_cast<std::uint8_t>(content));
        case 2: return store_le(at, static_cast<std::uint16_t>(content));
        case 4: return store_le(at, static_cast<std::uint32_t>(content));
        default: return store_le(at, content);
    }
}

std::uint64_t bits_of(double real, CimType type) {
    return type == CimType::Real32
               ? std::uint64_t{std::bit_cast<std::uint32_t>(static_cast<float>(real))}
               : std::bit_cast<std::uint64_t>(real);
}

}  // namespace

BlockWriter::BlockWriter(LayoutPtr layout, std::size_t heap_bytes) : block_(new Block()) {
    const std::size_t fixed = format::heap_at(*layout);
    auto& bytes = block_->bytes_;
    bytes.reserve(fixed + heap_bytes);
    bytes.resize(fixed);
    store_le(&bytes[format::magic_at], format::magic);
    store_le(&bytes[format::version_at], format::version);
    store_le(&bytes[format::hash_at], layout->hash().words[0]);
    store_le(&bytes[format::hash_at + 8], layout->hash().words[1]);
    block_->layout_ = std::move(layout);
}

template <class T>
void BlockWriter::append(T number) {
    auto& bytes = block_->bytes_;
    bytes.resize(bytes.size() + sizeof(T));
    store_le(bytes.data() + bytes.size() - sizeof(T), number);
}

void BlockWriter::append_text(std::string_view text) {
    append(static_cast<std::uint32_t>(text.size()));
    const auto added = std::as_bytes(std::span(text));
    block_->bytes_.insert(block_->bytes_.end(), added.begin(), added.end());
}

std::uint32_t BlockWriter::embed(const ObjectPtr& object) {
    block_->embedded_.push_back(object);
    return static_cast<std::uint32_t>(block_->embedded_.size() - 1);
}

void BlockWriter::append_array(const Value& value, const Slot& slot) {
    const CimType element = slot.type.element;
    const std::uint32_t width = element_width(element);
    append(static_cast<std::uint32_t>(value.array_size()));
    const auto number = [&](std::uint64_t content) {
        auto& bytes = block_->bytes_;
        bytes.resize(bytes.size() + width);
        store_width(bytes.data() + bytes.size() - width, width, content);
    };
    switch (family(element)) {
        case Family::Boolean:
            for (const bool v : value.get<Booleans>()) number(v ? 1 : 0);
            break;
        case Family::Signed:
            for (const auto v : value.get<Integers>()) number(static_cast<std::uint64_t>(v));
            break;
        case Family::Unsigned:
            for (const auto v : value.get<Unsigneds>()) number(v);
            break;
        case Family::Real:
            for (const auto v : value.get<Reals>()) number(bits_of(v, element));
            break;
        case Family::Text:
            for (const auto& v : value.get<Strings>()) append_text(v);
            break;
        case Family::Object:
            for (const auto& v : value.get<Objects>()) number(embed(v));
            break;
        case Family::None: break;
    }
}

// What stands in the slot; text and arrays go to the heap.
std::uint64_t BlockWriter::slot_content(const Value& value, const Slot& slot) {
    const std::uint64_t heap_end = block_->bytes_.size() - format::heap_at(*block_->layout_);
    if (slot.type.array) {
        append_array(value, slot);
        return heap_end;
    }
    switch (family(slot.type.element)) {
        case Family::Boolean: return value.get<bool>() ? 1 : 0;
        case Family::Signed: return static_cast<std::uint64_t>(value.get<std::int64_t>());
        case Family::Unsigned: return value.get<std::uint64_t>();
        case Family::Real: return bits_of(value.get<double>(), slot.type.element);
        case Family::Text: append_text(value.get<std::string>()); return heap_end;
        case Family::Object: return embed(value.get<ObjectPtr>());
        case Family::None: break;
    }
    return 0;
}

void BlockWriter::mark(std::uint8_t bit) {
    WMI_CHECK(next_ < block_->layout_->slots().size(), "more values than slots");
    block_->bytes_[format::header_bytes + next_ / 4] |=
        static_cast<std::byte>(bit << (next_ % 4 * 2));
    ++next_;
}

void BlockWriter::put(const Value& value) {
    if (value.is_null()) return mark(format::null_bit);
    WMI_CHECK(next_ < block_->layout_->slots().size(), "more values than slots");
    const Slot& slot = block_->layout_->slots()[next_];
    const std::uint64_t content = slot_content(value, slot);
    store_width(block_->bytes_.data() + format::slots_at(*block_->layout_) + slot.offset,
                slot.width, content);
    ++next_;
}

void BlockWriter::put_default() {
    mark(format::default_bit);
}

BlockPtr BlockWriter::finish() {
    WMI_CHECK(next_ == block_->layout_->slots().size(), "fewer values than slots");
    auto& bytes = block_->bytes_;
    store_le(&bytes[format::size_at], static_cast<std::uint32_t>(bytes.size()));
    store_le(&bytes[format::embedded_at], static_cast<std::uint32_t>(block_->embedded_.size()));
    block_->measure();
    return BlockPtr(std::move(block_));
}

}  // namespace openwmi::cim

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/text.h"
#include "cim/block_format.h"
#include "cim/bytes.h"
#include "cim/family.h"
#include "cim/instance.h"
#include "cim/limits.h"

// Block: reading an instance's bytes, and checking those that came from elsewhere.

namespace openwmi::cim {
namespace {

namespace format = block_format;

std::uint64_t load_width(const std::byte* at, std::uint32_t width) {
    switch (width) {
        case 1: return load_le<std::uint8_t>(at);
        case 2: return load_le<std::uint16_t>(at);
        case 4: return load_le<std::uint32_t>(at);
        default: return load_le<std::uint64_t>(at);
    }
}

std::int64_t sign_extended(std::uint64_t bits, std::uint32_t width) {
    const auto shift = 64 - 8 * width;
    return static_cast<std::int64_t>(bits << shift) >> shift;
}

double real_of(std::uint64_t bits, CimType type) {
    return type == CimType::Real32
               ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)))
               : std::bit_cast<double>(bits);
}

std::string_view text_at(const std::byte* at) {
    return as_text({at + 4, load_le<std::uint32_t>(at)});
}

template <class Array, class Convert>
Value read_numbers(const std::byte* at, CimType element, const Convert& convert) {
    const std::uint32_t width = element_width(element);
    Array array(load_le<std::uint32_t>(at));
    at += 4;
    for (std::size_t i = 0; i < array.size(); ++i, at += width) {
        array[i] = convert(load_width(at, width));
    }
    return Value(std::move(array));
}

Value read_texts(const std::byte* at) {
    Strings array(load_le<std::uint32_t>(at));
    at += 4;
    for (auto& text : array) {
        text = text_at(at);
        at += 4 + text.size();
    }
    return Value(std::move(array));
}

// Checks a block from the first byte to the last. Everything stands in one order only, without gaps
// and without sharing, so the heap is read once from front to back.
class BlockParser {
  public:
    BlockParser(const Layout& layout, std::span<const std::byte> bytes, std::size_t embedded)
        : layout_(layout), bytes_(bytes), embedded_(embedded), heap_({}) {}

    Result<> parse() {
        WMI_TRY(header());
        WMI_TRY(bitmap());
        heap_ = ByteReader(bytes_.subspan(format::heap_at(layout_)));
        std::size_t end = 0;
        for (std::size_t i = 0; i < layout_.slots().size(); ++i) {
            const Slot& slot = layout_.slots()[i];
            if (!zeros(format::slots_at(layout_) + end, slot.offset - end)) {
                return damaged("padding that is not zero");
            }
            end = slot.offset + slot.width;
            WMI_TRY(check_slot(i));
        }
        if (!heap_.at_end()) return damaged("bytes after the end of the heap");
        if (next_embedded_ != embedded_) return damaged("embedded objects that nothing refers to");
        return {};
    }

  private:
    template <class... Args>
    tl::unexpected<Error> damaged(fmt::format_string<Args...> what, Args&&... args) const {
        return fail(Status::InvalidObject, "instance block of {}: {}", layout_.class_name().text(),
                    fmt::format(what, std::forward<Args>(args)...));
    }

    bool zeros(std::size_t at, std::size_t size) const {
        const auto part = bytes_.subspan(at, size);
        return std::all_of(part.begin(), part.end(), [](std::byte b) { return b == std::byte{0}; });
    }

    Result<> header() const {
        if (bytes_.size() < format::heap_at(layout_)) {
            return damaged("{} bytes, at least {} are needed", bytes_.size(),
                           format::heap_at(layout_));
        }
        if (bytes_.size() > max_object_bytes)
            return damaged("{} bytes are too many", bytes_.size());
        if (load_le<std::uint32_t>(&bytes_[format::magic_at]) != format::magic) {
            return damaged("it does not begin with WMIB");
        }
        const auto version = load_le<std::uint16_t>(&bytes_[format::version_at]);
        if (version != format::version) return damaged("version {} is not known", version);
        if (!zeros(format::reserved_at, 2)) return damaged("reserved bytes are not zero");
        const auto size = load_le<std::uint32_t>(&bytes_[format::size_at]);
        if (size != bytes_.size()) {
            return damaged("its size is given as {}, but is {}", size, bytes_.size());
        }
        const auto embedded = load_le<std::uint32_t>(&bytes_[format::embedded_at]);
        if (embedded != embedded_) {
            return damaged("{} embedded objects instead of {}", embedded_, embedded);
        }
        const LayoutHash hash{{load_le<std::uint64_t>(&bytes_[format::hash_at]),
                               load_le<std::uint64_t>(&bytes_[format::hash_at + 8])}};
        if (hash != layout_.hash()) return damaged("it was written with layout {}", hash.text());
        return {};
    }

    Result<> bitmap() const {
        const std::size_t used = layout_.slots().size() * 2;
        const std::size_t at = format::header_bytes + used / 8;
        if (used % 8 != 0 && (std::to_integer<unsigned>(bytes_[at]) >> (used % 8)) != 0) {
            return damaged("bits for slots that do not exist");
        }
        const std::size_t end = format::header_bytes + layout_.bitmap_bytes();
        if (!zeros(end, format::slots_at(layout_) - end))
            return damaged("padding that is not zero");
        return {};
    }

    Result<> check_slot(std::size_t index) {
        const Slot& slot = layout_.slots()[index];
        const std::size_t at = format::slots_at(layout_) + slot.offset;
        const unsigned bits =
            std::to_integer<unsigned>(bytes_[format::header_bytes + index / 4]) >> (index % 4 * 2) &
            3U;
        if (bits == (format::null_bit | format::default_bit)) {
            return damaged("{} is both NULL and default", slot.name.text());
        }
        if (bits != 0) {
            if (zeros(at, slot.width)) return {};
            return damaged("{} has no value, but its slot is not zero", slot.name.text());
        }
        const auto content = load_width(&bytes_[at], slot.width);
        if (slot.type.array || is_text(slot.type.element)) {
            if (content != heap_.position()) {
                return damaged("{} does not follow its predecessor in the heap", slot.name.text());
            }
            if (slot.type.array ? !array(slot.type.element) : !text(slot.type.element)) {
                return damaged("{} is not a valid {}", slot.name.text(), to_text(slot.type));
            }
        } else if (!scalar(slot.type.element, content)) {
            return damaged("{} is not a valid {}", slot.name.text(), to_text(slot.type));
        }
        return {};
    }

    bool scalar(CimType type, std::uint64_t content) {
        if (type == CimType::Boolean) return content <= 1;
        if (type == CimType::Object) return content == next_embedded_++ && content < embedded_;
        return true;
    }

    bool text(CimType type) {
        const auto text = heap_.text();
        if (!heap_.ok()) return false;
        return type != CimType::Datetime || fits(Value(text), {type, false});
    }

    bool array(CimType element) {
        const bool texts = is_text(element);
        const std::uint32_t width = element_width(element);  // a text has at least its length
        const std::size_t count = heap_.count(width);
        for (std::size_t i = 0; i < count; ++i) {
            if (texts ? !text(element)
                      : !scalar(element, load_width(heap_.raw(width).data(), width))) {
                return false;
            }
        }
        return heap_.ok();
    }

    const Layout& layout_;
    std::span<const std::byte> bytes_;
    std::size_t embedded_;
    std::size_t next_embedded_ = 0;
    ByteReader heap_;
};

}  // namespace

Result<BlockPtr> Block::parse(LayoutPtr layout, std::vector<std::byte> bytes, Objects embedded) {
    WMI_TRY(BlockParser(*layout, bytes, embedded.size()).parse());
    base::Ref<Block> block(new Block());
    block->layout_ = std::move(layout);
    block->bytes_ = std::move(bytes);
    block->embedded_ = std::move(embedded);
    block->measure();
    if (block->depth_ > max_nesting) {
        return fail(Status::InvalidObject,
                    "instance block of {}: objects nested {} deep, {} at most",
                    block->layout_->class_name().text(), block->depth_, max_nesting);
    }
    if (block->memory_bytes_ > max_object_bytes) {
        return fail(Status::InvalidObject, "instance block of {}: {} bytes with what is embedded",
                    block->layout_->class_name().text(), block->memory_bytes_);
    }
    return BlockPtr(std::move(block));
}

void Block::measure() {
    depth_ = 1;
    memory_bytes_ = sizeof(Block) + bytes_.size();
    for (const ObjectPtr& object : embedded_) {
        WMI_CHECK(object != nullptr, "an embedded object is never empty");
        depth_ = std::max(depth_, object->depth() + 1);
        memory_bytes_ += sizeof(ObjectPtr) + object->memory_bytes();
    }
}

unsigned Block::bits(std::size_t slot) const {
    return std::to_integer<unsigned>(bytes_[format::header_bytes + slot / 4]) >> (slot % 4 * 2);
}

bool Block::is_null(std::size_t slot) const {
    return (bits(slot) & format::null_bit) != 0;
}

bool Block::is_default(std::size_t slot) const {
    return (bits(slot) & format::default_bit) != 0;
}

ValueView Block::view(std::size_t index) const {
    using Kind = ValueView::Kind;
    const Slot& slot = layout_->slots()[index];
    WMI_CHECK(!is_default(index), "only the class knows a default");
    ValueView view;
    view.type = slot.type.element;
    if (is_null(index)) return view;
    view.kind = Kind::Array;
    if (slot.type.array) return view;
    const auto content =
        load_width(bytes_.data() + format::slots_at(*layout_) + slot.offset, slot.width);
    switch (family(slot.type.element)) {
        case Family::Boolean:
            view.kind = Kind::Boolean;
            view.boolean = content != 0;
            break;
        case Family::Signed:
            view.kind = Kind::Signed;
            view.signed_integer = sign_extended(content, slot.width);
            break;
        case Family::Unsigned:
            view.kind = Kind::Unsigned;
            view.unsigned_integer = content;
            break;
        case Family::Real:
            view.kind = Kind::Real;
            view.real = real_of(content, slot.type.element);
            break;
        case Family::Text:
            view.kind = Kind::Text;
            view.text = text_at(bytes_.data() + format::heap_at(*layout_) + content);
            break;
        case Family::Object:
            view.kind = Kind::Object;
            view.object = embedded_[content].get();
            break;
        case Family::None: view.kind = Kind::Null; break;
    }
    return view;
}

Value Block::get(std::size_t index) const {
    const Slot& slot = layout_->slots()[index];
    if (!slot.type.array || is_null(index)) return to_value(view(index));
    WMI_CHECK(!is_default(index), "only the class knows a default");
    const CimType element = slot.type.element;
    const auto offset =
        load_le<std::uint32_t>(bytes_.data() + format::slots_at(*layout_) + slot.offset);
    const std::byte* at = bytes_.data() + format::heap_at(*layout_) + offset;
    switch (family(element)) {
        case Family::Boolean:
            return read_numbers<Booleans>(at, element, [](std::uint64_t v) { return v != 0; });
        case Family::Signed:
            return read_numbers<Integers>(at, element, [&](std::uint64_t v) {
                return sign_extended(v, element_width(element));
            });
        case Family::Unsigned:
            return read_numbers<Unsigneds>(at, element, [](std::uint64_t v) { return v; });
        case Family::Real:
            return read_numbers<Reals>(at, element,
                                       [&](std::uint64_t v) { return real_of(v, element); });
        case Family::Text: return read_texts(at);
        case Family::Object:
            return read_numbers<Objects>(at, element,
                                         [&](std::uint64_t v) { return embedded_[v]; });
        case Family::None: break;
    }
    return Value();
}

}  // namespace openwmi::cim

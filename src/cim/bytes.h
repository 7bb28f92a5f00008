#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace openwmi::cim {

// Little-endian numbers at unaligned addresses: all formats of this room are made of them.
template <std::unsigned_integral T>
T load_le(const std::byte* at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        number |= std::to_integer<std::uint64_t>(at[i]) << (8 * i);
    }
    return static_cast<T>(number);
}

template <std::unsigned_integral T>
void store_le(std::byte* at, T number) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        at[i] = static_cast<std::byte>(static_cast<std::uint64_t>(number) >> (8 * i));
    }
}

inline std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Appends to a growing buffer. Confined to one thread.
class ByteWriter {
  public:
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    template <std::unsigned_integral T>
    void number(T value) {
        bytes_.resize(bytes_.size() + sizeof(T));
        store_le(bytes_.data() + bytes_.size() - sizeof(T), value);
    }
    void u8(std::uint8_t value) { number(value); }
    void u16(std::uint16_t value) { number(value); }
    void u32(std::uint32_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }
    void count(std::size_t value) { u32(static_cast<std::uint32_t>(value)); }
    void raw(std::span<const std::byte> bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    // A 32-bit length, then the bytes.
    void text(std::string_view text) {
        count(text.size());
        raw(std::as_bytes(std::span(text)));
    }

    std::size_t size() const { return bytes_.size(); }
    std::span<const std::byte> bytes() const { return bytes_; }
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_;
};

// Reads what a stranger may have written: nothing is read past the end; the first mistake is
// remembered, and from then on everything reads as zero or empty. Confined to one thread.
class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <std::unsigned_integral T>
    T number() {
        auto bytes = raw(sizeof(T));
        return bytes.empty() ? T{0} : load_le<T>(bytes.data());
    }
    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }

    std::span<const std::byte> raw(std::size_t size) {
        if (!ok_ || size > remaining()) {
            ok_ = false;
            return {};
        }
        at_ += size;
        return bytes_.subspan(at_ - size, size);
    }
    // A 32-bit length and valid UTF-8.
    std::string_view text() {
        auto text = as_text(raw(u32()));
        if (!base::is_valid_utf8(text)) ok_ = false;
        return ok_ ? text : std::string_view();
    }
    // The number of elements that follow: never more than the rest can hold, nor than `most`.
    std::size_t count(std::size_t least_bytes_each, std::size_t most = SIZE_MAX) {
        std::size_t number = u32();
        if (number > most || number > remaining() / std::max<std::size_t>(least_bytes_each, 1)) {
            ok_ = false;
        }
        return ok_ ? number : 0;
    }

    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && at_ == bytes_.size(); }
    std::size_t position() const { return at_; }
    std::size_t remaining() const { return bytes_.size() - at_; }

  private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace openwmi::cim

#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/fold.h"

namespace openwmi::cim {

// The name of a class, property, method, qualifier or namespace part: keeps its spelling, compares
// without case. The hash of the folded text is computed once. Immutable value.
class Name {
  public:
    Name() = default;
    Name(std::string text) : text_(std::move(text)), hash_(base::fold_hash(text_)) {}
    Name(std::string_view text) : Name(std::string(text)) {}
    Name(const char* text) : Name(std::string(text)) {}

    const std::string& text() const { return text_; }
    std::uint64_t hash() const { return hash_; }
    bool empty() const { return text_.empty(); }

    friend bool operator==(const Name& a, const Name& b) {
        return a.hash_ == b.hash_ && base::fold_equal(a.text_, b.text_);
    }
    friend std::strong_ordering operator<=>(const Name& a, const Name& b) {
        return base::fold_compare(a.text_, b.text_);
    }

  private:
    std::string text_;
    std::uint64_t hash_ = base::fold_hash({});
};

}  // namespace openwmi::cim

template <>
struct std::hash<openwmi::cim::Name> {
    std::size_t operator()(const openwmi::cim::Name& name) const noexcept { return name.hash(); }
};

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ref.h"
#include "base/result.h"
#include "cim/object.h"
#include "cim/type.h"

namespace openwmi::cim {

using ObjectPtr = base::Ref<const Object>;

using Booleans = std::vector<bool>;
using Integers = std::vector<std::int64_t>;
using Unsigneds = std::vector<std::uint64_t>;
using Reals = std::vector<double>;
using Strings = std::vector<std::string>;
using Objects = std::vector<ObjectPtr>;

// A CIM value without its declared type: NULL, or one alternative a family of types:
//   bool            boolean
//   int64_t         sint8 … sint64
//   uint64_t        uint8 … uint64, char16
//   double          real32, real64 (a real32 is rounded to float when it is stored)
//   string          string, datetime (its 25 characters), reference (an object path)
//   ObjectPtr       object, never empty
// and the arrays of these. Which CIM type it is, its declaration knows. Strings are valid UTF-8.
// Value.
class Value {
  public:
    using Storage =
        std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string,
                     ObjectPtr, Booleans, Integers, Unsigneds, Reals, Strings, Objects>;

    Value() = default;
    Value(bool v) : storage_(v) {}
    Value(int v) : storage_(std::int64_t{v}) {}
    Value(unsigned v) : storage_(std::uint64_t{v}) {}
    Value(std::int64_t v) : storage_(v) {}
    Value(std::uint64_t v) : storage_(v) {}
    Value(double v) : storage_(v) {}
    Value(const char* v) : storage_(std::string(v)) {}
    Value(std::string_view v) : storage_(std::string(v)) {}
    Value(std::string v) : storage_(std::move(v)) {}
    template <class T>
    Value(base::Ref<T> v) {
        if (v) storage_ = ObjectPtr(std::move(v));
    }
    Value(Booleans v) : storage_(std::move(v)) {}
    Value(Integers v) : storage_(std::move(v)) {}
    Value(Unsigneds v) : storage_(std::move(v)) {}
    Value(Reals v) : storage_(std::move(v)) {}
    Value(Strings v) : storage_(std::move(v)) {}
    Value(Objects v) : storage_(std::move(v)) {}

    bool is_null() const { return storage_.index() == 0; }
    bool is_array() const { return storage_.index() >= 7; }
    std::size_t array_size() const;          // 0 for NULL and scalars
    Value element(std::size_t index) const;  // of an array; needs index < array_size()

    template <class T>
    const T* get_if() const {
        return std::get_if<T>(&storage_);
    }
    template <class T>
    const T& get() const {
        return std::get<T>(storage_);
    }
    const Storage& storage() const { return storage_; }

    // Exactly the same value; objects compare by content (same class name and properties).
    friend bool operator==(const Value& a, const Value& b);

  private:
    Storage storage_;
};

// True when the value can stand in a property of this type as it is (NULL always can): right
// family, in range, datetime well-formed.
bool fits(const Value& value, Type type);

// The value as that type: numbers between families when nothing is lost (a real to an integer is
// rounded, MOF-006), decimal and 0x text to 64-bit integers, a scalar never to an array. Fails with
// TypeMismatch or ValueOutOfRange, naming both. An empty array takes any array type.
Result<Value> coerce(Value value, Type type);

// For people and for templates: 90, TRUE, text as it is, (1,5,10) for arrays with quoted strings,
// MOF-like for objects; NULL is "" (OD-108).
std::string display(const Value& value, Type type);

// The type a value has when nothing declares one: sint32 (sint64 if it does not fit), uint64,
// real64, boolean, string, object; of an empty array: string[]; of NULL: Empty.
Type natural_type(const Value& value);

// The bytes that the value keeps alive besides itself; each reference to an object counts.
std::size_t memory_bytes(const Value& value);
// How deeply objects are nested in the value: 0 when it holds none.
std::size_t nesting(const Value& value);

// A value that is looked at, not owned: what the matcher reads from a block without allocating. The
// pointed-to object must outlive it. For arrays only `array` is set; use Instance::get.
struct ValueView {
    enum class Kind : std::uint8_t { Null, Boolean, Signed, Unsigned, Real, Text, Object, Array };
    Kind kind = Kind::Null;
    CimType type = CimType::Empty;
    bool boolean = false;
    std::int64_t signed_integer = 0;
    std::uint64_t unsigned_integer = 0;
    double real = 0;
    std::string_view text;
    const Object* object = nullptr;
};
// Views a scalar Value; an array gives Kind::Array.
ValueView view(const Value& value, CimType type);
// The value that is viewed, copied; not for arrays.
Value to_value(const ValueView& view);

}  // namespace openwmi::cim

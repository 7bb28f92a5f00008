#include "cim/value.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "cim/family.h"
#include "cim/object.h"

namespace openwmi::cim {
namespace {

template <class T>
bool same(const T& a, const T& b) {
    return a == b;
}
// A reading that stays "not a number" has not changed.
bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}
bool same(const ObjectPtr& a, const ObjectPtr& b) {
    return a == b || (a && b && same_content(*a, *b));
}
bool same(const Reals& a, const Reals& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return same(x, y); });
}
bool same(const Objects& a, const Objects& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const ObjectPtr& x, const ObjectPtr& y) { return same(x, y); });
}

template <class... Callables>
struct Overload : Callables... {
    using Callables::operator()...;
};
template <class... Callables>
Overload(Callables...) -> Overload<Callables...>;

bool fits_sint32(std::int64_t number) {
    return number >= std::numeric_limits<std::int32_t>::min() &&
           number <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

std::size_t Value::array_size() const {
    return std::visit(
        [](const auto& v) -> std::size_t {
            if constexpr (requires { v.begin(); }) {
                using T = std::decay_t<decltype(v)>;
                if constexpr (!std::is_same_v<T, std::string>) return v.size();
            }
            return 0;
        },
        storage_);
}

Value Value::element(std::size_t index) const {
    WMI_CHECK(index < array_size(), "the array has no such element");
    return std::visit(
        [index](const auto& v) -> Value {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, Booleans>) {
                return Value(static_cast<bool>(v[index]));
            } else if constexpr (requires { v[index]; } && !std::is_same_v<T, std::string>) {
                return Value(v[index]);
            } else {
                return Value();
            }
        },
        storage_);
}

bool operator==(const Value& a, const Value& b) {
    if (a.storage_.index() != b.storage_.index()) return false;
    return std::visit(
        [&](const auto& left) {
            return same(left, std::get<std::decay_t<decltype(left)>>(b.storage_));
        },
        a.storage_);
}

Type natural_type(const Value& value) {
    if (value.is_array() && value.array_size() == 0) return {CimType::String, true};
    const auto element = std::visit(
        Overload{
            [](std::monostate) { return CimType::Empty; },
            [](bool) { return CimType::Boolean; },
            [](std::int64_t v) { return fits_sint32(v) ? CimType::Sint32 : CimType::Sint64; },
            [](std::uint64_t) { return CimType::Uint64; },
            [](double) { return CimType::Real64; },
            [](const std::string&) { return CimType::String; },
            [](const ObjectPtr&) { return CimType::Object; },
            [](const Booleans&) { return CimType::Boolean; },
            [](const Integers& v) {
                return std::all_of(v.begin(), v.end(), fits_sint32) ? CimType::Sint32
                                                                    : CimType::Sint64;
            },
            [](const Unsigneds&) { return CimType::Uint64; },
            [](const Reals&) { return CimType::Real64; },
            [](const Strings&) { return CimType::String; },
            [](const Objects&) { return CimType::Object; },
        },
        value.storage());
    return {element, value.is_array()};
}

std::size_t memory_bytes(const Value& value) {
    const auto of_object = [](const ObjectPtr& object) {
        return object ? object->memory_bytes() : 0;
    };
    return std::visit(Overload{
                          [](const auto&) -> std::size_t { return 0; },
                          [](const std::string& v) { return v.size(); },
                          [&](const ObjectPtr& v) { return of_object(v); },
                          [](const Booleans& v) { return v.size(); },
                          [](const Integers& v) { return v.size() * sizeof(v[0]); },
                          [](const Unsigneds& v) { return v.size() * sizeof(v[0]); },
                          [](const Reals& v) { return v.size() * sizeof(v[0]); },
                          [](const Strings& v) {
                              std::size_t bytes = 0;
                              for (const auto& text : v) bytes += sizeof(text) + text.size();
                              return bytes;
                          },
                          [&](const Objects& v) {
                              std::size_t bytes = 0;
                              for (const auto& object : v)
                                  bytes += sizeof(v[0]) + of_object(object);
                              return bytes;
                          },
                      },
                      value.storage());
}

std::size_t nesting(const Value& value) {
    if (const auto* object = value.get_if<ObjectPtr>()) return *object ? (*object)->depth() : 0;
    std::size_t deepest = 0;
    if (const auto* objects = value.get_if<Objects>()) {
        for (const auto& object : *objects) {
            if (object) deepest = std::max(deepest, object->depth());
        }
    }
    return deepest;
}

ValueView view(const Value& value, CimType type) {
    using Kind = ValueView::Kind;
    ValueView view;
    view.type = type;
    std::visit(Overload{
                   [&](std::monostate) { view.kind = Kind::Null; },
                   [&](bool v) { view.kind = Kind::Boolean, view.boolean = v; },
                   [&](std::int64_t v) { view.kind = Kind::Signed, view.signed_integer = v; },
                   [&](std::uint64_t v) { view.kind = Kind::Unsigned, view.unsigned_integer = v; },
                   [&](double v) { view.kind = Kind::Real, view.real = v; },
                   [&](const std::string& v) { view.kind = Kind::Text, view.text = v; },
                   [&](const ObjectPtr& v) { view.kind = Kind::Object, view.object = v.get(); },
                   [&](const auto&) { view.kind = Kind::Array; },
               },
               value.storage());
    return view;
}

Value to_value(const ValueView& view) {
    using Kind = ValueView::Kind;
    WMI_CHECK(view.kind != Kind::Array, "an array cannot be read through a view");
    switch (view.kind) {
        case Kind::Boolean: return Value(view.boolean);
        case Kind::Signed: return Value(view.signed_integer);
        case Kind::Unsigned: return Value(view.unsigned_integer);
        case Kind::Real: return Value(view.real);
        case Kind::Text: return Value(view.text);
        case Kind::Object: return Value(ObjectPtr(view.object));
        default: return Value();
    }
}

}  // namespace openwmi::cim

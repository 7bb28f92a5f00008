#include "wbem/property_handle.h"

#include <cstring>
#include <type_traits>

#include "com/bstr.h"

// A handle: the CIM type above, the place in the class in the lower 16 bits.
namespace openwmi::wbem {
namespace {

constexpr unsigned place_bits = 16;
constexpr std::size_t most_places = std::size_t{1} << place_bits;

LONG handle_at(std::size_t index, cim::CimType type) {
    return static_cast<LONG>((static_cast<std::uint32_t>(type) << place_bits) | index);
}

// Calls back with a number of the C++ type that stands for the CIM type; not for text and objects.
template <class F>
auto with_type(cim::CimType type, F&& body) -> std::invoke_result_t<F, std::uint64_t> {
    using cim::CimType;
    switch (type) {
        case CimType::Sint8: return body(std::int8_t{});
        case CimType::Uint8: return body(std::uint8_t{});
        case CimType::Sint16: return body(std::int16_t{});
        case CimType::Boolean: return body(VARIANT_BOOL{});
        case CimType::Uint16:
        case CimType::Char16: return body(std::uint16_t{});
        case CimType::Sint32: return body(std::int32_t{});
        case CimType::Uint32: return body(std::uint32_t{});
        case CimType::Sint64: return body(std::int64_t{});
        case CimType::Real32: return body(float{});
        case CimType::Real64: return body(double{});
        default: return body(std::uint64_t{});
    }
}

std::size_t write_raw(const void* from, std::size_t size, std::span<std::byte> out) {
    if (size <= out.size()) std::memcpy(out.data(), from, size);
    return size;
}

template <class T>
T number_of(const cim::Value& value) {
    if (const auto* flag = value.get_if<bool>()) {
        return static_cast<T>(*flag ? VARIANT_TRUE : VARIANT_FALSE);
    }
    if (const auto* number = value.get_if<std::int64_t>()) return static_cast<T>(*number);
    if (const auto* number = value.get_if<std::uint64_t>()) return static_cast<T>(*number);
    return static_cast<T>(value.get<double>());
}

template <class T>
cim::Value value_of_number(T number, cim::CimType type) {
    if (type == cim::CimType::Boolean) return {number != T{}};
    if constexpr (std::is_floating_point_v<T>) {
        return {static_cast<double>(number)};
    } else if constexpr (std::is_signed_v<T>) {
        return {static_cast<std::int64_t>(number)};
    } else {
        return {static_cast<std::uint64_t>(number)};
    }
}

Result<cim::Value> text_of_bytes(std::span<const std::byte> bytes) {
    if (bytes.size() % sizeof(wchar_t) != 0) {
        return fail(Status::InvalidParameter, "{} bytes are no text: a character takes {} bytes",
                    bytes.size(), sizeof(wchar_t));
    }
    std::wstring text(bytes.size() / sizeof(wchar_t), L'\0');
    if (!bytes.empty()) std::memcpy(text.data(), bytes.data(), bytes.size());
    return cim::Value(to_utf8(std::wstring_view(text).substr(0, text.find(L'\0'))));
}

}  // namespace

Result<LONG> handle_of(const Content& content, const cim::Name& name) {
    const std::size_t index = WMI_TRY(find_property(content, name));
    const cim::Type type = content.cls().properties()[index].type;
    if (type.array || type.element == cim::CimType::Object) {
        return fail(Status::NotSupported, "{} is a {}, for which there are no handles", name.text(),
                    cim::to_text(type));
    }
    if (index >= most_places) {
        return fail(Status::NotSupported, "{} stands too far behind in its class for a handle",
                    name.text());
    }
    return handle_at(index, type.element);
}

Result<std::size_t> property_of(const Content& content, LONG handle) {
    const auto index = static_cast<std::uint32_t>(handle) % most_places;
    const auto properties = content.cls().properties();
    if (index < properties.size() && !properties[index].type.array &&
        handle == handle_at(index, properties[index].type.element)) {
        return std::size_t{index};
    }
    return fail(Status::InvalidParameter, "0x{:X} is no handle for a property of class {}",
                static_cast<ULONG>(handle), content.name().text());
}

std::size_t write_bytes(const cim::Value& value, cim::CimType type, std::span<std::byte> out) {
    if (cim::is_text(type)) {
        const std::wstring text = to_wide(value.get<std::string>());
        return write_raw(text.c_str(), (text.size() + 1) * sizeof(wchar_t), out);
    }
    return with_type(type, [&](auto zero) {
        const auto number = number_of<decltype(zero)>(value);
        return write_raw(&number, sizeof number, out);
    });
}

Result<cim::Value> value_of_bytes(std::span<const std::byte> bytes, cim::CimType type) {
    if (cim::is_text(type)) return text_of_bytes(bytes);
    return with_type(type, [&](auto number) -> Result<cim::Value> {
        if (bytes.size() != sizeof number) {
            return fail(Status::InvalidParameter, "a {} has {} bytes, not {}", cim::keyword(type),
                        sizeof number, bytes.size());
        }
        std::memcpy(&number, bytes.data(), sizeof number);
        return value_of_number(number, type);
    });
}

}  // namespace openwmi::wbem

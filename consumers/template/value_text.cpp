#include "template/value_text.h"

#include <charconv>
#include <cstdint>

namespace openwmi::consumers {
namespace {

template <class T, class ToText>
std::vector<std::string> texts_of(const variant& value, ToText&& to_text) {
    std::vector<std::string> texts;
    for (const auto& element : value.as_vector<T>()) texts.push_back(to_text(element));
    return texts;
}

template <class Real>
std::string shortest(Real number) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
    return std::string(buffer, end.ptr);
}

}  // namespace

std::string object_text(IWbemClassObject* object) {
    bstr text;
    throw_if_failed(object->GetObjectText(0, text.put()), "the object has no text");
    return text.utf8();
}

std::vector<std::string> value_texts(const variant& value, CIMTYPE type) {
    switch (type & ~CIM_FLAG_ARRAY) {
        case CIM_BOOLEAN: return texts_of<bool>(value, [](bool b) { return b ? "TRUE" : "FALSE"; });
        case CIM_SINT8:
        case CIM_SINT16:
        case CIM_SINT32:
        case CIM_CHAR16:
            return texts_of<std::int32_t>(value, [](auto n) { return std::to_string(n); });
        case CIM_UINT8:
        case CIM_UINT16:
        case CIM_UINT32:
            return texts_of<std::uint32_t>(value, [](auto n) { return std::to_string(n); });
        case CIM_REAL32: return texts_of<float>(value, shortest<float>);
        case CIM_REAL64: return texts_of<double>(value, shortest<double>);
        case CIM_OBJECT:
            return texts_of<com_ptr<IUnknown>>(value, [](const com_ptr<IUnknown>& unknown) {
                const auto object = unknown.query<IWbemClassObject>();
                return object ? object_text(object.get()) : std::string();
            });
        default:  // 64-bit integers travel as text, like strings, datetimes and references
            return value.as_vector<std::string>();
    }
}

}  // namespace openwmi::consumers

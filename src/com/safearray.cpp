#include "com/safearray.h"

#include "com/boundary.h"

namespace openwmi::com {
namespace {

// Where SafeArrayGetElement writes an element of that type, and where the element is when it is
// put.
void* slot_of(VARIANT& element, VARTYPE vt) {
    switch (vt) {
        case VT_VARIANT: return &element;
        case VT_DECIMAL: return &element.decVal;
        default: return &element.llVal;
    }
}

void* passed(VARIANT& element, VARTYPE vt) {
    const bool itself = vt == VT_BSTR || vt == VT_UNKNOWN || vt == VT_DISPATCH;
    return itself ? element.byref : slot_of(element, vt);
}

}  // namespace

base::Result<std::vector<Variant>> elements_of(SAFEARRAY* array) {
    std::vector<Variant> elements;
    if (!array) return elements;
    if (SafeArrayGetDim(array) != 1) {
        return fail(Status::TypeMismatch, "an array of {} dimensions where CIM has one",
                    SafeArrayGetDim(array));
    }
    LONG first = 0;
    LONG last = -1;
    VARTYPE vt = VT_EMPTY;
    SafeArrayGetLBound(array, 1, &first);
    SafeArrayGetUBound(array, 1, &last);
    SafeArrayGetVartype(array, &vt);
    for (LONG index = first; index <= last; ++index) {
        VARIANT element;
        VariantInit(&element);
        WMI_TRY(to_result(SafeArrayGetElement(array, &index, slot_of(element, vt)),
                          "an element of an array"));
        if (vt != VT_VARIANT) element.vt = vt;
        elements.push_back(Variant::adopt(element));
    }
    return elements;
}

base::Result<Variant> make_array(VARTYPE element_type, std::span<const Variant> elements) {
    VARIANT array;
    VariantInit(&array);
    array.parray = SafeArrayCreateVector(element_type, 0, static_cast<ULONG>(elements.size()));
    if (!array.parray)
        return fail(Status::OutOfMemory, "no array of {} elements of type {}", elements.size(),
                    element_type);
    array.vt = static_cast<VARTYPE>(VT_ARRAY | element_type);
    Variant result = Variant::adopt(array);
    LONG index = 0;
    for (const Variant& element : elements) {
        if (element_type != VT_VARIANT && element.type() != element_type) {
            return fail(Status::TypeMismatch, "element {} has type {}, the array {}", index,
                        element.type(), element_type);
        }
        WMI_TRY(to_result(
            SafeArrayPutElement(array.parray, &index, passed(*element.in(), element_type)),
            "an element of an array"));
        ++index;
    }
    return result;
}

}  // namespace openwmi::com

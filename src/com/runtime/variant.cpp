#include "com/runtime/variant.h"

#include <cstring>
#include <utility>

#include "com/runtime/bstr.h"

namespace openwmi::com::runtime {

std::size_t element_size(VARTYPE vt) {
    switch (vt) {
        case VT_I1:
        case VT_UI1: return 1;
        case VT_I2:
        case VT_UI2:
        case VT_BOOL: return 2;
        case VT_I4:
        case VT_UI4:
        case VT_INT:
        case VT_UINT:
        case VT_R4:
        case VT_ERROR: return 4;
        case VT_I8:
        case VT_UI8:
        case VT_R8:
        case VT_CY:
        case VT_DATE: return 8;
        case VT_DECIMAL: return sizeof(DECIMAL);
        case VT_VARIANT: return sizeof(VARIANT);
        case VT_BSTR:
        case VT_UNKNOWN:
        case VT_DISPATCH: return sizeof(void*);
        default: return 0;
    }
}

bool is_variant_type(VARTYPE vt) {
    const auto base = static_cast<VARTYPE>(vt & VT_TYPEMASK);
    if ((vt & ~VT_TYPEMASK & ~(VT_ARRAY | VT_BYREF)) != 0) return false;
    if (base == VT_EMPTY || base == VT_NULL) return vt == base;
    if (base == VT_VARIANT && vt == base) return false;  // a VARIANT holds one only by reference
    return element_size(base) != 0;
}

namespace {

// A copy of what `source` owns, into memory that owns nothing yet.
HRESULT copy_into(VARIANT& target, const VARIANT& source) {
    VARIANT copy = source;
    if (source.vt & VT_BYREF) {
        target = copy;
        return S_OK;
    }
    if (source.vt & VT_ARRAY) {
        copy.parray = nullptr;
        const HRESULT hr = source.parray ? SafeArrayCopy(source.parray, &copy.parray) : S_OK;
        if (FAILED(hr)) return hr;
    } else if (source.vt == VT_BSTR) {
        copy.bstrVal = copy_bstr(source.bstrVal);
        if (source.bstrVal && !copy.bstrVal) return E_OUTOFMEMORY;
    } else if ((source.vt == VT_UNKNOWN || source.vt == VT_DISPATCH) && source.punkVal) {
        source.punkVal->AddRef();
    }
    target = copy;
    return S_OK;
}

// The value that a reference points to, as a VARIANT that does not own it.
HRESULT dereferenced(const VARIANT& reference, VARIANT& view) {
    const auto vt = static_cast<VARTYPE>(reference.vt & ~VT_BYREF);
    if (!reference.byref) return E_INVALIDARG;
    if (vt == VT_VARIANT) {
        if (reference.pvarVal->vt == (VT_BYREF | VT_VARIANT)) return E_INVALIDARG;
        view = *reference.pvarVal;
        return (view.vt & VT_BYREF) ? dereferenced(*reference.pvarVal, view) : S_OK;
    }
    VariantInit(&view);
    if (vt == VT_DECIMAL) {
        view.decVal = *reference.pdecVal;
    } else {
        std::memcpy(&view.llVal, reference.byref,
                    (vt & VT_ARRAY) ? sizeof(void*) : element_size(vt));
    }
    view.vt = vt;
    return S_OK;
}

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi::com::runtime;

void VariantInit(VARIANTARG* variant) {
    if (variant) std::memset(static_cast<void*>(variant), 0, sizeof(*variant));
}

HRESULT VariantClear(VARIANTARG* variant) {
    if (!variant) return E_INVALIDARG;
    if (!is_variant_type(variant->vt)) return DISP_E_BADVARTYPE;
    if (!(variant->vt & VT_BYREF)) {
        if (variant->vt & VT_ARRAY) {
            const HRESULT hr = variant->parray ? SafeArrayDestroy(variant->parray) : S_OK;
            if (FAILED(hr)) return hr;
        } else if (variant->vt == VT_BSTR) {
            SysFreeString(variant->bstrVal);
        } else if ((variant->vt == VT_UNKNOWN || variant->vt == VT_DISPATCH) && variant->punkVal) {
            variant->punkVal->Release();
        }
    }
    VariantInit(variant);
    return S_OK;
}

HRESULT VariantCopy(VARIANTARG* destination, const VARIANTARG* source) {
    if (!destination || !source) return E_INVALIDARG;
    if (!is_variant_type(source->vt)) return DISP_E_BADVARTYPE;
    if (destination == source) return S_OK;
    VARIANT copy;
    HRESULT hr = copy_into(copy, *source);
    if (FAILED(hr)) return hr;
    hr = VariantClear(destination);
    if (FAILED(hr)) {
        VariantClear(&copy);
        return hr;
    }
    *destination = copy;
    return S_OK;
}

HRESULT VariantCopyInd(VARIANT* destination, const VARIANTARG* source) {
    if (!destination || !source) return E_INVALIDARG;
    if (!is_variant_type(source->vt)) return DISP_E_BADVARTYPE;
    if (!(source->vt & VT_BYREF)) return VariantCopy(destination, source);
    VARIANT view;
    const HRESULT hr = dereferenced(*source, view);
    if (FAILED(hr)) return hr;
    return VariantCopy(destination, &view);
}

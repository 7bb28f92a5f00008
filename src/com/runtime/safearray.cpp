#include <oleauto.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "com/runtime/bstr.h"
#include "com/runtime/variant.h"

// The element type stands in 16 bytes in front of the descriptor. Bounds are stored last dimension
// first, and the first dimension varies fastest in memory, as on Windows.
namespace openwmi::com::runtime {
namespace {

constexpr std::size_t prefix_bytes = 16;
constexpr UINT max_dimensions = 60;
constexpr std::uint64_t max_data_bytes = 0x7FFFFFFF;

std::byte* block_of(SAFEARRAY* array) {
    return static_cast<std::byte*>(static_cast<void*>(array)) - prefix_bytes;
}

VARTYPE type_of(SAFEARRAY* array) {
    VARTYPE vt = VT_EMPTY;
    std::memcpy(&vt, block_of(array), sizeof(vt));
    return vt;
}

USHORT features_of(VARTYPE vt) {
    switch (vt) {
        case VT_BSTR: return FADF_HAVEVARTYPE | FADF_BSTR;
        case VT_UNKNOWN: return FADF_HAVEVARTYPE | FADF_UNKNOWN;
        case VT_DISPATCH: return FADF_HAVEVARTYPE | FADF_DISPATCH;
        case VT_VARIANT: return FADF_HAVEVARTYPE | FADF_VARIANT;
        default: return FADF_HAVEVARTYPE;
    }
}

SAFEARRAYBOUND& bound_of(SAFEARRAY* array, UINT dimension) {
    return array->rgsabound[array->cDims - dimension];
}

// The size of the data, or nothing when a dimension makes it larger than an array may be.
bool data_bytes(const SAFEARRAY* array, std::size_t& bytes) {
    std::uint64_t total = array->cbElements;
    for (UINT i = 0; i < array->cDims; ++i) {
        const SAFEARRAYBOUND& bound = array->rgsabound[i];
        if (bound.cElements > 0 &&
            std::int64_t{bound.lLbound} + std::int64_t{bound.cElements} - 1 > INT32_MAX) {
            return false;
        }
        total *= bound.cElements;
        if (total > max_data_bytes) return false;
    }
    bytes = static_cast<std::size_t>(total);
    return true;
}

void* allocate_zeroed(std::size_t bytes) {
    return std::calloc(bytes > 0 ? bytes : 1, 1);
}

SAFEARRAY* allocate_descriptor(VARTYPE vt, UINT dimensions) {
    const std::size_t bytes =
        prefix_bytes + sizeof(SAFEARRAY) + (dimensions - 1) * sizeof(SAFEARRAYBOUND);
    auto* block = static_cast<std::byte*>(allocate_zeroed(bytes));
    if (!block) return nullptr;
    std::memcpy(block, &vt, sizeof(vt));
    auto* array = static_cast<SAFEARRAY*>(static_cast<void*>(block + prefix_bytes));
    array->cDims = static_cast<USHORT>(dimensions);
    array->fFeatures = features_of(vt);
    array->cbElements = static_cast<ULONG>(element_size(vt));
    return array;
}

void free_array(SAFEARRAY* array) {
    std::free(array->pvData);
    std::free(block_of(array));
}

std::size_t count_of(const SAFEARRAY* array) {
    std::size_t bytes = 0;
    data_bytes(array, bytes);
    return bytes / array->cbElements;
}

std::byte* element_at(const SAFEARRAY* array, std::size_t index) {
    return static_cast<std::byte*>(array->pvData) + index * array->cbElements;
}

template <class T>
T read_as(const void* element) {
    T value;
    std::memcpy(&value, element, sizeof(T));  // NOLINT(bugprone-sizeof-expression): a pointer
    return value;
}

// Frees what an element owns, and makes it null.
HRESULT clear_element(VARTYPE vt, std::byte* element) {
    if (vt == VT_BSTR) {
        SysFreeString(read_as<BSTR>(element));
    } else if (vt == VT_UNKNOWN || vt == VT_DISPATCH) {
        if (auto* const object = read_as<IUnknown*>(element)) object->Release();
    } else if (vt == VT_VARIANT) {
        return VariantClear(static_cast<VARIANT*>(static_cast<void*>(element)));
    }
    std::memset(element, 0, element_size(vt));
    return S_OK;
}

// Copies an element's value, with what it owns, over memory that owns nothing.
HRESULT copy_element(VARTYPE vt, void* target, const void* source) {
    if (vt == VT_BSTR) {
        const auto text = read_as<BSTR>(source);
        BSTR copy = copy_bstr(text);
        if (text && !copy) return E_OUTOFMEMORY;
        std::memcpy(target, &copy, sizeof(copy));
        return S_OK;
    }
    if (vt == VT_VARIANT) {
        VariantInit(static_cast<VARIANT*>(target));
        return VariantCopy(static_cast<VARIANT*>(target), static_cast<const VARIANT*>(source));
    }
    std::memcpy(target, source, element_size(vt));
    if (vt == VT_UNKNOWN || vt == VT_DISPATCH) {
        if (auto* const object = read_as<IUnknown*>(source)) object->AddRef();
    }
    return S_OK;
}

HRESULT clear_elements(SAFEARRAY* array, std::size_t first, std::size_t end) {
    const VARTYPE vt = type_of(array);
    if (!(array->fFeatures & (FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH | FADF_VARIANT)))
        return S_OK;
    for (std::size_t i = first; i < end; ++i) {
        const HRESULT hr = clear_element(vt, element_at(array, i));
        if (FAILED(hr)) return hr;
    }
    return S_OK;
}

HRESULT locate(SAFEARRAY* array, const LONG* indices, std::byte** element) {
    std::size_t offset = 0;
    std::size_t stride = 1;
    for (UINT dimension = 1; dimension <= array->cDims; ++dimension) {
        const SAFEARRAYBOUND& bound = bound_of(array, dimension);
        const std::int64_t at = std::int64_t{indices[dimension - 1]} - bound.lLbound;
        if (at < 0 || at >= std::int64_t{bound.cElements}) return DISP_E_BADINDEX;
        offset += static_cast<std::size_t>(at) * stride;
        stride *= bound.cElements;
    }
    *element = element_at(array, offset);
    return S_OK;
}

HRESULT copy_all(SAFEARRAY* source, SAFEARRAY* target) {
    const VARTYPE vt = type_of(source);
    const std::size_t count = count_of(source);
    for (std::size_t i = 0; i < count; ++i) {
        const HRESULT hr = copy_element(vt, element_at(target, i), element_at(source, i));
        if (FAILED(hr)) return hr;
    }
    return S_OK;
}

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi::com::runtime;

SAFEARRAY* SafeArrayCreate(VARTYPE vt, UINT dimensions, SAFEARRAYBOUND* bounds) {
    if (!bounds || dimensions == 0 || dimensions > max_dimensions || element_size(vt) == 0)
        return nullptr;
    SAFEARRAY* array = allocate_descriptor(vt, dimensions);
    if (!array) return nullptr;
    for (UINT i = 0; i < dimensions; ++i) bound_of(array, i + 1) = bounds[i];
    std::size_t bytes = 0;
    if (data_bytes(array, bytes)) array->pvData = allocate_zeroed(bytes);
    if (!array->pvData) {
        free_array(array);
        return nullptr;
    }
    return array;
}

SAFEARRAY* SafeArrayCreateVector(VARTYPE vt, LONG lower_bound, ULONG elements) {
    SAFEARRAYBOUND bound = {elements, lower_bound};
    return SafeArrayCreate(vt, 1, &bound);
}

HRESULT SafeArrayDestroyData(SAFEARRAY* array) {
    if (!array) return E_INVALIDARG;
    if (array->cLocks > 0) return DISP_E_ARRAYISLOCKED;
    return array->pvData ? clear_elements(array, 0, count_of(array)) : S_OK;
}

HRESULT SafeArrayDestroy(SAFEARRAY* array) {
    if (!array) return S_OK;
    const HRESULT hr = SafeArrayDestroyData(array);
    if (FAILED(hr)) return hr;
    free_array(array);
    return S_OK;
}

HRESULT SafeArrayRedim(SAFEARRAY* array, SAFEARRAYBOUND* last_bound) {
    if (!array || !last_bound) return E_INVALIDARG;
    if (array->cLocks > 0) return DISP_E_ARRAYISLOCKED;
    const std::size_t old_count = count_of(array);
    const SAFEARRAYBOUND old_bound = array->rgsabound[0];
    array->rgsabound[0] = *last_bound;
    std::size_t bytes = 0;
    if (!data_bytes(array, bytes)) {
        array->rgsabound[0] = old_bound;
        return E_OUTOFMEMORY;
    }
    const std::size_t new_count = bytes / array->cbElements;
    void* data = allocate_zeroed(bytes);
    if (!data) {
        array->rgsabound[0] = old_bound;
        return E_OUTOFMEMORY;
    }
    // The last dimension varies slowest: what stays is one piece.
    const std::size_t kept = new_count < old_count ? new_count : old_count;
    const HRESULT hr = clear_elements(array, kept, old_count);
    if (FAILED(hr)) {
        std::free(data);
        array->rgsabound[0] = old_bound;
        return hr;
    }
    std::memcpy(data, array->pvData, kept * array->cbElements);
    std::free(array->pvData);
    array->pvData = data;
    return S_OK;
}

HRESULT SafeArrayCopy(SAFEARRAY* array, SAFEARRAY** copy) {
    if (!copy) return E_INVALIDARG;
    *copy = nullptr;
    if (!array) return S_OK;
    SAFEARRAY* result = allocate_descriptor(type_of(array), array->cDims);
    if (!result) return E_OUTOFMEMORY;
    std::memcpy(result->rgsabound, array->rgsabound, array->cDims * sizeof(SAFEARRAYBOUND));
    std::size_t bytes = 0;
    data_bytes(array, bytes);
    result->pvData = allocate_zeroed(bytes);
    HRESULT hr = result->pvData ? copy_all(array, result) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        SafeArrayDestroy(result);
        return hr;
    }
    *copy = result;
    return S_OK;
}

HRESULT SafeArrayLock(SAFEARRAY* array) {
    if (!array) return E_INVALIDARG;
    if (array->cLocks >= 0xFFFF) return E_UNEXPECTED;
    ++array->cLocks;
    return S_OK;
}

HRESULT SafeArrayUnlock(SAFEARRAY* array) {
    if (!array) return E_INVALIDARG;
    if (array->cLocks == 0) return E_UNEXPECTED;
    --array->cLocks;
    return S_OK;
}

HRESULT SafeArrayAccessData(SAFEARRAY* array, void** data) {
    if (!array || !data) return E_INVALIDARG;
    *data = nullptr;
    const HRESULT hr = SafeArrayLock(array);
    if (SUCCEEDED(hr)) *data = array->pvData;
    return hr;
}

HRESULT SafeArrayUnaccessData(SAFEARRAY* array) {
    return SafeArrayUnlock(array);
}

HRESULT SafeArrayPtrOfIndex(SAFEARRAY* array, LONG* indices, void** element) {
    if (!array || !indices || !element) return E_INVALIDARG;
    std::byte* found = nullptr;
    const HRESULT hr = locate(array, indices, &found);
    if (SUCCEEDED(hr)) *element = found;
    return hr;
}

HRESULT SafeArrayGetElement(SAFEARRAY* array, LONG* indices, void* element) {
    if (!array || !indices || !element) return E_INVALIDARG;
    std::byte* found = nullptr;
    const HRESULT hr = locate(array, indices, &found);
    return FAILED(hr) ? hr : copy_element(type_of(array), element, found);
}

HRESULT SafeArrayPutElement(SAFEARRAY* array, LONG* indices, void* element) {
    if (!array || !indices) return E_INVALIDARG;
    const VARTYPE vt = type_of(array);
    const bool passed_itself = vt == VT_BSTR || vt == VT_UNKNOWN || vt == VT_DISPATCH;
    if (!element && !passed_itself) return E_INVALIDARG;
    std::byte* found = nullptr;
    HRESULT hr = locate(array, indices, &found);
    if (FAILED(hr)) return hr;
    alignas(VARIANT) std::byte value[sizeof(VARIANT)] = {};
    hr = copy_element(vt, value, passed_itself ? static_cast<void*>(&element) : element);
    if (FAILED(hr)) return hr;
    hr = clear_element(vt, found);
    if (FAILED(hr)) {
        clear_element(vt, value);
        return hr;
    }
    std::memcpy(found, value, array->cbElements);
    return S_OK;
}

HRESULT SafeArrayGetLBound(SAFEARRAY* array, UINT dimension, LONG* bound) {
    if (!array || !bound) return E_INVALIDARG;
    if (dimension == 0 || dimension > array->cDims) return DISP_E_BADINDEX;
    *bound = bound_of(array, dimension).lLbound;
    return S_OK;
}

HRESULT SafeArrayGetUBound(SAFEARRAY* array, UINT dimension, LONG* bound) {
    if (!array || !bound) return E_INVALIDARG;
    if (dimension == 0 || dimension > array->cDims) return DISP_E_BADINDEX;
    const SAFEARRAYBOUND& found = bound_of(array, dimension);
    *bound = static_cast<LONG>(std::int64_t{found.lLbound} + std::int64_t{found.cElements} - 1);
    return S_OK;
}

HRESULT SafeArrayGetVartype(SAFEARRAY* array, VARTYPE* vt) {
    if (!array || !vt) return E_INVALIDARG;
    *vt = type_of(array);
    return S_OK;
}

UINT SafeArrayGetDim(SAFEARRAY* array) {
    return array ? array->cDims : 0;
}

UINT SafeArrayGetElemsize(SAFEARRAY* array) {
    return array ? array->cbElements : 0;
}

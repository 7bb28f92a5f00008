#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/result.h"
#include "com/apartment.h"
#include "com/boundary.h"
#include "com/ptr.h"

namespace openwmi::plugin {

// Calls foreign code. `what` names the call for people ("provider 'X': ProvideEvents"). A failure
// keeps its code and the text that was left behind; an exception is a ProviderFailure.
template <class F>
Result<Status> call_stranger(std::string_view what, F&& call) {
    const com::Apartment apartment;
    SetErrorInfo(0, nullptr);
    try {
        return com::to_result(call(), what);
    } catch (const std::exception& e) {
        return fail(Status::ProviderFailure, "{}: an exception was thrown: {}", what, e.what());
    } catch (...) {
        return fail(Status::ProviderFailure, "{}: an exception of an unknown type was thrown",
                    what);
    }
}

// The object through another interface; empty when it does not offer it or fails to say so.
template <class T, class From>
com::Ptr<T> query_stranger(const com::Ptr<From>& object) {
    com::Ptr<T> found;
    const auto asked = call_stranger(
        "QueryInterface", [&] { return object->QueryInterface(__uuidof(T), found.put_void()); });
    return asked ? found : nullptr;
}

}  // namespace openwmi::plugin

#pragma once

#include <openwmi.hpp>

namespace openwmi::com {

// Owns a reference to an interface; its verbs are adopt, put, detach, copy_to and query.
template <class T>
using Ptr = openwmi::com_ptr<T>;

}  // namespace openwmi::com

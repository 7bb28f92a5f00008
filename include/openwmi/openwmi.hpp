#pragma once

// The friendly layer over WMI's interfaces, for providers, consumers and programs in C++17: UTF-8
// std::string, owning pointers, exceptions that end at the interface. Everything here is inline and
// belongs to the library that includes it; what must exist once in a process is in libopenwmi.so.1.

#include "detail/bstr.hpp"
#include "detail/com_ptr.hpp"
#include "detail/error.hpp"
#include "detail/event_source.hpp"
#include "detail/implements.hpp"
#include "detail/method.hpp"
#include "detail/object.hpp"
#include "detail/plugin.hpp"
#include "detail/services.hpp"
#include "detail/variant.hpp"
#include "wbemidl.h"

#pragma once

#include <openwmi.hpp>

namespace openwmi::com {

// `class Sink final : public com::Implements<IWbemEventSink>`, made with `com::make<Sink>(…)`.
template <class... Interfaces>
using Implements = openwmi::implements<Interfaces...>;

using openwmi::make;

}  // namespace openwmi::com

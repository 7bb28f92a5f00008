#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventing/event.h"
#include "eventing/ports.h"

namespace openwmi::eventing {

// An event on its way through one Guaranteed binding, as bytes that can be read when its class has
// changed or gone: what log, outbox and dead letters keep. Format: docs/formats/event-record.md.
std::vector<std::byte> encode_event(std::string_view binding, const Event& event);

// The binding alone. Fails with InvalidObject (damaged) or DatabaseVerMismatch (of a newer
// release).
Result<std::string> binding_of(std::span<const std::byte> record);
// Besides with what cim::decode_instance reports. Its raiser is known by name; of his identity what
// MaintainSecurityContext asks for.
Result<EventPtr> decode_event(std::span<const std::byte> record, const Catalog& catalog);

}  // namespace openwmi::eventing

#pragma once

#include <wbemcli.h>

#include <memory>

#include "com/ptr.h"
#include "wbem/object_queue.h"

namespace openwmi::wbem {

// An enumerator over what the queue gets (COM-082 to 086, 181). Next waits on the calling thread,
// which must not be one of the executor's; NextAsync delivers on the executor, in the order of the
// calls (OD-085). When the last of an enumerator and its clones is released, the queue is
// abandoned. Make one per queue. Thread-safe.
com::Ptr<IEnumWbemClassObject> make_enumerator(std::shared_ptr<ObjectQueue> queue);

}  // namespace openwmi::wbem

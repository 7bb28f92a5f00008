#pragma once

#include <memory>

#include "core/instances.h"
#include "core/refresher.h"

namespace openwmi::core {

// The refresher of a client who works through this session.
std::unique_ptr<Refresher> make_session_refresher(InstanceWork work,
                                                  std::shared_ptr<Session> session);

}  // namespace openwmi::core

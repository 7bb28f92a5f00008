#pragma once

#include <wbemprov.h>

#include <memory>
#include <string>

#include "com/ptr.h"
#include "provider/provider.h"

namespace openwmi::plugin {

// A stranger's physical consumer; `provider` is the name of who found it.
std::shared_ptr<provider::Consumer> make_consumer(const std::string& provider,
                                                  com::Ptr<IWbemUnboundObjectSink> sink);

}  // namespace openwmi::plugin

#include "core/methods.h"

namespace openwmi::core {

void call_method(const std::shared_ptr<ServiceState>&, const MethodRequest&,
                 Completion completion) {
    completion.complete(
        Result<>(fail(Status::NotSupported, "methods of classes are not served in this release")));
}

}  // namespace openwmi::core

#include "client/connect.h"

#include "bridge/services.h"

namespace openwmi::client {

Result<com::Ptr<IWbemServices>> connect(core::Service& service, base::Executor& calls,
                                        const security::Identity& identity,
                                        std::string_view name_space) {
    const auto path = WMI_TRY(cim::NamespacePath::parse(name_space));
    return bridge::make_services({.session = WMI_TRY(service.open_session(identity, path)),
                                  .executor = &service.executor(),
                                  .calls = &calls});
}

}  // namespace openwmi::client

#include "bridge/services.h"

#include <utility>

#include "bridge/com_services.h"
#include "com/implements.h"

namespace openwmi::bridge {

com::Ptr<IWbemServices> make_services(Connection connection) {
    return com::make<ComServices>(std::move(connection));
}

}  // namespace openwmi::bridge

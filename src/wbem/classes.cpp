#include "wbem/classes.h"

#include <wbemcli.h>
#include <wmiutils.h>

#include <utility>

#include "wbem/context.h"
#include "wbem/object_text_source.h"
#include "wbem/path.h"
#include "wbem/query.h"
#include "wbem/refresher.h"
#include "wbem/status_text.h"

namespace openwmi::wbem {
namespace {

template <class Make>
com::Create maker(Make make) {
    return [make]() -> Result<com::Ptr<IUnknown>> { return com::Ptr<IUnknown>(make()); };
}

}  // namespace

Result<std::vector<com::ClassRegistration>> register_classes() {
    const std::pair<CLSID, com::Create> classes[] = {
        {CLSID_WbemDefPath, maker(make_path)},
        {CLSID_WbemQuery, maker(make_query)},
        {CLSID_WbemContext, maker(make_context)},
        {CLSID_WbemStatusCodeText, maker(make_status_code_text)},
        {CLSID_WbemObjectTextSrc, maker(make_object_text_source)},
        {CLSID_WbemRefresher, maker(make_refresher)},
    };
    std::vector<com::ClassRegistration> registered;
    for (const auto& [clsid, create] : classes) {
        registered.push_back(
            WMI_TRY(com::ClassRegistration::open(clsid, com::class_object(create))));
    }
    return registered;
}

}  // namespace openwmi::wbem

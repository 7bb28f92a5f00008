#include "com/class_object.h"

#include "com/boundary.h"

namespace openwmi::com {

Ptr<IClassFactory> class_object(Create create) {
    auto make_one = [create = std::move(create)](REFIID riid, void** object) -> HRESULT {
        return boundary([&]() -> base::Result<> {
            const Ptr<IUnknown> made = WMI_TRY(create());
            WMI_TRY(to_result(made->QueryInterface(riid, object), "the new object"));
            return {};
        });
    };
    return make<class_factory<decltype(make_one)>>(std::move(make_one));
}

base::Result<ClassRegistration> ClassRegistration::open(REFCLSID clsid,
                                                        const Ptr<IClassFactory>& factory) {
    DWORD cookie = 0;
    WMI_TRY(to_result(
        CoRegisterClassObject(clsid, factory.get(), CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER,
                              REGCLS_MULTIPLEUSE, &cookie),
        "CoRegisterClassObject"));
    return ClassRegistration(cookie);
}

ClassRegistration::~ClassRegistration() {
    if (cookie_ != 0) CoRevokeClassObject(cookie_);
}

}  // namespace openwmi::com

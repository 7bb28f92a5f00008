#include "active_script/setting_alias.h"

namespace openwmi::consumers {
namespace {

// {E4C9B7A2-3D41-4B06-9C55-8F20D6E1A373}
DEFINE_GUID(CLSID_SettingAlias, 0xE4C9B7A2, 0x3D41, 0x4B06, 0x9C, 0x55, 0x8F, 0x20, 0xD6, 0xE1,
            0xA3, 0x73);

constexpr const wchar_t* class_name = L"ScriptingStandardConsumerSetting";
constexpr const wchar_t* properties[] = {L"Caption", L"Description", L"SettingID",
                                         L"MaximumScripts", L"Timeout"};

com_ptr<IWbemServices> connect(const wchar_t* name_space) {
    com_ptr<IWbemLocator> locator;
    throw_if_failed(CoCreateInstance(CLSID_WbemLocator, nullptr, CLSCTX_INPROC_SERVER,
                                     IID_IWbemLocator, locator.put_void()),
                    "there is no locator");
    com_ptr<IWbemServices> services;
    throw_if_failed(locator->ConnectServer(bstr(std::wstring_view(name_space)).get(), nullptr,
                                           nullptr, nullptr, 0, nullptr, nullptr, services.put()),
                    "root\\subscription cannot be reached");
    return services;
}

// Thread-safe.
class SettingAlias final : public provider_services<IWbemProviderInit> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices* pNamespace,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        if (!pNamespace || !pInitSink) return WBEM_E_INVALID_PARAMETER;
        namespace_ = com_ptr<IWbemServices>(pNamespace);
        return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
    }
    HRESULT STDMETHODCALLTYPE GetObjectAsync(const BSTR, LONG, IWbemContext*,
                                             IWbemObjectSink* pResponseHandler) override {
        return answer(pResponseHandler, WBEM_E_NOT_FOUND);
    }
    HRESULT STDMETHODCALLTYPE CreateInstanceEnumAsync(const BSTR, LONG, IWbemContext*,
                                                      IWbemObjectSink* pResponseHandler) override {
        return answer(pResponseHandler, WBEM_S_NO_ERROR);
    }
    HRESULT STDMETHODCALLTYPE PutInstanceAsync(IWbemClassObject*, LONG, IWbemContext*,
                                               IWbemObjectSink*) override {
        return refuse();
    }
    HRESULT STDMETHODCALLTYPE DeleteInstanceAsync(const BSTR, LONG, IWbemContext*,
                                                  IWbemObjectSink*) override {
        return refuse();
    }

  private:
    static HRESULT refuse() {
        return guarded([]() -> HRESULT {
            throw error(WBEM_E_READ_ONLY,
                        "ScriptingStandardConsumerSetting of root\\cimv2 can only be read; change "
                        "that of root\\subscription");
        });
    }

    HRESULT answer(IWbemObjectSink* sink, HRESULT when_missing) const {
        if (!sink) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            const auto setting = find_setting();
            IWbemClassObject* object = setting.get();
            if (object) throw_if_failed(sink->Indicate(1, &object));
            return sink->SetStatus(WBEM_STATUS_COMPLETE, object ? WBEM_S_NO_ERROR : when_missing,
                                   nullptr, nullptr);
        });
    }

    // Asked anew each time: it may have changed, been deleted or come back.
    com_ptr<IWbemClassObject> find_setting() const {
        const std::wstring path = std::wstring(class_name) + L"=@";
        com_ptr<IWbemClassObject> setting;
        const HRESULT hr = connect(L"root\\subscription")
                               ->GetObject(bstr(std::wstring_view(path)).get(), 0, nullptr,
                                           setting.put(), nullptr);
        if (hr == WBEM_E_NOT_FOUND) {
            take_error_text();
            return nullptr;
        }
        throw_if_failed(hr, "the settings of root\\subscription cannot be read");
        auto alias = spawn_instance(get_class(namespace_.get(), class_name).get());
        for (const wchar_t* name : properties) {
            variant value;
            throw_if_failed(setting->Get(name, 0, value.put(), nullptr, nullptr));
            throw_if_failed(alias->Put(name, 0, value.in(), 0));
        }
        return alias;
    }

    com_ptr<IWbemServices> namespace_;
};

}  // namespace

class_entry setting_alias() {
    return class_of<SettingAlias>(CLSID_SettingAlias);
}

}  // namespace openwmi::consumers

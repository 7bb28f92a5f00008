// A method provider: the methods of Example_Calculator.
#include <cstdint>
#include <map>
#include <mutex>
#include <openwmi.hpp>
#include <string>
#include <vector>

DEFINE_GUID(CLSID_Calculator, 0x3C1B5E6A, 0x6A0F, 0x4C37, 0x9D, 0x2E, 0x0B, 0x7A, 0x51, 0xC3, 0xF8,
            0xD4);

namespace {

using namespace openwmi;

class CalculatorProvider final : public provider_services<IWbemProviderInit> {
  public:
    // The namespace is where the class with the methods lives.
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices* pNamespace,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        if (!pNamespace || !pInitSink) return WBEM_E_INVALID_PARAMETER;
        namespace_ = com_ptr<IWbemServices>(pNamespace);
        return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
    }

    // Calls come from several threads at a time.
    HRESULT STDMETHODCALLTYPE ExecMethodAsync(const BSTR strObjectPath, const BSTR strMethodName,
                                              LONG, IWbemContext*, IWbemClassObject* pInParams,
                                              IWbemObjectSink* pResponseHandler) override {
        if (!pResponseHandler) return WBEM_E_INVALID_PARAMETER;
        return guarded([&]() -> HRESULT {
            method_call call(namespace_.get(), strObjectPath, strMethodName, pInParams);
            if (call.is(L"Add")) {
                add(call);
            } else if (call.is(L"Remember")) {
                remember(call);
            } else {
                return WBEM_E_METHOD_NOT_IMPLEMENTED;
            }
            return call.answer(pResponseHandler);
        });
    }

  private:
    static void add(method_call& call) {
        const auto values = call.in<std::vector<std::int64_t>>(L"Values");
        if (!values) throw error(WBEM_E_INVALID_METHOD_PARAMETERS, "Values is NULL");
        std::int64_t sum = 0;
        for (const std::int64_t value : *values) {
            if (__builtin_add_overflow(sum, value, &sum)) {
                throw error(WBEM_E_VALUE_OUT_OF_RANGE, "the sum does not fit a sint64");
            }
        }
        call.out(L"Sum", sum);
        call.returns(std::uint32_t{0});
    }

    void remember(method_call& call) {
        const auto value = call.in<std::int64_t>(L"Value");
        if (!value) throw error(WBEM_E_INVALID_METHOD_PARAMETERS, "Value is NULL");
        const std::lock_guard lock(mutex_);
        const auto [known, is_new] = values_.try_emplace(call.object_path(), *value);
        if (!is_new) {
            call.out(L"Previous", known->second);
            known->second = *value;
        }
        call.returns(std::uint32_t{0});
    }

    com_ptr<IWbemServices> namespace_;
    std::mutex mutex_;
    std::map<std::wstring, std::int64_t> values_;  // by the path of the instance
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<CalculatorProvider>(CLSID_Calculator))

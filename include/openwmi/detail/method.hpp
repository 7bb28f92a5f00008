#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "object.hpp"

namespace openwmi {

// One call of a method, as a provider answers it: reads the in-parameters, collects the
// out-parameters and hands them over.
//
//   HRESULT ExecMethodAsync(const BSTR path, const BSTR method, LONG, IWbemContext*,
//                           IWbemClassObject* in, IWbemObjectSink* sink) override {
//       return openwmi::guarded([&] {
//           openwmi::method_call call(services_.get(), path, method, in);
//           call.out(L"Sum", *call.in<std::uint32_t>(L"A") + *call.in<std::uint32_t>(L"B"));
//           call.returns(0u);
//           return call.answer(sink);
//       });
//   }
//
// The service has checked the in-parameters against the method's declaration. Use from one thread.
class method_call {
  public:
    // `services` is the namespace that the provider was given. Throws error when the class of the
    // path has no such method.
    method_call(IWbemServices* services, const BSTR object_path, const BSTR method,
                IWbemClassObject* in)
        : path_(object_path ? object_path : L""), name_(method ? method : L""), in_(in) {
        com_ptr<IWbemClassObject> signature;
        throw_if_failed(
            get_class(services, class_name().c_str())
                ->GetMethod(name_.c_str(), 0, nullptr, signature.put()),
            ("the class " + to_utf8(class_name()) + " has no method " + to_utf8(name_)).c_str());
        if (signature) out_ = spawn_instance(signature.get());
    }

    const std::wstring& object_path() const { return path_; }
    const std::wstring& name() const { return name_; }
    bool is(std::wstring_view method) const { return same(name_, method); }
    // The class of the object that the method is called on.
    std::wstring class_name() const { return path_.substr(0, path_.find_first_of(L".=")); }

    // Empty: NULL, or the method has no in-parameters.
    template <class T>
    std::optional<T> in(const wchar_t* parameter) const {
        if (!in_) return std::nullopt;
        return get_property<T>(in_.get(), parameter);
    }
    // Throws error when the method declares no such parameter.
    template <class T>
    void out(const wchar_t* parameter, const T& value) {
        if (!out_) throw error(WBEM_E_INVALID_METHOD_PARAMETERS, "the method gives nothing back");
        put_property(out_.get(), parameter, value);
    }
    template <class T>
    void returns(const T& value) {
        out(L"ReturnValue", value);
    }

    // Gives the out-parameters to the sink and ends the call.
    HRESULT answer(IWbemObjectSink* sink) {
        if (out_) {
            IWbemClassObject* object = out_.get();
            const HRESULT hr = sink->Indicate(1, &object);
            if (FAILED(hr)) return hr;
        }
        return sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr);
    }

  private:
    // Names of methods are compared without case; those of providers are ASCII.
    static bool same(std::wstring_view a, std::wstring_view b) {
        if (a.size() != b.size()) return false;
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (lower(a[i]) != lower(b[i])) return false;
        }
        return true;
    }
    static wchar_t lower(wchar_t letter) {
        return letter >= L'A' && letter <= L'Z' ? static_cast<wchar_t>(letter - L'A' + L'a')
                                                : letter;
    }

    const std::wstring path_;
    const std::wstring name_;
    const com_ptr<IWbemClassObject> in_;
    com_ptr<IWbemClassObject> out_;  // null: the method gives nothing back
};

}  // namespace openwmi

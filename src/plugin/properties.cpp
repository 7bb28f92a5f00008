#include "plugin/properties.h"

#include <string_view>

#include "com/bstr.h"
#include "com/variant.h"
#include "plugin/stranger.h"
#include "wbem/variant.h"

namespace openwmi::plugin {
namespace {

com::Bstr text_or_null(const std::optional<std::string>& text) {
    return text ? com::Bstr(std::string_view(*text)) : com::Bstr();
}

// A PropertyAddress as COM passes it.
struct Address {
    explicit Address(const provider::PropertyAddress& address)
        : locale(address.locale.empty() ? com::Bstr()
                                        : com::Bstr(std::string_view(address.locale))),
          of_class(text_or_null(address.class_context)),
          of_instance(text_or_null(address.instance_context)),
          of_property(text_or_null(address.property_context)) {}
    com::Bstr locale;
    com::Bstr of_class;
    com::Bstr of_instance;
    com::Bstr of_property;
};

}  // namespace

Result<std::optional<cim::Value>> get_property(const std::string& provider,
                                               const com::Ptr<IWbemPropertyProvider>& stranger,
                                               const provider::PropertyAddress& address,
                                               cim::Type type) {
    const Address at(address);
    com::Variant given;
    const auto what = fmt::format("provider '{}': GetProperty", provider);
    const auto told = WMI_TRY(call_stranger(what, [&] {
        return stranger->GetProperty(0, at.locale.get(), at.of_class.get(), at.of_instance.get(),
                                     at.of_property.get(), given.put());
    }));
    if (told == Status::False) return std::nullopt;
    auto value = wbem::value_of(given.get(), type);
    if (!value) return fail(value.error().status, "{}: {}", what, value.error().message);
    return std::move(*value);
}

Result<> put_property(const std::string& provider, const com::Ptr<IWbemPropertyProvider>& stranger,
                      const provider::PropertyAddress& address, const cim::Value& value,
                      cim::Type type) {
    const Address at(address);
    com::Variant given;
    WMI_TRY(wbem::put_variant(value, type, given.put()));
    const auto what = fmt::format("provider '{}': PutProperty", provider);
    const auto told = WMI_TRY(call_stranger(what, [&] {
        return stranger->PutProperty(0, at.locale.get(), at.of_class.get(), at.of_instance.get(),
                                     at.of_property.get(), &given.get());
    }));
    if (told != Status::False) return {};
    return fail(Status::ProviderFailure, "{}: it did not take the value", what);
}

}  // namespace openwmi::plugin

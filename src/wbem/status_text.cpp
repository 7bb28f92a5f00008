#include "wbem/status_text.h"

#include "base/status.h"
#include "com/boundary.h"
#include "com/implements.h"
#include "wbem/arguments.h"

namespace openwmi::wbem {
namespace {

constexpr std::uint32_t facility_mask = 0x1FFF;

std::string_view facility_name(HRESULT code) {
    const auto bits = static_cast<std::uint32_t>(code);
    switch ((bits >> 16) & facility_mask) {
        case 0: return "COM";
        case 1: return "RPC";
        case 2: return "Dispatch";
        case 3: return "Storage";
        case 4: break;
        case 7: return "Win32";
        default: return {};
    }
    // WMI divides the facility that belongs to interfaces.
    switch ((bits >> 12) & 0xF) {
        case 0x0: return bits >> 31 != 0 ? "Interface" : "WMI";
        case 0x1: return "WMI";
        case 0x2: return "WMI events";
        case 0x3: return "WMI";
        case 0x4: return "WMI MOF compiler";
        default: return "Interface";
    }
}

// Thread-safe: it has no state.
class StatusCodeText final : public com::Implements<IWbemStatusCodeText> {
  public:
    HRESULT STDMETHODCALLTYPE GetErrorCodeText(HRESULT hRes, LCID, LONG lFlags,
                                               BSTR* MessageText) override {
        return give(base::text(static_cast<Status>(hRes)), hRes, lFlags, MessageText);
    }
    HRESULT STDMETHODCALLTYPE GetFacilityCodeText(HRESULT hRes, LCID, LONG lFlags,
                                                  BSTR* MessageText) override {
        return give(facility_name(hRes), hRes, lFlags, MessageText);
    }

  private:
    static HRESULT give(std::string_view text, HRESULT code, LONG flags, BSTR* result) noexcept {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_out(result));
            if (flags != WBEMSTATUS_FORMAT_NO_NEWLINE) WMI_TRY(check_reserved(flags));
            if (text.empty()) {
                return fail(Status::NotFound, "there is no text for 0x{:08X}",
                            static_cast<std::uint32_t>(code));
            }
            const bool newline = flags == WBEMSTATUS_FORMAT_NEWLINE;
            *result = new_bstr(std::string(text) + (newline ? "\r\n" : ""));
            return {};
        });
    }
};

}  // namespace

com::Ptr<IWbemStatusCodeText> make_status_code_text() {
    return com::make<StatusCodeText>();
}

}  // namespace openwmi::wbem

#include "wbem/query.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <span>

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "wbem/query_analysis.h"
#include "wbem/query_features.h"
#include "wql/parser.h"

namespace openwmi::wbem {
namespace {

Result<> check_flags(ULONG flags) {
    if (flags == 0) return {};
    return fail(Status::InvalidParameter, "the flags are reserved and must be 0, not 0x{:X}",
                flags);
}

// Thread-safe.
class Query final : public com::Implements<IWbemQuery> {
  public:
    HRESULT STDMETHODCALLTYPE Empty() override {
        return locked([&]() -> Result<> {
            query_.reset();
            text_.clear();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE SetLanguageFeatures(ULONG uFlags, ULONG uArraySize,
                                                  ULONG* puFeatures) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags));
            if (uArraySize > 0 && !puFeatures) {
                return fail(Status::InvalidParameter, "the features are missing");
            }
            const std::span given(puFeatures, uArraySize);
            const auto unknown = std::ranges::find_if(
                given, [](ULONG feature) { return feature == 0 || feature > WMIQ_LF_LAST; });
            if (unknown != given.end()) {
                return fail(Status::InvalidParameter, "there is no language feature {}", *unknown);
            }
            handled_.emplace(given.begin(), given.end());
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE TestLanguageFeatures(ULONG uFlags, ULONG* uArraySize,
                                                   ULONG* puFeatures) override {
        return locked([&]() -> Result<Status> {
            WMI_TRY(check_flags(uFlags));
            if (!uArraySize) return fail(Status::InvalidParameter, "an out-parameter is null");
            const auto beyond = unhandled(*WMI_TRY(parsed()));
            const ULONG room = std::exchange(*uArraySize, static_cast<ULONG>(beyond.size()));
            if (puFeatures && room < beyond.size()) {
                return fail(Status::BufferTooSmall, "{} features, the array has {} places",
                            beyond.size(), room);
            }
            if (puFeatures) std::ranges::copy(beyond, puFeatures);
            return beyond.empty() ? Status::Ok : Status::False;
        });
    }

    HRESULT STDMETHODCALLTYPE Parse(LPCWSTR pszLang, LPCWSTR pszQuery, ULONG uFlags) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags));
            const std::string language = com::to_utf8(pszLang);
            if (language != "WQL" && language != "SQL") {
                return fail(Status::InvalidParameter,
                            "the language is \"WQL\" or \"SQL\", in capitals, not \"{}\"",
                            language);
            }
            if (!pszQuery) return fail(Status::InvalidParameter, "the query is null");
            query_.reset();
            text_ = com::to_utf8(pszQuery);
            query_ = WMI_TRY(wql::parse(text_));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetAnalysis(ULONG uAnalysisType, ULONG uFlags,
                                          LPVOID* pAnalysis) override {
        return locked([&]() -> Result<> {
            if (!pAnalysis) return fail(Status::InvalidParameter, "an out-parameter is null");
            *pAnalysis = nullptr;
            WMI_TRY(check_flags(uFlags));
            auto made = WMI_TRY(analyse(uAnalysisType));
            void* root = made->root();
            given_.emplace(root, std::move(made));
            *pAnalysis = root;
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE FreeMemory(LPVOID pMem) override {
        return locked([&]() -> Result<> {
            if (given_.erase(pMem) > 0) return {};
            return fail(Status::InvalidParameter, "this is no analysis that this query has given");
        });
    }

    HRESULT STDMETHODCALLTYPE GetQueryInfo(ULONG, ULONG, ULONG, LPVOID) override {
        return locked([&]() -> Result<> {
            return fail(Status::NotSupported,
                        "GetQueryInfo has no documented meaning; use GetAnalysis");
        });
    }

  private:
    template <class F>
    HRESULT locked(F&& body) {
        return com::boundary([&] {
            const std::lock_guard lock(mutex_);
            return body();
        });
    }

    Result<const wql::Query*> parsed() const {
        if (query_) return &*query_;
        return fail(Status::InvalidOperation, "no query has been parsed");
    }

    std::vector<ULONG> unhandled(const wql::Query& query) const {
        if (!handled_) return {};
        auto features = language_features(query);
        std::erase_if(features, [&](ULONG feature) {
            return std::ranges::find(*handled_, feature) != handled_->end();
        });
        return features;
    }

    Result<std::unique_ptr<QueryAnalysis>> analyse(ULONG type) const {
        const wql::Query& query = *WMI_TRY(parsed());
        switch (type) {
            case WMIQ_ANALYSIS_QUERY_TEXT: return QueryAnalysis::query_text(text_);
            case WMIQ_ANALYSIS_RPN_SEQUENCE:
                if (const auto* select = query.select()) return QueryAnalysis::rpn(*select);
                return fail(Status::NotAvailable, "only a SELECT has a condition");
            case WMIQ_ANALYSIS_ASSOC_QUERY:
                if (const auto* associators = query.association()) {
                    return QueryAnalysis::association(*associators, text_);
                }
                return fail(Status::NotAvailable, "the query asks for no associations");
            case WMIQ_ANALYSIS_PROP_ANALYSIS_MATRIX:
                return fail(Status::NotSupported, "there are no property matrices");
            default: return fail(Status::InvalidParameter, "there is no analysis {}", type);
        }
    }

    std::mutex mutex_;
    std::string text_;
    std::optional<wql::Query> query_;
    std::optional<std::vector<ULONG>> handled_;
    std::map<void*, std::unique_ptr<QueryAnalysis>> given_;
};

}  // namespace

com::Ptr<IWbemQuery> make_query() {
    return com::make<Query>();
}

}  // namespace openwmi::wbem

#include "wbem/enumerator.h"

#include <algorithm>

#include "com/implements.h"
#include "wbem/arguments.h"
#include "wbem/cursor.h"
#include "wbem/error.h"

namespace openwmi::wbem {
namespace {

// Lives as long as an enumerator on the queue does: with the last one the queue is abandoned.
class Readership {
  public:
    explicit Readership(std::shared_ptr<ObjectQueue> queue) : queue_(std::move(queue)) {}
    ~Readership() { queue_->abandon(); }
    Readership(const Readership&) = delete;
    Readership& operator=(const Readership&) = delete;

  private:
    std::shared_ptr<ObjectQueue> queue_;
};

// COM's calling rules over a Cursor. Thread-safe.
class Enumerator final : public com::Implements<IEnumWbemClassObject> {
  public:
    Enumerator(std::shared_ptr<Readership> readership, std::shared_ptr<Cursor> cursor)
        : readership_(std::move(readership)), cursor_(std::move(cursor)) {}
    ~Enumerator() override { cursor_->close(); }

    HRESULT STDMETHODCALLTYPE Reset() override {
        return boundary([&] { return cursor_->reset(); });
    }

    HRESULT STDMETHODCALLTYPE Next(LONG lTimeout, ULONG uCount, IWbemClassObject** apObjects,
                                   ULONG* puReturned) override {
        return boundary([&]() -> Result<Status> {
            if (!apObjects || !puReturned) {
                return fail(Status::InvalidParameter, "Next needs places for objects and count");
            }
            *puReturned = 0;
            std::fill_n(apObjects, uCount, nullptr);
            const auto timeout = WMI_TRY(timeout_argument(lTimeout));
            const auto outcome = WMI_TRY(cursor_->next(uCount, timeout));
            auto views = views_of(outcome.objects, cursor_->queue().origin());
            for (auto& view : views) apObjects[(*puReturned)++] = view.detach();
            return outcome.status;
        });
    }

    HRESULT STDMETHODCALLTYPE NextAsync(ULONG uCount, IWbemObjectSink* pSink) override {
        return boundary([&]() -> Result<Status> {
            if (!pSink) return fail(Status::InvalidParameter, "NextAsync needs a sink");
            const com::Ptr<IWbemObjectSink> sink(pSink);
            return WMI_TRY(cursor_->next_async(uCount, sink)) ? Status::Ok : Status::False;
        });
    }

    HRESULT STDMETHODCALLTYPE Clone(IEnumWbemClassObject** ppEnum) override {
        return boundary([&]() -> Result<> {
            WMI_TRY(check_out(ppEnum));
            *ppEnum = com::make<Enumerator>(readership_, WMI_TRY(cursor_->clone())).detach();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE Skip(LONG lTimeout, ULONG nCount) override {
        return boundary([&]() -> Result<Status> {
            return cursor_->skip(nCount, WMI_TRY(timeout_argument(lTimeout)));
        });
    }

  private:
    template <class F>
    HRESULT boundary(F&& body) noexcept {
        return extended_boundary([&] { return cursor_->queue().detail(); }, body);
    }

    std::shared_ptr<Readership> readership_;
    std::shared_ptr<Cursor> cursor_;
};

}  // namespace

com::Ptr<IEnumWbemClassObject> make_enumerator(std::shared_ptr<ObjectQueue> queue) {
    auto readership = std::make_shared<Readership>(queue);
    return com::make<Enumerator>(std::move(readership), std::make_shared<Cursor>(std::move(queue)));
}

}  // namespace openwmi::wbem

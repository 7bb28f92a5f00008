#include "plugin/answers.h"

#include <utility>

#include "com/boundary.h"
#include "com/implements.h"
#include "plugin/objects.h"

namespace openwmi::plugin {
namespace {

// The sentence in the __ExtendedStatus that came with a failure, or what the code says.
std::string reason(HRESULT result, IWbemClassObject* detail) {
    const auto objects = detail ? objects_of(1, &detail) : Result<std::vector<cim::ObjectPtr>>();
    if (objects && !objects->empty()) {
        const cim::Instance* status = objects->front()->as_instance();
        const auto text =
            status ? status->find("Description").value_or(cim::Value()) : cim::Value();
        if (const auto* sentence = text.get_if<std::string>()) return *sentence;
    }
    const auto sentence = base::text(static_cast<Status>(result));
    if (!sentence.empty()) return std::string(sentence);
    return fmt::format("failed with 0x{:08X}", static_cast<std::uint32_t>(result));
}

// COM-090 to 094, on the provider's side. Thread-safe.
class AnswerSink final : public com::Implements<IWbemObjectSink> {
  public:
    explicit AnswerSink(std::shared_ptr<Answers> answers) : answers_(std::move(answers)) {}
    ~AnswerSink() override {
        answers_->finish(fail(Status::ProviderFailure,
                              "{}: the provider let go of its sink without a final SetStatus",
                              answers_->what()));
    }

    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        return com::boundary([&]() -> Result<> {
            auto objects = WMI_TRY(objects_of(lObjectCount, apObjArray));
            if (answers_->push(std::move(objects))) return {};
            return fail(Status::CallCancelled, "{}: the call is over", answers_->what());
        });
    }

    // Progress and requirements tell nothing that this release uses.
    HRESULT STDMETHODCALLTYPE SetStatus(LONG lFlags, HRESULT hResult, BSTR,
                                        IWbemClassObject* pObjParam) override {
        return com::boundary([&]() -> Result<> {
            if (lFlags != WBEM_STATUS_COMPLETE) return {};
            answers_->finish(SUCCEEDED(hResult)
                                 ? Result<>()
                                 : Result<>(fail(static_cast<Status>(hResult), "{}: {}",
                                                 answers_->what(), reason(hResult, pObjParam))));
            return {};
        });
    }

  private:
    const std::shared_ptr<Answers> answers_;
};

}  // namespace

bool Answers::push(std::vector<cim::ObjectPtr> objects) {
    {
        const std::lock_guard lock(mutex_);
        if (!target_ || outcome_) return false;
        if (objects.empty()) return true;
        waiting_.push_back(std::move(objects));
    }
    deliver();
    return true;
}

void Answers::finish(Result<> outcome) {
    {
        const std::lock_guard lock(mutex_);
        if (!target_ || outcome_) return;
        outcome_ = std::move(outcome);
    }
    deliver();
}

bool Answers::withdraw() {
    std::shared_ptr<provider::ObjectSink> forgotten;
    const std::lock_guard lock(mutex_);
    if (outcome_) return false;
    forgotten.swap(target_);
    waiting_.clear();
    return true;
}

// Whoever finds nobody at it delivers what is there, also what others add meanwhile.
void Answers::deliver() {
    std::unique_lock lock(mutex_);
    if (std::exchange(delivering_, true)) return;
    while (target_ && !waiting_.empty()) {
        const auto objects = std::move(waiting_.front());
        const auto target = target_;
        waiting_.pop_front();
        lock.unlock();
        target->indicate(objects);
        lock.lock();
    }
    delivering_ = false;
    if (!target_ || !outcome_) return;
    const auto target = std::exchange(target_, nullptr);
    auto outcome = std::move(*outcome_);
    lock.unlock();
    target->complete(std::move(outcome));
}

com::Ptr<IWbemObjectSink> make_answer_sink(std::shared_ptr<Answers> answers) {
    return com::make<AnswerSink>(std::move(answers));
}

}  // namespace openwmi::plugin

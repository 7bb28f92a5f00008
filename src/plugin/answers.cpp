#include "plugin/answers.h"

#include <utility>

#include "com/boundary.h"
#include "com/implements.h"
#include "plugin/objects.h"

namespace openwmi::plugin {
namespace {

// The provider's own __ExtendedStatus; null without one.
cim::InstancePtr explanation_of(IWbemClassObject* detail) {
    const auto objects =
        detail ? instances_of(1, &detail) : Result<std::vector<cim::InstancePtr>>();
    return objects && !objects->empty() ? objects->front() : nullptr;
}

// The sentence in it, or what the code says.
std::string reason(HRESULT result, const cim::InstancePtr& explanation) {
    if (explanation) {
        const auto text = explanation->find("Description").value_or(cim::Value());
        if (const auto* sentence = text.get_if<std::string>()) return *sentence;
    }
    const auto sentence = base::text(static_cast<Status>(result));
    if (!sentence.empty()) return std::string(sentence);
    return fmt::format("failed with 0x{:08X}", static_cast<std::uint32_t>(result));
}

// COM-092: so many of so many.
provider::Progress progress_of(HRESULT result) {
    const auto bits = static_cast<std::uint32_t>(result);
    return {.done = static_cast<std::uint16_t>(bits & 0xFFFFU),
            .total = static_cast<std::uint16_t>(bits >> 16U)};
}

// COM-090 to 094, on the provider's side. Thread-safe.
class AnswerSink final : public com::Implements<IWbemObjectSink> {
  public:
    explicit AnswerSink(std::shared_ptr<Answers> answers) : answers_(std::move(answers)) {}
    ~AnswerSink() override {
        (void)com::boundary([&]() -> Result<> {
            answers_->finish(fail(Status::ProviderFailure,
                                  "{}: the provider let go of its sink without a final SetStatus",
                                  answers_->what()));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        return com::boundary([&]() -> Result<> {
            auto objects = WMI_TRY(objects_of(lObjectCount, apObjArray));
            if (answers_->push(std::move(objects))) return {};
            return fail(Status::CallCancelled, "{}: the call is over", answers_->what());
        });
    }

    // Requirements tell nothing that this release uses.
    HRESULT STDMETHODCALLTYPE SetStatus(LONG lFlags, HRESULT hResult, BSTR,
                                        IWbemClassObject* pObjParam) override {
        return com::boundary([&]() -> Result<> {
            if (lFlags == WBEM_STATUS_PROGRESS) answers_->push(progress_of(hResult));
            if (lFlags != WBEM_STATUS_COMPLETE) return {};
            if (SUCCEEDED(hResult)) {
                answers_->finish({});
                return {};
            }
            auto explanation = explanation_of(pObjParam);
            const auto why = reason(hResult, explanation);
            answers_->finish(fail(static_cast<Status>(hResult), "{}: {}", answers_->what(), why),
                             std::move(explanation));
            return {};
        });
    }

  private:
    const std::shared_ptr<Answers> answers_;
};

}  // namespace

bool Answers::queue(Message message) {
    {
        const std::lock_guard lock(mutex_);
        if (!target_ || outcome_) return false;
        waiting_.push_back(std::move(message));
    }
    deliver();
    return true;
}

bool Answers::push(std::vector<cim::ObjectPtr> objects) {
    return queue(std::move(objects));
}

void Answers::push(provider::Progress progress) {
    queue(progress);  // nobody waits for it when the call is over
}

void Answers::finish(Result<> outcome, cim::InstancePtr explanation) {
    {
        const std::lock_guard lock(mutex_);
        if (!target_ || outcome_) return;
        outcome_ = std::move(outcome);
        explanation_ = std::move(explanation);
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
        const auto message = std::move(waiting_.front());
        const auto target = target_;
        waiting_.pop_front();
        lock.unlock();
        if (const auto* progress = std::get_if<provider::Progress>(&message)) {
            target->progress(*progress);
        } else if (const auto& objects = std::get<0>(message); !objects.empty()) {
            target->indicate(objects);
        }
        lock.lock();
    }
    delivering_ = false;
    if (!target_ || !outcome_) return;
    const auto target = std::exchange(target_, nullptr);
    auto outcome = std::move(*outcome_);
    const auto explanation = std::move(explanation_);
    lock.unlock();
    if (explanation) target->explain(explanation);
    target->complete(std::move(outcome));
}

com::Ptr<IWbemObjectSink> make_answer_sink(std::shared_ptr<Answers> answers) {
    return com::make<AnswerSink>(std::move(answers));
}

}  // namespace openwmi::plugin

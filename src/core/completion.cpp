#include "core/completion.h"

namespace openwmi::core {
namespace {

class Gatherer final : public ResultSink {
  public:
    explicit Gatherer(std::function<void(Result<Collected>)> done) : done_(std::move(done)) {}

    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        collected_.objects.insert(collected_.objects.end(), objects.begin(), objects.end());
        return true;
    }
    void remark(Status success) override { collected_.status = success; }
    void complete(Result<std::string> outcome) override {
        if (!outcome) return done_(fail(std::move(outcome.error())));
        collected_.path = std::move(*outcome);
        done_(std::move(collected_));
    }

  private:
    const std::function<void(Result<Collected>)> done_;
    Collected collected_;
};

}  // namespace

SinkPtr gather(std::function<void(Result<Collected>)> done) {
    return std::make_shared<Gatherer>(std::move(done));
}

Result<Collected> wait_for(base::Executor& executor, const std::function<void(SinkPtr)>& start) {
    const auto gate = executor.make_gate();
    const auto outcome = std::make_shared<Result<Collected>>();
    start(gather([gate, outcome](Result<Collected> collected) {
        *outcome = std::move(collected);
        gate->open();
    }));
    gate->wait(base::Duration::max());
    return std::move(*outcome);
}

}  // namespace openwmi::core

#include "plugin/consumer.h"

#include <utility>

#include "plugin/objects.h"
#include "plugin/stranger.h"
#include "wbem/object.h"

namespace openwmi::plugin {
namespace {

// COM-119 to 122. Thread-safe if the stranger's object is.
class UnboundConsumer final : public provider::Consumer {
  public:
    UnboundConsumer(const std::string& provider, com::Ptr<IWbemUnboundObjectSink> sink)
        : what_(fmt::format("provider '{}': IndicateToConsumer", provider)),
          sink_(std::move(sink)) {}

    Result<> consume(const cim::InstancePtr& logical,
                     std::span<const cim::InstancePtr> events) override {
        const auto consumer = wbem::make_object(logical);
        ObjectArray array(events);
        WMI_TRY(call_stranger(what_, [&] {
            return sink_->IndicateToConsumer(consumer.get(), array.count(), array.data());
        }));
        return {};
    }

  private:
    const std::string what_;
    const com::Ptr<IWbemUnboundObjectSink> sink_;
};

}  // namespace

std::shared_ptr<provider::Consumer> make_consumer(const std::string& provider,
                                                  com::Ptr<IWbemUnboundObjectSink> sink) {
    return std::make_shared<UnboundConsumer>(provider, std::move(sink));
}

}  // namespace openwmi::plugin

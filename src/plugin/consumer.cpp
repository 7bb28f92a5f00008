#include "plugin/consumer.h"

#include <openwmi_consumer_preview.h>

#include <utility>

#include "base/text.h"
#include "com/bstr.h"
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
          what_preview_(fmt::format("provider '{}': Preview", provider)),
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

    Result<std::string> preview(const cim::InstancePtr& logical,
                                const cim::InstancePtr& event) override {
        const auto previewer = query_stranger<IOpenWmiConsumerPreview>(sink_);
        if (!previewer) return Consumer::preview(logical, event);
        const auto consumer = wbem::make_object(logical);
        const auto object = wbem::make_object(event);
        com::Bstr text;
        WMI_TRY(call_stranger(what_preview_, [&] {
            return previewer->Preview(consumer.get(), object.get(), text.put());
        }));
        return base::to_valid_utf8(com::to_utf8(text.get()));
    }

  private:
    const std::string what_;
    const std::string what_preview_;
    const com::Ptr<IWbemUnboundObjectSink> sink_;
};

}  // namespace

std::shared_ptr<provider::Consumer> make_consumer(const std::string& provider,
                                                  com::Ptr<IWbemUnboundObjectSink> sink) {
    return std::make_shared<UnboundConsumer>(provider, std::move(sink));
}

}  // namespace openwmi::plugin

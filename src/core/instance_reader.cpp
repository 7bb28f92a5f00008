#include "core/instance_reader.h"

#include <mutex>
#include <utility>

#include "core/enumeration.h"
#include "core/service_state.h"

namespace openwmi::core {

namespace {

// Collects the instances up to the limit. Thread-safe.
class Reading final : public ResultSink {
  public:
    Reading(std::uint64_t most_bytes, eventing::InstanceReader::Answer answer)
        : most_bytes_(most_bytes), answer_(std::move(answer)) {}

    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        const std::lock_guard lock(mutex_);
        for (const auto& object : objects) {
            const auto* instance = object->as_instance();
            if (!instance || bytes_ > most_bytes_) continue;
            bytes_ += instance->memory_bytes();
            instances_.emplace_back(instance);
        }
        if (bytes_ <= most_bytes_) return true;
        instances_.clear();
        return false;
    }
    void complete(Result<std::string> outcome) override {
        Result<std::vector<cim::InstancePtr>> result;
        {
            const std::lock_guard lock(mutex_);
            result = std::move(instances_);
            if (bytes_ > most_bytes_) {
                result = fail(Status::QuotaViolation,
                              "its instances take more memory than the {} bytes that polling may "
                              "still use (__ArbitratorConfiguration)",
                              most_bytes_);
            } else if (!outcome) {
                result = fail(outcome.error());
            }
        }
        answer_(std::move(result));
    }

  private:
    const std::uint64_t most_bytes_;
    const eventing::InstanceReader::Answer answer_;
    std::mutex mutex_;
    std::uint64_t bytes_ = 0;
    std::vector<cim::InstancePtr> instances_;
};

}  // namespace

void InstanceReader::read(const Request& request, Answer answer) {
    const auto service = service_.lock();
    if (!service) return answer(fail(Status::ShuttingDown, "the service has stopped"));
    const auto schema = service->store->schema(request.name_space);
    auto cls = schema ? schema->find_class(request.class_name) : nullptr;
    if (!cls) {
        return answer(fail(Status::InvalidClass, "there is no class {} in {}",
                           request.class_name.text(), request.name_space.text()));
    }
    enumerate(service,
              {.name_space = request.name_space,
               .cls = std::move(cls),
               .depth = Depth::Shallow,
               .select = [](const cim::InstancePtr& instance) { return instance; }},
              Completion(std::make_shared<Reading>(request.most_bytes, std::move(answer))));
}

}  // namespace openwmi::core

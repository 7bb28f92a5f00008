#include "bridge/bulk_refresher.h"

#include <utility>

#include "core/refresher.h"

namespace openwmi::bridge {
namespace {

using CoreId = core::Refresher::Id;

// Owned and confined like its interface says.
class SessionBulkRefresher final : public wbem::BulkRefresher {
  public:
    explicit SessionBulkRefresher(std::unique_ptr<core::Refresher> refresher)
        : refresher_(std::move(refresher)) {}

    Result<Id> add_object(const cim::ObjectPath& path) override {
        return static_cast<Id>(WMI_TRY(refresher_->add_object(path)));
    }
    Result<Id> add_enumeration(const cim::Name& class_name) override {
        return static_cast<Id>(WMI_TRY(refresher_->add_enumeration(class_name)));
    }
    Result<> remove(Id id) override { return refresher_->remove(CoreId{id}); }
    Result<> refresh() override { return refresher_->refresh(); }
    Result<std::vector<cim::InstancePtr>> objects(Id id) const override {
        return refresher_->objects(CoreId{id});
    }

  private:
    const std::unique_ptr<core::Refresher> refresher_;
};

}  // namespace

std::unique_ptr<wbem::BulkRefresher> make_bulk_refresher(core::Session& session) {
    return std::make_unique<SessionBulkRefresher>(session.make_refresher());
}

}  // namespace openwmi::bridge

#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

struct IWbemClassObject;

namespace openwmi::consumers {

// Who made a subscription, from the CreatorSID that the service writes. Value.
class Creator {
  public:
    // Throws WBEM_E_ACCESS_DENIED when the consumer has no CreatorSID or it is nobody on this
    // machine: an identity that cannot be mapped may do nothing (OD-093).
    static Creator of(IWbemClassObject* consumer);

    // LocalSystem, the administrators or root.
    bool is_administrator() const { return !user_ || *user_ == 0; }
    std::optional<uid_t> user() const { return user_; }  // none: the service itself

  private:
    explicit Creator(std::optional<uid_t> user) : user_(user) {}
    std::optional<uid_t> user_;
};

// For as long as it lives, the thread opens files as the creator would: with that account's user,
// group and supplementary groups. Nothing changes for an administrator and for the account that
// the process runs as. Throws WBEM_E_ACCESS_DENIED where the process cannot be that account.
// Confined to its thread.
class ActingAs {
  public:
    explicit ActingAs(const Creator& creator);
    ~ActingAs();
    ActingAs(const ActingAs&) = delete;
    ActingAs& operator=(const ActingAs&) = delete;

  private:
    void restore() noexcept;

    bool changed_ = false;
    std::vector<gid_t> own_groups_;
};

}  // namespace openwmi::consumers

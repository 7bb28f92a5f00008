#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openwmi::security {

// A Windows security identifier, the form in which subscriptions remember who made them. Value.
class Sid {
  public:
    static Result<Sid> parse(std::string_view text);  // S-1-5-32-544
    static Result<Sid> of_bytes(std::string_view bytes);
    static Sid local_system();     // S-1-5-18: the service itself
    static Sid administrators();   // S-1-5-32-544: root and the administrators' groups
    static Sid of_uid(uid_t uid);  // S-1-22-1-uid
    static Sid of_gid(gid_t gid);  // S-1-22-2-gid

    std::string text() const;
    std::string bytes() const;  // the binary form of CreatorSID
    friend bool operator==(const Sid&, const Sid&) = default;

  private:
    Sid() = default;
    std::uint8_t revision_ = 1;
    std::uint64_t authority_ = 0;
    std::vector<std::uint32_t> sub_authorities_;
};

// Who someone verifiably is. There is no empty identity: each comes from the kernel (decision 17).
// Value.
class Identity {
  public:
    // The process itself, as LocalSystem.
    static Identity of_service();
    // The other end of an AF_UNIX connection, from SO_PEERCRED and SO_PEERGROUPS: who it was when
    // it connected. Fails with AccessDenied when the kernel does not tell all of it.
    static Result<Identity> of_peer(int socket);
    // For tests and for hosts that were told by the service: what the kernel said elsewhere.
    static Identity of_user(uid_t uid, gid_t gid, std::vector<gid_t> groups);

    uid_t uid() const { return uid_; }
    const Sid& user() const { return user_; }
    const std::vector<Sid>& groups() const { return groups_; }  // with Administrators when a member
    bool is_administrator() const;  // root, the service, members of sudo or wheel
    bool is_service() const { return service_; }
    // The SID that Put writes into CreatorSID (SEC-020): Administrators for an administrator, else
    // the user.
    Sid creator() const;
    std::string name() const;  // the account's name, or the uid when it has none

  private:
    Identity(uid_t uid, Sid user) : uid_(uid), user_(std::move(user)) {}
    uid_t uid_;
    Sid user_;
    std::vector<Sid> groups_;
    bool service_ = false;
};

}  // namespace openwmi::security

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "security/identity.h"

namespace openwmi::security {

// Who a SID is, for people: the well-known ones of Windows, and users and groups of this machine.
struct Account {
    std::string domain;  // BUILTIN, NT AUTHORITY; empty: this machine
    std::string name;
};
std::optional<Account> find_account(const Sid& sid);

// The other way round; a user comes before a group. A domain that is empty or not given fits all.
std::optional<Sid> find_sid(std::string_view name, std::string_view domain = {});

}  // namespace openwmi::security

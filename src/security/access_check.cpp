#include "security/access_check.h"

#include <algorithm>

namespace openwmi::security {

namespace {

constexpr std::uint32_t generic_all = 0x10000000;

Sid everyone() {
    return *Sid::parse("S-1-1-0");
}
Sid authenticated_users() {
    return *Sid::parse("S-1-5-11");
}

}  // namespace

Token Token::of(const Identity& identity) {
    Token token = of(identity.user());
    token.sids_.insert(token.sids_.end(), identity.groups().begin(), identity.groups().end());
    if (identity.is_administrator()) token.sids_.push_back(Sid::administrators());
    return token;
}

Token Token::of(const Sid& user) {
    Token token = of_nobody();
    token.sids_.push_back(authenticated_users());
    token.sids_.push_back(user);
    if (user == Sid::local_system()) token.sids_.push_back(Sid::administrators());
    return token;
}

Token Token::of_nobody() {
    Token token;
    token.sids_.push_back(everyone());
    return token;
}

bool Token::has(const Sid& sid) const {
    return std::ranges::find(sids_, sid) != sids_.end();
}

// Entries count in their order: what is denied first cannot be allowed later. One that is only
// inherited says nothing about the object itself.
bool grants(const SecurityDescriptor& descriptor, const Token& token, std::uint32_t rights) {
    if (!descriptor.dacl) return true;
    auto missing = rights;
    for (const auto& entry : *descriptor.dacl) {
        if (missing == 0) break;
        if ((entry.flags & Ace::InheritOnly) != 0 || !token.has(entry.sid)) continue;
        const auto concerned = entry.mask & generic_all ? missing : entry.mask & missing;
        if (concerned == 0) continue;
        if (entry.type != Ace::Allow) return false;
        missing &= ~concerned;
    }
    return missing == 0;
}

}  // namespace openwmi::security

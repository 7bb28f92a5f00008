#include "security/descriptor.h"

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

// Entries count in their order: what is denied first cannot be allowed later.
bool Descriptor::grants(const Token& token, std::uint32_t rights) const {
    if (!entries_) return true;
    auto missing = rights;
    for (const auto& entry : *entries_) {
        if (missing == 0) break;
        if (!token.has(entry.who)) continue;
        const auto concerned = entry.rights & generic_all ? missing : entry.rights & missing;
        if (concerned == 0) continue;
        if (!entry.allows) return false;
        missing &= ~concerned;
    }
    return missing == 0;
}

}  // namespace openwmi::security

#include "security/account.h"

#include <grp.h>
#include <pwd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

#include "base/fold.h"

namespace openwmi::security {
namespace {

struct WellKnown {
    const char* sid;
    const char* domain;
    const char* name;
};
constexpr std::array<WellKnown, 7> well_known = {
    {{"S-1-1-0", "", "Everyone"},
     {"S-1-5-11", "NT AUTHORITY", "Authenticated Users"},
     {"S-1-5-18", "NT AUTHORITY", "SYSTEM"},
     {"S-1-5-19", "NT AUTHORITY", "LOCAL SERVICE"},
     {"S-1-5-20", "NT AUTHORITY", "NETWORK SERVICE"},
     {"S-1-5-32-544", "BUILTIN", "Administrators"},
     {"S-1-5-32-545", "BUILTIN", "Users"}}};

constexpr std::size_t max_entry_bytes = std::size_t{1} << 20;

// Calls one of the getpw…_r and getgr…_r functions with as much memory as it needs.
template <class Entry, class Call>
bool look_up(Entry& entry, std::vector<char>& buffer, Call call) {
    Entry* found = nullptr;
    for (buffer.resize(16384); buffer.size() <= max_entry_bytes; buffer.resize(buffer.size() * 4)) {
        const int error = call(&entry, buffer.data(), buffer.size(), &found);
        if (error != ERANGE) return error == 0 && found;
    }
    return false;
}

std::optional<std::string> user_name(uid_t uid) {
    struct passwd entry{};
    std::vector<char> buffer;
    const auto call = [uid](auto... rest) { return ::getpwuid_r(uid, rest...); };
    return look_up(entry, buffer, call) ? std::optional<std::string>(entry.pw_name) : std::nullopt;
}
std::optional<std::string> group_name(gid_t gid) {
    struct group entry{};
    std::vector<char> buffer;
    const auto call = [gid](auto... rest) { return ::getgrgid_r(gid, rest...); };
    return look_up(entry, buffer, call) ? std::optional<std::string>(entry.gr_name) : std::nullopt;
}

// The number behind S-1-22-1- or S-1-22-2-.
std::optional<std::uint32_t> number_after(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<Account> find_account(const Sid& sid) {
    const auto text = sid.text();
    for (const auto& each : well_known) {
        if (text == each.sid) return Account{each.domain, each.name};
    }
    std::optional<std::string> name;
    if (const auto uid = number_after(text, "S-1-22-1-")) name = user_name(*uid);
    if (const auto gid = number_after(text, "S-1-22-2-")) name = group_name(*gid);
    if (!name) return std::nullopt;
    return Account{{}, std::move(*name)};
}

std::optional<Sid> find_sid(std::string_view name, std::string_view domain) {
    for (const auto& each : well_known) {
        if (base::fold_equal(name, each.name) &&
            (domain.empty() || base::fold_equal(domain, each.domain))) {
            return *Sid::parse(each.sid);
        }
    }
    const std::string wanted(name);
    std::vector<char> buffer;
    struct passwd user{};
    if (look_up(user, buffer,
                [&](auto... rest) { return ::getpwnam_r(wanted.c_str(), rest...); })) {
        return Sid::of_uid(user.pw_uid);
    }
    struct group group{};
    if (look_up(group, buffer,
                [&](auto... rest) { return ::getgrnam_r(wanted.c_str(), rest...); })) {
        return Sid::of_gid(group.gr_gid);
    }
    return std::nullopt;
}

}  // namespace openwmi::security

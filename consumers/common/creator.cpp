#include "common/creator.h"

#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <openwmi.hpp>
#include <string>

#include "common/sid.h"

namespace openwmi::consumers {
namespace {

constexpr std::uint64_t nt_authority = 5;     // S-1-5-18 LocalSystem, S-1-5-32-544 administrators
constexpr std::uint64_t unix_authority = 22;  // S-1-22-1-uid

// glibc's setgroups changes all threads of the process; the system call this one only.
bool set_thread_groups(const std::vector<gid_t>& groups) {
    return syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

struct Account {
    gid_t group;
    std::vector<gid_t> groups;
};

Account account_of(uid_t user) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16384);
    if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) {
        throw error(WBEM_E_ACCESS_DENIED,
                    "the subscription's creator, uid " + std::to_string(user) + ", has no account");
    }
    int count = 65536;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    getgrouplist(found->pw_name, found->pw_gid, groups.data(), &count);
    groups.resize(static_cast<std::size_t>(count));
    return {found->pw_gid, groups};
}

}  // namespace

Creator Creator::of(IWbemClassObject* consumer) {
    const auto bytes = get_property<std::vector<std::uint8_t>>(consumer, L"CreatorSID");
    const auto sid = bytes ? parse_sid(*bytes) : std::nullopt;
    if (sid && sid->authority == nt_authority) {
        const bool system = sid->parts == std::vector<std::uint32_t>{18};
        const bool administrators = sid->parts == std::vector<std::uint32_t>{32, 544};
        if (system || administrators) return Creator(std::nullopt);
    }
    if (sid && sid->authority == unix_authority && sid->parts.size() == 2 && sid->parts[0] == 1) {
        return Creator(sid->parts[1]);
    }
    throw error(WBEM_E_ACCESS_DENIED,
                "CreatorSID of the consumer does not name an account of this machine");
}

ActingAs::ActingAs(const Creator& creator) {
    if (creator.is_administrator() || *creator.user() == geteuid()) return;
    const uid_t user = *creator.user();
    if (geteuid() != 0) {
        throw error(WBEM_E_ACCESS_DENIED,
                    "only root can write files as the subscription's "
                    "creator, uid " +
                        std::to_string(user));
    }
    const Account account = account_of(user);
    own_groups_.resize(static_cast<std::size_t>(getgroups(0, nullptr)));
    const int count = getgroups(static_cast<int>(own_groups_.size()), own_groups_.data());
    own_groups_.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    if (!set_thread_groups(account.groups)) {
        throw error(WBEM_E_ACCESS_DENIED, "the thread cannot take the creator's groups");
    }
    changed_ = true;
    setfsgid(account.group);
    setfsuid(user);
    // They report nothing; asking with an invalid id tells what holds.
    if (static_cast<uid_t>(setfsuid(static_cast<uid_t>(-1))) != user) {
        restore();
        throw error(WBEM_E_ACCESS_DENIED, "the thread cannot act as the subscription's creator");
    }
}

ActingAs::~ActingAs() {
    if (changed_) restore();
}

void ActingAs::restore() noexcept {
    setfsuid(geteuid());
    setfsgid(getegid());
    set_thread_groups(own_groups_);
}

}  // namespace openwmi::consumers

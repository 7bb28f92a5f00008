#include "security/identity.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace openwmi::security {

namespace {

constexpr std::size_t max_sub_authorities = 15;
constexpr std::array<const char*, 2> administrator_groups = {"sudo", "wheel"};  // OD-053

template <class T>
bool read_number(std::string_view& text, T& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

constexpr std::size_t max_entry_bytes = std::size_t{1} << 20;

// The number of a group, as far as it exists; a group of very many members needs a large buffer.
std::optional<gid_t> find_group(const char* name) {
    struct group entry{};
    struct group* found = nullptr;
    for (std::vector<char> buffer(16384); buffer.size() <= max_entry_bytes;
         buffer.resize(buffer.size() * 4)) {
        const int error = ::getgrnam_r(name, &entry, buffer.data(), buffer.size(), &found);
        if (error == 0 && found) return found->gr_gid;
        if (error != ERANGE) return std::nullopt;
    }
    return std::nullopt;
}

bool is_administrators_group(gid_t gid) {
    return std::ranges::any_of(administrator_groups,
                               [&](const char* name) { return find_group(name) == gid; });
}

tl::unexpected<Error> unknown_peer(std::string_view why) {
    return fail(Status::AccessDenied, "the kernel does not say who is at the other end: {}", why);
}

// The groups of the process at the other end, as the kernel remembers them. Not knowing them is a
// failure: they may be what is denied something.
Result<std::vector<gid_t>> peer_groups(int socket) {
    std::vector<gid_t> groups(64);
    for (;;) {
        auto bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) == 0) {
            groups.resize(bytes / sizeof(gid_t));
            return groups;
        }
        if (errno != ERANGE || bytes / sizeof(gid_t) <= groups.size()) {
            return unknown_peer(std::strerror(errno));
        }
        groups.resize(bytes / sizeof(gid_t));
    }
}

}  // namespace

Result<Sid> Sid::parse(std::string_view text) {
    const auto refuse = [&] {
        return fail(Status::InvalidParameter, "'{}' is no SID; expected S-1-5-32-544 or the like",
                    text);
    };
    std::string_view rest = text;
    Sid sid;
    unsigned revision = 0;
    if (!rest.starts_with("S-")) return refuse();
    rest.remove_prefix(2);
    if (!read_number(rest, revision) || revision != 1 || !rest.starts_with('-')) return refuse();
    rest.remove_prefix(1);
    if (!read_number(rest, sid.authority_) || sid.authority_ >> 48 != 0) return refuse();
    while (!rest.empty()) {
        std::uint32_t part = 0;
        if (!rest.starts_with('-')) return refuse();
        rest.remove_prefix(1);
        if (!read_number(rest, part) || sid.sub_authorities_.size() == max_sub_authorities)
            return refuse();
        sid.sub_authorities_.push_back(part);
    }
    if (sid.sub_authorities_.empty()) return refuse();
    return sid;
}

Result<Sid> Sid::of_bytes(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    if (bytes.size() < 12 || at(0) != 1 || at(1) == 0 || at(1) > max_sub_authorities ||
        bytes.size() != 8 + 4U * at(1)) {
        return fail(Status::InvalidParameter, "{} bytes that are no binary SID", bytes.size());
    }
    Sid sid;
    for (std::size_t i = 2; i < 8; ++i) sid.authority_ = sid.authority_ << 8 | at(i);
    for (std::size_t i = 8; i < bytes.size(); i += 4) {
        sid.sub_authorities_.push_back(static_cast<std::uint32_t>(at(i)) |
                                       static_cast<std::uint32_t>(at(i + 1)) << 8 |
                                       static_cast<std::uint32_t>(at(i + 2)) << 16 |
                                       static_cast<std::uint32_t>(at(i + 3)) << 24);
    }
    return sid;
}

Sid Sid::local_system() {
    return *parse("S-1-5-18");
}
Sid Sid::administrators() {
    return *parse("S-1-5-32-544");
}
Sid Sid::of_uid(uid_t uid) {
    return *parse(fmt::format("S-1-22-1-{}", uid));
}
Sid Sid::of_gid(gid_t gid) {
    return *parse(fmt::format("S-1-22-2-{}", gid));
}

std::string Sid::text() const {
    auto text = fmt::format("S-{}-{}", revision_, authority_);
    for (const auto part : sub_authorities_) text += fmt::format("-{}", part);
    return text;
}

std::string Sid::bytes() const {
    std::string bytes;
    const auto put = [&](std::uint64_t byte) { bytes.push_back(static_cast<char>(byte & 0xFF)); };
    put(revision_);
    put(sub_authorities_.size());
    for (int shift = 40; shift >= 0; shift -= 8) put(authority_ >> shift);
    for (const auto part : sub_authorities_) {
        for (int shift = 0; shift < 32; shift += 8) put(part >> shift);
    }
    return bytes;
}

Identity Identity::of_service() {
    Identity identity(::geteuid(), Sid::local_system());
    identity.groups_.push_back(Sid::administrators());
    identity.service_ = true;
    return identity;
}

Result<Identity> Identity::of_peer(int socket) {
    int family = 0;
    socklen_t bytes = sizeof family;
    if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &bytes) != 0) {
        return unknown_peer(std::strerror(errno));
    }
    if (family != AF_UNIX) return unknown_peer("it is no local connection");
    struct ucred peer{};
    bytes = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0 || bytes != sizeof peer) {
        return unknown_peer(std::strerror(errno));
    }
    // What it answers for a socket that is not connected.
    if (peer.uid == static_cast<uid_t>(-1)) return unknown_peer("nobody is connected");
    return of_user(peer.uid, peer.gid, WMI_TRY(peer_groups(socket)));
}

Identity Identity::of_user(uid_t uid, gid_t gid, std::vector<gid_t> groups) {
    Identity identity(uid, Sid::of_uid(uid));
    if (std::ranges::find(groups, gid) == groups.end()) groups.push_back(gid);
    bool administrator = uid == 0;
    for (const auto group : groups) {
        identity.groups_.push_back(Sid::of_gid(group));
        administrator = administrator || is_administrators_group(group);
    }
    if (administrator) identity.groups_.push_back(Sid::administrators());
    return identity;
}

bool Identity::is_administrator() const {
    return std::ranges::find(groups_, Sid::administrators()) != groups_.end();
}

Sid Identity::creator() const {
    return is_administrator() ? Sid::administrators() : user_;
}

std::string Identity::name() const {
    std::array<char, 16384> buffer{};
    struct passwd entry{};
    struct passwd* found = nullptr;
    if (::getpwuid_r(uid_, &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
        return found->pw_name;
    }
    return fmt::format("{}", uid_);
}

}  // namespace openwmi::security

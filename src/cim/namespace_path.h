#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cim/name.h"

namespace openwmi::cim {

// The absolute path of a namespace on this server, without the server: root\cimv2. Accepted
// spellings (COM-020, MOF-019, SYS-026): root\cimv2, \root\cimv2, root/cimv2, \\.\root\cimv2,
// \\server\root\cimv2, //server/root/cimv2. URL notation (COM-176) belongs to server and names
// only: %XX is resolved there, a blank must be written so, and no slash, colon or quote may be.
// Value.
class NamespacePath {
  public:
    NamespacePath() = default;  // the empty path: no namespace
    // Fails with InvalidNamespace. A server other than "." is reported through `server` when given,
    // else refused.
    static Result<NamespacePath> parse(std::string_view text, std::string* server = nullptr);
    // The names of a path that may start with any name, or have none behind its server: what a
    // path parser for people takes. Without `server` a server is refused.
    static Result<std::vector<Name>> split(std::string_view text, std::string* server);
    // A server as it stands in a path, blanks as %20.
    static std::string server_text(std::string_view server);
    static NamespacePath root();
    // For literals in our own code; asserts that it parses.
    static NamespacePath literal(std::string_view text);

    const std::vector<Name>& parts() const { return parts_; }
    bool empty() const { return parts_.empty(); }
    bool is_root() const { return parts_.size() == 1; }
    NamespacePath parent() const;  // of root: the empty path
    NamespacePath child(const Name& name) const;
    bool is_below(const NamespacePath& ancestor) const;  // strictly
    const Name& last() const { return parts_.back(); }

    std::string text() const;  // root\cimv2, spelling kept, blanks as %20
    std::string key() const;   // the same folded: equal exactly for equal paths

    friend bool operator==(const NamespacePath&, const NamespacePath&) = default;
    friend auto operator<=>(const NamespacePath&, const NamespacePath&) = default;

  private:
    std::vector<Name> parts_;
};

}  // namespace openwmi::cim

template <>
struct std::hash<openwmi::cim::NamespacePath> {
    std::size_t operator()(const openwmi::cim::NamespacePath& path) const noexcept;
};

#include <algorithm>

#include "security/descriptor.h"

// The self-relative binary form ([MS-DTYP] 2.4.6): a header of 20 bytes (revision, control, offsets
// of owner, group, SACL and DACL), an ACL of 8 bytes and its entries, all little-endian.

namespace openwmi::security {

namespace {

constexpr std::size_t header_bytes = 20;
constexpr std::size_t acl_bytes = 8;
constexpr std::size_t entry_bytes = 8;  // before the SID
constexpr std::uint16_t dacl_present = 0x0004;
constexpr std::uint16_t self_relative = 0x8000;
constexpr std::uint8_t inherit_only = 0x08;

}  // namespace

// Reads one descriptor. Confined to it.
class DescriptorReader {
  public:
    explicit DescriptorReader(std::string_view bytes) : bytes_(bytes) {}

    Result<Descriptor> run() const {
        if (bytes_.size() < header_bytes || byte(0) != 1) return damaged("a header of revision 1");
        const auto control = word(2);
        if ((control & self_relative) == 0) return damaged("the self-relative form");
        Descriptor descriptor;
        const std::size_t at = word(16) | static_cast<std::size_t>(word(18)) << 16;
        if ((control & dacl_present) == 0 || at == 0) return descriptor;
        descriptor.entries_.emplace();
        WMI_TRY(read_acl(at, *descriptor.entries_));
        return descriptor;
    }

  private:
    std::uint8_t byte(std::size_t at) const { return static_cast<std::uint8_t>(bytes_[at]); }
    std::uint16_t word(std::size_t at) const {
        return static_cast<std::uint16_t>(byte(at) | byte(at + 1) << 8);
    }
    tl::unexpected<Error> damaged(std::string_view expected) const {
        return fail(Status::InvalidParameter, "{} bytes are no security descriptor: {} expected",
                    bytes_.size(), expected);
    }

    Result<> read_acl(std::size_t at, std::vector<Descriptor::Entry>& entries) const {
        if (at > bytes_.size() || bytes_.size() - at < acl_bytes) return damaged("the DACL");
        const std::size_t end = at + word(at + 2);
        const unsigned count = word(at + 4);
        if (end > bytes_.size()) return damaged("the whole DACL");
        at += acl_bytes;
        for (unsigned i = 0; i < count; ++i) {
            if (at > end || end - at < entry_bytes) return damaged("another entry");
            const std::size_t size = word(at + 2);
            if (size < entry_bytes || size > end - at) return damaged("a whole entry");
            entries.push_back(WMI_TRY(read_entry(bytes_.substr(at, size))));
            at += size;
        }
        return {};
    }

    Result<Descriptor::Entry> read_entry(std::string_view entry) const {
        const DescriptorReader reader(entry);
        const auto type = reader.byte(0);
        if (type > 1) return damaged("entries that allow or deny");
        const auto rights = static_cast<std::uint32_t>(reader.word(4)) |
                            static_cast<std::uint32_t>(reader.word(6)) << 16;
        auto who = WMI_TRY(Sid::of_bytes(entry.substr(entry_bytes)));
        const bool counts = (reader.byte(1) & inherit_only) == 0;
        return Descriptor::Entry{type == 0, counts ? rights : 0, std::move(who)};
    }

    std::string_view bytes_;
};

Result<Descriptor> Descriptor::parse_bytes(std::string_view bytes) {
    return DescriptorReader(bytes).run();
}

}  // namespace openwmi::security

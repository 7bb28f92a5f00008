#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "security/descriptor.h"

// Security descriptors as text (SDDL):
//
//   descriptor = { "O:" sid | "G:" sid | "D:" flags { entry } | "S:" flags { entry } } ;
//   entry      = "(" type ";" flags ";" rights ";" [ guid ] ";" [ guid ] ";" sid ")" ;
//   type       = "A" | "D" ;                                (* in a DACL; those of a SACL are
//   skipped *) rights     = number | { two letters } ; sid        = "S-1-..." | two letters ;

namespace openwmi::security {

namespace {

struct SidName {
    std::string_view name;
    const char* sid;
};
constexpr std::array<SidName, 15> sid_names = {{
    {"AN", "S-1-5-7"},
    {"AU", "S-1-5-11"},
    {"BA", "S-1-5-32-544"},
    {"BG", "S-1-5-32-546"},
    {"BU", "S-1-5-32-545"},
    {"CG", "S-1-3-1"},
    {"CO", "S-1-3-0"},
    {"IU", "S-1-5-4"},
    {"LS", "S-1-5-19"},
    {"NS", "S-1-5-20"},
    {"NU", "S-1-5-2"},
    {"PU", "S-1-5-32-547"},
    {"SU", "S-1-5-6"},
    {"SY", "S-1-5-18"},
    {"WD", "S-1-1-0"},
}};

struct RightName {
    std::string_view name;
    std::uint32_t bits;
};
constexpr std::array<RightName, 17> right_names = {{
    {"GA", 0x10000000},
    {"GX", 0x20000000},
    {"GW", 0x40000000},
    {"GR", 0x80000000},
    {"RC", 0x00020000},
    {"SD", 0x00010000},
    {"WD", 0x00040000},
    {"WO", 0x00080000},
    {"CC", 0x00000001},
    {"DC", 0x00000002},
    {"LC", 0x00000004},
    {"SW", 0x00000008},
    {"RP", 0x00000010},
    {"WP", 0x00000020},
    {"DT", 0x00000040},
    {"LO", 0x00000080},
    {"CR", 0x00000100},
}};

template <class Table>
auto find(const Table& table, std::string_view name) -> decltype(table.data()) {
    for (const auto& each : table) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

}  // namespace

// Reads one text from left to right. Confined to it.
class SddlParser {
  public:
    explicit SddlParser(std::string_view text) : text_(text) {}

    Result<Descriptor> run() {
        Descriptor descriptor;
        while (at_ < text_.size()) {
            const char part = text_[at_];
            const bool known = std::string_view("OGDS").find(part) != std::string_view::npos;
            if (!known || !skip({&part, 1}) || !skip(":")) {
                return expected("'O:', 'G:', 'D:' or 'S:'");
            }
            if (part == 'O' || part == 'G') {
                WMI_TRY(sid());
            } else {
                WMI_TRY(entries(part == 'D' ? &descriptor : nullptr));
            }
        }
        return descriptor;
    }

  private:
    bool skip(std::string_view word) {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    tl::unexpected<Error> expected(std::string_view what) const {
        return fail(Status::InvalidParameter, "'{}' is no security descriptor: {} expected at {}",
                    text_, what, at_ + 1);
    }

    Result<Sid> sid() {
        if (const auto* known = find(sid_names, text_.substr(at_, 2))) {
            at_ += 2;
            return Sid::parse(known->sid);
        }
        auto end = at_;
        while (end < text_.size() &&
               std::string_view("S-0123456789").find(text_[end]) != std::string_view::npos) {
            // "S:" begins the next part.
            if (end > at_ && text_[end] == 'S') break;
            ++end;
        }
        const auto parsed = Sid::parse(text_.substr(at_, end - at_));
        if (!parsed) return expected("a SID");
        at_ = end;
        return *parsed;
    }

    // Without `descriptor` they are passed over.
    Result<> entries(Descriptor* descriptor) {
        if (skip("NO_ACCESS_CONTROL")) return {};
        while (skip("AR") || skip("AI") || skip("P")) {
        }
        if (descriptor && !descriptor->entries_) descriptor->entries_.emplace();
        while (skip("(")) {
            if (descriptor) {
                descriptor->entries_->push_back(WMI_TRY(entry()));
                continue;
            }
            const auto end = text_.find(')', at_);
            if (end == std::string_view::npos) return expected("')'");
            at_ = end + 1;
        }
        return {};
    }

    Result<Descriptor::Entry> entry() {
        const bool allows = skip("A;");
        if (!allows && !skip("D;")) return expected("'A;' or 'D;'");
        const auto flags = field();
        auto bits = WMI_TRY(rights());
        // An entry that is only inherited says nothing about this object.
        if (flags.find("IO") != std::string_view::npos) bits = 0;
        if (!field().empty() || !field().empty()) return expected("no object's GUID");
        auto who = WMI_TRY(sid());
        if (!skip(")")) return expected("')'");
        return Descriptor::Entry{allows, bits, std::move(who)};
    }

    // Up to the next semicolon.
    std::string_view field() {
        const auto end = std::min(text_.find(';', at_), text_.size());
        const auto text = text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
        return text;
    }

    Result<std::uint32_t> rights() {
        const auto begin = at_;
        auto text = field();
        std::uint32_t bits = 0;
        if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            const bool hex = text.starts_with("0x") || text.starts_with("0X");
            if (hex) text.remove_prefix(2);
            const auto* last = text.data() + text.size();
            const auto [end, error] = std::from_chars(text.data(), last, bits, hex ? 16 : 10);
            if (error == std::errc() && end == last) return bits;
            at_ = begin;
            return expected("rights, as 0x80");
        }
        for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(2, text.size()))) {
            const auto* known = find(right_names, text.substr(0, 2));
            if (!known) {
                at_ = begin;
                return expected("rights, as 0x80 or GA");
            }
            bits |= known->bits;
        }
        return bits;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

Result<Descriptor> Descriptor::parse_sddl(std::string_view text) {
    return SddlParser(text).run();
}

}  // namespace openwmi::security

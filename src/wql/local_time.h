#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace openwmi::wql {

// A date, a time of day or both, written in one of the forms that WQL has beside the DMTF one
// (WQL-095 to 097; docs/decisions/dates-in-queries.md says what the documentation leaves open). It
// has no zone: it is compared with what stands in a datetime, on that datetime's own clock. A date
// alone is its midnight; a time alone is that time of any day. Immutable.
class LocalTime {
  public:
    // Empty: the text is none of the documented forms, or no possible date.
    static std::optional<LocalTime> parse(std::string_view text);

    // As a datetime has it: yyyymmddHHMMSS.mmmmmm, of a time alone HHMMSS.mmmmmm.
    const std::string& digits() const { return digits_; }
    // The part of a datetime's 25 characters that digits() is compared with. Empty when it is no
    // point in time, or one with asterisks.
    std::string_view counterpart(std::string_view datetime) const;

  private:
    explicit LocalTime(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

}  // namespace openwmi::wql

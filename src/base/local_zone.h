#pragma once

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace openwmi::base {

// Local time by a zone of the test's choice, for as long as this lives; as the TZ variable has it,
// so that no time zone data need be installed. For tests of one thread.
class LocalZone {
  public:
    explicit LocalZone(const std::string& zone) {
        if (const char* old = std::getenv("TZ")) old_ = old;
        ::setenv("TZ", zone.c_str(), 1);
        ::tzset();
    }
    ~LocalZone() {
        if (old_) {
            ::setenv("TZ", old_->c_str(), 1);
        } else {
            ::unsetenv("TZ");
        }
        ::tzset();
    }
    LocalZone(const LocalZone&) = delete;
    LocalZone& operator=(const LocalZone&) = delete;

  private:
    std::optional<std::string> old_;
};

}  // namespace openwmi::base

#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace openwmi::server {

enum class Level { Error, Warning, Info, Debug };

// One line an occurrence, on stderr: time=… level=… room=… msg="…" key="value" (logfmt). Where
// journald reads stderr, its own priority stands first and the time is left out. Thread-safe.
class Log {
  public:
    using Field = std::pair<std::string_view, std::string_view>;
    using Fields = std::initializer_list<Field>;

    Log(const base::Clock& clock, Level least);

    void write(Level level, std::string_view room, std::string_view message,
               Fields fields = {}) const;
    void error(std::string_view room, std::string_view message, Fields fields = {}) const {
        write(Level::Error, room, message, fields);
    }
    void warning(std::string_view room, std::string_view message, Fields fields = {}) const {
        write(Level::Warning, room, message, fields);
    }
    void info(std::string_view room, std::string_view message, Fields fields = {}) const {
        write(Level::Info, room, message, fields);
    }

    // The line without its end, for tests.
    std::string line(Level level, std::string_view room, std::string_view message,
                     Fields fields) const;

  private:
    const base::Clock& clock_;
    const Level least_;
    const bool to_journal_;
};

}  // namespace openwmi::server

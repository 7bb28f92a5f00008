#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>

#include "mof/ast.h"

namespace openwmi::mof {

// Collects the mistakes of one document, up to a limit. Lives as long as the document is parsed.
// Confined to the parsing thread.
class Reporter {
  public:
    Reporter(Document& document, std::size_t max_errors)
        : document_(document), max_errors_(max_errors) {}

    template <class... Args>
    void error(Status status, const Place& place, fmt::format_string<Args...> format,
               Args&&... args) {
        add(status, place, base::Severity::Error, fmt::format(format, std::forward<Args>(args)...));
    }
    template <class... Args>
    void warning(Status status, const Place& place, fmt::format_string<Args...> format,
                 Args&&... args) {
        add(status, place, base::Severity::Warning,
            fmt::format(format, std::forward<Args>(args)...));
    }
    // True when the limit is reached: the parser then sees the end of its text.
    bool full() const { return errors_ >= max_errors_ || stopped_; }
    // From now on the parser sees the end of its text.
    void stop() { stopped_ = true; }

  private:
    void add(Status status, const Place& place, base::Severity severity, std::string message);

    Document& document_;
    std::size_t max_errors_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
    bool stopped_ = false;
};

}  // namespace openwmi::mof

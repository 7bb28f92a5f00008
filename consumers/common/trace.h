#pragma once

#include <mutex>
#include <set>
#include <string>

namespace openwmi::consumers {

// Remarks for whoever runs the service, one line each on standard error. Thread-safe.
class Trace {
  public:
    explicit Trace(const char* library) : library_(library) {}

    void write(const std::string& text);
    // The same text only the first time: for what a definition says at every event.
    void write_once(const std::string& text);

  private:
    static constexpr std::size_t max_remembered = 1024;

    const char* library_;
    std::mutex mutex_;
    std::set<std::string> written_;
};

}  // namespace openwmi::consumers

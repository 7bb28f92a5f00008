#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace openwmi::consumers {

// A text file that lines are appended to and that is put aside when it is full. Opened for one
// batch of lines, so that whoever rotates or removes it meanwhile is respected. Throws
// openwmi::error. Confined to one thread; several of them on one file, in whichever processes,
// keep lines whole.
class LogFile {
  public:
    struct Settings {
        std::string path;                 // absolute; a symbolic link is not followed
        bool is_unicode = false;          // UTF-16 instead of UTF-8, if the file is new or empty
        std::uint64_t maximum_bytes = 0;  // 0: no limit
    };
    explicit LogFile(Settings settings);
    // Throws what the constructor would, as far as it can be seen without opening the file.
    static void check(const Settings& settings);
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    // Writes the text and an end of line, in one piece. A file that has grown beyond the maximum
    // is put aside first (CON-017, CON-018).
    void append_line(std::string_view utf8);

  private:
    enum class Encoding { Utf8, Utf16Little, Utf16Big };

    void open();
    void close() noexcept;
    void roll_over();
    Encoding encoding_of_file() const;
    std::string encode(std::string_view utf8) const;
    [[noreturn]] static void fail(const Settings& settings, const char* what);

    Settings settings_;
    int file_ = -1;
    std::uint64_t size_bytes_ = 0;
    Encoding encoding_ = Encoding::Utf8;
};

}  // namespace openwmi::consumers

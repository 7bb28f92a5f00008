#include "nt_event_log/syslog.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace openwmi::consumers {
namespace {

constexpr std::size_t max_tag_bytes = 32;
constexpr std::size_t max_datagram_bytes = 8192;

int priority_of(std::uint32_t type) {
    switch (type) {
        case 1: return LOG_DAEMON | LOG_ERR;
        case 2: return LOG_DAEMON | LOG_WARNING;
        case 8: return LOG_AUTHPRIV | LOG_NOTICE;
        case 16: return LOG_AUTHPRIV | LOG_WARNING;
        default: return LOG_DAEMON | LOG_INFO;
    }
}

std::string tag_of(const std::string& source) {
    std::string tag = source.substr(0, max_tag_bytes);
    for (char& c : tag) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!plain) c = '_';
    }
    return tag;
}

// As in the C locale, whatever this process has set.
std::string local_time(std::chrono::system_clock::time_point time) {
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[40];
    const std::size_t length = std::strftime(text, sizeof text, " %e %H:%M:%S", &local);
    return months[local.tm_mon] + std::string(text, length);
}

}  // namespace

std::string Syslog::datagram(const EventRecord& record) {
    std::string text = '<' + std::to_string(priority_of(record.type)) + '>' +
                       local_time(record.time) + ' ' + tag_of(record.source) + ": event " +
                       std::to_string(record.event_id) + " (record " +
                       std::to_string(record.number) + ')';
    const char* separator = ": ";
    for (const std::string& each : record.strings) {
        text += separator + each;
        separator = "; ";
    }
    if (text.size() > max_datagram_bytes) {
        std::size_t end = max_datagram_bytes;
        while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // whole characters
        text.resize(end);
    }
    // A value of an event must not look like another message.
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    }
    return text;
}

std::string Syslog::send(const EventRecord& record) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return std::strerror(ENAMETOOLONG);
    socket_.copy(address.sun_path, socket_.size());
    const int handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0) return std::strerror(errno);
    const std::string text = datagram(record);
    const ssize_t sent = sendto(handle, text.data(), text.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int reason = errno;
    close(handle);
    return sent < 0 ? std::strerror(reason) : std::string();
}

}  // namespace openwmi::consumers

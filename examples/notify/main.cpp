// openwmi-notify FILE WORD...: appends a line with the time and the words to the file.
//
// The program that the sample subscription starts: each argument arrives as one word, whatever
// characters the event put into it.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <string>

namespace {

std::string local_time() {
    const std::time_t now = std::time(nullptr);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "%FT%T%z", std::localtime(&now));
    return std::string(text, length);
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::fputs("usage: openwmi-notify FILE WORD...\n", stderr);
        return 2;
    }
    std::string line = local_time();
    for (int i = 2; i < count; ++i) line.append(" ").append(words[i]);
    line += '\n';
    const int file = open(words[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    // One write, so that lines of several notifications do not mix.
    if (file < 0 || write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        std::perror(words[1]);
        return 1;
    }
    return close(file) == 0 ? 0 : 1;
}

#include "json/emitter.h"

#include <fmt/core.h>

#include <iterator>

namespace openwmi::json {
namespace {

void append_quoted(std::string& target, std::string_view text) {
    target.push_back('"');
    for (const char c : text) {
        switch (c) {
            case '"': target += "\\\""; break;
            case '\\': target += "\\\\"; break;
            case '\n': target += "\\n"; break;
            case '\r': target += "\\r"; break;
            case '\t': target += "\\t"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    fmt::format_to(std::back_inserter(target), "\\u{:04x}",
                                   static_cast<unsigned>(c));
                } else {
                    target.push_back(c);
                }
        }
    }
    target.push_back('"');
}

}  // namespace

std::string quote(std::string_view text) {
    std::string quoted;
    append_quoted(quoted, text);
    return quoted;
}

void Emitter::member(std::string_view name) {
    next();
    append_quoted(text_, name);
    text_ += layout_ == Layout::Compact ? ":" : ": ";
}

void Emitter::text(std::string_view text) {
    append_quoted(text_, text);
}

void Emitter::begin(char bracket) {
    text_.push_back(bracket);
    ++depth_;
    first_ = true;
}

void Emitter::end(char bracket) {
    --depth_;
    if (!first_) new_line();
    text_.push_back(bracket);
    first_ = false;
}

void Emitter::next() {
    if (!first_) text_.push_back(',');
    first_ = false;
    new_line();
}

void Emitter::new_line() {
    if (layout_ == Layout::Compact) return;
    text_.push_back('\n');
    text_.append(2 * depth_, ' ');
}

}  // namespace openwmi::json

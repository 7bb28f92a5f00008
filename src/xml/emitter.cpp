#include "xml/emitter.h"

namespace openwmi::xml {
namespace {

// The three bytes of U+FFFE and U+FFFF, which are no characters.
bool is_noncharacter(std::string_view text) {
    return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
}

}  // namespace

void Emitter::start(std::string_view element, std::initializer_list<Attribute> attributes) {
    out_ += '<';
    out_ += element;
    for (const auto& [name, value] : attributes) {
        if (value.empty()) continue;
        out_ += ' ';
        out_ += name;
        out_ += "=\"";
        escape(value, /*attribute=*/true);
        out_ += '"';
    }
}

void Emitter::open(std::string_view element, std::initializer_list<Attribute> attributes) {
    start(element, attributes);
    out_ += '>';
}

void Emitter::close(std::string_view element) {
    out_ += "</";
    out_ += element;
    out_ += '>';
}

void Emitter::text(std::string_view text) {
    escape(text, /*attribute=*/false);
}

void Emitter::element(std::string_view element, std::string_view text,
                      std::initializer_list<Attribute> attributes) {
    open(element, attributes);
    this->text(text);
    close(element);
}

void Emitter::empty(std::string_view element, std::initializer_list<Attribute> attributes) {
    start(element, attributes);
    out_ += "/>";
}

void Emitter::escape(std::string_view text, bool attribute) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        switch (c) {
            case '&': out_ += "&amp;"; continue;
            case '<': out_ += "&lt;"; continue;
            case '>': out_ += "&gt;"; continue;
            case '"': out_ += "&quot;"; continue;
            case '\r': out_ += "&#13;"; continue;
            case '\n':
            case '\t':
                if (!attribute) break;
                out_ += c == '\n' ? "&#10;" : "&#9;";
                continue;
            default: break;
        }
        const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        if (control || is_noncharacter(text.substr(i))) {
            fail_with({Status::InvalidObject,
                       fmt::format("XML cannot hold the character at byte {} of a text of {} bytes",
                                   i + 1, text.size())});
        }
        out_ += c;
    }
}

void Emitter::fail_with(Error error) {
    if (!error_) error_ = std::move(error);
}

Result<std::string> Emitter::take() {
    if (error_) return tl::unexpected(*std::move(error_));
    return std::move(out_);
}

}  // namespace openwmi::xml

#include "template/string_template.h"

#include <openwmi.hpp>

#include "template/value_text.h"

namespace openwmi::consumers {
namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_blank(char c) {
    return blanks.find(c) != std::string_view::npos;
}

bool is_name_character(char c, bool first) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80;
    return letter || (!first && c >= '0' && c <= '9');
}

bool is_whole_object(std::wstring_view name) {
    constexpr std::wstring_view text = L"__text";
    if (name.size() != text.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (name[i] != text[i] && name[i] != text[i] - (text[i] == L'_' ? 0 : L'a' - L'A')) {
            return false;
        }
    }
    return true;
}

// What a reference leads to, which is several values when an array is on the way.
struct Found {
    std::vector<std::string> texts;
    bool is_array = false;
    bool is_null = false;  // the property itself, not an element
    bool is_missing = false;
    bool is_quoted = false;  // elements of such an array are shown in quotes
};

bool shown_in_quotes(CIMTYPE type) {
    const CIMTYPE scalar = type & ~CIM_FLAG_ARRAY;
    return scalar == CIM_STRING || scalar == CIM_DATETIME || scalar == CIM_REFERENCE;
}

void collect(IWbemClassObject* object, const std::vector<std::wstring>& path, std::size_t depth,
             Found& found) {
    const bool is_last = depth + 1 == path.size();
    if (is_last && is_whole_object(path[depth])) {
        found.texts.push_back(object_text(object));
        return;
    }
    variant value;
    CIMTYPE type = CIM_EMPTY;
    const HRESULT hr = object->Get(path[depth].c_str(), 0, value.put(), &type, nullptr);
    if (hr == WBEM_E_NOT_FOUND || (!is_last && (type & ~CIM_FLAG_ARRAY) != CIM_OBJECT)) {
        found.is_missing = true;
        return;
    }
    throw_if_failed(hr, "a property of the event cannot be read");
    if (value.is_null()) {
        if (found.is_array) found.texts.emplace_back();
        found.is_null = !found.is_array;
        return;
    }
    found.is_array |= (type & CIM_FLAG_ARRAY) != 0;
    if (is_last) {
        found.is_quoted = shown_in_quotes(type);
        for (std::string& text : value_texts(value, type)) found.texts.push_back(std::move(text));
        return;
    }
    for (const auto& element : value.as_vector<com_ptr<IUnknown>>()) {
        const auto embedded = element.query<IWbemClassObject>();
        if (embedded) collect(embedded.get(), path, depth + 1, found);
    }
}

// CON-009: (1,5,10); one element without parentheses; () for none.
std::string array_text(const Found& found) {
    std::string text;
    for (const std::string& element : found.texts) {
        if (!text.empty()) text += ',';
        text += found.is_quoted ? '"' + element + '"' : element;
    }
    return found.texts.size() == 1 ? text : '(' + text + ')';
}

}  // namespace

void StringTemplate::add_text(std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || !pieces_.back().path.empty()) pieces_.emplace_back();
    pieces_.back().text += text;
}

std::vector<std::wstring> StringTemplate::parse_reference(std::string_view name) {
    std::vector<std::wstring> path;
    while (true) {
        const auto end = name.find('.');
        const auto part = name.substr(0, end);
        if (part.empty()) return {};
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (!is_name_character(part[i], i == 0)) return {};
        }
        path.push_back(to_wide(part));
        if (end == std::string_view::npos) return path;
        name.remove_prefix(end + 1);
    }
}

void StringTemplate::add_plain(std::string_view text) {
    while (true) {
        const auto percent = text.find('%');
        add_text(text.substr(0, percent));
        if (percent == std::string_view::npos) return;
        text.remove_prefix(percent + 1);
        const auto end = text.find('%');
        const auto name = text.substr(0, end);
        if (end == 0) {
            add_text("%");
            text.remove_prefix(1);
        } else if (auto path = end == std::string_view::npos ? std::vector<std::wstring>()
                                                             : parse_reference(name);
                   !path.empty()) {
            pieces_.push_back({std::string(name), std::move(path)});
            text.remove_prefix(end + 1);
        } else {
            add_text("%");
        }
    }
}

StringTemplate::StringTemplate(std::string_view text) {
    while (true) {
        const auto open = text.find('"');
        const auto close =
            open == std::string_view::npos ? std::string_view::npos : text.find('"', open + 1);
        if (close == std::string_view::npos) break;
        add_plain(text.substr(0, open));
        add_text(text.substr(open, close + 1 - open));
        text.remove_prefix(close + 1);
    }
    add_plain(text);
}

StringTemplate::Expansion StringTemplate::expand(IWbemClassObject* event) const {
    Expansion expansion;
    for (const Piece& piece : pieces_) {
        if (piece.path.empty()) {
            expansion.text += piece.text;
            continue;
        }
        Found found;
        collect(event, piece.path, 0, found);
        if (found.is_missing) {
            expansion.missing.push_back(piece.text);
        } else if (found.is_array) {
            expansion.text += array_text(found);
        } else if (!found.is_null && !found.texts.empty()) {
            expansion.text += found.texts.front();
        }
    }
    return expansion;
}

std::vector<StringTemplate> split_command_line(std::string_view text) {
    std::vector<StringTemplate> words;
    bool in_word = false;
    const auto word = [&]() -> StringTemplate& {
        if (!in_word) words.push_back(StringTemplate());
        in_word = true;
        return words.back();
    };
    while (!text.empty()) {
        const auto close = text.front() == '"' ? text.find('"', 1) : std::string_view::npos;
        if (close != std::string_view::npos) {
            word().add_text(text.substr(1, close - 1));
            text.remove_prefix(close + 1);
        } else if (is_blank(text.front())) {
            in_word = false;
            text.remove_prefix(1);
        } else {
            // Up to a blank or a quote that has a partner; this one, if it is a quote, has none.
            std::size_t end = 1;
            const auto has_partner = [&](std::size_t at) {
                return text.find(text[at], at + 1) != std::string_view::npos;
            };
            while (end < text.size() && !is_blank(text[end]) &&
                   (text[end] != '"' || !has_partner(end))) {
                ++end;
            }
            word().add_plain(text.substr(0, end));
            text.remove_prefix(end);
        }
    }
    return words;
}

}  // namespace openwmi::consumers

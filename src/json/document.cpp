#include "json/document.h"

#include <set>
#include <string>
#include <vector>

#include "base/text.h"

namespace openwmi::json {
namespace {

// Watches the parser for what it lets pass: too deep nesting and members that are given twice.
// Confined to one parse.
class Watcher {
  public:
    // The parser's callback; false drops the value.
    bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start) {
            if (depth >= max_depth) complain("the text is nested more than {} levels deep");
            members_.resize(static_cast<std::size_t>(depth) + 1);
            members_.back().clear();
        } else if (event == Event::key && depth > 0) {
            auto& members = members_.at(static_cast<std::size_t>(depth) - 1);
            const auto& name = parsed.get_ref<const std::string&>();
            if (!members.insert(name).second && complaint_.empty()) {
                complaint_ = fmt::format("the member \"{}\" is given twice", name);
            }
        }
        return complaint_.empty();
    }
    const std::string& complaint() const { return complaint_; }

  private:
    void complain(fmt::format_string<const int&> format) {
        if (complaint_.empty()) complaint_ = fmt::format(format, max_depth);
    }

    std::vector<std::set<std::string>> members_;  // one set a level that is open
    std::string complaint_;
};

// The library's sentence without its own prefix, "[json.exception.parse_error.101] ".
std::string reason(const nlohmann::json::parse_error& error) {
    const std::string_view what = error.what();
    const auto end = what.find("] ");
    return base::to_valid_utf8(end == what.npos ? what : what.substr(end + 2));
}

std::string escaped(std::string_view member) {
    std::string text;
    for (const char c : member) {
        if (c == '~') {
            text += "~0";
        } else if (c == '/') {
            text += "~1";
        } else {
            text.push_back(c);
        }
    }
    return text;
}

}  // namespace

Result<nlohmann::json> parse_document(std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes) {
        return fail(Status::InvalidParameter, "the JSON text has {} bytes, at most {} are taken",
                    text.size(), max_bytes);
    }
    Watcher watcher;
    try {
        auto document = nlohmann::json::parse(text, std::ref(watcher));
        if (!watcher.complaint().empty()) {
            return fail(Status::InvalidParameter, "{}", watcher.complaint());
        }
        return document;
    } catch (const nlohmann::json::parse_error& error) {
        return fail(Status::InvalidParameter, "this is no JSON: {}", reason(error));
    }
}

std::string Place::text() const {
    if (!parent) return "/";
    const auto above = parent->text();
    return (above == "/" ? above : above + "/") + escaped(member);
}

std::string describe(const nlohmann::json& value) {
    constexpr std::size_t shown = 40;
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array";
    if (!value.is_string()) return value.dump();
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() <= shown) return "the string \"" + text + "\"";
    return "the string \"" + base::to_valid_utf8(text.substr(0, shown)) + "...\"";
}

}  // namespace openwmi::json

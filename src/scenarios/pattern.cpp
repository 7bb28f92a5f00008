#include "scenarios/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/system_property.h"
#include "mof/writer.h"

namespace openwmi::scenarios {

namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

constexpr std::pair<char, char> escapes[] = {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}};

char unescaped(char c) {
    for (const auto& [letter, meant] : escapes) {
        if (c == letter) return meant;
    }
    return c;
}

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto* escape = std::ranges::find(escapes, c, [](auto& each) { return each.second; });
        if (escape != std::end(escapes)) {
            result.append({'\\', escape->first});
        } else {
            if (c == '"' || c == '\\') result += '\\';
            result += c;
        }
    }
    return result + '"';
}

// An array of what its elements are; numbers are signed where one is.
cim::Value array_of(const std::vector<cim::Value>& elements) {
    if (std::ranges::all_of(elements, [](auto& e) { return e.template get_if<std::string>(); })) {
        cim::Strings strings;
        for (const auto& element : elements) strings.push_back(element.get<std::string>());
        return strings;
    }
    if (std::ranges::all_of(elements, [](auto& e) { return e.template get_if<bool>(); })) {
        cim::Booleans booleans;
        for (const auto& element : elements) booleans.push_back(element.get<bool>());
        return booleans;
    }
    cim::Reals reals;
    cim::Integers integers;
    for (const auto& element : elements) {
        if (const auto* real = element.get_if<double>()) reals.push_back(*real);
        if (const auto* integer = element.get_if<std::int64_t>()) integers.push_back(*integer);
    }
    if (reals.empty()) return integers;
    return reals;
}

bool is_everywhere(const cim::Property& property) {
    static const cim::Name common[] = {"TIME_CREATED", "SECURITY_DESCRIPTOR"};
    return std::ranges::find(common, property.name) != std::end(common);
}

std::string describe(const cim::Value& value, cim::Type type, const ObjectPattern* pattern) {
    const auto* object = value.get_if<cim::ObjectPtr>();
    return object ? describe(**object, pattern) : mof::write_value(value, type);
}

struct Matcher {
    const cim::TypedValue& actual;
    base::WallTime seen;

    bool operator()(const cim::Value& expected) const {
        const auto coerced = cim::coerce(expected, actual.type);
        return coerced && *coerced == actual.value;
    }
    bool operator()(AnyValue) const { return !actual.value.is_null(); }
    bool operator()(CurrentTime) const {
        constexpr std::uint64_t millisecond = 10'000;
        const auto* ticks = actual.value.get_if<std::uint64_t>();
        return ticks && *ticks + millisecond >= seen.ticks && *ticks <= seen.ticks + millisecond;
    }
    bool operator()(const ClassNamed& expected) const {
        const auto* object = actual.value.get_if<cim::ObjectPtr>();
        const auto* cls = object ? (*object)->as_class() : nullptr;
        return cls && cls->name() == expected.name;
    }
    bool operator()(const wql::LikePattern& expected) const {
        const auto* text = actual.value.get_if<std::string>();
        return text && expected.matches(*text);
    }
    bool operator()(const std::shared_ptr<const ObjectPattern>& expected) const {
        const auto* object = actual.value.get_if<cim::ObjectPtr>();
        return object && (*object)->as_instance() && matches(*expected, **object, seen);
    }
};

}  // namespace

bool matches(const ObjectPattern& pattern, const cim::Object& object, base::WallTime seen) {
    if (!pattern.class_name.empty() && object.class_of().name() != pattern.class_name) return false;
    return std::ranges::all_of(pattern.fields, [&](const FieldPattern& field) {
        const auto actual = cim::any_property(object, field.property);
        return actual && std::visit(Matcher{*actual, seen}, field.value);
    });
}

std::string describe(const cim::Object& object, const ObjectPattern* pattern) {
    if (const auto* cls = object.as_class()) return "class " + cls->name().text();
    std::string text;
    const auto add = [&](const cim::Name& name, const ObjectPattern* inner) {
        const auto actual = cim::any_property(object, name);
        text += text.empty() ? "" : ",";
        text += name.text() + "=" +
                (actual ? describe(actual->value, actual->type, inner) : "(no such property)");
    };
    std::vector<cim::Name> written;
    for (const auto& field : pattern ? pattern->fields : std::vector<FieldPattern>()) {
        const auto* inner = std::get_if<std::shared_ptr<const ObjectPattern>>(&field.value);
        add(field.property, inner ? inner->get() : nullptr);
        written.push_back(field.property);
    }
    const auto& instance = *object.as_instance();
    for (const auto& property : instance.class_of().properties()) {
        if (is_everywhere(property) || instance.find(property.name)->is_null()) continue;
        if (std::ranges::find(written, property.name) == written.end()) add(property.name, nullptr);
    }
    return object.class_of().name().text() + "{" + text + "}";
}

namespace {

// Each kind of value as it is read again.
struct Writer {
    Result<std::string> operator()(const std::string& text) const { return in_quotes(text); }
    Result<std::string> operator()(bool truth) const { return truth ? "TRUE" : "FALSE"; }
    Result<std::string> operator()(std::int64_t number) const { return fmt::format("{}", number); }
    Result<std::string> operator()(std::uint64_t number) const { return fmt::format("{}", number); }
    Result<std::string> operator()(double number) const {
        if (!std::isfinite(number)) {
            return fail(Status::NotSupported, "a scenario cannot write {}", number);
        }
        const auto text = fmt::format("{}", number);
        const bool looks_whole = text.find_first_of(".e") == std::string::npos;
        return looks_whole ? text + ".0" : text;
    }
    Result<std::string> operator()(const cim::ObjectPtr& object) const {
        if (const auto* cls = object->as_class()) return "class " + cls->name().text();
        return scenarios::write(*object->as_instance());
    }
    template <class Other>
    Result<std::string> operator()(const Other&) const {
        return fail(Status::Failed, "neither NULL nor arrays come here");
    }
};

Result<std::string> write(const cim::Value& value) {
    if (value.is_null()) return "NULL";
    if (!value.is_array()) return std::visit(Writer(), value.storage());
    std::string text;
    for (std::size_t i = 0; i < value.array_size(); ++i) {
        const auto element = value.element(i);
        if (element.get_if<cim::ObjectPtr>()) {
            return fail(Status::NotSupported, "a scenario cannot write arrays of objects");
        }
        text += (text.empty() ? "" : ",") + WMI_TRY(write(element));
    }
    return "{" + text + "}";
}

}  // namespace

Result<std::string> write(const cim::Instance& object) {
    std::string text;
    const auto properties = object.class_of().properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        if (object.is_default(i) || is_everywhere(properties[i])) continue;
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", properties[i].name.text(),
                            WMI_TRY(write(object.get(i))));
    }
    return object.class_of().name().text() + "{" + text + "}";
}

void Cursor::skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
}

tl::unexpected<Error> Cursor::expected(std::string_view what) const {
    const auto found = text_.substr(at_, 20);
    return fail(Status::InvalidParameter, "column {}: expected {}, found {}", at_ + 1, what,
                found.empty() ? "the end" : fmt::format("'{}'", found));
}

bool Cursor::at_end() {
    skip_blanks();
    return at_ == text_.size();
}

bool Cursor::skip(char character) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != character) return false;
    ++at_;
    return true;
}

bool Cursor::skip_word(std::string_view word) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(word)) return false;
    const auto end = at_ + word.size();
    if (end < text_.size() && is_word_character(text_[end])) return false;
    at_ = end;
    return true;
}

Result<std::string> Cursor::word(std::string_view what) {
    skip_blanks();
    const auto begin = at_;
    while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
    if (at_ == begin) return expected(what);
    return std::string(text_.substr(begin, at_ - begin));
}

std::string_view Cursor::rest() {
    skip_blanks();
    return text_.substr(std::exchange(at_, text_.size()));
}

Result<std::string> Cursor::quoted() {
    if (!skip('"')) return expected("a text in double quotes");
    std::string text;
    while (at_ < text_.size() && text_[at_] != '"') {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
            text += unescaped(text_[at_ + 1]);
            at_ += 2;
        } else {
            text += text_[at_++];
        }
    }
    if (!skip('"')) return expected("the closing quote");
    return text;
}

Result<std::string> Cursor::name(std::string_view what) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == '"' ? quoted() : word(what);
}

Result<cim::Value> Cursor::number() {
    const auto end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const auto digits = text_.substr(at_, end - at_);
    if (digits.empty()) return expected("a value");
    const auto read = [&](auto number) -> std::optional<cim::Value> {
        const char* last = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), last, number);
        if (error != std::errc() || stop != last) return std::nullopt;
        at_ = end;
        return cim::Value(number);
    };
    if (auto value = read(std::int64_t{})) return *value;
    if (auto value = read(std::uint64_t{})) return *value;
    if (auto value = read(double{})) return *value;
    return expected("a number");
}

Result<cim::Value> Cursor::scalar() {
    if (skip_word("TRUE")) return cim::Value(true);
    if (skip_word("FALSE")) return cim::Value(false);
    if (skip_word("NULL")) return cim::Value();
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '"') return cim::Value(WMI_TRY(quoted()));
    return number();
}

Result<cim::Value> Cursor::array() {
    std::vector<cim::Value> elements;
    while (!skip('}')) {
        if (!elements.empty() && !skip(',')) return expected("',' or '}'");
        elements.push_back(WMI_TRY(scalar()));
    }
    return array_of(elements);
}

Result<ValuePattern> Cursor::value() {
    if (skip('*')) return AnyValue{};
    if (skip('{')) return ValuePattern(WMI_TRY(array()));
    if (skip_word("now")) return CurrentTime{};
    if (skip_word("class")) return ClassNamed{WMI_TRY(word("the name of a class"))};
    if (skip_word("like")) {
        const auto text = WMI_TRY(quoted());
        return ValuePattern(WMI_TRY(wql::LikePattern::compile(text)));
    }
    skip_blanks();
    const bool begins_word = at_ < text_.size() && is_word_character(text_[at_]) &&
                             (text_[at_] < '0' || text_[at_] > '9');
    const auto here = *this;
    if (begins_word && !skip_word("TRUE") && !skip_word("FALSE") && !skip_word("NULL")) {
        auto inner = WMI_TRY(object());
        return ValuePattern(std::make_shared<const ObjectPattern>(std::move(inner)));
    }
    *this = here;
    return ValuePattern(WMI_TRY(scalar()));
}

Result<std::vector<FieldPattern>> Cursor::fields(char end) {
    std::vector<FieldPattern> all;
    while (end == '\0' ? !at_end() : !skip(end)) {
        if (!all.empty()) (void)skip(',');  // blanks part them as well
        FieldPattern field;
        field.property = WMI_TRY(word("the name of a property"));
        if (!skip('=')) return expected("'='");
        field.value = WMI_TRY(value());
        all.push_back(std::move(field));
    }
    return all;
}

Result<ObjectPattern> Cursor::object() {
    ObjectPattern pattern;
    pattern.class_name = WMI_TRY(word("the name of a class"));
    if (skip('{')) pattern.fields = WMI_TRY(fields('}'));
    return pattern;
}

Result<ObjectPattern> parse_object(std::string_view text) {
    Cursor cursor(text);
    auto pattern = WMI_TRY(cursor.object());
    if (!cursor.at_end()) return cursor.expected("the end of the object");
    pattern.text = std::string(base::trim(text));
    return pattern;
}

Result<ObjectPattern> parse_event(std::string_view text) {
    ObjectPattern pattern;
    Cursor cursor(text);
    const auto here = cursor;
    const auto name = WMI_TRY(cursor.word("a class or a property"));
    if (cursor.skip(':')) {
        pattern.class_name = name;
    } else {
        cursor = here;
    }
    pattern.fields = WMI_TRY(cursor.fields('\0'));
    pattern.text = std::string(base::trim(text));
    return pattern;
}

}  // namespace openwmi::scenarios

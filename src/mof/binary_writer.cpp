#include <algorithm>
#include <bit>
#include <filesystem>
#include <optional>
#include <unordered_map>

#include "base/check.h"
#include "mof/binary.h"
#include "mof/binary_format.h"

namespace openwmi::mof {
namespace {

using namespace binary;

// Where the lines of a text begin, so that a place is looked up and not counted. Value.
class LineTable {
  public:
    explicit LineTable(std::string_view text) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool pair = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
            if (text[at] == '\n' || (text[at] == '\r' && !pair)) begins_.push_back(at + 1);
        }
    }
    std::uint64_t line_at(std::size_t offset) const {  // from 0
        const auto after = std::upper_bound(begins_.begin(), begins_.end(), offset);
        return static_cast<std::uint64_t>(after - begins_.begin());
    }
    std::uint64_t lines() const { return begins_.size() + 1; }

  private:
    std::vector<std::size_t> begins_;  // of the second line and on
};

// Turns one document into bytes. Lives for one call. Confined.
class Writer {
  public:
    explicit Writer(const Document& document) : document_(document) {
        std::uint64_t lines = 0;
        for (const SourceFile& file : document.files) {
            lines += lines_.emplace_back(file.text).lines();
        }
        last_line_ = (lines <= most_lines ? lines : most_lines / document.files.size()) - 1;
    }
    std::string write();

    // What `transfer` asks for.
    void place(const Place& place) {
        const std::uint64_t line = line_at(place.file, place.span.begin);
        unsigned_number(line - std::min(line, first_line_));
    }
    void text(std::string_view text) {
        const auto [found, added] = string_numbers_.try_emplace(text, strings_.size());
        if (added) strings_.push_back(text);
        unsigned_number(found->second);
    }
    void name(const std::string& name) { text(name); }
    void number(std::uint64_t value) { unsigned_number(value); }
    void flag(bool value) { byte(value ? 1 : 0); }
    void name_space(const cim::NamespacePath& path) { text(kept(path.text())); }
    void type(cim::Type type) { unsigned_number(cim::cimtype_number(type)); }
    template <class Choice>
    void choice(Choice value, Choice) {
        byte(static_cast<std::uint8_t>(value));
    }
    template <class T>
    void optional(const std::optional<T>& value) {
        flag(value.has_value());
        if (value) one(*value);
    }
    template <class T>
    void list(const std::vector<T>& elements) {
        unsigned_number(elements.size());
        for (const T& element : elements) one(element);
    }

  private:
    void byte(std::uint8_t value) { body_.push_back(static_cast<char>(value)); }
    void unsigned_number(std::uint64_t value) { append(body_, value); }
    static void append(std::string& bytes, std::uint64_t value);
    static void append_fixed(std::string& bytes, std::uint64_t value, std::size_t size);
    // Strings are told apart by view; one that is made here has to stay.
    std::string_view kept(std::string text) { return made_.emplace_back(std::move(text)); }
    std::uint64_t line_at(std::uint32_t file, std::size_t offset) const {
        return std::min(lines_[file].line_at(offset), last_line_);
    }
    void tag(LiteralTag tag) { byte(static_cast<std::uint8_t>(tag)); }

    void one(const Literal& literal);
    void one(std::uint32_t value) { number(value); }
    template <class Node>
    void one(const Node& node) {
        transfer(*this, node);
    }
    void item(const Item& item);
    void head();

    const Document& document_;
    std::vector<LineTable> lines_;
    std::uint64_t last_line_ = 0;   // that a place may have
    std::uint64_t first_line_ = 0;  // of the item being written: its parts count from there
    std::string body_;
    std::vector<std::string_view> strings_;
    std::unordered_map<std::string_view, std::uint64_t> string_numbers_;
    std::deque<std::string> made_;
};

// Seven bits a byte, the lowest first; the highest bit says that more follow.
void Writer::append(std::string& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>((value & 0x7f) | 0x80));
    bytes.push_back(static_cast<char>(value));
}

void Writer::append_fixed(std::string& bytes, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

void Writer::one(const Literal& literal) {
    place(literal.place);
    if (literal.is_null()) {
        tag(LiteralTag::Null);
    } else if (const auto* boolean = literal.get_if<bool>()) {
        tag(*boolean ? LiteralTag::True : LiteralTag::False);
    } else if (const auto* integer = literal.get_if<Integer>()) {
        tag(integer->negative ? LiteralTag::NegativeInteger : LiteralTag::Integer);
        number(integer->magnitude);
    } else if (const auto* real = literal.get_if<double>()) {
        tag(LiteralTag::Real);
        append_fixed(body_, std::bit_cast<std::uint64_t>(*real), sizeof(double));
    } else if (const auto* character = literal.get_if<char16_t>()) {
        tag(LiteralTag::Character);
        number(*character);
    } else if (const auto* string = literal.get_if<std::string>()) {
        tag(LiteralTag::String);
        text(*string);
    } else if (const auto* alias = literal.get_if<AliasUse>()) {
        tag(LiteralTag::Alias);
        name(alias->name);
    } else if (const auto* array = literal.get_if<std::vector<Literal>>()) {
        tag(LiteralTag::Array);
        list(*array);
    } else {
        tag(LiteralTag::Object);
        one(**literal.get_if<std::shared_ptr<const InstanceNode>>());
    }
}

void Writer::item(const Item& item) {
    const auto& [file, span] = item.place;
    const std::size_t last = std::max(span.begin, span.end - (span.end > 0 ? 1 : 0));
    first_line_ = line_at(file, span.begin);
    number(file);
    number(first_line_);
    number(line_at(file, last) - first_line_);
    number(item.node.index());
    std::visit([this](const auto& node) { transfer(*this, node); }, item.node);
}

// Of the files the names: as they are seen from the first one, not from this machine's root.
void Writer::head() {
    namespace fs = std::filesystem;
    flag(document_.autorecover);
    flag(document_.amendment.has_value());
    if (document_.amendment) text(*document_.amendment);
    const fs::path folder = fs::path(document_.files.front().name).parent_path();
    number(document_.files.size());
    for (const SourceFile& file : document_.files) {
        const fs::path seen = fs::path(file.name).lexically_relative(folder);
        text(kept(seen.empty() || folder.empty() ? file.name : seen.generic_string()));
    }
}

std::string Writer::write() {
    head();
    number(document_.items.size());
    for (const Item& each : document_.items) item(each);

    std::string payload;
    append(payload, strings_.size());
    for (const std::string_view string : strings_) {
        append(payload, string.size());
        payload += string;
    }
    payload += body_;

    std::string bytes(magic);
    append_fixed(bytes, version, 4);
    append_fixed(bytes, 0, 4);
    append_fixed(bytes, payload.size(), 8);
    append_fixed(bytes, checksum(payload), 8);
    return bytes += payload;
}

}  // namespace

Document with_defaults(Document document, const CompileOptions& options) {
    const CompileOptions usual;
    std::vector<Item> first;
    if (options.name_space != usual.name_space) {
        first.push_back({{}, NamespaceNode{options.name_space}});
    }
    if (options.class_flags != usual.class_flags) {
        first.push_back({{}, ClassFlagsNode{options.class_flags}});
    }
    if (options.instance_flags != usual.instance_flags) {
        first.push_back({{}, InstanceFlagsNode{options.instance_flags}});
    }
    document.items.insert(document.items.begin(), std::make_move_iterator(first.begin()),
                          std::make_move_iterator(first.end()));
    return document;
}

std::string write_binary(const Document& document) {
    WMI_CHECK(document.ok(), "only a document without errors is written");
    return Writer(document).write();
}

}  // namespace openwmi::mof

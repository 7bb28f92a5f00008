#include <bit>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "cim/bytes.h"
#include "mof/binary.h"
#include "mof/binary_format.h"
#include "mof/reporter.h"
#include "mof/rules.h"
#include "mof/token.h"

namespace openwmi::mof {
namespace {

using namespace binary;

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

// Reads one payload that a stranger may have made. The first mistake is remembered; from then on
// everything reads as nothing. What it makes costs no more than what the parser makes of a text:
// nodes are counted against limits.tokens, texts against limits.total_bytes. Confined.
class Reader {
  public:
    Reader(std::string_view payload, const Limits& limits)
        : bytes_(as_bytes(payload)), limits_(limits) {}

    // What was wrong, or nothing.
    std::optional<std::string> read(Document& document);

    // What `transfer` asks for.
    void place(Place& place) {
        const std::uint64_t line = first_line_ + unsigned_number();
        place = {file_, line_span(line, line)};
    }
    void text(std::string& text) { text = string(); }
    void name(std::string& name) {
        name = string();
        if (!is_identifier(name)) damage("a name is none");
    }
    template <std::unsigned_integral T>
    void number(T& value) {
        const std::uint64_t number = unsigned_number();
        if (number > std::numeric_limits<T>::max()) damage("a number is too large");
        value = static_cast<T>(number);
    }
    void flag(bool& value) { value = byte_up_to(1) != 0; }
    void name_space(cim::NamespacePath& path) {
        const auto parsed = cim::NamespacePath::parse(string());
        if (!parsed) return damage("a namespace is none");
        path = *parsed;
    }
    void type(cim::Type& type) {
        const std::uint64_t number = unsigned_number();
        const auto known = number <= 0xffff
                               ? cim::type_of_number(static_cast<std::uint32_t>(number))
                               : std::nullopt;
        if (!known) return damage("a type is none");
        type = *known;
    }
    template <class Choice>
    void choice(Choice& value, Choice last) {
        value = static_cast<Choice>(byte_up_to(static_cast<std::uint8_t>(last)));
    }
    template <class T>
    void optional(std::optional<T>& value) {
        bool there = false;
        flag(there);
        if (there) one(value.emplace());
    }
    template <class T>
    void list(std::vector<T>& elements) {
        const std::uint64_t count = unsigned_number();
        if (count > bytes_.remaining()) damage("a list is longer than the file");
        for (std::uint64_t i = 0; i < count && ok(); ++i) {
            spend(1);
            one(elements.emplace_back());
        }
    }

  private:
    bool ok() const { return !mistake_ && bytes_.ok(); }
    void damage(const char* what) {
        if (ok()) mistake_ = fmt::format("{} (byte {})", what, header_size + bytes_.position());
    }
    void spend(std::size_t nodes) {
        if (nodes > limits_.tokens - nodes_) return damage("it says more than a MOF file may");
        nodes_ += nodes;
    }
    std::uint64_t unsigned_number();
    std::uint8_t byte_up_to(std::uint8_t last) {
        const std::uint8_t value = bytes_.u8();
        if (value > last) damage("a choice is none");
        return value > last ? 0 : value;
    }
    std::string_view string();
    static bool is_identifier(std::string_view name);
    base::Span line_span(std::uint64_t first, std::uint64_t last);

    void one(Literal& literal) { read_literal(literal, true); }
    void one(std::uint32_t& value) { number(value); }
    void one(PropertyNode& node) {
        transfer(*this, node);
        check_element(node);
    }
    void one(MethodNode& node) {
        transfer(*this, node);
        if (node.return_type.type.array) damage("a method returns an array");
        check_type(node.return_type);
    }
    template <class Node>
    void one(Node& node) {
        transfer(*this, node);
    }
    void read_literal(Literal& literal, bool array_allowed);
    void read_array(Literal& literal);
    void read_object(Literal& literal);
    void check_type(const TypeUse& use);
    void check_element(const PropertyNode& node);
    void check_flags(PutFlags flags, bool of_classes);
    void check_declaration(const QualifierNode& node);
    void read_strings();
    void read_head(Document& document);
    void read_item(Item& item);
    template <std::size_t... I>
    static void emplace(ItemForm& form, std::size_t kind, std::index_sequence<I...>) {
        ((kind == I ? void(form.emplace<I>()) : void()), ...);
    }

    cim::ByteReader bytes_;
    const Limits& limits_;
    std::optional<std::string> mistake_;
    std::vector<std::string_view> strings_;
    std::vector<std::uint64_t> lines_;  // a file: so many lines are spoken of
    std::uint64_t all_lines_ = 0;
    std::uint32_t file_ = 0;
    std::uint64_t first_line_ = 0;
    std::size_t nodes_ = 0;
    std::size_t text_bytes_ = 0;
    std::size_t nesting_ = 0;
};

std::uint64_t Reader::unsigned_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = bytes_.u8();
        if (shift == 63 && byte > 1) break;
        value |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
        if ((byte & 0x80u) == 0) return ok() ? value : 0;
    }
    damage("a number has no end");
    return 0;
}

std::string_view Reader::string() {
    const std::uint64_t index = unsigned_number();
    if (!ok()) return {};
    if (index >= strings_.size()) {
        damage("a text is missing");
        return {};
    }
    const std::string_view text = strings_[index];
    if (text.size() > limits_.total_bytes - text_bytes_) {
        damage("it says more than a MOF file may");
        return {};
    }
    text_bytes_ += text.size();
    return text;
}

bool Reader::is_identifier(std::string_view name) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), fits);
}

// As a place in a text of nothing but line ends.
base::Span Reader::line_span(std::uint64_t first, std::uint64_t last) {
    if (!ok()) return {};
    const std::uint64_t more = last < lines_[file_] ? 0 : last + 1 - lines_[file_];
    if (last < first || last >= most_lines || more > most_lines - all_lines_) {
        damage("a line is out of range");
        return {};
    }
    lines_[file_] += more;
    all_lines_ += more;
    return {first, last + 1};
}

void Reader::read_literal(Literal& literal, bool array_allowed) {
    place(literal.place);
    if (!ok()) return;
    switch (static_cast<LiteralTag>(byte_up_to(static_cast<std::uint8_t>(LiteralTag::Object)))) {
        case LiteralTag::Null:
            if (!array_allowed) damage("an element of an array is NULL");
            break;
        case LiteralTag::False: literal.form = false; break;
        case LiteralTag::True: literal.form = true; break;
        case LiteralTag::Integer: literal.form = Integer{false, unsigned_number()}; break;
        case LiteralTag::NegativeInteger: {
            const Integer integer{true, unsigned_number()};
            if (integer.magnitude > std::uint64_t{1} << 63) damage("a number is too large");
            literal.form = integer;
            break;
        }
        case LiteralTag::Real: {
            const auto real = std::bit_cast<double>(bytes_.u64());
            if (!std::isfinite(real)) damage("a real is no number");
            literal.form = real;
            break;
        }
        case LiteralTag::Character: {
            std::uint16_t character = 0;
            number(character);
            literal.form = static_cast<char16_t>(character);
            break;
        }
        case LiteralTag::String: literal.form = std::string(string()); break;
        case LiteralTag::Alias: {
            AliasUse alias;
            name(alias.name);
            literal.form = std::move(alias);
            break;
        }
        case LiteralTag::Array:
            if (array_allowed) return read_array(literal);
            damage("an array is the element of an array");
            break;
        case LiteralTag::Object: return read_object(literal);
    }
}

void Reader::read_array(Literal& literal) {
    std::vector<Literal> elements;
    const std::uint64_t count = unsigned_number();
    if (count > bytes_.remaining()) damage("a list is longer than the file");
    for (std::uint64_t i = 0; i < count && ok(); ++i) {
        spend(1);
        read_literal(elements.emplace_back(), false);
    }
    literal.form = std::move(elements);
}

void Reader::read_object(Literal& literal) {
    auto node = std::make_shared<InstanceNode>();
    if (nesting_ >= limits_.nesting) {
        damage("objects are embedded too deep");
    } else {
        ++nesting_;
        transfer(*this, *node);
        --nesting_;
    }
    literal.form = std::shared_ptr<const InstanceNode>(std::move(node));
}

// Only what refers to a class or embeds its objects names one.
void Reader::check_type(const TypeUse& use) {
    const bool may_name =
        use.type.element == cim::CimType::Reference || use.type.element == cim::CimType::Object;
    if (use.class_name.empty()) return;
    if (!may_name || !is_identifier(use.class_name)) damage("a type is none");
}

void Reader::check_element(const PropertyNode& node) {
    check_type(node.type);
    if (node.type.type.element == cim::CimType::Empty) damage("a property has no type");
    if (node.bound && !node.type.type.array) damage("what is no array has a size");
}

void Reader::check_flags(PutFlags flags, bool of_classes) {
    const bool updates = flags.update != UpdateMode::Compatible;
    if (updates && (!of_classes || flags.mode == PutMode::CreateOnly)) {
        damage("flags contradict each other");
    }
}

void Reader::check_declaration(const QualifierNode& node) {
    if (!node.type) return;
    const cim::CimType element = node.type->type.element;
    if (element == cim::CimType::Object || element == cim::CimType::Reference ||
        !node.type->class_name.empty()) {
        damage("a qualifier cannot have this type");
    }
}

void Reader::read_strings() {
    const std::uint64_t count = unsigned_number();
    if (count > bytes_.remaining()) return damage("a list is longer than the file");
    for (std::uint64_t i = 0; i < count && ok(); ++i) {
        const std::uint64_t size = unsigned_number();
        const std::string_view text = cim::as_text(bytes_.raw(size));
        if (!base::is_valid_utf8(text)) damage("a text is not UTF-8");
        strings_.push_back(text);
    }
}

void Reader::read_head(Document& document) {
    flag(document.autorecover);
    bool amended = false;
    flag(amended);
    if (amended) text(document.amendment.emplace());
    const std::uint64_t files = unsigned_number();
    if (files == 0 || files > limits_.files) return damage("the number of files is impossible");
    lines_.assign(files, 0);
    for (std::uint64_t i = 0; i < files && ok(); ++i) {
        if (i > 0) document.files.emplace_back();
        SourceFile& file = document.files.back();
        const std::string_view written = string();
        file.name = i > 0 ? std::string(written) : fmt::format("{}({})", file.name, written);
    }
}

void Reader::read_item(Item& item) {
    spend(4);
    number(file_);
    if (file_ >= lines_.size()) damage("a file is missing");
    if (!ok()) return;
    first_line_ = unsigned_number();
    const std::uint64_t more = unsigned_number();
    if (first_line_ >= most_lines || more >= most_lines) return damage("a line is out of range");
    item.place = {file_, line_span(first_line_, first_line_ + more)};
    const std::uint64_t kind = unsigned_number();
    constexpr std::size_t kinds = std::variant_size_v<ItemForm>;
    if (kind >= kinds) return damage("an item is of no known kind");
    emplace(item.node, kind, std::make_index_sequence<kinds>());
    std::visit([this](auto& node) { transfer(*this, node); }, item.node);
    if (const auto* node = std::get_if<ClassFlagsNode>(&item.node)) check_flags(node->flags, true);
    if (const auto* node = std::get_if<InstanceFlagsNode>(&item.node)) {
        check_flags(node->flags, false);
    }
    if (const auto* node = std::get_if<QualifierNode>(&item.node)) check_declaration(*node);
}

std::optional<std::string> Reader::read(Document& document) {
    read_strings();
    read_head(document);
    const std::uint64_t items = unsigned_number();
    if (items > bytes_.remaining()) damage("a list is longer than the file");
    for (std::uint64_t i = 0; i < items && ok(); ++i) read_item(document.items.emplace_back());
    if (ok() && !bytes_.at_end()) damage("something follows the last item");
    if (!bytes_.ok() && !mistake_) mistake_ = "it ends in the middle";
    if (mistake_) {
        document.items.clear();
        return mistake_;
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) document.files[i].text.assign(lines_[i], '\n');
    return std::nullopt;
}

// What is behind the header, or what is wrong with it.
Result<std::string_view> payload_of(std::string_view bytes) {
    if (bytes.starts_with(microsoft_magic)) {
        return fail(Status::NotSupported,
                    "this is a binary MOF of Microsoft's format, which is not documented and not "
                    "read here: compile the text it was made of");
    }
    if (!bytes.starts_with(magic)) return fail(Status::MofInvalidFile, "this is no binary MOF");
    if (bytes.size() < header_size) {
        return fail(Status::MofInvalidFile, "this binary MOF ends in its header");
    }
    cim::ByteReader header(as_bytes(bytes.substr(magic.size(), header_size - magic.size())));
    const std::uint32_t written = header.u32();
    if (written != version) {
        return fail(Status::MofInvalidFile, "this binary MOF has version {}; {} is understood",
                    written, version);
    }
    const bool reserved = header.u32() != 0;
    const std::uint64_t length = header.u64();
    const std::string_view payload = bytes.substr(header_size);
    if (reserved || length != payload.size()) {
        return fail(Status::MofInvalidFile,
                    "this binary MOF is damaged: {} bytes were written, {} are here", length,
                    payload.size());
    }
    if (header.u64() != checksum(payload)) {
        return fail(Status::MofInvalidFile, "this binary MOF is damaged: its checksum is wrong");
    }
    return payload;
}

}  // namespace

bool is_binary(std::string_view bytes) {
    return bytes.starts_with(magic) || bytes.starts_with(microsoft_magic);
}

Document read_binary(std::string_view bytes, std::string name, const ParseOptions& options) {
    Document document;
    document.files.push_back({std::move(name), {}});
    Reporter reporter(document, options.limits.errors);
    const Place nowhere;
    if (bytes.size() > options.limits.file_bytes) {
        reporter.error(Status::MofInvalidFile, nowhere,
                       "{} bytes are more than the {} a MOF file may have", bytes.size(),
                       options.limits.file_bytes);
        return document;
    }
    const Result<std::string_view> payload = payload_of(bytes);
    if (!payload) {
        reporter.error(payload.error().status, nowhere, "{}", payload.error().message);
        return document;
    }
    if (const auto mistake = Reader(*payload, options.limits).read(document)) {
        reporter.error(Status::MofInvalidFile, nowhere, "this binary MOF is damaged: {}", *mistake);
        return document;
    }
    check_rules(document, reporter, options);
    return document;
}

Document read_document(std::string_view bytes, std::string name, const ParseOptions& options) {
    return is_binary(bytes) ? read_binary(bytes, std::move(name), options)
                            : parse(bytes, std::move(name), options);
}

}  // namespace openwmi::mof

#include "mof/parser.h"

#include <algorithm>

#include "mof/file_parser.h"
#include "mof/rules.h"

namespace openwmi::mof {
namespace {

// Why this file may not be read now, or nothing.
std::optional<std::string> refusal(const ParseSession& session, std::size_t bytes,
                                   const std::string& name) {
    const Limits& limits = session.options.limits;
    const auto& stack = session.include_stack;
    if (bytes > limits.file_bytes) {
        return fmt::format("{} bytes are more than the {} a MOF file may have", bytes,
                           limits.file_bytes);
    }
    if (std::find(stack.begin(), stack.end(), name) != stack.end()) {
        return fmt::format("{} includes itself", name);
    }
    if (stack.size() > limits.include_depth) {
        return fmt::format("files are included more than {} deep", limits.include_depth);
    }
    if (session.document.files.size() >= limits.files) {
        return fmt::format("more than {} files are included", limits.files);
    }
    if (session.total_bytes + bytes > limits.total_bytes) {
        return fmt::format("all files together have more than {} bytes", limits.total_bytes);
    }
    return std::nullopt;
}

// Diagnostics in the order of the text: the rules report after the parser.
void sort_by_place(Document& document) {
    const auto file_index = [&](const std::string& name) {
        if (name.empty()) return std::size_t{0};
        const auto found = std::find_if(document.files.begin(), document.files.end(),
                                        [&](const SourceFile& file) { return file.name == name; });
        return static_cast<std::size_t>(found - document.files.begin());
    };
    std::stable_sort(document.diagnostics.begin(), document.diagnostics.end(),
                     [&](const base::Diagnostic& a, const base::Diagnostic& b) {
                         if (a.file != b.file) return file_index(a.file) < file_index(b.file);
                         return a.span.begin < b.span.begin;
                     });
}

}  // namespace

void parse_source(ParseSession& session, std::string_view bytes, std::string name,
                  std::optional<Place> include, Status status) {
    Document& document = session.document;
    const Place nowhere;  // the very start of the first file
    if (const auto reason = refusal(session, bytes.size(), name)) {
        session.reporter.error(status, include.value_or(nowhere), "{}", *reason);
        return;
    }
    Result<DecodedText> decoded = decode(bytes);
    if (!decoded) {
        session.reporter.error(include ? status : decoded.error().status, include.value_or(nowhere),
                               "{}", decoded.error().message);
        return;
    }
    session.total_bytes += bytes.size();
    const auto file = static_cast<std::uint32_t>(include ? document.files.size() : 0);
    if (include) document.files.push_back({name, {}});
    document.files[file].text = std::move(decoded->text);
    if (decoded->ansi) {
        session.reporter.warning(Status::MofInvalidFile, {file, {0, 0}},
                                 "the text is not UTF-8; it is read as Windows-1252");
    }
    session.include_stack.push_back(std::move(name));
    FileParser(session, file).parse_file();
    session.include_stack.pop_back();
}

Document parse(std::string_view bytes, std::string name, const ParseOptions& options) {
    Document document;
    document.files.push_back({name, {}});
    Reporter reporter(document, options.limits.errors);
    ParseSession session{document, reporter, options, {}, 0, 0};
    parse_source(session, bytes, std::move(name), std::nullopt, Status::MofInvalidFile);
    check_rules(document, reporter, options);
    sort_by_place(document);
    return document;
}

}  // namespace openwmi::mof

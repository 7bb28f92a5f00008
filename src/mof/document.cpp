#include "base/diagnostics.h"
#include "mof/ast.h"
#include "mof/reporter.h"

namespace openwmi::mof {

base::Position Document::begin_of(const Place& place) const {
    return base::position(files.at(place.file).text, place.span.begin);
}

base::Position Document::end_of(const Place& place) const {
    const std::size_t last = std::max(place.span.begin, place.span.end - (place.span.end > 0));
    return base::position(files.at(place.file).text, last);
}

std::string Document::render(const base::Diagnostic& diagnostic) const {
    for (const SourceFile& file : files) {
        if (file.name == diagnostic.file) return base::render(diagnostic, file.text, file.name);
    }
    return base::render(diagnostic, files.front().text, files.front().name);
}

void Reporter::add(Status status, const Place& place, base::Severity severity,
                   std::string message) {
    std::size_t& count = severity == base::Severity::Error ? errors_ : warnings_;
    if (count >= max_errors_) return;
    ++count;
    const std::string file = place.file == 0 ? "" : document_.files[place.file].name;
    document_.diagnostics.push_back({status, std::move(message), place.span, file, severity});
}

}  // namespace openwmi::mof

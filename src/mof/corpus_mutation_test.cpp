// Every file of the corpus with one word changed: it is refused near the change, or what it says
// now survives being written and read.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "mof/lexer.h"
#include "mof/testing/corpus.h"
#include "mof/testing/round_trip.h"

namespace openwmi::mof {
namespace {

using testing::Corpus;
using testing::CorpusFile;

constexpr int mutations_a_file = 20;
constexpr std::size_t lines_away = 2;

// A text in words. Used by one test at a time.
class Words {
  public:
    explicit Words(std::string_view bytes) {
        document_.files.push_back({"words", {}});
        if (auto decoded = decode(bytes)) document_.files[0].text = std::move(decoded->text);
        Reporter reporter(document_, 100);
        Lexer lexer(text(), 0, reporter);
        for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
            words_.push_back(std::move(token));
        }
    }
    const std::string& text() const { return document_.files[0].text; }
    const std::vector<Token>& all() const { return words_; }
    std::size_t line_of(std::size_t offset) const { return base::position(text(), offset).line; }

  private:
    Document document_;
    std::vector<Token> words_;
};

struct Mutant {
    std::string text;
    std::string what;
    std::vector<std::string> names;  // that went or came
    std::size_t first_line = 0;      // of what was changed
    std::size_t last_line = 0;
};

std::size_t lines_in(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

Mutant mutate(const Words& words, std::mt19937& random) {
    const auto pick = [&] { return words.all()[random() % words.all().size()]; };
    const Token here = pick();
    const Token there = pick();
    const std::string other(there.text);
    const std::string old(here.text);
    const std::size_t begin = here.place.span.begin;
    const std::size_t end = here.place.span.end;
    Mutant mutant;
    std::string now;
    switch (random() % 4) {
        case 0:
            mutant.what = "without " + old;
            now = " ";
            break;
        case 1:
            mutant.what = "twice " + old;
            now = old + " " + old;
            break;
        case 2:
            mutant.what = fmt::format("{} instead of {}", other, old);
            now = " " + other + " ";
            break;
        default:
            mutant.what = fmt::format("{} before {}", other, old);
            now = " " + other + " " + old;
            break;
    }
    for (const Token& word : {here, there}) {
        if (word.kind == TokenKind::Identifier) mutant.names.emplace_back(word.text);
    }
    mutant.text = words.text().substr(0, begin) + now + words.text().substr(end);
    mutant.first_line = words.line_of(begin);
    mutant.last_line = words.line_of(end) + lines_in(now);
    return mutant;
}

bool is_near(std::size_t line, const Mutant& mutant) {
    return line + lines_away >= mutant.first_line && line <= mutant.last_line + lines_away;
}

// The message names the line, as it does where one mistake has two ends, or the changed name, which
// is wrong only where it is used.
bool speaks_of(const std::string& told, const Mutant& mutant) {
    for (std::size_t at = told.find(" line "); at != std::string::npos;
         at = told.find(" line ", at + 1)) {
        if (is_near(std::strtoul(told.c_str() + at + 6, nullptr, 10), mutant)) return true;
    }
    return std::ranges::any_of(mutant.names, [&](const std::string& name) {
        return told.find(name) != std::string::npos;
    });
}

bool is_told(const Document& document, const Report& report, const Mutant& mutant) {
    for (const base::Diagnostic& each : report.diagnostics) {
        if (each.severity != base::Severity::Error) continue;
        if (speaks_of(each.message, mutant)) return true;
        if (!each.file.empty()) continue;
        const std::string& text = document.files.front().text;
        const std::size_t last = base::position(text, each.span.end).line;
        for (auto line = base::position(text, each.span.begin).line; line <= last; ++line) {
            if (is_near(line, mutant)) return true;
        }
    }
    return false;
}

// Why the mutant is not served; empty: it is.
std::string judge(Corpus& corpus, const CorpusFile& file, const Mutant& mutant) {
    const Document document = corpus.parse(file, mutant.text);
    testing::KeepingTarget target;
    const Report report = Corpus::check(document, target);
    if (report.ok()) {
        const auto found = testing::differences(document, target);
        return found.empty() ? "" : "what is stored " + found.front();
    }
    if (is_told(document, report, mutant)) return {};
    std::string told = "the mistakes are told of elsewhere:\n";
    for (const auto& each : report.diagnostics) {
        if (each.severity == base::Severity::Error) told += document.render(each);
    }
    return told;
}

TEST(CorpusMutation, IsRefusedWhereItIsOrSurvives) {
    if (!Corpus::folder()) GTEST_SKIP() << "OPENWMI_CORPUS is not set: the corpus is not checked";
    Corpus corpus;
    int mutants = 0;
    for (const CorpusFile& file : corpus.files()) {
        const std::string bytes = testing::read_bytes(corpus.path_of(file));
        const Words words(bytes);
        if (file.expected != "accept" || words.all().empty()) continue;
        CheckTarget target;
        if (!Corpus::check(corpus.parse(file, bytes), target).ok()) continue;
        std::mt19937 random(static_cast<unsigned>(words.all().size()));
        for (int i = 0; i < mutations_a_file; ++i) {
            const Mutant mutant = mutate(words, random);
            ++mutants;
            const std::string why = judge(corpus, file, mutant);
            if (why.empty()) continue;
            ADD_FAILURE() << file.file << ", line " << mutant.first_line << ", " << mutant.what
                          << ": " << why;
        }
    }
    EXPECT_GT(mutants, 1000);
}

}  // namespace
}  // namespace openwmi::mof

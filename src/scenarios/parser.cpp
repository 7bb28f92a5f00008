#include "scenarios/parser.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "base/text.h"
#include "cim/datetime.h"
#include "cim/object_path.h"
#include "scenarios/lines.h"

namespace openwmi::scenarios {

namespace {

constexpr std::string_view no_restart = "restart: no, because ";

// What a verb has to read: the rest of its line and the lines below it.
struct Source {
    Cursor& line;
    std::span<const Line> block;
};

class Parser {
  public:
    explicit Parser(Parsed& parsed) : parsed_(parsed) {}
    void file(std::span<const Line> lines);

  private:
    struct Verb {
        std::string_view name;
        Result<std::variant<Action, Check>> (Parser::*read)(Source);
    };
    static const Verb* find_verb(std::string_view name);

    std::vector<Step> steps(std::span<const Line> lines);
    Result<std::vector<Step>> actions(std::span<const Line> block);
    Result<Step> step(const Line& line, std::span<const Line> block);
    void mistake(std::size_t line, std::string text) {
        parsed_.mistakes.push_back({line, std::move(text)});
    }

    using What = Result<std::variant<Action, Check>>;
    What use_namespace(Source source);
    What compile_mof(Source source);
    What compile_files(Source source);
    What subscribe(Source source);
    What watch(Source source);
    What put(Source source);
    What remove(Source source);
    What provide(Source source);
    What withdraw(Source source);
    What answer(Source source);
    What raise(Source source);
    What behave(Source source);
    What letters(Source source);
    What expect_history(Source source);
    What disable(Source source);
    What observe(Source source);
    What enable(Source source);
    What advance(Source source);
    What set_clock(Source source);
    What set_zone(Source source);
    What restart(Source source);
    What together(Source source);
    What expect_events(Source source);
    What expect_calls(Source source);
    What expect_rising(Source source);
    What expect_objects(Source source);
    What expect_state(Source source);
    What expect_counters(Source source);
    What expect_loaded(Source source);
    What expect_readings(Source source);
    What expect_error(Source source);
    What expect_renderings(Source source);
    What expect_verdict(Source source);

    Parsed& parsed_;
};

Result<std::uint64_t> integer(Cursor& line) {
    const auto text = WMI_TRY(line.word("an integer"));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    return fail(Status::InvalidParameter, "'{}' is no integer", text);
}

// The lines of a block as one text.
Result<std::string> text_of(std::span<const Line> block, std::string_view what) {
    std::string text;
    for (const auto& line : block) {
        if (!line.text.empty()) text += (text.empty() ? "" : " ") + line.text;
    }
    if (!text.empty()) return text;
    return fail(Status::InvalidParameter, "{} is missing in the lines below", what);
}

Result<> check_no_block(std::span<const Line> block) {
    for (const auto& line : block) {
        if (!line.text.empty())
            return fail(Status::InvalidParameter, "the lines below belong to nothing");
    }
    return {};
}

Result<std::vector<ObjectPattern>> patterns_in(std::span<const Line> block,
                                               Result<ObjectPattern> (*read)(std::string_view)) {
    std::vector<ObjectPattern> all;
    for (const auto& line : block) {
        if (line.text.empty()) continue;
        auto pattern = read(line.text);
        if (!pattern)
            return fail(Status::InvalidParameter, "line {}, {}", line.number,
                        pattern.error().message);
        all.push_back(std::move(*pattern));
    }
    return all;
}

// The path up to the brace that begins the fields, if one does: keys may hold braces in quotes.
std::string_view up_to_brace(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && quoted) {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == '{' && !quoted) {
            return text.substr(0, i);
        }
    }
    return text;
}

Result<Status> status_named(std::string_view name) {
    static const std::pair<std::string_view, Status> all[] = {
#define WMI_STATUS(name, number, symbol, text) {symbol, Status::name},
#include "base/status.inc"
#undef WMI_STATUS
    };
    const auto found = std::ranges::find(all, name, [](const auto& each) { return each.first; });
    if (found != std::end(all)) return found->second;
    return fail(Status::InvalidParameter, "there is no status {}", name);
}

const Parser::Verb* Parser::find_verb(std::string_view name) {
    static constexpr Verb verbs[] = {
        {"namespace", &Parser::use_namespace},
        {"mof", &Parser::compile_mof},
        {"compile", &Parser::compile_files},
        {"subscribe", &Parser::subscribe},
        {"watch", &Parser::watch},
        {"put", &Parser::put},
        {"delete", &Parser::remove},
        {"provide", &Parser::provide},
        {"withdraw", &Parser::withdraw},
        {"provider", &Parser::answer},
        {"raise", &Parser::raise},
        {"consumer", &Parser::behave},
        {"dead-letters", &Parser::letters},
        {"history", &Parser::expect_history},
        {"disable", &Parser::disable},
        {"observe", &Parser::observe},
        {"enable", &Parser::enable},
        {"advance", &Parser::advance},
        {"clock", &Parser::set_clock},
        {"zone", &Parser::set_zone},
        {"restart", &Parser::restart},
        {"together", &Parser::together},
        {"expect", &Parser::expect_events},
        {"calls", &Parser::expect_calls},
        {"rising", &Parser::expect_rising},
        {"query", &Parser::expect_objects},
        {"state", &Parser::expect_state},
        {"counters", &Parser::expect_counters},
        {"expect-error", &Parser::expect_error},
        {"loaded", &Parser::expect_loaded},
        {"readings", &Parser::expect_readings},
        {"renders", &Parser::expect_renderings},
        {"verdict", &Parser::expect_verdict},
    };
    const auto* found = std::ranges::find(verbs, name, &Verb::name);
    return found == std::end(verbs) ? nullptr : found;
}

void Parser::file(std::span<const Line> lines) {
    if (!lines.empty()) {
        const auto header = std::ranges::find_if(lines, [](auto& l) { return !l.text.empty(); });
        if (header != lines.end() && header->text.starts_with(no_restart)) {
            parsed_.scenario.survives_restarts = false;
            lines = lines.subspan(static_cast<std::size_t>(header - lines.begin()) + 1);
        }
    }
    parsed_.scenario.steps = steps(lines);
    if (parsed_.scenario.steps.empty()) mistake(1, "there is no step in this file");
}

std::vector<Step> Parser::steps(std::span<const Line> lines) {
    std::vector<Step> all;
    const auto first = std::ranges::find_if(lines, [](auto& l) { return !l.text.empty(); });
    const auto indent = first == lines.end() ? 0 : first->indent;
    while (!lines.empty()) {
        const Line& line = lines.front();
        if (line.text.empty()) {
            lines = lines.subspan(1);
            continue;
        }
        if (line.indent != indent) mistake(line.number, "the indentation fits no line above");
        const auto length = block_length(lines.subspan(1), line.indent);
        auto read = step(line, lines.subspan(1, length));
        if (read) {
            all.push_back(std::move(*read));
        } else {
            mistake(line.number, read.error().message);
        }
        lines = lines.subspan(1 + length);
    }
    return all;
}

Result<Step> Parser::step(const Line& line, std::span<const Line> block) {
    const auto end = std::min(line.text.find(' '), line.text.size());
    const auto* verb = find_verb(std::string_view(line.text).substr(0, end));
    if (!verb) return fail(Status::InvalidParameter, "'{}' is no verb", line.text.substr(0, end));
    Cursor rest(std::string_view(line.text).substr(end));
    auto what = WMI_TRY((this->*verb->read)({rest, block}));
    if (!rest.at_end()) return rest.expected("the end of the line");
    if (!line.rows.empty() && !std::holds_alternative<Check>(what))
        return fail(Status::InvalidParameter, "only a check proves a row");
    return Step{line.number, line.text, line.rows, std::move(what)};
}

Parser::What Parser::use_namespace(Source source) {
    WMI_TRY(check_no_block(source.block));
    return UseNamespace{WMI_TRY(cim::NamespacePath::parse(source.line.rest()))};
}

Parser::What Parser::compile_mof(Source source) {
    if (source.block.empty()) return fail(Status::InvalidParameter, "the MOF is missing");
    CompileMof mof;
    std::size_t number = 1;
    for (const auto& line : source.block) {
        mof.text.append(line.number - number, '\n').append(line.raw);
        number = line.number;
    }
    return mof;
}

Parser::What Parser::compile_files(Source source) {
    WMI_TRY(check_no_block(source.block));
    CompileFiles compile;
    do {
        compile.files.push_back(WMI_TRY(source.line.quoted()));
    } while (!source.line.at_end());
    return compile;
}

Parser::What Parser::subscribe(Source source) {
    Subscribe subscribe;
    subscribe.name = WMI_TRY(source.line.word("a name"));
    while (!source.line.at_end()) {
        if (source.line.skip_word("sync")) {
            subscribe.quality = 0;
        } else if (source.line.skip_word("express")) {
            subscribe.quality = 1;
        } else if (source.line.skip_word("guaranteed")) {
            subscribe.quality = 2;
        } else if (source.line.skip_word("to")) {
            subscribe.to = WMI_TRY(source.line.word("the name of a consumer"));
        } else {
            return source.line.expected("'sync', 'express', 'guaranteed' or 'to'");
        }
    }
    subscribe.query = WMI_TRY(text_of(source.block, "the query"));
    return subscribe;
}

Parser::What Parser::watch(Source source) {
    Watch watch;
    watch.name = WMI_TRY(source.line.word("a name"));
    watch.query = WMI_TRY(text_of(source.block, "the query"));
    return watch;
}

Parser::What Parser::put(Source source) {
    WMI_TRY(check_no_block(source.block));
    const auto text = source.line.rest();
    const auto path = up_to_brace(text);
    Put put;
    put.path = WMI_TRY(cim::ObjectPath::parse(base::trim(path)));
    Cursor fields(text.substr(path.size()));
    if (!fields.skip('{')) return fields.expected("'{' and the properties");
    put.fields = WMI_TRY(fields.fields('}'));
    if (!fields.at_end()) return fields.expected("the end of the line");
    return put;
}

Parser::What Parser::remove(Source source) {
    WMI_TRY(check_no_block(source.block));
    return Delete{WMI_TRY(cim::ObjectPath::parse(source.line.rest()))};
}

Parser::What Parser::provide(Source source) {
    const auto read = WMI_TRY(put(source));
    const auto& as_put = std::get<Put>(std::get<Action>(read));
    return Provide{as_put.path, as_put.fields};
}

Parser::What Parser::withdraw(Source source) {
    WMI_TRY(check_no_block(source.block));
    return Withdraw{WMI_TRY(cim::ObjectPath::parse(source.line.rest()))};
}

Parser::What Parser::answer(Source source) {
    WMI_TRY(check_no_block(source.block));
    if (source.line.skip_word("answers")) return Answer{Answer::Manner::Answers};
    if (source.line.skip_word("fails")) return Answer{Answer::Manner::Fails};
    if (source.line.skip_word("hangs")) return Answer{Answer::Manner::Hangs};
    return source.line.expected("'answers', 'fails' or 'hangs'");
}

Parser::What Parser::raise(Source source) {
    WMI_TRY(check_no_block(source.block));
    Raise raise;
    raise.by_client = source.line.skip_word("by") && source.line.skip_word("client");
    raise.event = WMI_TRY(source.line.object());
    return raise;
}

Parser::What Parser::behave(Source source) {
    Behave behave;
    behave.consumer = WMI_TRY(source.line.name("the name of a consumer"));
    if (source.line.skip_word("does")) {
        behave.manner = Behave::Manner::Does;
        behave.steps = WMI_TRY(actions(source.block));
        return behave;
    }
    WMI_TRY(check_no_block(source.block));
    if (source.line.skip_word("fails")) {
        behave.manner = Behave::Manner::Fails;
    } else if (source.line.skip_word("slow")) {
        behave.manner = Behave::Manner::Slow;
    } else if (!source.line.skip_word("takes")) {
        return source.line.expected("'takes', 'fails', 'slow' or 'does'");
    }
    return behave;
}

// An action where it says what to do with them, else a check.
Parser::What Parser::letters(Source source) {
    WMI_TRY(check_no_block(source.block));
    if (source.line.skip_word("retry")) return Letters{Letters::What::Retry};
    if (source.line.skip_word("purge")) return Letters{Letters::What::Purge};
    return ExpectLetters{WMI_TRY(integer(source.line))};
}

Parser::What Parser::expect_history(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectHistory expect;
    expect.filter = WMI_TRY(source.line.word("the name of a filter"));
    while (!source.line.at_end()) {
        expect.outcomes.push_back(WMI_TRY(source.line.word("an outcome")));
    }
    return expect;
}

Parser::What Parser::disable(Source source) {
    WMI_TRY(check_no_block(source.block));
    return Switch{WMI_TRY(source.line.name("the name of a filter")), false};
}

Parser::What Parser::enable(Source source) {
    WMI_TRY(check_no_block(source.block));
    return Switch{WMI_TRY(source.line.name("the name of a filter")), true};
}

Parser::What Parser::observe(Source source) {
    WMI_TRY(check_no_block(source.block));
    Observe observe{WMI_TRY(source.line.name("the name of a filter")), true};
    if (source.line.at_end()) return observe;
    if (const auto word = WMI_TRY(source.line.word("'off'")); word != "off") {
        return fail(Status::InvalidParameter, "expected 'off' or nothing, not '{}'", word);
    }
    observe.on = false;
    return observe;
}

Result<base::Duration> duration(Cursor& line) {
    static constexpr std::pair<std::string_view, base::Duration> units[] = {
        {"ms", std::chrono::milliseconds(1)},
        {"s", std::chrono::seconds(1)},
        {"min", std::chrono::minutes(1)},
        {"h", std::chrono::hours(1)},
    };
    const auto text = WMI_TRY(line.word("a duration, as 5s"));
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto* unit = std::ranges::find(units, std::string_view(text).substr(digits),
                                         [](const auto& each) { return each.first; });
    Cursor number(std::string_view(text).substr(0, digits));
    if (unit == std::end(units))
        return fail(Status::InvalidParameter, "the unit of '{}' is ms, s, min or h", text);
    const auto count = WMI_TRY(integer(number));
    return unit->second * static_cast<std::int64_t>(count);
}

Parser::What Parser::advance(Source source) {
    WMI_TRY(check_no_block(source.block));
    return Advance{WMI_TRY(duration(source.line))};
}

Parser::What Parser::set_clock(Source source) {
    WMI_TRY(check_no_block(source.block));
    const auto date = WMI_TRY(cim::DateTime::parse(WMI_TRY(source.line.quoted())));
    const auto time = date.time();
    if (!time) return fail(Status::InvalidParameter, "'{}' is no point in time", date.text());
    return SetClock{*time};
}

Parser::What Parser::set_zone(Source source) {
    WMI_TRY(check_no_block(source.block));
    return SetZone{WMI_TRY(source.line.quoted())};
}

Parser::What Parser::restart(Source source) {
    WMI_TRY(check_no_block(source.block));
    parsed_.scenario.restarts = true;
    Restart restart{std::chrono::seconds(1)};  // nobody restarts a service in no time
    if (source.line.skip_word("after")) restart.down = WMI_TRY(duration(source.line));
    return restart;
}

// Steps that are part of another one.
Result<std::vector<Step>> Parser::actions(std::span<const Line> block) {
    auto all = steps(block);
    const auto allowed = [](const Step& step) {
        const auto* action = std::get_if<Action>(&step.what);
        return action && !std::holds_alternative<Restart>(*action);
    };
    if (!all.empty() && std::ranges::all_of(all, allowed)) return all;
    return fail(Status::InvalidParameter, "steps, no checks and no restart belong below");
}

Parser::What Parser::together(Source source) {
    return Together{WMI_TRY(actions(source.block))};
}

Parser::What Parser::expect_events(Source source) {
    ExpectEvents expect;
    expect.name = WMI_TRY(source.line.name("a name"));
    if (Cursor number = source.line; source.block.empty() && integer(number)) {
        const auto count = WMI_TRY(integer(source.line));
        if (!source.line.skip_word("events")) return source.line.expected("'events'");
        return ExpectNumber{expect.name, count};
    }
    expect.ordered = !source.line.skip_word("unordered");
    const bool nothing = source.line.skip_word("nothing");
    expect.events = WMI_TRY(patterns_in(source.block, &parse_event));
    if (nothing == expect.events.empty()) return expect;
    return fail(Status::InvalidParameter, "either 'nothing' or the events, a line each");
}

Parser::What Parser::expect_calls(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectCalls expect;
    expect.name = WMI_TRY(source.line.name("a name"));
    while (!source.line.at_end()) expect.sizes.push_back(WMI_TRY(integer(source.line)));
    return expect;
}

Parser::What Parser::expect_rising(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectRising expect;
    expect.name = WMI_TRY(source.line.name("a name"));
    expect.property = WMI_TRY(source.line.word("a property"));
    return expect;
}

Parser::What Parser::expect_objects(Source source) {
    if (source.block.empty()) return fail(Status::InvalidParameter, "the query is missing");
    ExpectObjects expect;
    expect.query = WMI_TRY(text_of(source.block.first(1), "the query"));
    expect.objects = WMI_TRY(patterns_in(source.block.subspan(1), &parse_object));
    return expect;
}

Parser::What Parser::expect_state(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectState expect;
    expect.filter = WMI_TRY(source.line.name("the name of a filter"));
    expect.state = WMI_TRY(source.line.word("a state"));
    return expect;
}

Parser::What Parser::expect_counters(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectCounters expect;
    expect.filter = WMI_TRY(source.line.name("the name of a filter"));
    while (!source.line.at_end()) {
        const auto counter = WMI_TRY(source.line.word("a counter"));
        if (!source.line.skip('=')) return source.line.expected("'='");
        expect.values[counter] = WMI_TRY(integer(source.line));
    }
    return expect;
}

Parser::What Parser::expect_loaded(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectLoaded expect;
    while (!source.line.skip_word("nothing") && !source.line.at_end())
        expect.roles.push_back(WMI_TRY(source.line.word("a role")));
    std::ranges::sort(expect.roles);
    return expect;
}

Parser::What Parser::expect_readings(Source source) {
    WMI_TRY(check_no_block(source.block));
    ExpectReadings expect;
    expect.class_name = WMI_TRY(source.line.word("a class"));
    expect.number = WMI_TRY(integer(source.line));
    return expect;
}

Parser::What Parser::expect_error(Source source) {
    ExpectError expect;
    const auto name = WMI_TRY(source.line.word("the symbol of a status"));
    expect.status = WMI_TRY(status_named(name));
    expect.step = steps(source.block);
    if (expect.step.size() == 1 && std::holds_alternative<Action>(expect.step[0].what))
        return expect;
    return fail(Status::InvalidParameter, "one step that fails belongs below");
}

Parser::What Parser::expect_renderings(Source source) {
    ExpectRenderings expect;
    expect.name = WMI_TRY(source.line.name("a name"));
    const bool nothing = source.line.skip_word("nothing");
    expect.renderings = WMI_TRY(patterns_in(source.block, &parse_event));
    if (nothing == expect.renderings.empty()) return expect;
    return fail(Status::InvalidParameter, "either 'nothing' or the texts, a line each");
}

Parser::What Parser::expect_verdict(Source source) {
    ExpectVerdict expect;
    expect.filter = WMI_TRY(source.line.name("the name of a filter"));
    expect.truth = WMI_TRY(source.line.word("TRUE, FALSE or NULL"));
    if (expect.truth != "TRUE" && expect.truth != "FALSE" && expect.truth != "NULL") {
        return fail(Status::InvalidParameter, "a verdict is TRUE, FALSE or NULL");
    }
    auto events = WMI_TRY(patterns_in(source.block, &parse_object));
    if (events.size() != 1) return fail(Status::InvalidParameter, "one event belongs below");
    expect.event = std::move(events.front());
    return expect;
}

}  // namespace

Parsed parse(std::string_view text, std::string file) {
    Parsed parsed;
    parsed.scenario.file = std::move(file);
    const auto lines = split_lines(text);
    Parser(parsed).file(lines);
    return parsed;
}

}  // namespace openwmi::scenarios

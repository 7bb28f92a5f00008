#include "cli/program.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/similar.h"
#include "cli/completion.h"
#include "cli/exit_code.h"
#include "cli/switches.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "http/address.h"

namespace openwmi::cli {

namespace {

// Help without what options exclude or need of each other: a mistake says it when it matters.
class Help final : public CLI::Formatter {
  public:
    Help() { column_width(34); }
    std::string make_option_opts(const CLI::Option* option) const override {
        const auto type = option->get_type_name();
        return option->get_type_size() == 0 || type.empty() ? "" : " " + type;
    }
};

// Everything that a command line can say; the verb that was chosen runs once it is all read.
class CommandLine {
  public:
    CommandLine();
    int run(std::vector<std::string> arguments, const Terminal* terminal);

  private:
    using Verb = std::function<int(const Setting&)>;

    CLI::App* add(const char* name, const char* description, const std::string& examples,
                  Verb verb);
    void add_general_options();
    void add_mofcomp();
    void add_mofcomp_storing(CLI::App* sub);
    void add_mofcomp_files(CLI::App* sub);
    void add_queries();
    void add_live();
    void add_listing();
    void add_explain();
    void add_test();
    void add_lint();
    void add_recordings();
    void add_changes();
    void add_observe();
    void add_call();
    void add_apply();
    void add_deliveries();
    void add_repository();
    void add_completion();
    bool is_unknown_verb(const std::vector<std::string>& arguments, const Terminal& terminal) const;

    CLI::App app_{"Events of this machine, matched and delivered: the tool of OpenWMI", "openwmi"};
    Verb chosen_;

    std::string socket_;
    bool json_ = false;
    Color color_ = Color::Auto;
    MofcompOptions mofcomp_;
    RecoverOptions recover_;
    CheckQueryOptions check_query_;
    QueryOptions query_;
    WatchOptions watch_;
    LiveOptions live_;
    ListOptions list_;
    ShowOptions show_;
    ExplainOptions explain_;
    TestOptions test_;
    LintOptions lint_;
    RecordOptions record_;
    ReplayOptions replay_;
    DeleteOptions delete_;
    EnableOptions enable_;
    ObserveOptions observe_;
    CallOptions call_;
    ApplyOptions apply_;
    HistoryOptions history_;
    DeadLetterOptions dead_letters_;
    RepositoryOptions repository_;
    std::string shell_;
};

const std::map<std::string, Color> colors = {
    {"auto", Color::Auto}, {"always", Color::Always}, {"never", Color::Never}};

// Reads "20s" and the like into an optional duration.
CLI::callback_t duration_into(std::optional<std::chrono::milliseconds>& duration) {
    return [&duration](const CLI::results_t& words) {
        duration = read_duration(words.front());
        return duration.has_value();
    };
}

// Says what is wanted where something else is written.
CLI::Validator whole_number(std::uint64_t least) {
    const auto check = [least](const std::string& text) {
        std::uint64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end && number >= least) return std::string();
        return fmt::format("'{}' is no whole number from {} on", printable(text), least);
    };
    return CLI::Validator(check, "");
}

CommandLine::CommandLine() {
    app_.fallthrough();
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "openwmi " OPENWMI_VERSION);
    app_.formatter(std::make_shared<Help>());
    app_.footer(
        "Start here:\n"
        "  openwmi status                          is the service there, and what does it do?\n"
        "  openwmi mofcomp subscription.mof        store classes and subscriptions\n"
        "  openwmi list                            what is subscribed, and does it work?\n"
        "  openwmi explain FILTER                  why does it fire, or not?\n"
        "  openwmi live                            events and deliveries as they happen\n"
        "  openwmi watch 'SELECT * FROM Win32_ProcessStartTrace'\n"
        "  openwmi VERB --help                     options and examples of a verb\n\n"
        "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 problems found, 5 access denied,\n"
        "6 service unreachable. NO_COLOR is respected.");
    add_general_options();
    add_mofcomp();
    add_queries();
    add_live();
    add_listing();
    add_explain();
    add_test();
    add_lint();
    add_recordings();
    add_changes();
    add_observe();
    add_call();
    add_apply();
    add_deliveries();
    add_repository();
    add_completion();
}

void CommandLine::add_general_options() {
    app_.add_option("--socket", socket_,
                    "Socket of the service [$OPENWMI_SOCKET, else the user's own, else the "
                    "machine's]")
        ->type_name("FILE");
    app_.add_flag("--json", json_, "JSON instead of text, for programs");
    app_.add_option("--color", color_, "auto, always or never")
        ->transform(CLI::CheckedTransformer(colors, CLI::ignore_case).description(""))
        ->type_name("WHEN");
}

CLI::App* CommandLine::add(const char* name, const char* description, const std::string& examples,
                           Verb verb) {
    CLI::App* sub = app_.add_subcommand(name, description);
    sub->footer("Of every verb: --json, --socket FILE, --color WHEN." +
                (examples.empty() ? "" : "\n\nExamples:\n" + examples));
    sub->callback([this, verb = std::move(verb)] { chosen_ = verb; });
    return sub;
}

void CommandLine::add_mofcomp() {
    auto* sub = add("mofcomp", "Compile a MOF file: store classes, instances, subscriptions",
                    "  openwmi mofcomp subscription.mof\n"
                    "  openwmi mofcomp -N:root\\\\cimv2 -class:createonly classes.mof\n"
                    "  openwmi mofcomp -check draft.mof         needs no service\n"
                    "  openwmi mofcomp -B:draft.bmof draft.mof  a binary MOF, nothing stored\n\n"
                    "mofcomp's own spelling of switches (-check, -N:, in any case) is understood.\n"
                    "Exit codes of this verb: 0 done; 1 no service, or it refuses what the file\n"
                    "says; 2 a bad switch; 3 a mistake in the file, nothing stored; else the\n"
                    "lowest byte of the WMI error of what a switch forbids.",
                    [this](const Setting& setting) { return mofcomp(setting, mofcomp_); });
    sub->add_option("file", mofcomp_.file, "The MOF file, text or binary; its includes, too")
        ->required()
        ->type_name("FILE");
    auto* check = sub->add_flag("--check", mofcomp_.check,
                                "Look for mistakes, store nothing, need no service");
    add_mofcomp_storing(sub);
    add_mofcomp_files(sub);
    for (auto* other : sub->get_options()) {
        const bool may_stand_by =
            other == check || other->get_positional() || other->get_name() == "--help";
        if (!may_stand_by) check->excludes(other);  // MOF-067
    }
}

// How and where what the file says is stored.
void CommandLine::add_mofcomp_storing(CLI::App* sub) {
    const auto text = [&](const char* name, std::string& value, const char* description,
                          const char* type) {
        return sub->add_option(name, value, description)->type_name(type);
    };
    text("-N,--namespace", mofcomp_.name_space,
         "Where to compile to, unless the file says [root\\default]", "NAMESPACE");
    sub->add_option("--class", mofcomp_.class_flags,
                    "createonly, updateonly, safeupdate or forceupdate classes")
        ->type_name("WHICH")
        ->allow_extra_args(false);
    sub->add_option("--instance", mofcomp_.instance_flags, "createonly or updateonly instances")
        ->type_name("WHICH")
        ->allow_extra_args(false);
    auto* autorecover = sub->add_flag("--autorecover", mofcomp_.autorecover,
                                      "Compile it again when the repository is rebuilt");
    text("-U,--user", mofcomp_.user, "Of another computer; not looked at on this one", "NAME");
    text("-P,--password", mofcomp_.password, "Of that user", "PASSWORD");
    text("-A,--authority", mofcomp_.authority, "Of that user", "DOMAIN");
    auto* resource = text("--resource", mofcomp_.resource,
                          "-ER: the binary MOF of this name in the library or driver FILE", "NAME");
    text("-L,--locale", mofcomp_.resource_locale, "Its localized descriptions (MS_409)", "LOCALE")
        ->needs(resource);
    autorecover->excludes(resource);
}

// What is written instead of stored.
void CommandLine::add_mofcomp_files(CLI::App* sub) {
    auto* binary =
        sub->add_option("-B,--binary", mofcomp_.binary_file, "Write a binary MOF and store nothing")
            ->type_name("FILE");
    sub->add_flag("--wmi", mofcomp_.wdm_check, "Look whether it is fit for a WDM driver")
        ->needs(binary);  // MOF-071
    sub->add_option("--amendment", mofcomp_.amendment,
                    "Part the file for this locale (MS_409) and store nothing")
        ->type_name("LOCALE");
    auto* mof =
        sub->add_option("--mof", mofcomp_.mof_file, "The language-neutral part")->type_name("FILE");
    auto* mfl =
        sub->add_option("--mfl", mofcomp_.mfl_file, "The localized part")->type_name("FILE");
    mof->needs(mfl);
    mfl->needs(mof);
}

void CommandLine::add_queries() {
    auto* check =
        add("check-query", "Is this WQL? Needs no service",
            "  openwmi check-query \"SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE "
            "TargetInstance ISA 'Win32_Process'\"",
            [this](const Setting& setting) { return check_query(setting, check_query_); });
    check->add_option("query", check_query_.query, "The query")->required()->type_name("QUERY");

    auto* one = add("query", "Ask for instances or classes",
                    "  openwmi query 'SELECT Name, ProcessId FROM Win32_Process'\n"
                    "  openwmi query -N root 'SELECT * FROM __Namespace'\n"
                    "  openwmi query --json 'SELECT * FROM __EventFilter' | jq .Name",
                    [this](const Setting& setting) { return query(setting, query_); });
    one->add_option("query", query_.query, "The query, in WQL")->required()->type_name("QUERY");
    one->add_option("-N,--namespace", query_.name_space, "Where [root\\cimv2]")
        ->type_name("NAMESPACE");
    one->add_flag("-t,--table", query_.table,
                  "A table; what a query gives that selects some properties");

    auto* events = add("watch", "Show the events of a query as they come, until Ctrl-C",
                       "  openwmi watch 'SELECT * FROM Win32_ProcessStartTrace'\n"
                       "  openwmi watch --count 1 --json 'SELECT * FROM __InstanceCreationEvent "
                       "WHERE TargetInstance ISA \"__EventFilter\"' -N root\\\\subscription",
                       [this](const Setting& setting) { return watch(setting, watch_); });
    events->add_option("query", watch_.query, "The event query")->required()->type_name("QUERY");
    events->add_option("-N,--namespace", watch_.name_space, "Where [root\\cimv2]")
        ->type_name("NAMESPACE");
    events->add_option("--count", watch_.count, "End after so many events")
        ->check(whole_number(0))
        ->type_name("N");
    events->add_option("--for", duration_into(watch_.duration), "End after 20s, 5min, 1h")
        ->type_name("TIME");
    events->add_flag("--full", watch_.full, "Every property, on a line of its own");
}

void CommandLine::add_live() {
    auto* sub = add("live", "Show what happens to events: matched, delivered, failed, dropped",
                    "  openwmi live\n"
                    "  openwmi live --for 20s\n"
                    "  openwmi live --json | jq 'select(.type == \"dropped\")'",
                    [this](const Setting& setting) { return live(setting, live_); });
    sub->add_option("--for", duration_into(live_.duration), "End after 20s, 5min, 1h")
        ->type_name("TIME");
}

void CommandLine::add_listing() {
    auto* all = add("list", "List the subscriptions: state, counts, and what is wrong", "",
                    [this](const Setting& setting) { return list(setting, list_); });
    all->add_flag("--names", list_.names, "The names of filters alone");

    auto* one = add("show", "Show a filter or consumer with all that is known of it, or any object",
                    "  openwmi show DiskLow\n"
                    "  openwmi show LogFile:audit\n"
                    "  openwmi show 'root\\cimv2:Win32_Process'\n"
                    "  openwmi show -N root\\\\subscription '__EventFilter.Name=\"DiskLow\"'",
                    [this](const Setting& setting) { return show(setting, show_); });
    one->add_option("name", show_.name, "The Name of a filter or consumer, or an object's path")
        ->required()
        ->type_name("NAME");
    one->add_option("-N,--namespace", show_.name_space, "Where the path or name is from")
        ->type_name("NAMESPACE");

    add("status", "Is the service there, and what does it do?", "",
        [](const Setting& setting) { return status(setting); });
}

void CommandLine::add_explain() {
    auto* sub =
        add("explain", "Why does a filter fire, or not? With the value of everything in it",
            "  openwmi explain DiskLow\n"
            "  openwmi explain DiskLow --event event.json    would this one fire?\n"
            "  openwmi explain DiskLow --as-test > disklow.test && openwmi test disklow.test\n"
            "  openwmi explain DiskLow --json | jq .causes",
            [this](const Setting& setting) { return explain(setting, explain_); });
    sub->add_option("filter", explain_.filter, "The filter's Name or path")
        ->required()
        ->type_name("FILTER");
    sub->add_option("-N,--namespace", explain_.name_space, "Where the filter is")
        ->type_name("NAMESPACE");
    sub->add_option("--event", explain_.event_file, "A supposed event, as JSON")->type_name("FILE");
    sub->add_flag("--as-test", explain_.as_test,
                  "Write the test that shows the same: of the newest event, or of --event");
    sub->add_option("--trees", explain_.trees, "Show the conditions of so many events [1]")
        ->check(whole_number(0))
        ->type_name("N");
}

void CommandLine::add_test() {
    auto* sub = add("test", "Run tests of subscriptions: events at virtual times in, matches out",
                    "  openwmi test disklow.test\n"
                    "  openwmi test --junit results.xml tests/*.test\n\n"
                    "Needs no service, runs no provider and no consumer: all of them are played.\n"
                    "docs/formats/scenarios.md explains the files. Exit code 4: a check failed.",
                    [this](const Setting& setting) { return test(setting, test_); });
    sub->add_option("files", test_.files, "Scenarios")->required()->type_name("FILE");
    sub->add_option("--junit", test_.junit_file, "Write the results as JUnit's XML, too")
        ->type_name("FILE");
    sub->add_option("--seed", test_.seed, "Another order of what has no order [1]")
        ->check(whole_number(0))
        ->type_name("N");
}

void CommandLine::add_lint() {
    auto* sub =
        add("lint", "What is wrong, dangerous or dear about subscriptions",
            "  openwmi lint disklow.mof\n"
            "  openwmi lint --service       what is stored, with the measured cost of polls\n\n"
            "Files are compiled into an engine of their own, which runs nothing of theirs.\n"
            "Exit code 4: there are findings.",
            [this](const Setting& setting) { return lint(setting, lint_); });
    sub->add_option("files", lint_.files, "MOF files")->type_name("FILE");
    sub->add_option("--classes", lint_.classes,
                    "MOF files or folders that they need [those of OpenWMI]")
        ->type_name("PATH");
    sub->add_flag("--service", lint_.service, "What the service holds, instead of files");
}

void CommandLine::add_recordings() {
    auto* taking =
        add("record", "Write the events of a class, for replay, until Ctrl-C",
            "  openwmi record Win32_ProcessStartTrace --for 24h > yesterday.ndjson\n"
            "  openwmi record __InstanceOperationEvent -N root\\\\subscription >> all.ndjson",
            [this](const Setting& setting) { return record(setting, record_); });
    taking->add_option("class", record_.event_class, "The event class")
        ->required()
        ->type_name("CLASS");
    taking->add_option("-N,--namespace", record_.name_space, "Where [root\\cimv2]")
        ->type_name("NAMESPACE");
    taking->add_option("--count", record_.count, "End after so many events")
        ->check(whole_number(0))
        ->type_name("N");
    taking->add_option("--for", duration_into(record_.duration), "End after 20s, 5min, 1h")
        ->type_name("TIME");

    auto* again = add("replay", "Would this query have fired on recorded events?",
                      "  openwmi replay --filter \"SELECT * FROM Win32_ProcessStartTrace WHERE "
                      "ProcessName = 'nc'\" yesterday.ndjson\n\n"
                      "Needs no service. Gives the events that would have fired, one a line, at\n"
                      "their times; windows of GROUP end when they would have.",
                      [this](const Setting& setting) { return replay(setting, replay_); });
    again->add_option("--filter", replay_.query, "The event query")->required()->type_name("QUERY");
    again->add_option("file", replay_.file, "What record wrote")->required()->type_name("FILE");
}

void CommandLine::add_changes() {
    auto* again = add("recover", "Compile again the MOF files that say #pragma autorecover",
                      "  openwmi recover\n"
                      "  openwmi recover --list\n"
                      "  openwmi recover --forget /etc/openwmi/old.mof",
                      [this](const Setting& setting) { return recover(setting, recover_); });
    auto* only = again->add_flag("--list", recover_.list, "Only say which files these are");
    again->add_option("--forget", recover_.forget, "Take this file off the list")
        ->type_name("FILE")
        ->excludes(only);

    auto* gone = add("delete", "Delete a filter, a consumer or any object or class",
                     "  openwmi delete DiskLow --bindings\n"
                     "  openwmi delete 'root\\subscription:LogFileEventConsumer.Name=\"audit\"'",
                     [this](const Setting& setting) { return remove(setting, delete_); });
    gone->add_option("name", delete_.name, "The Name of a filter or consumer, or an object's path")
        ->required()
        ->type_name("NAME");
    gone->add_option("-N,--namespace", delete_.name_space, "Where the path or name is from")
        ->type_name("NAMESPACE");
    gone->add_flag("--bindings", delete_.bindings, "With the bindings that name it");

    for (const bool enabled : {true, false}) {
        auto* sub =
            add(enabled ? "enable" : "disable",
                enabled ? "Switch a filter on again" : "Switch a filter off; it stays stored", "",
                [this, enabled](const Setting& setting) {
                    enable_.enabled = enabled;
                    return enable(setting, enable_);
                });
        sub->add_option("filter", enable_.filter, "The filter's Name or path")
            ->required()
            ->type_name("FILTER");
        sub->add_option("-N,--namespace", enable_.name_space, "Where the filter is")
            ->type_name("NAMESPACE");
    }
}

void CommandLine::add_observe() {
    auto* sub =
        add("observe", "Let a subscription only say what it would do",
            "  openwmi observe Listeners\n"
            "  openwmi history Listeners\n"
            "  openwmi observe Listeners --off\n\n"
            "Its events go all their way, and at its end the consumer is asked what it would do\n"
            "with each instead of being made to do it. That stands in the history and in the\n"
            "service's log. It stays so until it is switched off, also when the MOF is compiled\n"
            "again and when the service restarts.",
            [this](const Setting& setting) { return observe(setting, observe_); });
    sub->add_option("filter", observe_.filter, "The filter's Name or path")
        ->required()
        ->type_name("FILTER");
    sub->add_option("--consumer", observe_.consumer, "Of its bindings only that to this consumer")
        ->type_name("CONSUMER");
    sub->add_option("-N,--namespace", observe_.name_space, "Where the filter is")
        ->type_name("NAMESPACE");
    sub->add_flag("--off", observe_.off, "Make it real");
}

void CommandLine::add_call() {
    auto* sub = add("call", "Call a method of an instance or class",
                    "  openwmi call __SystemSecurity=@ GetCallerAccessRights\n"
                    "  openwmi call 'Fan.Id=\"cpu\"' SetSpeed Speed=1200 Ramp=true\n"
                    "  openwmi call Calculator Add 'Values=[1, 2, 3]' --json | jq .out.Sum\n\n"
                    "A value is JSON where it can be read so, else text; NULL is null.",
                    [this](const Setting& setting) { return call(setting, call_); });
    sub->add_option("path", call_.path, "The path of an instance; of the class, for a static one")
        ->required()
        ->type_name("PATH");
    sub->add_option("method", call_.method, "The method's name")->required()->type_name("METHOD");
    sub->add_option("parameters", call_.parameters, "The in-parameters")->type_name("NAME=VALUE");
    sub->add_option("-N,--namespace", call_.name_space,
                    "Where the path is from [its own, else root\\cimv2]")
        ->type_name("NAMESPACE");
}

void CommandLine::add_apply() {
    auto* sub =
        add("apply", "Make the service hold what the MOF files of a folder say",
            "  openwmi apply /etc/openwmi/mof --dry-run --diff\n"
            "  openwmi apply /etc/openwmi/mof --prune\n\n"
            "What is already so is left alone: the second time there is nothing to do, and\n"
            "no event. openwmid --apply DIR does the same at each start.",
            [this](const Setting& setting) { return apply(setting, apply_); });
    sub->add_option("folder", apply_.folder,
                    "All *.mof in it and below, in the order of their names")
        ->required()
        ->type_name("DIR");
    sub->add_flag("--dry-run", apply_.dry_run, "Only say what would be done");
    sub->add_flag("--diff", apply_.diff, "Show the lines of MOF that differ");
    sub->add_flag("--prune", apply_.prune,
                  "Delete what an earlier apply of this folder created and no file says any more");
}

void CommandLine::add_deliveries() {
    auto* past =
        add("history", "What became of the last events: outcome, reason, attempt, duration",
            "  openwmi history\n"
            "  openwmi history DiskLow --limit 500\n"
            "  openwmi history --json | jq '.history[] | select(.outcome != \"delivered\")'",
            [this](const Setting& setting) { return history(setting, history_); });
    past->add_option("text", history_.text,
                     "Only of filters and consumers whose path has this in it")
        ->type_name("TEXT");
    past->add_option("--limit", history_.limit, "The newest N [50]")
        ->check(whole_number(1))
        ->type_name("N");

    auto* group = add("dead-letters", "Guaranteed events that their consumers refused too often",
                      "  openwmi dead-letters list\n"
                      "  openwmi dead-letters show 12\n"
                      "  openwmi dead-letters retry all\n"
                      "  openwmi dead-letters purge 12",
                      {});
    group->callback({});
    group->require_subcommand(1);
    struct Row {
        const char* name;
        const char* description;
        int (*verb)(const Setting&, const DeadLetterOptions&);
        const char* id;  // what ID is; null: there is none
    };
    for (const auto& row : {
             Row{"list", "Which there are", &dead_letters, nullptr},
             Row{"show", "One of them, with its event in full", &dead_letters, "Its number"},
             Row{"retry", "Deliver it once more, behind what waits", &retry_dead_letters,
                 "Its number, or all"},
             Row{"purge", "Forget it for good", &purge_dead_letters, "Its number, or all"},
         }) {
        auto* sub = group->add_subcommand(row.name, row.description);
        sub->callback([this, verb = row.verb] {
            chosen_ = [this, verb](const Setting& setting) { return verb(setting, dead_letters_); };
        });
        if (row.id) sub->add_option("id", dead_letters_.id, row.id)->required()->type_name("ID");
    }
}

void CommandLine::add_repository() {
    auto* group = add("repository", "Back up, restore, check, salvage or export what is stored",
                      "  openwmi repository backup /var/backups/wmi.db\n"
                      "  openwmi repository restore /var/backups/wmi.db --force\n"
                      "  openwmi repository verify\n"
                      "  openwmi repository salvage /tmp/salvaged --state /var/lib/openwmi\n"
                      "  openwmi repository export all.mof",
                      {});
    group->callback({});
    group->require_subcommand(1);
    struct Row {
        const char* name;
        const char* description;
        int (*verb)(const Setting&, const RepositoryOptions&);
        const char* file;  // what FILE is; null: there is none
        bool required;
    };
    for (const auto& row : {
             Row{"backup", "Save the repository in one file, while the service runs", &back_up,
                 "A file that does not exist yet; the service writes it", true},
             Row{"restore", "Put a backup in the repository's place; the old one is kept", &restore,
                 "The backup", true},
             Row{"verify", "Read all of it and say what is damaged", &verify,
                 "A backup or a repository's folder, instead of the service's own", false},
             Row{"salvage", "Make a new state folder of all that can be read", &salvage,
                 "The new state folder", true},
             Row{"export", "Write all of it as MOF that compiles back", &export_repository,
                 "The MOF file [standard output]", false},
             Row{"reset", "Move the repository aside; the next start makes an empty one", &reset,
                 nullptr, false},
         }) {
        auto* sub = group->add_subcommand(row.name, row.description);
        sub->callback([this, verb = row.verb] {
            chosen_ = [this, verb](const Setting& setting) { return verb(setting, repository_); };
        });
        if (row.file) {
            sub->add_option("file", repository_.file, row.file)
                ->required(row.required)
                ->type_name("FILE");
        }
        if (row.verb != &export_repository) {
            sub->add_option("--state", repository_.state,
                            "Work on this state folder, whose service does not run")
                ->type_name("DIR");
        }
        if (row.verb == &restore) {
            sub->add_flag("--force", repository_.force,
                          "Disconnect the clients of the running service instead of refusing");
        }
        if (row.verb == &reset) sub->add_flag("--yes", repository_.yes, "Yes, all of it");
    }
}

void CommandLine::add_completion() {
    auto* sub = add("completion", "Print the script that completes openwmi in a shell",
                    "  source <(openwmi completion bash)", [this](const Setting& setting) {
                        setting.terminal.out(completion_script(app_, shell_));
                        return ok;
                    });
    sub->add_option("shell", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
        ->type_name("SHELL");
}

bool CommandLine::is_unknown_verb(const std::vector<std::string>& arguments,
                                  const Terminal& terminal) const {
    const CLI::App* group = &app_;  // dead-letters has verbs of its own
    for (const auto& word : arguments) {
        std::vector<std::string> verbs;
        for (const auto* verb : group->get_subcommands(nullptr)) verbs.push_back(verb->get_name());
        if (verbs.empty() || word.starts_with('-')) return false;
        if (std::ranges::find(verbs, word) != verbs.end()) {
            group = group->get_subcommand(word);
            continue;
        }
        const auto meant = base::similar(word, verbs);
        terminal.note(fmt::format("{} there is no verb '{}'{} ({} --help lists them)",
                                  terminal.paint(Style::Bad, "openwmi:"), printable(word),
                                  meant.empty() ? "" : "; did you mean " + meant.front() + "?",
                                  group == &app_ ? "openwmi" : "openwmi " + group->get_name()));
        return true;
    }
    return false;
}

int CommandLine::run(std::vector<std::string> arguments, const Terminal* given) {
    const auto plain = given ? *given : Terminal::of_process(Color::Auto);
    if (arguments.empty()) {
        plain.out(app_.help());
        return usage;
    }
    if (is_unknown_verb(arguments, plain)) return usage;
    if (arguments.front() == "mofcomp") {
        arguments = translate_switches(arguments);
    }
    try {
        std::ranges::reverse(arguments);  // as CLI11 takes them
        app_.parse(arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream mistakes;
        const int code = app_.exit(error, out, mistakes);
        plain.out(out.str());
        if (code == 0) return ok;
        const auto text = mistakes.str();
        plain.note(plain.paint(Style::Bad, "openwmi: ") + text.substr(0, text.find('\n')));
        for (const auto* verb : app_.get_subcommands()) {
            plain.note(fmt::format("openwmi {} --help says more", verb->get_name()));
        }
        return usage;
    }
    const Setting setting{
        .terminal = given ? *given : Terminal::of_process(color_),
        .socket = socket_.empty() ? http::find_socket() : std::filesystem::path(socket_),
        .json = json_};
    try {
        return chosen_(setting);
    } catch (const std::exception& failure) {  // of a library: an answer that is none, memory
        return setting.terminal.complain({Status::Failed, failure.what()});
    }
}

}  // namespace

int run(std::vector<std::string> arguments, const Terminal* terminal) {
    const auto name =
        arguments.empty() ? "" : std::filesystem::path(arguments.front()).filename().string();
    if (!arguments.empty()) arguments.erase(arguments.begin());
    if (name == "mofcomp") arguments.insert(arguments.begin(), "mofcomp");
    if (name == "winmgmt") {
        const auto plain = terminal ? *terminal : Terminal::of_process(Color::Auto);
        auto translated = translate_winmgmt(arguments);
        if (!translated) {
            plain.note("winmgmt: " + translated.error().message);
            return usage;
        }
        arguments = std::move(*translated);
    }
    return CommandLine().run(std::move(arguments), terminal);
}

}  // namespace openwmi::cli

#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.h"

// One function a verb: takes what program.cpp read from the command line, gives the exit code.
namespace openwmi::cli {

// What all verbs have in common. Value.
struct Setting {
    Terminal terminal;
    std::filesystem::path socket;
    bool json = false;
};

struct MofcompOptions {
    std::string file;
    bool check = false;
    bool autorecover = false;
    std::string name_space;
    std::vector<std::string> class_flags;
    std::vector<std::string> instance_flags;
    std::string binary_file;  // -B
    bool wdm_check = false;
    std::string user;
    std::string password;
    std::string authority;
    std::string amendment;  // the locale
    std::string mof_file;   // of the neutral part
    std::string mfl_file;   // of the localized part
    std::string resource;   // -ER: its name within the file
    std::string resource_locale;
};
int mofcomp(const Setting& setting, const MofcompOptions& options);

struct RecoverOptions {
    bool list = false;   // say what there is to recover, and do nothing
    std::string forget;  // a file
};
int recover(const Setting& setting, const RecoverOptions& options);

struct CheckQueryOptions {
    std::string query;
};
int check_query(const Setting& setting, const CheckQueryOptions& options);

struct QueryOptions {
    std::string query;
    std::string name_space = "root\\cimv2";
    bool table = false;
};
int query(const Setting& setting, const QueryOptions& options);

struct WatchOptions {
    std::string query;
    std::string name_space = "root\\cimv2";
    std::uint64_t count = 0;  // 0: no end
    std::optional<std::chrono::milliseconds> duration;
    bool full = false;  // every property on a line of its own
};
int watch(const Setting& setting, const WatchOptions& options);

struct LiveOptions {
    std::optional<std::chrono::milliseconds> duration;
};
int live(const Setting& setting, const LiveOptions& options);

struct ListOptions {
    bool names = false;  // of filters alone, for completion
};
int list(const Setting& setting, const ListOptions& options);

struct ShowOptions {
    std::string name;
    std::string name_space;
};
int show(const Setting& setting, const ShowOptions& options);

struct ExplainOptions {
    std::string filter;
    std::string name_space;
    std::filesystem::path event_file;  // of a supposed event
    bool as_test = false;
    std::size_t trees = 1;  // conditions of events that are shown
};
int explain(const Setting& setting, const ExplainOptions& options);

struct TestOptions {
    std::vector<std::filesystem::path> files;
    std::filesystem::path junit_file;
    std::uint64_t seed = 1;  // of the order of what has no order
};
int test(const Setting& setting, const TestOptions& options);

struct LintOptions {
    std::vector<std::filesystem::path> files;
    std::vector<std::filesystem::path> classes;  // files or folders that they need
    bool service = false;                        // instead of files
};
int lint(const Setting& setting, const LintOptions& options);

struct RecordOptions {
    std::string event_class;
    std::string name_space = "root\\cimv2";
    std::uint64_t count = 0;  // 0: no end
    std::optional<std::chrono::milliseconds> duration;
};
int record(const Setting& setting, const RecordOptions& options);

struct ReplayOptions {
    std::string query;
    std::filesystem::path file;
};
int replay(const Setting& setting, const ReplayOptions& options);

struct DeleteOptions {
    std::string name;
    std::string name_space;
    bool bindings = false;
};
int remove(const Setting& setting, const DeleteOptions& options);

struct EnableOptions {
    std::string filter;
    std::string name_space;
    bool enabled = true;
};
int enable(const Setting& setting, const EnableOptions& options);

struct ObserveOptions {
    std::string filter;
    std::string consumer;  // empty: all that the filter is bound to
    std::string name_space;
    bool off = false;
};
int observe(const Setting& setting, const ObserveOptions& options);

struct CallOptions {
    std::string path;
    std::string method;
    std::vector<std::string> parameters;  // name=value
    std::string name_space;
};
int call(const Setting& setting, const CallOptions& options);

struct HistoryOptions {
    std::string text;  // in the path of filter, consumer or binding; empty: all
    std::uint64_t limit = 50;
};
int history(const Setting& setting, const HistoryOptions& options);

struct DeadLetterOptions {
    std::string id;  // a number or "all"; empty: list them
};
int dead_letters(const Setting& setting, const DeadLetterOptions& options);
int retry_dead_letters(const Setting& setting, const DeadLetterOptions& options);
int purge_dead_letters(const Setting& setting, const DeadLetterOptions& options);

int status(const Setting& setting);

struct ApplyOptions {
    std::filesystem::path folder;
    bool dry_run = false;
    bool diff = false;
    bool prune = false;
};
int apply(const Setting& setting, const ApplyOptions& options);

struct RepositoryOptions {
    std::filesystem::path file;   // of a backup or an export; the new state folder of a salvage
    std::filesystem::path state;  // the state folder to work on without its service
    bool force = false;
    bool yes = false;
};
int back_up(const Setting& setting, const RepositoryOptions& options);
int restore(const Setting& setting, const RepositoryOptions& options);
int verify(const Setting& setting, const RepositoryOptions& options);
int salvage(const Setting& setting, const RepositoryOptions& options);
int export_repository(const Setting& setting, const RepositoryOptions& options);
int reset(const Setting& setting, const RepositoryOptions& options);

}  // namespace openwmi::cli

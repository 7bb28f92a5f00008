#include "cli/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <set>

namespace openwmi::cli {

namespace {

const std::set<std::string> verbs_with_filters = {"show",    "explain", "enable",
                                                  "disable", "observe", "delete"};
const std::set<std::string> verbs_with_files = {"mofcomp", "test", "lint", "replay"};

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* verb) { return !verb->get_group().empty(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    return app.get_options([](const CLI::Option* option) {
        return !option->get_group().empty() && !option->get_lnames().empty();
    });
}

std::string words(const CLI::App& app) {
    std::string text;
    for (const auto* option : options_of(app)) text += "--" + option->get_lnames().front() + " ";
    return text;
}

// A text within single quotes of a shell.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') {
            result += "'\\''";
        } else {
            result += c;
        }
    }
    return result + "'";
}

std::string bash_script(const CLI::App& app) {
    std::string verbs;
    std::string cases;
    for (const auto* verb : verbs_of(app)) {
        verbs += verb->get_name() + " ";
        std::string more;
        if (verbs_with_filters.contains(verb->get_name())) {
            more = " $(openwmi list --names 2>/dev/null)";
        }
        if (verb->get_name() == "completion") more = " bash zsh fish";
        cases += fmt::format("        {}) words=\"{}{}{}\" ;;\n", verb->get_name(), words(*verb),
                             words(app), more);
    }
    std::string files;
    for (const auto& verb : verbs_with_files) files += verb + " ";
    return fmt::format(R"(# bash completion of openwmi: source <(openwmi completion bash)
_openwmi() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} verb= word words
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        [[ $word == -* ]] || {{ verb=$word; break; }}
    done
    case $verb in
        '') words="{}{}" ;;
{}        *) words= ;;
    esac
    local IFS=$' \t\n'
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [[ " {}" == *" $verb "* && $current != -* ]] && COMPREPLY+=($(compgen -f -- "$current"))
}}
complete -o filenames -F _openwmi openwmi
complete -o default mofcomp
)",
                       verbs, words(app), cases, files);
}

std::string zsh_options(const CLI::App& app) {
    std::string text;
    for (const auto* option : options_of(app)) {
        text += fmt::format(
            " {}", quoted("--" + option->get_lnames().front() + ":" + option->get_description()));
    }
    return text;
}

std::string zsh_script(const CLI::App& app) {
    std::string verbs;
    std::string cases;
    for (const auto* verb : verbs_of(app)) {
        const auto& name = verb->get_name();
        verbs += fmt::format("        {}\n", quoted(name + ":" + verb->get_description()));
        std::string more;
        if (verbs_with_filters.contains(name)) {
            more = "; compadd -- ${(f)\"$(openwmi list --names 2>/dev/null)\"}";
        }
        if (verbs_with_files.contains(name)) more = "; _files";
        if (name == "completion") more = "; compadd bash zsh fish";
        cases += fmt::format("        {}) options=({}{}){} ;;\n", name, zsh_options(*verb),
                             zsh_options(app), more);
    }
    return fmt::format(R"(#compdef openwmi
# zsh completion of openwmi: source <(openwmi completion zsh)
_openwmi() {{
    local -a verbs options
    verbs=(
{}    )
    if (( CURRENT == 2 )); then
        options=({})
        _describe verb verbs
        _describe option options
        return
    fi
    case $words[2] in
{}    esac
    _describe option options
}}
compdef _openwmi openwmi
compdef _files mofcomp
)",
                       verbs, zsh_options(app), cases);
}

std::string fish_script(const CLI::App& app) {
    std::string text =
        "# fish completion of openwmi: openwmi completion fish | source\n"
        "complete -c openwmi -f\n";
    for (const auto* option : options_of(app)) {
        text += fmt::format("complete -c openwmi -l {} -d {}\n", option->get_lnames().front(),
                            quoted(option->get_description()));
    }
    for (const auto* verb : verbs_of(app)) {
        const auto& name = verb->get_name();
        text += fmt::format("complete -c openwmi -n __fish_use_subcommand -a {} -d {}\n", name,
                            quoted(verb->get_description()));
        const auto seen =
            fmt::format("complete -c openwmi -n '__fish_seen_subcommand_from {}'", name);
        for (const auto* option : options_of(*verb)) {
            text += fmt::format("{} -l {} -d {}\n", seen, option->get_lnames().front(),
                                quoted(option->get_description()));
        }
        if (verbs_with_filters.contains(name)) {
            text += seen + " -a '(openwmi list --names 2>/dev/null)'\n";
        }
        if (verbs_with_files.contains(name)) text += seen + " -F\n";
        if (name == "completion") text += seen + " -a 'bash zsh fish'\n";
    }
    return text;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
    if (shell == "bash") return bash_script(app);
    if (shell == "zsh") return zsh_script(app);
    if (shell == "fish") return fish_script(app);
    return "";
}

}  // namespace openwmi::cli

#include "active_script/script.h"

#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "common/system_error.h"

namespace openwmi::consumers {
namespace {

constexpr const wchar_t* engine_class = L"OpenWMI_ScriptEngine";

std::string text_of_file(const std::string& path) {
    if (path.empty() || path.front() != '/') {
        throw error(WBEM_E_INVALID_PARAMETER,
                    "ScriptFileName '" + path + "' is not an absolute path");
    }
    const auto fail = [&](int reason) {
        throw error(code_of(reason),
                    "script file " + path + " cannot be read: " + std::strerror(reason));
    };
    std::error_code code;
    const auto size = std::filesystem::file_size(path, code);  // no regular file has no size
    if (code) fail(code.value());
    std::ifstream stream(path, std::ios::binary);
    if (!stream) fail(errno);
    std::string text(std::min<std::uintmax_t>(size, Script::max_bytes + 1), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (std::string_view(text).substr(0, mark.size()) == mark) text.erase(0, mark.size());
    return text;
}

// The name and the class of each engine.
std::vector<std::pair<std::string, std::string>> engines_of(IWbemServices* services) {
    com_ptr<IEnumWbemClassObject> instances;
    throw_if_failed(services->CreateInstanceEnum(
                        bstr(std::wstring_view(engine_class)).get(),
                        LONG{WBEM_FLAG_RETURN_IMMEDIATELY} | LONG{WBEM_FLAG_FORWARD_ONLY}, nullptr,
                        instances.put()),
                    "the script engines cannot be listed");
    std::vector<std::pair<std::string, std::string>> engines;
    while (true) {
        com_ptr<IWbemClassObject> instance;
        ULONG count = 0;
        throw_if_failed(instances->Next(WBEM_INFINITE, 1, instance.put(), &count),
                        "the script engines cannot be listed");
        if (count == 0) return engines;
        engines.emplace_back(get_property<std::string>(instance.get(), L"Name").value_or(""),
                             get_property<std::string>(instance.get(), L"CLSID").value_or(""));
    }
}

}  // namespace

Script script_of(IWbemClassObject* consumer) {
    Script script{};
    script.engine = get_property<std::string>(consumer, L"ScriptingEngine").value_or("");
    auto text = get_property<std::string>(consumer, L"ScriptText");
    const auto file = get_property<std::string>(consumer, L"ScriptFileName");
    if (text.has_value() == file.has_value()) {
        throw error(WBEM_E_INVALID_PARAMETER,
                    text ? "ScriptText and ScriptFileName are both set; one of them must be NULL"
                         : "neither ScriptText nor ScriptFileName is set");
    }
    script.text = text ? std::move(*text) : text_of_file(*file);
    if (script.text.size() > Script::max_bytes) {
        throw error(WBEM_E_QUOTA_VIOLATION, "the script is larger than 1 MiB");
    }
    const auto seconds = get_property<std::uint32_t>(consumer, L"KillTimeout").value_or(0);
    script.milliseconds = static_cast<DWORD>(
        std::min<std::uint64_t>(std::uint64_t{seconds} * 1000, std::numeric_limits<DWORD>::max()));
    return script;
}

CLSID find_engine(IWbemServices* services, const std::string& name) {
    std::string known;
    for (const auto& [each, clsid_text] : engines_of(services)) {
        known += (known.empty() ? "" : ", ") + each;
        if (strcasecmp(each.c_str(), name.c_str()) != 0) continue;
        CLSID clsid{};
        if (FAILED(CLSIDFromString(to_wide(clsid_text).c_str(), &clsid))) {
            throw error(WBEM_E_INVALID_PROVIDER_REGISTRATION,
                        "script engine '" + name + "' is registered with '" + clsid_text +
                            "', which is no CLSID");
        }
        return clsid;
    }
    throw error(WBEM_E_NOT_FOUND, "there is no script engine '" + name + "'; " +
                                      (known.empty() ? "none is registered (OpenWMI_ScriptEngine)"
                                                     : "registered are: " + known));
}

void run(const Script& script, const CLSID& clsid, IWbemClassObject* event) {
    com_ptr<IOpenWmiScriptEngine> engine;
    HRESULT hr = CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER,
                                  __uuidof(IOpenWmiScriptEngine), engine.put_void());
    if (FAILED(hr)) {
        throw error(hr,
                    "script engine '" + script.engine + "' cannot be used: " + take_error_text());
    }
    take_error_text();  // of somebody before
    hr = engine->RunScript(bstr(script.text).get(), event, script.milliseconds);
    if (FAILED(hr)) {
        const std::string text = take_error_text();
        throw error(hr, text.empty() ? "the script failed, and its engine does not say why" : text);
    }
}

}  // namespace openwmi::consumers

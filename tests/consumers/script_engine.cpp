// A script engine for tests. A script is one statement: "write FILE" writes the event there, as
// MOF; "fail TEXT" fails with it; "loop" fails as one that did not come to its end in time;
// "silent" fails without a text.
#include <openwmi_script_engine.h>

#include <fstream>
#include <openwmi.hpp>
#include <string>

DEFINE_GUID(CLSID_TestScriptEngine, 0x1F0B6A58, 0x6D0B, 0x4E0C, 0x8A, 0x57, 0x22, 0xB1, 0x90, 0x4F,
            0x63, 0xD0);

namespace {

using namespace openwmi;

class TestScriptEngine final : public implements<IOpenWmiScriptEngine> {
  public:
    HRESULT STDMETHODCALLTYPE RunScript(const BSTR strScript, IWbemClassObject* pTargetEvent,
                                        DWORD dwMilliseconds) override {
        return guarded([&]() -> HRESULT {
            if (runs_++ > 0) throw error(WBEM_E_FAILED, "this engine has run a script already");
            const std::string script = to_utf8({strScript, SysStringLen(strScript)});
            const auto blank = script.find(' ');
            const std::string word = script.substr(0, blank);
            const std::string rest = blank == std::string::npos ? "" : script.substr(blank + 1);
            if (word == "write") {
                bstr text;
                throw_if_failed(pTargetEvent->GetObjectText(0, text.put()));
                std::ofstream(rest, std::ios::app) << text.utf8();
                return S_OK;
            }
            if (word == "loop") {
                throw error(WBEM_E_FAILED,
                            dwMilliseconds == 0
                                ? "no limit"
                                : "ended after " + std::to_string(dwMilliseconds) + " ms");
            }
            if (word == "silent") return WBEM_E_FAILED;
            throw error(WBEM_E_FAILED, word == "fail" ? rest : "unknown word '" + word + "'");
        });
    }

  private:
    int runs_ = 0;
};

// A class that is no engine.
class Other final : public implements<IUnknown> {};

}  // namespace

DEFINE_GUID(CLSID_Other, 0x1F0B6A58, 0x6D0B, 0x4E0C, 0x8A, 0x57, 0x22, 0xB1, 0x90, 0x4F, 0x63,
            0xD1);

OPENWMI_EXPORT_CLASSES(openwmi::class_of<TestScriptEngine>(CLSID_TestScriptEngine),
                       openwmi::class_of<Other>(CLSID_Other))

#include "bridge/mof_compiler.h"

#include <wbemcli.h>

#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "bridge/door.h"
#include "bridge/mof_request.h"
#include "com/boundary.h"
#include "com/implements.h"
#include "core/session_target.h"
#include "mof/amendment.h"
#include "mof/binary.h"
#include "mof/check_target.h"
#include "mof/output_file.h"
#include "mof/wdm_check.h"

namespace openwmi::bridge {
namespace {

namespace fs = std::filesystem;

// What CompileFile answers when a file without #pragma autorecover is stored: a success (OD-103).
constexpr auto without_autorecover = static_cast<Status>(2);

std::string text_of(const wchar_t* text) {
    return text ? base::wide_to_utf8(text) : std::string();
}

Result<std::string> file_name(const wchar_t* text, const char* parameter) {
    if (!text || *text == L'\0') return fail(Status::InvalidParameter, "{} is NULL", parameter);
    return text_of(text);
}

// A MOF text or binary, and where it came from.
struct Source {
    mof::SourceReader::Source file;
    bool on_disk = true;
};

// One call of IMofCompiler, and where it ended: what WBEM_COMPILE_STATUS_INFO tells. Confined to
// the call.
class Compilation {
  public:
    Compilation(std::shared_ptr<Door> door, WBEM_COMPILE_STATUS_INFO* info)
        : door_(std::move(door)), info_(info) {
        report_.phase = mof::Phase::Argument;  // until the arguments are understood
    }

    Result<Status> compile_file(const std::string& name, const RawMofArguments& raw);
    Result<Status> compile_buffer(std::string bytes, const RawMofArguments& raw);
    Result<Status> create_binary(const std::string& text_file, const std::string& binary_file,
                                 const RawMofArguments& raw);
    // Tells the caller how it ended.
    Result<Status> ended(Result<Status> outcome);

  private:
    Result<mof::Document> read(const Source& source);
    Result<> check_wdm(const mof::Document& document);
    Result<> check(const mof::Document& document);
    Result<> store(const mof::Document& document);
    Result<> split(const Source& source, const mof::Document& document, const SplitName& into);
    Result<Status> list(const Source& source, const mof::Document& document);
    Result<> judged(const mof::Document& document, mof::Report report);
    void print(const std::string& text) const {
        if (arguments_.options.console_print) std::fputs(text.c_str(), stdout);
    }

    const std::shared_ptr<Door> door_;
    WBEM_COMPILE_STATUS_INFO* const info_;
    MofArguments arguments_;
    mof::Report report_;
};

Result<mof::Document> Compilation::read(const Source& source) {
    mof::FileReader reader;
    mof::ParseOptions options;
    if (source.on_disk) options.reader = &reader;
    options.fragments = arguments_.options.check_only;
    report_.phase = mof::Phase::Parse;
    auto document = mof::read_document(source.file.bytes, source.file.name, options);
    if (document.ok()) return document;
    mof::CheckTarget nowhere;
    WMI_TRY(judged(document, mof::compile(document, nowhere)));
    return document;
}

// Takes over how a compilation ended, and says it on the console.
Result<> Compilation::judged(const mof::Document& document, mof::Report report) {
    report_ = std::move(report);
    for (const auto& each : report_.diagnostics) print(document.render(each));
    if (report_.ok()) return {};
    return fail(report_.error.status, "{}", mof::summary(report_));
}

Result<> Compilation::check_wdm(const mof::Document& document) {
    if (!arguments_.options.wdm_check) return {};
    const auto mistakes = mof::check_wdm(document);
    if (mistakes.empty()) return {};
    for (const std::string& each : mistakes) print(each + "\n");
    return fail(Status::MofInvalidClassDeclaration, "{}", mistakes.front());
}

Result<> Compilation::check(const mof::Document& document) {
    mof::CheckTarget nowhere;
    mof::CompileOptions options = arguments_.compile;
    options.fragments = true;
    return judged(document, mof::compile(document, nowhere, options));
}

Result<> Compilation::store(const mof::Document& document) {
    report_.phase = mof::Phase::Store;
    const auto connection = WMI_TRY(door_->connect(cim::NamespacePath::root(), {}));
    core::SessionTarget target(connection.session, *connection.executor);
    return judged(document, mof::compile(document, target, arguments_.compile));
}

Result<> Compilation::split(const Source& source, const mof::Document& document,
                            const SplitName& into) {
    if (mof::is_binary(source.file.bytes)) {
        return fail(Status::NotSupported,
                    "a binary MOF has no text to be parted: part the text it was made of");
    }
    return mof::write_split(WMI_TRY(mof::split(document, into.locale)), into.neutral,
                            into.localized);
}

// MOF-034, MOF-036
Result<Status> Compilation::list(const Source& source, const mof::Document& document) {
    const CompilerOptions& options = arguments_.options;
    if (options.dont_add_to_list) return Status::Ok;
    if (document.autorecover || options.autorecover) {
        WMI_TRY(door_->add_to_autorecovery(fs::absolute(source.file.name)));
        return Status::Ok;
    }
    print(
        fmt::format("WARNING: File {} does not contain #PRAGMA AUTORECOVER.\n"
                    "Should the repository be rebuilt, what this MOF file holds is not in the new "
                    "one.\n",
                    source.file.name));
    return without_autorecover;
}

Result<Status> Compilation::compile_file(const std::string& name, const RawMofArguments& raw) {
    arguments_ = WMI_TRY(read_mof_arguments(raw));
    WMI_TRY(check_file_options(arguments_));
    const auto into = arguments_.options.split_files ? read_split_name(name) : std::nullopt;
    if (arguments_.options.split_files && !into) {
        return fail(
            Status::InvalidParameter,
            "WBEM_FLAG_SPLIT_FILES takes a name like a.mof,aMS_409,nneutral.mof,llocal.mfl");
    }
    report_.phase = mof::Phase::Parse;
    const Source source{WMI_TRY(mof::FileReader::open(into ? into->name : name))};
    const auto document = WMI_TRY(read(source));
    WMI_TRY(check_wdm(document));
    if (into) {
        WMI_TRY(split(source, document, *into));
        return Status::Ok;
    }
    if (arguments_.options.check_only) {
        WMI_TRY(check(document));
        return Status::Ok;
    }
    if (document.amendment) {
        return fail(Status::InvalidParameter,
                    "a file with #pragma amendment is only split: WBEM_FLAG_SPLIT_FILES");
    }
    WMI_TRY(store(document));
    return list(source, document);
}

Result<Status> Compilation::compile_buffer(std::string bytes, const RawMofArguments& raw) {
    arguments_ = WMI_TRY(read_mof_arguments(raw));
    WMI_TRY(check_file_options(arguments_));
    const CompilerOptions& options = arguments_.options;
    if (options.autorecover || options.dont_add_to_list || options.split_files) {
        return fail(Status::InvalidParameter,
                    "a buffer is no file: it is not compiled again and not split");
    }
    const Source source{{"buffer", std::move(bytes)}, false};
    const auto document = WMI_TRY(read(source));
    WMI_TRY(check_wdm(document));
    WMI_TRY(options.check_only ? check(document) : store(document));
    return Status::Ok;
}

Result<Status> Compilation::create_binary(const std::string& text_file,
                                          const std::string& binary_file,
                                          const RawMofArguments& raw) {
    arguments_ = WMI_TRY(read_mof_arguments(raw));
    const CompilerOptions& options = arguments_.options;
    if (options.autorecover || options.dont_add_to_list) {
        return fail(Status::InvalidParameter, "nothing is stored: there is nothing to recover");
    }
    // The form of the name is documented for this method, and not for which of its two.
    const auto of_text = options.split_files ? read_split_name(text_file) : std::nullopt;
    const auto of_binary = options.split_files ? read_split_name(binary_file) : std::nullopt;
    const auto& into = of_binary ? of_binary : of_text;
    if (options.split_files && !into) {
        return fail(
            Status::InvalidParameter,
            "WBEM_FLAG_SPLIT_FILES takes a name like a.bmf,aMS_409,nneutral.mof,llocal.mfl");
    }
    report_.phase = mof::Phase::Parse;
    const Source source{WMI_TRY(mof::FileReader::open(of_text ? of_text->name : text_file))};
    const auto document = mof::with_defaults(WMI_TRY(read(source)), arguments_.compile);
    WMI_TRY(check(document));
    report_.phase = mof::Phase::Store;
    if (options.check_only) return Status::Ok;
    WMI_TRY(
        mof::write_file(of_binary ? of_binary->name : binary_file, mof::write_binary(document)));
    if (into) WMI_TRY(split(source, document, *into));
    WMI_TRY(check_wdm(document));
    return Status::Ok;
}

// COM-165
Result<Status> Compilation::ended(Result<Status> outcome) {
    if (!info_) return outcome;
    const auto count = [](std::size_t value) { return static_cast<LONG>(value); };
    info_->lPhaseError = outcome ? 0 : static_cast<LONG>(report_.phase);
    info_->hRes = static_cast<HRESULT>(outcome ? *outcome : outcome.error().status);
    info_->ObjectNum = outcome ? 0 : count(report_.object_number);
    info_->FirstLine = outcome ? 0 : count(report_.first_line);
    info_->LastLine = outcome ? 0 : count(report_.last_line);
    info_->dwOutFlags = 0;
    return outcome;
}

// Thread-safe.
class MofCompiler final : public com::Implements<IMofCompiler> {
  public:
    explicit MofCompiler(std::shared_ptr<Door> door) : door_(std::move(door)) {}

    HRESULT STDMETHODCALLTYPE CompileFile(LPWSTR FileName, LPWSTR ServerAndNamespace, LPWSTR User,
                                          LPWSTR Authority, LPWSTR, LONG lOptionFlags,
                                          LONG lClassFlags, LONG lInstanceFlags,
                                          WBEM_COMPILE_STATUS_INFO* pInfo) override {
        return com::boundary([&]() -> Result<Status> {
            Compilation compilation(door_, pInfo);
            return compilation.ended([&]() -> Result<Status> {
                return compilation.compile_file(
                    WMI_TRY(file_name(FileName, "FileName")),
                    {text_of(ServerAndNamespace), text_of(User), text_of(Authority), lOptionFlags,
                     lClassFlags, lInstanceFlags});
            }());
        });
    }

    HRESULT STDMETHODCALLTYPE CompileBuffer(LONG BuffSize, BYTE* pBuffer, LPWSTR ServerAndNamespace,
                                            LPWSTR User, LPWSTR Authority, LPWSTR,
                                            LONG lOptionFlags, LONG lClassFlags,
                                            LONG lInstanceFlags,
                                            WBEM_COMPILE_STATUS_INFO* pInfo) override {
        return com::boundary([&]() -> Result<Status> {
            Compilation compilation(door_, pInfo);
            return compilation.ended([&]() -> Result<Status> {
                if (!pBuffer || BuffSize < 0) {
                    return fail(Status::InvalidParameter, "there is no buffer");
                }
                return compilation.compile_buffer(
                    std::string(reinterpret_cast<const char*>(pBuffer),
                                static_cast<std::size_t>(BuffSize)),
                    {text_of(ServerAndNamespace), text_of(User), text_of(Authority), lOptionFlags,
                     lClassFlags, lInstanceFlags});
            }());
        });
    }

    HRESULT STDMETHODCALLTYPE CreateBMOF(LPWSTR TextFileName, LPWSTR BMOFFileName,
                                         LPWSTR ServerAndNamespace, LONG lOptionFlags,
                                         LONG lClassFlags, LONG lInstanceFlags,
                                         WBEM_COMPILE_STATUS_INFO* pInfo) override {
        return com::boundary([&]() -> Result<Status> {
            Compilation compilation(door_, pInfo);
            return compilation.ended([&]() -> Result<Status> {
                const auto text = WMI_TRY(file_name(TextFileName, "TextFileName"));
                const auto binary = WMI_TRY(file_name(BMOFFileName, "BMOFFileName"));
                return compilation.create_binary(text, binary,
                                                 {text_of(ServerAndNamespace),
                                                  {},
                                                  {},
                                                  lOptionFlags,
                                                  lClassFlags,
                                                  lInstanceFlags});
            }());
        });
    }

  private:
    const std::shared_ptr<Door> door_;
};

}  // namespace

Result<MofCompilerRegistration> MofCompilerRegistration::open(core::Service& service,
                                                              base::Executor& calls,
                                                              security::Identity identity) {
    const auto door = std::make_shared<Door>(service, calls, std::move(identity));
    auto factory = com::class_object([door]() -> Result<com::Ptr<IUnknown>> {
        return com::Ptr<IUnknown>(com::make<MofCompiler>(door));
    });
    auto registration = WMI_TRY(com::ClassRegistration::open(CLSID_MofCompiler, factory));
    return MofCompilerRegistration(door, std::move(registration));
}

MofCompilerRegistration::~MofCompilerRegistration() {
    if (door_) door_->close();
}

}  // namespace openwmi::bridge

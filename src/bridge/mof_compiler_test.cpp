#include "bridge/mof_compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/text.h"
#include "mof/binary.h"
#include "support/proves.h"
#include "support/temporary_folder.h"
#include "support/test_service.h"

namespace openwmi::bridge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr HRESULT without_autorecover = 2;
constexpr const char* good = "#pragma autorecover\nclass Made { [key] string Id; };\n";

// What a client says to IMofCompiler; null texts are NULL.
struct Asking {
    const char* name_space = nullptr;
    const char* user = nullptr;
    const char* authority = nullptr;
    const char* password = nullptr;
    LONG options = 0;
    LONG class_flags = 0;
    LONG instance_flags = 0;
};

class MofCompilerTest : public ::testing::Test {
  protected:
    MofCompilerTest() {
        auto opened = MofCompilerRegistration::open(*service_.service, service_.executor,
                                                    security::Identity::of_service());
        EXPECT_TRUE(opened);
        registration_.emplace(std::move(*opened));
        EXPECT_EQ(CoCreateInstance(CLSID_MofCompiler, nullptr, CLSCTX_INPROC_SERVER,
                                   IID_PPV_ARGS(compiler_.put())),
                  S_OK);
    }
    ~MofCompilerTest() override { registration_.reset(); }

    // A text as LPWSTR, which IMofCompiler does not change.
    class Wide {
      public:
        explicit Wide(const char* text)
            : null_(!text), text_(base::utf8_to_wide(text ? text : "")) {}
        explicit Wide(const std::string& text) : null_(false), text_(base::utf8_to_wide(text)) {}
        LPWSTR get() { return null_ ? nullptr : text_.data(); }

      private:
        bool null_;
        std::wstring text_;
    };

    HRESULT compile_file(const std::string& file, const Asking& asking = {}) {
        info = {.lPhaseError = 99};
        const HRESULT hr = compiler_->CompileFile(
            Wide(file).get(), Wide(asking.name_space).get(), Wide(asking.user).get(),
            Wide(asking.authority).get(), Wide(asking.password).get(), asking.options,
            asking.class_flags, asking.instance_flags, &info);
        error = take_error_text();
        EXPECT_EQ(info.hRes, hr);
        return hr;
    }
    HRESULT compile_text(const std::string& text, const Asking& asking = {}) {
        return compile_file(mofs.write("test.mof", text).string(), asking);
    }
    HRESULT compile_buffer(std::string bytes, const Asking& asking = {}) {
        info = {.lPhaseError = 99};
        const HRESULT hr = compiler_->CompileBuffer(
            static_cast<LONG>(bytes.size()), reinterpret_cast<BYTE*>(bytes.data()),
            Wide(asking.name_space).get(), Wide(asking.user).get(), Wide(asking.authority).get(),
            Wide(asking.password).get(), asking.options, asking.class_flags, asking.instance_flags,
            &info);
        error = take_error_text();
        EXPECT_EQ(info.hRes, hr);
        return hr;
    }
    HRESULT create_bmof(const std::string& text, const std::string& binary,
                        const Asking& asking = {}) {
        info = {.lPhaseError = 99};
        const HRESULT hr = compiler_->CreateBMOF(Wide(text).get(), Wide(binary).get(),
                                                 Wide(asking.name_space).get(), asking.options,
                                                 asking.class_flags, asking.instance_flags, &info);
        error = take_error_text();
        return hr;
    }
    bool exists(const char* name, const char* name_space = "root\\default") {
        com::Ptr<IWbemClassObject> found;
        const HRESULT hr =
            support::TestService::connect(name_space)
                ->GetObject(bstr(std::string_view(name)).get(), 0, nullptr, found.put(), nullptr);
        (void)take_error_text();
        return hr == WBEM_S_NO_ERROR;
    }
    std::vector<std::filesystem::path> listed() { return *service_.service->autorecover().files(); }
    static std::string content(const std::filesystem::path& file) {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    support::TestService service_;
    std::optional<MofCompilerRegistration> registration_;
    com::Ptr<IMofCompiler> compiler_;
    support::TemporaryFolder mofs;
    WBEM_COMPILE_STATUS_INFO info{};
    std::string error;
};

TEST_F(MofCompilerTest, StoresAFile) {
    PROVES("COM-163", EXPECT_EQ(compile_text(good), WBEM_S_NO_ERROR) << error);
    EXPECT_TRUE(exists("Made")) << "NULL is root\\default";
    EXPECT_EQ(info.lPhaseError, 0);
    EXPECT_EQ(compile_text(good, {.name_space = "root\\cimv2"}), WBEM_S_NO_ERROR);
    PROVES("COM-163", EXPECT_TRUE(exists("Made", "root\\cimv2")));
    EXPECT_EQ(compiler_->CompileFile(Wide((mofs / "test.mof").string()).get(), nullptr, nullptr,
                                     nullptr, nullptr, 0, 0, 0, nullptr),
              WBEM_S_NO_ERROR)
        << "who does not ask for the status need not pass a place for it";
}

TEST_F(MofCompilerTest, PragmasOverrideTheNamespace) {
    PROVES("MOF-080",
           EXPECT_EQ(compile_text(
                         std::string("#pragma namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")\n") + good,
                         {.name_space = "root\\subscription"}),
                     WBEM_S_NO_ERROR)
               << error);
    PROVES("MOF-080", EXPECT_TRUE(exists("Made", "root\\cimv2")));
    EXPECT_FALSE(exists("Made", "root\\subscription"));
}

TEST_F(MofCompilerTest, DoesNotLookAtCredentialsOnThisComputer) {
    PROVES("MOF-080", EXPECT_EQ(compile_text(good, {.user = "nobody at all",
                                                    .authority = "NTLMDOMAIN:X",
                                                    .password = "wrong"}),
                                WBEM_S_NO_ERROR)
                          << error);
    PROVES("MOF-080", EXPECT_EQ(compile_text(good, {.user = "D\\jo", .authority = "NTLMDOMAIN:D"}),
                                WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(compile_text(good, {.user = "D\\jo"}), WBEM_S_NO_ERROR);
}

TEST_F(MofCompilerTest, RefusesAnotherComputer) {
    PROVES("MOF-070",
           EXPECT_EQ(compile_text(good, {.name_space = "\\\\elsewhere.example\\root\\default"}),
                     WBEM_E_NOT_SUPPORTED));
    EXPECT_THAT(error, HasSubstr("another computer"));
    EXPECT_EQ(info.lPhaseError, 2);
}

TEST_F(MofCompilerTest, SaysWhereItEnded) {
    EXPECT_EQ(compile_text("class A\n{\n  string X\n};\n"), WBEMMOF_E_EXPECTED_SEMI);
    EXPECT_EQ(info.lPhaseError, 1);
    EXPECT_EQ(info.FirstLine, 3);
    EXPECT_EQ(compile_text("class A {};\n\ninstance of Missing\n{\n};\n"), WBEM_E_INVALID_CLASS);
    EXPECT_EQ(info.lPhaseError, 3);
    EXPECT_EQ(info.ObjectNum, 2);
    EXPECT_EQ(info.FirstLine, 3);
    EXPECT_EQ(info.LastLine, 5);
    EXPECT_EQ(compile_file((mofs / "missing.mof").string()), WBEMMOF_E_INVALID_FILE);
    EXPECT_EQ(info.lPhaseError, 1);
}

TEST_F(MofCompilerTest, ChecksWithoutStoring) {
    PROVES("COM-163",
           EXPECT_EQ(compile_text(good, {.options = WBEM_FLAG_CHECK_ONLY}), WBEM_S_NO_ERROR));
    EXPECT_FALSE(exists("Made"));
    EXPECT_EQ(compile_text("class A {", {.options = WBEM_FLAG_CHECK_ONLY}),
              WBEMMOF_E_EXPECTED_CLOSE_BRACE);
    for (const LONG other : {WBEM_FLAG_AUTORECOVER, WBEM_FLAG_DONT_ADD_TO_LIST}) {
        EXPECT_EQ(compile_text(good, {.options = WBEM_FLAG_CHECK_ONLY | other}),
                  WBEM_E_INVALID_PARAMETER);
    }
}

TEST_F(MofCompilerTest, TakesTheDocumentedFlagsOnly) {
    const struct {
        const char* row;
        Asking asking;
        HRESULT refusal;
    } rows[] = {
        {"COM-163", {.options = 0x40}, WBEM_E_INVALID_PARAMETER},
        {"COM-163", {.options = WBEM_FLAG_STORE_FILE}, WBEM_E_NOT_SUPPORTED},
        {"COM-163", {.options = WBEM_FLAG_SPLIT_FILES}, WBEM_E_INVALID_PARAMETER},
        {"COM-163",
         {.class_flags = WBEM_FLAG_CREATE_ONLY | WBEM_FLAG_UPDATE_ONLY},
         WBEM_E_INVALID_PARAMETER},
        {"COM-163", {.instance_flags = WBEM_FLAG_UPDATE_FORCE_MODE}, WBEM_E_INVALID_PARAMETER},
        {"COM-163", {.class_flags = WBEM_FLAG_UPDATE_ONLY}, WBEM_E_NOT_FOUND},
        {"COM-164",
         {.name_space = "root\\default", .options = WBEM_FLAG_AUTORECOVER},
         WBEM_E_INVALID_PARAMETER},
        {"COM-164",
         {.options = WBEM_FLAG_AUTORECOVER, .class_flags = WBEM_FLAG_CREATE_ONLY},
         WBEM_E_INVALID_PARAMETER},
        {"COM-164",
         {.options = WBEM_FLAG_AUTORECOVER, .instance_flags = WBEM_FLAG_CREATE_ONLY},
         WBEM_E_INVALID_PARAMETER},
        {"COM-164",
         {.options = WBEM_FLAG_AUTORECOVER | WBEM_FLAG_DONT_ADD_TO_LIST},
         WBEM_E_INVALID_PARAMETER},
    };
    for (const auto& row : rows) {
        PROVES(row.row, EXPECT_EQ(compile_text(good, row.asking), row.refusal) << error);
    }
    EXPECT_FALSE(exists("Made"));
    EXPECT_THAT(listed(), IsEmpty());
    EXPECT_EQ(compiler_->CompileFile(nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0, 0, &info),
              WBEM_E_INVALID_PARAMETER);
    (void)take_error_text();
}

TEST_F(MofCompilerTest, ListsFilesThatAreToBeRecovered) {
    const std::string without = "class Made { [key] string Id; };";
    PROVES("OD-103", EXPECT_EQ(compile_text(without), without_autorecover));
    PROVES("MOF-036", EXPECT_TRUE(SUCCEEDED(info.hRes) && exists("Made")));
    EXPECT_THAT(listed(), IsEmpty());
    EXPECT_EQ(compile_text(good, {.options = WBEM_FLAG_DONT_ADD_TO_LIST}), WBEM_S_NO_ERROR);
    EXPECT_THAT(listed(), IsEmpty());
    EXPECT_EQ(compile_text("class Made {", {.options = WBEM_FLAG_AUTORECOVER}),
              WBEMMOF_E_EXPECTED_CLOSE_BRACE);
    EXPECT_THAT(listed(), IsEmpty()) << "what does not compile is not recovered";
    EXPECT_EQ(compile_text(without, {.options = WBEM_FLAG_AUTORECOVER}), WBEM_S_NO_ERROR);
    PROVES("COM-163", EXPECT_THAT(listed(), ElementsAre(mofs / "test.mof")));
    EXPECT_EQ(compile_text(good), WBEM_S_NO_ERROR);
    PROVES("MOF-034", EXPECT_THAT(listed(), ElementsAre(mofs / "test.mof")));
}

TEST_F(MofCompilerTest, PrintsTheWarningWhereItIsAskedTo) {
    testing::internal::CaptureStdout();
    compile_text("class Made { [key] string Id; };", {.options = WBEM_FLAG_CONSOLE_PRINT});
    PROVES("MOF-036", EXPECT_THAT(testing::internal::GetCapturedStdout(),
                                  HasSubstr("test.mof does not contain #PRAGMA AUTORECOVER")));
    testing::internal::CaptureStdout();
    compile_text("class Made {", {.options = WBEM_FLAG_CONSOLE_PRINT});
    PROVES("COM-163", EXPECT_THAT(testing::internal::GetCapturedStdout(),
                                  HasSubstr("test.mof:1:13: error: ")));
}

TEST_F(MofCompilerTest, CompilesABufferOfEitherKind) {
    PROVES("COM-166", EXPECT_EQ(compile_buffer("class Text { [key] string Id; };"), WBEM_S_NO_ERROR)
                          << error);
    EXPECT_TRUE(exists("Text"));
    const auto binary =
        mof::write_binary(mof::parse("class Binary { [key] string Id; };", "b.mof"));
    PROVES("COM-166", EXPECT_EQ(compile_buffer(binary), WBEM_S_NO_ERROR) << error);
    PROVES("COM-166", EXPECT_TRUE(exists("Binary")));
    EXPECT_EQ(compile_buffer(std::string("FOMB\1\0\0\0", 8)), WBEM_E_NOT_SUPPORTED);
    EXPECT_EQ(info.lPhaseError, 1);
    EXPECT_EQ(compile_buffer("class A {};", {.options = WBEM_FLAG_AUTORECOVER}),
              WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(compile_buffer("#include(\"x.mof\")"), WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE);
    EXPECT_EQ(
        compiler_->CompileBuffer(5, nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0, 0, nullptr),
        WBEM_E_INVALID_PARAMETER);
    (void)take_error_text();
}

TEST_F(MofCompilerTest, CreatesABinaryFile) {
    const auto text = mofs.write("a.mof", "class Made { [key] string Id; };").string();
    const auto binary = (mofs / "a.bmof").string();
    PROVES("COM-166",
           EXPECT_EQ(create_bmof(text, binary, {.name_space = "root\\cimv2"}), WBEM_S_NO_ERROR)
               << error);
    EXPECT_FALSE(exists("Made", "root\\cimv2"));
    EXPECT_EQ(compile_file(binary), without_autorecover) << error;
    EXPECT_TRUE(exists("Made", "root\\cimv2")) << "the namespace is in the binary";
    EXPECT_EQ(create_bmof(mofs.write("bad.mof", "class {").string(), (mofs / "b.bmof").string()),
              WBEMMOF_E_EXPECTED_CLASS_NAME);
    EXPECT_EQ(info.lPhaseError, 1);
    EXPECT_FALSE(std::filesystem::exists(mofs / "b.bmof"));
    EXPECT_EQ(create_bmof(text, (mofs / "no" / "b.bmof").string()),
              WBEMMOF_E_ERROR_CREATING_TEMP_FILE);
    EXPECT_EQ(info.lPhaseError, 3);
    EXPECT_EQ(create_bmof(text, (mofs / "c.bmof").string(), {.options = WBEM_FLAG_CHECK_ONLY}),
              WBEM_S_NO_ERROR);
    EXPECT_FALSE(std::filesystem::exists(mofs / "c.bmof"));
}

TEST_F(MofCompilerTest, SplitsWhatItMakesABinaryOf) {
    const auto text =
        mofs.write("a.mof", "[Description(\"d\") : Amended] class Made { [key] string Id; };")
            .string();
    const std::string form = (mofs / "a.bmof").string() + ",aMS_409,n" + (mofs / "n.mof").string() +
                             ",l" + (mofs / "l.mfl").string();
    PROVES("COM-166",
           EXPECT_EQ(create_bmof(text, form, {.options = WBEM_FLAG_SPLIT_FILES}), WBEM_S_NO_ERROR)
               << error);
    EXPECT_TRUE(mof::is_binary(content(mofs / "a.bmof")));
    EXPECT_THAT(content(mofs / "n.mof"), Not(HasSubstr("Description")));
    EXPECT_THAT(content(mofs / "l.mfl"), HasSubstr("Description"));
    EXPECT_EQ(create_bmof(text, (mofs / "x").string(), {.options = WBEM_FLAG_SPLIT_FILES}),
              WBEM_E_INVALID_PARAMETER);
    const std::string of_text = text + form.substr(form.find(','));
    EXPECT_EQ(compile_file(of_text, {.options = WBEM_FLAG_SPLIT_FILES}), WBEM_S_NO_ERROR) << error;
    EXPECT_FALSE(exists("Made")) << "a file that is split is not stored";
}

TEST_F(MofCompilerTest, ChecksWhatADriverNeeds) {
    const auto text = mofs.write("a.mof", "[WMI] class Made { [key] string Id; };").string();
    const auto binary = (mofs / "a.bmof").string();
    PROVES("COM-163", EXPECT_EQ(create_bmof(text, binary, {.options = WBEM_FLAG_WMI_CHECK}),
                                WBEMMOF_E_INVALID_CLASS_DECLARATION));
    EXPECT_THAT(error, HasSubstr("guid"));
    EXPECT_TRUE(std::filesystem::exists(binary)) << "the check runs after it is made";
}

TEST_F(MofCompilerTest, IsForAdministrators) {
    registration_.reset();
    auto opened = MofCompilerRegistration::open(*service_.service, service_.executor,
                                                security::Identity::of_user(12345, 12345, {}));
    ASSERT_TRUE(opened);
    com::Ptr<IMofCompiler> other;
    ASSERT_EQ(CoCreateInstance(CLSID_MofCompiler, nullptr, CLSCTX_INPROC_SERVER,
                               IID_PPV_ARGS(other.put())),
              S_OK);
    std::swap(compiler_, other);
    PROVES("MOF-074", EXPECT_EQ(compile_text(good), WBEM_E_ACCESS_DENIED));
    EXPECT_FALSE(exists("Made"));
}

TEST_F(MofCompilerTest, OutlivesTheServiceWithoutHarm) {
    registration_.reset();
    EXPECT_EQ(compile_text(good), WBEM_E_SHUTTING_DOWN);
    com::Ptr<IMofCompiler> none;
    EXPECT_TRUE(FAILED(CoCreateInstance(CLSID_MofCompiler, nullptr, CLSCTX_INPROC_SERVER,
                                        IID_PPV_ARGS(none.put()))));
    (void)take_error_text();
}

}  // namespace
}  // namespace openwmi::bridge

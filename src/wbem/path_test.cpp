#include <wmiutils.h>

#include <functional>

#include "support/proves.h"
#include "wbem/test_activation.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using PathPtr = com::Ptr<IWbemPath>;
using KeysPtr = com::Ptr<IWbemPathKeyList>;
using Give = std::function<HRESULT(ULONG*, LPWSTR)>;

// Asks for the length first, then for the text; the symbol of the error when there is one.
std::string given(const Give& give) {
    ULONG length = 0;
    HRESULT hr = give(&length, nullptr);
    if (FAILED(hr)) return std::string(symbol(static_cast<Status>(hr)));
    std::wstring text(length, L'x');
    EXPECT_EQ(hr = give(&length, text.data()), WBEM_S_NO_ERROR);
    EXPECT_EQ(text.back(), L'\0');
    text.pop_back();
    return to_utf8(text);
}

class PathTest : public testing::ActivationTest {
  protected:
    PathPtr path(const wchar_t* text, ULONG mode = WBEMPATH_CREATE_ACCEPT_ALL) {
        auto result = create<IWbemPath>(CLSID_WbemDefPath);
        EXPECT_EQ(result->SetText(mode, text), WBEM_S_NO_ERROR);
        return result;
    }
    static std::string text(const PathPtr& path, LONG flags = 0) {
        return given([&](ULONG* n, LPWSTR t) { return path->GetText(flags, n, t); });
    }
    static ULONGLONG info(const PathPtr& path) {
        ULONGLONG bits = 0;
        EXPECT_EQ(path->GetInfo(0, &bits), WBEM_S_NO_ERROR);
        return bits;
    }
    static std::string server(const PathPtr& path) {
        return given([&](ULONG* n, LPWSTR t) { return path->GetServer(n, t); });
    }
    static std::string class_name(const PathPtr& path) {
        return given([&](ULONG* n, LPWSTR t) { return path->GetClassName(n, t); });
    }
    static std::vector<std::string> namespaces(const PathPtr& path) {
        ULONG count = 0;
        EXPECT_EQ(path->GetNamespaceCount(&count), WBEM_S_NO_ERROR);
        std::vector<std::string> names;
        for (ULONG i = 0; i < count; ++i) {
            names.push_back(
                given([&](ULONG* n, LPWSTR t) { return path->GetNamespaceAt(i, n, t); }));
        }
        return names;
    }
    static std::vector<std::string> scopes(const PathPtr& path) {
        ULONG count = 0;
        EXPECT_EQ(path->GetScopeCount(&count), WBEM_S_NO_ERROR);
        std::vector<std::string> texts;
        for (ULONG i = 0; i < count; ++i) {
            texts.push_back(
                given([&](ULONG* n, LPWSTR t) { return path->GetScopeAsText(i, n, t); }));
        }
        return texts;
    }
    static KeysPtr keys(const PathPtr& path) {
        KeysPtr list;
        EXPECT_EQ(path->GetKeyList(list.put()), WBEM_S_NO_ERROR);
        return list;
    }
};

using Names = std::vector<std::string>;

TEST_F(PathTest, TakesAPathApart) {
    const auto disk = path(LR"(\\Server\root\cimv2:Win32_LogicalDisk.DeviceID="C:")");
    PROVES("COM-169", EXPECT_EQ(server(disk), "Server"));
    PROVES("COM-169", EXPECT_EQ(namespaces(disk), (Names{"root", "cimv2"})));
    PROVES("COM-169", EXPECT_EQ(class_name(disk), "Win32_LogicalDisk"));
    const auto list = keys(disk);
    ULONG count = 0;
    EXPECT_EQ(list->GetCount(&count), WBEM_S_NO_ERROR);
    EXPECT_EQ(count, 1U);
    ULONG type = 0;
    ULONG name_size = 20;
    ULONG value_size = 20 * sizeof(wchar_t);
    wchar_t name[20];
    wchar_t value[20];
    PROVES("COM-169", EXPECT_EQ(list->GetKey(0, 0, &name_size, name, &value_size, value, &type),
                                WBEM_S_NO_ERROR));
    EXPECT_EQ(std::wstring(name), L"DeviceID");
    EXPECT_EQ(std::wstring(value), L"C:");
    EXPECT_EQ(value_size, 3 * sizeof(wchar_t));
    EXPECT_EQ(type, static_cast<ULONG>(CIM_STRING));
}

TEST_F(PathTest, GivesEveryForm) {
    const auto disk = path(LR"(//Server/root/cimv2:Disk.Id="C:")");
    const std::string full = R"(\\Server\root\cimv2:Disk.Id="C:")";
    PROVES("COM-169", EXPECT_EQ(text(disk), full));
    EXPECT_EQ(text(disk, WBEMPATH_GET_SERVER_TOO), full);
    EXPECT_EQ(text(disk, WBEMPATH_GET_RELATIVE_ONLY), R"(Disk.Id="C:")");
    EXPECT_EQ(text(disk, WBEMPATH_GET_RELATIVE_ONLY | WBEMPATH_COMPRESSED), R"(Disk="C:")");
    EXPECT_EQ(text(disk, WBEMPATH_GET_SERVER_AND_NAMESPACE_ONLY), R"(\\Server\root\cimv2)");
    EXPECT_EQ(text(disk, WBEMPATH_GET_NAMESPACE_ONLY), R"(root\cimv2)");
    EXPECT_EQ(text(disk, WBEMPATH_GET_ORIGINAL), R"(//Server/root/cimv2:Disk.Id="C:")");
    EXPECT_EQ(text(disk, 64), "WBEM_E_INVALID_PARAMETER");
    const auto relative = path(LR"(root\cimv2:Disk)");
    EXPECT_EQ(text(relative), R"(root\cimv2:Disk)");
    EXPECT_EQ(text(relative, WBEMPATH_GET_SERVER_TOO), R"(\\.\root\cimv2:Disk)");
    EXPECT_EQ(server(relative), "WBEM_E_NOT_AVAILABLE");
    ULONG small = 3;
    wchar_t buffer[3] = {L'k', L'e', L'p'};
    PROVES("COM-169", EXPECT_EQ(relative->GetText(0, &small, buffer), WBEM_E_BUFFER_TOO_SMALL));
    EXPECT_EQ(small, 16U);
    EXPECT_EQ(buffer[0], L'k');
    EXPECT_EQ(relative->GetText(0, nullptr, buffer), WBEM_E_INVALID_PARAMETER);
}

TEST_F(PathTest, TheModeSaysWhatIsTaken) {
    const auto p = create<IWbemPath>(CLSID_WbemDefPath);
    const wchar_t* absolute = LR"(\\.\root\cimv2:C=1)";
    const wchar_t* relative = L"C=1";
    PROVES("COM-169",
           EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_RELATIVE, relative), WBEM_S_NO_ERROR));
    PROVES("COM-169", EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_RELATIVE, absolute),
                                WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(text(p), "C=1") << "what was there stays";
    EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ABSOLUTE, relative), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ABSOLUTE, absolute), WBEM_S_NO_ERROR);
    PROVES("COM-169", EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ALL, relative), WBEM_S_NO_ERROR));
    EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ALL, absolute), WBEM_S_NO_ERROR);
    EXPECT_EQ(p->SetText(0, absolute), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(p->SetText(16, absolute), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ALL, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ALL, L"no path at all"),
              WBEM_E_INVALID_OBJECT_PATH);
    EXPECT_EQ(p->SetText(WBEMPATH_CREATE_ACCEPT_ALL, L""), WBEM_S_NO_ERROR);
    EXPECT_EQ(text(p), "");

    EXPECT_EQ(class_name(path(L"cimv2")), "cimv2");
    const auto name_space = path(L"cimv2", WBEMPATH_TREAT_SINGLE_IDENT_AS_NS);
    PROVES("COM-169", EXPECT_EQ(namespaces(name_space), Names{"cimv2"}));
    EXPECT_EQ(class_name(name_space), "WBEM_E_INVALID_OBJECT_PATH");
}

TEST_F(PathTest, TellsWhatKindOfPathItIs) {
    constexpr ULONGLONG plain = WBEMPATH_INFO_V1_COMPLIANT | WBEMPATH_INFO_V2_COMPLIANT |
                                WBEMPATH_INFO_CIM_COMPLIANT | WBEMPATH_INFO_WMI_PATH;
    constexpr ULONGLONG local = plain | WBEMPATH_INFO_ANON_LOCAL_MACHINE;
    struct Case {
        const wchar_t* text;
        ULONGLONG info;
    };
    for (const auto& [text, expected] : {
             Case{L"", WBEMPATH_INFO_ANON_LOCAL_MACHINE | WBEMPATH_INFO_SERVER_NAMESPACE_ONLY},
             Case{L"..", WBEMPATH_INFO_ANON_LOCAL_MACHINE | WBEMPATH_INFO_IS_PARENT},
             Case{LR"(\\.\root\cimv2)",
                  local | WBEMPATH_INFO_PATH_HAD_SERVER | WBEMPATH_INFO_SERVER_NAMESPACE_ONLY},
             Case{LR"(\\Server\root:C)", plain | WBEMPATH_INFO_PATH_HAD_SERVER |
                                             WBEMPATH_INFO_HAS_MACHINE_NAME |
                                             WBEMPATH_INFO_IS_CLASS_REF},
             Case{L"C.K=1", local | WBEMPATH_INFO_IS_INST_REF},
             Case{L"C=1", local | WBEMPATH_INFO_IS_INST_REF | WBEMPATH_INFO_HAS_IMPLIED_KEY},
             Case{L"C.K=1,L=2", local | WBEMPATH_INFO_IS_INST_REF | WBEMPATH_INFO_IS_COMPOUND},
             Case{L"C=@", local | WBEMPATH_INFO_IS_INST_REF | WBEMPATH_INFO_IS_SINGLETON |
                              WBEMPATH_INFO_CONTAINS_SINGLETON},
             Case{L"S=@/C.K=1", WBEMPATH_INFO_V2_COMPLIANT | WBEMPATH_INFO_WMI_PATH |
                                    WBEMPATH_INFO_ANON_LOCAL_MACHINE | WBEMPATH_INFO_IS_INST_REF |
                                    WBEMPATH_INFO_HAS_SUBSCOPES | WBEMPATH_INFO_CONTAINS_SINGLETON},
         }) {
        PROVES("COM-169", EXPECT_EQ(info(path(text)), expected) << to_utf8(text));
    }
    const auto reference = path(L"C");
    LPCWSTR target = L"D.K=1";
    EXPECT_EQ(keys(reference)->SetKey(L"R", 0, CIM_REFERENCE, const_cast<wchar_t*>(target)),
              WBEM_S_NO_ERROR);
    EXPECT_NE(info(reference) & WBEMPATH_INFO_HAS_V2_REF_PATHS, 0U);
    ULONGLONG bits = 0;
    EXPECT_EQ(reference->GetInfo(1, &bits), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(reference->GetInfo(0, nullptr), WBEM_E_INVALID_PARAMETER);
}

TEST_F(PathTest, IsPutTogether) {
    const auto p = create<IWbemPath>(CLSID_WbemDefPath);
    PROVES("COM-169", EXPECT_EQ(p->SetServer(L"Box"), WBEM_S_NO_ERROR));
    PROVES("COM-169", EXPECT_EQ(p->SetNamespaceAt(0, L"cimv2"), WBEM_S_NO_ERROR));
    PROVES("COM-169", EXPECT_EQ(p->SetNamespaceAt(0, L"root"), WBEM_S_NO_ERROR));
    EXPECT_EQ(p->SetNamespaceAt(5, L"far"), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(p->SetNamespaceAt(0, LR"(a\b)"), WBEM_E_INVALID_PARAMETER);
    PROVES("COM-169", EXPECT_EQ(p->CreateClassPart(0, L"Disk"), WBEM_S_NO_ERROR));
    EXPECT_EQ(p->CreateClassPart(1, L"Disk"), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(text(p), R"(\\Box\root\cimv2:Disk)");
    PROVES("COM-169", EXPECT_EQ(p->SetClassName(L"Drive"), WBEM_S_NO_ERROR));
    for (const wchar_t* bad : {L"", L"a b", L"a.b=1", L"a/b", L"1a"}) {
        EXPECT_EQ(p->SetClassName(bad), WBEM_E_INVALID_PARAMETER) << to_utf8(bad);
    }
    EXPECT_EQ(p->SetClassName(nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(text(p), R"(\\Box\root\cimv2:Drive)");
    PROVES("COM-169", EXPECT_EQ(p->RemoveNamespaceAt(0), WBEM_S_NO_ERROR));
    EXPECT_EQ(p->RemoveNamespaceAt(1), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(text(p, WBEMPATH_GET_NAMESPACE_ONLY), "cimv2");
    PROVES("COM-169", EXPECT_EQ(p->RemoveAllNamespaces(), WBEM_S_NO_ERROR));
    EXPECT_EQ(p->SetServer(nullptr), WBEM_S_NO_ERROR);
    EXPECT_EQ(text(p), "Drive");
    EXPECT_EQ(p->SetServer(LR"(a\b)"), WBEM_E_INVALID_PARAMETER);
    PROVES("COM-169", EXPECT_EQ(p->DeleteClassPart(0), WBEM_S_NO_ERROR));
    EXPECT_EQ(class_name(p), "WBEM_E_INVALID_OBJECT_PATH");
    KeysPtr none;
    EXPECT_EQ(p->GetKeyList(none.put()), WBEM_E_NOT_AVAILABLE);
}

TEST_F(PathTest, HasScopes) {
    const auto p = path(LR"(root\cimv2:Box.Name="a/b"\Disk=1/Volume.Id=2,Part=3)");
    PROVES("COM-169", EXPECT_EQ(scopes(p), (Names{R"(Box.Name="a/b")", "Disk=1"})));
    EXPECT_EQ(class_name(p), "Volume");
    EXPECT_EQ(text(p), R"(root\cimv2:Box.Name="a/b"/Disk=1/Volume.Id=2,Part=3)");
    std::wstring added = L"Shelf.Row=7";
    PROVES("COM-169", EXPECT_EQ(p->SetScopeFromText(2, added.data()), WBEM_S_NO_ERROR));
    std::wstring replaced = L"Rack";
    PROVES("COM-169", EXPECT_EQ(p->SetScope(1, replaced.data()), WBEM_S_NO_ERROR));
    EXPECT_EQ(scopes(p), (Names{R"(Box.Name="a/b")", "Rack", "Shelf.Row=7"}));
    std::wstring bad = L"A/B";
    EXPECT_EQ(p->SetScopeFromText(0, bad.data()), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(p->SetScopeFromText(9, added.data()), WBEM_E_INVALID_PARAMETER);
    wchar_t name[8];
    ULONG size = 8;
    KeysPtr list;
    PROVES("COM-169", EXPECT_EQ(p->GetScope(2, &size, name, list.put()), WBEM_S_NO_ERROR));
    EXPECT_EQ(std::wstring(name), L"Shelf");
    LONG row = 8;
    EXPECT_EQ(list->SetKey(L"row", 0, CIM_SINT32, &row), WBEM_S_NO_ERROR);
    EXPECT_EQ(scopes(p)[2], "Shelf.row=8");
    PROVES("COM-169", EXPECT_EQ(p->RemoveScope(0), WBEM_S_NO_ERROR));
    EXPECT_EQ(p->RemoveScope(2), WBEM_E_INVALID_PARAMETER);
    PROVES("COM-169", EXPECT_EQ(p->RemoveAllScopes(), WBEM_S_NO_ERROR));
    EXPECT_EQ(text(p), R"(root\cimv2:Volume.Id=2,Part=3)");
}

TEST_F(PathTest, HasKeys) {
    const auto p = path(L"C");
    const auto list = keys(p);
    LONG number = -5;
    PROVES("COM-169", EXPECT_EQ(list->SetKey(L"N", 0, CIM_SINT32, &number), WBEM_S_NO_ERROR));
    PROVES("COM-169", EXPECT_EQ(list->SetKey2(L"T", 0, CIM_STRING,
                                              const_cast<VARIANT*>(&com::Variant("a\"b").get())),
                                WBEM_S_NO_ERROR));
    ULONGLONG large = 10000000000;
    EXPECT_EQ(list->SetKey(L"L", 0, CIM_UINT64, &large), WBEM_S_NO_ERROR);
    EXPECT_EQ(text(p), R"(C.N=-5,T="a\"b",L="10000000000")");
    EXPECT_EQ(given([&](ULONG* n, LPWSTR t) { return list->GetText(0, n, t); }),
              R"(N=-5,T="a\"b",L="10000000000")");
    com::Variant value;
    ULONG type = 0;
    PROVES("COM-169",
           EXPECT_EQ(list->GetKey2(2, 0, nullptr, nullptr, value.put(), &type), WBEM_S_NO_ERROR));
    EXPECT_EQ(value.as<std::string>(), "10000000000");
    EXPECT_EQ(type, static_cast<ULONG>(CIM_UINT64));
    wchar_t quoted[10];
    ULONG bytes = sizeof quoted;
    EXPECT_EQ(list->GetKey(1, WBEMPATH_QUOTEDTEXT, nullptr, nullptr, &bytes, quoted, &type),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(std::wstring(quoted), LR"("a\"b")");
    bytes = sizeof quoted;
    EXPECT_EQ(list->GetKey(0, WBEMPATH_TEXT, nullptr, nullptr, &bytes, quoted, &type),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(std::wstring(quoted), L"-5");
    EXPECT_EQ(list->GetKey(3, 0, nullptr, nullptr, nullptr, nullptr, nullptr),
              WBEM_E_INVALID_PARAMETER);
    PROVES("COM-169", EXPECT_EQ(list->RemoveKey(L"n", 0), WBEM_S_NO_ERROR));
    EXPECT_EQ(list->RemoveKey(L"n", 0), WBEM_E_NOT_FOUND);
    EXPECT_EQ(list->RemoveKey(L"T", 1), WBEM_E_INVALID_PARAMETER);
    PROVES("COM-169", EXPECT_EQ(list->MakeSingleton(1), WBEM_S_NO_ERROR));
    EXPECT_EQ(text(p), "C=@");
    ULONGLONG bits = 0;
    PROVES("COM-169", EXPECT_EQ(list->GetInfo(0, &bits), WBEM_S_NO_ERROR));
    EXPECT_EQ(bits, ULONGLONG{WBEMPATH_INFO_IS_SINGLETON | WBEMPATH_INFO_CONTAINS_SINGLETON});
    EXPECT_EQ(list->SetKey(nullptr, 0, CIM_SINT32, &number), WBEM_S_NO_ERROR);
    EXPECT_EQ(text(p), "C=-5");
    PROVES("COM-169", EXPECT_EQ(list->RemoveAllKeys(0), WBEM_S_NO_ERROR));
    EXPECT_EQ(text(p), "C");
    for (const ULONG bad : {0U, 13U, 5U, 8200U, 999U}) {
        EXPECT_EQ(list->SetKey(L"B", 0, bad, &number), WBEM_E_INVALID_PARAMETER) << bad;
    }
    EXPECT_EQ(list->SetKey(L"B", 0, CIM_SINT32, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(list->SetKey(L"B C", 0, CIM_SINT32, &number), WBEM_E_INVALID_PARAMETER);
}

TEST_F(PathTest, AKeyListOutlivesItsPath) {
    auto p = path(L"C.K=1");
    const auto list = keys(p);
    p->SetText(WBEMPATH_CREATE_ACCEPT_ALL, L"D.K=2");
    EXPECT_EQ(given([&](ULONG* n, LPWSTR t) { return list->GetText(0, n, t); }), "K=1");
    p = nullptr;
    EXPECT_EQ(list->RemoveAllKeys(0), WBEM_S_NO_ERROR);
}

TEST_F(PathTest, IsComparedWithAPlace) {
    std::wstring box = L"box";
    std::wstring cimv2 = LR"(root\cimv2)";
    std::wstring root = L"root";
    const auto p = path(LR"(\\BOX\ROOT\cimv2:C)");
    PROVES("COM-169", EXPECT_TRUE(p->IsRelative(box.data(), cimv2.data())));
    EXPECT_FALSE(p->IsRelative(box.data(), root.data()));
    PROVES("COM-169", EXPECT_TRUE(p->IsRelativeOrChild(box.data(), root.data(), 0)));
    EXPECT_FALSE(p->IsRelativeOrChild(root.data(), cimv2.data(), 0));
    PROVES("COM-169", EXPECT_TRUE(p->IsLocal(L"Box")));
    EXPECT_FALSE(p->IsLocal(L"Other"));
    EXPECT_TRUE(path(L"C")->IsRelative(box.data(), root.data()));
    EXPECT_TRUE(path(LR"(\\.\root:C)")->IsLocal(L"Other"));
    PROVES("COM-169", EXPECT_TRUE(p->IsSameClassName(L"c")));
    EXPECT_FALSE(p->IsSameClassName(L"d"));
    EXPECT_FALSE(path(L"root\\x")->IsSameClassName(L""));
}

}  // namespace
}  // namespace openwmi::wbem

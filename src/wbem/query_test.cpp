#include <wmiutils.h>

#include "support/proves.h"
#include "wbem/test_activation.h"
#include "wbem/test_objects.h"

namespace openwmi::wbem {
namespace {

using QueryPtr = com::Ptr<IWbemQuery>;

std::string name(const SWbemQueryQualifiedName& name) {
    std::string text;
    for (ULONG i = 0; i < name.m_uNameListSize; ++i) {
        text += (i == 0 ? "" : ".") + to_utf8(name.m_ppszNameList[i]);
    }
    EXPECT_FALSE(name.m_bArraysUsed);
    return text;
}

std::string constant(const SWbemRpnQueryToken& token) {
    switch (token.m_uConstApparentType) {
        case VT_LPWSTR: return "'" + to_utf8(token.m_Const.m_pszStrVal) + "'";
        case VT_I4: return fmt::format("{}", token.m_Const.m_lLongVal);
        case VT_I8: return fmt::format("{}L", token.m_Const.m_lVal64);
        case VT_UI8: return fmt::format("{}UL", static_cast<ULONGLONG>(token.m_Const.m_uVal64));
        case VT_R8: return fmt::format("{}R", token.m_Const.m_dblVal);
        case VT_BOOL: return token.m_Const.m_bBoolVal ? "TRUE" : "FALSE";
        default: return "?";
    }
}

std::string token_text(const SWbemRpnQueryToken& token) {
    constexpr const char* operators[] = {"?", "=",    "<>",  ">=",    "<=",     "<",
                                         ">", "LIKE", "ISA", "ISNTA", "ISNULL", "ISNOTNULL"};
    switch (token.m_uTokenType) {
        case WMIQ_RPN_TOKEN_AND: return "AND";
        case WMIQ_RPN_TOKEN_OR: return "OR";
        case WMIQ_RPN_TOKEN_NOT: return "NOT";
        default: break;
    }
    EXPECT_TRUE(token.m_uSubexpressionShape & WMIQ_RPN_RELOP);
    EXPECT_TRUE(token.m_uSubexpressionShape & WMIQ_RPN_LEFT_PROPERTY_NAME);
    std::string text = name(*token.m_pLeftIdent) + " " + operators[token.m_uOperator];
    if (token.m_uSubexpressionShape & WMIQ_RPN_RIGHT_PROPERTY_NAME) {
        text += " " + name(*token.m_pRightIdent);
    } else if (token.m_uSubexpressionShape & WMIQ_RPN_CONST) {
        text += " " + constant(token);
    }
    return text;
}

class QueryTest : public testing::ActivationTest {
  protected:
    QueryPtr query(std::string_view text) {
        auto result = create<IWbemQuery>(CLSID_WbemQuery);
        EXPECT_EQ(result->Parse(L"WQL", to_wide(text).c_str(), 0), WBEM_S_NO_ERROR) << text;
        return result;
    }
    // Lives as long as the query.
    template <class T>
    static T* analysis(const QueryPtr& query, ULONG type) {
        void* result = nullptr;
        EXPECT_EQ(query->GetAnalysis(type, 0, &result), WBEM_S_NO_ERROR);
        return static_cast<T*>(result);
    }
    static const SWbemRpnEncodedQuery& rpn(const QueryPtr& query) {
        return *analysis<SWbemRpnEncodedQuery>(query, WMIQ_ANALYSIS_RPN_SEQUENCE);
    }
    static std::string where(const SWbemRpnEncodedQuery& query) {
        std::string text;
        for (ULONG i = 0; i < query.m_uWhereClauseSize; ++i) {
            text += (i == 0 ? "" : " | ") + token_text(*query.m_ppRpnWhereClause[i]);
        }
        return text;
    }
};

TEST_F(QueryTest, KnowsTwoLanguagesInCapitals) {
    const auto q = create<IWbemQuery>(CLSID_WbemQuery);
    const wchar_t* text = L"SELECT * FROM C";
    PROVES("COM-170", EXPECT_EQ(q->Parse(L"WQL", text, 0), WBEM_S_NO_ERROR));
    PROVES("COM-170", EXPECT_EQ(q->Parse(L"SQL", text, 0), WBEM_S_NO_ERROR));
    for (const wchar_t* bad : {L"wql", L"sql", L"LDAP", L""}) {
        PROVES("COM-170", EXPECT_EQ(q->Parse(bad, text, 0), WBEM_E_INVALID_PARAMETER));
    }
    EXPECT_EQ(q->Parse(nullptr, text, 0), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(q->Parse(L"WQL", nullptr, 0), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(q->Parse(L"WQL", text, 1), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(q->Parse(L"WQL", L"SELECT FROM WHERE", 0), WBEM_E_UNPARSABLE_QUERY);
    void* none = nullptr;
    EXPECT_EQ(q->GetAnalysis(WMIQ_ANALYSIS_QUERY_TEXT, 0, &none), WBEM_E_INVALID_OPERATION)
        << "what could not be parsed has no analysis";
}

TEST_F(QueryTest, EncodesASelect) {
    const auto q = query(
        "SELECT Name, TargetInstance.Size FROM __InstanceModificationEvent WITHIN 2.5 WHERE "
        "TargetInstance ISA 'Disk' AND (TargetInstance.Free < 10 OR NOT TargetInstance.Label LIKE "
        "'C%') GROUP WITHIN 600 BY TargetInstance.Name HAVING NumberOfEvents > 5");
    const auto& result = rpn(q);
    PROVES("COM-170", EXPECT_EQ(result.m_uFromTargetType, ULONG{WMIQ_RPN_FROM_UNARY}));
    ASSERT_EQ(result.m_uFromListSize, 1U);
    PROVES("COM-170", EXPECT_EQ(to_utf8(result.m_ppszFromList[0]), "__InstanceModificationEvent"));
    ASSERT_EQ(result.m_uSelectListSize, 2U);
    PROVES("COM-170", EXPECT_EQ(name(*result.m_ppSelectList[1]), "TargetInstance.Size"));
    PROVES("COM-170", EXPECT_EQ(where(result),
                                "TargetInstance ISA 'Disk' | TargetInstance.Free < 10 | "
                                "TargetInstance.Label LIKE 'C%' | NOT | OR | AND"));
    PROVES("COM-170", EXPECT_EQ(result.m_dblWithinPolling, 2.5));
    PROVES("COM-170", EXPECT_EQ(result.m_dblWithinWindow, 600));
    EXPECT_EQ(
        result.m_uParsedFeatureMask,
        ULONGLONG{WMIQ_RPNF_WHERE_CLAUSE_PRESENT | WMIQ_RPNF_PROJECTION |
                  WMIQ_RPNF_QUALIFIED_NAMES_USED | WMIQ_RPNF_ISA_USED | WMIQ_RPNF_GROUP_BY_HAVING});
    const std::vector<ULONG> features(result.m_puDetectedFeatures,
                                      result.m_puDetectedFeatures + result.m_uDetectedArraySize);
    EXPECT_EQ(features, (std::vector<ULONG>{WMIQ_LF1_BASIC_SELECT, WMIQ_LF8_ISA,
                                            WMIQ_LF10_COMPEX_SUBEXPRESSIONS,
                                            WMIQ_LF12_GROUP_BY_HAVING, WMIQ_LF13_WMI_WITHIN,
                                            WMIQ_LF17_QUALIFIED_NAMES, WMIQ_LF26_LIKE}));
    EXPECT_EQ(result.m_uOrderByListSize, 0U);
}

TEST_F(QueryTest, EncodesEveryTest) {
    struct Case {
        const char* condition;
        const char* rpn;
    };
    for (const auto& [condition, expected] : {
             Case{"A = 1", "A = 1"},
             Case{"5 < A", "A > 5"},
             Case{"5 >= A", "A <= 5"},
             Case{"A != 'x'", "A <> 'x'"},
             Case{"A <= -2147483648", "A <= -2147483648"},
             Case{"A >= 2147483648", "A >= 2147483648L"},
             Case{"A > 18446744073709551615", "A > 18446744073709551615UL"},
             Case{"A = 1.5", "A = 1.5R"},
             Case{"A = TRUE", "A = TRUE"},
             Case{"A IS NULL", "A ISNULL"},
             Case{"A IS NOT NULL", "A ISNOTNULL"},
             Case{"A.B = C.D", "A.B = C.D"},
             Case{"A = 1 OR B = 2 OR C = 3", "A = 1 | B = 2 | OR | C = 3 | OR"},
         }) {
        const auto q = query(std::string("SELECT * FROM X WHERE ") + condition);
        PROVES("COM-170", EXPECT_EQ(where(rpn(q)), expected));
    }
}

TEST_F(QueryTest, NamesItsFeatures) {
    struct Case {
        const char* query;
        ULONGLONG bits;
    };
    constexpr ULONGLONG star = WMIQ_RPNF_FEATURE_SELECT_STAR;
    constexpr ULONGLONG condition = star | WMIQ_RPNF_WHERE_CLAUSE_PRESENT;
    for (const auto& [text, bits] : {
             Case{"SELECT * FROM X", star},
             Case{"SELECT * FROM X WHERE A = 1 AND B = 2",
                  condition | WMIQ_RPNF_QUERY_IS_CONJUNCTIVE | WMIQ_RPNF_EQUALITY_TESTS_ONLY},
             Case{"SELECT * FROM X WHERE A = 1 OR B > 2",
                  condition | WMIQ_RPNF_QUERY_IS_DISJUNCTIVE},
             Case{"SELECT * FROM X WHERE A = B", condition | WMIQ_RPNF_QUERY_IS_CONJUNCTIVE |
                                                     WMIQ_RPNF_EQUALITY_TESTS_ONLY |
                                                     WMIQ_RPNF_PROP_TO_PROP_TESTS},
             Case{"SELECT * FROM X WHERE NOT __CLASS = 'Y'",
                  condition | WMIQ_RPNF_EQUALITY_TESTS_ONLY | WMIQ_RPNF_SYSPROP_CLASS_USED},
         }) {
        PROVES("COM-170", EXPECT_EQ(rpn(query(text)).m_uParsedFeatureMask, bits) << text);
    }
}

TEST_F(QueryTest, TakesAssociationsApart) {
    const char* text =
        "ASSOCIATORS OF {Disk.Id=\"C:\"} WHERE AssocClass = Holds ResultClass = Part Role = Whole "
        "ResultRole = Piece RequiredQualifier = Q RequiredAssocQualifier = R ";
    const auto q = query(text);
    const auto& result = *analysis<SWbemAssocQueryInf>(q, WMIQ_ANALYSIS_ASSOC_QUERY);
    PROVES("COM-170",
           EXPECT_EQ(result.m_uFeatureMask,
                     ULONG{WMIQ_ASSOCQ_ASSOCIATORS | WMIQ_ASSOCQ_ASSOCCLASS |
                           WMIQ_ASSOCQ_RESULTCLASS | WMIQ_ASSOCQ_ROLE | WMIQ_ASSOCQ_RESULTROLE |
                           WMIQ_ASSOCQ_REQUIREDQUALIFIER | WMIQ_ASSOCQ_REQUIREDASSOCQUALIFIER}));
    PROVES("COM-170", EXPECT_EQ(to_utf8(result.m_pszPath), "Disk.Id=\"C:\""));
    EXPECT_EQ(to_utf8(result.m_pszQueryText), text);
    EXPECT_EQ(to_utf8(result.m_pszAssocClass), "Holds");
    EXPECT_EQ(to_utf8(result.m_pszResultClass), "Part");
    EXPECT_EQ(to_utf8(result.m_pszRole), "Whole");
    EXPECT_EQ(to_utf8(result.m_pszResultRole), "Piece");
    EXPECT_EQ(to_utf8(result.m_pszRequiredQualifier), "Q");
    EXPECT_EQ(to_utf8(result.m_pszRequiredAssocQualifier), "R");
    PROVES("COM-170", EXPECT_TRUE(result.m_pPath->IsSameClassName(L"Disk")));

    const auto other = query("REFERENCES OF {Disk=1} WHERE ClassDefsOnly");
    const auto& references = *analysis<SWbemAssocQueryInf>(other, WMIQ_ANALYSIS_ASSOC_QUERY);
    EXPECT_EQ(references.m_uFeatureMask, ULONG{WMIQ_ASSOCQ_REFERENCES | WMIQ_ASSOCQ_CLASSDEFSONLY});
    EXPECT_EQ(references.m_pszRole, nullptr);
}

TEST_F(QueryTest, GivesOnlyWhatThereIs) {
    void* result = &result;
    const auto select = query("SELECT * FROM X");
    EXPECT_EQ(select->GetAnalysis(WMIQ_ANALYSIS_ASSOC_QUERY, 0, &result), WBEM_E_NOT_AVAILABLE);
    EXPECT_EQ(result, nullptr);
    PROVES("COM-170", EXPECT_EQ(select->GetAnalysis(WMIQ_ANALYSIS_PROP_ANALYSIS_MATRIX, 0, &result),
                                WBEM_E_NOT_SUPPORTED));
    EXPECT_EQ(select->GetAnalysis(9, 0, &result), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(select->GetAnalysis(WMIQ_ANALYSIS_QUERY_TEXT, 1, &result), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(select->GetAnalysis(WMIQ_ANALYSIS_QUERY_TEXT, 0, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(query("REFERENCES OF {X=1}")->GetAnalysis(WMIQ_ANALYSIS_RPN_SEQUENCE, 0, &result),
              WBEM_E_NOT_AVAILABLE);
    EXPECT_EQ(select->GetQueryInfo(1, 1, 0, nullptr), WBEM_E_NOT_SUPPORTED);
}

TEST_F(QueryTest, FreesWhatItGave) {
    const auto q = query("SELECT * FROM X WHERE A = 'text'");
    auto* text = analysis<wchar_t>(q, WMIQ_ANALYSIS_QUERY_TEXT);
    PROVES("COM-170", EXPECT_EQ(to_utf8(text), "SELECT * FROM X WHERE A = 'text'"));
    auto* encoded = analysis<SWbemRpnEncodedQuery>(q, WMIQ_ANALYSIS_RPN_SEQUENCE);
    PROVES("COM-170", EXPECT_EQ(q->FreeMemory(text), WBEM_S_NO_ERROR));
    PROVES("COM-170", EXPECT_EQ(q->FreeMemory(text), WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(q->FreeMemory(nullptr), WBEM_E_INVALID_PARAMETER);
    PROVES("COM-170", EXPECT_EQ(q->Empty(), WBEM_S_NO_ERROR));
    EXPECT_EQ(where(*encoded), "A = 'text'") << "Empty takes back nothing";
    EXPECT_EQ(q->FreeMemory(encoded), WBEM_S_NO_ERROR);
    void* none = nullptr;
    PROVES("COM-170",
           EXPECT_EQ(q->GetAnalysis(WMIQ_ANALYSIS_QUERY_TEXT, 0, &none), WBEM_E_INVALID_OPERATION));
}

TEST_F(QueryTest, TellsWhatTheCallerCannotHandle) {
    const auto q = query("SELECT * FROM X WHERE A LIKE 'x%' AND B ISA 'Y'");
    ULONG size = 0;
    EXPECT_EQ(q->TestLanguageFeatures(0, &size, nullptr), WBEM_S_NO_ERROR);
    ULONG handled[] = {WMIQ_LF1_BASIC_SELECT, WMIQ_LF8_ISA};
    EXPECT_EQ(q->SetLanguageFeatures(0, 2, handled), WBEM_S_NO_ERROR);
    ULONG beyond[4] = {};
    EXPECT_EQ(q->TestLanguageFeatures(0, &size, beyond), WBEM_E_BUFFER_TOO_SMALL);
    EXPECT_EQ(size, 1U);
    EXPECT_EQ(q->TestLanguageFeatures(0, &size, beyond), WBEM_S_FALSE);
    EXPECT_EQ(beyond[0], ULONG{WMIQ_LF26_LIKE});
    ULONG bad[] = {77};
    EXPECT_EQ(q->SetLanguageFeatures(0, 1, bad), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(q->SetLanguageFeatures(0, 1, nullptr), WBEM_E_INVALID_PARAMETER);
}

}  // namespace
}  // namespace openwmi::wbem

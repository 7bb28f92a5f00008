#include <gmock/gmock.h>
#include <gtest/gtest.h>

int main(int count, char** arguments) {
    // Other tests may have left threads behind that a plain fork would cut off.
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    testing::InitGoogleMock(&count, arguments);
    return RUN_ALL_TESTS();
}

// Any bytes as the payload of a binary MOF, under a header that fits them: read, judged, compiled
// against nothing; and what is read, written and read again, says the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mof/binary.h"
#include "mof/binary_format.h"
#include "mof/recording_target.h"

namespace {

using namespace openwmi;

std::string fixed(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace binary = mof::binary;
    const std::string payload(data, data + size);
    const std::string bytes = std::string(binary::magic) + fixed(binary::version, 4) + fixed(0, 4) +
                              fixed(size, 8) + fixed(binary::checksum(payload), 8) + payload;
    mof::ParseOptions options;
    options.fragments = true;
    mof::read_binary(payload, "raw.bmof", options);
    const mof::Document document = mof::read_binary(bytes, "fuzz.bmof", options);
    for (const auto& diagnostic : document.diagnostics) document.render(diagnostic);
    const std::string said = mof::recorded(document);
    if (!document.ok()) return 0;
    const mof::Document again = mof::read_binary(mof::write_binary(document), "fuzz.bmof", options);
    if (mof::recorded(again) != said) std::abort();
    return 0;
}

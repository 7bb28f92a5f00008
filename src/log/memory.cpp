#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "log/files.h"

namespace openwmi::log {

namespace {

using Bytes = std::vector<std::byte>;

// Lives as long as somebody has it open, whatever becomes of its name.
class MemoryFile final : public LogFile {
  public:
    explicit MemoryFile(std::shared_ptr<Bytes> bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_->size(); }
    Result<> write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        std::ranges::copy(bytes, bytes_->begin() + static_cast<std::ptrdiff_t>(offset));
        return {};
    }
    Result<Bytes> read(std::uint64_t offset, std::size_t size) const override {
        const auto begin = bytes_->begin() + static_cast<std::ptrdiff_t>(offset);
        return Bytes(begin, begin + static_cast<std::ptrdiff_t>(size));
    }
    Result<> sync() override { return {}; }

  private:
    const std::shared_ptr<Bytes> bytes_;
};

// Thread-safe.
class MemoryFiles final : public LogFiles {
  public:
    Result<std::vector<std::string>> list() const override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> names;
        for (const auto& [name, bytes] : files_) names.push_back(name);
        return names;
    }
    Result<std::unique_ptr<LogFile>> create(std::string_view name, std::uint64_t bytes) override {
        auto content = std::make_shared<Bytes>(bytes);
        const std::lock_guard lock(mutex_);
        files_.insert_or_assign(std::string(name), content);
        return std::make_unique<MemoryFile>(std::move(content));
    }
    Result<std::unique_ptr<LogFile>> open(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        const auto found = files_.find(name);
        if (found == files_.end()) return fail(Status::Failed, "there is no file {}", name);
        return std::make_unique<MemoryFile>(found->second);
    }
    Result<> rename(std::string_view from, std::string_view to) override {
        const std::lock_guard lock(mutex_);
        const auto found = files_.find(from);
        if (found == files_.end()) return fail(Status::Failed, "there is no file {}", from);
        auto content = std::move(found->second);
        files_.erase(found);
        files_.insert_or_assign(std::string(to), std::move(content));
        return {};
    }
    Result<> remove(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        const auto found = files_.find(name);
        if (found != files_.end()) files_.erase(found);
        return {};
    }
    Result<> sync() override { return {}; }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Bytes>, std::less<>> files_;
};

}  // namespace

std::unique_ptr<LogFiles> memory_files() {
    return std::make_unique<MemoryFiles>();
}

}  // namespace openwmi::log

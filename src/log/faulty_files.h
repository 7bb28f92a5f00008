#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "log/files.h"

// A disk in memory that fails when a test says so and then has lost what a real one may lose, for
// this room's tests.
namespace openwmi::log::test {

// Thread-safe.
class FaultyFiles final : public LogFiles {
  public:
    // The operations that change something, of which the one after this many fails, as do all
    // later ones: the power is gone.
    std::size_t operations_left = SIZE_MAX;
    bool is_full = false;
    std::function<void()> on_sync;        // of a file
    std::function<void()> on_power_loss;  // at the first operation that fails for it
    std::size_t syncs = 0;

    // What is found when the power is back: names and bytes that were synced; of the others some,
    // names in their order, bytes by the sector in no order, the last sector torn.
    void crash(std::uint64_t seed) {
        const std::lock_guard lock(mutex_);
        std::mt19937_64 random(seed);
        auto names = durable_names_;
        const std::size_t kept = random() % (name_changes_.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) name_changes_[i](names);
        for (auto& [name, file] : names) {
            for (const auto& [offset, bytes] : file->unsynced) {
                for (std::size_t at = 0; at < bytes.size(); at += sector) {
                    if (random() % 2 == 0) continue;
                    const std::size_t whole = std::min(sector, bytes.size() - at);
                    const bool last = at + sector >= bytes.size();
                    const std::size_t size = last ? random() % (whole + 1) : whole;
                    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size,
                                file->durable.begin() + static_cast<std::ptrdiff_t>(offset + at));
                }
            }
            file->unsynced.clear();
            file->current = file->durable;
        }
        names_ = durable_names_ = std::move(names);
        name_changes_.clear();
        operations_left = SIZE_MAX;
        is_full = false;
    }

    // For damage by hand and for looking at what is there.
    std::vector<std::byte>& content(const std::string& name) { return names_.at(name)->current; }
    std::map<std::string, std::vector<std::byte>> all() const {
        std::map<std::string, std::vector<std::byte>> found;
        for (const auto& [name, file] : names_) found[name] = file->current;
        return found;
    }

    Result<std::vector<std::string>> list() const override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> found;
        for (const auto& [name, file] : names_) found.push_back(name);
        return found;
    }
    Result<std::unique_ptr<LogFile>> create(std::string_view name, std::uint64_t bytes) override {
        const std::lock_guard lock(mutex_);
        if (is_full) return fail(Status::OutOfDiskSpace, "the disk is full");
        WMI_TRY(operate());
        auto inode = std::make_shared<Inode>();
        inode->current.resize(bytes);
        inode->durable.resize(bytes);
        change([name = std::string(name), inode](Names& names) { names[name] = inode; });
        return std::make_unique<File>(*this, inode);
    }
    Result<std::unique_ptr<LogFile>> open(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        const auto found = names_.find(name);
        if (found == names_.end()) return fail(Status::Failed, "no file {}", name);
        return std::make_unique<File>(*this, found->second);
    }
    Result<> rename(std::string_view from, std::string_view to) override {
        const std::lock_guard lock(mutex_);
        WMI_TRY(operate());
        change([from = std::string(from), to = std::string(to)](Names& names) {
            names[to] = names.at(from);
            names.erase(from);
        });
        return {};
    }
    Result<> remove(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        WMI_TRY(operate());
        change([name = std::string(name)](Names& names) { names.erase(name); });
        return {};
    }
    Result<> sync() override {
        const std::lock_guard lock(mutex_);
        WMI_TRY(operate());
        durable_names_ = names_;
        name_changes_.clear();
        return {};
    }

  private:
    static constexpr std::size_t sector = 512;

    struct Inode {
        std::vector<std::byte> current;
        std::vector<std::byte> durable;
        std::vector<std::pair<std::size_t, std::vector<std::byte>>> unsynced;
    };
    using Names = std::map<std::string, std::shared_ptr<Inode>, std::less<>>;

    class File final : public LogFile {
      public:
        File(FaultyFiles& disk, std::shared_ptr<Inode> inode)
            : disk_(disk), inode_(std::move(inode)) {}
        std::uint64_t size() const override { return inode_->current.size(); }
        Result<> write(std::uint64_t offset, std::span<const std::byte> bytes) override {
            const std::lock_guard lock(disk_.mutex_);
            inode_->unsynced.push_back({offset, {bytes.begin(), bytes.end()}});
            std::ranges::copy(bytes, inode_->current.begin() + static_cast<std::ptrdiff_t>(offset));
            return disk_.operate();
        }
        Result<std::vector<std::byte>> read(std::uint64_t offset, std::size_t size) const override {
            const std::lock_guard lock(disk_.mutex_);
            const auto begin = inode_->current.begin() + static_cast<std::ptrdiff_t>(offset);
            return std::vector<std::byte>(begin, begin + static_cast<std::ptrdiff_t>(size));
        }
        Result<> sync() override {
            if (disk_.on_sync) disk_.on_sync();
            const std::lock_guard lock(disk_.mutex_);
            WMI_TRY(disk_.operate());
            ++disk_.syncs;
            inode_->durable = inode_->current;
            inode_->unsynced.clear();
            return {};
        }

      private:
        FaultyFiles& disk_;
        const std::shared_ptr<Inode> inode_;
    };

    Result<> operate() {
        if (operations_left == 0) {
            if (auto lost = std::exchange(on_power_loss, nullptr)) lost();
            return fail(Status::Failed, "the power is gone");
        }
        if (operations_left != SIZE_MAX) --operations_left;
        return {};
    }
    void change(std::function<void(Names&)> how) {
        how(names_);
        name_changes_.push_back(std::move(how));
    }

    mutable std::mutex mutex_;
    Names names_;
    Names durable_names_;
    std::vector<std::function<void(Names&)>> name_changes_;
};

}  // namespace openwmi::log::test

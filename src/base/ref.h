#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace openwmi::base {

// Base of objects that are shared by an intrusive count. The count starts at zero; the first Ref
// makes it one. Thread-safe count; what is counted is normally immutable.
template <class Derived>
class RefCounted {
  public:
    RefCounted(const RefCounted&) = delete;
    RefCounted& operator=(const RefCounted&) = delete;

    void add_ref() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    void release() const noexcept {
        if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete static_cast<const Derived*>(this);
        }
    }
    // True when the caller's Ref is the only one: then nobody else can see a change made in place.
    bool has_one_owner() const noexcept { return count_.load(std::memory_order_acquire) == 1; }

  protected:
    RefCounted() = default;
    ~RefCounted() = default;

  private:
    mutable std::atomic<std::uint32_t> count_{0};
};

// Owns one count of a RefCounted object, or is empty.
template <class T>
class Ref {
  public:
    Ref() = default;
    Ref(std::nullptr_t) {}
    explicit Ref(T* object) : object_(object) {
        if (object_) object_->add_ref();
    }
    Ref(const Ref& other) : Ref(other.object_) {}
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    template <class U>
        requires std::is_convertible_v<U*, T*>
    Ref(const Ref<U>& other) : Ref(other.get()) {}
    template <class U>
        requires std::is_convertible_v<U*, T*>
    Ref(Ref<U>&& other) noexcept : object_(other.detach()) {}
    ~Ref() {
        if (object_) object_->release();
    }
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }

    T* get() const { return object_; }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

    // Gives the count away without releasing it.
    [[nodiscard]] T* detach() noexcept { return std::exchange(object_, nullptr); }

    friend bool operator==(const Ref& a, const Ref& b) { return a.object_ == b.object_; }
    friend bool operator==(const Ref& a, std::nullptr_t) { return a.object_ == nullptr; }

  private:
    T* object_ = nullptr;
};

template <class T, class... Args>
Ref<T> make_ref(Args&&... args) {
    return Ref<T>(new T(std::forward<Args>(args)...));
}

}  // namespace openwmi::base

template <class T>
struct std::hash<openwmi::base::Ref<T>> {
    std::size_t operator()(const openwmi::base::Ref<T>& ref) const {
        return std::hash<T*>()(ref.get());
    }
};

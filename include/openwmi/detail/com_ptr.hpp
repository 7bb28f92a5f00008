#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../unknwn.h"

namespace openwmi {

// Owns one reference to an interface, or is empty. Each change of ownership is a verb.
template <class T>
class com_ptr {
  public:
    com_ptr() = default;
    com_ptr(std::nullptr_t) noexcept {}
    // Shares an object that somebody else holds: adds a reference.
    explicit com_ptr(T* shared) noexcept : object_(shared) {
        if (object_) object_->AddRef();
    }
    com_ptr(const com_ptr& other) noexcept : com_ptr(other.object_) {}
    com_ptr(com_ptr&& other) noexcept : object_(other.detach()) {}
    template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
    com_ptr(const com_ptr<U>& other) noexcept : com_ptr(static_cast<T*>(other.get())) {}
    template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
    com_ptr(com_ptr<U>&& other) noexcept : object_(other.detach()) {}
    com_ptr& operator=(com_ptr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~com_ptr() {
        if (object_) object_->Release();
    }

    // Takes over a reference that the caller owns.
    static com_ptr adopt(T* owned) noexcept {
        com_ptr result;
        result.object_ = owned;
        return result;
    }

    T* get() const noexcept { return object_; }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }

    // For an out-parameter: releases what was there.
    T** put() noexcept {
        *this = nullptr;
        return &object_;
    }
    void** put_void() noexcept { return reinterpret_cast<void**>(put()); }
    // Gives the reference away.
    [[nodiscard]] T* detach() noexcept { return std::exchange(object_, nullptr); }
    // Gives a reference of its own to an out-parameter.
    template <class U>
    void copy_to(U** result) const noexcept {
        *result = object_;
        if (object_) object_->AddRef();
    }

    // The same object through another interface; empty when it has none.
    template <class U>
    com_ptr<U> query() const noexcept {
        com_ptr<U> result;
        if (object_ && FAILED(object_->QueryInterface(__uuidof(U), result.put_void()))) {
            return nullptr;
        }
        return result;
    }

    friend bool operator==(const com_ptr& a, const com_ptr& b) noexcept {
        return a.object_ == b.object_;
    }
    friend bool operator!=(const com_ptr& a, const com_ptr& b) noexcept {
        return a.object_ != b.object_;
    }
    friend bool operator==(const com_ptr& a, std::nullptr_t) noexcept { return !a.object_; }
    friend bool operator!=(const com_ptr& a, std::nullptr_t) noexcept {
        return a.object_ != nullptr;
    }

  private:
    T* object_ = nullptr;
};

}  // namespace openwmi

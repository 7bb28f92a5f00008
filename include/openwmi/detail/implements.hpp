#pragma once

#include <atomic>
#include <utility>

#include "com_ptr.hpp"
#include "error.hpp"

namespace openwmi {

// Base of an object that offers the listed interfaces and those they extend: the count,
// QueryInterface and a virtual destructor, which stands behind the interfaces' slots. Make objects
// with openwmi::make. Thread-safe count.
template <class First, class... Others>
class implements : public First, public Others... {
  public:
    implements(const implements&) = delete;
    implements& operator=(const implements&) = delete;

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** ppvObject) override {
        if (!ppvObject) return E_POINTER;
        *ppvObject = nullptr;
        if (!(find<First, First>(riid, ppvObject) || ... ||
              find<Others, Others>(riid, ppvObject))) {
            return E_NOINTERFACE;
        }
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override {
        return count_.fetch_add(1, std::memory_order_relaxed) + 1;
    }
    ULONG STDMETHODCALLTYPE Release() override {
        const ULONG left = count_.fetch_sub(1, std::memory_order_acq_rel) - 1;
        if (left == 0) delete this;
        return left;
    }

  protected:
    implements() = default;
    virtual ~implements() = default;

  private:
    // Looks for riid in Candidate and the interfaces that it extends; they all start where Listed
    // does.
    template <class Listed, class Candidate>
    bool find(REFIID riid, void** result) noexcept {
        if (riid == detail::uuid_of<Candidate>::value) {
            *result = static_cast<Candidate*>(static_cast<Listed*>(this));
            return true;
        }
        using Base = typename detail::uuid_of<Candidate>::base;
        if constexpr (std::is_void_v<Base>) {
            return false;
        } else {
            return find<Listed, Base>(riid, result);
        }
    }

    std::atomic<ULONG> count_{1};
};

// `auto sink = openwmi::make<MySink>(arguments);`
template <class T, class... Args>
com_ptr<T> make(Args&&... args) {
    return com_ptr<T>::adopt(new T(std::forward<Args>(args)...));
}

// The class object of a class whose objects `create(riid, &object)` makes. Thread-safe if `create`
// is.
template <class Create>
class class_factory final : public implements<IClassFactory> {
  public:
    explicit class_factory(Create create) : create_(std::move(create)) {}

    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* pUnkOuter, REFIID riid,
                                             void** ppvObject) override {
        if (!ppvObject) return E_POINTER;
        *ppvObject = nullptr;
        if (pUnkOuter) return CLASS_E_NOAGGREGATION;
        return guarded([&]() -> HRESULT { return create_(riid, ppvObject); });
    }
    // A library is never unloaded, so there is nothing to lock.
    HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

  private:
    Create create_;
};

}  // namespace openwmi

#pragma once

#include "cim/instance.h"

namespace openwmi::cim {

// Writes a block in one pass: the slots in rising order, each exactly once, the heap behind them as
// it comes. Values must already fit their slots (coerce). Confined to one thread.
class BlockWriter {
  public:
    // `heap_bytes`: how much the heap will probably take.
    BlockWriter(LayoutPtr layout, std::size_t heap_bytes);

    void put(const Value& value);
    void put_default();
    BlockPtr finish();

  private:
    template <class T>
    void append(T number);
    void append_text(std::string_view text);
    std::uint32_t embed(const ObjectPtr& object);
    void append_array(const Value& value, const Slot& slot);
    std::uint64_t slot_content(const Value& value, const Slot& slot);
    void mark(std::uint8_t bit);

    base::Ref<Block> block_;
    std::size_t next_ = 0;
};

}  // namespace openwmi::cim

#include "common/system_error.h"

#include <cerrno>

namespace openwmi::consumers {

HRESULT code_of(int system_error) {
    switch (system_error) {
        case EACCES:
        case EPERM:
        case EROFS: return WBEM_E_ACCESS_DENIED;
        case ENOENT:
        case ENOTDIR: return WBEM_E_NOT_FOUND;
        case ENOSPC:
        case EDQUOT:
        case EFBIG: return WBEM_E_OUT_OF_DISK_SPACE;
        default: return WBEM_E_FAILED;
    }
}

}  // namespace openwmi::consumers

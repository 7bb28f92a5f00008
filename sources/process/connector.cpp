#include "process/connector.h"

#include <arpa/inet.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace openwmi::process_source {
namespace {

constexpr int receive_buffer_bytes = 32 << 20;  // a storm of forks while a reader is descheduled
constexpr int acknowledgement_milliseconds = 200;

// The names of the event kinds moved between kernel headers; their numbers are the ABI.
constexpr std::uint32_t what_acknowledgement = 0;
constexpr std::uint32_t what_fork = 0x00000001;
constexpr std::uint32_t what_exec = 0x00000002;
constexpr std::uint32_t what_exit = 0x80000000;

// A message: netlink's header, the connector's header, the event. Each datagram holds one.
constexpr std::size_t event_offset = NLMSG_HDRLEN + sizeof(cn_msg);

class Connector final : public ProcessEvents {
  public:
    Connector()
        : socket_(socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR)),
          stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~Connector() override {
        if (socket_ >= 0) {
            if (subscribed_) tell_kernel(PROC_CN_MCAST_IGNORE);
            close(socket_);
        }
        if (stop_ >= 0) close(stop_);
    }

    bool subscribe(std::string& refusal);
    std::optional<KernelEvent> next() override;
    void interrupt() override {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(stop_, &one, sizeof one);
    }

  private:
    using Message = std::array<std::byte, 512>;

    bool tell_kernel(proc_cn_mcast_op operation) const;
    bool await_acknowledgement(std::string& refusal) const;
    void keep_only_what_matters() const;
    bool wait_readable();
    static std::optional<KernelEvent> decode(const Message& message, std::size_t bytes);

    int socket_;
    int stop_;
    bool subscribed_ = false;
    bool has_lost_ = false;
};

// The event's beginning: all that is read here has its place since the connector exists.
struct Header {
    std::uint32_t what;
    std::uint32_t cpu;
    std::uint64_t nanoseconds;
    std::array<std::uint32_t, 4> words;
};
static_assert(offsetof(proc_event, event_data) == offsetof(Header, words));

bool Connector::tell_kernel(proc_cn_mcast_op operation) const {
    alignas(nlmsghdr) std::array<std::byte, event_offset + sizeof(operation)> bytes{};
    nlmsghdr header{};
    header.nlmsg_len = bytes.size();
    header.nlmsg_type = NLMSG_DONE;
    cn_msg message{};
    message.id = {CN_IDX_PROC, CN_VAL_PROC};
    message.len = sizeof operation;
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + NLMSG_HDRLEN, &message, sizeof message);
    std::memcpy(bytes.data() + event_offset, &operation, sizeof operation);
    return send(socket_, bytes.data(), bytes.size(), 0) >=
           0;  // a datagram goes whole or not at all
}

// A socket filter, which all kernels have: only forks, execs, exits and the acknowledgement wake
// the reader. It loads in network order.
void Connector::keep_only_what_matters() const {
    const auto is = [](std::uint32_t what, std::uint8_t skip) -> sock_filter {
        return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(what), skip, 0);
    };
    std::array<sock_filter, 7> code{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, event_offset),
        is(what_fork, 4),
        is(what_exec, 3),
        is(what_exit, 2),
        is(what_acknowledgement, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    }};
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    // Without it everything arrives and is sorted out in decode().
    setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

bool Connector::subscribe(std::string& refusal) {
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = CN_IDX_PROC;
    if (socket_ < 0 || stop_ < 0) {
        refusal = std::string("the kernel has no connector: ") + std::strerror(errno);
        return false;
    }
    if (setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes) != 0) {
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
    }
    keep_only_what_matters();
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        refusal = errno == EPERM ? "CAP_NET_ADMIN is missing"
                                 : std::string("it cannot be bound: ") + std::strerror(errno);
        return false;
    }
    if (!tell_kernel(PROC_CN_MCAST_LISTEN)) {
        refusal = errno == ECONNREFUSED
                      ? "it is not offered here (another user or network namespace)"
                      : std::string("it cannot be subscribed: ") + std::strerror(errno);
        return false;
    }
    subscribed_ = await_acknowledgement(refusal);
    return subscribed_;
}

bool Connector::await_acknowledgement(std::string& refusal) const {
    pollfd readable{socket_, POLLIN, 0};
    while (poll(&readable, 1, acknowledgement_milliseconds) > 0) {
        Message message;
        const ssize_t bytes = recv(socket_, message.data(), message.size(), 0);
        Header header{};
        if (bytes < static_cast<ssize_t>(event_offset + sizeof(std::uint64_t) * 3)) continue;
        std::memcpy(&header, message.data() + event_offset,
                    std::min(sizeof header, static_cast<std::size_t>(bytes) - event_offset));
        // Other events may come first; they happened before the subscription was complete.
        if (header.what != what_acknowledgement) continue;
        if (header.words[0] == 0) return true;
        refusal = header.words[0] == EPERM ? "CAP_NET_ADMIN is missing"
                                           : std::string("it refuses: ") +
                                                 std::strerror(static_cast<int>(header.words[0]));
        return false;
    }
    refusal = "it does not answer (a process or user namespace of its own)";
    return false;
}

bool Connector::wait_readable() {
    std::array<pollfd, 2> waiting{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR) {
    }
    return waiting[1].revents == 0;
}

std::optional<KernelEvent> Connector::decode(const Message& message, std::size_t bytes) {
    Header header{};
    cn_msg connector{};
    if (bytes < event_offset + sizeof header) return std::nullopt;
    std::memcpy(&connector, message.data() + NLMSG_HDRLEN, sizeof connector);
    if (connector.id.idx != CN_IDX_PROC || connector.id.val != CN_VAL_PROC) return std::nullopt;
    std::memcpy(&header, message.data() + event_offset, sizeof header);
    const auto id = [&](std::size_t index) { return static_cast<pid_t>(header.words[index]); };
    KernelEvent event;
    event.nanoseconds = header.nanoseconds;
    switch (header.what) {
        case what_fork:  // parent thread, parent process, child thread, child process
            event.kind = KernelEvent::Kind::Fork;
            event.parent = id(1);
            event.thread = id(2);
            event.process = id(3);
            return event;
        case what_exec:  // thread, process
            event.kind = KernelEvent::Kind::Exec;
            event.thread = id(0);
            event.process = id(1);
            return event;
        case what_exit:  // thread, process, exit code, exit signal
            event.kind = KernelEvent::Kind::Exit;
            event.thread = id(0);
            event.process = id(1);
            event.status = header.words[2];
            return event;
        default: return std::nullopt;
    }
}

std::optional<KernelEvent> Connector::next() {
    while (true) {
        Message message;
        sockaddr_nl sender{};
        socklen_t length = sizeof sender;
        const ssize_t bytes = recvfrom(socket_, message.data(), message.size(), 0,
                                       reinterpret_cast<sockaddr*>(&sender), &length);
        if (bytes >= 0) {
            if (sender.nl_pid != 0) continue;  // only the kernel is believed
            if (const auto event = decode(message, static_cast<std::size_t>(bytes))) return event;
        } else if (errno == ENOBUFS) {
            has_lost_ = true;
        } else if (errno == EAGAIN && has_lost_) {
            // What was received before the loss has been read: now /proc is ahead of it.
            has_lost_ = false;
            KernelEvent gap;
            gap.is_loss = true;
            return gap;
        } else if (errno == EAGAIN) {
            if (!wait_readable()) return std::nullopt;
        } else if (errno != EINTR) {
            return std::nullopt;
        }
    }
}

}  // namespace

std::unique_ptr<ProcessEvents> open_connector(std::string& refusal) {
    auto connector = std::make_unique<Connector>();
    if (!connector->subscribe(refusal)) return nullptr;
    return connector;
}

}  // namespace openwmi::process_source

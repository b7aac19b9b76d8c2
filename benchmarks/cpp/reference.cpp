// The reference model as a bare loop: what a call costs when nothing but the queue is left.
//
// Two first-come-first-served queues and a binary heap of service ends, merged with the arrivals,
// which are sorted already. Patience makes no events: who waits past it is dropped when reached.
// Ties as in the model: a service end goes before an arrival, an answer before the end of patience.
//
//   reference CALLS LOG RUNS
//
// CALLS  int64 n, int64 handlers, then n each of int64 class, double arrival_s, patience_s, handle_s
// LOG    written: n each of int64 answered, double wait_end_s, double service_end_s
// RUNS   how often the loop is timed, after one run to warm up; a line of CPU seconds for each

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

struct Calls {
    std::vector<std::int64_t> contact_class;
    std::vector<double> arrival_s, patience_s, handle_s;
};

struct Log {
    std::vector<std::int64_t> answered;
    std::vector<double> wait_end_s, service_end_s;
};

struct Fifo {
    std::vector<std::int64_t> contact;
    std::size_t head = 0;
};

using ServiceEnd = std::pair<double, std::int64_t>;
using ServiceEnds =
    std::priority_queue<ServiceEnd, std::vector<ServiceEnd>, std::greater<ServiceEnd>>;

void simulate(const Calls& calls, std::int64_t handlers, Log& log) {
    const auto n = static_cast<std::int64_t>(calls.arrival_s.size());
    Fifo queue[2];
    for (auto& fifo : queue) fifo.contact.reserve(n);
    std::vector<ServiceEnd> storage;
    storage.reserve(handlers);
    ServiceEnds busy(std::greater<ServiceEnd>(), std::move(storage));
    std::int64_t free = handlers;

    const auto answer = [&](std::int64_t contact, double now_s) {
        const double end_s = now_s + calls.handle_s[contact];
        log.answered[contact] = 1;
        log.wait_end_s[contact] = now_s;
        log.service_end_s[contact] = end_s;
        busy.emplace(end_s, contact);
        --free;
    };
    const auto give_up = [&](std::int64_t contact) {
        log.answered[contact] = 0;
        log.wait_end_s[contact] = calls.arrival_s[contact] + calls.patience_s[contact];
        log.service_end_s[contact] = never;
    };
    const auto serve_next = [&](double now_s) {
        for (auto& fifo : queue) {
            while (fifo.head < fifo.contact.size()) {
                const std::int64_t contact = fifo.contact[fifo.head++];
                if (calls.arrival_s[contact] + calls.patience_s[contact] >= now_s) {
                    answer(contact, now_s);
                    return;
                }
                give_up(contact);
            }
        }
    };

    for (std::int64_t arriving = 0; arriving < n || !busy.empty();) {
        const double arrival_s = arriving < n ? calls.arrival_s[arriving] : never;
        if (!busy.empty() && busy.top().first <= arrival_s) {
            const double now_s = busy.top().first;
            busy.pop();
            ++free;
            serve_next(now_s);
        } else {
            if (free > 0) {
                answer(arriving, arrival_s);
            } else {
                queue[calls.contact_class[arriving]].contact.push_back(arriving);
            }
            ++arriving;
        }
    }
}

template <typename T>
std::vector<T> read(std::istream& in, std::int64_t n) {
    std::vector<T> values(n);
    in.read(reinterpret_cast<char*>(values.data()), n * static_cast<std::int64_t>(sizeof(T)));
    return values;
}

template <typename T>
void write(std::ostream& out, const std::vector<T>& values) {
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: reference CALLS LOG RUNS\n";
        return 2;
    }
    std::ifstream in(argv[1], std::ios::binary);
    const auto size = read<std::int64_t>(in, 2);
    const std::int64_t n = size[0], handlers = size[1];
    Calls calls;
    calls.contact_class = read<std::int64_t>(in, n);
    calls.arrival_s = read<double>(in, n);
    calls.patience_s = read<double>(in, n);
    calls.handle_s = read<double>(in, n);
    if (!in) {
        std::cerr << argv[1] << ": cannot be read\n";
        return 2;
    }
    Log log{std::vector<std::int64_t>(n), std::vector<double>(n), std::vector<double>(n)};

    simulate(calls, handlers, log);
    for (int run = std::atoi(argv[3]); run > 0; --run) {
        const std::clock_t start = std::clock();
        simulate(calls, handlers, log);
        std::cout << static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC << '\n';
    }

    std::ofstream out(argv[2], std::ios::binary);
    write(out, log.answered);
    write(out, log.wait_end_s);
    write(out, log.service_end_s);
    return out.good() ? 0 : 1;
}

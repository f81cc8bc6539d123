// Load for request_server: request_load PORT REQUESTS CONNECTIONS [quit]. Checks every answer; exit status 1 on a wrong
// one.
//
// Each connection is a thread that asks one request after the other; "quit" ends the server afterwards.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kKeys = 50;

int connect_to(int port) {
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
        std::perror("request_load: cannot connect");
        std::exit(2);
    }
    return connection;
}

// One line there, one line back.
std::string ask(int connection, const std::string& line) {
    if (write(connection, line.data(), line.size()) < 0) return "";
    std::string answer;
    char byte;
    while (read(connection, &byte, 1) == 1) {
        answer += byte;
        if (byte == '\n') break;
    }
    return answer;
}

long count_wrong_answers(int port, long requests) {
    int connection = connect_to(port);
    long wrong = 0;
    for (long i = 0; i < requests; i++) {
        std::string key = "key" + std::to_string(i % kKeys);
        std::string expected = "value of " + key + " is " + std::string(key.rbegin(), key.rend()) + "\n";
        if (ask(connection, "GET " + key + "\n") != expected) wrong++;
    }
    close(connection);
    return wrong;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    int port = std::atoi(argv[1]);
    long requests = std::atol(argv[2]);
    int connections = std::atoi(argv[3]);
    std::atomic<long> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; i++) {
        threads.emplace_back([&] { wrong += count_wrong_answers(port, requests / connections); });
    }
    for (std::thread& thread : threads) thread.join();
    if (argc > 4 && !std::strcmp(argv[4], "quit")) {
        int connection = connect_to(port);
        ask(connection, "QUIT\n");
        close(connection);
    }
    return wrong == 0 ? 0 : 1;
}
